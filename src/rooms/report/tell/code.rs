//! What was committed, repository by repository.

use super::sentence::name;
use super::trends::plain;
use super::{Telling, muted, section, text};
use crate::model::report::code::{Code, Repository};
use crate::model::report::view::{Block, Cell, Section, Table};

/// Repositories in the table.
const LISTED: usize = 10;
/// Languages of one repository that are named, and the least share of one.
const LANGUAGES: usize = 3;
const LEAST: f64 = 5.0;

impl Telling<'_> {
    pub(super) fn code(&self) -> Section {
        let words = self.words;
        let heading = words.word("heading-code");
        let Some(code) = &self.report.facts.code else {
            return section("code", heading, vec![text(self.unknown(&["git "]))]);
        };
        let code = &code.now;
        let mut blocks = vec![self.repositories(code)];
        let total = &code.total;
        let (apart, binary) = (total.changed.apart, total.changed.binary);
        if apart.added + apart.deleted + binary > 0 {
            blocks.push(muted(words.say(
                "apart",
                [
                    ("lines", self.lines(apart.added, apart.deleted).into()),
                    ("n", binary.into()),
                    ("count", words.count(binary).into()),
                ],
            )));
        }
        blocks.extend(self.failures());
        section("code", heading, blocks)
    }

    fn repositories(&self, code: &Code) -> Block {
        let words = self.words;
        let mut all: Vec<&Repository> = code.repositories.iter().collect();
        // Where nothing was done stands last, and is folded.
        all.sort_by(|a, b| {
            let most = b.amount.commits.cmp(&a.amount.commits);
            most.then_with(|| a.name.cmp(&b.name))
        });
        let busy = all.iter().filter(|one| one.amount.commits > 0);
        let busy: Vec<_> = busy.take(LISTED).collect();
        let read = all
            .iter()
            .filter(|one| self.report.unread(&one.name).is_none());
        let rest = read.count().saturating_sub(busy.len());
        let folded = if busy.len() < LISTED {
            "and-more-idle"
        } else {
            "and-more-repositories"
        };
        let rows = busy.iter().map(|one| {
            let lines = one.amount.changed.lines();
            vec![
                plain(name(&one.name)),
                plain(words.count(one.amount.commits)),
                plain(self.lines(lines.added, lines.deleted)),
                plain(self.languages(one)),
            ]
        });
        let rows: Vec<Vec<Cell>> = rows.collect();
        if rows.is_empty() {
            return text(words.word("no-commits"));
        }
        Block::Table(Table {
            caption: words.word("code-caption"),
            columns: vec![
                self.column("column-repository", false),
                self.column("column-commits", true),
                self.column("column-lines", true),
                self.column("column-languages", false),
            ],
            rows,
            more: (rest > 0).then(|| words.say(folded, [("n", rest.into())])),
        })
    }

    fn languages(&self, one: &Repository) -> String {
        let words = self.words;
        let shares = one.amount.changed.shares();
        let told = shares
            .iter()
            .take(LANGUAGES)
            .filter(|(_, share)| *share >= LEAST);
        let told: Vec<String> = told
            .map(|(language, share)| {
                let share = words.percent(share.round());
                words.say(
                    "language",
                    [("name", (*language).into()), ("share", share.into())],
                )
            })
            .collect();
        words.list(&told)
    }

    /// Merges that were taken back.
    fn failures(&self) -> Option<Block> {
        let failures = self.report.forged.as_ref()?.failures.as_ref()?;
        let words = self.words;
        let (reverted, of) = (failures.reverted.len() as u64, failures.of);
        if of == 0 {
            return None;
        }
        #[expect(clippy::cast_precision_loss, reason = "a share")]
        let percent = words.percent(100.0 * reverted as f64 / of as f64);
        let id = if of >= 20 {
            "failures-percent"
        } else {
            "failures"
        };
        let line = words.say(
            id,
            [
                ("n", words.count(reverted).into()),
                ("of", words.count(of).into()),
                ("percent", percent.into()),
            ],
        );
        Some(muted(match failures.provisional_until {
            None => line,
            Some(until) => {
                let date = words.short_date(words.day_of(until));
                words.say(
                    "provisional",
                    [("line", line.into()), ("date", date.into())],
                )
            }
        }))
    }
}
