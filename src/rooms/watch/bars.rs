//! The status bars that the watcher tells: what they were told, and which of
//! them do not answer. Effects.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::model::layout::programs::Programs;
use crate::model::segment::Level;
use crate::model::state::{State, TmuxServer};
use crate::model::time::Timestamp;
use crate::sys::clock;
use crate::sys::status_bar::{self, Texts};
use crate::sys::surroundings::Surroundings;
use crate::sys::tmux::TmuxError;

/// Bars are redrawn out of turn at most so often.
const REDRAW_EVERY: Duration = Duration::from_secs(10);
/// Rounds in which a server that did not answer in time is not asked again.
const SILENT_ROUNDS: u8 = 5;

/// All registered bars.
#[derive(Debug, Default)]
pub struct Bars {
    /// Bars drawn out of turn, by socket and process.
    drawn: BTreeMap<(String, u32), Drawn>,
    /// Servers that did not answer in time, and for how many rounds they are
    /// left alone.
    silent: BTreeMap<(String, u32), u8>,
    /// What each was last told.
    told: BTreeMap<(String, u32), Texts>,
}

/// When a bar was last drawn out of turn, and with what severity.
#[derive(Debug)]
struct Drawn {
    level: Level,
    at: Duration,
}

fn key_of(server: &TmuxServer) -> (String, u32) {
    (server.socket.clone(), server.pid)
}

impl Bars {
    /// Tells every registered bar what we know and until when to believe it.
    /// All of it every time: people's commands tell the bars, too, and an
    /// unchanged variable costs nothing there.
    /// What went wrong is for whoever asked to say.
    pub fn tell_all(
        &mut self,
        around: &Surroundings,
        state: &State,
        programs: &Programs,
    ) -> Vec<String> {
        let mut complaints = Vec::new();
        let programs = programs.text();
        let until = clock::now().after(Duration::from_secs(status_bar::BELIEVED_SECONDS));
        let servers = state.tmux_servers.clone();
        let registered = |key: &(String, u32)| servers.iter().any(|server| key_of(server) == *key);
        self.drawn.retain(|key, _| registered(key));
        self.told.retain(|key, _| registered(key));
        self.silent.retain(|key, rounds| {
            *rounds -= 1;
            *rounds > 0 && registered(key)
        });
        for server in servers
            .iter()
            .filter(|server| !self.silent.contains_key(&key_of(server)))
            .collect::<Vec<_>>()
        {
            if let Err(error) = self.tell(around, (state, &programs), server, until) {
                self.drawn.remove(&key_of(server));
                match error {
                    // A server that is gone is no news: it may come back.
                    TmuxError::NoServer(_) => {}
                    TmuxError::Run(_) => {
                        self.silent.insert(key_of(server), SILENT_ROUNDS);
                        complaints.push(error.to_string());
                    }
                    _ => complaints.push(error.to_string()),
                }
            }
        }
        complaints
    }

    /// Whether a bar that answers would show something else than it was told.
    #[must_use]
    pub fn would_change(&self, state: &State) -> bool {
        state.tmux_servers.iter().any(|server| {
            let key = key_of(server);
            !self.silent.contains_key(&key)
                && self.told.get(&key) != Some(&Texts::of(state, server))
        })
    }

    /// Tells one bar, and draws it out of turn when the severity changed.
    fn tell(
        &mut self,
        around: &Surroundings,
        (state, programs): (&State, &str),
        server: &TmuxServer,
        until: Timestamp,
    ) -> Result<(), TmuxError> {
        let texts = Texts::of(state, server);
        status_bar::tell(around, server, (Some(&texts), Some(programs)), until)?;
        self.told.insert(key_of(server), texts.clone());
        let now = clock::elapsed();
        let due = self.drawn.get(&key_of(server)).is_none_or(|last| {
            last.level != texts.level && now.saturating_sub(last.at) >= REDRAW_EVERY
        });
        if due {
            status_bar::redraw(around, server)?;
            self.drawn.insert(
                key_of(server),
                Drawn {
                    level: texts.level,
                    at: now,
                },
            );
        }
        Ok(())
    }

    /// Tells every bar that nobody watches any more.
    pub fn say_goodbye(&self, around: &Surroundings, state: &State) {
        let answers = |server: &&TmuxServer| !self.silent.contains_key(&key_of(server));
        for server in state.tmux_servers.iter().filter(answers) {
            // What cannot be told turns stale by itself.
            let _ = status_bar::tell(around, server, (None, None), Timestamp(0));
        }
    }
}
