//! How long is kept what. Clocks may be wrong by years, so none is believed
//! that the history itself does not bear out.

const DAY: i64 = 86_400;
/// A clock is believed when so many…
const BORNE_OUT: usize = 3;
/// …of the last days by it have samples.
const OF_DAYS: i64 = 4;

/// The day of an instant, counted from the epoch.
#[must_use]
pub fn day(at: i64) -> i64 {
    at.div_euclid(DAY)
}

/// Whether `now` is borne out by the days that have samples: a clock that
/// jumped is not, until some days have passed by it.
#[must_use]
pub fn believed(days: &[i64], now: i64) -> bool {
    let today = day(now);
    let lately = |day: &&i64| (today - OF_DAYS < **day) && **day <= today;
    days.iter().filter(lately).count() >= BORNE_OUT
}

/// Rows before this instant are too old, where `keep` days are kept: by the
/// clock if that is believed, and in any case those before the newest `keep`
/// days that have samples. `days`: those days, in any order, each once.
#[must_use]
pub fn cutoff(days: &[i64], keep: i64, now: i64) -> Option<i64> {
    let believed = believed(days, now);
    // What a clock that ran ahead left behind takes nobody's place.
    let mut counted: Vec<i64> = days
        .iter()
        .copied()
        .filter(|one| !believed || *one <= day(now))
        .collect();
    counted.sort_unstable_by(|a, b| b.cmp(a));
    // The day that runs is no whole one yet.
    let by_count = usize::try_from(keep)
        .ok()
        .and_then(|keep| counted.get(keep))
        .map(|day| day.saturating_mul(DAY));
    let by_clock = believed.then(|| now.saturating_sub(keep.saturating_mul(DAY)));
    by_count.max(by_clock)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_clock_that_jumped_ages_nothing_but_one_day() {
        let now = 20_000 * DAY + 5;
        let mut days: Vec<i64> = (19_987..=20_000).collect();
        assert_eq!(cutoff(&days, 14, now), Some(now - 14 * DAY));
        // Ten years ahead, one sample there, and back again.
        let ahead = now + 3_650 * DAY;
        assert_eq!(cutoff(&days, 14, ahead), None);
        days.push(day(ahead));
        assert_eq!(cutoff(&days, 14, ahead), Some(19_987 * DAY));
        assert_eq!(cutoff(&days, 14, now), Some(now - 14 * DAY));
        assert_eq!(cutoff(&days, 14, 0), Some(19_987 * DAY), "and at the epoch");
    }

    #[test]
    fn a_machine_that_was_off_for_months_forgets_only_after_some_days() {
        let days = [100, 101, 102, 500, 501];
        assert_eq!(cutoff(&days, 14, 501 * DAY), None);
        assert_eq!(
            cutoff(&[100, 500, 501, 502], 14, 502 * DAY),
            Some(488 * DAY)
        );
    }

    proptest! {
        #[test]
        fn the_newest_days_stay_whatever_a_single_clock_says(
            now in any::<i64>(), first in 0_i64..30_000, count in 1_i64..40, keep in 1_i64..40
        ) {
            let days: Vec<i64> = (first..first + count).collect();
            if let Some(cutoff) = cutoff(&days, keep, now) {
                prop_assert!(believed(&days, now) || cutoff <= (first + count - keep) * DAY);
                prop_assert!(cutoff <= (first + count) * DAY);
            }
        }
    }
}
