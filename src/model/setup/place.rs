//! Paths as a manifest has them: under the home as `~/…`, so that they lead
//! to the same place when the home has moved; never losing a byte.

use std::ffi::OsString;
use std::os::unix::ffi::{OsStrExt as _, OsStringExt as _};
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};

/// What a path that is no UTF-8 begins with; others begin with `/` or `~/`.
const BYTES: &str = "base64:";

/// A path in a manifest.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Place(String);

impl Place {
    /// `path`, which is absolute, as seen from `home`.
    #[must_use]
    pub fn of(path: &Path, home: &Path) -> Self {
        let seen = match path.strip_prefix(home) {
            Ok(rest) if !rest.as_os_str().is_empty() => Path::new("~").join(rest),
            _ => path.to_owned(),
        };
        Self(match seen.to_str() {
            Some(text) => text.to_owned(),
            None => format!("{BYTES}{}", STANDARD.encode(seen.as_os_str().as_bytes())),
        })
    }

    /// The path again; `None` for what no manifest of ours holds.
    #[must_use]
    pub fn path(&self, home: &Path) -> Option<PathBuf> {
        let path = match self.0.strip_prefix(BYTES) {
            Some(text) => PathBuf::from(OsString::from_vec(STANDARD.decode(text).ok()?)),
            None => PathBuf::from(&self.0),
        };
        match path.strip_prefix("~") {
            Ok(rest) => Some(home.join(rest)),
            Err(_) => Some(path).filter(|path| path.is_absolute()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_path_under_the_home_moves_with_it() {
        let place = Place::of(Path::new("/home/a/.tmux.conf"), Path::new("/home/a"));
        assert_eq!(place.path(Path::new("/b")), Some("/b/.tmux.conf".into()));
        let outside = Place::of(Path::new("/etc/x"), Path::new("/home/a"));
        assert_eq!(outside.path(Path::new("/b")), Some("/etc/x".into()));
        assert_eq!(Place("x".into()).path(Path::new("/b")), None);
    }

    proptest! {
        #[test]
        fn no_byte_of_a_path_is_lost(bytes in prop::collection::vec(1_u8..=255, 1..40), under in any::<bool>()) {
            let home = Path::new("/home/a");
            let tail = PathBuf::from(OsString::from_vec(bytes));
            let start = if under { home } else { Path::new("/") };
            let path = start.join(tail.strip_prefix("/").unwrap_or(&tail));
            let back = Place::of(&path, home).path(home);
            prop_assert_eq!(back.map(|path| path.components().collect::<PathBuf>()),
                Some(path.components().collect::<PathBuf>()));
        }
    }
}
