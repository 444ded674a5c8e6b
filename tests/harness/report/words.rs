//! The words of both languages, and entries of the list of reports.

use mamori::model::report::period::Kind;
use mamori::rooms::report::render::{Entry, Words};

use super::view::Language;

pub fn words(language: Language) -> Words {
    let of = |en, ja| language.of(en, ja);
    let names = [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ];
    let mut number = 0;
    Words {
        no_data: of("no data", "データなし"),
        up: of("up", "稼働"),
        down: of("down", "停止"),
        unknown: of("unknown", "不明"),
        paused: of("paused", "休止"),
        data_table: of("Data as a table", "表で見る"),
        index_title: of("Miyabi Reports", "Miyabi レポート一覧"),
        index_empty: of("No report was written yet.", "レポートはまだありません。"),
        daily: of("Daily", "日次"),
        weekly: of("Weekly", "週次"),
        monthly: of("Monthly", "月次"),
        months: names.map(|name| {
            number += 1;
            language.of(
                &format!("{name} {{year}}"),
                &format!("{{year}}年{number}月"),
            )
        }),
    }
}

/// Daily reports for so many days, the oldest first.
pub fn entries(count: u32) -> Vec<Entry> {
    let first = chrono::NaiveDate::from_ymd_opt(2025, 10, 1).unwrap();
    first
        .iter_days()
        .zip(0..count)
        .map(|(day, at)| Entry {
            stem: day.format("daily-%Y-%m-%d").to_string(),
            kind: Kind::Daily,
            title: day.format("Miyabi Daily Report - %Y-%m-%d").to_string(),
            period: day.format("%a %-d %b %Y, Asia/Tokyo").to_string(),
            sentence: format!(
                "mugen's disk reaches 90 % around Tue 24 Nov; sshd on pixel died {at} times, back in 0.11 s; 12 issues closed."
            ),
            html: true,
            md: true,
            json: true,
        })
        .collect()
}
