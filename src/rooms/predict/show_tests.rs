use super::*;
use crate::model::forecast::Basis;
use crate::model::history::Grown;
use std::path::Path;

fn foreseen(what: What, horizon_s: i64, will_cross: bool, likely: Option<f64>) -> Foreseen {
    Foreseen {
        node: "mugen".to_owned(),
        what,
        threshold: 90.0,
        horizon_s,
        now: Some(83.4),
        probability: likely,
        will_cross,
        eta_s: will_cross.then_some(4.0 * 86_400.0),
        range_s: will_cross.then_some((2.0 * 86_400.0, 6.0 * 86_400.0)),
        basis: Basis {
            samples: 720,
            span_s: 30.0 * 86_400.0,
            ..Basis::default()
        },
        restart: None,
        past: vec![70.0, 75.0, 80.0, 83.4],
        grew: None,
    }
}

fn lines(columns: usize) -> Vec<String> {
    let disk = |mount: &str| What::Disk(mount.to_owned());
    let grown = |path: &str, by_bytes| Grown {
        path: path.into(),
        by_bytes,
        since: Timestamp(0),
    };
    let grew = vec![
        grown("/home/me/build", 12_000_000_000),
        grown("/var/log/\u{1b}[2J\n無限", 3_100_000_000),
    ];
    let all = [
        Foreseen {
            grew: Some(grew),
            ..foreseen(disk("/"), 7 * DAY, true, Some(0.83))
        },
        foreseen(
            disk("/a/very/long/way/to/it/\u{1b}[2J無限無限"),
            7 * DAY,
            false,
            None,
        ),
        foreseen(What::Memory, 3_600, false, Some(0.04)),
        foreseen(What::Memory, 6 * 3_600, false, Some(0.1)),
        Foreseen {
            restart: Some(0.4),
            past: Vec::new(),
            ..foreseen(
                What::Service("service:web".to_owned()),
                DAY,
                false,
                Some(0.01),
            )
        },
    ];
    let view = View {
        home: Path::new("/home/me"),
        now: Timestamp(2 * DAY),
        day: &|at| at.utc().date_naive(),
    };
    let text = anstream::adapter::strip_str(&text(&all, columns, &view)).to_string();
    text.lines().map(str::to_owned).collect()
}

#[test]
fn every_line_fits_its_screen() {
    for columns in 34..200 {
        for line in lines(columns) {
            assert!(width(&line) <= columns, "{columns}: {line}");
        }
    }
}

#[test]
fn it_is_told_in_words_beneath_on_a_phone() {
    let lines = lines(40);
    assert_eq!(
        lines[..5],
        [
            "▲ mugen /             83% of 90%  ▁▃▅▆",
            "    full in 4 d (2 to 6 d), 83 %; from",
            "    720 samples, 30 d",
            "    grew: ~/build +12 GB, /var/log/[2J",
            "    無限 +3.1 GB since Thursday",
        ]
    );
    assert_eq!(lines.last().unwrap(), "1 of 5 foreseen to be reached");
    let text = lines.join(" ");
    assert!(text.contains("learning: 720 samples, 30 d"), "{text}");
    assert!(text.contains("not in 6 hours (10 %)"), "{text}");
}

#[test]
fn a_picture_rises_to_the_limit_and_a_calm_one_is_level() {
    assert_eq!(picture(&[20.0, 90.0], 90.0), "▁█");
    assert_eq!(picture(&[50.0, 50.0], 90.0), "▁▁");
    assert_eq!(picture(&[f64::NAN, 95.0], 90.0).chars().count(), 2);
    assert_eq!(range((3_600.0, 3.0 * 86_400.0)), " (60 min to 3 d)");
}
