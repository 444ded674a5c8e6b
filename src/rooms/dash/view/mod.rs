//! The screen as a function of the model. Pure but for the system's zone.

mod alerts;
mod block;
mod dates;
mod detail;
pub(super) mod forecast;
mod frame;
mod log;
mod nodes;
mod paper;
mod popup;
mod spark;
mod trends;
mod words;

use ratatui::layout::Rect;

use super::model::{Model, View};
use super::update::LEAST;
use crate::model::time::Timestamp;
use block::{Block, stack};
pub use paper::Drawn;
use paper::{Line, Paper, Pen};

/// All nodes in the table.
const ALL: usize = usize::MAX;
/// So many where the others are tiles.
const IN_FULL: usize = 12;

/// What a screen has room for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Class {
    /// A line a node.
    Mini,
    /// Two lines a node, all beneath each other.
    Narrow,
    /// A table, the rest beneath it.
    Normal,
    /// The selected node beside the table.
    Wide,
    /// Three columns.
    Huge,
}

impl Class {
    fn of(area: Rect) -> Self {
        match (area.width, area.height) {
            (..40, _) | (_, ..12) => Self::Mini,
            (..72, _) => Self::Narrow,
            (..112, _) => Self::Normal,
            (180.., 45..) => Self::Huge,
            _ => Self::Wide,
        }
    }
}

/// Draws the model at `now` on a screen of that size.
#[must_use]
pub fn view(model: &Model, (columns, rows): (u16, u16), now: Timestamp) -> Drawn {
    let area = Rect::new(0, 0, columns, rows);
    let fixed = &model.fixed;
    let mut paper = Paper::new(area, fixed.ascii, fixed.colours());
    if area.is_empty() {
        return paper.drawn;
    }
    if columns < LEAST.0 || rows < LEAST.1 {
        frame::segment(&mut paper, area, model, now);
        return paper.drawn;
    }
    let class = Class::of(area);
    let body = frame::draw(&mut paper, area, class, model, now);
    if model.seen.empty() {
        nothing(&mut paper, body, model);
    } else {
        draw(&mut paper, body, class, model, now);
    }
    popup::draw(&mut paper, body, model);
    frame::footer(&mut paper, area, class, model);
    paper.drawn
}

/// What is said before anybody measured anything.
fn nothing(paper: &mut Paper, body: Rect, model: &Model) {
    let mut lines = vec![
        Line::plain(" Nothing measured yet."),
        Line::plain(" Enter: look now."),
        Line::plain(" To keep watching: mamori watch"),
    ];
    if let Some(notice) = &model.seen.notice {
        let text = paper.pen.drawn(notice);
        let columns = usize::from(body.width).saturating_sub(1).max(8);
        let parts = crate::ui::wrap::wrapped(&text, columns);
        lines = parts
            .iter()
            .map(|part| Line::plain(format!(" {part}")))
            .collect();
    }
    let block = Block {
        least: 1,
        lines,
        ..Block::default()
    };
    stack(paper, body, &[block]);
}

fn draw(paper: &mut Paper, body: Rect, class: Class, model: &Model, now: Timestamp) {
    let (pen, columns, rows) = (paper.pen, usize::from(body.width), usize::from(body.height));
    match model.view {
        View::Nodes | View::Trends if model.open => page(paper, body, model, now),
        View::Nodes => nodes(paper, body, class, model, now),
        View::Alerts => stack(paper, body, &alerts::whole(model, pen, columns, now)),
        View::Trends if class >= Class::Wide => {
            let list = nodes::table(model, pen, columns / 2, ALL, now);
            let [left, right] = beside(paper, body, columns / 2);
            stack(paper, left, &[list]);
            let blocks = trends::whole(model, pen, right.width.into(), rows, now);
            stack(paper, right, &blocks);
        }
        View::Trends => stack(paper, body, &trends::whole(model, pen, columns, rows, now)),
        View::Log => stack(paper, body, &log::whole(model, pen, now)),
        View::Watcher => stack(paper, body, &log::watcher(model, now)),
    }
}

/// The selected node with the screen to itself.
fn page(paper: &mut Paper, body: Rect, model: &Model, now: Timestamp) {
    let (pen, columns, rows) = (paper.pen, usize::from(body.width), usize::from(body.height));
    let Some(node) = model.selected() else {
        return;
    };
    let mut lines: Vec<Line> = Vec::new();
    let title = |text: &str| Line::of(paper::Ink::Accent, format!("── {text}"));
    lines.push(title(&node.name));
    lines.extend(detail::lines(model, node, pen, columns, now));
    let forecast = forecast::block(model, pen, columns, now);
    let charts = trends::charts(model, columns, rows.max(14), now);
    let mut alerts = alerts::block(model, pen, columns, now);
    let of = format!("{}/", node.name);
    let keep: Vec<bool> = super::lists::alerts(&model.seen.state, now)
        .iter()
        .map(|alert| alert.id.starts_with(&of))
        .collect();
    let mut keep = keep.into_iter();
    alerts.lines.retain(|_| keep.next().unwrap_or(false));
    for block in [alerts, forecast].into_iter().chain(charts) {
        if !block.lines.is_empty() {
            lines.extend(block.title.as_deref().map(title));
            lines.extend(block.lines);
        }
    }
    let from = model
        .page
        .min(lines.len().saturating_sub(rows.saturating_sub(1)));
    let block = Block {
        lines,
        from,
        least: 1,
        ..Block::default()
    };
    paper.drawn.cursor = Some((body.x, body.y));
    stack(paper, body, &[block]);
}

/// Two areas with a line between them.
fn beside(paper: &mut Paper, area: Rect, left: usize) -> [Rect; 2] {
    let left = u16::try_from(left)
        .unwrap_or(u16::MAX)
        .min(area.width.saturating_sub(2));
    for y in area.top()..area.bottom() {
        paper.put((area.x + left, y), 1, paper::Ink::Muted, "│");
    }
    let right = area.width.saturating_sub(left + 1);
    [
        Rect::new(area.x, area.y, left, area.height),
        Rect::new(area.x + left + 1, area.y, right, area.height),
    ]
}

fn nodes(paper: &mut Paper, body: Rect, class: Class, model: &Model, now: Timestamp) {
    let (pen, columns) = (paper.pen, usize::from(body.width));
    match class {
        Class::Mini => {
            let mut alerts = alerts::block(model, pen, columns, now);
            // The first of them stands in its node's line.
            if body.height < 10 {
                alerts.lines.clear();
            }
            alerts.turn = 2;
            stack(paper, body, &[nodes::mini(model, pen, now), alerts]);
        }
        Class::Narrow => stack(
            paper,
            body,
            &[
                nodes::narrow(model, pen, columns, now),
                alerts::block(model, pen, columns, now),
                forecast::soon(model, pen, columns, now),
                alerts::done(model, now),
            ],
        ),
        Class::Normal => stack(
            paper,
            body,
            &[
                nodes::table(model, pen, columns, ALL, now),
                detail::block(model, pen, columns, now),
                forecast::block(model, pen, columns, now),
                alerts::block(model, pen, columns, now),
                alerts::done(model, now),
                Block {
                    least: 3,
                    extra: true,
                    ..log::block(model, pen, now)
                },
            ],
        ),
        Class::Wide => {
            let [left, right] = beside(paper, body, (columns * 3 / 5).min(columns - 44));
            let (of_left, of_right) = (usize::from(left.width), usize::from(right.width));
            stack(
                paper,
                left,
                &[
                    nodes::table(model, pen, of_left, ALL, now),
                    alerts::block(model, pen, of_left, now),
                    log::block(model, pen, now),
                ],
            );
            stack(
                paper,
                right,
                &node_and_charts(model, pen, of_right, right, now),
            );
        }
        Class::Huge => {
            let [left, rest] = beside(paper, body, columns * 42 / 100);
            let [middle, right] = beside(paper, rest, usize::from(rest.width) * 55 / 100);
            let (of_left, of_right) = (usize::from(left.width), usize::from(right.width));
            let mut blocks = vec![nodes::table(model, pen, of_left, IN_FULL, now)];
            if model.order.len() > IN_FULL {
                blocks.push(nodes::tiles(model, pen, of_left, IN_FULL, now));
            }
            blocks.push(log::block(model, pen, now));
            stack(paper, left, &blocks);
            let of_middle = usize::from(middle.width);
            stack(
                paper,
                middle,
                &node_and_charts(model, pen, of_middle, middle, now),
            );
            stack(
                paper,
                right,
                &[
                    alerts::block(model, pen, of_right, now),
                    forecast::soon(model, pen, of_right, now),
                    alerts::done(model, now),
                ],
            );
        }
    }
}

fn node_and_charts(
    model: &Model,
    pen: Pen,
    columns: usize,
    area: Rect,
    now: Timestamp,
) -> Vec<Block> {
    let detail = detail::block(model, pen, columns, now);
    let forecast = forecast::block(model, pen, columns, now);
    let taken = 2 + detail.lines.len() + forecast.lines.len();
    let rows = usize::from(area.height).saturating_sub(taken);
    let mut blocks = vec![detail, forecast];
    let mut charts = trends::charts(model, columns, rows, now);
    for chart in &mut charts {
        chart.turn = 4;
        // What is so now comes before how it became so.
        chart.extra = true;
    }
    blocks.extend(charts);
    blocks
}
