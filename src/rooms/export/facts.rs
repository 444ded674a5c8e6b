//! Reads the state file and looks for the watcher. Effects.

use crate::failure::Failure;
use crate::model::home::Home;
use crate::model::state::{SCHEMA, State};
use crate::model::time::Timestamp;
use crate::state::store::Store;
use crate::sys::{clock, files, flock};

/// Everything that is exported.
#[derive(Debug)]
pub(super) struct Facts {
    pub(super) state: State,
    /// When the state file was written.
    pub(super) written: Option<Timestamp>,
    /// Whether a watcher holds its lock.
    pub(super) watched: bool,
    /// When it last gave a sign of life.
    pub(super) beat: Option<Timestamp>,
    pub(super) now: Timestamp,
}

/// What there is to export, and what to tell the person about it.
///
/// # Errors
/// Exit 3 without a state file that can be read.
pub(super) fn gather(home: &Home) -> Result<(Facts, Option<String>), Failure> {
    let store = Store::new(home.clone(), "mamori export");
    let Some(look) = store.read()? else {
        return Err(Failure::unable(format!(
            "there is no state file `{}` yet",
            home.state().display()
        ))
        .hint("mamori health"));
    };
    if look.state.schema > SCHEMA {
        return Err(Failure::unable(format!(
            "the state file has schema {}, which this build does not know ({SCHEMA})",
            look.state.schema
        ))
        .hint("upgrade every mamori binary together: `make install`"));
    }
    let watch_lock = home.watch_lock();
    let facts = Facts {
        state: look.state,
        written: files::modified(&home.state()),
        watched: flock::held(&watch_lock).is_some(),
        beat: files::modified(&watch_lock),
        now: clock::now(),
    };
    Ok((facts, look.notice))
}
