//! What is drawn on: cells, inks, and what of it can be tapped. Everything
//! that reaches a cell is cleaned and measured here. Pure.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Color, Modifier, Style};

use super::super::update::Target;
use crate::model::text::{clean, cut, width};
use crate::sys::screen::Colours;
use crate::ui::style::Role;

/// What a piece of text means; its colour says no more than its words.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum Ink {
    #[default]
    Plain,
    Ok,
    Warning,
    Critical,
    Stale,
    Accent,
    /// What may be lost.
    Muted,
    Select,
}

impl From<Role> for Ink {
    fn from(role: Role) -> Self {
        match role {
            Role::Ok => Self::Ok,
            Role::Warning => Self::Warning,
            Role::Critical => Self::Critical,
            Role::Stale => Self::Stale,
        }
    }
}

impl Ink {
    /// No background is assumed and none painted, but for what is selected and
    /// what hurts; told apart without red and green.
    pub(super) fn style(self, colours: Colours) -> Style {
        let plain = Style::new();
        let colour = match (self, colours) {
            (Self::Ok, Colours::Sixteen) => Some(Color::Cyan),
            (Self::Warning, Colours::Sixteen) => Some(Color::Yellow),
            (Self::Critical, Colours::Sixteen) => Some(Color::Red),
            (Self::Ok, Colours::Many) => Some(Color::Indexed(36)),
            (Self::Warning, Colours::Many) => Some(Color::Indexed(214)),
            (Self::Critical, Colours::Many) => Some(Color::Indexed(166)),
            (Self::Stale, Colours::Many) => Some(Color::Indexed(74)),
            (Self::Ok, Colours::All) => Some(Color::Rgb(0, 0x9e, 0x73)),
            (Self::Warning, Colours::All) => Some(Color::Rgb(0xe6, 0x9f, 0)),
            (Self::Critical, Colours::All) => Some(Color::Rgb(0xd5, 0x5e, 0)),
            (Self::Stale, Colours::All) => Some(Color::Rgb(0x56, 0xb4, 0xe9)),
            _ => None,
        };
        let with = |modifier| {
            colour
                .map_or(plain, |colour| plain.fg(colour))
                .add_modifier(modifier)
        };
        match self {
            Self::Warning | Self::Accent => with(Modifier::BOLD),
            Self::Critical => with(Modifier::BOLD | Modifier::REVERSED),
            Self::Stale if colours == Colours::None => with(Modifier::UNDERLINED),
            Self::Plain | Self::Ok | Self::Stale => with(Modifier::empty()),
            Self::Muted => with(Modifier::DIM),
            Self::Select => with(Modifier::REVERSED),
        }
    }
}

/// How text becomes cells: by which characters, and how many columns it takes.
#[derive(Debug, Clone, Copy)]
pub(super) struct Pen {
    pub(super) ascii: bool,
}

impl Pen {
    /// `text` without what could steer a terminal, in the characters it knows.
    pub(super) fn drawn(self, text: &str) -> String {
        let text = clean(text);
        if !self.ascii || text.is_ascii() {
            return text;
        }
        text.chars().map(ascii).collect()
    }

    /// What stands where something was cut off.
    fn mark(self, columns: usize) -> &'static str {
        match (self.ascii, columns) {
            (false, _) => "…",
            (true, 0..4) => "",
            (true, _) => "...",
        }
    }

    /// `text` in at most so many columns.
    pub(super) fn cut(self, text: &str, columns: usize) -> String {
        cut(&self.drawn(text), columns, self.mark(columns))
    }

    /// `text` in exactly so many columns.
    pub(super) fn left(self, text: &str, columns: usize) -> String {
        let text = self.cut(text, columns);
        let space = columns.saturating_sub(width(&text));
        text + &" ".repeat(space)
    }

    /// The same at their right end.
    pub(super) fn right(self, text: &str, columns: usize) -> String {
        let text = self.cut(text, columns);
        " ".repeat(columns.saturating_sub(width(&text))) + &text
    }
}

/// One of our own signs in ASCII, of the same width; `?` for others.
fn ascii(c: char) -> &'static str {
    match c {
        '●' => "*",
        '▲' => "!",
        '✖' => "X",
        '◌' => "?",
        '◇' | '▸' | '→' => ">",
        '←' => "<",
        '↑' => "^",
        '↓' => "v",
        '✓' | '┼' | '└' => "+",
        '▁' => "_",
        '▂' | '▃' | '░' => ".",
        '▄' | '▅' | '─' | '▏' | '▎' | '▍' | '▌' | '▋' | '▊' | '▉' => "-",
        '▆' | '▇' => "=",
        '█' | '▓' => "#",
        '▒' => ":",
        '│' | '┃' => "|",
        '·' => " ",
        '…' => "~",
        c if c.is_ascii() => one(c),
        c => match unicode_width::UnicodeWidthChar::width(c) {
            Some(2) => "??",
            Some(0) | None => "",
            Some(_) => "?",
        },
    }
}

/// An ASCII character as text.
fn one(c: char) -> &'static str {
    const ALL: &str = " !\"#$%&'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_`abcdefghijklmnopqrstuvwxyz{|}~";
    let at = (c as usize).wrapping_sub(' ' as usize);
    ALL.get(at..at.wrapping_add(1)).unwrap_or("")
}

/// A line: pieces of text, and what a tap on it means.
#[derive(Debug, Clone, Default)]
pub(super) struct Line {
    pub(super) pieces: Vec<(Ink, String)>,
    pub(super) target: Option<Target>,
    /// The same of a part of it: from which column, and how many.
    pub(super) tiles: Vec<(usize, usize, Target)>,
    /// Whether the cursor stands on it.
    pub(super) selected: bool,
}

impl Line {
    pub(super) fn plain(text: impl Into<String>) -> Self {
        Self::of(Ink::Plain, text)
    }

    pub(super) fn of(ink: Ink, text: impl Into<String>) -> Self {
        Self {
            pieces: vec![(ink, text.into())],
            ..Self::default()
        }
    }

    #[must_use]
    pub(super) fn and(mut self, ink: Ink, text: impl Into<String>) -> Self {
        self.pieces.push((ink, text.into()));
        self
    }
}

/// What was drawn.
#[derive(Debug, Clone)]
pub struct Drawn {
    /// The cells.
    pub buffer: Buffer,
    /// Where the cursor stands: on what is selected.
    pub cursor: Option<(u16, u16)>,
    /// What can be tapped, the uppermost last.
    pub hits: Vec<(Rect, Target)>,
}

impl Drawn {
    /// What is at that cell.
    #[must_use]
    pub fn at(&self, column: u16, row: u16) -> Option<&Target> {
        let inside = |area: &Rect| area.contains((column, row).into());
        let mut hits = self.hits.iter().rev();
        hits.find(|(area, _)| inside(area))
            .map(|(_, target)| target)
    }
}

/// What is drawn on.
pub(super) struct Paper {
    pub(super) drawn: Drawn,
    pub(super) pen: Pen,
    pub(super) colours: Colours,
}

impl Paper {
    pub(super) fn new(area: Rect, ascii: bool, colours: Colours) -> Self {
        Self {
            drawn: Drawn {
                buffer: Buffer::empty(area),
                cursor: None,
                hits: Vec::new(),
            },
            pen: Pen { ascii },
            colours,
        }
    }

    /// Draws text in at most so many columns from there on; how many it took.
    pub(super) fn put(&mut self, (x, y): (u16, u16), columns: u16, ink: Ink, text: &str) -> u16 {
        let area = self.drawn.buffer.area;
        if x < area.x || y < area.y || x >= area.right() || y >= area.bottom() {
            return 0;
        }
        let room = columns.min(area.right() - x);
        let text = self.pen.drawn(text);
        let style = ink.style(self.colours);
        let text = if width(&text) > usize::from(room) {
            self.pen.cut(&text, room.into())
        } else {
            text
        };
        let (end, _) = self
            .drawn
            .buffer
            .set_stringn(x, y, text, room.into(), style);
        end.saturating_sub(x)
    }

    /// Draws a line into the row.
    pub(super) fn line(&mut self, row: Rect, line: &Line) {
        let mut x = row.x;
        for (ink, text) in &line.pieces {
            x += self.put((x, row.y), row.right().saturating_sub(x), *ink, text);
        }
        if let Some(target) = &line.target {
            self.drawn.hits.push((row, target.clone()));
        }
        for (from, columns, target) in &line.tiles {
            let from = u16::try_from(*from).unwrap_or(u16::MAX);
            let columns = u16::try_from(*columns).unwrap_or(u16::MAX);
            let tile = Rect::new(row.x.saturating_add(from), row.y, columns, 1);
            self.drawn
                .hits
                .push((tile.intersection(row), target.clone()));
        }
        if line.selected {
            self.drawn.cursor = Some((row.x, row.y));
        }
    }

    /// A line across with a title in it.
    pub(super) fn rule(&mut self, row: Rect, title: &str) {
        let columns = usize::from(row.width);
        let mut text = String::from("─");
        if !title.is_empty() {
            text = format!("─ {} ", self.pen.cut(title, columns.saturating_sub(4)));
        }
        let left = columns.saturating_sub(width(&text));
        text.push_str(&"─".repeat(left));
        self.put((row.x, row.y), row.width, Ink::Muted, &text);
    }

    /// A [`rule`](Self::rule) with these corners, of a window over the rest.
    pub(super) fn frame(&mut self, row: Rect, title: &str, [left, right]: [&str; 2]) {
        self.rule(row, title);
        self.put((row.x, row.y), 1, Ink::Muted, left);
        let last = row.right().saturating_sub(1);
        self.put((last, row.y), 1, Ink::Muted, right);
    }

    /// Wipes an area, what could be tapped in it included.
    pub(super) fn wipe(&mut self, area: Rect) {
        let area = area.intersection(self.drawn.buffer.area);
        let blank = " ".repeat(area.width.into());
        for y in area.top()..area.bottom() {
            for x in area.left()..area.right() {
                if let Some(cell) = self.drawn.buffer.cell_mut((x, y)) {
                    cell.reset();
                }
            }
            self.put((area.x, y), area.width, Ink::Plain, &blank);
        }
        self.drawn.cursor = None;
    }
}
