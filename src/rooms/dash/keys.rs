//! The keys. From this one table comes what a key does, the hints at the
//! bottom, and the help. Pure.

use super::model::View;
use crate::sys::screen::Key;

/// What a key does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "the table says in words what each does")]
pub enum Act {
    Up,
    Down,
    Top,
    Bottom,
    HalfUp,
    HalfDown,
    PageUp,
    PageDown,
    Next,
    Previous,
    Open,
    Back,
    Show(View),
    Acknowledge,
    Snooze,
    Pause,
    Undo,
    Probe,
    ProbeAll,
    Recover,
    Why,
    Find,
    FindNext,
    FindPrevious,
    Range,
    Sort,
    Follow,
    Copy,
    Mouse,
    Help,
    Redraw,
    Suspend,
    Quit,
}

/// One row of the table.
#[derive(Debug, Clone, Copy)]
pub struct Binding {
    /// The keys that do it.
    pub keys: &'static [Key],
    /// How they are written.
    pub shown: &'static str,
    /// What they do.
    pub act: Act,
    /// In a word, for the hints.
    pub word: &'static str,
    /// In a sentence, for the help.
    pub help: &'static str,
    /// In which views; empty: in all.
    pub views: &'static [View],
    /// Whether it changes the state or a machine.
    pub writes: bool,
    /// Its place among the hints, the last goes first; 0: it has none.
    pub hint: u8,
}

const OF_NODES: &[View] = &[View::Nodes, View::Trends];
const OF_ALERTS: &[View] = &[View::Nodes, View::Alerts];
/// A key that works in all views, changes nothing and has no hint.
const fn key(keys: &'static [Key], shown: &'static str, act: Act, help: &'static str) -> Binding {
    Binding {
        keys,
        shown,
        act,
        word: "",
        help,
        views: &[],
        writes: false,
        hint: 0,
    }
}

impl Binding {
    const fn word(self, word: &'static str, hint: u8) -> Self {
        Self { word, hint, ..self }
    }

    const fn of(self, views: &'static [View]) -> Self {
        Self { views, ..self }
    }

    const fn writes(self) -> Self {
        Self {
            writes: true,
            ..self
        }
    }
}

use Key::{Char, Ctrl};

/// The table, in the order of the help.
pub const TABLE: &[Binding] = &[
    key(
        &[Key::Enter],
        "⏎",
        Act::Open,
        "open the selected node, or why an alert stands",
    )
    .word("open", 2)
    .of(&[View::Nodes, View::Alerts, View::Trends]),
    key(
        &[Key::Esc, Key::Backspace],
        "Esc",
        Act::Back,
        "back; never quits",
    ),
    key(
        &[Char('a')],
        "a",
        Act::Acknowledge,
        "acknowledge the alert: quiet until it clears",
    )
    .word("ack", 3)
    .of(OF_ALERTS)
    .writes(),
    key(
        &[Char('z')],
        "z",
        Act::Snooze,
        "snooze the alert for a while",
    )
    .word("snooze", 4)
    .of(OF_ALERTS)
    .writes(),
    key(
        &[Char('p')],
        "p",
        Act::Pause,
        "pause the node, or resume it",
    )
    .word("pause", 5)
    .of(OF_NODES)
    .writes(),
    key(&[Char('r')], "r", Act::Probe, "probe the selected node now")
        .word("probe", 6)
        .of(OF_NODES)
        .writes(),
    key(&[Char('R')], "R", Act::ProbeAll, "probe all nodes now").writes(),
    key(
        &[Char('!')],
        "!",
        Act::Recover,
        "recover the node: shows the plan, then asks",
    )
    .word("recover", 7)
    .of(&[View::Nodes])
    .writes(),
    key(&[Char('u')], "u", Act::Undo, "undo the last of these").writes(),
    key(
        &[Char('e')],
        "e",
        Act::Why,
        "why: samples, rule and what could not be read",
    )
    .word("why", 9)
    .of(OF_ALERTS),
    key(&[Char('/')], "/", Act::Find, "find in names and texts").word("find", 8),
    key(
        &[Char('n')],
        "n",
        Act::FindNext,
        "to the next that was found",
    ),
    key(&[Char('N')], "N", Act::FindPrevious, "to the one before"),
    key(
        &[Char('t')],
        "t",
        Act::Range,
        "how far back: 1 h, 24 h, 7 d, 30 d",
    )
    .word("range", 10),
    key(
        &[Char('s')],
        "s",
        Act::Sort,
        "sort by: worst, name, disk, memory",
    )
    .word("sort", 11)
    .of(OF_NODES),
    key(
        &[Char('f')],
        "f",
        Act::Follow,
        "follow the newest line, or stop",
    )
    .word("follow", 3)
    .of(&[View::Log]),
    key(&[Char('y')], "y", Act::Copy, "copy the selected line"),
    key(
        &[Char('m')],
        "m",
        Act::Mouse,
        "mouse off, so that text can be selected, or on",
    )
    .word("mouse", 12),
    key(&[Key::Down, Char('j')], "j ↓", Act::Down, "down"),
    key(&[Key::Up, Char('k')], "k ↑", Act::Up, "up"),
    key(&[Char('g'), Key::Home], "g", Act::Top, "to the first"),
    key(&[Char('G'), Key::End], "G", Act::Bottom, "to the last"),
    key(&[Ctrl('d')], "^d", Act::HalfDown, "half a page down"),
    key(&[Ctrl('u')], "^u", Act::HalfUp, "half a page up"),
    key(
        &[Char(' '), Key::PageDown],
        "Space",
        Act::PageDown,
        "a page down",
    ),
    key(&[Key::PageUp], "PgUp", Act::PageUp, "a page up"),
    key(
        &[Key::Tab, Key::Right, Char('l')],
        "Tab l →",
        Act::Next,
        "next view",
    ),
    key(
        &[Key::BackTab, Key::Left, Char('h')],
        "h ←",
        Act::Previous,
        "view before",
    ),
    key(&[Char('1')], "1", Act::Show(View::Nodes), "the nodes"),
    key(
        &[Char('2')],
        "2",
        Act::Show(View::Alerts),
        "alerts and repairs",
    ),
    key(
        &[Char('3')],
        "3",
        Act::Show(View::Trends),
        "what was, and what is foreseen",
    ),
    key(&[Char('4')], "4", Act::Show(View::Log), "what happened"),
    key(
        &[Char('5')],
        "5",
        Act::Show(View::Watcher),
        "the watcher itself",
    ),
    key(&[Ctrl('l')], "^l", Act::Redraw, "draw everything anew"),
    key(&[Ctrl('z')], "^z", Act::Suspend, "stop, until `fg`"),
    key(&[Char('?')], "?", Act::Help, "this help").word("help", 1),
    key(&[Char('q'), Ctrl('c')], "q", Act::Quit, "quit").word("quit", 13),
];

/// Whether a binding does something in that view.
#[must_use]
pub fn works(binding: &Binding, view: View, may_write: bool) -> bool {
    let here = binding.views.is_empty() || binding.views.contains(&view);
    here && (may_write || !binding.writes)
}

/// What a key does in that view.
#[must_use]
pub fn act(key: Key, view: View, may_write: bool) -> Option<Act> {
    let mut rows = TABLE.iter().filter(|row| works(row, view, may_write));
    rows.find(|row| row.keys.contains(&key)).map(|row| row.act)
}

/// The hints of a view, `? help` first: the last goes first where there is no
/// room.
#[must_use]
pub fn hints(view: View, may_write: bool) -> Vec<&'static Binding> {
    let rows = TABLE.iter().filter(|row| works(row, view, may_write));
    let mut rows: Vec<_> = rows.filter(|row| row.hint > 0).collect();
    rows.sort_by_key(|row| row.hint);
    rows
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_key_does_two_things_in_one_view_and_none_quits_or_deletes_by_accident() {
        for view in View::ALL {
            let rows = TABLE.iter().filter(|row| works(row, view, true));
            let mut keys: Vec<Key> = rows.flat_map(|row| row.keys).copied().collect();
            let all = keys.len();
            keys.sort_by_key(|key| format!("{key:?}"));
            keys.dedup();
            assert_eq!(keys.len(), all, "{view:?}");
            assert_eq!(hints(view, true)[0].act, Act::Help);
            assert_eq!(act(Key::Esc, view, true), Some(Act::Back));
            assert_eq!(act(Key::Backspace, view, true), Some(Act::Back));
            assert_eq!(act(Ctrl('k'), view, true), None);
            for key in ['a', 'z', 'p', 'r', 'R', '!', 'u'] {
                assert_eq!(act(Char(key), view, false), None, "{key} writes");
            }
        }
    }

    #[test]
    fn every_row_says_what_it_does() {
        for row in TABLE {
            assert!(!row.help.is_empty() && !row.shown.is_empty(), "{row:?}");
            assert_eq!(row.hint > 0, !row.word.is_empty(), "{row:?}");
        }
    }
}
