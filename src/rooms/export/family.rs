//! Metric families: what they are called, what they count, their samples. Pure.

use std::collections::{BTreeMap, BTreeSet};

use super::label::label;
use crate::model::time::Timestamp;

/// Nodes that have samples.
const NODES: usize = 1_000;
/// Entries of one kind (disks, services, alerts …) of a node.
const PER_NODE: usize = 64;

/// What a family's samples are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// A value of now.
    Gauge,
    /// Only ever grows.
    Counter,
    /// A fact in its labels.
    Info,
}

/// What values are counted in; stands at the end of the name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unit {
    /// A number, or yes (1) and no (0).
    None,
    /// Seconds; of a timestamp those since 1970.
    Seconds,
    /// Bytes.
    Bytes,
    /// 0 to 1.
    Ratio,
    /// Bytes in a second.
    BytesPerSecond,
}

/// A sample's value.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Value {
    Whole(u64),
    Real(f64),
}

/// The labels of a sample.
pub(super) type Labels = Vec<(&'static str, String)>;

/// Samples of one name.
#[derive(Debug)]
pub(super) struct Family {
    /// Without what stands before all names and without its unit.
    pub(super) name: &'static str,
    pub(super) help: &'static str,
    pub(super) kind: Kind,
    pub(super) unit: Unit,
    pub(super) samples: Vec<(Labels, Value)>,
}

/// All families, in their order.
#[derive(Debug, Default)]
pub(super) struct Book {
    pub(super) families: Vec<Family>,
    /// What is beyond the bounds.
    left_out: u64,
}

impl Book {
    /// Values of now.
    pub(super) fn gauge(
        &mut self,
        (name, unit): (&'static str, Unit),
        help: &'static str,
        samples: impl IntoIterator<Item = (Labels, Value)>,
    ) {
        self.family(name, unit, Kind::Gauge, help, samples);
    }

    /// What only ever grows.
    pub(super) fn counter(
        &mut self,
        (name, unit): (&'static str, Unit),
        help: &'static str,
        samples: impl IntoIterator<Item = (Labels, Value)>,
    ) {
        self.family(name, unit, Kind::Counter, help, samples);
    }

    /// Facts that have no number.
    pub(super) fn info(
        &mut self,
        name: &'static str,
        help: &'static str,
        samples: impl IntoIterator<Item = Labels>,
    ) {
        let samples = samples.into_iter().map(|labels| (labels, Value::Whole(1)));
        self.family(name, Unit::None, Kind::Info, help, samples);
    }

    /// A family without samples is left away; of two with the same labels,
    /// which no reader takes, the first stays.
    fn family(
        &mut self,
        name: &'static str,
        unit: Unit,
        kind: Kind,
        help: &'static str,
        samples: impl IntoIterator<Item = (Labels, Value)>,
    ) {
        let mut seen = BTreeSet::new();
        let samples: Vec<_> = samples
            .into_iter()
            .filter(|(labels, _)| seen.insert(labels.clone()))
            .collect();
        if !samples.is_empty() {
            self.families.push(Family {
                name,
                help,
                kind,
                unit,
                samples,
            });
        }
    }

    /// At most so many entries of each node, with the node's name as a label.
    pub(super) fn of_nodes<'a, T>(
        &mut self,
        entries: impl IntoIterator<Item = (&'a str, T)>,
    ) -> Vec<(String, T)> {
        let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
        let mut kept = Vec::new();
        for (node, entry) in entries {
            if counts.len() >= NODES && !counts.contains_key(node) {
                self.left_out += 1;
                continue;
            }
            let count = counts.entry(node).or_default();
            *count += 1;
            if *count <= PER_NODE {
                kept.push((label(node), entry));
            } else {
                self.left_out += 1;
            }
        }
        kept
    }

    /// Says how much was left out.
    pub(super) fn close(&mut self) {
        let left_out = Value::Whole(self.left_out);
        self.gauge(
            ("export_left_out", Unit::None),
            "Nodes, file systems, services, problems and alerts beyond what is exported.",
            [(Vec::new(), left_out)],
        );
    }
}

/// Yes or no.
pub(super) fn truth(is: bool) -> Value {
    Value::Whole(u64::from(is))
}

/// A count.
pub(super) fn count(number: usize) -> Value {
    Value::Whole(u64::try_from(number).unwrap_or(u64::MAX))
}

/// An instant; one before 1970 counts as that.
pub(super) fn instant(at: Timestamp) -> Value {
    Value::Whole(u64::try_from(at.0).unwrap_or(0))
}

/// 0 to 100, of which one decimal counts, as 0 to 1.
pub(super) fn ratio(percent: f64) -> Value {
    let rounded = (percent * 1_000.0).round() / 100_000.0;
    // Out of any range, and so nobody's reading, but a number all the same.
    Value::Real(if rounded.is_finite() {
        rounded
    } else {
        percent / 100.0
    })
}

/// Milliseconds, as seconds.
pub(super) fn seconds(milliseconds: f64) -> Value {
    Value::Real((milliseconds * 1_000.0).round() / 1_000_000.0)
}
