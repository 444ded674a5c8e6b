use super::*;

fn span() -> Span {
    Span {
        start: Timestamp(1_000),
        end: Timestamp(2_000),
    }
}

fn identity(name: &str, email: &str) -> Identity {
    Identity {
        name: name.into(),
        email: email.into(),
    }
}

fn commit(number: u64, authored: i64) -> Commit {
    let mut changed = Changed::default();
    let lines = Lines {
        added: 3,
        deleted: 1,
    };
    changed.languages.insert("Rust", lines);
    Commit {
        id: format!("{number:040x}"),
        parents: 1,
        author: identity("Hana", "Hana@example.org"),
        authored: Timestamp(authored),
        subject: format!("step {number}"),
        changed,
        ..Commit::default()
    }
}

fn count(commits: &[(usize, Commit)]) -> Code {
    let mut tally = Tally::new(span(), &["app".to_owned(), "docs".to_owned()]);
    for (repository, commit) in commits {
        tally.add(*repository, commit, &[]);
    }
    tally.finish()
}

#[test]
fn a_commit_counts_by_its_authors_date_alone() {
    let mut late = commit(1, 1_999);
    late.placed = Timestamp(9_000);
    let others = [(0, commit(2, 999)), (0, commit(3, 2_000)), (0, late)];
    let code = count(&others);
    assert_eq!(code.total.commits, 1);
    assert_eq!(code.until, Some(Timestamp(1_999)));
}

#[test]
fn clones_copies_and_merges_are_told_apart() {
    let mut copy = commit(9, 1_500);
    copy.subject = "step 1".into();
    copy.author.email = "hana@EXAMPLE.org".into();
    let mut merge = commit(3, 1_600);
    merge.parents = 2;
    let all = [
        (0, commit(1, 1_500)),
        (1, commit(1, 1_500)),
        (1, copy),
        (1, commit(2, 1_500)),
        (0, merge.clone()),
        (1, merge),
    ];
    let code = count(&all);
    let amounts = |amount: &Amount| (amount.commits, amount.merges, amount.repeated);
    assert_eq!(amounts(&code.total), (2, 1, 3));
    assert_eq!(amounts(&code.repositories[0].amount), (1, 1, 0));
    assert_eq!(amounts(&code.repositories[1].amount), (1, 0, 3));
    let lines = Lines {
        added: 6,
        deleted: 2,
    };
    assert_eq!(code.total.changed.lines(), lines);
    assert_eq!(code.newest.len(), 2);
}

#[test]
fn trailers_add_a_contributor_and_never_a_commit() {
    let mut first = commit(1, 1_500);
    first.co_authors = vec![
        identity("Claude Opus", "noreply@anthropic.com"),
        identity("Ken", "ken@example.org"),
        identity("Hana again", "HANA@example.org"),
    ];
    first.signed = vec![Agent::ClaudeCode];
    let mut second = commit(2, 1_600);
    second.author = identity(
        "dependabot[bot]",
        "1+dependabot[bot]@users.noreply.github.com",
    );
    let mut third = commit(3, 1_700);
    third.author = identity("Hana K. (aider)", "hana@example.org");
    third.signed = vec![Agent::Aider];
    let code = count(&[(0, first), (0, second), (0, third)]);
    assert_eq!((code.total.commits, code.total.unsigned), (3, 1));
    let told: Vec<_> = code
        .contributors
        .iter()
        .map(|c| (c.name.as_str(), c.commits, c.co_authored, c.levels.signed))
        .collect();
    assert_eq!(
        told,
        [
            ("Hana K.", 2, 0, 0),
            ("Aider", 1, 0, 1),
            ("Claude Code", 1, 1, 1),
            ("dependabot[bot]", 1, 0, 0),
            ("Ken", 1, 1, 0),
        ]
    );
}

#[test]
fn what_others_saw_has_its_own_level_and_a_signature_outweighs_it() {
    let mut tally = Tally::new(span(), &["app".to_owned()]);
    let mut signed = commit(1, 1_500);
    signed.signed = vec![Agent::Codex];
    let seen = [(Agent::Codex, Level::Observed), (Agent::Amp, Level::Shared)];
    tally.add(0, &signed, &seen);
    tally.add(0, &commit(2, 1_500), &seen);
    let code = tally.finish();
    let levels = |agent| {
        let mut all = code.contributors.iter();
        let theirs = all.find(|c| c.who == Who::Agent(agent)).unwrap();
        let Levels {
            signed,
            observed,
            shared,
        } = theirs.levels;
        [signed, observed, shared]
    };
    assert_eq!(levels(Agent::Codex), [1, 1, 0]);
    assert_eq!(levels(Agent::Amp), [0, 0, 2]);
    assert_eq!(code.total.unsigned, 0);
}

#[test]
fn the_newest_ten_stand_in_an_order_of_their_own() {
    let mut commits: Vec<_> = (0..30)
        .map(|n| {
            (
                0,
                commit(n, 1_100 + i64::from(7 * u8::try_from(n).unwrap() % 20)),
            )
        })
        .collect();
    let forth = count(&commits);
    commits.reverse();
    let back = count(&commits);
    assert_eq!(forth, back);
    assert_eq!(forth.newest.len(), 10);
    assert!(forth.newest.is_sorted_by_key(|line| Reverse(line.at)));
}

#[test]
fn reverts_are_kept_for_a_week_after_the_span() {
    let mut commits = Vec::new();
    for (number, at) in [
        (1, 999),
        (2, 1_000),
        (3, 2_000 + REVERTED - 1),
        (4, 2_000 + REVERTED),
    ] {
        let mut commit = commit(number, at);
        commit.reverts = vec![format!("{number:07}")];
        commits.push((0, commit));
    }
    let code = count(&commits);
    let of: Vec<_> = code
        .reverts
        .iter()
        .map(|revert| revert.of.as_str())
        .collect();
    assert_eq!(of, ["0000002", "0000003"]);
}
