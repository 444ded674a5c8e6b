//! What there is to know of logs. Effects.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

use rustix::process::Signal as Kernel;

use super::archives::{Beside, is_archive};
use super::claims;
use super::decide::{Seen, furthest};
use crate::config::{Config, Reopen, Signal};
use crate::model::process::Identity;
use crate::sys::rotation::journal::Note;
use crate::sys::rotation::{self, Facts, Log, Stands, archive, cut, journal, list, writers};
use crate::sys::surroundings::Surroundings;
use crate::sys::{files, pid_file, processes};

/// Logs that are rotated alike.
#[derive(Debug, Clone)]
pub struct Rule {
    patterns: Vec<String>,
    /// Bytes over which a log is rotated.
    pub max_size: u64,
    /// Archives kept.
    pub keep: usize,
    /// How the writer is told to open it again.
    pub reopen: Option<Reopen>,
}

#[cfg(test)]
impl Rule {
    /// A rule that names no log.
    #[must_use]
    pub fn of(max_size: u64, keep: usize) -> Self {
        Self {
            patterns: Vec::new(),
            max_size,
            keep,
            reopen: None,
        }
    }
}

/// Our own logs are rotated over this many bytes, whatever the configuration says.
const OWN_SIZE: u64 = 10_000_000;
/// What is rotated without any `[[log]]`.
const DEFAULT_SIZE: u64 = 100_000_000;
const KEEP: usize = 7;

/// The rules in force, the first that names a log counts.
#[must_use]
pub fn rules(around: &Surroundings, config: &Config) -> Vec<Rule> {
    let home = glob_escaped(&around.mamori_home);
    let own = [
        "metrics/disk-usage.log",
        "metrics/disk-usage.*.log",
        "metrics/response-times.log",
        "logs/errors.log",
    ];
    let mut rules = vec![Rule {
        patterns: own.iter().map(|name| format!("{home}/{name}")).collect(),
        max_size: OWN_SIZE,
        keep: KEEP,
        reopen: None,
    }];
    if config.logs.is_empty() {
        rules.push(Rule {
            patterns: vec![format!("{home}/logs/*.log")],
            max_size: DEFAULT_SIZE,
            keep: KEEP,
            reopen: None,
        });
    }
    rules.extend(config.logs.iter().map(|log| Rule {
        patterns: log.paths.clone(),
        max_size: log.max_size,
        keep: usize::try_from(log.keep).unwrap_or(KEEP),
        reopen: log.reopen.clone(),
    }));
    rules
}

fn glob_escaped(path: &Path) -> String {
    glob::Pattern::escape(&path.to_string_lossy())
}

/// Every log there is, each with its rule; also one that got another name and
/// was not opened anew yet.
#[must_use]
pub fn logs(rules: &[Rule]) -> Vec<(PathBuf, &Rule)> {
    let mut seen = BTreeSet::new();
    let mut logs = Vec::new();
    for rule in rules {
        let found = rule.patterns.iter().flat_map(|pattern| of_pattern(pattern));
        for path in found {
            if seen.insert(path.clone()) {
                logs.push((path, rule));
            }
        }
    }
    logs
}

fn of_pattern(pattern: &str) -> Vec<PathBuf> {
    let (parent, last) = pattern.rsplit_once('/').unwrap_or(("", pattern));
    let literal = !last.contains(['*', '?', '[']);
    let mut found: Vec<PathBuf> = list::matching(pattern)
        .into_iter()
        // Who names an archive means it.
        .filter(|path| literal || !is_archive(path.file_name().unwrap_or_default()))
        .filter(|path| rotation::at(path) != Stands::Else)
        .collect();
    for folder in list::matching(parent) {
        let names = rotation::folder(&folder).map(|folder| folder.names);
        let noted = names.unwrap_or_default();
        let noted = noted.iter().filter_map(|name| journal::log_of(name));
        found.extend(
            noted
                .map(|name| folder.join(name))
                .filter(|path| list::matches(pattern, path)),
        );
    }
    found
}

/// Who else rotates logs on this machine.
#[derive(Debug, Default)]
pub struct Others {
    claims: Vec<(String, PathBuf, Vec<String>)>,
}

impl Others {
    /// Reads the configurations of logrotate and newsyslog.
    #[must_use]
    pub fn read(around: &Surroundings) -> Self {
        let root = around.prefix.as_deref().unwrap_or(Path::new("/"));
        let mut others = Self::default();
        for (name, read) in [
            ("logrotate", claims::logrotate as fn(&str) -> Vec<String>),
            ("newsyslog", claims::newsyslog),
        ] {
            let mut paths = vec![root.join(format!("etc/{name}.conf"))];
            paths.extend(list::matching(&format!(
                "{}/etc/{name}.d/*",
                glob_escaped(root).trim_end_matches('/')
            )));
            for path in paths {
                let bytes = files::head(&path, 256 << 10).unwrap_or_default();
                let patterns = read(&String::from_utf8_lossy(&bytes));
                if !patterns.is_empty() {
                    others.claims.push((name.to_owned(), path, patterns));
                }
            }
        }
        others
    }

    /// Who says that it rotates the log at `path`.
    #[must_use]
    pub fn of(&self, path: &Path) -> Option<String> {
        let claims = |patterns: &[String]| patterns.iter().any(|one| list::matches(one, path));
        let (name, file, _) = self
            .claims
            .iter()
            .find(|(_, _, patterns)| claims(patterns))?;
        Some(format!("{name} ({})", file.display()))
    }
}

/// What belongs to the log at `path`, and the folder they lie in.
///
/// # Errors
/// When the folder cannot be read, in words.
pub fn beside(path: &Path) -> Result<(Beside, rotation::Folder), String> {
    let parent = path.parent().unwrap_or(Path::new("/"));
    let folder =
        rotation::folder(parent).map_err(|error| format!("its folder cannot be read: {error}"))?;
    let name = path.file_name().unwrap_or_default();
    let beside = Beside::of(name, folder.names.iter().map(OsString::as_os_str));
    Ok((beside, folder))
}

/// Those of the archives beside the log at `path` that we made.
#[must_use]
pub fn made_by_us(path: &Path, beside: &Beside) -> Beside {
    let ours = |name: &OsString| archive::ours(&path.with_file_name(name));
    let mut all = beside.clone();
    all.archives.retain(|(_, name)| ours(name));
    all
}

/// Everything that decides how a log that is too large is rotated.
///
/// # Errors
/// Why it cannot be looked at, in words.
pub fn see(
    path: &Path,
    facts: Facts,
    rule: &Rule,
    others: &Others,
    uid: u32,
) -> Result<Seen, String> {
    let (beside, folder) = beside(path)?;
    let parent = path.parent().unwrap_or(Path::new("/"));
    let open = Log::open(path, false);
    let log = open.map_err(|error| format!("it cannot be opened: {error}"))?;
    let unreadable = |error| format!("it cannot be read: {error}");
    let block = log.block().map_err(unreadable)?;
    let needs = log.guess(facts.len).map_err(unreadable)?;
    let mine = uid == 0 || facts.uid == uid;
    let possible = furthest(facts.len, block).is_some();
    Ok(Seen {
        facts,
        beside,
        pending: matches!(journal::read(path), Ok(Some(Note::Rename(_)))),
        cuts: mine && folder.writable && possible && cut::works_in(parent, block),
        folder,
        uid,
        claimed: others.of(path),
        writers: writers::of(path, facts.which),
        distrusted: rotation::distrusted(path, uid),
        reopen: rule
            .reopen
            .as_ref()
            .map(|reopen| writer(reopen, uid).map(drop)),
        needs,
    })
}

/// The process to tell that a log has another name now.
///
/// # Errors
/// Why there is none, in words.
pub fn writer(reopen: &Reopen, uid: u32) -> Result<Identity, String> {
    let file = &reopen.pid_file;
    let pid = pid_file::read(file, uid)?
        .ok_or_else(|| format!("there is no process id in `{}`", file.display()))?;
    let identity = processes::identity(pid)
        .filter(processes::lives)
        .ok_or_else(|| format!("process {pid} of `{}` is not there", file.display()))?;
    if pid_file::older(file, &identity) {
        return Err(format!(
            "`{}` is older than process {pid}, so it means another one",
            file.display()
        ));
    }
    Ok(identity)
}

/// The system's own number of a signal.
#[must_use]
pub fn kernel(signal: Signal) -> Kernel {
    match signal {
        Signal::Hup => Kernel::HUP,
        Signal::Usr1 => Kernel::USR1,
        Signal::Usr2 => Kernel::USR2,
        Signal::Int => Kernel::INT,
        Signal::Quit => Kernel::QUIT,
        Signal::Term => Kernel::TERM,
        Signal::Cont => Kernel::CONT,
        Signal::Winch => Kernel::WINCH,
    }
}
