//! Forward compatibility: what this build does not know survives its writing.

use serde_json::{Map, Value};

/// Keys that name an element of an array of objects.
const IDENTITIES: [&str; 7] = ["id", "number", "name", "mount", "socket", "check", "from"];

/// `new` with everything carried over from `raw`, the file as it was, that
/// does not stand in `known`, what this build understood of that file.
///
/// Objects are followed key by key; elements of arrays by their identity
/// (`name`, `id` …). What this build did not change stays as it was written. What this build removed on purpose (it stands in `known`
/// but not in `new`) stays removed.
#[must_use]
pub fn carry(raw: &Value, known: &Value, new: Value) -> Value {
    if *known == new {
        // Untouched: it stays as it was written, with words we do not know.
        return raw.clone();
    }
    match (raw, known, new) {
        (Value::Object(raw), Value::Object(known), Value::Object(new)) => {
            Value::Object(carry_object(raw, known, new))
        }
        (Value::Array(raw), Value::Array(known), Value::Array(new)) => {
            let carried = new.into_iter().map(|element| match identity(&element) {
                Some(name) => match (find(raw, &name), find(known, &name)) {
                    (Some(raw), Some(known)) => carry(raw, known, element),
                    _ => element,
                },
                None => element,
            });
            Value::Array(carried.collect())
        }
        (_, _, new) => new,
    }
}

fn carry_object(
    raw: &Map<String, Value>,
    known: &Map<String, Value>,
    mut new: Map<String, Value>,
) -> Map<String, Value> {
    for (key, raw) in raw {
        match (known.get(key), new.get_mut(key)) {
            (None, None) => {
                new.insert(key.clone(), raw.clone());
            }
            (Some(known), Some(slot)) => *slot = carry(raw, known, slot.take()),
            _ => {}
        }
    }
    new
}

fn identity(element: &Value) -> Option<(&'static str, Value)> {
    IDENTITIES
        .iter()
        .find_map(|key| Some((*key, element.get(key)?.clone())))
}

fn find<'a>(elements: &'a [Value], (key, value): &(&str, Value)) -> Option<&'a Value> {
    elements
        .iter()
        .find(|element| element.get(key) == Some(value))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn unknown_keys_survive_in_every_object_and_removed_ones_stay_removed() {
        let raw = json!({"a": 1, "x": 9, "nodes": [
            {"name": "n", "x": 8, "readings": {"disk": {"value": 1, "x": 7}}},
            {"name": "gone", "x": 6}], "pauses": {"n": {"since": 1}}});
        let known = json!({"a": 1, "nodes": [
            {"name": "n", "readings": {"disk": {"value": 1}}}, {"name": "gone"}],
            "pauses": {"n": {"since": 1}}});
        let new = json!({"a": 2, "nodes": [{"name": "new"},
            {"name": "n", "readings": {"disk": {"value": 5}}}], "pauses": {}});
        assert_eq!(
            carry(&raw, &known, new),
            json!({"a": 2, "nodes": [{"name": "new"},
                {"name": "n", "readings": {"disk": {"value": 5, "x": 7}}, "x": 8}],
                "pauses": {}, "x": 9})
        );
    }
}
