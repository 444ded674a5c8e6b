//! The buckets of five minutes and of an hour that samples fall into. They
//! grow with every sample that is new, in the same transaction: nothing is
//! rolled up later, late samples count, and none counts twice.

use std::collections::BTreeMap;

use rusqlite::Connection;
use rusqlite::types::Value;

use crate::model::history::Resolution;
use crate::model::history::metric::{DISK_GAUGES, GAUGES, Gauge};

const ROLLED: [Resolution; 2] = [Resolution::FiveMinutes, Resolution::Hour];

/// What one batch adds.
#[derive(Debug, Default)]
pub(super) struct Rolled {
    samples: BTreeMap<(Resolution, i64, i64), Bucket>,
    disks: BTreeMap<(Resolution, i64, i64), Bucket>,
}

/// What fell into a bucket.
#[derive(Debug, Default)]
struct Bucket {
    /// Samples, those judged, and those of them with a problem.
    counts: [i64; 3],
    /// The last that is told of what has no mean.
    total: Option<i64>,
    gauges: Vec<Sum>,
}

/// The values of one gauge.
#[derive(Debug, Clone, Copy, Default)]
struct Sum {
    n: i64,
    least: Option<i64>,
    all: i64,
    most: Option<i64>,
}

impl Sum {
    fn add(&mut self, value: i64) {
        self.n += 1;
        self.least = Some(self.least.map_or(value, |least| least.min(value)));
        self.all = self.all.saturating_add(value);
        self.most = Some(self.most.map_or(value, |most| most.max(value)));
    }
}

impl Bucket {
    fn add(&mut self, counts: [bool; 2], total: Option<i64>, values: &[Option<i64>]) {
        let [n, judged, bad] = &mut self.counts;
        let [is_judged, is_bad] = counts;
        *n += 1;
        *judged += i64::from(is_judged);
        *bad += i64::from(is_bad);
        self.total = total.or(self.total);
        self.gauges.resize(values.len(), Sum::default());
        for (sum, value) in self.gauges.iter_mut().zip(values) {
            if let Some(value) = value {
                sum.add(*value);
            }
        }
    }
}

impl Rolled {
    /// A new sample of a node: whether it was judged, and whether it had problems.
    pub(super) fn sample(
        &mut self,
        node: i64,
        at: i64,
        counts: [bool; 2],
        total: Option<i64>,
        values: &[Option<i64>],
    ) {
        for resolution in ROLLED {
            let key = (resolution, node, resolution.bucket(at));
            self.samples
                .entry(key)
                .or_default()
                .add(counts, total, values);
        }
    }

    /// A new sample of a file system.
    pub(super) fn disk(&mut self, mount: i64, at: i64, total: Option<i64>, values: &[Option<i64>]) {
        for resolution in ROLLED {
            let key = (resolution, mount, resolution.bucket(at));
            let bucket = self.disks.entry(key).or_default();
            bucket.add([false; 2], total, values);
        }
    }

    /// Adds it to what stands there.
    pub(super) fn write(self, to: &Connection) -> rusqlite::Result<()> {
        for resolution in ROLLED {
            let ending = resolution.ending();
            let counts = ["n", "judged", "bad"];
            let text = upsert(
                &format!("samples{ending}"),
                "node",
                &counts,
                "memory_total",
                &GAUGES,
            );
            add(to, &text, resolution, &self.samples, counts.len())?;
            let text = upsert(
                &format!("disks{ending}"),
                "mount",
                &[],
                "total",
                &DISK_GAUGES,
            );
            add(to, &text, resolution, &self.disks, 0)?;
        }
        Ok(())
    }
}

fn add(
    to: &Connection,
    text: &str,
    of: Resolution,
    buckets: &BTreeMap<(Resolution, i64, i64), Bucket>,
    counts: usize,
) -> rusqlite::Result<()> {
    let mut statement = to.prepare(text)?;
    for ((_, id, at), bucket) in buckets.iter().filter(|((one, ..), _)| *one == of) {
        let optional = |value: Option<i64>| value.map_or(Value::Null, Value::Integer);
        let mut values = vec![Value::Integer(*id), Value::Integer(*at)];
        values.extend(
            bucket
                .counts
                .iter()
                .take(counts)
                .copied()
                .map(Value::Integer),
        );
        values.push(optional(bucket.total));
        for gauge in &bucket.gauges {
            values.extend([
                Value::Integer(gauge.n),
                optional(gauge.least),
                Value::Integer(gauge.all),
                optional(gauge.most),
            ]);
        }
        statement.execute(rusqlite::params_from_iter(values))?;
    }
    Ok(())
}

/// Adds a row to the one that stands there. All names are ours.
fn upsert(table: &str, key: &str, counts: &[&str], total: &str, gauges: &[Gauge]) -> String {
    let mut columns = vec![key.to_owned(), "at".to_owned()];
    let mut sets = Vec::new();
    for count in counts {
        columns.push((*count).to_owned());
        sets.push(format!("{count} = {count} + excluded.{count}"));
    }
    columns.push(total.to_owned());
    sets.push(format!("{total} = coalesce(excluded.{total}, {total})"));
    for Gauge(name, _) in gauges {
        for (part, how) in [("n", "+"), ("min", "min"), ("sum", "+"), ("max", "max")] {
            let column = format!("{name}_{part}");
            sets.push(match how {
                "+" => format!("{column} = {column} + excluded.{column}"),
                // Of nothing and something the something.
                how => format!(
                    "{column} = coalesce({how}({column}, excluded.{column}), {column}, excluded.{column})"
                ),
            });
            columns.push(column);
        }
    }
    let marks = vec!["?"; columns.len()].join(", ");
    format!(
        "INSERT INTO {table} ({}) VALUES ({marks}) ON CONFLICT DO UPDATE SET {}",
        columns.join(", "),
        sets.join(", ")
    )
}
