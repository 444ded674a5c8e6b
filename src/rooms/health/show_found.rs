//! What programs of their own found, beneath the table: what was not healed,
//! and what is foreseen. Pure.

use super::findings::is_found;
use super::show::View;
use crate::model::alert::Alert;
use crate::model::text::{clean, count};
use crate::ui::style::{Role, painted};
use crate::ui::wrap::wrapped;

/// So many are shown; `mamori alerts` has all.
const MOST: usize = 3;

/// A line or more for each that nobody wants quiet, of the nodes that are shown.
pub(super) fn found(view: &View<'_>, columns: usize) -> Vec<String> {
    let shown = |alert: &&Alert| {
        let loud = !alert.acked && alert.snoozed_until.is_none_or(|until| until <= view.now);
        let (node, check) = alert.id.split_once('/').unwrap_or_default();
        loud && is_found(check) && view.nodes.iter().any(|one| one.name == node)
    };
    let alerts: Vec<&Alert> = view.state.alerts.iter().filter(shown).collect();
    let mut lines = Vec::new();
    for alert in alerts.iter().take(MOST) {
        let text = clean(&alert.text);
        let parts = wrapped(&text, columns.saturating_sub(4).max(8));
        for (n, part) in parts.iter().enumerate() {
            let indent = if n == 0 { "  " } else { "    " };
            lines.push(painted(Role::Warning, &format!("{indent}{part}")));
        }
    }
    let more = alerts.len().saturating_sub(MOST);
    if more > 0 {
        lines.push(format!("  {} more: mamori alerts", count(more, "alert")));
    }
    lines
}
