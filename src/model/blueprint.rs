//! How a tmux session is built, and which ones have to be.

use std::path::PathBuf;
use std::time::Duration;

use super::layout::plan::plan;
use super::layout::role::Role;
use super::layout::template::Template;
use super::layout::{self, Layout};

/// So long the panes of a new session stand still before it is said which of
/// them are there: a command that cannot run ends a moment after its pane was
/// made.
pub const SETTLING: Duration = Duration::from_millis(100);

/// A session to build.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Blueprint {
    /// Its name as tmux tells it.
    pub name: String,
    /// Its windows in order; none stands for one with a shell.
    pub windows: Vec<Window>,
}

/// A window of a session.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Window {
    /// Its name, as a person wrote it; `None`: tmux names it after its command.
    pub name: Option<String>,
    /// How its panes are arranged.
    pub arrangement: Arrangement,
    /// Its panes in order; none stands for one with a shell.
    pub panes: Vec<Pane>,
    /// Whether it is the one shown; of several the last, of none the first.
    pub active: bool,
}

/// A pane of a window.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Pane {
    /// Where it starts; `None`: the home.
    pub dir: Option<PathBuf>,
    /// What it is for, as `@mamori-role` says it; `None`: nobody said.
    pub role: Option<String>,
    /// What runs in it, an argv; none: the user's shell.
    pub command: Vec<String>,
    /// Whether it is the one that is typed into; of none the first.
    pub active: bool,
}

/// How the panes of a window are arranged.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Arrangement {
    /// By what the panes are for.
    #[default]
    ByRoles,
    /// By a layout string, if it is sound and fits; else by roles.
    Custom(String),
}

/// How panes are arranged in a window of this size, by their roles: those that
/// say none are for what panes usually are where there are so many. `None` for
/// one pane, and where there is no room.
#[must_use]
pub fn by_roles(panes: &[&Pane], (width, height): (u32, u32)) -> Option<Layout> {
    let usual = Template::usual(panes.len()).map_or(&[] as &[Role], Template::roles);
    let pane = |(place, pane): (usize, &&Pane)| layout::efficiency::Pane {
        role: pane
            .role
            .as_deref()
            .and_then(Role::of)
            .or_else(|| usual.get(place).copied())
            .unwrap_or_default(),
        active: pane.active,
    };
    let panes: Vec<_> = panes.iter().enumerate().map(pane).collect();
    if panes.len() < 2 {
        return None;
    }
    let planned = plan(&layout::plan::Window::of(width, height, panes), None);
    planned.ok().map(|plan| plan.layout)
}

impl Blueprint {
    /// A session of which nothing is known but its name: one shell.
    #[must_use]
    pub fn bare(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            windows: Vec::new(),
        }
    }

    /// The size its layout strings were made for: that of the first sound one.
    #[must_use]
    pub fn size(&self) -> Option<(u32, u32)> {
        self.windows
            .iter()
            .find_map(|window| match &window.arrangement {
                Arrangement::Custom(text) => {
                    let layout = Layout::parse(text).ok()?;
                    Some((layout.width(), layout.height()))
                }
                Arrangement::ByRoles => None,
            })
    }
}

/// Those of `expected` that are not among the sessions `there`, each name
/// once, in the order they were expected.
#[must_use]
pub fn missing(expected: &[Blueprint], there: &[String]) -> Vec<Blueprint> {
    let mut missing: Vec<Blueprint> = Vec::new();
    for session in expected {
        let known = |name: &String| *name == session.name;
        if !there.iter().any(known) && !missing.iter().any(|other| known(&other.name)) {
            missing.push(session.clone());
        }
    }
    missing
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn only_what_is_not_there_is_built_and_each_once() {
        let expected = ["a", "b", "c", "b"].map(Blueprint::bare);
        let there = ["c".to_owned(), "other".to_owned()];
        assert_eq!(missing(&expected, &there), ["a", "b"].map(Blueprint::bare));
    }

    #[test]
    fn the_first_sound_layout_tells_the_size() {
        let window = |text: &str| Window {
            arrangement: Arrangement::Custom(text.to_owned()),
            ..Window::default()
        };
        let session = Blueprint {
            name: "a".into(),
            windows: vec![Window::default(), window("zz"), window("b25d,80x24,0,0,0")],
        };
        let size = session.size().unwrap();
        assert_eq!(size, (80, 24));
        assert_eq!(Blueprint::bare("a").size(), None);
    }

    proptest! {
        #[test]
        fn afterwards_nothing_is_missing(
            expected in proptest::collection::vec("[a-e]", 0..9),
            there in proptest::collection::vec("[a-e]", 0..5),
        ) {
            let expected: Vec<_> = expected.iter().map(|name| Blueprint::bare(name)).collect();
            let built = missing(&expected, &there);
            let names = built.iter().map(|session| session.name.clone());
            let all: Vec<String> = there.iter().cloned().chain(names).collect();
            prop_assert!(missing(&expected, &all).is_empty());
            prop_assert!(built.iter().all(|session| !there.contains(&session.name)));
        }
    }
}
