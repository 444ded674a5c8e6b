//! Old temporary files, into a trash and a day later out of it.
//!
//! ```text
//! /tmp/claude-*  moved 3 to trash: 12 files, 4.1 MB; 2 left: 1 in use, 1 another user's
//! ```
//! What matches a pattern of `[[clean]]` is one unit: a file, or a folder with
//! everything in it. It goes when everything in it is old and ours, nobody
//! uses it, and nothing is mounted in it. The first time it is only told.
//! `pattern` says what is meant, `work` walks there and moves by what `decide`
//! says, `show` tells. No link is followed, and no file that was not moved to
//! a trash first is ever removed.

pub mod decide;
pub mod facts;
pub mod pattern;
pub mod show;
pub mod work;

use crate::config::Config;
use crate::model::healing::{Item, Part, Terms};
use crate::sys::surroundings::Surroundings;

/// Cleans what `config` names, or tells what would go: one item for each
/// pattern, and one for each trash that was emptied or needs a look.
#[must_use]
pub fn look_after(around: &Surroundings, config: &Config, terms: &Terms) -> Vec<Item> {
    let places = facts::places(around);
    let wanted = pattern::wanted(&config.cleans, &places);
    let mut run = work::Run::begin(around, terms, &wanted);
    let mut items = Vec::new();
    for one in &wanted {
        if terms.spent(Part::Temp, &one.subject) {
            items.push(show::spent(&one.subject));
            continue;
        }
        let tally = run.pattern(one, &mut items);
        items.push(show::pattern(one, &tally, terms));
    }
    items
}
