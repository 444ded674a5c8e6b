//! Waits until the panes of a session just built stand still.

use std::thread;
use std::time::Duration;

use tmux_interface::ListPanes;

use super::Builder;
use crate::model::blueprint::SETTLING;
use crate::sys::clock;
use crate::sys::tmux::TmuxError;

/// How often they are looked at.
const LOOK_EVERY: Duration = Duration::from_millis(25);
/// Panes that come and go for so long are taken as they are then.
const AT_MOST: Duration = Duration::from_secs(2);

impl Builder<'_> {
    /// The ids of the panes that a session has; with `commands` in them, once
    /// they have stood still for [`SETTLING`].
    pub(super) fn settled(
        &self,
        session: &str,
        name: &str,
        commands: bool,
    ) -> Result<String, TmuxError> {
        let look = || self.alive(session, name);
        if commands {
            still(look, clock::elapsed, || thread::sleep(LOOK_EVERY))
        } else {
            look()
        }
    }

    /// The ids of the panes that a session has.
    fn alive(&self, session: &str, name: &str) -> Result<String, TmuxError> {
        let list = ListPanes::new()
            .session()
            .target(session)
            .format("#{pane_id}");
        match self.call([list.build()]) {
            // Nobody ends a session that is a moment old but itself.
            Err(TmuxError::Refused(_) | TmuxError::NoServer(_)) => {
                Err(TmuxError::Vanished(name.to_owned()))
            }
            answer => answer,
        }
    }
}

/// What `look` sees once it has been the same for [`SETTLING`].
fn still<E>(
    mut look: impl FnMut() -> Result<String, E>,
    now: impl Fn() -> Duration,
    pause: impl Fn(),
) -> Result<String, E> {
    let began = now();
    let mut seen = look()?;
    let mut since = now();
    loop {
        pause();
        let at = now();
        let next = look()?;
        let same = next == seen;
        if (same && at >= since + SETTLING) || at >= began + AT_MOST {
            return Ok(next);
        }
        if !same {
            (seen, since) = (next, now());
        }
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;

    /// What is seen of panes that change at these milliseconds, and when.
    fn seen(changes: &[u64]) -> (String, u64) {
        let time = Cell::new(Duration::ZERO);
        let at = |ms: &u64| Duration::from_millis(*ms);
        let look = || {
            // A look takes time, too.
            time.set(time.get() + Duration::from_millis(3));
            let gone = changes.iter().filter(|ms| at(ms) <= time.get()).count();
            Ok::<String, ()>(gone.to_string())
        };
        let found = still(look, || time.get(), || time.set(time.get() + LOOK_EVERY));
        let took = u64::try_from(time.get().as_millis()).unwrap();
        (found.unwrap(), took)
    }

    #[test]
    fn panes_are_there_when_they_stand_still() {
        let (panes, took) = seen(&[]);
        assert_eq!(panes, "0");
        assert!((100..150).contains(&took), "{took}");
        // One that ends late is seen, and so is one that ends after it.
        let (panes, took) = seen(&[90, 170]);
        assert_eq!(panes, "2");
        assert!((270..330).contains(&took), "{took}");
        // What never stands still is not waited for for ever.
        let restless: Vec<u64> = (0..1_000).map(|n| n * 50).collect();
        let (_, took) = seen(&restless);
        assert!((2_000..2_100).contains(&took), "{took}");
    }
}
