//! The figures of the first screen: which, and of what they are.

use super::{Counted, Report};
use crate::model::report::forge::milestones::Pace;
use crate::model::report::period::Kind;

/// One of them.
#[derive(Debug, Clone, PartialEq)]
pub struct Tile {
    /// The same in every language.
    pub id: &'static str,
    /// What it is of.
    pub of: Of,
}

/// What a tile is of.
#[derive(Debug, Clone, PartialEq)]
pub enum Of {
    /// Things counted, and of commits the merges beside them.
    Count(Counted, Option<u64>),
    /// The worst uptime: node, percent, milliseconds down; `None`: not known.
    Uptime(Option<(String, f64, i64)>),
    /// API-equivalent dollars, and those of the period before.
    Cost(Option<f64>, Option<f64>),
    /// Milestones that are on pace or done, of all.
    Objectives(Option<(u64, u64)>),
}

/// The tiles of a report, in their order.
#[must_use]
pub fn tiles(report: &Report<'_>) -> Vec<Tile> {
    let unknown = Counted::of(None, None, false);
    let forged = report.forged.as_ref();
    let closed = forged.map_or(unknown, |forged| forged.closed);
    let merged = forged.map_or(unknown, |forged| forged.merged);
    let code = report.facts.code.as_ref();
    let together = code.map(|code| code.now.total.merges);
    let tile = |id, of| Tile { id, of };
    let cost = report.cost.as_ref();
    let cost = Of::Cost(
        cost.and_then(|cost| cost.dollars),
        cost.and_then(|cost| cost.before),
    );
    let mut all = vec![
        tile("issues-closed", Of::Count(closed, None)),
        tile("prs-merged", Of::Count(merged, None)),
        tile("commits", Of::Count(report.commits, together)),
    ];
    match report.facts.period.kind {
        Kind::Daily => all.push(tile("errors", Of::Count(report.errors, None))),
        Kind::Weekly => all.push(tile("cost", cost)),
        Kind::Monthly => {
            all.insert(0, tile("cost", cost));
            all.insert(1, tile("objectives", Of::Objectives(objectives(report))));
            // Five at most: commits are in every week.
            all.retain(|tile| tile.id != "commits");
        }
    }
    all.push(tile("worst-uptime", Of::Uptime(worst(report))));
    all
}

fn worst(report: &Report<'_>) -> Option<(String, f64, i64)> {
    let worst = report.machines.as_ref()?.worst()?;
    Some((worst.node.clone(), worst.percent?, worst.shares.down_ms))
}

fn objectives(report: &Report<'_>) -> Option<(u64, u64)> {
    let all = report.objectives.as_ref()?;
    let fine = |pace: Pace| matches!(pace, Pace::Done | Pace::OnPace);
    // Of the others nothing can be said yet.
    let told = |pace: Pace| fine(pace) || matches!(pace, Pace::Behind | Pace::Late);
    let of = all.iter().filter(|one| told(one.pace)).count();
    let on = all.iter().filter(|one| fine(one.pace)).count();
    let whole = |count: usize| u64::try_from(count).unwrap_or(u64::MAX);
    (of > 0 || all.is_empty()).then(|| (whole(on), whole(of)))
}
