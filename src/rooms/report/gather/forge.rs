//! What GitHub says, and what it said when it was asked before.

use super::{Access, Ask};
use crate::model::report::forge::{Forge, Repository};
use crate::model::report::period::Span;
use crate::model::report::source::{Source, Standing};
use crate::model::time::Timestamp;
use crate::sys::gh::{self, Question};
use crate::sys::output;

/// A milestone's pace is that of so many seconds.
const PACE: i64 = 28 * 86_400;

/// What is said of what stood open at the end of a period that is long over.
const GONE: &str = "what was open then is not known any more";
/// What stands open is of the end of a period for so long after it.
const FRESH: i64 = 2 * 86_400;

/// What is known, and its sources; `None` where no repositories are configured.
pub(super) fn gather(ask: &Ask<'_>, access: &Access) -> Option<(Forge, Vec<Source>)> {
    let wanted = &ask.config.report.github;
    if wanted.is_empty() {
        return None;
    }
    let stem = ask.period.stem();
    let (kept, odd) = match gh::kept(&ask.home, &stem) {
        Ok(kept) => (kept.map(|kept| as_of_then(kept, None, ask)), None),
        Err(why) => (None, Some(why)),
    };
    let usable = |kept: &&Forge| ask.complete && covers(kept, ask);
    let before = kept.as_ref().filter(usable);
    let known = |name: &String| {
        let one = before.and_then(|kept| of_name(kept, name));
        one.is_some_and(|one| is_whole(one, ask))
    };
    let missing: Vec<String> = wanted.iter().filter(|name| !known(name)).cloned().collect();
    let mut forge = match before {
        Some(kept) if missing.is_empty() => kept.clone(),
        _ => {
            let mut new = question(ask, access, &missing);
            // What is taken from it is believed to be whole over both spans.
            let whole = kept.iter().filter(|kept| covers(kept, ask));
            for (kept, span) in whole.flat_map(|kept| [(kept, ask.span), (kept, ask.compared)]) {
                new = new.or_kept(kept, span);
            }
            new = as_of_then(new, before, ask);
            match before {
                Some(kept) => joined(kept, new, &missing),
                None => new,
            }
        }
    };
    in_order(&mut forge, wanted);
    let better = kept.as_ref().is_none_or(|kept| {
        let new = worth(&forge, ask);
        *kept != forge && new >= worth(kept, ask)
    });
    let keep = || gh::keep(&ask.home, &stem, &forge);
    if better && let Err(error) = keep() {
        output::complain(&format!("warning: GitHub's answer is not kept: {error}\n"));
    }
    if !ask.complete {
        // The same figures have the same bytes, whenever it was asked.
        forge
            .sources
            .iter_mut()
            .for_each(|source| source.until = None);
    }
    if let (Some(odd), Some(gh)) = (odd, forge.sources.first_mut()) {
        let why = format!("the answer kept from before cannot be read: {odd}");
        *gh = gh.clone().but(Standing::Ok, &why);
    }
    let sources = forge.sources.clone();
    Some((forge, sources))
}

fn question(ask: &Ask<'_>, access: &Access, repositories: &[String]) -> Forge {
    let asked = Question {
        repositories,
        since: since(ask),
        opened: &[ask.span, ask.compared],
        milestones: ask.monthly(),
        zone: ask.config.timezone,
        environment: &access.gh,
    };
    gh::ask(&asked, ask.now, ask.around)
}

/// Whether what stands open at `asked` says no more what stood open at the end
/// of a period that is over.
fn late(asked: Timestamp, ask: &Ask<'_>) -> bool {
    ask.complete && asked.since(ask.span.end) > FRESH
}

/// Without what stands open if that is too late for it; in its place what was
/// answered in time, where it was.
fn as_of_then(mut forge: Forge, kept: Option<&Forge>, ask: &Ask<'_>) -> Forge {
    if !late(forge.asked, ask) {
        return forge;
    }
    for one in &mut forge.repositories {
        let stands = |of: &Repository| of.open.whole || of.waiting.whole || of.milestones.whole;
        let answered = stands(one);
        let before = kept.and_then(|kept| of_name(kept, &one.name));
        let before = before.filter(|before| stands(before)).cloned();
        let told = before.is_some();
        let Repository {
            open,
            waiting,
            milestones,
            ..
        } = before.unwrap_or_default();
        (one.open, one.waiting, one.milestones) = (open, waiting, milestones);
        if answered && !told {
            for source in forge.sources.iter_mut().filter(|of| of.name == one.name) {
                *source = source.clone().but(Standing::Partial, GONE);
            }
        }
    }
    forge
}

/// From when on everything is wanted.
fn since(ask: &Ask<'_>) -> Timestamp {
    let start = ask.compared.start.min(ask.span.start);
    let pace = Timestamp(ask.span.end.0.saturating_sub(PACE));
    if ask.monthly() {
        start.min(pace)
    } else {
        start
    }
}

fn covers(kept: &Forge, ask: &Ask<'_>) -> bool {
    let all = Span {
        start: since(ask),
        end: ask.span.end,
    };
    kept.covers(all)
}

fn of_name<'f>(forge: &'f Forge, name: &str) -> Option<&'f Repository> {
    forge.repositories.iter().find(|one| one.name == name)
}

/// The parts of a repository that a report wants, and whether they are whole.
fn parts(one: &Repository, ask: &Ask<'_>) -> [bool; 7] {
    let opened = |span: Span| {
        let mut all = one.opened.iter();
        all.any(|opened| opened.span == span && opened.count.is_some())
    };
    // Nobody can answer any more what stood open then.
    let gone = late(ask.now, ask);
    [
        one.closed.whole,
        one.merged.whole,
        one.open.whole || gone,
        one.waiting.whole || gone,
        one.milestones.whole || gone || !ask.monthly(),
        opened(ask.span),
        opened(ask.compared),
    ]
}

fn is_whole(one: &Repository, ask: &Ask<'_>) -> bool {
    parts(one, ask).iter().all(|whole| *whole)
}

/// How much an answer tells of the repositories that are wanted: whether it
/// reaches over all of the time, and then how many parts are whole.
fn worth(forge: &Forge, ask: &Ask<'_>) -> (bool, usize) {
    let wanted = ask.config.report.github.iter();
    let each = wanted.filter_map(|name| of_name(forge, name));
    let each = each.filter(|one| one.anything());
    let whole = each.map(|one| parts(one, ask).iter().filter(|whole| **whole).count());
    let whole: usize = whole.sum();
    (whole > 0 && covers(forge, ask), whole)
}

/// What was kept, and what was missing of it as it was answered now. It covers
/// what both do.
fn joined(kept: &Forge, new: Forge, missing: &[String]) -> Forge {
    let stays = |name: &str| !missing.iter().any(|one| one == name);
    let old = kept.repositories.iter().filter(|one| stays(&one.name));
    let sources = kept.sources.iter().skip(1).filter(|one| stays(&one.name));
    Forge {
        asked: kept.asked.min(new.asked),
        since: kept.since.max(new.since),
        repositories: new.repositories.into_iter().chain(old.cloned()).collect(),
        sources: new.sources.into_iter().chain(sources.cloned()).collect(),
    }
}

/// The repositories that are configured, in that order; `gh` is the first source.
fn in_order(forge: &mut Forge, wanted: &[String]) {
    let place = |name: &str| wanted.iter().position(|one| one == name);
    forge.repositories.retain(|one| place(&one.name).is_some());
    forge.repositories.sort_by_key(|one| place(&one.name));
    let gh = |source: &Source| source.name == "gh";
    forge
        .sources
        .retain(|one| gh(one) || place(&one.name).is_some());
    forge
        .sources
        .sort_by_key(|one| (!gh(one), place(&one.name)));
}
