//! Whose it is to tell people of something.

use std::time::Duration;

use super::{Claim, Order, Shared};
use crate::config::ChannelKind;
use crate::model::hub::token::Token;
use crate::model::message::{Delivery, Message};
use crate::sys::clock;

/// How long an answer is good for: it is asked anew before each delivery.
const FRESH: Duration = Duration::from_secs(5);

/// A question that is not answered for so long will not be.
const UNHEARD: Duration = Duration::from_secs(10);
/// Another one's turn ends after a minute, unless it tells.
const TOO_LONG: Duration = Duration::from_secs(180);

/// Whether a message may go out here and now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Leave {
    /// It may.
    Ours,
    /// Not yet known, or another one's turn.
    Wait,
    /// Another one has told it.
    Told,
}

/// Whether what goes over such a channel reaches people wherever they are. A
/// machine's own screen shows what it shows, whoever else shows it, too.
fn away(kind: &ChannelKind) -> bool {
    matches!(
        kind,
        ChannelKind::Ntfy(_) | ChannelKind::Webhook(_) | ChannelKind::Command(_)
    )
}

impl Shared {
    /// Whether the message may go out over a channel of that kind. Without the
    /// hub each coordinator tells what it sees.
    pub fn leave(&mut self, message: &Message, kind: &ChannelKind) -> Leave {
        let token =
            Token::of(message).filter(|_| away(kind) && self.coordinates() && self.answers());
        let Some(token) = token else {
            return Leave::Ours;
        };
        let now = clock::elapsed();
        if let Some(at) = self.asked.get(&token) {
            // Nobody is kept waiting by a hub that does not say.
            let waited = now.saturating_sub(*at) > UNHEARD;
            return if waited { Leave::Ours } else { Leave::Wait };
        }
        let known = self.claims.get(&token);
        let fresh = known.filter(|(_, at)| now.saturating_sub(*at) < FRESH);
        match fresh {
            Some((Claim::Ours, _)) => Leave::Ours,
            Some((Claim::Told(_), _)) => Leave::Told,
            Some((Claim::Theirs(_), _)) => {
                let since = *self.theirs.entry(token).or_insert(now);
                // Whose turn it is for so long does not tell it.
                if now.saturating_sub(since) > TOO_LONG {
                    Leave::Ours
                } else {
                    Leave::Wait
                }
            }
            None => {
                self.claims.remove(&token);
                if let Some(hub) = &self.hub {
                    self.asked.insert(token.clone(), now);
                    hub.order(Order::Claim(token));
                }
                Leave::Wait
            }
        }
    }

    /// How long to wait at most until another one's turn is over.
    #[must_use]
    pub fn wait_for_turns(&self) -> Duration {
        let now = clock::elapsed();
        // What is older was asked about anew, or is nobody's matter any more.
        let theirs = |claim: &&(Claim, Duration)| {
            matches!(claim.0, Claim::Theirs(_)) && claim.1 + FRESH > now
        };
        let waits = self.claims.values().filter(theirs);
        let waits = waits.map(|(_, at)| (*at + FRESH).saturating_sub(now));
        waits.min().unwrap_or(Duration::MAX)
    }

    /// Notes how a delivery ended.
    pub fn delivered(&mut self, message: &Message, kind: &ChannelKind, how: &Delivery) {
        let token = Token::of(message).filter(|_| away(kind) && self.coordinates());
        let (Some(token), Some(hub)) = (token, &self.hub) else {
            return;
        };
        self.claims.remove(&token);
        self.asked.remove(&token);
        self.theirs.remove(&token);
        let order = match how {
            Delivery::Sent => Order::Told(token),
            Delivery::Nobody(_) | Delivery::Failed(_) | Delivery::TimedOut(_) => {
                Order::Untold(token)
            }
        };
        hub.order(order);
    }

    /// Forgets answers that nobody asked for any more.
    pub(super) fn tidy_claims(&mut self) {
        let now = clock::elapsed();
        self.claims
            .retain(|_, (_, at)| now.saturating_sub(*at) < 2 * FRESH);
        self.theirs
            .retain(|_, at| now.saturating_sub(*at) < 4 * TOO_LONG);
        self.asked
            .retain(|_, at| now.saturating_sub(*at) < 4 * TOO_LONG);
    }
}
