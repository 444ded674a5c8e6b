//! Lines of `errors.log`, counted as they come: `2026-11-22T06:00:00Z mugen
//! disk disk 93% (limit 90%)`.

use std::cmp::Reverse;

use chrono::DateTime;

use super::super::text::{clean, cut};
use super::super::time::Timestamp;
use super::facts::{Both, ErrorLine};
use super::period::Span;

/// The newest that are told.
const NEWEST: usize = 10;
/// Columns of a word and of a text.
const WORD: usize = 100;
const TEXT: usize = 300;

/// What they come to.
#[derive(Debug, Clone)]
pub struct Errors {
    span: Span,
    compared: Span,
    /// Those of the period, and of the one before.
    pub lines: Both<u64>,
    /// Those of each day of the period.
    pub by_day: Vec<(Span, u64)>,
    /// The newest of the period, the newest first.
    pub newest: Vec<ErrorLine>,
    /// Lines that are none.
    pub unread: u64,
}

impl Errors {
    /// Of a period and of the one before, day by day.
    #[must_use]
    pub fn new(span: Span, compared: Span, days: &[Span]) -> Self {
        Self {
            span,
            compared,
            lines: Both::default(),
            by_day: days.iter().map(|day| (*day, 0)).collect(),
            newest: Vec::new(),
            unread: 0,
        }
    }

    /// Counts a line, of whatever bytes.
    pub fn take(&mut self, line: &[u8]) {
        let text = String::from_utf8_lossy(line);
        let text = text.trim_end_matches(['\r', '\n']);
        if text.trim().is_empty() {
            return;
        }
        let Some(line) = line_of(text) else {
            self.unread += 1;
            return;
        };
        let at = line.at;
        self.lines.before += u64::from(self.compared.holds(at));
        if !self.span.holds(at) {
            return;
        }
        self.lines.now += 1;
        for (day, count) in &mut self.by_day {
            *count += u64::from(day.holds(at));
        }
        if self.newest.len() < NEWEST || self.newest.last().is_some_and(|last| last.at <= at) {
            self.newest.push(line);
            self.newest.sort_by(|a, b| key(a).cmp(&key(b)));
            self.newest.truncate(NEWEST);
        }
    }
}

fn key(line: &ErrorLine) -> (Reverse<Timestamp>, &str, &str, &str) {
    (Reverse(line.at), &line.node, &line.check, &line.text)
}

fn instant(line: &str) -> Option<Timestamp> {
    let (time, _) = line.split_once(' ')?;
    let time = DateTime::parse_from_rfc3339(time).ok()?;
    Some(Timestamp(time.timestamp()))
}

fn line_of(line: &str) -> Option<ErrorLine> {
    let at = instant(line)?;
    let mut words = line.splitn(4, ' ').skip(1);
    let word = |text: &str| cut(&clean(text), WORD, "…");
    let (node, check) = (word(words.next()?), word(words.next()?));
    let text = cut(&clean(words.next().unwrap_or_default()), TEXT, "…");
    let named = !node.is_empty() && !check.is_empty();
    named.then_some(ErrorLine {
        at,
        node,
        check,
        text,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const NOON: i64 = 1_795_348_800;

    fn errors() -> Errors {
        let span = |from: i64, to: i64| Span {
            start: Timestamp(NOON + from),
            end: Timestamp(NOON + to),
        };
        Errors::new(span(0, 200), span(-100, 0), &[span(0, 100), span(100, 200)])
    }

    fn line(at: i64, rest: &str) -> String {
        format!("{} {rest}\n", Timestamp(NOON + at).rfc3339())
    }

    #[test]
    fn lines_count_where_their_own_instant_lies() {
        let mut all = errors();
        for at in [-101, -100, -1, 0, 99, 100, 199, 200] {
            all.take(line(at, "a disk disk 93% (limit 90%)").as_bytes());
        }
        assert_eq!((all.lines.now, all.lines.before, all.unread), (4, 2, 0));
        let days: Vec<u64> = all.by_day.iter().map(|(_, count)| *count).collect();
        assert_eq!(days, [2, 2]);
        let newest = &all.newest[0];
        assert_eq!(newest.at, Timestamp(NOON + 199));
        let words = [&newest.node, &newest.check, &newest.text];
        assert_eq!(words, ["a", "disk", "disk 93% (limit 90%)"]);
    }

    #[test]
    fn what_is_no_line_is_told_and_what_is_hostile_made_harmless() {
        let mut all = errors();
        for bad in [
            "garbage",
            "2026-11-22 a b c",
            "\u{1b}[31m",
            "2026-13-22T06:00:00Z a b c",
        ] {
            all.take(bad.as_bytes());
        }
        // What is no line is one of no period.
        for at in [5, -5] {
            all.take(line(at, "a").as_bytes());
        }
        all.take(b"\n");
        all.take(b"\xff\xfe \xff");
        assert_eq!((all.unread, &all.lines), (7, &Both::default()));
        all.take(line(5, "a\u{202e} b \u{1b}[2J\u{7}x").as_bytes());
        all.take(line(6, "a b").trim_end().as_bytes());
        assert_eq!(all.newest[0].text, "");
        assert_eq!((&*all.newest[1].node, &*all.newest[1].text), ("a", "[2Jx"));
    }

    proptest! {
        #[test]
        fn the_newest_ten_do_not_depend_on_the_order(mut at in proptest::collection::vec(0_i64..200, 0..60)) {
            let told = |at: &[i64]| {
                let mut all = errors();
                for at in at {
                    all.take(line(*at, "a b c").as_bytes());
                }
                all.newest
            };
            let before = told(&at);
            at.sort_unstable();
            prop_assert_eq!(&before, &told(&at));
            prop_assert!(before.len() <= NEWEST);
        }

        #[test]
        fn any_bytes_are_counted(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            errors().take(&bytes);
        }
    }
}
