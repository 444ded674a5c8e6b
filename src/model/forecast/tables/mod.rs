//! What was fitted.
//! Written by `tests/bench/forecast_fit.py`; not by hand.

#![allow(
    clippy::approx_constant,
    clippy::excessive_precision,
    clippy::unreadable_literal,
    reason = "for a program to read"
)]

use super::trees::Forest;

mod cross_0;
mod cross_1;
mod cross_2;
mod early_0;
mod late_0;
pub(super) mod service;
mod when_0;

/// Log odds that the threshold is reached.
pub(super) static CROSS: Forest = Forest {
    base: -0.4863,
    depth: 5,
    parts: &[cross_0::TREES, cross_1::TREES, cross_2::TREES],
};

/// When, in powers of e of the first guess.
pub(super) static WHEN: Forest = Forest {
    base: -0.06169,
    depth: 3,
    parts: &[when_0::TREES],
};

/// The same, too early for nine of ten.
pub(super) static EARLY: Forest = Forest {
    base: -0.06169,
    depth: 2,
    parts: &[early_0::TREES],
};

/// The same, too late for nine of ten.
pub(super) static LATE: Forest = Forest {
    base: -0.06169,
    depth: 2,
    parts: &[late_0::TREES],
};

/// The features that they ask for, in their order.
#[cfg(test)]
pub(super) const NAMES: &[&str] = &[
    "slope_0.04",
    "spread_0.04",
    "slope_0.14",
    "spread_0.14",
    "slope_0.43",
    "spread_0.43",
    "slope_1",
    "spread_1",
    "slope_2",
    "spread_2",
    "slope_4",
    "spread_4",
    "slope_12",
    "spread_12",
    "peak_0.14",
    "peak_1",
    "peak_4",
    "peak_24",
    "low_1",
    "low_4",
    "regime_slope",
    "regime_spread",
    "regime_age",
    "regime_ahead",
    "regime_turn",
    "fine_slope",
    "fine_sure",
    "fine_age",
    "fine_leak",
    "eta_regime",
    "eta_fine",
    "paths_main",
    "eta_main",
    "paths_long",
    "eta_long",
    "paths_new",
    "eta_new",
    "paths_near",
    "eta_near",
    "paths_wide",
    "eta_wide",
    "eta_early",
    "eta_late",
    "drift_main",
    "drift_near",
    "bins",
    "rose_0.7",
    "rose_3",
    "eta_rose",
    "alike",
    "eta_alike",
    "alike_wide",
    "rise_50",
    "rise_90",
    "phase_1",
    "phase_2",
    "phase_best",
    "last_rise",
    "upper_1",
    "lower_1",
    "ahead_1",
    "upper_4",
    "lower_4",
    "ahead_4",
    "falls_rate",
    "falls_due",
    "falls_from",
    "falls_highest",
    "falls_to",
    "falls_slope",
    "falls_next",
    "falls_creep",
    "falls_deepest",
    "up",
    "down",
    "rising",
    "memory",
    "spread",
    "over_mean",
    "straight",
    "above_share",
    "above_rate",
    "above_since",
    "rank",
    "level_90",
    "level_98",
    "jumps",
    "jumps_half",
    "idle",
    "margin",
    "level",
    "span",
    "horizon",
];
/// The features that the weights of a service are for.
#[cfg(test)]
pub(super) const SERVICE_NAMES: &[&str] = &[
    "restart",
    "unstable",
    "restart_day",
    "restart_week",
    "restart_hazard",
    "restart_days",
    "unstable_day",
    "unstable_week",
    "unstable_days",
    "since",
    "overdue",
    "span",
];
