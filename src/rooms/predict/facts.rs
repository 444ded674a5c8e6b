//! What the history knows of the nodes that are still in the configuration.

use std::collections::BTreeMap;

use super::decide::{DAY, Known, UNSTABLE, What};
use crate::config::{Config, Limits};
use crate::model::history::{Forecast, Metric, Resolution};
use crate::model::time::Timestamp;
use crate::roster;
use crate::sys::history::{History, HistoryError};

/// How far back hours of a disk are asked for.
const MONTH: i64 = 30 * DAY;
/// How far back samples of memory are asked for.
const FINE: i64 = 7_200;

/// Everything that something may be foreseen of: the local node first, the
/// others in the order of the configuration.
///
/// # Errors
/// When the history cannot be read.
pub(super) fn known(
    history: &History,
    config: &Config,
    now: Timestamp,
) -> Result<Vec<Known>, HistoryError> {
    let local = roster::local_name(config);
    let others = config.nodes.iter().filter(|node| node.name != local);
    let others = others.map(|node| (node.name.clone(), node.limits(&config.limits)));
    let nodes: Vec<(String, Limits)> = std::iter::once((local.clone(), config.limits))
        .chain(others)
        .collect();
    let restarted = history.restarted()?;
    let mut known = Vec::new();
    for (node, limits) in &nodes {
        let reach = history.reach(node)?;
        if let Some(reach) = reach {
            for mount in history.mounts(node)? {
                let measured = (*node == local).then(|| history.grown(node, &mount, now));
                known.push(Known {
                    grew: measured.transpose()?.map(|(grown, _)| grown),
                    points: disk(history, node, &mount, now.0)?,
                    node: node.clone(),
                    what: What::Disk(mount),
                    threshold: limits.disk_used_max,
                    reach,
                });
            }
            known.push(Known {
                points: memory(history, node, now.0)?,
                node: node.clone(),
                what: What::Memory,
                threshold: 100.0 - limits.memory_available_min,
                reach,
                grew: None,
            });
        }
        let checks = restarted.iter().filter(|(of, _)| of == node);
        for (_, check) in checks.filter(|(_, check)| is_configured(check, config)) {
            let restarts = history.restarts(node, check, i64::MIN, now.0.saturating_add(1))?;
            let points: Vec<(i64, f64)> = restarts.iter().map(|one| (one.at, 1.0)).collect();
            let Some((first, _)) = points.first().copied() else {
                continue;
            };
            known.push(Known {
                node: node.clone(),
                what: What::Service(check.clone()),
                threshold: f64::from(UNSTABLE),
                points,
                reach: reach.unwrap_or((first, now.0)),
                grew: None,
            });
        }
    }
    Ok(known)
}

/// Whether a target is still to be there; sshd and tmux always are.
fn is_configured(check: &str, config: &Config) -> bool {
    let named = |name: &str| config.services.iter().any(|service| service.name == name);
    check.strip_prefix("service:").is_none_or(named)
}

/// Hours of a month, and the samples of the last day.
fn disk(
    history: &History,
    node: &str,
    mount: &str,
    now: i64,
) -> Result<Vec<(i64, f64)>, HistoryError> {
    let edge = Resolution::Hour.bucket(now.saturating_sub(DAY));
    let metric = Metric::DiskUsedPercent;
    let series = |since, until, resolution| {
        history.series(node, metric, Some(mount), since, until, Some(resolution))
    };
    let mut points = series(now.saturating_sub(MONTH), edge, Resolution::Hour)?;
    points.extend(series(edge, now.saturating_add(1), Resolution::Raw)?);
    Ok(points)
}

/// Five minutes of a day, and the samples of the last two hours.
fn memory(history: &History, node: &str, now: i64) -> Result<Vec<(i64, f64)>, HistoryError> {
    let edge = Resolution::FiveMinutes.bucket(now.saturating_sub(FINE));
    let metric = Metric::MemoryAvailablePercent;
    let series = |since, until, resolution| {
        history.series(node, metric, None, since, until, Some(resolution))
    };
    let mut points = series(now.saturating_sub(DAY), edge, Resolution::FiveMinutes)?;
    points.extend(series(edge, now.saturating_add(1), Resolution::Raw)?);
    let used = points.into_iter().map(|(at, free)| (at, 100.0 - free));
    Ok(used.collect())
}

/// A node, a kind, and which one of its kind.
type Key = (String, &'static str, String);

/// What was seen in the time of forecasts whose time has come: each is looked
/// up once, however many forecasts there are of it.
pub(super) struct Seen<'a> {
    history: &'a History,
    since: i64,
    until: i64,
    series: BTreeMap<Key, Vec<(i64, f64)>>,
}

impl<'a> Seen<'a> {
    /// What lies between the first beginning and the last end of `due`.
    pub(super) fn of(history: &'a History, due: &[Forecast]) -> Self {
        let since = due.iter().map(|one| one.made).min();
        let until = due
            .iter()
            .map(|one| one.made.saturating_add(one.horizon_s))
            .max();
        Self {
            history,
            since: since.unwrap_or(0),
            until: until.unwrap_or(0),
            series: BTreeMap::new(),
        }
    }

    /// The worst used percent of five minutes each; of a service 1 for each
    /// restart, and 0 for five minutes in which somebody looked.
    ///
    /// # Errors
    /// When the history cannot be read.
    pub(super) fn series(&mut self, of: &Forecast) -> Result<&[(i64, f64)], HistoryError> {
        let Some(what) = What::of(of) else {
            return Ok(&[]);
        };
        let key = (of.node.clone(), what.word(), what.subject().to_owned());
        if !self.series.contains_key(&key) {
            let series = self.read(&of.node, &what)?;
            self.series.insert(key.clone(), series);
        }
        Ok(self.series.get(&key).map_or(&[], Vec::as_slice))
    }

    fn read(&self, node: &str, what: &What) -> Result<Vec<(i64, f64)>, HistoryError> {
        let (history, since, until) = (self.history, self.since, self.until);
        let five = Resolution::FiveMinutes;
        let free = || {
            let metric = Metric::MemoryAvailablePercent;
            history.buckets(node, metric, None, since, until, five)
        };
        Ok(match what {
            What::Disk(mount) => {
                let metric = Metric::DiskUsedPercent;
                let buckets = history.buckets(node, metric, Some(mount), since, until, five)?;
                buckets.iter().map(|one| (one.at, one.max)).collect()
            }
            What::Memory => {
                let buckets = free()?;
                buckets
                    .iter()
                    .map(|one| (one.at, 100.0 - one.min))
                    .collect()
            }
            What::Service(check) => {
                let restarts = history.restarts(node, check, since, until)?;
                let looks = free()?.into_iter().map(|one| (one.at, 0.0));
                let restarts = restarts.iter().map(|one| (one.at, 1.0));
                let mut all: Vec<(i64, f64)> = looks.chain(restarts).collect();
                all.sort_by_key(|(at, _)| *at);
                all
            }
        })
    }
}
