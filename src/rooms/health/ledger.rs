//! Books a node's time as up, down, unknown or paused. Pure.
//!
//! While a verdict is open nothing is booked: when it closes, the time since
//! the first failure is known for what it was.

use std::time::Duration;

use super::heard::Word;
use crate::model::alert::Pause;
use crate::model::moment::Moment;
use crate::model::node::{Node, NodeState, Silence};
use crate::model::uptime::{Class, Uptime};

/// What the books are kept with.
#[derive(Debug, Clone, Copy)]
pub struct Books<'a> {
    /// How far a look vouches on either side.
    pub reach: Duration,
    /// The node's pause, whether it holds or not.
    pub pause: Option<&'a Pause>,
}

/// Books what `word` at `now` tells of `node`, which is judged already;
/// `was` and `silence` are its state and its silence from before.
pub fn book(
    node: &mut Node,
    was: NodeState,
    silence: Option<&Silence>,
    word: &Word,
    now: &Moment,
    books: Books<'_>,
) {
    let judged = node.judged();
    let class = match (word, judged) {
        (Word::Looked(..) | Word::Answered(..) | Word::Alive | Word::Published(..), _) => {
            Some(Class::Up)
        }
        (Word::Failed { .. } | Word::Missing(_), NodeState::Down) => Some(Class::Down),
        (Word::Failed { .. } | Word::Missing(_), NodeState::Unknown) | (Word::Slept { .. }, _) => {
            Some(Class::Unknown)
        }
        (Word::Failed { .. } | Word::Missing(_) | Word::Left, _) => None,
    };
    let paused = books.pause.filter(|pause| pause.holds(now.at));
    let mut uptime = match (node.uptime.take(), class, paused) {
        (Some(uptime), ..) => uptime,
        (None, _, Some(_)) => Uptime::begin(now, Class::Paused),
        (None, Some(class), None) => Uptime::begin(now, class),
        (None, None, None) => return,
    };
    match (word, paused, class) {
        (Word::Slept { from }, ..) => {
            uptime.observe(from, uptime.class, books.reach);
            uptime.skip(now);
        }
        (_, Some(pause), _) => {
            if uptime.class != Class::Paused {
                let since = u64::try_from(now.at.since(pause.since)).unwrap_or(0);
                let since = now.before(Duration::from_secs(since));
                uptime.turned(&since, Class::Paused, books.reach);
            }
            uptime.observe(now, Class::Paused, books.reach);
        }
        (_, None, Some(Class::Down)) => {
            if let Some(silence) = node.silence.as_ref().filter(|_| was != NodeState::Down) {
                uptime.observe(&silence.since, Class::Down, books.reach);
            }
            uptime.observe(now, Class::Down, books.reach);
        }
        (_, None, Some(Class::Up)) => {
            if let Some(slept) = silence.filter(|_| was == NodeState::Dozing) {
                uptime.observe(&slept.since, Class::Unknown, books.reach);
                uptime.observe(&slept.last, Class::Unknown, books.reach);
            }
            uptime.observe(now, Class::Up, books.reach);
        }
        (_, None, Some(class)) => uptime.observe(now, class, books.reach),
        (_, None, None) => {}
    }
    node.uptime = Some(uptime);
}
