//! What agents and people did.

use super::sentence::name;
use super::{Telling, muted, section, text};
use crate::model::report::agents::figures::{Figures, Used};
use crate::model::report::code::{Contributor, Who};
use crate::model::report::view::{Block, Cell, Column, Item, Section, Table};
use crate::rooms::report::figures::agents::AgentLine;

/// Contributors that are listed by name.
const LISTED: usize = 10;

impl Telling<'_> {
    /// The day's agents, then its newest commits.
    pub(super) fn agents(&self) -> Section {
        let words = self.words;
        let mut blocks = self.agent_lines();
        if let Some(code) = &self.report.facts.code {
            let newest = &code.now.newest;
            if !newest.is_empty() {
                let all = code.now.total.commits;
                blocks.push(Block::Heading {
                    id: Some("newest-commits".into()),
                    text: words.say(
                        "newest-commits",
                        [
                            ("n", newest.len().to_string().into()),
                            ("of", words.count(all).into()),
                        ],
                    ),
                });
                let items = newest.iter().map(|one| Item {
                    text: words.foreign(&one.subject),
                    ..Item::default()
                });
                blocks.push(Block::Items {
                    ordered: false,
                    items: items.collect(),
                });
            }
        } else {
            blocks.push(muted(self.unknown(&["git "])));
        }
        section("agents", words.word("heading-agents"), blocks)
    }

    /// The same of a week, with people among them.
    pub(super) fn contributors(&self) -> Section {
        let words = self.words;
        let mut blocks = self.agent_lines();
        match &self.report.facts.code {
            None => blocks.push(muted(self.unknown(&["git "]))),
            Some(code) => blocks.push(self.contributor_table(&code.now.contributors)),
        }
        section("agents", words.word("heading-contributors"), blocks)
    }

    fn agent_lines(&self) -> Vec<Block> {
        let words = self.words;
        let mut blocks = Vec::new();
        if self.report.agents.is_empty() {
            blocks.push(text(words.word("no-agents")));
        } else {
            let items = self.report.agents.iter().map(|one| self.agent_line(one));
            blocks.push(Block::Items {
                ordered: false,
                items: items.collect(),
            });
        }
        if let Some(code) = &self.report.facts.code {
            let (unsigned, all) = (code.now.total.unsigned, code.now.total.commits);
            if all > 0 {
                blocks.push(muted(words.say(
                    "unsigned",
                    [
                        ("n", unsigned.into()),
                        ("count", words.count(unsigned).into()),
                    ],
                )));
            }
        }
        if self.report.facts.agents.is_none() {
            blocks.push(muted(self.unknown(&["agents"])));
        }
        blocks
    }

    /// One agent: what git and GitHub know, then what its own logs say.
    fn agent_line(&self, one: &AgentLine) -> Item {
        let words = self.words;
        let mut parts = Vec::new();
        if let Some(commits) = one.commits {
            parts.push(words.say(
                "agent-commits",
                [
                    ("n", commits.into()),
                    ("count", words.count(commits).into()),
                ],
            ));
        }
        if let Some(pulls) = one.pulls.filter(|pulls| *pulls > 0) {
            parts.push(words.say(
                "agent-pulls",
                [("n", pulls.into()), ("count", words.count(pulls).into())],
            ));
        }
        if let Some(issues) = one.issues.filter(|issues| *issues > 0) {
            parts.push(words.say(
                "agent-issues",
                [("n", issues.into()), ("count", words.count(issues).into())],
            ));
        }
        let mut details = Vec::new();
        match &one.logs {
            Some(logs) => {
                details.push(self.at_work(logs));
                details.push(self.used(&logs.used));
            }
            None => details.push(words.word("agent-no-logs")),
        }
        let levels = one.levels;
        if levels.observed + levels.shared > 0 {
            details.push(words.say(
                "agent-levels",
                [
                    ("signed", words.count(levels.signed).into()),
                    ("observed", words.count(levels.observed).into()),
                    ("shared", words.count(levels.shared).into()),
                ],
            ));
        }
        let list = words.list(&parts);
        Item {
            id: Some(format!("agent-{}", one.agent.id())),
            text: if parts.is_empty() {
                words.say("agent-alone", [("name", one.agent.name().into())])
            } else {
                words.say(
                    "agent-line",
                    [("name", one.agent.name().into()), ("list", list.into())],
                )
            },
            details,
            link: None,
        }
    }

    fn at_work(&self, logs: &Figures) -> String {
        let words = self.words;
        let seconds = |seconds: i64| u64::try_from(seconds).unwrap_or(0);
        // Where one session worked at a time both say the same.
        let id = if logs.work == logs.wall {
            "agent-work-alone"
        } else {
            "agent-work"
        };
        words.say(
            id,
            [
                ("n", logs.sessions.into()),
                ("count", words.count(logs.sessions).into()),
                ("work", words.span(seconds(logs.work)).into()),
                ("wall", words.span(seconds(logs.wall)).into()),
            ],
        )
    }

    /// Tokens in four columns, then what they cost by list price.
    fn used(&self, used: &Used) -> String {
        let words = self.words;
        let column = |known: Option<u64>| match known {
            Some(sum) => words.many(sum),
            None => words.word("unknown"),
        };
        let tokens = words.say(
            "agent-tokens",
            [
                ("input", column(used.input.known(used.requests)).into()),
                (
                    "write",
                    column(used.cache_write.known(used.requests)).into(),
                ),
                ("read", column(used.cache_read.known(used.requests)).into()),
                ("output", column(used.output.known(used.requests)).into()),
            ],
        );
        let unpriced = words.count(used.unpriced);
        match (used.priced(), used.unpriced) {
            _ if used.requests == 0 => tokens,
            (Some(cost), 0) => words.say(
                "tokens-cost",
                [
                    ("tokens", tokens.into()),
                    ("sum", words.dollars(cost.dollars()).into()),
                ],
            ),
            (Some(cost), n) => words.say(
                "tokens-cost-unpriced",
                [
                    ("tokens", tokens.into()),
                    ("sum", words.dollars(cost.dollars()).into()),
                    ("n", n.into()),
                    ("count", unpriced.into()),
                ],
            ),
            (None, n) => words.say(
                "tokens-unpriced",
                [
                    ("tokens", tokens.into()),
                    ("n", n.into()),
                    ("count", unpriced.into()),
                ],
            ),
        }
    }

    fn contributor_table(&self, all: &[Contributor]) -> Block {
        let words = self.words;
        if all.is_empty() {
            return text(words.word("no-commits"));
        }
        let column = |id, figures| Column {
            label: words.word(id),
            figures,
        };
        let cell = |text: String| Cell {
            text,
            ..Cell::default()
        };
        let rows = all.iter().take(LISTED).map(|one| {
            let kind = match one.who {
                Who::Agent(_) => "kind-agent",
                Who::Person(_) => "kind-person",
                Who::Bot(_) => "kind-bot",
            };
            vec![
                cell(name(&one.name)),
                cell(words.word(kind)),
                cell(words.count(one.commits)),
                cell(self.lines(one.lines.added, one.lines.deleted)),
            ]
        });
        let rows: Vec<Vec<Cell>> = rows.collect();
        let more = all.len().saturating_sub(LISTED);
        Block::Table(Table {
            caption: words.word("contributors-caption"),
            columns: vec![
                column("column-name", false),
                column("column-kind", false),
                column("column-commits", true),
                column("column-lines", true),
            ],
            rows,
            more: (more > 0).then(|| words.say("and-more", [("n", more.into())])),
        })
    }

    /// Lines that came and went.
    pub(super) fn lines(&self, added: u64, deleted: u64) -> String {
        let words = self.words;
        words.say(
            "lines",
            [
                ("added", words.count(added).into()),
                ("deleted", words.count(deleted).into()),
            ],
        )
    }
}
