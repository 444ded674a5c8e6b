//! What templates may call besides what the language itself has.

use minijinja::value::ViaDeserialize;
use minijinja::{Environment, State, Value};

use super::{environment, html, link, markdown};
use crate::model::report::view::{Chart, StripLine, Table};
use crate::model::text::width;
use crate::ui::{strip, svg};

/// Characters of a strip, unless a template says otherwise.
const COLUMNS: usize = 48;
/// A table of more columns of text than these is too wide for a phone.
const NARROW: usize = 34;

pub(super) fn add(environment: &mut Environment<'static>) {
    environment.add_function(
        "svg",
        |state: &State<'_, '_>, chart: ViaDeserialize<Chart>| draw(state, &chart),
    );
    environment.add_function("spark", |values: ViaDeserialize<Vec<f64>>| {
        Value::from_safe_string(svg::spark(&values))
    });
    environment.add_function(
        "strip",
        |line: ViaDeserialize<StripLine>, columns: Option<usize>| {
            strip::characters(&line.parts, columns.unwrap_or(COLUMNS).min(400))
        },
    );
    environment.add_function("strips", |chart: ViaDeserialize<Chart>| {
        Value::from_safe_string(markdown::strips(&chart, COLUMNS))
    });
    environment.add_function(
        "link",
        |state: &State<'_, '_>, link: ViaDeserialize<link::To>| {
            let safe = if environment::makes_markdown(state) {
                link::markdown(&link)
            } else {
                link::html(&link)
            };
            Value::from_safe_string(safe)
        },
    );
    environment.add_function("wide", |table: ViaDeserialize<Table>| wide(&table));
    environment.add_filter("id", |text: &str| html::id(text));
    environment.add_filter("inline", |state: &State<'_, '_>, text: &str| {
        if environment::makes_markdown(state) {
            Value::from_safe_string(markdown::inline(text))
        } else {
            Value::from(text)
        }
    });
}

fn draw(state: &State<'_, '_>, chart: &Chart) -> Value {
    // A macro that names no word has none.
    let words = state.lookup("words").unwrap_or_default();
    let no_data = words.get_attr("no_data").unwrap_or_default();
    Value::from_safe_string(svg::draw(chart, no_data.as_str().unwrap_or("-")))
}

/// Whether a table fits no phone as a table.
fn wide(table: &Table) -> bool {
    let widest = |at: usize, label: &str| {
        let cells = table.rows.iter().filter_map(|row| row.get(at));
        let spark = |drawn: bool| if drawn { 12 } else { 0 };
        let cells = cells.map(|cell| width(&cell.text) + spark(!cell.spark.is_empty()));
        cells.max().unwrap_or(0).max(width(label))
    };
    let columns = table.columns.iter().enumerate();
    let sum: usize = columns.map(|(at, column)| widest(at, &column.label)).sum();
    sum + 2 * table.columns.len() > NARROW
}
