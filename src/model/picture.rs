//! The picture of a tmux server: which sessions it has, with their windows,
//! panes, folders and roles. Never what runs in a pane or stands in it.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::blueprint::{Arrangement, Blueprint, Pane, Window, missing};
use super::layout::Layout;
use super::time::Timestamp;

/// The schema this build reads and writes.
pub const SCHEMA: u64 = 1;

/// How long a session that went with its server is offered, in seconds: a week.
pub const OFFERED_SECONDS: i64 = 7 * 86_400;

/// How many sessions one picture has at most; a server may be told to have
/// thousands, and nobody would bring those back.
const MOST: usize = 200;

/// What one server looked like.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Picture {
    /// [`SCHEMA`].
    pub schema: u64,
    /// The server's socket.
    pub socket: String,
    /// The server's process: one that came back has another.
    pub pid: u32,
    /// When the server started, in Unix seconds.
    pub start_time: i64,
    /// Its sessions in its order.
    pub sessions: Vec<Session>,
    /// Sessions that an earlier server on this socket had and this one never
    /// had: what that server took with it when it died.
    #[serde(default)]
    pub lost: Vec<Session>,
}

/// A session.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Session {
    /// Its name as tmux tells it.
    pub name: String,
    /// When it was lost with its server; `None`: it was not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lost_at: Option<Timestamp>,
    /// Its windows in order.
    pub windows: Vec<PicturedWindow>,
}

/// A window.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PicturedWindow {
    /// The name that a person gave it, as tmux tells it; `None`: tmux named it.
    #[serde(default)]
    pub name: Option<String>,
    /// tmux's layout string, as it takes it; what it told where we cannot read
    /// that.
    pub layout: String,
    /// Whether it is the session's current one.
    #[serde(default)]
    pub active: bool,
    /// Its panes in order.
    pub panes: Vec<PicturedPane>,
}

/// A pane.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PicturedPane {
    /// The folder its program is in; empty where tmux does not know.
    pub dir: String,
    /// Its role, if it is one of ours.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<String>,
    /// Whether it is the window's current one.
    #[serde(default)]
    pub active: bool,
}

/// What tmux is asked about each pane. `mark`, which nobody can know
/// beforehand, stands between the fields, because a folder's name may hold
/// anything else: newlines, quotes, `#`.
#[must_use]
pub fn question(mark: &str) -> String {
    let fields = [
        "",
        "#{pid}",
        "#{start_time}",
        "#{session_id}",
        "#{session_name}",
        "#{window_id}",
        "#{?automatic-rename,,x}",
        "#{window_name}",
        "#{window_layout}",
        "#{window_active}",
        "#{pane_active}",
        "#{@mamori-role}",
        "#{pane_current_path}",
        "",
    ];
    fields.join(mark)
}

/// Reads the answer; `None` when it is none. Sessions that only show windows
/// of others (grouped or linked) have none of their own and are left out.
#[must_use]
pub fn answer(text: &str, mark: &str, socket: &str) -> Option<Picture> {
    let mut fields = text.split(mark);
    let mut picture = Picture {
        schema: SCHEMA,
        socket: socket.to_owned(),
        pid: 0,
        start_time: 0,
        sessions: Vec::new(),
        lost: Vec::new(),
    };
    let mut seen: Vec<(String, String)> = Vec::new();
    // What stands between two answers: the end of a line, nothing at first.
    while matches!(fields.next()?, "" | "\n") {
        let Some(pid) = fields.next() else { break };
        picture.pid = pid.parse().ok()?;
        picture.start_time = fields.next()?.parse().ok()?;
        let session = fields.next()?.to_owned();
        let session_name = fields.next()?;
        let window = fields.next()?.to_owned();
        let (named, window_name) = (!fields.next()?.is_empty(), fields.next()?);
        let (layout, window_active) = (fields.next()?, fields.next()? == "1");
        let pane_active = fields.next()? == "1";
        let (role, dir) = (role(fields.next()?), fields.next()?);
        let owner = seen.iter().find(|(known, _)| *known == window);
        let fresh = owner.is_none();
        if owner.is_some_and(|(_, owner)| *owner != session) {
            continue;
        }
        if fresh {
            seen.push((window, session));
        }
        let panes = panes(&mut picture.sessions, session_name, fresh, || {
            PicturedWindow {
                name: named.then(|| window_name.to_owned()),
                layout: Layout::told(layout)
                    .map_or_else(|| layout.to_owned(), |layout| layout.to_string()),
                active: window_active,
                panes: Vec::new(),
            }
        });
        panes?.push(PicturedPane {
            dir: dir.to_owned(),
            role,
            active: pane_active,
        });
    }
    picture.sessions.truncate(MOST);
    (picture.pid > 0).then_some(picture)
}

/// The panes of the last window of the session `name`, which are begun with
/// `window` when it is a `fresh` one.
fn panes<'s>(
    sessions: &'s mut Vec<Session>,
    name: &str,
    fresh: bool,
    window: impl FnOnce() -> PicturedWindow,
) -> Option<&'s mut Vec<PicturedPane>> {
    let at = sessions.iter().position(|session| session.name == name);
    let at = at.unwrap_or_else(|| {
        sessions.push(Session {
            name: name.to_owned(),
            lost_at: None,
            windows: Vec::new(),
        });
        sessions.len() - 1
    });
    let windows = &mut sessions.get_mut(at)?.windows;
    if fresh {
        windows.push(window());
    }
    windows.last_mut().map(|window| &mut window.panes)
}

/// A role as it may be set: a short word.
fn role(text: &str) -> Option<String> {
    let word = (1..=32).contains(&text.len())
        && text
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte == b'-');
    word.then(|| text.to_owned())
}

impl Picture {
    /// This picture with what is remembered from the one `before` it: when the
    /// server is another one now, the sessions that went with the old one.
    #[must_use]
    pub fn after(self, before: Option<&Self>, now: Timestamp) -> Self {
        let Some(before) = before.filter(|before| before.socket == self.socket) else {
            return self;
        };
        let died = (before.pid, before.start_time) != (self.pid, self.start_time);
        let fresh = before
            .sessions
            .iter()
            .filter(|_| died)
            .map(|session| Session {
                lost_at: Some(now),
                ..session.clone()
            });
        let young = |session: &&Session| {
            let age = session.lost_at.map(|lost| now.0.saturating_sub(lost.0));
            age.is_some_and(|age| age < OFFERED_SECONDS)
        };
        let older = before.lost.iter().filter(young).cloned();
        let mut lost: Vec<Session> = Vec::new();
        for session in fresh.chain(older) {
            let known = |other: &Session| other.name == session.name;
            if !self.sessions.iter().any(known) && !lost.iter().any(known) {
                lost.push(session);
            }
        }
        lost.truncate(MOST);
        Self { lost, ..self }
    }

    /// The sessions that can be brought back: those pictured or lost that are
    /// not among those `there` now; with shells only.
    #[must_use]
    pub fn missing(&self, there: &[String]) -> Vec<Blueprint> {
        let all: Vec<Blueprint> = self
            .sessions
            .iter()
            .chain(&self.lost)
            .map(Session::blueprint)
            .collect();
        missing(&all, there)
    }
}

impl Session {
    fn blueprint(&self) -> Blueprint {
        let pane = |pane: &PicturedPane| Pane {
            dir: Some(PathBuf::from(&pane.dir)).filter(|dir| dir.is_absolute()),
            role: pane.role.as_deref().and_then(role),
            command: Vec::new(),
            active: pane.active,
        };
        let window = |window: &PicturedWindow| Window {
            // tmux writes a window's name as it is given at its creation.
            name: window.name.clone(),
            arrangement: Arrangement::Custom(window.layout.clone()),
            panes: window.panes.iter().map(pane).collect(),
            active: window.active,
        };
        Blueprint {
            name: self.name.clone(),
            windows: self.windows.iter().map(window).collect(),
        }
    }
}

/// The name to give a session so that tmux tells `told`: it writes `\` as `\\`, and
/// control characters as `\n` or `\033` (`vis(3)`).
#[must_use]
pub fn as_given(told: &str) -> String {
    let mut given = String::with_capacity(told.len());
    let mut rest = told;
    while let Some(at) = rest.find('\\') {
        let (before, from) = rest.split_at(at);
        given.push_str(before);
        let after = from.get(1..).unwrap_or_default();
        let (c, length) = escaped(after);
        given.push(c);
        rest = after.get(length..).unwrap_or_default();
    }
    given + rest
}

/// What `after` a backslash stands for, and how many bytes of it do.
fn escaped(after: &str) -> (char, usize) {
    let octal = after
        .get(..3)
        .filter(|digits| digits.bytes().all(|byte| (b'0'..=b'7').contains(&byte)))
        .and_then(|digits| u8::from_str_radix(digits, 8).ok())
        .filter(u8::is_ascii);
    if let Some(byte) = octal {
        return (char::from(byte), 3);
    }
    match after.as_bytes().first() {
        Some(b'n') => ('\n', 1),
        Some(b't') => ('\t', 1),
        Some(b'r') => ('\r', 1),
        Some(b'a') => ('\u{7}', 1),
        Some(b'b') => ('\u{8}', 1),
        Some(b'v') => ('\u{b}', 1),
        Some(b'f') => ('\u{c}', 1),
        Some(b's') => (' ', 1),
        Some(b'\\') => ('\\', 1),
        // Not as tmux writes it: the backslash stands for itself.
        _ => ('\\', 0),
    }
}

#[cfg(test)]
#[path = "picture_tests.rs"]
mod tests;
