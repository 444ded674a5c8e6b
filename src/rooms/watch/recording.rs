//! What the watcher hands over to be kept. It opens no database itself: what
//! it saw waits in a few kilobytes of memory and goes, with every full look, to
//! a program of its own, `mamori history record`. What that could not write is
//! kept and tried again. The three log files, cheap as they are, it writes itself.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::ffi::OsString;
use std::sync::mpsc::{Receiver, TryRecvError, sync_channel};
use std::thread;
use std::time::Duration;

use crate::model::history::batch::{Ledger, line};
use crate::model::history::{Batch, Record, Sample, lines};
use crate::model::incident::Incident;
use crate::model::kept;
use crate::model::node::{Node, NodeState};
use crate::model::state::{EVENTS_KEPT, Event, State};
use crate::model::time::Timestamp;
use crate::model::uptime::Class;
use crate::rooms::health::heard::{Heard, Word};
use crate::sys::surroundings::Surroundings;
use crate::sys::{clock, metrics, process, programs};

/// Bytes of what waits, at most; beyond, the oldest goes.
const WAITING: usize = 256 << 10;
/// The same of each of many nodes: some minutes of its samples.
const WAITING_OF_EACH: usize = 4 << 10;
/// Looks that say nothing new are samples so far apart.
const APART: Duration = Duration::from_secs(50);
/// Of many nodes further, so that a day's samples stay as few: at most so far,
/// which is one for each line of the history that is kept for months.
const FAR_APART: Duration = Duration::from_secs(290);
/// Hand-overs are so far apart.
const HANDED_OVER_EVERY: Duration = Duration::from_secs(2);
/// A program that takes longer hangs; a broken history of years is saved in less.
const LIMIT: Duration = Duration::from_secs(120);
/// The same when the watcher is told to end.
const LAST_LIMIT: Duration = Duration::from_secs(5);
/// When so many events of the state file are new, they are handed over before
/// the oldest of them are forgotten there.
const MANY: usize = EVENTS_KEPT / 2;

/// What waits, and what is under way.
#[derive(Debug, Default)]
pub struct Recording {
    waiting: VecDeque<String>,
    bytes: usize,
    /// How many may be.
    room: usize,
    /// How far apart samples are that say nothing new.
    apart: Duration,
    seen: BTreeMap<String, Seen>,
    /// Whether a hand-over is due as soon as nobody is waited for.
    due: bool,
    began: Option<Duration>,
    /// The last event and the last incident that were handed over.
    told: (Option<Event>, Option<Incident>),
    running: Option<Receiver<Came>>,
    /// Complaints about it, the last first.
    complaint: Option<String>,
}

/// What a node's last sample was.
#[derive(Debug, Clone, Copy)]
struct Seen {
    at: Duration,
    state: NodeState,
    class: Option<Class>,
    /// The hour that has its line in `disk-usage.log`.
    hour: Option<i64>,
}

/// What came of a hand-over: what it could not write comes back.
#[derive(Debug)]
struct Came {
    back: VecDeque<String>,
    complaint: Option<String>,
}

impl Recording {
    /// Takes in what was heard, as `state` has it now.
    pub fn take(&mut self, heard: &[Heard], state: &State, local: &str, around: &Surroundings) {
        let mut responses = String::new();
        self.room = WAITING.max(WAITING_OF_EACH * state.nodes.len());
        self.apart = apart(state.nodes.len());
        let nodes = state.nodes.iter();
        let nodes: HashMap<&str, &Node> = nodes.map(|node| (node.name.as_str(), node)).collect();
        for one in heard {
            let Some(node) = nodes.get(one.node.as_str()) else {
                continue;
            };
            if let Word::Answered(_, latency_ms) = &one.word {
                responses.push_str(&lines::response(*latency_ms, one.moment.at, &node.name));
            }
            self.see(one, node, local, around);
        }
        if let Err(error) = metrics::response_times(&around.mamori_home, &responses) {
            self.complaint = Some(error.to_string());
        }
        let (event, incident) = &self.told;
        let events = state.events.iter().rev();
        let new = events.take_while(|one| Some(*one) != event.as_ref());
        let incidents = state.incidents.iter().rev();
        let known = |one: &Incident| incident.as_ref().is_some_and(|told| told.same(one));
        let began = incidents.take_while(|one| !known(one));
        self.due |= new.count() >= MANY || began.count() >= MANY;
        // Before the oldest goes.
        self.due |= self.bytes >= self.room / 2;
    }

    fn see(&mut self, one: &Heard, node: &Node, local: &str, around: &Surroundings) {
        let now = clock::elapsed();
        let class = node.uptime.as_ref().map(|uptime| uptime.class);
        let last = self.seen.get(&node.name).copied();
        let changed = last.is_none_or(|last| last.state != node.state);
        let aged = last.is_none_or(|last| now.saturating_sub(last.at) >= self.apart);
        let sample = match one.word {
            // Each full probe counts for itself.
            Word::Answered(..) => true,
            Word::Looked(..) | Word::Failed { .. } | Word::Published(..) | Word::Missing(_) => {
                changed || aged
            }
            Word::Left => aged,
            Word::Alive | Word::Slept { .. } => changed,
        };
        if last.is_none_or(|last| last.class != class)
            && let Some(uptime) = &node.uptime
        {
            self.wait_with(line(&Record::Uptime(Box::new(Ledger {
                node: node.name.clone(),
                uptime: uptime.clone(),
            }))));
        }
        let mut hour = last.and_then(|last| last.hour);
        if sample {
            let sample = Sample::of(node, one.moment.at);
            self.wait_with(line(&Record::Sample(Box::new(sample))));
            hour = self.disk_usage(node, one.moment.at, hour, local, around);
        }
        let at = match last {
            Some(last) if !sample => last.at,
            _ => now,
        };
        let seen = Seen {
            at,
            state: node.state,
            class,
            hour,
        };
        self.seen.insert(node.name.clone(), seen);
    }

    /// One line an hour; which hour has its line now.
    fn disk_usage(
        &mut self,
        node: &Node,
        at: Timestamp,
        last: Option<i64>,
        local: &str,
        around: &Surroundings,
    ) -> Option<i64> {
        let hour = at.0.div_euclid(3_600);
        let fresh = node.observed_at == Some(at) && node.silence.is_none();
        let percent = node.readings.disk_used_percent.value();
        let Some(percent) = percent.filter(|_| fresh && last != Some(hour)) else {
            return last;
        };
        let other = (node.name != local).then_some(node.name.as_str());
        match metrics::disk_usage(&around.mamori_home, other, at, *percent) {
            Ok(()) => Some(hour),
            Err(error) => {
                self.complaint = Some(error.to_string());
                last
            }
        }
    }

    /// Writes what began to be wrong into `errors.log`.
    pub fn errors(&mut self, lines: &str, around: &Surroundings) {
        if let Err(error) = metrics::errors(&around.mamori_home, lines) {
            self.complaint = Some(error.to_string());
        }
    }

    fn wait_with(&mut self, line: String) {
        self.bytes += line.len();
        self.waiting.push_back(line);
        while self.bytes > self.room.max(WAITING) {
            let Some(oldest) = self.waiting.pop_front() else {
                break;
            };
            self.bytes -= oldest.len();
        }
    }

    /// A full look began: what comes of it is handed over.
    pub fn full(&mut self) {
        self.due = true;
    }

    /// Hands over what is due, once no node is waited for; takes in what came
    /// of the last time.
    pub fn turn(&mut self, state: &State, around: &Surroundings, waiting: bool) {
        if let Some(running) = &self.running {
            match running.try_recv() {
                Ok(came) => self.came(came),
                Err(TryRecvError::Disconnected) => self.running = None,
                Err(TryRecvError::Empty) => return,
            }
        }
        let now = clock::elapsed();
        let lately = |at: Duration| now.saturating_sub(at) < HANDED_OVER_EVERY;
        if !self.due || waiting || self.began.is_some_and(lately) {
            return;
        }
        self.due = false;
        self.began = Some(now);
        let handed = self.handed_over(state);
        let around = around.clone();
        let (sender, receiver) = sync_channel(1);
        let work = move || {
            let _ = sender.send(keep(handed, &around, LIMIT));
        };
        if thread::Builder::new()
            .name("history".to_owned())
            .spawn(work)
            .is_ok()
        {
            self.running = Some(receiver);
        }
    }

    /// Hands over the rest, and waits for it.
    pub fn finish(&mut self, state: &State, around: &Surroundings) {
        if let Some(running) = self.running.take()
            && let Ok(came) = running.recv_timeout(LAST_LIMIT)
        {
            self.came(came);
        }
        let handed = self.handed_over(state);
        let came = keep(handed, around, LAST_LIMIT);
        self.came(came);
    }

    /// What waits, with what `state` holds besides.
    fn handed_over(&mut self, state: &State) -> Handed {
        self.told = (
            state.events.last().cloned(),
            state.incidents.last().cloned(),
        );
        self.bytes = 0;
        Handed {
            waiting: std::mem::take(&mut self.waiting),
            besides: Batch::of(state, clock::now()).lines(),
        }
    }

    fn came(&mut self, came: Came) {
        self.running = None;
        self.complaint = came.complaint;
        let newer = std::mem::take(&mut self.waiting);
        self.bytes = 0;
        for line in came.back.into_iter().chain(newer) {
            self.wait_with(line);
        }
    }

    /// What went wrong last.
    #[must_use]
    pub fn complaint(&self) -> Option<&str> {
        self.complaint.as_deref()
    }
}

/// How far apart the samples of one of so many nodes are.
fn apart(nodes: usize) -> Duration {
    let times = u32::try_from(nodes / kept::WHOLE).unwrap_or(u32::MAX);
    APART.saturating_mul(times.max(1)).min(FAR_APART)
}

/// What one hand-over holds.
struct Handed {
    waiting: VecDeque<String>,
    besides: String,
}

/// Has it kept by a program of its own, to its end.
fn keep(handed: Handed, around: &Surroundings, limit: Duration) -> Came {
    let Handed { waiting, besides } = handed;
    let Some(program) = programs::ourselves() else {
        return Came {
            back: waiting,
            complaint: None,
        };
    };
    let mut input = line(&Record::Now(clock::now())).into_bytes();
    for line in &waiting {
        input.extend_from_slice(line.as_bytes());
    }
    input.extend_from_slice(besides.as_bytes());
    let arguments = ["history", "record"].map(OsString::from);
    let ended = process::run_fed(input, &program, &arguments, &around.of_ourselves(), limit);
    let first = |said: &[u8]| {
        let said = String::from_utf8_lossy(said).into_owned();
        let first = said.lines().next().unwrap_or_default();
        let plain = first.trim_start_matches("warning: ");
        plain.trim_start_matches("error: ").to_owned()
    };
    match ended {
        Ok(ended) if ended.status.success() => Came {
            back: VecDeque::new(),
            complaint: Some(first(&ended.stderr)).filter(|said| !said.is_empty()),
        },
        Ok(ended) => Came {
            back: waiting,
            complaint: Some(format!(
                "not recorded in the history: {}",
                first(&ended.stderr)
            )),
        },
        Err(error) => Came {
            back: waiting,
            complaint: Some(format!("not recorded in the history: {error}")),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn samples_of_many_nodes_are_further_apart_and_never_beyond_five_minutes() {
        let seconds = [1, 200, 399, 400, 1_000, 2_000, 20_000].map(|nodes| apart(nodes).as_secs());
        assert_eq!(seconds, [50, 50, 50, 100, 250, 290, 290]);
    }

    #[test]
    fn what_waits_of_many_nodes_has_room_and_goes_before_any_is_lost() {
        let mut recording = Recording {
            room: WAITING_OF_EACH * 2_000,
            ..Recording::default()
        };
        // Ten minutes of two thousand nodes.
        let line = "x".repeat(320);
        for _ in 0..2 * 2_000 {
            recording.wait_with(line.clone());
        }
        assert_eq!(recording.waiting.len(), 4_000);
        recording.room = 0;
        recording.wait_with(line);
        assert!(recording.bytes <= WAITING);
    }
}
