//! Carries out what was decided about one guarded file.

use super::decide::{Broken, Decision, Helpless, Verdict};
use super::facts::Guarded;
use super::show::{self, Said};
use super::{Outcome, Then, diff};
use crate::model::healing::Standing;
use crate::model::text::clean;
use crate::sys::files::FileError;
use crate::sys::guarded::{self, Look, Put, Snapshot, Stands};
use crate::sys::vault::{Facts, Shelf, Version};

/// One file, with all that was found of it.
pub(super) struct Case<'a> {
    pub(super) guarded: &'a Guarded<'a>,
    pub(super) shelf: &'a Shelf,
    pub(super) look: &'a Look,
    pub(super) last: Option<&'a (Version, Vec<u8>)>,
}

impl Case<'_> {
    pub(super) fn carry_out(&self, decision: Decision, dry_run: bool) -> Outcome {
        let say = |standing, said| self.guarded.outcome(standing, said);
        match (decision, self.last) {
            (Decision::Help(why), _) => say(Standing::Wrong, show::helpless(&why)),
            (Decision::Wait(broken, why, until), _) => {
                let said = show::waiting(&broken, &why, until, self.guarded.now);
                say(Standing::Waits, said)
            }
            (Decision::Leave(broken), _) => {
                let why = "; its validator accepts that, and it is not kept";
                say(Standing::Left, show::matter(&broken).and(why))
            }
            (Decision::Fine, Some((version, good))) => self.fine(version, good, dry_run),
            (Decision::Keep, _) if dry_run => {
                say(Standing::Fine, Said::both("validates; to be kept"))
            }
            (Decision::Keep, _) => self.keep(),
            (Decision::Relink, _) if dry_run => say(
                Standing::Planned,
                Said::both("its link is gone; to do: make it anew"),
            ),
            (Decision::Relink, _) => self.relink(),
            (Decision::Restore(broken), Some((version, _))) if dry_run => {
                let version = show::version(version.number, version.facts.at, self.guarded.now);
                let todo = format!("; to do: restore {version}");
                say(Standing::Planned, show::matter(&broken).and(&todo))
            }
            (Decision::Restore(broken), Some((version, good))) => {
                self.restore(&broken, version, good)
            }
            // These are only decided with a version, and nothing is left to ask.
            (Decision::Restore(_) | Decision::Fine | Decision::Ask(_), _) => {
                say(Standing::Left, Said::both("nothing is known of it"))
            }
        }
    }

    fn file(&self) -> Option<&Snapshot> {
        match &self.look.stands {
            Stands::File(file) => Some(file),
            _ => None,
        }
    }

    fn facts(&self, file: &Snapshot) -> Facts {
        file.facts(self.look.link.as_deref(), &self.look.real, self.guarded.now)
    }

    /// Right and kept: what else is known of it is brought up to date.
    fn fine(&self, version: &Version, good: &[u8], dry_run: bool) -> Outcome {
        if let Some(file) = self.file().filter(|_| !dry_run) {
            let facts = Facts {
                at: version.facts.at,
                ..self.facts(file)
            };
            if !version.facts.same(&facts) {
                // What is known of the version as it was serves, too.
                let _ = self.shelf.note(version.number, good, facts);
            }
        }
        let number = version.number;
        let said = Said::both(format!("validates, as version {number}"));
        self.guarded.outcome(Standing::Fine, said)
    }

    fn keep(&self) -> Outcome {
        let say = |standing, text: String| self.guarded.outcome(standing, Said::both(text));
        let now = self.guarded.look(self.last);
        let (true, Some(file)) = (guarded::same(&now, self.look), self.file()) else {
            return self.changed();
        };
        match self.shelf.keep(&file.bytes, self.facts(file)) {
            Ok(number) => say(
                Standing::Fine,
                format!("validates, kept as version {number}"),
            ),
            Err(error) => say(Standing::Wrong, format!("cannot be kept: {}", told(&error))),
        }
    }

    fn changed(&self) -> Outcome {
        let said = Said::both("changed while it was looked at; looked at again soon");
        self.guarded.outcome(Standing::Waits, said)
    }

    fn written(&self) -> Outcome {
        let said = Said::both("a process has it open for writing; looked at again soon");
        self.guarded.outcome(Standing::Waits, said)
    }

    fn relink(&self) -> Outcome {
        let target = clean(&self.guarded.around.shown(&self.look.target));
        match guarded::link_anew(&self.guarded.path, self.look) {
            Ok(()) => {
                let said = format!("its link was gone and leads to `{target}` again");
                let mut outcome = self.guarded.outcome(Standing::Healed, Said::both(said));
                let after = format!("a link to `{target}`");
                outcome.item = outcome.item.changed("restored", "missing".into(), after);
                outcome.then = self.then();
                outcome
            }
            Err(error) => {
                let said = format!("its link is gone and cannot be made: {}", told(&error));
                self.guarded.outcome(Standing::Wrong, Said::both(said))
            }
        }
    }

    fn restore(&self, broken: &Broken, version: &Version, good: &[u8]) -> Outcome {
        let guarded = self.guarded;
        let matter = show::matter(broken);
        let cannot = |what: &str, error: &FileError| {
            let more = format!("; {what}: {}", told(error));
            guarded.outcome(Standing::Wrong, matter.clone().and(&more))
        };
        let held = self.file().filter(|file| !file.bytes.is_empty());
        let aside = held.map(|file| {
            let diff = diff::unified(good, &file.bytes);
            self.shelf.set_aside(&file.bytes, &diff, guarded.now)
        });
        let aside = match aside.transpose() {
            Ok(aside) => aside,
            Err(error) => return cannot("its copy cannot be kept", &error),
        };
        match guarded::put(&guarded.path, self.look, good, &version.facts, None) {
            Ok(Put::Done) => {}
            Ok(Put::Changed) => return self.changed(),
            Ok(Put::Written) => return self.written(),
            Err(error) => return cannot("it cannot be restored", &error),
        }
        let stands = guarded.look(self.last);
        let verdict = guarded.ask(&stands);
        let which = show::version(version.number, version.facts.at, guarded.now);
        let before = held.map(|file| format!(", {}", show::size(file.bytes.len())));
        let before = format!("{}{}", matter.anywhere, before.unwrap_or_default());
        if verdict != Verdict::Accepts {
            let mut outcome = self.put_back(broken, &stands, verdict, good);
            outcome.item = outcome.item.changed("tried", before, which);
            return outcome;
        }
        if let Stands::File(file) = &stands.stands {
            let facts = Facts {
                at: version.facts.at,
                ..file.facts(stands.link.as_deref(), &stands.real, guarded.now)
            };
            // An older inode only makes a later look more careful.
            let _ = self.shelf.note(version.number, good, facts);
        }
        let kept =
            aside.map(|path| format!("; the broken copy is `{}`", guarded.around.shown(&path)));
        let said = matter.and(&format!(
            ": restored {which}{}",
            clean(&kept.unwrap_or_default())
        ));
        let mut outcome = guarded.outcome(Standing::Healed, said);
        let after = format!("{which}, {}", show::size(good.len()));
        outcome.item = outcome.item.changed("restored", before, after);
        outcome.then = self.then();
        outcome
    }

    /// The file is not right in its place after all: what was there comes back.
    fn put_back(&self, broken: &Broken, stands: &Look, verdict: Verdict, good: &[u8]) -> Outcome {
        let ours = matches!(&stands.stands, Stands::File(file) if file.bytes == good);
        if let Some(file) = self.file().filter(|_| ours) {
            let link = self
                .last
                .and_then(|(version, _)| version.facts.link.clone());
            let facts = Facts {
                link,
                ..self.facts(file)
            };
            let path = &self.guarded.path;
            let put = guarded::put(path, stands, &file.bytes, &facts, Some(file.modified));
            if let Err(error) = put {
                let more = format!(
                    "; its last good version, which stands there now, is not accepted either: {}",
                    told(&error)
                );
                let said = show::matter(broken).and(&more);
                return self.guarded.outcome(Standing::Wrong, said);
            }
        }
        let said = match verdict {
            Verdict::Refuses(fault) => fault.said,
            Verdict::Unable(why) => why,
            Verdict::Accepts => String::new(),
        };
        let why = Helpless::Validator(Some(broken.clone()), said);
        self.guarded.outcome(Standing::Wrong, show::helpless(&why))
    }

    fn then(&self) -> Option<Then> {
        let service = self.guarded.then?.to_owned();
        let broke = match self.file() {
            Some(file) => Some(file.modified),
            None => guarded::folder_changed(&self.look.target),
        };
        // A time that lies ahead says nothing of when.
        let broke = broke.filter(|at| *at <= self.guarded.now);
        Some(Then { service, broke })
    }
}

/// An error without the path, which is told already.
pub(super) fn told(error: &FileError) -> String {
    format!(
        "could not {} `{}`: {}",
        error.verb,
        clean(&error.path.to_string_lossy()),
        error.source
    )
}
