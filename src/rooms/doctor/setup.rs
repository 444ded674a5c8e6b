//! Checks of what was set up. Pure.

use super::decide::{Check, Found, Mend, Status, check, trouble};
use super::setup_facts::{SetupFacts, Unit, UnitFacts};
use crate::model::text::clean;

pub(super) fn checks(facts: &SetupFacts) -> Vec<Check> {
    let mut checks = vec![check(
        "setup",
        "what was set up only works as it was written",
        written(facts),
    )];
    let why = "without it the watcher does not start with your login";
    if let Some(Unit::Silent) = facts.unit {
        let found = trouble(
            Status::Warn,
            "systemd did not answer: nobody knows whether the service runs".to_owned(),
            Mend::by_hand("log in as this user, not by su or sudo, then: mamori doctor"),
        );
        checks.push(check("service.unit", why, found));
    }
    if let Some(Unit::Says(unit)) = facts.unit {
        checks.push(check("service.unit", why, service(unit)));
        checks.push(check(
            "service.linger",
            "without it the watcher ends when you log out",
            linger(unit),
        ));
    }
    if let Some((domain, file, loaded)) = &facts.agent {
        let found = if *loaded {
            Ok("launchd's agent is loaded".to_owned())
        } else {
            trouble(
                Status::Fault,
                "launchd's agent is not loaded".to_owned(),
                Mend::run(&["launchctl", "bootstrap", domain, file]),
            )
        };
        checks.push(check("launchd", why, found));
    }
    checks
}

fn written(facts: &SetupFacts) -> Found {
    for target in &facts.targets {
        let again = Mend::run(&["mamori", "setup", &target.name, "--yes"]);
        if target.unfinished {
            let what = format!(
                "`mamori setup {}` was ended in its middle",
                clean(&target.name)
            );
            return trouble(Status::Warn, what, again);
        }
        if let Some(gone) = target.gone.first() {
            let what = format!(
                "`{}` is not as `mamori setup {}` wrote it: it is gone{}",
                clean(gone),
                clean(&target.name),
                more(target.gone.len())
            );
            return trouble(Status::Warn, what, again);
        }
        if let Some(taken) = target.taken.first() {
            let what = format!(
                "the block of `mamori setup {}` in `{}` was taken out{}",
                clean(&target.name),
                clean(taken),
                more(target.taken.len())
            );
            // Somebody else may load us by now: then setting up does nothing.
            let undo = Mend::run(&["mamori", "setup", &target.name, "--undo", "--yes"]);
            return trouble(Status::Warn, what, undo);
        }
        if let Some(changed) = target.changed.first() {
            let what = format!(
                "`{}` was changed since `mamori setup {}` wrote it{}",
                clean(changed),
                clean(&target.name),
                more(target.changed.len())
            );
            return trouble(
                Status::Note,
                what,
                Mend::by_hand("nothing, if that was you; else move it away and set up again"),
            );
        }
    }
    let names: Vec<&str> = facts.targets.iter().map(|target| &*target.name).collect();
    Ok(match names.as_slice() {
        [] => "nothing was set up".to_owned(),
        names => format!("set up as written: {}", clean(&names.join(", "))),
    })
}

fn more(number: usize) -> String {
    match number {
        0 | 1 => String::new(),
        more => format!(" (and {} more)", more - 1),
    }
}

fn service(unit: UnitFacts) -> Found {
    let what = match (unit.enabled, unit.active) {
        (true, true) => return Ok("the service is enabled and runs".to_owned()),
        (true, false) => "the service does not run",
        (false, true) => "the service runs, but does not start with your login",
        (false, false) => "the service is neither enabled nor runs",
    };
    let mend = [
        "systemctl",
        "--user",
        "enable",
        "--now",
        "mamori-watch.service",
    ];
    trouble(Status::Fault, what.to_owned(), Mend::run(&mend))
}

fn linger(unit: UnitFacts) -> Found {
    match unit.lingers {
        Some(true) => Ok("the watcher outlives your login".to_owned()),
        Some(false) => trouble(
            Status::Warn,
            "the watcher ends when you log out".to_owned(),
            Mend::run(&["loginctl", "enable-linger"]),
        ),
        None => Ok("nobody says whether services outlive a login".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rooms::doctor::setup_facts::TargetFacts;

    fn of(facts: &SetupFacts) -> Vec<(&'static str, Status)> {
        checks(facts)
            .iter()
            .map(|check| (check.id, check.status))
            .collect()
    }

    #[test]
    fn what_is_not_as_written_is_told() {
        let target = |target: TargetFacts| SetupFacts {
            targets: vec![TargetFacts {
                name: "tmux".to_owned(),
                ..target
            }],
            ..SetupFacts::default()
        };
        let none = TargetFacts::default;
        let file = || vec!["~/.tmux.conf".to_owned()];
        assert_eq!(of(&SetupFacts::default()), [("setup", Status::Ok)]);
        assert_eq!(of(&target(none())), [("setup", Status::Ok)]);
        let cases = [
            (
                TargetFacts {
                    gone: file(),
                    ..none()
                },
                Status::Warn,
            ),
            (
                TargetFacts {
                    taken: file(),
                    ..none()
                },
                Status::Warn,
            ),
            (
                TargetFacts {
                    changed: file(),
                    ..none()
                },
                Status::Note,
            ),
            (
                TargetFacts {
                    unfinished: true,
                    ..none()
                },
                Status::Warn,
            ),
        ];
        for (facts, status) in cases {
            assert_eq!(of(&target(facts)), [("setup", status)]);
        }
    }

    #[test]
    fn a_service_that_does_not_run_is_a_fault_and_one_that_ends_a_warning() {
        let facts = |enabled, active, lingers| SetupFacts {
            unit: Some(Unit::Says(UnitFacts {
                enabled,
                active,
                lingers,
            })),
            ..SetupFacts::default()
        };
        let [_, unit, linger] = of(&facts(true, false, Some(false)))[..] else {
            panic!("three checks")
        };
        assert_eq!((unit.1, linger.1), (Status::Fault, Status::Warn));
        let [_, unit, linger] = of(&facts(true, true, None))[..] else {
            panic!("three checks")
        };
        assert_eq!((unit.1, linger.1), (Status::Ok, Status::Ok));
    }
}
