use std::fmt::Write as _;

use crate::config::Language;
use crate::model::report::period::Kind;
use crate::model::report::view::{Block, View};
use crate::rooms::report::sample;

/// A view as lines, to be read.
pub(super) fn lines(view: &View) -> String {
    let mut all = format!("{}\n{}\n{}\n", view.title, view.period, view.sentence);
    for section in &view.sections {
        let _ = writeln!(all, "## {} [{}]", section.heading, section.id);
        for block in &section.blocks {
            write(block, &mut all);
        }
    }
    all.replace(['\u{a0}', '\u{202f}'], " ")
}

fn write(block: &Block, into: &mut String) {
    let mut line = |text: &str| {
        into.push_str(text);
        into.push('\n');
    };
    match block {
        Block::Text { text, .. } => line(text),
        Block::Heading { text, .. } => line(&format!("### {text}")),
        Block::Tiles { tiles } => {
            for tile in tiles {
                let note = tile.note.clone().unwrap_or_default();
                line(&format!("- {}: {} ({note})", tile.label, tile.value));
            }
        }
        Block::Figures { figures } => {
            for one in figures {
                line(&format!("- {}: {}", one.label, one.value));
            }
        }
        Block::Items { items, .. } => {
            for item in items {
                line(&format!("  * {}", item.text));
                item.details.iter().for_each(|detail| line(detail));
            }
        }
        Block::Table(table) => {
            line(&table.caption);
            for row in &table.rows {
                let cells: Vec<&str> = row.iter().map(|cell| cell.text.as_str()).collect();
                line(&cells.join(" | "));
            }
        }
        Block::Chart(chart) => line(&format!("[{}: {}]", chart.title, chart.description)),
    }
}

#[test]
fn each_kind_has_its_sections_in_either_language() {
    let ids = |kind, language| -> Vec<String> {
        let view = sample::view(&sample::facts(kind), language);
        view.sections.into_iter().map(|one| one.id).collect()
    };
    let told = [
        (Kind::Daily, "summary agents metrics next about"),
        (
            Kind::Weekly,
            "summary agents trends metrics code recommendations next about",
        ),
        (
            Kind::Monthly,
            "summary objectives cost forecasts metrics recommendations next about",
        ),
    ];
    for (kind, sections) in told {
        assert_eq!(ids(kind, Language::En).join(" "), sections);
        assert_eq!(ids(kind, Language::Ja).join(" "), sections);
    }
}

#[test]
fn every_message_that_is_used_is_there() {
    for language in [Language::En, Language::Ja] {
        for kind in [Kind::Daily, Kind::Weekly, Kind::Monthly] {
            let told = lines(&sample::view(&sample::facts(kind), language));
            assert!(!told.contains("{$"), "{told}");
            assert!(!told.contains("before-"), "{told}");
        }
    }
}

#[test]
fn links_lead_to_what_is_there() {
    for kind in [Kind::Daily, Kind::Weekly, Kind::Monthly] {
        let view = sample::view(&sample::facts(kind), Language::En);
        let mut ids: Vec<String> = Vec::new();
        let mut links: Vec<String> = Vec::new();
        for section in &view.sections {
            ids.push(section.id.clone());
            for block in &section.blocks {
                match block {
                    Block::Heading { id, .. } => ids.extend(id.clone()),
                    Block::Chart(chart) => ids.push(chart.id.clone()),
                    Block::Tiles { tiles } => {
                        ids.extend(tiles.iter().map(|tile| format!("tile-{}", tile.id)));
                    }
                    Block::Items { items, .. } => {
                        ids.extend(items.iter().filter_map(|item| item.id.clone()));
                        let all = items.iter().filter_map(|item| item.link.as_ref());
                        links.extend(all.map(|link| link.to.clone()));
                    }
                    _ => {}
                }
            }
        }
        for link in links.iter().filter_map(|link| link.strip_prefix('#')) {
            assert!(ids.iter().any(|id| id == link), "{kind:?}: #{link}");
        }
        let once: std::collections::BTreeSet<&String> = ids.iter().collect();
        assert_eq!(once.len(), ids.len(), "{ids:?}");
    }
}
