//! `[watch]`, `[judge]` and `[limits]`: when we look and what is a problem.

use std::ops::RangeInclusive;
use std::time::Duration;

use toml::de::DeValue;

use super::reader::Section;
use super::scalar::{DAY, HOUR, integer, seconds};
use super::wrong::Wrong;

/// `[watch]`: the schedules, and how remote nodes are reached.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Watch {
    /// Between full probes of every node; 10 s to a day.
    pub health_every: Duration,
    /// Between looks whether a node is there at all; 1 s to an hour.
    pub liveness_every: Duration,
    /// Between heals; 10 s to a day.
    pub heal_every: Duration,
    /// Between forecasts; a minute to a day.
    pub predict_every: Duration,
    /// How many channels to remote nodes stay open.
    pub channels: Channels,
    /// After which a probe is given up; 1 s to 5 minutes.
    pub probe_timeout: Duration,
    /// Whether a master connection that the user opened may be used.
    pub share_master: bool,
}

/// How many channels to remote nodes stay open.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Channels {
    /// As many as suit the platform.
    #[default]
    Auto,
    /// At most this many, 0 to 1024.
    Count(u16),
}

/// `[judge]`: how many samples make and end an alert.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Judge {
    /// What raises an alert.
    pub raise: Raise,
    /// Good samples in a row that end it; 1 to 60.
    pub clear: u32,
    /// Points that a good sample is better than the limit; 0 to 50.
    pub margin: f64,
}

/// `bad` samples of the last `of` raise an alert; 1 ≤ bad ≤ of ≤ 60.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Raise {
    /// Bad samples.
    pub bad: usize,
    /// Samples looked at.
    pub of: usize,
}

/// `[limits]`, all in percent.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Limits {
    /// Used disk at or above is a problem; 1 to 100.
    pub disk_used_max: f64,
    /// Available memory at or below is a problem; 0 to 99.
    pub memory_available_min: f64,
    /// So much of the last ten seconds, or of the last minute where that is
    /// worse, in which nothing could go on for want of memory, or more, is a
    /// problem; 1 to 100.
    pub memory_stall_max: f64,
    /// Used inodes at or above are a problem; 1 to 100.
    pub inodes_used_max: f64,
    /// Charge of a discharging battery at or below is a problem; 0 to 99.
    pub battery_min: f64,
}

/// The limits a node has of its own, in percent as in [`Limits`].
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct NodeLimits {
    /// In place of `limits.disk_used_max`.
    pub disk_used_max: Option<f64>,
    /// In place of `limits.memory_available_min`.
    pub memory_available_min: Option<f64>,
    /// In place of `limits.memory_stall_max`.
    pub memory_stall_max: Option<f64>,
    /// In place of `limits.inodes_used_max`.
    pub inodes_used_max: Option<f64>,
    /// In place of `limits.battery_min`.
    pub battery_min: Option<f64>,
}

impl NodeLimits {
    /// The limits of `all` with these in their place, key by key.
    #[must_use]
    pub fn over(self, all: &Limits) -> Limits {
        Limits {
            disk_used_max: self.disk_used_max.unwrap_or(all.disk_used_max),
            memory_available_min: self
                .memory_available_min
                .unwrap_or(all.memory_available_min),
            memory_stall_max: self.memory_stall_max.unwrap_or(all.memory_stall_max),
            inodes_used_max: self.inodes_used_max.unwrap_or(all.inodes_used_max),
            battery_min: self.battery_min.unwrap_or(all.battery_min),
        }
    }
}

pub(super) fn watch(section: &mut Section<'_, '_>) -> Watch {
    let mut every =
        |key, range: RangeInclusive<_>| section.duration(key, range).unwrap_or_default();
    Watch {
        health_every: every("health_every", seconds(10)..=DAY),
        liveness_every: every("liveness_every", seconds(1)..=HOUR),
        heal_every: every("heal_every", seconds(10)..=DAY),
        predict_every: every("predict_every", seconds(60)..=DAY),
        probe_timeout: every("probe_timeout", seconds(1)..=seconds(300)),
        channels: section.value("channels", channels).unwrap_or_default(),
        share_master: section.boolean("share_master").unwrap_or_default(),
    }
}

fn channels(value: &DeValue<'_>) -> Result<Channels, Wrong> {
    match value {
        DeValue::Integer(_) => integer(value, &(0..=1024)).map(Channels::Count),
        DeValue::String(text) if text == "auto" => Ok(Channels::Auto),
        DeValue::String(_) => Err(Wrong::must("\"auto\" or a number")),
        _ => Err(Wrong::kind("\"auto\" or a number")),
    }
}

pub(super) fn judge(section: &mut Section<'_, '_>) -> Judge {
    Judge {
        raise: section.value("raise", raise).unwrap_or_default(),
        clear: section.integer("clear", 1..=60).unwrap_or_default(),
        margin: section.percent("margin", 0.0..=50.0).unwrap_or_default(),
    }
}

fn raise(value: &DeValue<'_>) -> Result<Raise, Wrong> {
    const RULE: &str = "two whole numbers such as [2, 3]: bad samples of the last so many";
    let DeValue::Array(pair) = value else {
        return Err(Wrong::kind(RULE));
    };
    let numbers: Option<Vec<usize>> = pair
        .iter()
        .map(|number| integer(number.get_ref(), &(1..=60)).ok())
        .collect();
    match numbers.as_deref() {
        Some(&[bad, of]) if bad <= of => Ok(Raise { bad, of }),
        _ => Err(Wrong::that(format!(
            "must be {RULE}, the first at least 1, the second at least the first and at most 60"
        ))),
    }
}

pub(super) fn limits(section: &mut Section<'_, '_>) -> NodeLimits {
    NodeLimits {
        disk_used_max: section.percent("disk_used_max", 1.0..=100.0),
        memory_available_min: section.percent("memory_available_min", 0.0..=99.0),
        memory_stall_max: section.percent("memory_stall_max", 1.0..=100.0),
        inodes_used_max: section.percent("inodes_used_max", 1.0..=100.0),
        battery_min: section.percent("battery_min", 0.0..=99.0),
    }
}

/// No limit at all: what keys that have a default are laid over.
pub(super) const UNLIMITED: Limits = Limits {
    disk_used_max: f64::INFINITY,
    memory_available_min: f64::NEG_INFINITY,
    memory_stall_max: f64::INFINITY,
    inodes_used_max: f64::INFINITY,
    battery_min: f64::NEG_INFINITY,
};
