//! Which repositories some paths lead to, each once.

use std::collections::HashMap;
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};

use super::super::files;
use super::super::surroundings::Surroundings;
use super::call::Git;
use crate::model::report::source::{Source, Standing};
use crate::model::text::clean;

/// A repository.
#[derive(Debug)]
pub(super) struct Place {
    /// The first path by which it was named.
    pub(super) path: PathBuf,
    /// All paths by which it was named: worktrees of it, too.
    pub(super) named: Vec<PathBuf>,
    /// What people call it.
    pub(super) name: String,
    /// What is known of it before it is read.
    pub(super) source: Source,
    /// Whether it can tell what a commit changed without asking elsewhere.
    pub(super) lines: bool,
}

/// The repositories at `paths`; worktrees and paths of the same one once.
pub(super) fn distinct(git: &Git<'_>, paths: &[PathBuf], around: &Surroundings) -> Vec<Place> {
    let mut places: Vec<Place> = Vec::new();
    let mut known: HashMap<PathBuf, usize> = HashMap::new();
    for path in paths {
        let (common, place) = look(git, path);
        if let Some(before) = known.get(&common).and_then(|at| places.get_mut(*at)) {
            before.named.push(path.clone());
            continue;
        }
        known.insert(common, places.len());
        places.push(place);
    }
    tell_apart(&mut places, around);
    places
}

/// The same paths, of which none can be read.
pub(super) fn unread(paths: &[PathBuf], why: &str, around: &Surroundings) -> Vec<Place> {
    let mut places: Vec<Place> = Vec::new();
    for path in paths {
        if places.iter().all(|place| place.path != *path) {
            places.push(missing(path, path, why));
        }
    }
    tell_apart(&mut places, around);
    places
}

fn missing(path: &Path, folder: &Path, why: &str) -> Place {
    let name = name(folder);
    Place {
        path: path.to_owned(),
        named: vec![path.to_owned()],
        source: Source::ok(&name, None).but(Standing::Missing, why),
        name,
        lines: false,
    }
}

/// The repository at a path, and the folder that all its worktrees share.
fn look(git: &Git<'_>, path: &Path) -> (PathBuf, Place) {
    let none = |why: &str| (path.to_owned(), missing(path, path, why));
    if !path.is_absolute() {
        return none("not an absolute path");
    }
    if !path.is_dir() {
        return none("no such folder");
    }
    let question = ["rev-parse", "--is-shallow-repository", "--git-common-dir"];
    let answer = match git.ask(path, &question) {
        Ok(answer) => answer,
        Err(why) if foreign(&why) => return none("owned by another user"),
        Err(why) if why.starts_with("not a git repository") => {
            return none("not a git repository");
        }
        Err(why) => return none(&why),
    };
    // The folder's name may hold anything, and stands last.
    let mut parts = answer.splitn(2, |&byte| byte == b'\n');
    let shallow = parts.next() == Some(b"true");
    let common = parts.next().unwrap_or_default();
    let common = common.strip_suffix(b"\n").unwrap_or(common);
    // From where git was asked, where it is no whole path.
    let common = files::resolved(&path.join(OsStr::from_bytes(common)));
    let name = name(&common);
    let mut source = Source::ok(&name, None);
    if shallow {
        source = source.but(Standing::Partial, "shallow: its history is cut");
    }
    let partial = elsewhere(git, path);
    if partial {
        let why = "partial clone: what its commits changed is elsewhere";
        source = source.but(Standing::Partial, why);
    }
    let place = Place {
        path: path.to_owned(),
        named: vec![path.to_owned()],
        name,
        source,
        lines: !partial,
    };
    (common, place)
}

/// git's words for a repository that it does not trust, of which it says more
/// than once whose it is not.
fn foreign(why: &str) -> bool {
    why.contains("dubious ownership") || why.contains("unsafe repository")
}

/// Whether objects of it are left with another machine until they are needed.
fn elsewhere(git: &Git<'_>, path: &Path) -> bool {
    let keys = r"^(extensions\.partialclone|remote\..*\.promisor)$";
    git.ask(path, &["config", "--get-regexp", keys])
        .is_ok_and(|answer| !answer.is_empty())
}

/// `app` of `…/app/.git`, `…/app.git` and `…/app`.
fn name(folder: &Path) -> String {
    let own = folder.file_name().unwrap_or_default();
    let named = if own == ".git" {
        folder.parent().and_then(Path::file_name)
    } else {
        Some(own)
    };
    let name = named.unwrap_or_default().to_string_lossy();
    let name = clean(name.strip_suffix(".git").unwrap_or(&name));
    if name.trim().is_empty() {
        clean(&folder.to_string_lossy())
    } else {
        name
    }
}

/// Those of one name are called by their paths.
fn tell_apart(places: &mut [Place], around: &Surroundings) {
    let mut counts: HashMap<String, usize> = HashMap::new();
    for place in places.iter() {
        *counts.entry(place.name.clone()).or_default() += 1;
    }
    for place in places {
        if counts.get(&place.name).is_some_and(|count| *count > 1) {
            place.name = clean(&around.shown(&place.path));
            place.source.name.clone_from(&place.name);
        }
    }
}
