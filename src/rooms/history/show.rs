//! Rows as CSV and as JSON lines. Pure.

use std::fmt::Write as _;

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
    /// JSON lines.
    text: Vec<u8>,
    /// CSV.
    rows: csv::Writer<Vec<u8>>,
    /// A number on its way into a row.
    number: String,
}

impl Lines {
    /// Lines of a table with these columns.
    #[must_use]
    pub fn new(format: Format, columns: &'static [&'static str]) -> Self {
        let mut lines = Self {
            format,
            columns,
            text: Vec::new(),
            rows: csv::Writer::from_writer(Vec::new()),
            number: String::new(),
        };
        if format == Format::Csv {
            // Into memory nothing can fail but a row of another length, which there is not.
            let _ = lines.rows.write_record(columns);
        }
        lines
    }

    /// One more row.
    pub fn add(&mut self, cells: &[Cell]) {
        match self.format {
            Format::Csv => {
                for cell in cells {
                    self.field(cell);
                }
                let _ = self.rows.write_record(None::<&[u8]>);
            }
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

    fn field(&mut self, cell: &Cell) {
        self.number.clear();
        let _ = match cell {
            Cell::Nothing => self.rows.write_field(""),
            Cell::Text(text) => self.rows.write_field(harmless(&clean(text))),
            Cell::Time(at) => self.rows.write_field(time(*at)),
            Cell::Whole(number) => {
                let _ = write!(self.number, "{number}");
                self.rows.write_field(&self.number)
            }
            Cell::Number(number) => {
                let _ = write!(self.number, "{number}");
                self.rows.write_field(&self.number)
            }
        };
    }

    /// How many bytes wait, but for the last rows.
    #[must_use]
    pub fn len(&self) -> usize {
        self.text.len() + self.rows.get_ref().len()
    }

    /// Whether none does.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// What waits, taken.
    #[must_use]
    pub fn take(&mut self) -> String {
        let empty = csv::Writer::from_writer(Vec::new());
        let rows = std::mem::replace(&mut self.rows, empty).into_inner();
        let mut text = std::mem::take(&mut self.text);
        text.extend(rows.unwrap_or_default());
        String::from_utf8(text)
            .unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned())
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
