//! Drawings of a report as SVG: no script, no link, no colour of their own.
//!
//! Colours are the variables `--fg`, `--muted`, `--grid`, `--ok`, `--bad`,
//! `--unknown` and `--c1` to `--c4` of the page. Colour never stands alone: form,
//! height or a dash pattern says the same. Whatever the values are, something
//! sensible is drawn, and the same values give the same bytes.

mod backend;
mod bars;
mod days;
mod legend;
mod lines;
mod paper;
mod spark;
mod strip;
mod timeline;
mod words;

use backend::{Ink, Svg, TEXT};
use paper::{Anchor, Drawn, Paper, WIDTH};

pub use spark::spark;
pub use words::escaped;

use crate::model::report::view::{Chart, Drawing};

/// The height of a drawing without data.
const NOTHING: i32 = 120;

/// The drawing with its title and description for those who do not see it.
/// `no_data` is what stands where nothing can be drawn.
#[must_use]
pub fn draw(chart: &Chart, no_data: &str) -> String {
    let mut body = String::new();
    let mut height = height(&chart.drawing);
    let done = drawn(&chart.drawing, height, &mut body);
    if !matches!(done, Ok(true)) {
        body.clear();
        height = NOTHING;
        // A string takes whatever is drawn.
        let _ = nothing(height, no_data, &mut body);
    }
    let id: String = chart
        .id
        .chars()
        .filter(|c| c.is_ascii_alphanumeric() || *c == '-')
        .collect();
    let (title, description) = (escaped(&chart.title), escaped(&chart.description));
    format!(
        "<svg class=\"chart\" role=\"img\" aria-labelledby=\"{id}.t {id}.d\" \
         xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {height}\" \
         font-size=\"{TEXT}\" fill=\"var(--muted)\" stroke-linejoin=\"round\"><title id=\"{id}.t\">{title}</title>\
         <desc id=\"{id}.d\">{description}</desc>{body}</svg>"
    )
}

fn height(drawing: &Drawing) -> i32 {
    match drawing {
        Drawing::Strip { lines, ticks } => strip::height(lines, ticks),
        Drawing::Days { .. } => days::HEIGHT,
        Drawing::Band { .. } | Drawing::Dots { .. } => lines::HEIGHT,
        Drawing::Lines { series, .. } => lines::HEIGHT + legend::height(&lines::names(series)),
        Drawing::Bars { series, .. } => bars::HEIGHT + legend::height(&bars::names(series)),
        Drawing::Ahead { .. } => lines::HEIGHT_AHEAD,
        Drawing::Timeline { rows, .. } => timeline::height(rows),
    }
}

/// Whether there was anything to draw.
fn drawn(drawing: &Drawing, height: i32, body: &mut String) -> Result<bool, paper::Error> {
    let paper = paper(height, body);
    match drawing {
        Drawing::Strip { lines, ticks } => strip::draw(&paper, lines, ticks),
        Drawing::Days { days } => days::draw(&paper, days),
        Drawing::Band { points, ticks } => lines::band(&paper, points, ticks),
        Drawing::Lines { series, ticks } => lines::lines(&paper, series, ticks),
        Drawing::Bars {
            groups,
            series,
            totals,
        } => bars::draw(&paper, groups, series, totals),
        Drawing::Dots { points, ticks } => lines::dots(&paper, points, ticks),
        Drawing::Ahead { .. } => lines::ahead(&paper, drawing),
        Drawing::Timeline { rows, marks, ticks } => timeline::draw(&paper, rows, marks, ticks),
    }
}

fn paper(height: i32, body: &mut String) -> Paper<'_> {
    let size = (WIDTH.unsigned_abs(), height.unsigned_abs());
    Paper::new(Svg::new(body, size))
}

fn nothing(height: i32, no_data: &str, body: &mut String) -> Drawn {
    let paper = paper(height, body);
    paper.outline((0, 0), (WIDTH, height), Ink::Grid)?;
    let words = words::fitted(no_data, WIDTH - 40);
    paper.text((WIDTH / 2, height / 2), Anchor::Middle, Ink::Muted, &words)
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
#[cfg(test)]
#[path = "trouble_tests.rs"]
mod trouble_tests;
