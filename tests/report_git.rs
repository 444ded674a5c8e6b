//! Commits counted from real repositories.

use std::fs;
use std::path::{Path, PathBuf};

use mamori::model::report::agent::{Agent, Level};
use mamori::model::report::code::{Amount, Code, Who};
use mamori::model::report::period::Span;
use mamori::model::report::source::Standing;
use mamori::model::time::Timestamp;
use mamori::sys::git::{self, Survey};

use crate::harness::repository::{Make, NOON, Repo};
use crate::harness::{Bench, mode};

const DAY: i64 = 86_400;

/// The 20th, UTC.
pub fn day() -> Span {
    Span {
        start: Timestamp(NOON - DAY / 2),
        end: Timestamp(NOON + DAY / 2),
    }
}

pub fn survey(bench: &Bench, paths: &[&Path]) -> Survey {
    let paths: Vec<PathBuf> = paths.iter().map(|&path| path.to_owned()).collect();
    git::survey(&paths, &[day()], &git::nobody, &bench.surroundings())
}

pub fn count(bench: &Bench, paths: &[&Path]) -> Code {
    let mut survey = survey(bench, paths);
    for source in &survey.sources {
        assert_eq!((source.state, &source.why), (Standing::Ok, &None));
    }
    survey.codes.remove(0)
}

fn counts(amount: &Amount) -> [u64; 3] {
    [amount.commits, amount.merges, amount.repeated]
}

#[test]
fn report_counts_lines_by_language_and_merges_beside() {
    let bench = Bench::new();
    let repo = Repo::new(&bench, "app");
    repo.add("src/main.rs", "one\ntwo\nthree\n");
    repo.add("Cargo.lock", "1\n2\n");
    repo.add("picture.png", b"\0\x01\x02");
    repo.step(NOON, "begin");
    repo.git(&["checkout", "--quiet", "-b", "side"]);
    repo.add("README.md", "text\n");
    repo.step(NOON + 60, "read me");
    repo.git(&["checkout", "--quiet", "main"]);
    repo.git(&["mv", "src/main.rs", "src/first.rs"]);
    repo.step(NOON + 120, "move");
    repo.git(&["merge", "--quiet", "--no-ff", "-m", "Merge side", "side"]);
    let code = count(&bench, &[&repo.path]);
    assert_eq!(counts(&code.total), [3, 1, 0]);
    assert_eq!(code.repositories[0].name, "app");
    let changed = &code.total.changed;
    let lines: Vec<_> = changed.languages.iter().collect();
    let lines = lines.iter().map(|(name, l)| (**name, l.added, l.deleted));
    let told: Vec<_> = lines.collect();
    assert_eq!(told, [("Markdown", 1, 0), ("Rust", 3, 0)]);
    assert_eq!((changed.apart.added, changed.binary), (2, 1));
    let subjects: Vec<_> = code.newest.iter().map(|line| &*line.subject).collect();
    assert_eq!(subjects, ["move", "read me", "begin"]);
    assert_eq!(code.until, Some(Timestamp(NOON + 120)));
}

#[test]
fn report_counts_by_the_authors_date_and_copies_once() {
    let bench = Bench::new();
    let repo = Repo::new(&bench, "app");
    repo.step(NOON - 2 * DAY, "before");
    repo.git(&["branch", "old"]);
    // Written today, put there two days later: as after a rebase.
    let late = |message| Make {
        at: NOON,
        placed: NOON + 2 * DAY,
        message,
        ..Make::default()
    };
    repo.commit(&late("rebased"));
    // Written long ago, amended today.
    repo.commit(&Make {
        at: NOON - 9 * DAY,
        placed: NOON,
        message: "amended",
        ..Make::default()
    });
    repo.step(NOON + 1, "picked");
    repo.git(&["branch", "kept"]);
    let picked = repo.git(&["rev-parse", "HEAD"]);
    repo.git(&["checkout", "--quiet", "old"]);
    let pick = ["cherry-pick", "--allow-empty", &picked];
    let later = late("");
    // git takes the author and the author's date from what is picked.
    let mut command = repo.command(&later, &pick);
    command
        .env_remove("GIT_AUTHOR_DATE")
        .env_remove("GIT_AUTHOR_NAME");
    let picked = command.env_remove("GIT_AUTHOR_EMAIL").output().unwrap();
    assert!(picked.status.success(), "{picked:?}");
    let code = count(&bench, &[&repo.path]);
    assert_eq!(counts(&code.total), [2, 0, 1]);
}

#[test]
fn report_counts_worktrees_clones_and_subfolders_once() {
    let bench = Bench::new();
    let repo = Repo::new(&bench, "app");
    repo.add("src/a.rs", "a\n");
    repo.step(NOON, "one");
    let tree = bench.home().join("trees/odd\nname");
    repo.git(&[
        "worktree",
        "add",
        "--quiet",
        "-b",
        "agent",
        tree.to_str().unwrap(),
    ]);
    Repo::at(&bench, tree.clone()).step(NOON + 1, "in the worktree");
    let clone = bench.home().join("clone");
    repo.git(&["clone", "--quiet", ".", clone.to_str().unwrap()]);
    Repo::at(&bench, clone.clone()).step(NOON + 2, "in the clone");
    let bare = bench.home().join("bare.git");
    repo.git(&["clone", "--quiet", "--bare", ".", bare.to_str().unwrap()]);
    let source = repo.path.join("src");
    let code = count(&bench, &[&source, &tree, &repo.path, &clone, &bare]);
    let told: Vec<_> = code
        .repositories
        .iter()
        .map(|each| (each.name.as_str(), counts(&each.amount)))
        .collect();
    assert_eq!(
        told,
        [
            ("app", [2, 0, 0]),
            ("clone", [1, 0, 2]),
            ("bare", [0, 0, 2])
        ]
    );
    assert_eq!(counts(&code.total), [3, 0, 4]);
}

#[test]
fn report_counts_branches_and_remotes_but_no_stash_note_or_tag_alone() {
    let bench = Bench::new();
    let repo = Repo::new(&bench, "app");
    repo.add("a.rs", "a\n");
    repo.step(NOON, "one");
    repo.git(&["checkout", "--quiet", "--detach"]);
    repo.step(NOON + 1, "tagged alone");
    repo.git(&["tag", "v1"]);
    repo.git(&["checkout", "--quiet", "main"]);
    repo.git(&["notes", "add", "-m", "a note", "HEAD"]);
    repo.add("a.rs", "b\n");
    repo.git(&["stash", "--quiet"]);
    let head = repo.step(NOON + 2, "remote");
    repo.git(&["update-ref", "refs/remotes/origin/x", &head]);
    repo.git(&["reset", "--quiet", "--hard", "HEAD~1"]);
    let code = count(&bench, &[&repo.path]);
    assert_eq!(counts(&code.total), [2, 0, 0]);
}

#[test]
fn report_knows_each_agent_by_its_trailer_and_never_counts_a_commit_twice() {
    let bench = Bench::new();
    let repo = Repo::new(&bench, "app");
    let signed = [
        ("Claude Opus 5 <noreply@anthropic.com>", Agent::ClaudeCode),
        ("Codex <noreply@openai.com>", Agent::Codex),
        (
            "Copilot <198982749+Copilot@users.noreply.github.com>",
            Agent::Copilot,
        ),
        ("Cursor <cursoragent@cursor.com>", Agent::Cursor),
        ("aider (gpt-5) <aider@aider.chat>", Agent::Aider),
        ("opencode <noreply@opencode.ai>", Agent::Opencode),
        ("Amp <amp@ampcode.com>", Agent::Amp),
        ("openhands <openhands@all-hands.dev>", Agent::OpenHands),
        (
            "devin-ai-integration[bot] <158243242+devin-ai-integration[bot]@users.noreply.github.com>",
            Agent::Devin,
        ),
    ];
    for (number, (trailer, _)) in (0..).zip(&signed) {
        let message = format!("step {number}\n\nwhy\n\nCo-Authored-By: {trailer}\n");
        repo.step(NOON + number, &message);
    }
    let both = "both\n\nCo-authored-by: Codex <noreply@openai.com>\n\
        CO-AUTHORED-BY: Claude <noreply@anthropic.com>\n\
        Co-authored-by: Antigravity <antigravity@google.com>\n";
    repo.step(NOON + 100, both);
    repo.step(NOON + 101, "Replit\n\nReplit-Commit-Author: Agent\n");
    repo.step(NOON + 102, "alone");
    repo.commit(&Make {
        author: (
            "claude[bot]",
            "209825114+claude[bot]@users.noreply.github.com",
        ),
        at: NOON + 103,
        message: "by itself",
        ..Make::default()
    });
    let code = count(&bench, &[&repo.path]);
    assert_eq!((code.total.commits, code.total.unsigned), (13, 1));
    let of = |who: &Who| {
        let mut all = code.contributors.iter();
        all.find(|each| each.who == *who).unwrap()
    };
    for (_, agent) in signed {
        let expected = match agent {
            Agent::ClaudeCode => (3, 2),
            Agent::Codex => (2, 2),
            _ => (1, 1),
        };
        let theirs = of(&Who::Agent(agent));
        let told = (theirs.levels.signed, theirs.co_authored);
        assert_eq!(told, expected, "{agent:?}");
    }
    let hana = of(&Who::Person("hana@example.org".into()));
    assert_eq!((hana.commits, hana.co_authored), (12, 0));
    let stranger = of(&Who::Person("antigravity@google.com".into()));
    assert_eq!((stranger.commits, stranger.co_authored), (1, 1));
    assert!(code.contributors.len() == 12, "{:?}", code.contributors);
}

#[test]
fn report_asks_who_watched_by_all_paths_of_the_repository() {
    let bench = Bench::new();
    let repo = Repo::new(&bench, "app");
    repo.step(NOON, "seen");
    let paths = [repo.path.clone(), repo.path.join("src")];
    fs::create_dir(&paths[1]).unwrap();
    let watched = |named: &[PathBuf], commit: &mamori::model::report::log::Commit| {
        assert_eq!((named, commit.placed), (&paths[..], Timestamp(NOON)));
        vec![(Agent::Gemini, Level::Observed)]
    };
    let survey = git::survey(&paths, &[day()], &watched, &bench.surroundings());
    let gemini = &survey.codes[0].contributors[0];
    assert_eq!(
        (gemini.name.as_str(), gemini.levels.observed),
        ("Gemini", 1)
    );
}

#[test]
fn report_counts_several_spans_at_once() {
    let bench = Bench::new();
    let repo = Repo::new(&bench, "app");
    for day in 0..4 {
        repo.step(NOON - day * DAY, "again");
    }
    let before = Span {
        start: Timestamp(NOON - 5 * DAY / 2),
        end: day().start,
    };
    let all = Span {
        start: Timestamp(i64::MIN),
        end: Timestamp(i64::MAX),
    };
    let paths = [repo.path];
    let survey = git::survey(&paths, &[all], &git::nobody, &bench.surroundings());
    assert_eq!(survey.codes[0].total.commits, 4);
    let spans = [day(), before];
    let survey = git::survey(&paths, &spans, &git::nobody, &bench.surroundings());
    let totals: Vec<u64> = survey.codes.iter().map(|code| code.total.commits).collect();
    assert_eq!(totals, [1, 2]);
}

#[test]
fn report_never_touches_a_repository() {
    let bench = Bench::new();
    let repo = Repo::new(&bench, "app");
    repo.add("a.rs", "a\n");
    repo.step(NOON, "one");
    let bad = bench.home().join("ran");
    let trap = format!("#!/bin/sh\ntouch {}\n", bad.display());
    let hook = repo.path.join("trap");
    fs::write(&hook, trap).unwrap();
    mode(&hook, 0o755);
    let hook = hook.to_str().unwrap();
    for key in [
        "core.fsmonitor",
        "core.pager",
        "pager.log",
        "diff.external",
        "diff.rust.textconv",
        "core.sshCommand",
        "gpg.program",
    ] {
        repo.git(&["config", key, hook]);
    }
    repo.git(&["config", "log.showSignature", "true"]);
    repo.git(&["config", "alias.log", &format!("!{hook}")]);
    fs::write(repo.path.join(".git/info/attributes"), "*.rs diff=rust\n").unwrap();
    let before = listing(&repo.path);
    let code = count(&bench, &[&repo.path]);
    assert_eq!(code.total.commits, 1);
    assert_eq!(listing(&repo.path), before);
    assert!(!bad.exists());
}

fn listing(path: &Path) -> Vec<(PathBuf, std::time::SystemTime)> {
    let mut all = Vec::new();
    for entry in fs::read_dir(path).unwrap() {
        let entry = entry.unwrap();
        let meta = entry.metadata().unwrap();
        all.push((entry.path(), meta.modified().unwrap()));
        if meta.is_dir() {
            all.extend(listing(&entry.path()));
        }
    }
    all.sort();
    all
}
