//! An Alertmanager that takes what it is told, or is away for a while.

use super::super::world::{HOUR, World};
use super::*;
use crate::config::Secret;
use crate::model::alert::Severity;
use crate::model::message::Delivery;

const NAME: &str = "alertmanager";

fn world() -> World {
    let mut world = World::new();
    world.routes[0].name = NAME.to_owned();
    world.routes[0].kind = crate::config::ChannelKind::Alertmanager(Secret::of("http://a:9093"));
    world.routes[0].min_severity = Severity::Warning;
    world
}

/// Decides and tells until nothing is due; what was told, over or not.
fn told(world: &mut World, memory: &mut Memory) -> Vec<(String, Severity, bool)> {
    let mut all = Vec::new();
    loop {
        world.decide(&[]);
        world.state.desk = world.desk.clone();
        let now = Timestamp(world.now);
        let Some(message) = due(&world.routes[0], &world.state, memory, now) else {
            return all;
        };
        let how = world.ends.clone();
        world.desk.took(NAME, &message, &how, now);
        if how != Delivery::Sent {
            return all;
        }
        memory.took(&message, now);
        let each = message.standing.iter();
        all.extend(each.map(|one| (one.alert.id.clone(), one.alert.severity, one.over)));
    }
}

fn one(id: &str, severity: Severity, over: bool) -> Vec<(String, Severity, bool)> {
    vec![(id.to_owned(), severity, over)]
}

#[test]
fn what_stands_is_told_every_minute_and_its_end_once() {
    let (mut world, mut memory) = (world(), Memory::default());
    world.raise("a/disk", Severity::Warning);
    world.raise("a/load", Severity::Info);
    let disk = one("a/disk", Severity::Warning, false);
    assert_eq!(told(&mut world, &mut memory), disk);
    assert_eq!(told(&mut world, &mut memory), []);
    let before = world.desk.clone();
    world.now += AGAIN;
    assert_eq!(told(&mut world, &mut memory), disk);
    assert!(!world.desk.differs(&before), "nothing to write down");
    let next = next(
        &world.routes[0],
        &world.state,
        &memory,
        Timestamp(world.now),
    );
    assert_eq!(next, Some(Timestamp(world.now + AGAIN)));
    world.clear("a/disk");
    assert_eq!(
        told(&mut world, &mut memory),
        one("a/disk", Severity::Warning, true)
    );
    world.now += HOUR;
    assert_eq!(told(&mut world, &mut memory), []);
}

#[test]
fn one_that_is_away_is_told_when_it_is_back() {
    let (mut world, mut memory) = (world(), Memory::default());
    world.raise("a/disk", Severity::Warning);
    told(&mut world, &mut memory);
    world.ends = Delivery::Failed("cannot be reached".to_owned());
    world.clear("a/disk");
    world.raise("b/unreachable", Severity::Critical);
    for _ in 0..30 {
        told(&mut world, &mut memory);
        world.now += 60;
    }
    let line = world.desk.line(NAME).unwrap();
    assert!(!line.breaker_open() && line.error.is_some());
    world.ends = Delivery::Sent;
    let mut told = told(&mut world, &mut memory);
    told.sort();
    assert_eq!(
        told,
        [
            one("a/disk", Severity::Warning, true),
            one("b/unreachable", Severity::Critical, false)
        ]
        .concat()
    );
    assert_eq!(world.desk.line(NAME).unwrap().error, None);
}

#[test]
fn what_was_told_stands_although_somebody_knows_and_what_was_not_does_not_begin() {
    let (mut world, mut memory) = (world(), Memory::default());
    world.raise("a/disk", Severity::Warning);
    told(&mut world, &mut memory);
    world.state.alerts[0].acked = true;
    world.now += AGAIN;
    assert_eq!(
        told(&mut world, &mut memory),
        one("a/disk", Severity::Warning, false)
    );
    world.raise("b/disk", Severity::Warning);
    world.state.alerts[1].acked = true;
    assert_eq!(told(&mut world, &mut memory), []);
    world.clear("b/disk");
    assert_eq!(told(&mut world, &mut memory), []);
}

#[test]
fn what_gets_worse_takes_the_place_of_what_it_was() {
    let (mut world, mut memory) = (world(), Memory::default());
    world.raise("a/disk", Severity::Warning);
    told(&mut world, &mut memory);
    world.state.alerts[0].severity = Severity::Critical;
    assert_eq!(
        told(&mut world, &mut memory),
        [
            one("a/disk", Severity::Warning, true),
            one("a/disk", Severity::Critical, false)
        ]
        .concat()
    );
    assert_eq!(told(&mut world, &mut memory), []);
}

#[test]
fn many_are_told_in_parts_that_fit() {
    let (mut world, mut memory) = (world(), Memory::default());
    for number in 0..200 {
        world.raise(&format!("n{number}/disk"), Severity::Warning);
        world.state.alerts[number].text = "é".repeat(2_000);
    }
    world.decide(&[]);
    world.state.desk = world.desk.clone();
    let first = due(
        &world.routes[0],
        &world.state,
        &memory,
        Timestamp(world.now),
    )
    .unwrap();
    assert!(serde_json::to_string(&first).unwrap().len() < 64 << 10);
    assert_eq!(told(&mut world, &mut memory).len(), 200);
}

#[test]
fn an_alert_reads_as_its_labels() {
    let mut world = world();
    world.raise("a/disk:/mnt/\"x\u{202e}\"", Severity::Critical);
    world.state.alerts[0].text = "a disk 93% (limit 90%)".to_owned();
    let standing = vec![Standing {
        alert: world.state.alerts[0].clone(),
        over: false,
    }];
    let message = message(standing, Timestamp(36_010));
    let (url, value) = post("http://u:p@a:9093/am/?x=1", &message);
    assert_eq!(url, "http://u:p@a:9093/am/api/v2/alerts?x=1");
    assert_eq!(
        value,
        json!([{
            "labels": {"alertname": "MamoriDisk", "node": "a", "check": "disk:/mnt/\"x\"",
                       "severity": "critical"},
            "annotations": {"summary": "a: disk 93% (limit 90%)", "number": "1",
                            "acknowledge": "mamori ack 1"},
            "startsAt": "1970-01-01T10:00:00Z", "endsAt": "1970-01-01T10:04:10Z",
        }])
    );
    assert_eq!(
        post("http://a/api/v2/alerts", &message).0,
        "http://a/api/v2/alerts"
    );
    assert_eq!(name("host-key"), "MamoriHostKey");
    assert_eq!(name("forecast:disk:/x"), "MamoriForecast");
}
