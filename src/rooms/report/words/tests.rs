use std::collections::BTreeSet;

use chrono::NaiveDate;

use super::*;
use crate::sys::clock;

fn utc(at: Timestamp) -> NaiveDateTime {
    at.utc().naive_utc()
}

/// Each message of a language with the arguments that it uses.
fn messages(text: &str) -> Vec<(String, BTreeSet<String>)> {
    let resource = FluentResource::try_new(text.to_owned());
    assert!(
        resource.is_ok(),
        "{:?}",
        resource.map_err(|(_, wrong)| wrong)
    );
    let mut all: Vec<(String, BTreeSet<String>)> = Vec::new();
    for line in text.lines().filter(|line| !line.starts_with('#')) {
        if let Some((id, _)) = line.split_once(" = ").filter(|_| !line.starts_with(' ')) {
            all.push((id.to_owned(), BTreeSet::new()));
        }
        let arguments = line.split("{ $").skip(1).map(|rest| {
            let end = rest.find([' ', '}']).unwrap_or(rest.len());
            rest[..end].to_owned()
        });
        if let Some((_, used)) = all.last_mut() {
            used.extend(arguments);
        }
    }
    all
}

#[test]
fn both_languages_say_the_same_with_the_same_figures() {
    let (english, japanese) = (messages(ENGLISH), messages(JAPANESE));
    let ids = |all: &[(String, BTreeSet<String>)]| -> Vec<String> {
        all.iter().map(|(id, _)| id.clone()).collect()
    };
    assert_eq!(ids(&english), ids(&japanese));
    let once: BTreeSet<String> = ids(&english).into_iter().collect();
    assert_eq!(once.len(), english.len());
    for ((id, a), (_, b)) in english.iter().zip(&japanese) {
        // A name that only one node has is left out where the other counts.
        assert_eq!(a, b, "{id}");
    }
}

#[test]
fn numbers_are_written_as_each_language_does() {
    let english = Words::new(Language::En, &utc);
    let japanese = Words::new(Language::Ja, &utc);
    let both = |say: &dyn Fn(&Words<'_>) -> String| {
        let plain = |text: String| text.replace(['\u{a0}', '\u{202f}'], " ");
        (plain(say(&english)), plain(say(&japanese)))
    };
    let pair = |a: &str, b: &str| (a.to_owned(), b.to_owned());
    assert_eq!(both(&|w| w.count(9_999)), pair("9999", "9999"));
    assert_eq!(both(&|w| w.count(12_345)), pair("12 345", "12,345"));
    assert_eq!(both(&|w| w.uptime(99.999)), pair("99.99 %", "99.99%"));
    assert_eq!(both(&|w| w.uptime(100.0)), pair("100.00 %", "100.00%"));
    assert_eq!(both(&|w| w.percent(0.83)), pair("0.8 %", "0.8%"));
    assert_eq!(both(&|w| w.percent(90.0)), pair("90 %", "90%"));
    assert_eq!(both(&|w| w.span_ms(110)), pair("0.11 s", "0.11秒"));
    assert_eq!(both(&|w| w.span(540)), pair("9 min", "9分"));
    assert_eq!(both(&|w| w.span(7_500)), pair("2 h 05 min", "2時間5分"));
    assert_eq!(both(&|w| w.span(273_600)), pair("3 d 4 h", "3日4時間"));
    assert_eq!(both(&|w| w.dollars(4.2)), pair("$4.20", "$4.20"));
    assert_eq!(both(&|w| w.dollars(12_345.6)), pair("$12 346", "$12,346"));
    assert_eq!(both(&|w| w.many(31_200_000)), pair("31.2 M", "31.2M"));
    assert_eq!(both(&|w| w.response(42.4)), pair("42 ms", "42ms"));
}

#[test]
fn periods_are_named_as_each_language_does() {
    let english = Words::new(Language::En, &utc);
    let japanese = Words::new(Language::Ja, &utc);
    let day = |text: &str| text.parse::<NaiveDate>().unwrap();
    let period = |kind, date: &str| clock::period(kind, day(date), Some(chrono_tz::UTC));
    let said = |kind, date: &str| {
        let period = period(kind, date);
        let (english, japanese) = (english.period(&period), japanese.period(&period));
        format!("{} | {english} | {japanese}", Words::stamp(&period))
    };
    assert_eq!(
        said(Kind::Daily, "2026-11-20"),
        "2026-11-20 | Fri 20 Nov 2026 | 2026年11月20日(金)"
    );
    assert_eq!(
        said(Kind::Weekly, "2026-11-18"),
        "2026-W47 | 16–22 Nov 2026 | 2026年第47週(11/16〜11/22)"
    );
    assert_eq!(
        said(Kind::Weekly, "2026-12-31"),
        "2026-W53 | 28 Dec 2026–3 Jan 2027 | 2026年第53週(12/28〜1/3)"
    );
    assert_eq!(
        said(Kind::Monthly, "2026-11-20"),
        "2026-11 | November 2026 | 2026年11月"
    );
}

#[test]
fn foreign_text_is_quoted_on_one_line_and_cut() {
    let english = Words::new(Language::En, &utc);
    assert_eq!(english.foreign("a\nb\u{202e}c"), "\"a bc\"");
    let long = english.foreign(&"x".repeat(200));
    assert_eq!(long.chars().count(), 82);
}
