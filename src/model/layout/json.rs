//! Layouts as tmux tells them from 3.8 on: JSON, with floating panes. What is
//! sent to it stays the string of [`super::text`], which it takes as ever.
//!
//! ```text
//! {"V":2,"L":{"t":"h","w":80,"h":24,"x":0,"y":0,"c":[
//!   {"t":"p","w":40,"h":24,"x":0,"y":0,"i":0,"I":"%0"}, … ]}}
//! ```
//! `t` is a pane, or cells side by side (`h`) or one above the other (`v`);
//! `z` marks a floating pane.

use serde::Deserialize;

use super::{Axis, Cell, Inside, Layout, Rect};

/// The version of the format that we know.
const VERSION: u32 = 2;
/// Cells within cells: nobody nests as deep.
const DEEPEST: usize = 60;

#[derive(Deserialize)]
struct Told {
    #[serde(rename = "V")]
    version: u32,
    #[serde(rename = "L")]
    root: ToldCell,
}

#[derive(Deserialize)]
struct ToldCell {
    #[serde(rename = "t")]
    kind: String,
    w: u32,
    h: u32,
    #[serde(default, rename = "c")]
    cells: Vec<Self>,
    #[serde(default, rename = "I")]
    id: Option<String>,
    #[serde(default)]
    z: Option<i64>,
}

/// Reads one; `None` when it is none, has floating panes, or its cells do not
/// fill each other.
pub(super) fn read(text: &str) -> Option<Layout> {
    let told: Told = serde_json::from_str(text).ok()?;
    let mut root = cell(&told.root, 0).filter(|_| told.version == VERSION)?;
    root.place(0, 0);
    // The string's own reader says whether cells fill each other.
    Layout::parse(&Layout { root }.to_string()).ok()
}

fn cell(told: &ToldCell, depth: usize) -> Option<Cell> {
    if told.z.is_some() || depth > DEEPEST {
        return None;
    }
    let axis = match told.kind.as_str() {
        "h" => Some(Axis::Across),
        "v" => Some(Axis::Down),
        "p" => None,
        _ => return None,
    };
    let inside = match axis {
        Some(axis) => {
            let cells = told.cells.iter().map(|inner| cell(inner, depth + 1));
            Inside::Cells(axis, cells.collect::<Option<_>>()?)
        }
        None => Inside::Pane(told.id.as_deref()?.strip_prefix('%')?.parse().ok()),
    };
    let rect = Rect::window(told.w, told.h);
    Some(Cell { rect, inside })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As tmux 3.8 wrote it.
    const REAL: &str = r#"{"V":2,"L":{"t":"h","w":200,"h":50,"x":0,"y":0,"c":[{"t":"p","w":100,"h":50,"x":0,"y":0,"l":1,"i":0,"I":"%0"},{"t":"v","w":99,"h":50,"x":101,"y":0,"c":[{"t":"p","w":99,"h":25,"x":101,"y":0,"l":0,"i":1,"I":"%1"},{"t":"p","w":99,"h":24,"x":101,"y":26,"a":true,"i":2,"I":"%2"}]}]}}"#;

    #[test]
    fn what_tmux_tells_is_read() {
        let layout = Layout::told(REAL).unwrap();
        let text = "21be,200x50,0,0{100x50,0,0,0,99x50,101,0[99x25,101,0,1,99x24,101,26,2]}";
        assert_eq!(layout.to_string(), text);
        assert_eq!(Layout::told(text), Some(layout));
    }

    #[test]
    fn floating_panes_and_nonsense_are_none() {
        let floating = REAL.replacen(r#""I":"%1""#, r#""z":0,"I":"%1""#, 1);
        let smaller = REAL.replacen(r#""w":100"#, r#""w":99"#, 1);
        let newer = REAL.replacen(r#""V":2"#, r#""V":3"#, 1);
        for text in [
            floating.as_str(),
            &smaller,
            &newer,
            "{}",
            "[]",
            "",
            "{\"V\":2}",
        ] {
            assert_eq!(Layout::told(text), None, "{text}");
        }
        let deep = format!(
            r#"{{"V":2,"L":{}{}}}"#,
            r#"{"t":"h","w":9,"h":9,"c":["#.repeat(100),
            "]}".repeat(100)
        );
        assert_eq!(Layout::told(&deep), None);
    }
}
