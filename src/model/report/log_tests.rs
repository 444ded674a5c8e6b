use proptest::prelude::*;

use super::*;

const ID: &str = "b8350b11cf4d77d578f82c527f52db928ad515c7";

/// What git prints of a commit with these last four fields.
fn printed(id: &str, subject: &str, trailers: &str, replit: &str, body: &str) -> String {
    format!(
        "\0{id}\0{ID}\0Hana\0hana@example.org\01795327200\0Git\0git@example.org\01795327300\
         \0{subject}\0{trailers}\0{replit}\0{body}\0"
    )
}

fn read(pieces: &[&[u8]]) -> (Vec<Commit>, bool) {
    let mut commits = Vec::new();
    let mut reader = Reader::default();
    for piece in pieces {
        reader.take(piece, &mut |commit| commits.push(commit));
    }
    let whole = reader.finish(&mut |commit| commits.push(commit));
    (commits, whole)
}

#[test]
fn commits_with_and_without_files_follow_one_another() {
    let text = [
        &printed(ID, "empty", "", "", ""),
        "\0",
        &printed(ID, "moves", "", "", "why\n"),
        "\n2\t1\t\0old.rs\0new\n\tname.rs\0-\t-\tpicture.png\x005\t0\tCargo.lock\0",
        &printed(ID, "last", "", "", ""),
    ]
    .concat();
    let (commits, whole) = read(&[text.as_bytes()]);
    assert!(whole);
    let subjects: Vec<_> = commits.iter().map(|commit| &*commit.subject).collect();
    assert_eq!(subjects, ["empty", "moves", "last"]);
    let changed = &commits[1].changed;
    let lines = |added, deleted| Lines { added, deleted };
    assert_eq!(changed.languages, [("Rust", lines(2, 1))].into());
    assert_eq!((changed.apart, changed.binary), (lines(5, 0), 1));
    assert_eq!(commits[0].authored, Timestamp(1_795_327_200));
    assert_eq!(commits[0].placed, Timestamp(1_795_327_300));
    assert_eq!((commits[0].parents, commits[0].merge()), (1, false));
}

#[test]
fn trailers_and_bodies_tell_who_signed_and_what_is_reverted() {
    let text = printed(
        ID,
        "x",
        "Claude Opus <noreply@anthropic.com>\nKen <ken@example.org>\nnobody\n",
        "Agent",
        &format!("This reverts commit {ID}.\nThis reverts commit xyz.\n"),
    );
    let (commits, whole) = read(&[text.as_bytes()]);
    assert!(whole);
    assert_eq!(commits[0].signed, [Agent::ClaudeCode, Agent::Replit]);
    assert_eq!(commits[0].co_authors.len(), 2);
    assert_eq!(commits[0].reverts, [ID]);
}

#[test]
fn hostile_texts_are_clean_and_cut() {
    let subject = format!("\u{1b}[31m\u{202e}--all{}", "x".repeat(100_000));
    let text = printed(ID, &subject, "", "", &"y".repeat(1_000_000));
    let (commits, whole) = read(&[text.as_bytes()]);
    assert!(whole);
    assert!(commits[0].subject.starts_with("[31m--allxxx"));
    assert_eq!(commits[0].subject.chars().count(), SUBJECT);
}

#[test]
fn what_breaks_off_or_is_no_commit_is_said() {
    let text = printed(ID, "x", "", "", "");
    for cut in 1..text.len() - 1 {
        let (_, whole) = read(&[&text.as_bytes()[..cut]]);
        // Only before the first byte of a commit nothing is missing.
        assert_eq!(whole, cut == 1, "{cut}");
    }
    let (commits, whole) = read(&[printed("usage: git", "", "", "", "").as_bytes()]);
    assert!(commits.is_empty() && !whole);
    let (_, whole) = read(&[format!("{text}\nx\ty\tz\0").as_bytes()]);
    assert!(!whole);
}

#[test]
fn shares_are_of_what_came_and_went() {
    let mut changed = Changed::default();
    for (language, added) in [("Rust", 69), ("Shell", 23), ("Awk", 0)] {
        let lines = Lines {
            added,
            deleted: added / 3,
        };
        changed.languages.insert(language, lines);
    }
    let shares = changed.shares();
    assert_eq!(shares[0].0, "Rust");
    assert!((shares[0].1 - 9_200.0 / 122.0).abs() < 0.01, "{shares:?}");
    assert_eq!(shares.len(), 2);
    assert!(Changed::default().shares().is_empty());
}

proptest! {
    #[test]
    fn any_bytes_in_any_pieces_are_read_alike(
        bytes in proptest::collection::vec(prop_oneof![Just(0u8), Just(9), Just(10), any::<u8>()], 0..600),
        head in any::<bool>(),
        size in 1usize..40,
    ) {
        let mut all = if head { printed(ID, "x", "", "", "").into_bytes() } else { Vec::new() };
        all.extend(bytes);
        let pieces: Vec<&[u8]> = all.chunks(size).collect();
        prop_assert_eq!(read(&pieces), read(&[&all]));
    }
}
