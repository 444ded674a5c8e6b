//! aider's analytics log: it names the model and counts tokens, but tells
//! neither of caches nor of folders.

use serde::{Deserialize, Serialize};

use super::loose::{Number, Object, Real, Text};
use super::turns::{Turns, Whose};
use super::{Found, Key, Request, Tokens, moment, named};

/// Reads a log, line by line; what it knows so far can be kept and read on
/// from.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Aider {
    session: String,
    turns: Turns,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Line<'a> {
    #[serde(borrow)]
    event: Text<'a>,
    #[serde(borrow)]
    user_id: Text<'a>,
    time: Number,
    #[serde(borrow)]
    properties: Object<Properties<'a>>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Properties<'a> {
    #[serde(borrow)]
    main_model: Text<'a>,
    #[serde(borrow)]
    model: Text<'a>,
    prompt_tokens: Number,
    completion_tokens: Number,
    cost: Real,
    total_cost: Real,
}

impl Aider {
    /// A log that is read from its beginning.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Reads one whole line.
    pub fn line(&mut self, bytes: &[u8], into: &mut Found) {
        let Ok(line) = serde_json::from_slice::<Line<'_>>(bytes) else {
            into.unread += 1;
            return;
        };
        let sent = line.event.is("message_send");
        let seconds = line.time.0.and_then(|time| time.checked_mul(1_000));
        let Some(at) = seconds.and_then(moment) else {
            into.unread += u64::from(sent);
            return;
        };
        if line.event.is("launched") || self.session.is_empty() {
            self.settle(into);
            // Each start of the program is a session.
            self.session = named(&format!("aider {at}")).unwrap_or_default();
            self.turns = Turns::default();
        }
        let whose = Whose {
            session: &self.session,
            dir: None,
        };
        match line.event.get() {
            Some("message_send_starting") => self.turns.prompt(at, whose, &mut into.work),
            Some("exit") => self.turns.end(whose, &mut into.work),
            Some("message_send") => {
                if self.turns.open() {
                    self.turns.step(at, whose, &mut into.work);
                }
                self.turns.end(whose, &mut into.work);
                match self.request(&line, at) {
                    Some(request) => into.requests.push(request),
                    None => into.unread += 1,
                }
            }
            _ => {}
        }
    }

    fn request(&self, line: &Line<'_>, at: i64) -> Option<Request> {
        let told = line.properties.0.as_ref()?;
        let (input, output) = (told.prompt_tokens.0?, told.completion_tokens.0?);
        let sum = told.total_cost.millionths().unwrap_or_default();
        let user = line.user_id.get().unwrap_or_default();
        let words = format!("{at} {input} {output} {sum}");
        Some(Request {
            key: Key::of(&["aider", user, &words]),
            message: None,
            sidechain: false,
            at,
            session: self.session.clone(),
            dir: None,
            model: told.main_model.get().or(told.model.get()).and_then(named),
            tokens: Tokens {
                input: Some(input),
                output: Some(output),
                ..Tokens::default()
            },
            rate: None,
            told: told.cost.millionths(),
        })
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
