//! Nodes that mean harm, or are broken as if they did: whatever they do, the
//! run ends, the others are seen, and nothing of theirs is executed.

use serde_json::Value;

use crate::harness::site::{Site, node};

mod answers;
mod clients;
mod doors;
mod logins;

/// A login that answers each probe by the commands `probe`; in them `$token`
/// is the question's.
fn answering(probe: &str) -> String {
    format!(
        "while IFS= read -r line; do token=${{line#* }}; case $line in\n\
         'mamori_alive '*) asked=$token; echo \"@$token alive\" ;;\n\
         'mamori_probe '*)\n{probe}\n;;\nesac; done\n"
    )
}

/// A node's state, and the first problem's words.
fn verdict<'v>(result: &'v Value, name: &str) -> (&'v str, &'v str) {
    let node = node(result, name);
    let text = node["problems"][0]["text"].as_str().unwrap_or_default();
    (node["state"].as_str().unwrap(), text)
}

/// What `mamori health --json` says, with a node `fine` that is.
fn seen(site: &Site) -> Value {
    let (result, _) = site.health();
    let fine = node(&result, "fine");
    assert_eq!(fine["state"], "ok", "{result}");
    // However busy we were with the others, its answer took its time.
    assert!(fine["latency_ms"].as_f64() > Some(0.0), "{fine}");
    result
}
