//! Where a folder that a pattern begins with really is.

use std::fs;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::path::{Component, Path, PathBuf};

/// As many links as the kernel follows.
const LINKS: usize = 40;
/// Only who made something there may rename it.
const STICKY: u32 = 0o1000;
/// Others may make and rename what is in it.
const OTHERS: u32 = 0o022;

/// Where `path` leads, all links followed; `None` without such a folder.
#[must_use]
pub fn real(path: &Path) -> Option<PathBuf> {
    fs::canonicalize(path).ok()
}

/// The same, if every folder and link on the way is root's or ours and nobody
/// else could change it. `None` otherwise.
#[must_use]
pub fn trusted(path: &Path, uid: u32) -> Option<PathBuf> {
    let mut left: Vec<PathBuf> = steps(path);
    let mut reached = PathBuf::from("/");
    let mut links = 0;
    while let Some(step) = left.pop() {
        let stands = fs::symlink_metadata(&reached).ok()?;
        let mode = stands.permissions().mode();
        let guarded = mode & OTHERS == 0 || mode & STICKY != 0;
        if ![0, uid].contains(&stands.uid()) || !guarded {
            return None;
        }
        if step == Path::new("..") {
            reached.pop();
            continue;
        }
        let next = reached.join(&step);
        let found = fs::symlink_metadata(&next).ok()?;
        if !found.is_symlink() {
            reached = next;
            continue;
        }
        links += 1;
        if ![0, uid].contains(&found.uid()) || links > LINKS {
            return None;
        }
        let target = fs::read_link(&next).ok()?;
        if target.is_absolute() {
            reached = PathBuf::from("/");
        }
        left.extend(steps(&target));
    }
    Some(reached)
}

/// The names of a path, the first one last.
fn steps(path: &Path) -> Vec<PathBuf> {
    let names = path
        .components()
        .rev()
        .filter_map(|component| match component {
            Component::Normal(name) => Some(PathBuf::from(name)),
            Component::ParentDir => Some("..".into()),
            _ => None,
        });
    names.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::symlink;

    fn mode(path: &Path, mode: u32) {
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    }

    #[test]
    fn a_way_that_others_could_bend_is_not_gone() {
        let ours = rustix::process::geteuid().as_raw();
        let home = tempfile::tempdir().unwrap();
        let home = fs::canonicalize(home.path()).unwrap();
        let folder = home.join("real/tmp");
        fs::create_dir_all(&folder).unwrap();
        symlink("real/../real", home.join("link")).unwrap();
        symlink("link/loop", home.join("loop")).unwrap();
        symlink("../loop", home.join("real/loop")).unwrap();
        assert_eq!(trusted(&home.join("link/tmp"), ours), Some(folder.clone()));
        assert_eq!(trusted(&home.join("loop/tmp"), ours), None);
        assert_eq!(trusted(&home.join("none"), ours), None);
        mode(&home, 0o777);
        assert_eq!(trusted(&home.join("link/tmp"), ours), None);
        mode(&home, 0o1777);
        assert_eq!(trusted(&home.join("link/tmp"), ours), Some(folder));
        if ours == 0 {
            assert_eq!(
                trusted(&home.join("link/tmp"), 1),
                real(&home.join("real/tmp"))
            );
        }
    }
}
