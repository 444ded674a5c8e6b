//! Text in a drawing: escaped, and never wider than there is room for.

use crate::model::text::{clean, cut, width};

/// `text` on one line, for an element or an attribute of SVG and of HTML.
#[must_use]
pub fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in clean(text).chars() {
        match c {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            // No characters of XML.
            '\u{fffe}' | '\u{ffff}' => {}
            c => safe.push(c),
        }
    }
    safe
}

/// Units of a column of text, rather too many than too few.
const COLUMN: i32 = 15;

/// Units that text takes at most, near enough to keep labels apart; nothing
/// is ever placed by it.
pub(super) fn reach(text: &str) -> i32 {
    i32::try_from(width(text))
        .unwrap_or(i32::MAX / 32)
        .min(10_000)
        * COLUMN
}

/// As much of a label as fits into so many units.
pub(super) fn fitted(text: &str, units: i32) -> String {
    let columns = usize::try_from(units / COLUMN).unwrap_or(0);
    cut(clean(text).trim(), columns, "…")
}

/// How many labels from one to the next, so that none lies over another; each
/// as its left end and its width.
pub(super) fn stride(labels: &[(i32, i32)]) -> usize {
    let apart = |every: &usize| {
        let mut free = i32::MIN;
        labels.iter().step_by(*every).all(|(from, wide)| {
            let fits = *from >= free;
            free = from + wide + 10;
            fits
        })
    };
    (1..=labels.len()).find(apart).unwrap_or(1)
}
