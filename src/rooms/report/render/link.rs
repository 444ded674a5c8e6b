//! Where something leads: pages by https, and places of the report itself.
//! Whatever else stands there is text.

use serde::Deserialize;

use super::{html, markdown};

/// A link of a view.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct To {
    to: String,
    text: String,
}

/// What a link may lead to.
enum Target<'a> {
    Page(&'a str),
    Place(String),
    Nowhere,
}

fn target(to: &str) -> Target<'_> {
    let plain = |c: char| c.is_ascii_graphic() && !r#""'<>\^`{|}"#.contains(c);
    if let Some(id) = to.strip_prefix('#').filter(|id| !id.is_empty()) {
        return Target::Place(html::id(id));
    }
    match to.strip_prefix("https://") {
        Some(rest) if rest.starts_with(|c: char| c.is_ascii_alphanumeric()) => {
            if to.chars().all(plain) {
                Target::Page(to)
            } else {
                Target::Nowhere
            }
        }
        _ => Target::Nowhere,
    }
}

pub(super) fn html(link: &To) -> String {
    let text = html::escaped(&link.text);
    match target(&link.to) {
        Target::Page(to) => {
            let to = html::escaped(to);
            format!("<a href=\"{to}\" rel=\"noopener noreferrer\">{text}</a>")
        }
        Target::Place(id) => format!("<a href=\"#{}\">{text}</a>", html::escaped(&id)),
        Target::Nowhere => text,
    }
}

/// Places have no ids in Markdown, so those are text, too.
pub(super) fn markdown(link: &To) -> String {
    let text = markdown::inline(&link.text);
    match target(&link.to) {
        Target::Page(to) => {
            let to = to.replace('(', "%28").replace(')', "%29");
            format!("[{text}]({to})")
        }
        Target::Place(_) | Target::Nowhere => text,
    }
}
