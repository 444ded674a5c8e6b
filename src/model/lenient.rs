//! Maps and lists of which a newer build may have entries that this one cannot read.

use std::collections::BTreeMap;

use serde::de::DeserializeOwned;
use serde::{Deserialize as _, Deserializer};
use serde_json::{Map, Value};

/// The entries that can be read. The others are no error: whoever writes the
/// file carries them over.
///
/// # Errors
/// When it is no map at all.
pub fn map<'de, D, V>(deserializer: D) -> Result<BTreeMap<String, V>, D::Error>
where
    D: Deserializer<'de>,
    V: DeserializeOwned,
{
    let all = Map::<String, Value>::deserialize(deserializer)?;
    let known = all
        .into_iter()
        .filter_map(|(name, value)| Some((name, serde_json::from_value(value).ok()?)));
    Ok(known.collect())
}

/// The elements of a list that can be read; the others are no error.
///
/// # Errors
/// When it is no list at all.
pub fn list<'de, D, V>(deserializer: D) -> Result<Vec<V>, D::Error>
where
    D: Deserializer<'de>,
    V: DeserializeOwned,
{
    let all = Vec::<Value>::deserialize(deserializer)?;
    let known = all.into_iter().map(serde_json::from_value);
    Ok(known.filter_map(Result::ok).collect())
}
