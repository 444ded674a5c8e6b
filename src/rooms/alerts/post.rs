//! What ntfy servers and webhooks are sent. Pure.

use serde_json::{Value, json};

use super::words;
use crate::model::alert::Severity;
use crate::model::message::{Kind, Message};
use crate::model::text::clean;

/// The address and the JSON of an ntfy message: its servers take JSON at the
/// root, with the topic in it.
///
/// # Errors
/// When the address names no topic.
pub(super) fn ntfy(url: &str, message: &Message) -> Result<(String, Value), String> {
    let (path, query) = match url.find(['?', '#']) {
        Some(at) => url.split_at(at),
        None => (url, ""),
    };
    let path = path.trim_end_matches('/');
    let no_topic = || "the address names no topic: https://SERVER/TOPIC".to_owned();
    let (root, topic) = path.rsplit_once('/').ok_or_else(no_topic)?;
    if root.ends_with(":/") || topic.is_empty() {
        return Err(no_topic());
    }
    let priority = match (message.kind, message.severity) {
        (Kind::Resolve | Kind::Info | Kind::Test, _) | (_, Severity::Info) => 2,
        (_, Severity::Warning) => 3,
        (_, Severity::Critical) => 5,
    };
    let tag = match message.kind {
        Kind::Resolve => "white_check_mark",
        Kind::Info | Kind::Test => "information_source",
        _ if message.severity == Severity::Critical => "rotating_light",
        _ => "warning",
    };
    let body = message.body();
    let body = if body.is_empty() {
        &message.text
    } else {
        &body
    };
    let value = json!({
        "topic": topic,
        "title": clean(&message.title),
        "message": lines(body),
        "priority": priority,
        "tags": [tag],
        "sequence_id": message.slug().replace('.', "-"),
    });
    Ok((format!("{root}/{query}"), value))
}

/// The JSON of a webhook.
pub(super) fn webhook(message: &Message) -> Value {
    json!({
        "schema": 1,
        "kind": message.kind.word(),
        "id": message.about,
        "number": message.alert,
        "node": message.node(),
        "check": message.check(),
        "severity": words::word(message.severity),
        "title": clean(&message.title),
        "text": lines(&message.text),
        "since": message.since,
        "at": message.at,
        "raised": message.tells,
        "resolved": message.ends,
    })
}

fn lines(text: &str) -> String {
    text.lines().map(clean).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::time::Timestamp;

    #[test]
    fn the_topic_is_the_last_word_of_the_address() {
        let message = words::test("ntfy", "laptop", Timestamp(0));
        let at = |url| ntfy(url, &message).map(|(url, value)| (url, value["topic"].clone()));
        let expected = |url: &str, topic: &str| Ok((url.to_owned(), json!(topic)));
        assert_eq!(
            at("https://n.example/t"),
            expected("https://n.example/", "t")
        );
        assert_eq!(
            at("http://u:p@n.example:81/sub/t/?auth=x"),
            expected("http://u:p@n.example:81/sub/?auth=x", "t")
        );
        for bad in ["https://n.example", "https://n.example/", "https://?x/y"] {
            assert!(at(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_webhook_says_everything_by_name() {
        let message = words::test("webhook", "laptop", Timestamp(0));
        assert_eq!(
            webhook(&message),
            json!({"schema": 1, "kind": "test", "id": "laptop/test", "number": null,
                "node": "laptop", "check": "test", "severity": "info",
                "title": "● laptop: a test of webhook",
                "text": "laptop: a test of the channel webhook; nothing is wrong",
                "since": "1970-01-01T00:00:00Z", "at": "1970-01-01T00:00:00Z",
                "raised": [], "resolved": []})
        );
    }
}
