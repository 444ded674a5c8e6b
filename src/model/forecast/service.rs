//! Will a service restart within a day, and will it three times?
//!
//! Four closed forms, each blind in another way, are averaged as log odds with
//! fitted weights (`super::tables::service`):
//! - a count with an uncertain rate is negative binomial (gamma-Poisson), with
//!   the rate of the last day and with that of the last week;
//! - of the past gaps that lasted as long as this one, the share that ended
//!   within a day more (the empirical hazard);
//! - the share of past days with restarts.

use super::num::{logistic, logit, median, real, tail, whole};
use super::tables::service as table;

const DAY: f64 = 86_400.0;

/// So many restarts within an hour are a crash loop…
const LOOPS: usize = 5;
/// …of which so many restart within a day, and so many three times: of 46
/// recorded and generated histories with five restarts in their last day 40 and
/// 29 did.
const LOOP: (f64, f64) = (0.87, 0.63);

/// How many past days are counted, and how many gaps.
const DAYS: usize = 60;
const GAPS: usize = 200;

/// The restarts of a service.
#[derive(Debug, Clone, Copy)]
pub struct History<'a> {
    /// Unix seconds.
    pub now: f64,
    /// Since when restarts would have been seen, unix seconds.
    pub observed_from: f64,
    /// When it restarted, unix seconds, in any order.
    pub restarts: &'a [f64],
}

/// The next day of a service.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Outlook {
    /// That it restarts at least once, 0 to 1.
    pub restart: f64,
    /// That it does at least three times, 0 to 1; never more likely.
    pub unstable: f64,
    /// Restarts that this rests on.
    pub restarts: usize,
    /// How long it has been observed, in seconds.
    pub span_s: f64,
}

impl Outlook {
    /// Whether a restart is more likely than none.
    #[must_use]
    pub fn will_restart(&self) -> bool {
        self.restart >= 0.5
    }

    /// Whether three restarts are more likely than fewer.
    #[must_use]
    pub fn is_unstable(&self) -> bool {
        self.unstable >= 0.5
    }
}

/// How likely a service restarts within the next day.
#[must_use]
pub fn outlook(history: &History<'_>) -> Outlook {
    let (features, restarts, span_s) = features(history);
    let odds = |weights: &[f64], base: f64| {
        let terms = features
            .iter()
            .zip(weights)
            .map(|((_, value), weight)| value * weight);
        logistic(base + terms.sum::<f64>())
    };
    let restart = odds(&table::RESTART, table::RESTART_BASE);
    let unstable = odds(&table::UNSTABLE, table::UNSTABLE_BASE);
    // The forms know days; what dies again and again within the hour is a crash
    // loop, which of recorded ones seldom is over by itself.
    let (restart, unstable) = if loops(history) {
        (restart.max(LOOP.0), unstable.max(LOOP.1))
    } else {
        (restart, unstable)
    };
    Outlook {
        restart,
        unstable: unstable.min(restart),
        restarts,
        span_s,
    }
}

/// Whether it restarts again and again now.
fn loops(history: &History<'_>) -> bool {
    let lately = |at: &&f64| (0.0..3_600.0).contains(&(history.now - **at));
    history.restarts.iter().filter(lately).count() >= LOOPS
}

/// What the weights are for, with the count of restarts and the time observed.
#[must_use]
pub fn features(history: &History<'_>) -> (Vec<(&'static str, f64)>, usize, f64) {
    let now = if history.now.is_finite() {
        history.now
    } else {
        0.0
    };
    let past = history.restarts.iter().copied();
    let mut times: Vec<f64> = past
        .filter(|time| time.is_finite() && *time <= now)
        .collect();
    times.sort_by(f64::total_cmp);
    let from = if history.observed_from.is_finite() {
        history.observed_from
    } else {
        now
    };
    let first = times.first().copied().unwrap_or(from);
    let span = (now - from.min(first)).max(3600.0);
    let ages: Vec<f64> = times.iter().map(|time| now - time).collect();
    let (day, week) = (
        negative_binomial(&ages, span, 1.0),
        negative_binomial(&ages, span, 7.0),
    );
    let gaps: Vec<f64> = times
        .iter()
        .zip(times.iter().skip(1))
        .map(|(a, b)| (b - a).max(1.0))
        .collect();
    let gaps = if gaps.is_empty() {
        vec![span / real(times.len().max(1))]
    } else {
        tail(&gaps, GAPS).to_vec()
    };
    let since = ages.last().copied().unwrap_or(span);
    let hazard = hazard(&gaps, since);
    let days = days(&ages, span);
    let mean =
        |pick: fn((f64, f64)) -> f64| (pick(day) + pick(week) + pick(hazard) + pick(days)) / 4.0;
    let (restart, unstable) = (mean(|form| form.0), mean(|form| form.1));
    let features = vec![
        ("restart", logit(restart)),
        ("unstable", logit(unstable)),
        ("restart_day", logit(day.0)),
        ("restart_week", logit(week.0)),
        ("restart_hazard", logit(hazard.0)),
        ("restart_days", logit(days.0)),
        ("unstable_day", logit(day.1)),
        ("unstable_week", logit(week.1)),
        ("unstable_days", logit(days.1)),
        ("since", ((since + 60.0) / DAY).ln()),
        ("overdue", ((since + 60.0) / (median(&gaps) + 60.0)).ln()),
        ("span", (span / DAY).ln()),
    ];
    (features, times.len(), span)
}

/// At least one and at least three within a day, when the rate is known from
/// restarts that weigh half after `half_life` days, and before any was seen is
/// 0.15 in half a day (a gamma distribution).
fn negative_binomial(ages: &[f64], span: f64, half_life: f64) -> (f64, f64) {
    let decay = std::f64::consts::LN_2 / (half_life * DAY);
    let shape = ages.iter().map(|age| (-decay * age).exp()).sum::<f64>() + 0.15;
    let rate = (1.0 - (-decay * span).exp()) / decay / DAY + 0.5;
    let stay = rate / (rate + 1.0);
    let none = stay.powf(shape);
    let one = none * shape * (1.0 - stay);
    let two = one * (shape + 1.0) / 2.0 * (1.0 - stay);
    (1.0 - none, (1.0 - none - one - two).max(0.0))
}

/// Of the gaps longer than `since`, those that ended within a day more; recent
/// ones weigh more. Three in a day take two short gaps after that.
fn hazard(gaps: &[f64], since: f64) -> (f64, f64) {
    let (mut longer, mut ended, mut within, mut short) = (1.0, 0.3, 0, 0);
    for (back, &gap) in gaps.iter().rev().enumerate() {
        let weight = (-real(back) / 20.0).exp2();
        if gap > since {
            longer += weight;
            if gap <= since + DAY {
                ended += weight;
            }
        }
        if gap <= DAY {
            within += 1;
            short += usize::from(gap <= DAY / 2.5);
        }
    }
    let once = ended / longer;
    let again = real(short) / real(within.max(1));
    (once, once * again * again)
}

/// The share of past days (counted back from now) with one and with three
/// restarts, a week ago weighing half.
fn days(ages: &[f64], span: f64) -> (f64, f64) {
    let count = whole(span / DAY).clamp(1, DAYS);
    let mut restarts = vec![0_usize; count];
    for age in ages {
        if let Some(day) = restarts.get_mut(whole(age / DAY)) {
            *day += 1;
        }
    }
    let (mut all, mut one, mut three) = (0.6, 0.15, 0.04);
    for (back, &restarts) in restarts.iter().enumerate() {
        let weight = (-real(back) / 7.0).exp2();
        all += weight;
        one += if restarts >= 1 { weight } else { 0.0 };
        three += if restarts >= 3 { weight } else { 0.0 };
    }
    (one / all, three / all)
}
