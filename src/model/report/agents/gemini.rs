//! Gemini CLI's sessions: a file that is one object, or one with an object in
//! each line. What was taken back was billed nevertheless.

use serde::{Deserialize, Serialize};

use super::loose::{List, Number, Object, Text};
use super::turns::{Turns, Whose};
use super::{Found, Key, Request, Tokens, instant, named};

/// Reads a session; what it knows so far can be kept and read on from.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Gemini {
    session: String,
    turns: Turns,
}

/// A line: a session's beginning, a message, or a change of what was said.
#[derive(Deserialize, Default)]
#[serde(default)]
struct Record<'a> {
    #[serde(borrow, rename = "sessionId")]
    session_id: Text<'a>,
    #[serde(borrow)]
    messages: List<Message<'a>>,
    #[serde(borrow, rename = "$set")]
    set: Object<Whole<'a>>,
    #[serde(borrow)]
    id: Text<'a>,
    #[serde(borrow, rename = "type")]
    kind: Text<'a>,
    #[serde(borrow)]
    timestamp: Text<'a>,
    #[serde(borrow)]
    model: Text<'a>,
    tokens: Object<Told>,
}

#[derive(Deserialize, Default)]
#[serde(default, rename_all = "camelCase")]
struct Whole<'a> {
    #[serde(borrow)]
    session_id: Text<'a>,
    #[serde(borrow)]
    messages: List<Message<'a>>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Message<'a> {
    #[serde(borrow)]
    id: Text<'a>,
    #[serde(borrow, rename = "type")]
    kind: Text<'a>,
    #[serde(borrow)]
    timestamp: Text<'a>,
    #[serde(borrow)]
    model: Text<'a>,
    tokens: Object<Told>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Told {
    input: Number,
    output: Number,
    cached: Number,
    thoughts: Number,
    tool: Number,
    total: Number,
}

impl Told {
    fn tokens(&self) -> Option<Tokens> {
        let (input, written) = (self.input.0?, self.output.0?);
        let thoughts = self.thoughts.0.unwrap_or_default();
        let (tool, cached) = (
            self.tool.0.unwrap_or_default(),
            self.cached.0.unwrap_or_default(),
        );
        let output = written.saturating_add(thoughts);
        let read = input.saturating_add(tool);
        // Whether the input holds what came from the cache is told by the sum.
        let apart = read.saturating_add(output).saturating_add(cached);
        let beside = cached > 0 && self.total.0 == Some(apart);
        Some(Tokens {
            input: Some(if beside {
                read
            } else {
                read.saturating_sub(cached)
            }),
            cache_write: Some(0),
            cache_write_hour: 0,
            cache_read: Some(cached),
            output: Some(output),
        })
    }
}

impl Gemini {
    /// A session that is read from its beginning, with the name of its file.
    #[must_use]
    pub fn new(session: &str) -> Self {
        Self {
            session: named(session).unwrap_or_default(),
            ..Self::default()
        }
    }

    /// Reads a file that is one object.
    pub fn whole(&mut self, bytes: &[u8], into: &mut Found) {
        let Ok(whole) = serde_json::from_slice::<Whole<'_>>(bytes) else {
            into.unread += 1;
            return;
        };
        if let Some(session) = whole.session_id.get().and_then(named) {
            self.session = session;
        }
        for message in &whole.messages.0 {
            self.message(message, into);
        }
        self.settle(into);
    }

    /// Reads one line of a file of many.
    pub fn line(&mut self, bytes: &[u8], into: &mut Found) {
        let Ok(record) = serde_json::from_slice::<Record<'_>>(bytes) else {
            into.unread += 1;
            return;
        };
        if let Some(session) = record.session_id.get().and_then(named) {
            if session != self.session {
                self.settle(into);
            }
            self.session = session;
        }
        let set = record.set.0.map(|set| set.messages.0).unwrap_or_default();
        let message = Message {
            id: record.id,
            kind: record.kind,
            timestamp: record.timestamp,
            model: record.model,
            tokens: record.tokens,
        };
        for message in record.messages.0.iter().chain(&set).chain([&message]) {
            self.message(message, into);
        }
    }

    fn message(&mut self, message: &Message<'_>, into: &mut Found) {
        let told = message.tokens.0.as_ref();
        let told = told.filter(|_| message.kind.is("gemini"));
        let Some(at) = message.timestamp.get().and_then(instant) else {
            into.unread += u64::from(told.is_some());
            return;
        };
        let whose = Whose {
            session: &self.session,
            dir: None,
        };
        match message.kind.get() {
            Some("user") => self.turns.prompt(at, whose, &mut into.work),
            Some("gemini") => self.turns.step(at, whose, &mut into.work),
            _ => return,
        }
        let Some(told) = told else { return };
        let Some(tokens) = told.tokens() else {
            into.unread += 1;
            return;
        };
        let stamp = at.to_string();
        let id = message.id.get().unwrap_or(&stamp);
        into.requests.push(Request {
            key: Key::of(&["gemini", &self.session, id]),
            message: None,
            sidechain: false,
            at,
            session: self.session.clone(),
            dir: None,
            model: message.model.get().and_then(named),
            tokens,
            rate: None,
            told: None,
        });
    }

    /// Tells of the work that is known so far.
    pub fn settle(&mut self, into: &mut Found) {
        let whose = Whose {
            session: &self.session,
            dir: None,
        };
        self.turns.settle(whose, &mut into.work);
    }
}
