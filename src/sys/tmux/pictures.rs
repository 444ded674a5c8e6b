//! Pictures of tmux servers: taken with one question, kept in a file of ours.

use std::path::{Path, PathBuf};

use tmux_interface::ListPanes;

use super::{Server, TmuxError};
use crate::model::home::Home;
use crate::model::picture::{Picture, SCHEMA, answer, question};
use crate::model::time::Timestamp;
use crate::sys::files::{self, FileError};

impl Server<'_> {
    /// What the server looks like now: one call.
    ///
    /// # Errors
    /// When it does not answer, or not as asked.
    pub fn picture(&self) -> Result<Picture, TmuxError> {
        let random = || fastrand::u64(..);
        let mark = format!("|{:016x}{:016x}|", random(), random());
        let list = ListPanes::new().all().format(question(&mark));
        let text = self.ask(list.build())?;
        answer(&text, &mark, &self.socket.to_string_lossy())
            .ok_or_else(|| TmuxError::Refused("an answer that is no picture".to_owned()))
    }
}

/// Where the picture of the server on `socket` is kept.
#[must_use]
pub fn file(home: &Home, socket: &Path) -> PathBuf {
    let text = socket.to_string_lossy();
    let short = |c: char| c.is_ascii_alphanumeric() || "-_".contains(c);
    let name: String = text
        .rsplit('/')
        .next()
        .unwrap_or_default()
        .chars()
        .filter(|&c| short(c))
        .take(32)
        .collect();
    home.pictures()
        .join(format!("{name}-{:016x}.json", sum(&text)))
}

/// FNV-1a: two sockets of one name are told apart, today as in ten years.
fn sum(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |sum, byte| {
        (sum ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

/// The picture kept of the server on `socket`; `None` without one, and when
/// what is there is not one of ours.
#[must_use]
pub fn read(home: &Home, socket: &Path) -> Option<Picture> {
    let bytes = files::read(&file(home, socket)).ok().flatten()?;
    let picture: Picture = serde_json::from_slice(&bytes).ok()?;
    let ours = picture.schema == SCHEMA && *picture.socket == *socket.to_string_lossy();
    Some(picture).filter(|_| ours)
}

/// Keeps `picture`, with what is remembered of an earlier server on its
/// socket, unless the same is kept already. Gives what is kept now.
///
/// # Errors
/// When it cannot be written; the old one stands then.
pub fn keep(home: &Home, picture: Picture, now: Timestamp) -> Result<Picture, FileError> {
    let socket = PathBuf::from(&picture.socket);
    let before = read(home, &socket);
    let picture = picture.after(before.as_ref(), now);
    if before.as_ref() == Some(&picture) {
        return Ok(picture);
    }
    files::private_folder(&home.pictures())?;
    // A picture of plain data can always be written as text.
    let bytes = serde_json::to_vec(&picture).unwrap_or_default();
    files::replace(&file(home, &socket), &bytes)?;
    Ok(picture)
}
