//! What is foreseen, and how right that was.

use super::sentence::name;
use super::{Telling, muted, text};
use crate::model::history::Forecast;
use crate::model::report::facts::Disk;
use crate::model::report::view::{Block, Item};
use crate::model::time::Timestamp;

/// Forecasts that are told one by one.
const TOLD: usize = 10;
/// Fewer scored forecasts have no rate: the counts stand alone.
const SCORED: u64 = 10;

impl Telling<'_> {
    /// What is foreseen, the likeliest first.
    pub(super) fn forecasts(&self) -> Vec<Block> {
        let words = self.words;
        let Some(known) = &self.report.facts.machines else {
            return Vec::new();
        };
        let mut blocks = vec![Block::Heading {
            id: Some("forecasts".into()),
            text: words.word("forecasts"),
        }];
        // Of disks everything here says what their outlook says.
        let disks = known.nodes.iter().flat_map(|node| {
            let all = node.disks.iter();
            all.map(|disk| (node.known.node.as_str(), disk))
        });
        let foreseen: Vec<(&str, &Disk)> = disks
            .filter(|(_, disk)| disk.outlook.probability.is_some())
            .collect();
        let others = known.forecasts.iter().filter(|one| one.kind != "disk");
        let others: Vec<&Forecast> = others.collect();
        let filling = foreseen.iter().filter(|(_, disk)| disk.outlook.will_cross);
        let filling = filling.map(|(node, disk)| self.filling(node, disk));
        let others_told = others.iter().filter(|one| one.will_cross == Some(true));
        let others_told = others_told.map(|one| self.forecast(one));
        let items: Vec<Item> = filling
            .chain(others_told)
            .take(TOLD)
            .map(|text| Item {
                text,
                ..Item::default()
            })
            .collect();
        let all = foreseen.len() + others.len();
        if all == 0 {
            blocks.push(text(words.word("no-forecasts")));
        } else if items.is_empty() {
            blocks.push(text(words.say("all-calm", [("n", all.into())])));
        } else {
            blocks.push(Block::Items {
                ordered: false,
                items,
            });
        }
        blocks.extend(self.first_to_fill());
        if let Some(line) = self.scores() {
            blocks.push(muted(line));
        }
        blocks
    }

    fn filling(&self, node: &str, disk: &Disk) -> String {
        self.words.say(
            "forecast-disk",
            [
                ("node", name(node).into()),
                ("what", self.target(&format!("disk:{}", disk.mount)).into()),
                ("outlook", self.outlook(disk).into()),
            ],
        )
    }

    fn forecast(&self, one: &Forecast) -> String {
        let words = self.words;
        let at = |seconds: Option<i64>| {
            let at = Timestamp(one.made.saturating_add(seconds?));
            let near = seconds? < 2 * 86_400;
            let date = words.short_date(words.day_of(at));
            Some(if near {
                format!("{date} {}", words.time(at))
            } else {
                date
            })
        };
        let chance = words.percent((one.probability.unwrap_or(0.0) * 100.0).round());
        let what = match one.kind.as_str() {
            "memory" => words.word("memory"),
            _ => self.target(&one.subject),
        };
        let limit = words.percent(one.threshold.unwrap_or(0.0));
        let node = name(&one.node);
        let [early, _, late] = one.eta_s;
        match (one.kind.as_str(), at(early), at(late)) {
            ("service", ..) => words.say(
                "forecast-service",
                [
                    ("node", node.into()),
                    ("what", what.into()),
                    ("chance", chance.into()),
                ],
            ),
            (_, Some(early), Some(late)) => words.say(
                "forecast-between",
                [
                    ("node", node.into()),
                    ("what", what.into()),
                    ("limit", limit.into()),
                    ("early", early.into()),
                    ("late", late.into()),
                    ("chance", chance.into()),
                ],
            ),
            _ => words.say(
                "forecast-some-time",
                [
                    ("node", node.into()),
                    ("what", what.into()),
                    ("limit", limit.into()),
                    ("chance", chance.into()),
                ],
            ),
        }
    }

    /// How right earlier forecasts were, kind by kind.
    pub(super) fn scores(&self) -> Option<String> {
        let words = self.words;
        let scores = &self.report.facts.machines.as_ref()?.scores;
        let each = scores.iter().filter(|one| one.judged > 0).map(|one| {
            #[expect(clippy::cast_precision_loss, reason = "a share")]
            let percent = words.percent(100.0 * one.right as f64 / one.judged as f64);
            let what = match one.what.as_str() {
                "disk" => words.word("disk"),
                "memory" => words.word("memory"),
                _ => words.word("services"),
            };
            // Of few there is no rate.
            let id = if one.judged < SCORED {
                "scored-few"
            } else {
                "scored"
            };
            words.say(
                id,
                [
                    ("what", what.into()),
                    ("right", words.count(one.right).into()),
                    ("judged", words.count(one.judged).into()),
                    ("percent", percent.into()),
                ],
            )
        });
        let list: Vec<String> = each.collect();
        (!list.is_empty()).then(|| words.say("scores", [("list", words.list(&list).into())]))
    }
}
