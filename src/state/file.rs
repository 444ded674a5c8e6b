//! The bytes of a state file, read and written. Pure.

use serde::Deserialize as _;
use serde_json::{Value, json};

use super::carry::carry;
use crate::model::kept;
use crate::model::reading::Readings;
use crate::model::state::{SCHEMA, State};

/// What stands in the place of readings that are kept elsewhere: why.
const LEFT_OUT: &str = "unavailable";

/// A state file that could be read.
#[derive(Debug, Clone, PartialEq)]
pub struct Parsed {
    /// What this build understands of it.
    pub state: State,
    /// All of it.
    raw: Value,
}

/// Reads a state file.
///
/// # Errors
/// What is wrong with it, in the parser's words.
pub fn parse(bytes: &[u8]) -> Result<Parsed, String> {
    let raw: Value = serde_json::from_slice(bytes).map_err(|error| error.to_string())?;
    let Some(schema) = raw
        .get("schema")
        .and_then(Value::as_u64)
        .filter(|&schema| schema > 0)
    else {
        return Err("it has no schema".to_owned());
    };
    let state = match State::deserialize(&raw) {
        Ok(mut state) => {
            let nodes = state.nodes.iter_mut().zip(nodes(&raw));
            for (node, why) in nodes.filter_map(|(node, raw)| Some((node, why_left_out(raw)?))) {
                node.readings = Readings::none(why);
            }
            state
        }
        // Not broken: merely beyond us.
        Err(_) if schema > SCHEMA => State {
            schema,
            ..State::default()
        },
        Err(error) => return Err(error.to_string()),
    };
    Ok(Parsed { state, raw })
}

impl Parsed {
    /// Whether a newer build wrote it, so that it is not ours to overwrite.
    #[must_use]
    pub fn newer(&self) -> bool {
        self.state.schema > SCHEMA
    }
}

/// The bytes to write for `new`, with what a newer build left in `old` carried
/// over. One line, so that a day of writes stays small; of many nodes only
/// what is not well is written with its readings.
///
/// # Errors
/// Never for a `State` of finite numbers.
pub fn print(old: Option<&Parsed>, new: &State) -> Result<Vec<u8>, serde_json::Error> {
    let mut value = serde_json::to_value(new)?;
    for (at, node) in nodes_mut(&mut value).enumerate() {
        if let Some(why) = kept::elsewhere(new, at) {
            leave_out(node, json!({ LEFT_OUT: why }));
        }
    }
    if let Some(old) = old {
        let mut known = serde_json::to_value(&old.state)?;
        // As they stood there.
        for (known, raw) in nodes_mut(&mut known).zip(nodes(&old.raw)) {
            if let Some(why) = why_left_out(raw) {
                leave_out(known, json!({ LEFT_OUT: why }));
            }
        }
        value = carry(&old.raw, &known, value);
    }
    let mut bytes = serde_json::to_vec(&value)?;
    bytes.push(b'\n');
    Ok(bytes)
}

fn nodes(state: &Value) -> impl Iterator<Item = &Value> {
    let nodes = state.get("nodes").and_then(Value::as_array);
    nodes.into_iter().flatten()
}

fn nodes_mut(state: &mut Value) -> impl Iterator<Item = &mut Value> {
    let nodes = state.get_mut("nodes").and_then(Value::as_array_mut);
    nodes.into_iter().flatten()
}

/// Why a node has no readings here.
fn why_left_out(node: &Value) -> Option<&str> {
    node.get("readings")?.get(LEFT_OUT)?.as_str()
}

fn leave_out(node: &mut Value, why: Value) {
    if let Some(readings) = node.get_mut("readings") {
        *readings = why;
    }
}

#[cfg(test)]
#[path = "file_tests.rs"]
mod tests;
