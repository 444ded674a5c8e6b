//! Looks at one guarded file: what stands there, what is kept of it, and what
//! its validator says.

use std::path::{Path, PathBuf};
use std::time::Duration;

use super::decide::{Content, Decision, Known, Question, Seen, Verdict, decide};
use super::mend::Case;
use super::show::Said;
use super::validate::{self, By};
use super::{Outcome, diff};
use crate::model::healing::{Item, Part, Standing, Terms};
use crate::model::home::Home;
use crate::model::time::Timestamp;
use crate::sys::editing;
use crate::sys::files;
use crate::sys::flock::{self, Lock, LockError, Wait};
use crate::sys::guarded::{self, Look, Stands};
use crate::sys::surroundings::Surroundings;
use crate::sys::vault::{self, Shelf, Vault, Version};

/// How long somebody else who acts on the file is waited for.
const LOCK_LIMIT: Duration = Duration::from_secs(2);

/// A file that is looked after.
#[derive(Debug, Clone)]
pub struct Guarded<'a> {
    /// The file.
    pub path: PathBuf,
    /// By what it is validated.
    pub by: By<'a>,
    /// The service that is to be ready once it was brought back.
    pub then: Option<&'a str>,
    /// The names of programs that edit.
    pub editors: &'a [String],
    /// The environment.
    pub around: &'a Surroundings,
    /// Now.
    pub now: Timestamp,
}

/// The shelf of a file in the vault.
#[must_use]
pub fn shelf(path: &Path, around: &Surroundings) -> Shelf {
    Vault::at(Home::of(&around.mamori_home).vault()).shelf(path)
}

/// The lock of a guarded file; `None` where there is no place for it.
///
/// # Errors
/// Who holds it.
pub fn lock(path: &Path, around: &Surroundings) -> Result<Option<Lock>, String> {
    let folder = Home::of(&around.mamori_home).locks();
    if files::private_folder(&folder).is_err() {
        return Ok(None);
    }
    let file = folder.join(format!("config-{}.lock", vault::name(path)));
    match flock::lock(&file, "mamori heal", Wait::AtMost(LOCK_LIMIT)) {
        Ok(lock) => Ok(Some(lock)),
        Err(LockError::Held(holder)) => Err(holder),
        Err(LockError::Unusable(_)) => Ok(None),
    }
}

impl Guarded<'_> {
    /// Looks, and does what is to be done on these terms.
    #[must_use]
    pub fn see_to(&self, terms: &Terms) -> Outcome {
        let _lock = if terms.dry_run {
            None
        } else {
            match lock(&self.path, self.around) {
                Ok(lock) => lock,
                Err(holder) => {
                    let said = Said::both(format!("{holder} acts on it"));
                    return self.outcome(Standing::Waits, said);
                }
            }
        };
        let place = shelf(&self.path, self.around);
        let last = place.newest();
        let look = self.look(last.as_ref());
        let mut seen = self.seen(&look, last.as_ref(), terms);
        loop {
            let decision = decide(&seen);
            let Decision::Ask(question) = decision else {
                let case = Case {
                    guarded: self,
                    shelf: &place,
                    look: &look,
                    last: last.as_ref(),
                };
                return case.carry_out(decision, terms.dry_run);
            };
            match question {
                Question::File => seen.verdict = Some(self.ask(&look)),
                Question::Again => seen.again = Some(self.ask(&look)),
                Question::Copy => seen.copy = Some(self.ask_copy(last.as_ref())),
                Question::Editing => {
                    let paths = [self.path.clone(), look.target.clone()];
                    let mut signs = editing::signs(&paths, self.editors, self.around);
                    signs.extend(editing::writers(&look.real));
                    seen.signs = Some(signs);
                }
            }
        }
    }

    pub(super) fn look(&self, last: Option<&(Version, Vec<u8>)>) -> Look {
        let link = last.and_then(|(version, _)| version.facts.link());
        guarded::look(&self.path, link.as_deref())
    }

    pub(super) fn ask(&self, look: &Look) -> Verdict {
        let bytes = match &look.stands {
            Stands::File(file) => file.bytes.as_slice(),
            _ => &[],
        };
        // A lost link is asked by what it led to.
        let path = if look.lost_link.is_some() {
            &look.target
        } else {
            &self.path
        };
        validate::ask(self.by, path, bytes, false, self.around)
    }

    fn ask_copy(&self, last: Option<&(Version, Vec<u8>)>) -> Verdict {
        let bytes = last.map(|(_, bytes)| bytes.as_slice()).unwrap_or_default();
        match guarded::apart(&self.path, bytes, self.around) {
            Ok(apart) => validate::ask(self.by, &apart.path, bytes, true, self.around),
            Err(error) => Verdict::Unable(format!("there is no place to try it: {error}")),
        }
    }

    fn seen(&self, look: &Look, last: Option<&(Version, Vec<u8>)>, terms: &Terms) -> Seen {
        let known = last.map(|(version, _)| &version.facts);
        let file = match &look.stands {
            Stands::File(file) => Some(file),
            _ => None,
        };
        let content = match &look.stands {
            Stands::Missing => Content::Missing,
            Stands::Nowhere => Content::Nowhere,
            Stands::Unfit(why) => Content::Unfit(why.clone()),
            Stands::File(file) if file.bytes.is_empty() => Content::Empty,
            Stands::File(file) if diff::private_key(&file.bytes) => {
                Content::Unfit("it holds a private key, which is never copied".into())
            }
            Stands::File(file) if file.bytes.contains(&0) => Content::Nul,
            Stands::File(_) => Content::Filled,
        };
        // Reading and writing in place leave the inode: one that is another was
        // moved here, with whatever time of writing it had.
        let touched = file.map(|file| {
            let moved = known.is_none_or(|known| known.inode != file.inode);
            let moved = moved.then_some(file.changed);
            [file.modified].into_iter().chain(moved).collect()
        });
        let uid = self.around.uid;
        Seen {
            content,
            lost_link: look.lost_link.is_some(),
            known: match last {
                None => Known::Nothing,
                Some((_, good)) if file.is_some_and(|file| file.bytes == *good) => Known::This,
                Some(_) => Known::Other,
            },
            foreign: file.is_some_and(|file| file.uid != uid),
            estranged: known.and_then(|facts| look.estranged(facts)),
            touched: touched.unwrap_or_default(),
            signs: None,
            spent: terms.spent(Part::Config, &self.subject()),
            verdict: None,
            copy: None,
            again: None,
            now: self.now,
        }
    }

    fn subject(&self) -> String {
        self.path.to_string_lossy().into_owned()
    }

    pub(super) fn outcome(&self, standing: Standing, said: Said) -> Outcome {
        let mut item = Item::new(Part::Config, &self.subject(), standing, said.here);
        item.public = said.anywhere;
        Outcome { item, then: None }
    }
}
