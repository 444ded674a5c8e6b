//! The way to one node: closed, knocking, or a shell that stays.

mod handshake;

use std::time::Duration;

use super::answer::{self, Answer};
use super::cause::Trouble;
use super::deed::{self, Deed};
use super::fleet::{Means, Outcome, Question, Target};
use super::route::Route;
use super::shell::{Heard, Shell};
use crate::sys::channel::Remains;

/// How long a shell may take to say that it is there.
const ALIVE_LIMIT: Duration = Duration::from_secs(5);
/// Between two questions for a route that ssh did not tell.
const ROUTE_AGAIN: Duration = Duration::from_secs(60);

/// One node's line.
#[derive(Debug)]
pub(super) struct Line {
    pub(super) target: Target,
    pub(super) route: Option<Route>,
    /// When ssh was last asked for the route.
    pub(super) route_asked: Option<Duration>,
    /// A knock came to nothing since: the configuration may have changed.
    pub(super) route_doubted: bool,
    /// What is to be asked; since when.
    pub(super) wanted: Option<Question>,
    /// When we first knocked, or put the question, for it.
    knocked: Option<Duration>,
    open: Option<Shell>,
    opening: Option<Shell>,
    /// Whether somebody knocked for this question: an old connection that
    /// breaks or does not answer tells little of the node.
    anew: bool,
    /// Not before then: the server pushed us back.
    not_before: Duration,
    pushed: u32,
    /// Which way is tried: the alias, then each address.
    way: usize,
    /// Why the alias did not do, while the addresses are tried.
    first: Option<Trouble>,
    /// An answer that says that nobody listens any more, held back until that
    /// was tried.
    held: Option<(Answer, f64)>,
}

/// What one look at a line brought.
#[derive(Debug, Default)]
pub(super) struct Turn {
    pub(super) report: Option<(Outcome, Duration)>,
    pub(super) remains: Vec<Remains>,
    /// Nobody behind this door greeted since then.
    pub(super) ungreeted: Option<(Trouble, Duration)>,
}

impl Line {
    pub(super) fn new(target: Target) -> Self {
        Self {
            target,
            route: None,
            route_asked: None,
            route_doubted: false,
            wanted: None,
            knocked: None,
            open: None,
            opening: None,
            anew: false,
            not_before: Duration::ZERO,
            pushed: 0,
            way: 0,
            first: None,
            held: None,
        }
    }

    pub(super) fn interests(&self) -> impl Iterator<Item = rustix::event::PollFd<'_>> {
        let shells = [&self.open, &self.opening];
        shells.into_iter().flatten().flat_map(Shell::interests)
    }

    pub(super) fn is_open(&self) -> bool {
        self.open.is_some()
    }

    pub(super) fn shells(&self) -> usize {
        usize::from(self.open.is_some()) + usize::from(self.opening.is_some())
    }

    /// Whether it wants to knock.
    pub(super) fn wants_in(&self, now: Duration) -> bool {
        let needs = self.open.is_none() || self.held.is_some();
        self.wanted.is_some() && needs && self.opening.is_none() && self.not_before <= now
    }

    /// Whether ssh is to be asked where the alias leads: once, and again when
    /// knocking came to nothing. One that could not tell may hang, while all
    /// others wait for it: it is left alone for long.
    pub(super) fn wants_route(&self, now: Duration) -> bool {
        let due = |asked: Duration| now.saturating_sub(asked) >= ROUTE_AGAIN;
        self.wanted.is_some()
            && (self.route.is_none() || self.route_doubted)
            && self.open.is_none()
            && self.route_asked.is_none_or(due)
    }

    /// When something is to be decided without a word from the other side.
    pub(super) fn deadline(&self, means: &Means<'_>) -> Option<Duration> {
        let opening = self.handshake_deadline(means);
        let asked = self.open.as_ref().and_then(|shell| shell.asked);
        let again = (self.wanted.is_some()
            && self.opening.is_none()
            && (self.open.is_none() || self.held.is_some()))
        .then_some(self.not_before)
        .filter(|at| *at > means.now);
        [opening, asked.map(|asked| asked.until), again]
            .into_iter()
            .flatten()
            .min()
    }

    /// Takes what was said on the line, and goes on.
    pub(super) fn turn(&mut self, means: &Means<'_>) -> Turn {
        let mut turn = Turn::default();
        self.hear_opening(means, &mut turn);
        if turn.report.is_none() {
            self.hear_open(means, &mut turn);
        }
        let idle = self.held.is_none();
        if let (Some(question), Some(shell), true) = (self.wanted, self.open.as_mut(), idle)
            && shell.asked.is_none()
        {
            let limit = match question {
                // Its services are asked, too.
                Question::Alive if self.target.wishes.services.is_empty() => {
                    means.probe_timeout.min(ALIVE_LIMIT)
                }
                Question::Alive | Question::Full => means.probe_timeout,
                Question::Deed { number, .. } => self
                    .target
                    .deeds
                    .get(usize::from(number))
                    .map_or(means.probe_timeout, Deed::limit),
            };
            self.knocked.get_or_insert(means.now);
            shell.ask(question, means.now, means.now + limit);
        }
        turn
    }

    fn settle(&mut self, outcome: Outcome, now: Duration) -> (Outcome, Duration) {
        (self.wanted, self.anew) = (None, false);
        (outcome, self.knocked.take().unwrap_or(now))
    }

    fn hear_open(&mut self, means: &Means<'_>, turn: &mut Turn) {
        let Some(shell) = self.open.as_mut() else {
            return;
        };
        let heard = shell.hear(means.now);
        let asked = shell.asked;
        let latency_ms = asked.map_or(0.0, |asked| {
            (means.now.saturating_sub(asked.at).as_secs_f64() * 10_000.0).round() / 10.0
        });
        let outcome = match heard {
            Heard::Nothing => return,
            Heard::Broken(trouble) => {
                // What is held is worth more than the news that the old way broke.
                turn.remains.extend(self.open.take().map(Shell::end));
                if self.opening.is_some() || self.held.is_some() {
                    return;
                }
                if !self.anew {
                    // Whether the node is there, a new connection tells.
                    self.wanted = Some(Question::Full);
                    self.knocked.get_or_insert(means.now);
                    return;
                }
                Outcome::Failed(trouble)
            }
            Heard::Alive(note) if note == "listener-gone" || note == "unready" => {
                shell.asked = None;
                self.wanted = Some(Question::Full);
                return;
            }
            Heard::Alive(_) => {
                shell.asked = None;
                // A greater question may have come meanwhile.
                if self.wanted != asked.map(|asked| asked.question) {
                    return;
                }
                Outcome::Alive { latency_ms }
            }
            Heard::Answer { lines, complete }
                if matches!(
                    asked.map(|asked| asked.question),
                    Some(Question::Deed { .. })
                ) =>
            {
                shell.asked = None;
                if !complete {
                    turn.remains.extend(self.open.take().map(Shell::end));
                }
                let Some(Question::Deed { number, .. }) = asked.map(|asked| asked.question) else {
                    return;
                };
                let report = deed::read(&lines, complete);
                Outcome::Deed { number, report }
            }
            Heard::Answer { lines, complete } => {
                shell.asked = None;
                let answer = answer::read(&lines, complete, &self.target.wishes);
                if !complete {
                    // Its shell hangs in what was asked.
                    turn.remains.extend(self.open.take().map(Shell::end));
                } else if answer.listener_gone {
                    self.held = Some((answer, latency_ms));
                    return;
                }
                Outcome::Answered {
                    answer: Box::new(answer),
                    latency_ms,
                }
            }
        };
        turn.report = Some(self.settle(outcome, means.now));
    }

    /// Drops what was asked, and the handshake under way. What answers an old
    /// question later is noise.
    pub(super) fn forget(&mut self) -> Option<Remains> {
        (self.wanted, self.knocked, self.held, self.first) = (None, None, None, None);
        (self.way, self.pushed, self.anew) = (0, 0, false);
        if let Some(shell) = self.open.as_mut() {
            shell.forget();
        }
        self.opening.take().map(Shell::end)
    }

    /// Lets go of the shell that stays.
    pub(super) fn close(&mut self) -> Option<Remains> {
        self.open.take().map(Shell::end)
    }

    /// Lets go of everything.
    pub(super) fn end(self) -> impl Iterator<Item = Remains> {
        self.open.into_iter().chain(self.opening).map(Shell::end)
    }
}
