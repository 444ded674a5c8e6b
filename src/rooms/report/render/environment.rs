//! How templates are read and filled: escaping by the name's ending, nothing
//! undefined, no end to be waited for.

use std::io;

use minijinja::value::ValueKind;
use minijinja::{
    AutoEscape, Environment, Error, ErrorKind, Output, State, UndefinedBehavior, Value,
};

use super::{functions, html, markdown};

/// Steps that a template may take; ours take some thousands.
const FUEL: u64 = 3_000_000;
/// What a page may have at most, in bytes.
const LONGEST: usize = 8_000_000;
/// The name of Markdown's escaping.
const MARKDOWN: AutoEscape = AutoEscape::Custom("markdown");

pub(super) fn new() -> Environment<'static> {
    let mut environment = Environment::new();
    environment.set_debug(true);
    environment.set_fuel(Some(FUEL));
    environment.set_trim_blocks(true);
    environment.set_lstrip_blocks(true);
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_auto_escape_callback(|name| {
        let name = name.strip_suffix(".jinja").unwrap_or(name);
        let markdown = name.rsplit_once('.').is_some_and(|(_, end)| end == "md");
        if markdown { MARKDOWN } else { AutoEscape::Html }
    });
    environment.set_formatter(format);
    functions::add(&mut environment);
    environment
}

fn format(out: &mut Output<'_>, state: &State<'_, '_>, value: &Value) -> Result<(), Error> {
    if value.is_undefined() {
        return Err(Error::from(ErrorKind::UndefinedError));
    }
    let text = match value.kind() {
        ValueKind::None => return Ok(()),
        _ => value.to_string(),
    };
    let text = match state.auto_escape() {
        _ if value.is_safe() => text,
        AutoEscape::None => text,
        escape if escape == MARKDOWN => markdown::escaped(&text),
        _ => html::escaped(&text),
    };
    out.write_str(&text).map_err(Error::from)
}

/// Whether the template at work makes Markdown.
pub(super) fn makes_markdown(state: &State<'_, '_>) -> bool {
    state.auto_escape() == MARKDOWN
}

/// What a template writes to.
#[derive(Default)]
pub(super) struct Page(Vec<u8>);

impl Page {
    pub(super) fn text(self) -> String {
        String::from_utf8(self.0).unwrap_or_default()
    }
}

impl io::Write for Page {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.0.len() + bytes.len() > LONGEST {
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        self.0.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
