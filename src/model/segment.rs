//! The status segment: `SYMBOL OK/TOTAL[ NODE PROBLEM][ +N]`, the worst node first.
//!
//! ```text
//! ● 3/3          ▲ 2/3 mugen disk 93%          ✖ 1/3 pixel down 4m +1
//! ◌ no data      ◌ 8 nodes, 4m old
//! ```
//! One plus N is always the number of nodes that need a look. This module is
//! all that `mamori-status` needs besides reading a file.

use serde::{Deserialize, Serialize};

use super::node::{Node, NodeState};
use super::text::{clean, count, cut, tmux, tmux_output, width};
use super::time::{Timestamp, age};

/// How long data may stand without a sign of life before it is stale: two
/// beats of the watcher (60 s each) and half a minute.
pub const FRESH_SECONDS: i64 = 150;

/// Columns of the summary's text, at most; longer names are cut.
const LONGEST: usize = 200;

/// What the segment says, from harmless to harmful.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// All nodes are fine.
    Ok,
    /// A node is degraded or unknown.
    Warning,
    /// A node is down.
    Critical,
    /// Nobody has looked for too long; also what a newer version calls by another word.
    #[default]
    #[serde(other)]
    Stale,
}

impl Level {
    fn symbol(self) -> char {
        match self {
            Self::Ok => '●',
            Self::Warning => '▲',
            Self::Critical => '✖',
            Self::Stale => '◌',
        }
    }
}

/// The state file's `summary`, which stands before everything else of size.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Summary {
    /// Nodes that are `ok` or `dozing`.
    pub ok: usize,
    /// Nodes that are not `paused`.
    pub total: usize,
    /// The segment in full, uncut, clean.
    pub text: String,
    /// What the symbol stands for; where it is missing, the text's own symbol tells.
    pub level: Level,
    /// When any node was last looked at, in Unix seconds; 0: never. Where it
    /// is missing, the file's own time has to do.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub observed: Option<i64>,
}

impl Summary {
    /// The summary of `nodes` as they are at `now`.
    #[must_use]
    pub fn of(nodes: &[Node], now: Timestamp) -> Self {
        let total = nodes
            .iter()
            .filter(|node| node.state != NodeState::Paused)
            .count();
        let ok = nodes.iter().filter(|node| node.state.fine()).count();
        let worst = [NodeState::Down, NodeState::Degraded, NodeState::Unknown]
            .into_iter()
            .find_map(|state| nodes.iter().find(|node| node.state == state));
        let level = match worst.map(|node| node.state) {
            None => Level::Ok,
            Some(NodeState::Down) => Level::Critical,
            Some(_) => Level::Warning,
        };
        let mut text = format!("{} {ok}/{total}", level.symbol());
        if let Some(node) = worst {
            text = format!("{text} {} {}", node.name, headline(node, now));
            if total - ok > 1 {
                text = format!("{text} +{}", total - ok - 1);
            }
        }
        let observed = nodes.iter().filter_map(|node| node.observed_at).max();
        let observed = Some(observed.map_or(0, |at| at.0));
        Self {
            ok,
            total,
            text: cut(&clean(&text), LONGEST, "…"),
            level,
            observed,
        }
    }
}

impl Summary {
    /// What the symbol stands for.
    #[must_use]
    pub fn level(&self) -> Level {
        let levels = [Level::Ok, Level::Warning, Level::Critical];
        let named = levels
            .into_iter()
            .find(|level| self.text.starts_with(level.symbol()));
        if self.level == Level::Stale {
            named.unwrap_or_default()
        } else {
            self.level
        }
    }
}

/// The most telling two words about a node that is not fine.
fn headline(node: &Node, now: Timestamp) -> String {
    match (node.state, node.problems.first()) {
        (NodeState::Down, _) => format!("down {}", age(now.since(node.since))),
        (_, Some(problem)) => match problem.check.as_str() {
            // These have a sentence where there is room for two words.
            "auth" => "no login".to_owned(),
            "host-key" => "other host key".to_owned(),
            "unreachable" => node.state.word().to_owned(),
            _ => problem.brief().to_owned(),
        },
        (state, None) => state.word().to_owned(),
    }
}

/// How a segment is to be drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Form {
    /// Columns it may take.
    pub width: usize,
    /// Only ASCII: `*`, `!`, `X`, `?`.
    pub ascii: bool,
}

/// The plain segment from what the state file says: `summary` is `None`
/// without one, `alive` is the last sign of life (a sample or a watcher's beat).
#[must_use]
pub fn segment(
    summary: Option<&Summary>,
    alive: Timestamp,
    now: Timestamp,
    form: Form,
) -> (Level, String) {
    let (level, text) = match summary {
        None => (Level::Stale, "◌ no data".to_owned()),
        Some(summary) if summary.observed == Some(0) => (Level::Stale, "◌ no data".to_owned()),
        Some(summary) if now.since(alive) < -FRESH_SECONDS => (
            Level::Stale,
            format!("◌ {}, clock set back", count(summary.total, "node")),
        ),
        Some(summary) if now.since(alive) > FRESH_SECONDS => {
            let nodes = count(summary.total, "node");
            (
                Level::Stale,
                format!("◌ {nodes}, {} old", age(now.since(alive))),
            )
        }
        Some(summary) => (summary.level(), summary.text.clone()),
    };
    (level, fit(&text, form))
}

/// `text` in at most `form.width` columns: whole words, then `…`.
#[must_use]
pub fn fit(text: &str, form: Form) -> String {
    let mark = if form.ascii { "..." } else { "…" };
    let text = if form.ascii {
        ascii(text)
    } else {
        text.to_owned()
    };
    if width(&text) <= form.width {
        return text;
    }
    let ends = text.match_indices(' ').map(|(at, _)| at).skip(1);
    let starts: Vec<&str> = ends.filter_map(|at| text.get(..at)).collect();
    let head = starts.first().map_or(text.as_str(), |head| head);
    let marked = starts
        .iter()
        .rev()
        .map(|start| format!("{}{mark}", start.trim_end_matches(',')));
    marked
        .chain([head.to_owned(), head.replacen(' ', "", 1)])
        .find(|form_text| width(form_text) <= form.width)
        .unwrap_or_else(|| {
            cut(&text, form.width, if form.width > 3 { mark } else { "" })
                .trim_end()
                .to_owned()
        })
}

fn ascii(text: &str) -> String {
    text.chars()
        .map(|c| match c {
            '●' => '*',
            '▲' => '!',
            '✖' => 'X',
            c if c.is_ascii() => c,
            _ => '?',
        })
        .collect()
}

/// tmux styles by level; empty means the bar's own style.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Styles {
    /// All fine.
    pub ok: String,
    /// Degraded or unknown.
    pub warning: String,
    /// Down.
    pub critical: String,
    /// No data, or old data.
    pub stale: String,
}

impl Default for Styles {
    /// Fine is drawn in the bar's own style, so that it suits any theme; what
    /// needs a look brings its own background, so that it is readable on any.
    fn default() -> Self {
        Self {
            ok: String::new(),
            warning: "fg=black,bg=yellow".to_owned(),
            critical: "fg=white,bg=red,bold".to_owned(),
            stale: "dim".to_owned(),
        }
    }
}

impl Styles {
    /// `text` escaped and styled for a variable that a bar shows, the style
    /// around it restored after it.
    #[must_use]
    pub fn draw(&self, level: Level, text: &str) -> String {
        self.styled(level, |_| tmux(text))
    }

    /// The same as the output of a `#()` process.
    #[must_use]
    pub fn draw_output(&self, level: Level, text: &str) -> String {
        self.styled(level, |styled| tmux_output(text, styled))
    }

    fn styled(&self, level: Level, escaped: impl FnOnce(bool) -> String) -> String {
        let style = match level {
            Level::Ok => &self.ok,
            Level::Warning => &self.warning,
            Level::Critical => &self.critical,
            Level::Stale => &self.stale,
        };
        if style.is_empty() || !harmless(style) {
            escaped(false)
        } else {
            let text = escaped(true);
            format!("#[push-default]#[{style}]{text}#[default]#[pop-default]")
        }
    }
}

/// Whether a style is made of the characters that styles are made of.
#[must_use]
pub fn harmless(style: &str) -> bool {
    let in_style = |c: char| c.is_ascii_alphanumeric() || "=,-_ #".contains(c);
    // A `#` only as the start of a colour, `fg=#rrggbb`.
    let colours = style
        .match_indices('#')
        .all(|(at, _)| style.get(..at).is_some_and(|before| before.ends_with('=')));
    style.chars().all(in_style) && colours
}

#[cfg(test)]
#[path = "segment_tests.rs"]
mod tests;
