//! What a process of ours costs the machine, by what the kernel counts.

/// What the kernel says of a process at one moment.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Footprint {
    /// Memory that it holds, in bytes, shared pages included.
    pub resident_bytes: u64,
    /// The most that it ever held, in bytes.
    pub peak_bytes: Option<u64>,
    /// How often its threads of now were woken and went to sleep again.
    pub switches: Option<u64>,
    /// Processor time since it began, in milliseconds, its ended children's not counted.
    pub cpu_ms: Option<u64>,
}

/// The footprint of a process; `None` where the system tells nobody, or there
/// is no such process.
#[must_use]
#[cfg(any(target_os = "linux", target_os = "android"))]
pub fn of(pid: u32) -> Option<Footprint> {
    let read = |name: &str| std::fs::read_to_string(format!("/proc/{pid}/{name}")).ok();
    let status = read("status")?;
    let number = |key: &str| {
        let line = status.lines().find_map(|line| line.strip_prefix(key))?;
        line.split_whitespace().next()?.parse::<u64>().ok()
    };
    // Each thread is told of on its own.
    let threads = std::fs::read_dir(format!("/proc/{pid}/task"));
    let woken = threads
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|thread| {
            let status = std::fs::read_to_string(thread.path().join("status")).ok()?;
            let line = status
                .lines()
                .find_map(|line| line.strip_prefix("voluntary_ctxt_switches:"))?;
            line.trim().parse::<u64>().ok()
        });
    let woken: u64 = woken.sum();
    let stat = read("stat");
    let ticks = stat.as_deref().and_then(|stat| {
        let (_, fields) = stat.rsplit_once(')')?;
        let mut times = fields.split_whitespace().skip(11);
        let mut next = || times.next()?.parse::<u64>().ok();
        Some(next()?.saturating_add(next()?))
    });
    let second = rustix::param::clock_ticks_per_second().max(1);
    Some(Footprint {
        resident_bytes: number("VmRSS:")?.saturating_mul(1024),
        peak_bytes: number("VmHWM:").map(|kib| kib.saturating_mul(1024)),
        switches: (woken > 0).then_some(woken),
        cpu_ms: ticks.map(|ticks| ticks.saturating_mul(1000) / second),
    })
}

/// Elsewhere it is not asked.
#[must_use]
#[cfg(not(any(target_os = "linux", target_os = "android")))]
pub fn of(_: u32) -> Option<Footprint> {
    None
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn of_ourselves_something_is_known_and_of_nobody_nothing() {
        let ours = of(std::process::id()).unwrap();
        assert!(ours.resident_bytes > 0 && ours.peak_bytes >= Some(ours.resident_bytes));
        assert!(ours.switches.is_some() && ours.cpu_ms.is_some(), "{ours:?}");
        assert_eq!(of(u32::MAX), None);
    }
}
