//! What to do about a log, and what a crash left of it. Pure.

use super::archives::Beside;
use crate::model::size::bytes;
use crate::sys::rotation::journal::Cut;
use crate::sys::rotation::writers::Writers;
use crate::sys::rotation::{Facts, Folder};

/// Everything a plan for a log that is too large is made from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    /// The log.
    pub facts: Facts,
    /// What lies beside it and belongs to it.
    pub beside: Beside,
    /// Whether what it was renamed to is not compressed yet.
    pub pending: bool,
    /// The folder it lies in.
    pub folder: Folder,
    /// Whose rights we have.
    pub uid: u32,
    /// Another program whose configuration says that it rotates it.
    pub claimed: Option<String>,
    /// Who may write into it, where that can be known.
    pub writers: Option<Writers>,
    /// Why the way to its folder is not to be trusted, if so.
    pub distrusted: Option<String>,
    /// Whether its file system lets its beginning be taken away.
    pub cuts: bool,
    /// How its writer is told to open it again, if it can be.
    pub reopen: Option<Result<(), String>>,
    /// Bytes that its archive may need.
    pub needs: u64,
}

/// What to do about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Plan {
    /// Archive its beginning, and take that away under its writer's feet.
    Cut,
    /// Give it another name, and tell its writer to open it again.
    Rename {
        /// Whether there is a writer to tell.
        signal: bool,
    },
    /// Nothing, for a good reason.
    Leave(String),
    /// Nothing that loses no byte can be done: somebody has to know.
    Wrong(String),
}

/// What to do about a log that is larger than it may be.
#[must_use]
pub fn plan(seen: &Seen) -> Plan {
    if let Some(other) = &seen.claimed {
        return Plan::Leave(format!("{other} rotates it"));
    }
    if let Some(theirs) = &seen.beside.foreign {
        let theirs = theirs.to_string_lossy();
        return Plan::Leave(format!(
            "another program rotates it, which made `{theirs}`; when none does any more, move that away"
        ));
    }
    if seen.facts.links > 1 {
        return wrong("it has a second name (a hard link)");
    }
    if let Some(why) = unsafe_place(seen) {
        return Plan::Wrong(why);
    }
    if seen.pending {
        return wrong(
            "its last archive is still being written by a program that did not open it again",
        );
    }
    if seen.needs > seen.folder.free {
        return Plan::Wrong(format!(
            "its archive may need {}, and only {} are free",
            bytes(seen.needs),
            bytes(seen.folder.free)
        ));
    }
    let Some(writers) = &seen.writers else {
        return match &seen.reopen {
            Some(reopen) => rename(reopen.as_ref()),
            None => wrong("who writes it cannot be known here, and it has no `reopen`"),
        };
    };
    let appends = writers.known.iter().all(|writer| writer.appends);
    if seen.cuts && appends {
        return Plan::Cut;
    }
    if writers.known.is_empty() {
        return Plan::Rename { signal: false };
    }
    if let Some(reopen) = &seen.reopen {
        return rename(reopen.as_ref());
    }
    let placed = writers.known.iter();
    let placed = placed.filter(|writer| appends || !writer.appends);
    let mut who: Vec<String> = placed
        .map(|writer| match writer.pid {
            Some(pid) => format!("process {pid}"),
            None => "a process that is not ours to see".to_owned(),
        })
        .collect();
    who.dedup();
    let who = who.join(", ");
    Plan::Wrong(if appends {
        format!(
            "its file system cannot take the beginning of a file away, and {who} writes it; give its `[[log]]` a `reopen`"
        )
    } else {
        format!("{who} writes it without O_APPEND; give its `[[log]]` a `reopen`")
    })
}

fn rename(reopen: Result<&(), &String>) -> Plan {
    match reopen {
        Ok(()) => Plan::Rename { signal: true },
        Err(why) => Plan::Wrong(format!("its writer cannot be told to open it again: {why}")),
    }
}

fn wrong(why: &str) -> Plan {
    Plan::Wrong(why.to_owned())
}

/// Why nothing may be made or taken away where it lies, if so.
fn unsafe_place(seen: &Seen) -> Option<String> {
    if seen.uid != 0 && seen.facts.uid != seen.uid {
        return Some("it belongs to another user".to_owned());
    }
    if !seen.folder.writable {
        return Some("its folder cannot be written to".to_owned());
    }
    seen.distrusted.clone()
}

/// The place up to which a log of `len` bytes in blocks of `block` can be cut:
/// whole blocks, with a whole one left. `None`: nothing can be.
#[must_use]
pub fn furthest(len: u64, block: u64) -> Option<u64> {
    let blocks = len.checked_div(block)?.checked_sub(1)?;
    (blocks > 0).then(|| blocks * block)
}

/// What became of a cut that a crash interrupted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Became {
    /// It was made: the archive holds what the log has no more.
    Made,
    /// It was not: the log still holds all that the archive holds.
    NotMade,
    /// Another file stands there now, or it was emptied.
    Replaced,
    /// The log's blocks are all alike, and it has grown by more than was to be
    /// cut: nobody knows.
    Unknown,
}

/// What became of the cut of `note`, given the log as it stands now: its
/// inode, length and the CRC-32 of its first block. That the log still holds
/// what the archive holds is for the caller to see.
#[must_use]
pub fn became(note: &Cut, now: Option<(u64, u64, u32)>) -> Became {
    let Some((inode, len, first)) = now else {
        return Became::Replaced;
    };
    if inode != note.inode || (first != note.first && first != note.next) {
        return Became::Replaced;
    }
    if note.first != note.next {
        return if first == note.next {
            Became::Made
        } else {
            Became::NotMade
        };
    }
    // Not made, it would be as long as before at least; made, it must have
    // grown by what was cut.
    if len < note.len {
        Became::Made
    } else {
        Became::Unknown
    }
}

#[cfg(test)]
#[path = "decide_tests.rs"]
mod tests;
