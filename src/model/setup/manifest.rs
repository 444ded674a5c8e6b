//! What one set-up did, step by step: written before the first change, and
//! after each.

use serde::{Deserialize, Serialize};

use super::place::Place;
use crate::model::time::Timestamp;

/// The version of manifests that this build writes.
pub const VERSION: u64 = 1;

/// One target's set-up.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Manifest {
    /// [`VERSION`].
    pub version: u64,
    /// `tmux`, `service` or `termux`.
    pub target: String,
    /// The build that wrote it.
    pub program: String,
    /// When it was last set up.
    pub at: Timestamp,
    /// What was done, in its order.
    pub steps: Vec<Step>,
}

impl Default for Manifest {
    fn default() -> Self {
        Self {
            version: VERSION,
            target: String::new(),
            program: env!("CARGO_PKG_VERSION").to_owned(),
            at: Timestamp(0),
            steps: Vec::new(),
        }
    }
}

/// One thing that was done.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Step {
    /// What kind of thing.
    pub kind: Kind,
    /// Whether it is done.
    pub progress: Progress,
    /// Where, as it is called.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<Place>,
    /// Where its links lead.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub real: Option<Place>,
    /// What those links say, in their order.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub links: Vec<Place>,
    /// What stood there; `None`: nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub before: Option<Before>,
    /// The content's sum afterwards; of a link where it leads.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub after: Option<String>,
    /// What was put into somebody's file.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub inserted: Option<Inserted>,
    /// The command that did it, where one did.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub command: Vec<String>,
    /// The command that takes it back.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub inverse: Vec<String>,
    /// Whether that command may fail: what it would do may be done already.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub lenient: bool,
    /// Names in a folder of ours that others make there because of us, and
    /// that go with it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub leftovers: Vec<String>,
}

impl Step {
    /// Whether a command does it.
    #[must_use]
    pub fn is_command(&self) -> bool {
        matches!(self.kind, Kind::Enable | Kind::Job | Kind::Tell)
    }
}

/// Kinds of steps.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// A file of ours.
    Create,
    /// A block in somebody's file.
    Edit,
    /// A folder.
    Mkdir,
    /// A symbolic link of ours.
    Link,
    /// A file that was taken away.
    Remove,
    /// A service that was put to work.
    Enable,
    /// A job of Android's scheduler.
    Job,
    /// Somebody who has to hear of it.
    Tell,
    /// What a newer build knows.
    #[default]
    #[serde(other)]
    Unknown,
}

/// How far a step is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Progress {
    /// It may or may not have been done.
    #[default]
    Planned,
    /// It was done.
    Done,
    /// It was taken back.
    Undone,
}

/// What stood at a path, as far as it can be brought back.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Before {
    /// The content's sum, which is the name of its backup.
    pub sum: String,
    /// Bytes.
    pub length: u64,
    /// Permission bits.
    pub mode: u32,
    /// Owner.
    pub uid: u32,
    /// Group.
    pub gid: u32,
    /// When it was last changed: seconds and nanoseconds.
    pub mtime: (i64, i64),
    /// When it was last read.
    pub atime: (i64, i64),
    /// The names of its extended attributes.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub xattrs: Vec<String>,
}

/// What was put into a file, and where.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Inserted {
    /// The place, in bytes from the start, of the lead.
    pub at: u64,
    /// What ends the line before the block, where that had no end.
    pub lead: String,
    /// The block itself, whole lines.
    pub block: String,
    /// The bytes around it, base64: for a person who looks.
    pub around: [String; 2],
}
