//! What became of a window, in a line for people. Pure.

use super::act::Outcome;
use super::decide::Why;
use crate::model::layout::efficiency::shown;
use crate::model::layout::seen::Seen;
use crate::model::text::count;

/// What became of a window, in one line.
#[must_use]
pub fn outcome(seen: &Seen, outcome: &Outcome) -> String {
    let window = &seen.window;
    let panes = count(seen.panes.len(), "pane");
    match outcome {
        Outcome::Left(why) => format!("{window}: left alone: {}", reason(why)),
        Outcome::Best(efficiency) => {
            let efficiency = shown(*efficiency);
            format!("{window}: {panes}, efficiency {efficiency}: stays as it is")
        }
        Outcome::Arranged(arrangement) => {
            let before = arrangement.before;
            let before = before.map_or(String::new(), |before| shown(before) + " -> ");
            let after = shown(arrangement.efficiency);
            let strips = if arrangement.fits {
                ""
            } else {
                "; the window is too small for all"
            };
            format!("{window}: {panes}, efficiency {before}{after}{strips}")
        }
        Outcome::Changed => format!("{window}: it changed meanwhile, and was not touched"),
    }
}

/// Why a window is left as it is.
#[must_use]
pub fn reason(why: &Why) -> String {
    match why {
        Why::Off => "its layouts are off (`mamori layout on`)".to_owned(),
        Why::Zoomed => "a pane is zoomed (`tmux resize-pane -Z` ends that)".to_owned(),
        Why::Single => "it has one pane".to_owned(),
        Why::ByHand => "it was arranged by hand (`mamori layout auto` takes over)".to_owned(),
        Why::Strange => "it has floating panes, or others that we do not know".to_owned(),
        Why::Known => "nothing changed".to_owned(),
        Why::TooOld => "its tmux is older than 3.2".to_owned(),
        Why::Cramped(cramped) => cramped.to_string(),
    }
}
