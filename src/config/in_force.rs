//! The configuration in force as TOML or JSON, each value with where it is from.

use serde_json::{Map, Value, json};
use toml::de::{DeTable, DeValue};

use super::reader::line;
use super::{DEFAULT, Found, table};
use crate::model::text;

/// The file laid over the defaults, key by key.
///
/// What may hold a secret is shown without it.
#[derive(Debug, Clone, PartialEq)]
pub struct InForce {
    file: Option<String>,
    blocks: Vec<Block>,
}

/// What stands under one header.
#[derive(Debug, Clone, PartialEq)]
struct Block {
    /// Empty for the keys before the first header.
    name: String,
    /// Whether it is one of an array, `[[node]]`.
    entry: bool,
    keys: Vec<Key>,
}

#[derive(Debug, Clone, PartialEq)]
struct Key {
    name: String,
    value: Value,
    /// The line of the file; `None`: the default.
    line: Option<usize>,
}

impl InForce {
    /// What is in force with this file, which has been read without problems,
    /// or without any.
    #[must_use]
    pub fn of(found: Option<&Found>) -> Self {
        let text = found.map_or("", |found| found.text.as_str());
        let given = table(text)
            .map(toml::Spanned::into_inner)
            .unwrap_or_default();
        let default = table(DEFAULT)
            .map(toml::Spanned::into_inner)
            .unwrap_or_default();
        let mut blocks = vec![Block {
            name: String::new(),
            entry: false,
            keys: Vec::new(),
        }];
        let mut names = ordered(&default);
        names.extend(
            ordered(&given)
                .into_iter()
                .filter(|name| !default.contains_key(*name)),
        );
        for name in names {
            let mine = given.get(name);
            let value = mine.or_else(|| default.get(name));
            match value.map(toml::Spanned::get_ref) {
                Some(DeValue::Table(_)) => {
                    let keys = keys(text, below(&given, name), below(&default, name));
                    blocks.push(Block {
                        name: name.into(),
                        entry: false,
                        keys,
                    });
                }
                Some(DeValue::Array(array))
                    if array.iter().all(|item| item.get_ref().is_table()) =>
                {
                    blocks.extend(array.iter().map(|item| Block {
                        name: name.into(),
                        entry: true,
                        keys: keys(text, item.get_ref().as_table(), None),
                    }));
                }
                Some(value) => {
                    let line = mine.map(|value| line(text, value.span().start));
                    let key = Key {
                        name: name.into(),
                        value: plain(name, value),
                        line,
                    };
                    blocks
                        .iter_mut()
                        .take(1)
                        .for_each(|top| top.keys.push(key.clone()));
                }
                None => {}
            }
        }
        Self {
            file: found.map(|found| found.shown.clone()),
            blocks,
        }
    }

    /// TOML, with the origin of each value behind it.
    #[must_use]
    pub fn toml(&self) -> String {
        let mut lines = Vec::new();
        for block in self
            .blocks
            .iter()
            .filter(|block| block.entry || !block.keys.is_empty())
        {
            if !lines.is_empty() {
                lines.push(String::new());
            }
            match (block.name.as_str(), block.entry) {
                ("", _) => {}
                (name, true) => lines.push(format!("[[{name}]]")),
                (name, false) => lines.push(format!("[{name}]")),
            }
            for key in &block.keys {
                let origin = match (&self.file, key.line) {
                    (Some(file), Some(line)) => format!("{file}:{line}"),
                    _ => "default".into(),
                };
                lines.push(format!(
                    "{} = {}  # {origin}",
                    key.name,
                    toml_text(&key.value)
                ));
            }
        }
        lines.push(String::new());
        lines.join("\n")
    }

    /// `{"values": {…}, "lines": {"watch.health_every": 3, …}}`: all values,
    /// and the lines of those that the file gives.
    #[must_use]
    pub fn json(&self) -> Value {
        let mut values = Map::new();
        let mut lines = Map::new();
        for block in &self.blocks {
            let keys: Map<String, Value> = block
                .keys
                .iter()
                .map(|key| (key.name.clone(), key.value.clone()))
                .collect();
            let path = match (block.name.as_str(), block.entry) {
                ("", _) => {
                    values.extend(keys);
                    String::new()
                }
                (name, false) => {
                    values.insert(name.into(), Value::Object(keys));
                    format!("{name}.")
                }
                (name, true) => {
                    let all = values.entry(name).or_insert_with(|| json!([]));
                    all.as_array_mut()
                        .into_iter()
                        .for_each(|all| all.push(Value::Object(keys.clone())));
                    format!("{name}[{}].", all.as_array().map_or(0, Vec::len))
                }
            };
            for key in &block.keys {
                if let Some(line) = key.line {
                    lines.insert(format!("{path}{}", key.name), json!(line));
                }
            }
        }
        json!({ "values": values, "lines": lines })
    }
}

/// The table below a table.
fn below<'t>(table: &'t DeTable<'t>, name: &str) -> Option<&'t DeTable<'t>> {
    table.get(name)?.get_ref().as_table()
}

/// The keys of a table in the order they are written.
fn ordered<'t>(table: &'t DeTable<'_>) -> Vec<&'t str> {
    let mut keys: Vec<_> = table.keys().collect();
    keys.sort_by_key(|key| key.span().start);
    keys.into_iter().map(|key| key.get_ref().as_ref()).collect()
}

fn keys(text: &str, given: Option<&DeTable<'_>>, default: Option<&DeTable<'_>>) -> Vec<Key> {
    let names = |table: Option<&DeTable<'_>>| -> Vec<String> {
        table
            .map(|table| ordered(table).into_iter().map(str::to_owned).collect())
            .unwrap_or_default()
    };
    let mut all = names(default);
    all.extend(
        names(given)
            .into_iter()
            .filter(|name| !default.is_some_and(|d| d.contains_key(name.as_str()))),
    );
    let key = |name: String| {
        let mine = given.and_then(|given| given.get(name.as_str()));
        let value = mine.or_else(|| default.and_then(|default| default.get(name.as_str())))?;
        let line = mine.map(|value| line(text, value.span().start));
        Some(Key {
            value: plain(&name, value.get_ref()),
            name,
            line,
        })
    };
    all.into_iter().filter_map(key).collect()
}

/// A value as JSON has it, without what may be a secret.
fn plain(key: &str, value: &DeValue<'_>) -> Value {
    match value {
        DeValue::String(text) if key == "url" => json!(without_secrets(text)),
        DeValue::String(text) => json!(text),
        DeValue::Integer(number) => i64::from_str_radix(number.as_str(), number.radix())
            .map_or_else(|_| json!(number.to_string()), |number| json!(number)),
        DeValue::Float(number) => number
            .as_str()
            .parse::<f64>()
            .map_or_else(|_| json!(number.as_str()), |number| json!(number)),
        DeValue::Boolean(truth) => json!(truth),
        DeValue::Datetime(time) => json!(time.to_string()),
        DeValue::Array(array) => array.iter().map(|item| plain("", item.get_ref())).collect(),
        DeValue::Table(table) => {
            let pair =
                |name: &str| Some((name.to_owned(), plain(name, table.get(name)?.get_ref())));
            ordered(table)
                .into_iter()
                .filter_map(pair)
                .collect::<Map<_, _>>()
                .into()
        }
    }
}

/// An address without its user, path and query: `https://ntfy.example/…`.
fn without_secrets(url: &str) -> String {
    let Some((scheme, rest)) = url.split_once("://") else {
        return "…".into();
    };
    let (authority, path) = rest.split_at(rest.find(['/', '?', '#']).unwrap_or(rest.len()));
    let host = match authority.rsplit_once('@') {
        Some((_, host)) => format!("…@{host}"),
        None => authority.to_owned(),
    };
    let path = if path.len() > 1 { "/…" } else { path };
    format!("{scheme}://{host}{path}")
}

fn toml_text(value: &Value) -> String {
    match value {
        Value::String(text) => quoted(text),
        Value::Array(items) => {
            format!(
                "[{}]",
                items.iter().map(toml_text).collect::<Vec<_>>().join(", ")
            )
        }
        Value::Object(table) => {
            let pairs: Vec<String> = table
                .iter()
                .map(|(key, value)| format!("{key} = {}", toml_text(value)))
                .collect();
            format!("{{ {} }}", pairs.join(", "))
        }
        plain => plain.to_string(),
    }
}

/// A TOML string in which what a terminal would not draw is escaped.
fn quoted(raw: &str) -> String {
    let mut quoted = String::from("\"");
    for c in raw.chars() {
        match c {
            '"' | '\\' => quoted.extend(['\\', c]),
            _ if text::clean(c.encode_utf8(&mut [0; 4])).starts_with(c) => quoted.push(c),
            _ => quoted.extend(format!("\\U{:08X}", u32::from(c)).chars()),
        }
    }
    quoted.push('"');
    quoted
}
