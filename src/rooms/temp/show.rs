//! What was done and what was left, in words. Pure.

use std::path::Path;
use std::time::Duration;

use super::pattern::Wanted;
use super::work::{Amount, Tally, Told};
use crate::model::healing::{ACTIONS, Item, Part, Standing, Terms};
use crate::model::size;
use crate::model::temp::Obstacle;
use crate::model::text::{clean, count, cut};
use crate::sys::cleaning::{Purge, Purged};

/// Columns of a path or an error within a text.
const LONGEST: usize = 120;

/// The item of a pattern at which too much was done.
#[must_use]
pub fn spent(subject: &str) -> Item {
    let text = format!("left: {ACTIONS} actions within an hour");
    Item::new(Part::Temp, subject, Standing::Wrong, text)
}

/// The item of a pattern.
#[must_use]
pub fn pattern(wanted: &Wanted, tally: &Tally, terms: &Terms) -> Item {
    let dry = terms.dry_run || terms.first_cleaning;
    let mut parts = Vec::new();
    if tally.moved.units > 0 {
        let done = if dry { "would move" } else { "moved" };
        parts.push(format!(
            "{done} {} to trash: {}{}",
            tally.moved.units,
            amount(tally.moved),
            if dry {
                format!(" ({})", first(&tally.names))
            } else {
                String::new()
            }
        ));
    }
    let wrongs = [
        (&tally.held, "changed while moved, and stays in the trash"),
        (
            &tally.large,
            "larger than a run may move (10 000 files, 5 GB)",
        ),
        (&tally.refused, "could not be moved"),
    ];
    for (told, what) in wrongs {
        parts.extend(some(told, what));
    }
    parts.extend(left(tally.left.iter().map(|(why, count)| (*why, *count))));
    parts.extend(some(&tally.links, "behind a link: name the real folder"));
    if tally.waits > 0 {
        let wait = if tally.waits == 1 { "waits" } else { "wait" };
        parts.push(format!("{} {wait} for the next run", tally.waits));
    }
    if let Some(why) = &tally.unknown {
        parts.push(format!("left alone: {}", clean(why)));
    }
    if dry && terms.first_cleaning && !terms.dry_run && tally.moved.units > 0 {
        parts.push(
            "looked at for the first time, so nothing was changed; the next run does it".to_owned(),
        );
    }
    let wrong = wrongs.iter().any(|(told, _)| told.count > 0);
    let standing = if wrong {
        Standing::Wrong
    } else if tally.moved.units > 0 {
        if dry {
            Standing::Planned
        } else {
            Standing::Healed
        }
    } else if tally.waits > 0 {
        Standing::Waits
    } else if parts.is_empty() {
        Standing::Fine
    } else {
        Standing::Left
    };
    if parts.is_empty() {
        parts.push(format!("nothing older than {}", age(wanted.older_than)));
    }
    let item = Item::new(Part::Temp, &wanted.subject, standing, parts.join("; "));
    if dry || tally.moved.units == 0 {
        return item;
    }
    let before = format!("{}, {}", entries(tally.moved.units), amount(tally.moved));
    let trashes = tally.trashes.iter().map(|path| shown(path));
    let after: Vec<String> = trashes.take(3).collect();
    item.changed("trashed", before, after.join(", "))
}

/// The item of a trash, if there is anything to tell.
#[must_use]
pub fn purge(path: &Path, purge: &Purge, dry: bool) -> Option<Item> {
    let subject = clean(&path.to_string_lossy());
    let item = |standing, text: String| Item::new(Part::Temp, &subject, standing, text);
    let purged = match purge {
        Purge::Nothing => return None,
        Purge::Unfit(why) => return Some(item(Standing::Left, format!("not purged: {why}"))),
        Purge::Done(purged) => purged,
    };
    let gone = Amount {
        units: purged.entries,
        files: purged.files,
        bytes: purged.bytes,
    };
    let standing = match purged {
        Purged { held: 1.., .. }
        | Purged {
            refused: Some(_), ..
        } => Standing::Wrong,
        Purged { entries: 0, .. } if purged.left.is_empty() => return None,
        Purged { entries: 0, .. } => Standing::Left,
        _ if dry => Standing::Planned,
        _ => Standing::Healed,
    };
    let mut parts = Vec::new();
    if gone.units > 0 {
        let done = if dry { "would purge" } else { "purged" };
        parts.push(format!("{done} {}: {}", gone.units, amount(gone)));
    }
    if purged.held > 0 {
        let held =
            "was exchanged while it was moved and is kept: look at it, then remove it by hand";
        parts.push(format!("{} {held}", purged.held));
    }
    if let Some(error) = purged.refused {
        let error = std::io::Error::from(error).to_string();
        let plain = error
            .split(" (os error")
            .next()
            .unwrap_or_default()
            .to_lowercase();
        parts.push(format!("not purged: {}", clean(&plain)));
    }
    parts.extend(left(purged.left.iter().map(|why| (*why, 1))));
    let item = item(standing, parts.join("; "));
    if dry || gone.units == 0 {
        return Some(item);
    }
    let before = format!("{}, {}", entries(gone.units), amount(gone));
    Some(item.changed("purged", before, "nothing".to_owned()))
}

/// `2 left: 1 in use, 1 another user's`.
fn left(why: impl Iterator<Item = (Obstacle, u64)>) -> Option<String> {
    let mut counts = std::collections::BTreeMap::<Obstacle, u64>::new();
    for (obstacle, count) in why {
        *counts.entry(obstacle).or_default() += count;
    }
    let all: u64 = counts.values().sum();
    let each = counts
        .iter()
        .map(|(why, count)| format!("{count} {}", why.word()));
    let each: Vec<String> = each.collect();
    (all > 0).then(|| format!("{all} left: {}", each.join(", ")))
}

/// `1 could not be moved (/tmp/claude-1: permission denied)`.
fn some(told: &Told, what: &str) -> Option<String> {
    (told.count > 0).then(|| format!("{} {what} ({})", told.count, first(told)))
}

/// The first names of many.
fn first(told: &Told) -> String {
    let first = told
        .first
        .iter()
        .map(|text| cut(&clean(text), LONGEST, "…"));
    let mut first: Vec<String> = first.collect();
    if told.count > first.len() as u64 {
        first.push("…".to_owned());
    }
    first.join(", ")
}

fn shown(path: &Path) -> String {
    clean(&path.to_string_lossy())
}

fn entries(number: u64) -> String {
    match number {
        1 => "1 entry".to_owned(),
        number => format!("{number} entries"),
    }
}

fn amount(amount: Amount) -> String {
    let files = usize::try_from(amount.files).unwrap_or(usize::MAX);
    format!("{}, {}", count(files, "file"), size::bytes(amount.bytes))
}

/// `7 days`, `36h`.
fn age(span: Duration) -> String {
    const DAY: u64 = 86_400;
    if span.as_secs().is_multiple_of(DAY) {
        let days = usize::try_from(span.as_secs() / DAY);
        return count(days.unwrap_or(usize::MAX), "day");
    }
    humantime::format_duration(span).to_string()
}
