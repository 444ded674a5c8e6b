use super::*;
use crate::model::setup::block::{block, insert};
use crate::model::setup::stands::File;

fn stands(bytes: &[u8]) -> Stands {
    let facts = Before {
        sum: sum(bytes),
        length: bytes.len() as u64,
        mode: 0o644,
        ..Before::default()
    };
    Stands {
        path: "/f".into(),
        real: "/f".into(),
        links: Vec::new(),
        what: What::File(File {
            bytes: bytes.to_vec(),
            facts,
            names: 1,
        }),
    }
}

/// An edit of `old`, and what it left.
fn edit(old: &[u8]) -> (Step, Vec<u8>) {
    let (new, inserted) = insert(old, &block("tmux", "x\n"), None);
    let step = Step {
        kind: Kind::Edit,
        progress: Progress::Done,
        before: Some(stands(old).file().unwrap().facts.clone()),
        after: Some(sum(&new)),
        inserted: Some(inserted),
        ..Step::default()
    };
    (step, new)
}

#[test]
fn what_was_not_touched_comes_back_whole_and_what_was_stays() {
    let (step, new) = edit(b"a");
    let of = |bytes: &[u8]| undo(&step, &stands(bytes), Some(b"a"));
    assert_eq!(of(&new), Undo::Restore(b"a".to_vec()));
    assert_eq!(of(b"a"), Undo::Nothing);
    let more = [b"first\n", &*new, b"b\n"].concat();
    assert_eq!(of(&more), Undo::Strip(b"first\na\nb\n".to_vec()));
    let behind = [&*new, b"b\n"].concat();
    assert_eq!(of(&behind), Undo::Strip(b"a\nb\n".to_vec()));
    assert_eq!(of(b"theirs alone"), Undo::Nothing);
    let half = &new[..new.len() - 4];
    assert!(matches!(of(half), Undo::Leave(_)));
    let twice = [&*new, &new[2..]].concat();
    assert!(matches!(of(&twice), Undo::Leave(_)));
}

#[test]
fn a_damaged_copy_is_never_put_back() {
    let (step, new) = edit(b"a");
    assert!(matches!(
        undo(&step, &stands(&new), Some(b"b")),
        Undo::Leave(_)
    ));
    assert!(matches!(undo(&step, &stands(&new), None), Undo::Leave(_)));
}

#[test]
fn what_a_killed_writer_left_becomes_what_was() {
    let (mut step, new) = edit(b"a\n");
    step.progress = Progress::Planned;
    let half = &new[..9];
    assert_eq!(
        undo(&step, &stands(half), Some(b"a\n")),
        Undo::Restore(b"a\n".to_vec())
    );
}

#[test]
fn a_file_of_ours_goes_unless_it_is_theirs_by_now() {
    let step = Step {
        kind: Kind::Create,
        progress: Progress::Done,
        after: Some(sum(b"ours")),
        ..Step::default()
    };
    assert_eq!(undo(&step, &stands(b"ours"), None), Undo::Delete);
    assert!(matches!(
        undo(&step, &stands(b"theirs"), None),
        Undo::Keep(_)
    ));
    let newer = Step {
        kind: Kind::Unknown,
        ..step
    };
    assert!(matches!(
        undo(&newer, &stands(b"ours"), None),
        Undo::Leave(_)
    ));
}

#[test]
fn a_second_set_up_remembers_what_stood_before_the_first() {
    let (step, new) = edit(b"a\n");
    assert_eq!(origin(Some(&step), &stands(&new)).0, step.before);
    let edited = [&*new, b"b\n"].concat();
    let (before, bytes) = origin(Some(&step), &stands(&edited));
    assert_eq!(bytes.as_deref(), Some(b"a\nb\n".as_slice()));
    assert_eq!(before.unwrap().sum, sum(b"a\nb\n"));
    assert_eq!(origin(None, &stands(b"x")).0.unwrap().sum, sum(b"x"));
    // Their last line had no end before ours came behind it.
    let (step, new) = edit(b"a");
    let edited = [&*new, b"b\n"].concat();
    let (before, bytes) = origin(Some(&step), &stands(&edited));
    assert_eq!(bytes.as_deref(), Some(b"a\nb\n".as_slice()));
    assert_eq!(before.unwrap().sum, sum(b"a\nb\n"));
}
