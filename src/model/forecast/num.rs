//! Small numbers, and what is asked of slices of them. Total: an empty slice
//! has an answer, too.

/// A count as a number.
#[expect(clippy::cast_precision_loss, reason = "counts are far below 2^52")]
pub(super) fn real(count: usize) -> f64 {
    count as f64
}

/// The whole part of a number: 0 for what is below 0 or not a number.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a cast saturates, which is meant"
)]
pub(super) fn whole(number: f64) -> usize {
    number as usize
}

/// The log odds of a probability, kept within ±ln 199.
pub(super) fn logit(probability: f64) -> f64 {
    let kept = probability.clamp(0.005, 0.995);
    (kept / (1.0 - kept)).ln()
}

/// The probability of log odds.
pub(super) fn logistic(odds: f64) -> f64 {
    1.0 / (1.0 + (-odds).exp())
}

/// The value at `share` (0 to 1) of a sorted slice; `None` of an empty one.
pub(super) fn quantile(sorted: &[f64], share: f64) -> Option<f64> {
    let last = sorted.len().checked_sub(1)?;
    sorted.get(whole((real(last) * share).round())).copied()
}

/// The median; 0 of an empty slice.
pub(super) fn median(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    quantile(&sorted, 0.5).unwrap_or(0.0)
}

/// The largest; negative infinity of an empty slice.
pub(super) fn largest(values: &[f64]) -> f64 {
    values.iter().copied().fold(f64::NEG_INFINITY, f64::max)
}

/// The smallest; infinity of an empty slice.
pub(super) fn smallest(values: &[f64]) -> f64 {
    values.iter().copied().fold(f64::INFINITY, f64::min)
}

/// The last part of a slice, `count` long or all of it.
pub(super) fn tail<T>(values: &[T], count: usize) -> &[T] {
    values
        .get(values.len().saturating_sub(count)..)
        .unwrap_or(&[])
}

/// The value at a place, or 0.
pub(super) fn at(values: &[f64], place: usize) -> f64 {
    values.get(place).copied().unwrap_or(0.0)
}
