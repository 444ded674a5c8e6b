//! Whether a person edits a file: what editors leave beside it while they
//! have it open, and editors that were started with it.

use std::ffi::{OsStr, OsString};
use std::fs;
use std::os::unix::ffi::{OsStrExt as _, OsStringExt as _};
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use super::surroundings::Surroundings;
use super::{processes, rotation};
use crate::model::process::{Facts, Identity};
use crate::model::time::Timestamp;

/// A sign that a file is being edited.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Sign {
    /// A swap or lock file of an editor, and when it last changed.
    File(PathBuf, Timestamp),
    /// An editor that runs, and its process id.
    Program(String, u32),
    /// A process that has the file open for writing; `None`: one that is not
    /// ours to see.
    Writer(Option<u32>),
}

/// What vim's, neovim's and nano's swap files end in.
const SWAPS: [&str; 3] = ["swp", "swo", "swn"];

/// The signs that a file is being edited; `paths`: its names, with and without
/// links; `editors`: the names of programs.
#[must_use]
pub fn signs(paths: &[PathBuf], editors: &[String], around: &Surroundings) -> Vec<Sign> {
    let mut left: Vec<PathBuf> = Vec::new();
    for path in paths {
        left.extend(beside(path));
        left.extend(neovim(path, around));
    }
    left.sort();
    left.dedup();
    let files = left.into_iter().filter_map(|path| {
        // Emacs' lock is a link that leads nowhere.
        let changed = fs::symlink_metadata(&path).ok()?.mtime();
        Some(Sign::File(path, Timestamp(changed)))
    });
    files.chain(programs(paths, editors)).collect()
}

/// Who has the very file at `path` open for writing, where that can be known.
#[must_use]
pub fn writers(path: &Path) -> Vec<Sign> {
    let rotation::Stands::File(file) = rotation::at(path) else {
        return Vec::new();
    };
    let writers = rotation::writers::of(path, file.which).unwrap_or_default();
    let signs = writers
        .known
        .into_iter()
        .map(|writer| Sign::Writer(writer.pid));
    signs.collect()
}

/// What may stand beside a file that is open in an editor.
fn beside(path: &Path) -> Vec<PathBuf> {
    let Some(name) = path.file_name() else {
        return Vec::new();
    };
    let named = |before: &str, after: &str| {
        let mut whole = OsString::from(before);
        whole.push(name);
        whole.push(after);
        path.with_file_name(whole)
    };
    let mut all = vec![
        named(".#", ""),
        named("#", "#"),
        named(".", ".kate-swp"),
        named(".~lock.", "#"),
    ];
    for end in SWAPS {
        all.push(named(".", &format!(".{end}")));
        // Where the name begins with a dot, vim puts no second one before it.
        if name.as_bytes().starts_with(b".") {
            all.push(named("", &format!(".{end}")));
        }
    }
    all
}

/// Neovim's swap files: the whole path with `%` for each `/`.
fn neovim(path: &Path, around: &Surroundings) -> Vec<PathBuf> {
    let given = around
        .session_environment
        .iter()
        .find(|(name, _)| name == "XDG_STATE_HOME")
        .map(|(_, folder)| PathBuf::from(folder));
    let state = given.unwrap_or_else(|| around.home.join(".local/state"));
    let bytes = path.as_os_str().as_bytes().iter();
    let whole = bytes.map(|byte| if *byte == b'/' { b'%' } else { *byte });
    let whole = OsString::from_vec(whole.collect());
    let swap = |end: &&str| {
        let mut name = whole.clone();
        name.push(format!(".{end}"));
        state.join("nvim/swap").join(name)
    };
    SWAPS.iter().map(swap).collect()
}

/// Editors of ours that were started with one of these paths.
fn programs(paths: &[PathBuf], editors: &[String]) -> Vec<Sign> {
    let all = processes::since(&Identity { pid: 1, started: 0 });
    let name_of = |facts: &Facts| {
        let called = facts.arguments.first().map(|word| last_name(word));
        let mut names = [
            facts.program.clone(),
            Some(facts.name.clone()),
            called.map(ToOwned::to_owned),
        ]
        .into_iter()
        .flatten();
        names.find(|name| editors.contains(name))
    };
    let open = |facts: &Facts| {
        let arguments = facts.arguments.get(1..).unwrap_or_default();
        let folder = processes::folder(facts.identity.pid);
        arguments
            .iter()
            .any(|word| names(word, folder.as_deref(), paths))
    };
    let sign = |facts: Facts| {
        let name = name_of(&facts)?;
        open(&facts).then_some(Sign::Program(name, facts.identity.pid))
    };
    all.into_iter().filter_map(sign).collect()
}

fn last_name(word: &str) -> &str {
    word.rsplit('/').next().unwrap_or(word)
}

/// Whether an argument names one of these paths, seen from `folder`.
fn names(word: &str, folder: Option<&Path>, paths: &[PathBuf]) -> bool {
    let given = Path::new(word);
    if given.is_relative() && folder.is_none() {
        // Where it works is hidden (macOS): the last name must do.
        let same = |path: &PathBuf| path.file_name() == given.file_name();
        return given.file_name().is_some() && paths.iter().any(same);
    }
    let whole = folder.unwrap_or(Path::new("/")).join(given);
    let real = |path: &Path| fs::canonicalize(path).ok();
    let meant = real(&whole);
    // Arguments that are no UTF-8 are known with marks in their place.
    let shown = |path: &Path| OsStr::to_string_lossy(path.as_os_str()).into_owned();
    paths.iter().any(|path| {
        *path == whole || shown(path) == shown(&whole) || (meant.is_some() && meant == real(path))
    })
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;
    use std::process::{Command, Stdio};

    use super::*;

    fn around(home: &Path) -> Surroundings {
        Surroundings {
            home: home.to_owned(),
            session_environment: Vec::new(),
            ..Surroundings::read(None).unwrap()
        }
    }

    #[test]
    fn what_each_editor_leaves_is_known() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join(".a b");
        let around = around(home.path());
        let swap = home.path().join(".local/state/nvim/swap");
        fs::create_dir_all(&swap).unwrap();
        let whole = path.to_str().unwrap().replace('/', "%");
        let left = [
            home.path().join("..a b.swp"),
            home.path().join(".a b.swo"),
            home.path().join("#.a b#"),
            home.path().join("..a b.kate-swp"),
            home.path().join(".~lock..a b#"),
            swap.join(format!("{whole}.swp")),
        ];
        let paths = [path];
        let found = || signs(&paths, &[], &around);
        for file in left {
            assert_eq!(found(), [], "{file:?}");
            fs::write(&file, "").unwrap();
            assert!(
                matches!(&found()[..], [Sign::File(one, _)] if *one == file),
                "{file:?}"
            );
            fs::remove_file(file).unwrap();
        }
        symlink("ann@host.12:34", home.path().join(".#.a b")).unwrap();
        assert_eq!(found().len(), 1);
        fs::write(home.path().join(".other.swp"), "").unwrap();
        assert_eq!(found().len(), 1);
    }

    #[test]
    fn an_editor_is_known_by_its_argument_and_where_it_works() {
        let home = tempfile::tempdir().unwrap();
        let home = fs::canonicalize(home.path()).unwrap();
        fs::write(home.join("a"), "").unwrap();
        fs::write(home.join("b"), "").unwrap();
        symlink("a", home.join("link")).unwrap();
        let around = around(&home);
        let editor = format!("ed{}", std::process::id());
        symlink("/bin/sh", home.join(&editor)).unwrap();
        let mut child = Command::new(home.join(&editor))
            .args(["-c", "read x", "./link"])
            .current_dir(&home)
            .stdin(Stdio::piped())
            .spawn()
            .unwrap();
        let pid = child.id();
        let editors = [editor.clone()];
        let sees = |name: &str| signs(&[home.join(name)], &editors, &around);
        while sees("a").is_empty() {
            std::thread::yield_now();
        }
        let sign = [Sign::Program(editor, pid)];
        assert_eq!((sees("a"), sees("link")), (sign.to_vec(), sign.to_vec()));
        assert_eq!(sees("b"), []);
        assert_eq!(signs(&[home.join("a")], &["ed".to_owned()], &around), []);
        child.kill().unwrap();
        child.wait().unwrap();
        assert_eq!(sees("a"), []);
    }
}
