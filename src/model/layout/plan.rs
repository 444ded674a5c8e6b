//! From a window and its panes to their arrangement.

use super::efficiency::{Pane, USABLE, wants};
use super::role::Want;
use super::slicing::{Slicing, Task};
use super::{Edge, Layout, crowd, near, optimum, strips};

/// How many panes one window may have: with more, tmux does not tell its
/// layout any more.
pub const MOST: usize = 256;

/// A window to be arranged.
#[derive(Debug, Clone, PartialEq)]
pub struct Window {
    /// Columns, 1 to 10000.
    pub width: u32,
    /// Rows, 1 to 10000.
    pub height: u32,
    /// Its panes in their order, 1 to [`MOST`].
    pub panes: Vec<Pane>,
    /// What the active pane weighs beside all others, in (0, 1); `None`: as
    /// its role does. Exactly one pane is active then.
    pub attention: Option<f64>,
    /// Columns and rows that each pane must have.
    pub floor: (u32, u32),
    /// The edge at which panes lose a row to their title.
    pub titles: Option<Edge>,
    /// Columns that each pane loses to a scrollbar.
    pub scrollbar: u32,
}

impl Window {
    /// A window of this size with nothing special about it.
    #[must_use]
    pub fn of(width: u32, height: u32, panes: Vec<Pane>) -> Self {
        Self {
            width,
            height,
            panes,
            attention: None,
            floor: USABLE,
            titles: None,
            scrollbar: 0,
        }
    }

    /// What its panes have to share: the rows of titles are not theirs.
    #[must_use]
    pub fn task(&self) -> Task {
        Task {
            width: self.width,
            height: self.height - u32::from(self.titles.is_some() && self.height > 1),
            wants: wants(&self.panes, self.attention),
            floor: self.floor,
            scrollbar: self.scrollbar,
        }
    }
}

impl Window {
    /// Whether no arrangement gives every pane all that it wants.
    #[must_use]
    pub fn too_small(&self) -> bool {
        let task = self.task();
        let cells =
            |want: &Want| u64::from(want.width + task.scrollbar + 1) * u64::from(want.height + 1);
        let wanted: u64 = task.wants.iter().map(cells).sum();
        // Each pane has its borders: they fill the window and its own.
        if wanted > u64::from(task.width + 1) * u64::from(task.height + 1) {
            return true;
        }
        plan(self, None).map_or(true, |plan| plan.efficiency < 1.0 - ALL)
    }
}

/// What is lacking of 1 by the noise of arithmetic alone.
const ALL: f64 = 1e-9;

/// How a window is to be arranged.
#[derive(Debug, Clone, PartialEq)]
pub struct Plan {
    /// The cells, without ids.
    pub layout: Layout,
    /// Its efficiency, from 0 to 1.
    pub efficiency: f64,
    /// Whether each pane has what it must; else they are strips.
    pub fits: bool,
}

/// A window with less columns than its panes and their borders need.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{width}x{height} has no room for {panes} panes")]
pub struct Cramped {
    /// Its columns.
    pub width: u32,
    /// Its rows.
    pub height: u32,
    /// Its panes.
    pub panes: usize,
}

/// The best arrangement of a window; of those that are nearly as good as it,
/// the one that is nearest to what is `standing`.
///
/// # Errors
/// When the window has no room for its panes at all.
pub fn plan(window: &Window, standing: Option<&Layout>) -> Result<Plan, Cramped> {
    let task = window.task();
    let best = if window.panes.len() <= optimum::MOST {
        optimum::optimum(&task)
    } else {
        crowd::arranged(&task)
    };
    let fits = best.is_some();
    let layout = match best {
        Some(best) => nearest(window, &task, best, standing),
        None => {
            let active = window.panes.iter().position(|pane| pane.active);
            let active = active.unwrap_or(0);
            let strips = strips::strips(task.width, task.height, window.panes.len(), active);
            strips.ok_or(Cramped {
                width: window.width,
                height: window.height,
                panes: window.panes.len(),
            })?
        }
    };
    let efficiency = task.efficiency(&layout.rects());
    let layout = match window.titles {
        Some(edge) if task.height < window.height => layout.with_edge_row(edge),
        _ => layout,
    };
    Ok(Plan {
        layout,
        efficiency,
        fits,
    })
}

fn nearest(window: &Window, task: &Task, best: Slicing, standing: Option<&Layout>) -> Layout {
    let standing = standing.cloned().and_then(|standing| match window.titles {
        Some(edge) => standing.without_edge_row(edge),
        None => Some(standing),
    });
    let chosen = match &standing {
        Some(standing) => near::nearest(task, best, standing),
        None => best,
    };
    chosen.layout()
}

/// The efficiency of a window as it stands, when it is one of these panes.
#[must_use]
pub fn efficiency_of(window: &Window, standing: &Layout) -> Option<f64> {
    let task = window.task();
    let standing = match window.titles {
        Some(edge) => standing.clone().without_edge_row(edge)?,
        None => standing.clone(),
    };
    let same = standing.panes() == window.panes.len();
    same.then(|| task.efficiency(&standing.rects()))
}
