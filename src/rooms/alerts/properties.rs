//! Whatever happens, in whatever order: what holds all the same.

use proptest::prelude::*;

use super::flapping::beneath;
use super::world::{HOUR, World};
use crate::model::alert::Severity;
use crate::model::desk::Desk;
use crate::model::message::{Delivery, Kind};
use crate::model::time::Timestamp;

/// What may happen to a world.
#[derive(Debug, Clone)]
enum Turn {
    Raise(usize, bool),
    Clear(usize),
    Ack(usize),
    Snooze(usize, i64),
    Wait(i64),
    Works(bool),
}

fn turn() -> impl Strategy<Value = Turn> {
    prop_oneof![
        (0usize..4, any::<bool>()).prop_map(|(which, bad)| Turn::Raise(which, bad)),
        (0usize..4).prop_map(Turn::Clear),
        (0usize..4).prop_map(Turn::Ack),
        (0usize..4, 60i64..9_000).prop_map(|(which, span)| Turn::Snooze(which, span)),
        (-4_000i64..9_000).prop_map(Turn::Wait),
        any::<bool>().prop_map(Turn::Works),
    ]
}

proptest! {
    #[test]
    fn whatever_happens_ends_follow_beginnings_and_the_hour_is_kept(
        turns in proptest::collection::vec(turn(), 1..60),
    ) {
        const IDS: [&str; 4] = ["a/disk", "a/unreachable", "b/inodes", "here/network"];
        let mut world = World::new();
        let (mut open, mut times) = (std::collections::BTreeSet::new(), Vec::<i64>::new());
        let mut flapped = Vec::new();
        for turn in turns {
            match turn {
                Turn::Raise(which, critical) => {
                    let bad = if critical { Severity::Critical } else { Severity::Warning };
                    world.raise(IDS[which], bad);
                }
                Turn::Clear(which) => world.clear(IDS[which]),
                Turn::Ack(which) => world.state.alerts.iter_mut()
                    .filter(|alert| alert.id == IDS[which]).for_each(|alert| alert.acked = true),
                Turn::Snooze(which, span) => {
                    let until = Some(Timestamp(world.now + span));
                    world.state.alerts.iter_mut().filter(|alert| alert.id == IDS[which])
                        .for_each(|alert| alert.snoozed_until = until);
                }
                Turn::Wait(seconds) => {
                    if seconds < 0 {
                        for at in &mut times {
                            *at += seconds;
                        }
                    }
                    world.now += seconds;
                }
                Turn::Works(true) => world.ends = Delivery::Sent,
                Turn::Works(false) => world.ends = Delivery::Failed("no".to_owned()),
            }
            for message in world.settle() {
                times.push(world.now);
                open.extend(message.opened());
                flapped.extend(message.opened().iter().filter_map(|id| beneath(id)));
                let own = (message.kind == Kind::Resolve).then_some(&message.about);
                for id in message.ends.iter().chain(own) {
                    prop_assert!(open.remove(id), "{message:?}");
                }
            }
            let hour = times.iter().filter(|at| world.now - **at < HOUR).count();
            prop_assert!(hour <= 10, "{hour} in an hour");
            prop_assert!(world.next.is_none_or(|next| next.0 > world.now));
            let json = serde_json::to_string(&world.desk).unwrap();
            prop_assert!(json.len() < 60_000);
            prop_assert_eq!(&serde_json::from_str::<Desk>(&json).unwrap(), &world.desk);
        }
        // In the end everybody who was told of a beginning is told of its end.
        world.ends = Delivery::Sent;
        for id in IDS {
            world.clear(id);
        }
        for _ in 0..12 {
            for message in world.settle() {
                open.extend(message.opened());
                flapped.extend(message.opened().iter().filter_map(|id| beneath(id)));
                for id in message.ends.iter().chain([&message.about]) {
                    if message.kind == Kind::Resolve || !message.ends.is_empty() {
                        open.remove(id);
                    }
                }
            }
            world.now += 1_800;
        }
        // What came and went spoke for what is beneath it.
        open.retain(|id| beneath(id).is_none() && !flapped.contains(id));
        prop_assert!(open.is_empty(), "{open:?}");
        prop_assert!(world.desk.matters.is_empty(), "{:?}", world.desk.matters);
    }
}

proptest! {
    /// Whatever came and went before: who goes and stays away is told of, once.
    #[test]
    fn whatever_happened_before_what_lasts_is_told_once(
        turns in proptest::collection::vec((any::<bool>(), any::<bool>(), 0i64..400), 1..40),
        critical in any::<bool>(),
    ) {
        const ID: &str = "a/service:web";
        let mut world = World::new();
        let mut spent = Vec::new();
        let (mut since, mut stays) = (None, Vec::new());
        for (up, bad, wait) in turns {
            stays.extend(since.map(|since| world.now - since));
            since = (!up).then_some(world.now);
            if up {
                world.clear(ID);
            } else {
                let bad = if bad { Severity::Critical } else { Severity::Warning };
                world.raise(ID, bad);
            }
            for _ in world.settle() {
                spent.push(world.now);
            }
            world.now += wait;
        }
        stays.extend(since.map(|since| world.now - since));
        world.clear(ID);
        world.settle();
        world.now += 1;
        let severity = if critical { Severity::Critical } else { Severity::Warning };
        world.raise(ID, severity);
        // It stands in an outbox as soon as it has lasted. An hour's messages may be used up:
        // then it comes with the next digest.
        // Who stayed away as long before has to do so for longer, and a calm half hour is the end.
        let base = if critical { 60 } else { 300 };
        let longest = stays.into_iter().filter(|stay| *stay >= base).max();
        let lasts = world.now + longest.map_or(base, |longest| (3 * longest).min(1_800));
        let end = world.now + HOUR + 301;
        let (mut raised, mut told, mut said_by) = (0, false, None);
        loop {
            for message in world.settle() {
                raised += usize::from(message.kind == Kind::Raise && message.about == ID);
                told |= message.opens(ID) && message.kind != Kind::Remind;
            }
            let matter = world.desk.matter(ID).unwrap();
            if !matter.told.is_empty() && said_by.is_none() {
                said_by = Some(world.now);
            }
            let Some(next) = world.next.filter(|next| next.0 <= end) else { break };
            world.now = next.0;
        }
        prop_assert!(said_by.is_some_and(|at| at <= lasts), "{said_by:?}, not by {lasts}");
        prop_assert!(told, "nobody heard of it");
        prop_assert!(raised <= 1, "{raised} times");
        let matter = world.desk.matter(ID).unwrap();
        prop_assert!(matter.told.iter().all(|told| told.sent));
    }
}
