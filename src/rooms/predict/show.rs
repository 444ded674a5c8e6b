//! What is foreseen, and how right that was, as text and as JSON. Pure.

use serde_json::{Value, json};

use super::decide::{DAY, Foreseen, What, real, whole};
use super::grew::{self, View};
use crate::model::forecast::Basis;
use crate::model::forecast::score::Record;
use crate::model::text::{clean, count, cut, width};
use crate::model::time::Timestamp;
use crate::ui::style::{Role, painted};
use crate::ui::wrap::wrapped;

/// What is said before anything was kept.
pub(super) const NOTHING: &str =
    "nothing is known yet of disks, memory and services; start: mamori watch\n";

/// What stands before words beneath their line.
const INDENT: &str = "    ";
/// Columns that words need to stand beside their line.
const BESIDE: usize = 36;
/// The widest name of a thing.
const NAME: usize = 32;

/// The one JSON value, on one line.
pub(super) fn json(foreseen: &[Foreseen], now: Timestamp) -> String {
    let forecasts: Vec<Value> = foreseen.iter().map(value).collect();
    json!({ "schema": 1, "at": now, "forecasts": forecasts }).to_string() + "\n"
}

fn value(one: &Foreseen) -> Value {
    let (mount, service) = match &one.what {
        What::Disk(mount) => (Some(mount), None),
        What::Memory => (None, None),
        What::Service(check) => (None, Some(check)),
    };
    let seconds = |seconds: f64| whole(seconds);
    let likely = one.probability.map(rounded);
    json!({
        "node": one.node,
        "what": one.what.word(),
        "mount": mount,
        "service": service,
        "threshold": one.threshold,
        "now": one.now.map(|now| (now * 10.0).round() / 10.0),
        "horizon_s": one.horizon_s,
        "probability": likely,
        "will_cross": one.will_cross,
        "eta_s": one.eta_s.map(seconds),
        "range_s": one.range_s.map(|(early, late)| [seconds(early), seconds(late)]),
        "samples": one.basis.samples,
        "span_s": seconds(one.basis.span_s),
        "age_s": seconds(one.basis.age_s),
        "learning": one.is_learning(),
        "p_restart": one.restart.map(rounded),
        "p_unstable": one.restart.and(likely),
        "grew": grew::json(one.grew.as_deref()),
    })
}

/// In ten-thousandths.
fn rounded(share: f64) -> f64 {
    (share * 1e4).round() / 1e4
}

/// The text for people.
pub(super) fn text(foreseen: &[Foreseen], columns: usize, view: &View<'_>) -> String {
    if foreseen.is_empty() {
        return NOTHING.to_owned();
    }
    let longest = foreseen.iter().map(|one| width(&standing(one))).max();
    let room = columns.saturating_sub(longest.unwrap_or(0) + 4).max(8);
    let names: Vec<String> = foreseen
        .iter()
        .map(|one| cut(&name(one), room.min(NAME), "…"))
        .collect();
    let widest = names.iter().map(|name| width(name)).max().unwrap_or(0);
    let mut lines: Vec<String> = Vec::new();
    let mut before: Option<&Foreseen> = None;
    let mut before_basis = Basis::default();
    for (one, name) in foreseen.iter().zip(&names) {
        let same = before.is_some_and(|before| before.node == one.node && before.what == one.what);
        before = Some(one);
        let space = " ".repeat(widest.saturating_sub(width(name)));
        let mut lead = format!("{name}{space}  {}", standing(one));
        let picture = picture(&one.past, one.threshold);
        let with = 2 + width(&lead) + 2 + width(&picture);
        if !picture.is_empty() && with <= columns {
            lead = format!("{lead}  {picture}");
        }
        let grew = one.grew.as_deref().and_then(|grew| grew::words(grew, view));
        let grew = grew.as_deref().unwrap_or_default();
        let symbol = painted(role(one), &role(one).symbol().to_string());
        // Two horizons of which nothing is known are told once.
        if same && one.is_learning() && one.basis == before_basis {
            continue;
        }
        before_basis = one.basis;
        // What is told of the same thing again needs no second line for it.
        if same && role(one) == Role::Ok {
            lines.extend(beneath(&words(one), columns));
        } else if with.max(44) + 2 + BESIDE <= columns {
            let start = with.max(44) + 2;
            let mut parts = wrapped(&words(one), columns - start).into_iter();
            let space = " ".repeat(start.saturating_sub(2 + width(&lead)));
            let first = parts.next().unwrap_or_default();
            lines.push(format!("{symbol} {lead}{space}{first}"));
            let indent = " ".repeat(start);
            let grew = wrapped(grew, columns - start);
            lines.extend(parts.chain(grew).map(|part| format!("{indent}{part}")));
        } else {
            lines.push(format!("{symbol} {lead}"));
            let words = words(one);
            // The picture stands with the words where its line has no room.
            let words = match picture.as_str() {
                "" => words,
                picture if with > columns => format!("{picture} {words}"),
                _ => words,
            };
            lines.extend(beneath(&words, columns));
            lines.extend(beneath(grew, columns));
        }
    }
    lines.push(String::new());
    lines.extend(wrapped(&sum(foreseen), columns.max(8)));
    lines.join("\n") + "\n"
}

fn beneath(words: &str, columns: usize) -> Vec<String> {
    let parts = wrapped(words, columns.saturating_sub(INDENT.len()).max(8));
    parts.iter().map(|part| format!("{INDENT}{part}")).collect()
}

fn role(one: &Foreseen) -> Role {
    if one.is_over() {
        Role::Critical
    } else if one.will_cross {
        Role::Warning
    } else if one.is_learning() {
        Role::Stale
    } else {
        Role::Ok
    }
}

fn name(one: &Foreseen) -> String {
    let what = match &one.what {
        What::Disk(mount) => mount.as_str(),
        What::Memory => "memory",
        What::Service(check) => check.strip_prefix("service:").unwrap_or(check),
    };
    clean(&format!("{} {what}", one.node))
}

fn standing(one: &Foreseen) -> String {
    let now = one.now.unwrap_or(0.0);
    if matches!(one.what, What::Service(_)) {
        let now = usize::try_from(whole(now)).unwrap_or(0);
        return format!("{} in 24 h", count(now, "restart"));
    }
    // Whole percent, never one that is not reached yet.
    format!("{:>3}% of {}%", now.floor(), one.threshold)
}

/// What is foreseen and what it rests on, in words.
fn words(one: &Foreseen) -> String {
    let share = |share: f64| format!("{} %", (share * 100.0).round());
    let told = match (one.probability, one.restart) {
        _ if one.is_over() => "at its limit already".to_owned(),
        (Some(unstable), Some(restart)) => {
            let (restart, unstable) = (share(restart), share(unstable));
            format!("restarts in 1 day: {restart}, three times: {unstable}")
        }
        (None, _) if one.basis.age_s > real(one.horizon_s) => {
            return format!("no sample for {}", span(one.basis.age_s));
        }
        (None, _) => return format!("learning: {}", basis(one)),
        (Some(likely), None) if one.will_cross => {
            let when = one.eta_s.map(span).unwrap_or_default();
            let range = one.range_s.map(range).unwrap_or_default();
            // Of memory two horizons are told, one beneath the other.
            let within = match one.what {
                What::Memory => format!(" within {}", ahead(one.horizon_s)),
                _ => String::new(),
            };
            format!("full in {when}{range}, {}{within}", share(likely))
        }
        (Some(likely), None) => format!("not in {} ({})", ahead(one.horizon_s), share(likely)),
    };
    format!("{told}; from {}", basis(one))
}

/// What it rests on and what grew, in words: for what is kept.
pub(super) fn kept(one: &Foreseen) -> String {
    match one.grew.as_deref() {
        Some(grew @ [_, ..]) => format!("{}; {}", basis(one), grew::list(grew, None)),
        _ => basis(one),
    }
}

/// What an alert says of it, after where and what.
pub(super) fn warning(one: &Foreseen) -> String {
    let share = |share: f64| format!("{} %", (share * 100.0).round());
    let sure = one.probability.map(share).unwrap_or_default();
    if matches!(one.what, What::Service(_)) {
        let restarts = whole(one.now.unwrap_or(0.0));
        let restarts = count(usize::try_from(restarts).unwrap_or(0), "restart");
        return format!("unstable within a day, {sure} sure; {restarts} in the last 24 h");
    }
    let now = one.now.unwrap_or(0.0).floor();
    let limit = one.threshold;
    // What is not said any more, and not taken back either.
    if !one.will_cross {
        let within = ahead(one.horizon_s);
        return format!("may reach {limit}% within {within}, {sure} sure; now {now}%");
    }
    let when = one.eta_s.map(span).unwrap_or_default();
    let range = one.range_s.map(range).unwrap_or_default();
    format!("reaches {limit}% in {when}{range}, {sure} sure; now {now}%")
}

/// What it rests on, in words.
fn basis(one: &Foreseen) -> String {
    let noun = match one.what {
        What::Service(_) => "restart",
        _ => "sample",
    };
    let samples = count(one.basis.samples, noun);
    format!("{samples}, {}", span(one.basis.span_s))
}

fn ahead(horizon_s: i64) -> String {
    let (number, noun) = if horizon_s >= DAY {
        (horizon_s / DAY, "day")
    } else {
        (horizon_s / 3_600, "hour")
    };
    count(usize::try_from(number).unwrap_or(0), noun)
}

/// A number and its unit, such as `4 d`.
fn parts(seconds: f64) -> (f64, &'static str) {
    if seconds < 5_400.0 {
        ((seconds / 60.0).round(), "min")
    } else if seconds < 2.0 * real(DAY) {
        ((seconds / 3_600.0).round(), "h")
    } else {
        ((seconds / real(DAY)).round(), "d")
    }
}

fn span(seconds: f64) -> String {
    let (number, unit) = parts(seconds);
    format!("{number} {unit}")
}

fn range((early, late): (f64, f64)) -> String {
    let ((from, unit), (to, other)) = (parts(early), parts(late));
    if unit == other && (from - to).abs() < 0.5 {
        String::new()
    } else if unit == other {
        format!(" ({from} to {to} {unit})")
    } else {
        format!(" ({from} {unit} to {to} {other})")
    }
}

/// The past as a row of blocks: the lowest is the least that was, the highest
/// the limit or what was above it; a calm past is level.
fn picture(past: &[f64], threshold: f64) -> String {
    const BLOCKS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
    let least = past.iter().copied().fold(f64::INFINITY, f64::min);
    let most = past.iter().copied().fold(threshold, f64::max);
    let height = (most - least).max(1.0);
    let blocks = past.iter().map(|value| {
        let step = usize::try_from(whole((value - least) / height * 7.0)).unwrap_or(0);
        BLOCKS.get(step).copied().unwrap_or('█')
    });
    blocks.collect()
}

fn sum(foreseen: &[Foreseen]) -> String {
    let said = foreseen.iter().filter(|one| one.will_cross).count();
    let learning = foreseen.iter().filter(|one| one.is_learning()).count();
    match said {
        0 if learning == foreseen.len() => "too little is known yet".to_owned(),
        0 => "nothing is foreseen to reach its limit".to_owned(),
        said => format!("{said} of {} foreseen to be reached", foreseen.len()),
    }
}

/// How right it was, as the one JSON value.
pub(super) fn score_json(records: &[Record], open: usize, now: Timestamp) -> String {
    let records: Vec<Value> = records
        .iter()
        .map(|one| {
            json!({
                "what": one.what,
                "judged": one.judged,
                "right": one.right,
                "hit_rate": rounded(one.hit_rate),
                "false_alarms": one.false_alarms,
                "missed": one.missed,
                "false_alarms_per_week": (one.false_alarms_per_week * 1e3).round() / 1e3,
                "lead_s": one.lead_s,
                "brier": rounded(one.brier),
            })
        })
        .collect();
    json!({ "schema": 1, "at": now, "open": open, "score": records }).to_string() + "\n"
}

/// How right it was, for people.
pub(super) fn score(records: &[Record], open: usize, columns: usize) -> String {
    let mut lines = Vec::new();
    if records.is_empty() {
        lines.push("nothing judged yet".to_owned());
    }
    for one in records {
        let right = (one.hit_rate * 100.0).round();
        lines.push(format!(
            "{:<7}  {right:>3} % right of {}",
            one.what,
            count(one.judged, "forecast")
        ));
        let lead = one
            .lead_s
            .map(|lead| format!(", {} ahead", span(real(lead))));
        let text = format!(
            "{} missed{}, {:.2} false alarms a week, Brier {:.3}",
            one.missed,
            lead.unwrap_or_default(),
            one.false_alarms_per_week,
            one.brier
        );
        lines.extend(beneath(&text, columns));
    }
    if open > 0 {
        lines.push(format!("{} not judged yet", count(open, "forecast")));
    }
    lines.join("\n") + "\n"
}

#[cfg(test)]
#[path = "show_tests.rs"]
mod tests;
