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
    let expected = Expected {
        limits: Limits {
            disk_used_max: 90.0,
            memory_available_min: 10.0,
            inodes_used_max: 90.0,
            battery_min: 15.0,
        },
        sshd: false,
        network: false,
        battery: false,
        sessions: ["one", "two", "three"].map(ToOwned::to_owned).to_vec(),
        services: Vec::new(),
    };
    let mut node = Node::unseen("a", "", Timestamp(0));
    for at in [60, 120] {
        let sessions = sessions.iter().map(ToString::to_string).collect();
        let sample = Sample {
            at: Timestamp(at),
            readings: Readings {
                tmux_sessions: Reading::Value(sessions),
                ..Readings::none("")
            },
            boot_id: None,
            cpu_ticks: None,
            asking: Vec::new(),
        };
        node = judge(&node, sample, &expected, &RULES, None);
    }
    let (open, _) = after(&[], &node, Repairs::NONE, &RULES.raise, 1);
    open.into_iter().map(|alert| alert.text).collect()
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
