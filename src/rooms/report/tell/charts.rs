//! What is drawn: places on the time axis of a period, and each chart of it.

use chrono::{NaiveDate, Timelike as _};

use super::Telling;
use super::incidents::letter;
use super::sentence::name;
use crate::model::history::span;
use crate::model::history::span::Span as Stretch;
use crate::model::report::facts::Course;
use crate::model::report::machines::Uptime;
use crate::model::report::period::{Kind, Span};
use crate::model::report::view::{
    BandPoint, Block, Chart, Day, Drawing, Mark, Part, Point, StripLine, Tick,
};
use crate::model::time::Timestamp;

const HOUR: i64 = 3_600;
const DAY: i64 = 86_400;
/// Rows and marks of a timeline.
const ROWS: usize = 8;
const MARKS: usize = 26;
/// A silence that breaks a line, in steps.
const STEPS: i64 = 3;

impl Telling<'_> {
    /// The whole period, also where it is not over.
    fn axis(&self) -> Span {
        self.report.facts.period.span
    }

    /// Where an instant lies in the period.
    pub(super) fn place(&self, at: Timestamp) -> f64 {
        place(self.axis(), at.0)
    }

    /// The first instants of the days of the period, by our clock.
    pub(super) fn days(&self) -> Vec<(NaiveDate, Span)> {
        let axis = self.axis();
        let period = &self.report.facts.period;
        let mut days: Vec<(NaiveDate, Span)> = Vec::new();
        let mut at = axis.start;
        for date in period
            .first
            .iter_days()
            .take_while(|date| *date < period.next)
        {
            // Days last 23 to 25 hours: the next one is looked for near there.
            let end = self.next_day(date, at).min(axis.end);
            days.push((date, Span { start: at, end }));
            at = end;
        }
        days
    }

    /// The first instant after `date`, which begins at `start`.
    fn next_day(&self, date: NaiveDate, start: Timestamp) -> Timestamp {
        let is_later = |at: i64| self.words.day_of(Timestamp(at)) > date;
        let (mut before, mut after) = (start.0, start.0.saturating_add(2 * DAY));
        while after - before > 1 {
            let middle = before + (after - before) / 2;
            if is_later(middle) {
                after = middle;
            } else {
                before = middle;
            }
        }
        Timestamp(after)
    }

    /// Hours of a day, days of a week, every seventh day of a month.
    pub(super) fn ticks(&self) -> Vec<Tick> {
        let words = self.words;
        let axis = self.axis();
        match self.kind() {
            Kind::Daily => {
                let mut ticks = Vec::new();
                let mut at = axis.start;
                while at < axis.end {
                    let clock = (words.hour_of(at), words.minute_of(at));
                    if clock.1 == 0 && clock.0.is_multiple_of(6) {
                        ticks.push(Tick {
                            at: self.place(at),
                            label: words.time(at),
                        });
                    }
                    at = Timestamp(at.0 + HOUR);
                }
                ticks.push(Tick {
                    at: 1.0,
                    label: "24:00".into(),
                });
                ticks
            }
            // Noon of each: its name stands in its middle.
            Kind::Weekly => {
                let days = self.days();
                let middle = |span: &Span| Timestamp(span.start.0 + span.seconds() / 2);
                let each = days.iter().map(|(date, span)| Tick {
                    at: self.place(middle(span)),
                    label: words.weekday(*date),
                });
                each.collect()
            }
            Kind::Monthly => self.day_ticks(7, |date| words.day(date)),
        }
    }

    fn day_ticks(&self, every: usize, label: impl Fn(NaiveDate) -> String) -> Vec<Tick> {
        let days = self.days();
        let each = days.iter().step_by(every);
        each.map(|(date, span)| Tick {
            at: self.place(span.start),
            label: label(*date),
        })
        .collect()
    }

    /// A day as one strip, a week as seven, a month as a column a day.
    pub(super) fn uptime_chart(&self, one: &Uptime) -> Option<Block> {
        let words = self.words;
        let last = one.stretches.last()?;
        let node = name(&one.node);
        let span = |ms: i64| words.span_ms(u64::try_from(ms).unwrap_or(0));
        let percent = one.percent.map_or_else(
            || {
                words.say(
                    "seen-only",
                    [("percent", words.percent(one.seen_percent).into())],
                )
            },
            |percent| words.uptime(percent),
        );
        let until = last.to;
        let drawing = match self.kind() {
            Kind::Daily => Drawing::Strip {
                lines: vec![StripLine {
                    label: String::new(),
                    parts: parts(&one.stretches, self.axis()),
                }],
                ticks: self.ticks(),
            },
            Kind::Weekly => Drawing::Strip {
                lines: self.strip_days(&one.stretches, until),
                ticks: [0, 6, 12, 18, 24].map(hour_tick).into(),
            },
            Kind::Monthly => Drawing::Days {
                days: self.day_shares(&one.stretches, until),
            },
        };
        Some(Block::Chart(Chart {
            id: format!("uptime-{}", super::part_of_id(&one.node)),
            title: node,
            description: words.say(
                "describe-uptime",
                [
                    ("uptime", percent.into()),
                    ("down", span(one.shares.down_ms).into()),
                    ("unknown", span(one.shares.unknown_ms).into()),
                ],
            ),
            drawing,
            table: None,
        }))
    }

    fn strip_days(&self, stretches: &[Stretch], until: i64) -> Vec<StripLine> {
        let begun = |day: &&(NaiveDate, Span)| day.1.start.0.saturating_mul(1_000) < until;
        let days = self.days();
        let each = days.iter().filter(begun).map(|(date, day)| StripLine {
            label: self.words.weekday(*date),
            parts: parts(stretches, *day),
        });
        each.collect()
    }

    fn day_shares(&self, stretches: &[Stretch], until: i64) -> Vec<Day> {
        let days = self.days();
        let each = days.iter().map(|(date, day)| {
            let (from, to) = (
                day.start.0.saturating_mul(1_000),
                day.end.0.saturating_mul(1_000).min(until),
            );
            let shares = span::shares(stretches, from.min(to), to);
            let whole = day.seconds().saturating_mul(1_000).max(1);
            Day {
                label: self.words.day(*date),
                up: part(shares.up_ms, whole),
                down: part(shares.down_ms, whole),
                unknown: part(shares.unknown_ms, whole),
                paused: part(shares.paused_ms, whole),
            }
        });
        each.collect()
    }

    /// Response times: the median, and what most lie between.
    pub(super) fn response_chart(&self) -> Option<Block> {
        let words = self.words;
        let known = self.report.facts.machines.as_ref()?;
        let course = &known.response_course;
        if course.len() < 2 {
            return None;
        }
        let now = known.response.now;
        let shown = |ms: Option<f64>| ms.map_or_else(|| "-".to_owned(), |ms| words.response(ms));
        let highest = course.iter().map(|one| one.high).fold(0.0, f64::max);
        Some(Block::Chart(Chart {
            id: "response".into(),
            // Of old probes only sums are kept.
            title: words.word(match now.median_ms {
                Some(_) => "chart-response",
                None => "chart-response-mean",
            }),
            description: words.say(
                match now.median_ms {
                    Some(_) => "describe-response",
                    None => "describe-response-mean",
                },
                [
                    ("median", shown(now.median_ms.or(now.mean_ms)).into()),
                    ("p95", shown(now.p95_ms).into()),
                    ("highest", words.response(highest).into()),
                ],
            ),
            drawing: Drawing::Band {
                points: self.band(course),
                ticks: self.ticks(),
            },
            table: None,
        }))
    }

    /// The values of a course as a band, broken where nobody looked.
    fn band(&self, course: &[Course]) -> Vec<BandPoint> {
        let step = step(course);
        let mut before: Option<Timestamp> = None;
        let each = course.iter().map(|one| {
            let gap = before.is_some_and(|before| one.at.since(before) > STEPS * step);
            before = Some(one.at);
            BandPoint {
                at: self.place(one.at),
                low: one.low,
                middle: one.middle,
                high: one.high,
                gap,
            }
        });
        each.collect()
    }

    /// The means of a course as a line.
    pub(super) fn line(&self, course: &[Course]) -> Vec<Point> {
        let band = self.band(course).into_iter();
        let point = |one: BandPoint| Point {
            at: one.at,
            value: one.middle,
            gap: one.gap,
        };
        band.map(point).collect()
    }

    /// What happened in which order.
    pub(super) fn timeline(&self) -> Option<Block> {
        let words = self.words;
        let machines = self.report.machines.as_ref()?;
        let all = &machines.outages;
        if all.len() < 2 {
            return None;
        }
        let mut rows: Vec<&str> = all.iter().map(|one| one.node.as_str()).collect();
        rows.sort_unstable();
        rows.dedup();
        rows.truncate(ROWS);
        let end = self.report.facts.span.end.0.saturating_mul(1_000);
        let marks = all
            .iter()
            .enumerate()
            .take(MARKS)
            .filter_map(|(number, one)| {
                let row = rows.iter().position(|row| *row == one.node)?;
                let ended = one.ended_ms.unwrap_or(end).min(end);
                Some(Mark {
                    row,
                    from: self.place(Timestamp(one.began_ms.div_euclid(1_000))),
                    to: self.place(Timestamp(ended.div_euclid(1_000))),
                    letter: letter(number),
                })
            });
        Some(Block::Chart(Chart {
            id: "timeline".into(),
            title: words.word("chart-timeline"),
            description: words.say(
                "describe-timeline",
                [("n", all.len().into()), ("nodes", rows.len().into())],
            ),
            drawing: Drawing::Timeline {
                marks: marks.collect(),
                rows: rows.into_iter().map(name).collect(),
                ticks: self.ticks(),
            },
            table: None,
        }))
    }
}

/// Where an instant lies in a span, 0 to 1.
pub(super) fn place(span: Span, at: i64) -> f64 {
    part(at.saturating_sub(span.start.0), span.seconds().max(1)).clamp(0.0, 1.0)
}

/// `part` of `whole`, to a hundred-thousandth: what is drawn has no more.
#[expect(clippy::cast_precision_loss, reason = "places in a drawing")]
fn part(part: i64, whole: i64) -> f64 {
    (part as f64 / whole as f64 * 1e5).round() / 1e5
}

fn parts(stretches: &[Stretch], axis: Span) -> Vec<Part> {
    let (start, end) = (
        axis.start.0.saturating_mul(1_000),
        axis.end.0.saturating_mul(1_000),
    );
    let whole = end.saturating_sub(start).max(1);
    let mut all = Vec::new();
    for one in stretches {
        let (from, to) = (one.from.max(start), one.to.min(end));
        if from < to {
            all.push(Part {
                from: part(from.saturating_sub(start), whole),
                to: part(to.saturating_sub(start), whole),
                class: one.class,
            });
        }
    }
    all
}

fn hour_tick(hour: u32) -> Tick {
    Tick {
        at: f64::from(hour) / 24.0,
        label: format!("{hour:02}:00"),
    }
}

/// The usual distance of values.
fn step(course: &[Course]) -> i64 {
    let pairs = course.iter().zip(course.iter().skip(1));
    let mut steps: Vec<i64> = pairs.map(|(a, b)| b.at.since(a.at)).collect();
    steps.sort_unstable();
    steps.get(steps.len() / 2).copied().unwrap_or(HOUR).max(60)
}

impl super::Words<'_> {
    fn hour_of(&self, at: Timestamp) -> u32 {
        self.local(at).hour()
    }

    fn minute_of(&self, at: Timestamp) -> u32 {
        self.local(at).minute()
    }
}
