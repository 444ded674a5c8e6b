//! What a target wants to stand. Pure.

use std::path::{Path, PathBuf};

use crate::model::setup::manifest::Kind;

/// One thing that shall be so.
#[derive(Debug, Clone)]
pub(super) enum Wish {
    /// A folder is there, made with this mode.
    Folder {
        path: PathBuf,
        mode: u32,
        /// What others make in it because of us, inner names first.
        leftovers: Vec<String>,
    },
    /// A file of ours holds these bytes.
    Whole {
        path: PathBuf,
        bytes: Vec<u8>,
        mode: u32,
    },
    /// Somebody's file holds our block.
    Block {
        path: PathBuf,
        block: String,
        /// Before which byte, if not at the end.
        before: fn(&[u8]) -> Option<usize>,
    },
    /// A link of ours leads there.
    Link { path: PathBuf, to: PathBuf },
    /// No file is there.
    Absent { path: PathBuf },
    /// A command was run.
    Command(Order),
}

/// A command and what takes it back.
#[derive(Debug, Clone)]
pub(super) struct Order {
    pub kind: Kind,
    /// Empty: only taking back needs one.
    pub words: Vec<String>,
    /// Empty: there is nothing to take back.
    pub inverse: Vec<String>,
    /// Whether either may fail.
    pub lenient: bool,
    /// Only where a file is changed besides.
    pub with_files: bool,
}

impl Wish {
    /// The path that it is about.
    pub(super) fn path(&self) -> Option<&Path> {
        match self {
            Self::Folder { path, .. }
            | Self::Whole { path, .. }
            | Self::Block { path, .. }
            | Self::Link { path, .. }
            | Self::Absent { path } => Some(path),
            Self::Command(_) => None,
        }
    }
}

/// The words of a command.
pub(super) fn words(words: &[&str]) -> Vec<String> {
    words.iter().map(ToString::to_string).collect()
}

/// What a target wants, and what a person should know besides.
#[derive(Debug, Clone, Default)]
pub(super) struct Wishes {
    pub all: Vec<Wish>,
    /// Told with the plan.
    pub notes: Vec<String>,
    /// What a person does when it is done.
    pub next: Vec<String>,
    /// Why it cannot be done now, though it can be shown.
    pub hindrance: Option<crate::failure::Failure>,
}
