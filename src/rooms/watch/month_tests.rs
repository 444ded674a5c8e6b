//! Thirty simulated days: the watcher's own pace, judge and books against a
//! world whose truth is known.

use std::time::Duration;

use super::pace::{Often, Pace};
use crate::config::{self, Config, Variables};
use crate::model::moment::Moment;
use crate::model::node::{Node, NodeState};
use crate::model::reading::Readings;
use crate::model::state::State;
use crate::model::time::Timestamp;
use crate::model::uptime::Class;
use crate::remote::answer::Answer;
use crate::remote::cause::{Cause, Trouble};
use crate::remote::fleet::Question;
use crate::rooms::health::expected::Expected;
use crate::rooms::health::heard::{Heard, Word};
use crate::rooms::health::record::{Rules, record};

const DAY: u64 = 86_400_000;
const MONTH: u64 = 30 * DAY;

/// What happens, in milliseconds from the beginning.
struct World {
    outages: Vec<(u64, u64)>,
    sleeps: Vec<(u64, u64)>,
    /// From when on the wall clock is off, and by how many seconds.
    steps: Vec<(u64, i64)>,
}

impl World {
    /// 20 outages of 2 minutes to 8 hours, 5 sleeps of ours and 2 steps of
    /// the clock, at random places; outages may fall into sleeps.
    fn random(seed: u64) -> Self {
        let mut random = fastrand::Rng::with_seed(seed);
        let slot = MONTH / 20;
        let outages = (0..20)
            .map(|n| {
                // Short ones are as likely as long ones.
                let length = Duration::from_secs_f64(120.0 * 240_f64.powf(random.f64()));
                let length = u64::try_from(length.as_millis()).unwrap();
                let begin = n * slot + random.u64(0..slot - length);
                (begin, begin + length)
            })
            .collect();
        let slot = MONTH / 5;
        let sleeps = (0..5)
            .map(|n| {
                let length = random.u64(60_000..8 * 3_600_000);
                let begin = n * slot + random.u64(0..slot - length);
                (begin, begin + length)
            })
            .collect();
        let steps = vec![
            (random.u64(0..MONTH / 2), 3_600),
            (random.u64(MONTH / 2..MONTH), -7_200),
        ];
        Self {
            outages,
            sleeps,
            steps,
        }
    }

    fn inside(spans: &[(u64, u64)], at: u64) -> Option<(u64, u64)> {
        spans
            .iter()
            .find(|(begin, end)| (*begin..*end).contains(&at))
            .copied()
    }

    fn moment(&self, at: u64) -> Moment {
        let off: i64 = self
            .steps
            .iter()
            .filter(|(from, _)| *from <= at)
            .map(|(_, by)| by)
            .sum();
        let seconds = i64::try_from(at / 1_000).unwrap();
        Moment {
            at: Timestamp(1_700_000_000 + seconds + off),
            elapsed_ms: at,
            boot: "boot".to_owned(),
        }
    }

    /// Milliseconds that were truly up, down and unknown between two instants.
    fn truth(&self, from: u64, to: u64) -> [u64; 3] {
        let overlap = |(begin, end): &(u64, u64), from: u64, to: u64| {
            (*end).min(to).saturating_sub((*begin).max(from))
        };
        let unknown: u64 = self
            .sleeps
            .iter()
            .map(|sleep| overlap(sleep, from, to))
            .sum();
        let down: u64 = self
            .outages
            .iter()
            .map(|outage| {
                let whole = overlap(outage, from, to);
                let unseen: u64 = self
                    .sleeps
                    .iter()
                    .map(|sleep| overlap(sleep, from.max(outage.0), to.min(outage.1)))
                    .sum();
                whole - unseen
            })
            .sum();
        [to - from - unknown - down, down, unknown]
    }
}

fn config() -> Config {
    let variables = Variables {
        home: "/home/ann".into(),
        prefix: None,
        tmpdir: "/tmp".into(),
    };
    config::read(
        "[[node]]\nname = \"n\"\nplatform = \"linux\"\n",
        "",
        &variables,
    )
    .unwrap()
}

fn answer() -> Word {
    let answer = Answer {
        platform: None,
        readings: Readings {
            sshd: crate::model::reading::Reading::Value(true),
            ..Readings::none("")
        },
        boot_id: None,
        cpu_ticks: None,
        swapped_in_bytes: None,
        listener_gone: false,
    };
    Word::Answered(Box::new(answer), 3.0)
}

fn failure(world: &World, asked: u64, cause: Cause) -> Word {
    Word::Failed {
        asked: world.moment(asked),
        trouble: Trouble::new(cause, "silence"),
        ours: false,
    }
}

struct Watcher<'a> {
    world: &'a World,
    config: &'a Config,
    expected: Expected,
    state: State,
}

impl Watcher<'_> {
    fn hear(&mut self, at: u64, word: Word) {
        let heard = Heard {
            node: "n".to_owned(),
            moment: self.world.moment(at),
            word,
        };
        let rules = Rules {
            name: "local",
            expected: &self.expected,
            judge: &self.config.judge,
            config: self.config,
        };
        self.state = record(self.state.clone(), &[heard], rules);
    }

    fn node(&self) -> Node {
        let unseen = || Node::unseen("n", "", Timestamp(0));
        self.state.node("n").cloned().unwrap_or_else(unseen)
    }

    fn booked(&self) -> [u64; 3] {
        let uptime = self.node().uptime.unwrap();
        assert_eq!(uptime.paused_ms, 0);
        [uptime.up_ms, uptime.down_ms, uptime.unknown_ms]
    }
}

/// The share of the month whose class was booked wrongly.
fn error(world: &World) -> f64 {
    let config = config();
    let mut watcher = Watcher {
        world,
        config: &config,
        expected: Expected::of_local(&config, false, false),
        state: State::default(),
    };
    let often = Often {
        full: config.watch.health_every,
        alive: config.watch.liveness_every,
    };
    let mut pace = Pace::default();
    let (mut now, mut wrong) = (0, 0);
    watcher.hear(0, answer());
    let (mut cut, mut booked) = (0, watcher.booked());
    while now < MONTH {
        let node = watcher.node();
        let (due, _) = pace.next(&node, true, often);
        let wake = u64::try_from(due.as_millis()).unwrap().max(now);
        if let Some((_, awake)) = World::inside(&world.sleeps, wake) {
            let from = world.moment(now);
            now = awake;
            watcher.hear(now, Word::Slept { from });
            pace.begin_anew();
        } else {
            now = wake;
            let question = pace.due(&node, true, often, Duration::from_millis(now));
            let outage = World::inside(&world.outages, now);
            let (took, heard) = match outage {
                None if question == Some(Question::Alive) => (3, Word::Alive),
                None => (3, answer()),
                // Some refuse, some are silent until ssh gives up.
                Some((begin, _)) if begin % 2 == 0 => (2, failure(world, now, Cause::Refused)),
                Some(_) => (5_000, failure(world, now, Cause::TimedOut)),
            };
            now += took;
            watcher.hear(now, heard);
        }
        let node = watcher.node();
        let open = node.silence.is_some() && node.judged() != NodeState::Down;
        if !open {
            // Each stretch holds an edge at most: what is booked beyond the
            // truth in one class is missing in another.
            let (before, last) = (
                booked,
                node.uptime.map_or(0, |uptime| uptime.last.elapsed_ms),
            );
            booked = watcher.booked();
            let truth = world.truth(cut, last);
            let off: u64 = (0..3)
                .map(|class| (booked[class] - before[class]).abs_diff(truth[class]))
                .sum();
            (wrong, cut) = (wrong + off / 2, last);
        }
    }
    #[expect(clippy::cast_precision_loss, reason = "a month in milliseconds")]
    let share = wrong as f64 / cut as f64;
    assert_eq!(watcher.booked().iter().sum::<u64>(), cut);
    assert_eq!(
        watcher.node().uptime.map(|uptime| uptime.class),
        Some(Class::Up)
    );
    share
}

#[test]
fn of_a_month_with_outages_sleeps_and_clock_steps_99_9_percent_are_booked_rightly() {
    for seed in [1, 2, 3] {
        let error = error(&World::random(seed));
        assert!(error < 0.001, "seed {seed}: {:.4} % wrong", 100.0 * error);
    }
}
