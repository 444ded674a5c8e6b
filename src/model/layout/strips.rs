//! Windows that are too small for all panes: the active one gets all but
//! strips of one row, or of one column, so that none is lost and their order
//! is kept.

use super::slicing::{Part, Slicing};
use super::{Axis, Layout};

/// Rows that the active pane must have when the others lie above and below it.
const LEAST_ROWS: u32 = 4;

/// The strips; `None` where not even that leaves the active pane a column.
#[must_use]
pub fn strips(width: u32, height: u32, panes: usize, active: usize) -> Option<Layout> {
    let others = u32::try_from(panes.checked_sub(1)?).ok()?;
    // Each with its border.
    let taken = others.checked_mul(2)?;
    let (axis, length) = if others == 0 || height >= taken.saturating_add(LEAST_ROWS) {
        (Axis::Down, height)
    } else {
        (Axis::Across, width)
    };
    let large = length.checked_sub(taken).filter(|&large| large > 0)?;
    let mut slicing = Slicing::whole(width, height);
    let mut ends = Vec::new();
    let mut at = 0;
    for pane in 0..panes - 1 {
        at += if pane == active { large } else { 1 };
        ends.push(at);
        at += 1;
    }
    let mut root = Part::Pane;
    for &at in ends.iter().rev() {
        root = slicing.add(axis, at, [Part::Pane, root]);
    }
    Some(slicing.rooted(root).layout())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sizes(width: u32, height: u32, panes: usize, active: usize) -> Option<Vec<(u32, u32)>> {
        let layout = strips(width, height, panes, active)?;
        let rects = layout.rects().into_iter();
        Some(rects.map(|rect| (rect.width, rect.height)).collect())
    }

    #[test]
    fn the_active_pane_gets_all_but_a_row_for_each_other() {
        let rows = |rows: &[u32]| Some(rows.iter().map(|&row| (30, row)).collect());
        assert_eq!(sizes(30, 8, 3, 1), rows(&[1, 4, 1]));
        assert_eq!(sizes(30, 12, 3, 0), rows(&[8, 1, 1]));
        assert_eq!(sizes(30, 12, 3, 2), rows(&[1, 1, 8]));
        assert_eq!(sizes(30, 1, 1, 0), rows(&[1]));
    }

    #[test]
    fn where_rows_are_few_the_strips_are_columns() {
        let columns = Some(vec![(1, 7), (26, 7), (1, 7)]);
        assert_eq!(sizes(30, 7, 3, 1), columns);
        assert_eq!(sizes(5, 1, 3, 2), Some(vec![(1, 1); 3]));
        assert_eq!(sizes(4, 1, 3, 2), None);
        assert_eq!(sizes(1, 1, 0, 0), None);
    }
}
