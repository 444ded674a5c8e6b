//! Values over time as a drawing needs them: in so few stretches that each has
//! a point of its own, and so that what was for a moment is still seen.

use super::super::time::Timestamp;
use super::facts::Course;
use super::period::Span;

/// Points of a series, at most.
pub const MOST: usize = 180;
/// Widths of stretches, in seconds.
const WIDTHS: [i64; 12] = [
    300, 600, 900, 1_200, 1_800, 3_600, 7_200, 10_800, 14_400, 21_600, 43_200, 86_400,
];

/// Stretches of one width that cover `span`: of the narrowest width that makes
/// no more than [`MOST`], and at least `least` seconds each; the last may be
/// shorter.
#[must_use]
pub fn parts(span: Span, least: i64) -> Vec<Span> {
    let most = i64::try_from(MOST).unwrap_or(i64::MAX);
    let fits = |width: &i64| *width >= least && span.seconds() <= width.saturating_mul(most);
    let width = WIDTHS.into_iter().find(fits);
    let width = width.unwrap_or_else(|| {
        let day = 86_400;
        (span.seconds() / day / most + 1).saturating_mul(day)
    });
    let mut all = Vec::new();
    let mut start = span.start;
    while start < span.end {
        let end = Timestamp(start.0.saturating_add(width)).min(span.end);
        all.push(Span { start, end });
        start = end;
    }
    all
}

/// What of `parts` is over at `until`.
#[must_use]
pub fn over(parts: &[Span], until: Timestamp) -> Vec<Span> {
    let begun = parts.iter().filter(|part| part.start < until);
    let cut = begun.map(|part| Span {
        end: part.end.min(until),
        ..*part
    });
    cut.collect()
}

/// Values, oldest first, brought together by stretch: each counts for the one
/// it begins in, and a stretch without any is left out.
#[must_use]
pub fn merged(values: &[Course], parts: &[Span]) -> Vec<Course> {
    let each = parts.iter().filter_map(|part| {
        let within = within(values, *part, |one| one.at);
        let first = within.first()?;
        let mut all = Course {
            at: part.start,
            middle: 0.0,
            n: 0,
            ..*first
        };
        let mut sum = 0.0;
        for one in within {
            all.n = all.n.saturating_add(one.n);
            all.low = all.low.min(one.low);
            all.high = all.high.max(one.high);
            sum += one.middle * real(one.n);
        }
        all.middle = sum / real(all.n);
        (all.n > 0).then_some(all)
    });
    each.collect()
}

/// Single values, oldest first, by stretch: the middle one of each, and between
/// what nine of ten lie.
#[must_use]
pub fn spread(values: &[(Timestamp, f64)], parts: &[Span]) -> Vec<Course> {
    let each = parts.iter().filter_map(|part| {
        let within = within(values, *part, |one| one.0);
        let mut sorted: Vec<f64> = within.iter().map(|one| one.1).collect();
        sorted.sort_by(f64::total_cmp);
        let n = sorted.len();
        // The nearest rank.
        let rank = |percent: usize| {
            let rank = (percent * n).div_ceil(100).saturating_sub(1);
            sorted.get(rank).copied()
        };
        Some(Course {
            at: part.start,
            n: u64::try_from(n).unwrap_or(u64::MAX),
            low: rank(5)?,
            middle: rank(50)?,
            high: rank(95)?,
        })
    });
    each.collect()
}

/// Of values in the order of time those that lie in `part`.
fn within<T>(values: &[T], part: Span, at: impl Fn(&T) -> Timestamp) -> &[T] {
    let from = values.partition_point(|one| at(one) < part.start);
    let until = values.partition_point(|one| at(one) < part.end);
    values.get(from..until).unwrap_or_default()
}

#[expect(
    clippy::cast_precision_loss,
    reason = "counts of samples are far below 2^52"
)]
fn real(count: u64) -> f64 {
    count as f64
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn span(start: i64, end: i64) -> Span {
        let (start, end) = (Timestamp(start), Timestamp(end));
        Span { start, end }
    }

    #[test]
    fn a_day_a_week_and_a_month_have_points_of_a_sane_width() {
        let day = 86_400;
        let of = |days: i64, least: i64| {
            let parts = parts(span(0, days * day), least);
            (parts.len(), parts[0].seconds())
        };
        assert_eq!(of(1, 300), (144, 600));
        assert_eq!(of(7, 3_600), (168, 3_600));
        assert_eq!(of(30, 3_600), (180, 14_400));
        assert_eq!(of(31, 3_600), (124, 21_600));
        assert_eq!(parts(span(5, 5), 300), []);
        let six = over(&parts(span(0, day), 300), Timestamp(900));
        assert_eq!(six, [span(0, 600), span(600, 900)]);
    }

    #[test]
    fn a_moment_is_seen_and_each_value_weighs_the_same() {
        let value = |at, n, low, middle, high| Course {
            at: Timestamp(at),
            n,
            low,
            middle,
            high,
        };
        let values = [
            value(0, 1, 1.0, 4.0, 9.0),
            value(5, 3, 2.0, 8.0, 90.0),
            value(25, 1, 7.0, 7.0, 7.0),
        ];
        let parts = [span(0, 10), span(10, 20), span(20, 30)];
        let told = [value(0, 4, 1.0, 7.0, 90.0), value(20, 1, 7.0, 7.0, 7.0)];
        assert_eq!(merged(&values, &parts), told);
        assert_eq!(merged(&[value(0, 0, 1.0, 1.0, 1.0)], &parts), []);
    }

    #[test]
    fn single_values_are_told_by_their_nearest_ranks() {
        let values: Vec<(Timestamp, f64)> = (0..100)
            .map(|n| (Timestamp(n / 10), f64::from(u8::try_from(n).unwrap())))
            .collect();
        let told = spread(&values, &[span(0, 10), span(10, 20)]);
        assert_eq!(told.len(), 1);
        let [low, middle, high] = [told[0].low, told[0].middle, told[0].high];
        assert_eq!(([low, middle, high], told[0].n), ([4.0, 49.0, 94.0], 100));
    }

    proptest! {
        #[test]
        fn parts_cover_the_span_without_a_gap(start in -1_000_000_i64..1_000_000, length in 1_i64..40_000_000, least in 1_i64..100_000) {
            let span = span(start, start + length);
            let parts = parts(span, least);
            prop_assert!(parts.len() <= MOST);
            prop_assert_eq!(parts[0].start, span.start);
            prop_assert_eq!(parts[parts.len() - 1].end, span.end);
            prop_assert!(parts.windows(2).all(|two| two[0].end == two[1].start));
        }
    }
}
