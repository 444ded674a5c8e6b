//! What lies over a view. Pure.

use ratatui::layout::Rect;

use super::super::keys::{TABLE, works};
use super::super::model::{Model, Over};
use super::super::over::CHOICES;
use super::super::update::Target;
use super::paper::{Ink, Line, Paper, Pen};
use crate::sys::screen::Key;
use crate::ui::wrap::wrapped;

/// What ends a window that asks nothing.
const ANY: &str = "any key closes";
/// The widest that is easy to read.
const WIDEST: u16 = 76;

/// Draws it, if there is something.
pub(super) fn draw(paper: &mut Paper, area: Rect, model: &Model) {
    let pen = paper.pen;
    let columns = usize::from(area.width.min(WIDEST).saturating_sub(4)).max(4);
    let (title, lines, at, end) = match &model.over {
        Over::Nothing | Over::Finding => return,
        Over::Help(at) => ("keys".to_owned(), help(model, pen), *at, ANY),
        Over::Why(lines, at) => {
            let lines = lines.iter().flat_map(|line| folded(line, columns, pen));
            ("why".to_owned(), lines.collect(), *at, ANY)
        }
        Over::Snooze { id, typed, .. } => {
            let (lines, end) = snooze(typed.as_deref());
            (format!("snooze {id}"), lines, 0, end)
        }
        Over::Plan {
            node,
            lines,
            works,
            at,
        } => {
            let title = format!("recover {node}: what would be done");
            match lines {
                None => (title, vec![Line::plain("looking …")], 0, "Esc leaves it"),
                Some(lines) => {
                    let lines = lines.iter().flat_map(|line| folded(line, columns, pen));
                    let end = if *works {
                        "do it? y / N"
                    } else {
                        "nothing can be done from here"
                    };
                    (title, lines.collect(), *at, end)
                }
            }
        }
    };
    window(paper, area, &title, &lines, at, end);
}

fn folded(line: &str, columns: usize, pen: Pen) -> Vec<Line> {
    let indent: String = line.chars().take_while(|c| *c == ' ').collect();
    let text = pen.drawn(line.trim_start());
    let parts = wrapped(&text, columns.saturating_sub(indent.len()).max(4));
    if parts.is_empty() {
        return vec![Line::plain("")];
    }
    parts
        .iter()
        .map(|part| Line::plain(format!("{indent}{part}")))
        .collect()
}

fn help(model: &Model, pen: Pen) -> Vec<Line> {
    let rows = TABLE
        .iter()
        .filter(|row| works(row, model.view, !model.seen.newer));
    rows.map(|row| {
        let shown = if pen.ascii && row.keys.first() == Some(&Key::Enter) {
            "Enter"
        } else {
            row.shown
        };
        let mut line = Line::of(Ink::Accent, pen.left(shown, 8)).and(Ink::Plain, row.help);
        line.target = row.keys.first().copied().map(Target::Key);
        line
    })
    .collect()
}

fn snooze(typed: Option<&str>) -> (Vec<Line>, &'static str) {
    match typed {
        None => {
            let choices = CHOICES.iter().map(|(key, words)| {
                let mut line = Line::of(Ink::Accent, format!("{key}  ")).and(Ink::Plain, *words);
                line.target = Some(Target::Key(Key::Char(*key)));
                line
            });
            (choices.collect(), "Esc leaves it")
        }
        Some(typed) => (
            vec![Line::plain(format!("for how long? {typed}_"))],
            "such as 2h or 1h 30m; Enter",
        ),
    }
}

fn window(paper: &mut Paper, area: Rect, title: &str, lines: &[Line], at: usize, end: &str) {
    let wide = area.width.min(WIDEST);
    let wanted = u16::try_from(lines.len().saturating_add(2)).unwrap_or(u16::MAX);
    let high = wanted.min(area.height);
    let inside = Rect::new(
        area.x + (area.width - wide) / 2,
        area.y + (area.height - high) / 2,
        wide,
        high,
    );
    paper.wipe(inside);
    // What lies beneath cannot be tapped.
    paper.drawn.hits.clear();
    let first = Rect::new(inside.x, inside.y, inside.width, 1);
    paper.frame(first, title, ["┌", "┐"]);
    let room = usize::from(high.saturating_sub(2));
    let at = at.min(lines.len().saturating_sub(room));
    for (row, line) in lines.iter().skip(at).take(room).enumerate() {
        let row = u16::try_from(row).unwrap_or(u16::MAX);
        let y = inside.y + 1 + row;
        let place = Rect::new(inside.x + 2, y, wide.saturating_sub(4), 1);
        paper.line(place, line);
        for x in [inside.x, inside.right().saturating_sub(1)] {
            paper.put((x, y), 1, Ink::Muted, "│");
        }
    }
    if high > 1 {
        let hidden = lines.len().saturating_sub(at + room);
        let end = match hidden {
            0 => end.to_owned(),
            _ if end == ANY => format!("{hidden} more: j, or any other key closes"),
            _ => format!("{end}, {hidden} more: j"),
        };
        let last = Rect::new(inside.x, inside.bottom() - 1, inside.width, 1);
        paper.frame(last, &end, ["└", "┘"]);
        paper.drawn.hits.push((last, Target::Key(Key::Esc)));
        paper.drawn.cursor = Some((inside.x + 1, inside.bottom() - 1));
    }
}
