use super::*;
use crate::model::alert::Severity;
use proptest::prelude::*;

fn terms(me: &str, now: i64, ahead_ms: i64) -> Terms<'_> {
    Terms {
        me,
        ahead: Ahead(ahead_ms),
        now: Timestamp(now),
    }
}

fn alert(id: &str, since: i64) -> Alert {
    Alert {
        id: id.into(),
        number: 1,
        severity: Severity::Warning,
        since: Timestamp(since),
        text: "t".into(),
        acked: false,
        snoozed_until: None,
    }
}

fn pause(since: i64) -> Pause {
    Pause {
        since: Timestamp(since),
        until: None,
        reason: None,
    }
}

/// A hub that keeps the newer of two.
fn push(hub: &mut BTreeMap<String, Register>, said: Vec<(String, Register)>) {
    for (key, one) in said {
        let newer = hub
            .get(&key)
            .is_none_or(|before| before.rank() < one.rank());
        if newer {
            hub.insert(key, one);
        }
    }
}

/// One coordinator meets the hub.
fn meet(state: &mut State, hub: &mut BTreeMap<String, Register>, terms: Terms<'_>) {
    exchange(state, Some(&hub.clone()), terms);
    let lacking = lacking(&state.hub.people, hub);
    push(hub, lacking);
}

#[test]
fn what_is_said_here_holds_there_and_ends_there() {
    let (mut a, mut b, mut hub) = (State::default(), State::default(), BTreeMap::new());
    a.pauses.insert("n".into(), pause(100));
    a.alerts.push(alert("n/disk", 90));
    a.alerts[0].acked = true;
    // The other sees that alert a little later, by a clock that is an hour off.
    b.alerts.push(alert("n/disk", 95 + 3_600));
    meet(&mut a, &mut hub, terms("a", 100, 0));
    meet(&mut b, &mut hub, terms("b", 3_702, -3_600_000));
    assert!(b.alerts[0].acked);
    assert_eq!(b.pauses["n"].since, Timestamp(3_700));
    // Nothing is said anew of what only came by.
    let before = hub.clone();
    meet(&mut b, &mut hub, terms("b", 3_705, -3_600_400));
    meet(&mut a, &mut hub, terms("a", 106, 300));
    assert_eq!(hub, before);
    b.pauses.clear();
    meet(&mut b, &mut hub, terms("b", 3_710, -3_600_000));
    meet(&mut a, &mut hub, terms("a", 111, 0));
    assert!(a.pauses.is_empty());
}

#[test]
fn an_acknowledgement_ends_with_its_alert() {
    let (mut a, mut hub) = (State::default(), BTreeMap::new());
    a.alerts.push(alert("n/disk", 100));
    a.alerts[0].acked = true;
    meet(&mut a, &mut hub, terms("a", 110, 0));
    a.alerts.clear();
    meet(&mut a, &mut hub, terms("a", 200, 0));
    a.alerts.push(alert("n/disk", 500));
    meet(&mut a, &mut hub, terms("a", 510, 0));
    assert!(!a.alerts[0].acked, "armed again");
}

#[test]
fn who_was_away_is_heard_and_hears_and_the_last_word_stands() {
    let (mut a, mut b, mut hub) = (State::default(), State::default(), BTreeMap::new());
    // While the hub is gone each hears its own people.
    a.pauses.insert("x".into(), pause(100));
    exchange(&mut a, None, terms("a", 100, 0));
    b.pauses.insert("x".into(), pause(120));
    exchange(&mut b, None, terms("b", 120, 0));
    a.pauses.remove("x");
    exchange(&mut a, None, terms("a", 150, 0));
    meet(&mut b, &mut hub, terms("b", 200, 0));
    meet(&mut a, &mut hub, terms("a", 201, 0));
    meet(&mut b, &mut hub, terms("b", 202, 0));
    assert!(a.pauses.is_empty() && b.pauses.is_empty());
    // A hub that forgot everything is told again, and forgets nobody's word.
    hub.clear();
    a.pauses.insert("y".into(), pause(210));
    meet(&mut b, &mut hub, terms("b", 211, 0));
    meet(&mut a, &mut hub, terms("a", 212, 0));
    meet(&mut b, &mut hub, terms("b", 213, 0));
    assert!(b.pauses.contains_key("y") && !b.pauses.contains_key("x"));
}

#[test]
fn what_does_not_fit_its_name_is_left() {
    let mut state = State::default();
    let mut remote = BTreeMap::new();
    let one = |said| Register {
        at_ms: 1,
        by: "x".into(),
        said,
    };
    remote.insert("ack n".into(), one(Said::Pause(Some(pause(1)))));
    remote.insert("pause n".into(), one(Said::Acked(true)));
    remote.insert("nonsense".into(), one(Said::Acked(true)));
    exchange(&mut state, Some(&remote), terms("a", 100, 0));
    assert!(state.pauses.is_empty() && state.hub.people.is_empty());
}

#[test]
fn of_two_words_in_one_second_one_stands_everywhere() {
    let (mut a, mut b, mut hub) = (State::default(), State::default(), BTreeMap::new());
    let because = |reason: &str| Pause {
        reason: Some(reason.into()),
        ..pause(100)
    };
    a.pauses.insert("x".into(), because("a"));
    exchange(&mut a, None, terms("a", 100, 0));
    b.pauses.insert("x".into(), because("b"));
    exchange(&mut b, None, terms("b", 100, 0));
    for _ in 0..2 {
        meet(&mut a, &mut hub, terms("a", 110, 0));
        meet(&mut b, &mut hub, terms("b", 110, 0));
    }
    assert_eq!(a.pauses["x"].reason.as_deref(), Some("b"));
    assert_eq!(a.pauses, b.pauses);
    // One who changes their mind within a second has said the later thing.
    a.pauses.insert("y".into(), pause(120));
    meet(&mut a, &mut hub, terms("a", 120, 0));
    a.pauses.remove("y");
    meet(&mut a, &mut hub, terms("a", 120, 0));
    meet(&mut b, &mut hub, terms("b", 121, 0));
    assert!(!a.pauses.contains_key("y") && !b.pauses.contains_key("y"));
}

#[test]
fn a_pause_that_is_not_written_down_yet_is_said_once() {
    let (mut b, mut hub) = (State::default(), BTreeMap::new());
    let mut unwritten = State::default();
    unwritten.pauses.insert("x".into(), pause(100));
    meet(&mut unwritten.clone(), &mut hub, terms("a", 100, 0));
    meet(&mut b, &mut hub, terms("b", 100, 0));
    b.pauses.remove("x");
    meet(&mut b, &mut hub, terms("b", 101, 0));
    // Noted once more from the same file, it is no later word.
    meet(&mut unwritten, &mut hub, terms("a", 102, 0));
    meet(&mut b, &mut hub, terms("b", 103, 0));
    assert!(unwritten.pauses.is_empty() && b.pauses.is_empty());
}

proptest! {
    /// Whatever two people do in whatever order, both agree in the end.
    #[test]
    fn both_agree_in_the_end(turns in prop::collection::vec((0..2_usize, 0..4_u8, 0..2_i64), 1..40)) {
        let mut states = [State::default(), State::default()];
        for state in &mut states {
            state.alerts.push(alert("n/disk", 0));
        }
        let mut hub = BTreeMap::new();
        let mut now = 1_000;
        for (who, what, later) in turns {
            now += 10 * later;
            let terms = terms(["a", "b"][who], now, 0);
            let state = &mut states[who];
            match what {
                0 => drop(state.pauses.insert("n".into(), pause(now))),
                1 => drop(state.pauses.remove("n")),
                2 => state.alerts[0].acked = !state.alerts[0].acked,
                _ => {}
            }
            if what == 3 { meet(state, &mut hub, terms) } else { exchange(state, None, terms) }
        }
        for _ in 0..2 {
            for (who, name) in ["a", "b"].into_iter().enumerate() {
                now += 10;
                meet(&mut states[who], &mut hub, terms(name, now, 0));
            }
        }
        let [a, b] = &states;
        prop_assert_eq!(&a.pauses, &b.pauses);
        prop_assert_eq!(a.alerts[0].acked, b.alerts[0].acked);
    }
}
