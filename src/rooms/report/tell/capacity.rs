//! What disks will need, and when.

use super::charts::place;
use super::sentence::name;
use super::trends::plain;
use super::{Telling, muted, section, text};
use crate::model::report::facts::{Course, Disk};
use crate::model::report::period::Span;
use crate::model::report::view::{
    BandPoint, Block, Cell, Chart, Drawing, Point, Section, Table, Tick,
};
use crate::model::time::Timestamp;

const DAY: i64 = 86_400;
/// Disks in the table.
const LISTED: usize = 10;
/// Disks that are drawn: those that will be full first.
const DRAWN: usize = 4;

impl Telling<'_> {
    pub(super) fn capacity(&self) -> Section {
        let words = self.words;
        let heading = words.word("heading-capacity");
        let Some(known) = &self.report.facts.machines else {
            return section("forecasts", heading, vec![text(self.unknown(&["history"]))]);
        };
        let mut disks: Vec<(&str, &Disk)> = Vec::new();
        for node in &known.nodes {
            disks.extend(
                node.disks
                    .iter()
                    .map(|disk| (node.known.node.as_str(), disk)),
            );
        }
        // Those that will be full first, then those of which nothing is known.
        disks.sort_by(|a, b| {
            let key = |disk: &Disk| {
                let crossing = disk.outlook.crossing.filter(|_| disk.outlook.will_cross);
                let unknown = disk.outlook.probability.is_none();
                (crossing.map_or(i64::MAX, |at| at[1].0), unknown)
            };
            key(a.1).cmp(&key(b.1)).then_with(|| a.0.cmp(b.0))
        });
        if disks.is_empty() {
            return section("forecasts", heading, vec![text(words.word("no-disks"))]);
        }
        let left = disks.len().saturating_sub(LISTED);
        let rows = disks.iter().take(LISTED).map(|(node, disk)| {
            let used = disk.used;
            let used = used.map_or_else(|| "-".to_owned(), |used| words.percent(used));
            let place = words.say(
                "node-mount",
                [
                    ("node", name(node).into()),
                    ("mount", name(&disk.mount).into()),
                ],
            );
            vec![
                Cell {
                    text: place,
                    spark: spark(&disk.past),
                },
                plain(used),
                plain(self.outlook(disk)),
            ]
        });
        let mut blocks = vec![Block::Table(Table {
            caption: words.word("capacity-caption"),
            columns: vec![
                self.column("column-disk", false),
                self.column("column-used", true),
                self.column("column-outlook", false),
            ],
            rows: rows.collect(),
            more: (left > 0).then(|| words.say("and-more", [("n", left.into())])),
        })];
        let crossing = disks.iter().filter(|(_, disk)| disk.outlook.will_cross);
        let charts = crossing.take(DRAWN);
        blocks.extend(charts.filter_map(|(node, disk)| self.ahead_chart(node, disk)));
        if let Some(line) = self.scores() {
            blocks.push(muted(line));
        }
        section("forecasts", heading, blocks)
    }

    /// `90 % between 9 and 16 Dec`, `stays under 90 % (98 %)`, or how much is
    /// missing to tell.
    pub(super) fn outlook(&self, disk: &Disk) -> String {
        let words = self.words;
        let outlook = &disk.outlook;
        let limit = words.percent(disk.limit);
        let Some(chance) = outlook.probability else {
            return words.say(
                "not-enough-data",
                [
                    ("have", outlook.have_days.to_string().into()),
                    ("need", outlook.need_days.to_string().into()),
                ],
            );
        };
        let date = |at: Timestamp| words.short_date(words.day_of(at));
        let likely = words.percent((chance * 100.0).round());
        match outlook.crossing.filter(|_| outlook.will_cross) {
            Some([early, _, late]) if date(early) == date(late) => words.say(
                "reaches-on",
                [
                    ("limit", limit.into()),
                    ("date", date(early).into()),
                    ("chance", likely.into()),
                ],
            ),
            Some([early, _, late]) => words.say(
                "reaches-between",
                [
                    ("limit", limit.into()),
                    ("early", date(early).into()),
                    ("late", date(late).into()),
                    ("chance", likely.into()),
                ],
            ),
            None => {
                let stays = words.percent(((1.0 - chance) * 100.0).floor());
                words.say(
                    "stays-under",
                    [
                        ("limit", limit.into()),
                        ("chance", stays.into()),
                        ("days", outlook.days.to_string().into()),
                    ],
                )
            }
        }
    }

    /// The drawing of the disk that is full first.
    pub(super) fn first_to_fill(&self) -> Option<Block> {
        let known = self.report.facts.machines.as_ref()?;
        let disks = known.nodes.iter().flat_map(|node| {
            let crossing = node.disks.iter().filter(|disk| disk.outlook.will_cross);
            crossing.map(|disk| (node.known.node.as_str(), disk))
        });
        let when = |disk: &Disk| disk.outlook.crossing.map_or(i64::MAX, |at| at[1].0);
        let (node, disk) = disks.min_by_key(|(node, disk)| (when(disk), *node))?;
        self.ahead_chart(node, disk)
    }

    /// The past of a disk and when it is full.
    fn ahead_chart(&self, node: &str, disk: &Disk) -> Option<Block> {
        let words = self.words;
        let first = disk.past.first()?;
        let last = disk.past.last()?;
        let [early, likely, late] = disk.outlook.crossing?;
        let axis = Span {
            start: first.at,
            end: late.max(Timestamp(last.at.0.saturating_add(DAY))),
        };
        let at = |at: Timestamp| place(axis, at.0);
        let now = at(last.at);
        // Straight to the limit: early above, late below.
        let reached = |by: Timestamp, to: Timestamp| {
            #[expect(clippy::cast_precision_loss, reason = "places in a drawing")]
            let share = by.since(last.at) as f64 / to.since(last.at).max(1) as f64;
            last.middle + (disk.limit - last.middle) * share.clamp(0.0, 1.5)
        };
        let most = 100.0_f64;
        let ahead = [last.at, early, likely, late].map(|by| BandPoint {
            at: at(by),
            low: reached(by, late).min(most),
            middle: reached(by, likely).min(most),
            high: reached(by, early).min(most),
            gap: false,
        });
        let past = disk.past.iter().map(|one| Point {
            at: at(one.at),
            value: one.middle,
            gap: false,
        });
        let limit = words.percent(disk.limit);
        let ticks = [first.at, last.at, likely].map(|by| Tick {
            at: at(by),
            label: words.day(words.day_of(by)),
        });
        Some(Block::Chart(Chart {
            id: format!(
                "disk-{}-{}",
                super::part_of_id(node),
                super::part_of_id(&disk.mount)
            ),
            title: words.say(
                "chart-disk",
                [
                    ("node", name(node).into()),
                    ("mount", name(&disk.mount).into()),
                ],
            ),
            description: words.say(
                "describe-disk",
                [
                    ("used", words.percent(last.middle).into()),
                    ("limit", limit.clone().into()),
                    ("early", words.short_date(words.day_of(early)).into()),
                    ("late", words.short_date(words.day_of(late)).into()),
                ],
            ),
            drawing: Drawing::Ahead {
                past: past.collect(),
                ahead: ahead.into(),
                limit: disk.limit,
                limit_label: words.say("limit", [("limit", limit.into())]),
                now,
                now_label: words.day(words.day_of(last.at)),
                ticks: ticks.into(),
            },
            table: None,
        }))
    }
}

/// At most thirty values, the newest last.
fn spark(past: &[Course]) -> Vec<f64> {
    let every = past.len().div_ceil(30).max(1);
    let newest = past.iter().rev().step_by(every).take(30);
    let mut values: Vec<f64> = newest
        .map(|one| (one.middle * 10.0).round() / 10.0)
        .collect();
    values.reverse();
    // A dot says nothing.
    if values.len() < 2 {
        values.clear();
    }
    values
}
