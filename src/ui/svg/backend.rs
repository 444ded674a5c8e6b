//! SVG for plotters to draw on: few bytes, and colours that are the page's own
//! variables, so that one drawing follows its light and dark.

use std::convert::Infallible;
use std::fmt::Write as _;

use plotters::style::RGBColor;
use plotters_backend::text_anchor::{HPos, VPos};
use plotters_backend::{
    BackendColor, BackendCoord, BackendStyle, BackendTextStyle, DrawingBackend, DrawingErrorKind,
};

use super::words;

/// The size of all text, in units of the drawing.
pub(super) const TEXT: i32 = 24;

/// What is drawn with: a variable of the page's style sheet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ink {
    /// Text.
    Fg,
    /// Text of less weight; the colour of all text that names no other.
    Muted,
    /// Lines behind what is drawn.
    Grid,
    /// Up.
    Ok,
    /// Down.
    Bad,
    /// Nobody could look.
    Unknown,
    /// A series, from 0.
    Series(usize),
}

/// The variables, in the order of their numbers as colours.
const INKS: [&str; 10] = [
    "fg", "muted", "grid", "ok", "bad", "unknown", "c1", "c2", "c3", "c4",
];

/// Dash patterns, so that no line is known by its colour alone.
const DASHES: [&str; 5] = ["", "12 7", "3 7", "18 6 3 6", "7 7"];

impl Ink {
    /// The number by which it goes through plotters in place of a colour.
    pub(super) fn solid(self) -> RGBColor {
        self.dashed(0)
    }

    /// The same, as lines drawn in a pattern.
    pub(super) fn dashed(self, pattern: usize) -> RGBColor {
        let number = match self {
            Self::Fg => 0,
            Self::Muted => 1,
            Self::Grid => 2,
            Self::Ok => 3,
            Self::Bad => 4,
            Self::Unknown => 5,
            Self::Series(at) => 6 + u8::try_from(at % 4).unwrap_or(0),
        };
        let pattern = u8::try_from(pattern % DASHES.len()).unwrap_or(0);
        RGBColor(0, pattern, number)
    }
}

fn variable(color: BackendColor) -> &'static str {
    INKS.get(usize::from(color.rgb.2)).copied().unwrap_or("fg")
}

/// The elements of a drawing, as they are drawn. Shapes of one look that
/// follow each other become one element.
pub(super) struct Svg<'a> {
    out: &'a mut String,
    size: (u32, u32),
    look: String,
    data: String,
}

impl<'a> Svg<'a> {
    pub(super) fn new(out: &'a mut String, size: (u32, u32)) -> Self {
        Self {
            out,
            size,
            look: String::new(),
            data: String::new(),
        }
    }

    fn shape(&mut self, look: String, data: &str) {
        if self.look != look {
            self.flush();
            self.look = look;
        }
        self.data.push_str(data);
    }

    fn flush(&mut self) {
        if !self.data.is_empty() {
            let _ = write!(self.out, "<path d=\"{}\"{}/>", self.data, self.look);
        }
        self.data.clear();
        self.look.clear();
    }
}

impl Drop for Svg<'_> {
    fn drop(&mut self) {
        self.flush();
    }
}

fn filled(color: BackendColor) -> String {
    let mut look = format!(" fill=\"var(--{})\"", variable(color));
    if color.alpha < 1.0 {
        let _ = write!(look, " opacity=\"{}\"", color.alpha);
    }
    look
}

fn stroked(color: BackendColor, width: u32) -> String {
    let mut look = format!(" fill=\"none\" stroke=\"var(--{})\"", variable(color));
    if width != 1 {
        let _ = write!(look, " stroke-width=\"{width}\"");
    }
    if let Some(dash) = DASHES
        .get(usize::from(color.rgb.1))
        .filter(|d| !d.is_empty())
    {
        let _ = write!(look, " stroke-dasharray=\"{dash}\"");
    }
    if color.alpha < 1.0 {
        let _ = write!(look, " opacity=\"{}\"", color.alpha);
    }
    look
}

/// A line through points, each as the way from the one before.
fn way(points: impl IntoIterator<Item = BackendCoord>) -> String {
    let mut data = String::new();
    let mut last: Option<BackendCoord> = None;
    for (x, y) in points {
        match last {
            None => {
                let _ = write!(data, "M{x} {y}");
            }
            Some(before) if before == (x, y) => continue,
            Some((from, above)) => {
                let letter = if data.contains('l') { " " } else { "l" };
                let (dx, dy) = (x - from, y - above);
                // A minus sign keeps numbers apart as well as a space does.
                let letter = if dx < 0 && letter == " " { "" } else { letter };
                let space = if dy < 0 { "" } else { " " };
                let _ = write!(data, "{letter}{dx}{space}{dy}");
            }
        }
        last = Some((x, y));
    }
    data
}

type Drawn = Result<(), DrawingErrorKind<Infallible>>;

impl DrawingBackend for Svg<'_> {
    type ErrorType = Infallible;

    fn get_size(&self) -> (u32, u32) {
        self.size
    }

    fn ensure_prepared(&mut self) -> Drawn {
        Ok(())
    }

    fn present(&mut self) -> Drawn {
        self.flush();
        Ok(())
    }

    fn draw_pixel(&mut self, (x, y): BackendCoord, color: BackendColor) -> Drawn {
        self.draw_rect((x, y), (x + 1, y + 1), &color, true)
    }

    fn draw_line<S: BackendStyle>(&mut self, from: BackendCoord, to: BackendCoord, s: &S) -> Drawn {
        self.draw_path([from, to], s)
    }

    fn draw_rect<S: BackendStyle>(
        &mut self,
        (left, top): BackendCoord,
        (right, bottom): BackendCoord,
        style: &S,
        fill: bool,
    ) -> Drawn {
        if style.color().alpha > 0.0 {
            let look = if fill {
                filled(style.color())
            } else {
                stroked(style.color(), style.stroke_width())
            };
            let (width, height) = (right - left, bottom - top);
            let data = format!("M{left} {top}h{width}v{height}h{}z", -width);
            self.shape(look, &data);
        }
        Ok(())
    }

    fn draw_path<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(
        &mut self,
        path: I,
        style: &S,
    ) -> Drawn {
        if style.color().alpha > 0.0 {
            let look = stroked(style.color(), style.stroke_width());
            self.shape(look, &way(path));
        }
        Ok(())
    }

    fn fill_polygon<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(
        &mut self,
        path: I,
        style: &S,
    ) -> Drawn {
        if style.color().alpha > 0.0 {
            self.shape(filled(style.color()), &format!("{}z", way(path)));
        }
        Ok(())
    }

    fn draw_circle<S: BackendStyle>(
        &mut self,
        (x, y): BackendCoord,
        radius: u32,
        style: &S,
        _fill: bool,
    ) -> Drawn {
        if style.color().alpha > 0.0 {
            // A line of no length with round ends: many dots are one element.
            let look = stroked(style.color(), 2 * radius) + " stroke-linecap=\"round\"";
            self.shape(look, &format!("M{x} {y}h0"));
        }
        Ok(())
    }

    fn draw_text<S: BackendTextStyle>(
        &mut self,
        text: &str,
        style: &S,
        (x, y): BackendCoord,
    ) -> Drawn {
        self.flush();
        let anchor = match style.anchor().h_pos {
            HPos::Left => "",
            HPos::Center => " text-anchor=\"middle\"",
            HPos::Right => " text-anchor=\"end\"",
        };
        let y = match style.anchor().v_pos {
            VPos::Top => y + TEXT * 3 / 4,
            VPos::Center => y + TEXT / 3,
            VPos::Bottom => y - TEXT / 4,
        };
        let fill = match variable(style.color()) {
            "muted" => String::new(),
            other => format!(" fill=\"var(--{other})\""),
        };
        let text = words::escaped(text);
        let _ = write!(
            self.out,
            "<text x=\"{x}\" y=\"{y}\"{anchor}{fill}>{text}</text>"
        );
        Ok(())
    }
}
