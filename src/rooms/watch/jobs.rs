//! What the watcher has done by programs of their own, our own: what takes
//! long, hangs or needs memory costs it neither.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use crate::sys::surroundings::Surroundings;
use crate::sys::{output, process, programs};

/// One thing to be done.
#[derive(Debug, Clone, Copy)]
pub struct Job {
    /// Names it: of those of one name one is under way at a time.
    pub name: &'static str,
    /// The arguments of `mamori`.
    pub arguments: &'static [&'static str],
    /// What takes longer hangs.
    pub limit: Duration,
    /// What it alone gets to see besides of the environment.
    pub besides: fn() -> Vec<(OsString, OsString)>,
    /// Whether a warning of a run that did its work is passed on.
    pub warns: bool,
}

impl Job {
    /// One that sees what all see, and whose warnings are told elsewhere.
    pub const PLAIN: Self = Self {
        name: "",
        arguments: &[],
        limit: Duration::ZERO,
        besides: Vec::new,
        warns: false,
    };
}

/// What is under way, and what was last complained of.
#[derive(Debug, Default)]
pub struct Jobs {
    running: BTreeMap<&'static str, Arc<Standing>>,
}

/// How a job stands.
#[derive(Debug, Default)]
struct Standing {
    runs: AtomicBool,
    said: Mutex<Option<String>>,
}

impl Standing {
    /// Says what went wrong, but once as long as it is the same.
    fn over(&self, complaint: Option<String>) {
        let mut said = self.said.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(complaint) = complaint.as_ref().filter(|now| said.as_ref() != Some(now)) {
            output::complain(complaint);
        }
        *said = complaint;
        self.runs.store(false, Ordering::SeqCst);
    }
}

impl Jobs {
    /// Whether it is under way.
    #[must_use]
    pub fn runs(&self, job: &Job) -> bool {
        let standing = self.running.get(job.name);
        standing.is_some_and(|standing| standing.runs.load(Ordering::SeqCst))
    }

    /// Begins it, unless it is under way.
    pub fn begin(&mut self, job: Job, around: &Surroundings) {
        if self.runs(&job) {
            return;
        }
        let around = around.clone();
        let standing = Arc::clone(self.running.entry(job.name).or_default());
        standing.runs.store(true, Ordering::SeqCst);
        let ours = Arc::clone(&standing);
        let work = move || ours.over(outcome(&job, &around));
        let thread = thread::Builder::new().name(job.name.to_owned());
        if thread.spawn(work).is_err() {
            standing.runs.store(false, Ordering::SeqCst);
        }
    }
}

/// Runs it to its end, and says what it could not do.
pub fn run(job: &Job, around: &Surroundings) {
    if let Some(complaint) = outcome(job, around) {
        output::complain(&complaint);
    }
}

/// Found or not, it did its work; what it could not do is the answer.
fn outcome(job: &Job, around: &Surroundings) -> Option<String> {
    let program = programs::ourselves()?;
    let mut arguments: Vec<OsString> = Vec::new();
    if around.config_named {
        arguments.extend(["--config".into(), around.config.clone().into()]);
    }
    arguments.extend(job.arguments.iter().map(OsString::from));
    // Ours comes last: the last of two of one name counts.
    let mut seen = (job.besides)();
    seen.extend(around.of_ourselves());
    let said = match process::run(&program, &arguments, &seen, job.limit) {
        Ok(ended) => {
            let fine = ended.status.code().is_some_and(|code| code <= 1);
            match first_line(&ended.stderr) {
                Some(said) if !fine || job.warns => said,
                // A signal says nothing.
                None if !fine => ended.status.to_string(),
                _ => return None,
            }
        }
        Err(error) => error.to_string(),
    };
    Some(format!("warning: {}: {said}\n", job.name))
}

/// What a program complained of first; what it failed of goes before warnings.
fn first_line(stderr: &[u8]) -> Option<String> {
    let said = String::from_utf8_lossy(stderr);
    let failed = said.lines().find_map(|line| line.strip_prefix("error: "));
    let first = failed.or_else(|| said.lines().next()).unwrap_or_default();
    let first = first.trim_start_matches("warning: ");
    Some(first.to_owned()).filter(|first| !first.is_empty())
}
