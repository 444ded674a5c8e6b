//! What to do about a service that is not ready. Pure.

use std::time::Duration;

use super::plan::{Action, Plan, Step, Verdict, command_line, ticked};
use crate::model::owner::{Owner, Wanted};
use crate::model::process::{Condition, Facts};

/// Everything a plan for a service is made from.
#[derive(Debug, Clone, PartialEq)]
pub struct Seen {
    /// Its name.
    pub name: String,
    /// Whether its check passes, else why not.
    pub ready: Result<(), String>,
    /// How it is started; `None`: never.
    pub start: Option<Vec<String>>,
    /// Whether the program of `start` is there and may be run, else why not.
    pub program: Result<(), String>,
    /// The guarded files it needs that are broken and can be brought back, each
    /// with what is the matter.
    pub broken: Vec<(std::path::PathBuf, String)>,
    /// What must succeed first.
    pub validate: Option<Vec<String>>,
    /// How long it may take.
    pub ready_within: Duration,
    /// Who looks after it, and what it wants.
    pub owner: Option<(Owner, Wanted)>,
    /// A supervisor whose child it was when it was last seen.
    pub overseer: Option<String>,
    /// Whether what has its port says something, though not what it should.
    pub answers: bool,
    /// The process that its pid file or its port names, when it is really of
    /// this service.
    pub process: Option<Facts>,
    /// Who is not of this service and has its port.
    pub taken: Option<Stranger>,
    /// The services it needs that are not ready.
    pub waits_for: Vec<String>,
    /// Those of them that are brought back first, in the same plan.
    pub first: Vec<String>,
    /// Only root may start it: it is the system's own.
    pub for_root: bool,
    /// Whose rights we have.
    pub uid: u32,
}

/// Who has a service's port.
#[derive(Debug, Clone, PartialEq)]
pub enum Stranger {
    /// A process that we may look at.
    Known(Facts),
    /// One that is not ours to see.
    Unseen,
}

/// Programs whose children come back by themselves.
const OVERSEERS: &[&str] = &[
    "runsv",
    "s6-supervise",
    "supervisord",
    "perpd",
    "immortal",
    "monit",
];

/// Whether a process of this program restarts its children.
#[must_use]
pub fn oversees(program: &str) -> bool {
    OVERSEERS.contains(&program)
}

/// What to do.
#[must_use]
pub fn plan(seen: &Seen) -> Plan {
    let why = match &seen.ready {
        Ok(()) => return plan_of("ready", Verdict::Fine),
        Err(why) => why,
    };
    let found = match &seen.process {
        Some(process) if process.condition == Condition::Stopped => {
            format!("a signal stopped process {}: {why}", process.identity.pid)
        }
        Some(process) if seen.answers => {
            format!(
                "process {} answers, but has too much to do: {why}",
                process.identity.pid
            )
        }
        Some(process) => format!("process {} hangs: {why}", process.identity.pid),
        None => why.clone(),
    };
    if let Some(Wanted::Stopped(how)) = seen.owner.as_ref().map(|(_, wanted)| wanted) {
        return plan_of(format!("stopped by its owner: {how}"), Verdict::Leave);
    }
    if !seen.waits_for.is_empty() {
        return plan_of(
            format!("{found}; it needs {}", ticked(&seen.waits_for)),
            Verdict::Waits(seen.waits_for.clone()),
        );
    }
    let found = after(found, &seen.first);
    let Some(start) = &seen.start else {
        return plan_of(
            found,
            Verdict::Hopeless(Some(
                "its `[[service]]` has no `start`: nobody said how".into(),
            )),
        );
    };
    if let Some(other) = &seen.taken {
        let who = match other {
            Stranger::Known(other) => {
                let name = other.program.as_deref().unwrap_or(&other.name);
                format!("`{name}` (pid {})", other.identity.pid)
            }
            Stranger::Unseen => "a process of another user".to_owned(),
        };
        return plan_of(
            format!("{who} has its port: {why}"),
            Verdict::Hopeless(None),
        );
    }
    if let Err(missing) = &seen.program {
        return plan_of(format!("{found}; {missing}"), Verdict::Hopeless(None));
    }
    if seen.for_root && seen.uid != 0 {
        return plan_of(
            found,
            Verdict::NeedsRoot(format!("sudo {}", command_line(start))),
        );
    }
    if seen.process.is_some() && seen.answers {
        let help = "it is left alone: ending it would cost those whom it serves";
        return plan_of(found, Verdict::Hopeless(Some(help.into())));
    }
    let restore = |(path, why): &(std::path::PathBuf, String)| {
        Step::new(Action::Restore(path.clone()), why.clone())
    };
    let mut steps: Vec<Step> = seen.broken.iter().map(restore).collect();
    if let Some(process) = &seen.process {
        let pid = process.identity.pid;
        if process.uid != seen.uid && seen.uid != 0 {
            return plan_of(found, Verdict::NeedsRoot(format!("sudo kill -9 {pid}")));
        }
        steps.push(Step::new(
            Action::End(process.identity),
            format!("it holds its place: {why}"),
        ));
    }
    let overseer = seen
        .owner
        .as_ref()
        .filter(|(_, wanted)| *wanted == Wanted::Up)
        .map(|(owner, _)| owner.name())
        .or(seen.overseer.as_deref());
    if let Some(overseer) = overseer {
        let why = format!("{overseer} restarts it itself");
        steps.push(Step::new(Action::Await(seen.ready_within), why));
    }
    if let Some(validate) = &seen.validate {
        let why = "what is broken is not started";
        steps.push(Step::new(Action::Validate(validate.clone()), why));
    }
    steps.push(Step::new(Action::Start(start.clone()), found.clone()));
    plan_of(found, Verdict::Mend(steps))
}

/// What to do about a service that is ready and is to be started anew.
#[must_use]
pub fn anew(seen: Seen, why: &str) -> Plan {
    let plan = plan(&Seen {
        ready: Err(why.to_owned()),
        ..seen
    });
    let Verdict::Mend(steps) = plan.verdict else {
        return plan;
    };
    let step = |step: Step| match step.action {
        Action::End(_) | Action::Start(_) => Step::new(step.action, why),
        _ => step,
    };
    plan_of(why, Verdict::Mend(steps.into_iter().map(step).collect()))
}

/// `found`, and what comes first.
#[must_use]
pub fn after(found: String, first: &[String]) -> String {
    if first.is_empty() {
        return found;
    }
    format!("{found}; it needs {}, brought back first", ticked(first))
}

fn plan_of(found: impl Into<String>, verdict: Verdict) -> Plan {
    Plan {
        found: found.into(),
        verdict,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::process::Identity;

    fn process(pid: u32, program: &str, arguments: &[&str]) -> Facts {
        Facts {
            identity: Identity { pid, started: 7 },
            uid: 1000,
            condition: Condition::Alive,
            name: program.to_owned(),
            program: Some(program.to_owned()),
            arguments: arguments.iter().map(ToString::to_string).collect(),
            parent: 1,
        }
    }

    fn words(text: &str) -> Vec<String> {
        text.split(' ').map(ToOwned::to_owned).collect()
    }

    fn refused() -> Seen {
        Seen {
            name: "web".into(),
            ready: Err("refused".into()),
            start: Some(words("/srv/web -p 1")),
            program: Ok(()),
            broken: Vec::new(),
            validate: None,
            ready_within: Duration::from_secs(10),
            owner: None,
            overseer: None,
            answers: false,
            process: None,
            taken: None,
            waits_for: Vec::new(),
            first: Vec::new(),
            for_root: false,
            uid: 1000,
        }
    }

    fn steps(seen: &Seen) -> Vec<String> {
        match plan(seen).verdict {
            Verdict::Mend(steps) => steps.iter().map(|step| step.action.shown()).collect(),
            other => vec![format!("{other:?}")],
        }
    }

    #[test]
    fn what_is_gone_is_validated_and_started() {
        let seen = Seen {
            validate: Some(words("/srv/web -t")),
            ..refused()
        };
        assert_eq!(steps(&seen), ["/srv/web -t", "/srv/web -p 1"]);
        let broken = Seen {
            broken: vec![("/srv/web conf".into(), "empty".into())],
            ..seen
        };
        let all = [
            "mamori vault restore '/srv/web conf'",
            "/srv/web -t",
            "/srv/web -p 1",
        ];
        assert_eq!(steps(&broken), all);
        assert_eq!(
            plan(&Seen {
                ready: Ok(()),
                ..refused()
            })
            .verdict,
            Verdict::Fine
        );
    }

    #[test]
    fn what_hangs_is_ended_first_and_nobody_elses() {
        let hanging = Some(process(12, "web", &[]));
        let seen = Seen {
            process: hanging.clone(),
            ..refused()
        };
        assert_eq!(steps(&seen), ["kill 12 || kill -9 12", "/srv/web -p 1"]);
        let seen = Seen {
            uid: 5,
            process: hanging,
            ..refused()
        };
        assert_eq!(
            plan(&seen).verdict,
            Verdict::NeedsRoot("sudo kill -9 12".into())
        );
        let seen = Seen {
            taken: Some(Stranger::Known(process(13, "python3", &[]))),
            ..refused()
        };
        assert_eq!(
            plan(&seen).found,
            "`python3` (pid 13) has its port: refused"
        );
        assert_eq!(plan(&seen).verdict, Verdict::Hopeless(None));
        let seen = Seen {
            taken: Some(Stranger::Unseen),
            ..refused()
        };
        assert_eq!(
            plan(&seen).found,
            "a process of another user has its port: refused"
        );
    }

    #[test]
    fn an_owner_is_waited_for_and_obeyed() {
        let owned = |wanted| Seen {
            owner: Some((Owner::Runit("web".into()), wanted)),
            start: Some(words("sv up web")),
            ..refused()
        };
        assert_eq!(
            steps(&owned(Wanted::Up)),
            ["wait for its owner, 10s at most", "sv up web"]
        );
        let stopped = plan(&owned(Wanted::Stopped("`sv down`".into())));
        assert_eq!(
            (stopped.found.as_str(), stopped.verdict),
            ("stopped by its owner: `sv down`", Verdict::Leave)
        );
        let unknown = owned(Wanted::Unknown("runsv is gone".into()));
        assert_eq!(steps(&unknown), ["sv up web"]);
        let overseen = Seen {
            overseer: Some("runsv".into()),
            ..refused()
        };
        assert_eq!(
            steps(&overseen),
            ["wait for its owner, 10s at most", "/srv/web -p 1"]
        );
    }

    #[test]
    fn what_cannot_help_is_not_done() {
        let seen = Seen {
            program: Err("`/srv/web` is not there".into()),
            ..refused()
        };
        assert_eq!(plan(&seen).found, "refused; `/srv/web` is not there");
        assert_eq!(plan(&seen).verdict, Verdict::Hopeless(None));
        let seen = Seen {
            waits_for: vec!["db".into(), "cache".into()],
            ..refused()
        };
        assert_eq!(plan(&seen).found, "refused; it needs `db`, `cache`");
        assert_eq!(plan(&seen).verdict, Verdict::Waits(seen.waits_for));
        let seen = Seen {
            first: vec!["db".into()],
            ..refused()
        };
        assert_eq!(
            plan(&seen).found,
            "refused; it needs `db`, brought back first"
        );
        assert_eq!(steps(&seen), ["/srv/web -p 1"]);
        let seen = Seen {
            for_root: true,
            ..refused()
        };
        assert_eq!(
            plan(&seen).verdict,
            Verdict::NeedsRoot("sudo /srv/web -p 1".into())
        );
        assert!(matches!(
            plan(&Seen {
                start: None,
                ..refused()
            })
            .verdict,
            Verdict::Hopeless(Some(_))
        ));
    }
}
