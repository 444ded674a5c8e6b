//! What is to be done next: open issues with a priority, pull requests that wait.

use super::{Telling, muted, section, text};
use crate::model::report::view::{Block, Item, Link, Section};

/// So many of each.
const LISTED: usize = 10;
const WAITING: usize = 3;

impl Telling<'_> {
    pub(super) fn next_steps(&self) -> Section {
        let words = self.words;
        let mut blocks = Vec::new();
        let forged = self.report.forged.as_ref();
        match forged.and_then(|forged| forged.steps.as_ref()) {
            None => blocks.push(text(self.unknown(&["gh"]))),
            Some(steps) if steps.is_empty() => {
                let whole = forged.is_some_and(|forged| forged.steps_whole);
                blocks.push(text(if whole {
                    words.word("no-steps")
                } else {
                    self.unknown(&["gh"])
                }));
            }
            Some(steps) => {
                let items = steps.iter().take(LISTED).map(|step| {
                    let waits = words.days(self.now.since(step.issue.created));
                    Item {
                        text: words.say(
                            "step",
                            [
                                ("priority", step.priority.to_string().into()),
                                ("number", step.issue.number.to_string().into()),
                                ("title", words.foreign(&step.issue.title).into()),
                                ("age", waits.into()),
                            ],
                        ),
                        link: link(&step.issue.url, &step.repository, step.issue.number),
                        ..Item::default()
                    }
                });
                blocks.push(Block::Items {
                    ordered: false,
                    items: items.collect(),
                });
                let more = steps.len().saturating_sub(LISTED);
                if more > 0 {
                    blocks.push(muted(words.say("and-more", [("n", more.into())])));
                }
            }
        }
        let partly = forged.is_some_and(|forged| !forged.steps_whole && forged.steps.is_some());
        if partly {
            blocks.push(muted(words.word("steps-partial")));
        }
        blocks.extend(self.waiting());
        section("next", words.word("heading-next"), blocks)
    }

    fn waiting(&self) -> Option<Block> {
        let words = self.words;
        let waiting = self.report.forged.as_ref()?.waiting.as_ref()?;
        if waiting.is_empty() {
            return None;
        }
        let items = waiting.iter().take(WAITING).map(|one| Item {
            text: words.say(
                "waits",
                [
                    ("number", one.pull.number.to_string().into()),
                    ("title", words.foreign(&one.pull.title).into()),
                    ("age", words.days(self.now.since(one.since)).into()),
                ],
            ),
            link: link(&one.pull.url, &one.repository, one.pull.number),
            ..Item::default()
        });
        Some(Block::Items {
            ordered: false,
            items: items.collect(),
        })
    }
}

/// The page of an issue or a pull request.
pub(super) fn link(url: &str, repository: &str, number: u64) -> Option<Link> {
    url.starts_with("https://").then(|| Link {
        to: url.to_owned(),
        text: format!("{repository}#{number}"),
    })
}
