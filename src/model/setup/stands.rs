//! What stands at a path, as it was seen.

use std::path::PathBuf;

use super::manifest::Before;
use crate::model::sum::sum;

/// A path and what it leads to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stands {
    /// The path as it is called.
    pub path: PathBuf,
    /// The end of its links; the path itself without any.
    pub real: PathBuf,
    /// What each link says, in their order.
    pub links: Vec<PathBuf>,
    /// What is there.
    pub what: What,
}

/// What is at the end of the links.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum What {
    /// Nothing; its folder may be missing, too.
    Missing,
    /// A regular file.
    File(File),
    /// A folder with these permission bits.
    Folder(u32),
    /// What nobody may write to, and why.
    Unfit(String),
}

/// A file and what it is dressed in.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct File {
    /// Its content.
    pub bytes: Vec<u8>,
    /// Its facts.
    pub facts: Before,
    /// How many names it has.
    pub names: u64,
}

impl Stands {
    /// The file there, if one is.
    #[must_use]
    pub fn file(&self) -> Option<&File> {
        match &self.what {
            What::File(file) => Some(file),
            _ => None,
        }
    }

    /// The sum of the content there.
    #[must_use]
    pub fn sum(&self) -> Option<String> {
        self.file().map(|file| sum(&file.bytes))
    }

    /// Where the path itself leads, if it is a link.
    #[must_use]
    pub fn link(&self) -> Option<&PathBuf> {
        self.links.first()
    }
}
