//! How the panes of a tmux window share its rectangle.
//!
//! A [`Layout`] is read from tmux ([`Layout::parse`]) or made here
//! ([`plan::plan`]), and is sound in either case: cells fill each other. What
//! is given to tmux is printed from one and read again before it goes.
//!
//! The best arrangement is a *slicing*: the rectangle is cut in two from edge
//! to edge, and each half again, until every pane has a cell; the panes keep
//! their order. [`efficiency`] says how good one is, [`optimum`] finds the
//! best of all, [`near`] the one among the almost best that moves least.

mod chains;
pub mod crowd;
pub mod efficiency;
mod json;
pub mod memory;
pub mod near;
pub mod optimum;
pub mod plan;
pub mod programs;
pub mod role;
pub mod seen;
mod shares;
pub mod slicing;
pub mod strips;
pub mod template;
pub mod text;

pub use text::LayoutError;

/// A rectangle of cells; a border of one cell is between neighbours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rect {
    /// Columns left of it.
    pub x: u32,
    /// Rows above it.
    pub y: u32,
    /// Columns, at least 1.
    pub width: u32,
    /// Rows, at least 1.
    pub height: u32,
}

impl Rect {
    /// A whole window.
    #[must_use]
    pub fn window(width: u32, height: u32) -> Self {
        Self {
            x: 0,
            y: 0,
            width,
            height,
        }
    }

    /// Its size along `axis`.
    #[must_use]
    pub fn along(self, axis: Axis) -> u32 {
        match axis {
            Axis::Across => self.width,
            Axis::Down => self.height,
        }
    }

    /// The same rectangle with this size along `axis`.
    #[must_use]
    pub fn resized(self, axis: Axis, size: u32) -> Self {
        match axis {
            Axis::Across => Self {
                width: size,
                ..self
            },
            Axis::Down => Self {
                height: size,
                ..self
            },
        }
    }

    /// The two parts of it, the first of `size` along `axis`, with a border
    /// between them. There has to be room: at least 1 for each.
    #[must_use]
    pub fn cut(self, axis: Axis, size: u32) -> (Self, Self) {
        let rest = self.along(axis).saturating_sub(size + 1);
        let mut second = self.resized(axis, rest);
        match axis {
            Axis::Across => second.x += size + 1,
            Axis::Down => second.y += size + 1,
        }
        (self.resized(axis, size), second)
    }
}

/// A direction in which cells follow one another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Axis {
    /// From left to right: side by side.
    Across,
    /// From top to bottom: one above the other.
    Down,
}

impl Axis {
    /// Both.
    pub const BOTH: [Self; 2] = [Self::Across, Self::Down];
}

/// The arrangement of a window's panes: cells that fill the window, as tmux
/// writes them in `#{window_layout}`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Layout {
    root: Cell,
}

/// A part of the window.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Cell {
    rect: Rect,
    inside: Inside,
}

/// What a cell holds.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Inside {
    /// A pane, by the number of its id (`%12` is 12), where it is told.
    Pane(Option<u32>),
    /// At least two cells that fill it, with borders of one between them.
    Cells(Axis, Vec<Cell>),
}

impl Layout {
    /// Reads what tmux tells in `#{window_layout}`: a layout string, from 3.8 on
    /// JSON; `None` where it is neither, or there are floating panes.
    #[must_use]
    pub fn told(text: &str) -> Option<Self> {
        if text.starts_with('{') {
            json::read(text)
        } else {
            Self::parse(text).ok()
        }
    }

    /// Columns of the window.
    #[must_use]
    pub fn width(&self) -> u32 {
        self.root.rect.width
    }

    /// Rows of the window.
    #[must_use]
    pub fn height(&self) -> u32 {
        self.root.rect.height
    }

    /// The rectangle of every pane, in the panes' order.
    #[must_use]
    pub fn rects(&self) -> Vec<Rect> {
        self.root.panes().iter().map(|(rect, _)| *rect).collect()
    }

    /// The numbers of the panes' ids in their order; `None` when some are not
    /// told.
    #[must_use]
    pub fn ids(&self) -> Option<Vec<u32>> {
        self.root.panes().iter().map(|(_, id)| *id).collect()
    }

    /// How many panes it has room for, at least 1.
    #[must_use]
    pub fn panes(&self) -> usize {
        self.root.panes().len()
    }

    /// The same cells for the panes with these ids. Panes beyond them have
    /// none.
    #[must_use]
    pub fn with_ids(mut self, ids: &[u32]) -> Self {
        self.root.name(&mut ids.iter().copied());
        self
    }

    /// The same arrangement with one row more in all panes that touch the
    /// window's top edge, or its bottom edge.
    #[must_use]
    pub fn with_edge_row(mut self, edge: Edge) -> Self {
        self.root.grow(edge);
        self.root.place(0, 0);
        self
    }

    /// The same with one row less there; `None` where one has no more.
    #[must_use]
    pub fn without_edge_row(mut self, edge: Edge) -> Option<Self> {
        self.root.shrink(edge)?;
        self.root.place(0, 0);
        Some(self)
    }

    /// Whether both show the same cells, whatever panes are in them.
    #[must_use]
    pub fn same_cells(&self, other: &Self) -> bool {
        self.root.same_cells(&other.root)
    }
}

/// The edge of a window at which panes lose a row to `pane-border-status`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Edge {
    /// `pane-border-status top`.
    Top,
    /// `pane-border-status bottom`.
    Bottom,
}

impl Cell {
    fn panes(&self) -> Vec<(Rect, Option<u32>)> {
        match &self.inside {
            Inside::Pane(id) => vec![(self.rect, *id)],
            Inside::Cells(_, cells) => cells.iter().flat_map(Self::panes).collect(),
        }
    }

    fn name(&mut self, ids: &mut impl Iterator<Item = u32>) {
        match &mut self.inside {
            Inside::Pane(id) => *id = ids.next(),
            Inside::Cells(_, cells) => cells.iter_mut().for_each(|cell| cell.name(ids)),
        }
    }

    /// One row more at an edge of it.
    fn grow(&mut self, edge: Edge) {
        self.rect.height += 1;
        self.touching(edge)
            .into_iter()
            .for_each(|cell| cell.grow(edge));
    }

    /// One row less there.
    fn shrink(&mut self, edge: Edge) -> Option<()> {
        self.rect.height = self
            .rect
            .height
            .checked_sub(1)
            .filter(|&height| height > 0)?;
        self.touching(edge)
            .into_iter()
            .try_for_each(|cell| cell.shrink(edge))
    }

    /// The cells in it that touch an edge of it.
    fn touching(&mut self, edge: Edge) -> Vec<&mut Self> {
        match &mut self.inside {
            Inside::Pane(_) => Vec::new(),
            Inside::Cells(Axis::Across, cells) => cells.iter_mut().collect(),
            Inside::Cells(Axis::Down, cells) => match edge {
                Edge::Top => cells.first_mut().into_iter().collect(),
                Edge::Bottom => cells.last_mut().into_iter().collect(),
            },
        }
    }

    /// Works out where everything in it stands.
    fn place(&mut self, x: u32, y: u32) {
        (self.rect.x, self.rect.y) = (x, y);
        let Inside::Cells(axis, cells) = &mut self.inside else {
            return;
        };
        let (mut x, mut y) = (x, y);
        for cell in cells {
            cell.place(x, y);
            match axis {
                Axis::Across => x += cell.rect.width + 1,
                Axis::Down => y += cell.rect.height + 1,
            }
        }
    }

    fn same_cells(&self, other: &Self) -> bool {
        let inside = match (&self.inside, &other.inside) {
            (Inside::Pane(_), Inside::Pane(_)) => true,
            (Inside::Cells(one, some), Inside::Cells(two, more)) => {
                let pairs = || some.iter().zip(more);
                one == two && some.len() == more.len() && pairs().all(|(a, b)| a.same_cells(b))
            }
            _ => false,
        };
        inside && self.rect == other.rect
    }
}
