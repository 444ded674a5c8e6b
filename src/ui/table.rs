//! Tables of aligned columns, with the last columns left out where the
//! terminal is too narrow for them.

use super::style::{Role, painted};
use crate::model::text::{clean, cut, width};

/// One cell: its text, how it is drawn and to which side it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cell {
    text: String,
    role: Option<Role>,
    right: bool,
}

impl Cell {
    /// Text as it is, to the left.
    #[must_use]
    pub fn plain(text: &str) -> Self {
        Self {
            text: clean(text),
            role: None,
            right: false,
        }
    }

    /// Text in a role's style, to the left.
    #[must_use]
    pub fn painted(role: Role, text: impl Into<String>) -> Self {
        Self {
            text: clean(&text.into()),
            role: Some(role),
            right: false,
        }
    }

    /// A number, to the right.
    #[must_use]
    pub fn right(role: Option<Role>, text: impl Into<String>) -> Self {
        Self {
            text: clean(&text.into()),
            role,
            right: true,
        }
    }

    fn draw(&self, columns: usize) -> String {
        let text = cut(&self.text, columns, "…");
        let space = " ".repeat(columns.saturating_sub(width(&text)));
        let text = self.role.map_or(text.clone(), |role| painted(role, &text));
        if self.right {
            space + &text
        } else {
            text + &space
        }
    }
}

/// Blank columns between two columns.
const GAP: usize = 2;

/// The lines of a table within `columns`. The first column always stays; of
/// the others as many as fit; what is left of the last one is cut.
#[must_use]
pub fn table(headings: &[Cell], rows: Vec<Vec<Cell>>, columns: usize) -> Vec<String> {
    let rows: Vec<Vec<Cell>> = std::iter::once(headings.to_vec()).chain(rows).collect();
    let count = headings.len();
    let widths: Vec<usize> = (0..count)
        .map(|at| {
            rows.iter()
                .filter_map(|row| row.get(at))
                .map(|cell| width(&cell.text))
                .max()
                .unwrap_or(0)
        })
        .collect();
    let mut used = 0;
    let mut shown: Vec<usize> = Vec::new();
    for wanted in widths {
        let gap = if shown.is_empty() { 0 } else { GAP };
        let room = columns.saturating_sub(used + gap);
        // A cut column is of use while a few letters of it are left.
        let taken = wanted.min(room);
        if !shown.is_empty() && taken < wanted.min(6) {
            break;
        }
        used += gap + taken;
        shown.push(taken);
    }
    rows.iter()
        .map(|row| {
            let cells = row
                .iter()
                .zip(&shown)
                .map(|(cell, columns)| cell.draw(*columns));
            cells
                .collect::<Vec<String>>()
                .join(&" ".repeat(GAP))
                .trim_end()
                .to_owned()
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_aligned_by_display_width_and_left_out_when_narrow() {
        let headings = ["NODE", "DISK", "SESSIONS"].map(Cell::plain);
        let row = |name: &str| {
            vec![
                Cell::plain(name),
                Cell::right(None, "9%"),
                Cell::plain("main, work, and more"),
            ]
        };
        let rows = vec![row("無限"), row("a")];
        assert_eq!(
            table(&headings, rows.clone(), 80),
            [
                "NODE  DISK  SESSIONS",
                "無限    9%  main, work, and more",
                "a       9%  main, work, and more"
            ]
        );
        assert_eq!(
            table(&headings, rows.clone(), 20),
            [
                "NODE  DISK  SESSIONS",
                "無限    9%  main, w…",
                "a       9%  main, w…"
            ]
        );
        assert_eq!(
            table(&headings, rows, 12),
            ["NODE  DISK", "無限    9%", "a       9%"]
        );
    }
}
