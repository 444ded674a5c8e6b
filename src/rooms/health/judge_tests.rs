use super::*;
use crate::config::{Judge, Limits, Raise};
use crate::model::node::Problem;
use crate::model::reading::{Disk, Reading, one_decimal};
use crate::rooms::health::alerts;
use proptest::prelude::*;

const RULES: Judge = Judge {
    raise: Raise { bad: 2, of: 3 },
    clear: 2,
    margin: 2.0,
};

fn expected() -> Expected {
    Expected {
        limits: Limits {
            disk_used_max: 90.0,
            memory_available_min: 10.0,
            memory_stall_max: 20.0,
            inodes_used_max: 90.0,
            battery_min: 15.0,
        },
        sshd: false,
        network: false,
        battery: false,
        sessions: Vec::new(),
        services: Vec::new(),
        hub: false,
    }
}

fn readings(disk: f64) -> Readings {
    Readings {
        disk_used_percent: Reading::Value(disk),
        disk_mount: Reading::Value("/".to_owned()),
        memory_available_percent: Reading::Value(50.0),
        ..Readings::none("")
    }
}

fn sample(at: i64, readings: Readings) -> Sample {
    Sample {
        at: Timestamp(at),
        readings,
        boot_id: None,
        cpu_ticks: None,
        swapped: None,
        asking: Vec::new(),
    }
}

fn fresh() -> Node {
    Node::unseen("a", "", Timestamp(0))
}

/// The node after samples with these disk percentages, one a minute.
fn after_disks(disks: &[f64]) -> Vec<Node> {
    let mut node = fresh();
    let mut nodes = Vec::new();
    for (minute, disk) in (1..).zip(disks) {
        node = judge(
            &node,
            sample(60 * minute, readings(*disk)),
            &expected(),
            &RULES,
            None,
        );
        nodes.push(node.clone());
    }
    nodes
}

fn texts(node: &Node) -> Vec<&str> {
    node.problems
        .iter()
        .map(|problem: &Problem| problem.text.as_str())
        .collect()
}

/// Every reading by itself, and the problem it is.
#[test]
fn each_reading_is_held_against_its_limit() {
    type Spoil = fn(&mut Readings, &mut Expected);
    let table: Vec<(Spoil, &str)> = vec![
        (
            |r, _| r.disk_used_percent = Reading::Value(90.0),
            "disk 90% (limit 90%)",
        ),
        (
            |r, _| r.disk_used_percent = Reading::Value(99.9),
            "disk 99% (limit 90%)",
        ),
        (
            |r, _| r.disk_used_percent = Reading::failed("hung"),
            "disk hung",
        ),
        (
            |r, _| r.memory_available_percent = Reading::Value(9.2),
            "mem 10% (limit 10%)",
        ),
        (
            |r, _| r.memory_available_percent = Reading::Value(10.0),
            "mem 10% (limit 10%)",
        ),
        (
            |r, e| (r.sshd, e.sshd) = (Reading::Value(false), true),
            "no sshd",
        ),
        (
            |r, e| (r.network, e.network) = (Reading::Value(false), true),
            "no network",
        ),
        (
            |r, e| (r.battery_percent, e.battery) = (Reading::Value(15.0), true),
            "battery 15% (limit 15%)",
        ),
        (
            |r, e| {
                r.services =
                    Reading::Value([("api".to_owned(), false), ("db".to_owned(), true)].into());
                e.services = vec!["api".to_owned(), "db".to_owned()];
            },
            "no api",
        ),
        (
            |r, e| {
                r.tmux_sessions = Reading::Value(vec!["main".to_owned()]);
                e.sessions = vec!["main".to_owned(), "monitor".to_owned()];
            },
            "no monitor",
        ),
        (
            |_, e| e.sessions = vec!["#(touch X)".to_owned()],
            "no #(touch X)",
        ),
        (
            |r, _| r.disks = Reading::Value(vec![disk("/my\ndata", 95.0, None)]),
            "disk 95% /my data (limit 90%)",
        ),
        (
            |r, _| r.disks = Reading::Value(vec![disk("/", 1.0, Some(90.0))]),
            "inodes 90% (limit 90%)",
        ),
        (
            |r, _| r.disks = Reading::Value(vec![disk("/x", 1.0, Some(97.5))]),
            "inodes 97% /x (limit 90%)",
        ),
    ];
    for (spoil, text) in table {
        let (mut readings, mut expected) = (readings(50.0), expected());
        spoil(&mut readings, &mut expected);
        let node = judge(&fresh(), sample(1, readings), &expected, &RULES, None);
        assert_eq!(
            (texts(&node), node.state),
            (vec![text], NodeState::Degraded)
        );
    }
}

fn disk(mount: &str, used_percent: f64, inodes_used_percent: Option<f64>) -> Disk {
    Disk {
        mount: mount.to_owned(),
        used_bytes: 0,
        total_bytes: 0,
        used_percent,
        inodes_used_percent,
    }
}

#[test]
fn what_is_not_expected_or_cannot_be_known_is_no_problem() {
    let silent = Readings {
        sshd: Reading::Value(false),
        network: Reading::Value(false),
        battery_percent: Reading::Value(1.0),
        tmux_sessions: Reading::Value(Vec::new()),
        ..Readings::none("cannot know")
    };
    let node = judge(&fresh(), sample(1, silent), &expected(), &RULES, None);
    assert_eq!((texts(&node), node.state), (vec![], NodeState::Ok));
}

#[test]
fn a_charging_battery_may_be_low() {
    let expected = Expected {
        battery: true,
        ..expected()
    };
    let charging = Readings {
        battery_percent: Reading::Value(3.0),
        battery_discharging: Reading::Value(false),
        ..readings(50.0)
    };
    let node = judge(&fresh(), sample(1, charging), &expected, &RULES, None);
    assert_eq!(node.state, NodeState::Ok);
}

#[test]
fn a_problem_comes_at_once_and_goes_after_two_samples_better_by_the_margin() {
    let nodes = after_disks(&[89.9, 90.0, 89.0, 88.0, 88.1, 88.0, 87.0, 50.0]);
    let states: Vec<bool> = nodes
        .iter()
        .map(|node| node.state == NodeState::Degraded)
        .collect();
    // 88.1 is not 2 points better than 90, so the count of good samples begins again.
    assert_eq!(states, [false, true, true, true, true, true, false, false]);
    assert_eq!(texts(&nodes[3]), ["disk 88% (limit 90%)"]);
    assert_eq!(
        nodes[5].since,
        Timestamp(120),
        "since does not move while the state stays"
    );
    assert!(
        nodes[7].checks.is_empty(),
        "nothing is remembered of a check that is fine"
    );
}

#[test]
fn an_alert_needs_two_bad_samples_of_three_and_keeps_its_number() {
    let raised = |disks: &[f64]| {
        let mut alerts = (Vec::new(), 7);
        for node in after_disks(disks) {
            alerts = alerts::after(
                alerts.0,
                &node,
                alerts::Repairs::NONE,
                &RULES.raise,
                alerts.1,
            );
        }
        alerts
    };
    assert_eq!(raised(&[95.0]).0.len(), 0);
    assert_eq!(raised(&[95.0, 50.0, 50.0]).0.len(), 0);
    let (alerts, next) = raised(&[95.0, 89.0, 95.0]);
    assert_eq!(
        (alerts[0].id.as_str(), alerts[0].number, next),
        ("a/disk", 7, 8)
    );
    assert_eq!(alerts[0].since, Timestamp(60));
    assert_eq!(
        raised(&[95.0, 96.0, 97.0]).0[0].text,
        "a disk 97% (limit 90%)"
    );
    // Gone with its problem; the number is not used again.
    assert_eq!(raised(&[95.0, 95.0, 50.0, 50.0]), (Vec::new(), 8));
    assert_eq!(raised(&[95.0, 95.0, 50.0, 50.0, 95.0, 95.0]).0[0].number, 8);
}

#[test]
fn who_has_not_answered_gives_no_sample() {
    let expected = Expected {
        services: vec!["web".to_owned()],
        ..expected()
    };
    let look = |node: &Node, at: i64, ready: Option<bool>, asking: bool| {
        let services = ready.into_iter().map(|ready| ("web".to_owned(), ready));
        let readings = Readings {
            services: Reading::Value(services.collect()),
            ..readings(50.0)
        };
        let sample = Sample {
            asking: asking.then(|| "web".to_owned()).into_iter().collect(),
            ..sample(at, readings)
        };
        judge(node, sample, &expected, &RULES, None)
    };
    // Never heard: neither well nor ill.
    let node = look(&fresh(), 60, None, true);
    assert_eq!((node.state, node.checks.len()), (NodeState::Ok, 0));
    // Heard once: it stays so, and counts once.
    let ill = look(&node, 120, Some(false), false);
    let asked = look(&ill, 180, Some(false), true);
    assert_eq!(asked.checks, ill.checks);
    assert_eq!(asked.problems[0].text, "no web");
    let raised =
        |node: &Node| alerts::after(Vec::new(), node, alerts::Repairs::NONE, &RULES.raise, 1);
    assert_eq!(raised(&asked).0.len(), 0);
    assert_eq!(raised(&look(&asked, 240, Some(false), false)).0.len(), 1);
}

#[test]
fn a_pause_hides_the_state_and_raises_nothing() {
    let pause = Pause {
        since: Timestamp(0),
        until: Some(Timestamp(100)),
        reason: None,
    };
    let bad = |node: &Node, at| {
        judge(
            node,
            sample(at, readings(99.0)),
            &expected(),
            &RULES,
            Some(&pause),
        )
    };
    let (first, second) = (bad(&fresh(), 60), bad(&bad(&fresh(), 60), 99));
    assert_eq!(
        (first.state, first.judged()),
        (NodeState::Paused, NodeState::Degraded)
    );
    assert_eq!(
        alerts::after(Vec::new(), &second, alerts::Repairs::NONE, &RULES.raise, 1),
        (Vec::new(), 1)
    );
    let over = bad(&second, 100);
    assert_eq!(over.state, NodeState::Degraded);
    assert_eq!(
        alerts::after(Vec::new(), &over, alerts::Repairs::NONE, &RULES.raise, 1)
            .0
            .len(),
        1
    );
}

fn percent() -> impl Strategy<Value = f64> {
    (0.0..=100.0).prop_map(one_decimal)
}

proptest! {
    /// Equal samples change the state at most once, and never back.
    #[test]
    fn equal_samples_do_not_flap(history in prop::collection::vec(percent(), 0..8), value in percent(), times in 1usize..12) {
        let whole: Vec<f64> = history.iter().copied().chain(std::iter::repeat_n(value, times)).collect();
        let nodes = after_disks(&whole);
        let states: Vec<NodeState> = nodes[history.len()..].iter().map(|node| node.state).collect();
        let changes = states.windows(2).filter(|pair| pair[0] != pair[1]).count();
        prop_assert!(changes <= 1);
        if value >= 90.0 {
            prop_assert!(states.iter().all(|state| *state == NodeState::Degraded));
        }
    }

    /// With the same past, a fuller disk is never the better news.
    #[test]
    fn a_worse_value_is_never_judged_better(history in prop::collection::vec(percent(), 0..8), a in percent(), b in percent()) {
        let (less, more) = if a < b { (a, b) } else { (b, a) };
        let last = |value: f64| {
            let whole: Vec<f64> = history.iter().copied().chain([value]).collect();
            after_disks(&whole).pop().map(|node| node.state)
        };
        let order = |state: Option<NodeState>| state == Some(NodeState::Degraded);
        prop_assert!(order(last(less)) <= order(last(more)));
    }

    /// A node is degraded exactly when it has a problem, and every problem
    /// stands beside its value and limit.
    #[test]
    fn state_and_problems_agree(disks in prop::collection::vec(percent(), 1..12)) {
        for node in after_disks(&disks) {
            prop_assert_eq!(node.state == NodeState::Degraded, !node.problems.is_empty());
            for problem in &node.problems {
                prop_assert_eq!(problem.limit, Some(90.0));
                prop_assert!(problem.text.ends_with(" (limit 90%)"));
            }
        }
    }
}
