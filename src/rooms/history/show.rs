//! Rows as CSV and as JSON lines. Pure.

use serde_json::{Map, Value};

use crate::model::history::cell::{Cell, harmless};
use crate::model::text::clean;
use crate::model::time::Timestamp;

/// How rows are printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// A header, then a line a row; text that a spreadsheet could take for a
    /// formula gets a `'` before it
    Csv,
    /// One JSON object a line
    Jsonl,
}

/// The lines so far, of one table.
#[derive(Debug)]
pub struct Lines {
    format: Format,
    columns: &'static [&'static str],
    text: Vec<u8>,
}

impl Lines {
    /// Lines of a table with these columns.
    #[must_use]
    pub fn new(format: Format, columns: &'static [&'static str]) -> Self {
        let mut lines = Self {
            format,
            columns,
            text: Vec::new(),
        };
        if format == Format::Csv {
            lines.record(columns.iter().map(ToString::to_string));
        }
        lines
    }

    /// One more row.
    pub fn add(&mut self, cells: &[Cell]) {
        match self.format {
            Format::Csv => self.record(cells.iter().map(csv)),
            Format::Jsonl => {
                let pairs = self.columns.iter().zip(cells);
                let object: Map<String, Value> = pairs
                    .map(|(name, cell)| ((*name).to_owned(), json(cell)))
                    .collect();
                self.text
                    .extend_from_slice(Value::Object(object).to_string().as_bytes());
                self.text.push(b'\n');
            }
        }
    }

    fn record(&mut self, cells: impl Iterator<Item = String>) {
        let mut writer = csv::WriterBuilder::new().from_writer(&mut self.text);
        // Into memory nothing can fail but a row of another length, which there is not.
        let _ = writer.write_record(cells);
        let _ = writer.flush();
    }

    /// How many bytes wait.
    #[must_use]
    pub fn len(&self) -> usize {
        self.text.len()
    }

    /// Whether none does.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.text.is_empty()
    }

    /// What waits, taken.
    #[must_use]
    pub fn take(&mut self) -> String {
        let text = String::from_utf8_lossy(&self.text).into_owned();
        self.text.clear();
        text
    }
}

/// An instant; one between two seconds with its milliseconds.
fn time(milliseconds: i64) -> String {
    let second = Timestamp(milliseconds.div_euclid(1_000)).rfc3339();
    match milliseconds.rem_euclid(1_000) {
        0 => second,
        rest => format!("{}.{rest:03}Z", second.trim_end_matches('Z')),
    }
}

fn csv(cell: &Cell) -> String {
    match cell {
        Cell::Nothing => String::new(),
        Cell::Whole(number) => number.to_string(),
        Cell::Number(number) => number.to_string(),
        Cell::Text(text) => harmless(&clean(text)),
        Cell::Time(at) => time(*at),
    }
}

fn json(cell: &Cell) -> Value {
    match cell {
        Cell::Nothing => Value::Null,
        Cell::Whole(number) => (*number).into(),
        Cell::Number(number) => (*number).into(),
        Cell::Text(text) => clean(text).into(),
        Cell::Time(at) => time(*at).into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(format: Format) -> String {
        let mut lines = Lines::new(format, &["time", "text", "value", "none"]);
        lines.add(&[
            Cell::Time(1_500),
            Cell::Text("=cmd|' /C calc'!A0, \"x\"\u{1b}[31m".to_owned()),
            Cell::Number(93.1),
            Cell::Nothing,
        ]);
        lines.take()
    }

    #[test]
    fn a_text_is_no_formula_and_steers_no_terminal() {
        assert_eq!(
            lines(Format::Csv),
            "time,text,value,none\n\
             1970-01-01T00:00:01.500Z,\"'=cmd|' /C calc'!A0, \"\"x\"\"[31m\",93.1,\n"
        );
        assert_eq!(
            lines(Format::Jsonl),
            "{\"time\":\"1970-01-01T00:00:01.500Z\",\
             \"text\":\"=cmd|' /C calc'!A0, \\\"x\\\"[31m\",\"value\":93.1,\"none\":null}\n"
        );
    }

    #[test]
    fn a_table_without_rows_has_its_header() {
        assert_eq!(Lines::new(Format::Csv, &["a", "b"]).take(), "a,b\n");
        assert_eq!(Lines::new(Format::Jsonl, &["a", "b"]).take(), "");
    }
}
