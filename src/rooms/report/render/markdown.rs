//! Text for Markdown, GitHub's kind: nothing in it marks anything up, and what
//! needs no escape has none.

use std::fmt::Write as _;

use crate::model::report::view::{Chart, Drawing, Tick};
use crate::model::text::{clean, cut, width};
use crate::ui::strip;

/// What no viewer draws and no link goes over.
const JOINER: char = '\u{2060}';

/// `text` wherever it may stand, at the start of a line, too.
pub(super) fn escaped(text: &str) -> String {
    let text = inline(text);
    let digits = text.chars().take_while(char::is_ascii_digit).count();
    let (number, rest) = text.split_at(digits);
    let mut after = rest.chars();
    let (first, second) = (after.next(), after.next());
    let apart = matches!(second, None | Some(' '));
    match first {
        Some('.' | ')') if digits > 0 && apart => format!("{number}\\{rest}"),
        Some('#' | '>' | '=') if digits == 0 => format!("\\{rest}"),
        Some('-' | '+') if digits == 0 && (apart || second == first) => format!("\\{rest}"),
        _ => text,
    }
}

/// `text` within a line.
pub(super) fn inline(text: &str) -> String {
    let text = clean(text);
    let text = text.trim();
    let mut safe = String::with_capacity(text.len() + 8);
    let mut before = None;
    for (at, c) in text.char_indices() {
        let (start, rest) = text.split_at(at);
        if marks(c, rest) || breaks(c, start, rest) {
            safe.push('\\');
        }
        safe.push(c);
        if c == '@' && address(before, rest) {
            safe.push(JOINER);
        }
        before = Some(c);
    }
    safe
}

/// Characters that mark text up.
fn marks(c: char, rest: &str) -> bool {
    match c {
        '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '|' | '~' => true,
        '&' => entity(rest),
        // GitHub's formulas; a price is none.
        '$' => !rest
            .get(1..)
            .unwrap_or_default()
            .starts_with(|c: char| c.is_ascii_digit()),
        // At a heading's end, where they would be dropped.
        '#' => rest.chars().all(|c| c == '#'),
        _ => false,
    }
}

/// `&amp;`, `&#38;`.
fn entity(rest: &str) -> bool {
    let name = rest.get(1..).unwrap_or_default().split_once(';');
    name.is_some_and(|(name, _)| {
        !name.is_empty() && name.chars().all(|c| c == '#' || c.is_ascii_alphanumeric())
    })
}

/// Where an escape keeps an address from becoming a link.
fn breaks(c: char, start: &str, rest: &str) -> bool {
    match c {
        '/' => start.ends_with(':') && rest.starts_with("//"),
        '.' => start
            .get(start.len().saturating_sub(3)..)
            .is_some_and(|end| end.eq_ignore_ascii_case("www")),
        _ => false,
    }
}

/// `a@b.c`, which no escape keeps from becoming a link.
fn address(before: Option<char>, rest: &str) -> bool {
    let name = |c: char| c.is_alphanumeric() || ".+-_".contains(c);
    let rest = rest.get(1..).unwrap_or_default();
    let host = rest
        .chars()
        .take_while(|c| c.is_alphanumeric() || "-_.".contains(*c));
    before.is_some_and(name) && host.skip(1).any(|c| c == '.')
}

/// The lines of a strip as a block of code, which nothing in it can end.
pub(super) fn strips(chart: &Chart, columns: usize) -> String {
    let Drawing::Strip { lines, ticks } = &chart.drawing else {
        return String::new();
    };
    let label = |text: &str| cut(clean(text).trim(), 16, "…");
    let labels: Vec<String> = lines.iter().map(|line| label(&line.label)).collect();
    let widest = labels.iter().map(|label| width(label)).max().unwrap_or(0);
    let before = if widest == 0 { 0 } else { widest + 2 };
    let mut text = String::new();
    for (line, label) in lines.iter().zip(&labels) {
        let space = " ".repeat(before - width(label));
        let marks = strip::characters(&line.parts, columns);
        let line = format!("{label}{space}{marks}");
        let _ = writeln!(text, "{}", line.trim_end());
    }
    let axis = axis(ticks, columns);
    if !axis.is_empty() {
        let _ = writeln!(text, "{}{axis}", " ".repeat(before));
    }
    let runs = text.split(|c| c != '`').map(str::len);
    let fence = "`".repeat(runs.max().unwrap_or(0).max(2) + 1);
    format!("{fence}text\n{text}{fence}\n")
}

/// Labels beneath their places, as many as fit; the last one ends with the line.
fn axis(ticks: &[Tick], columns: usize) -> String {
    let mut axis = String::new();
    for tick in ticks.iter().filter(|tick| tick.at.is_finite()) {
        let label = cut(clean(&tick.label).trim(), 16, "…");
        let wide = width(&label);
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            clippy::cast_precision_loss,
            reason = "a part of few columns"
        )]
        let place = (tick.at.clamp(0.0, 1.0) * columns as f64).round() as usize;
        let place = place.min(columns.saturating_sub(wide));
        let used = width(&axis);
        if used == 0 && place == 0 {
            axis.push_str(&label);
        } else if place > used {
            axis.push_str(&" ".repeat(place - used));
            axis.push_str(&label);
        }
    }
    axis
}

/// Blocks one empty line apart, and one end of line at the end.
pub(super) fn tidied(text: &str) -> String {
    let mut tidy = String::with_capacity(text.len());
    let mut empty = true;
    for line in text.lines().map(str::trim_end) {
        if !(empty && line.is_empty()) {
            tidy.push_str(line);
            tidy.push('\n');
        }
        empty = line.is_empty();
    }
    let end = tidy.trim_end().len();
    tidy.truncate(end);
    tidy.push('\n');
    tidy
}
