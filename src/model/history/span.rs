//! A node's time as a row of spans, each of one class: what its books grew by
//! since they were last seen, laid out in the order in which it passed.

use crate::model::uptime::{Class, Uptime};

/// A stretch of time of one class, in milliseconds of the wall clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    /// Its beginning.
    pub from: i64,
    /// Its end.
    pub to: i64,
    /// What the node was.
    pub class: Class,
}

/// How the books of a node stand beside those that were seen before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Growth {
    /// They are older than those, or the same: nothing new.
    Nothing,
    /// They were begun anew, or a backup of them was taken: from here on.
    Anew,
    /// They grew by these.
    By(Vec<Span>),
}

/// What `after` says beyond `before`, the books that were seen last.
#[must_use]
pub fn growth(before: Option<&Uptime>, after: &Uptime) -> Growth {
    let parts = |uptime: &Uptime| {
        [
            (Class::Up, uptime.up_ms),
            (Class::Down, uptime.down_ms),
            (Class::Unknown, uptime.unknown_ms),
            (Class::Paused, uptime.paused_ms),
        ]
    };
    let Some(before) = before.filter(|before| before.since == after.since) else {
        let parts = parts(after).map(|(class, span)| (class, whole(span)));
        return laid_out(&parts, None, after);
    };
    let mut grown = [(Class::Unknown, 0); 4];
    let pairs = parts(before).into_iter().zip(parts(after));
    for (into, ((class, was), (_, is))) in grown.iter_mut().zip(pairs) {
        let Some(span) = is.checked_sub(was) else {
            // Less than before: older books, or a backup of them in force.
            return if after.last.at > before.last.at {
                Growth::Anew
            } else {
                Growth::Nothing
            };
        };
        *into = (class, whole(span));
    }
    laid_out(&grown, Some(before.class), after)
}

/// What it was before comes first, what it is now last; between two of the
/// same class lies what is of another.
fn laid_out(parts: &[(Class, i64)], was: Option<Class>, after: &Uptime) -> Growth {
    let of = |class: Class| {
        let part = parts.iter().find(|(one, _)| *one == class);
        part.map_or(0, |(_, span)| *span)
    };
    let total = parts
        .iter()
        .fold(0_i64, |sum, (_, span)| sum.saturating_add(*span));
    if total == 0 {
        return Growth::Nothing;
    }
    let first = was.map_or(0, of);
    let (first, last) = if was == Some(after.class) {
        (first / 2, first - first / 2)
    } else {
        (first, of(after.class))
    };
    let between = [Class::Unknown, Class::Down, Class::Up, Class::Paused];
    let between = between
        .into_iter()
        .filter(|class| Some(*class) != was && *class != after.class)
        .map(|class| (class, of(class)));
    let order = was
        .map(|was| (was, first))
        .into_iter()
        .chain(between)
        .chain([(after.class, last)]);
    let end = after.last.at.0.saturating_mul(1_000);
    let mut from = end.saturating_sub(total);
    let mut spans: Vec<Span> = Vec::new();
    for (class, span) in order.filter(|(_, span)| *span > 0) {
        let to = from.saturating_add(span);
        match spans.last_mut() {
            Some(before) if before.class == class => before.to = to,
            _ => spans.push(Span { from, to, class }),
        }
        from = to;
    }
    Growth::By(spans)
}

fn whole(span: u64) -> i64 {
    // Four of the longest still add up.
    i64::try_from(span).unwrap_or(i64::MAX).min(i64::MAX / 8)
}

/// Milliseconds by class; together the window they were asked of.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Shares {
    /// It answered.
    pub up_ms: i64,
    /// It did not.
    pub down_ms: i64,
    /// Nobody knows.
    pub unknown_ms: i64,
    /// Nobody should look.
    pub paused_ms: i64,
}

/// The spans of one node within `[since, until)` milliseconds: in order, none
/// over another, and what no span tells of unknown. Where two tell of the same
/// time, because the clock was set back, the first does.
#[must_use]
pub fn within(spans: &[Span], since: i64, until: i64) -> Vec<Span> {
    let mut spans = spans.to_vec();
    spans.sort_by_key(|span| (span.from, span.to));
    let mut all: Vec<Span> = Vec::new();
    let mut push = |from: i64, to: i64, class: Class| {
        if from >= to {
            return;
        }
        match all.last_mut() {
            Some(before) if before.class == class => before.to = to,
            _ => all.push(Span { from, to, class }),
        }
    };
    let mut at = since;
    for span in spans {
        let (from, to) = (span.from.max(at), span.to.min(until));
        if from < to {
            push(at, from, Class::Unknown);
            push(from, to, span.class);
            at = to;
        }
    }
    push(at, until, Class::Unknown);
    all
}

/// The same as sums.
#[must_use]
pub fn shares(spans: &[Span], since: i64, until: i64) -> Shares {
    let mut shares = Shares::default();
    for span in within(spans, since, until) {
        let length = span.to.saturating_sub(span.from);
        match span.class {
            Class::Up => shares.up_ms += length,
            Class::Down => shares.down_ms += length,
            Class::Unknown => shares.unknown_ms += length,
            Class::Paused => shares.paused_ms += length,
        }
    }
    shares
}

#[cfg(test)]
#[path = "span_tests.rs"]
mod tests;
