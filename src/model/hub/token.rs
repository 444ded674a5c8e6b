//! What a message is, whoever sends it: by this several coordinators that
//! would say the same tell who says it. Pure.

use crate::model::alert::Severity;
use crate::model::message::{Kind, Message};
use crate::model::time::Timestamp;

/// What names a message.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Token {
    /// The alert, or the node and what happened to it.
    pub about: String,
    /// What is said of it.
    pub what: String,
    /// Who said it from then on has said this, by our clock.
    pub since: Timestamp,
    /// The same from then on, if no end was told after it.
    pub lately: Timestamp,
}

/// Coordinators see the same thing so many seconds apart, at most, where its
/// node says it; and where each looks for itself.
const APART: i64 = 60;
const LOOKS_APART: i64 = 900;
/// Reminders are further apart than this, in seconds.
const REMINDERS_APART: i64 = 600;

/// The longest name of a matter, in bytes: what is longer is its machine's own.
const LONGEST: usize = 512;

impl Token {
    /// That of a message; `None` for what each coordinator says for itself: a
    /// digest of several, a test.
    #[must_use]
    pub fn of(message: &Message) -> Option<Self> {
        let about = message.about.clone();
        if about.is_empty() || about.len() > LONGEST {
            return None;
        }
        let (what, since) = match message.kind {
            Kind::Raise => (raised(message.severity), before(message.since, APART)),
            Kind::Resolve => ("end".to_owned(), message.since),
            Kind::Remind => ("remind".to_owned(), before(message.at, REMINDERS_APART)),
            Kind::Flapping => ("flapping".to_owned(), before(message.at, REMINDERS_APART)),
            Kind::Info => (
                format!("info {}", message.title),
                before(message.since, APART),
            ),
            Kind::Test | Kind::Digest => return None,
        };
        let lately = match message.kind {
            Kind::Raise => before(message.since, LOOKS_APART).min(since),
            _ => since,
        };
        Some(Self {
            about,
            what,
            since,
            lately,
        })
    }
}

fn raised(severity: Severity) -> String {
    let word = match severity {
        Severity::Info => "info",
        Severity::Warning => "warning",
        Severity::Critical => "critical",
    };
    format!("raise {word}")
}

fn before(at: Timestamp, seconds: i64) -> Timestamp {
    Timestamp(at.0.saturating_sub(seconds))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(kind: Kind, severity: Severity, since: i64, at: i64) -> Message {
        Message {
            number: 1,
            kind,
            about: "a/disk".into(),
            alert: Some(3),
            severity,
            title: "t".into(),
            text: "t".into(),
            since: Timestamp(since),
            at: Timestamp(at),
            tells: Vec::new(),
            ends: Vec::new(),
            standing: Vec::new(),
        }
    }

    #[test]
    fn the_same_word_of_two_coordinators_is_one() {
        let one = message(Kind::Raise, Severity::Warning, 1_000, 1_020);
        let other = message(Kind::Raise, Severity::Warning, 1_015, 1_040);
        let (one, other) = (Token::of(&one).unwrap(), Token::of(&other).unwrap());
        assert_eq!((&one.about, &one.what), (&other.about, &other.what));
        // Said at 1020, it covers what the other would say.
        assert!(Timestamp(1_020) >= other.since);
        let worse = message(Kind::Raise, Severity::Critical, 1_000, 1_020);
        assert_ne!(Token::of(&worse).unwrap().what, one.what);
        // The next time it is raised is another time.
        let again = message(Kind::Raise, Severity::Warning, 2_000, 2_020);
        assert!(Timestamp(1_020) < Token::of(&again).unwrap().since);
        let test = message(Kind::Test, Severity::Info, 0, 0);
        assert_eq!(Token::of(&test), None);
    }
}
