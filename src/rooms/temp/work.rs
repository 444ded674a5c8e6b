//! Goes where a pattern leads, and moves what may go.

use std::collections::{BTreeMap, HashSet};
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

use super::decide::{Budget, Verdict, verdict};
use super::facts;
use super::pattern::{Step, Wanted};
use super::show;
use crate::model::healing::{Item, Terms};
use crate::model::moment::Moment;
use crate::model::temp::{Inode, Obstacle, Seen, Unit};
use crate::model::trash::PREFIX;
use crate::sys::cleaning::{
    Barred, Folder, InUse, Locks, Purge, Rules, Taken, Trash, brought_back, examine, fitting,
    found, in_use, purge,
};
use crate::sys::host::moment;
use crate::sys::surroundings::Surroundings;

/// The most names that are kept in mind of one folder: twice what a run moves.
const MOST_NAMES: usize = 20_000;
/// The most trashes that are looked into in one folder.
const MOST_TRASHES: usize = 1_000;
/// Names that a text tells.
const TOLD: usize = 3;

/// How much of something.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Amount {
    /// Units.
    pub units: u64,
    /// Files in them.
    pub files: u64,
    /// Their bytes.
    pub bytes: u64,
}

impl Amount {
    fn add(&mut self, unit: &Unit) {
        self.units += 1;
        self.files += unit.files;
        self.bytes = self.bytes.saturating_add(unit.bytes);
    }
}

/// A few of many: how many, and the first.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Told {
    /// How many there are.
    pub count: u64,
    /// The first of them, from outside.
    pub first: Vec<String>,
}

impl Told {
    fn add(&mut self, text: impl FnOnce() -> String) {
        self.count += 1;
        if self.first.len() < TOLD {
            self.first.push(text());
        }
    }
}

fn named(name: &OsStr) -> String {
    name.to_string_lossy().into_owned()
}

/// What came of a pattern.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tally {
    /// What is in the trash now, or would be.
    pub moved: Amount,
    /// The first of what would be, by name.
    pub names: Told,
    /// What waits for the next run.
    pub waits: u64,
    /// Where it is.
    pub trashes: Vec<PathBuf>,
    /// What stays, and why.
    pub left: BTreeMap<Obstacle, u64>,
    /// Links in the place of folders.
    pub links: Told,
    /// What the system refused.
    pub refused: Told,
    /// What is more than a run may move.
    pub large: Told,
    /// What was moved, was not what was examined, and could not be put back.
    pub held: Told,
    /// Why nothing can be known.
    pub unknown: Option<String>,
}

/// A run over all patterns.
#[derive(Debug)]
pub struct Run<'a> {
    terms: &'a Terms,
    uid: u32,
    now: Moment,
    budget: Budget,
    own: HashSet<Inode>,
    kept: HashSet<Inode>,
    in_use: Result<InUse, String>,
    locks: Locks,
    emptied: HashSet<Inode>,
}

impl<'a> Run<'a> {
    /// Gathers what is asked once.
    #[must_use]
    pub fn begin(around: &Surroundings, terms: &'a Terms, wanted: &[Wanted]) -> Self {
        let folders: Vec<PathBuf> = wanted.iter().map(Wanted::fixed).collect();
        Self {
            terms,
            uid: around.uid,
            now: moment(),
            budget: Budget::default(),
            own: facts::own(around),
            kept: facts::kept(around),
            in_use: in_use(around, &folders),
            locks: Locks::now(),
            emptied: HashSet::new(),
        }
    }

    fn dry(&self) -> bool {
        self.terms.dry_run || self.terms.first_cleaning
    }

    /// Cleans what one pattern means; what came of trashes on the way goes
    /// into `items`.
    pub fn pattern(&mut self, wanted: &Wanted, items: &mut Vec<Item>) -> Tally {
        let mut tally = Tally::default();
        let age = i64::try_from(wanted.older_than.as_secs()).unwrap_or(i64::MAX);
        let steps = match &wanted.steps {
            Ok(steps) => steps,
            Err(why) => {
                tally.unknown = Some((*why).to_owned());
                return tally;
            }
        };
        if let Err(why) = &self.in_use {
            tally.unknown = Some(format!("it cannot be known what is in use: {why}"));
            return tally;
        }
        let mut walk = Walk {
            young_from: self.now.at.0.saturating_sub(age).saturating_add(1),
            run: self,
            tally: &mut tally,
            items,
        };
        match Folder::root() {
            Ok(root) => walk.onward(root, PathBuf::from("/"), steps),
            Err(barred) => walk.barred(Path::new("/"), barred),
        }
        tally
    }
}

struct Walk<'r, 'a> {
    run: &'r mut Run<'a>,
    /// What comes from the future is young, too.
    young_from: i64,
    tally: &'r mut Tally,
    items: &'r mut Vec<Item>,
}

impl Walk<'_, '_> {
    fn rules(&self) -> Option<Rules<'_>> {
        Some(Rules {
            uid: self.run.uid,
            young_from: self.young_from,
            moved: None,
            ours: &self.run.kept,
            in_use: self.run.in_use.as_ref().ok()?,
            locks: &self.run.locks,
        })
    }

    fn barred(&mut self, path: &Path, barred: Barred) {
        let shown = || path.display().to_string();
        match barred {
            Barred::Missing | Barred::NoFolder => {}
            Barred::Link => self.tally.links.add(shown),
            Barred::Refused(error) => {
                self.tally
                    .refused
                    .add(|| format!("{}: {}", shown(), system(&error.into())));
            }
        }
    }

    /// Goes on from `folder`, whose path is `path`.
    fn onward(&mut self, mut folder: Folder, mut path: PathBuf, mut steps: &[Step]) {
        loop {
            if self.run.own.contains(&folder.inode()) {
                *self.tally.left.entry(Obstacle::Ours).or_default() += 1;
                return;
            }
            match steps {
                [] => return,
                [last] => return self.units(&folder, &path, last),
                [Step::Name(name), rest @ ..] => {
                    path.push(name);
                    if name.as_encoded_bytes().starts_with(PREFIX.as_bytes()) || !fitting(name) {
                        return;
                    }
                    match folder.enter(name) {
                        Ok(below) => folder = below,
                        Err(barred) => return self.barred(&path, barred),
                    }
                    steps = rest;
                }
                [like, rest @ ..] => return self.each(&folder, &path, like, rest),
            }
        }
    }

    /// Goes into every folder in `folder` that is meant.
    fn each(&mut self, folder: &Folder, path: &Path, like: &Step, rest: &[Step]) {
        let names = match folder.names() {
            Ok(names) => names,
            Err(error) => return self.barred(path, Barred::Refused(error)),
        };
        let names = names.map_while(Result::ok).filter(|name| like.means(name));
        let mut names: Vec<OsString> = names.take(MOST_NAMES).collect();
        names.sort_unstable();
        for name in names {
            match folder.enter(&name) {
                Ok(below) => self.onward(below, path.join(&name), rest),
                Err(barred) => self.barred(&path.join(&name), barred),
            }
        }
    }

    /// Sees to everything in `folder` that is meant, and to old trashes there.
    fn units(&mut self, folder: &Folder, path: &Path, last: &Step) {
        let first_time = self.run.emptied.insert(folder.inode());
        let (names, trashes) = self.listed(folder, path, last);
        let back = brought_back(folder, &trashes, self.run.uid);
        let back =
            |name: &OsStr, unit: &Unit| back.contains(&(name.to_owned(), unit.entry.inode.number));
        let mut trash = None;
        for name in names {
            if self.unit(folder, path, &name, &back, &mut trash).is_none() {
                break;
            }
        }
        if let Some(trash) = trash {
            let path = trash.path().to_owned();
            if trash.close(folder) {
                self.tally.trashes.push(path);
            }
        }
        for name in trashes.iter().filter(|_| first_time) {
            self.trash(folder, path, name);
        }
    }

    /// The names that are meant and not young by themselves, and the trashes.
    fn listed(
        &mut self,
        folder: &Folder,
        path: &Path,
        last: &Step,
    ) -> (Vec<OsString>, Vec<OsString>) {
        let (mut names, mut trashes) = (Vec::new(), Vec::new());
        let all = match folder.names() {
            Ok(all) => all,
            Err(error) => {
                // A name that is told needs no listing.
                if let Step::Name(name) = last {
                    names.push(name.clone());
                } else {
                    self.barred(path, Barred::Refused(error));
                }
                return (names, trashes);
            }
        };
        for name in all.map_while(Result::ok) {
            if name.as_encoded_bytes().starts_with(PREFIX.as_bytes()) {
                if trashes.len() < MOST_TRASHES && found(folder, &name) {
                    trashes.push(name);
                }
                continue;
            }
            let old = |name: &OsStr| {
                let newest = folder.stat(name).map(|entry| entry.newest());
                newest.is_ok_and(|newest| newest < self.young_from)
            };
            if !last.means(&name) || !old(&name) {
                continue;
            }
            if names.len() < MOST_NAMES {
                names.push(name);
            } else {
                self.tally.waits += 1;
            }
        }
        names.sort_unstable();
        trashes.sort_unstable();
        (names, trashes)
    }

    /// Sees to one unit; `None` when nothing more can be moved here.
    fn unit(
        &mut self,
        folder: &Folder,
        path: &Path,
        name: &OsStr,
        back: &impl Fn(&OsStr, &Unit) -> bool,
        trash: &mut Option<Trash>,
    ) -> Option<()> {
        let mut unit = match examine(folder, name, &self.rules()?) {
            Ok(Seen::Old(unit)) => unit,
            // Or somebody else was faster.
            Ok(Seen::Young) | Err(_) => return Some(()),
        };
        if back(name, &unit) {
            unit.obstacle = unit.obstacle.or(Some(Obstacle::BroughtBack));
        }
        let shown = || path.join(name).display().to_string();
        match verdict(&unit, self.run.budget, self.run.terms) {
            Verdict::Leave(obstacle) => *self.tally.left.entry(obstacle).or_default() += 1,
            Verdict::TooLarge => self.tally.large.add(shown),
            Verdict::Wait => self.tally.waits += 1,
            Verdict::Plan => {
                self.run.budget = self.run.budget.after(&unit);
                self.tally.moved.add(&unit);
                self.tally.names.add(|| named(name));
            }
            Verdict::Move => {
                let into = match trash {
                    Some(into) => into,
                    None => match Trash::new(folder, path) {
                        Ok(made) => trash.insert(made),
                        Err(error) => {
                            let why =
                                || format!("no trash in {}: {}", path.display(), system(&error));
                            self.tally.refused.add(why);
                            return None;
                        }
                    },
                };
                let taken = into.take(folder, name, &unit, &self.rules()?);
                self.taken(taken, shown, into.path())?;
            }
        }
        Some(())
    }

    fn taken(&mut self, taken: Taken, shown: impl Fn() -> String, trash: &Path) -> Option<()> {
        match taken {
            Taken::Moved(unit) => {
                self.run.budget = self.run.budget.after(&unit);
                self.tally.moved.add(&unit);
            }
            Taken::Back => *self.tally.left.entry(Obstacle::Changing).or_default() += 1,
            Taken::Held => self
                .tally
                .held
                .add(|| format!("{} in {}", shown(), trash.display())),
            Taken::Refused(error) => {
                // A manifest that takes no more lines takes no more entries.
                let full = error.kind() == std::io::ErrorKind::StorageFull;
                self.tally
                    .refused
                    .add(|| format!("{}: {}", shown(), system(&error)));
                if full {
                    return None;
                }
            }
        }
        Some(())
    }

    fn trash(&mut self, folder: &Folder, path: &Path, name: &OsStr) {
        let Some(rules) = self.rules() else { return };
        let dry = self.run.dry();
        let purge: Purge = purge(folder, name, &rules, &self.run.now, dry);
        self.items
            .extend(show::purge(&path.join(name), &purge, dry));
    }
}

/// What the system says, without its number.
fn system(error: &std::io::Error) -> String {
    let text = error.to_string();
    let plain = text.split(" (os error").next().unwrap_or_default();
    plain.to_lowercase()
}
