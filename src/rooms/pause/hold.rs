//! A node left alone or watched again, whoever asks for it: the command line
//! or the dashboard.

use crate::config::Config;
use crate::failure::Failure;
use crate::model::alert::Pause;
use crate::model::home::Home;
use crate::model::time::Timestamp;
use crate::roster;
use crate::state::store::{PATIENCE, Store};
use crate::sys::surroundings::Surroundings;
use crate::sys::{poke, status_bar};

/// What came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Held {
    /// The pause that stood before, if one did.
    pub before: Option<Pause>,
    /// What to tell the person besides.
    pub notices: Vec<String>,
}

/// Puts `pause` in the place of the node's, `None` ends it; and shows that
/// everywhere. `node` is a known node's name in full.
///
/// # Errors
/// Exit 3 when the state file cannot be written.
pub fn hold(
    node: &str,
    pause: Option<Pause>,
    around: &Surroundings,
    config: &Config,
    now: Timestamp,
) -> Result<Held, Failure> {
    let store = Store::new(Home::of(&around.mamori_home), "mamori pause");
    let local = roster::local_name(config);
    let updated = store.update(PATIENCE, now, |state| {
        let mut state = state.clone();
        // Before the first probe no node is there yet, and can still be paused.
        state.nodes = roster::roster(&state, config, &local, now);
        let before = match pause {
            Some(pause) => state.pauses.insert(node.to_owned(), pause),
            None => state.pauses.remove(node),
        };
        state.settle(now);
        (before, Some(state))
    })?;
    status_bar::show_everywhere(around, store.home(), None, &updated.state);
    // A watcher need not wait for its next round; without one nothing is lost.
    let _ = poke::touch(store.home());
    Ok(Held {
        before: updated.outcome,
        notices: updated.notices,
    })
}
