use crate::config::Language;
use crate::model::report::period::Kind;
use crate::model::report::view::{Block, Drawing, View};
use crate::rooms::report::sample;

/// A view as lines, to be read.
pub(super) fn lines(view: &View) -> String {
    let mut all = format!("{}\n{}\n{}\n", view.title, view.period, view.sentence);
    for section in &view.sections {
        all += &format!("## {} [{}]\n", section.heading, section.id);
        for block in &section.blocks {
            all += &block_lines(block);
        }
    }
    all.replace(['\u{a0}', '\u{202f}'], " ")
}

fn block_lines(block: &Block) -> String {
    match block {
        Block::Text { text, .. } => format!("{text}\n"),
        Block::Heading { text, .. } => format!("### {text}\n"),
        Block::Tiles { tiles } => tiles
            .iter()
            .map(|tile| {
                let note = tile.note.clone().unwrap_or_default();
                format!("- {}: {} ({note})\n", tile.label, tile.value)
            })
            .collect(),
        Block::Figures { figures } => figures
            .iter()
            .map(|one| format!("- {}: {}\n", one.label, one.value))
            .collect(),
        Block::Items { items, .. } => items
            .iter()
            .map(|item| {
                let details: String = item
                    .details
                    .iter()
                    .map(|line| format!("    {line}\n"))
                    .collect();
                format!("  * {}\n{details}", item.text)
            })
            .collect(),
        Block::Table(table) => {
            let rows = table.rows.iter().map(|row| {
                let cells: Vec<&str> = row.iter().map(|cell| cell.text.as_str()).collect();
                format!("  | {}\n", cells.join(" | "))
            });
            let more = table.more.clone().unwrap_or_default();
            format!(
                "  {}\n{}  {more}\n",
                table.caption,
                rows.collect::<String>()
            )
        }
        Block::Chart(chart) => {
            let form = match &chart.drawing {
                Drawing::Strip { .. } => "strip",
                Drawing::Days { .. } => "days",
                Drawing::Band { .. } => "band",
                Drawing::Lines { .. } => "lines",
                Drawing::Bars { .. } => "bars",
                Drawing::Dots { .. } => "dots",
                Drawing::Ahead { .. } => "ahead",
                Drawing::Timeline { .. } => "timeline",
            };
            format!("  [{form} {}: {}]\n", chart.title, chart.description)
        }
    }
}

#[test]
fn look() {
    for language in [Language::En, Language::Ja] {
        for kind in [Kind::Daily, Kind::Weekly, Kind::Monthly] {
            println!("{}", lines(&sample::view(&sample::facts(kind), language)));
        }
    }
}
