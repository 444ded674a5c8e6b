//! The figures as JSON: what is not known is `null`, never 0.

use serde_json::{Map, Value, json};

use crate::model::report::agents::figures::{All, Figures, Used};
use crate::model::report::agents::price::Money;

pub(super) fn figures(all: &All) -> Value {
    let agents: Vec<Value> = all.agents.iter().map(figure).collect();
    json!({ "agents": agents, "wall_s": all.wall, "newest_datum": all.newest })
}

fn figure(of: &Figures) -> Value {
    let models = of.models.iter().map(|(name, used)| {
        let mut row = Map::new();
        row.insert("model".into(), json!(name));
        row.append(&mut sums(used));
        Value::Object(row)
    });
    let models: Vec<Value> = models.collect();
    let mut row = Map::new();
    row.insert("agent".into(), json!(of.agent));
    row.insert("sessions".into(), json!(of.sessions));
    row.insert("work_s".into(), json!(of.work));
    row.insert("wall_s".into(), json!(of.wall));
    row.append(&mut sums(&of.used));
    row.insert("models".into(), json!(models));
    Value::Object(row)
}

fn sums(used: &Used) -> Map<String, Value> {
    let told = (used.telling > 0).then(|| Money(u128::from(used.told) * 1_000_000));
    let pairs = [
        ("requests", json!(used.requests)),
        ("input", json!(used.input.known(used.requests))),
        ("cache_write", json!(used.cache_write.known(used.requests))),
        ("cache_read", json!(used.cache_read.known(used.requests))),
        ("output", json!(used.output.known(used.requests))),
        (
            "api_equivalent_usd",
            json!(used.priced().map(Money::dollars)),
        ),
        ("unpriced", json!(used.unpriced)),
        ("told_usd", json!(told.map(Money::dollars))),
    ];
    pairs
        .map(|(name, value)| (name.to_owned(), value))
        .into_iter()
        .collect()
}
