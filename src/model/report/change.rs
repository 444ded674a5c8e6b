//! Whether a figure changed by more than chance, and what stands in the middle
//! of many.

use serde::{Deserialize, Serialize};

/// Below this number of each no two sets of spans are compared.
const ENOUGH: usize = 10;

/// How a figure stands to that of the period before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Change {
    /// By more than chance.
    More,
    /// By more than chance.
    Fewer,
    /// About.
    Same,
    /// There is nothing to compare with.
    Unknown,
}

impl Change {
    /// Of a count, `now` against `before`: beyond twice the square root of
    /// their sum.
    #[must_use]
    pub fn of_counts(now: u64, before: u64) -> Self {
        let distance = u128::from(now.abs_diff(before));
        let bound = 4 * (u128::from(now) + u128::from(before));
        if distance * distance <= bound {
            Self::Same
        } else if now > before {
            Self::More
        } else {
            Self::Fewer
        }
    }

    /// Of spans by their medians: with ten of each, and by more than a fifth of
    /// the one before.
    #[must_use]
    pub fn of_spans(now: &Spread, before: &Spread) -> Self {
        let (Some(a), Some(b)) = (now.median, before.median) else {
            return Self::Unknown;
        };
        if now.n < ENOUGH || before.n < ENOUGH {
            return Self::Unknown;
        }
        if u128::from(a.abs_diff(b)) * 5 <= u128::from(b) {
            Self::Same
        } else if a > b {
            Self::More
        } else {
            Self::Fewer
        }
    }
}

/// What stands in the middle of spans in seconds, and at their end.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Spread {
    /// How many there are.
    pub n: usize,
    /// The middle one; of an even number the shorter of both.
    pub median: Option<u64>,
    /// What nine of ten do not exceed; only of ten and more.
    pub p90: Option<u64>,
    /// The longest.
    pub longest: Option<u64>,
}

impl Spread {
    /// Of these, in any order.
    #[must_use]
    pub fn of(mut spans: Vec<u64>) -> Self {
        spans.sort_unstable();
        let n = spans.len();
        // Nearest rank: the ⌈p·n⌉-th smallest.
        let rank = |percent: usize| {
            let rank = (percent * n).div_ceil(100).checked_sub(1)?;
            spans.get(rank).copied()
        };
        Self {
            n,
            median: rank(50),
            p90: rank(90).filter(|_| n >= ENOUGH),
            longest: spans.last().copied(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_is_one_beyond_chance() {
        use Change::{Fewer, More, Same};
        let told = [
            (12, 9),
            (60, 40),
            (61, 33),
            (33, 61),
            (0, 0),
            (4, 0),
            (5, 0),
        ];
        let told = told.map(|(now, before)| Change::of_counts(now, before));
        assert_eq!(told, [Same, Same, More, Fewer, Same, Same, More]);
        assert_eq!(Change::of_counts(u64::MAX, 0), More);
    }

    #[test]
    fn spans_are_compared_by_ten_medians_of_each() {
        let ten = |span| Spread::of(vec![span; 10]);
        let nine = Spread::of(vec![900; 9]);
        assert_eq!(Change::of_spans(&ten(120), &ten(100)), Change::Same);
        assert_eq!(Change::of_spans(&ten(121), &ten(100)), Change::More);
        assert_eq!(Change::of_spans(&ten(79), &ten(100)), Change::Fewer);
        assert_eq!(Change::of_spans(&nine, &ten(100)), Change::Unknown);
        assert_eq!(
            Change::of_spans(&ten(1), &Spread::default()),
            Change::Unknown
        );
    }

    #[test]
    fn a_rank_is_the_nearest_and_a_tenth_needs_ten() {
        let spread = Spread::of((1..=10).rev().collect());
        assert_eq!((spread.median, spread.p90), (Some(5), Some(9)));
        let spread = Spread::of(vec![7, 1, 3]);
        assert_eq!((spread.median, spread.p90), (Some(3), None));
        assert_eq!((spread.n, spread.longest), (3, Some(7)));
        assert_eq!(Spread::of(Vec::new()), Spread::default());
    }
}
