//! The page that lists the reports, the newest first, by month.

use chrono::{Datelike as _, NaiveDate};
use serde::Serialize;

use super::super::date;
use super::words::Words;
use crate::model::report::period::Kind;
use crate::model::text::cut;

/// A report that there is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The name of its files, without an ending: `daily-2026-11-20`.
    pub stem: String,
    /// Daily, weekly, monthly.
    pub kind: Kind,
    /// Its title.
    pub title: String,
    /// Its period in words.
    pub period: String,
    /// What mattered most.
    pub sentence: String,
    /// Whether there is `STEM.html`.
    pub html: bool,
    /// Whether there is `STEM.md`.
    pub md: bool,
    /// Whether there is `STEM.json`.
    pub json: bool,
}

/// The reports that begin in one month.
#[derive(Debug, Serialize)]
pub(super) struct Month {
    heading: String,
    entries: Vec<Listed>,
}

#[derive(Debug, Serialize)]
struct Listed {
    kind: String,
    title: String,
    period: String,
    sentence: String,
    /// What its name leads to: the page, or what else there is.
    first: Option<String>,
    others: Vec<Other>,
}

#[derive(Debug, Serialize)]
struct Other {
    file: String,
    ending: &'static str,
}

/// Sentences of this many reports are whole; older ones are cut where the page
/// would be too large for a phone, to the first of these columns that will do.
const WHOLE: usize = 40;
const LARGE: usize = 27_000;
const COLUMNS: [usize; 6] = [usize::MAX, 100, 80, 64, 48, 36];

pub(super) fn months(entries: &[Entry], words: &Words) -> Vec<Month> {
    let mut entries: Vec<(Option<NaiveDate>, &Entry)> = entries
        .iter()
        .map(|entry| (date::of_stem(&entry.stem).map(|(_, first)| first), entry))
        .collect();
    // Of one first day, the longest period stands first.
    entries.sort_by(|(a_first, a), (b_first, b)| {
        let order = b_first.cmp(a_first).then(b.kind.cmp(&a.kind));
        order.then_with(|| a.stem.cmp(&b.stem))
    });
    let sentences: Vec<&str> = entries.iter().map(|(_, e)| e.sentence.as_str()).collect();
    let columns = columns(&sentences);
    let mut months: Vec<Month> = Vec::new();
    for (at, (first, entry)) in entries.into_iter().enumerate() {
        let heading = first.map_or_else(String::new, |first| heading(first, words));
        let columns = if at < WHOLE { usize::MAX } else { columns };
        let listed = listed(entry, columns, words);
        match months.last_mut() {
            Some(month) if month.heading == heading => month.entries.push(listed),
            _ => months.push(Month {
                heading,
                entries: vec![listed],
            }),
        }
    }
    months
}

/// How wide the older of so many sentences may be.
fn columns(sentences: &[&str]) -> usize {
    let fits = |columns: &usize| {
        let whole = sentences.iter().take(WHOLE).map(|text| text.len());
        let older = sentences.iter().skip(WHOLE);
        let older = older.map(|text| cut(text, *columns, "…").len());
        whole.chain(older).sum::<usize>() <= LARGE
    };
    COLUMNS.into_iter().find(fits).unwrap_or(24)
}

fn listed(entry: &Entry, columns: usize, words: &Words) -> Listed {
    let endings = [("html", entry.html), ("md", entry.md), ("json", entry.json)];
    let there = endings.into_iter().filter(|(_, there)| *there);
    let mut others: Vec<Other> = there
        .map(|(ending, _)| Other {
            file: format!("{}.{ending}", entry.stem),
            ending,
        })
        .collect();
    let first = (!others.is_empty()).then(|| others.remove(0).file);
    let kind = match entry.kind {
        Kind::Daily => &words.daily,
        Kind::Weekly => &words.weekly,
        Kind::Monthly => &words.monthly,
    };
    Listed {
        kind: kind.clone(),
        title: entry.title.clone(),
        period: entry.period.clone(),
        sentence: cut(&entry.sentence, columns, "…"),
        first,
        others,
    }
}

/// `November 2026`, with what the language makes of it.
fn heading(first: NaiveDate, words: &Words) -> String {
    let month = usize::try_from(first.month0()).unwrap_or(0);
    let pattern = words.months.get(month).map_or("", String::as_str);
    pattern.replace("{year}", &first.year().to_string())
}
