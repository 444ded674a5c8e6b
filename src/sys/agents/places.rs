//! Where coding agents keep what they leave behind.

use std::env;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

use crate::sys::surroundings::Surroundings;

const CLAUDE: &str = "CLAUDE_CONFIG_DIR";
const CODEX: &str = "CODEX_HOME";
const DATA: &str = "XDG_DATA_HOME";
const AIDER: &str = "AIDER_ANALYTICS_LOG";

/// The variables by which agents' logs are found, for a program of ours that
/// reads them.
#[must_use]
pub fn variables() -> Vec<(OsString, OsString)> {
    let all = [CLAUDE, CODEX, DATA, AIDER];
    let set = all.map(|name| Some((OsString::from(name), set(name)?)));
    set.into_iter().flatten().collect()
}

/// Their folders, whether they are there or not.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Places {
    /// Claude Code's, with `projects` in them.
    pub claude: Vec<PathBuf>,
    /// Codex's, with `sessions` in them.
    pub codex: Vec<PathBuf>,
    /// Gemini's, with `tmp` in them.
    pub gemini: Vec<PathBuf>,
    /// opencode's, with `opencode.db` in them.
    pub opencode: Vec<PathBuf>,
    /// Analytics logs of aider: files.
    pub aider: Vec<PathBuf>,
    /// Whose files they are: those of others are not read.
    pub uid: u32,
}

impl Places {
    /// Where they are by their own variables, or by default.
    #[must_use]
    pub fn of(around: &Surroundings) -> Self {
        let mut places = Self::under(&around.home, around.uid);
        if let Some(named) = set(CLAUDE) {
            // More than one, as its users' tools take it.
            let named = named.to_string_lossy().into_owned();
            let named = named.split(',').map(str::trim).map(PathBuf::from);
            let named: Vec<PathBuf> = named.filter(|path| path.is_absolute()).collect();
            // What was kept before the variable was set was work, too.
            places.claude.splice(0..0, named);
        }
        if let Some(named) = folder(CODEX) {
            places.codex.insert(0, named);
        }
        if let Some(data) = folder(DATA) {
            places.opencode.insert(0, data.join("opencode"));
        }
        if let Some(log) = folder(AIDER) {
            places.aider.insert(0, log);
        }
        places
    }

    /// Where they are by default in a home.
    #[must_use]
    pub fn under(home: &Path, uid: u32) -> Self {
        Self {
            claude: vec![home.join(".claude"), home.join(".config/claude")],
            codex: vec![home.join(".codex")],
            gemini: vec![home.join(".gemini")],
            opencode: vec![home.join(".local/share/opencode")],
            aider: vec![home.join(".aider/analytics.jsonl")],
            uid,
        }
    }
}

fn set(name: &str) -> Option<OsString> {
    env::var_os(name).filter(|value| !value.is_empty())
}

fn folder(name: &str) -> Option<PathBuf> {
    set(name)
        .map(PathBuf::from)
        .filter(|path| path.is_absolute())
}
