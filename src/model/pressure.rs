//! Memory that runs short, as Linux and macOS count it, read from text.

use serde::{Deserialize, Serialize};

use super::proc::number;

/// Share of the time in which no program could go on for want of memory, in
/// percent: of the last ten seconds or of the last minute, whichever is worse.
/// From the line `full` of `/proc/pressure/memory` (Linux `psi.rst`):
///
/// ```text
/// full avg10=0.00 avg60=1.53 avg300=0.40 total=12345
/// ```
#[must_use]
pub fn stall_percent(text: &str) -> Option<f64> {
    let line = text.lines().find_map(|line| line.strip_prefix("full "))?;
    let average = |name: &str| {
        let mut words = line.split_whitespace();
        let value = words.find_map(|word| word.strip_prefix(name)?.strip_prefix('='))?;
        let value: f64 = value.parse().ok()?;
        (0.0..=100.0).contains(&value).then_some(value)
    };
    Some(average("avg10")?.max(average("avg60")?))
}

/// Pages that came back from swap since boot (`pswpin` of `/proc/vmstat`).
#[must_use]
pub fn pages_in(vmstat: &str) -> Option<u64> {
    let mut lines = vmstat.lines();
    number(lines.find_map(|line| line.strip_prefix("pswpin "))?)
}

/// What came back from swap since boot, and when that was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Swapped {
    /// Bytes since boot.
    pub bytes: u64,
    /// Seconds since boot.
    pub uptime_s: u64,
}

impl Swapped {
    /// Two readings that are nearer tell nothing, in seconds.
    const APART: u64 = 10;

    /// Bytes a second from `before` to this; `None`: the two are too near, or
    /// not of one boot.
    #[must_use]
    #[expect(
        clippy::cast_precision_loss,
        reason = "a rate of bytes needs no 64 bits"
    )]
    pub fn rate_since(self, before: Self) -> Option<f64> {
        let seconds = self.uptime_s.checked_sub(before.uptime_s)?;
        let bytes = self.bytes.checked_sub(before.bytes)?;
        (seconds >= Self::APART).then(|| (bytes as f64 / seconds as f64).round())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_worse_average_of_all_programs_counts() {
        let text = "some avg10=99.00 avg60=9.00 avg300=0.00 total=1\n\
                    full avg10=0.50 avg60=1.53 avg300=0.40 total=12345\n";
        assert_eq!(stall_percent(text), Some(1.53));
        assert_eq!(
            stall_percent(&text.replace("avg10=0.50", "avg10=23.1")),
            Some(23.1)
        );
        for bad in ["", "some avg10=1 avg60=1", "full", "full avg10=x avg60=1"] {
            assert_eq!(stall_percent(bad), None, "{bad}");
        }
        for bad in ["NaN", "101", "-1", "inf"] {
            let text = format!("full avg10={bad} avg60=1.0 avg300=0 total=0");
            assert_eq!(stall_percent(&text), None, "{bad}");
        }
    }

    #[test]
    fn a_rate_is_of_one_boot_and_of_some_time() {
        assert_eq!(pages_in("pgpgin 9\npswpin 70\npswpout 8\n"), Some(70));
        assert_eq!(pages_in("pswpin -1\n"), None);
        let at = |bytes, uptime_s| Swapped { bytes, uptime_s };
        assert_eq!(at(7_000, 160).rate_since(at(1_000, 100)), Some(100.0));
        assert_eq!(at(7_000, 105).rate_since(at(1_000, 100)), None);
        assert_eq!(at(7_000, 100).rate_since(at(1_000, 160)), None);
        assert_eq!(at(100, 160).rate_since(at(1_000, 100)), None);
    }
}
