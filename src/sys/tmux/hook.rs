//! Our hooks: one tells the watcher at once that a session was closed, the
//! others have windows arranged.
//!
//! Each stands in a slot of its own in the hook's list: setting it again
//! changes nothing, and the user's own entries stay. A hook set without a slot
//! would wipe the others.

use std::path::{Path, PathBuf};

use tmux_interface::{DisplayMessage, ListWindows, SetHook, TmuxCommand};

use super::{Server, TmuxError, argument, window};
use crate::model::layout::seen::{
    BY_HAND, FOLLOWED, KNOWN, KNOWN_PANES, KNOWN_SHAPE, KNOWN_SIZE, MADE, SHAPE, SWITCH,
};
use crate::model::text::tmux_quoted;
use crate::sys::programs;
use crate::sys::surroundings::Surroundings;

/// Our slot in each list.
const SLOT: u32 = 8735;

/// Told when a session is closed.
const CLOSED: &str = "session-closed";

/// Told when the panes of a window come, go, move or change their size: by
/// splits, exits, joins, swaps, clients that come and go, or by hand.
pub const ARRANGED: &str = "window-layout-changed";

/// Told when another pane becomes active, or panes rotate.
pub const ACTIVATED: &str = "window-pane-changed";

/// The programs that hooks run.
#[derive(Debug, Clone)]
pub struct Programs {
    /// `mamori`.
    pub mamori: PathBuf,
    /// `mamori-layout`; without it `mamori` does its work, a little slower.
    pub layout: Option<PathBuf>,
}

impl Programs {
    /// `mamori` as it was called, and `mamori-layout` beside it or on the path.
    #[must_use]
    pub fn ours(around: &Surroundings) -> Option<Self> {
        Some(Self {
            mamori: programs::called_as()?,
            layout: programs::beside("mamori-layout", around),
        })
    }

    /// Every hook of ours, by its name with its slot; without those whose
    /// program has a path that cannot be quoted.
    #[must_use]
    pub fn hooks(&self) -> Vec<(String, String)> {
        // Ids and numbers, which no shell reads as more.
        const WINDOW: &str = "#{window_id} #{pid}-#{start_time}";
        let event = match &self.layout {
            Some(layout) => quiet(layout, &format!("event {WINDOW}")),
            None => quiet(&self.mamori, &format!("layout event {WINDOW}")),
        };
        let changed = format!("#{{!=:{SHAPE},#{{{KNOWN_SHAPE}}}}}");
        // A pane that comes or goes changes the active one, too: the other hook
        // is enough for that.
        let followed = format!(
            "#{{&&:#{{==:#{{window_panes}},#{{{KNOWN_PANES}}}}},\
            #{{||:{changed},#{{==:#{{{FOLLOWED}}},1}}}}}}"
        );
        let arrange = |condition: &str| {
            let ours = format!("#{{&&:{},{condition}}}", ours());
            event
                .as_ref()
                .map(|event| format!("if-shell -F \"{ours}\" {{ {event} }}"))
        };
        // Also where nothing is done now: a size that comes and goes leaves other
        // cells behind, and nobody's hand made those.
        let forget = format!("if-shell -F \"{}\" {{ set-option -wu {KNOWN} }}", resized());
        // What a person makes of a window that is theirs is kept without a process.
        let theirs = format!(
            "#{{&&:{changed},#{{&&:#{{==:#{{window_panes}},#{{{BY_HAND}}}}},#{{!=:1,{}}}}}}}",
            resized()
        );
        let keep =
            format!("if-shell -F \"{theirs}\" {{ set-option -wF {MADE} \"#{{window_layout}}\" }}");
        let changed_line =
            arrange(&changed).map(|arrange| format!("{forget} ; {keep} ; {arrange}"));
        let hooks = [
            (CLOSED, quiet(&self.mamori, "tmux closed")),
            (ARRANGED, changed_line),
            (ACTIVATED, arrange(&followed)),
        ];
        let slotted = hooks
            .into_iter()
            .map(|(name, line)| Some((format!("{name}[{SLOT}]"), line?)));
        slotted.flatten().collect()
    }
}

/// Whether a window may be arranged, as a format: asked in the server, so that
/// what we did ourselves, and what is none of ours, starts no process.
fn ours() -> String {
    let not = |what: &str, value: &str| format!("#{{!=:#{{{what}}},{value}}}");
    let all = [
        not(SWITCH, "off"),
        not("window_zoomed_flag", "1"),
        not("window_panes", "1"),
        format!(
            "#{{||:{},{}}}",
            not("window_panes", &format!("#{{{BY_HAND}}}")),
            resized()
        ),
    ];
    let both = |one: String, other: String| format!("#{{&&:{one},{other}}}");
    all.into_iter().reduce(both).unwrap_or_default()
}

/// Whether a window has another size than we know, as a format.
fn resized() -> String {
    format!("#{{!=:#{{window_width}}x#{{window_height}},#{{{KNOWN_SIZE}}}}}")
}

/// What a hook runs: our own program, and nothing that comes from a session.
/// `None` for a path that no quoting makes safe.
fn quiet(program: &Path, words: &str) -> Option<String> {
    // What a hook's program says would be shown over the user's work, and so
    // would an exit code that is not 0.
    let script = line(program, &format!("{words} >/dev/null 2>&1 || :"), 1)?;
    Some(format!("run-shell -b {}", tmux_quoted(&script)))
}

/// A shell line that runs our `program` by its absolute path with `words`,
/// which are ours and may hold formats; `None` for a path that no quoting makes
/// safe. The path goes through tmux's formats, `expanded` times (`#` doubled
/// for each), the shell (in `'`), and then `exec`; before all of them through
/// tmux's commands, which is for [`tmux_quoted`].
pub(super) fn line(program: &Path, words: &str, expanded: u32) -> Option<String> {
    let path = program.to_str().filter(|_| program.is_absolute())?;
    // tmux takes `##[` for a style, and leaves it as it is.
    if path.chars().any(char::is_control) || path.contains("#[") {
        return None;
    }
    let quoted = format!("'{}'", path.replace('\'', r"'\''"));
    let hashes = "#".repeat(2_usize.pow(expanded));
    Some(format!("{} {words}", quoted.replace('#', &hashes)))
}

/// What became of our hooks in a server.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Hooks {
    /// The hooks in whose global list our entry is missing.
    pub missing: Vec<&'static str>,
    /// Windows and sessions with a list of their own, which is run instead of
    /// the global one, and the hook.
    pub hidden: Vec<(String, &'static str)>,
}

/// Windows and sessions that are looked at; nobody has more.
const LOOKED_AT: usize = 200;

impl Server<'_> {
    /// Looks where our hooks are, and which of them others hide.
    ///
    /// # Errors
    /// When the server does not answer.
    pub fn hooks(&self) -> Result<Hooks, TmuxError> {
        let list = ListWindows::new()
            .all()
            .format("#{session_id} #{window_id}");
        let list = self.ask(list.build())?;
        let ids = || list.lines().filter_map(|line| line.split_once(' '));
        let mut places: Vec<(&str, &'static str)> =
            vec![("", CLOSED), ("", ARRANGED), ("", ACTIVATED)];
        for (session, window) in ids().take(LOOKED_AT) {
            places.extend([(session, CLOSED), (window, ARRANGED), (window, ACTIVATED)]);
        }
        places.sort_unstable();
        places.dedup();
        let mark = format!("|{:016x}{:016x}|", fastrand::u64(..), fastrand::u64(..));
        let commands = places.iter().flat_map(|(target, name)| {
            let mut show = TmuxCommand::with_name("show-hooks");
            if target.is_empty() {
                show.push_param("-g");
            } else {
                show.push_param("-t").push_param((*target).to_owned());
            }
            show.push_param(*name);
            [
                show,
                DisplayMessage::new().print().message(mark.clone()).build(),
            ]
        });
        let answer = self.call(commands)?;
        let mut hooks = Hooks::default();
        for ((target, name), shown) in places.iter().zip(answer.split(&mark)) {
            let ours = shown.contains(&format!("{name}[{SLOT}]"));
            let any = shown.contains(&format!("{name}["));
            match target.is_empty() {
                true if !ours => hooks.missing.push(name),
                false if any && !ours => hooks.hidden.push(((*target).to_owned(), name)),
                _ => {}
            }
        }
        Ok(hooks)
    }

    /// Sets hidden global environment variables as
    /// [`set_hidden`](Self::set_hidden) does, our keys and hooks, in one call; where
    /// windows with several panes stand already, another remembers how.
    ///
    /// # Errors
    /// When the server does not take them.
    pub fn introduce(
        &self,
        variables: &[(&str, &str)],
        keys: Vec<TmuxCommand<'static>>,
        programs: &Programs,
    ) -> Result<(), TmuxError> {
        let hooks = programs.hooks().into_iter().map(|(name, line)| {
            let hook = SetHook::new().global().hook_name(name);
            hook.command(argument(&line)).build()
        });
        let set = variables.iter().map(super::hidden);
        let unknown = [window::unknown_windows()];
        let windows = self.call(set.chain(hooks).chain(keys).chain(unknown))?;
        self.remember_all(&windows)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_quoted_for_all_who_read_it() {
        let path = Path::new("/a b/it's $HOME #(x) \"\\/mamori");
        let line = quiet(path, "tmux closed").unwrap();
        assert_eq!(
            line,
            "run-shell -b \"'/a b/it'\\\\''s \\$HOME ##(x) \\\"\\\\/mamori' tmux closed >/dev/null 2>&1 || :\""
        );
    }

    #[test]
    fn what_no_quoting_makes_safe_is_refused() {
        assert_eq!(quiet(Path::new("/a\nb/mamori"), "x"), None);
        assert_eq!(quiet(Path::new("mamori"), "x"), None);
        assert_eq!(quiet(Path::new("/a#[b/mamori"), "x"), None);
    }
}
