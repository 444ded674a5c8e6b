//! What is written down of a repair.

use super::*;
use crate::model::time::Timestamp;
use crate::rooms::recover::plan::{Action, Plan, Step};
use crate::rooms::recover::target::{Target, What};
use crate::rooms::recover::work::{Done, Taken};

fn at(elapsed_ms: u64) -> Moment {
    Moment {
        at: Timestamp(1_000_000 + i64::try_from(elapsed_ms / 1_000).unwrap()),
        elapsed_ms,
        boot: "a".into(),
    }
}

fn told(condition: Condition, acted_after: Option<u64>) -> Told {
    let step = Step::new(Action::Start(vec!["sshd".into()]), "refused");
    let ready = match &condition {
        Condition::Failed(why) => Err(why.clone()),
        _ => Ok(()),
    };
    Told {
        target: Target {
            node: "here".into(),
            what: What::Sshd,
            expected: true,
        },
        plan: Plan {
            found: "refused".into(),
            verdict: if condition == Condition::Ready {
                Verdict::Fine
            } else {
                Verdict::Mend(vec![step.clone()])
            },
        },
        done: Some(Done {
            ready: ready.clone(),
            taken: vec![Taken {
                step,
                result: ready,
                note: String::new(),
            }],
            acted_after: acted_after.map(Duration::from_millis),
            took: Duration::from_millis(80),
            started: None,
        }),
        condition,
        alive: Vec::new(),
        began: Duration::ZERO,
    }
}

fn before<'a>(tally: &'a Tally, incident: Option<&'a Incident>, ago: Option<u64>) -> Before<'a> {
    Before {
        tally,
        incident,
        ago: ago.map(Duration::from_millis),
        by: "watch",
    }
}

#[test]
fn a_death_that_was_mended_is_one_incident_and_no_failure() {
    let ready = Tally::default().ready(&at(1_000));
    let entry = entry(
        &told(Condition::Recovered, Some(3)),
        "sshd",
        before(&ready, None, Some(1)),
        &at(5_000),
        &at(5_080),
        0.5,
    );
    assert_eq!(
        (
            entry.tally.in_a_row,
            entry.tally.actions.len(),
            entry.tally.restarted()
        ),
        (0, 0, 1)
    );
    let incident = entry.incident.unwrap();
    let times = (
        incident.to_detect_ms,
        incident.to_act_ms,
        incident.to_recover_ms,
    );
    assert_eq!(
        (times, incident.tries, incident.by.as_str()),
        ((Some(1), Some(3), Some(80)), 1, "watch")
    );
    assert_eq!(entry.event.unwrap().text, "sshd is back in 80ms: refused");
}

#[test]
fn an_incident_goes_on_until_it_is_mended() {
    let tally = Tally::default().ready(&at(0));
    let first = entry(
        &told(Condition::Failed("no".into()), Some(2)),
        "sshd",
        before(&tally, None, None),
        &at(5_000),
        &at(6_000),
        1.0,
    );
    assert_eq!((first.tally.in_a_row, first.event.is_none()), (1, true));
    let open = first.incident.unwrap();
    assert!(open.open());
    let again = entry(
        &told(Condition::Recovered, Some(2)),
        "sshd",
        before(&first.tally, Some(&open), Some(4_000)),
        &at(9_000),
        &at(9_500),
        1.0,
    );
    // That one counts among the hour's actions.
    assert_eq!(again.tally.actions.len(), 1);
    let ended = again.incident.unwrap();
    assert!(ended.same(&open));
    assert_eq!(
        (ended.to_act_ms, ended.to_recover_ms, ended.tries),
        (Some(2), Some(4_500), 2)
    );
}

/// A look that found it not ready and may do nothing about it.
fn looked(condition: Condition) -> Told {
    let mut told = told(Condition::Failed("refused".into()), None);
    (told.condition, told.done) = (condition, None);
    told
}

#[test]
fn a_look_between_two_tries_ends_nothing() {
    let tally = Tally::default();
    let failed = entry(
        &told(Condition::Failed("no".into()), Some(2)),
        "sshd",
        before(&tally, None, None),
        &at(0),
        &at(10),
        1.0,
    );
    let open = failed.incident.unwrap();
    for condition in [
        Condition::Planned,
        Condition::Busy("somebody".into()),
        Condition::NotNow("spent".into()),
    ] {
        let entry = entry(
            &looked(condition),
            "sshd",
            before(&failed.tally, Some(&open), Some(500)),
            &at(500),
            &at(501),
            1.0,
        );
        assert_eq!((entry.incident.as_ref(), entry.event), (Some(&open), None));
    }
}

#[test]
fn what_its_owner_stopped_is_named_and_its_time_is_no_repair() {
    let tally = Tally::default();
    let mut told = looked(Condition::Left);
    told.plan.found = "stopped by its owner: `sv down`".into();
    let left = entry(
        &told,
        "sshd",
        before(&tally, None, None),
        &at(0),
        &at(1),
        1.0,
    );
    let open = left.incident.unwrap();
    assert_eq!(
        (open.open(), open.why.as_str()),
        (true, told.plan.found.as_str())
    );
    assert_eq!(left.event, None);
    let started = entry(
        &looked(Condition::Ready),
        "sshd",
        before(&left.tally, Some(&open), Some(9_000)),
        &at(9_000),
        &at(9_001),
        1.0,
    );
    let ended = started.incident.unwrap();
    assert_eq!(
        (ended.by.as_str(), ended.to_recover_ms),
        ("its owner", None)
    );
    assert_eq!(
        started.event.unwrap().text,
        "sshd is back: stopped by its owner: `sv down`"
    );
    told.target.expected = false;
    let unexpected = entry(
        &told,
        "sshd",
        before(&tally, None, None),
        &at(0),
        &at(1),
        1.0,
    );
    assert_eq!(unexpected.incident, None);
}

#[test]
fn what_dies_as_soon_as_it_is_ready_has_failed_also_when_it_must_wait() {
    let ready = Tally::default().ready(&at(1_000));
    let look = |began| {
        entry(
            &looked(Condition::Planned),
            "sshd",
            before(&ready, None, Some(0)),
            &at(began),
            &at(began + 5),
            1.0,
        )
        .tally
    };
    assert_eq!((look(1_200).in_a_row, look(1_200).ready_since), (1, None));
    assert_eq!(look(1_600).in_a_row, 0);
}

#[test]
fn what_came_back_by_itself_is_not_ours() {
    let tally = Tally::default();
    let open = entry(
        &told(Condition::Failed("no".into()), None),
        "sshd",
        before(&tally, None, None),
        &at(0),
        &at(10),
        1.0,
    )
    .incident;
    let ready = entry(
        &told(Condition::Ready, None),
        "sshd",
        before(&tally, open.as_ref(), Some(7_000)),
        &at(7_000),
        &at(7_001),
        1.0,
    );
    assert_eq!(ready.incident.unwrap().by, "itself");
    let nothing = entry(
        &told(Condition::Ready, None),
        "sshd",
        before(&tally, None, None),
        &at(0),
        &at(1),
        1.0,
    );
    assert_eq!((nothing.incident, nothing.event), (None, None));
}

#[test]
fn a_state_takes_it_in() {
    let mut state = State::default();
    let tally = Tally::default();
    let first = entry(
        &told(Condition::Failed("no".into()), Some(1)),
        "sshd",
        before(&tally, None, None),
        &at(0),
        &at(10),
        1.0,
    );
    enter(&mut state, &first);
    assert_eq!(open(&state, "here", "sshd"), first.incident.as_ref());
    let ended = entry(
        &told(Condition::Recovered, Some(1)),
        "sshd",
        before(&first.tally, first.incident.as_ref(), Some(10)),
        &at(20),
        &at(30),
        1.0,
    );
    enter(&mut state, &ended);
    assert_eq!(
        (
            open(&state, "here", "sshd"),
            state.incidents.len(),
            state.events.len()
        ),
        (None, 1, 1)
    );
}
