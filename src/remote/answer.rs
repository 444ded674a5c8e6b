//! An answer of the probe as readings: total, and nothing in it is believed
//! that cannot be.

use std::collections::BTreeMap;

use super::facts::{
    Facts, TOO_MANY, load, name, odd, seconds, short, value, worded_load, worded_uptime,
};
use super::macos;
use super::pressure;
use super::probe::Wishes;
use super::space::{self, Disks};
use crate::model::battery::{self, Charge};
use crate::model::node::{CpuTicks, Platform};
use crate::model::proc::{meminfo, number, ticks};
use crate::model::reading::{Reading, Readings, share};
use crate::model::text::clean;
use crate::sys::tmux::no_server;

/// Sessions that are listed at most.
const MOST_SESSIONS: usize = 200;

/// Characters of a boot's id.
const LONGEST_BOOT_ID: usize = 64;

/// What one answer tells.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    /// What the node runs; `None` when it did not say, or something unknown.
    pub platform: Option<Platform>,
    /// What was measured. `cpu_percent` waits for the ticks to be compared.
    pub readings: Readings,
    /// Names this boot: 1 to 64 printable characters.
    pub boot_id: Option<String>,
    /// Processor time so far.
    pub cpu_ticks: Option<CpuTicks>,
    /// Bytes that were swapped in since boot, where stalls are not told.
    pub swapped_in_bytes: Option<u64>,
    /// The ssh server that let us in no longer runs.
    pub listener_gone: bool,
}

/// Reads the lines between an answer's marks. `complete`: its end came.
#[must_use]
pub fn read(lines: &[u8], complete: bool, wishes: &Wishes) -> Answer {
    let facts = Facts::new(lines, complete);
    let system = System::of(&facts);
    let memory = system.memory(&facts);
    let disks = system.disks(&facts);
    let (cpu_percent, cpu_ticks) = system.processor(&facts);
    let (battery_percent, battery_discharging) = system.battery(&facts, wishes);
    let (memory_stall_percent, swapped_in_bytes) = system.pressure(&facts);
    let listener_gone = facts.first("listener") == Some(b"gone");
    Answer {
        readings: Readings {
            disk_used_percent: disks.home_used_percent,
            disk_mount: disks.home_mount,
            disks: disks.all,
            memory_available_percent: memory
                .clone()
                .map(|(total, available)| share(available, total)),
            memory_total_bytes: memory.clone().map(|(total, _)| total),
            memory_available_bytes: memory.map(|(_, available)| available),
            memory_stall_percent,
            swap_in_bytes_per_s: Reading::unavailable(match swapped_in_bytes {
                Some(_) => "needs a second sample",
                None => "not told",
            }),
            load_1m: system.load(&facts),
            cpu_percent,
            uptime_s: system.uptime(&facts),
            // We came in, over the network.
            sshd: Reading::Value(!listener_gone),
            network: Reading::Value(true),
            tmux_sessions: sessions(&facts),
            services: services(&facts, wishes),
            battery_percent,
            battery_discharging,
            hub: Reading::default(),
        },
        boot_id: system.boot_id(&facts),
        cpu_ticks,
        swapped_in_bytes,
        listener_gone,
        platform: match system {
            System::Known(platform) => Some(platform),
            System::Strange(_) | System::Untold => None,
        },
    }
}

/// Which system answered.
enum System {
    Known(Platform),
    /// One that the probe does not know, by its name.
    Strange(String),
    Untold,
}

impl System {
    fn of(facts: &Facts<'_>) -> Self {
        match facts.first("platform") {
            Some(b"linux") => Self::Known(Platform::Linux),
            Some(b"macos") => Self::Known(Platform::Macos),
            Some(b"termux") => Self::Known(Platform::Termux),
            Some(other) => Self::Strange(short(&String::from_utf8_lossy(other))),
            None => Self::Untold,
        }
    }

    /// What no known system tells.
    fn unknown<T>(&self, facts: &Facts<'_>) -> Reading<T> {
        match self {
            Self::Strange(name) => {
                Reading::Unavailable(short(&format!("the probe does not know `{name}`")))
            }
            Self::Known(_) | Self::Untold => facts.missing(),
        }
    }

    /// In all and available, in bytes.
    fn memory(&self, facts: &Facts<'_>) -> Reading<(u64, u64)> {
        let (key, memory) = match self {
            Self::Known(Platform::Linux | Platform::Termux) => {
                let text = facts.joined("memory").unwrap_or_default();
                let line = |key| meminfo(&text, key);
                let both = line("MemTotal:").zip(line("MemAvailable:"));
                ("memory", both)
            }
            Self::Known(Platform::Macos) => ("vm_stat", macos::memory(facts)),
            Self::Strange(_) | Self::Untold => return self.unknown(facts),
        };
        let possible =
            |&(total, available): &(u64, u64)| (1..TOO_MANY).contains(&total) && available <= total;
        told(facts, key, "memory", |_| memory.filter(possible))
    }

    fn load(&self, facts: &Facts<'_>) -> Reading<f64> {
        match self {
            Self::Known(Platform::Linux) => {
                told(facts, "load", "load", |text| load(first_word(text)))
            }
            Self::Known(Platform::Termux) => told(facts, "clock", "load", worded_load),
            Self::Known(Platform::Macos) => {
                told(facts, "sysctl", "load", |_| macos::load_average(facts))
            }
            Self::Strange(_) | Self::Untold => self.unknown(facts),
        }
    }

    fn uptime(&self, facts: &Facts<'_>) -> Reading<u64> {
        match self {
            Self::Known(Platform::Linux) => {
                told(facts, "uptime", "uptime", |text| seconds(first_word(text)))
            }
            Self::Known(Platform::Termux) => told(facts, "clock", "uptime", worded_uptime),
            Self::Known(Platform::Macos) => {
                told(facts, "sysctl", "uptime", |_| macos::uptime(facts))
            }
            Self::Strange(_) | Self::Untold => self.unknown(facts),
        }
    }

    fn processor(&self, facts: &Facts<'_>) -> (Reading<f64>, Option<CpuTicks>) {
        let why = match self {
            Self::Known(Platform::Linux) => {
                let ticks = told(facts, "cpu", "cpu", |text| {
                    ticks(text).filter(|ticks| ticks.total < TOO_MANY)
                });
                return match ticks {
                    Reading::Value(ticks) => {
                        (Reading::unavailable("needs a second sample"), Some(ticks))
                    }
                    Reading::Unavailable(why) | Reading::Failed(why) => {
                        (Reading::Failed(why), None)
                    }
                };
            }
            Self::Known(Platform::Termux) => "Android hides /proc/stat",
            Self::Known(Platform::Macos) => "macOS shows no counters to a shell",
            Self::Strange(_) | Self::Untold => return (self.unknown(facts), None),
        };
        (Reading::unavailable(why), None)
    }

    /// How much stands still for want of memory, or what was swapped in.
    fn pressure(&self, facts: &Facts<'_>) -> (Reading<f64>, Option<u64>) {
        match self {
            Self::Known(platform) => pressure::told(facts, *platform),
            Self::Strange(_) | Self::Untold => (self.unknown(facts), None),
        }
    }

    fn disks(&self, facts: &Facts<'_>) -> Disks {
        match self {
            Self::Known(platform) => space::disks(facts, *platform),
            Self::Strange(_) | Self::Untold => Disks {
                home_used_percent: self.unknown(facts),
                home_mount: self.unknown(facts),
                all: self.unknown(facts),
            },
        }
    }

    fn battery(&self, facts: &Facts<'_>, wishes: &Wishes) -> Charge {
        let charge = match (self, facts.first("battery")) {
            (Self::Known(Platform::Linux), Some(b"none")) => battery::unknown("no battery"),
            (Self::Known(Platform::Linux), Some(told)) => {
                let text = String::from_utf8_lossy(told);
                let (charge, state) = text.split_once(' ').unwrap_or((&text, ""));
                match super::facts::decimal(charge) {
                    Some(percent) => (
                        Reading::Value(percent),
                        Reading::Value(state == "Discharging"),
                    ),
                    None => (odd("battery", &text), Reading::failed("no capacity")),
                }
            }
            (Self::Known(Platform::Termux), _) if !wishes.battery => battery::unknown("not asked"),
            (Self::Known(Platform::Termux), Some(b"missing")) => {
                battery::unknown("termux-battery-status is not installed: pkg install termux-api")
            }
            (Self::Known(Platform::Termux), _) => match facts.joined("battery_json") {
                Some(text) if text.trim().is_empty() => (
                    Reading::failed("termux-battery-status said nothing"),
                    Reading::failed("no answer"),
                ),
                Some(text) => battery::termux(text.as_bytes()),
                None => (facts.missing(), facts.missing()),
            },
            (Self::Known(Platform::Macos), _) => match facts.joined("pmset") {
                Some(text) => battery::pmset(&text),
                None => (facts.missing(), facts.missing()),
            },
            _ => (self.unknown(facts), self.unknown(facts)),
        };
        in_range(charge)
    }

    fn boot_id(&self, facts: &Facts<'_>) -> Option<String> {
        let id = match self {
            Self::Known(Platform::Macos) => macos::boot_id(facts),
            _ => facts.text("boot"),
        };
        let printable = |id: &String| {
            (1..=LONGEST_BOOT_ID).contains(&id.len()) && id.bytes().all(|b| b.is_ascii_graphic())
        };
        id.filter(printable)
    }
}

/// What `read` makes of the first value of `key`; an odd one is told by what
/// it should have been.
fn told<T>(
    facts: &Facts<'_>,
    key: &str,
    what: &str,
    read: impl FnOnce(&str) -> Option<T>,
) -> Reading<T> {
    match facts.text(key) {
        Some(text) => read(&text).map_or_else(|| odd(what, &text), Reading::Value),
        None => facts.missing(),
    }
}

fn first_word(text: &str) -> &str {
    text.split(' ').next().unwrap_or_default()
}

/// A charge from 0 to 100, and errors that are short and clean.
fn in_range((percent, discharging): Charge) -> Charge {
    match percent {
        Reading::Value(percent) if !(0.0..=100.0).contains(&percent) => (
            odd("battery", &percent.to_string()),
            Reading::failed("no capacity"),
        ),
        Reading::Failed(error) => (Reading::Failed(short(&error)), discharging),
        sound => (sound, discharging),
    }
}

/// The names between `tmux=ask` and its exit code, for each socket that was
/// asked; other lines there are complaints.
fn sessions(facts: &Facts<'_>) -> Reading<Vec<String>> {
    let (mut names, mut failed) = (Vec::new(), None);
    let mut complaint: Option<String> = None;
    for line in facts.lines() {
        match (value(line, "tmux"), complaint.as_mut()) {
            (Some(b"missing"), _) => return Reading::unavailable("tmux is not installed"),
            (Some(b"ask"), _) => complaint = Some(String::new()),
            (Some(b"done"), _) => {
                names.sort();
                names.dedup();
                return match failed {
                    Some(error) if names.is_empty() => Reading::Failed(error),
                    _ => Reading::Value(names),
                };
            }
            (Some(code), _) => {
                let said = complaint.take().unwrap_or_default();
                let code = String::from_utf8_lossy(code);
                if code != "0" && !no_server(&said) {
                    let why = if said.trim().is_empty() {
                        format!("tmux ended with {code}")
                    } else {
                        format!("tmux: {said}")
                    };
                    failed = failed.or(Some(short(&why)));
                }
            }
            (None, Some(said)) => match value(line, "session") {
                Some(told) if !told.is_empty() && names.len() < MOST_SESSIONS => {
                    names.push(name(told));
                }
                None if said.len() < 1000 => {
                    said.push_str(&clean(&name(line)));
                    said.push(' ');
                }
                Some(_) | None => {}
            },
            (None, None) => {}
        }
    }
    facts.missing()
}

/// The wished services that answered, by name. One that nothing on the node
/// could ask is left out, as is one that did not answer in time.
fn services(facts: &Facts<'_>, wishes: &Wishes) -> Reading<BTreeMap<String, bool>> {
    let mut ready = BTreeMap::new();
    let mut unknown = false;
    let other = |told: &str| told != wishes.fingerprint();
    if !wishes.services.is_empty() && facts.text("wishes").is_some_and(|told| other(&told)) {
        return Reading::failed(
            "it was asked by an older configuration: `mamori setup node` prints its key's line anew",
        );
    }
    for line in facts.lines() {
        let Some((number, word)) = numbered(line) else {
            continue;
        };
        let Some((name, _)) = wishes.services.get(number) else {
            continue;
        };
        match word {
            b"ready" => ready.entry(name.clone()).or_insert(true),
            b"not" => ready.entry(name.clone()).or_insert(false),
            _ => {
                unknown |= word == b"unknown";
                continue;
            }
        };
    }
    if !ready.is_empty() || wishes.services.is_empty() {
        Reading::Value(ready)
    } else if unknown {
        Reading::unavailable("the node has neither bash nor nc to ask with")
    } else {
        facts.missing()
    }
}

/// The parts of `service.NUMBER=WORD`.
fn numbered(line: &[u8]) -> Option<(usize, &[u8])> {
    let rest = line.strip_prefix(b"service.")?;
    let at = rest.iter().position(|byte| *byte == b'=')?;
    let digits = std::str::from_utf8(rest.get(..at)?).ok()?;
    let count = usize::try_from(number(digits)?).ok()?;
    Some((count, rest.get(at + 1..)?))
}

#[cfg(test)]
#[path = "answer_tests.rs"]
mod tests;
