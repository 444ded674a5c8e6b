//! How far the milestones are.

use super::sentence::name;
use super::{Telling, section, text};
use crate::model::report::forge::milestones::{Objective, Pace};
use crate::model::report::view::{Block, Item, Link, Section};

/// Milestones that are told: those that are due first.
const LISTED: usize = 10;
/// Signs of a bar.
const BAR: u64 = 20;

impl Telling<'_> {
    pub(super) fn objectives(&self) -> Section {
        let words = self.words;
        let heading = words.word("heading-objectives");
        let blocks = match &self.report.objectives {
            None => vec![text(self.unknown(&["gh"]))],
            Some(all) if all.is_empty() => vec![text(words.word("no-objectives"))],
            Some(all) => vec![Block::Items {
                ordered: false,
                items: all
                    .iter()
                    .take(LISTED)
                    .map(|one| self.objective(one))
                    .collect(),
            }],
        };
        section("objectives", heading, blocks)
    }

    fn objective(&self, one: &Objective) -> Item {
        let words = self.words;
        let milestone = &one.milestone;
        let (open, closed) = (milestone.open_issues, milestone.closed_issues);
        let all = open.saturating_add(closed);
        #[expect(clippy::cast_precision_loss, reason = "a share")]
        let percent = words.percent((100.0 * closed as f64 / all.max(1) as f64).floor());
        let done = BAR * closed / all.max(1);
        let bar = |sign: &str, count: u64| sign.repeat(usize::try_from(count).unwrap_or(0));
        let title = words.foreign(&milestone.title);
        let text = if all == 0 {
            words.say("objective-empty", [("title", title.into())])
        } else {
            words.say(
                "objective",
                [
                    ("title", title.into()),
                    ("closed", words.count(closed).into()),
                    ("all", words.count(all).into()),
                    ("percent", percent.into()),
                ],
            )
        };
        Item {
            text,
            details: if all == 0 {
                vec![self.pace(one)]
            } else {
                vec![bar("█", done) + &bar("░", BAR - done), self.pace(one)]
            },
            link: milestone.url.starts_with("https://").then(|| Link {
                to: milestone.url.clone(),
                text: name(&one.repository),
            }),
            ..Item::default()
        }
    }

    fn pace(&self, one: &Objective) -> String {
        let words = self.words;
        let due = one
            .milestone
            .due
            .map(|due| words.short_date(words.day_of(due)));
        let due = due.unwrap_or_default();
        let had = format!("{:.2}", one.had);
        let needed = format!("{:.2}", one.needed.unwrap_or(0.0));
        let id = match one.pace {
            Pace::Done => return words.word("pace-done"),
            Pace::NoDueDate => return words.word("pace-no-date"),
            Pace::Late => return words.say("pace-late", [("due", due.into())]),
            Pace::NoPaceYet => "pace-none-yet",
            Pace::OnPace => "pace-on",
            Pace::Behind => "pace-behind",
        };
        words.say(
            id,
            [
                ("due", due.into()),
                ("needed", needed.into()),
                ("had", had.into()),
            ],
        )
    }
}
