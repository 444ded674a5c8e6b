//! A command of the user's: an argv that never holds any of the message,
//! which stands in its environment.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use super::{Counter, LIMIT};
use crate::model::message::{Delivery, Message};
use crate::model::text::clean;

pub(super) fn tell(words: &[String], message: &Message, counter: &Counter<'_>) -> Delivery {
    let Some((program, arguments)) = words.split_first() else {
        return Delivery::Failed("the command is empty".to_owned());
    };
    let program = if Path::new(program).is_absolute() {
        PathBuf::from(program)
    } else {
        match counter.find(program) {
            Ok(program) => program,
            Err(missing) => return missing,
        }
    };
    let arguments: Vec<OsString> = arguments.iter().map(OsString::from).collect();
    counter.run(&program, &arguments, &variables(message), LIMIT)
}

fn variables(message: &Message) -> Vec<(OsString, OsString)> {
    let lines: Vec<String> = message.text.lines().map(clean).collect();
    let number = message
        .alert
        .map_or_else(String::new, |number| number.to_string());
    let severity = serde_json::to_value(message.severity).unwrap_or_default();
    let all = [
        ("MAMORI_KIND", message.kind.word().to_owned()),
        (
            "MAMORI_SEVERITY",
            severity.as_str().unwrap_or_default().to_owned(),
        ),
        ("MAMORI_ID", clean(&message.about)),
        ("MAMORI_NUMBER", number),
        ("MAMORI_NODE", clean(message.node())),
        ("MAMORI_CHECK", clean(message.check())),
        ("MAMORI_TITLE", clean(&message.title)),
        ("MAMORI_TEXT", lines.join("\n")),
        ("MAMORI_SINCE", message.since.rfc3339()),
        ("MAMORI_AT", message.at.rfc3339()),
    ];
    all.map(|(name, value)| (name.into(), value.into()))
        .to_vec()
}
