//! What a tmux server takes with it, and what it does not.

use super::*;
use crate::model::reading::Reading;
use crate::rooms::alerts::world::{HOUR, World};

#[test]
fn the_sessions_that_a_server_took_with_it_are_one_message() {
    let mut world = World::new();
    world.state.nodes[0].readings.tmux_sessions = Reading::Value(Vec::new());
    for session in ["a/tmux:one", "a/tmux:two", "a/tmux:three", "b/tmux:one"] {
        world.raise(session, Severity::Warning);
    }
    let told: Vec<String> = world
        .settle()
        .into_iter()
        .map(|message| message.about)
        .collect();
    assert_eq!(told, ["a/tmux:one", "b/tmux:one"]);
    // The server is back with another: what is missing still, is told.
    world.clear("a/tmux:one");
    world.state.nodes[0].readings.tmux_sessions = Reading::Value(vec!["one".to_owned()]);
    assert_eq!(world.said(), ["resolve", "raise", "raise"]);
}

#[test]
fn the_death_of_a_server_is_news_though_a_session_was_missed_before() {
    for severity in [Severity::Warning, Severity::Critical] {
        for quiet in [true, false] {
            let mut world = World::new();
            let sessions = |world: &mut World, names: &[&str]| {
                let names = names.iter().map(ToString::to_string).collect();
                world.state.nodes[0].readings.tmux_sessions = Reading::Value(names);
            };
            sessions(&mut world, &["two", "three"]);
            world.raise("a/tmux:one", Severity::Warning);
            assert_eq!(world.said(), ["raise"]);
            world.state.alerts[0].acked = quiet;
            world.within(23 * HOUR);
            sessions(&mut world, &[]);
            world.raise("a/tmux:two", severity);
            world.raise("a/tmux:three", severity);
            let said: Vec<String> = world.settle().into_iter().map(|one| one.about).collect();
            assert_eq!(said, ["a/tmux:two"], "{severity:?}, {quiet}");
            // Who acknowledges that has read of the others.
            let two = |alert: &&mut Alert| alert.id == "a/tmux:two";
            world.state.alerts.iter_mut().find(two).unwrap().acked = true;
            world.state.alerts[0].acked = true;
            assert_eq!(world.within(48 * HOUR), [""; 0]);
        }
    }
}

#[test]
fn what_is_worse_than_what_explains_it_is_told_though_the_server_is_gone() {
    let mut world = World::new();
    world.state.nodes[0].readings.tmux_sessions = Reading::Value(Vec::new());
    world.raise("a/tmux:one", Severity::Warning);
    assert_eq!(world.said(), ["raise"]);
    world.raise("a/tmux:two", Severity::Critical);
    assert_eq!(world.said(), ["raise"]);
}

#[test]
fn a_snooze_from_before_hides_no_death_of_a_server() {
    let mut world = World::new();
    world.state.nodes[0].readings.tmux_sessions = Reading::Value(vec!["two".to_owned()]);
    world.raise("a/tmux:one", Severity::Warning);
    world.said();
    let until = Some(Timestamp(world.now + 12 * HOUR));
    world.state.alerts[0].snoozed_until = until;
    world.said();
    world.clear("a/tmux:one");
    world.said();
    world.now += HOUR;
    world.state.nodes[0].readings.tmux_sessions = Reading::Value(Vec::new());
    for session in ["a/tmux:one", "a/tmux:two", "a/tmux:three"] {
        world.raise(session, Severity::Warning);
    }
    let said: Vec<String> = world.settle().into_iter().map(|one| one.about).collect();
    assert_eq!(said, ["a/tmux:two"]);
    // A snooze of what was told of all is one for all.
    let mut world = World::new();
    for session in ["a/tmux:one", "a/tmux:two", "a/tmux:three"] {
        world.raise(session, Severity::Warning);
    }
    assert_eq!(world.said(), ["raise"]);
    world.state.alerts[0].snoozed_until = Some(Timestamp(world.now + 2 * HOUR));
    assert_eq!(world.said(), [""; 0]);
    assert_eq!(world.within(2 * HOUR), ["remind"]);
}

#[test]
fn a_session_that_comes_and_goes_says_nothing_of_another() {
    for servers in [Vec::new(), vec!["main".to_owned()]] {
        let mut world = World::new();
        world.state.nodes[0].readings.tmux_sessions = Reading::Value(servers);
        for _ in 0..2 {
            world.raise("a/tmux:scratch", Severity::Warning);
            world.said();
            world.now += 10;
            world.clear("a/tmux:scratch");
            world.said();
            world.now += 10;
        }
        assert_eq!(world.state.alerts[0].id, "a/flapping:tmux:scratch");
        world.state.alerts[0].acked = true;
        let mut said = Vec::new();
        for _ in 0..6 {
            world.raise("a/tmux:monitor", Severity::Warning);
            said.extend(world.said());
            world.now += 10;
            world.clear("a/tmux:monitor");
            said.extend(world.said());
            world.now += 10;
        }
        assert_eq!(said, ["raise", "resolve", "raise", "flapping"]);
    }
}

#[test]
fn sessions_that_come_and_go_with_their_server_are_one_alert() {
    let mut world = World::new();
    let sessions = ["one", "two", "three"];
    let mut said = Vec::new();
    for _ in 0..6 {
        world.state.nodes[0].readings.tmux_sessions = Reading::Value(Vec::new());
        for session in sessions {
            world.raise(&format!("a/tmux:{session}"), Severity::Warning);
        }
        said.extend(world.said());
        world.now += 10;
        for session in sessions {
            world.clear(&format!("a/tmux:{session}"));
        }
        let there = sessions.map(ToOwned::to_owned).to_vec();
        world.state.nodes[0].readings.tmux_sessions = Reading::Value(there);
        said.extend(world.said());
        world.now += 10;
    }
    assert_eq!(said, ["raise", "resolve", "raise", "flapping"]);
    assert_eq!(world.state.alerts.len(), 1);
    assert_eq!(world.state.alerts[0].id, "a/flapping:tmux");
}

#[test]
fn a_session_that_comes_and_goes_does_not_hide_the_death_of_its_server() {
    let mut world = World::new();
    world.state.nodes[0].readings.tmux_sessions = Reading::Value(vec!["main".to_owned()]);
    for _ in 0..2 {
        world.raise("a/tmux:scratch", Severity::Warning);
        world.said();
        world.now += 10;
        world.clear("a/tmux:scratch");
        world.said();
        world.now += 10;
    }
    world.state.nodes[0].readings.tmux_sessions = Reading::Value(Vec::new());
    for session in ["a/tmux:scratch", "a/tmux:main", "a/tmux:monitor"] {
        world.raise(session, Severity::Warning);
    }
    let said: Vec<String> = world.settle().into_iter().map(|one| one.about).collect();
    assert_eq!(said, ["a/tmux:main"]);
    // The first lasts, too: that is known already.
    assert_eq!(world.within(600), [""; 0]);
}
