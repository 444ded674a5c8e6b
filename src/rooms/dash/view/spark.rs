//! Series in a few cells: lines of levels, bars with their limit, charts. On a
//! fixed scale, so that what looks full is full. Pure.

/// Levels of a cell, lowest first.
const LEVELS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
/// Parts of a cell from the left.
const EIGHTHS: [char; 8] = [' ', '▏', '▎', '▍', '▌', '▋', '▊', '▉'];
/// Where nothing is known.
pub(super) const GAP: char = '·';

/// `parts` in so many cells, each the worst of its part: the largest, or of
/// what is left the smallest.
pub(super) fn resampled(parts: &[Option<f64>], cells: usize, least: bool) -> Vec<Option<f64>> {
    let worse = |one: f64, other: f64| {
        if least {
            one.min(other)
        } else {
            one.max(other)
        }
    };
    let at = |cell: usize| cell * parts.len() / cells.max(1);
    let cell = |cell: usize| {
        let (from, to) = (at(cell), at(cell + 1).max(at(cell) + 1));
        let known = parts.get(from..to.min(parts.len())).unwrap_or_default();
        known.iter().flatten().copied().reduce(worse)
    };
    (0..cells).map(cell).collect()
}

/// The eighths of `height` cells that a value fills on a scale up to `most`;
/// what is more than nothing fills one at least.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss,
    reason = "a share of a screen's height"
)]
fn eighths(value: f64, most: f64, height: usize) -> usize {
    let whole = height * 8;
    if value.is_nan() || value <= 0.0 || most <= 0.0 || whole == 0 {
        return 0;
    }
    ((value / most * whole as f64).ceil() as usize).clamp(1, whole)
}

/// A line of levels, 0 to 100; `·` where nothing is known, a bar where the
/// machine booted anew.
pub(super) fn spark(parts: &[Option<f64>], cells: usize, least: bool, boots: &[f64]) -> String {
    let mut line: Vec<char> = resampled(parts, cells, least)
        .into_iter()
        .map(|value| match value {
            None => GAP,
            Some(value) => match eighths(value, 100.0, 1) {
                0 => ' ',
                level => LEVELS.get(level - 1).copied().unwrap_or('█'),
            },
        })
        .collect();
    for boot in boots {
        if let Some(cell) = line.get_mut(place(*boot, cells)) {
            *cell = '│';
        }
    }
    line.into_iter().collect()
}

/// The cell of a share of the line.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss,
    reason = "a share of a screen's width"
)]
pub(super) fn place(share: f64, cells: usize) -> usize {
    ((share.clamp(0.0, 1.0) * cells as f64) as usize).min(cells.saturating_sub(1))
}

/// A bar of so many cells, filled to `percent`; the limit stands between two
/// of them, so that what passes it is seen.
pub(super) fn bar(percent: f64, limit: f64, cells: usize) -> String {
    let limited = cells > 1 && (0.0..100.0).contains(&limit);
    let cells = cells - usize::from(limited);
    let filled = eighths(percent, 100.0, cells);
    let mut line: Vec<char> = (0..cells)
        .map(|cell| match filled.saturating_sub(cell * 8) {
            0 => ' ',
            part @ 1..8 => EIGHTHS.get(part).copied().unwrap_or(' '),
            _ => '█',
        })
        .collect();
    if limited {
        line.insert(place(limit / 100.0, cells), '┃');
    }
    line.into_iter().collect()
}

/// What is drawn as a chart.
#[derive(Debug, Clone, Copy)]
pub(super) struct Chart<'a> {
    /// The values, 0 to `most`.
    pub(super) parts: &'a [Option<f64>],
    /// The top of the scale.
    pub(super) most: f64,
    /// A line across.
    pub(super) limit: Option<f64>,
    /// Whether small values are the bad ones.
    pub(super) least: bool,
    /// What may come, in so many more cells.
    pub(super) ahead: Option<Ahead>,
}

/// When a limit is reached, in seconds from now, of what is looked ahead.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Ahead {
    pub(super) now: f64,
    pub(super) limit: f64,
    pub(super) early: f64,
    pub(super) likely: f64,
    pub(super) late: f64,
    pub(super) horizon: f64,
}

/// A chart of `height` rows of `cells` cells, the upper first; of what may come
/// in the last `ahead` of them `░` is between early and late, `▓` the likely.
pub(super) fn chart(chart: &Chart<'_>, cells: usize, ahead: usize, height: usize) -> Vec<String> {
    let ahead = if chart.ahead.is_some() {
        ahead.min(cells)
    } else {
        0
    };
    let past = cells - ahead;
    let values = resampled(chart.parts, past, chart.least);
    let limit = chart.limit.map(|limit| row_of(limit, chart.most, height));
    (1..=height)
        .rev()
        .map(|row| {
            let empty = if limit == Some(row) { '─' } else { ' ' };
            let of_past = values.iter().map(|value| match value {
                None if row == 1 => GAP,
                None => empty,
                Some(value) => {
                    match eighths(*value, chart.most, height).saturating_sub((row - 1) * 8) {
                        0 => empty,
                        level => LEVELS.get(level.min(8) - 1).copied().unwrap_or('█'),
                    }
                }
            });
            let of_ahead = (0..ahead).map(|cell| match &chart.ahead {
                Some(what) => {
                    coming(what, chart.most, (cell, ahead), (row, height)).unwrap_or(empty)
                }
                None => empty,
            });
            of_past.chain(of_ahead).collect()
        })
        .collect()
}

/// The row, from below and counted from 1, in which a value ends.
pub(super) fn row_of(value: f64, most: f64, height: usize) -> usize {
    eighths(value, most, height).div_ceil(8).max(1)
}

/// What may be in a cell of the time to come.
#[expect(clippy::cast_precision_loss, reason = "a place on a screen")]
fn coming(
    ahead: &Ahead,
    most: f64,
    (cell, cells): (usize, usize),
    (row, height): (usize, usize),
) -> Option<char> {
    let time = (cell as f64 + 0.5) / cells as f64 * ahead.horizon;
    let to = ahead.limit - ahead.now;
    let value = |eta: f64| (ahead.now + to * (time / eta.max(1.0))).clamp(0.0, most);
    let row_of = |value: f64| row_of(value, most, height);
    let (low, likely, high) = (value(ahead.late), value(ahead.likely), value(ahead.early));
    let (low, high) = (low.min(high), low.max(high));
    if row == row_of(likely) {
        Some('▓')
    } else if (row_of(low)..=row_of(high)).contains(&row) {
        Some('░')
    } else {
        None
    }
}

/// The time to come in one line: `░` between early and late, `▓` the likely
/// time at which the limit is reached.
pub(super) fn ahead(what: &Ahead, cells: usize) -> String {
    let of = |eta: f64| place(eta / what.horizon.max(1.0), cells);
    let beyond = |eta: f64| eta > what.horizon;
    let (early, likely, late) = (of(what.early), of(what.likely), of(what.late));
    (0..cells)
        .map(|cell| {
            if cell == likely && !beyond(what.likely) {
                '▓'
            } else if (early..=late).contains(&cell) && !beyond(what.early) {
                '░'
            } else {
                ' '
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_on_a_fixed_scale_and_a_gap_is_no_zero() {
        let parts = [
            Some(1.0),
            Some(50.0),
            None,
            Some(93.0),
            Some(100.0),
            Some(0.0),
        ];
        assert_eq!(spark(&parts, 6, false, &[]), "▁▄·██ ");
        assert_eq!(spark(&parts, 3, false, &[]), "▄██", "the worst of each");
        assert_eq!(
            spark(&parts, 3, true, &[]),
            "▁█ ",
            "of what is left the least"
        );
        assert_eq!(spark(&[], 3, false, &[]), "···");
        assert_eq!(spark(&parts, 6, false, &[0.5]), "▁▄·│█ ");
        assert_eq!(spark(&parts[..2], 4, false, &[]), "▁▁▄▄");
    }

    #[test]
    fn a_bar_shows_its_limit_wherever_it_ends() {
        assert_eq!(bar(93.1, 90.0, 20), "█████████████████┃▊ ");
        assert_eq!(bar(46.0, 90.0, 20), "████████▊        ┃  ");
        assert_eq!(bar(48.0, 10.0, 20), "█┃████████▏         ");
        assert_eq!(bar(0.0, 90.0, 4), "  ┃ ");
        assert_eq!(bar(0.1, f64::INFINITY, 4), "▏   ");
        assert_eq!(bar(f64::NAN, 10.0, 4), "┃   ");
        assert_eq!(
            bar(50.0, 100.0, 4),
            "██  ",
            "a limit at the end says nothing"
        );
        assert_eq!(
            (bar(50.0, 10.0, 1), bar(50.0, 10.0, 0)),
            ("▌".into(), String::new())
        );
    }

    #[test]
    fn a_chart_shows_what_was_the_limit_and_what_may_come() {
        let parts: Vec<Option<f64>> = [20.0, 30.0, 40.0, 50.0].map(Some).to_vec();
        let ahead = Ahead {
            now: 50.0,
            limit: 90.0,
            early: 2.0,
            likely: 4.0,
            late: 8.0,
            horizon: 8.0,
        };
        let drawn = Chart {
            parts: &parts,
            most: 100.0,
            limit: Some(90.0),
            least: false,
            ahead: Some(ahead),
        };
        assert_eq!(
            chart(&drawn, 8, 4, 5),
            ["─────░▓▓", "    ░▓░ ", "   ▄▓   ", " ▄██    ", "████    "]
        );
        assert_eq!(super::ahead(&ahead, 8), "  ░░▓░░░");
        assert!(chart(&drawn, 0, 4, 0).is_empty());
    }
}
