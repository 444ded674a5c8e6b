//! Many events at once, and many of every kind: the panes end as planned, or
//! are left alone where they must be, and the server lives.

use crate::harness::Bench;
use crate::harness::layouts::Arranged;

/// A generator of numbers that are the same in every run (xorshift,
/// Marsaglia 2003).
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 16) as usize % sides
    }
}

#[test]
fn a_storm_of_splits_and_kills_ends_as_planned_with_little_work() {
    let bench = Bench::quiet();
    let server = Arranged::start(&bench, (240, 60), "");
    let mut dice = Dice(0x5EED);
    let before = server.events();
    let began = std::time::Instant::now();
    let mut done = 0;
    while done < 50 {
        let panes = server
            .show("main", "#{window_panes}")
            .parse::<usize>()
            .unwrap();
        let target = format!("main.{}", dice.roll(panes));
        let worked = if panes > 5 || (panes > 1 && dice.roll(2) == 0) {
            server.attempt(&["kill-pane", "-t", &target])
        } else {
            server.attempt(&["split-window", "-t", &target, "sleep 600"])
        };
        done += usize::from(worked);
    }
    let seconds = usize::try_from(began.elapsed().as_secs()).unwrap() + 1;
    if server.show("main", "#{window_panes}") == "1" {
        server.split("main");
    }
    server.settle("main");
    server.assert_planned("main");
    // Each split and kill is an event itself; each arrangement makes two, at
    // once and then one each tenth of a second.
    let events = server.events() - before;
    assert!(
        events <= 51 + 2 * (10 * seconds + 2),
        "{events} events in {seconds} s"
    );
}

/// Attention is off: which pane is active changes without an event of the
/// layout, such as by zooming another.
#[test]
fn two_hundred_changes_of_every_kind_end_as_planned_or_as_they_must() {
    let bench = Bench::quiet();
    let server = Arranged::start(&bench, (180, 50), "set -g @mamori-layout-attention off\n");
    let mut dice = Dice(42);
    let (mut planned, mut by_hand) = (0, 0);
    for step in 0..200 {
        let panes = server
            .show("main", "#{window_panes}")
            .parse::<usize>()
            .unwrap();
        let target = format!("main.{}", dice.roll(panes));
        let what = match dice.roll(10) {
            0..=3 if panes < 6 => {
                let way = ["-h", "-v", "-hb", "-vf"][dice.roll(4)];
                server.attempt(&["split-window", way, "-t", &target, "sleep 600"]);
                "split"
            }
            0..=5 if panes > 1 => {
                server.run(&["kill-pane", "-t", &target]);
                "kill"
            }
            6 => {
                let way = ["-L", "-R", "-U", "-D"][dice.roll(4)];
                server.run(&["resize-pane", "-t", &target, way, "4"]);
                "resize"
            }
            7 => {
                let (width, height) = (40 + dice.roll(200), 10 + dice.roll(60));
                let (width, height) = (width.to_string(), height.to_string());
                server.run(&["resize-window", "-t", "main", "-x", &width, "-y", &height]);
                "window"
            }
            8 => {
                server.run(&["resize-pane", "-Z", "-t", &target]);
                "zoom"
            }
            _ => {
                server.run(&["swap-pane", "-d", "-s", &target, "-t", "main.0"]);
                "swap"
            }
        };
        server.settle("main");
        let left = |format| server.show("main", format) == "1";
        if left("#{||:#{window_zoomed_flag},#{==:#{window_panes},1}}") {
            continue;
        }
        let seen = server.seen("main");
        if seen.marks().by_hand {
            by_hand += 1;
        } else {
            planned += 1;
            server.assert_planned("main");
        }
        assert!(seen.layout.is_some(), "step {step}, {what}: {seen:?}");
    }
    assert!(
        planned > 50 && by_hand > 10,
        "{planned} planned, {by_hand} by hand"
    );
}
