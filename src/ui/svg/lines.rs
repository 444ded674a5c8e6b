//! Values over time: a median in its band, lines, dots, a past and what is
//! foreseen. Where nothing is known a line is broken, never bridged.

use plotters::element::{Circle, PathElement, Polygon};
use plotters::series::LineSeries;
use plotters::style::{Color as _, RGBColor};

use super::backend::Ink;
use super::legend;
use super::paper::{Anchor, Drawn, Error, Paper, Plot, Scale, WIDTH, number};
use super::words::{fitted, reach};
use crate::model::report::view::{BandPoint, Drawing, Point, Series, Tick};

pub(super) const HEIGHT: i32 = 300;
pub(super) const HEIGHT_AHEAD: i32 = 350;
/// The room above a plot, and that of the time axis.
const ABOVE: i32 = 16;
const BELOW: i32 = 40;
const PEN: u32 = 4;

/// Up to four.
fn shown(series: &[Series]) -> &[Series] {
    series.get(..4).unwrap_or(series)
}

pub(super) fn names(series: &[Series]) -> Vec<String> {
    shown(series).iter().map(|one| one.name.clone()).collect()
}

/// Points that can be drawn, in pieces without a gap.
fn pieces(points: &[Point]) -> Vec<Vec<(f64, f64)>> {
    let mut pieces: Vec<Vec<(f64, f64)>> = Vec::new();
    let mut broken = true;
    for point in points {
        let (Some(value), true) = (number(point.value), point.at.is_finite()) else {
            broken = true;
            continue;
        };
        let place = (point.at.clamp(0.0, 1.0), value);
        match pieces.last_mut() {
            Some(piece) if !broken && !point.gap => piece.push(place),
            _ => pieces.push(vec![place]),
        }
        broken = false;
    }
    pieces
}

fn bands(points: &[BandPoint]) -> Vec<Vec<BandPoint>> {
    let mut pieces: Vec<Vec<BandPoint>> = Vec::new();
    let mut broken = true;
    for point in points {
        let numbers = (number(point.low), number(point.middle), number(point.high));
        let ((Some(low), Some(middle), Some(high)), true) = (numbers, point.at.is_finite()) else {
            broken = true;
            continue;
        };
        let sound = BandPoint {
            at: point.at.clamp(0.0, 1.0),
            low: low.min(middle),
            middle,
            high: high.max(middle),
            gap: point.gap,
        };
        match pieces.last_mut() {
            Some(piece) if !broken && !point.gap => piece.push(sound),
            _ => pieces.push(vec![sound]),
        }
        broken = false;
    }
    pieces
}

fn extent(pieces: &[Vec<BandPoint>]) -> impl Iterator<Item = f64> {
    pieces
        .iter()
        .flatten()
        .flat_map(|point| [point.low, point.high])
}

/// Lines; a lonely point is a dot.
fn strokes(plot: &mut Plot<'_, '_>, pieces: &[Vec<(f64, f64)>], color: RGBColor) -> Drawn {
    for piece in pieces.iter().filter(|piece| piece.len() > 1) {
        let style = color.stroke_width(PEN);
        plot.draw_series(LineSeries::new(piece.iter().copied(), style))?;
    }
    let lonely = pieces.iter().filter(|piece| piece.len() == 1).flatten();
    for point in lonely {
        let style = RGBColor(color.0, 0, color.2).filled();
        plot.draw_series([Circle::new(*point, 4, style)])?;
    }
    Ok(())
}

fn fill(plot: &mut Plot<'_, '_>, pieces: &[Vec<BandPoint>], ink: Ink) -> Drawn {
    for piece in pieces.iter().filter(|piece| piece.len() > 1) {
        let upper = piece.iter().map(|point| (point.at, point.high));
        let lower = piece.iter().rev().map(|point| (point.at, point.low));
        let edge: Vec<(f64, f64)> = upper.chain(lower).collect();
        plot.draw_series([Polygon::new(edge, ink.solid().mix(0.22).filled())])?;
    }
    // One point alone has a band, too.
    for point in pieces.iter().filter(|piece| piece.len() == 1).flatten() {
        let ends = vec![(point.at, point.low), (point.at, point.high)];
        plot.draw_series([PathElement::new(
            ends,
            ink.solid().mix(0.4).stroke_width(PEN),
        )])?;
    }
    Ok(())
}

fn middles(pieces: &[Vec<BandPoint>]) -> Vec<Vec<(f64, f64)>> {
    let middle = |piece: &Vec<BandPoint>| piece.iter().map(|p| (p.at, p.middle)).collect();
    pieces.iter().map(middle).collect()
}

/// Labels of the time axis beneath a plot.
fn axis(paper: &Paper<'_>, plot: &Plot<'_, '_>, scale: &Scale, ticks: &[Tick]) -> Drawn {
    let (left, bottom) = plot.backend_coord(&(0.0, scale.low));
    let (right, _) = plot.backend_coord(&(1.0, scale.low));
    paper.ticks(ticks, (left, right), bottom + 24)
}

pub(super) fn band(paper: &Paper<'_>, points: &[BandPoint], ticks: &[Tick]) -> Result<bool, Error> {
    let pieces = bands(points);
    if pieces.is_empty() {
        return Ok(false);
    }
    let scale = Scale::of(extent(&pieces));
    let mut plot = paper.plot(&scale, ABOVE, BELOW)?;
    fill(&mut plot, &pieces, Ink::Series(0))?;
    strokes(&mut plot, &middles(&pieces), Ink::Series(0).solid())?;
    axis(paper, &plot, &scale, ticks)?;
    Ok(true)
}

pub(super) fn lines(paper: &Paper<'_>, series: &[Series], ticks: &[Tick]) -> Result<bool, Error> {
    let all: Vec<_> = shown(series)
        .iter()
        .map(|one| pieces(&one.points))
        .collect();
    if all.iter().all(Vec::is_empty) {
        return Ok(false);
    }
    let names = names(series);
    let scale = Scale::of(all.iter().flatten().flatten().map(|(_, value)| *value));
    let mut plot = paper.plot(&scale, ABOVE + legend::height(&names), BELOW)?;
    for (at, pieces) in all.iter().enumerate() {
        strokes(&mut plot, pieces, Ink::Series(at).dashed(at))?;
    }
    axis(paper, &plot, &scale, ticks)?;
    legend::draw(paper, &names, |at, (left, top), (right, bottom)| {
        let y = i32::midpoint(top, bottom);
        paper.line(vec![(left, y), (right, y)], Ink::Series(at).dashed(at), PEN)
    })?;
    Ok(true)
}

pub(super) fn dots(paper: &Paper<'_>, points: &[Point], ticks: &[Tick]) -> Result<bool, Error> {
    let points: Vec<(f64, f64)> = pieces(points).into_iter().flatten().collect();
    if points.is_empty() {
        return Ok(false);
    }
    let scale = Scale::of(points.iter().map(|(_, value)| *value));
    let mut plot = paper.plot(&scale, ABOVE, BELOW)?;
    let style = Ink::Series(0).solid().filled();
    let dots = points.into_iter();
    plot.draw_series(dots.map(|point| Circle::new(point, 8, style)))?;
    axis(paper, &plot, &scale, ticks)?;
    Ok(true)
}

pub(super) fn ahead(paper: &Paper<'_>, drawing: &Drawing) -> Result<bool, Error> {
    let Drawing::Ahead {
        past,
        ahead,
        limit,
        limit_label,
        now,
        now_label,
        ticks,
    } = drawing
    else {
        return Ok(false);
    };
    let (behind, before) = (pieces(past), bands(ahead));
    if behind.is_empty() && before.is_empty() {
        return Ok(false);
    }
    let limit = number(*limit);
    let values = behind.iter().flatten().map(|(_, value)| *value);
    let scale = Scale::of(values.chain(extent(&before)).chain(limit));
    let mut plot = paper.plot(&scale, 64, BELOW)?;
    fill(&mut plot, &before, Ink::Series(0))?;
    strokes(&mut plot, &behind, Ink::Series(0).solid())?;
    strokes(&mut plot, &middles(&before), Ink::Series(0).dashed(1))?;
    if let Some(limit) = limit {
        let line = vec![(0.0, limit), (1.0, limit)];
        let style = Ink::Bad.dashed(4).stroke_width(3);
        plot.draw_series([PathElement::new(line, style)])?;
        let (left, y) = plot.backend_coord(&(0.0, limit));
        let label = fitted(limit_label, WIDTH / 2);
        paper.text((left + 14, y - 18), Anchor::Start, Ink::Bad, &label)?;
    }
    if now.is_finite() {
        let now = now.clamp(0.0, 1.0);
        let (x, bottom) = plot.backend_coord(&(now, scale.low));
        paper.line(vec![(x, 34), (x, bottom)], Ink::Muted.dashed(2), 2)?;
        let label = fitted(now_label, WIDTH / 2);
        let half = reach(&label) / 2;
        let x = x.clamp(half, (WIDTH - half).max(half));
        paper.text((x, 16), Anchor::Middle, Ink::Fg, &label)?;
    }
    axis(paper, &plot, &scale, ticks)?;
    Ok(true)
}
