//! What is asked of the series that are known, what is kept of the answers,
//! and what came of those whose time has come. Pure.

use crate::model::forecast::service::{self, Outlook};
use crate::model::forecast::{self, Basis, Kind, Question};
use crate::model::history::{Forecast, Grown, Outcome};
use crate::model::time::Timestamp;

/// How far is looked ahead for a disk, in seconds.
pub const WEEK: i64 = 7 * DAY;
/// How far for a service.
pub const DAY: i64 = 86_400;
/// How far for memory.
pub const AHEAD: [i64; 2] = [HOUR, 6 * HOUR];
/// So many restarts within a day are too many.
pub const UNSTABLE: u32 = 3;

const HOUR: i64 = 3_600;
/// Seconds within which the same is not kept again.
const AGAIN: i64 = 600;
/// A mount that its node has not told of for so long is gone.
const GONE: i64 = DAY;
/// Parts of a horizon, and in how many of them somebody must have looked.
const PARTS: i64 = 12;
const LOOKED: usize = 9;

/// What a series or its restarts are of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum What {
    /// A file system, by its mount.
    Disk(String),
    /// Used memory.
    Memory,
    /// A target that restarted: `service:web`, `sshd` …
    Service(String),
}

impl What {
    /// Its word in JSON and in the history.
    #[must_use]
    pub fn word(&self) -> &'static str {
        match self {
            Self::Disk(_) => "disk",
            Self::Memory => "memory",
            Self::Service(_) => "service",
        }
    }

    /// Which one of its kind; empty where there is only one.
    #[must_use]
    pub fn subject(&self) -> &str {
        match self {
            Self::Disk(mount) => mount,
            Self::Memory => "",
            Self::Service(check) => check,
        }
    }

    /// What a forecast that was kept is of; `None` of a newer build's.
    #[must_use]
    pub fn of(forecast: &Forecast) -> Option<Self> {
        match forecast.kind.as_str() {
            "disk" => Some(Self::Disk(forecast.subject.clone())),
            "memory" => Some(Self::Memory),
            "service" => Some(Self::Service(forecast.subject.clone())),
            _ => None,
        }
    }
}

/// What is known of one thing.
#[derive(Debug, Clone, PartialEq)]
pub struct Known {
    /// The node.
    pub node: String,
    /// What it is.
    pub what: What,
    /// The limit, percent in use; of a service restarts.
    pub threshold: f64,
    /// Used percent, oldest first; of a service each restart.
    pub points: Vec<(i64, f64)>,
    /// The first and the last sample of the node.
    pub reach: (i64, i64),
    /// Of a disk of this machine: what grew, as far as that is known.
    pub grew: Option<Vec<Grown>>,
}

/// What is foreseen of one thing within one horizon.
#[derive(Debug, Clone, PartialEq)]
pub struct Foreseen {
    /// The node.
    pub node: String,
    /// What it is.
    pub what: What,
    /// The limit.
    pub threshold: f64,
    /// How far is looked ahead, in seconds.
    pub horizon_s: i64,
    /// The last value; of a service the restarts of the last day.
    pub now: Option<f64>,
    /// How likely the limit is reached; `None`: too little to go by.
    pub probability: Option<f64>,
    /// Whether to say that it is reached.
    pub will_cross: bool,
    /// When, in seconds from now.
    pub eta_s: Option<f64>,
    /// Between which times, with 80 % certainty.
    pub range_s: Option<(f64, f64)>,
    /// What it rests on.
    pub basis: Basis,
    /// Of a service: that it restarts at all.
    pub restart: Option<f64>,
    /// The values of the last week, or day, for a picture.
    pub past: Vec<f64>,
    /// Of a disk of this machine: the folders that grew, none where nothing is
    /// known of that; `None` of what has no folders here.
    pub grew: Option<Vec<Grown>>,
}

impl Foreseen {
    /// Whether there is too little to go by.
    #[must_use]
    pub fn is_learning(&self) -> bool {
        self.probability.is_none()
    }

    /// Whether the limit is reached already.
    #[must_use]
    pub fn is_over(&self) -> bool {
        self.will_cross && self.eta_s == Some(0.0)
    }
}

/// What is foreseen of each; nothing of a mount that is gone from its node.
#[must_use]
pub fn foresee(known: &[Known], now: Timestamp) -> Vec<Foreseen> {
    let mut all = Vec::new();
    for one in known {
        match &one.what {
            What::Disk(_) => {
                let last = one.points.last().map(|(at, _)| *at);
                if last.is_some_and(|last| one.reach.1.saturating_sub(last) <= GONE) {
                    all.push(of_series(one, Kind::Disk, WEEK, now));
                }
            }
            What::Memory if one.points.is_empty() => {}
            What::Memory => {
                let each = AHEAD.map(|horizon| of_series(one, Kind::Memory, horizon, now));
                all.extend(each);
            }
            What::Service(_) => all.push(of_service(one, now)),
        }
    }
    all
}

fn of_series(known: &Known, kind: Kind, horizon_s: i64, now: Timestamp) -> Foreseen {
    let points = known.points.iter().map(|(at, value)| (real(*at), *value));
    let points: Vec<(f64, f64)> = points.collect();
    let told = forecast::forecast(&Question {
        kind,
        threshold: known.threshold,
        horizon_s: real(horizon_s),
        now: real(now.0),
        points: &points,
    });
    // What was seen longer ago than is looked ahead says nothing of then.
    let stale = told.basis.age_s > real(horizon_s);
    let shown = match kind {
        Kind::Disk => WEEK,
        Kind::Memory => DAY,
    };
    Foreseen {
        node: known.node.clone(),
        what: known.what.clone(),
        threshold: known.threshold,
        horizon_s,
        now: told.basis.current,
        probability: told.probability.filter(|_| !stale),
        will_cross: told.will_cross && !stale,
        eta_s: told.eta_s.filter(|_| !stale),
        range_s: told.range_s.filter(|_| told.will_cross && !stale),
        basis: told.basis,
        restart: None,
        past: past(&known.points, now.0.saturating_sub(shown), now.0),
        grew: known.grew.clone(),
    }
}

fn of_service(known: &Known, now: Timestamp) -> Foreseen {
    let restarts: Vec<f64> = known.points.iter().map(|(at, _)| real(*at)).collect();
    let outlook: Outlook = service::outlook(&service::History {
        now: real(now.0),
        observed_from: real(known.reach.0),
        restarts: &restarts,
    });
    let today = now.0.saturating_sub(DAY)..=now.0;
    let lately = known.points.iter().filter(|(at, _)| today.contains(at));
    let last = restarts.last().map_or(0.0, |last| real(now.0) - last);
    Foreseen {
        node: known.node.clone(),
        what: known.what.clone(),
        threshold: known.threshold,
        horizon_s: DAY,
        now: Some(lately.fold(0.0, |count, _| count + 1.0)),
        probability: Some(outlook.unstable),
        will_cross: outlook.is_unstable(),
        eta_s: None,
        range_s: None,
        basis: Basis {
            samples: outlook.restarts,
            span_s: outlook.span_s,
            age_s: last,
            ..Basis::default()
        },
        restart: Some(outlook.restart),
        past: Vec::new(),
        grew: None,
    }
}

/// Columns of a picture.
const PICTURE: i64 = 14;

/// The mean of each part of `[since, until]`; a part without samples is as the
/// one before it.
fn past(points: &[(i64, f64)], since: i64, until: i64) -> Vec<f64> {
    let length = until.saturating_sub(since);
    let edge = |part: i64| since.saturating_add(length.saturating_mul(part) / PICTURE);
    let mut values: Vec<f64> = Vec::new();
    for part in 0..PICTURE {
        let (from, to) = (edge(part), edge(part + 1));
        let within = points.iter().filter(|(at, _)| (from..to).contains(at));
        let (sum, count) = within.fold((0.0, 0.0), |(sum, count), (_, value)| {
            (sum + value, count + 1.0)
        });
        if count > 0.0 {
            values.push(sum / count);
        } else if let Some(last) = values.last() {
            values.push(*last);
        }
    }
    values
}

/// What is kept of `foreseen`: nothing where there is too little to go by,
/// where the limit is reached already, which is no forecast, or where the same
/// was said a moment ago.
#[must_use]
pub fn to_keep(foreseen: &[Foreseen], lately: &[Forecast], now: Timestamp) -> Vec<Forecast> {
    let said = |one: &Foreseen| {
        lately.iter().any(|before| {
            before.made <= now.0
                && now.0.saturating_sub(before.made) < AGAIN
                && before.node == one.node
                && before.kind == one.what.word()
                && before.subject == one.what.subject()
                && before.horizon_s == one.horizon_s
        })
    };
    let kept = foreseen
        .iter()
        .filter(|one| !one.is_learning() && !one.is_over() && !said(one));
    let kept = kept.map(|one| Forecast {
        made: now.0,
        node: one.node.clone(),
        kind: one.what.word().to_owned(),
        subject: one.what.subject().to_owned(),
        horizon_s: one.horizon_s,
        threshold: Some(one.threshold),
        probability: one.probability,
        will_cross: Some(one.will_cross),
        eta_s: [
            one.range_s.map(|(early, _)| whole(early)),
            one.eta_s.map(whole),
            one.range_s.map(|(_, late)| whole(late)),
        ],
        method: match one.what {
            What::Service(_) => "restarts".to_owned(),
            _ => "paths and trees".to_owned(),
        },
        basis: super::show::kept(one),
        ..Forecast::default()
    });
    kept.collect()
}

/// What came of a forecast whose time has come; `None` where too little was
/// seen of that time. `seen`: the worst used percent of each look, or of a
/// service how many restarts there were by each look, oldest first.
#[must_use]
pub fn outcome(forecast: &Forecast, seen: &[(i64, f64)], now: Timestamp) -> Option<Outcome> {
    let threshold = forecast.threshold?;
    let due = forecast.made.saturating_add(forecast.horizon_s);
    let within = |at: i64| forecast.made <= at && at < due;
    let counted = forecast.kind == "service";
    let seen = seen.iter().filter(|(at, _)| within(*at));
    let mut sum = 0.0;
    let reached = seen.clone().find(|(_, value)| {
        sum = if counted { sum + value } else { *value };
        sum >= threshold
    });
    let length = forecast.horizon_s.max(1);
    let mut parts: Vec<i64> = seen
        .map(|(at, _)| at.saturating_sub(forecast.made).saturating_mul(PARTS) / length)
        .collect();
    parts.dedup();
    (reached.is_some() || parts.len() >= LOOKED).then_some(Outcome {
        scored: now.0,
        crossed: reached.is_some(),
        crossed_at: reached.map(|(at, _)| *at),
    })
}

/// Seconds as a number.
#[expect(clippy::cast_precision_loss, reason = "seconds are far below 2^52")]
pub(super) fn real(seconds: i64) -> f64 {
    seconds as f64
}

/// A number as whole seconds.
#[expect(
    clippy::cast_possible_truncation,
    reason = "a cast saturates, as is meant"
)]
pub(super) fn whole(seconds: f64) -> i64 {
    seconds.round() as i64
}

#[cfg(test)]
#[path = "decide_tests.rs"]
mod tests;
