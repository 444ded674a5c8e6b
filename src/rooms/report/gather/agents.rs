//! What coding agents did, by the ledger of what they left behind.

use std::sync::mpsc;
use std::time::Duration;

use chrono::NaiveDate;

use super::{Access, Ask};
use crate::model::report::agents::figures::All;
use crate::model::report::agents::observed::Interval;
use crate::model::report::agents::price::{Money, Prices};
use crate::model::report::facts::{Both, DayCost};
use crate::model::report::period::Span;
use crate::model::report::source::{Source, Standing};
use crate::model::text::{clean, count};
use crate::model::time::Timestamp;
use crate::sys::agents::{self, AgentsError, Collected, Ledger};
use crate::sys::bell::aside;
use crate::sys::clock;
use crate::sys::flock::Wait;

/// How long another one may be at it.
const HELD: Duration = Duration::from_secs(5);

/// What is known of them.
pub(super) struct Seen {
    pub(super) all: Option<Both<All>>,
    pub(super) since: Option<Timestamp>,
    pub(super) cost: Vec<DayCost>,
    pub(super) prices_checked: NaiveDate,
    /// When which was seen at work in which folder.
    pub(super) intervals: Vec<Interval>,
    pub(super) sources: Vec<Source>,
}

/// Reads what is new of their logs, and asks the ledger.
pub(super) fn gather(ask: &Ask<'_>, access: &Access) -> Seen {
    let (prices, wrong) = agents::prices(ask.around);
    let mut listed = Source::ok("prices", None);
    if let Some(wrong) = wrong {
        listed = listed.but(Standing::Partial, &wrong);
    }
    let read = collect(ask, access);
    let told = Told::of(ask, &prices);
    let mut source = match &told {
        Ok(Some(told)) => told.source(ask),
        Ok(None) => Source::ok("agents", None),
        Err(error) => Source::ok("agents", None).but(Standing::Missing, &error.to_string()),
    };
    let fine = read.is_ok();
    if let Err(why) = read {
        source = source.but(Standing::Partial, &why);
    }
    let told = told.ok().flatten();
    let mut sources = Vec::new();
    // Where nobody ever worked with any nothing is missing.
    if told.is_some() || !fine || source.state != Standing::Ok {
        sources.push(source);
    }
    sources.extend(told.is_some().then_some(listed));
    let since = told.as_ref().and_then(|told| told.oldest);
    let (all, cost, intervals) = match told {
        Some(told) => (Some(told.all), told.cost, told.intervals),
        None => (None, Vec::new(), Vec::new()),
    };
    Seen {
        all,
        since,
        cost,
        prices_checked: prices.checked,
        intervals,
        sources,
    }
}

/// Reads what is new, for so long and no longer: the rest is read the next time.
fn collect(ask: &Ask<'_>, access: &Access) -> Result<(), String> {
    let (home, places) = (ask.home.clone(), access.agents.clone());
    let (sender, receiver) = mpsc::channel();
    let work = move || {
        // Who gave up waiting hears nothing.
        let _ = sender.send(agents::collect(&home, &places, Wait::AtMost(HELD)));
    };
    aside("agents", work).map_err(|error| error.to_string())?;
    match receiver.recv_timeout(access.patience) {
        Ok(Ok(done)) => refused(&done),
        Ok(Err(error)) => Err(format!("what is new was not read: {error}")),
        Err(_) => Err("new lines are still being read".to_owned()),
    }
}

fn refused(done: &Collected) -> Result<(), String> {
    match done.refused.len() {
        0 => Ok(()),
        number => Err(format!("{} could not be read", count(number, "log"))),
    }
}

struct Told {
    all: Both<All>,
    cost: Vec<DayCost>,
    intervals: Vec<Interval>,
    /// The first request that is known.
    oldest: Option<Timestamp>,
}

impl Told {
    /// How much of it is known.
    fn source(&self, ask: &Ask<'_>) -> Source {
        let source = Source::ok("agents", self.all.now.newest);
        match self.oldest.filter(|oldest| *oldest > ask.compared.start) {
            Some(oldest) => {
                let at = clock::zoned(oldest, ask.span.start, ask.config.timezone);
                source.but(Standing::Ok, &format!("nothing is known from before {at}"))
            }
            None => source,
        }
    }

    /// What the ledger says; `None` where nothing was ever seen.
    fn of(ask: &Ask<'_>, prices: &Prices) -> Result<Option<Self>, AgentsError> {
        let Some(ledger) = Ledger::open(&ask.home)? else {
            return Ok(None);
        };
        let figures = |span: Span| ledger.figures(span.start, span.end, prices);
        let all = Both {
            now: figures(ask.span)?,
            before: figures(ask.compared)?,
        };
        let kept = ledger.kept()?;
        if kept.is_empty() {
            return Ok(None);
        }
        let mut cost = Vec::new();
        for day in &ask.days {
            cost.push(of_day(day.start, &figures(*day)?));
        }
        // Work that began before may go on.
        let since = ask.compared.start.min(ask.span.start);
        Ok(Some(Self {
            all,
            cost,
            intervals: ledger.observed(since, ask.span.end)?,
            oldest: kept.values().filter_map(|one| one.oldest).min(),
        }))
    }
}

fn of_day(day: Timestamp, all: &All) -> DayCost {
    let priced = all.agents.iter().filter_map(|one| {
        let cost = one.used.priced().map(Money::dollars)?;
        Some((clean(one.agent.name()), cost))
    });
    DayCost {
        day,
        by_agent: priced.collect(),
    }
}
