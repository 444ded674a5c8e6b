//! Which machine an entry is about, and the paths and commands that are
//! written for it.

use std::path::PathBuf;

use super::expand::expand;
use super::reader::Section;
use super::wrong::Wrong;
use super::{Node, scalar};

/// Bytes of a path: Linux's `PATH_MAX`.
const LONGEST: usize = 4096;

/// The machine an entry is about.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Host {
    /// The one we run on, written `local`.
    #[default]
    Local,
    /// A configured node, by its name.
    Node(String),
}

impl Host {
    /// `local` or the node's name.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Self::Local => "local",
            Self::Node(name) => name,
        }
    }
}

impl Section<'_, '_> {
    /// The machine that `node` names, the local one when it is absent.
    pub(super) fn host(&mut self, nodes: &[Node]) -> Host {
        let host = self.text("node", |text| {
            if text == "local" {
                return Ok(Host::Local);
            }
            if nodes.iter().any(|node| node.name == text) {
                return Ok(Host::Node(text.to_owned()));
            }
            let names = nodes.iter().map(|node| node.name.as_str()).chain(["local"]);
            Err(Wrong::must("`local` or the name of a `[[node]]`").suggest(text, names))
        });
        host.unwrap_or_default()
    }

    /// A path on `host`, absolute once its variables are expanded.
    ///
    /// Variables of another machine stand for that machine's folders, so its
    /// paths stay as written; `config::expand` serves once they are known.
    pub(super) fn path(&mut self, key: &'static str, host: &Host) -> Option<PathBuf> {
        let variables = self.variables();
        self.text(key, |text| absolute(text, host, variables))
            .map(PathBuf::from)
    }

    /// Local paths, each absolute once its variables are expanded.
    pub(super) fn paths(&mut self, key: &'static str) -> Option<Vec<PathBuf>> {
        let variables = self.variables();
        let read = |text: &str| absolute(text, &Host::Local, variables).map(PathBuf::from);
        self.texts(key, "paths", read)
    }

    /// A program with its arguments on `host`, expanded as paths are.
    pub(super) fn argv(&mut self, key: &'static str, host: &Host) -> Option<Vec<String>> {
        const EXAMPLE: &str = "words such as [\"/usr/bin/true\", \"-x\"]";
        let variables = self.variables();
        let words = self.texts(key, EXAMPLE, |text| {
            if text.contains('\0') {
                return Err(Wrong::that("must not contain a NUL"));
            }
            Ok(here(text, host, variables)?)
        })?;
        if words
            .first()
            .is_none_or(|program| program.trim().is_empty())
        {
            self.refuse(
                key,
                Wrong::that("must begin with the name or path of a program"),
            );
            return None;
        }
        Some(words)
    }
}

/// A path without control characters and `..`, absolute once expanded.
pub(super) fn absolute(
    text: &str,
    host: &Host,
    variables: &super::Variables,
) -> Result<String, Wrong> {
    const RULE: &str = "an absolute path, or one that begins with `~/` or `$HOME/`";
    if text.chars().any(char::is_control) {
        return Err(Wrong::that("must not contain control characters"));
    }
    let path = here(text, host, variables)?;
    if path.len() > LONGEST {
        return Err(Wrong::must(format!("at most {LONGEST} bytes long")));
    }
    let begins = |c| path.starts_with(c);
    let rooted = begins('/') || (*host != Host::Local && (begins('~') || begins('$')));
    if !rooted {
        return Err(Wrong::must(RULE));
    }
    if path.split('/').any(|name| name == "..") {
        return Err(Wrong::must("a path without `..`"));
    }
    Ok(path)
}

fn here(
    text: &str,
    host: &Host,
    variables: &super::Variables,
) -> Result<String, super::Unexpandable> {
    match host {
        Host::Local => expand(text, variables),
        // On another machine `$PREFIX` may well be known: any folder will do
        // to find the variables that no machine knows.
        Host::Node(_) => {
            let there = super::Variables {
                prefix: Some(PathBuf::from("/")),
                ..variables.clone()
            };
            expand(text, &there).map(|_| text.to_owned())
        }
    }
}

impl Section<'_, '_> {
    /// Local patterns of file names, absolute once expanded: `*`, `?` and
    /// `[…]` stand for characters of one name.
    ///
    /// `refuses` tells why a pattern cannot be taken for another reason.
    pub(super) fn patterns(
        &mut self,
        key: &'static str,
        refuses: impl Fn(&str) -> Option<Wrong>,
    ) -> Option<Vec<String>> {
        let variables = self.variables();
        let patterns = self.values(key, "patterns", |value| {
            let text = scalar::text(value)?;
            let pattern = absolute(text, &Host::Local, variables)?;
            if pattern.contains("**") {
                return Err(Wrong::must(
                    "a pattern without `**`: `*` stays within one name",
                ));
            }
            // A pattern in a variable is nothing that the file's author wrote.
            if special(&pattern) != special(text) {
                return Err(Wrong::that(
                    "has a variable whose folder contains `*`, `?` or `[`",
                ));
            }
            match refuses(&pattern) {
                Some(wrong) => Err(wrong.of(text)),
                None => Ok(pattern),
            }
        })?;
        if patterns.is_empty() {
            self.refuse(key, Wrong::that("must name at least one pattern"));
        }
        Some(patterns)
    }
}

fn special(text: &str) -> usize {
    text.matches(['*', '?', '[']).count()
}
