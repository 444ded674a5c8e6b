use super::*;
use crate::model::report::view::{
    BandPoint, Day, Mark, Part, Point, Series, Stack, StripLine, Tick,
};
use crate::model::uptime::Class;

pub(super) fn chart(drawing: Drawing) -> Chart {
    Chart {
        id: "c".to_owned(),
        title: "Title (ms)".to_owned(),
        description: "median 38 ms".to_owned(),
        drawing,
        table: None,
    }
}

pub(super) fn points(values: &[f64]) -> Vec<Point> {
    let count = u32::try_from(values.len()).unwrap_or(1);
    (0..count)
        .zip(values)
        .map(|(at, value)| Point {
            at: f64::from(at) / f64::from(count),
            value: *value,
            gap: false,
        })
        .collect()
}

pub(super) fn bands(values: &[f64]) -> Vec<BandPoint> {
    let band = |point: &Point| BandPoint {
        at: point.at,
        low: point.value / 2.0,
        middle: point.value,
        high: point.value * 2.0,
        gap: point.gap,
    };
    points(values).iter().map(band).collect()
}

pub(super) fn tick(at: f64, label: &str) -> Tick {
    Tick {
        at,
        label: label.to_owned(),
    }
}

pub(super) fn strip(parts: &[(f64, f64, Class)]) -> StripLine {
    let part = |&(from, to, class)| Part { from, to, class };
    StripLine {
        label: String::new(),
        parts: parts.iter().map(part).collect(),
    }
}

/// What is drawn, an element a line.
fn drawing(drawing: Drawing) -> String {
    let svg = draw(&chart(drawing), "no data");
    let (_, body) = svg.split_once("</desc>").unwrap();
    body.replace("/><", "/>\n<")
        .replace("</text><", "</text>\n<")
}

#[test]
fn a_strip_is_known_by_height_and_form() {
    let line = strip(&[
        (0.0, 0.25, Class::Up),
        (0.25, 0.5, Class::Up),
        (0.5, 0.5, Class::Down),
        (0.5, 0.75, Class::Unknown),
        (0.75, 1.0, Class::Paused),
    ]);
    let ticks = vec![tick(0.0, "00:00"), tick(1.0, "24:00")];
    insta::assert_snapshot!(drawing(Drawing::Strip { lines: vec![line], ticks }), @r#"
        <path d="M0 4h720v36h-720z" fill="var(--grid)" opacity="0.5"/>
        <path d="M0 4h360v36h-360z" fill="var(--ok)"/>
        <path d="M541 5h178v34h-178z" fill="none" stroke="var(--unknown)" stroke-width="2"/>
        <path d="M360 18h180v8h-180z" fill="var(--unknown)"/>
        <path d="M360 0h5v44h-5z" fill="var(--bad)"/>
        <text x="0" y="72">00:00</text>
        <text x="720" y="72" text-anchor="end">24:00</text>
        </svg>
        "#);
}

#[test]
fn a_line_of_a_week_has_its_day_before_it() {
    let lines = ["Mon", "火"].map(|day| StripLine {
        label: day.to_owned(),
        ..strip(&[(0.0, 0.5, Class::Up), (0.5, 1.0, Class::Down)])
    });
    insta::assert_snapshot!(drawing(Drawing::Strip { lines: lines.to_vec(), ticks: vec![] }), @r#"
        <path d="M59 4h661v24h-661zM59 46h661v24h-661z" fill="var(--grid)" opacity="0.5"/>
        <path d="M59 4h331v24h-331zM59 46h331v24h-331z" fill="var(--ok)"/>
        <path d="M390 0h330v32h-330zM390 42h330v32h-330z" fill="var(--bad)"/>
        <text x="0" y="24">Mon</text>
        <text x="0" y="66">火</text>
        </svg>
        "#);
}

#[test]
fn a_month_is_a_column_a_day() {
    let day = |label: &str, up, down, unknown, paused| Day {
        label: label.to_owned(),
        up,
        down,
        unknown,
        paused,
    };
    let days = vec![
        day("1", 1.0, 0.0, 0.0, 0.0),
        day("2", 0.6, 0.0001, 0.2, 0.2),
    ];
    insta::assert_snapshot!(drawing(Drawing::Days { days }), @r#"
        <path d="M8 8h344v104h-344zM368 50h344v62h-344z" fill="var(--ok)"/>
        <path d="M369 30h342v19h-342z" fill="none" stroke="var(--unknown)" stroke-width="2"/>
        <path d="M482 8h116v21h-116z" fill="var(--unknown)"/>
        <path d="M366 4h348v4h-348z" fill="var(--bad)"/>
        <text x="180" y="142" text-anchor="middle">1</text>
        <text x="540" y="142" text-anchor="middle">2</text>
        </svg>
        "#);
}

#[test]
fn a_band_is_broken_where_nothing_is_known() {
    let mut points = bands(&[10.0, 20.0, 15.0, 12.0, 14.0]);
    points[3].gap = true;
    let ticks = vec![tick(0.0, "00:00"), tick(0.5, "12:00")];
    insta::assert_snapshot!(drawing(Drawing::Band { points, ticks }), @r#"
        <path d="M46 259l661 0M46 199l661 0M46 138l661 0M46 77l661 0M46 16l661 0" fill="none" stroke="var(--grid)" stroke-width="2"/>
        <text x="30" y="267" text-anchor="end">0</text>
        <text x="30" y="207" text-anchor="end">10</text>
        <text x="30" y="146" text-anchor="end">20</text>
        <text x="30" y="85" text-anchor="end">30</text>
        <text x="30" y="24" text-anchor="end">40</text>
        <path d="M46 138l132-122 132 61 0 137-132-15-132 30zM442 114l132-25 0 128-132 6z" fill="var(--c1)" opacity="0.22"/>
        <path d="M46 199l132-61 132 30M442 187l132-13" fill="none" stroke="var(--c1)" stroke-width="4"/>
        <text x="46" y="291" text-anchor="middle">00:00</text>
        <text x="377" y="291" text-anchor="middle">12:00</text>
        </svg>
        "#);
}

#[test]
fn lines_differ_by_dashes_and_are_named() {
    let series = |name: &str, values: &[f64]| Series {
        name: name.to_owned(),
        points: points(values),
    };
    let series = vec![series("mugen", &[1.0, 2.0]), series("無限", &[0.5, 0.25])];
    insta::assert_snapshot!(drawing(Drawing::Lines { series, ticks: vec![] }), @r#"
        <path d="M61 295l646 0M61 235l646 0M61 174l646 0M61 113l646 0M61 52l646 0" fill="none" stroke="var(--grid)" stroke-width="2"/>
        <text x="45" y="303" text-anchor="end">0</text>
        <text x="45" y="243" text-anchor="end">0.5</text>
        <text x="45" y="182" text-anchor="end">1.0</text>
        <text x="45" y="121" text-anchor="end">1.5</text>
        <text x="45" y="60" text-anchor="end">2.0</text>
        <path d="M61 174l323-122" fill="none" stroke="var(--c1)" stroke-width="4"/>
        <path d="M61 235l323 30" fill="none" stroke="var(--c2)" stroke-width="4" stroke-dasharray="12 7"/>
        <path d="M0 14l44 0" fill="none" stroke="var(--c1)" stroke-width="4"/>
        <path d="M153 14l44 0" fill="none" stroke="var(--c2)" stroke-width="4" stroke-dasharray="12 7"/>
        <text x="54" y="22" fill="var(--fg)">mugen</text>
        <text x="207" y="22" fill="var(--fg)">無限</text>
        </svg>
        "#);
}

#[test]
fn bars_stand_on_each_other_under_their_totals() {
    let stack = |name: &str, values: &[f64]| Stack {
        name: name.to_owned(),
        values: values.to_vec(),
    };
    let drawn = drawing(Drawing::Bars {
        groups: vec!["Mon".to_owned(), "Tue".to_owned()],
        series: vec![stack("a", &[3.0, 1.0]), stack("b", &[1.0, 0.0])],
        totals: vec!["$4".to_owned(), "$1".to_owned()],
    });
    insta::assert_snapshot!(drawn, @r#"
        <path d="M31 305l676 0M31 247l676 0M31 188l676 0M31 129l676 0M31 70l676 0" fill="none" stroke="var(--grid)" stroke-width="2"/>
        <text x="15" y="313" text-anchor="end">0</text>
        <text x="15" y="255" text-anchor="end">1</text>
        <text x="15" y="196" text-anchor="end">2</text>
        <text x="15" y="137" text-anchor="end">3</text>
        <text x="15" y="78" text-anchor="end">4</text>
        <path d="M71 129h258v176h-258zM409 247h258v58h-258z" fill="var(--c1)"/>
        <path d="M72 71h256v57h-256zM72 124l256 0M72 118l256 0M72 112l256 0M72 106l256 0M72 100l256 0M72 94l256 0M72 88l256 0M72 82l256 0M72 76l256 0" fill="none" stroke="var(--c2)" stroke-width="2"/>
        <text x="200" y="60" text-anchor="middle" fill="var(--fg)">$4</text>
        <text x="538" y="237" text-anchor="middle" fill="var(--fg)">$1</text>
        <text x="200" y="337" text-anchor="middle">Mon</text>
        <text x="538" y="337" text-anchor="middle">Tue</text>
        <path d="M0 4h44v20h-44z" fill="var(--c1)"/>
        <path d="M94 5h42v18h-42zM94 19l42 0M94 13l42 0" fill="none" stroke="var(--c2)" stroke-width="2"/>
        <text x="54" y="22" fill="var(--fg)">a</text>
        <text x="147" y="22" fill="var(--fg)">b</text>
        </svg>
        "#);
}

#[test]
fn dots_are_one_element() {
    let points = points(&[9.0, 31.0, 4.0]);
    insta::assert_snapshot!(drawing(Drawing::Dots { points, ticks: vec![] }), @r#"
        <path d="M46 259l661 0M46 190l661 0M46 121l661 0M46 51l661 0" fill="none" stroke="var(--grid)" stroke-width="2"/>
        <text x="30" y="267" text-anchor="end">0</text>
        <text x="30" y="198" text-anchor="end">10</text>
        <text x="30" y="129" text-anchor="end">20</text>
        <text x="30" y="59" text-anchor="end">30</text>
        <path d="M46 197h0M266 44h0M486 232h0" fill="none" stroke="var(--c1)" stroke-width="16" stroke-linecap="round"/>
        </svg>
        "#);
}

#[test]
fn what_is_foreseen_is_dashed_up_to_its_limit() {
    let mut ahead = bands(&[80.0, 85.0]);
    for (point, at) in ahead.iter_mut().zip([0.5, 1.0]) {
        (point.at, point.low, point.high) = (at, point.middle - 5.0, point.middle + 5.0);
    }
    let drawn = drawing(Drawing::Ahead {
        past: points(&[60.0, 70.0]),
        ahead,
        limit: 90.0,
        limit_label: "limit 90 %".to_owned(),
        now: 0.5,
        now_label: "today".to_owned(),
        ticks: vec![],
    });
    insta::assert_snapshot!(drawn, @r#"
        <path d="M46 309l661 0M46 255l661 0M46 201l661 0M46 146l661 0M46 92l661 0" fill="none" stroke="var(--grid)" stroke-width="2"/>
        <text x="30" y="317" text-anchor="end">0</text>
        <text x="30" y="263" text-anchor="end">20</text>
        <text x="30" y="209" text-anchor="end">40</text>
        <text x="30" y="154" text-anchor="end">60</text>
        <text x="30" y="100" text-anchor="end">80</text>
        <path d="M376 78l331-14 0 28-331 13z" fill="var(--c1)" opacity="0.22"/>
        <path d="M46 146l330-27" fill="none" stroke="var(--c1)" stroke-width="4"/>
        <path d="M376 92l331-14" fill="none" stroke="var(--c1)" stroke-width="4" stroke-dasharray="12 7"/>
        <path d="M46 64l661 0" fill="none" stroke="var(--bad)" stroke-width="3" stroke-dasharray="7 7"/>
        <text x="60" y="54" fill="var(--bad)">limit 90 %</text>
        <path d="M376 34l0 275" fill="none" stroke="var(--muted)" stroke-width="2" stroke-dasharray="3 7"/>
        <text x="376" y="24" text-anchor="middle" fill="var(--fg)">today</text>
        </svg>
        "#);
}

#[test]
fn letters_stand_over_their_marks_beside_each_other() {
    let mark = |from, to, letter: &str| Mark {
        row: 0,
        from,
        to,
        letter: letter.to_owned(),
    };
    let drawn = drawing(Drawing::Timeline {
        rows: vec!["pixel".to_owned()],
        marks: vec![
            mark(0.5, 0.5, "A"),
            mark(0.505, 0.6, "B"),
            mark(0.51, 0.51, "C"),
            mark(0.515, 0.515, "D"),
        ],
        ticks: vec![tick(0.5, "12:00")],
    });
    insta::assert_snapshot!(drawn, @r#"
        <path d="M91 66l629 0" fill="none" stroke="var(--grid)" stroke-width="2"/>
        <path d="M406 55h8v22h-8zM409 55h59v22h-59zM412 55h8v22h-8zM415 55h8v22h-8z" fill="var(--bad)"/>
        <text x="0" y="74">pixel</text>
        <text x="406" y="50" text-anchor="middle" fill="var(--fg)">A</text>
        <text x="439" y="50" text-anchor="middle" fill="var(--fg)">B</text>
        <text x="412" y="26" text-anchor="middle" fill="var(--fg)">C</text>
        <text x="406" y="110" text-anchor="middle">12:00</text>
        </svg>
        "#);
}

#[test]
fn a_small_line_ends_in_a_dot() {
    insta::assert_snapshot!(spark(&[1.0, 3.0, f64::NAN, 2.0, 2.0]).replace("><", ">\n<"), @r#"
        <svg class="spark" aria-hidden="true" xmlns="http://www.w3.org/2000/svg" viewBox="0 0 240 56">
        <path d="M8 48l56-40M176 28l56 0" fill="none" stroke="var(--c1)" stroke-width="4"/>
        <path d="M232 28h0" fill="none" stroke="var(--c1)" stroke-width="12" stroke-linecap="round"/>
        </svg>
        "#);
}
