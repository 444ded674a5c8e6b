//! Sees to every log there is: looks, decides, has it carried out.

use std::path::Path;

use chrono::NaiveDate;

use super::archives::{Beside, Place};
use super::decide::{Plan, plan};
use super::facts::{self, Others, Rule};
use super::rename::Packed;
use super::work::Work;
use crate::config::Config;
use crate::model::healing::{ACTIONS, Item, Part, Standing, Terms, check};
use crate::model::home::Home;
use crate::model::size::bytes;
use crate::model::text::{clean, count};
use crate::sys::flock::{self, LockError, Wait};
use crate::sys::rotation::{self, Stands, journal};
use crate::sys::surroundings::Surroundings;
use crate::sys::{clock, files};

/// Looks at every log there is, and rotates those that are too large; `each`
/// hears of one when it is done, because the next may take long.
pub fn look_after(
    around: &Surroundings,
    config: &Config,
    terms: &Terms,
    each: &mut dyn FnMut(Item),
) {
    let rules = facts::rules(around, config);
    let run = Run {
        around,
        others: Others::read(around),
        day: clock::day(clock::now(), config.timezone),
        terms,
    };
    for (path, rule) in facts::logs(&rules) {
        each(run.see_to(&path, rule));
    }
}

struct Run<'a> {
    around: &'a Surroundings,
    others: Others,
    day: NaiveDate,
    terms: &'a Terms,
}

impl Run<'_> {
    fn see_to(&self, path: &Path, rule: &Rule) -> Item {
        let subject = path.to_string_lossy().into_owned();
        let item = |standing, text: String| Item::new(Part::Logs, &subject, standing, text);
        let (beside, _) = match facts::beside(path) {
            Ok(seen) => seen,
            Err(why) => return item(Standing::Wrong, why),
        };
        let len = match rotation::at(path) {
            Stands::File(facts) => facts.len,
            // It got another name, and its writer has not opened it anew.
            Stands::Else => 0,
            Stands::Link => {
                let why = "a symbolic link: name the file it leads to";
                return item(Standing::Left, why.to_owned());
            }
        };
        let noted = files::exists(&journal::place(path));
        if let Some(other) = self.others.of(path).filter(|_| !noted) {
            return item(Standing::Left, format!("{other} rotates it"));
        }
        // A killed run leaves its lock: held by nobody, it goes with this run.
        let locked = files::exists(&journal::lock(path));
        let begun = noted || locked || !beside.leftovers.is_empty();
        let too_many = || {
            let ours = facts::made_by_us(path, &beside);
            !ours.beyond(rule.keep).is_empty()
        };
        if len <= rule.max_size && !begun && !too_many() {
            let text = format!("{} of {}", bytes(len), bytes(rule.max_size));
            return item(Standing::Fine, text);
        }
        if self.terms.dry_run {
            return self.would(path, rule, &item);
        }
        if let Some(why) = rotation::distrusted(path, self.around.uid) {
            return item(Standing::Wrong, why);
        }
        let held = |error| match error {
            LockError::Held(holder) => item(Standing::Waits, format!("{holder} acts on it")),
            LockError::Unusable(error) => {
                item(Standing::Wrong, format!("no place for its lock: {error}"))
            }
        };
        let _target = match self.lock(&subject) {
            Ok(lock) => lock,
            Err(error) => return held(error),
        };
        // Whoever has another home than we have meets us here.
        let beside_it = journal::lock(path);
        let own = match flock::lock(&beside_it, "mamori heal", Wait::Never) {
            Ok(lock) => lock,
            Err(error) => return held(error),
        };
        let done = self.act(path, rule, &item);
        // While it is held: who waits for it sees that it is another one's now.
        let _ = rotation::remove(&beside_it);
        drop(own);
        done
    }

    /// What would be done, as far as can be told without doing it.
    fn would(&self, path: &Path, rule: &Rule, item: &dyn Fn(Standing, String) -> Item) -> Item {
        let planned = |text: &str| item(Standing::Planned, text.to_owned());
        let Stands::File(facts) = rotation::at(path) else {
            return planned("it is gone");
        };
        if facts.len <= rule.max_size {
            return planned("to do: end what an earlier run began");
        }
        let seen = facts::see(path, facts, rule, &self.others, self.around.uid);
        let name = path.file_name().unwrap_or_default();
        match seen.map(|seen| (plan(&seen), seen)) {
            Err(why) | Ok((Plan::Wrong(why), _)) => item(Standing::Wrong, why),
            Ok((Plan::Leave(why), _)) => item(Standing::Left, why),
            Ok((plan, seen)) => {
                let archive = Place::next(self.day, seen.beside.newest()).whole(name);
                let archive = clean(&archive.to_string_lossy());
                let how = match plan {
                    Plan::Rename { signal: true } => "; its writer is told to open it again",
                    Plan::Rename { signal: false } => "; nobody writes it",
                    _ => ", under its writer's feet",
                };
                let len = bytes(facts.len);
                planned(&format!("{len}; to do: archive it as {archive}{how}"))
            }
        }
    }

    fn lock(&self, subject: &str) -> Result<flock::Lock, LockError> {
        let home = Home::of(&self.around.mamori_home);
        let unusable = |error: files::FileError| LockError::Unusable(error.source);
        files::private_folder(&home.locks()).map_err(unusable)?;
        let file = home.lock_of(&check(Part::Logs, subject));
        flock::lock(&file, "mamori heal", Wait::Never)
    }

    fn act(&self, path: &Path, rule: &Rule, item: &dyn Fn(Standing, String) -> Item) -> Item {
        let work = Work::new(path, self.around.shown(path), rule, self.around.uid);
        let looked = facts::beside(path).and_then(|(beside, _)| {
            work.settle(&beside)?;
            facts::beside(path)
        });
        let beside = match looked {
            Ok((beside, _)) => beside,
            Err(why) => return item(Standing::Wrong, why),
        };
        let packed = pack(&work, &beside, path);
        let facts = match rotation::at(path) {
            Stands::File(facts) => Some(facts),
            _ => None,
        };
        let len = facts.map_or(0, |facts| facts.len);
        let done = match (packed, facts.filter(|_| len > rule.max_size)) {
            (Done::Not(Standing::Wrong, why), _) => Done::Not(Standing::Wrong, why),
            (_, Some(facts)) => self.rotate(path, rule, facts, &work),
            (Done::Not(Standing::Fine, _), None) if facts.is_none() => {
                let why = "its writer has not opened a new one yet";
                Done::Not(Standing::Fine, why.to_owned())
            }
            (Done::Not(Standing::Fine, _), None) => {
                let said = format!("{} of {}", bytes(len), bytes(rule.max_size));
                Done::Not(Standing::Fine, said)
            }
            (packed, None) => packed,
        };
        let gone = match facts::beside(path) {
            Ok((beside, _)) if beside.foreign.is_none() => {
                work.prune(&facts::made_by_us(path, &beside))
            }
            _ => 0,
        };
        let oldest = match gone {
            0 => String::new(),
            gone => format!(
                "; {} removed, {} kept",
                count(gone, "old archive"),
                rule.keep
            ),
        };
        match done {
            Done::Not(standing, why) if gone == 0 => item(standing, why),
            Done::Not(standing, why) => item(standing, format!("{why}{oldest}")).changed(
                "pruned",
                count(gone + rule.keep, "archive"),
                count(rule.keep, "archive"),
            ),
            Done::Changed(verb, after) => {
                let before = bytes(len);
                let text = format!("{verb}: {before}, now {after}{oldest}");
                item(Standing::Healed, text).changed(verb, before, format!("{after}{oldest}"))
            }
        }
    }

    fn rotate(&self, path: &Path, rule: &Rule, facts: rotation::Facts, work: &Work<'_>) -> Done {
        // What was begun is ended all the same.
        if self.terms.spent(Part::Logs, &path.to_string_lossy()) {
            let why = format!("it was acted upon {ACTIONS} times within an hour");
            return Done::Not(Standing::Wrong, why);
        }
        let seen = match facts::see(path, facts, rule, &self.others, self.around.uid) {
            Ok(seen) => seen,
            Err(why) => return Done::Not(Standing::Wrong, why),
        };
        let place = Place::next(self.day, seen.beside.newest());
        let done = match plan(&seen) {
            Plan::Leave(why) => return Done::Not(Standing::Left, why),
            Plan::Wrong(why) => return Done::Not(Standing::Wrong, why),
            Plan::Cut => work.cut(place),
            Plan::Rename { signal } => work.rename(place, signal),
        };
        match done {
            Ok(after) => Done::Changed("rotated", after),
            Err(why) => Done::Not(Standing::Wrong, why),
        }
    }
}

/// What came of a log.
enum Done {
    Changed(&'static str, String),
    Not(Standing, String),
}

/// Compresses what earlier runs renamed.
fn pack(work: &Work<'_>, beside: &Beside, path: &Path) -> Done {
    let mut done = Done::Not(Standing::Fine, String::new());
    for (place, name) in &beside.pending {
        let pending = path.with_file_name(name);
        if !work.renamed(&pending) {
            continue;
        }
        match work.pack(&pending, *place) {
            Ok(Packed::Whole(text)) => done = Done::Changed("compressed", text),
            Ok(Packed::Written(text)) => done = Done::Not(Standing::Left, text),
            Ok(Packed::Deaf(text)) | Err(text) => return Done::Not(Standing::Wrong, text),
        }
    }
    done
}
