//! Drawings of every form for a sample report.

use mamori::model::report::view::{
    BandPoint, Block, Day, Drawing, Mark, Part, Point, Series, Stack, StripLine, Tick,
};
use mamori::model::uptime::Class;

use super::view::{Language, chart, table};

/// Something that goes up and down, the same each time.
pub fn wave(count: u32, pace: f64) -> Vec<f64> {
    let at = |at: u32| f64::from(at);
    (0..count)
        .map(|x| 40.0 + 18.0 * (at(x) / pace).sin() + 7.0 * (at(x) * 1.7).sin())
        .collect()
}

fn part(of: u32, count: u32) -> f64 {
    f64::from(of) / f64::from(count)
}

pub fn hours() -> Vec<Tick> {
    (0..=4)
        .map(|at| Tick {
            at: part(at, 4),
            label: format!("{:02}:00", at * 6),
        })
        .collect()
}

fn days(language: Language) -> Vec<String> {
    let names = match language {
        Language::En => [
            "Mon 16", "Tue 17", "Wed 18", "Thu 19", "Fri 20", "Sat 21", "Sun 22",
        ],
        Language::Ja => [
            "16(月)", "17(火)", "18(水)", "19(木)", "20(金)", "21(土)", "22(日)",
        ],
    };
    names.map(str::to_owned).to_vec()
}

fn week(language: Language) -> Vec<Tick> {
    days(language)
        .into_iter()
        .zip(0..)
        .map(|(label, at)| Tick {
            at: (part(at, 7)) + 0.5 / 7.0,
            label,
        })
        .collect()
}

pub fn line(label: &str, parts: &[(f64, f64, Class)]) -> StripLine {
    let part = |&(from, to, class)| Part { from, to, class };
    StripLine {
        label: label.to_owned(),
        parts: parts.iter().map(part).collect(),
    }
}

/// Uptime of a day, of a week, of a month.
pub fn strips(language: Language) -> Vec<Block> {
    let of = |en, ja| language.of(en, ja);
    let day = |id: &str, title: String, description: String, parts: &[(f64, f64, Class)]| {
        let lines = vec![line("", parts)];
        let drawing = Drawing::Strip {
            lines,
            ticks: hours(),
        };
        Block::Chart(chart(id, title, description, drawing))
    };
    let broken: Vec<StripLine> = days(language)
        .iter()
        .zip(0_u32..)
        .map(|(label, at)| {
            let from = 0.1 * part(at, 1) + 0.05;
            line(
                label,
                &[
                    (0.0, from, Class::Up),
                    (from, from + 0.01 * part(at, 1), Class::Down),
                    (from + 0.01 * part(at, 1), 0.8, Class::Up),
                    (
                        0.8,
                        1.0,
                        if at == 5 {
                            Class::Unknown
                        } else if at == 6 {
                            Class::Paused
                        } else {
                            Class::Up
                        },
                    ),
                ],
            )
        })
        .collect();
    let month = (1..=30_u32)
        .map(|at| Day {
            label: format!("{at}"),
            up: if at == 12 { 0.7 } else { 0.95 },
            down: if at % 9 == 3 { 0.05 } else { 0.0 },
            unknown: if at == 12 { 0.2 } else { 0.0 },
            paused: if at > 27 { 0.05 } else { 0.0 },
        })
        .collect();
    vec![
        day(
            "uptime-mugen",
            of("mugen: uptime", "mugen: 稼働"),
            of("99.37 % up, down 9 min", "稼働率99.37%、停止9分"),
            &[
                (0.0, 0.4, Class::Up),
                (0.4, 0.406, Class::Down),
                (0.406, 1.0, Class::Up),
            ],
        ),
        day(
            "uptime-pixel",
            of("pixel: uptime", "pixel: 稼働"),
            of(
                "100.00 % up, unknown 3 h 02 min",
                "稼働率100.00%、不明3時間2分",
            ),
            &[
                (0.0, 0.45, Class::Up),
                (0.45, 0.58, Class::Unknown),
                (0.58, 0.85, Class::Up),
                (0.85, 1.0, Class::Paused),
            ],
        ),
        Block::Chart(chart(
            "uptime-week",
            of("mugen: the week", "mugen: この1週間"),
            of("99.10 % up, down 1 h 30 min", "稼働率99.10%、停止1時間30分"),
            Drawing::Strip {
                lines: broken,
                ticks: hours(),
            },
        )),
        Block::Chart(chart(
            "uptime-month",
            of("mugen: the month", "mugen: この1か月"),
            of(
                "98.20 % up, down 12 h 57 min",
                "稼働率98.20%、停止12時間57分",
            ),
            Drawing::Days { days: month },
        )),
        Block::Chart(timeline(language)),
    ]
}

fn timeline(language: Language) -> mamori::model::report::view::Chart {
    let of = |en, ja| language.of(en, ja);
    let mark = |row, from, to, letter: &str| Mark {
        row,
        from,
        to,
        letter: letter.to_owned(),
    };
    let mut chart = chart(
        "incidents",
        of("Incidents of the day", "この日の障害"),
        of("2 incidents of pixel, 1 of mugen", "pixel 2件、mugen 1件"),
        Drawing::Timeline {
            rows: vec!["pixel".to_owned(), of("mugen", "無限サーバー")],
            marks: vec![
                mark(0, 0.13, 0.13, "A"),
                mark(0, 0.14, 0.2, "C"),
                mark(1, 0.41, 0.43, "B"),
            ],
            ticks: hours(),
        },
    );
    chart.table = Some(table(
        &of("Incidents", "障害"),
        &[
            of("Incident", "障害").as_str(),
            of("Back after", "復帰まで").as_str(),
        ],
        &[&["A", "0.11 s"], &["B", "9 min"], &["C", "1 h 20 min"]],
    ));
    chart
}

pub fn band(count: u32) -> Vec<BandPoint> {
    let silent = count / 2..count * 9 / 16;
    wave(count, 14.0)
        .into_iter()
        .zip(0..)
        .filter(|(_, at)| !silent.contains(at))
        .map(|(middle, at)| BandPoint {
            at: part(at, count),
            low: middle * 0.6,
            middle,
            high: middle * 1.7,
            gap: at == silent.end,
        })
        .collect()
}

pub fn series(name: &str, count: u32, pace: f64) -> Series {
    let point = |(value, at)| Point {
        at: part(at, count),
        value: value / 20.0,
        gap: false,
    };
    Series {
        name: name.to_owned(),
        points: wave(count, pace).into_iter().zip(0..).map(point).collect(),
    }
}

pub fn stack(name: &str, values: &[f64]) -> Stack {
    Stack {
        name: name.to_owned(),
        values: values.to_vec(),
    }
}

fn costs(language: Language) -> Drawing {
    let of = |en, ja| language.of(en, ja);
    Drawing::Bars {
        groups: days(language),
        series: vec![
            stack("Claude Code", &[3.0, 6.8, 2.0, 0.0, 4.1, 1.2, 0.4]),
            stack("Codex", &[1.0, 2.2, 1.4, 0.0, 0.9, 0.0, 0.2]),
            stack("Gemini", &[0.0, 0.4, 0.8, 0.0, 0.9, 0.3, 0.0]),
            stack(&of("other", "その他"), &[0.3, 0.2, 0.5, 0.0, 0.2, 0.1, 0.1]),
        ],
        totals: ["$4.30", "$9.60", "$4.70", "$0", "$6.10", "$1.60", "$0.70"]
            .map(str::to_owned)
            .to_vec(),
    }
}

fn disk(language: Language) -> Drawing {
    let of = |en, ja| language.of(en, ja);
    let past = (0..60_u32).map(|at| Point {
        at: part(at, 100),
        value: 60.0 + 0.4 * f64::from(at) + (f64::from(at)).sin(),
        gap: at == 20,
    });
    let ahead = (60..=100_u32).map(|at| {
        let over = f64::from(at - 60);
        let middle = 84.0 + 0.2 * over;
        BandPoint {
            at: part(at, 100),
            low: middle - 0.15 * over,
            middle,
            high: middle + 0.2 * over,
            gap: false,
        }
    });
    Drawing::Ahead {
        past: past.collect(),
        ahead: ahead.collect(),
        limit: 90.0,
        limit_label: of("limit 90 %", "上限 90%"),
        now: 0.595,
        now_label: of("today", "今日"),
        ticks: [
            (0.0, "1 Oct"),
            (0.3, "1 Nov"),
            (0.6, "20 Nov"),
            (1.0, "31 Dec"),
        ]
        .map(|(at, label)| Tick {
            at,
            label: label.to_owned(),
        })
        .to_vec(),
    }
}

/// The other forms.
pub fn trends(language: Language) -> Vec<Block> {
    let of = |en, ja| language.of(en, ja);
    let repairs = Drawing::Dots {
        points: [
            (0.1, 9.0),
            (0.3, 0.1),
            (0.32, 31.0),
            (0.7, 4.0),
            (0.71, 6.0),
            (0.95, 12.0),
        ]
        .map(|(at, value)| Point {
            at,
            value,
            gap: false,
        })
        .to_vec(),
        ticks: week(language),
    };
    let load = ["mugen", "pixel", "laptop"].iter().zip([9.0, 13.0, 21.0]);
    let load = Drawing::Lines {
        series: load.map(|(name, pace)| series(name, 168, pace)).collect(),
        ticks: week(language),
    };
    let mut response = chart(
        "response",
        of("Response time (ms)", "応答時間 (ms)"),
        of(
            "median 38 ms, p95 96 ms, 4 032 probes",
            "中央値38 ms、p95 96 ms、4,032回",
        ),
        Drawing::Band {
            points: band(168),
            ticks: week(language),
        },
    );
    response.table = Some(table(
        &of("Response time (ms)", "応答時間 (ms)"),
        &[
            of("Day", "日").as_str(),
            of("median", "中央値").as_str(),
            "p95",
        ],
        &[
            &["16", "38", "96"],
            &["17", "37", "90"],
            &["18", "41", "102"],
        ],
    ));
    let nothing = Drawing::Lines {
        series: Vec::new(),
        ticks: hours(),
    };
    vec![
        Block::Chart(response),
        Block::Chart(chart(
            "load",
            of("Load by node", "ノード別の負荷"),
            of("highest 3.2 on mugen", "最大3.2 (mugen)"),
            load,
        )),
        Block::Chart(chart(
            "cost",
            of("Cost, API-equivalent (US dollars)", "API換算費用（ドル）"),
            of("$27.00 in the week", "1週間で $27.00"),
            costs(language),
        )),
        Block::Chart(chart(
            "repair",
            of("Time to repair (min)", "復旧までの時間（分）"),
            of("6 incidents, longest 31 min", "障害6件、最長31分"),
            repairs,
        )),
        Block::Chart(chart(
            "disk",
            of("Disk of mugen (%)", "mugen のディスク (%)"),
            of(
                "84 % now, 90 % between 23 and 27 Nov",
                "現在84%、11月23日から27日に90%",
            ),
            disk(language),
        )),
        Block::Chart(chart(
            "memory",
            of("Memory (GB)", "メモリ (GB)"),
            of("not enough data (9 of 30 days)", "データ不足（30日中9日）"),
            nothing,
        )),
    ]
}
