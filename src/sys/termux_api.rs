//! Termux:API's programs. Each may hang for ever when the app is missing,
//! frozen or killed, most of all two at once: they are asked one after the
//! other, in process groups of their own and with a time limit, and left in
//! peace for a quarter of an hour after two in a row gave no answer.

use std::ffi::OsString;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::flock::{self, Wait};
use super::process::{self, RunError};
use super::surroundings::Surroundings;
use super::{clock, files, programs};
use crate::model::home::Home;
use crate::model::text::{clean, cut};
use crate::model::time::Timestamp;

/// How long a question has (battery, Wi-Fi, jobs).
pub const QUESTION: Duration = Duration::from_secs(5);
/// How long a message has.
pub const MESSAGE: Duration = Duration::from_secs(10);
/// So many in a row without an answer, and nobody is asked.
const PATIENCE: u32 = 2;
/// For so long, in seconds.
const REST: i64 = 900;

/// The number of our job among those of `termux-job-scheduler` (contract).
pub const JOB: &str = "8735";

/// What came of asking.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// What it printed.
    Said(String),
    /// It complained, or ended badly.
    Failed(String),
    /// It gave no answer in its time.
    Hung,
    /// It is not installed.
    Missing,
    /// It gave no answer lately, and is left in peace for so many seconds more.
    Resting(i64),
}

/// Who gave no answer lately.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize)]
#[serde(default)]
struct Breaker {
    hung: u32,
    last: Timestamp,
}

/// Asks one of the programs.
#[must_use]
pub fn ask(program: &str, words: &[&str], limit: Duration, around: &Surroundings) -> Answer {
    let Some(path) = programs::find(program, around) else {
        return Answer::Missing;
    };
    if let Some(rest) = resting(around) {
        return Answer::Resting(rest);
    }
    let home = Home::of(&around.mamori_home);
    let turn = files::private_folder(&home.locks())
        .map_err(|error| error.to_string())
        .and_then(|()| {
            let wait = Wait::AtMost(MESSAGE);
            flock::lock(&home.termux_lock(), "mamori", wait).map_err(|error| error.to_string())
        });
    // Without a place for locks it is asked all the same.
    let _turn = turn.ok();
    run(&path, words, limit, around)
}

/// The same for who only looks: without the lock, and nothing is written.
#[must_use]
pub fn look(program: &str, words: &[&str], limit: Duration, around: &Surroundings) -> Answer {
    let Some(path) = programs::find(program, around) else {
        return Answer::Missing;
    };
    answer(&path, words, limit, around)
}

fn run(path: &std::path::Path, words: &[&str], limit: Duration, around: &Surroundings) -> Answer {
    let answer = answer(path, words, limit, around);
    note(answer == Answer::Hung, around);
    answer
}

fn answer(
    path: &std::path::Path,
    words: &[&str],
    limit: Duration,
    around: &Surroundings,
) -> Answer {
    let words: Vec<OsString> = words.iter().map(OsString::from).collect();
    match process::run(path, &words, &environment(around), limit) {
        Ok(ended) if ended.status.success() => {
            Answer::Said(String::from_utf8_lossy(&ended.stdout).into_owned())
        }
        Ok(ended) => {
            let said = String::from_utf8_lossy(&ended.stderr).into_owned();
            let first = said.lines().map(clean).find(|line| !line.trim().is_empty());
            Answer::Failed(cut(
                &first.unwrap_or_else(|| "it failed".to_owned()),
                200,
                "…",
            ))
        }
        Err(RunError::TimedOut(..)) => Answer::Hung,
        Err(error) => Answer::Failed(error.to_string()),
    }
}

/// What they need: Android's own variables, too, by which they reach the app.
#[must_use]
pub fn environment(around: &Surroundings) -> Vec<(OsString, OsString)> {
    let more = around.session_environment.iter();
    around.environment.iter().chain(more).cloned().collect()
}

/// Seconds for which nobody is to be asked.
#[must_use]
pub fn resting(around: &Surroundings) -> Option<i64> {
    let breaker = known(around);
    let left = REST - clock::now().since(breaker.last);
    (breaker.hung >= PATIENCE && (1..=REST).contains(&left)).then_some(left)
}

fn known(around: &Surroundings) -> Breaker {
    let file = Home::of(&around.mamori_home).termux_breaker();
    let bytes = files::read(&file).ok().flatten().unwrap_or_default();
    serde_json::from_slice(&bytes).unwrap_or_default()
}

/// Keeps in mind whether one hung.
pub fn note(hung: bool, around: &Surroundings) {
    let before = known(around);
    let after = Breaker {
        hung: if hung {
            before.hung.saturating_add(1)
        } else {
            0
        },
        last: clock::now(),
    };
    if before.hung == 0 && after.hung == 0 {
        return;
    }
    let file = Home::of(&around.mamori_home).termux_breaker();
    if let Ok(bytes) = serde_json::to_vec(&after) {
        // One that cannot be written costs another wait.
        let _ = files::replace_soon(&file, &bytes);
    }
}

/// The line of our job among those that are pending: `Pending Job 8735: …`.
#[must_use]
pub fn pending_job(pending: &str) -> Option<String> {
    let named = |line: &&str| {
        let words = line.split(|c: char| !c.is_ascii_alphanumeric());
        let words: Vec<&str> = words.filter(|word| !word.is_empty()).collect();
        words
            .windows(2)
            .any(|pair| pair[..] == ["Job", JOB] || pair[..] == ["job", JOB])
    };
    pending.lines().find(named).map(clean)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn our_job_is_told_from_others() {
        let pending = "Pending Job 18735: /a\nPending Job 8735: /b (periodic: 900000ms)\n";
        assert_eq!(
            pending_job(pending).unwrap(),
            "Pending Job 8735: /b (periodic: 900000ms)"
        );
        assert_eq!(pending_job("Pending Job 1: /8735\nNo pending jobs"), None);
    }
}
