//! Menus that tmux draws, as data: what stands in them and what each item does.
//!
//! Labels may hold formats of ours; what comes from outside was made harmless
//! ([`crate::model::text::tmux`]) before it became part of one.

/// A menu.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Menu {
    /// What stands in its border: a format.
    pub title: String,
    /// What stands in it, in this order.
    pub entries: Vec<Entry>,
}

/// One row of a menu.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Entry {
    /// Something to choose.
    Item(Item),
    /// A line between groups.
    Line,
}

/// Something to choose.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// A format; one that expands to nothing takes the item away.
    pub label: String,
    /// The key that chooses it.
    pub key: char,
    /// What it does in words, for `list-keys -N`.
    pub note: &'static str,
    /// What it does.
    pub action: Action,
}

/// What an item does with the words of a `mamori` command.
///
/// Words are ours: names of commands, serial numbers, names of nodes
/// ([`plain`]), and ids that tmux puts in, such as `#{window_id}`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Action {
    /// A program of the whole screen, in a popup that closes with it.
    Screen(String),
    /// What it prints, in a popup that waits for a key.
    Text(String),
    /// What it prints, in a popup, page by page.
    Pages(String),
    /// What it would do, in a popup, and then it where a person says yes.
    Ask(String),
    /// It, without a popup; what it says is a message.
    Quiet(String),
    /// Another menu of ours.
    More(String),
    /// The keys of our table.
    Keys,
}

/// The two menus of the key, for larger and for smaller clients.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Menus {
    /// All of it; its items are the keys of our table, too.
    pub full: Menu,
    /// What matters most, for a phone.
    pub short: Menu,
}

/// The variable that tmux reads the time from, in Unix seconds, and its value:
/// a menu's title knows no clock of its own.
pub const CLOCK: (&str, &str) = ("MAMORI_CLOCK", "%s");

/// Whether the segment's texts are too old to be believed, as a format of a menu.
pub const STALE: &str = "#{e|>:#{T:MAMORI_CLOCK},0#{MAMORI_UNTIL}}";

/// Keys that tmux's menus use themselves.
const TAKEN: &[char] = &['q', 'j', 'k', 'g', 'G'];

impl Menu {
    /// A menu with this title.
    #[must_use]
    pub fn new(title: impl Into<String>) -> Self {
        Self {
            title: title.into(),
            entries: Vec::new(),
        }
    }

    /// With one more item.
    #[must_use]
    pub fn item(
        mut self,
        label: impl Into<String>,
        key: char,
        note: &'static str,
        action: Action,
    ) -> Self {
        debug_assert!(!TAKEN.contains(&key));
        self.entries.push(Entry::Item(Item {
            label: label.into(),
            key,
            note,
            action,
        }));
        self
    }

    /// With a line after what stands in it.
    #[must_use]
    pub fn line(mut self) -> Self {
        self.entries.push(Entry::Line);
        self
    }

    /// Its items, without the lines.
    pub fn items(&self) -> impl Iterator<Item = &Item> {
        self.entries.iter().filter_map(|entry| match entry {
            Entry::Item(item) => Some(item),
            Entry::Line => None,
        })
    }
}

/// Whether `word` may stand in an action: no shell, no format and no option
/// can be made of it.
#[must_use]
pub fn plain(word: &str) -> bool {
    let known = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-');
    !word.is_empty() && !word.starts_with('-') && word.chars().all(known)
}
