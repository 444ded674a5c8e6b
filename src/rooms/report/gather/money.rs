//! What people themselves keep of money: a budget, and a log of costs.

use std::path::PathBuf;

use chrono::Local;

use super::Ask;
use crate::model::report::agents::budget::{Budget, Logged, budget, logged};
use crate::model::report::facts::Money;
use crate::model::report::source::{Source, Standing};
use crate::model::text::count;
use crate::sys::files;

/// The largest budget and the largest log of costs, in bytes.
const BUDGET: usize = 1 << 20;
const LOG: usize = 16 << 20;

/// Both, and a source for each that there is.
pub(super) fn gather(ask: &Ask<'_>) -> (Money, Vec<Source>) {
    let budget = first(
        ask,
        "budget",
        &["BUDGET.yml", ".miyabi/BUDGET.yml"],
        "BUDGET.yml",
        BUDGET,
        |text| budget(text).ok_or("no monthly_budget_usd in it"),
    );
    let places = [".miyabi/logs/cost_tracking.json"];
    let log = first(
        ask,
        "cost log",
        &places,
        "logs/cost_tracking.json",
        LOG,
        |text| of_period(ask, text).ok_or("no list of costs"),
    );
    let (budget, of_budget): (Option<Budget>, _) = budget;
    let (logged, of_log): (Option<Logged>, _) = log;
    let of_log = of_log.map(|source| match logged.as_ref().map(|log| log.unread) {
        Some(unread) if unread > 0 => {
            let number = usize::try_from(unread).unwrap_or(usize::MAX);
            let (entries, be) = (count(number, "entry"), "could not be understood");
            let entries = entries.replace("entrys", "entries");
            source.but(Standing::Partial, &format!("{entries} {be}"))
        }
        _ => source,
    });
    let sources = of_budget.into_iter().chain(of_log).collect();
    (Money { budget, logged }, sources)
}

fn of_period(ask: &Ask<'_>, text: &str) -> Option<Logged> {
    let (since, until) = (ask.span.start, ask.span.end);
    match ask.config.timezone {
        Some(zone) => logged(text, since, until, &zone),
        None => logged(text, since, until, &Local),
    }
}

/// The first of these files that can be read: in the configured repositories,
/// then in Mamori's home. Where none can, why the first of them could not.
fn first<T>(
    ask: &Ask<'_>,
    what: &str,
    in_repositories: &[&str],
    at_home: &str,
    limit: usize,
    read: impl Fn(&str) -> Result<T, &'static str>,
) -> (Option<T>, Option<Source>) {
    let repositories = ask.config.report.repositories.iter();
    let paths = repositories.flat_map(|one| in_repositories.iter().map(|name| one.join(name)));
    let home = ask.around.mamori_home.join(at_home);
    let paths: Vec<PathBuf> = paths.chain([home]).collect();
    let mut wrong = None;
    for path in paths.iter().filter(|path| files::exists(path)) {
        let told = match files::head(path, limit + 1) {
            None => Err("cannot be read"),
            Some(bytes) if bytes.len() > limit => Err("too large"),
            Some(bytes) => read(&String::from_utf8_lossy(&bytes)),
        };
        match told {
            Ok(found) => return (Some(found), Some(Source::ok(what, None))),
            Err(why) => {
                let why = format!("`{}`: {why}", ask.around.shown(path));
                wrong.get_or_insert_with(|| Source::ok(what, None).but(Standing::Missing, &why));
            }
        }
    }
    (None, wrong)
}
