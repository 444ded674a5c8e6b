//! What stands under a folder, to the byte, the mode and the nanosecond.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

/// One thing that stands there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Thing {
    Folder { mode: u32 },
    Link { to: PathBuf },
    File(File),
}

#[derive(Clone, PartialEq, Eq)]
pub struct File {
    pub bytes: Vec<u8>,
    pub mode: u32,
    pub owner: (u32, u32),
    pub mtime: (i64, i64),
    pub names: u64,
}

impl std::fmt::Debug for File {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let length = self.bytes.len().min(600);
        let text = String::from_utf8_lossy(&self.bytes[..length]);
        let Self {
            mode, mtime, names, ..
        } = self;
        write!(f, "{mode:o} {mtime:?} {names} {text:?}")
    }
}

/// Everything under `folder`, but for what is in `left_out`.
pub fn standing(folder: &Path, left_out: &[&str]) -> BTreeMap<PathBuf, Thing> {
    let mut found = BTreeMap::new();
    walk(folder, folder, left_out, &mut found);
    found
}

fn walk(root: &Path, folder: &Path, left_out: &[&str], found: &mut BTreeMap<PathBuf, Thing>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.strip_prefix(root).unwrap().to_owned();
        if left_out.iter().any(|left_out| name == Path::new(left_out)) {
            continue;
        }
        let meta = fs::symlink_metadata(&path).unwrap();
        let mode = meta.mode() & 0o7777;
        let thing = if meta.is_dir() {
            walk(root, &path, left_out, found);
            Thing::Folder { mode }
        } else if meta.is_symlink() {
            let to = fs::read_link(&path).unwrap();
            Thing::Link { to }
        } else {
            let bytes = if meta.is_file() {
                fs::read(&path).unwrap()
            } else {
                Vec::new()
            };
            Thing::File(File {
                bytes,
                mode,
                owner: (meta.uid(), meta.gid()),
                mtime: (meta.mtime(), meta.mtime_nsec()),
                names: meta.nlink(),
            })
        };
        found.insert(name, thing);
    }
}

/// A command that runs `program` as the user 65534.
pub fn nobody(bench: &super::Bench, program: &Path) -> std::process::Command {
    let mut setpriv = bench.command("setpriv");
    setpriv.args(["--reuid=65534", "--regid=65534", "--clear-groups"]);
    setpriv.arg(program);
    setpriv
}

/// Whether that user can run it here: where the system's own libraries are
/// closed to others it cannot, and that is said.
pub fn runs_as_nobody(bench: &super::Bench, program: &Path) -> bool {
    let ran = bench.ran(nobody(bench, program).arg("--version"));
    if ran.code != Some(0) {
        eprintln!("SKIPPED: somebody else runs nothing here: {}", ran.stderr);
    }
    ran.code == Some(0)
}
