//! opencode's messages: an object each, in its database.

use serde::Deserialize;

use super::loose::{Number, Object, Real, Text};
use super::{Found, Key, Request, Tokens, Work, folder, moment, named};

/// What opencode keeps of a message.
#[derive(Debug, Clone, Copy)]
pub struct Message<'a> {
    /// Its name.
    pub id: &'a str,
    /// The session.
    pub session: &'a str,
    /// The object.
    pub data: &'a [u8],
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Data<'a> {
    #[serde(borrow)]
    role: Text<'a>,
    #[serde(borrow, rename = "modelID")]
    model: Text<'a>,
    cost: Real,
    time: Object<Time>,
    #[serde(borrow)]
    path: Object<Path<'a>>,
    tokens: Object<Told>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Time {
    created: Number,
    completed: Number,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Path<'a> {
    #[serde(borrow)]
    cwd: Text<'a>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Told {
    input: Number,
    output: Number,
    reasoning: Number,
    cache: Object<Cache>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Cache {
    read: Number,
    write: Number,
}

/// Reads one message.
pub fn message(message: Message<'_>, into: &mut Found) {
    let Ok(data) = serde_json::from_slice::<Data<'_>>(message.data) else {
        into.unread += 1;
        return;
    };
    let Some(told) = data.tokens.0.as_ref().filter(|_| data.role.is("assistant")) else {
        return;
    };
    let time = data.time.0.as_ref();
    let at = time.and_then(|time| moment(time.created.0?));
    let (Some(at), Some(input), Some(output)) = (at, told.input.0, told.output.0) else {
        into.unread += 1;
        return;
    };
    let session = named(message.session).unwrap_or_default();
    let dir = data
        .path
        .0
        .as_ref()
        .and_then(|path| folder(path.cwd.get()?));
    let done = time.and_then(|time| moment(time.completed.0?));
    // A day is no answer's time: its program was gone.
    if let Some(to) = done.filter(|to| (1..86_400_000).contains(&to.saturating_sub(at))) {
        into.work.push(Work {
            session: session.clone(),
            dir: dir.clone(),
            from: at,
            to,
        });
    }
    let cache = told.cache.0.as_ref();
    let thoughts = told.reasoning.0.unwrap_or_default();
    let tokens = Tokens {
        input: Some(input),
        cache_write: cache.and_then(|cache| cache.write.0),
        cache_write_hour: 0,
        cache_read: cache.and_then(|cache| cache.read.0),
        output: Some(output.saturating_add(thoughts)),
    };
    // It stands there from the beginning of the answer on, with zeros.
    if tokens.total() == 0 && done.is_none() {
        return;
    }
    into.requests.push(Request {
        key: Key::of(&["opencode", message.id]),
        message: None,
        sidechain: false,
        at,
        session,
        dir,
        model: data.model.get().and_then(named),
        tokens,
        rate: None,
        // It says 0 where it does not know.
        told: data.cost.millionths().filter(|cost| *cost > 0),
    });
}
