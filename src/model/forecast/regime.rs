//! Straight lines through a series, and where the current one began.

use super::num::{at, largest, median, real, smallest};

/// A least-squares line: percent per horizon, the level at time 0 (now), and
/// the standard deviation of what it leaves.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct Line {
    /// Percent per horizon.
    pub slope: f64,
    /// Percent at now.
    pub level: f64,
    /// Percent.
    pub spread: f64,
}

/// The line through samples at times `x`; a flat one through the last of fewer
/// than three, or where all have one time.
pub(super) fn line(x: &[f64], y: &[f64]) -> Line {
    let flat = Line {
        level: y.last().copied().unwrap_or(0.0),
        ..Line::default()
    };
    if x.len() < 3 {
        return flat;
    }
    let mut sums = Sums::default();
    x.iter().zip(y).for_each(|(&x, &y)| sums.add(x, y));
    let (width, joint) = sums.moments();
    if width < 1e-12 {
        return flat;
    }
    let slope = joint / width;
    Line {
        slope,
        level: (sums.y - slope * sums.x) / sums.count,
        spread: (sums.left() / sums.count).max(0.0).sqrt(),
    }
}

/// Sums that a least-squares line needs.
#[derive(Debug, Clone, Copy, Default)]
struct Sums {
    count: f64,
    x: f64,
    y: f64,
    xx: f64,
    xy: f64,
    yy: f64,
}

impl Sums {
    fn add(&mut self, x: f64, y: f64) {
        self.count += 1.0;
        self.x += x;
        self.y += y;
        self.xx += x * x;
        self.xy += x * y;
        self.yy += y * y;
    }

    fn without(self, other: Self) -> Self {
        Self {
            count: self.count - other.count,
            x: self.x - other.x,
            y: self.y - other.y,
            xx: self.xx - other.xx,
            xy: self.xy - other.xy,
            yy: self.yy - other.yy,
        }
    }

    fn moments(self) -> (f64, f64) {
        let width = self.xx - self.x * self.x / self.count;
        (width, self.xy - self.x * self.y / self.count)
    }

    /// The squared error that the best line leaves.
    fn left(self) -> f64 {
        let (width, joint) = self.moments();
        let total = self.yy - self.y * self.y / self.count;
        (total - joint * joint / width.max(1e-12)).max(0.0)
    }
}

/// Where the current linear regime begins: after the last jump, that is a
/// difference far from the usual ones (12 times their median absolute
/// deviation, and an eighth of the whole range), and then as long as two lines
/// leave `gain` times less squared error than one, after the best such cut
/// (binary segmentation, Scott and Knott 1974, on the last piece alone). No
/// piece is shorter than `least`.
pub(super) fn begin(x: &[f64], y: &[f64], least: usize, gain: f64) -> usize {
    let count = y.len().min(x.len());
    let mut begin = if count > least { last_jump(y) } else { 0 };
    while count - begin >= 2 * least {
        let Some(cut) = split(rest(x, begin), rest(y, begin), least, gain) else {
            break;
        };
        begin += cut;
    }
    begin
}

/// After the last jump that at least four samples follow; else 0.
fn last_jump(y: &[f64]) -> usize {
    let steps: Vec<f64> = y.iter().zip(y.iter().skip(1)).map(|(a, b)| b - a).collect();
    let usual = median(&steps);
    let away: Vec<f64> = steps.iter().map(|step| (step - usual).abs()).collect();
    let far = (12.0 * (median(&away) + 0.02)).max(0.12 * (largest(y) - smallest(y)));
    match away.iter().rposition(|&step| step > far) {
        Some(last) if y.len() >= last + 5 => last + 1,
        _ => 0,
    }
}

/// Where to cut into two lines, when that is worth it.
fn split(x: &[f64], y: &[f64], least: usize, gain: f64) -> Option<usize> {
    let first = at(x, 0);
    let mut all = Sums::default();
    x.iter().zip(y).for_each(|(&x, &y)| all.add(x - first, y));
    let floor = 1e-4 * all.count;
    let mut left = Sums::default();
    let mut best: Option<(f64, usize)> = None;
    for (place, (&x, &y)) in x.iter().zip(y).enumerate() {
        left.add(x - first, y);
        let length = place + 1;
        if length < least || real(length + least) > all.count {
            continue;
        }
        let error = left.left() + all.without(left).left() + floor;
        if best.is_none_or(|(least, _)| error < least) {
            best = Some((error, length));
        }
    }
    let (error, cut) = best?;
    ((all.left() + floor) / error >= gain).then_some(cut)
}

/// All from a place on.
fn rest(values: &[f64], from: usize) -> &[f64] {
    values.get(from..).unwrap_or(&[])
}
