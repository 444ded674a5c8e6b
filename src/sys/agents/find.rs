//! The files among an agent's that tell of its sessions: told by name, ours,
//! and reached through no link below the agent's own folder. No other file of
//! an agent is opened.

use std::collections::BTreeSet;
use std::ffi::{OsStr, OsString};
use std::fmt::Write as _;
use std::fs::File;
use std::os::fd::{AsFd as _, OwnedFd};
use std::os::unix::ffi::{OsStrExt as _, OsStringExt as _};
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use rustix::fs::{AtFlags, Dir, FileType, Mode, OFlags, Stat};
use rustix::io::Errno;

use super::places::Places;
use crate::model::report::agents::Agent;
use crate::sys::way::{kind, quietly};

/// Folders within folders, at most.
const DEEPEST: usize = 8;
/// Names that are looked at, at most.
const MANY: u64 = 2_000_000;

/// How a file is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// An object in each line; lines are only added.
    Lines,
    /// One object, written anew each time.
    Whole,
    /// A database.
    Database,
}

/// A file that tells of sessions.
#[derive(Debug, Clone)]
pub(super) struct Log {
    pub(super) agent: Agent,
    pub(super) form: Form,
    /// The folder above which links are followed.
    pub(super) root: PathBuf,
    /// The names from there on.
    pub(super) way: Vec<OsString>,
    /// Whose it is, by its name.
    pub(super) session: String,
    /// What stood there.
    pub(super) stands: Stands,
}

/// By what a file that did not change is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Stands {
    /// When it was changed, in nanoseconds since 1970.
    pub(super) changed: i64,
    pub(super) device: i64,
    pub(super) inode: i64,
    pub(super) size: i64,
}

impl Stands {
    #[allow(
        clippy::unnecessary_cast,
        clippy::cast_lossless,
        clippy::cast_possible_wrap,
        reason = "the fields have another type on each system"
    )]
    fn of(stat: &Stat) -> Self {
        let nanoseconds = stat.st_mtime_nsec as i64;
        Self {
            changed: (stat.st_mtime as i64)
                .saturating_mul(1_000_000_000)
                .saturating_add(nanoseconds),
            device: stat.st_dev as i64,
            inode: stat.st_ino as i64,
            size: stat.st_size as i64,
        }
    }

    /// Of an open file.
    pub(super) fn of_file(file: &File) -> Result<Self, Errno> {
        rustix::fs::fstat(file).map(|stat| Self::of(&stat))
    }
}

impl Log {
    pub(super) fn path(&self) -> PathBuf {
        let mut path = self.root.clone();
        path.extend(&self.way);
        path
    }

    /// Opens it to be read, if it still is what was found.
    pub(super) fn open(&self, uid: u32) -> Result<File, Errno> {
        let mut folder = rooted(&self.root)?;
        let (name, folders) = self.way.split_last().ok_or(Errno::NOENT)?;
        for step in folders {
            folder = quietly(folder.as_fd(), step, OFlags::RDONLY | OFlags::DIRECTORY)?;
        }
        let file = File::from(quietly(folder.as_fd(), name, OFlags::RDONLY)?);
        let ours = file
            .metadata()
            .is_ok_and(|found| found.is_file() && found.uid() == uid);
        if ours { Ok(file) } else { Err(Errno::PERM) }
    }
}

/// What was found.
#[derive(Debug, Default)]
pub(super) struct Found {
    pub(super) logs: Vec<Log>,
    /// Folders and files that could not be looked at, by agent.
    pub(super) refused: Vec<(Agent, PathBuf)>,
    seen: BTreeSet<(u64, u64)>,
    left: u64,
}

/// Looks for all of them, the longest unchanged first: what was copied comes
/// after what it was copied from.
pub(super) fn find(places: &Places) -> Found {
    let mut found = Found {
        left: MANY,
        ..Found::default()
    };
    let rooted = [
        (Agent::ClaudeCode, &places.claude, &["projects"][..]),
        (
            Agent::Codex,
            &places.codex,
            &["sessions", "archived_sessions"],
        ),
        (Agent::Gemini, &places.gemini, &["tmp"]),
    ];
    for (agent, homes, folders) in rooted {
        for (home, name) in homes
            .iter()
            .flat_map(|home| folders.iter().map(move |name| (home, name)))
        {
            found.tree(agent, &home.join(name), places.uid);
        }
    }
    let single = places
        .opencode
        .iter()
        .map(|home| (Agent::Opencode, home.join("opencode.db")));
    let logs = places.aider.iter().map(|log| (Agent::Aider, log.clone()));
    for (agent, path) in single.chain(logs) {
        found.file(agent, &path, places.uid);
    }
    found.logs.sort_by(|a, b| {
        (a.stands.changed, &a.root, &a.way).cmp(&(b.stands.changed, &b.root, &b.way))
    });
    found
}

impl Found {
    fn tree(&mut self, agent: Agent, root: &Path, uid: u32) {
        let root = crate::sys::files::resolved(root);
        match rooted(&root) {
            Ok(folder) => {
                let ours = rustix::fs::fstat(&folder).is_ok_and(|stat| stat.st_uid == uid);
                if ours {
                    self.folder(agent, &root, &mut Vec::new(), &folder, uid);
                } else {
                    self.refused.push((agent, root));
                }
            }
            Err(Errno::NOENT | Errno::NOTDIR) => {}
            Err(_) => self.refused.push((agent, root)),
        }
    }

    fn file(&mut self, agent: Agent, path: &Path, uid: u32) {
        let (Some(folder), Some(name)) = (path.parent(), path.file_name()) else {
            return;
        };
        let root = crate::sys::files::resolved(folder);
        let Ok(folder) = rooted(&root) else { return };
        match rustix::fs::statat(&folder, name, AtFlags::SYMLINK_NOFOLLOW) {
            Ok(stat) => self.stands(agent, &root, &[], name, &stat, uid),
            Err(Errno::NOENT) => {}
            Err(_) => self.refused.push((agent, path.to_owned())),
        }
    }

    fn folder(
        &mut self,
        agent: Agent,
        root: &Path,
        way: &mut Vec<OsString>,
        folder: &OwnedFd,
        uid: u32,
    ) {
        let Ok(mut names) = Dir::read_from(folder) else {
            self.refused.push((agent, joined(root, way)));
            return;
        };
        while let Some(Ok(entry)) = names.read() {
            let name = OsStr::from_bytes(entry.file_name().to_bytes());
            if name == "." || name == ".." || self.left == 0 {
                continue;
            }
            self.left -= 1;
            let Ok(stat) = rustix::fs::statat(folder, name, AtFlags::SYMLINK_NOFOLLOW) else {
                continue;
            };
            if kind(&stat) != FileType::Directory {
                self.stands(agent, root, way, name, &stat, uid);
                continue;
            }
            // Others' folders are others' business.
            if stat.st_uid != uid || way.len() >= DEEPEST {
                continue;
            }
            match quietly(folder.as_fd(), name, OFlags::RDONLY | OFlags::DIRECTORY) {
                Ok(inner) => {
                    way.push(name.to_owned());
                    self.folder(agent, root, way, &inner, uid);
                    way.pop();
                }
                Err(Errno::NOENT | Errno::LOOP | Errno::NOTDIR) => {}
                Err(_) => self.refused.push((agent, joined(root, way).join(name))),
            }
        }
    }

    /// Notes what stands at a name, if it is a log of ours.
    fn stands(
        &mut self,
        agent: Agent,
        root: &Path,
        way: &[OsString],
        name: &OsStr,
        stat: &Stat,
        uid: u32,
    ) {
        let Some(form) = form(agent, way, name) else {
            return;
        };
        if kind(stat) != FileType::RegularFile || stat.st_uid != uid {
            return;
        }
        // Two roots may be one folder.
        if !self.seen.insert(crate::sys::way::which(stat)) {
            return;
        }
        let mut whole = way.to_vec();
        whole.push(name.to_owned());
        self.logs.push(Log {
            agent,
            form,
            root: root.to_owned(),
            session: session(&whole),
            way: whole,
            stands: Stands::of(stat),
        });
    }
}

/// How a file of that name is read; `None` for one that is none of ours to
/// read.
fn form(agent: Agent, way: &[OsString], name: &OsStr) -> Option<Form> {
    let name = name.to_str()?;
    let ending = Path::new(name).extension().and_then(OsStr::to_str);
    let lines = (ending == Some("jsonl")).then_some(Form::Lines);
    match agent {
        Agent::ClaudeCode => lines,
        Agent::Codex => lines.filter(|_| name.starts_with("rollout-")),
        Agent::Gemini => {
            let chats = way.last().is_some_and(|folder| folder == "chats");
            let whole = (ending == Some("json")).then_some(Form::Whole);
            lines
                .or(whole)
                .filter(|_| chats && name.starts_with("session-"))
        }
        Agent::Opencode => Some(Form::Database),
        Agent::Aider => Some(Form::Lines),
        // Of the others commits alone tell.
        _ => None,
    }
}

/// Whose a file is by its name: a subagent's is its parent's.
fn session(way: &[OsString]) -> String {
    let above = |count: usize| way.len().checked_sub(count).and_then(|at| way.get(at));
    let name = match above(2) {
        Some(folder) if folder == "subagents" => above(3).or(above(1)),
        _ => above(1),
    };
    let name = Path::new(name.map_or(OsStr::new(""), OsString::as_os_str));
    name.file_stem()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned()
}

fn joined(root: &Path, way: &[OsString]) -> PathBuf {
    let mut path = root.to_owned();
    path.extend(way);
    path
}

fn rooted(root: &Path) -> Result<OwnedFd, Errno> {
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
    rustix::fs::open(root, flags, Mode::empty())
}

/// A path as the ledger keeps it.
pub(super) fn bytes(path: PathBuf) -> Vec<u8> {
    path.into_os_string().into_vec()
}

/// A file as an address for SQLite, which makes nothing beside it.
pub(super) fn address(path: &Path) -> String {
    let mut text = String::from("file:");
    for byte in path.as_os_str().as_bytes() {
        if byte.is_ascii_alphanumeric() || b"/-_.".contains(byte) {
            text.push(char::from(*byte));
        } else {
            let _ = write!(text, "%{byte:02x}");
        }
    }
    text + "?immutable=1"
}
