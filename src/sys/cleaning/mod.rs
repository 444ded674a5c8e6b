//! Old files, from the pattern's first folder to the trash and out of it:
//! every step by descriptors, no link followed, and nothing removed that was
//! not first moved and then seen to be what was examined.

mod examine;
mod folder;
mod in_use;
mod locks;
mod purge;
mod trash;

use std::collections::HashSet;
use std::path::Path;

pub use super::way::{real, trusted};
pub use examine::{Rules, examine};
pub use folder::{Barred, Folder, fitting};
pub(super) use folder::{mount, mount_at, next};
pub use in_use::{InUse, in_use};
pub use locks::Locks;
pub use purge::{Purge, Purged, brought_back, found, purge};
pub use trash::{Taken, Trash};

use crate::model::temp::Inode;

/// The folders at these paths, links followed: what must never be moved.
#[must_use]
pub fn inodes<'a>(paths: impl IntoIterator<Item = &'a Path>) -> HashSet<Inode> {
    let inode = |path: &Path| {
        let stat = rustix::fs::stat(path).ok()?;
        Some(folder::entry(&stat).inode)
    };
    paths.into_iter().filter_map(inode).collect()
}

/// The folder we work in.
#[must_use]
pub fn working() -> Option<Inode> {
    let stat = rustix::fs::stat(".").ok()?;
    Some(folder::entry(&stat).inode)
}
