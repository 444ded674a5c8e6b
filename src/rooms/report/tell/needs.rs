//! What needs a person: at most three things that somebody can do.

use super::Telling;
use super::sentence::{kind_of, name};
use super::steps::link;
use crate::model::report::machines::Outage;
use crate::model::report::view::Link;
use crate::model::time::Timestamp;
use crate::rooms::report::figures::advice::Advice;
use crate::rooms::report::figures::machines::Machinery;

/// So many at most.
const MOST: usize = 3;
/// The least urgent priority of an issue that needs somebody now: P1.
const URGENT: u8 = 1;
/// A pull request waits so long before it is told, in seconds.
const PATIENCE: i64 = 86_400;
/// A disk that fills later is for the week's report, in seconds.
const SOON: i64 = 14 * 86_400;

/// One thing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Need {
    /// What, and by when.
    pub text: String,
    /// Where more of it stands.
    pub link: Link,
}

impl Telling<'_> {
    /// The most urgent ones.
    #[must_use]
    pub fn needs(&self) -> Vec<Need> {
        let mut all = self.open_outages();
        all.extend(self.given_up());
        all.extend(self.disks());
        all.extend(self.urgent_issue());
        all.extend(self.over_budget());
        all.extend(self.advised(3, "#incidents", "link-incidents"));
        all.extend(self.advised(12, "#objectives", "link-objectives"));
        all.extend(self.waiting_pulls());
        all.truncate(MOST);
        all
    }

    fn need(&self, text: String, to: &str, shown: &str) -> Need {
        let link = Link {
            to: to.to_owned(),
            text: self.words.word(shown),
        };
        Need { text, link }
    }

    fn open_outages(&self) -> Vec<Need> {
        let Some(machines) = &self.report.machines else {
            return Vec::new();
        };
        let words = self.words;
        let tell = |one: &Outage| {
            let since = Timestamp(one.began_ms.div_euclid(1_000));
            let since = words.moment(since, crate::model::report::period::Kind::Weekly);
            let text = words.say(
                "need-outage",
                [
                    ("kind", kind_of(&one.check).into()),
                    ("what", self.target(&one.check).into()),
                    ("node", name(&one.node).into()),
                    ("since", since.into()),
                ],
            );
            self.need(text, "#incidents", "link-incidents")
        };
        machines.open().map(tell).collect()
    }

    fn given_up(&self) -> Vec<Need> {
        let told = |of_node: &str, of_check: &str| {
            let machines = self.report.machines.iter();
            let mut open = machines.flat_map(Machinery::open);
            open.any(|one| one.node == of_node && one.check == of_check)
        };
        let all = self.report.advice.iter();
        // What is told as not up is not told twice.
        let open = all.filter(|one| match one {
            Advice::GivenUp {
                node,
                check,
                until: None,
                ..
            } => !told(node, check),
            _ => false,
        });
        open.map(|one| self.need(self.advise(one), "#incidents", "link-incidents"))
            .collect()
    }

    fn disks(&self) -> Vec<Need> {
        let end = self.report.facts.span.end;
        let soon = |one: &&Advice| match one {
            Advice::Free { before, .. } => before.since(end) <= SOON,
            _ => false,
        };
        let all = self.report.advice.iter().filter(soon);
        all.map(|one| self.need(self.advise(one), "#forecasts", "link-forecasts"))
            .collect()
    }

    fn urgent_issue(&self) -> Option<Need> {
        let steps = self.report.forged.as_ref()?.steps.as_ref()?;
        let urgent = steps.iter().filter(|step| step.priority <= URGENT);
        let first = urgent.clone().next()?;
        let issue = &first.issue;
        let text = self.words.say(
            "need-issue",
            [
                ("priority", first.priority.to_string().into()),
                ("title", self.words.foreign(&issue.title).into()),
                ("more", (urgent.count() - 1).into()),
            ],
        );
        let link = link(&issue.url, &first.repository, issue.number);
        Some(match link {
            Some(link) => Need { text, link },
            None => self.need(text, "#next", "link-next"),
        })
    }

    /// What a rule advises, at most one of it.
    fn advised(&self, rule: u8, to: &str, shown: &str) -> Option<Need> {
        let mut all = self.report.advice.iter();
        let one = all.find(|one| one.rule() == rule)?;
        Some(self.need(self.advise(one), to, shown))
    }

    fn waiting_pulls(&self) -> Option<Need> {
        let waiting = self.report.forged.as_ref()?.waiting.as_ref()?;
        let mut long = waiting
            .iter()
            .filter(|one| self.now.since(one.since) > PATIENCE);
        let first = long.next()?;
        let span = u64::try_from(self.now.since(first.since)).unwrap_or(0);
        // Minutes of days are no news, and change the text each minute.
        let span = span / 3_600 * 3_600;
        let text = self.words.say(
            "need-review",
            [
                ("title", self.words.foreign(&first.pull.title).into()),
                ("span", self.words.span(span).into()),
                ("more", long.count().into()),
            ],
        );
        let link = link(&first.pull.url, &first.repository, first.pull.number);
        Some(match link {
            Some(link) => Need { text, link },
            None => self.need(text, "#next", "link-next"),
        })
    }

    fn over_budget(&self) -> Option<Need> {
        let mut all = self.report.advice.iter();
        let budget = all.find(|one| matches!(one, Advice::Budget { .. }))?;
        Some(self.need(self.advise(budget), "#cost", "link-cost"))
    }
}
