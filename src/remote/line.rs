//! The way to one node: closed, knocking, or a shell that stays.

use std::time::Duration;

use super::answer::{self, Answer};
use super::cause::{Cause, Trouble};
use super::command::{Elsewhere, arguments};
use super::fleet::{Means, Outcome, Question, Target};
use super::probe;
use super::route::Route;
use super::shell::{Heard, Shell};
use super::slots::{GREETED_WITHIN, Handshake};
use crate::sys::channel::Remains;

/// Handshakes that the server broke off are tried again so often before it
/// means anything: a busy one drops newcomers at random.
const PUSHES: u32 = 6;
/// ssh's own `ConnectTimeout` is 5 s; it counts anew for each of its steps.
const GREETING_LIMIT: Duration = Duration::from_secs(6);
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
    /// What is to be asked; since when.
    pub(super) wanted: Option<Question>,
    /// When we first knocked, or put the question, for it.
    knocked: Option<Duration>,
    open: Option<Shell>,
    opening: Option<Shell>,
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
            wanted: None,
            knocked: None,
            open: None,
            opening: None,
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

    /// Whether ssh is to be asked where the alias leads. One that could not
    /// tell may hang, while all others wait for it: it is left alone for long.
    pub(super) fn wants_route(&self, now: Duration) -> bool {
        let due = |asked: Duration| now.saturating_sub(asked) >= ROUTE_AGAIN;
        self.wanted.is_some()
            && self.route.is_none()
            && self.open.is_none()
            && self.route_asked.is_none_or(due)
    }

    /// Where it knocks: equal for lines that knock at the same server.
    pub(super) fn door(&self) -> String {
        match (self.address(), &self.route) {
            (Some(address), _) => format!("{address} for {}", self.target.alias),
            (None, Some(route)) => route.endpoint(),
            (None, None) => self.target.alias.clone(),
        }
    }

    /// Which server its handshake is counted at: beyond a proxy, the proxy,
    /// which all that lies behind it have in common.
    pub(super) fn gate(&self) -> String {
        let proxy = self.route.as_ref().and_then(|route| route.proxy.as_ref());
        proxy.map_or_else(|| self.door(), |proxy| format!("by {proxy}"))
    }

    fn address(&self) -> Option<&str> {
        let index = self.way.checked_sub(1)?;
        self.target.addresses.get(index).map(String::as_str)
    }

    /// The handshake that is under way, unless it was let in already.
    pub(super) fn handshake(&self) -> Option<Handshake> {
        let shell = self.opening.as_ref().filter(|shell| !shell.let_in())?;
        Some(Handshake {
            endpoint: self.gate(),
            began: shell.began,
            greeted: shell.greeted(),
        })
    }

    /// Whether the server behind the door that it knocks at has greeted.
    pub(super) fn greeted(&self) -> bool {
        self.open.is_some() || self.opening.as_ref().is_some_and(Shell::greeted)
    }

    /// When something is to be decided without a word from the other side.
    pub(super) fn deadline(&self, means: &Means<'_>) -> Option<Duration> {
        let opening = self.opening.as_ref().map(|shell| {
            let aside = shell.began + GREETED_WITHIN;
            let (greeting, wall) = limits(shell.began, means);
            if shell.greeted() {
                wall
            } else {
                aside
                    .max(means.now + Duration::from_millis(50))
                    .min(if self.through_others() {
                        wall
                    } else {
                        greeting
                    })
            }
        });
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

    fn through_others(&self) -> bool {
        self.route.as_ref().is_some_and(|route| route.proxied)
    }

    /// Knocks.
    pub(super) fn knock(&mut self, means: &Means<'_>) -> Option<(Outcome, Duration)> {
        self.knocked.get_or_insert(means.now);
        let key_name = self
            .route
            .as_ref()
            .map_or(self.target.alias.as_str(), |route| route.key_name.as_str());
        let elsewhere = self
            .address()
            .map(|address| Elsewhere { address, key_name });
        let words = arguments(&self.target.alias, elsewhere, means.share_master);
        let definitions = probe::definitions(&self.target.wishes);
        match Shell::open(means.ssh, &words, means.around, &definitions, means.now) {
            Ok(shell) => {
                self.opening = Some(shell);
                None
            }
            Err(trouble) => Some(self.give_up(trouble, means.now)),
        }
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
                Question::Full => means.probe_timeout,
                Question::Alive => means.probe_timeout.min(ALIVE_LIMIT),
            };
            self.knocked.get_or_insert(means.now);
            shell.ask(question, means.now, means.now + limit);
        }
        turn
    }

    fn hear_opening(&mut self, means: &Means<'_>, turn: &mut Turn) {
        let Some(shell) = self.opening.as_mut() else {
            return;
        };
        let heard = shell.hear(means.now);
        let (greeting, wall) = limits(shell.began, means);
        let (began, greeted, let_in) = (shell.began, shell.greeted(), shell.let_in());
        let trouble = match heard {
            Heard::Alive(_) => {
                let mut shell = self.opening.take();
                if let Some(shell) = shell.as_mut() {
                    shell.asked = None;
                }
                let old = std::mem::replace(&mut self.open, shell);
                turn.remains.extend(old.map(Shell::end));
                (self.pushed, self.way, self.first, self.held) = (0, 0, None, None);
                return;
            }
            Heard::Broken(trouble) => trouble,
            _ if means.now >= wall && let_in => {
                let waited = means
                    .now
                    .saturating_sub(wall.saturating_sub(means.probe_timeout));
                let text = format!("it let us in, and gives no answer in {}s", waited.as_secs());
                Trouble::new(Cause::NoAnswer, text)
            }
            _ if means.now >= wall => Trouble::new(Cause::TimedOut, "it greets and does not go on"),
            _ if means.now >= greeting && !greeted && !self.through_others() => {
                Trouble::new(Cause::TimedOut, "it accepts and does not greet")
            }
            _ => return,
        };
        turn.remains.extend(self.opening.take().map(Shell::end));
        if trouble.cause == Cause::TimedOut && !greeted && self.way == 0 {
            turn.ungreeted = Some((trouble.clone(), began));
        }
        turn.report = self.refused(trouble, means);
    }

    /// A handshake came to nothing: once more, elsewhere, or not at all.
    fn refused(&mut self, trouble: Trouble, means: &Means<'_>) -> Option<(Outcome, Duration)> {
        if trouble.cause == Cause::Closed && self.pushed < PUSHES {
            self.pushed += 1;
            let most = 100_u64 << self.pushed.min(5);
            self.not_before = means.now + Duration::from_millis(fastrand::u64(50..=most));
            return None;
        }
        if trouble.cause.elsewhere_helps() && self.way < self.target.addresses.len() {
            self.first.get_or_insert(trouble);
            (self.way, self.pushed) = (self.way + 1, 0);
            return None;
        }
        Some(self.give_up(trouble, means.now))
    }

    /// Others found out at the same door, from `began` on, what this one would.
    pub(super) fn learn(
        &mut self,
        trouble: Trouble,
        began: Duration,
        now: Duration,
    ) -> (Outcome, Duration) {
        self.knocked.get_or_insert(began);
        self.give_up(trouble, now)
    }

    /// Nothing came of it.
    pub(super) fn give_up(&mut self, last: Trouble, now: Duration) -> (Outcome, Duration) {
        let trouble = match (self.first.take(), self.address()) {
            (Some(first), Some(address)) => Trouble {
                text: format!("{}; at {address}: {}", first.text, last.text),
                ..first
            },
            (first, _) => first.unwrap_or(last),
        };
        (self.pushed, self.way) = (0, 0);
        let outcome = match self.held.take() {
            // Nobody listens there any more, and the old way still works.
            Some((mut answer, latency_ms)) => {
                answer.readings.sshd = crate::model::reading::Reading::Value(false);
                Outcome::Answered {
                    answer: Box::new(answer),
                    latency_ms,
                }
            }
            None => Outcome::Failed(trouble),
        };
        self.settle(outcome, now)
    }

    fn settle(&mut self, outcome: Outcome, now: Duration) -> (Outcome, Duration) {
        self.wanted = None;
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
                Outcome::Failed(match trouble.cause {
                    Cause::NoProbe if asked.is_none() => {
                        Trouble::new(Cause::Lost, "the connection broke")
                    }
                    _ => trouble,
                })
            }
            Heard::Alive(note) if note == "listener-gone" => {
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

    /// Drops what was asked, and the handshake under way.
    pub(super) fn forget(&mut self) -> Option<Remains> {
        (self.wanted, self.knocked, self.held, self.first) = (None, None, None, None);
        (self.way, self.pushed) = (0, 0);
        if let Some(shell) = self.open.as_mut() {
            shell.asked = None;
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

/// Until when a handshake that began then is to be greeted, and to be a shell.
fn limits(began: Duration, means: &Means<'_>) -> (Duration, Duration) {
    (
        began + GREETING_LIMIT,
        began + GREETING_LIMIT + means.probe_timeout,
    )
}
