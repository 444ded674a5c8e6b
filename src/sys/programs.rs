//! Programs, found once as absolute paths.

use std::path::PathBuf;

use super::surroundings::Surroundings;

/// The absolute path of `name` in the safe part of `$PATH`.
#[must_use]
pub fn find(name: &str, around: &Surroundings) -> Option<PathBuf> {
    which::which_in(name, Some(&around.path), "/").ok()
}

/// The path that `program` of a configuration names: an absolute one as it is,
/// a name as found; `None` when no program is there.
#[must_use]
pub fn resolve(program: &str, around: &Surroundings) -> Option<PathBuf> {
    which::which_in(program, Some(&around.path), "/")
        .ok()
        .filter(|path| path.is_absolute())
}

/// The path of the running program itself, or of what took its place since it
/// was started: an upgrade.
#[must_use]
pub fn ourselves() -> Option<PathBuf> {
    let path = std::env::current_exe().ok()?;
    // So the kernel calls a file that was replaced.
    let before = path
        .to_str()
        .and_then(|path| path.strip_suffix(" (deleted)"));
    let path = before.map(PathBuf::from).unwrap_or(path);
    Some(path).filter(|path| path.is_absolute())
}

/// The path by which the running program was called, where that is absolute,
/// else its own: package managers keep the first through an update.
#[must_use]
pub fn called_as() -> Option<PathBuf> {
    let called = std::env::args_os().next().map(PathBuf::from);
    called.filter(|path| path.is_absolute()).or_else(ourselves)
}
