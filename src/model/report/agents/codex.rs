//! Codex's rollouts: totals that grow, of which the differences count.
//!
//! The file of a fork or of a subagent begins with its parent's history,
//! written once more in an instant; that is nobody's new work.

use serde::{Deserialize, Serialize};

use super::loose::{Number, Object, Text};
use super::turns::{Turns, Whose};
use super::{Found, Key, Request, Tokens, folder, instant, named};

/// Records of a copied history follow each other within this, in milliseconds.
const INSTANT: i64 = 300;

/// Reads a rollout, line by line; what it knows so far can be kept and read
/// on from.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Codex {
    session: String,
    dir: Option<String>,
    model: Option<String>,
    /// Whether the first line was seen, which says whose file it is.
    known: bool,
    replay: Option<Replay>,
    total: Option<Usage>,
    turns: Turns,
}

/// Where a copied history ends.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Replay {
    /// The first line of its own by number, where lines have one.
    own: Option<u64>,
    /// The instant of the last line that was a copy.
    last: i64,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Line<'a> {
    #[serde(borrow, rename = "type")]
    kind: Text<'a>,
    #[serde(borrow)]
    timestamp: Text<'a>,
    ordinal: Number,
    #[serde(borrow)]
    payload: Object<Payload<'a>>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Payload<'a> {
    #[serde(borrow, rename = "type")]
    kind: Text<'a>,
    #[serde(borrow)]
    id: Text<'a>,
    #[serde(borrow)]
    cwd: Text<'a>,
    #[serde(borrow)]
    model: Text<'a>,
    #[serde(borrow)]
    call_id: Text<'a>,
    #[serde(borrow)]
    parent_thread_id: Text<'a>,
    #[serde(borrow)]
    forked_from_id: Text<'a>,
    subagent_history_start_ordinal: Number,
    #[serde(borrow)]
    source: Object<Source<'a>>,
    info: Object<Info>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Source<'a> {
    #[serde(borrow)]
    subagent: Object<Subagent<'a>>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Subagent<'a> {
    #[serde(borrow)]
    thread_spawn: Object<Spawn<'a>>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Spawn<'a> {
    #[serde(borrow)]
    parent_thread_id: Text<'a>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Info {
    total_token_usage: Object<Told>,
    last_token_usage: Object<Told>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Told {
    #[serde(rename = "input_tokens")]
    input: Number,
    #[serde(rename = "cached_input_tokens")]
    cached: Number,
    #[serde(rename = "cache_write_input_tokens")]
    written: Number,
    #[serde(rename = "output_tokens")]
    output: Number,
    #[serde(rename = "total_tokens")]
    total: Number,
}

/// What was used, as Codex counts it: cached input is input, thoughts are
/// output.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Usage {
    input: u64,
    cached: u64,
    written: u64,
    output: u64,
    total: u64,
}

impl Told {
    /// `None` where it does not say what was read and written.
    fn usage(&self) -> Option<Usage> {
        let (input, output) = (self.input.0?, self.output.0?);
        Some(Usage {
            input,
            cached: self.cached.0.unwrap_or_default(),
            written: self.written.0.unwrap_or_default(),
            output,
            total: self.total.0.unwrap_or(input.saturating_add(output)),
        })
    }
}

impl Usage {
    fn since(self, before: Self) -> Self {
        Self {
            input: self.input.saturating_sub(before.input),
            cached: self.cached.saturating_sub(before.cached),
            written: self.written.saturating_sub(before.written),
            output: self.output.saturating_sub(before.output),
            total: self.total.saturating_sub(before.total),
        }
    }

    fn nothing(self) -> bool {
        self.input == 0 && self.output == 0 && self.written == 0
    }

    fn tokens(self) -> Tokens {
        // Whether the input holds what was written into the cache is told by
        // the sum.
        let beside = self.written > 0
            && self.total
                == self
                    .input
                    .saturating_add(self.output)
                    .saturating_add(self.written);
        let within = if beside { 0 } else { self.written };
        let input = self
            .input
            .saturating_sub(self.cached)
            .saturating_sub(within);
        Tokens {
            input: Some(input),
            cache_write: Some(self.written),
            cache_write_hour: 0,
            cache_read: Some(self.cached),
            output: Some(self.output),
        }
    }

    fn words(self) -> String {
        let Self {
            input,
            cached,
            written,
            output,
            total,
        } = self;
        format!("{input} {cached} {written} {output} {total}")
    }
}

impl Codex {
    /// A rollout that is read from its beginning; `session` is whose it is by
    /// its name, should its lines not say.
    #[must_use]
    pub fn new(session: &str) -> Self {
        Self {
            session: named(session).unwrap_or_default(),
            ..Self::default()
        }
    }

    /// Reads one whole line.
    pub fn line(&mut self, bytes: &[u8], into: &mut Found) {
        let Ok(line) = serde_json::from_slice::<Line<'_>>(bytes) else {
            into.unread += 1;
            return;
        };
        let at = line.timestamp.get().and_then(instant);
        let Some(payload) = line.payload.0.as_ref() else {
            return;
        };
        match line.kind.get() {
            Some("session_meta") if !self.known => {
                self.known = true;
                return self.begins(payload, at);
            }
            Some("turn_context") => self.turn(payload, into),
            Some("event_msg" | "response_item") => {}
            _ => return,
        }
        let count = payload.kind.is("token_count") && payload.info.0.is_some();
        let Some(at) = at else {
            into.unread += u64::from(count);
            return;
        };
        let copied = self.copied(at, line.ordinal.0);
        if count {
            self.counted(payload, at, copied, into);
        }
        if !copied {
            self.worked(line.kind.is("event_msg"), payload, at, into);
        }
    }

    /// The first line: whose file it is.
    fn begins(&mut self, payload: &Payload<'_>, at: Option<i64>) {
        let of = |text: &Text<'_>| text.get().and_then(named);
        let spawned = payload.source.0.as_ref().and_then(|source| {
            let subagent = source.subagent.0.as_ref()?;
            of(&subagent.thread_spawn.0.as_ref()?.parent_thread_id)
        });
        let parent = of(&payload.parent_thread_id).or(spawned);
        if parent.is_some() || payload.forked_from_id.get().is_some() {
            self.replay = Some(Replay {
                own: payload.subagent_history_start_ordinal.0,
                last: at.unwrap_or_default(),
            });
        }
        // A subagent's work is its parent's session.
        if let Some(session) = parent.or_else(|| of(&payload.id)) {
            self.session = session;
        }
        self.dir = payload.cwd.get().and_then(folder);
    }

    fn turn(&mut self, payload: &Payload<'_>, into: &mut Found) {
        let dir = payload.cwd.get().and_then(folder);
        if dir.is_some() && dir != self.dir {
            self.settle(into);
            self.dir = dir;
        }
        if let Some(model) = payload.model.get().and_then(named) {
            self.model = Some(model);
        }
    }

    /// Whether a line only repeats a parent's history.
    fn copied(&mut self, at: i64, ordinal: Option<u64>) -> bool {
        let Some(replay) = &mut self.replay else {
            return false;
        };
        let copied = match (replay.own, ordinal) {
            (Some(own), Some(ordinal)) => ordinal < own,
            // Copies have the old times, or all that of the copying.
            _ => at <= replay.last.saturating_add(INSTANT),
        };
        if copied {
            replay.last = replay.last.max(at);
        } else {
            self.replay = None;
        }
        copied
    }

    fn counted(&mut self, payload: &Payload<'_>, at: i64, copied: bool, into: &mut Found) {
        let Some(counts) = payload.info.0.as_ref() else {
            return;
        };
        let of = |told: &Object<Told>| told.0.as_ref().and_then(Told::usage);
        let (total, last) = (of(&counts.total_token_usage), of(&counts.last_token_usage));
        let before = self.total;
        self.total = total.or(before);
        if copied {
            return;
        }
        let used = match (total, before) {
            // The sum went on.
            (Some(total), Some(before)) if total.total >= before.total => total.since(before),
            // The first one, or a sum that began anew.
            (Some(total), _) => last.unwrap_or(total),
            (None, _) => match last {
                Some(last) => last,
                None => {
                    into.unread += 1;
                    return;
                }
            },
        };
        if used.nothing() {
            return;
        }
        let words = total.unwrap_or(used).words();
        into.requests.push(Request {
            key: Key::of(&["codex", &at.to_string(), &words]),
            message: None,
            sidechain: false,
            at,
            session: self.session.clone(),
            dir: self.dir.clone(),
            model: self.model.clone(),
            tokens: used.tokens(),
            rate: None,
            told: None,
        });
    }

    fn worked(&mut self, event: bool, payload: &Payload<'_>, at: i64, into: &mut Found) {
        let whose = Whose {
            session: &self.session,
            dir: self.dir.as_deref(),
        };
        let work = &mut into.work;
        match payload.kind.get() {
            Some("task_started" | "turn_started") if event => self.turns.prompt(at, whose, work),
            Some("user_message") if event && !self.turns.open() => {
                self.turns.prompt(at, whose, work);
            }
            Some("task_complete" | "turn_complete" | "turn_aborted") if event => {
                if self.turns.open() {
                    self.turns.step(at, whose, work);
                }
                self.turns.end(whose, work);
            }
            // Limits are also told while nothing is done.
            Some("token_count") | None if !self.turns.open() => {}
            // What a user's words become comes before their turn does.
            Some("message") if !event && !self.turns.open() => {}
            Some(kind) => {
                self.turns.step(at, whose, work);
                if let Some(call) = payload.call_id.get().filter(|_| !event) {
                    if kind.ends_with("_output") {
                        self.turns.closed(call);
                    } else if kind.ends_with("_call") {
                        self.turns.opened(call);
                    }
                }
            }
            None => {}
        }
    }

    /// Tells of the work that is known so far.
    pub fn settle(&mut self, into: &mut Found) {
        let whose = Whose {
            session: &self.session,
            dir: self.dir.as_deref(),
        };
        self.turns.settle(whose, &mut into.work);
    }
}
