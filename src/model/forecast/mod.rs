//! Will a percentage reach a threshold within a horizon, and when? Will a
//! service restart?
//!
//! Straight lines fail at this: what fills disks and memory comes in teeth,
//! steps, bursts and peaks. So a series is put on a grid that ends now
//! (`grid`), in units of the horizon, so that days of a disk and minutes of
//! memory are one question. Its own past is asked in several ways what it may do
//! next: paths of past increments and of past levels (`paths`), what came
//! after moments like this one (`analogs`), the current regime (`regime`),
//! its envelope and its falls (`shape`). Small tables of trees (`trees`),
//! fitted to series whose future is known, then say how far each of those is to
//! be believed, as a probability and as a time. Some of these series are set up
//! so that half cross, some are disks as they are watched, where few do.
//!
//! All of it is pure: the random numbers of the paths start from the series
//! itself, so the same question has the same answer, whoever asks and whenever
//! the clock is set to.

mod analogs;
mod features;
mod grid;
mod num;
mod paths;
mod regime;
mod rush;
pub mod score;
pub mod service;
mod shape;
mod tables;
#[cfg(test)]
mod tests;
mod trees;

use features::{Asked, Features};
use grid::Grid;
use num::{logistic, whole};
use trees::Forest;

/// Fewer samples say nothing yet.
pub const LEAST_SAMPLES: usize = 8;

/// A shorter history says nothing yet, in seconds.
pub const LEAST_SPAN_S: f64 = 7200.0;

/// What is forecast: that says how fast it moves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A file system: looked at in hours, and by the time of day.
    Disk,
    /// Memory: looked at in spans of five minutes.
    Memory,
}

impl Kind {
    /// The least chance with which it is said that the threshold is reached.
    ///
    /// A disk that fills up unannounced costs more than a look in vain, about
    /// three to two, so a disk is told of at two to three. Memory is looked at
    /// for the next hours only: what is likelier is said.
    #[must_use]
    pub fn told_from(self) -> f64 {
        match self {
            Self::Disk => 0.4,
            Self::Memory => 0.5,
        }
    }
}

/// A series, and what is asked of it.
#[derive(Debug, Clone, Copy)]
pub struct Question<'a> {
    /// What it is.
    pub kind: Kind,
    /// Percent; reaching it counts.
    pub threshold: f64,
    /// How far is looked ahead, in seconds, more than 0.
    pub horizon_s: f64,
    /// Unix seconds.
    pub now: f64,
    /// Unix seconds and percent, in any order. What is no time up to now or no
    /// percentage is left out.
    pub points: &'a [(f64, f64)],
}

/// What is foreseen.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Forecast {
    /// Whether to say that the threshold is reached in the horizon: its chance
    /// is [`Kind::told_from`] or more. True where it already is.
    pub will_cross: bool,
    /// How likely that is, 0 to 1; `None` while there is too little to go by.
    pub probability: Option<f64>,
    /// When it is reached, in seconds from now; given where it will be.
    pub eta_s: Option<f64>,
    /// Between which times with 80 % certainty, if it is reached at all.
    pub range_s: Option<(f64, f64)>,
    /// What this rests on.
    pub basis: Basis,
}

impl Forecast {
    /// Whether there is too little to go by yet.
    #[must_use]
    pub fn is_learning(&self) -> bool {
        self.probability.is_none()
    }
}

/// What a forecast rests on.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Basis {
    /// Samples that could be used.
    pub samples: usize,
    /// Seconds from the first to the last of them.
    pub span_s: f64,
    /// Seconds since the last of them.
    pub age_s: f64,
    /// The last value, percent.
    pub current: Option<f64>,
    /// How long ago the current regime (the last straight piece) began, in
    /// seconds.
    pub regime_s: Option<f64>,
}

/// What is foreseen of a series.
#[must_use]
pub fn forecast(question: &Question<'_>) -> Forecast {
    let points = grid::sound(question.points, question.now);
    let (basis, known) = (basis(&points, question.now), known(question, &points));
    let over = basis
        .current
        .is_some_and(|current| current >= question.threshold);
    let Some(features) = known else {
        return Forecast {
            will_cross: over,
            probability: None,
            eta_s: over.then_some(0.0),
            range_s: None,
            basis,
        };
    };
    let basis = Basis {
        regime_s: Some(features.regime * question.horizon_s),
        ..basis
    };
    if over {
        return Forecast {
            will_cross: true,
            probability: Some(0.99),
            eta_s: Some(0.0),
            range_s: Some((0.0, 0.0)),
            basis,
        };
    }
    let values = features.row();
    let odds = tables::CROSS.value(&values);
    if let Some(rush) = rush::rush(&points, question.now, question.threshold)
        .filter(|rush| rush.eta_s <= question.horizon_s)
    {
        return Forecast {
            will_cross: true,
            probability: Some(logistic(odds).max(rush::LIKELY)),
            eta_s: Some(rush.eta_s),
            range_s: Some(rush.range_s()),
            basis,
        };
    }
    let probability = logistic(odds);
    let will_cross = probability >= question.kind.told_from();
    let time = |forest: &Forest| (features.guess.ln() + forest.value(&values)).exp();
    let eta = time(&tables::WHEN).clamp(1e-4, 1.0);
    let (early, late) = (
        time(&tables::EARLY).min(eta),
        time(&tables::LATE).clamp(eta, 1.0),
    );
    let seconds = |share: f64| share * question.horizon_s;
    Forecast {
        will_cross,
        probability: Some(probability),
        eta_s: will_cross.then(|| seconds(eta)),
        range_s: Some((seconds(early), seconds(late))),
        basis,
    }
}

/// The numbers that the tables were fitted to, by name; `None` while there is
/// too little to go by.
#[must_use]
pub fn features(question: &Question<'_>) -> Option<Vec<(&'static str, f64)>> {
    let points = grid::sound(question.points, question.now);
    let features = known(question, &points)?;
    let mut values = features.values;
    values.push(("guess", features.guess.ln()));
    Some(values)
}

fn basis(points: &[(f64, f64)], now: f64) -> Basis {
    match (points.first(), points.last()) {
        (Some((first, _)), Some((last, current))) => Basis {
            samples: points.len(),
            span_s: last - first,
            age_s: now - last,
            current: Some(*current),
            regime_s: None,
        },
        _ => Basis::default(),
    }
}

/// The features of sound samples, if they say enough.
fn known(question: &Question<'_>, points: &[(f64, f64)]) -> Option<Features> {
    let &Question {
        kind,
        threshold,
        horizon_s,
        now,
        ..
    } = question;
    let basis = basis(points, now);
    let current = basis.current?;
    let enough = basis.samples >= LEAST_SAMPLES && basis.span_s >= LEAST_SPAN_S;
    let sound = threshold.is_finite() && horizon_s.is_finite() && horizon_s >= 1.0;
    if !enough || !sound {
        return None;
    }
    let (usual, parts) = match kind {
        Kind::Disk => (3600.0_f64, 6.0),
        Kind::Memory => (300.0, 5.0),
    };
    let step = usual.max(horizon_s / 720.0).min(horizon_s / 4.0);
    let grid = Grid::of(points, now, (step, horizon_s), grid::KEPT);
    let fine = Grid::of(points, now, (step / parts, horizon_s), whole(24.0 * parts));
    // All in the far past, or at one time.
    if grid.len() < 4 {
        return None;
    }
    let is_hourly = kind == Kind::Disk && (step - 3600.0).abs() < 1.0;
    let asked = Asked {
        grid: &grid,
        fine: &fine,
        current,
        threshold,
        day: is_hourly.then_some(24),
        seed: grid.seed(threshold),
    };
    Some(features::features(&asked))
}
