//! A whole report, written out in each way.

use std::collections::HashSet;

use mamori::model::report::view::{Block, Item, Link, View};
use mamori::rooms::report::render::{Context, Entry, Replacement, Templates};
use serde_json::json;

use crate::harness::report::{Language, entries, view, words};

fn page(templates: &Templates, language: Language, view: &View) -> (String, String) {
    let words = words(language);
    let report = json!({ "figures": { "issues": 12 } });
    let context = Context {
        report: &report,
        words: &words,
    };
    let html = templates.html(view, &context).unwrap();
    (html, templates.markdown(view, &context).unwrap())
}

#[test]
fn reports_keep_within_their_sizes_and_are_the_same_twice() {
    let templates = Templates::with(Vec::new()).unwrap();
    for language in [Language::En, Language::Ja] {
        let (html, markdown) = page(&templates, language, &view(language));
        // The daily one's budget, though it has twice the charts.
        assert!(html.len() <= 60_000, "{} bytes", html.len());
        assert!(markdown.len() <= 30_000, "{} bytes", markdown.len());
        assert_eq!(
            (html, markdown),
            page(&templates, language, &view(language))
        );
    }
}

#[test]
fn a_page_asks_for_nothing_and_its_ids_are_its_own() {
    let templates = Templates::with(Vec::new()).unwrap();
    let (html, _) = page(&templates, Language::En, &view(Language::En));
    assert!(html.starts_with("<!DOCTYPE html>\n<html lang=\"en\">"));
    for word in [
        "<script",
        "<img",
        "<link",
        "@import",
        "url(",
        "style=",
        "javascript:",
        " on",
    ] {
        let found = html.match_indices(word).map(|(at, _)| &html[at..]);
        // `on` begins words of the text, too.
        let found: Vec<&str> = found
            .filter(|rest| word != " on" || rest.split_once('=').is_some_and(|(a, _)| a.len() < 14))
            .map(|rest| rest.get(..40).unwrap_or(rest))
            .collect();
        assert!(found.is_empty(), "{found:?}");
    }
    let mut ids = HashSet::new();
    for (at, _) in html.match_indices(" id=\"") {
        let id = html[at + 5..].split('"').next().unwrap();
        assert!(ids.insert(id), "{id} is there twice");
    }
    for id in [
        "summary",
        "needs-you",
        "agents",
        "uptime-mugen",
        "tile-issues-closed",
        "about",
    ] {
        assert!(ids.contains(id), "{id}");
    }
    assert!(
        html.contains("content=\"default-src 'none'; style-src 'unsafe-inline'; img-src data:\"")
    );
    assert!(html.contains(
        "<a href=\"https://github.com/owner/app/pull/482\" rel=\"noopener noreferrer\">owner/app#482</a>"
    ));
    assert!(html.contains("<a href=\"#forecasts\">forecast</a>"));
    assert!(html.contains("<p>javascript</p>"));
}

#[test]
fn markdown_reads_as_it_stands() {
    let templates = Templates::with(Vec::new()).unwrap();
    let (_, markdown) = page(&templates, Language::En, &view(Language::En));
    for part in [
        "# Miyabi Daily Report - 2026-11-20\n\nFri 20 Nov 2026, 00:00-24:00, Asia/Tokyo\n\nmugen's disk",
        "\n## Summary\n\n- **Issues Closed**: 12 (yesterday 9: about the same)\n- **PRs Merged**: 8",
        "\n2. PR #482 waits for a review since 26 h ([owner/app#482](https://github.com/owner/app/pull/482))\n   - \"Rotate the keys of \\<script>alert(1)\\</script> hosts\"\n",
        "\n| Agent | Commits | PRs | Work time | Cost, API-equivalent |\n| --- | ---: | ---: | ---: | ---: |\n| Claude Code | 19 | 6 | 5 h 12 min | $6.80 |\n",
        "\n- **Avg Response Time**: 42 ms (median 38, p95 96; 576 probes)\n",
        "\n```text\n███████████████████!████████████████████████████\n00:00       06:00       12:00       18:00  24:00\n```\n",
        "\n█ up, ! down, - unknown, ░ paused\n",
        "\n- A link to nowhere stays text (javascript)\n",
    ] {
        assert!(markdown.contains(part), "{part}\nis not in\n{markdown}");
    }
    assert!(!markdown.contains("\n\n\n"));
    assert!(markdown.ends_with("(run: gh auth login)\n"));
}

#[test]
fn the_list_of_reports_is_small_and_by_month() {
    let templates = Templates::with(Vec::new()).unwrap();
    for language in [Language::En, Language::Ja] {
        let words = words(language);
        let mut all = entries(400);
        if language == Language::Ja {
            for entry in &mut all {
                entry.sentence = "停止した機器があり復旧を待っています。".repeat(3);
            }
        }
        let html = templates.index(&all, language.tag(), &words).unwrap();
        assert!(html.len() <= 100_000, "{} bytes", html.len());
        let newest = html.find("daily-2026-11-04.html").unwrap();
        assert!(newest < html.find("daily-2026-11-03.html").unwrap());
        assert_eq!(html.matches("<h2>").count(), 14);
        let none = templates.index(&[], language.tag(), &words).unwrap();
        assert!(none.contains(&words.index_empty));
    }
}

#[test]
fn a_list_holds_what_there_is() {
    let templates = Templates::with(Vec::new()).unwrap();
    let mut all = entries(1);
    let odd = |stem: &str, html, md| Entry {
        stem: stem.to_owned(),
        html,
        md,
        json: false,
        ..all[0].clone()
    };
    let more = [
        odd("weekly-2026-W01", false, true),
        odd("monthly-2025-12", false, false),
        odd("\"><script>", true, false),
    ];
    all.extend(more);
    let words = words(Language::En);
    let html = templates.index(&all, "en", &words).unwrap();
    // The week begins on 29 December 2025.
    assert_eq!(html.matches("<h2>").count(), 2);
    assert!(html.find("December 2025").unwrap() < html.find("October 2025").unwrap());
    assert!(html.contains("<a href=\"weekly-2026-W01.md\">"));
    assert!(!html.contains("monthly-2025-12."));
    assert!(html.contains("&quot;&gt;&lt;script&gt;.html"));
}

/// Text that would do harm somewhere.
const HOSTILE: [&str; 12] = [
    "<script>alert(1)</script>",
    "\"><img src=x onerror=alert(1)>",
    "](javascript:alert(1)) [x](https://evil.example)",
    "a | b\n| --- |\n# heading",
    "```\n</code>\n```",
    "x\u{202e}gpj.exe\u{0}\u{1b}[31m",
    "{{ report }} {% raw %}",
    "www.evil.example and mail@evil.example",
    "</style></title><!-- ",
    "- [ ] task\n1. one",
    "&lt;b&gt; &#60;",
    "",
];

#[test]
fn no_text_from_outside_becomes_markup() {
    let templates = Templates::with(Vec::new()).unwrap();
    let (_, harmless) = page(&templates, Language::En, &view(Language::En));
    let lines = |text: &str, start: &str| text.lines().filter(|l| l.starts_with(start)).count();
    for text in HOSTILE {
        let mut hostile = view(Language::En);
        hostile.sentence = text.to_owned();
        for section in &mut hostile.sections {
            for block in &mut section.blocks {
                spoil(block, text);
            }
        }
        let (html, markdown) = page(&templates, Language::En, &hostile);
        for part in [
            "<script",
            "<img",
            "onerror=alert(1)>\"",
            "</style></title>",
            "\u{202e}",
        ] {
            assert!(!html.contains(part), "{text}: {part}");
        }
        assert_eq!(html.matches("<!--").count(), 0, "{text}");
        for start in ["# ", "## ", "|", "```", "<"] {
            assert_eq!(
                lines(&markdown, start),
                lines(&harmless, start),
                "{text}: {start}\n{markdown}"
            );
        }
        let markdown = markdown.replace("\\]", "");
        for part in [
            "](javascript",
            "](https://evil",
            " www.",
            "mail@evil",
            "\u{1b}",
        ] {
            assert!(!markdown.contains(part), "{text}: {part}");
        }
    }
}

/// Every text of a block is hostile, its shape is as it was.
fn spoil(block: &mut Block, text: &str) {
    let text = text.to_owned();
    match block {
        Block::Text { text: old, .. } | Block::Heading { text: old, .. } => *old = text,
        Block::Tiles { tiles } => {
            for tile in tiles {
                tile.label.clone_from(&text);
                tile.note = Some(text.clone());
            }
        }
        Block::Figures { figures } => {
            for figure in figures {
                figure.value.clone_from(&text);
            }
        }
        Block::Items { items, .. } => {
            items.push(Item {
                id: Some(text.clone()),
                text: text.clone(),
                details: vec![text.clone()],
                link: Some(Link {
                    to: format!("https://{text}"),
                    text,
                }),
            });
        }
        Block::Table(table) => {
            for cell in table.rows.iter_mut().flatten() {
                cell.text.clone_from(&text);
            }
        }
        Block::Chart(chart) => {
            chart.description.clone_from(&text);
            if let Some(table) = &mut chart.table {
                table.columns[0].label = text;
            }
        }
    }
}

#[test]
fn a_template_of_ones_own_has_the_reports_figures() {
    let own = Replacement {
        name: "report.md.jinja".to_owned(),
        shown: "/home/u/templates/report.md.jinja".to_owned(),
        text: "{{ view.title }}: {{ report.figures.issues }}\n{{ strip(view.sections[2].blocks[1].drawing.lines[0], 20) }}\n".to_owned(),
    };
    let templates = Templates::with(vec![own]).unwrap();
    let (_, markdown) = page(&templates, Language::En, &view(Language::En));
    assert_eq!(
        markdown,
        "Miyabi Daily Report - 2026-11-20: 12\n████████!███████████\n"
    );
}
