//! One rule each; what comes and goes stands in `flapping_tests`, the whole of
//! a day in `day_tests`, whatever else may happen in `properties`.

use chrono::NaiveTime;

use super::*;
use crate::config::Quiet;
use crate::model::message::Delivery;
use crate::rooms::alerts::world::{HOUR, World};

const MINUTE: i64 = 60;

#[test]
fn reminders_come_after_one_hour_four_and_every_day() {
    let mut world = World::new();
    world.raise("a/disk", Severity::Warning);
    assert_eq!(world.said(), ["raise"]);
    assert_eq!(world.within(HOUR - 1), [""; 0]);
    assert_eq!(world.within(1), ["remind"]);
    assert_eq!(world.within(3 * HOUR), ["remind"]);
    assert_eq!(world.within(19 * HOUR), [""; 0]);
    assert_eq!(world.within(HOUR), ["remind"]);
    assert_eq!(world.within(10 * 24 * HOUR), ["remind"; 10]);
}

#[test]
fn critical_ones_come_sooner() {
    let mut world = World::new();
    world.raise("a/unreachable", Severity::Critical);
    assert_eq!(world.said(), ["raise"]);
    for (after, said) in [
        (15 * MINUTE, 1),
        (45 * MINUTE, 1),
        (3 * HOUR, 1),
        (20 * HOUR, 1),
    ] {
        assert_eq!(world.within(after - 1), [""; 0]);
        assert_eq!(world.within(1).len(), said);
    }
}

#[test]
fn a_long_sleep_is_made_up_for_once() {
    let mut world = World::new();
    world.raise("a/unreachable", Severity::Critical);
    world.said();
    world.now += 40 * 24 * HOUR;
    assert_eq!(world.said(), ["remind"]);
    assert_eq!(world.said(), [""; 0]);
}

#[test]
fn a_clock_that_is_set_back_silences_nothing_and_repeats_nothing() {
    let mut world = World::new();
    world.raise("a/disk", Severity::Warning);
    world.said();
    world.now += 10 * MINUTE;
    world.said();
    world.now -= 10 * 365 * 24 * HOUR;
    assert_eq!(world.said(), [""; 0]);
    assert_eq!(world.within(50 * MINUTE), ["remind"]);
    // A channel's rest and budget are moved with it.
    world.ends = Delivery::Failed("no".to_owned());
    world.raise("a/inodes", Severity::Warning);
    world.said();
    world.now -= 10 * 365 * 24 * HOUR;
    world.ends = Delivery::Sent;
    world.said();
    assert_eq!(world.within(MINUTE), ["raise"]);
}

#[test]
fn at_most_ten_messages_an_hour_and_the_rest_as_one() {
    let mut world = World::new();
    for number in 0..30 {
        world.raise(&format!("a/check{number}"), Severity::Warning);
    }
    let first = world.settle();
    // Three at once, the others in one.
    let kinds: Vec<&str> = first.iter().map(|message| message.kind.word()).collect();
    assert_eq!(kinds, ["raise", "raise", "raise", "digest"]);
    assert_eq!(first[3].tells.len(), 27);
    assert!(
        first[3].text.ends_with("and 7 more; mamori alerts"),
        "{}",
        first[3].text
    );
    let all = |desk: &Desk| {
        desk.matters
            .iter()
            .all(|matter| matter.told.iter().all(|t| t.sent))
    };
    assert!(all(&world.desk), "a digest tells as well");

    let mut sent = first.len();
    for minute in 0..50 {
        world.now += MINUTE;
        world.raise(&format!("b/check{minute}"), Severity::Critical);
        sent += world.said().len();
    }
    assert_eq!(sent, 10);
    assert_eq!(world.within(10 * MINUTE), ["digest"]);
    assert!(all(&world.desk));
}

#[test]
fn what_cannot_be_well_without_another_is_explained_by_it() {
    let mut world = World::new();
    let id = |name: &str| format!("a/service:{name}");
    world.needs = vec![(id("app"), id("db")), (id("db"), id("disk"))];
    for name in ["app", "db", "mail"] {
        world.raise(&id(name), Severity::Warning);
    }
    let told: Vec<String> = world.settle().into_iter().map(|one| one.about).collect();
    assert_eq!(told, [id("db"), id("mail")]);
    // It is worse than what explains it: told.
    world.raise(&id("app"), Severity::Critical);
    assert_eq!(world.said(), ["raise"]);
    // And what stays when the cause is gone.
    world.clear(&id("app"));
    assert_eq!(world.said(), ["resolve"]);
    world.raise(&id("app"), Severity::Warning);
    assert_eq!(world.said(), [""; 0]);
    world.clear(&id("db"));
    let mut said = world.said();
    said.sort_unstable();
    assert_eq!(said, ["raise", "resolve"]);
}

#[test]
fn a_snooze_outlives_the_alert_it_was_said_to() {
    let mut world = World::new();
    world.raise("a/disk", Severity::Warning);
    world.said();
    world.state.alerts[0].snoozed_until = Some(Timestamp(world.now + 2 * HOUR));
    world.said();
    world.clear("a/disk");
    assert_eq!(world.said(), ["resolve"]);
    world.now += HOUR;
    world.raise("a/disk", Severity::Warning);
    assert_eq!(world.said(), [""; 0]);
    assert!(world.state.alerts[0].snoozed_until.is_some());
    assert_eq!(world.within(HOUR), ["raise"]);
}

#[test]
fn a_snooze_lasts_as_long_as_was_said_whatever_the_clock_does() {
    let mut world = World::new();
    world.raise("a/disk", Severity::Warning);
    world.said();
    let said = Some(Timestamp(world.now + 2 * HOUR));
    world.state.alerts[0].snoozed_until = said;
    world.said();
    world.now -= 365 * 24 * HOUR;
    world.said();
    // The state file may still say what was said.
    world.state.alerts[0].snoozed_until = said;
    assert_eq!(world.said(), [""; 0]);
    assert_eq!(world.within(2 * HOUR - 1), [""; 0]);
    assert_eq!(world.within(1), ["remind"]);
    // And a new one is a new one.
    world.state.alerts[0].snoozed_until = Some(Timestamp(world.now + 9 * HOUR));
    assert_eq!(world.said(), [""; 0]);
    assert_eq!(world.within(9 * HOUR), ["remind"]);
}

#[test]
fn an_acknowledgement_ends_with_its_alert() {
    let mut world = World::new();
    world.raise("a/disk", Severity::Warning);
    world.said();
    world.state.alerts[0].acked = true;
    assert_eq!(world.within(48 * HOUR), [""; 0]);
    world.clear("a/disk");
    assert_eq!(world.said(), ["resolve"]);
    world.raise("a/disk", Severity::Warning);
    assert_eq!(world.said(), ["raise"]);
}

#[test]
fn no_end_is_told_without_its_beginning() {
    let mut world = World::new();
    world.ends = Delivery::Failed("no".to_owned());
    world.raise("a/disk", Severity::Warning);
    world.said();
    world.clear("a/disk");
    world.said();
    world.ends = Delivery::Sent;
    world.now += MINUTE;
    let late = world.settle();
    assert_eq!(late.len(), 1);
    assert_eq!(late[0].kind, Kind::Info);
    assert!(late[0].text.contains("came and went"), "{}", late[0].text);
    assert_eq!(world.within(24 * HOUR), [""; 0]);
}

#[test]
fn what_is_on_its_way_when_it_ends_is_followed_by_its_end() {
    let mut world = World::new();
    world.raise("a/disk", Severity::Warning);
    world.decide(&[]);
    let message = world.desk.ready(Timestamp(world.now))[0].1.clone();
    world.clear("a/disk");
    world.decide(&[message.number]);
    let now = Timestamp(world.now);
    world
        .desk
        .delivered("desktop", &message, &Delivery::Sent, 0, now);
    assert_eq!(world.said(), ["resolve"]);
}

#[test]
fn quiet_hours_hold_back_all_but_what_is_critical() {
    let mut world = World::new();
    let time = |hour| NaiveTime::from_hms_opt(hour, 0, 0).unwrap();
    world.routes[0].quiet = Some(Quiet {
        from: time(9),
        until: time(11),
    });
    world.raise("a/disk", Severity::Warning);
    world.raise("b/inodes", Severity::Warning);
    world.raise("b/unreachable", Severity::Critical);
    assert_eq!(world.said(), ["raise"]);
    world.clear("b/unreachable");
    world.clear("b/inodes");
    assert_eq!(world.said(), ["resolve"]);
    assert_eq!(
        world.within(HOUR),
        ["raise"],
        "b/inodes was silenced by its node"
    );
}

#[test]
fn a_channel_that_fails_is_left_alone_and_tried_again() {
    let mut world = World::new();
    world.ends = Delivery::Failed("no".to_owned());
    world.raise("a/disk", Severity::Warning);
    let mut waits = Vec::new();
    for _ in 0..7 {
        world.said();
        let next = world.next.unwrap().0;
        waits.push(next - world.now);
        world.now = next;
    }
    assert_eq!(waits, [10, 20, 40, 80, 900, 900, 900]);
    assert!(world.desk.lines[0].breaker_open());
    world.ends = Delivery::Sent;
    assert_eq!(world.said(), ["raise"]);
    assert!(!world.desk.lines[0].breaker_open());
    let mut phone = World::new();
    phone.ends = Delivery::TimedOut("no".to_owned());
    phone.raise("a/disk", Severity::Warning);
    phone.said();
    phone.now = phone.next.unwrap().0;
    phone.said();
    assert!(
        phone.desk.lines[0].breaker_open(),
        "two that hang are enough"
    );
}

#[test]
fn a_channel_that_is_new_is_told_what_is_open() {
    let mut world = World::new();
    world.raise("a/disk", Severity::Warning);
    world.said();
    let second = Route {
        name: "ntfy".to_owned(),
        ..world.routes[0].clone()
    };
    world.routes.push(second);
    assert_eq!(world.said(), ["raise"]);
    world.routes.remove(0);
    world.clear("a/disk");
    assert_eq!(world.said(), ["resolve"]);
    assert_eq!(world.desk.lines.len(), 1);
}

#[test]
fn old_events_are_no_news_and_new_ones_are_told_once() {
    let mut world = World::new();
    let event = |at: i64, what: &str| Event {
        at: Timestamp(at),
        node: "a".to_owned(),
        what: what.to_owned(),
        check: None,
        text: String::new(),
    };
    world.state.events = vec![event(0, "rebooted"), event(world.now - 60, "rebooted")];
    assert_eq!(world.said(), ["info"]);
    world.state.events.push(event(world.now, "ok"));
    world.state.events.push(event(world.now, "dozing"));
    assert_eq!(world.said(), ["info"]);
    // The ring turned, and our last one is gone.
    world.state.events = vec![event(world.now, "dozing"), event(world.now + 1, "rebooted")];
    world.now += 1;
    assert_eq!(world.said(), ["info"]);
    assert_eq!(world.said(), [""; 0]);
}

#[test]
fn a_report_is_told_to_who_is_told_of_warnings_and_other_news_is_not() {
    for (least, told) in [
        (Severity::Info, 2),
        (Severity::Warning, 1),
        (Severity::Critical, 0),
    ] {
        let mut world = World::new();
        world.routes[0].min_severity = least;
        for (what, check) in [("report", "daily-2026-11-20"), ("recovered", "sshd")] {
            world.state.events.push(Event {
                at: Timestamp(world.now),
                node: "a".to_owned(),
                what: what.to_owned(),
                check: Some(check.to_owned()),
                text: "4 commits. ~/r.html#needs-you".to_owned(),
            });
        }
        let said = world.settle();
        assert_eq!(said.len(), told, "{least:?}: {said:?}");
        if told > 0 {
            assert_eq!(said[0].text, "4 commits. ~/r.html#needs-you");
        }
        assert!(world.settle().is_empty(), "once");
    }
}
