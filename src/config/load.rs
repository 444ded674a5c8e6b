//! The configuration of this machine: found, trusted, read.

use std::path::Path;

use super::{Channel, Config, Hub, Variables, failure, read, trust};
use crate::failure::Failure;
use crate::model::text;
use crate::sys::config_file::{self, LARGEST, Owned, Part, Unreadable};
use crate::sys::surroundings::Surroundings;

/// A configuration file that was found and is trusted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// Its name as shown to people.
    pub shown: String,
    /// What it holds.
    pub text: String,
    /// Whether others can read it.
    pub exposed: bool,
}

impl Variables {
    /// The folders that the variables of a local path stand for.
    #[must_use]
    pub fn of(around: &Surroundings) -> Self {
        Self {
            home: around.home.clone(),
            prefix: around.prefix.clone(),
            tmpdir: around.tmpdir.clone(),
        }
    }
}

/// The configuration in force: the file's, or the defaults without one.
///
/// # Errors
/// Exit 2 when the file is not there though `--config` names it, cannot be
/// read, could have been written by others, or holds what is not allowed.
pub fn load(around: &Surroundings) -> Result<Config, Failure> {
    let variables = Variables::of(around);
    match find(around)? {
        Some(found) => {
            let config = read(&found.text, &found.shown, &variables).map_err(failure)?;
            let hub = config.hub.as_ref().is_some_and(Hub::secret);
            let secret = hub || config.channels.iter().any(Channel::secret);
            if secret && found.exposed {
                let shown = &found.shown;
                return Err(Failure::usage(format!(
                    "`{shown}` holds a password or token, and others can read it"
                ))
                .hint(format!("chmod 600 {}", text::quoted(&name_for_sh(around)))));
            }
            Ok(config)
        }
        None => Ok(Config::defaults(&variables)),
    }
}

/// The configuration file's text; `None` when there is none and none is named.
///
/// # Errors
/// As [`load`], except for what the file holds.
pub fn find(around: &Surroundings) -> Result<Option<Found>, Failure> {
    let shown = |path: &Path| text::clean(&around.shown(path));
    let name = shown(&around.config);
    let look = match config_file::read(&around.config) {
        Ok(Some(look)) => look,
        Ok(None) if around.config_named => {
            return Err(
                Failure::usage(format!("`{name}`, which `--config` names, is not there"))
                    .hint("`mamori config show --default` prints a file to begin with"),
            );
        }
        Ok(None) => return Ok(None),
        Err(unreadable) => return Err(told(unreadable, &name, around, shown)),
    };
    if let Some(refusal) = trust::refusal(&look.parts, around.uid, shown) {
        return Err(refusal);
    }
    let open = |part: &Owned| part.part == Part::File && part.mode & 0o044 != 0;
    let exposed = look.parts.iter().any(open);
    let text = String::from_utf8(look.bytes).map_err(|error| {
        let before = error
            .as_bytes()
            .iter()
            .take(error.utf8_error().valid_up_to());
        let line = before.filter(|&&byte| byte == b'\n').count() + 1;
        Failure::usage(format!("`{name}` line {line} is not UTF-8 text")).hint(format!(
            "iconv -f LATIN1 -t UTF-8 {}",
            text::quoted(&name_for_sh(around))
        ))
    })?;
    Ok(Some(Found {
        shown: name,
        text,
        exposed,
    }))
}

fn told(
    unreadable: Unreadable,
    name: &str,
    around: &Surroundings,
    shown: impl Fn(&Path) -> String,
) -> Failure {
    let path = text::quoted(&name_for_sh(around));
    let (why, hint) = match unreadable {
        Unreadable::Dangling(target) => (
            format!("it is a link to `{}`, which is not there", shown(&target)),
            format!("ls -l {path}"),
        ),
        Unreadable::Loop => (
            "its links lead round in a circle".into(),
            format!("ls -l {path}"),
        ),
        Unreadable::Folder => ("it is a folder".into(), format!("ls -la {path}")),
        Unreadable::Special => ("it is no regular file".into(), format!("ls -l {path}")),
        Unreadable::Large => (
            format!("it has more than {} KiB", LARGEST >> 10),
            format!("wc -c {path}"),
        ),
        Unreadable::System(error) if error.kind() == std::io::ErrorKind::PermissionDenied => {
            ("permission denied".into(), format!("chmod u+r {path}"))
        }
        Unreadable::System(error) => (error.to_string(), format!("ls -l {path}")),
    };
    Failure::usage(format!("could not read `{name}`: {why}")).hint(hint)
}

/// The path for a command that a person pastes.
fn name_for_sh(around: &Surroundings) -> String {
    text::clean(&around.config.to_string_lossy())
}
