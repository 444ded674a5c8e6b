//! Arrangements drawn for people. Pure.

use super::decide::Arrangement;
use crate::config::Arranging;
use crate::model::layout::efficiency::share;
use crate::model::layout::plan::{Plan, Window};
use crate::model::layout::role::{Role, Want};
use crate::model::layout::{Layout, Rect};
use crate::model::text::{count, cut, width};

/// The most columns and rows of a drawing, with its frame.
const LARGEST: (usize, usize) = (72, 22);

/// An arrangement drawn, and what speaks for it, for a terminal of `columns`.
#[must_use]
pub fn explained(window: &Window, plan: &Plan, columns: usize) -> String {
    let drawing = drawing(window, &plan.layout, columns);
    let panes = count(window.panes.len(), "pane");
    let (width, height, efficiency) = (window.width, window.height, plan.efficiency);
    let (columns, rows) = window.floor;
    let reason = if !plan.fits {
        format!("too small for {columns}x{rows} each: all but the active one are strips")
    } else if efficiency > 0.9995 {
        "every pane has all that it wants".to_owned()
    } else {
        "no arrangement in this order gives half a percent more".to_owned()
    };
    let attention = window.attention.map_or(String::new(), |attention| {
        format!("the active pane (*) weighs {attention} beside all others\n")
    });
    format!(
        "{drawing}{panes} in {width}x{height}: efficiency {efficiency:.3}\n{reason}\n{attention}"
    )
}

/// The roles of each template, one a line.
#[must_use]
pub fn templates(arranging: &Arranging) -> String {
    let longest = arranging
        .templates
        .iter()
        .map(|(name, _)| width(name))
        .max();
    let longest = longest.unwrap_or(0);
    let line = |(name, roles): &(String, Vec<Role>)| {
        let roles: Vec<&str> = roles.iter().map(|role| role.name()).collect();
        format!("{name:longest$}  {}\n", roles.join(" "))
    };
    arranging.templates.iter().map(line).collect()
}

/// The window and its panes with what each has of what it wants.
fn drawing(window: &Window, layout: &Layout, columns: usize) -> String {
    let whole = (window.width.max(1) as usize, window.height.max(1) as usize);
    // A cell of a terminal is about twice as high as wide: so is a window's.
    let wide = LARGEST.0.min(columns).max(20) - 1;
    let high = (wide * whole.1 / whole.0).clamp(window.panes.len().min(20) + 1, LARGEST.1 - 1);
    let mut canvas = Canvas::new(wide + 1, high + 1);
    let task = window.task();
    let rects = layout.rects();
    for ((rect, pane), want) in rects.iter().zip(&window.panes).zip(&task.wants) {
        let frame = scaled(rect, whole, (wide, high));
        canvas.frame(frame);
        let mark = if pane.active { "*" } else { "" };
        let part = share(
            &Want {
                weight: 1.0,
                ..*want
            },
            rect.width.saturating_sub(window.scrollbar),
            rect.height,
        );
        let label = format!(
            "{}{mark} {}x{} {:.0}%",
            pane.role.name(),
            rect.width,
            rect.height,
            100.0 * part
        );
        canvas.write(frame, &label);
    }
    canvas.text()
}

/// A pane's frame in a drawing: left, top, right, bottom.
type Frame = (usize, usize, usize, usize);

fn scaled(rect: &Rect, whole: (usize, usize), size: (usize, usize)) -> Frame {
    // Borders lie between panes: a window of n columns has n + 1 places for them.
    let x = |at: u32| at as usize * size.0 / (whole.0 + 1);
    let y = |at: u32| at as usize * size.1 / (whole.1 + 1);
    (
        x(rect.x),
        y(rect.y),
        x(rect.x + rect.width + 1),
        y(rect.y + rect.height + 1),
    )
}

/// Lines and text in a rectangle of characters.
struct Canvas {
    width: usize,
    /// For each place which of its sides a line goes to: up, down, left, right.
    lines: Vec<u8>,
    text: Vec<Option<char>>,
}

const UP: u8 = 1;
const DOWN: u8 = 2;
const LEFT: u8 = 4;
const RIGHT: u8 = 8;

impl Canvas {
    fn new(width: usize, height: usize) -> Self {
        Self {
            width,
            lines: vec![0; width * height],
            text: vec![None; width * height],
        }
    }

    fn line(&mut self, x: usize, y: usize, sides: u8) {
        if let Some(there) = self.lines.get_mut(y * self.width + x) {
            *there |= sides;
        }
    }

    fn frame(&mut self, (left, top, right, bottom): Frame) {
        for x in left..right {
            for y in [top, bottom] {
                self.line(x, y, RIGHT);
                self.line(x + 1, y, LEFT);
            }
        }
        for y in top..bottom {
            for x in [left, right] {
                self.line(x, y, DOWN);
                self.line(x, y + 1, UP);
            }
        }
    }

    /// Writes `label` into a frame's first line, or upon its upper border when
    /// it has none.
    fn write(&mut self, (left, top, right, bottom): Frame, label: &str) {
        let room = (right - left).saturating_sub(2);
        let row = if bottom > top + 1 { top + 1 } else { top };
        for (place, c) in cut(label, room, "…").chars().enumerate() {
            if let Some(there) = self.text.get_mut(row * self.width + left + 1 + place) {
                *there = Some(c);
            }
        }
    }

    fn text(&self) -> String {
        let lines = self
            .lines
            .chunks(self.width)
            .zip(self.text.chunks(self.width));
        let line = |(lines, text): (&[u8], &[Option<char>])| {
            let drawn: String = lines
                .iter()
                .zip(text)
                .map(|(sides, c)| c.unwrap_or_else(|| stroke(*sides)))
                .collect();
            drawn.trim_end().to_owned() + "\n"
        };
        lines.map(line).collect()
    }
}

/// The character with lines to these sides.
fn stroke(sides: u8) -> char {
    const STROKES: [char; 16] = [
        ' ', '│', '│', '│', '─', '┘', '┐', '┤', '─', '└', '┌', '├', '─', '┴', '┬', '┼',
    ];
    STROKES.get(usize::from(sides)).copied().unwrap_or(' ')
}

/// The arrangement of a window of tmux as its plan.
#[must_use]
pub fn as_plan(arrangement: &Arrangement) -> Plan {
    Plan {
        layout: arrangement.layout.clone(),
        efficiency: arrangement.efficiency,
        fits: arrangement.fits,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::layout::efficiency::Pane;
    use crate::model::layout::plan::plan;

    #[test]
    fn an_arrangement_is_drawn_with_what_each_pane_has() {
        let pane = |role, active| Pane { role, active };
        let panes = vec![
            pane(Role::Editor, true),
            pane(Role::Shell, false),
            pane(Role::Logs, false),
        ];
        let window = Window::of(200, 50, panes);
        let planned = plan(&window, None).unwrap();
        insta::assert_snapshot!(explained(&window, &planned, 60), @r"
        ┌────────────────────────────┬─────────────────────────────┐
        │editor* 100x50 100%         │shell 99x24 100%             │
        │                            │                             │
        │                            │                             │
        │                            │                             │
        │                            │                             │
        │                            ├─────────────────────────────┤
        │                            │logs 99x25 82%               │
        │                            │                             │
        │                            │                             │
        │                            │                             │
        │                            │                             │
        │                            │                             │
        │                            │                             │
        └────────────────────────────┴─────────────────────────────┘
        3 panes in 200x50: efficiency 0.971
        no arrangement in this order gives half a percent more
        ");
    }
}
