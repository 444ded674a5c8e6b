//! The battery, where there is one.

use crate::model::battery::Charge;
use crate::model::reading::Reading;
use crate::sys::surroundings::Surroundings;

/// Linux: the first battery of the machine itself (not of a mouse) in sysfs.
#[cfg(target_os = "linux")]
pub(super) fn charge(_: &Surroundings) -> Charge {
    let Ok(supplies) = std::fs::read_dir("/sys/class/power_supply") else {
        return crate::model::battery::unknown("no battery");
    };
    for supply in supplies.flatten() {
        let read = |name| std::fs::read_to_string(supply.path().join(name)).unwrap_or_default();
        let is = |name, word: &str| read(name).trim() == word;
        if is("type", "Battery") && !is("scope", "Device") {
            let percent = read("capacity").trim().parse();
            return match percent {
                Ok(percent) => (
                    Reading::Value(percent),
                    Reading::Value(is("status", "Discharging")),
                ),
                Err(_) => (
                    Reading::failed("the battery names no capacity"),
                    Reading::unavailable("no capacity"),
                ),
            };
        }
    }
    crate::model::battery::unknown("no battery")
}

/// Termux:API, which hangs when its app is missing or frozen: 5 s, then "failed".
#[cfg(target_os = "android")]
pub(super) fn charge(around: &Surroundings) -> Charge {
    let Some(program) = crate::sys::programs::find("termux-battery-status", around) else {
        return crate::model::battery::unknown(
            "termux-battery-status is not installed: pkg install termux-api",
        );
    };
    let limit = std::time::Duration::from_secs(5);
    match crate::sys::process::run(&program, &[], &around.environment, limit) {
        Ok(ended) => crate::model::battery::termux(&ended.stdout),
        Err(error) => (
            Reading::failed(error.to_string()),
            Reading::failed("no answer"),
        ),
    }
}

/// macOS: `pmset -g batt`.
#[cfg(not(any(target_os = "linux", target_os = "android")))]
pub(super) fn charge(around: &Surroundings) -> Charge {
    let program = std::path::Path::new("/usr/bin/pmset");
    let arguments = ["-g", "batt"].map(std::ffi::OsString::from);
    let limit = std::time::Duration::from_secs(2);
    match crate::sys::process::run(program, &arguments, &around.environment, limit) {
        Ok(ended) => crate::model::battery::pmset(&String::from_utf8_lossy(&ended.stdout)),
        Err(error) => (
            Reading::failed(error.to_string()),
            Reading::failed("no answer"),
        ),
    }
}
