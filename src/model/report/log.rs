//! What `git log` prints, read as it comes: fields and files, each ended by a
//! NUL, which neither a path nor a message can hold.
//!
//! ```text
//! NUL id NUL parents NUL author NUL … NUL body NUL [LF] 3 TAB 1 TAB src/a.rs NUL …
//! ```
//! A renamed file is told as `0 TAB 0 TAB NUL old NUL new NUL`. No more is held
//! than one commit, and no more of that than counts.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::super::text::{clean, cut};
use super::super::time::Timestamp;
use super::agent::{Agent, Identity};
use super::language::{self, Place};

/// What git is asked to print of a commit. [`Reader`] reads it.
pub const FORMAT: &str = "tformat:%x00%H%x00%P%x00%an%x00%ae%x00%at%x00%cn%x00%ce%x00%ct%x00%s\
    %x00%(trailers:key=Co-authored-by,valueonly,unfold)\
    %x00%(trailers:key=Replit-Commit-Author,valueonly,unfold)%x00%b%x00";

/// Bytes kept of each field; of what is longer the rest is passed over.
const LONGEST: usize = 64 << 10;
/// Columns kept of a subject and of a name.
const SUBJECT: usize = 200;
const NAME: usize = 80;
/// Co-authors kept of one commit.
const AUTHORS: usize = 32;

/// Lines that came and went.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lines {
    /// That came.
    pub added: u64,
    /// That went.
    pub deleted: u64,
}

impl Lines {
    /// Counts these, too.
    pub fn add(&mut self, more: Self) {
        self.added = self.added.saturating_add(more.added);
        self.deleted = self.deleted.saturating_add(more.deleted);
    }
}

/// What commits changed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Changed {
    /// By language.
    pub languages: BTreeMap<&'static str, Lines>,
    /// In vendored and generated files.
    pub apart: Lines,
    /// Files that have no lines.
    pub binary: u64,
}

impl Changed {
    /// Over all languages, without what is apart.
    #[must_use]
    pub fn lines(&self) -> Lines {
        let mut all = Lines::default();
        for lines in self.languages.values() {
            all.add(*lines);
        }
        all
    }

    /// The languages with what came and went in each of all that did, in
    /// percent: the most first.
    #[must_use]
    pub fn shares(&self) -> Vec<(&'static str, f64)> {
        let weight = |lines: Lines| lines.added.saturating_add(lines.deleted);
        let all = weight(self.lines());
        let mut shares: Vec<(&'static str, u64)> = self
            .languages
            .iter()
            .map(|(language, lines)| (*language, weight(*lines)))
            .filter(|(_, weight)| *weight > 0)
            .collect();
        shares.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(b.0)));
        #[expect(clippy::cast_precision_loss, reason = "a share")]
        let percent = |part: u64| part as f64 * 100.0 / all as f64;
        shares
            .into_iter()
            .map(|(language, part)| (language, percent(part)))
            .collect()
    }

    /// Counts these, too.
    pub fn add(&mut self, more: &Self) {
        for (language, lines) in &more.languages {
            self.languages.entry(language).or_default().add(*lines);
        }
        self.apart.add(more.apart);
        self.binary = self.binary.saturating_add(more.binary);
    }
}

/// A commit, as far as it counts. Texts are clean and cut.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Commit {
    /// Its object's id.
    pub id: String,
    /// How many parents it has.
    pub parents: usize,
    /// Who wrote it.
    pub author: Identity,
    /// When it was written.
    pub authored: Timestamp,
    /// Who put it where it is.
    pub committer: Identity,
    /// When it was put there.
    pub placed: Timestamp,
    /// The first line of its message.
    pub subject: String,
    /// Whom its trailers name.
    pub co_authors: Vec<Identity>,
    /// Agents that signed it, each once.
    pub signed: Vec<Agent>,
    /// The commits that it says to revert.
    pub reverts: Vec<String>,
    /// What it changed.
    pub changed: Changed,
}

impl Commit {
    /// Whether it brings lines of history together.
    #[must_use]
    pub fn merge(&self) -> bool {
        self.parents > 1
    }

    /// Of the twelve fields of [`FORMAT`]; `None` for what is no commit.
    fn of(fields: &[Vec<u8>]) -> Option<Self> {
        let mut fields = fields.iter().map(|field| String::from_utf8_lossy(field));
        let mut next = || fields.next();
        let id = next()?.into_owned();
        let hex = |text: &str| text.bytes().all(|byte| byte.is_ascii_hexdigit());
        if !matches!(id.len(), 40 | 64) || !hex(&id) {
            return None;
        }
        let parents = next()?.split(' ').filter(|id| !id.is_empty()).count();
        let (name, email, at) = (next()?, next()?, next()?);
        let author = identity(&name, &email);
        let authored = Timestamp(at.trim().parse().ok()?);
        let (name, email, at) = (next()?, next()?, next()?);
        let committer = identity(&name, &email);
        let placed = Timestamp(at.trim().parse().ok()?);
        let subject = cut(&clean(&next()?), SUBJECT, "…");
        let (trailers, replit, body) = (next()?, next()?, next()?);
        let named = trailers.lines().filter_map(Identity::of_trailer);
        let co_authors: Vec<Identity> = named
            .take(AUTHORS)
            .map(|who| identity(&who.name, &who.email))
            .collect();
        let by_replit = replit.lines().any(|line| line.trim() == "Agent");
        let mut signed: Vec<Agent> = [&author, &committer]
            .into_iter()
            .chain(&co_authors)
            .filter_map(Identity::agent)
            .chain(Agent::of_body(&body))
            .chain(by_replit.then_some(Agent::Replit))
            .collect();
        signed.sort_unstable();
        signed.dedup();
        let reverts = body.lines().filter_map(reverted).take(AUTHORS).collect();
        Some(Self {
            id,
            parents,
            author,
            authored,
            committer,
            placed,
            subject,
            co_authors,
            signed,
            reverts,
            changed: Changed::default(),
        })
    }
}

fn identity(name: &str, email: &str) -> Identity {
    Identity {
        name: cut(clean(name).trim(), NAME, "…"),
        email: cut(clean(email).trim(), NAME, "…"),
    }
}

/// The commit of a line `This reverts commit ID.`
fn reverted(line: &str) -> Option<String> {
    let rest = line.trim_start().strip_prefix("This reverts commit ")?;
    let id: String = rest.chars().take_while(char::is_ascii_hexdigit).collect();
    (id.len() >= 7).then(|| id.to_ascii_lowercase())
}

/// Where in a commit we are.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
enum At {
    /// Between files and commits.
    #[default]
    Between,
    /// In its fields.
    Fields,
    /// The old name of a renamed file comes.
    OldName,
    /// Its new name comes.
    NewName,
}

/// Reads the output piece by piece.
#[derive(Debug, Default)]
pub struct Reader {
    at: At,
    renamed: Option<Lines>,
    token: Vec<u8>,
    fields: Vec<Vec<u8>>,
    commit: Option<Commit>,
    /// Whether something came that git does not print.
    odd: bool,
}

/// How many fields a commit has.
const FIELDS: usize = 12;

impl Reader {
    /// Takes the next piece; every commit that is whole is given to `each`.
    pub fn take(&mut self, piece: &[u8], each: &mut dyn FnMut(Commit)) {
        let mut rest = piece;
        while let Some(end) = rest.iter().position(|&byte| byte == 0) {
            let (token, after) = rest.split_at(end);
            self.grow(token);
            let token = std::mem::take(&mut self.token);
            self.token(token, each);
            rest = after.get(1..).unwrap_or_default();
        }
        self.grow(rest);
    }

    /// The output ended: the last commit is given to `each`, and `false` is
    /// said where the output broke off or was not git's.
    pub fn finish(mut self, each: &mut dyn FnMut(Commit)) -> bool {
        let whole = self.at == At::Between && self.token.is_empty() && !self.odd;
        if let Some(commit) = self.commit.take() {
            each(commit);
        }
        whole
    }

    fn grow(&mut self, bytes: &[u8]) {
        let room = LONGEST.saturating_sub(self.token.len());
        self.token.extend(bytes.iter().take(room));
    }

    fn token(&mut self, token: Vec<u8>, each: &mut dyn FnMut(Commit)) {
        match self.at {
            At::Fields => {
                self.fields.push(token);
                if self.fields.len() == FIELDS {
                    self.commit = Commit::of(&self.fields);
                    self.odd |= self.commit.is_none();
                    self.fields.clear();
                    self.at = At::Between;
                }
            }
            At::OldName => self.at = At::NewName,
            At::NewName => {
                let lines = self.renamed.take();
                self.count(lines, &token);
                self.at = At::Between;
            }
            At::Between => {
                let entry = token.strip_prefix(b"\n").unwrap_or(&token);
                if entry.contains(&b'\t') {
                    self.entry(entry);
                } else if !entry.is_empty() {
                    if let Some(commit) = self.commit.take() {
                        each(commit);
                    }
                    self.fields.push(token);
                    self.at = At::Fields;
                }
            }
        }
    }

    /// `added TAB deleted TAB path`; `-` for both where there are no lines.
    fn entry(&mut self, entry: &[u8]) {
        let mut parts = entry.splitn(3, |&byte| byte == b'\t');
        let mut number = || {
            let text = str::from_utf8(parts.next()?).ok()?;
            if text == "-" {
                Some(None)
            } else {
                text.parse::<u64>().ok().map(Some)
            }
        };
        let (added, deleted) = (number(), number());
        let path = parts.next();
        let (Some(added), Some(deleted), Some(path)) = (added, deleted, path) else {
            self.odd = true;
            return;
        };
        let lines = added
            .zip(deleted)
            .map(|(added, deleted)| Lines { added, deleted });
        if path.is_empty() {
            self.renamed = lines;
            self.at = At::OldName;
        } else {
            self.count(lines, path);
        }
    }

    fn count(&mut self, lines: Option<Lines>, path: &[u8]) {
        let Some(commit) = &mut self.commit else {
            return;
        };
        let changed = &mut commit.changed;
        match (lines, language::of(path)) {
            (None, _) => changed.binary = changed.binary.saturating_add(1),
            (Some(lines), Place::Apart) => changed.apart.add(lines),
            (Some(lines), Place::Language(language)) => {
                changed.languages.entry(language).or_default().add(lines);
            }
        }
    }
}

#[cfg(test)]
#[path = "log_tests.rs"]
mod tests;
