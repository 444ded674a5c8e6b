//! One call of git: nothing of the system's or a repository's own wishes that
//! would run, fetch, lock or page anything.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::super::surroundings::Surroundings;
use super::super::{clock, process, programs};
use crate::model::text::{clean, cut};

/// What a short question may take, and may answer.
const SHORT: Duration = Duration::from_secs(10);
const ANSWER: usize = 64 << 10;
/// Columns kept of a complaint.
const LONGEST: usize = 120;
/// Since when git can pass over old commits instead of stopping at them.
const FILTERS: (u32, u32) = (2, 37);

/// Said before every command: no helper, hook or program of a repository's
/// choice runs.
const WITHOUT: &[&str] = &[
    "--no-pager",
    "--no-optional-locks",
    "--no-replace-objects",
    "--literal-pathspecs",
    "-c",
    "core.fsmonitor=false",
    "-c",
    "core.hooksPath=/dev/null",
    "-c",
    "core.attributesFile=/dev/null",
    "-c",
    "log.showSignature=false",
    "-c",
    "log.showRoot=true",
    "-c",
    "log.follow=false",
    "-c",
    "diff.orderFile=/dev/null",
    "-c",
    "protocol.allow=never",
];

/// The user's git.
#[derive(Debug)]
pub(super) struct Git<'a> {
    program: PathBuf,
    environment: Vec<(OsString, OsString)>,
    around: &'a Surroundings,
    version: (u32, u32),
    deadline: Duration,
}

impl<'a> Git<'a> {
    /// The one on the path, asked for no longer than `limit` from now.
    pub(super) fn find(around: &'a Surroundings, limit: Duration) -> Option<Self> {
        let program = programs::find("git", around)?;
        if asks_to_be_installed(&program, around) {
            return None;
        }
        let mut git = Self {
            program,
            environment: environment(around),
            around,
            version: (0, 0),
            deadline: clock::elapsed() + limit,
        };
        let answer = git.call(&["--version".into()], SHORT, ANSWER);
        git.version = answer.ok().as_deref().and_then(version).unwrap_or_default();
        Some(git)
    }

    /// Whether it passes over old commits.
    pub(super) fn filters(&self) -> bool {
        self.version >= FILTERS
    }

    /// What it answers in the folder `at`; the reason if it does not.
    pub(super) fn ask(&self, at: &Path, arguments: &[&str]) -> Result<Vec<u8>, String> {
        let arguments: Vec<OsString> = arguments.iter().map(OsString::from).collect();
        self.call(&command(at, &arguments), SHORT, ANSWER)
    }

    /// Runs it in the folder `at`, handing on what it prints.
    pub(super) fn run(
        &self,
        at: &Path,
        arguments: &[OsString],
        limit: Duration,
        heed: &mut dyn FnMut(&[u8]) -> bool,
    ) -> Result<(), String> {
        self.through(&command(at, arguments), limit, heed)
    }

    fn call(
        &self,
        arguments: &[OsString],
        limit: Duration,
        most: usize,
    ) -> Result<Vec<u8>, String> {
        let mut answer = Vec::new();
        self.through(arguments, limit, &mut |piece| {
            answer.extend_from_slice(piece);
            answer.len() <= most
        })?;
        Ok(answer)
    }

    fn through(
        &self,
        arguments: &[OsString],
        limit: Duration,
        heed: &mut dyn FnMut(&[u8]) -> bool,
    ) -> Result<(), String> {
        let left = self.deadline.saturating_sub(clock::elapsed());
        let limit = limit.min(left);
        if limit.is_zero() {
            return Err("there was no time left".into());
        }
        let ended = process::run_through(&self.program, arguments, &self.environment, limit, heed);
        match ended {
            Ok(ended) if ended.status.success() => Ok(()),
            Ok(ended) => Err(complaint(&ended, self.around)),
            Err(error) => Err(error.to_string()),
        }
    }
}

/// Whether that is only macOS's way to git, which without the tools of a
/// developer opens a window that offers them.
fn asks_to_be_installed(program: &Path, around: &Surroundings) -> bool {
    if !cfg!(target_os = "macos") || program != Path::new("/usr/bin/git") {
        return false;
    }
    let tools = Path::new("/usr/bin/xcode-select");
    let asked = process::run(tools, &["-p".into()], &environment(around), SHORT);
    !asked.is_ok_and(|ended| ended.status.success())
}

/// A command in the folder `at`, with all that it does without.
fn command(at: &Path, arguments: &[OsString]) -> Vec<OsString> {
    let before = ["-C".into(), at.as_os_str().to_owned()];
    let without = WITHOUT.iter().map(OsString::from);
    let arguments = arguments.iter().cloned();
    before.into_iter().chain(without).chain(arguments).collect()
}

/// The first line of what git complained.
fn complaint(ended: &process::Ended, around: &Surroundings) -> String {
    let text = String::from_utf8_lossy(&ended.stderr);
    let line = text.lines().find(|line| !line.trim().is_empty());
    match line {
        Some(line) => {
            let line = line.strip_prefix("fatal: ").unwrap_or(line);
            let home = around.home.display().to_string();
            cut(&clean(&line.replace(&home, "~")), LONGEST, "…")
        }
        None => format!("git ended with {}", ended.status),
    }
}

/// `git version 2.47.3 (Apple Git-154)`
fn version(answer: &[u8]) -> Option<(u32, u32)> {
    let text = str::from_utf8(answer).ok()?;
    let mut numbers = text.split_whitespace().nth(2)?.split('.');
    let major = numbers.next()?.parse().ok()?;
    Some((major, numbers.next()?.parse().ok()?))
}

/// The home, where the user says which folders are safe, and nothing of the
/// system's; no way to prompt or to reach another machine.
fn environment(around: &Surroundings) -> Vec<(OsString, OsString)> {
    let passed = |name: &str| {
        let all = around.environment.iter().chain(&around.session_environment);
        let found = all.into_iter().find(|(known, _)| known == name)?;
        Some((found.0.clone(), found.1.clone()))
    };
    let theirs = [
        "HOME",
        "PATH",
        "XDG_CONFIG_HOME",
        "PREFIX",
        "TMPDIR",
        "LD_PRELOAD",
    ];
    let ours = [
        ("LC_ALL", "C"),
        ("TZ", "UTC"),
        ("GIT_CONFIG_NOSYSTEM", "1"),
        ("GIT_ATTR_NOSYSTEM", "1"),
        ("GIT_OPTIONAL_LOCKS", "0"),
        ("GIT_TERMINAL_PROMPT", "0"),
        ("GIT_NO_LAZY_FETCH", "1"),
        ("GIT_ALLOW_PROTOCOL", "none"),
        ("GIT_PAGER", "cat"),
        ("GIT_ASKPASS", "false"),
        ("SSH_ASKPASS", "false"),
        ("GIT_SSH_COMMAND", "false"),
    ];
    let ours = ours.map(|(name, value)| (name.into(), value.into()));
    theirs.into_iter().filter_map(passed).chain(ours).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_read_in_their_forms() {
        assert_eq!(version(b"git version 2.47.3\n"), Some((2, 47)));
        assert_eq!(
            version(b"git version 2.39.5 (Apple Git-154)\n"),
            Some((2, 39))
        );
        assert_eq!(version(b"git version 2.50.rc1"), Some((2, 50)));
        assert_eq!(version(b"not git"), None);
        assert_eq!(version(b"\xff"), None);
    }
}
