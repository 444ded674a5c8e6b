//! Everything a report is made from, from wherever it is: history, git, GitHub,
//! agents' logs, `errors.log`, files about money. Effects.
//!
//! Nothing here fails: what could not be had is told by a source, and the
//! others know nothing of that. A period that is over is told the same way
//! whenever it is asked for; of one that runs everything is told up to the
//! newest instant that the history knows.

mod agents;
mod code;
mod disks;
mod forge;
mod kept;
mod logs;
mod machines;
mod money;
mod node;
mod response;

use std::ffi::OsString;
use std::time::Duration;

use crate::config::Config;
use crate::model::home::Home;
use crate::model::report::facts::{Every, Facts, Machines};
use crate::model::report::forge::Forge;
use crate::model::report::period::{Kind, Period, Span};
use crate::model::report::source::{Source, Standing};
use crate::model::time::Timestamp;
use crate::roster;
use crate::sys::agents::Places;
use crate::sys::clock;
use crate::sys::history::{History, HistoryError};
use crate::sys::surroundings::{self, Surroundings};

/// What is looked up in the environment when it is needed.
#[derive(Debug, Clone)]
pub struct Access {
    /// What `gh` gets to see besides.
    pub gh: Vec<(OsString, OsString)>,
    /// Where agents keep their logs.
    pub agents: Places,
    /// How long new lines of theirs are read, at most.
    pub patience: Duration,
}

impl Access {
    /// As a person or the watcher has it.
    #[must_use]
    pub fn of(around: &Surroundings) -> Self {
        Self {
            gh: surroundings::of_gh(),
            agents: Places::of(around),
            patience: Duration::from_secs(30),
        }
    }
}

/// What all of it is asked for.
struct Ask<'a> {
    config: &'a Config,
    around: &'a Surroundings,
    home: Home,
    now: Timestamp,
    period: &'a Period,
    complete: bool,
    /// What of the period is told.
    span: Span,
    /// What of that the books of the nodes tell of.
    watched: Span,
    /// What that is compared with.
    compared: Span,
    /// The days of it.
    days: Vec<Span>,
}

impl Ask<'_> {
    fn monthly(&self) -> bool {
        self.period.kind == Kind::Monthly
    }
}

/// Gathers what there is of `period`.
#[must_use]
pub fn gather(
    config: &Config,
    period: &Period,
    now: Timestamp,
    around: &Surroundings,
    access: &Access,
) -> Facts {
    let home = Home::of(&around.mamori_home);
    let opened = History::open(&home);
    let newest = |history: &History| history.newest(period.span.start.0, period.span.end.0);
    let known = match &opened {
        Ok(Some(history)) => newest(history).map(|at| at.map(Timestamp)),
        _ => Ok(None),
    };
    let known = known.map_err(|error| error.to_string());
    let until = if period.complete(now) {
        period.span.end
    } else {
        now
    };
    let kept = opened.as_ref().ok().and_then(Option::as_ref);
    let ask = Ask {
        config,
        around,
        home,
        now,
        period,
        complete: period.complete(now),
        span: period.until(until),
        watched: watched(period, kept, now),
        compared: clock::compared(period, until, config.timezone),
        days: days(period, until, config),
    };
    let mut sources = Vec::new();
    let (machines, history) = remembered(&ask, &opened, known);
    sources.push(history);
    let agents = agents::gather(&ask, access);
    let (code, git) = code::gather(&ask, &agents.intervals);
    sources.extend(git);
    let forge = forge::gather(&ask, access);
    let (forge, asked) = forge.map_or((None, Vec::new()), |(forge, asked)| (Some(forge), asked));
    sources.extend(asked);
    sources.extend(agents.sources);
    let (errors, log) = logs::gather(&ask);
    sources.extend(log);
    let (money, files) = money::gather(&ask);
    sources.extend(files);
    let machines = machines.map(|(machines, whole)| logs::with(machines, errors, whole));
    let newest = [
        sources.first().and_then(|history| history.until),
        code.as_ref().and_then(|code| code.now.until),
        agents.all.as_ref().and_then(|all| all.now.newest),
        forge.as_ref().and_then(|forge| newest_of(forge, ask.span)),
        newest_error(machines.as_ref()),
    ];
    Facts {
        period: *period,
        span: ask.span,
        complete: ask.complete,
        compared: ask.compared,
        newest: newest.into_iter().flatten().max(),
        sources,
        code,
        forge,
        agents: agents.all,
        agents_since: agents.since,
        cost: agents.cost,
        prices_checked: agents.prices_checked,
        money,
        machines,
        every: Every {
            local: roster::local_name(config),
            health_s: config.watch.health_every.as_secs(),
            liveness_s: config.watch.liveness_every.as_secs(),
        },
    }
}

/// The time of which the books of the nodes tell.
fn watched(period: &Period, history: Option<&History>, now: Timestamp) -> Span {
    let all = period.until(now);
    let Some(history) = history else { return all };
    let within = (all.start.0, all.end.0);
    let oldest = history.oldest().ok().flatten();
    let until = if period.complete(now) {
        Some(all.end.0)
    } else {
        let booked = history.booked(within.0, within.1).ok().flatten();
        let seen = || history.newest(within.0, within.1).ok().flatten();
        booked.or_else(|| seen().map(|at| at.saturating_add(1)))
    };
    books(all, oldest.map(Timestamp), until.map(Timestamp))
}

/// From when on anything was kept until it was written last: nobody looks each
/// second, and of what comes after that nothing is known yet.
fn books(all: Span, oldest: Option<Timestamp>, until: Option<Timestamp>) -> Span {
    let end = until.unwrap_or(all.start).clamp(all.start, all.end);
    let start = oldest.unwrap_or(all.start).max(all.start);
    Span {
        start: start.min(end),
        end,
    }
}

/// The days of a period that began before `until`, the last as far as it is over.
fn days(period: &Period, until: Timestamp, config: &Config) -> Vec<Span> {
    let dates = period
        .first
        .iter_days()
        .take_while(|day| *day < period.next);
    let days = dates.map(|day| Span {
        start: clock::beginning(day, config.timezone),
        end: clock::beginning(day.succ_opt().unwrap_or(day), config.timezone),
    });
    let days: Vec<Span> = days.collect();
    crate::model::report::course::over(&days, until)
}

/// What the history knows and whether it reaches over all that is compared with,
/// and how much of it could be read.
fn remembered(
    ask: &Ask<'_>,
    opened: &Result<Option<History>, HistoryError>,
    known: Result<Option<Timestamp>, String>,
) -> (Option<(Machines, bool)>, Source) {
    let missing = |why: &str| Source::ok("history", None).but(Standing::Missing, why);
    let history = match opened {
        Ok(Some(history)) => history,
        Ok(None) => return (None, missing("nothing was kept yet")),
        Err(error) => return (None, missing(&error.to_string())),
    };
    let newest = match known {
        Ok(newest) => newest,
        Err(why) => return (None, missing(&why)),
    };
    let oldest = match history.oldest() {
        Ok(oldest) => oldest.map(Timestamp),
        Err(error) => return (None, missing(&error.to_string())),
    };
    // Of a time from which nothing is known nobody can say that all was well.
    if newest.is_none() && oldest.is_none_or(|oldest| oldest >= ask.span.end) {
        return (None, missing("nothing was kept then"));
    }
    let whole = oldest.is_some_and(|oldest| oldest <= ask.compared.start);
    match machines::gather(ask, history, whole) {
        Ok(machines) => {
            let within = newest.filter(|at| ask.span.holds(*at));
            (Some((machines, whole)), Source::ok("history", within))
        }
        Err(error) => (None, missing(&error.to_string())),
    }
}

/// The latest of what was closed or merged in a span.
fn newest_of(forge: &Forge, span: Span) -> Option<Timestamp> {
    let each = forge.repositories.iter().flat_map(|one| {
        let closed = one.closed.items.iter().filter_map(|issue| issue.closed);
        let merged = one.merged.items.iter().filter_map(|pull| pull.merged);
        closed.chain(merged)
    });
    each.filter(|at| span.holds(*at)).max()
}

fn newest_error(machines: Option<&Machines>) -> Option<Timestamp> {
    machines?.newest_errors.first().map(|line| line.at)
}

#[cfg(test)]
mod tests;
