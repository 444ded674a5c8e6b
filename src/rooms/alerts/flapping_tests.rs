//! What comes and goes is one alert, and what lasts is told all the same.

use super::*;
use crate::model::alert::Pause;
use crate::model::message::Delivery;
use crate::rooms::alerts::world::{HOUR, World};

const MINUTE: i64 = 60;

/// Has `id` come and go until that is an alert; it is gone then.
fn flapping(world: &mut World, id: &str, severity: Severity) {
    for _ in 0..2 {
        world.raise(id, severity);
        world.said();
        world.now += 10;
        world.clear(id);
        world.said();
        world.now += 10;
    }
    let is = |alert: &Alert| alert.id.contains("flapping:");
    assert!(
        world.state.alerts.iter().any(is),
        "{:?}",
        world.state.alerts
    );
}

/// Has the watcher repair `check` of node a four times in as many minutes.
fn repaired(world: &mut World, check: &str) {
    for _ in 0..4 {
        world.state.events.push(Event {
            at: Timestamp(world.now),
            node: "a".to_owned(),
            what: "recovered".to_owned(),
            check: Some(check.to_owned()),
            text: "it is back in 0.1s: it was killed".to_owned(),
        });
        world.now += MINUTE;
    }
}

/// Who was told that `id` is open, as `mamori alerts` shows it.
fn told(world: &World, id: &str) -> bool {
    let matter = world.desk.matter(id);
    matter.is_some_and(|matter| matter.told.iter().any(|told| told.sent))
}

#[test]
fn two_hundred_flaps_make_few_messages() {
    let mut world = World::new();
    let mut sent = 0;
    for _ in 0..200 {
        world.raise("a/disk", Severity::Warning);
        sent += world.said().len();
        world.now += 10;
        world.clear("a/disk");
        sent += world.said().len();
        sent += world.within(8).len();
    }
    assert_eq!(sent, 4, "raise, resolve, raise, flapping");
    let flapping = &world.state.alerts[0];
    assert_eq!(flapping.id, "a/flapping:disk");
    assert_eq!(world.within(HOUR), ["digest", "resolve"]);
    assert_eq!(world.state.alerts, []);
    assert_eq!(world.desk.matters, []);
}

#[test]
fn what_still_stands_when_it_calms_down_is_said_and_reminded_of() {
    let mut world = World::new();
    for _ in 0..2 {
        world.raise("a/disk", Severity::Warning);
        world.said();
        world.clear("a/disk");
        world.said();
    }
    world.raise("a/disk", Severity::Warning);
    world.said();
    let before = world.state.alerts.len();
    world.now += 30 * MINUTE;
    let end = world.settle();
    assert_eq!((before, world.state.alerts.len()), (2, 1));
    assert_eq!(end[0].kind, Kind::Resolve);
    assert_eq!(end[0].text, "a: disk and stays so, no more back and forth");
    assert_eq!(world.within(4 * HOUR), ["remind"; 2]);
    world.clear("a/disk");
    assert_eq!(world.said(), ["resolve"]);
}

#[test]
fn a_pause_is_no_calm() {
    let mut world = World::new();
    for _ in 0..2 {
        world.raise("a/disk", Severity::Warning);
        world.said();
        world.clear("a/disk");
        world.said();
    }
    assert_eq!(world.state.alerts.len(), 1);
    let pause = Pause {
        since: Timestamp(world.now),
        until: Some(Timestamp(world.now + 3 * HOUR)),
        reason: None,
    };
    world.state.pauses.insert("a".to_owned(), pause);
    assert_eq!(world.within(3 * HOUR - 1), [""; 0]);
    assert_eq!(world.within(1), ["resolve"]);
}

#[test]
fn what_was_given_up_is_told_though_it_kept_dying_before() {
    let mut world = World::new();
    repaired(&mut world, "service:web");
    assert_eq!(world.said(), ["flapping"]);
    world.raise("a/service:web", Severity::Warning);
    assert_eq!(world.said(), [""; 0], "that is what keeps dying");
    world.raise("a/service:web", Severity::Critical);
    assert_eq!(world.said(), ["raise"]);
    world.clear("a/service:web");
    assert_eq!(world.said(), ["resolve"]);
    assert_eq!(world.within(40 * MINUTE), ["resolve"], "and calm at last");
}

#[test]
fn what_went_and_stays_away_is_told_once_though_it_comes_and_goes() {
    let mut world = World::new();
    flapping(&mut world, "a/disk", Severity::Warning);
    world.raise("a/disk", Severity::Warning);
    assert_eq!(world.said(), [""; 0]);
    assert!(!told(&world, "a/disk"), "nobody heard of this one");
    assert_eq!(world.within(5 * MINUTE - 1), [""; 0]);
    assert_eq!(world.within(1), ["raise"]);
    assert!(told(&world, "a/disk"));
    // Once, and the flapping alert is another one still, which ends by itself.
    assert_eq!(world.within(20 * MINUTE), [""; 0]);
    assert_eq!(world.within(10 * MINUTE), ["resolve"]);
    assert_eq!(world.state.alerts.len(), 1);
    world.clear("a/disk");
    assert_eq!(world.said(), ["resolve"]);
}

#[test]
fn what_lasts_is_told_and_its_end_and_the_short_ones_and_its_like_are_not() {
    let mut world = World::new();
    flapping(&mut world, "a/disk", Severity::Warning);
    world.raise("a/disk", Severity::Warning);
    assert_eq!(world.said(), [""; 0]);
    assert_eq!(world.within(6 * MINUTE), ["raise"]);
    world.clear("a/disk");
    assert_eq!(world.said(), ["resolve"]);
    for minutes in [1, 1, 6] {
        world.raise("a/disk", Severity::Warning);
        assert_eq!(world.said(), [""; 0]);
        assert_eq!(world.within(minutes * MINUTE), [""; 0]);
        world.clear("a/disk");
        assert_eq!(world.said(), [""; 0]);
    }
    // Three times as long is something else.
    world.raise("a/disk", Severity::Warning);
    assert_eq!(world.said(), [""; 0]);
    assert_eq!(world.within(18 * MINUTE - 1), [""; 0]);
    assert_eq!(world.within(1), ["raise"]);
    world.clear("a/disk");
    assert_eq!(world.said(), ["resolve"]);
}

#[test]
fn what_was_told_before_it_flapped_is_not_told_again_for_lasting() {
    let mut world = World::new();
    world.raise("a/service:web", Severity::Warning);
    assert_eq!(world.said(), ["raise"]);
    repaired(&mut world, "service:web");
    assert_eq!(world.said(), ["info", "info", "info", "flapping"][3..]);
    assert_eq!(world.within(20 * MINUTE), [""; 0]);
    world.clear("a/service:web");
    assert_eq!(
        world.said(),
        ["resolve"],
        "it lasted, and so its end is told"
    );
}

#[test]
fn what_is_critical_is_never_silenced_by_a_lesser_alert() {
    let mut world = World::new();
    flapping(&mut world, "a/unreachable", Severity::Warning);
    for _ in 0..2 {
        world.raise("a/unreachable", Severity::Critical);
        assert_eq!(world.said(), ["raise"]);
        assert!(told(&world, "a/unreachable"));
        world.state.alerts[0].acked = true;
        world.clear("a/unreachable");
        let ends = world.said();
        assert!(ends.contains(&"resolve"), "{ends:?}");
    }
    // Four critical changes: that is told as critical, once, and says it all.
    assert_eq!(world.state.alerts[0].severity, Severity::Critical);
    assert!(!world.state.alerts[0].acked);
    for _ in 2..10 {
        world.raise("a/unreachable", Severity::Critical);
        assert_eq!(world.said(), [""; 0]);
        world.now += 10;
        world.clear("a/unreachable");
        assert_eq!(world.said(), [""; 0]);
    }
}

#[test]
fn a_storm_on_one_node_delays_no_critical_of_another() {
    for (bad, good) in [(1, 1), (4, 2), (6, 2), (6, 6), (12, 1), (20, 5)] {
        for first in [Severity::Warning, Severity::Critical] {
            let mut world = World::new();
            world.routes[0].min_severity = Severity::Warning;
            repaired(&mut world, "service:web");
            let mut said = world.said().len();
            let end = world.now + 3 * HOUR;
            while world.now < end {
                world.raise("a/service:web", first);
                said += world.said().len();
                world.now += 5;
                let web = |alert: &&mut Alert| alert.id == "a/service:web";
                let web = world.state.alerts.iter_mut().find(web);
                web.unwrap().severity = Severity::Critical;
                said += world.said().len();
                said += world.within(bad * MINUTE).len();
                world.clear("a/service:web");
                said += world.said().len();
                said += world.within(good * MINUTE).len();
                world.raise("b/unreachable", Severity::Critical);
                world.decide(&[]);
                let outbox = &world.desk.lines[0].outbox;
                let there = outbox.iter().any(|one| one.about == "b/unreachable");
                assert!(there, "{bad} and {good} minutes, {said} messages");
                // Nobody saw it: only the storm counts.
                world.clear("b/unreachable");
                world.desk.lines[0].outbox.clear();
                world.desk.matters.retain(|one| one.id != "b/unreachable");
                world.state.alerts.retain(|one| !one.id.starts_with("b/"));
            }
        }
    }
}

#[test]
fn a_critical_storm_of_minutes_is_five_messages() {
    let mut world = World::new();
    repaired(&mut world, "service:web");
    assert_eq!(world.said(), ["flapping"]);
    let mut said = Vec::new();
    for _ in 0..6 {
        world.raise("a/service:web", Severity::Critical);
        said.extend(world.said());
        said.extend(world.within(4 * MINUTE));
        world.clear("a/service:web");
        said.extend(world.said());
        said.extend(world.within(2 * MINUTE));
    }
    said.sort_unstable();
    assert_eq!(said, ["flapping", "raise", "raise", "resolve", "resolve"]);
    // And then it is gone for good.
    world.raise("a/service:web", Severity::Critical);
    assert_eq!(world.said(), [""; 0]);
    assert_eq!(world.within(12 * MINUTE), ["raise"]);
}

#[test]
fn what_is_critical_and_stays_so_is_told_within_a_minute() {
    let mut world = World::new();
    flapping(&mut world, "a/unreachable", Severity::Critical);
    world.raise("a/unreachable", Severity::Critical);
    assert_eq!(
        world.said(),
        [""; 0],
        "that it goes and comes was told as critical"
    );
    assert_eq!(world.within(MINUTE), ["raise"]);
    assert_eq!(world.within(14 * MINUTE), [""; 0]);
    assert_eq!(world.within(MINUTE), ["remind"]);
    world.clear("a/unreachable");
    assert_eq!(world.said(), ["resolve"]);
    // An acknowledged flapping alert does not hide it either.
    let mut world = World::new();
    flapping(&mut world, "a/unreachable", Severity::Critical);
    world.said();
    world.state.alerts[0].acked = true;
    world.raise("a/unreachable", Severity::Critical);
    assert_eq!(world.said(), [""; 0]);
    assert_eq!(world.within(MINUTE), ["raise"]);
}

#[test]
fn an_end_that_a_snoozed_flapping_alert_kept_back_is_told_at_last() {
    let mut world = World::new();
    world.raise("a/disk", Severity::Warning);
    world.said();
    world.clear("a/disk");
    world.said();
    world.raise("a/disk", Severity::Warning);
    assert_eq!(world.said(), ["raise"]);
    world.now += 10;
    world.clear("a/disk");
    world.decide(&[]);
    let until = Some(Timestamp(world.now + HOUR));
    for alert in &mut world.state.alerts {
        alert.snoozed_until = until;
    }
    assert_eq!(world.said(), [""; 0]);
    assert_eq!(world.within(30 * MINUTE - 1), [""; 0]);
    world.now += 1;
    let end: Vec<String> = world.settle().into_iter().map(|one| one.text).collect();
    // It was bad for ten seconds, and not for half an hour.
    assert_eq!(end, ["a: disk fine again"]);
    assert_eq!(
        world
            .desk
            .matters
            .iter()
            .filter(|m| !m.owed.is_empty())
            .count(),
        0
    );
}

#[test]
fn calm_after_a_long_sleep_says_in_one_message_that_it_stays_away() {
    let mut world = World::new();
    flapping(&mut world, "a/disk", Severity::Warning);
    world.raise("a/disk", Severity::Warning);
    world.said();
    world.now += HOUR;
    let said = world.settle();
    let said: Vec<&str> = said.iter().map(|message| message.text.as_str()).collect();
    assert_eq!(said, ["a: disk and stays so, no more back and forth"]);
    assert!(told(&world, "a/disk"));
    world.clear("a/disk");
    assert_eq!(world.said(), ["resolve"]);
}

#[test]
fn a_server_and_its_sessions_come_and_go_as_one() {
    let mut world = World::new();
    world.routes[0].min_severity = Severity::Warning;
    for _ in 0..4 {
        repaired(&mut world, "tmux");
        for session in ["a/tmux:one", "a/tmux:two"] {
            world.raise(session, Severity::Warning);
        }
        world.said();
        world.now += 10;
        for session in ["a/tmux:one", "a/tmux:two"] {
            world.clear(session);
        }
        world.said();
    }
    let open: Vec<&str> = world
        .state
        .alerts
        .iter()
        .map(|alert| alert.id.as_str())
        .collect();
    assert_eq!(open, ["a/flapping:tmux"]);
    assert_eq!(world.within(HOUR).last(), Some(&"resolve"));
    assert_eq!(world.state.alerts, []);
}

#[test]
fn a_message_on_its_way_is_not_taken_for_the_next_one() {
    let mut world = World::new();
    world.ends = Delivery::Sent;
    flapping(&mut world, "a/disk", Severity::Warning);
    world.raise("a/disk", Severity::Warning);
    assert_eq!(world.said(), [""; 0]);
    world.now += 5 * MINUTE;
    world.decide(&[]);
    let ready = world.desk.ready(Timestamp(world.now));
    let raise = ready
        .first()
        .map(|(_, message)| (*message).clone())
        .unwrap();
    world.clear("a/disk");
    world.decide(&[raise.number]);
    let now = Timestamp(world.now);
    world
        .desk
        .delivered("desktop", &raise, &Delivery::Sent, 0, now);
    assert_eq!(world.said(), ["resolve"], "it lasted, and came through");
}
