//! git repositories made for a test: fixed dates and identities, no
//! configuration but their own, no network.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::Bench;

/// Noon of 2026-11-20, UTC.
pub const NOON: i64 = 1_795_176_000;

/// A repository in a home of its own.
pub struct Repo<'a> {
    bench: &'a Bench,
    pub path: PathBuf,
}

/// A commit that is to be made.
pub struct Make<'a> {
    pub author: (&'a str, &'a str),
    /// When it was written, and when it was put there.
    pub at: i64,
    pub placed: i64,
    pub message: &'a str,
}

impl Default for Make<'_> {
    fn default() -> Self {
        Self {
            author: ("Hana", "hana@example.org"),
            at: NOON,
            placed: NOON,
            message: "step",
        }
    }
}

impl<'a> Repo<'a> {
    /// A new one in the folder `name` of the home.
    pub fn new(bench: &'a Bench, name: &str) -> Self {
        let path = bench.home().join(name);
        fs::create_dir_all(&path).unwrap();
        let repo = Self { bench, path };
        repo.git(&["init", "--quiet", "--initial-branch=main", "."]);
        repo
    }

    /// One that is there already.
    pub fn at(bench: &'a Bench, path: PathBuf) -> Self {
        Self { bench, path }
    }

    pub fn command(&self, make: &Make<'_>, arguments: &[&str]) -> Command {
        let mut command = self.bench.command("git");
        let date = |at: i64| format!("@{at} +0900");
        command
            .arg("-C")
            .arg(&self.path)
            .args([
                "-c",
                "commit.gpgSign=false",
                "-c",
                "core.hooksPath=/dev/null",
            ])
            .args(arguments)
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .env("GIT_AUTHOR_NAME", make.author.0)
            .env("GIT_AUTHOR_EMAIL", make.author.1)
            .env("GIT_COMMITTER_NAME", "Git")
            .env("GIT_COMMITTER_EMAIL", "git@example.org")
            .env("GIT_AUTHOR_DATE", date(make.at))
            .env("GIT_COMMITTER_DATE", date(make.placed));
        command
    }

    /// Runs git, which must succeed; what it says.
    pub fn git(&self, arguments: &[&str]) -> String {
        self.as_of(&Make::default(), arguments)
    }

    pub fn as_of(&self, make: &Make<'_>, arguments: &[&str]) -> String {
        let output = self.command(make, arguments).output().unwrap();
        assert!(output.status.success(), "{arguments:?}: {output:?}");
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    }

    /// Writes a file and adds it.
    pub fn add(&self, name: impl AsRef<Path>, text: impl AsRef<[u8]>) {
        let path = self.path.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
        self.git(&["add", "--all"]);
    }

    /// Commits what was added, or nothing; the commit's id.
    pub fn commit(&self, make: &Make<'_>) -> String {
        let commit = ["commit", "--quiet", "--allow-empty", "--cleanup=verbatim"];
        let message = ["--allow-empty-message", "-m", make.message];
        self.as_of(make, &[&commit[..], &message[..]].concat());
        self.git(&["rev-parse", "HEAD"])
    }

    /// Commits with this message, written at that time by Hana.
    pub fn step(&self, at: i64, message: &str) -> String {
        self.commit(&Make {
            at,
            placed: at,
            message,
            ..Make::default()
        })
    }

    /// Feeds `git fast-import`.
    pub fn import(&self, stream: &[u8]) {
        let mut command = self.command(&Make::default(), &["fast-import", "--quiet"]);
        let mut child = command.stdin(Stdio::piped()).spawn().unwrap();
        child.stdin.take().unwrap().write_all(stream).unwrap();
        assert!(child.wait().unwrap().success());
    }
}
