//! Repositories that are hostile, broken, cut, empty or somebody else's.

use std::fmt::Write as _;
use std::fs;
use std::os::unix::fs::chown;
use std::path::Path;

use mamori::model::report::source::Standing;
use mamori::model::time::Timestamp;

use crate::harness::repository::{Make, NOON, Repo};
use crate::harness::{Bench, root};
use crate::report_git::{count, survey};

/// What is said of the only repository.
fn told(bench: &Bench, path: impl AsRef<Path>) -> (Standing, String, u64) {
    let mut survey = survey(bench, &[path.as_ref()]);
    assert_eq!(survey.sources.len(), 1);
    let source = survey.sources.remove(0);
    let commits = survey.codes[0].total.commits;
    (source.state, source.why.unwrap_or_default(), commits)
}

#[test]
fn report_cleans_hostile_subjects_authors_branches_and_paths() {
    let bench = Bench::new();
    let repo = Repo::new(&bench, "--all");
    repo.add("--option.rs", "a\n");
    repo.add("new\nline\t\u{1b}[31m.py", "a\nb\n");
    repo.commit(&Make {
        author: ("\u{1b}]0;x\u{7}Eve\u{202e}", "eve@example.org"),
        message: "\u{1b}[31mred\u{202e} --format=%H\r\n\nCo-authored-by: \u{9b}X <--exec@example.org>",
        ..Make::default()
    });
    repo.step(NOON + 1, &"long ".repeat(20_000));
    repo.step(NOON + 2, "");
    let head = repo.git(&["rev-parse", "HEAD"]);
    for name in ["--all", "-x", "a\"b", "\u{202e}bidi", "a;touch b"] {
        let path = repo.path.join(".git/refs/heads").join(name);
        fs::write(path, format!("{head}\n")).unwrap();
    }
    let survey = survey(&bench, &[&repo.path]);
    let code = &survey.codes[0];
    assert_eq!(code.total.commits, 3, "{:?}", survey.sources);
    assert_eq!(code.repositories[0].name, "--all");
    let languages: Vec<_> = code.total.changed.languages.iter().collect();
    assert_eq!(languages.len(), 2, "{languages:?}");
    let texts = code
        .newest
        .iter()
        .flat_map(|line| [&line.subject, &line.author]);
    let names = code.contributors.iter().map(|each| &each.name);
    for text in texts.chain(names) {
        let odd = |c: char| c.is_control() || c == '\u{202e}';
        assert!(
            !text.contains(odd) && text.chars().count() <= 200,
            "{text:?}"
        );
    }
    assert_eq!(code.newest[2].subject, "[31mred --format=%H");
    assert_eq!(code.newest[2].author, "]0;xEve");
}

#[test]
fn report_says_what_is_no_repository() {
    let bench = Bench::new();
    let plain = bench.home().join("plain");
    fs::create_dir(&plain).unwrap();
    fs::write(bench.home().join("file"), "").unwrap();
    let missing = |why: &str| (Standing::Missing, why.to_owned(), 0);
    assert_eq!(told(&bench, &plain), missing("not a git repository"));
    let gone = bench.home().join("gone");
    assert_eq!(told(&bench, gone), missing("no such folder"));
    let file = bench.home().join("file");
    assert_eq!(told(&bench, file), missing("no such folder"));
    assert_eq!(told(&bench, "-rf"), missing("not an absolute path"));
}

#[test]
fn report_has_nothing_of_an_empty_repository_and_says_nothing() {
    let bench = Bench::new();
    let repo = Repo::new(&bench, "app");
    assert_eq!(told(&bench, &repo.path), (Standing::Ok, String::new(), 0));
    let bare = bench.home().join("bare.git");
    repo.git(&["init", "--quiet", "--bare", bare.to_str().unwrap()]);
    assert_eq!(told(&bench, bare), (Standing::Ok, String::new(), 0));
}

#[test]
fn report_says_that_a_repository_is_shallow_or_partial() {
    let bench = Bench::new();
    let repo = Repo::new(&bench, "app");
    for number in 0..5 {
        repo.add("a.rs", format!("{number}\n"));
        repo.step(NOON + number, "again");
    }
    repo.git(&["config", "uploadpack.allowFilter", "true"]);
    let url = format!("file://{}", repo.path.display());
    let shallow = bench.home().join("shallow");
    repo.git(&[
        "clone",
        "--quiet",
        "--depth=2",
        &url,
        shallow.to_str().unwrap(),
    ]);
    let (state, why, commits) = told(&bench, shallow);
    assert_eq!((state, commits), (Standing::Partial, 2));
    assert_eq!(why, "shallow: its history is cut");
    let partial = bench.home().join("partial");
    let clone = [
        "clone",
        "--quiet",
        "--no-checkout",
        "--filter=blob:none",
        &url,
    ];
    repo.git(&[&clone[..], &[partial.to_str().unwrap()]].concat());
    let (state, why, commits) = told(&bench, &partial);
    assert_eq!((state, commits), (Standing::Partial, 5), "{why}");
    assert!(why.starts_with("partial clone"), "{why}");
}

#[test]
fn report_keeps_what_it_read_before_a_repository_broke() {
    let bench = Bench::new();
    let repo = Repo::new(&bench, "app");
    for number in 0..5 {
        repo.step(NOON + number, "again");
    }
    let third = repo.git(&["rev-parse", "HEAD~2"]);
    let (folder, name) = third.split_at(2);
    let object = repo.path.join(".git/objects").join(folder).join(name);
    fs::remove_file(&object).unwrap();
    fs::write(object, "no object").unwrap();
    let (state, why, commits) = told(&bench, &repo.path);
    assert_eq!(state, Standing::Partial);
    assert!(why.starts_with("not read to its end: "), "{why}");
    assert!(commits <= 2, "{commits}");
    fs::write(repo.path.join(".git/HEAD"), "junk").unwrap();
    assert_eq!(told(&bench, &repo.path).0, Standing::Missing);
}

#[test]
fn report_reads_the_other_branches_where_one_leads_nowhere() {
    let bench = Bench::new();
    let repo = Repo::new(&bench, "app");
    repo.step(NOON, "one");
    let nowhere = "1".repeat(40);
    fs::write(repo.path.join(".git/refs/heads/bad"), nowhere + "\n").unwrap();
    let (state, why, commits) = told(&bench, &repo.path);
    assert_eq!((state, commits), (Standing::Partial, 1), "{why}");
}

#[test]
fn report_does_not_read_what_another_user_owns_unless_it_is_said_to_be_safe() {
    if !root("a repository of another user") {
        return;
    }
    let bench = Bench::new();
    let repo = Repo::new(&bench, "app");
    repo.step(NOON, "one");
    for path in [repo.path.clone(), repo.path.join(".git")] {
        chown(path, Some(12_345), Some(12_345)).unwrap();
    }
    let (state, why, _) = told(&bench, &repo.path);
    assert_eq!((state, &*why), (Standing::Missing, "owned by another user"));
    let safe = format!("[safe]\n\tdirectory = {}\n", repo.path.display());
    fs::write(bench.home().join(".gitconfig"), safe).unwrap();
    assert_eq!(told(&bench, &repo.path), (Standing::Ok, String::new(), 1));
}

#[test]
fn report_says_that_git_is_missing_or_hangs_up() {
    let bench = Bench::new();
    let repo = Repo::new(&bench, "app");
    repo.step(NOON, "one");
    let mut around = bench.surroundings();
    around.path = bench.home().into();
    let paths = [repo.path.clone(), repo.path.clone()];
    let day = crate::report_git::day();
    let survey = mamori::sys::git::survey(&paths, &[day], &mamori::sys::git::nobody, &around);
    assert_eq!(survey.sources.len(), 1);
    assert_eq!(
        survey.sources[0].why.as_deref(),
        Some("git is not installed")
    );
    bench.stand_in("git", "#!/bin/sh\nprintf 'usage\\0: none'\n");
    let (state, why, commits) = told(&bench, &repo.path);
    assert_eq!((state, commits), (Standing::Partial, 0), "{why}");
    bench.stand_in("git", "#!/bin/sh\nprintf 'x\\033[31m\\n' >&2\nexit 128\n");
    assert_eq!(
        told(&bench, &repo.path),
        (Standing::Missing, "x[31m".into(), 0)
    );
}

#[test]
fn report_reads_an_old_git_to_its_end() {
    let bench = Bench::new();
    let repo = Repo::new(&bench, "app");
    repo.step(NOON, "one");
    let script = "#!/bin/sh\n[ \"$1\" = --version ] && { echo git version 2.34.1; exit; }\n\
        for word; do case $word in --since*) exit 129;; esac; done\n\
        PATH=/usr/local/bin:/usr/bin:/bin exec git \"$@\"\n";
    bench.stand_in("git", script);
    assert_eq!(told(&bench, &repo.path), (Standing::Ok, String::new(), 1));
}

#[test]
fn report_passes_by_what_is_older_than_it_asks_for() {
    let bench = Bench::new();
    let repo = Repo::new(&bench, "app");
    let mut stream = String::new();
    for number in 0..20_000_i64 {
        // The newest thousand are of the day.
        let at = if number < 19_000 {
            NOON - 9_000_000 + number
        } else {
            NOON + number
        };
        let subject = format!("step {number}");
        writeln!(
            stream,
            "commit refs/heads/main\ncommitter Hana <hana@example.org> {at} +0000"
        )
        .unwrap();
        writeln!(stream, "data {}\n{subject}", subject.len()).unwrap();
        writeln!(
            stream,
            "M 644 inline file{}.rs\ndata 2\n{}\n",
            number % 7,
            number % 10
        )
        .unwrap();
    }
    repo.import(stream.as_bytes());
    let code = count(&bench, &[&repo.path]);
    assert_eq!(code.total.commits, 1_000);
    assert_eq!(code.until, Some(Timestamp(NOON + 19_999)));
    assert_eq!(code.newest.len(), 10);
}
