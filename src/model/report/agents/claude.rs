//! Claude Code's transcripts: one line for each content block, each of which
//! repeats what its request used.

use std::fmt;

use serde::de::{Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Serialize};

use super::loose::{Flag, Number, Object, Real, Text, pass_over};
use super::turns::{Turns, Whose};
use super::{Found, Key, Request, Tokens, folder, instant, named};

/// A model of that name is Claude Code itself, which nobody bills.
const SYNTHETIC: &str = "<synthetic>";

/// Reads a transcript, line by line; what it knows so far can be kept and
/// read on from.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claude {
    session: String,
    dir: Option<String>,
    main: Turns,
    side: Turns,
}

#[derive(Deserialize, Default)]
#[serde(default, rename_all = "camelCase")]
struct Line<'a> {
    #[serde(borrow, rename = "type")]
    kind: Text<'a>,
    #[serde(borrow)]
    uuid: Text<'a>,
    #[serde(borrow)]
    session_id: Text<'a>,
    #[serde(borrow)]
    timestamp: Text<'a>,
    #[serde(borrow)]
    cwd: Text<'a>,
    #[serde(borrow)]
    request_id: Text<'a>,
    is_sidechain: Flag,
    is_meta: Flag,
    is_compact_summary: Flag,
    is_api_error_message: Flag,
    #[serde(rename = "costUSD")]
    cost_usd: Real,
    #[serde(borrow)]
    message: Object<Message<'a>>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Message<'a> {
    #[serde(borrow)]
    id: Text<'a>,
    #[serde(borrow)]
    model: Text<'a>,
    #[serde(borrow)]
    stop_reason: Text<'a>,
    content: Content,
    #[serde(borrow)]
    usage: Object<Usage<'a>>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Usage<'a> {
    input_tokens: Number,
    output_tokens: Number,
    cache_read_input_tokens: Number,
    cache_creation_input_tokens: Number,
    cache_creation: Object<Creation>,
    #[serde(borrow)]
    service_tier: Text<'a>,
    #[serde(borrow)]
    speed: Text<'a>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Creation {
    ephemeral_5m_input_tokens: Number,
    ephemeral_1h_input_tokens: Number,
}

/// What of a message's content is of interest: nothing of its words.
#[derive(Debug, Default)]
struct Content {
    /// Whether somebody says something in it.
    speech: bool,
    /// Tools that are called.
    opened: Vec<String>,
    /// Tools that answer.
    closed: Vec<String>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Block<'a> {
    #[serde(borrow, rename = "type")]
    kind: Text<'a>,
    #[serde(borrow)]
    id: Text<'a>,
    #[serde(borrow)]
    tool_use_id: Text<'a>,
}

struct Contents;

impl<'de> Visitor<'de> for Contents {
    type Value = Content;
    pass_over!(any bool numbers negative object);
    fn visit_str<E>(self, _: &str) -> Result<Self::Value, E> {
        Ok(Content {
            speech: true,
            ..Content::default()
        })
    }
    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
        let mut content = Content::default();
        while let Some(block) = list.next_element::<Object<Block<'_>>>()? {
            let Some(block) = block.0 else { continue };
            let owned = |text: &Text<'_>| text.get().map(str::to_owned);
            match block.kind.get() {
                Some("tool_use") => content.opened.extend(owned(&block.id)),
                Some("tool_result") => content.closed.extend(owned(&block.tool_use_id)),
                Some("text" | "image" | "document") => content.speech = true,
                _ => {}
            }
        }
        Ok(content)
    }
}

impl<'de> Deserialize<'de> for Content {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_any(Contents)
    }
}

impl Claude {
    /// A transcript that is read from its beginning; `session` is whose it is
    /// by its name, should its lines not say.
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
        let answer = line.kind.is("assistant");
        if !answer && !line.kind.is("user") {
            return;
        }
        let used = answer.then_some(line.message.0.as_ref()).flatten();
        let used = used.filter(|message| {
            message.usage.0.is_some()
                && !message.model.is(SYNTHETIC)
                && !line.is_api_error_message.0
        });
        let Some(at) = line.timestamp.get().and_then(instant) else {
            // Nothing is known of when it was asked.
            into.unread += u64::from(used.is_some());
            return;
        };
        self.moved(&line, into);
        self.worked(&line, at, into);
        if let Some(message) = used {
            match self.request(&line, message, at, bytes) {
                Some(request) => into.requests.push(request),
                None => into.unread += 1,
            }
        }
    }

    /// Takes over whose line it is and where that worked.
    fn moved(&mut self, line: &Line<'_>, into: &mut Found) {
        let session = line.session_id.get().and_then(named);
        let dir = line.cwd.get().and_then(folder);
        let moved = session.as_ref().is_some_and(|new| *new != self.session)
            || (dir.is_some() && dir != self.dir);
        if moved {
            self.settle(into);
        }
        if let Some(session) = session {
            self.session = session;
        }
        self.dir = dir.or(self.dir.take());
    }

    fn worked(&mut self, line: &Line<'_>, at: i64, into: &mut Found) {
        let whose = Whose {
            session: &self.session,
            dir: self.dir.as_deref(),
        };
        let turns = if line.is_sidechain.0 {
            &mut self.side
        } else {
            &mut self.main
        };
        let none = Message::default();
        let message = line.message.0.as_ref().unwrap_or(&none);
        let content = &message.content;
        let answer = line.kind.is("assistant");
        let prompt = !answer && content.speech && content.closed.is_empty();
        if prompt && line.is_meta.0 {
            return;
        }
        let work = &mut into.work;
        match (prompt && !line.is_compact_summary.0, line.is_sidechain.0) {
            (true, false) => turns.prompt(at, whose, work),
            (true, true) => turns.beside(at, whose, work),
            (false, _) => turns.step(at, whose, work),
        }
        for tool in &content.closed {
            turns.closed(tool);
        }
        for tool in content.opened.iter().filter(|_| answer) {
            turns.opened(tool);
        }
        if answer && message.stop_reason.is("end_turn") && content.speech {
            turns.end(whose, work);
        }
    }

    fn request(
        &self,
        line: &Line<'_>,
        message: &Message<'_>,
        at: i64,
        bytes: &[u8],
    ) -> Option<Request> {
        let usage = message.usage.0.as_ref()?;
        let tokens = usage.tokens()?;
        let key = match (message.id.get(), line.uuid.get()) {
            (Some(id), _) => Key::of(&["claude", id, line.request_id.get().unwrap_or_default()]),
            (None, Some(uuid)) => Key::of(&["claude line", uuid]),
            (None, None) => Key::of_line(bytes),
        };
        Some(Request {
            key,
            message: message.id.get().map(|id| Key::of(&["claude", id])),
            sidechain: line.is_sidechain.0,
            at,
            session: self.session.clone(),
            dir: self.dir.clone(),
            model: message.model.get().and_then(named),
            tokens,
            rate: usage.rate(),
            told: line.cost_usd.millionths(),
        })
    }

    /// Tells of the work that is known so far.
    pub fn settle(&mut self, into: &mut Found) {
        let whose = Whose {
            session: &self.session,
            dir: self.dir.as_deref(),
        };
        self.main.settle(whose, &mut into.work);
        self.side.settle(whose, &mut into.work);
    }
}

impl Usage<'_> {
    fn tokens(&self) -> Option<Tokens> {
        let creation = self.cache_creation.0.as_ref();
        let hour = creation.and_then(|parts| parts.ephemeral_1h_input_tokens.0);
        let minutes = creation.and_then(|parts| parts.ephemeral_5m_input_tokens.0);
        let parts = match (minutes, hour) {
            (None, None) => None,
            (minutes, hour) => Some(
                minutes
                    .unwrap_or_default()
                    .saturating_add(hour.unwrap_or_default()),
            ),
        };
        let tokens = Tokens {
            input: self.input_tokens.0,
            cache_write: self.cache_creation_input_tokens.0.or(parts),
            cache_write_hour: hour.unwrap_or_default(),
            cache_read: self.cache_read_input_tokens.0,
            output: self.output_tokens.0,
        };
        // Without a cache the older ones leave its fields out.
        let known = tokens.input.is_some() && tokens.output.is_some();
        let tokens = Tokens {
            cache_write: tokens.cache_write.or(known.then_some(0)),
            cache_read: tokens.cache_read.or(known.then_some(0)),
            ..tokens
        };
        (tokens.input.is_some() || tokens.output.is_some()).then_some(tokens)
    }

    fn rate(&self) -> Option<String> {
        let apart = |text: &Text<'_>| {
            let name = text.get().filter(|name| *name != "standard")?;
            named(name)
        };
        match (apart(&self.speed), apart(&self.service_tier)) {
            (Some(speed), Some(tier)) => Some(format!("{speed} {tier}")),
            (speed, tier) => speed.or(tier),
        }
    }
}
