//! Android's notifications, by Termux:API: one problem, one notification.
//!
//! Its programs may hang for ever when the app is missing or frozen, most of
//! all two at once: they are asked one after the other. What a button does is
//! constant but for a serial number.

use std::ffi::OsString;
use std::time::Duration;

use super::{Counter, LIMIT};
use crate::model::alert::Severity;
use crate::model::home::Home;
use crate::model::message::{Delivery, Kind, Message, slug};
use crate::model::text::{clean, quoted};
use crate::sys::flock::{self, Wait};
use crate::sys::{files, programs, termux_api};

/// What takes one away.
const REMOVE: &str = "termux-notification-remove";
/// What lasted for less is taken away in silence, in seconds.
const WORTH_AN_END: i64 = 300;
/// How long we wait for somebody else who asks.
const PATIENCE: Wait = Wait::AtMost(Duration::from_secs(10));

pub(super) fn notify(message: &Message, counter: &Counter<'_>) -> Delivery {
    let home = Home::of(&counter.around.mamori_home);
    let lock = home.termux_lock();
    if let Err(error) = files::private_folder(&home.folder().join("locks")) {
        return Delivery::Failed(error.to_string());
    }
    let _turn = match flock::lock(&lock, "mamori alerts", PATIENCE) {
        Ok(lock) => lock,
        Err(error) => return Delivery::TimedOut(format!("termux-notification: {error}")),
    };
    // What a digest says is over needs no notification of its own any more.
    for about in &message.ends {
        match counter.ask(REMOVE, &[slug(about)]) {
            Delivery::Sent => {}
            failed => return failed,
        }
    }
    let short = message.at.since(message.since) < WORTH_AN_END;
    if message.kind == Kind::Resolve && short {
        counter.ask(REMOVE, &[message.slug()])
    } else {
        counter.ask("termux-notification", &words(message, action))
    }
}

impl Counter<'_> {
    fn ask(&self, program: &str, words: &[String]) -> Delivery {
        let words: Vec<OsString> = words.iter().map(OsString::from).collect();
        match self.find(program) {
            Ok(program) => {
                let more = &self.around.session_environment;
                let answer = self.run(&program, &words, more, LIMIT);
                let hung = matches!(answer, Delivery::TimedOut(_));
                // The other ways to the same app leave it in peace, too.
                if hung || answer == Delivery::Sent {
                    termux_api::note(hung, self.around);
                }
                answer
            }
            Err(missing) => missing,
        }
    }
}

/// What a button runs: our own program, and nothing that comes from a node.
fn action(verb: &str, number: u64, more: &str) -> Option<String> {
    let program = programs::ourselves()?.to_str()?.to_owned();
    let program = quoted(&program);
    (!program.contains('\n')).then(|| format!("{program} {verb} {number}{more}"))
}

fn words(message: &Message, action: impl Fn(&str, u64, &str) -> Option<String>) -> Vec<String> {
    let body: Vec<String> = message.body().lines().map(clean).collect();
    let asks = matches!(message.kind, Kind::Raise | Kind::Remind | Kind::Flapping);
    let over = matches!(message.kind, Kind::Resolve | Kind::Info);
    let priority = match message.severity {
        _ if over => "low",
        Severity::Critical => "high",
        Severity::Warning => "default",
        Severity::Info => "low",
    };
    let (id, title, body) = (message.slug(), clean(&message.title), body.join("\n"));
    let mut words: Vec<String> = [
        "--id",
        &id,
        "--title",
        &title,
        "--content",
        &body,
        "--priority",
        priority,
        "--group",
        "mamori",
    ]
    .map(ToOwned::to_owned)
    .to_vec();
    if over {
        words.push("--alert-once".to_owned());
    } else if message.severity == Severity::Critical {
        words.extend(["--vibrate", "500"].map(ToOwned::to_owned));
    }
    if let Some(number) = message.alert.filter(|_| asks) {
        let buttons = [
            ("Ack", action("ack", number, "")),
            ("Snooze 1 h", action("snooze", number, " 1h")),
            ("Open", action("widget open", number, "")),
        ];
        for (at, (label, action)) in buttons.into_iter().enumerate() {
            if let Some(action) = action {
                let button = format!("--button{}", at + 1);
                words.extend([button.clone(), label.to_owned(), button + "-action", action]);
            }
        }
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::time::Timestamp;

    fn message(kind: Kind, about: &str, title: &str) -> Message {
        Message {
            number: 7,
            kind,
            about: about.to_owned(),
            alert: Some(12),
            severity: Severity::Critical,
            title: title.to_owned(),
            text: format!("{title}\n\x1b[31m$REPLY"),
            since: Timestamp(0),
            at: Timestamp(0),
            tells: Vec::new(),
            ends: Vec::new(),
            standing: Vec::new(),
        }
    }

    #[test]
    fn a_button_holds_nothing_that_came_from_a_node() {
        let hostile = message(Kind::Raise, "pixel/session:$REPLY\"; touch x", "✖ $REPLY");
        let action = |verb: &str, number: u64, more: &str| {
            Some(format!("/usr/bin/mamori {verb} {number}{more}"))
        };
        let words = words(&hostile, action);
        let after = |flag: &str| {
            let at = words.iter().position(|word| word == flag).unwrap();
            words[at + 1].as_str()
        };
        assert_eq!(after("--button1-action"), "/usr/bin/mamori ack 12");
        assert_eq!(after("--button2-action"), "/usr/bin/mamori snooze 12 1h");
        assert_eq!(after("--button3-action"), "/usr/bin/mamori widget open 12");
        assert_eq!(after("--content"), "[31m$REPLY");
        let allowed = |c: char| c.is_ascii_alphanumeric() || "_.-".contains(c);
        assert!(after("--id").chars().all(allowed), "{}", after("--id"));
    }

    #[test]
    fn one_problem_has_one_id_and_another_another() {
        let of = |about| message(Kind::Raise, about, "").slug();
        assert_eq!(of("a/disk"), message(Kind::Resolve, "a/disk", "x").slug());
        assert_ne!(of("a/session:x y"), of("a/session:x-y"));
        assert_eq!(of(""), "mamori-summary");
    }
}
