//! One round of the watcher: look, judge, write when worth it, tell the bars.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use super::change::worth_writing;
use super::schedule::with_gap;
use crate::config::{self, Config};
use crate::model::segment::Level;
use crate::model::state::{Gap, State, TmuxServer};
use crate::model::time::Timestamp;
use crate::rooms::health::expected::Expected;
use crate::rooms::health::facts;
use crate::rooms::health::record::{Rules, record};
use crate::roster;
use crate::state::store::{StateError, Store};
use crate::sys::flock::Wait;
use crate::sys::host::{Ask, Look};
use crate::sys::status_bar::{self, Texts};
use crate::sys::surroundings::Surroundings;
use crate::sys::tmux::TmuxError;
use crate::sys::{clock, files, output, process};

/// Looks that wait for the state file's lock; older ones are forgotten.
const PENDING: usize = 60;
/// Bars are redrawn out of turn at most so often.
const REDRAW_EVERY: Duration = Duration::from_secs(10);

/// Everything a watcher keeps between two rounds.
pub struct Rounds<'a> {
    around: &'a Surroundings,
    config: Config,
    name: String,
    store: Store,
    /// The state file as last seen.
    base: State,
    /// What we know: that, with the looks that could not be written yet.
    state: State,
    /// Looks that could not be written yet.
    pending: Vec<(Look, Ask)>,
    gaps: Vec<Gap>,
    /// Bars drawn out of turn, by socket and process.
    drawn: BTreeMap<(String, u32), Drawn>,
    /// Whether the last round could be written, or needed no writing.
    recorded: bool,
    /// Servers that did not answer in time, and for how many rounds they are
    /// left alone.
    silent: BTreeMap<(String, u32), u8>,
    /// The last complaint about each matter, so that none is repeated every minute.
    complaints: BTreeMap<&'static str, String>,
}

/// Rounds in which a server that did not answer in time is not asked again.
const SILENT_ROUNDS: u8 = 5;

/// When a bar was last drawn out of turn, and with what severity.
struct Drawn {
    level: Level,
    at: Duration,
}

fn key_of(server: &TmuxServer) -> (String, u32) {
    (server.socket.clone(), server.pid)
}

impl<'a> Rounds<'a> {
    /// A watcher's first knowledge.
    #[must_use]
    pub fn new(around: &'a Surroundings, config: Config, store: Store) -> Self {
        let look = store.read().ok().flatten();
        let state = look.map(|look| look.state).unwrap_or_default();
        Self {
            around,
            name: roster::local_name(&config),
            config,
            store,
            base: state.clone(),
            state,
            pending: Vec::new(),
            gaps: Vec::new(),
            drawn: BTreeMap::new(),
            recorded: true,
            silent: BTreeMap::new(),
            complaints: BTreeMap::new(),
        }
    }

    /// Whether what we know stands in the state file.
    #[must_use]
    pub fn recorded(&self) -> bool {
        self.recorded
    }

    /// Notes a time in which nobody looked.
    pub fn note_gap(&mut self, gap: &Gap) {
        self.gaps = with_gap(&self.gaps, gap.from, gap.to, gap.why);
    }

    /// Takes over the configuration as it is now. One that is wrong is told,
    /// and the last right one stays in force.
    pub fn reconfigure(&mut self) -> Duration {
        match config::load(self.around) {
            Ok(config) => {
                self.name = roster::local_name(&config);
                self.config = config;
                self.complaints.remove("config");
            }
            Err(failure) => self.complain(
                "config",
                format!("the configuration is left as it was: {}", failure.what),
            ),
        }
        self.config.watch.health_every
    }

    /// One round; `full` asks every question, else only those that are judged.
    pub fn round(&mut self, full: bool) {
        let expected = facts::expected(self.around, &self.config);
        let ask = if full {
            Ask::ALL
        } else {
            facts::needed(&expected)
        };
        let look = facts::look(self.around, &self.config, &self.state, ask);
        let now = look.at;
        self.pending.push((look, ask));
        let beyond = self.pending.len().saturating_sub(PENDING);
        self.pending.drain(..beyond);
        self.write(&expected, now);
        self.tell_bars();
    }

    /// Brings the state file up to date if that is worth a write. When it is
    /// locked or the disk is full, the looks wait and our own copy goes on.
    fn write(&mut self, expected: &Expected, now: Timestamp) {
        let rules = Rules {
            name: &self.name,
            expected,
            judge: &self.config.judge,
            config: &self.config,
        };
        let (pending, gaps, oldest) = (&self.pending, &self.gaps, self.config.watch.health_every);
        let gone = self.gone_servers();
        let taken_over = |state: &State| {
            let mut new = pending.iter().fold(state.clone(), |state, (look, ask)| {
                record(&state, look, *ask, rules)
            });
            new.gaps = gaps.iter().fold(new.gaps, |all, gap| {
                with_gap(&all, gap.from, gap.to, gap.why)
            });
            new.tmux_servers.retain(|server| !gone.contains(server));
            new
        };
        let updated = self.store.update(Wait::Never, now, |state| {
            let new = taken_over(state);
            let worth = worth_writing(state, &new, oldest);
            (new.clone(), worth.then_some(new))
        });
        match updated {
            Ok(updated) => {
                self.state = updated.outcome;
                self.base = updated.state;
                // An unwritten look is the base of nothing: the next one brings the same news.
                self.pending.clear();
                self.gaps.clear();
                self.recorded = true;
                self.complaints.remove("state");
                for notice in updated.notices {
                    self.complain("state", notice);
                }
            }
            Err(error) => {
                // Whoever holds the lock lets go of it; a disk may stay full.
                self.recorded = matches!(error, StateError::Locked { .. });
                // People's commands may have changed the file meanwhile.
                if let Ok(Some(look)) = self.store.read() {
                    self.base = look.state;
                }
                self.state = taken_over(&self.base);
                self.complain("state", format!("not recorded: {error}"));
            }
        }
    }

    /// Tells every registered bar what we know and until when to believe it.
    /// All of it every time: people's commands tell the bars, too, and an
    /// unchanged variable costs nothing there.
    fn tell_bars(&mut self) {
        let until = clock::now().after(Duration::from_secs(status_bar::BELIEVED_SECONDS));
        let servers = self.state.tmux_servers.clone();
        let registered = |key: &(String, u32)| servers.iter().any(|server| key_of(server) == *key);
        self.drawn.retain(|key, _| registered(key));
        self.silent.retain(|key, rounds| {
            *rounds -= 1;
            *rounds > 0 && registered(key)
        });
        for server in servers
            .iter()
            .filter(|server| !self.silent.contains_key(&key_of(server)))
            .collect::<Vec<_>>()
        {
            if let Err(error) = self.tell(server, until) {
                self.drawn.remove(&key_of(server));
                match error {
                    // A server that is gone is no news: it may come back.
                    TmuxError::NoServer(_) => {}
                    TmuxError::Run(_) => {
                        self.silent.insert(key_of(server), SILENT_ROUNDS);
                        self.complain("tmux", error.to_string());
                    }
                    _ => self.complain("tmux", error.to_string()),
                }
            }
        }
    }

    /// Tells one bar, and draws it out of turn when the severity changed.
    fn tell(&mut self, server: &TmuxServer, until: Timestamp) -> Result<(), TmuxError> {
        let texts = Texts::of(&self.state, server);
        status_bar::tell(self.around, server, Some(&texts), until)?;
        let now = clock::elapsed();
        let due = self.drawn.get(&key_of(server)).is_none_or(|last| {
            last.level != texts.level && now.saturating_sub(last.at) >= REDRAW_EVERY
        });
        if due {
            status_bar::redraw(self.around, server)?;
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
    pub fn say_goodbye(&self) {
        let answers = |server: &&TmuxServer| !self.silent.contains_key(&key_of(server));
        for server in self.state.tmux_servers.iter().filter(answers) {
            // What cannot be told turns stale by itself.
            let _ = status_bar::tell(self.around, server, None, Timestamp(0));
        }
    }

    /// Registered servers whose socket and process are both gone.
    fn gone_servers(&self) -> Vec<TmuxServer> {
        let gone = |server: &&TmuxServer| {
            !files::exists(Path::new(&server.socket)) && !process::alive(server.pid)
        };
        self.state
            .tmux_servers
            .iter()
            .filter(gone)
            .cloned()
            .collect()
    }

    fn complain(&mut self, matter: &'static str, complaint: String) {
        if self.complaints.get(matter) != Some(&complaint) {
            output::complain(&format!("warning: {complaint}\n"));
            self.complaints.insert(matter, complaint);
        }
    }
}
