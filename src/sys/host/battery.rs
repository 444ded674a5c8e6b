//! The battery, where there is one.

use crate::model::reading::Reading;
use crate::sys::surroundings::Surroundings;

/// Charge in percent, and whether it is being drained.
pub(super) type Charge = (Reading<f64>, Reading<bool>);

fn both(why: &str) -> Charge {
    (Reading::unavailable(why), Reading::unavailable(why))
}

/// Linux: the first battery of the machine itself (not of a mouse) in sysfs.
#[cfg(target_os = "linux")]
pub(super) fn charge(_: &Surroundings) -> Charge {
    let Ok(supplies) = std::fs::read_dir("/sys/class/power_supply") else {
        return both("no battery");
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
    both("no battery")
}

/// Termux:API, which hangs when its app is missing or frozen: 5 s, then "failed".
#[cfg(target_os = "android")]
pub(super) fn charge(around: &Surroundings) -> Charge {
    #[derive(serde::Deserialize)]
    struct Status {
        percentage: Option<f64>,
        status: Option<String>,
    }
    let Some(program) = crate::sys::programs::find("termux-battery-status", around) else {
        return both("termux-battery-status is not installed: pkg install termux-api");
    };
    let limit = std::time::Duration::from_secs(5);
    let answer = match crate::sys::process::run(&program, &[], &around.environment, limit) {
        Ok(ended) => serde_json::from_slice::<Status>(&ended.stdout),
        Err(error) => {
            return (
                Reading::failed(error.to_string()),
                Reading::failed("no answer"),
            );
        }
    };
    match answer {
        Ok(Status {
            percentage: Some(percent),
            status,
        }) => (
            Reading::Value(percent),
            Reading::Value(status.as_deref() == Some("DISCHARGING")),
        ),
        Ok(_) => both("Termux:API names no percentage"),
        Err(error) => (
            Reading::failed(error.to_string()),
            Reading::failed("not understood"),
        ),
    }
}

/// macOS: `pmset -g batt`, such as ` -InternalBattery-0 (id=1)	93%; discharging; 4:02 remaining`.
#[cfg(not(any(target_os = "linux", target_os = "android")))]
pub(super) fn charge(around: &Surroundings) -> Charge {
    let program = std::path::Path::new("/usr/bin/pmset");
    let arguments = ["-g", "batt"].map(std::ffi::OsString::from);
    let limit = std::time::Duration::from_secs(2);
    match crate::sys::process::run(program, &arguments, &around.environment, limit) {
        Ok(ended) => pmset(&String::from_utf8_lossy(&ended.stdout)),
        Err(error) => (
            Reading::failed(error.to_string()),
            Reading::failed("no answer"),
        ),
    }
}

#[cfg(any(test, not(any(target_os = "linux", target_os = "android"))))]
fn pmset(text: &str) -> Charge {
    let battery = text
        .lines()
        .find(|line| line.trim_start().starts_with("-InternalBattery"));
    let Some((before, after)) = battery.and_then(|line| line.split_once('%')) else {
        return both("no battery");
    };
    let digits = before
        .rsplit(|c: char| !c.is_ascii_digit())
        .next()
        .unwrap_or_default();
    match digits.parse() {
        Ok(percent) => (
            Reading::Value(percent),
            Reading::Value(after.starts_with("; discharging")),
        ),
        Err(_) => both("pmset names no percentage"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pmset_is_understood() {
        let text = "Now drawing from 'Battery Power'\n -InternalBattery-0 (id=123)\t93%; discharging; 4:02 remaining present: true\n";
        assert_eq!(pmset(text), (Reading::Value(93.0), Reading::Value(true)));
        let text = " -InternalBattery-0 (id=123)\t100%; charged; 0:00 remaining\n";
        assert_eq!(pmset(text), (Reading::Value(100.0), Reading::Value(false)));
        assert_eq!(pmset("Now drawing from 'AC Power'\n"), both("no battery"));
    }
}
