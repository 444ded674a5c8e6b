//! Out of the trash for good: only what our own manifest lists, only what
//! nobody uses or has changed, and only names within the trash.

use std::collections::HashSet;
use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io::Read as _;
use std::os::fd::{AsFd as _, BorrowedFd};

use rustix::fs::{AtFlags, Dir, Mode, OFlags};
use rustix::io::Errno;

use super::examine::{DEEPEST, Rules, examine};
use super::folder::{self, Folder, at, entry, listing, mount, quietly};
use super::trash::is_trash;
use crate::model::moment::Moment;
use crate::model::temp::{Kind, Obstacle, Seen, Unit};
use crate::model::trash::{HELD, Line, MANIFEST, Manifest, over, read};

/// The longest manifest that is read: ten thousand lines are far shorter.
const LONGEST: u64 = 64 << 20;
/// The most names in a trash: more than a run moves.
const MOST: usize = 20_000;
/// What an owner needs to empty a folder.
const WRITABLE: u32 = 0o300;

/// What was found in a trash.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Purge {
    /// It is somebody else's, or not long enough there.
    Nothing,
    /// It is not as we leave a trash, so it is left.
    Unfit(&'static str),
    /// It was emptied, as far as may be.
    Done(Purged),
}

/// What came of emptying a trash.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Purged {
    /// What went, or would.
    pub entries: u64,
    /// Files in that.
    pub files: u64,
    /// Their bytes.
    pub bytes: u64,
    /// What somebody has to look at: it was not what had been examined.
    pub held: u64,
    /// Why other things stay.
    pub left: Vec<Obstacle>,
    /// What the system refused.
    pub refused: Option<Errno>,
}

/// Whether that name in `parent` is one of a trash.
#[must_use]
pub fn found(parent: &Folder, name: &OsStr) -> bool {
    let kind = parent.stat(name).map(|entry| entry.kind);
    kind.is_ok_and(|kind| is_trash(name, kind))
}

/// Empties the trash `name` in `parent` if its time is over; with `dry` it is
/// only looked at. Of `rules` it has its own times.
#[must_use]
pub fn purge(parent: &Folder, name: &OsStr, rules: &Rules<'_>, now: &Moment, dry: bool) -> Purge {
    match looked(parent, name, rules, now, dry) {
        Ok(purge) => purge,
        // Another run was faster.
        Err(Errno::NOENT) => Purge::Nothing,
        Err(error) => Purge::Done(Purged {
            refused: Some(error),
            ..Purged::default()
        }),
    }
}

fn looked(
    parent: &Folder,
    name: &OsStr,
    rules: &Rules<'_>,
    now: &Moment,
    dry: bool,
) -> Result<Purge, Errno> {
    let seen = parent.stat(name)?;
    if seen.uid != rules.uid || seen.kind != Kind::Folder {
        return Ok(Purge::Nothing);
    }
    if seen.mode & 0o777 != 0o700 {
        return Ok(Purge::Unfit("others may enter it"));
    }
    let Some(trash) = opened(parent, name)?.filter(|trash| trash.inode() == seen.inode) else {
        return Ok(Purge::Unfit("something else is mounted on it"));
    };
    let names: Vec<OsString> = trash.names()?.take(MOST).collect::<Result<_, _>>()?;
    let Some((manifest, touched)) = manifest(&trash, rules.uid) else {
        if !names.is_empty() {
            return Ok(Purge::Unfit("it has no manifest that can be read"));
        }
        // Its maker was ended before it wrote one, or after it removed it.
        if !dry && over(&Manifest::default(), seen.modified, now) {
            rustix::fs::unlinkat(&parent.fd, name, AtFlags::REMOVEDIR)?;
        }
        return Ok(Purge::Nothing);
    };
    if manifest.inode != seen.inode.number {
        return Ok(Purge::Unfit("its manifest is of another folder"));
    }
    let Some((lines, held)) = listed(&trash, &names, &manifest) else {
        return Ok(Purge::Unfit("it holds what its manifest does not list"));
    };
    let mut purged = Purged {
        held,
        ..Purged::default()
    };
    if !over(&manifest, seen.modified.max(touched), now) {
        return Ok(if held > 0 {
            Purge::Done(purged)
        } else {
            Purge::Nothing
        });
    }
    for (name, line) in &lines {
        one(&trash, name, line, rules, dry, &mut purged);
    }
    // The manifest tells what was brought back, for as long as that is young.
    let back = |line: &Line| returned(parent, &trash, line, rules.young_from);
    if manifest.lines.iter().any(back) {
        return Ok(Purge::Done(purged));
    }
    let empty = purged.held == 0 && purged.left.is_empty() && purged.refused.is_none();
    if empty && !dry {
        rustix::fs::unlinkat(&trash.fd, MANIFEST, AtFlags::empty())?;
        rustix::fs::unlinkat(&parent.fd, name, AtFlags::REMOVEDIR)?;
    }
    Ok(Purge::Done(purged))
}

/// What people brought back from these trashes into `parent`, where they had
/// been moved from: each name, and which one it is.
#[must_use]
pub fn brought_back(parent: &Folder, trashes: &[OsString], uid: u32) -> HashSet<(OsString, u64)> {
    let mut all = HashSet::new();
    for name in trashes {
        let Ok(Some(trash)) = opened(parent, name) else {
            continue;
        };
        let ours = trash.entry.uid == uid && trash.entry.mode & 0o777 == 0o700;
        let Some((manifest, _)) = manifest(&trash, uid).filter(|_| ours) else {
            continue;
        };
        if manifest.inode != trash.inode().number {
            continue;
        }
        let back = |line: &&Line| returned(parent, &trash, line, i64::MIN);
        let lines = manifest.lines.iter().filter(back);
        all.extend(lines.map(|line| (line.file_name(), line.inode)));
    }
    all
}

/// Whether a person gave back its name to what was moved, at `since` or later:
/// that moves its ctime. One that was listed and never moved is not such.
fn returned(parent: &Folder, trash: &Folder, line: &Line, since: i64) -> bool {
    let stands = parent.stat(&line.file_name());
    let stands = stands.is_ok_and(|stands| {
        let later = stands.changed > line.moved.at.0 && stands.changed >= since;
        stands.inode.number == line.inode && later
    });
    let number = OsString::from(line.number.to_string());
    let still = trash.stat(&number);
    stands && !still.is_ok_and(|still| still.inode.number == line.inode)
}

/// The trash open; `None` where another file system is mounted on it.
fn opened(parent: &Folder, name: &OsStr) -> Result<Option<Folder>, Errno> {
    let fd = quietly(parent.fd.as_fd(), name, OFlags::RDONLY | OFlags::DIRECTORY)?;
    let (entry, mount) = (entry(&rustix::fs::fstat(&fd)?), mount(fd.as_fd()));
    let same = entry.inode.device == parent.inode().device && mount == parent.mount;
    Ok(same.then_some(Folder { fd, entry, mount }))
}

/// The manifest, and when it was last written.
fn manifest(trash: &Folder, uid: u32) -> Option<(Manifest, i64)> {
    let fd = quietly(trash.fd.as_fd(), OsStr::new(MANIFEST), OFlags::RDONLY).ok()?;
    let stands = entry(&rustix::fs::fstat(&fd).ok()?);
    if stands.kind != Kind::File || stands.uid != uid || stands.bytes > LONGEST {
        return None;
    }
    let mut bytes = Vec::new();
    File::from(fd).take(LONGEST).read_to_end(&mut bytes).ok()?;
    Some((read(&bytes)?, stands.modified))
}

/// What is there of what the manifest lists, and how much of it somebody has
/// to look at. `None` when there is something else.
fn listed<'a>(
    trash: &Folder,
    names: &[OsString],
    manifest: &'a Manifest,
) -> Option<(Vec<(OsString, &'a Line)>, u64)> {
    let mut lines = Vec::new();
    let mut held = 0;
    let of = |number: &str| {
        let number: u64 = number.parse().ok()?;
        let ours = |line: &&Line| line.number == number;
        // Numbers grow from 1 in the manifest, one a line.
        let at = usize::try_from(number).ok()?.checked_sub(1)?;
        let line = manifest.lines.get(at).filter(ours);
        line.or_else(|| manifest.lines.iter().find(ours))
    };
    for name in names.iter().filter(|name| *name != MANIFEST) {
        let text = name.to_str()?;
        if let Some(number) = text.strip_suffix(HELD) {
            of(number)?;
            held += 1;
            continue;
        }
        let line = of(text)?;
        let Ok(stands) = trash.stat(name) else {
            continue;
        };
        let same = stands.inode.number == line.inode
            && (stands.inode.device == trash.inode().device || stands.kind == Kind::Folder);
        if same {
            lines.push((name.clone(), line));
        } else {
            held += 1;
        }
    }
    Some((lines, held))
}

/// Removes one thing that was moved.
fn one(
    trash: &Folder,
    name: &OsStr,
    line: &Line,
    rules: &Rules<'_>,
    dry: bool,
    purged: &mut Purged,
) {
    let rules = Rules {
        young_from: i64::MAX,
        moved: Some(line.moved.at.0),
        ..*rules
    };
    let unit: Unit = match examine(trash, name, &rules) {
        Ok(Seen::Old(unit)) => unit,
        Ok(Seen::Young) => return purged.left.push(Obstacle::Written),
        Err(Errno::NOENT) => return,
        Err(error) => return purged.refused = Some(error),
    };
    if let Some(obstacle) = unit.obstacle {
        return purged.left.push(obstacle);
    }
    if !dry && let Err(error) = remove(trash, name, rules.uid) {
        return purged.refused = Some(error);
    }
    purged.entries += 1;
    purged.files += unit.files;
    purged.bytes = purged.bytes.saturating_add(unit.bytes);
}

/// A folder that is being emptied.
struct Level {
    dir: Dir,
    name: OsString,
    /// Whether something went since its listing began: then it is read again,
    /// because some systems skip names in what changes under their reading.
    went: bool,
}

/// Removes what stands at `name`: links as links, folders from the inside.
fn remove(trash: &Folder, name: &OsStr, uid: u32) -> Result<(), Errno> {
    let place = Place {
        device: trash.inode().device,
        mount: trash.mount,
        uid,
    };
    let Some(first) = place.empty(trash.fd.as_fd(), name)? else {
        return Ok(());
    };
    let mut levels = vec![first];
    while let Some(level) = levels.last_mut() {
        let child = match folder::next(&mut level.dir) {
            Some(child) => child?.0,
            None if level.went => {
                level.went = false;
                level.dir.rewind();
                continue;
            }
            None => {
                let Some(done) = levels.pop() else { break };
                drop(done.dir);
                let parent = match levels.last() {
                    Some(above) => above.dir.fd()?,
                    None => trash.fd.as_fd(),
                };
                rustix::fs::unlinkat(parent, &done.name, AtFlags::REMOVEDIR)?;
                continue;
            }
        };
        level.went = true;
        let below = place.empty(level.dir.fd()?, &child)?;
        // Not as deep when it was moved: somebody made it so.
        if below.is_some() && levels.len() > DEEPEST {
            return Err(Errno::NAMETOOLONG);
        }
        levels.extend(below);
    }
    Ok(())
}

/// Where things are removed, and nowhere else.
struct Place {
    device: u64,
    mount: Option<u64>,
    uid: u32,
}

impl Place {
    /// Removes what is no folder; gives a folder, opened to be emptied.
    fn empty(&self, parent: BorrowedFd<'_>, name: &OsStr) -> Result<Option<Level>, Errno> {
        let stands = match at(parent, name) {
            Err(Errno::NOENT) => return Ok(None),
            stands => stands?,
        };
        if stands.kind != Kind::Folder {
            // A mount point cannot be unlinked.
            rustix::fs::unlinkat(parent, name, AtFlags::empty())?;
            return Ok(None);
        }
        let dir = listing(parent, name)?;
        let fd = dir.fd()?;
        let opened = entry(&rustix::fs::fstat(fd)?);
        if opened.inode.device != self.device || mount(fd) != self.mount {
            return Err(Errno::XDEV);
        }
        if opened.uid != self.uid {
            return Err(Errno::PERM);
        }
        if opened.mode & WRITABLE != WRITABLE {
            rustix::fs::fchmod(fd, Mode::RWXU)?;
        }
        Ok(Some(Level {
            dir,
            name: name.to_owned(),
            went: false,
        }))
    }
}
