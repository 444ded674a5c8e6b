//! Where the hub is, and what lets us in.

use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use super::super::files;
use super::super::surroundings;

/// An address, and where what is needed to be let in stands: it is read anew
/// for each connection, so that a new password needs no new start.
#[derive(Clone, PartialEq, Eq)]
pub struct Address {
    url: String,
    password_file: Option<PathBuf>,
    ca: Option<PathBuf>,
}

impl std::fmt::Debug for Address {
    /// It may hold a password.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Address(…)")
    }
}

impl Address {
    /// An address (`redis://…`, `rediss://…`, `unix:///…`), a file that holds
    /// the password, and one with the certificates that vouch for the hub.
    #[must_use]
    pub fn new(url: &str, password_file: Option<&Path>, ca: Option<&Path>) -> Self {
        Self {
            url: url.to_owned(),
            password_file: password_file.map(Path::to_owned),
            ca: ca.map(Path::to_owned),
        }
    }

    /// The address itself.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The password, when it does not stand in the address: from the
    /// environment's `MAMORI_HUB_PASSWORD`, else from its file.
    ///
    /// # Errors
    /// What cannot be read, or who else can, in words.
    pub fn password(&self) -> Result<Option<String>, String> {
        match (surroundings::hub_password(), &self.password_file) {
            (Some(word), _) => Ok(Some(word)),
            (None, Some(file)) => secret(file).map(Some),
            (None, None) => Ok(None),
        }
    }

    /// The certificates that vouch for it, in PEM; `None`: the system's.
    ///
    /// # Errors
    /// What cannot be read, in words.
    pub fn ca(&self) -> Result<Option<Vec<u8>>, String> {
        self.ca.as_deref().map(whole).transpose()
    }
}

fn whole(file: &Path) -> Result<Vec<u8>, String> {
    match files::read(file) {
        Ok(Some(bytes)) => Ok(bytes),
        Ok(None) => Err(format!("`{}` is not there", file.display())),
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
