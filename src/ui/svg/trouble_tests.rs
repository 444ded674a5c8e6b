use std::collections::HashSet;

use proptest::prelude::*;
use roxmltree::Document;

use super::tests::{bands, chart, points, strip, tick};
use super::*;
use crate::model::report::view::{Day, Mark, Series, Stack};
use crate::model::uptime::Class;

const CLASSES: [Class; 4] = [Class::Up, Class::Down, Class::Unknown, Class::Paused];

/// A drawing of each form from the same numbers and label.
fn forms(values: &[f64], label: &str) -> Vec<Drawing> {
    let ticks = || values.iter().map(|at| tick(*at, label)).collect::<Vec<_>>();
    let parts: Vec<(f64, f64, Class)> = values
        .windows(2)
        .zip(CLASSES.into_iter().cycle())
        .map(|(ends, class)| (ends[0], ends[1], class))
        .collect();
    let line = || crate::model::report::view::StripLine {
        label: label.to_owned(),
        ..strip(&parts)
    };
    let day = |value: &f64| Day {
        label: label.to_owned(),
        up: *value,
        down: 1.0 - value,
        unknown: *value,
        paused: *value,
    };
    let mark = |value: &f64| Mark {
        row: usize::from(*value > 0.5),
        from: *value,
        to: 1.0 - value,
        letter: label.to_owned(),
    };
    let names = || vec![label.to_owned(); values.len()];
    let stack = || Stack {
        name: label.to_owned(),
        values: values.to_vec(),
    };
    let series = || Series {
        name: label.to_owned(),
        points: points(values),
    };
    let first = values.first().copied().unwrap_or(0.0);
    vec![
        Drawing::Strip {
            lines: vec![line()],
            ticks: ticks(),
        },
        Drawing::Strip {
            lines: vec![line(), line(), line()],
            ticks: ticks(),
        },
        Drawing::Days {
            days: values.iter().map(day).collect(),
        },
        Drawing::Band {
            points: bands(values),
            ticks: ticks(),
        },
        Drawing::Lines {
            series: vec![series(), series(), series(), series(), series()],
            ticks: ticks(),
        },
        Drawing::Bars {
            groups: names(),
            series: vec![stack(), stack(), stack(), stack()],
            totals: names(),
        },
        Drawing::Dots {
            points: points(values),
            ticks: ticks(),
        },
        Drawing::Ahead {
            past: points(values),
            ahead: bands(values),
            limit: first,
            limit_label: label.to_owned(),
            now: first,
            now_label: label.to_owned(),
            ticks: ticks(),
        },
        Drawing::Timeline {
            rows: names(),
            marks: values.iter().map(mark).collect(),
            ticks: ticks(),
        },
    ]
}

/// What holds for every drawing.
fn sound(svg: &str) {
    let document = Document::parse(svg).unwrap_or_else(|error| panic!("{error}: {svg}"));
    let mut ids = HashSet::new();
    for node in document.descendants().filter(roxmltree::Node::is_element) {
        let name = node.tag_name().name();
        assert!(
            ["svg", "title", "desc", "path", "text"].contains(&name),
            "{name}"
        );
        for attribute in node.attributes() {
            let (name, value) = (attribute.name(), attribute.value());
            assert!(
                !name.starts_with("on") && name != "href" && name != "style",
                "{name}"
            );
            for word in ["NaN", "inf", "#"] {
                assert!(!value.contains(word), "{name}={value}");
            }
            if name == "id" {
                assert!(ids.insert(value.to_owned()), "{value} is there twice");
            }
        }
    }
}

#[test]
fn no_text_is_more_than_text() {
    let label = "<script>\"'&\u{202e}\u{0}\u{1b}]]><!--\u{ffff} fill=\"#000001\" 無限";
    for drawing in forms(&[0.1, 0.4, 0.9], label) {
        let mut hostile = chart(drawing);
        hostile.id = "a\" onload=\"x".to_owned();
        hostile.title = label.to_owned();
        hostile.description = label.to_owned();
        let svg = draw(&hostile, label);
        sound(&svg);
        assert!(
            svg.contains("aria-labelledby=\"aonloadx.t aonloadx.d\""),
            "{svg}"
        );
        assert!(!svg.contains("<script"), "{svg}");
    }
}

#[test]
fn whatever_the_values_are_something_is_drawn() {
    let same = [0.5; 9];
    let odd = [
        f64::NAN,
        f64::INFINITY,
        f64::NEG_INFINITY,
        1e308,
        -1e308,
        0.5,
        f64::MIN_POSITIVE,
    ];
    for values in [
        &[][..],
        &[0.5],
        &[0.0],
        &same,
        &[f64::NAN; 5],
        &odd,
        &[-4.0, -1.0],
        &[1e-9, 2e-9],
    ] {
        for drawing in forms(values, "label") {
            sound(&draw(&chart(drawing), "no data"));
        }
        sound(&spark(values));
    }
}

#[test]
fn a_drawing_of_nothing_says_so() {
    let missing = forms(&[f64::NAN; 5], "label").into_iter();
    let empty = forms(&[], "label").into_iter();
    // The rows of a timeline are there whatever happened.
    for drawing in missing
        .chain(empty)
        .filter(|drawing| !matches!(drawing, Drawing::Timeline { rows, .. } if !rows.is_empty()))
    {
        let svg = draw(&chart(drawing.clone()), "データなし");
        assert!(svg.contains(">データなし</text>"), "{drawing:?}: {svg}");
    }
}

#[test]
fn a_drawing_is_small_with_as_many_points_as_may_be() {
    let values: Vec<f64> = (0..180_u32)
        .map(|at| 50.0 + 40.0 * f64::from(at * at).sin())
        .collect();
    let parts: Vec<f64> = (0..=600_u32).map(|at| f64::from(at) / 600.0).collect();
    let bars: Vec<f64> = values.iter().take(31).copied().collect();
    for (drawing, at) in forms(&values, "24:00").into_iter().zip(0..) {
        let drawing = match at {
            0 | 1 => forms(&parts, "24:00").swap_remove(at),
            2 | 5 | 8 => forms(
                &bars.iter().map(|value| value / 100.0).collect::<Vec<f64>>(),
                "12",
            )
            .swap_remove(at),
            _ => drawing,
        };
        let svg = draw(&chart(drawing), "no data");
        assert!(svg.len() <= 8_192, "{at}: {} bytes", svg.len());
    }
    assert!(spark(&values).len() < 900);
}

#[test]
fn what_never_changes_is_a_line_above_nothing() {
    let svg = draw(
        &chart(Drawing::Dots {
            points: points(&[7.0; 3]),
            ticks: vec![],
        }),
        "no data",
    );
    assert!(svg.contains(">0</text>"), "{svg}");
}

proptest! {
    #[test]
    fn any_values_and_labels_are_drawn_the_same_twice(
        values in prop::collection::vec(any::<f64>(), 0..12),
        label in any::<String>(),
    ) {
        for drawing in forms(&values, &label) {
            let chart = chart(drawing);
            let svg = draw(&chart, "no data");
            sound(&svg);
            prop_assert_eq!(&svg, &draw(&chart, "no data"));
        }
    }
}
