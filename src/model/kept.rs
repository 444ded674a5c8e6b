//! Readings that the state file leaves out: of many nodes it keeps whole only
//! what is not well; the rest lives in the hub or in the history. Pure.

use std::collections::HashMap;

use super::node::{Node, NodeState};
use super::reading::{Reading, Readings};
use super::state::State;

/// Up to so many nodes the state file has every reading.
pub const WHOLE: usize = 200;
/// Why a reading is not in the state file: the node says it through the hub.
pub const IN_HUB: &str = "kept in the hub";
/// Why a reading is not in the state file: it was measured by ourselves.
pub const IN_HISTORY: &str = "kept in the history";

/// Where the readings are kept of the node that stands at `at`; `None`: in the
/// state file, as those of the local node, of what is not well, and of few nodes.
#[must_use]
pub fn elsewhere(state: &State, at: usize) -> Option<&'static str> {
    let node = state.nodes.get(at)?;
    let well = node.state == NodeState::Ok && node.judged() == NodeState::Ok;
    let left_out = state.nodes.len() > WHOLE && at > 0 && well && node.problems.is_empty();
    left_out.then_some(match node.published {
        Some(_) => IN_HUB,
        None => IN_HISTORY,
    })
}

/// Whether the file that `node` was read from had no readings of it.
#[must_use]
pub fn left_out(node: &Node) -> bool {
    match &node.readings.memory_total_bytes {
        Reading::Unavailable(why) => why == IN_HUB || why == IN_HISTORY,
        _ => false,
    }
}

/// Gives nodes without readings those that we still know.
pub fn fill(state: &mut State, known: &State) {
    if !state.nodes.iter().any(left_out) {
        return;
    }
    let known: HashMap<&str, &Readings> = known
        .nodes
        .iter()
        .map(|node| (node.name.as_str(), &node.readings))
        .collect();
    for node in state.nodes.iter_mut().filter(|node| left_out(node)) {
        if let Some(readings) = known.get(node.name.as_str()) {
            node.readings = (*readings).clone();
        }
    }
}
