//! What the report rests on: its bounds, its sources, what is missing.

use super::sentence::name;
use super::{Telling, muted, section, text};
use crate::model::report::source::{Source, Standing};
use crate::model::report::view::{Block, Item, Section};

/// Sources that are told one by one.
const TOLD: usize = 20;

impl Telling<'_> {
    pub(super) fn about(&self) -> Section {
        let words = self.words;
        let facts = self.report.facts;
        let newest = match facts.newest {
            None => words.word("no-datum"),
            Some(at) => {
                let date = words.date(words.day_of(at));
                let time = words.local(at).format("%H:%M:%S").to_string();
                words.say(
                    "newest-datum",
                    [("date", date.into()), ("time", time.into())],
                )
            }
        };
        let mut blocks = vec![text(newest)];
        let wanting = |source: &&Source| source.state != Standing::Ok || source.why.is_some();
        let whole = facts
            .sources
            .iter()
            .filter(|source| !wanting(source))
            .count();
        let told: Vec<&Source> = facts.sources.iter().filter(wanting).collect();
        if whole > 0 {
            blocks.push(muted(words.say("sources-whole", [("n", whole.into())])));
        }
        if !told.is_empty() {
            let items = told.iter().take(TOLD).map(|one| self.source(one));
            blocks.push(Block::Items {
                ordered: false,
                items: items.collect(),
            });
            let more = told.len().saturating_sub(TOLD);
            if more > 0 {
                blocks.push(muted(words.say("and-more", [("n", more.into())])));
            }
        }
        blocks.push(muted(words.word("about-changes")));
        section("about", words.word("heading-about"), blocks)
    }

    fn source(&self, one: &Source) -> Item {
        let words = self.words;
        let why = one.why.clone().unwrap_or_default();
        let id = match one.state {
            Standing::Ok => "source-ok",
            Standing::Partial => "source-partial",
            Standing::Missing => "source-missing",
        };
        Item {
            text: words.say(id, [("name", name(&one.name).into()), ("why", why.into())]),
            ..Item::default()
        }
    }
}
