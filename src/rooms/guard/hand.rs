//! Puts a version in its file's place because a person asks for it.

use std::path::PathBuf;

use super::diff;
use super::facts::lock;
use super::mend::told;
use crate::sys::clock;
use crate::sys::guarded::{self, Put, Stands};
use crate::sys::surroundings::Surroundings;
use crate::sys::vault::{Shelf, Version};

/// What came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Restored {
    /// It stood there already.
    Already,
    /// It stands there now; where what stood there before is kept, if anything did.
    Done(Option<PathBuf>),
}

/// Puts `content`, a version of a file, in the file's place. What stands there
/// is kept aside first.
///
/// # Errors
/// Why it could not; what stood there stands then.
pub fn restore(
    shelf: &Shelf,
    version: &Version,
    content: &[u8],
    around: &Surroundings,
) -> Result<Restored, String> {
    let path = shelf.path();
    let _lock = lock(path, around).map_err(|holder| format!("{holder} acts on it"))?;
    let look = guarded::look(path, version.facts.link().as_deref());
    if let (Some(why), Stands::Missing | Stands::File(_)) =
        (look.estranged(&version.facts), &look.stands)
    {
        return Err(why.into());
    }
    let stands = match &look.stands {
        Stands::Nowhere => return Err("its folder is not there".into()),
        Stands::Unfit(why) => return Err(why.clone()),
        Stands::Missing => None,
        Stands::File(file) => Some(file),
    };
    if let Some(file) = stands {
        if file.bytes == content && look.lost_link.is_none() {
            return Ok(Restored::Already);
        }
        if diff::private_key(&file.bytes) {
            return Err("what stands there holds a private key, which is never copied".into());
        }
    }
    let held = stands.filter(|file| !file.bytes.is_empty() && file.bytes != content);
    let aside = held.map(|file| {
        let diff = diff::unified(content, &file.bytes);
        shelf.set_aside(&file.bytes, &diff, clock::now())
    });
    let aside = aside
        .transpose()
        .map_err(|error| format!("what stands there cannot be kept: {}", told(&error)))?;
    match guarded::put(path, &look, content, &version.facts, None) {
        Ok(Put::Done) => Ok(Restored::Done(aside)),
        Ok(Put::Changed) => Err("somebody changed it at the same moment; try again".into()),
        Ok(Put::Written) => Err("a process has it open for writing; try again later".into()),
        Err(error) => Err(told(&error)),
    }
}
