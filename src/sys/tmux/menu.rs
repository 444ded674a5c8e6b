//! Menus and popups: what a key or an item makes tmux do.
//!
//! No data reaches a command here but the absolute path of our own program and
//! words of ours; each reader that it goes through has its quoting undone in
//! turn: tmux's commands, its formats as often as they are expanded, the shell.

use std::path::Path;

use tmux_interface::{DisplayMessage, TmuxCommand};

use super::hook::line;
use super::{Server, TmuxError, argument, words};
use crate::model::menu::{Action, CLOCK, Entry, Item, Menu, Menus};
use crate::model::text::{tmux_message, tmux_quoted as word};
use crate::sys::process;

/// The table that our keys stand in.
pub const TABLE: &str = "mamori";
/// The table of the keys after the prefix.
const PREFIX: &str = "prefix";
/// The key that opens the menu unless `@mamori-key` says another.
const KEY: &str = "g";
/// How long a message stands, in milliseconds.
const SHOWN: usize = 5_000;

/// The least client that shows the full menu, and the short one: rows and columns.
const FULL: (u32, u32) = (17, 30);
const SHORT: (u32, u32) = (10, 24);

/// What is known of the key that opens the menu.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Key {
    /// Its name as tmux writes it; empty when people want none.
    pub name: String,
    /// Whether it is a key that we know; another is bound to nothing.
    pub known: bool,
    /// Whether somebody else uses it.
    pub taken: bool,
    /// Keys that opened our menu before `@mamori-key` named another.
    pub former: Vec<String>,
}

/// Reads the prefix table as `list-keys` prints it, and `wanted`, the value of
/// `@mamori-key` where that is set.
fn key(table: &str, wanted: Option<&str>) -> Key {
    let wanted = wanted.unwrap_or(KEY);
    let canonical = canonical(wanted);
    let known = canonical.is_some() || wanted.is_empty();
    let name = canonical.unwrap_or_else(|| wanted.to_owned());
    let (mut taken, mut former) = (false, Vec::new());
    for line in table.lines() {
        let mut words = line.split_whitespace();
        if !words.any(|word| word == "-T") || words.next() != Some(PREFIX) {
            continue;
        }
        let Some(bound) = words.next() else {
            continue;
        };
        // `list-keys` quotes what its own reader would take for more.
        let plain = bound.strip_prefix('\\').filter(|rest| !rest.is_empty());
        let quoted = bound
            .strip_prefix('"')
            .and_then(|rest| rest.strip_suffix('"'));
        let bound = plain.or(quoted).unwrap_or(bound);
        let ours = line.contains(&format!("switch-client -T {TABLE} "));
        match bound == name {
            true => taken = !ours,
            false if ours => former.push(bound.to_owned()),
            false => {}
        }
    }
    Key {
        name,
        known,
        taken,
        former,
    }
}

/// Keys with a name, as tmux writes them, and what else they are called.
const NAMED: &[(&str, &[&str])] = &[
    ("Up", &[]),
    ("Down", &[]),
    ("Left", &[]),
    ("Right", &[]),
    ("Home", &[]),
    ("End", &[]),
    ("PPage", &["PageUp", "PgUp"]),
    ("NPage", &["PageDown", "PgDn"]),
    ("IC", &["Insert"]),
    ("DC", &["Delete"]),
    ("Tab", &[]),
    ("BTab", &[]),
    ("Space", &[]),
    ("Enter", &[]),
    ("Escape", &[]),
    ("BSpace", &[]),
];

/// The name by which tmux writes a key: its modifiers in its order, `^x` as
/// `C-x` (tmux's `key_string_lookup_string` and `key_string_lookup_key`).
/// `None` for what is no key, at which tmux would refuse all that we ask.
fn canonical(name: &str) -> Option<String> {
    let (mut control, mut meta, mut shift) = (false, false, false);
    let mut rest = name;
    if let Some(bare) = rest.strip_prefix('^').filter(|bare| !bare.is_empty()) {
        (control, rest) = (true, bare);
    }
    while let Some((modifier, bare)) = rest.split_once('-').filter(|(_, bare)| !bare.is_empty()) {
        match modifier {
            "C" | "c" => control = true,
            "M" | "m" => meta = true,
            "S" | "s" => shift = true,
            _ => return None,
        }
        rest = bare;
    }
    let same = |one: &str| one.eq_ignore_ascii_case(rest);
    let mut letters = rest.chars();
    let letter = letters.next().filter(|c| !c.is_control() && *c != ' ');
    let base = if letters.next().is_none() {
        letter.map(|_| rest.to_owned())
    } else if let Some(number) = rest.strip_prefix(['F', 'f']) {
        let number: u8 = number
            .parse()
            .ok()
            .filter(|number| (1..=12).contains(number))?;
        Some(format!("F{number}"))
    } else {
        let named = NAMED
            .iter()
            .find(|(named, others)| same(named) || others.iter().any(|other| same(other)));
        named.map(|(named, _)| (*named).to_owned())
    }?;
    let part = |held: bool, modifier: &'static str| if held { modifier } else { "" };
    let modifiers = [part(control, "C-"), part(meta, "M-"), part(shift, "S-")];
    Some(modifiers.concat() + &base)
}

/// What tmux is to do for `action`, as text that its command reader takes,
/// which is itself expanded as a format `expanded` times before.
fn command(program: &Path, action: &Action, expanded: u32) -> Option<String> {
    let popup = |words: String| {
        let line = line(program, &words, expanded)?;
        Some(format!("display-popup -E -w 100% -h 100% {}", word(&line)))
    };
    let shell = |words: String| {
        let line = line(program, &words, expanded + 1)?;
        // What it prints would be shown over the user's work.
        let quiet = format!("{line} >/dev/null 2>&1 || :");
        Some(format!("run-shell -b {}", word(&quiet)))
    };
    match action {
        Action::Screen(words) => popup(words.clone()),
        Action::Text(words) => popup(format!("tmux show {words}")),
        Action::Pages(words) => popup(format!("tmux pages {words}")),
        Action::Ask(words) => popup(format!("tmux ask {words}")),
        Action::Quiet(words) => shell(format!("tmux run #{{q:client_name}} {words}")),
        Action::More(words) => shell(format!(
            "tmux menu #{{q:client_name}} #{{client_width}}x#{{client_height}} {words}"
        )),
        Action::Keys => Some(format!("list-keys -N -T {TABLE}")),
    }
}

/// The words of a `display-menu` after its options: three for an item, an
/// empty one for a line. Items whose command cannot be written are left out.
fn rows(menu: &Menu, program: &Path) -> Vec<String> {
    let mut rows = Vec::new();
    for entry in &menu.entries {
        match entry {
            Entry::Line => rows.push(String::new()),
            Entry::Item(item) => {
                if let Some(command) = command(program, &item.action, 1) {
                    rows.extend([item.label.clone(), item.key.to_string(), command]);
                }
            }
        }
    }
    rows
}

/// A `display-menu` as text for tmux's command reader.
fn shown(menu: &Menu, program: &Path) -> String {
    let rows: Vec<String> = rows(menu, program).iter().map(|row| word(row)).collect();
    let title = word(&menu.title);
    format!("display-menu -O -x C -y C -T {title} {}", rows.join(" "))
}

/// What the key does: the menu that fits, and where none does the keys
/// themselves.
fn opened(menus: &Menus, program: &Path) -> String {
    let fits = |(rows, columns): (u32, u32)| {
        word(&format!(
            "#{{&&:#{{e|>=:#{{client_height}},{rows}}},#{{e|>=:#{{client_width}},{columns}}}}}"
        ))
    };
    let keys = menus.short.items().map(|item| item.key.to_string());
    let keys: Vec<String> = keys.collect();
    format!(
        "if-shell -F {} {{ {} }} {{ if-shell -F {} {{ {} }} {{ switch-client -T {TABLE} ; display-message {} }} }}",
        fits(FULL),
        shown(&menus.full, program),
        fits(SHORT),
        shown(&menus.short, program),
        word(&format!("mamori: {}", keys.join(" "))),
    )
}

fn bind(table: &str, key: &str, note: &str, command: &str) -> TmuxCommand<'static> {
    let mut bind = TmuxCommand::with_name("bind-key");
    bind.push_param("-N").push_param(format!("Mamori: {note}"));
    bind.push_param("-T").push_param(table.to_owned());
    bind.push_param(argument(key));
    bind.push_param(argument(command));
    bind
}

/// What binds the key and fills our table; nothing where the key is somebody
/// else's, or none is wanted.
#[must_use]
pub fn bindings(key: &Key, menus: &Menus, program: &Path) -> Vec<TmuxCommand<'static>> {
    let free = key.former.iter().map(|former| {
        let mut unbind = TmuxCommand::with_name("unbind-key");
        unbind.push_param("-T").push_param(PREFIX);
        unbind.push_param(argument(former));
        unbind
    });
    let mut commands: Vec<TmuxCommand<'static>> = free.collect();
    if key.name.is_empty() || !key.known || key.taken || line(program, "", 0).is_none() {
        return commands;
    }
    commands.push(super::hidden(&CLOCK));
    commands.push(bind(PREFIX, &key.name, "menu", &opened(menus, program)));
    let items = menus.full.items();
    commands.extend(items.filter_map(
        |Item {
             key, note, action, ..
         }| {
            let command = command(program, action, 0)?;
            Some(bind(TABLE, &key.to_string(), note, &command))
        },
    ));
    commands
}

impl Server<'_> {
    /// The key that opens the menu, and who has it.
    ///
    /// # Errors
    /// When the server does not answer.
    pub fn menu_key(&self) -> Result<Key, TmuxError> {
        let mark = format!("={:016x}{:016x}=", fastrand::u64(..), fastrand::u64(..));
        let mut list = TmuxCommand::with_name("list-keys");
        list.push_param("-T").push_param(PREFIX);
        let mut wanted = TmuxCommand::with_name("show-options");
        wanted.push_param("-gqv").push_param("@mamori-key");
        let between = DisplayMessage::new().print().message(mark.clone()).build();
        let answer = self.call([list, between, wanted])?;
        let (table, wanted) = answer.split_once(&mark).unwrap_or((&answer, ""));
        // Set to nothing it is an empty line, and unset no line at all.
        let wanted = wanted
            .strip_prefix('\n')
            .and_then(|text| text.strip_suffix('\n'));
        Ok(key(table, wanted))
    }

    /// Opens `menu` on the client of that name, in our own place: tmux's client
    /// waits until the menu is closed.
    ///
    /// # Errors
    /// Comes back only when it could not be asked.
    #[must_use]
    pub fn open_menu(&self, client: &str, menu: &Menu, program: &Path) -> std::io::Error {
        let mut open = TmuxCommand::with_name("display-menu");
        open.push_param("-O")
            .push_param("-c")
            .push_param(client.to_owned());
        open.push_param("-x")
            .push_param("C")
            .push_param("-y")
            .push_param("C");
        open.push_param("-T").push_param(argument(&menu.title));
        for row in rows(menu, program) {
            open.push_param(argument(&row));
        }
        let words = words(&self.socket, [open]);
        process::in_our_place(&self.program, words)
    }

    /// Shows `text` to the client of that name.
    ///
    /// # Errors
    /// When the server does not take it.
    pub fn tell_client(&self, client: &str, text: &str) -> Result<(), TmuxError> {
        let text = tmux_message(text);
        let message = DisplayMessage::new().delay(SHOWN).message(argument(&text));
        self.call([message.target_client(client.to_owned()).build()])
            .map(drop)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TABLE_TEXT: &str = "bind-key    -T prefix       C-b              send-prefix\n\
        bind-key -r -T prefix       M-Up             resize-pane -U 5\n\
        bind-key    -T prefix       \\;               last-pane\n\
        bind-key    -T prefix       \\\"               split-window\n\
        bind-key    -T prefix       g                display-message mine\n";

    #[test]
    fn a_key_of_somebody_elses_is_taken_and_ours_is_not() {
        let read = |text: &str, wanted| key(text, wanted);
        assert!(read(TABLE_TEXT, None).taken);
        assert!(!read(TABLE_TEXT, Some("M")).taken);
        assert!(read(TABLE_TEXT, Some(";")).taken);
        assert!(read(TABLE_TEXT, Some("M-Up")).taken);
        assert!(read(TABLE_TEXT, Some("\"")).taken);
        assert!(!read(TABLE_TEXT, Some("")).taken);
        assert_eq!(read(TABLE_TEXT, Some("")).name, "");
        let ours = "bind-key -T prefix g if-shell -F x { y } { switch-client -T mamori ; z }\n";
        let again = read(ours, None);
        assert!(!again.taken && again.former.is_empty());
        assert_eq!(read(ours, Some("M")).former, ["g"]);
    }

    #[test]
    fn a_key_is_known_by_any_of_its_names() {
        let table = "bind-key -T prefix C-M-x display-message mine\n";
        assert!(key(table, Some("M-C-x")).taken);
        assert!(key(table, Some("m-^x")).known.eq(&false));
        assert!(key("bind-key -T prefix C-x a\n", Some("^x")).taken);
        assert!(key("bind-key -T prefix PPage a\n", Some("pageup")).taken);
        for (given, written) in [
            ("f5", "F5"),
            ("C-space", "C-Space"),
            ("-", "-"),
            ("^", "^"),
            ("守", "守"),
        ] {
            assert_eq!(canonical(given).as_deref(), Some(written));
        }
        for odd in ["foo", "F99", "X-a", "a b", "\u{7}"] {
            assert_eq!(canonical(odd), None, "{odd}");
        }
    }

    #[test]
    fn a_path_is_quoted_for_all_who_read_it() {
        let path = Path::new("/a b/it's $HOME #x \"\\/mamori");
        let screen = command(path, &Action::Screen("dash".into()), 1).unwrap();
        assert_eq!(
            screen,
            "display-popup -E -w 100% -h 100% \"'/a b/it'\\\\''s \\$HOME ##x \\\"\\\\/mamori' dash\""
        );
        let quiet = command(path, &Action::Quiet("ack 12".into()), 0).unwrap();
        assert!(quiet.contains("HOME ##x"), "{quiet}");
        for path in ["/a\nb/mamori", "mamori", "/a#[b/mamori"] {
            assert_eq!(
                command(Path::new(path), &Action::Text(String::new()), 1),
                None
            );
        }
    }
}
