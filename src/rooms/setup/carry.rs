//! Does what was planned, each step written down before and after.

use std::path::Path;
use std::time::Duration;

use super::plan::{Deed, Plan, merged};
use super::show::typed;
use crate::failure::Failure;
use crate::model::setup::manifest::{Kind, Manifest, Progress, Step};
use crate::model::text::{clean, cut};
use crate::sys::clock;
use crate::sys::output;
use crate::sys::setup::{self, Dress, Records};
use crate::sys::surroundings::Surroundings;

/// How long a command of a set-up may take.
pub(super) const LIMIT: Duration = Duration::from_secs(20);
/// Columns of a complaint that is shown.
const COMPLAINT: usize = 200;

/// Carries `plan` out.
///
/// # Errors
/// Exit 3 at the first step that cannot be done; those before it are done and
/// written down.
pub(super) fn carry(
    target: &str,
    plan: &Plan,
    old: Option<Manifest>,
    records: &Records,
    around: &Surroundings,
) -> Result<usize, Failure> {
    let mut manifest = Manifest {
        target: target.to_owned(),
        at: clock::now(),
        steps: merged(old, &plan.deeds),
        ..Manifest::default()
    };
    for bytes in plan.deeds.iter().filter_map(|deed| deed.keep.as_deref()) {
        records.keep(bytes)?;
    }
    records.save(&manifest)?;
    for deed in &plan.deeds {
        act(deed, around)?;
        for step in &mut manifest.steps {
            if *step == deed.step {
                step.progress = Progress::Done;
            }
        }
        records.save(&manifest)?;
    }
    // What an earlier run left open stands by now.
    let open = |step: &&mut Step| step.progress == Progress::Planned;
    let mut settled = 0;
    for step in manifest.steps.iter_mut().filter(open) {
        let path = step
            .path
            .as_ref()
            .and_then(|place| place.path(&around.home));
        if let Some(path) = path {
            setup::sweep(&setup::look(&path));
        }
        step.progress = Progress::Done;
        settled += 1;
    }
    if settled > 0 {
        records.save(&manifest)?;
    }
    Ok(plan.deeds.len())
}

fn act(deed: &Deed, around: &Surroundings) -> Result<(), Failure> {
    let step = &deed.step;
    let Some(seen) = &deed.seen else {
        return command(&step.command, step, around);
    };
    match step.kind {
        Kind::Mkdir => setup::folder(&seen.path, deed.mode)?,
        Kind::Link => setup::link(
            &seen.path,
            Path::new(step.after.as_deref().unwrap_or_default()),
        )?,
        Kind::Remove => setup::remove(seen)?,
        _ => {
            // The owner stays who it is.
            let facts = seen.file().map(|file| &file.facts);
            let made = step.kind == Kind::Edit && facts.is_none();
            let dress = Dress {
                mode: if made {
                    setup::umasked(deed.mode)
                } else {
                    deed.mode
                },
                before: facts,
                times: false,
            };
            setup::put(seen, &deed.new, dress)?;
        }
    }
    Ok(())
}

/// Runs one command of a step.
///
/// # Errors
/// Exit 3 when it fails, unless it may.
pub(super) fn command(words: &[String], step: &Step, around: &Surroundings) -> Result<(), Failure> {
    if words.is_empty() {
        return Ok(());
    }
    let shown = typed(words);
    let why = match setup::run(words, LIMIT, around) {
        Ok(Some(ended)) if ended.status.success() => return Ok(()),
        Ok(Some(ended)) => {
            let said = String::from_utf8_lossy(&ended.stderr).into_owned();
            let line = said.lines().map(str::trim).find(|line| !line.is_empty());
            let line = line.map(|line| format!(": {}", cut(&clean(line), COMPLAINT, "…")));
            let code = ended.status.code().map_or_else(
                || "was killed".to_owned(),
                |code| format!("ended with {code}"),
            );
            format!("`{shown}` {code}{}", line.unwrap_or_default())
        }
        Ok(None) => format!("`{shown}` could not be run: it is not installed"),
        Err(error) => error.to_string(),
    };
    if step.lenient {
        output::complain(&format!("note: {why}\n"));
        return Ok(());
    }
    Err(Failure::unable(why))
}
