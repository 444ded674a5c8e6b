//! Templates that a person keeps beside the configuration. Effects.

use super::render::{NAMES, Replacement, Templates, Wrong};
use crate::failure::Failure;
use crate::model::text::clean;
use crate::sys::surroundings::Surroundings;
use crate::sys::{files, output};

/// The built-in templates, and in their place those in `templates` beside the
/// configuration.
///
/// # Errors
/// Exit 2 for one that cannot be read or has a mistake: which, where, what.
pub(super) fn read(around: &Surroundings) -> Result<Templates, Failure> {
    let folder = around.config.with_file_name("templates");
    let mut replacements = Vec::new();
    for name in NAMES {
        let file = folder.join(name);
        let shown = around.shown(&file);
        let bytes = files::read(&file).map_err(|error| Failure::usage(error.to_string()))?;
        let Some(bytes) = bytes else { continue };
        let text = String::from_utf8(bytes)
            .map_err(|_| Failure::usage(format!("the template `{shown}` is not UTF-8")))?;
        replacements.push(Replacement {
            name: name.to_owned(),
            shown,
            text,
        });
    }
    Templates::with(replacements).map_err(|wrong| failure(&wrong))
}

/// The built-in ones.
///
/// # Errors
/// None: the tests fill them.
pub(super) fn built_in() -> Result<Templates, Failure> {
    Templates::with(Vec::new()).map_err(|wrong| failure(&wrong))
}

/// The built-in ones in the place of those with that mistake, which is said.
///
/// # Errors
/// As [`built_in`].
pub(super) fn without(mistake: &Failure) -> Result<Templates, Failure> {
    warn(mistake);
    built_in()
}

/// Says what went wrong beside what was done.
pub(super) fn warn(wrong: &Failure) {
    let hint = wrong.hint.as_ref();
    let hint = hint.map_or_else(String::new, |hint| format!("hint: {hint}\n"));
    output::complain(&format!("warning: {}\n{hint}", wrong.what));
}

/// What is wrong with a template, and how to do without it.
pub(super) fn failure(wrong: &Wrong) -> Failure {
    let place = match (wrong.line, wrong.column) {
        (Some(line), Some(column)) => format!(" line {line} column {column}"),
        (Some(line), None) => format!(" line {line}"),
        (None, _) => String::new(),
    };
    let (file, what) = (clean(&wrong.file), clean(&wrong.what));
    Failure::usage(format!("the template `{file}`{place}: {what}"))
        .hint(format!("to do without it: mv {file} {file}.off"))
}
