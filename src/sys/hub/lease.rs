//! Who acts on a target: at most one coordinator, as long as the hub answers.

use std::sync::mpsc::channel;
use std::time::Duration;

use super::address::Address;
#[cfg(feature = "hub")]
use super::link::{Link, Trouble};
#[cfg(feature = "hub")]
use super::scripts;
use crate::sys::clock;

/// What looking and planning take before anything is done, at most.
#[cfg(feature = "hub")]
const BEFORE: Duration = Duration::from_secs(30);

/// Whose turn it is.
#[derive(Debug)]
pub enum Turn {
    /// Ours.
    Ours(Lease),
    /// Another coordinator's; which.
    Theirs(String),
    /// Nobody can say: the hub does not answer, and why.
    NoHub(String),
}

/// A target that is ours alone for a while. It is given back when it is dropped.
pub struct Lease {
    #[cfg(feature = "hub")]
    link: Option<Link>,
    key: String,
    #[cfg(feature = "hub")]
    who: String,
    /// When it ends, by our own clock, counted from before it was asked for.
    ends: Duration,
}

impl std::fmt::Debug for Lease {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Lease")
            .field("key", &self.key)
            .finish_non_exhaustive()
    }
}

/// The same as [`take`] on a thread of its own, waited for at most for
/// `patience`. What is had too late is given back.
#[must_use]
pub fn take_within(
    patience: Duration,
    address: &Address,
    prefix: &str,
    target: &str,
    name: &str,
    limit: Duration,
) -> Turn {
    let (sender, receiver) = channel();
    let asked = (
        address.clone(),
        prefix.to_owned(),
        target.to_owned(),
        name.to_owned(),
    );
    let begun = crate::sys::bell::aside("lease", move || {
        let (address, prefix, target, name) = asked;
        let turn = take(&address, &prefix, &target, &name, limit);
        // Nobody may wait any more: it is dropped then, and so given back.
        let _ = sender.send(turn);
    });
    match begun {
        Ok(()) => receiver
            .recv_timeout(patience)
            .unwrap_or_else(|_| Turn::NoHub("it does not answer in time".to_owned())),
        Err(error) => Turn::NoHub(error.to_string()),
    }
}

/// Asks for the lease of `target` (`NODE/CHECK`), on which `name` wants to act
/// for at most `limit`.
#[must_use]
pub fn take(address: &Address, prefix: &str, target: &str, name: &str, limit: Duration) -> Turn {
    let key = super::key(prefix, &format!("lease:{target}"));
    // Two programs on one machine are two.
    let who = format!("{name} {:08x}", fastrand::u32(..));
    #[cfg(feature = "hub")]
    {
        let link = match Link::open(address) {
            Ok(link) => link,
            Err(trouble) => return Turn::NoHub(trouble.words().to_owned()),
        };
        let mut lease = Lease {
            link: Some(link),
            key,
            who,
            ends: Duration::ZERO,
        };
        match lease.ask(limit) {
            Ok(None) => Turn::Ours(lease),
            Ok(Some(holder)) => {
                let holder = crate::model::text::clean(&holder);
                let name = holder.split(' ').next().unwrap_or_default();
                Turn::Theirs(crate::model::text::cut(name, 64, "…"))
            }
            Err(trouble) => Turn::NoHub(trouble.words().to_owned()),
        }
    }
    #[cfg(not(feature = "hub"))]
    {
        let _ = (address, key, who, limit);
        Turn::NoHub("this mamori was built without it".to_owned())
    }
}

impl Lease {
    /// Whether it lasts for longer than `limit` from now on; if not, it is
    /// asked for once more. Only then may be acted.
    pub fn covers(&mut self, limit: Duration) -> bool {
        if self.ends.saturating_sub(clock::elapsed()) > limit {
            return true;
        }
        #[cfg(feature = "hub")]
        if let Ok(None) = self.ask(limit) {
            return self.ends.saturating_sub(clock::elapsed()) > limit;
        }
        false
    }

    /// Asks for it anew; who else has it, if so.
    #[cfg(feature = "hub")]
    fn ask(&mut self, limit: Duration) -> Result<Option<String>, Trouble> {
        let span = limit + BEFORE;
        let ms = u64::try_from(span.as_millis()).unwrap_or(u64::MAX);
        let began = clock::elapsed();
        let Some(link) = &mut self.link else {
            return Ok(None);
        };
        let holder: Option<String> = link.ask(&scripts::lease(&self.key, &self.who, ms))?;
        if holder.is_none() {
            self.ends = began + span;
        }
        Ok(holder)
    }
}

impl Lease {
    /// Gives it back and waits for that, for some seconds at most: a program
    /// that ends at once could not do it beside.
    #[cfg_attr(
        not(feature = "hub"),
        expect(clippy::unused_self, reason = "nothing is held")
    )]
    pub fn give_back(self) {
        #[cfg(feature = "hub")]
        {
            let mut lease = self;
            if let Some(mut link) = lease.link.take() {
                // What is not heard ends by itself.
                let _ = link.ask::<i64>(&scripts::release(&lease.key, &lease.who));
            }
        }
    }
}

impl Drop for Lease {
    /// Given back by a thread of its own: nobody waits for a hub that hangs.
    fn drop(&mut self) {
        #[cfg(feature = "hub")]
        if let Some(mut link) = self.link.take() {
            let command = scripts::release(&self.key, &self.who);
            // Where there is no thread, it ends by itself.
            let _ = crate::sys::bell::aside("lease", move || {
                let _ = link.ask::<i64>(&command);
            });
        }
    }
}
