//! What is to become of a window? Pure.

use crate::model::layout::Layout;
use crate::model::layout::efficiency::Pane;
use crate::model::layout::plan::{self, Cramped, Window};
use crate::model::layout::role::Role;
use crate::model::layout::seen::{Marks, Seen};
use crate::model::layout::template::Template;

/// What the active pane weighs beside all others where the screen is too small
/// for what all of them want.
pub const ATTENTION: f64 = 0.7;

/// Columns and rows under which a screen is small: the active pane is followed
/// there, because the others have little.
const SMALL: (u32, u32) = (60, 20);

/// What another pane's becoming active must gain: panes that can be worked in
/// as they are do not jump.
const FOLLOWING: f64 = 0.9;

/// What to do with a window.
#[derive(Debug, Clone, PartialEq)]
pub enum Step {
    /// Nothing.
    Leave(Why),
    /// Remember that a person arranged it so.
    ByHand(Layout),
    /// Remember how tmux scaled what a person arranged.
    Scaled(Layout),
    /// Remember that it is arranged so: no better is to be had.
    Best(Arrangement),
    /// Arrange it.
    Arrange(Arrangement),
}

/// Why a window is left as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Why {
    /// `@mamori-layout off`.
    Off,
    /// A pane is zoomed.
    Zoomed,
    /// It has one pane.
    Single,
    /// A person arranged it.
    ByHand,
    /// It has floating panes, or something else that we do not know.
    Strange,
    /// It is as we left it.
    Known,
    /// Its tmux is too old.
    TooOld,
    /// It has no room for its panes.
    Cramped(Cramped),
}

/// How a window is to be arranged.
#[derive(Debug, Clone, PartialEq)]
pub struct Arrangement {
    /// The window as it was planned for.
    pub window: Window,
    /// The cells with the panes' ids.
    pub layout: Layout,
    /// Its efficiency.
    pub efficiency: f64,
    /// That of the window as it stands, if that can be told.
    pub before: Option<f64>,
    /// Whether every pane has what it must.
    pub fits: bool,
    /// What is remembered with it.
    pub marks: Marks,
}

/// After an event: a split, an exit, a resize, another pane becoming active.
/// `earlier` are the arrangements that the window had at its sizes.
#[must_use]
pub fn on_event(seen: &Seen, earlier: &[Layout]) -> Step {
    if seen.switch == "off" {
        return Step::Leave(Why::Off);
    }
    let standing = match usual(seen) {
        Ok(standing) => standing,
        Err(why) => return Step::Leave(why),
    };
    if seen.panes.len() < 2 {
        return Step::Leave(Why::Single);
    }
    if seen.marks().by_hand {
        return by_hand(seen, standing);
    }
    let known = seen.known.as_ref().filter(|known| {
        let size = |layout: &Layout| (layout.width(), layout.height());
        known.ids() == standing.ids() && size(known) == size(standing)
    });
    match known {
        // At a size it had before, it is as it was then, if that is as good.
        None => arrange(seen, earlier.iter().find(|layout| seen.suits(layout))),
        Some(known) if !known.same_cells(standing) => Step::ByHand(standing.clone()),
        // Titles at the borders came or went: cells stay, and panes do not.
        Some(_) if seen.shape != seen.known_shape => arrange(seen, None),
        Some(_) if seen.followed => followed(seen),
        Some(_) => Step::Leave(Why::Known),
    }
}

/// Because a person asks.
#[must_use]
pub fn on_request(seen: &Seen) -> Step {
    match usual(seen) {
        Ok(_) => arrange(seen, None),
        Err(why) => Step::Leave(why),
    }
}

/// How the window is arranged, where it is one that we may touch.
fn usual(seen: &Seen) -> Result<&Layout, Why> {
    if seen.too_old() {
        return Err(Why::TooOld);
    }
    if seen.zoomed {
        return Err(Why::Zoomed);
    }
    // Floating panes have no cell.
    let sorted = |mut ids: Vec<u32>| {
        ids.sort_unstable();
        ids
    };
    let layout = seen.layout.as_ref().ok_or(Why::Strange)?;
    let same = layout.ids().map(sorted) == Some(sorted(seen.ids()));
    Some(layout).filter(|_| same).ok_or(Why::Strange)
}

/// A window that a person arranged is left, at another size, too, as long as
/// every pane can be worked in there; and it is again as it was made when it
/// has that size again.
fn by_hand(seen: &Seen, standing: &Layout) -> Step {
    if !seen.resized() {
        return Step::Leave(Why::ByHand);
    }
    let hand = |arrangement: Arrangement| Arrangement {
        marks: Marks::BY_HAND,
        ..arrangement
    };
    let Ok(planned) = arrangement(seen, None).map(hand) else {
        return Step::Leave(Why::ByHand);
    };
    if let Some(made) = seen.made.clone().filter(|made| seen.suits(made)) {
        let efficiency = plan::efficiency_of(&planned.window, &made).unwrap_or(0.0);
        return Step::Arrange(Arrangement {
            layout: made,
            efficiency,
            ..planned
        });
    }
    let task = planned.window.task();
    if planned.fits && !task.fits(&standing.rects()) {
        Step::Arrange(planned)
    } else {
        Step::Scaled(standing.clone())
    }
}

fn arrange(seen: &Seen, earlier: Option<&Layout>) -> Step {
    match arrangement(seen, earlier) {
        Err(cramped) => Step::Leave(Why::Cramped(cramped)),
        Ok(arrangement) => match &seen.layout {
            Some(standing)
                if standing.same_cells(&arrangement.layout)
                    && standing.ids() == arrangement.layout.ids() =>
            {
                Step::Best(arrangement)
            }
            _ => Step::Arrange(arrangement),
        },
    }
}

/// As [`arrange`], when only another pane became active.
fn followed(seen: &Seen) -> Step {
    match arrange(seen, None) {
        Step::Arrange(arrangement) => {
            let before = arrangement.before.unwrap_or(0.0);
            if before < FOLLOWING * arrangement.efficiency {
                Step::Arrange(arrangement)
            } else {
                Step::Leave(Why::Known)
            }
        }
        step => step,
    }
}

/// The best arrangement that moves least from what stands, or from an `earlier`
/// one of this size.
///
/// # Errors
/// When the window has no room for its panes.
pub fn arrangement(seen: &Seen, earlier: Option<&Layout>) -> Result<Arrangement, Cramped> {
    let plain = window(seen);
    let (attention, mode) = match Attention::of(&seen.attention) {
        _ if seen.panes.len() < 2 => (None, Attention::Off),
        Attention::Off => (None, Attention::Off),
        Attention::Auto(_) if !plain.too_small() => (None, Attention::Off),
        Attention::Auto(weight) => (Some(weight), Attention::Auto(weight)),
        Attention::Follow(weight) => (Some(weight), Attention::Follow(weight)),
    };
    let window = Window { attention, ..plain };
    let standing = seen
        .layout
        .as_ref()
        .filter(|layout| layout.ids() == Some(seen.ids()));
    let planned = plan::plan(&window, earlier.or(standing))?;
    let small = seen.width < SMALL.0 || seen.height < SMALL.1 || !planned.fits;
    let followed = match mode {
        Attention::Follow(_) => true,
        Attention::Auto(_) => small,
        // Strips are of use for the active pane alone.
        Attention::Off => !planned.fits && seen.panes.len() > 1,
    };
    Ok(Arrangement {
        layout: planned.layout.with_ids(&seen.ids()),
        efficiency: planned.efficiency,
        before: standing.and_then(|standing| plan::efficiency_of(&window, standing)),
        fits: planned.fits,
        marks: Marks {
            by_hand: false,
            followed,
        },
        window,
    })
}

/// The window as it is planned for, each pane with its role.
fn window(seen: &Seen) -> Window {
    let panes = seen.panes.iter().zip(roles(seen));
    let panes = panes.map(|(pane, role)| Pane {
        role,
        active: pane.active,
    });
    Window {
        titles: seen.titles,
        scrollbar: seen.scrollbar,
        ..Window::of(seen.width, seen.height, panes.collect())
    }
}

/// What each pane is for: what it says itself, else the program that runs in
/// it, else what the panes of a window with so many usually are.
fn roles(seen: &Seen) -> Vec<Role> {
    let usual = Template::usual(seen.panes.len()).map_or(&[] as &[Role], Template::roles);
    let panes = seen.panes.iter().enumerate();
    panes
        .map(|(place, pane)| {
            let role = pane.role.or_else(|| seen.programs.role_of(&pane.command));
            role.or_else(|| usual.get(place).copied())
                .unwrap_or_default()
        })
        .collect()
}

/// `@mamori-layout-attention`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Attention {
    /// `off`: the active pane weighs what its role does.
    Off,
    /// `auto` and a number: where the screen is too small for all wants.
    Auto(f64),
    /// `follow`: always, and the active pane is followed.
    Follow(f64),
}

impl Attention {
    /// Reads the option; what is none of its words is `auto`.
    #[must_use]
    pub fn of(word: &str) -> Self {
        match word {
            "off" => Self::Off,
            "follow" => Self::Follow(ATTENTION),
            _ => Self::Auto(weight(word).unwrap_or(ATTENTION)),
        }
    }
}

/// A number between 0 and 1 such as `0.65`, of at most six digits.
fn weight(word: &str) -> Option<f64> {
    let digits = word.strip_prefix('0').unwrap_or(word).strip_prefix('.')?;
    if digits.len() > 6 || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let millionths: u32 = format!("{digits:0<6}").parse().ok()?;
    (millionths > 0).then(|| f64::from(millionths) / 1e6)
}

#[cfg(test)]
#[path = "decide_tests.rs"]
mod tests;
