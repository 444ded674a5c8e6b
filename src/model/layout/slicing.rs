//! A rectangle cut in two again and again: the form in which arrangements are
//! searched and changed. Every cut knows where its border is in the window,
//! so that moving one moves no other.

use super::efficiency::{self, USABLE};
use super::role::Want;
use super::{Axis, Cell, Inside, Layout, Rect};

/// What panes have to share.
#[derive(Debug, Clone, PartialEq)]
pub struct Task {
    /// Columns of the window, at least 1.
    pub width: u32,
    /// Rows of the window, at least 1.
    pub height: u32,
    /// What each pane wants, in their order.
    pub wants: Vec<Want>,
    /// Columns and rows that each pane must have.
    pub floor: (u32, u32),
    /// Columns of each pane that its scrollbar takes.
    pub scrollbar: u32,
}

impl Task {
    /// The smallest cell of a pane.
    #[must_use]
    pub fn smallest(&self) -> (u32, u32) {
        (self.floor.0 + self.scrollbar, self.floor.1)
    }

    /// How many panes a rectangle holds at most: as many as in rows and
    /// columns of smallest cells. No slicing holds more, since for each cut
    /// `⌊(a+1)/s⌋ + ⌊(b+1)/s⌋ ≤ ⌊(a+1+b+1)/s⌋`.
    #[must_use]
    pub fn room(&self, width: u32, height: u32) -> usize {
        let (least_width, least_height) = self.smallest();
        let columns = (width + 1) / (least_width + 1);
        let rows = (height + 1) / (least_height + 1);
        columns as usize * rows as usize
    }

    /// Whether each pane has what it must.
    #[must_use]
    pub fn fits(&self, rects: &[Rect]) -> bool {
        let (width, height) = self.smallest();
        rects
            .iter()
            .all(|rect| rect.width >= width && rect.height >= height)
    }

    /// How good these cells are, from 0 to 1.
    #[must_use]
    pub fn efficiency(&self, rects: &[Rect]) -> f64 {
        efficiency::efficiency(&self.wants, rects, self.scrollbar)
    }

    /// The sizes along `axis` at which what a pane has of what it wants
    /// changes its course, none under its smallest.
    pub(super) fn turns(&self, pane: usize, axis: Axis) -> impl Iterator<Item = u32> + use<> {
        let want = self.wants.get(pane);
        let (floor, usable, want, lost) = match axis {
            Axis::Across => (
                self.floor.0,
                USABLE.0,
                want.map(|want| want.width),
                self.scrollbar,
            ),
            Axis::Down => (self.floor.1, USABLE.1, want.map(|want| want.height), 0),
        };
        [Some(floor), Some(usable), want]
            .into_iter()
            .flatten()
            .map(move |size| size.max(floor) + lost)
    }
}

/// A slicing of a window.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Slicing {
    window: Rect,
    cuts: Vec<Cut>,
    root: Part,
}

/// A cut from edge to edge of some rectangle.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Cut {
    axis: Axis,
    /// The column or row of its border.
    at: u32,
    parts: [Part; 2],
}

/// One side of a cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    /// A pane; the next in order.
    Pane,
    /// The cut of this place in the list.
    Cut(usize),
}

impl Slicing {
    /// The window as it is: one pane.
    pub(super) fn whole(width: u32, height: u32) -> Self {
        Self {
            window: Rect::window(width, height),
            cuts: Vec::new(),
            root: Part::Pane,
        }
    }

    /// Adds a cut of two parts with its border in column or row `at`.
    pub(super) fn add(&mut self, axis: Axis, at: u32, parts: [Part; 2]) -> Part {
        self.cuts.push(Cut { axis, at, parts });
        Part::Cut(self.cuts.len() - 1)
    }

    /// The same cuts, beginning with this one.
    pub(super) fn rooted(self, root: Part) -> Self {
        Self { root, ..self }
    }

    /// The same cells; of more than two in a row, the first is cut off first.
    #[must_use]
    pub fn of(layout: &Layout) -> Self {
        let mut slicing = Self::whole(layout.width(), layout.height());
        let root = slicing.part(&layout.root);
        slicing.rooted(root)
    }

    fn part(&mut self, cell: &Cell) -> Part {
        match &cell.inside {
            Inside::Pane(_) => Part::Pane,
            Inside::Cells(axis, cells) => self.row(*axis, cells),
        }
    }

    fn row(&mut self, axis: Axis, cells: &[Cell]) -> Part {
        let Some((first, others)) = cells.split_first() else {
            return Part::Pane;
        };
        let one = self.part(first);
        if others.is_empty() {
            return one;
        }
        let other = self.row(axis, others);
        let at = match axis {
            Axis::Across => first.rect.x + first.rect.width,
            Axis::Down => first.rect.y + first.rect.height,
        };
        self.add(axis, at, [one, other])
    }

    /// The same cells as tmux has them: rows of rows are one row.
    #[must_use]
    pub fn layout(&self) -> Layout {
        let mut root = self.cell(self.root, self.window);
        root.place(0, 0);
        Layout { root }
    }

    fn cell(&self, part: Part, rect: Rect) -> Cell {
        let Some((cut, first, second)) = self.split(part, rect) else {
            let inside = Inside::Pane(None);
            return Cell { rect, inside };
        };
        let [one, other] = cut.parts;
        let parts = [self.cell(one, first), self.cell(other, second)];
        let cells = parts.into_iter().flat_map(|cell| match cell.inside {
            Inside::Cells(axis, cells) if axis == cut.axis => cells,
            _ => vec![cell],
        });
        let inside = Inside::Cells(cut.axis, cells.collect());
        Cell { rect, inside }
    }

    /// The cut that `part` is, and the rectangles at its sides; `None`: a pane.
    fn split(&self, part: Part, rect: Rect) -> Option<(Cut, Rect, Rect)> {
        let Part::Cut(place) = part else { return None };
        let cut = *self.cuts.get(place)?;
        let start = match cut.axis {
            Axis::Across => rect.x,
            Axis::Down => rect.y,
        };
        let (first, second) = rect.cut(cut.axis, cut.at.saturating_sub(start));
        Some((cut, first, second))
    }

    /// The rectangle of each pane, in the panes' order.
    #[must_use]
    pub fn rects(&self) -> Vec<Rect> {
        let mut rects = Vec::with_capacity(self.cuts.len() + 1);
        let mut waiting = vec![(self.root, self.window)];
        while let Some((part, rect)) = waiting.pop() {
            match self.split(part, rect) {
                None => rects.push(rect),
                Some((cut, first, second)) => {
                    let [one, other] = cut.parts;
                    waiting.extend([(other, second), (one, first)]);
                }
            }
        }
        rects
    }

    /// How many cuts there are: one less than panes.
    pub(super) fn cuts(&self) -> usize {
        self.cuts.len()
    }

    /// The places to which moving cut `cut` may be of use, when the panes are
    /// in `rects`: where a pane at its side would have a size at which
    /// something changes, or where panes that are `standing` end.
    pub(super) fn places(
        &self,
        cut: usize,
        task: &Task,
        rects: &[Rect],
        standing: &[Rect],
    ) -> Vec<u32> {
        let Some(Cut { axis, at, .. }) = self.cuts.get(cut).copied() else {
            return Vec::new();
        };
        let start = |rect: &Rect| match axis {
            Axis::Across => rect.x,
            Axis::Down => rect.y,
        };
        let mut places: Vec<u32> = standing
            .iter()
            .map(|rect| start(rect) + rect.along(axis))
            .collect();
        for (pane, rect) in rects.iter().enumerate() {
            let (from, to) = (start(rect), start(rect) + rect.along(axis));
            if to == at {
                places.extend(task.turns(pane, axis).map(|size| from + size));
            } else if from == at + 1 {
                places.extend(
                    task.turns(pane, axis)
                        .filter_map(|size| to.checked_sub(size + 1)),
                );
            }
        }
        places.sort_unstable();
        places.dedup();
        places.retain(|&place| place != at);
        places
    }

    /// The same with the border of cut `cut` in column or row `at`.
    pub(super) fn moved(&self, cut: usize, at: u32) -> Self {
        let mut moved = self.clone();
        if let Some(cut) = moved.cuts.get_mut(cut) {
            cut.at = at;
        }
        moved
    }

    /// Moves one border after the other to where `worth` is largest, until no
    /// such move gains anything; none to where it is `None`. When it is so at
    /// first, nothing is moved.
    pub(super) fn improved(
        mut self,
        task: &Task,
        standing: &[Rect],
        worth: impl Fn(&[Rect]) -> Option<f64>,
    ) -> Self {
        let judge = |slicing: &Self| {
            let rects = slicing.rects();
            let there = rects.iter().all(|rect| rect.width > 0 && rect.height > 0);
            let worth = Some(&rects)
                .filter(|_| there)
                .and_then(|rects| worth(rects));
            worth.map(|worth| (worth, rects))
        };
        let Some((mut best, mut rects)) = judge(&self) else {
            return self;
        };
        // Each round gains something; the bound only ends what gains ever less.
        for _ in 0..ROUNDS {
            let before = best;
            for cut in 0..self.cuts() {
                for at in self.places(cut, task, &rects, standing) {
                    let moved = self.moved(cut, at);
                    if let Some((worth, there)) = judge(&moved)
                        && worth > best + GAIN
                    {
                        (self, best, rects) = (moved, worth, there);
                    }
                }
            }
            if best <= before {
                break;
            }
        }
        self
    }
}

/// Rounds of moves at most.
const ROUNDS: usize = 20;
/// What counts as a gain, beyond the noise of arithmetic.
const GAIN: f64 = 1e-9;
