//! Knocking at a node's door, until a shell stands open or it came to nothing.

use std::time::Duration;

use super::{Line, Turn};
use crate::remote::cause::{Cause, Trouble};
use crate::remote::command::{Elsewhere, arguments};
use crate::remote::deed;
use crate::remote::fleet::{Means, Outcome};
use crate::remote::probe;
use crate::remote::shell::{Heard, Shell};
use crate::remote::slots::{GREETED_WITHIN, Handshake};

/// Handshakes that the server broke off are tried again so often before it
/// means anything: a busy one drops newcomers at random.
const PUSHES: u32 = 6;
/// ssh's own `ConnectTimeout` is 5 s; it counts anew for each of its steps.
const GREETING_LIMIT: Duration = Duration::from_secs(6);

impl Line {
    /// Where it knocks: equal for lines that knock at the same server.
    pub(in crate::remote) fn door(&self) -> String {
        match (self.address(), &self.route) {
            (Some(address), _) => format!("{address} for {}", self.target.alias),
            (None, Some(route)) => route.endpoint(),
            (None, None) => self.target.alias.clone(),
        }
    }

    /// Which server its handshake is counted at: beyond a proxy, the proxy,
    /// which all that lies behind it have in common.
    pub(in crate::remote) fn gate(&self) -> String {
        let proxy = self.route.as_ref().and_then(|route| route.proxy.as_ref());
        proxy.map_or_else(|| self.door(), |proxy| format!("by {proxy}"))
    }

    fn address(&self) -> Option<&str> {
        let index = self.way.checked_sub(1)?;
        self.target.addresses.get(index).map(String::as_str)
    }

    /// The handshake that is under way, unless it was let in already.
    pub(in crate::remote) fn handshake(&self) -> Option<Handshake> {
        let shell = self.opening.as_ref().filter(|shell| !shell.let_in())?;
        Some(Handshake {
            endpoint: self.gate(),
            began: shell.began,
            greeted: shell.greeted(),
        })
    }

    /// Whether the server behind the door that it knocks at has greeted.
    pub(in crate::remote) fn greeted(&self) -> bool {
        self.open.is_some() || self.opening.as_ref().is_some_and(Shell::greeted)
    }

    /// When something about the handshake is to be decided.
    pub(super) fn handshake_deadline(&self, means: &Means<'_>) -> Option<Duration> {
        self.opening.as_ref().map(|shell| {
            let aside = shell.began + GREETED_WITHIN;
            let (greeting, wall) = limits(shell.began, means);
            let end = if shell.greeted() || self.through_others() {
                wall
            } else {
                greeting
            };
            // Then somebody else may knock in its place.
            if !shell.greeted() && means.now < aside {
                aside.min(end)
            } else {
                end
            }
        })
    }

    fn through_others(&self) -> bool {
        self.route.as_ref().is_some_and(|route| route.proxied)
    }

    /// Knocks.
    pub(in crate::remote) fn knock(&mut self, means: &Means<'_>) -> Option<(Outcome, Duration)> {
        self.knocked.get_or_insert(means.now);
        self.anew = true;
        let key_name = self
            .route
            .as_ref()
            .map_or(self.target.alias.as_str(), |route| route.key_name.as_str());
        let elsewhere = self
            .address()
            .map(|address| Elsewhere { address, key_name });
        let words = arguments(&self.target.alias, elsewhere, means.share_master);
        let probe = probe::definitions(&self.target.wishes);
        let definitions = probe + &deed::definitions(&self.target.deeds);
        match Shell::open(means.ssh, &words, means.around, &definitions, means.now) {
            Ok(shell) => {
                self.opening = Some(shell);
                None
            }
            Err(trouble) => Some(self.give_up(trouble, means.now)),
        }
    }

    pub(super) fn hear_opening(&mut self, means: &Means<'_>, turn: &mut Turn) {
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
    pub(in crate::remote) fn learn(
        &mut self,
        trouble: Trouble,
        began: Duration,
        now: Duration,
    ) -> (Outcome, Duration) {
        self.knocked.get_or_insert(began);
        self.give_up(trouble, now)
    }

    /// Nothing came of it.
    pub(in crate::remote) fn give_up(
        &mut self,
        last: Trouble,
        now: Duration,
    ) -> (Outcome, Duration) {
        let trouble = match (self.first.take(), self.address()) {
            (Some(first), Some(address)) => Trouble {
                text: format!("{}; at {address}: {}", first.text, last.text),
                ..first
            },
            (first, _) => first.unwrap_or(last),
        };
        (self.pushed, self.way) = (0, 0);
        self.route_doubted = true;
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
}

/// Until when a handshake that began then is to be greeted, and to be a shell.
fn limits(began: Duration, means: &Means<'_>) -> (Duration, Duration) {
    (
        began + GREETING_LIMIT,
        began + GREETING_LIMIT + means.probe_timeout,
    )
}
