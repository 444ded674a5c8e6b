//! Where the hub is, and what lets us in.

use std::fmt;
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;

use super::super::files;
use super::super::surroundings;

/// An address with all that is needed to be let in.
#[derive(Clone, PartialEq, Eq)]
pub struct Address {
    /// `redis://…`, `rediss://…` or `unix:///…`.
    pub(super) url: String,
    /// The password, when it does not stand in the address.
    pub(super) password: Option<String>,
    /// The certificates that vouch for it, in PEM.
    pub(super) ca: Option<Vec<u8>>,
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Address(…)")
    }
}

impl Address {
    /// Reads what belongs to the address: the password from the environment's
    /// `MAMORI_HUB_PASSWORD`, else from its file.
    ///
    /// # Errors
    /// What cannot be read, or whom else it belongs to, in words.
    pub fn read(url: &str, password: Option<&Path>, ca: Option<&Path>) -> Result<Self, String> {
        let password = match (surroundings::hub_password(), password) {
            (Some(word), _) => Some(word),
            (None, Some(file)) => Some(secret(file)?),
            (None, None) => None,
        };
        let ca = ca.map(whole).transpose()?;
        Ok(Self {
            url: url.to_owned(),
            password,
            ca,
        })
    }
}

fn whole(file: &Path) -> Result<Vec<u8>, String> {
    let shown = file.display();
    match files::read(file) {
        Ok(Some(bytes)) => Ok(bytes),
        Ok(None) => Err(format!("`{shown}` is not there")),
        Err(error) => Err(error.to_string()),
    }
}

/// The first line of a file that nobody else can read.
fn secret(file: &Path) -> Result<String, String> {
    let shown = file.display();
    let bytes = whole(file)?;
    let mode = std::fs::metadata(file).map(|meta| meta.mode() & 0o077);
    if mode.is_ok_and(|open| open != 0) {
        return Err(format!("others can read `{shown}`: chmod 600 {shown}"));
    }
    let text = String::from_utf8(bytes).map_err(|_| format!("`{shown}` is no text"))?;
    let line = text.lines().next().unwrap_or_default().trim();
    if line.is_empty() {
        return Err(format!("`{shown}` is empty"));
    }
    Ok(line.to_owned())
}
