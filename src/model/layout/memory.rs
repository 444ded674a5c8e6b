//! What is remembered of the windows of one tmux server: how to go back, and
//! what was done. Lost with the server.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::Layout;

/// The schema this build reads and writes.
pub const SCHEMA: u64 = 1;
/// Arrangements one can go back in a window.
const UNDONE: usize = 20;
/// Sizes of a window of which the arrangement is remembered.
const SIZES: usize = 8;
/// Windows of which something is remembered.
const WINDOWS: usize = 100;
/// Deeds that stand there until somebody takes them over.
const DEEDS: usize = 200;

/// The memory of one server.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Memory {
    /// [`SCHEMA`].
    pub schema: u64,
    /// By the window's id.
    #[serde(default)]
    pub windows: BTreeMap<String, Past>,
    /// What was done, the latest last.
    #[serde(default)]
    pub deeds: Vec<Deed>,
}

impl Default for Memory {
    fn default() -> Self {
        Self {
            schema: SCHEMA,
            windows: BTreeMap::new(),
            deeds: Vec::new(),
        }
    }
}

/// The arrangements of a window, as layout strings with ids.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Past {
    /// The one we set last.
    #[serde(default)]
    pub set: String,
    /// How it stood last at each of its sizes, the latest last: a window
    /// that has its size again gets its arrangement again.
    #[serde(default)]
    pub sizes: Vec<String>,
    /// Those before, the latest last.
    #[serde(default)]
    pub undo: Vec<String>,
    /// Those that were gone back from, the latest last.
    #[serde(default)]
    pub redo: Vec<String>,
}

/// One window arranged.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Deed {
    /// When, in Unix seconds.
    pub at: i64,
    /// The window's id.
    pub window: String,
    /// What asked for it: `event`, `auto`, `apply`, `undo`, `redo`.
    pub verb: String,
    /// How many panes it had.
    pub panes: usize,
    /// Its efficiency before, in thousandths.
    pub before: Option<u16>,
    /// And after.
    pub after: Option<u16>,
}

/// Which way to go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// To the arrangement before.
    Undo,
    /// To the one that was gone back from.
    Redo,
}

impl Memory {
    /// Notes that a window that stood as `before` was arranged as `set`.
    pub fn arranged(&mut self, before: &Layout, set: &Layout, deed: Deed) {
        let past = self.past(&deed.window);
        let before_text = before.to_string();
        if !before.same_cells(set) && past.undo.last() != Some(&before_text) {
            keep(&mut past.undo, before_text, UNDONE);
        }
        past.redo.clear();
        past.set = set.to_string();
        past.stands(set);
        keep(&mut self.deeds, deed, DEEDS);
    }

    /// Notes how a window stands that is arranged best without us.
    pub fn stands(&mut self, window: &str, layout: &Layout) {
        self.past(window).stands(layout);
    }

    /// The arrangements that we set last in a window, one for each size it had.
    #[must_use]
    pub fn earlier(&self, window: &str) -> Vec<Layout> {
        let past = self.windows.get(window);
        let texts = past.into_iter().flat_map(|past| &past.sizes);
        texts.filter_map(|text| Layout::parse(text).ok()).collect()
    }

    /// The arrangement to go to in a window that stands as `now`: the latest of
    /// the same panes in a window of the same size. Others are of no use any
    /// more and forgotten.
    pub fn gone(&mut self, way: Way, now: &Layout, deed: Deed) -> Option<Layout> {
        let past = self.past(&deed.window);
        let (from, to) = match way {
            Way::Undo => (&mut past.undo, &mut past.redo),
            Way::Redo => (&mut past.redo, &mut past.undo),
        };
        let usable = |text: &String| {
            let layout = Layout::parse(text).ok()?;
            let same = layout.ids() == now.ids()
                && (layout.width(), layout.height()) == (now.width(), now.height());
            (same && !layout.same_cells(now)).then_some(layout)
        };
        let found = loop {
            match usable(&from.pop()?) {
                None => {}
                Some(layout) => break layout,
            }
        };
        keep(to, now.to_string(), UNDONE);
        past.set = found.to_string();
        keep(&mut self.deeds, deed, DEEDS);
        Some(found)
    }

    fn past(&mut self, window: &str) -> &mut Past {
        // Ids grow: the lowest is the oldest, and most likely gone.
        while self.windows.len() >= WINDOWS && !self.windows.contains_key(window) {
            let number = |id: &String| id.trim_start_matches('@').parse::<u64>().unwrap_or(0);
            let Some(oldest) = self.windows.keys().min_by_key(|id| number(id)).cloned() else {
                break;
            };
            self.windows.remove(&oldest);
        }
        self.windows.entry(window.to_owned()).or_default()
    }
}

impl Past {
    fn stands(&mut self, now: &Layout) {
        let size = |layout: &Layout| (layout.width(), layout.height());
        self.sizes
            .retain(|text| Layout::parse(text).is_ok_and(|other| size(&other) != size(now)));
        keep(&mut self.sizes, now.to_string(), SIZES);
    }
}

fn keep<T>(list: &mut Vec<T>, item: T, most: usize) {
    list.push(item);
    let beyond = list.len().saturating_sub(most);
    list.drain(..beyond);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn layout(left: u32) -> Layout {
        let cells = format!(
            "80x24,0,0{{{left}x24,0,0,1,{}x24,{},0,2}}",
            79 - left,
            left + 1
        );
        let sum = super::super::text::checksum(&cells);
        Layout::parse(&format!("{sum:04x},{cells}")).unwrap()
    }

    fn deed(verb: &str) -> Deed {
        Deed {
            at: 7,
            window: "@3".into(),
            verb: verb.into(),
            panes: 2,
            before: Some(500),
            after: None,
        }
    }

    #[test]
    fn one_goes_back_step_by_step_and_forth_again() {
        let mut memory = Memory::default();
        memory.arranged(&layout(40), &layout(50), deed("event"));
        memory.arranged(&layout(50), &layout(60), deed("event"));
        let mut go = |way, now| memory.gone(way, &layout(now), deed("undo"));
        assert_eq!(go(Way::Undo, 60), Some(layout(50)));
        assert_eq!(go(Way::Undo, 50), Some(layout(40)));
        assert_eq!(go(Way::Undo, 40), None);
        assert_eq!(go(Way::Redo, 40), Some(layout(50)));
        assert_eq!(go(Way::Redo, 50), Some(layout(60)));
        assert_eq!(go(Way::Redo, 60), None);
    }

    #[test]
    fn what_was_made_by_hand_since_can_be_had_back_too() {
        let mut memory = Memory::default();
        memory.arranged(&layout(40), &layout(50), deed("event"));
        assert_eq!(
            memory.gone(Way::Undo, &layout(33), deed("undo")),
            Some(layout(40))
        );
        assert_eq!(
            memory.gone(Way::Redo, &layout(40), deed("redo")),
            Some(layout(33))
        );
    }

    #[test]
    fn arrangements_of_other_panes_are_forgotten() {
        let mut memory = Memory::default();
        memory.arranged(&layout(40), &layout(50), deed("event"));
        let other = Layout::parse("b25d,80x24,0,0,0").unwrap();
        assert_eq!(memory.gone(Way::Undo, &other, deed("undo")), None);
        assert_eq!(memory.gone(Way::Undo, &layout(50), deed("undo")), None);
    }

    #[test]
    fn memory_is_bounded() {
        let mut memory = Memory::default();
        for step in 0..300 {
            let window = format!("@{}", step / 2);
            let (one, other) = (layout(30 + step % 2), layout(31 - step % 2));
            memory.arranged(
                &one,
                &other,
                Deed {
                    window,
                    ..deed("event")
                },
            );
        }
        for step in 0..50 {
            memory.arranged(
                &layout(20 + step % 2),
                &layout(21 - step % 2),
                deed("event"),
            );
        }
        assert_eq!((memory.windows.len(), memory.deeds.len()), (WINDOWS, DEEDS));
        assert_eq!(memory.windows["@3"].undo.len(), UNDONE);
        assert!(memory.windows.contains_key("@149"));
    }
}
