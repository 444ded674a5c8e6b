//! What is wrong with a template, and where.

use std::error::Error as _;
use std::fmt;
use std::ops::Range;

use minijinja::{Error, ErrorKind};

use crate::model::text::clean;

/// A template that cannot be read or filled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wrong {
    /// Its file, or the name of a built-in one.
    pub file: String,
    /// The line, from 1.
    pub line: Option<usize>,
    /// The character of that line, from 1.
    pub column: Option<usize>,
    /// What is wrong.
    pub what: String,
}

impl fmt::Display for Wrong {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:", self.file)?;
        for number in [self.line, self.column].into_iter().flatten() {
            write!(f, "{number}:")?;
        }
        write!(f, " {}", self.what)
    }
}

impl std::error::Error for Wrong {}

impl Wrong {
    /// `name` and `text` are those of the template that was at work, `files`
    /// where the replaced ones come from.
    pub(super) fn of(
        error: &Error,
        name: &str,
        text: Option<&str>,
        files: &[(String, String)],
    ) -> Self {
        let error = innermost(error);
        let name = error.name().unwrap_or(name);
        let file = files.iter().find(|(of, _)| of == name);
        let source = error.template_source().or(text);
        let start = error.range().map(|range| range.start);
        let column = source.zip(start).and_then(|(source, at)| {
            let line = source.get(..at)?.rsplit('\n').next()?;
            Some(line.chars().count() + 1)
        });
        Self {
            file: file.map_or(name, |(_, shown)| shown).to_owned(),
            line: error.line(),
            column: error.line().and(column),
            what: what(error, source.zip(error.range())),
        }
    }
}

/// Where one template includes another, the error that says more.
fn innermost(error: &Error) -> &Error {
    let mut at = error;
    while let Some(inner) = at.source().and_then(|inner| inner.downcast_ref::<Error>()) {
        if inner.line().is_none() {
            break;
        }
        at = inner;
    }
    at
}

fn what(error: &Error, place: Option<(&str, Range<usize>)>) -> String {
    let detail = error.detail().unwrap_or_default();
    match error.kind() {
        ErrorKind::OutOfFuel => "does not come to an end".to_owned(),
        ErrorKind::WriteFailure => "makes a page that is too long".to_owned(),
        ErrorKind::UndefinedError if detail.is_empty() => {
            let name = place.and_then(|(source, range)| source.get(range));
            let name = name.map(clean).filter(|name| !name.is_empty());
            name.map_or("something is not defined".to_owned(), |name| {
                format!("`{name}` is not defined")
            })
        }
        kind if detail.is_empty() => kind.to_string(),
        ErrorKind::UnknownFunction => format!("function {detail}"),
        ErrorKind::SyntaxError
        | ErrorKind::InvalidOperation
        | ErrorKind::TemplateNotFound
        | ErrorKind::UnknownFilter
        | ErrorKind::UnknownTest => detail.to_owned(),
        kind => format!("{kind}: {detail}"),
    }
}
