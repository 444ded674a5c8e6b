//! What the watcher has done by programs of their own, our own: what takes
//! long, hangs or needs memory costs it neither.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use crate::sys::surroundings::Surroundings;
use crate::sys::{output, process, programs};

/// One thing to be done.
#[derive(Debug, Clone, Copy)]
pub struct Errand {
    /// Names it: of those of one name one is under way at a time.
    pub name: &'static str,
    /// The arguments of `mamori`.
    pub arguments: &'static [&'static str],
    /// What takes longer hangs.
    pub limit: Duration,
}

/// What is under way.
#[derive(Debug, Default)]
pub struct Errands {
    running: BTreeMap<&'static str, Arc<AtomicBool>>,
}

impl Errands {
    /// Whether it is under way.
    #[must_use]
    pub fn runs(&self, errand: &Errand) -> bool {
        let running = self.running.get(errand.name);
        running.is_some_and(|running| running.load(Ordering::SeqCst))
    }

    /// Begins it, unless it is under way.
    pub fn begin(&mut self, errand: Errand, around: &Surroundings) {
        if self.runs(&errand) {
            return;
        }
        let around = around.clone();
        let running = Arc::clone(self.running.entry(errand.name).or_default());
        running.store(true, Ordering::SeqCst);
        let over = Arc::clone(&running);
        let work = move || {
            run(&errand, &around);
            over.store(false, Ordering::SeqCst);
        };
        let thread = thread::Builder::new().name(errand.name.to_owned());
        if thread.spawn(work).is_err() {
            running.store(false, Ordering::SeqCst);
        }
    }
}

/// Runs it to its end. Found or not, it did its work; what it could not do is said.
pub fn run(errand: &Errand, around: &Surroundings) {
    let Some(program) = programs::ourselves() else {
        return;
    };
    let mut arguments: Vec<OsString> = Vec::new();
    if around.config_named {
        arguments.extend(["--config".into(), around.config.clone().into()]);
    }
    arguments.extend(errand.arguments.iter().map(OsString::from));
    let ended = process::run(&program, &arguments, &environment(around), errand.limit);
    let said = match ended {
        Ok(ended) if ended.status.code().is_some_and(|code| code > 1) => {
            let said = String::from_utf8_lossy(&ended.stderr).into_owned();
            let first = said.lines().next().unwrap_or_default();
            first.trim_start_matches("error: ").to_owned()
        }
        Ok(_) => return,
        Err(error) => error.to_string(),
    };
    output::complain(&format!("warning: {}: {said}\n", errand.name));
}

/// What such a program gets to see, so that it has our home and our configuration.
pub(super) fn environment(around: &Surroundings) -> Vec<(OsString, OsString)> {
    let mut all = around.environment.clone();
    all.push(("MAMORI_HOME".into(), around.mamori_home.clone().into()));
    let folder = around.config.parent().and_then(Path::parent);
    if let (Some(folder), false) = (folder, around.config_named) {
        all.push(("XDG_CONFIG_HOME".into(), folder.into()));
    }
    all
}
