//! What keys do to the world: what the commands of the same names do, and those
//! commands themselves where they take their time.

use std::ffi::OsString;
use std::time::Duration;

use super::model::Undo;
use super::update::{Deed, Done, Quiet};
use crate::config::Config;
use crate::failure::Failure;
use crate::model::alert::Pause;
use crate::model::healing::TO_DO;
use crate::model::text::clean;
use crate::model::time::Timestamp;
use crate::rooms::alerts::quiet::{Word, say};
use crate::rooms::pause::hold::{Held, hold};
use crate::sys::surroundings::Surroundings;
use crate::sys::{clock, process, programs};

/// What takes longer hangs.
const PROBE: Duration = Duration::from_secs(300);
const RECOVERY: Duration = Duration::from_secs(1_800);
/// The hour of the morning until which one sleeps.
const MORNING: Duration = Duration::from_secs(8 * 3_600);

/// Does it, and says what came of it.
pub(super) fn carried_out(deed: Deed, around: &Surroundings, config: &Config) -> Done {
    let now = clock::now();
    let outcome = match &deed {
        Deed::Acknowledge(number) => said(Word::Acknowledged, *number, around, now),
        Deed::Snooze(number, quiet) => {
            let until = match quiet {
                Quiet::For(span) => now.after(*span),
                Quiet::Morning => morning(config, now),
            };
            said(Word::Snoozed(until), *number, around, now)
        }
        Deed::Undo(Undo::Alert(before)) => {
            let word = Word::Again {
                acked: before.acked,
                snoozed_until: before.snoozed_until,
            };
            said(word, before.number, around, now).map(|(text, _)| (text, None))
        }
        Deed::Pause(node) => {
            let pause = Pause {
                since: now,
                until: None,
                reason: None,
            };
            held(node, Some(pause), around, config, now)
        }
        Deed::Resume(node) => held(node, None, around, config, now),
        Deed::Undo(Undo::Pause(node, before)) => {
            held(node, before.clone(), around, config, now).map(|(text, _)| (text, None))
        }
        Deed::Probe(node) => {
            let mut words: Vec<OsString> = vec!["health".into()];
            if let Some(node) = node {
                words.extend(["--node".into(), node.into()]);
            }
            run(words, around, PROBE).map(|text| (first(&text), None))
        }
        Deed::Plan(node) => {
            let words = vec![
                "recover".into(),
                "--dry-run".into(),
                "--".into(),
                node.into(),
            ];
            run(words, around, PROBE).map(|text| (text, None))
        }
        Deed::Recover(node) => {
            let words = vec!["recover".into(), "--".into(), node.into()];
            run(words, around, RECOVERY).map(|text| (first(&text), None))
        }
    };
    let (text, wrong, undo) = match outcome {
        // Something to be done, or nothing that helps.
        Ok((text, undo)) => {
            let idle = matches!(deed, Deed::Plan(_)) && !text.contains(TO_DO);
            (text, idle, undo)
        }
        Err(failure) => {
            let hint = failure.hint.map(|hint| format!("; {hint}"));
            (failure.what + &hint.unwrap_or_default(), true, None)
        }
    };
    let lines = text.lines().map(clean);
    Done {
        deed,
        text: lines.collect::<Vec<_>>().join("\n"),
        wrong,
        undo,
    }
}

type Outcome = Result<(String, Option<Undo>), Failure>;

fn said(word: Word, number: u64, around: &Surroundings, now: Timestamp) -> Outcome {
    let said = say(word, &number.to_string(), around, now)?;
    let what = match word {
        Word::Acknowledged => "acknowledged: quiet until it clears",
        Word::Snoozed(_) => "quiet for a while",
        Word::Again { .. } => "as it was before",
    };
    let notices: Vec<String> = said.notices.iter().map(|one| format!("; {one}")).collect();
    let text = format!(
        "{} {} {what}{}",
        said.alert.number,
        said.alert.id,
        notices.concat()
    );
    Ok((text, Some(Undo::Alert(Box::new(said.before)))))
}

fn held(
    node: &str,
    pause: Option<Pause>,
    around: &Surroundings,
    config: &Config,
    now: Timestamp,
) -> Outcome {
    let what = if pause.is_some() {
        "is paused"
    } else {
        "is watched again"
    };
    let Held { before, notices } = hold(node, pause, around, config, now)?;
    let notices: Vec<String> = notices.iter().map(|one| format!("; {one}")).collect();
    let undo = Undo::Pause(node.to_owned(), before);
    Ok((format!("{node} {what}{}", notices.concat()), Some(undo)))
}

/// The next eight o'clock in the morning.
fn morning(config: &Config, now: Timestamp) -> Timestamp {
    let today = clock::day(now, config.timezone);
    let at = |day| clock::beginning(day, config.timezone).after(MORNING);
    let next = at(today);
    match today.succ_opt() {
        Some(tomorrow) if next <= now => at(tomorrow),
        _ => next,
    }
}

/// Runs our own program; what it printed, or what it failed of.
fn run(words: Vec<OsString>, around: &Surroundings, limit: Duration) -> Result<String, Failure> {
    let program =
        programs::ourselves().ok_or_else(|| Failure::unable("could not find our own program"))?;
    let mut arguments: Vec<OsString> = Vec::new();
    if around.config_named {
        arguments.extend(["--config".into(), around.config.clone().into()]);
    }
    arguments.extend(words);
    let ended = process::run(&program, &arguments, &around.of_ourselves(), limit)
        .map_err(|error| Failure::unable(error.to_string()))?;
    if ended.status.code().is_some_and(|code| code <= 1) {
        return Ok(String::from_utf8_lossy(&ended.stdout).into_owned());
    }
    let said = String::from_utf8_lossy(&ended.stderr).into_owned();
    let failed = said.lines().find_map(|line| line.strip_prefix("error: "));
    let said = failed.or_else(|| said.lines().next());
    Err(Failure::unable(said.map_or_else(
        || ended.status.to_string(),
        ToOwned::to_owned,
    )))
}

fn first(text: &str) -> String {
    text.lines().next().unwrap_or_default().to_owned()
}
