//! Recommendations: a sentence for each rule that holds.

use super::sentence::name;
use super::{Telling, muted, section, text};
use crate::model::report::period::Kind;
use crate::model::report::view::{Block, Item, Section};
use crate::model::text::{clean, cut};
use crate::rooms::report::figures::advice::Advice;

/// So many at most.
const PRINTED: usize = 5;
/// Columns of a folder's path.
const PATH: usize = 80;
/// How many rules there are.
const RULES: usize = 12;

impl Telling<'_> {
    pub(super) fn recommendations(&self) -> Section {
        let words = self.words;
        let all = &self.report.advice;
        let heading = words.word("heading-recommendations");
        let silent = self.silent();
        if all.is_empty() {
            let none = words.say("no-advice", [("rules", RULES.to_string().into())]);
            let mut blocks = vec![text(none)];
            blocks.extend(silent);
            return section("recommendations", heading, blocks);
        }
        let items = all.iter().take(PRINTED).map(|one| Item {
            id: Some(format!("rule-{}", one.rule())),
            text: self.advise(one),
            ..Item::default()
        });
        let mut blocks = vec![Block::Items {
            ordered: true,
            items: items.collect(),
        }];
        let left = all.len().saturating_sub(PRINTED);
        if left > 0 {
            blocks.push(muted(words.say("and-more", [("n", left.into())])));
        }
        blocks.extend(silent);
        section("recommendations", heading, blocks)
    }

    /// Which rules could not be asked, and why.
    fn silent(&self) -> Vec<Block> {
        let words = self.words;
        let mut all = Vec::new();
        if self.report.machines.is_none() {
            let why = self.why(&["history"]);
            all.push(muted(words.say("silent-machines", [("why", why.into())])));
        }
        if self
            .report
            .forged
            .as_ref()
            .is_none_or(|forged| forged.merged.now.is_none())
        {
            let why = self.why(&["gh"]);
            all.push(muted(words.say("silent-forge", [("why", why.into())])));
        }
        all
    }

    /// The sentence of a rule, with the figures it rests on.
    #[must_use]
    #[expect(
        clippy::too_many_lines,
        reason = "a line or two for each of twelve rules"
    )]
    pub fn advise(&self, one: &Advice) -> String {
        let words = self.words;
        let rule = format!("rule-{}", one.rule());
        let say = |id: &str, arguments| words.say::<7>(id, arguments);
        match one {
            Advice::Free {
                node,
                mount,
                bytes,
                before,
                used,
                grew,
                a_day,
            } => {
                let (id, path, a_day) = match grew {
                    Some((path, bytes)) => ("rule-1-folder", cut(&clean(path), PATH, "…"), *bytes),
                    None => ("rule-1", name(mount), *a_day),
                };
                say(
                    id,
                    [
                        ("node", name(node).into()),
                        ("mount", name(mount).into()),
                        ("size", words.gigabytes(*bytes).into()),
                        ("date", words.short_date(words.day_of(*before)).into()),
                        ("path", path.into()),
                        ("grown", words.gigabytes(a_day).into()),
                        ("used", words.percent(used.round()).into()),
                    ],
                )
            }
            Advice::Memory {
                node,
                percent,
                samples,
                limit,
            } => words.say(
                &rule,
                [
                    ("node", name(node).into()),
                    ("percent", words.percent(*percent).into()),
                    ("samples", words.count(*samples).into()),
                    ("limit", words.percent(*limit).into()),
                ],
            ),
            Advice::Restarted {
                node,
                check,
                times,
                last,
            } => words.say(
                &rule,
                [
                    ("node", name(node).into()),
                    ("what", self.target(check).into()),
                    ("n", times.to_string().into()),
                    ("last", words.foreign(last).into()),
                ],
            ),
            Advice::GivenUp {
                node,
                check,
                tries,
                from,
                until,
                needed,
            } => {
                let at = |at| words.moment(at, Kind::Weekly);
                let needed = needed.trim();
                let needed = if needed.is_empty() {
                    words.word("needed-unknown")
                } else {
                    words.foreign(needed)
                };
                let id = match until {
                    Some(_) => "rule-4",
                    None => "rule-4-open",
                };
                words.say(
                    id,
                    [
                        ("node", name(node).into()),
                        ("what", self.target(check).into()),
                        ("n", tries.to_string().into()),
                        ("from", at(*from).into()),
                        ("until", until.map(at).unwrap_or_default().into()),
                        ("needed", needed.into()),
                    ],
                )
            }
            Advice::Unseen {
                node,
                seconds,
                slept,
            } => {
                let id = match slept {
                    Some(true) => "rule-5-slept",
                    Some(false) => "rule-5-stopped",
                    None => "rule-5",
                };
                let arguments = [
                    ("node", name(node).into()),
                    ("span", words.span(*seconds).into()),
                ];
                words.say(id, arguments)
            }
            Advice::Noisy {
                node,
                check,
                times,
                median_ms,
            } => words.say(
                &rule,
                [
                    ("node", name(node).into()),
                    ("what", self.target(check).into()),
                    ("n", times.to_string().into()),
                    ("median", words.span_ms(*median_ms).into()),
                ],
            ),
            Advice::Late {
                check,
                median_ms,
                n,
                key,
                every_s,
            } => words.say(
                &rule,
                [
                    ("what", self.target(check).into()),
                    ("median", words.span_ms(*median_ms).into()),
                    ("n", n.to_string().into()),
                    ("key", (*key).into()),
                    ("old", words.span(*every_s).into()),
                    ("new", words.span((every_s / 2).max(1)).into()),
                ],
            ),
            Advice::Unreviewed { without, of } => words.say(
                &rule,
                [
                    ("n", words.count(*without).into()),
                    ("of", words.count(*of).into()),
                ],
            ),
            Advice::Waiting {
                median_s,
                n,
                oldest,
            } => {
                let (number, age) = oldest.unwrap_or_default();
                let id = match oldest {
                    Some(_) => "rule-9-open",
                    None => "rule-9",
                };
                let age = words.days(i64::try_from(age).unwrap_or(0));
                words.say(
                    id,
                    [
                        ("median", words.span(*median_s).into()),
                        ("n", n.to_string().into()),
                        ("number", number.to_string().into()),
                        ("age", age.into()),
                    ],
                )
            }
            Advice::Reverted { numbers, of } => {
                let ids: Vec<String> = numbers.iter().map(|number| format!("#{number}")).collect();
                words.say(
                    &rule,
                    [
                        ("n", numbers.len().to_string().into()),
                        ("of", words.count(*of).into()),
                        ("ids", words.list(&ids).into()),
                    ],
                )
            }
            Advice::Budget {
                projected,
                budget,
                most,
            } => {
                let (agent, model, percent) = most.clone().unwrap_or_default();
                let spent = self.report.cost.as_ref().and_then(|cost| cost.dollars);
                let past = spent.is_some_and(|spent| spent > *budget);
                // What is spent already is no forecast.
                let sum = spent.filter(|_| past).unwrap_or(*projected);
                let over = if self.report.facts.complete || past {
                    "yes"
                } else {
                    "no"
                };
                let id = match most {
                    Some(_) => "rule-11-most",
                    None => "rule-11",
                };
                words.say(
                    id,
                    [
                        ("sum", words.dollars(sum).into()),
                        ("budget", words.dollars(*budget).into()),
                        ("over", over.into()),
                        ("agent", name(&agent).into()),
                        ("model", name(&model).into()),
                        ("percent", words.percent(percent.round()).into()),
                    ],
                )
            }
            Advice::Milestone {
                title,
                ends,
                pace,
                late_days,
                issues,
            } => words.say(
                &rule,
                [
                    ("title", words.foreign(title).into()),
                    ("date", words.short_date(words.day_of(*ends)).into()),
                    ("pace", format!("{pace:.2}").into()),
                    ("days", words.count(*late_days).into()),
                    ("n", (*issues).into()),
                ],
            ),
        }
    }
}
