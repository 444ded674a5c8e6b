//! When a target is looked at, and when that becomes an act.

use super::*;
use crate::model::process::Identity;
use crate::model::time::Timestamp;
use crate::rooms::recover::book;
use crate::rooms::recover::plan::{Plan, Step};
use crate::rooms::recover::work::{Done, Taken};

fn at(elapsed: Duration) -> Moment {
    let elapsed_ms = u64::try_from(elapsed.as_millis()).unwrap();
    Moment {
        at: Timestamp(1_000_000 + i64::try_from(elapsed.as_secs()).unwrap()),
        elapsed_ms,
        boot: "a".into(),
    }
}

fn ms(milliseconds: u64) -> Duration {
    Duration::from_millis(milliseconds)
}

fn told(condition: Condition, alive: bool) -> Told {
    let step = Step::new(Action::Start(vec!["sshd".into()]), "refused");
    let acted = condition == Condition::Recovered;
    let taken = Taken {
        step: step.clone(),
        result: Ok(()),
        note: String::new(),
    };
    Told {
        target: target(),
        plan: Plan {
            found: "refused".into(),
            verdict: match condition {
                Condition::Ready => Verdict::Fine,
                _ => Verdict::Mend(vec![step]),
            },
        },
        done: acted.then(|| Done {
            ready: Ok(()),
            taken: vec![taken],
            acted_after: Some(ms(1)),
            took: ms(20),
            started: None,
        }),
        condition,
        alive: alive
            .then(|| Alive {
                identity: Identity { pid: 2, started: 1 },
                keepers: Keepers::default(),
            })
            .into_iter()
            .collect(),
        began: Duration::ZERO,
    }
}

fn target() -> Target {
    Target {
        node: "here".into(),
        what: What::Sshd,
        expected: true,
    }
}

fn take(kept: &mut Kept, turn: Turn, told: &Told, began: Duration, now: Duration) -> bool {
    let (began, now) = (at(began), at(now));
    let entry = book::entry(told, "sshd", kept.before(turn, &began), &began, &now, 1.0);
    kept.took(told, &entry, &began, &now);
    let gone = kept.seen(told);
    if gone {
        kept.died();
    }
    gone
}

/// A target that was ready for a second.
fn ready() -> Kept {
    let mut kept = Kept::new(
        target(),
        Tally::default(),
        None,
        Duration::from_secs(15),
        &at(ms(0)),
    );
    let turn = kept.begin(&at(ms(1)));
    assert!(!take(
        &mut kept,
        turn,
        &told(Condition::Ready, true),
        ms(1),
        ms(2)
    ));
    kept
}

/// How often it is started in two minutes when each process dies so long after
/// it was ready; `None`: before anybody could look which one it is.
fn starts(lives: Option<Duration>) -> usize {
    let mut kept = ready();
    let (mut now, mut starts) = (ms(1_002), 0);
    kept.died();
    while now < Duration::from_secs(121) {
        now += kept.wait(now).unwrap();
        let turn = kept.begin(&at(now));
        if turn == (Turn::Look { may_act: false }) {
            take(
                &mut kept,
                turn,
                &told(Condition::Planned, false),
                now,
                now + ms(1),
            );
            continue;
        }
        starts += 1;
        let up = now + ms(20);
        take(
            &mut kept,
            turn,
            &told(Condition::Recovered, lives.is_some()),
            now,
            up,
        );
        now = up;
        if let Some(lives) = lives {
            now += lives;
            kept.died();
        }
    }
    starts
}

#[test]
fn a_crash_loop_is_started_five_times_however_short_its_lives() {
    for lives in [None, Some(0), Some(100), Some(499)] {
        assert_eq!(starts(lives.map(ms)), 5, "{lives:?}");
    }
    // What lived is started again at once, and after sixty times that fails, too.
    assert_eq!(starts(Some(ms(500))), 64);
}

#[test]
fn a_process_that_could_not_be_found_has_died_since_and_is_not_looked_for_for_ever() {
    let mut kept = ready();
    let look = Turn::Look { may_act: true };
    let unfound = told(Condition::Ready, false);
    assert!(take(&mut kept, look, &unfound, ms(10), ms(11)));
    assert_eq!(kept.wait(ms(11)), Some(Duration::ZERO));
    let turn = kept.begin(&at(ms(12)));
    assert!(!take(&mut kept, turn, &unfound, ms(12), ms(13)));
    assert_eq!(kept.wait(ms(13)), Some(Duration::from_secs(15)));
}
