//! What `mamori vault list` prints. Pure.

use serde_json::{Value, json};

use crate::model::text::{count, cut};
use crate::model::time::{Timestamp, age};
use crate::ui::table::{Cell, table};

/// How a guarded file stands beside its newest version.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// The same, byte for byte.
    AsKept,
    /// It was changed since, rightly or not.
    Differs,
    /// It is not there.
    Missing,
    /// It is empty.
    Empty,
    /// Nothing of it is kept yet.
    NotKept,
    /// The configuration does not name it any more.
    Unguarded,
}

impl State {
    /// Its words.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::AsKept => "as kept",
            Self::Differs => "differs",
            Self::Missing => "missing",
            Self::Empty => "empty",
            Self::NotKept => "not kept yet",
            Self::Unguarded => "not guarded any more",
        }
    }
}

/// One file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// Its path for people, clean.
    pub shown: String,
    /// Its path.
    pub path: String,
    /// The number of each version and when it was kept, the oldest first.
    pub versions: Vec<(u32, Timestamp)>,
    /// How it stands.
    pub state: State,
}

/// Below this a table has no room for what it says of a path.
const NARROW: usize = 60;
/// Columns that the others take beside the path.
const OTHERS: usize = 40;

/// A table; on a narrow terminal a line for the path and one for the rest.
#[must_use]
pub fn text(rows: &[Row], now: Timestamp, columns: usize) -> String {
    if rows.is_empty() {
        return "no `[[guard]]` in the configuration, and nothing is kept\n".to_owned();
    }
    let newest = |row: &Row| match row.versions.last() {
        Some((_, at)) => age(now.since(*at)),
        None => "-".to_owned(),
    };
    if columns < NARROW {
        let lines = rows.iter().map(|row| {
            let versions = count(row.versions.len(), "version");
            let rest = match row.versions.last() {
                Some(_) => format!("{versions}, newest {}, {}", newest(row), row.state.words()),
                None => row.state.words().to_owned(),
            };
            format!(
                "{}\n  {}\n",
                tail(&row.shown, columns),
                cut(&rest, columns.saturating_sub(2), "…")
            )
        });
        return lines.collect();
    }
    let headings = [
        Cell::plain("PATH"),
        Cell::right(None, "VERSIONS"),
        Cell::right(None, "NEWEST"),
        Cell::plain("STATE"),
    ];
    let cells = |row: &Row| {
        vec![
            Cell::plain(&tail(&row.shown, columns.saturating_sub(OTHERS))),
            Cell::right(None, row.versions.len().to_string()),
            Cell::right(None, newest(row)),
            Cell::plain(row.state.words()),
        ]
    };
    let lines = table(&headings, rows.iter().map(cells).collect(), columns);
    let lines: Vec<&str> = lines.iter().map(|line| line.trim_end()).collect();
    lines.join("\n") + "\n"
}

/// The end of a path, which tells more than its beginning.
fn tail(path: &str, columns: usize) -> String {
    let turned = |text: &str| text.chars().rev().collect::<String>();
    turned(&cut(&turned(path), columns, "…"))
}

/// One JSON value.
#[must_use]
pub fn json(rows: &[Row]) -> String {
    let file = |row: &Row| {
        let versions = row.versions.iter();
        let versions: Vec<Value> = versions
            .map(|(number, at)| json!({ "version": number, "kept_at": at }))
            .collect();
        json!({ "path": row.path, "state": row.state.words(), "versions": versions })
    };
    let files: Vec<Value> = rows.iter().map(file).collect();
    format!("{}\n", json!({ "schema": 1, "files": files }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows() -> Vec<Row> {
        let row = |shown: &str, versions: &[(u32, i64)], state| Row {
            shown: shown.into(),
            path: shown.into(),
            versions: versions
                .iter()
                .map(|(number, at)| (*number, Timestamp(*at)))
                .collect(),
            state,
        };
        vec![
            row("~/.tmux.conf", &[(1, 0), (2, 92_800)], State::AsKept),
            row(
                "/etc/a/very/long/path/to/some/設定/file.conf",
                &[(7, 0)],
                State::Differs,
            ),
            row("~/x.json", &[], State::NotKept),
        ]
    }

    #[test]
    fn the_table_fits_and_on_a_narrow_terminal_it_is_a_list() {
        let now = Timestamp(100_000);
        insta::assert_snapshot!(text(&rows(), now, 80), @r"
        PATH                                      VERSIONS  NEWEST  STATE
        ~/.tmux.conf                                     2      2h  as kept
        …a/very/long/path/to/some/設定/file.conf         1      1d  differs
        ~/x.json                                         0       -  not kept yet
        ");
        insta::assert_snapshot!(text(&rows(), now, 40), @r"
        ~/.tmux.conf
          2 versions, newest 2h, as kept
        …a/very/long/path/to/some/設定/file.conf
          1 version, newest 1d, differs
        ~/x.json
          not kept yet
        ");
        for columns in 1..=120 {
            let text = text(&rows(), now, columns);
            let fits = |line: &str| crate::model::text::width(line) <= columns.max(2);
            assert!(text.lines().all(fits), "{columns}: {text}");
        }
    }

    #[test]
    fn the_json_holds_every_version() {
        let value: Value = serde_json::from_str(&json(&rows())).unwrap();
        assert_eq!(value["files"][0]["versions"][1]["version"], 2);
        assert_eq!(
            value["files"][0]["versions"][1]["kept_at"],
            "1970-01-02T01:46:40Z"
        );
        assert_eq!(value["files"][2]["state"], "not kept yet");
    }
}
