//! Whole tables, row by row, in one look at the file.

use rusqlite::types::ValueRef;
use rusqlite::{Row, params};

use super::write::{CLASSES, STATES};
use super::{History, HistoryError};
use crate::model::history::cell::{Cell, Level, Table};
use crate::model::history::metric::{DISK_GAUGES, GAUGES, Gauge};
use crate::model::node::NodeState;
use crate::model::uptime::Class;

/// How a column's value becomes a cell.
#[derive(Clone, Copy)]
enum As {
    /// As it is.
    Plain,
    /// An instant in seconds.
    Seconds,
    /// An instant in milliseconds.
    Milliseconds,
    /// A reading, divided by this.
    Reading(f64),
    /// The number of a node's state.
    State,
    /// The number of a class.
    Class,
    /// Yes or no.
    Yes,
    /// A number; below zero there is none.
    Known,
}

/// A column: its expression, and what it is.
type Column = (String, As);

fn plain(expression: &str) -> Column {
    (expression.to_owned(), As::Plain)
}

fn seconds(expression: &str) -> Column {
    (expression.to_owned(), As::Seconds)
}

/// Of one bucket's gauge these parts.
fn parts(table: &str, Gauge(name, factor): Gauge, parts: &[&str]) -> Vec<Column> {
    let part = |part: &&str| {
        let text = match *part {
            "mean" => format!("CAST({table}.{name}_sum AS REAL) / {table}.{name}_n"),
            part => format!("{table}.{name}_{part}"),
        };
        (text, As::Reading(factor))
    };
    parts.iter().map(part).collect()
}

fn raw(table: &str, Gauge(name, factor): Gauge) -> Column {
    (format!("{table}.{name}"), As::Reading(factor))
}

const SPREAD: [&str; 3] = ["min", "mean", "max"];

/// The columns of [`Table::columns`], whence they come, by what they are
/// selected (time, node), and their order.
struct Plan {
    columns: Vec<Column>,
    from: String,
    time: &'static str,
    node: Option<&'static str>,
    order: &'static str,
}

fn plan(table: Table) -> Plan {
    match table {
        Table::Samples(level) => samples(level),
        Table::Disks(level) => disks(level),
        Table::Uptime => Plan {
            order: "spans.node, spans.id",
            ..of_node(
                "spans JOIN nodes ON nodes.id = node",
                &[
                    ("from_", As::Milliseconds),
                    ("to_", As::Milliseconds),
                    ("name", As::Plain),
                    ("class", As::Class),
                ],
                "to_ / 1000",
                "name",
            )
        },
        Table::Events => {
            let columns = ["node", "what", "check_", "text"];
            of_node("events", &timed("at", &columns), "at", "node")
        }
        Table::Problems => Plan {
            order: "began, problems.id",
            ..of_node(
                "problems JOIN nodes ON nodes.id = node",
                &[
                    ("began", As::Seconds),
                    ("seen", As::Seconds),
                    ("ended", As::Seconds),
                    ("name", As::Plain),
                    ("check_", As::Plain),
                    ("paused", As::Yes),
                    ("text", As::Plain),
                ],
                "coalesce(ended, 9e18)",
                "name",
            )
        },
        Table::Incidents => incidents(),
        Table::Restarts => {
            let columns = ["node", "check_", "cause", "by_"];
            of_node("restarts", &timed("at", &columns), "at", "node")
        }
        Table::Deeds => {
            let columns = ["part", "subject", "verb", "before", "after"];
            of_all("deeds", &timed("at", &columns), "at")
        }
        Table::Layouts => {
            let mut columns = timed("at", &["server", "window", "verb", "panes"]);
            columns.extend([("before", As::Known), ("after", As::Known)]);
            of_all("layouts", &columns, "at")
        }
        Table::Gaps => of_all(
            "gaps",
            &[
                ("from_", As::Seconds),
                ("to_", As::Seconds),
                ("why", As::Plain),
            ],
            "to_",
        ),
        Table::Forecasts => forecasts(),
    }
}

fn incidents() -> Plan {
    of_node(
        "incidents",
        &[
            ("detected", As::Seconds),
            ("recovered", As::Seconds),
            ("node", As::Plain),
            ("check_", As::Plain),
            ("cause", As::Plain),
            ("why", As::Plain),
            ("to_detect_ms", As::Plain),
            ("to_act_ms", As::Plain),
            ("to_recover_ms", As::Plain),
            ("tries", As::Plain),
            ("left_", As::Yes),
            ("by_", As::Plain),
        ],
        "detected",
        "node",
    )
}

fn forecasts() -> Plan {
    let mut columns = timed(
        "made",
        &[
            "node",
            "kind",
            "subject",
            "horizon",
            "threshold",
            "probability",
        ],
    );
    columns.push(("will_cross", As::Yes));
    columns
        .extend(["eta", "eta_early", "eta_late", "method", "basis"].map(|name| (name, As::Plain)));
    columns.extend([
        ("scored", As::Seconds),
        ("crossed", As::Yes),
        ("crossed_at", As::Seconds),
    ]);
    of_node("forecasts", &columns, "made", "node")
}

/// A time, and what else there is.
fn timed<'a>(time: &'a str, others: &[&'a str]) -> Vec<(&'a str, As)> {
    let others = others.iter().map(|name| (*name, As::Plain));
    std::iter::once((time, As::Seconds)).chain(others).collect()
}

/// A table of what all nodes share.
fn of_all(from: &str, columns: &[(&str, As)], time: &'static str) -> Plan {
    let column = |(name, kind): &(&str, As)| ((*name).to_owned(), *kind);
    Plan {
        columns: columns.iter().map(column).collect(),
        from: from.to_owned(),
        time,
        node: None,
        order: "1",
    }
}

fn of_node(from: &str, columns: &[(&str, As)], time: &'static str, node: &'static str) -> Plan {
    Plan {
        node: Some(node),
        ..of_all(from, columns, time)
    }
}

fn samples(level: Level) -> Plan {
    let [memory_percent, memory_bytes, load, cpu, latency, battery] = GAUGES;
    let [used, percent, _] = DISK_GAUGES;
    let mut columns = vec![seconds("s.at"), plain("name")];
    if level == Level::Each {
        columns.extend([
            ("s.state".to_owned(), As::State),
            plain("s.problems"),
            plain("path"),
            raw("d", percent),
            plain("d.used"),
            plain("d.total"),
            raw("s", memory_percent),
            plain("s.memory_bytes"),
            plain("s.memory_total"),
            raw("s", load),
            raw("s", cpu),
            raw("s", latency),
            raw("s", battery),
        ]);
    } else {
        columns.extend(["s.n", "s.judged", "s.bad", "path"].map(plain));
        columns.extend(parts("d", percent, &SPREAD));
        columns.extend(parts("d", used, &["mean"]));
        columns.push(plain("d.total"));
        columns.extend(parts("s", memory_percent, &SPREAD));
        columns.extend(parts("s", memory_bytes, &["mean"]));
        columns.push(plain("s.memory_total"));
        columns.extend(parts("s", load, &SPREAD));
        columns.extend(parts("s", cpu, &SPREAD));
        columns.push(plain("s.latency_n"));
        columns.extend(parts("s", latency, &SPREAD));
        columns.extend(parts("s", battery, &SPREAD));
    }
    let ending = ending(level);
    Plan {
        columns,
        from: format!(
            "nodes CROSS JOIN samples{ending} s ON s.node = nodes.id \
             LEFT JOIN mounts m ON m.node = s.node AND m.home \
             LEFT JOIN disks{ending} d ON d.mount = m.id AND d.at = s.at"
        ),
        time: "s.at",
        node: Some("name"),
        order: "nodes.id, s.at",
    }
}

fn disks(level: Level) -> Plan {
    let [used, percent, inodes] = DISK_GAUGES;
    let mut columns = vec![seconds("d.at"), plain("name"), plain("path")];
    if level == Level::Each {
        columns.extend([plain("d.used"), plain("d.total")]);
        columns.extend([raw("d", percent), raw("d", inodes)]);
    } else {
        columns.push(plain("d.used_n"));
        columns.extend(parts("d", used, &SPREAD));
        columns.push(plain("d.total"));
        columns.extend(parts("d", percent, &SPREAD));
        columns.extend(parts("d", inodes, &["mean"]));
    }
    let ending = ending(level);
    Plan {
        columns,
        from: format!(
            "mounts JOIN nodes ON nodes.id = mounts.node \
             CROSS JOIN disks{ending} d ON d.mount = mounts.id"
        ),
        time: "d.at",
        node: Some("name"),
        order: "mounts.id, d.at",
    }
}

fn ending(level: Level) -> &'static str {
    match level {
        Level::Each => "",
        Level::FiveMinutes => "_5m",
        Level::Hour => "_1h",
    }
}

impl History {
    /// Gives every row of `table` since then, of one node if it is named, to
    /// `take` until that says `false`. The rows are those of one moment, and
    /// no more of them than one is held at a time.
    ///
    /// # Errors
    /// When it cannot be read to its end.
    pub fn export(
        &self,
        table: Table,
        since: Option<i64>,
        node: Option<&str>,
        mut take: impl FnMut(&[Cell]) -> bool,
    ) -> Result<(), HistoryError> {
        let plan = plan(table);
        let names: Vec<&str> = plan.columns.iter().map(|(name, _)| name.as_str()).collect();
        let of_node = match plan.node.filter(|_| node.is_some()) {
            Some(column) => format!("AND {column} = ?2"),
            None => String::new(),
        };
        let text = format!(
            "SELECT {} FROM {} WHERE {} >= ?1 AND ?2 IS ?2 {of_node} ORDER BY {}",
            names.join(", "),
            plan.from,
            plan.time,
            plan.order
        );
        let since = since.unwrap_or(i64::MIN);
        let mut exported = || -> rusqlite::Result<()> {
            let mut statement = self.connection.prepare(&text)?;
            let mut rows = statement.query(params![since, node])?;
            let mut cells = Vec::with_capacity(names.len());
            while let Some(row) = rows.next()? {
                cells.clear();
                for (at, (_, kind)) in plan.columns.iter().enumerate() {
                    cells.push(cell(row, at, *kind)?);
                }
                if !take(&cells) {
                    break;
                }
            }
            Ok(())
        };
        exported().map_err(|error| self.of(&error))
    }
}

#[expect(clippy::cast_precision_loss, reason = "kept values are below 2^53")]
fn cell(row: &Row<'_>, at: usize, kind: As) -> rusqlite::Result<Cell> {
    let named = |all: &[&'static str], number: i64| {
        let name = usize::try_from(number).ok().and_then(|at| all.get(at));
        Cell::Text((*name.unwrap_or(&"unknown")).to_owned())
    };
    Ok(match (row.get_ref(at)?, kind) {
        (ValueRef::Integer(number), As::Seconds) => Cell::Time(number.saturating_mul(1_000)),
        (ValueRef::Integer(number), As::Milliseconds) => Cell::Time(number),
        (ValueRef::Integer(number), As::State) => named(&STATES.map(NodeState::word), number),
        (ValueRef::Integer(number), As::Class) => named(&CLASSES.map(Class::word), number),
        (ValueRef::Integer(number), As::Yes) => Cell::Whole(i64::from(number != 0)),
        (ValueRef::Integer(number), As::Known) if number < 0 => Cell::Nothing,
        (ValueRef::Integer(number), As::Reading(factor)) => Cell::Number(number as f64 / factor),
        (ValueRef::Integer(number), _) => Cell::Whole(number),
        // Means: four digits behind the point are more than was measured.
        (ValueRef::Real(number), As::Reading(factor)) => {
            Cell::Number((number / factor * 1e4).round() / 1e4)
        }
        (ValueRef::Real(number), _) => Cell::Number(number),
        (ValueRef::Text(text), _) => Cell::Text(String::from_utf8_lossy(text).into_owned()),
        (ValueRef::Null | ValueRef::Blob(_), _) => Cell::Nothing,
    })
}
