//! Layout strings, read strictly and printed as tmux does. A server of tmux
//! 3.3 dies of one that it cannot read, with everything in it: so none is
//! sent that was not read here first.
//!
//! ```text
//! layout = hex4 "," cell
//! cell   = W "x" H "," X "," Y [ "," pane | "{" cell "," cell … "}" | "[" cell "," cell … "]" ]
//! ```
//! Cells in braces stand side by side, in brackets one above the other, with
//! a border of one between them. The four hex digits are the sum of the rest
//! (tmux's `layout-custom.c`).

use std::fmt::{self, Write as _};

use super::{Axis, Cell, Inside, Layout, Rect};

/// The longest string that tmux writes itself, in bytes.
const LONGEST: usize = 8191;

/// The largest width and height of a window, in cells (tmux's own limit).
pub const LARGEST: u32 = 10_000;

/// Cells within cells: nobody nests as deep.
const DEEPEST: usize = 100;

/// Why a layout string is not sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum LayoutError {
    /// It is no layout string, or longer than tmux writes them.
    #[error("it is no tmux layout string")]
    Unreadable,
    /// Its first four digits are not the sum of the rest.
    #[error("its checksum is wrong")]
    Checksum,
    /// Cells do not fill the cell they are in.
    #[error("its cells do not fill each other")]
    Sizes,
    /// It is for another number of panes.
    #[error("it is for {layout} panes, and there are {window}")]
    Panes {
        /// Panes of the layout.
        layout: usize,
        /// Panes of the window.
        window: usize,
    },
}

/// tmux's sum of the text after the first comma.
#[must_use]
pub fn checksum(cells: &str) -> u16 {
    cells.bytes().fold(0, |sum: u16, byte| {
        sum.rotate_right(1).wrapping_add(u16::from(byte))
    })
}

impl Layout {
    /// Reads a layout string strictly. Where cells stand is worked out anew,
    /// as tmux does.
    ///
    /// # Errors
    /// When tmux would not take it, or might not.
    pub fn parse(text: &str) -> Result<Self, LayoutError> {
        let (sum, cells) = text.split_once(',').ok_or(LayoutError::Unreadable)?;
        let hex = sum.len() == 4 && sum.bytes().all(|byte| byte.is_ascii_hexdigit());
        if !hex || text.len() > LONGEST {
            return Err(LayoutError::Unreadable);
        }
        let mut rest = cells;
        let mut root = cell(&mut rest, 0)?;
        if !rest.is_empty() {
            return Err(LayoutError::Unreadable);
        }
        // The form first: garbage has no sum to be wrong.
        if u16::from_str_radix(sum, 16) != Ok(checksum(cells)) {
            return Err(LayoutError::Checksum);
        }
        root.place(0, 0);
        Ok(Self { root })
    }

    /// The same, of a window of `panes` panes.
    ///
    /// # Errors
    /// Also when it is for another number of panes.
    pub fn parse_for(text: &str, panes: usize) -> Result<Self, LayoutError> {
        let layout = Self::parse(text)?;
        match layout.panes() {
            there if there == panes => Ok(layout),
            there => Err(LayoutError::Panes {
                layout: there,
                window: panes,
            }),
        }
    }
}

impl fmt::Display for Layout {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut cells = String::new();
        print(&self.root, &mut cells)?;
        write!(f, "{:04x},{cells}", checksum(&cells))
    }
}

fn print(cell: &Cell, text: &mut String) -> fmt::Result {
    let Rect {
        x,
        y,
        width,
        height,
    } = cell.rect;
    write!(text, "{width}x{height},{x},{y}")?;
    match &cell.inside {
        Inside::Pane(None) => Ok(()),
        Inside::Pane(Some(id)) => write!(text, ",{id}"),
        Inside::Cells(axis, cells) => {
            let (open, close) = match axis {
                Axis::Across => ('{', '}'),
                Axis::Down => ('[', ']'),
            };
            text.push(open);
            for (place, cell) in cells.iter().enumerate() {
                if place > 0 {
                    text.push(',');
                }
                print(cell, text)?;
            }
            text.push(close);
            Ok(())
        }
    }
}

fn cell(rest: &mut &str, depth: usize) -> Result<Cell, LayoutError> {
    let width = size(number(rest)?)?;
    take(rest, 'x')?;
    let height = size(number(rest)?)?;
    // Where it stands is worked out anew by tmux.
    for _ in 0..2 {
        take(rest, ',')?;
        number(rest)?;
    }
    let place = Rect::window(width, height);
    let inside = match rest.chars().next() {
        Some('{') => filled(Axis::Across, children(rest, '}', depth)?, place)?,
        Some('[') => filled(Axis::Down, children(rest, ']', depth)?, place)?,
        _ => Inside::Pane(pane(rest)),
    };
    Ok(Cell {
        rect: place,
        inside,
    })
}

/// The cells between an opening bracket and `end`, at least two.
fn children(rest: &mut &str, end: char, depth: usize) -> Result<Vec<Cell>, LayoutError> {
    if depth >= DEEPEST {
        return Err(LayoutError::Unreadable);
    }
    *rest = rest.get(1..).unwrap_or_default();
    let mut cells = vec![cell(rest, depth + 1)?];
    while take(rest, ',').is_ok() {
        cells.push(cell(rest, depth + 1)?);
    }
    take(rest, end)?;
    if cells.len() < 2 {
        return Err(LayoutError::Unreadable);
    }
    Ok(cells)
}

/// The cells, if they and the borders between them fill `rect` along `axis`
/// and each is as large as it the other way.
fn filled(axis: Axis, cells: Vec<Cell>, rect: Rect) -> Result<Inside, LayoutError> {
    let sizes: usize = cells
        .iter()
        .map(|cell| cell.rect.along(axis) as usize)
        .sum();
    let even = cells
        .iter()
        .all(|cell| cell.rect.resized(axis, 0) == rect.resized(axis, 0));
    if even && sizes + cells.len() - 1 == rect.along(axis) as usize {
        Ok(Inside::Cells(axis, cells))
    } else {
        Err(LayoutError::Sizes)
    }
}

/// The number of a pane, which tmux does not read: `,12`, unless it is the
/// next cell's width.
fn pane(rest: &mut &str) -> Option<u32> {
    let mut ahead = *rest;
    take(&mut ahead, ',').ok()?;
    let id = number(&mut ahead).ok()?;
    if ahead.starts_with('x') {
        return None;
    }
    *rest = ahead;
    Some(id)
}

fn take(rest: &mut &str, wanted: char) -> Result<(), LayoutError> {
    *rest = rest.strip_prefix(wanted).ok_or(LayoutError::Unreadable)?;
    Ok(())
}

/// At most nine digits, so that no counter of tmux overflows.
fn number(rest: &mut &str) -> Result<u32, LayoutError> {
    let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
    let (number, after) = rest.split_at_checked(digits).unwrap_or_default();
    *rest = after;
    let number = Some(number).filter(|number| number.len() <= 9);
    number
        .and_then(|number| number.parse().ok())
        .ok_or(LayoutError::Unreadable)
}

fn size(number: u32) -> Result<u32, LayoutError> {
    if (1..=LARGEST).contains(&number) {
        Ok(number)
    } else {
        Err(LayoutError::Sizes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// As tmux 3.3a wrote it.
    const REAL: &str = "21be,200x50,0,0{100x50,0,0,0,99x50,101,0[99x25,101,0,1,99x24,101,26,2]}";

    fn panes(text: &str) -> Result<usize, LayoutError> {
        Layout::parse(text).map(|layout| layout.panes())
    }

    fn summed(cells: &str) -> String {
        format!("{:04x},{cells}", checksum(cells))
    }

    #[test]
    fn what_tmux_writes_is_read() {
        let layout = Layout::parse(REAL).unwrap();
        assert_eq!((layout.width(), layout.height()), (200, 50));
        assert_eq!(layout.ids(), Some(vec![0, 1, 2]));
        assert_eq!(layout.to_string(), REAL);
        assert_eq!(panes("b25d,80x24,0,0,0"), Ok(1));
        // Without numbers of panes, as people may write it; where the cells
        // stand is of no interest.
        let written = summed("80x24,7,0{40x24,0,0,39x24,41,9}");
        let layout = Layout::parse(&written).unwrap();
        assert_eq!((layout.panes(), layout.ids()), (2, None));
        let printed = summed("80x24,0,0{40x24,0,0,3,39x24,41,0,4}");
        assert_eq!(layout.with_ids(&[3, 4]).to_string(), printed);
    }

    #[test]
    fn what_would_end_a_server_is_refused() {
        for text in [
            "",
            " ",
            "zz",
            "tiled",
            "tiledx",
            "main-vertical-mirrored",
            "b25d",
            "b25d,",
            ",80x24,0,0,0",
            "b25,80x24,0,0,0",
            "b25dd,80x24,0,0,0",
            "+25d,80x24,0,0,0",
            "b25d, 80x24,0,0,0",
            "b25d,80x24,0,0,0 ",
            "b25d,80x24,0,0,0\n",
            "b25d,80x24,0,0,",
            "b25d,80x24,0",
            "b25d,80x,0,0,0",
            "b25d,80x24,0,0{",
            "b25d,80x24,0,0{}",
            "b25d,80x24,0,0{80x24,0,0,0}",
            "b25d,80x24,0,0,0{40x24,0,0,1,39x24,41,0,2}",
            "b25d,80x24,0,0{40x24,0,0,1,39x24,41,0,2]",
            "b25d,80x24,0,0<40x24,0,0,1>",
            "b25d,-80x24,0,0,0",
            "b25d,4294967376x24,0,0,0",
            "b25d,80x24,0,0,99999999999",
        ] {
            assert_eq!(panes(text), Err(LayoutError::Unreadable), "{text:?}");
        }
        assert_eq!(panes("b25e,80x24,0,0,0"), Err(LayoutError::Checksum));
        let deep = format!("1x1,0,0{}", "{1x1,0,0".repeat(5000));
        assert_eq!(panes(&summed(&deep)), Err(LayoutError::Unreadable));
    }

    #[test]
    fn cells_must_fill_each_other() {
        for cells in [
            "80x24,0,0{40x24,0,0,1,40x24,40,0,2}",
            "80x24,0,0{40x24,0,0,1,39x23,41,0,2}",
            "80x24,0,0[40x24,0,0,1,39x24,41,0,2]",
            "0x24,0,0,0",
            "80x10001,0,0,0",
        ] {
            assert_eq!(panes(&summed(cells)), Err(LayoutError::Sizes), "{cells}");
        }
    }

    #[test]
    fn another_number_of_panes_does_not_fit() {
        let wrong = LayoutError::Panes {
            layout: 1,
            window: 2,
        };
        let text = "b25d,80x24,0,0,0";
        assert_eq!(Layout::parse_for(text, 2), Err(wrong));
        assert!(Layout::parse_for(text, 1).is_ok());
    }

    /// A rectangle cut in two again and again, as tmux would write it.
    fn sliced(width: u32, height: u32, cuts: &[bool]) -> (String, usize) {
        let leaf = || (format!("{width}x{height},0,0,7"), 1);
        let Some((across, rest)) = cuts.split_first() else {
            return leaf();
        };
        let whole = if *across { width } else { height };
        if whole < 3 {
            return leaf();
        }
        let (one, other) = ((whole - 1) / 2, whole - 1 - (whole - 1) / 2);
        let (left, right) = rest.split_at(rest.len() / 2);
        let part = |size, cuts| {
            if *across {
                sliced(size, height, cuts)
            } else {
                sliced(width, size, cuts)
            }
        };
        let ((a, some), (b, more)) = (part(one, left), part(other, right));
        let (open, close) = if *across { ('{', '}') } else { ('[', ']') };
        (
            format!("{width}x{height},0,0{open}{a},{b}{close}"),
            some + more,
        )
    }

    proptest! {
        #[test]
        fn every_slicing_is_read(
            width in 1u32..400, height in 1u32..110,
            cuts in proptest::collection::vec(any::<bool>(), 0..24),
        ) {
            let (cells, panes) = sliced(width, height, &cuts);
            let text = summed(&cells);
            let layout = Layout::parse(&text).unwrap();
            prop_assert_eq!((layout.width(), layout.height(), layout.panes()), (width, height, panes));
            let printed = layout.to_string();
            prop_assert_eq!(Layout::parse(&printed), Ok(layout));
        }

        #[test]
        fn nothing_breaks_the_reader(text in "[0-9a-fx,\\[\\]{}]{0,60}") {
            let _ = panes(&text);
        }

        #[test]
        fn one_changed_byte_is_noticed(at in 5usize..70, byte in "[0-9,x]") {
            let sound = summed(&REAL[5..]);
            let at = at.min(sound.len() - 1);
            let mut changed = sound.clone();
            changed.replace_range(at..=at, &byte);
            prop_assert!(changed == sound || panes(&changed).is_err());
        }
    }
}
