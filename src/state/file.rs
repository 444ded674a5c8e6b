//! The bytes of a state file, read and written. Pure.

use serde::Deserialize as _;
use serde_json::Value;

use super::carry::carry;
use crate::model::state::{SCHEMA, State};

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
        Ok(state) => state,
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
/// over. One line, so that a day of writes stays small.
///
/// # Errors
/// Never for a `State` of finite numbers.
pub fn print(old: Option<&Parsed>, new: &State) -> Result<Vec<u8>, serde_json::Error> {
    let mut value = serde_json::to_value(new)?;
    if let Some(old) = old {
        value = carry(&old.raw, &serde_json::to_value(&old.state)?, value);
    }
    let mut bytes = serde_json::to_vec(&value)?;
    bytes.push(b'\n');
    Ok(bytes)
}
