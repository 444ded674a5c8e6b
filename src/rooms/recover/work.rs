//! Carries a plan out, step by step, until its target is ready.

use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

use super::facts::{Crew, Subject};
use super::plan::{Action, Plan, Step, Verdict};
use crate::model::process::Identity;
use crate::sys::start::{self, Settled, Start, Started};
use crate::sys::surroundings::Surroundings;
use crate::sys::{clock, files, owner, process, processes, programs};

/// How long a validator or another command that ends has.
const COMMAND_LIMIT: Duration = Duration::from_secs(30);
/// How long a process that was asked to end has, before it is killed.
const POLITE: Duration = Duration::from_secs(2);

/// What carrying out a plan came to.
#[derive(Debug)]
pub struct Done {
    /// Whether the target is ready now, else why not.
    pub ready: Result<(), String>,
    /// The steps that were taken, each with what came of it.
    pub taken: Vec<Taken>,
    /// From the beginning to the first step that changed something.
    pub acted_after: Option<Duration>,
    /// From the beginning to the end.
    pub took: Duration,
    /// What was started and stays our child.
    pub started: Option<Started>,
}

/// A step that was taken.
#[derive(Debug, Clone, PartialEq)]
pub struct Taken {
    /// The step.
    pub step: Step,
    /// What came of it.
    pub result: Result<(), String>,
    /// What is not as it was to be, though it was done; may be empty.
    pub note: String,
}

impl Done {
    /// What a plan without steps comes to.
    fn of(plan: &Plan) -> Self {
        Self {
            ready: if plan.verdict == Verdict::Fine {
                Ok(())
            } else {
                Err(plan.found.clone())
            },
            taken: Vec::new(),
            acted_after: None,
            took: Duration::ZERO,
            started: None,
        }
    }

    /// What is not as it was to be, though all was done; may be empty.
    #[must_use]
    pub fn lacks(&self) -> String {
        let notes = self.taken.iter().map(|taken| taken.note.as_str());
        let notes: Vec<&str> = notes.filter(|note| !note.is_empty()).collect();
        notes.join("; ")
    }

    /// Whether anything was done that changes something.
    #[must_use]
    pub fn acted(&self) -> bool {
        self.acted_after.is_some()
    }
}

/// Carries out what `plan` says about a service.
#[must_use]
pub fn service(plan: &Plan, subject: &Subject, crew: &Crew) -> Done {
    let began = clock::elapsed();
    let mut done = Done::of(plan);
    let Verdict::Mend(steps) = &plan.verdict else {
        return done;
    };
    for step in steps {
        if step.action.acts() && done.acted_after.is_none() {
            done.acted_after = Some(since(began));
        }
        let (result, ready) = take(step, subject, crew, &mut done.started);
        let failed = result.clone().err();
        done.taken.push(Taken {
            step: step.clone(),
            result,
            note: String::new(),
        });
        if ready {
            done.ready = Ok(());
            break;
        }
        if let Some(why) = failed {
            done.ready = Err(why);
            // Its owner did not bring it back: that is what the next steps are for.
            if !matches!(step.action, Action::Await(_)) {
                break;
            }
        }
    }
    done.took = since(began);
    done
}

/// Carries out what `plan` says about the network.
#[must_use]
pub fn network(plan: &Plan, crew: &Crew) -> Done {
    let again = || super::network::plan(&crew.see_network());
    steps(
        plan,
        |step| match &step.action {
            Action::Run(argv) => command(argv, crew, start::last_line).map(|()| String::new()),
            _ => Err("this is no step for the network".into()),
        },
        again,
    )
}

/// Takes the steps of a plan one after the other; `again` tells how things
/// stand then.
pub(super) fn steps(
    plan: &Plan,
    mut take: impl FnMut(&Step) -> Result<String, String>,
    again: impl FnOnce() -> Plan,
) -> Done {
    let began = clock::elapsed();
    let mut done = Done::of(plan);
    let Verdict::Mend(steps) = &plan.verdict else {
        return done;
    };
    let mut failed = None;
    for step in steps {
        if step.action.acts() && done.acted_after.is_none() {
            done.acted_after = Some(since(began));
        }
        let result = take(step);
        failed = failed.or(result.clone().err());
        done.taken.push(Taken {
            step: step.clone(),
            note: result.clone().unwrap_or_default(),
            result: result.map(drop),
        });
    }
    let now = again();
    done.ready = match now.verdict {
        Verdict::Fine => Ok(()),
        _ => Err(failed.unwrap_or(now.found)),
    };
    done.took = since(began);
    done
}

fn since(began: Duration) -> Duration {
    clock::elapsed().saturating_sub(began)
}

/// What came of a step, and whether the service is ready after it.
fn take(
    step: &Step,
    subject: &Subject,
    crew: &Crew,
    started: &mut Option<Started>,
) -> (Result<(), String>, bool) {
    match &step.action {
        Action::Validate(argv) => (command(argv, crew, start::ends), false),
        Action::Restore(path) => (crew.restore(path), false),
        Action::Run(argv) => (command(argv, crew, start::last_line), false),
        Action::Await(span) => {
            let result = start::until_ready(*span, |left| ready(subject, crew, left));
            let ready = result.is_ok();
            (
                result.map_err(|why| format!("it did not come back by itself: {why}")),
                ready,
            )
        }
        Action::End(identity) => (end(*identity), false),
        Action::Start(argv) => match begin(argv, subject, crew) {
            Ok(mut child) => {
                let within = subject.service.ready_within;
                let settled = child.wait(within, |left| ready(subject, crew, left));
                match settled {
                    Settled::Ready => {
                        *started = Some(child);
                        (Ok(()), true)
                    }
                    Settled::Not(why) => {
                        child.end();
                        (Err(why), false)
                    }
                }
            }
            Err(why) => (Err(why), false),
        },
        Action::Socket(..) | Action::Session(_) | Action::Picture(_) | Action::There(_) => {
            (Err("this is no step for a service".into()), false)
        }
    }
}

fn ready(subject: &Subject, crew: &Crew, limit: Duration) -> Result<(), String> {
    crew.ready(subject, limit).map_err(|unready| unready.why)
}

fn begin(argv: &[String], subject: &Subject, crew: &Crew) -> Result<Started, String> {
    let (program, arguments) = split(argv, &crew.around)?;
    let output = output(&crew.around, &subject.service.name);
    let environment = owner::environment(&crew.around);
    let what = Start {
        program: &program,
        arguments: &arguments,
        environment: &environment,
        output: &output,
    };
    start::start(&what, &crew.around)
        .map_err(|error| format!("`{}` could not be started: {error}", program.display()))
}

/// Where what a started service says is kept.
#[must_use]
pub fn output(around: &Surroundings, name: &str) -> PathBuf {
    let folder = around.own().join("output");
    // Without the folder its words are lost, not its start.
    let _ = files::private_folder(&folder);
    folder.join(format!("{name}.log"))
}

/// Runs a command that ends by itself; where it fails, `line` tells which of
/// its words say why.
fn command(argv: &[String], crew: &Crew, line: fn(&[u8]) -> Option<String>) -> Result<(), String> {
    let (program, arguments) = split(argv, &crew.around)?;
    let environment = owner::environment(&crew.around);
    let ended = process::run(&program, &arguments, &environment, COMMAND_LIMIT)
        .map_err(|error| error.to_string())?;
    if ended.status.success() {
        return Ok(());
    }
    let how = match ended.status.code() {
        Some(code) => format!("exits with {code}"),
        None => "was ended by a signal".to_owned(),
    };
    let said = [&ended.stderr, &ended.stdout]
        .into_iter()
        .find_map(|bytes| line(bytes));
    let name = program
        .file_name()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned();
    let words = argv.get(1..).unwrap_or_default().join(" ");
    let called = crate::model::text::cut(&format!("{name} {words}"), 60, "…");
    Err(match said {
        Some(said) => format!("`{}` {how}: {said}", called.trim()),
        None => format!("`{}` {how}", called.trim()),
    })
}

fn split(argv: &[String], around: &Surroundings) -> Result<(PathBuf, Vec<OsString>), String> {
    let (program, arguments) = argv.split_first().ok_or("there is no command")?;
    let path =
        programs::resolve(program, around).ok_or_else(|| format!("`{program}` is not there"))?;
    Ok((path, arguments.iter().map(OsString::from).collect()))
}

/// Ends one process: asked first, and let go on if it was stopped, so that it
/// can hear; killed when it does not.
fn end(identity: Identity) -> Result<(), String> {
    use rustix::process::Signal;
    for signal in [Signal::TERM, Signal::CONT, Signal::KILL] {
        match processes::signal(&identity, signal) {
            Ok(()) => {}
            Err(processes::SignalError::Gone(_)) => return Ok(()),
            Err(error) => return Err(error.to_string()),
        }
        if signal != Signal::TERM && start::until_gone(&identity, POLITE) {
            return Ok(());
        }
    }
    Err(format!("process {} does not end", identity.pid))
}
