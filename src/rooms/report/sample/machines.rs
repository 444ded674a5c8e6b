//! The machines of the sample: one was down, one not seen, one well.

use crate::model::history::span::{self, Span as Stretch};
use crate::model::history::{Forecast, Judged};
use crate::model::report::facts::{Both, Course, Disk, Machine, Machines, Outlook, Score};
use crate::model::report::machines::{By, Known, Outage, Response};
use crate::model::report::period::{Kind, Span};
use crate::model::time::Timestamp;
use crate::model::uptime::Class;

const DAY: i64 = 86_400;

fn course(from: i64, step: i64, values: impl Iterator<Item = f64>) -> Vec<Course> {
    let one = |(number, value): (i64, f64)| Course {
        at: Timestamp(from + number * step),
        n: 5,
        low: value * 0.8,
        middle: value,
        high: value * 1.6,
    };
    (0..).zip(values).map(one).collect()
}

fn known(node: &str, stretches: &[Stretch]) -> Known {
    let (from, to) = (stretches[0].from, stretches.last().unwrap().to);
    Known {
        node: node.into(),
        shares: span::shares(stretches, from, to),
        stretches: span::within(stretches, from, to),
    }
}

/// All up but for these, in seconds from the start.
fn stretches(span: Span, besides: &[(i64, i64, Class)]) -> Vec<Stretch> {
    let (start, end) = (span.start.0 * 1_000, span.end.0 * 1_000);
    let mut all = Vec::new();
    let mut at = start;
    let mut push = |from: i64, to: i64, class| {
        if from < to {
            all.push(Stretch { from, to, class });
        }
    };
    for (from, to, class) in besides {
        let (from, to) = (start + from * 1_000, start + to * 1_000);
        push(at, from, Class::Up);
        push(from, to, *class);
        at = to;
    }
    push(at, end, Class::Up);
    all
}

/// An outage that began then, in milliseconds from the start.
pub(crate) fn outage(node: &str, check: &str, began_ms: i64, ended_ms: Option<i64>) -> Outage {
    Outage {
        node: node.into(),
        check: check.into(),
        began_ms,
        seen_ms: Some(began_ms + 20),
        ended_ms,
        paused: false,
        by: ended_ms.map(|_| By::Mamori),
        text: "killed by signal 9".into(),
    }
}

#[expect(clippy::too_many_lines, reason = "plain data")]
pub(super) fn machines(kind: Kind, span: Span) -> Machines {
    let start = span.start.0 * 1_000;
    let mut open = outage(
        "mugen",
        "unreachable",
        start + 35_880_000,
        Some(start + 36_420_000),
    );
    open.by = Some(By::Itself);
    open.seen_ms = Some(open.began_ms + 10_000);
    let (step, points) = match kind {
        Kind::Daily => (300, 96),
        Kind::Weekly => (3_600, 168),
        Kind::Monthly => (DAY, 30),
    };
    let response = |base: f64| Response {
        n: 576,
        mean_ms: Some(base + 4.0),
        median_ms: Some(base),
        p95_ms: Some(96.0),
    };
    let wave = |base: f64| move |number: u32| base + f64::from(number % 12);
    let machine = |name: &str, besides: &[(i64, i64, Class)]| Machine {
        known: known(name, &stretches(span, besides)),
        load: course(
            span.start.0,
            step,
            (0..points).map(wave(0.5)).map(|v| v / 8.0),
        ),
        memory: (1_440, 12),
        memory_limit: 10.0,
        ..Machine::default()
    };
    let mut mugen = machine("mugen", &[(35_880, 36_420, Class::Down)]);
    let filling = Outlook {
        days: 30,
        have_days: 30,
        need_days: 10,
        probability: Some(0.93),
        will_cross: true,
        crossing: Some([3, 4, 7].map(|days| Timestamp(span.end.0 + days * DAY))),
    };
    mugen.disks = vec![Disk {
        mount: "/".into(),
        limit: 90.0,
        total: Some(100_000_000_000),
        past: course(
            span.end.0 - 30 * DAY,
            DAY,
            (0..30).map(|day| 54.0 + f64::from(day)),
        ),
        growth: Some(1.0),
        grew: Some(("~/.cache".into(), 2.1e9)),
        used: Some(83.0),
        outlook: filling.clone(),
        outlook_month: filling,
    }];
    let mut laptop = machine("laptop", &[]);
    laptop.disks = vec![Disk {
        mount: "/home".into(),
        limit: 90.0,
        used: Some(61.0),
        past: course(span.end.0 - 9 * DAY, DAY, (0..9).map(|_| 61.0)),
        outlook: Outlook {
            days: 90,
            have_days: 9,
            need_days: 30,
            ..Outlook::default()
        },
        ..Disk::default()
    }];
    let forecast = Forecast {
        made: span.end.0 - 600,
        node: "mugen".into(),
        kind: "disk".into(),
        subject: "/".into(),
        horizon_s: 7 * DAY,
        threshold: Some(90.0),
        probability: Some(0.93),
        will_cross: Some(true),
        eta_s: [Some(3 * DAY), Some(4 * DAY), Some(7 * DAY)],
        ..Forecast::default()
    };
    let days = span.seconds() / DAY;
    Machines {
        nodes: vec![
            laptop,
            mugen,
            machine("pixel", &[(40_000, 50_920, Class::Unknown)]),
        ],
        errors: Both {
            now: Some(4),
            before: Some(5),
        },
        errors_by_day: (0..days)
            .map(|day| (Timestamp(span.start.0 + day * DAY), 1))
            .collect(),
        judged: Both {
            now: Judged {
                samples: 1_500,
                known: 1_440,
                with_problems: 12,
            },
            before: Judged {
                samples: 1_500,
                known: 1_440,
                with_problems: 14,
            },
        },
        response: Both {
            now: response(38.0),
            before: response(37.0),
        },
        response_course: course(span.start.0, step, (0..points).map(wave(36.0))),
        outages: vec![
            outage(
                "pixel",
                "sshd",
                start + 11_520_000,
                Some(start + 11_520_110),
            ),
            open,
        ],
        forecasts: vec![forecast],
        scores: vec![Score {
            what: "disk".into(),
            right: 8,
            judged: 10,
        }],
        ..Machines::default()
    }
}
