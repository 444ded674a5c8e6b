//! When an alert is said again. Pure.

use super::flapping::beneath;
use crate::model::alert::{Alert, Severity};

/// Reminders, in seconds after it was told; then every [`DAY`].
const WARNING: &[i64] = &[3_600, 14_400];
const CRITICAL: &[i64] = &[900, 3_600, 14_400];
const DAY: i64 = 86_400;
/// Between two words about what comes and goes.
const HOURLY: i64 = 3_600;

/// When an alert is said again.
#[derive(Clone, Copy)]
pub(super) struct Schedule {
    first: &'static [i64],
    then: i64,
}

impl Schedule {
    pub(super) fn of(alert: &Alert) -> Self {
        let first = match alert.severity {
            _ if beneath(&alert.id).is_some() => &[],
            Severity::Critical => CRITICAL,
            _ => WARNING,
        };
        let then = if beneath(&alert.id).is_some() {
            HOURLY
        } else {
            DAY
        };
        Self { first, then }
    }

    /// How many reminders were due in `seconds`.
    pub(super) fn passed(self, seconds: i64) -> u32 {
        let first = self.first.iter().filter(|at| **at <= seconds).count();
        let then = (seconds.max(0) / self.then).saturating_add(i64::try_from(first).unwrap_or(0));
        u32::try_from(then).unwrap_or(u32::MAX)
    }

    /// When the one after `passed` is due, in seconds after it was told.
    pub(super) fn at(self, passed: u32) -> i64 {
        let passed = usize::try_from(passed).unwrap_or(usize::MAX);
        self.first.get(passed).copied().unwrap_or_else(|| {
            let days = passed.saturating_sub(self.first.len()).saturating_add(1);
            self.then
                .saturating_mul(i64::try_from(days).unwrap_or(i64::MAX))
        })
    }
}
