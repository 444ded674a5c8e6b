//! What drawings have in common: the paper, text and marks on it, a time axis,
//! a plot with its scale.

use std::convert::Infallible;

use plotters::chart::{ChartBuilder, ChartContext, LabelAreaPosition};
use plotters::coord::Shift;
use plotters::coord::cartesian::Cartesian2d;
use plotters::coord::ranged1d::Ranged as _;
use plotters::coord::types::RangedCoordf64;
use plotters::drawing::{DrawingArea, DrawingAreaErrorKind};
use plotters::element::{Circle, PathElement, Rectangle};
use plotters::style::text_anchor::{HPos, Pos, VPos};
use plotters::style::{Color as _, IntoTextStyle as _, RGBAColor, RGBColor, TRANSPARENT};

use super::backend::{Ink, Svg, TEXT};
use super::words::{fitted, reach, stride};
use crate::model::report::view::Tick;

/// Units from left to right, two to a pixel of the narrowest screen.
pub(super) const WIDTH: i32 = 720;

/// Drawing on a string has no errors; plotters has them in its types.
pub(super) type Error = DrawingAreaErrorKind<Infallible>;
/// What each drawing ends with.
pub(super) type Drawn = Result<(), Error>;
/// A plot: 0 to 1 from left to right, values from bottom to top.
pub(super) type Plot<'r, 'a> =
    ChartContext<'r, Svg<'a>, Cartesian2d<RangedCoordf64, RangedCoordf64>>;

/// What is drawn on.
pub(super) struct Paper<'a> {
    area: DrawingArea<Svg<'a>, Shift>,
}

/// Which point of a text stands where it is placed.
#[derive(Clone, Copy)]
pub(super) enum Anchor {
    /// Its start.
    Start,
    /// Its middle.
    Middle,
    /// Its end.
    End,
}

impl<'a> Paper<'a> {
    pub(super) fn new(backend: Svg<'a>) -> Self {
        Self {
            area: backend.into(),
        }
    }

    /// Text around the height `y`.
    pub(super) fn text(&self, at: (i32, i32), anchor: Anchor, ink: Ink, text: &str) -> Drawn {
        let horizontal = match anchor {
            Anchor::Start => HPos::Left,
            Anchor::Middle => HPos::Center,
            Anchor::End => HPos::Right,
        };
        let style = ("sans-serif", TEXT)
            .into_text_style(&self.area)
            .with_color(ink.solid())
            .with_anchor::<RGBColor>(Pos::new(horizontal, VPos::Center))
            .into_text_style(&self.area);
        self.area.draw_text(text, &style, at)
    }

    /// A filled rectangle.
    pub(super) fn fill(&self, from: (i32, i32), to: (i32, i32), color: RGBAColor) -> Drawn {
        self.area.draw(&Rectangle::new([from, to], color.filled()))
    }

    /// The outline of a rectangle, inside of it.
    pub(super) fn outline(&self, from: (i32, i32), to: (i32, i32), ink: Ink) -> Drawn {
        let inside = [(from.0 + 1, from.1 + 1), (to.0 - 1, to.1 - 1)];
        self.area
            .draw(&Rectangle::new(inside, ink.solid().stroke_width(2)))
    }

    /// A line.
    pub(super) fn line(&self, points: Vec<(i32, i32)>, color: RGBColor, width: u32) -> Drawn {
        self.area
            .draw(&PathElement::new(points, color.stroke_width(width)))
    }

    /// A dot.
    pub(super) fn dot(&self, at: (i32, i32), radius: i32, ink: Ink) -> Drawn {
        self.area
            .draw(&Circle::new(at, radius, ink.solid().filled()))
    }

    /// The labels of a time axis that ends at `left` and `right`, around the
    /// height `y`; none over another.
    pub(super) fn ticks(&self, ticks: &[Tick], (left, right): (i32, i32), y: i32) -> Drawn {
        let placed: Vec<(i32, String)> = ticks
            .iter()
            .filter(|tick| tick.at.is_finite())
            .map(|tick| (between(left, right, tick.at), fitted(&tick.label, 210)))
            .collect();
        self.labels(&placed, y, Ink::Muted)
    }

    /// Labels in the middle over their places around the height `y`, or beside
    /// them at the edges; every second where they are too many, or fewer.
    pub(super) fn labels(&self, placed: &[(i32, String)], y: i32, ink: Ink) -> Drawn {
        let kept = |(x, label): &(i32, String)| {
            let wide = reach(label);
            if x - wide / 2 < 0 {
                (0, wide, (0, Anchor::Start))
            } else if x + wide / 2 > WIDTH {
                (WIDTH - wide, wide, (WIDTH, Anchor::End))
            } else {
                (x - wide / 2, wide, (*x, Anchor::Middle))
            }
        };
        let kept: Vec<_> = placed.iter().map(kept).collect();
        let ends: Vec<(i32, i32)> = kept.iter().map(|(from, wide, _)| (*from, *wide)).collect();
        let labels = kept.iter().zip(placed).step_by(stride(&ends));
        for ((_, _, (x, anchor)), (_, label)) in labels.filter(|(_, (_, label))| !label.is_empty())
        {
            self.text((*x, y), *anchor, ink, label)?;
        }
        Ok(())
    }

    /// Axes and grid for such values, from zero on, with `above` units free
    /// over it and `below` beneath.
    pub(super) fn plot(
        &self,
        scale: &Scale,
        above: i32,
        below: i32,
    ) -> Result<Plot<'_, 'a>, Error> {
        let text = ("sans-serif", TEXT)
            .into_text_style(&self.area)
            .with_color(Ink::Muted.solid())
            .into_text_style(&self.area);
        let mut plot = ChartBuilder::on(&self.area)
            .margin_top(above)
            .margin_right(12)
            .set_label_area_size(LabelAreaPosition::Left, scale.labels())
            .set_label_area_size(LabelAreaPosition::Bottom, below)
            .build_cartesian_2d(0.0..1.0, scale.low..scale.high)?;
        plot.configure_mesh()
            .disable_x_mesh()
            .x_labels(0)
            .y_labels(STEPS)
            .y_label_formatter(&|value| scale.label(*value))
            .label_style(text)
            .set_all_tick_mark_size(GAP)
            .light_line_style(TRANSPARENT)
            .bold_line_style(Ink::Grid.solid().stroke_width(2))
            .axis_style(TRANSPARENT)
            .draw()?;
        Ok(plot)
    }
}

/// The place of a part of 1.
pub(super) fn between(left: i32, right: i32, part: f64) -> i32 {
    let part = if part.is_finite() {
        part.clamp(0.0, 1.0)
    } else {
        0.0
    };
    left + rounded(part * f64::from(right - left))
}

/// The nearest whole number.
#[expect(clippy::cast_possible_truncation, reason = "clamped")]
pub(super) fn rounded(value: f64) -> i32 {
    value.round().clamp(-1e6, 1e6) as i32
}

/// From labels to the plot.
const GAP: i32 = 8;
/// The most lines of the grid.
const STEPS: usize = 5;
/// What is larger is drawn as if it were this.
const LARGEST: f64 = 1e12;

/// A value that can be drawn.
pub(super) fn number(value: f64) -> Option<f64> {
    value.is_finite().then(|| value.clamp(-LARGEST, LARGEST))
}

/// What a plot reaches from and to.
pub(super) struct Scale {
    pub(super) low: f64,
    high: f64,
    step: f64,
}

impl Scale {
    /// From zero, or lower where a value is, to the first round number that no
    /// value passes.
    pub(super) fn of(values: impl IntoIterator<Item = f64>) -> Self {
        let (mut low, mut high) = (0.0_f64, 0.0_f64);
        for value in values.into_iter().filter_map(number) {
            low = low.min(value);
            high = high.max(value);
        }
        if high - low < 1e-9 {
            high = low + 1.0;
        }
        let step = |low: f64, high: f64, lines: usize| {
            let points = RangedCoordf64::from(low..high).key_points(lines);
            match points.as_slice() {
                [first, second, ..] => second - first,
                _ => high - low,
            }
        };
        let first = step(low, high, 2 * STEPS);
        let low = (low / first).floor() * first;
        let high = (high / first).ceil() * first;
        Self {
            low,
            high,
            step: step(low, high, STEPS),
        }
    }

    fn label(&self, value: f64) -> String {
        let (unit, letter) = match self.step {
            step if step >= 1e9 => (1e9, "G"),
            step if step >= 1e6 => (1e6, "M"),
            step if step >= 1e4 => (1e3, "k"),
            _ => (1.0, ""),
        };
        let decimals = match self.step / unit {
            step if step < 0.001 => 6,
            step if step < 0.01 => 3,
            step if step < 0.1 => 2,
            step if (step - step.round()).abs() > 1e-9 => 1,
            _ => 0,
        };
        let shown = format!("{:.decimals$}{letter}", value / unit);
        if value == 0.0 { "0".to_owned() } else { shown }
    }

    fn labels(&self) -> i32 {
        reach(&self.label(self.high)).max(reach(&self.label(self.low))) + 2 * GAP
    }
}
