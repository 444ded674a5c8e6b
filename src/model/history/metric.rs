//! What is measured, and how it is kept: as whole numbers, so that sums are
//! exact and files small.

/// How many numbers of a row of `samples` are gauges.
pub const GAUGES: [Gauge; 6] = [
    Gauge("memory_percent", 10.0),
    Gauge("memory_bytes", 1.0),
    Gauge("load", 100.0),
    Gauge("cpu", 10.0),
    Gauge("latency", 1_000.0),
    Gauge("battery", 10.0),
];
/// The gauges of a row of `disks`.
pub const DISK_GAUGES: [Gauge; 3] = [
    Gauge("used", 1.0),
    Gauge("percent", 10.0),
    Gauge("inodes", 10.0),
];

/// A column, and by what its values are multiplied to be whole.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Gauge(pub &'static str, pub f64);

impl Gauge {
    /// The value as it is kept; nothing of what is no number, or far from any.
    #[must_use]
    #[expect(
        clippy::cast_possible_truncation,
        reason = "the bounds are checked, and a reading needs no more digits"
    )]
    pub fn kept(self, value: Option<f64>) -> Option<i64> {
        let scaled = (value? * self.1).round();
        // The bounds leave room for sums of an hour's samples.
        (scaled.is_finite() && scaled.abs() < 1e15).then_some(scaled as i64)
    }

    /// The value as it was measured.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "kept values are below 2^53")]
    pub fn shown(self, kept: i64) -> f64 {
        kept as f64 / self.1
    }
}

/// A count of bytes as it is kept.
#[must_use]
pub fn bytes(count: Option<u64>) -> Option<i64> {
    let count = i64::try_from(count?).ok()?;
    (count < 1_000_000_000_000_000).then_some(count)
}

/// What a series is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Metric {
    /// `100 · used / (used + available)` of a file system.
    DiskUsedPercent,
    /// Bytes in use of a file system.
    DiskUsedBytes,
    /// Bytes of a file system in all.
    DiskTotalBytes,
    /// Inodes in use of a file system, 0 to 100.
    InodesUsedPercent,
    /// `MemAvailable / MemTotal`, 0 to 100.
    MemoryAvailablePercent,
    /// Memory that programs can still have, in bytes.
    MemoryAvailableBytes,
    /// Memory in all, in bytes.
    MemoryTotalBytes,
    /// Load average of the last minute.
    Load1m,
    /// Busy share of all processors, 0 to 100.
    CpuPercent,
    /// Round trip of full probes, in milliseconds.
    LatencyMs,
    /// Battery charge, 0 to 100.
    BatteryPercent,
}

impl Metric {
    /// Whether it is one of a file system.
    #[must_use]
    pub fn of_disk(self) -> bool {
        matches!(
            self,
            Self::DiskUsedPercent
                | Self::DiskUsedBytes
                | Self::DiskTotalBytes
                | Self::InodesUsedPercent
        )
    }

    /// Its gauge, or its plain column.
    #[expect(clippy::missing_errors_doc, reason = "neither is an error")]
    pub fn gauge(self) -> Result<Gauge, &'static str> {
        let [memory_percent, memory_bytes, load, cpu, latency, battery] = GAUGES;
        let [used, percent, inodes] = DISK_GAUGES;
        match self {
            Self::DiskUsedPercent => Ok(percent),
            Self::DiskUsedBytes => Ok(used),
            Self::InodesUsedPercent => Ok(inodes),
            Self::MemoryAvailablePercent => Ok(memory_percent),
            Self::MemoryAvailableBytes => Ok(memory_bytes),
            Self::Load1m => Ok(load),
            Self::CpuPercent => Ok(cpu),
            Self::LatencyMs => Ok(latency),
            Self::BatteryPercent => Ok(battery),
            Self::DiskTotalBytes => Err("total"),
            Self::MemoryTotalBytes => Err("memory_total"),
        }
    }
}

/// How finely time is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Resolution {
    /// Every sample, of the last 14 days.
    Raw,
    /// Five minutes, of the last 90 days.
    FiveMinutes,
    /// An hour, of the last two years.
    Hour,
}

impl Resolution {
    /// All, the finest first.
    pub const ALL: [Self; 3] = [Self::Raw, Self::FiveMinutes, Self::Hour];

    /// Seconds of a bucket.
    #[must_use]
    pub fn seconds(self) -> i64 {
        match self {
            Self::Raw => 1,
            Self::FiveMinutes => 300,
            Self::Hour => 3_600,
        }
    }

    /// Days for which it is kept.
    #[must_use]
    pub fn days(self) -> i64 {
        match self {
            Self::Raw => 14,
            Self::FiveMinutes => 90,
            Self::Hour => 731,
        }
    }

    /// What its tables' names end with.
    #[must_use]
    pub fn ending(self) -> &'static str {
        match self {
            Self::Raw => "",
            Self::FiveMinutes => "_5m",
            Self::Hour => "_1h",
        }
    }

    /// The beginning of the bucket that `at` lies in.
    #[must_use]
    pub fn bucket(self, at: i64) -> i64 {
        at.saturating_sub(at.rem_euclid(self.seconds()))
    }

    /// The finest that is kept from `since` on, for who has no wish: `now` is
    /// the time it is.
    #[must_use]
    pub fn finest(since: i64, now: i64) -> Self {
        let age = now.saturating_sub(since);
        let reaches = |resolution: &Self| age <= resolution.days() * 86_400;
        Self::ALL.into_iter().find(reaches).unwrap_or(Self::Hour)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_reads_as_it_was_measured() {
        let Gauge(..) = GAUGES[0];
        assert_eq!(GAUGES[0].kept(Some(93.1)), Some(931));
        assert!((GAUGES[0].shown(931) - 93.1).abs() < f64::EPSILON);
        for odd in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, 1e300] {
            assert_eq!(GAUGES[1].kept(Some(odd)), None);
        }
        assert_eq!(bytes(Some(u64::MAX)), None);
    }

    #[test]
    fn buckets_begin_before_what_is_in_them_also_before_the_epoch() {
        assert_eq!(Resolution::Hour.bucket(7_199), 3_600);
        assert_eq!(Resolution::FiveMinutes.bucket(-1), -300);
        assert_eq!(Resolution::finest(0, 13 * 86_400), Resolution::Raw);
        assert_eq!(Resolution::finest(0, 800 * 86_400), Resolution::Hour);
    }
}
