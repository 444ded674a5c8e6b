//! The parser of a file, and what it knows as text.

use crate::model::report::agents::aider::Aider;
use crate::model::report::agents::claude::Claude;
use crate::model::report::agents::codex::Codex;
use crate::model::report::agents::gemini::Gemini;
use crate::model::report::agents::{Agent, Found};

/// One of them; opencode's messages need none.
#[derive(Debug)]
pub(super) enum Parser {
    Aider(Aider),
    Claude(Claude),
    Codex(Codex),
    Gemini(Gemini),
}

impl Parser {
    /// For a file that is read from its beginning; `None` of an agent whose
    /// files we do not read.
    pub(super) fn new(agent: Agent, session: &str) -> Option<Self> {
        Some(match agent {
            Agent::Aider | Agent::Opencode => Self::Aider(Aider::new()),
            Agent::ClaudeCode => Self::Claude(Claude::new(session)),
            Agent::Codex => Self::Codex(Codex::new(session)),
            Agent::Gemini => Self::Gemini(Gemini::new(session)),
            _ => return None,
        })
    }

    /// One that knows what an earlier one knew; `None` when that cannot be
    /// read.
    pub(super) fn knowing(agent: Agent, state: &str) -> Option<Self> {
        match agent {
            Agent::Aider | Agent::Opencode => serde_json::from_str(state).map(Self::Aider),
            Agent::ClaudeCode => serde_json::from_str(state).map(Self::Claude),
            Agent::Codex => serde_json::from_str(state).map(Self::Codex),
            Agent::Gemini => serde_json::from_str(state).map(Self::Gemini),
            _ => return None,
        }
        .ok()
    }

    /// What it knows.
    pub(super) fn state(&self) -> String {
        match self {
            Self::Aider(parser) => serde_json::to_string(parser),
            Self::Claude(parser) => serde_json::to_string(parser),
            Self::Codex(parser) => serde_json::to_string(parser),
            Self::Gemini(parser) => serde_json::to_string(parser),
        }
        .unwrap_or_default()
    }

    pub(super) fn line(&mut self, line: &[u8], into: &mut Found) {
        match self {
            Self::Aider(parser) => parser.line(line, into),
            Self::Claude(parser) => parser.line(line, into),
            Self::Codex(parser) => parser.line(line, into),
            Self::Gemini(parser) => parser.line(line, into),
        }
    }

    /// Reads a file that is one object.
    pub(super) fn whole(&mut self, bytes: &[u8], into: &mut Found) {
        match self {
            Self::Gemini(parser) => parser.whole(bytes, into),
            other => other.line(bytes, into),
        }
    }

    pub(super) fn settle(&mut self, into: &mut Found) {
        match self {
            Self::Aider(parser) => parser.settle(into),
            Self::Claude(parser) => parser.settle(into),
            Self::Codex(parser) => parser.settle(into),
            Self::Gemini(parser) => parser.settle(into),
        }
    }
}
