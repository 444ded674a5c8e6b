//! Writes down what healing found and did. Effects.

use crate::model::healed::{booked, event};
use crate::model::healing::{Healing, Item, Part, Standing};
use crate::model::history::Batch;
use crate::model::state::State;
use crate::state::store::{PATIENCE, Store};
use crate::sys::{clock, history, output, poke};

/// A run that found nothing new is written down so many seconds after the last.
const AGED: u64 = 6 * 3600;

/// What was found and done, written down at once: a run may take long, and be
/// ended.
pub(super) struct Book<'a> {
    store: &'a Store,
    local: &'a str,
    dry_run: bool,
    items: Vec<Item>,
    complained: bool,
}

impl<'a> Book<'a> {
    /// An empty one; nothing is written in a dry run.
    pub(super) fn open(store: &'a Store, local: &'a str, dry_run: bool) -> Self {
        Self {
            store,
            local,
            dry_run,
            items: Vec::new(),
            complained: false,
        }
    }

    /// Everything that was noted.
    pub(super) fn items(self) -> Vec<Item> {
        self.items
    }

    /// Takes in what came of one target.
    pub(super) fn note(&mut self, item: Item) {
        if !self.dry_run {
            let now = clock::now();
            let local = self.local.to_owned();
            if event(&item, &local, now).is_some() {
                let items = std::slice::from_ref(&item);
                self.write(|state| Some(booked(state, items, &local, now)));
            }
        }
        self.items.push(item);
    }

    /// All `parts` ran to their end.
    pub(super) fn close(&mut self, parts: &[Part]) {
        if self.dry_run || parts.is_empty() {
            return;
        }
        let items = std::mem::take(&mut self.items);
        let now = clock::now();
        let known = self.write(|state| {
            let healing = state.healing.found(parts, &items, now);
            let worth = worth_writing(&state.healing, &healing);
            worth.then(|| State {
                healing,
                ..state.clone()
            })
        });
        // A watcher tells of it at once; without one nothing is lost.
        if items.iter().any(|item| item.standing != Standing::Fine) {
            let _ = poke::touch(self.store.home());
        }
        if let Some(state) = known.filter(|_| items.iter().any(|item| item.change.is_some())) {
            history::note_aloud(self.store.home(), &Batch::of(&state, now));
        }
        self.items = items;
    }

    /// The state as it stands now; when it cannot be written, that is said once
    /// and the result stands all the same.
    fn write(&mut self, change: impl Fn(&State) -> Option<State>) -> Option<State> {
        if self.complained {
            return None;
        }
        match self
            .store
            .update(PATIENCE, clock::now(), |state| ((), change(state)))
        {
            Ok(updated) => {
                for notice in &updated.notices {
                    output::complain(&format!("warning: {notice}\n"));
                }
                Some(updated.state)
            }
            Err(error) => {
                self.complained = true;
                output::complain(&format!("warning: not recorded: {error}\n"));
                None
            }
        }
    }
}

/// Whether `new` says more than that it ran again a moment later.
fn worth_writing(old: &Healing, new: &Healing) -> bool {
    let aged = new.ran.iter().any(|(part, now)| {
        let before = old.ran.get(part);
        before.is_none_or(|before| now.since(*before).unsigned_abs() >= AGED)
    });
    let ran = new.ran.clone();
    aged || *new != Healing { ran, ..old.clone() }
}
