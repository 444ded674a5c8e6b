//! One sample held against what is expected: a finding for each check.

use super::expected::Expected;
use crate::model::node::Problem;
use crate::model::reading::{Disk, Reading, Readings};
use crate::model::text::clean;

/// How a check came out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Grade {
    /// Better than the limit by the margin.
    Good,
    /// Better than the limit, but not by the margin.
    Close,
    /// At or past the limit, or it should have worked and did not.
    Bad,
}

/// One check of one sample, with the problem it is or would be.
#[derive(Debug, Clone, PartialEq)]
pub struct Finding {
    /// How it came out.
    pub grade: Grade,
    /// What to say while the problem stands.
    pub problem: Problem,
}

/// Holds `readings` against `expected`, worst checks first. What is not
/// expected, or what the platform cannot know, gives no finding.
#[must_use]
pub fn findings(readings: &Readings, expected: &Expected, margin: f64) -> Vec<Finding> {
    let limits = &expected.limits;
    let disk = high(
        "disk",
        "disk",
        "",
        &readings.disk_used_percent,
        limits.disk_used_max,
        margin,
    );
    let memory = low(
        "memory",
        "mem",
        &readings.memory_available_percent,
        limits.memory_available_min,
        margin,
    );
    let stalls = high(
        STALLS,
        "mem stalls",
        "",
        &readings.memory_stall_percent,
        limits.memory_stall_max,
        margin,
    );
    let sshd = expected
        .sshd
        .then(|| wanted("sshd", "sshd", &readings.sshd))
        .flatten();
    let network = expected
        .network
        .then(|| wanted("network", "network", &readings.network))
        .flatten();
    let battery = expected
        .battery
        .then(|| battery(readings, limits.battery_min, margin))
        .flatten();
    // Expected twice, an ssh server is one problem.
    let services = expected
        .services
        .iter()
        .filter(|name| !(expected.sshd && *name == "sshd"));
    disk.into_iter()
        .chain(other_disks(readings, expected, margin))
        .chain(inodes(readings, expected, margin))
        .chain(memory)
        .chain(stalls)
        .chain(swapping(readings))
        .chain(sshd)
        .chain(services.filter_map(|name| service(readings, name)))
        .chain(
            expected
                .sessions
                .iter()
                .filter_map(|name| session(readings, name)),
        )
        .chain(network)
        .chain(expected.hub.then(|| hub(readings)).flatten())
        .chain(battery)
        .collect()
}

/// Nobody but a watcher knows; `mamori doctor` tells why it is gone.
fn hub(readings: &Readings) -> Option<Finding> {
    let mut finding = wanted("hub", "hub", &readings.hub)?;
    if readings.hub == Reading::Value(false) {
        "hub gone".clone_into(&mut finding.problem.text);
    }
    Some(finding)
}

/// What stands still for want of memory is told at the first sample: that is a
/// mean already, and nobody can wait for a second.
const STALLS: &str = "memory:stalls";
const SWAP: &str = "memory:swap";
/// So much coming back from swap a second, for as long as between two samples,
/// is a storm: what programs need does not fit any more.
const STORM: f64 = 16.0 * 1_048_576.0;

/// Whether the alert of this check waits for no second sample.
#[must_use]
pub fn at_once(check: &str) -> bool {
    check == STALLS || check == SWAP
}

/// A swap storm, where stalls are not counted.
fn swapping(readings: &Readings) -> Option<Finding> {
    let rate = *readings.swap_in_bytes_per_s.value()?;
    let grade = match rate {
        rate if rate >= STORM => Grade::Bad,
        rate if rate > STORM / 2.0 => Grade::Close,
        _ => Grade::Good,
    };
    let megabytes = |bytes: f64| (bytes / 1_048_576.0).floor();
    let text = format!(
        "swapping {} MB/s (limit {} MB/s)",
        megabytes(rate),
        megabytes(STORM)
    );
    let problem = Problem {
        check: SWAP.to_owned(),
        value: Some(rate),
        limit: Some(STORM),
        text,
    };
    Some(Finding { grade, problem })
}

/// Every file system but the home's, each a check of its own.
fn other_disks(readings: &Readings, expected: &Expected, margin: f64) -> Vec<Finding> {
    let home = readings.disk_mount.value();
    disks(readings)
        .iter()
        .filter(|disk| Some(&disk.mount) != home)
        .filter_map(|disk| {
            let check = format!("disk:{}", disk.mount);
            let place = format!(" {}", clean(&disk.mount));
            let used = Reading::Value(disk.used_percent);
            high(
                &check,
                "disk",
                &place,
                &used,
                expected.limits.disk_used_max,
                margin,
            )
        })
        .collect()
}

/// The file system that has the fewest inodes left stands for all.
fn inodes(readings: &Readings, expected: &Expected, margin: f64) -> Option<Finding> {
    let (percent, disk) = disks(readings)
        .iter()
        .filter_map(|disk| disk.inodes_used_percent.map(|percent| (percent, disk)))
        .max_by(|(a, _), (b, _)| a.total_cmp(b))?;
    let home = Some(&disk.mount) == readings.disk_mount.value();
    let place = if home {
        String::new()
    } else {
        format!(" {}", clean(&disk.mount))
    };
    high(
        "inodes",
        "inodes",
        &place,
        &Reading::Value(percent),
        expected.limits.inodes_used_max,
        margin,
    )
}

fn disks(readings: &Readings) -> &[Disk] {
    readings.disks.value().map_or(&[], Vec::as_slice)
}

fn session(readings: &Readings, name: &str) -> Option<Finding> {
    let there = match &readings.tmux_sessions {
        Reading::Value(names) => Reading::Value(names.iter().any(|there| there == name)),
        // tmux is not even installed: the session is certainly not there.
        Reading::Unavailable(_) => Reading::Value(false),
        Reading::Failed(error) => Reading::Failed(error.clone()),
    };
    wanted(&format!("tmux:{name}"), &clean(name), &there)
}

fn service(readings: &Readings, name: &str) -> Option<Finding> {
    let ready = readings
        .services
        .clone()
        .map(|ready| ready.get(name) == Some(&true));
    wanted(&format!("service:{name}"), &clean(name), &ready)
}

fn battery(readings: &Readings, min: f64, margin: f64) -> Option<Finding> {
    let finding = low("battery", "battery", &readings.battery_percent, min, margin)?;
    let charging = readings.battery_discharging.value() == Some(&false);
    Some(if charging {
        Finding {
            grade: Grade::Good,
            ..finding
        }
    } else {
        finding
    })
}

/// A percentage with a ceiling. A margin counts up to half of the way to 0, so
/// that every problem can go. The percentage is shown rounded down, so that the text
/// never claims that the limit was passed when it was not.
fn high(
    check: &str,
    label: &str,
    place: &str,
    reading: &Reading<f64>,
    max: f64,
    margin: f64,
) -> Option<Finding> {
    let grade = |value: f64| match value {
        value if value >= max => Grade::Bad,
        value if value > max - margin.min(max / 2.0) => Grade::Close,
        _ => Grade::Good,
    };
    measured(check, label, place, reading, max, grade, f64::floor)
}

/// A percentage with a floor, shown rounded up; the margin counts up to half
/// of the way to 100.
fn low(check: &str, label: &str, reading: &Reading<f64>, min: f64, margin: f64) -> Option<Finding> {
    let grade = |value: f64| match value {
        value if value <= min => Grade::Bad,
        value if value < min + margin.min((100.0 - min) / 2.0) => Grade::Close,
        _ => Grade::Good,
    };
    measured(check, label, "", reading, min, grade, f64::ceil)
}

/// The number stands before the place: it survives a narrow bar.
fn measured(
    check: &str,
    label: &str,
    place: &str,
    reading: &Reading<f64>,
    limit: f64,
    grade: impl Fn(f64) -> Grade,
    round: impl Fn(f64) -> f64,
) -> Option<Finding> {
    let (grade, value, text) = match reading {
        Reading::Value(value) => (
            grade(*value),
            Some(*value),
            format!("{label} {}%{place} (limit {limit}%)", round(*value)),
        ),
        Reading::Failed(error) => (Grade::Bad, None, format!("{label}{place} {}", clean(error))),
        Reading::Unavailable(_) => return None,
    };
    let problem = Problem {
        check: check.to_owned(),
        value,
        limit: value.map(|_| limit),
        text,
    };
    Some(Finding { grade, problem })
}

/// Something that must be there.
fn wanted(check: &str, label: &str, reading: &Reading<bool>) -> Option<Finding> {
    let (grade, text) = match reading {
        Reading::Value(true) => (Grade::Good, format!("{label} back")),
        Reading::Value(false) => (Grade::Bad, format!("no {label}")),
        Reading::Failed(error) => (Grade::Bad, format!("{label}: {}", clean(error))),
        Reading::Unavailable(_) => return None,
    };
    let problem = Problem {
        check: check.to_owned(),
        value: None,
        limit: None,
        text,
    };
    Some(Finding { grade, problem })
}
