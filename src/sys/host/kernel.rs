//! Memory, load, processor, uptime and boot, by platform.

use crate::model::node::CpuTicks;
use crate::model::reading::Reading;

/// Memory in bytes.
#[derive(Debug, Clone, Copy)]
pub(super) struct Memory {
    /// All of it.
    pub(super) total: u64,
    /// What programs can still have.
    pub(super) available: u64,
}

#[cfg(not(target_os = "android"))]
mod platform {
    use super::Memory;
    use crate::model::reading::Reading;
    #[cfg(not(target_os = "linux"))]
    use crate::model::reading::one_decimal;

    /// Linux: `MemAvailable`; macOS: by `vm_stat`, because sysinfo counts
    /// active pages as available.
    pub(in super::super) fn memory() -> Reading<Memory> {
        let system = match sysinfo::System::new() {
            Ok(mut system) => {
                let ram = sysinfo::MemoryRefreshKind::nothing().with_ram();
                system.refresh_memory_specifics(ram);
                system
            }
            Err(error) => return Reading::failed(error.to_string()),
        };
        match system.total_memory() {
            0 => Reading::failed("the system names no memory"),
            total => available(&system).map(|available| Memory { total, available }),
        }
    }

    #[cfg(not(target_os = "macos"))]
    fn available(system: &sysinfo::System) -> Reading<u64> {
        Reading::Value(system.available_memory())
    }

    #[cfg(target_os = "macos")]
    fn available(_: &sysinfo::System) -> Reading<u64> {
        match said("/usr/bin/vm_stat", &[]) {
            Ok(text) => match crate::model::vm_stat::available(&text) {
                Some(bytes) => Reading::Value(bytes),
                None => Reading::failed("vm_stat names no free pages"),
            },
            Err(error) => Reading::failed(error),
        }
    }

    /// What one of the system's own programs prints.
    #[cfg(target_os = "macos")]
    pub(in super::super) fn said(program: &str, arguments: &[&str]) -> Result<String, String> {
        let program = std::path::Path::new(program);
        let arguments: Vec<_> = arguments.iter().map(Into::into).collect();
        let limit = std::time::Duration::from_secs(2);
        crate::sys::process::run(program, &arguments, &[], limit)
            .map(|ended| String::from_utf8_lossy(&ended.stdout).into_owned())
            .map_err(|error| error.to_string())
    }

    pub(in super::super) fn load() -> Reading<f64> {
        match sysinfo::System::load_average() {
            // Two decimals, as the kernel gives them.
            Ok(load) => Reading::Value((load.one * 100.0).round() / 100.0),
            Err(error) => Reading::failed(error.to_string()),
        }
    }

    pub(in super::super) fn uptime() -> Reading<u64> {
        match sysinfo::System::uptime() {
            Ok(seconds) => Reading::Value(seconds),
            Err(error) => Reading::failed(error.to_string()),
        }
    }

    /// The busy share of the next moments, where there are no counters to compare.
    #[cfg(not(target_os = "linux"))]
    pub(super) fn busy_now() -> Reading<f64> {
        let Ok(mut system) = sysinfo::System::new() else {
            return Reading::failed("sysinfo does not know this system");
        };
        system.refresh_cpu_usage();
        std::thread::sleep(sysinfo::MINIMUM_CPU_UPDATE_INTERVAL);
        system.refresh_cpu_usage();
        Reading::Value(one_decimal(system.global_cpu_usage().into()))
    }

    /// The id of this boot's session: the time of the boot moves with the clock.
    #[cfg(target_os = "macos")]
    pub(in super::super) fn boot_id() -> Option<String> {
        use std::sync::OnceLock;
        static ID: OnceLock<Option<String>> = OnceLock::new();
        let ask = || {
            let text = said("/usr/sbin/sysctl", &["-n", "kern.bootsessionuuid"]).ok()?;
            Some(text.trim().to_owned()).filter(|id| !id.is_empty())
        };
        ID.get_or_init(ask).clone()
    }

    #[cfg(not(any(target_os = "linux", target_os = "macos")))]
    pub(in super::super) fn boot_id() -> Option<String> {
        let seconds = sysinfo::System::boot_time().ok()?;
        Some(seconds.to_string())
    }
}

#[cfg(target_os = "android")]
mod platform {
    use super::Memory;
    use crate::model::proc::meminfo;
    use crate::model::reading::Reading;

    /// `/proc/meminfo`, which Android leaves open.
    pub(in super::super) fn memory() -> Reading<Memory> {
        let text = match std::fs::read_to_string("/proc/meminfo") {
            Ok(text) => text,
            Err(error) => return Reading::failed(format!("/proc/meminfo: {error}")),
        };
        match (meminfo(&text, "MemTotal:"), meminfo(&text, "MemAvailable:")) {
            (Some(total), Some(available)) if total > 0 => {
                Reading::Value(Memory { total, available })
            }
            _ => Reading::failed("/proc/meminfo names no memory"),
        }
    }

    /// `sysinfo(2)`: load in units of 1/65536.
    pub(in super::super) fn load() -> Reading<f64> {
        let [one, ..] = rustix::system::sysinfo().loads;
        #[expect(
            clippy::cast_precision_loss,
            reason = "a load of 2^36 is not to be met"
        )]
        Reading::Value((one as f64 / 65_536.0 * 100.0).round() / 100.0)
    }

    pub(in super::super) fn uptime() -> Reading<u64> {
        Reading::Value(u64::try_from(rustix::system::sysinfo().uptime).unwrap_or(0))
    }
}

#[cfg(target_os = "macos")]
pub(super) use platform::said;
pub(super) use platform::{load, memory, uptime};

/// The busy share, or the counters from which the next sample tells it.
#[cfg(target_os = "linux")]
pub(super) fn processor() -> (Reading<f64>, Option<CpuTicks>) {
    match std::fs::read_to_string("/proc/stat") {
        Ok(text) => match crate::model::proc::ticks(&text) {
            Some(ticks) => (Reading::unavailable("needs a second sample"), Some(ticks)),
            None => (Reading::failed("/proc/stat has no line `cpu`"), None),
        },
        Err(error) => (Reading::failed(format!("/proc/stat: {error}")), None),
    }
}

/// Android closed `/proc/stat` in version 8.
#[cfg(target_os = "android")]
pub(super) fn processor() -> (Reading<f64>, Option<CpuTicks>) {
    (Reading::unavailable("Android hides /proc/stat"), None)
}

#[cfg(not(any(target_os = "linux", target_os = "android")))]
pub(super) fn processor() -> (Reading<f64>, Option<CpuTicks>) {
    (platform::busy_now(), None)
}

#[cfg(any(target_os = "linux", target_os = "android"))]
pub(super) fn boot_id() -> Option<String> {
    let id = std::fs::read_to_string("/proc/sys/kernel/random/boot_id").ok()?;
    Some(id.trim().to_owned()).filter(|id| !id.is_empty())
}

#[cfg(not(any(target_os = "linux", target_os = "android")))]
pub(super) use platform::boot_id;
