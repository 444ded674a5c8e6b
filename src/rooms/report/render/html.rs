//! Text for HTML's elements and attributes.

use crate::model::text::clean;
pub(super) use crate::ui::svg::escaped;

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
