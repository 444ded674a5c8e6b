use super::*;
use crate::config::{Judge, Limits};
use crate::model::reading::{Reading, Readings};
use crate::model::time::Timestamp;
use crate::rooms::health::expected::Expected;
use crate::rooms::health::judge::{Sample, judge};

const RULES: Judge = Judge {
    raise: Raise { bad: 2, of: 3 },
    clear: 2,
    margin: 2.0,
};

/// What is said after two looks that found these sessions, where three are
/// expected.
fn said(sessions: &[&str]) -> Vec<String> {
    let open = open(&[], &[60, 120], sessions);
    open.into_iter().map(|alert| alert.text).collect()
}

/// What is open after looks at these times that found these sessions, where
/// three are expected and `before` was open.
fn open(before: &[Alert], looks: &[i64], sessions: &[&str]) -> Vec<Alert> {
    let expected = Expected {
        limits: Limits {
            disk_used_max: 90.0,
            memory_available_min: 10.0,
            memory_stall_max: 20.0,
            inodes_used_max: 90.0,
            battery_min: 15.0,
        },
        sshd: false,
        network: false,
        battery: false,
        sessions: ["one", "two", "three"].map(ToOwned::to_owned).to_vec(),
        services: Vec::new(),
        hub: false,
    };
    let mut node = Node::unseen("a", "", Timestamp(0));
    for &at in looks {
        let sessions = sessions.iter().map(ToString::to_string).collect();
        let sample = Sample {
            at: Timestamp(at),
            readings: Readings {
                tmux_sessions: Reading::Value(sessions),
                ..Readings::none("")
            },
            boot_id: None,
            cpu_ticks: None,
            swapped: None,
            asking: Vec::new(),
        };
        node = judge(&node, sample, &expected, &RULES, None);
    }
    let next = u64::try_from(before.len()).unwrap() + 1;
    after(before.to_vec(), &node, Repairs::NONE, &RULES.raise, next).0
}

#[test]
fn the_first_of_the_sessions_that_a_server_took_with_it_names_them_all() {
    assert_eq!(
        said(&[]),
        [
            "a no one, no two, no three: no tmux server",
            "a no two",
            "a no three"
        ]
    );
    assert_eq!(said(&["one"]), ["a no two", "a no three"]);
    assert_eq!(said(&["one", "two"]), ["a no three"]);
}

#[test]
fn the_session_that_is_told_names_those_that_went_with_it() {
    // `three` was missed a day before: it says nothing of the server.
    let mut three = open(&[], &[60, 120], &["one", "two"]);
    three[0].acked = true;
    let day = 86_400;
    let both = open(&three, &[day, day + 60], &[]);
    let texts: Vec<&str> = both.iter().map(|alert| alert.text.as_str()).collect();
    assert_eq!(
        texts,
        ["a no three", "a no one, no two: no tmux server", "a no two"]
    );
    // `two` has the lowest number of those that went at once: it is told, whatever
    // the order in the configuration.
    let mut two = open(&[], &[60, 120], &["one", "three"]);
    let all = open(&two, &[60, 120], &[]);
    assert_eq!(all[0].text, "a no two, no one, no three: no tmux server");
    assert_eq!(all[1].text, "a no one");
    // Quiet from before, it may not be told: another names them, too.
    two[0].snoozed_until = Some(Timestamp(2 * day));
    let all = open(&two, &[60, 120], &[]);
    assert_eq!(all[1].text, "a no one, no two, no three: no tmux server");
}
