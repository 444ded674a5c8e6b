//! Alerts about what will come, and what becomes of them when it has.

use crate::model::alert::Severity;
use crate::rooms::alerts::world::{HOUR, World};

const FORETOLD: &str = "a/forecast:disk";

#[test]
fn what_is_not_foretold_any_more_is_told() {
    let mut world = World::new();
    world.raise(FORETOLD, Severity::Warning);
    assert_eq!(world.said(), ["raise"]);
    world.now += HOUR / 2;
    world.clear(FORETOLD);
    let messages = world.settle();
    assert_eq!(messages.len(), 1);
    assert_eq!(messages[0].text, "a: disk no longer foretold after 30m");
}

#[test]
fn what_has_come_speaks_for_itself() {
    let mut world = World::new();
    world.raise(FORETOLD, Severity::Warning);
    assert_eq!(world.said(), ["raise"]);
    world.raise("a/disk", Severity::Warning);
    assert_eq!(world.said(), ["raise"]);
    // From now on only that one is told again, and that the other one goes is no news.
    assert_eq!(world.within(HOUR), ["remind"]);
    world.clear(FORETOLD);
    assert_eq!(world.said(), [""; 0]);
    world.clear("a/disk");
    assert_eq!(world.said(), ["resolve"]);
}

#[test]
fn another_disk_is_another_matter() {
    let mut world = World::new();
    world.raise("a/disk", Severity::Warning);
    world.raise("a/forecast:disk:/srv", Severity::Warning);
    world.raise("b/forecast:disk", Severity::Warning);
    assert_eq!(world.said(), ["raise", "raise", "raise"]);
    // One that is there already when it is foretold.
    world.raise("a/forecast:disk", Severity::Warning);
    assert_eq!(world.said(), [""; 0]);
}
