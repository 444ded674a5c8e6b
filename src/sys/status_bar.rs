//! The segment in the bars of the registered tmux servers: set as hidden
//! variables, which costs no process and no redraw there.

use std::path::Path;

use tmux_interface::TmuxCommand;

use super::flock;
use super::surroundings::Surroundings;
use super::tmux::hook::Programs;
use super::tmux::{Server, TmuxError};
use crate::model::home::Home;
use crate::model::layout::seen::PROGRAMS;
use crate::model::segment::{FRESH_SECONDS, Form, Level, segment};
use crate::model::state::{State, TmuxServer};
use crate::model::time::Timestamp;

/// Columns of `MAMORI_STATUS`.
const STATUS_WIDTH: usize = 36;
/// Columns of `MAMORI_SHORT`.
const SHORT_WIDTH: usize = 12;

/// How long a bar may believe what a watcher tells it, in seconds.
pub const BELIEVED_SECONDS: u64 = FRESH_SECONDS.unsigned_abs();

/// What a bar is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Texts {
    /// What the symbol stands for.
    pub level: Level,
    status: String,
    short: String,
    alerts: String,
}

impl Texts {
    /// What `server`'s bar says about `state`.
    #[must_use]
    pub fn of(state: &State, server: &TmuxServer) -> Self {
        let draw = |width| {
            let observed = Timestamp(state.summary.observed.unwrap_or(0));
            // Staleness is the bar's own matter: MAMORI_UNTIL tells it.
            let form = Form {
                width,
                ascii: server.ascii,
            };
            let (level, text) = segment(Some(&state.summary), observed, observed, form);
            (level, server.styles.draw(level, &text))
        };
        let (level, status) = draw(STATUS_WIDTH);
        Self {
            level,
            status,
            short: draw(SHORT_WIDTH).1,
            alerts: state.alerts.len().to_string(),
        }
    }

    fn variables(&self) -> [(&'static str, &str); 3] {
        [
            ("MAMORI_STATUS", &self.status),
            ("MAMORI_SHORT", &self.short),
            ("MAMORI_ALERTS", &self.alerts),
        ]
    }
}

/// Until when what is shown may be believed: two missed beats after the last
/// sign of life, which is a sample or a running watcher's beat.
#[must_use]
pub fn believed_until(state: &State, home: &Home) -> Timestamp {
    let lock = home.watch_lock();
    let beat = flock::held(&lock).and_then(|_| super::files::modified(&lock));
    let observed = state.summary.observed.unwrap_or(0);
    let alive = beat.map_or(observed, |beat| beat.0.max(observed));
    Timestamp(if alive == 0 {
        0
    } else {
        alive.saturating_add(FRESH_SECONDS)
    })
}

/// Tells `server` until when to believe its texts, and what is given of these
/// and of the programs that tell what panes are for.
///
/// # Errors
/// When the server does not take it.
pub fn tell(
    around: &Surroundings,
    server: &TmuxServer,
    (texts, programs): (Option<&Texts>, Option<&str>),
    until: Timestamp,
) -> Result<(), TmuxError> {
    let until = until.0.to_string();
    let mut variables = vec![("MAMORI_UNTIL", until.as_str())];
    variables.extend(texts.into_iter().flat_map(Texts::variables));
    variables.extend(programs.map(|programs| (PROGRAMS, programs)));
    Server::at(Path::new(&server.socket), around)?.set_hidden(&variables)
}

/// Tells a server that was just registered all of it, binds our keys, and has
/// it call us when a session is closed or a window is to be arranged: one call.
///
/// # Errors
/// When the server does not take it.
pub fn introduce(
    server: &Server<'_>,
    (texts, programs, keys): (&Texts, Option<&str>, Vec<TmuxCommand<'static>>),
    until: Timestamp,
    around: &Surroundings,
) -> Result<(), TmuxError> {
    let until = until.0.to_string();
    let mut variables = vec![("MAMORI_UNTIL", until.as_str())];
    variables.extend(texts.variables());
    variables.extend(programs.map(|programs| (PROGRAMS, programs)));
    match Programs::ours(around) {
        Some(programs) => server.introduce(&variables, keys, &programs),
        None => server.set_hidden(&variables),
    }
}

/// Draws the bars of `server`'s clients now, for a change that must be seen.
///
/// # Errors
/// When the server does not answer.
pub fn redraw(around: &Surroundings, server: &TmuxServer) -> Result<(), TmuxError> {
    Server::at(Path::new(&server.socket), around)?.redraw_status()
}

/// After a command of a person changed the state: every registered bar shows
/// it at once; after one that goes on by itself, only a change of severity
/// from `before`. A server that does not answer is left to
/// the watcher and to doctor.
pub fn show_everywhere(around: &Surroundings, home: &Home, before: Option<Level>, state: &State) {
    let until = believed_until(state, home);
    for server in &state.tmux_servers {
        let texts = Texts::of(state, server);
        let told = tell(around, server, (Some(&texts), None), until);
        if told.is_ok() && before != Some(texts.level) {
            let _ = redraw(around, server);
        }
    }
}
