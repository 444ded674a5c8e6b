//! A series in some eighty numbers, the same for every kind: times in horizons,
//! levels in margins (what is missing to the threshold).
//!
//! The tables of trees were fitted to these; `mamori predict features` prints
//! them, and `tests/bench/forecast_fit.py` fits anew. Their order is the one in
//! which they are pushed here.

use fastrand::Rng;

use super::analogs;
use super::grid::Grid;
use super::num::{largest, logit, median, real, smallest, tail};
use super::paths::{self, Outcome, Weights};
use super::regime::{self, line};
use super::shape;

/// The number of paths of each bootstrap.
const PATHS: usize = 240;

/// What is known of a series, and what its bootstraps said.
#[derive(Debug, Clone, Default)]
pub(super) struct Features {
    /// Name and value.
    pub values: Vec<(&'static str, f64)>,
    /// The main bootstrap: recent blocks of this regime.
    pub main: Outcome,
    /// When the current regime began, in horizons ago.
    pub regime: f64,
    /// A guess at the crossing, in horizons from now.
    pub guess: f64,
}

/// Percent over margins, squeezed into -1 to 1.
fn squeezed(value: f64) -> f64 {
    (value / 1.5).tanh()
}

/// A series and its question.
pub(super) struct Asked<'a> {
    pub grid: &'a Grid,
    pub fine: &'a Grid,
    pub current: f64,
    pub threshold: f64,
    pub day: Option<usize>,
    pub seed: u64,
}

/// The features of a series that is below its threshold.
pub(super) fn features(asked: &Asked<'_>) -> Features {
    let grid = asked.grid;
    let margin = (asked.threshold - asked.current).max(0.05);
    let mut features = Features::default();
    let all = grid.recent(f64::INFINITY, 1);
    let begin = regime::begin(all.when, all.mean, 8, 1.6);
    features.regime = -all.when.get(begin).copied().unwrap_or(0.0);
    features.windows(asked, margin);
    features.regime(asked, margin, begin);
    features.outcomes(asked, margin);
    features.past(asked, margin);
    features.shapes(asked, margin);
    for (_, value) in &mut features.values {
        if !value.is_finite() {
            *value = 0.0;
        }
    }
    features
}

impl Features {
    /// The values alone, as the tables take them.
    pub(super) fn row(&self) -> Vec<f32> {
        #[expect(clippy::cast_possible_truncation, reason = "the tables hold as much")]
        let row = self.values.iter().map(|(_, value)| *value as f32);
        row.collect()
    }

    fn push(&mut self, name: &'static str, value: f64) {
        self.values.push((name, value));
    }

    /// Lines through windows, and the highest rise over now in them.
    fn windows(&mut self, asked: &Asked<'_>, margin: f64) {
        const LINES: [(&str, &str, f64); 7] = [
            ("slope_0.04", "spread_0.04", 0.04),
            ("slope_0.14", "spread_0.14", 0.14),
            ("slope_0.43", "spread_0.43", 0.43),
            ("slope_1", "spread_1", 1.0),
            ("slope_2", "spread_2", 2.0),
            ("slope_4", "spread_4", 4.3),
            ("slope_12", "spread_12", 12.0),
        ];
        for (slope, spread, window) in LINES {
            let recent = asked.grid.recent(window, 4);
            let line = line(recent.when, recent.mean);
            self.push(slope, squeezed(line.slope / margin));
            self.push(spread, (line.spread / margin).ln_1p());
        }
        for (name, window) in [
            ("peak_0.14", 0.14),
            ("peak_1", 1.0),
            ("peak_4", 4.3),
            ("peak_24", 24.0),
        ] {
            let recent = asked.grid.recent(window, 1);
            let over = largest(recent.peak) - asked.current;
            self.push(name, (over / margin).max(0.0).ln_1p());
        }
        for (name, window) in [("low_1", 1.0), ("low_4", 4.3)] {
            let recent = asked.grid.recent(window, 1);
            let under = asked.current - smallest(recent.mean);
            self.push(name, (under / margin).max(0.0).ln_1p());
        }
    }

    /// The current regime, on the grid and among the newest samples.
    fn regime(&mut self, asked: &Asked<'_>, margin: f64, begin: usize) {
        let all = asked.grid.recent(f64::INFINITY, 1);
        let length = all.len() - begin.min(all.len());
        let (x, y) = (tail(all.when, length), tail(all.mean, length));
        let whole = line(x, y);
        self.push("regime_slope", squeezed(whole.slope / margin));
        self.push("regime_spread", (whole.spread / margin).ln_1p());
        self.push("regime_age", self.regime.max(1e-3).ln());
        self.push(
            "regime_ahead",
            squeezed((whole.level + whole.slope - asked.current) / margin),
        );
        let half = line(tail(x, length / 2), tail(y, length / 2));
        let turn = squeezed(half.slope / margin) - squeezed(whole.slope / margin);
        self.push("regime_turn", turn);
        let fine = asked.fine.recent(f64::INFINITY, 1);
        let cut = regime::begin(fine.when, fine.mean, 5, 1.5);
        let length = fine.len() - cut;
        let (x, y) = (tail(fine.when, length), tail(fine.mean, length));
        let newest = line(x, y);
        let middle = x.iter().sum::<f64>() / real(length.max(1));
        let square: f64 = x.iter().map(|x| (x - middle).powi(2)).sum();
        let sure = newest.slope / ((newest.spread + 0.02) / square.sqrt().max(1e-9));
        let ahead = squeezed(newest.slope / margin);
        self.push("fine_slope", ahead);
        self.push("fine_sure", (sure / 8.0).tanh());
        self.push(
            "fine_age",
            (-x.first().copied().unwrap_or(0.0)).max(1e-3).ln(),
        );
        self.push("fine_leak", if sure > 4.0 { ahead } else { 0.0 });
        let straight = |slope: f64| (slope > 0.0).then(|| margin / slope);
        let first = straight(whole.slope);
        let second = straight(newest.slope).filter(|_| sure > 4.0);
        self.push("eta_regime", first.unwrap_or(9.0).clamp(0.003, 9.0).ln());
        self.push("eta_fine", second.unwrap_or(9.0).clamp(0.003, 9.0).ln());
        if let Some(eta) = first.filter(|&eta| eta <= 1.0) {
            self.guess = eta;
        }
    }

    /// What the bootstraps say.
    fn outcomes(&mut self, asked: &Asked<'_>, margin: f64) {
        let grid = asked.grid;
        let all = grid.recent(f64::INFINITY, 1);
        // The regime on all bins, those in holes, too.
        let begin = (0..grid.len()).rposition(|place| -grid.when(place) >= self.regime);
        let begin = begin.unwrap_or(0);
        let rng = &mut Rng::with_seed(asked.seed);
        let levels = (asked.current, asked.threshold);
        let day = asked.day;
        let usual = day.unwrap_or((grid.horizon / 3).max(3));
        let block = usual.min(((grid.len() - begin) / 3).max(3));
        let short = (usual / 4).max(2);
        let drawn = |half_life: f64, old: f64, block: usize| Weights {
            half_life,
            old,
            block,
            day,
        };
        let main = paths::increments(grid, levels, begin, drawn(1.2, 0.12, block), (rng, PATHS));
        let long = paths::increments(grid, levels, begin, drawn(5.0, 1.0, usual), (rng, PATHS));
        let new = paths::increments(grid, levels, begin, drawn(0.35, 0.02, short), (rng, PATHS));
        let near = paths::neighbours(grid, levels, (short, 0.15, 3.0), (rng, PATHS));
        let wide = paths::neighbours(grid, levels, (usual, 0.3, 6.0), (rng, PATHS));
        let unknown = Outcome {
            probability: 0.3,
            ..Outcome::default()
        };
        let mut etas = Vec::new();
        for (odds, eta, outcome) in [
            ("paths_main", "eta_main", main),
            ("paths_long", "eta_long", long),
            ("paths_new", "eta_new", new),
            ("paths_near", "eta_near", near),
            ("paths_wide", "eta_wide", wide),
        ] {
            let outcome = outcome.unwrap_or(unknown);
            self.push(odds, logit(outcome.probability));
            let middle = outcome.when.map_or(1.5, |when| when[1]);
            self.push(eta, middle.ln());
            etas.extend(outcome.when.map(|when| when[1]));
        }
        self.main = main.unwrap_or(unknown);
        let early = self.main.when.map_or(1.5, |when| when[0]);
        let late = self.main.when.map_or(1.5, |when| when[2]);
        self.push("eta_early", early.ln());
        self.push("eta_late", late.ln());
        self.push("drift_main", squeezed(self.main.drift / margin));
        self.push(
            "drift_near",
            squeezed(near.unwrap_or(unknown).drift / margin),
        );
        if self.guess == 0.0 {
            self.guess = self.main.when.map_or_else(
                || if etas.is_empty() { 0.5 } else { median(&etas) },
                |when| when[1],
            );
        }
        self.push("bins", real(all.len()).ln_1p());
    }

    /// What came after past moments.
    fn past(&mut self, asked: &Asked<'_>, margin: f64) {
        let grid = asked.grid;
        let starts = analogs::starts(grid, margin, asked.threshold);
        let (short, _) = analogs::rose(&starts, 0.7);
        let (long, when) = analogs::rose(&starts, 3.0);
        self.push("rose_0.7", logit(short.clamp(0.01, 0.99)));
        self.push("rose_3", logit(long.clamp(0.01, 0.99)));
        self.push("eta_rose", when.unwrap_or(1.5).ln());
        let before = (grid.horizon / 4).max(1);
        let trend = asked.current
            - grid
                .mean
                .get(grid.len().saturating_sub(before + 1))
                .copied()
                .unwrap_or(asked.current);
        let width = (0.25 * margin).max(1.0);
        let (near, when) = analogs::alike(&starts, asked.current, trend, width);
        self.push("alike", logit(near.clamp(0.01, 0.99)));
        self.push("eta_alike", when.unwrap_or(1.5).ln());
        let (wide, _) = analogs::alike(&starts, asked.current, trend, 3.0 * width);
        self.push("alike_wide", logit(wide.clamp(0.01, 0.99)));
        let mut rises: Vec<f64> = starts
            .iter()
            .filter(|start| start.whole)
            .map(|start| start.rise)
            .collect();
        rises.sort_by(f64::total_cmp);
        for (name, share) in [("rise_50", 0.5), ("rise_90", 0.9)] {
            let rise = super::num::quantile(&rises, share).unwrap_or(0.0);
            self.push(name, squeezed(rise / margin));
        }
        let period = asked.day.map_or(288, |day| 7 * day);
        let [one, two, three, four] = shape::same_phase(grid, period);
        self.push("phase_1", squeezed(one / margin));
        self.push("phase_2", squeezed(two / margin));
        self.push(
            "phase_best",
            squeezed(one.max(two).max(three).max(four) / margin),
        );
        let [last, ..] = shape::same_phase(grid, grid.horizon);
        self.push("last_rise", squeezed(last / margin));
    }

    /// Envelope, falls, moves, and what else there is to say.
    fn shapes(&mut self, asked: &Asked<'_>, margin: f64) {
        let (current, threshold) = (asked.current, asked.threshold);
        for (upper, lower, ahead, window) in [
            ("upper_1", "lower_1", "ahead_1", 1.0),
            ("upper_4", "lower_4", "ahead_4", 4.3),
        ] {
            let recent = asked.grid.recent(window, 1);
            let (high, low, reach) = shape::envelope(recent, window, current);
            self.push(upper, squeezed(high / margin));
            self.push(lower, squeezed(low / margin));
            self.push(ahead, squeezed(reach / margin));
        }
        let recent = asked.grid.recent(6.0, 1);
        let falls = shape::falls(recent);
        self.push("falls_rate", falls.rate.ln_1p());
        self.push("falls_due", falls.due.min(5.0));
        self.push("falls_from", squeezed((falls.from - current) / margin));
        self.push(
            "falls_highest",
            squeezed((falls.highest - current) / margin),
        );
        self.push("falls_to", squeezed((current - falls.to) / margin));
        self.push("falls_slope", squeezed(falls.slope / margin));
        self.push("falls_next", squeezed((falls.next - current) / margin));
        self.push("falls_creep", squeezed(falls.creep / margin));
        self.push("falls_deepest", (falls.deepest / margin).ln_1p());
        let moves = shape::moves(asked.grid.recent(4.3, 4));
        self.push("up", (moves.up / margin).ln_1p());
        self.push("down", (moves.down / margin).ln_1p());
        self.push("rising", moves.rising);
        self.push("memory", moves.memory);
        self.push("spread", (moves.spread / margin).ln_1p());
        self.push("over_mean", squeezed((current - moves.mean) / margin));
        self.push("straight", moves.straight);
        let above = shape::above(asked.grid.recent(24.0, 1), threshold);
        self.push("above_share", above.share);
        self.push("above_rate", above.rate.ln_1p());
        self.push("above_since", above.since);
        let all = asked.grid.recent(24.0, 1);
        let levels = shape::levels(all, current);
        self.push("rank", levels.rank);
        self.push("level_90", squeezed((levels.tenth - current) / margin));
        self.push("level_98", squeezed((levels.fiftieth - current) / margin));
        let jumps = shape::jumps(all, margin);
        self.push("jumps", jumps.whole.ln_1p());
        self.push("jumps_half", jumps.half.ln_1p());
        self.push("idle", jumps.idle.max(1e-3).ln());
        self.push("margin", margin.ln());
        self.push("level", current);
        self.push("span", (-asked.grid.when(0)).ln());
        self.push("horizon", real(asked.grid.horizon));
    }
}
