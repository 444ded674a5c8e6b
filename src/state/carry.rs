//! Forward compatibility: what this build does not know survives its writing.

use std::collections::HashMap;

use serde_json::{Map, Value};

/// Keys that name an element of an array of objects.
const IDENTITIES: [&str; 7] = ["id", "number", "name", "mount", "socket", "check", "from"];
/// Elements that are looked through one by one; more are found by an index.
const FEW: usize = 64;

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
            // Most often each stands where it stood; the index is for the others.
            let places = (raw.len() + known.len() > FEW).then(|| (places(raw), places(known)));
            let found = |at: usize, element: &Value| {
                let key = identity(element)?;
                match &places {
                    None => Some((find(raw, key)?, find(known, key)?)),
                    Some((of_raw, of_known)) => {
                        let stands = |all: &'_ [Value]| all.get(at).and_then(identity) == Some(key);
                        if stands(raw) && stands(known) {
                            return Some((raw.get(at)?, known.get(at)?));
                        }
                        let name = key.1.to_string();
                        let of = |all: &HashMap<_, usize>| all.get(&(key.0, name.clone())).copied();
                        Some((raw.get(of(of_raw)?)?, known.get(of(of_known)?)?))
                    }
                }
            };
            let carried =
                new.into_iter()
                    .enumerate()
                    .map(|(at, element)| match found(at, &element) {
                        Some((raw, known)) => carry(raw, known, element),
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

fn identity(element: &Value) -> Option<(&'static str, &Value)> {
    IDENTITIES
        .iter()
        .find_map(|key| Some((*key, element.get(key)?)))
}

fn find<'a>(elements: &'a [Value], (key, value): (&str, &Value)) -> Option<&'a Value> {
    elements
        .iter()
        .find(|element| element.get(key) == Some(value))
}

/// Where the first element of each identity stands, by all that it may be
/// found by.
fn places(elements: &[Value]) -> HashMap<(&'static str, String), usize> {
    let mut places = HashMap::new();
    for (at, element) in elements.iter().enumerate() {
        for key in IDENTITIES {
            if let Some(value) = element.get(key) {
                places.entry((key, value.to_string())).or_insert(at);
            }
        }
    }
    places
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

    #[test]
    fn of_many_each_finds_its_own_wherever_it_stands() {
        let one = |n: usize| json!({"name": format!("n{n}"), "value": n});
        let known: Vec<Value> = (0..500).map(one).collect();
        let mut raw = known.clone();
        for (n, element) in raw.iter_mut().enumerate() {
            element["x"] = json!(n);
        }
        // Another order, one gone, one new, all changed.
        let mut new: Vec<Value> = known.iter().rev().take(499).cloned().collect();
        new.insert(0, json!({"name": "new"}));
        for element in &mut new {
            element["value"] = json!(-1);
        }
        let Value::Array(carried) = carry(&json!(raw), &json!(known), json!(new)) else {
            panic!("no list");
        };
        assert_eq!(carried.len(), 500);
        assert_eq!(carried[0], json!({"name": "new", "value": -1}));
        for element in &carried[1..] {
            let n: usize = element["name"].as_str().unwrap()[1..].parse().unwrap();
            assert_eq!((&element["x"], &element["value"]), (&json!(n), &json!(-1)));
        }
    }
}
