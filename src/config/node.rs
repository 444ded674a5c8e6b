//! `[local]` and `[[node]]`: the machines, and what is expected of each.

use std::collections::BTreeSet;
use std::time::Duration;

use super::names;
use super::reader::Section;
use super::scalar::{Choice, DAY, seconds};
use super::watch::{self, Limits, NodeLimits};
use super::wrong::Wrong;
use crate::model::node::Platform;

/// `[local]`: the machine we run on.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Local {
    /// Its name; `None`: the short host name.
    pub name: Option<String>,
    /// What is expected of it; `None`: what suits the platform.
    pub expect: Option<Vec<Expect>>,
    /// tmux sessions that must exist; `None`: what suits the platform.
    pub sessions: Option<Vec<String>>,
}

/// `[[node]]`: a machine reached by ssh.
#[derive(Debug, Clone, PartialEq)]
pub struct Node {
    /// Unique; `[A-Za-z0-9_.-]+`, never `local`.
    pub name: String,
    /// Host or alias as `ssh` takes it; the name when the file has none.
    pub ssh: String,
    /// Hosts tried in turn when the alias fails.
    pub addresses: Vec<String>,
    /// What it runs; `None`: found by the probe.
    pub platform: Option<Platform>,
    /// What is expected of it besides its sshd; `None`: what suits the platform.
    pub expect: Option<Vec<Expect>>,
    /// tmux sessions that must exist; `None`: what suits the platform.
    pub sessions: Option<Vec<String>>,
    /// Its own limits.
    pub limits: NodeLimits,
    /// Silence after which it is down, 1 s to a day; `None`: 10 s, for phones
    /// and nodes not yet known 90 s.
    pub down_after: Option<Duration>,
    /// The coordinator that looks after it while the hub does not answer.
    pub coordinator: Option<String>,
}

impl Choice for Platform {
    const WORDS: &'static [(&'static str, Self)] = &[
        ("linux", Self::Linux),
        ("macos", Self::Macos),
        ("termux", Self::Termux),
    ];
}

/// What may be expected of a machine besides sessions and services.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expect {
    /// An ssh server that answers.
    Sshd,
    /// A network that reaches something.
    Network,
    /// A battery that is not nearly empty.
    Battery,
}

impl Choice for Expect {
    const WORDS: &'static [(&'static str, Self)] = &[
        ("sshd", Self::Sshd),
        ("network", Self::Network),
        ("battery", Self::Battery),
    ];
}

impl Local {
    /// What is expected of it: the file's, else on Termux sshd and nothing elsewhere.
    #[must_use]
    pub fn expected(&self, termux: bool) -> Vec<Expect> {
        expected(self.expect.as_ref(), termux)
    }

    /// The sessions that must exist: the file's, else on Termux `monitor` and
    /// none elsewhere.
    #[must_use]
    pub fn expected_sessions(&self, termux: bool) -> Vec<String> {
        expected_sessions(self.sessions.as_ref(), termux)
    }
}

impl Node {
    /// Its limits: its own over those of all nodes.
    #[must_use]
    pub fn limits(&self, all: &Limits) -> Limits {
        self.limits.over(all)
    }

    /// What is expected of it: the file's, else on Termux sshd and nothing elsewhere.
    #[must_use]
    pub fn expected(&self, termux: bool) -> Vec<Expect> {
        expected(self.expect.as_ref(), termux)
    }

    /// The sessions that must exist: the file's, else on Termux `monitor` and
    /// none elsewhere.
    #[must_use]
    pub fn expected_sessions(&self, termux: bool) -> Vec<String> {
        expected_sessions(self.sessions.as_ref(), termux)
    }
}

fn expected(given: Option<&Vec<Expect>>, termux: bool) -> Vec<Expect> {
    match given {
        Some(given) => given.clone(),
        None if termux => vec![Expect::Sshd],
        None => Vec::new(),
    }
}

fn expected_sessions(given: Option<&Vec<String>>, termux: bool) -> Vec<String> {
    match given {
        Some(given) => given.clone(),
        None if termux => vec!["monitor".to_owned()],
        None => Vec::new(),
    }
}

pub(super) fn local(section: &mut Section<'_, '_>) -> Local {
    Local {
        name: section.text("name", |text| not_local(names::node(text)?)),
        expect: expect(section),
        sessions: sessions(section),
    }
}

/// Reads the `[[node]]`s, whose names are unique and not the local one's.
pub(super) fn nodes(section: &mut Section<'_, '_>, local: Option<&str>) -> Vec<Node> {
    let mut names = BTreeSet::new();
    section.entries("node", |entry| {
        let node = node(entry);
        if local == Some(node.name.as_str()) {
            entry.refuse("name", Wrong::must("another name than `local.name`"));
        } else if !node.name.is_empty() && !names.insert(node.name.clone()) {
            entry.refuse("name", Wrong::must("a name that no other `[[node]]` has"));
        }
        node
    })
}

fn node(section: &mut Section<'_, '_>) -> Node {
    let name = section.text("name", |text| not_local(names::node(text)?));
    let name = section.needed("name", name);
    let ssh = section.text("ssh", names::host);
    Node {
        ssh: ssh.unwrap_or_else(|| name.clone()),
        name,
        addresses: section
            .texts("addresses", "hosts", names::host)
            .unwrap_or_default(),
        platform: section.choice("platform"),
        expect: expect(section),
        sessions: sessions(section),
        limits: section
            .optional("limits", watch::limits)
            .unwrap_or_default(),
        down_after: section.duration("down_after", seconds(1)..=DAY),
        coordinator: section.text("coordinator", names::node),
    }
}

fn not_local(name: String) -> Result<String, Wrong> {
    if name == "local" {
        return Err(Wrong::must(
            "another name: `local` is the machine we run on",
        ));
    }
    Ok(name)
}

fn expect(section: &mut Section<'_, '_>) -> Option<Vec<Expect>> {
    let mut expect = section.texts("expect", "words", super::scalar::choice)?;
    let mut seen = Vec::new();
    expect.retain(|word| {
        !seen.contains(word) && {
            seen.push(*word);
            true
        }
    });
    Some(expect)
}

fn sessions(section: &mut Section<'_, '_>) -> Option<Vec<String>> {
    let mut sessions = section.texts("sessions", "session names", names::session)?;
    let mut seen = BTreeSet::new();
    sessions.retain(|name| seen.insert(name.clone()));
    Some(sessions)
}
