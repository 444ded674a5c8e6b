//! ssh's configuration: read by ssh itself, which would run the commands of
//! `Match exec` to know what to take of the file. It runs them by the shell
//! that `SHELL` names, and here that is a program which does nothing, so
//! nothing of the file is run, nor of what it includes. That this ssh does so
//! is tried first, with a command of ours that does no harm.

use std::ffi::{OsStr, OsString};
use std::path::Path;

use super::super::decide::Verdict;
use super::{LIMIT, ended_in};
use crate::sys::surroundings::Surroundings;
use crate::sys::{guarded, process, programs};

/// Says so where the shell is asked after all.
const TRIAL: &str = "Match exec \"exit 0\"\n  User mamori-was-run\n";
/// What `ssh -G` prints then.
const RUN: &[u8] = b"mamori-was-run";

/// What ssh says of the configuration at `path`.
pub(super) fn ask(path: &Path, around: &Surroundings) -> Verdict {
    let Some(ssh) = programs::find("ssh", around) else {
        return Verdict::Unable("`ssh` is not installed".into());
    };
    let Some(nothing) = programs::find("false", around) else {
        return Verdict::Unable("there is no `false`, so its commands would be run".into());
    };
    let mut environment = around.environment.clone();
    environment.retain(|(name, _)| name != "SHELL");
    environment.push(("SHELL".into(), nothing.into()));
    if let Err(why) = tried(&ssh, &environment, around) {
        return Verdict::Unable(why);
    }
    ended_in(&ssh, &arguments(path), &environment)
}

/// Whether this ssh leaves the commands of a configuration alone.
fn tried(
    ssh: &Path,
    environment: &[(OsString, OsString)],
    around: &Surroundings,
) -> Result<(), String> {
    let trial = guarded::apart(Path::new("trial"), TRIAL.as_bytes(), around);
    let trial = trial.map_err(|error| format!("there is no place to try it: {error}"))?;
    let arguments = arguments(&trial.path);
    let ended = process::run(ssh, &arguments, environment, LIMIT);
    let ended = ended.map_err(|error| error.to_string())?;
    let run = ended.stdout.windows(RUN.len()).any(|part| part == RUN);
    if run || ended.status.code() != Some(0) {
        return Err("this ssh would run the commands of the file".into());
    }
    Ok(())
}

/// Only what the file means is asked: no host, and no name service.
fn arguments(path: &Path) -> [OsString; 6] {
    let words = ["-G", "-o", "CanonicalizeHostname=no", "-F"].map(OsStr::new);
    let [g, o, names, f] = words;
    [g, o, names, f, path.as_os_str(), "mamori-check".as_ref()].map(OsStr::to_owned)
}
