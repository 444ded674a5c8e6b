//! Where things really are, and what must never be moved.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use super::pattern::Places;
use crate::model::temp::Inode;
use crate::sys::cleaning::{inodes, real, trusted, working};
use crate::sys::surroundings::Surroundings;

/// The folders that patterns begin with, and where they are.
#[must_use]
pub fn places(around: &Surroundings) -> Places {
    Places {
        home: around.home.clone(),
        real_home: real(&around.home),
        tmpdir: around.tmpdir.clone(),
        real_tmpdir: trusted(&around.tmpdir, around.uid),
        termux: around.termux(),
        macos: cfg!(target_os = "macos"),
    }
}

/// Mamori's own folders: nothing in them is cleaned.
#[must_use]
pub fn own(around: &Surroundings) -> HashSet<Inode> {
    let (home, own) = (around.mamori_home.as_path(), around.own());
    inodes([home, own.as_path()])
}

/// What is never moved, nor anything that holds it.
#[must_use]
pub fn kept(around: &Surroundings) -> HashSet<Inode> {
    let own = around.own();
    let prefix: Option<&Path> = around.prefix.as_deref();
    let folders: [&PathBuf; 4] = [&around.home, &around.mamori_home, &own, &around.tmpdir];
    let folders = folders.into_iter().map(PathBuf::as_path);
    let mut kept = inodes(folders.chain(prefix).chain([Path::new("/")]));
    kept.extend(working());
    kept
}
