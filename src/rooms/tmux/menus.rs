//! What stands in our menus. Pure.

use crate::model::alert::{Alert, Severity};
use crate::model::menu::{Action, Menu, Menus, STALE, plain};
use crate::model::node::{Node, NodeState};
use crate::model::state::State;
use crate::model::text::{clean, cut, tmux};
use crate::model::time::{Timestamp, age};

/// Columns that a menu's borders, its spaces and a key take.
const AROUND: usize = 8;
/// Rows that stay free above and below.
const FREE: usize = 6;
/// As many rows have a digit.
const DIGITS: usize = 9;

/// Words of a `mamori` command.
fn words(text: &str) -> String {
    text.to_owned()
}

/// The segment's short text, never green for a watcher that is dead.
fn title() -> String {
    format!(" #{{?{STALE},◌ mamori?,#{{MAMORI_SHORT}}}} ")
}

/// An item that is there only while alerts are open.
fn if_alerts(label: &str) -> String {
    format!("#{{?#{{e|>:0#{{MAMORI_ALERTS}},0}},{label},}}")
}

/// The two menus of the key.
#[must_use]
pub fn main() -> Menus {
    let alerts = if_alerts("Alerts (#{MAMORI_ALERTS})…");
    let dashboard = || Action::Screen(words("dash"));
    let more = |name: &str| Action::More(words(name));
    let full = Menu::new(title())
        .item("Dashboard", 'd', "dashboard", dashboard())
        .item(alerts.clone(), 'a', "open alerts", more("alerts"))
        .item("Nodes…", 'n', "nodes", more("nodes"))
        .line()
        .item(
            "Health now",
            'h',
            "probe every node now",
            Action::Text(words("health")),
        )
        .item(
            "Recover…",
            'r',
            "what recover would do, then it",
            Action::Ask(words("recover")),
        )
        .item(
            "Heal…",
            'v',
            "what heal would do, then it",
            Action::Ask(words("heal")),
        )
        .line()
        .item("Layout…", 'l', "arrange this window", more("layout"))
        .item("Reports…", 'p', "reports", more("reports"))
        .line()
        .item(
            "Doctor",
            't',
            "what is wrong, and what mends it",
            Action::Text(words("doctor")),
        )
        .item(
            if_alerts("Snooze all for 1 h"),
            'z',
            "be quiet about all open alerts for an hour",
            Action::Quiet(words("snooze all 1h")),
        )
        .item("Keys", '?', "these keys", Action::Keys);
    let short = Menu::new(title())
        .item("Dashboard", 'd', "dashboard", dashboard())
        .item(alerts, 'a', "open alerts", more("alerts"))
        .item("Recover…", 'r', "recover", Action::Ask(words("recover")))
        .item("Layout…", 'l', "layout", more("layout"))
        .item("Keys", '?', "keys", Action::Keys);
    Menus { full, short }
}

/// What a window may be told.
#[must_use]
pub fn layout() -> Menu {
    let order = |verb: &str| Action::Quiet(format!("layout {verb} -t #{{window_id}}"));
    let template = |name: &str| order(&format!("apply {name}"));
    Menu::new(" layout ")
        .item("Arrange now", 'a', "", order("auto"))
        .item("Undo", 'u', "", order("undo"))
        .item("Redo", 'r', "", order("redo"))
        .line()
        .item("Development", 'd', "", template("development"))
        .item("Monitoring", 'm', "", template("monitoring"))
        .item("Dashboard", 'b', "", template("dashboard"))
        .item("Coding", 'c', "", template("coding"))
        .item("Debugging", 'x', "", template("debugging"))
        .item("Coordination", 'o', "", template("coordination"))
        .line()
        .item("Leave this window alone", 'f', "", order("off"))
        .item("Arrange it again", 'i', "", order("on"))
}

/// The reports, made anew.
#[must_use]
pub fn reports() -> Menu {
    let pages = |kind: &str| Action::Pages(format!("report {kind} --stdout"));
    Menu::new(" reports ")
        .item("Today", 'd', "", pages("daily"))
        .item("This week", 'w', "", pages("weekly"))
        .item("This month", 'm', "", pages("monthly"))
        .line()
        .item(
            "Open today's page",
            'o',
            "",
            Action::Quiet(words("report daily --open")),
        )
}

/// The client that a menu opens on, in cells.
#[derive(Debug, Clone, Copy)]
pub struct Client {
    /// Columns.
    pub width: usize,
    /// Rows.
    pub height: usize,
}

impl Client {
    /// `80x24`, as the menus' own lines say it.
    #[must_use]
    pub fn read(text: &str) -> Option<Self> {
        let (width, height) = text.split_once('x')?;
        Some(Self {
            width: width.parse().ok()?,
            height: height.parse().ok()?,
        })
    }

    /// `text` from outside as a label, with a glyph before it, so that it never
    /// begins with what tmux takes for more.
    fn label(self, glyph: &str, text: &str) -> String {
        let room = self.width.saturating_sub(AROUND).max(8);
        let text = format!("{glyph} {}", clean(text));
        // tmux counts bytes where it decides to cut, and cuts off the beginning.
        let fits = |columns: &usize| tmux(&cut(&text, *columns, "…")).len() < room;
        let columns = (1..room).rev().find(fits).unwrap_or(1);
        let label = tmux(&cut(&text, columns, "…"));
        // A `#` at the end would join what tmux appends.
        if label.ends_with('#') {
            label + " "
        } else {
            label
        }
    }

    /// The rows that a list may have.
    fn rows(self) -> usize {
        self.height.saturating_sub(FREE).clamp(1, DIGITS)
    }
}

/// A list with a digit for each row, and a word about those that have no room.
fn list<T>(
    title: &str,
    all: &[T],
    client: Client,
    row: impl Fn(&T) -> Option<(String, String)>,
) -> Menu {
    let mut menu = Menu::new(title);
    for (digit, (label, action)) in ('1'..='9').zip(all.iter().filter_map(row).take(client.rows()))
    {
        menu = menu.item(label, digit, "", Action::More(action));
    }
    if all.len() > client.rows() {
        menu = menu.item(
            "More in the dashboard",
            'm',
            "",
            Action::Screen(words("dash")),
        );
    }
    menu
}

/// The open alerts.
#[must_use]
pub fn alerts(state: &State, client: Client, now: Timestamp) -> Menu {
    list(" alerts ", &state.alerts, client, |alert| {
        let since = age(now.since(alert.since));
        let said = match (alert.acked, alert.snoozed_until) {
            (true, _) => ", known",
            (false, Some(until)) if now < until => ", snoozed",
            _ => "",
        };
        let label = client.label(glyph(alert), &format!("{} {since}{said}", alert.text));
        Some((label, format!("alert {}", alert.number)))
    })
}

fn glyph(alert: &Alert) -> &'static str {
    match alert.severity {
        Severity::Critical => "✖",
        Severity::Warning => "▲",
        Severity::Info => "●",
    }
}

fn node_of(alert: &Alert) -> &str {
    alert.id.split('/').next().unwrap_or_default()
}

/// What may be done about one alert.
#[must_use]
pub fn alert(alert: &Alert, client: Client) -> Menu {
    let number = alert.number;
    let quiet = |text: String| Action::Quiet(text);
    let title = client.label(glyph(alert), &alert.text);
    let mut menu = Menu::new(format!(" {title} "))
        .item("Acknowledge", 'a', "", quiet(format!("ack {number}")))
        .item("Snooze 1 h", '1', "", quiet(format!("snooze {number} 1h")))
        .item("Snooze 4 h", '4', "", quiet(format!("snooze {number} 4h")))
        .item("Snooze 8 h", '8', "", quiet(format!("snooze {number} 8h")));
    if plain(node_of(alert)) {
        let pause = format!("pause {} --for 1h", node_of(alert));
        menu = menu.item("Pause its node for 1 h", 'p', "", quiet(pause));
    }
    menu.item("Recover…", 'r', "", Action::Ask(words("recover")))
        .item("Dashboard", 'o', "", Action::Screen(words("dash")))
}

/// The nodes, the worst first.
#[must_use]
pub fn nodes(state: &State, client: Client) -> Menu {
    let mut nodes: Vec<&Node> = state.nodes.iter().collect();
    nodes.sort_by_key(|node| rank(node.state));
    list(" nodes ", &nodes, client, |node| {
        let problem = node.problems.first().map(|problem| problem.text.as_str());
        let text = format!("{} {}", node.name, problem.unwrap_or(node.state.word()));
        let named = plain(&node.name).then(|| format!("node {}", node.name));
        Some((client.label(mark(node.state), &text), named?))
    })
}

fn rank(state: NodeState) -> u8 {
    match state {
        NodeState::Down => 0,
        NodeState::Degraded => 1,
        NodeState::Unknown => 2,
        NodeState::Paused => 3,
        NodeState::Dozing => 4,
        NodeState::Ok => 5,
    }
}

fn mark(state: NodeState) -> &'static str {
    match state {
        NodeState::Down => "✖",
        NodeState::Degraded | NodeState::Unknown => "▲",
        NodeState::Paused => "◌",
        NodeState::Ok | NodeState::Dozing => "●",
    }
}

/// What may be done about one node; `None` when its name cannot be said.
#[must_use]
pub fn node(node: &Node, client: Client) -> Option<Menu> {
    let name = Some(&node.name).filter(|name| plain(name))?;
    let title = client.label(mark(node.state), name);
    let menu = Menu::new(format!(" {title} ")).item(
        "Probe now",
        'h',
        "",
        Action::Text(format!("health --node {name}")),
    );
    let menu = if node.state == NodeState::Paused {
        menu.item("Resume", 'p', "", Action::Quiet(format!("resume {name}")))
    } else {
        menu.item(
            "Pause for 1 h",
            'p',
            "",
            Action::Quiet(format!("pause {name} --for 1h")),
        )
    };
    Some(
        menu.item("Recover…", 'r', "", Action::Ask(words("recover")))
            .item("Dashboard", 'o', "", Action::Screen(words("dash"))),
    )
}

#[cfg(test)]
#[path = "menus_tests.rs"]
mod tests;
