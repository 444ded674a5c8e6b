//! Text for HTML's elements and attributes.

use crate::model::text::clean;

/// `text` as text, between tags and in quotes alike.
pub(super) fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in clean(text).chars() {
        match c {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            c => safe.push(c),
        }
    }
    safe
}

/// `text` as an id: without spaces and whatever else a link would have to
/// escape.
pub(super) fn id(text: &str) -> String {
    let kept = |c: char| c.is_alphanumeric() || "-_.".contains(c);
    clean(text)
        .chars()
        .map(|c| if kept(c) { c } else { '-' })
        .collect()
}

/// A style sheet that cannot end its element, without its indentation.
pub(super) fn style(text: &str) -> String {
    let lines: Vec<&str> = text.lines().map(str::trim).collect();
    lines.join("\n").replace("</", "<\\/")
}
