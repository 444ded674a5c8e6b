//! Which way a log is rotated, and what a crash leaves, case by case.

use super::*;
use crate::sys::rotation::Which;
use crate::sys::rotation::writers::Writer;

fn seen() -> Seen {
    Seen {
        facts: Facts {
            which: Which { dev: 1, inode: 7 },
            len: 200_000_000,
            uid: 1000,
            mode: 0o644,
            links: 1,
        },
        beside: Beside::default(),
        pending: false,
        folder: Folder {
            names: Vec::new(),
            uid: 1000,
            mode: 0o775,
            writable: true,
            free: 1 << 40,
        },
        uid: 1000,
        claimed: None,
        writers: Some(by(vec![writer(12, true)])),
        distrusted: None,
        cuts: true,
        reopen: None,
        needs: 1 << 20,
    }
}

fn by(known: Vec<Writer>) -> Writers {
    Writers { known, sure: true }
}

fn writer(pid: u32, appends: bool) -> Writer {
    Writer {
        pid: Some(pid),
        appends,
    }
}

fn why(seen: &Seen) -> String {
    match plan(seen) {
        Plan::Leave(why) => format!("left: {why}"),
        Plan::Wrong(why) => why,
        other => format!("{other:?}"),
    }
}

#[test]
fn who_appends_has_the_beginning_cut_off() {
    assert_eq!(plan(&seen()), Plan::Cut);
    let nobody = Seen {
        writers: Some(by(vec![])),
        ..seen()
    };
    assert_eq!(plan(&nobody), Plan::Cut);
    // Who reopens needs not to be asked where a cut will do.
    let told = Seen {
        reopen: Some(Ok(())),
        ..seen()
    };
    assert_eq!(plan(&told), Plan::Cut);
}

#[test]
fn without_append_or_cuts_a_log_is_renamed_and_never_under_its_writer() {
    let places = Seen {
        writers: Some(by(vec![writer(12, true), writer(13, false)])),
        ..seen()
    };
    assert_eq!(
        why(&places),
        "process 13 writes it without O_APPEND; give its `[[log]]` a `reopen`"
    );
    let hidden = Seen {
        writers: Some(by(vec![Writer {
            pid: None,
            appends: false,
        }])),
        ..seen()
    };
    assert!(why(&hidden).starts_with("a process that is not ours to see writes it"));
    let no_cuts = Seen {
        cuts: false,
        ..seen()
    };
    assert!(why(&no_cuts).starts_with("its file system cannot"));
    for seen in [places, no_cuts] {
        let told = Seen {
            reopen: Some(Ok(())),
            ..seen.clone()
        };
        assert_eq!(plan(&told), Plan::Rename { signal: true });
        let dead = Seen {
            reopen: Some(Err("no process 7".into())),
            ..seen.clone()
        };
        assert!(why(&dead).ends_with("no process 7"));
        let nobody = Seen {
            writers: Some(by(vec![])),
            cuts: false,
            ..seen.clone()
        };
        assert_eq!(plan(&nobody), Plan::Rename { signal: false });
        let unknown = Seen {
            writers: None,
            cuts: false,
            ..seen
        };
        assert!(why(&unknown).starts_with("who writes it cannot be known"));
    }
}

#[test]
fn what_others_rotate_is_left_to_them() {
    let claimed = Seen {
        claimed: Some("logrotate (/etc/logrotate.d/app)".into()),
        ..seen()
    };
    assert_eq!(
        why(&claimed),
        "left: logrotate (/etc/logrotate.d/app) rotates it"
    );
    let theirs = Seen {
        beside: Beside {
            foreign: Some("app.log.1".into()),
            ..Beside::default()
        },
        ..seen()
    };
    assert!(why(&theirs).starts_with("left: another program rotates it, which made `app.log.1`"));
}

#[test]
fn nothing_is_made_where_others_could_lay_a_trap() {
    let trap = Seen {
        distrusted: Some("others may put files into `/x`".into()),
        ..seen()
    };
    assert_eq!(why(&trap), "others may put files into `/x`");
    let theirs = Seen { uid: 7, ..seen() };
    assert_eq!(why(&theirs), "it belongs to another user");
    let twice = Seen {
        facts: Facts {
            links: 2,
            ..seen().facts
        },
        ..seen()
    };
    assert!(why(&twice).contains("hard link"));
}

#[test]
fn what_does_not_fit_is_not_begun() {
    let full = Seen {
        folder: Folder {
            free: 3_000_000,
            ..seen().folder
        },
        needs: 20_000_000,
        ..seen()
    };
    assert_eq!(
        why(&full),
        "its archive may need 20 MB, and only 3.0 MB are free"
    );
    let pending = Seen {
        pending: true,
        ..seen()
    };
    assert!(why(&pending).starts_with("its last archive is still being written"));
}

#[test]
fn a_cut_takes_whole_blocks_and_leaves_one() {
    assert_eq!(furthest(0, 4096), None);
    assert_eq!(furthest(8191, 4096), None);
    assert_eq!(furthest(8192, 4096), Some(4096));
    assert_eq!(furthest(12_287, 4096), Some(4096));
    assert_eq!(furthest(12_288, 4096), Some(8192));
    assert_eq!(furthest(10, 0), None);
}

fn note(first: u32, next: u32) -> Cut {
    Cut {
        inode: 7,
        len: 100_000,
        cut: 40_960,
        block: 4096,
        first,
        next,
        archive: "a".into(),
        half: "b".into(),
    }
}

#[test]
fn the_first_block_tells_what_became_of_a_cut() {
    let note_ = note(1, 2);
    assert_eq!(became(&note_, Some((7, 100_000, 1))), Became::NotMade);
    assert_eq!(became(&note_, Some((7, 500_000, 1))), Became::NotMade);
    assert_eq!(became(&note_, Some((7, 59_040, 2))), Became::Made);
    assert_eq!(became(&note_, Some((7, 900_000, 2))), Became::Made);
    // Shorter than it was: what it begins with decides, not its length.
    assert_eq!(became(&note_, Some((7, 99_999, 1))), Became::NotMade);
    for now in [None, Some((8, 100_000, 1)), Some((7, 100_000, 3))] {
        assert_eq!(became(&note_, now), Became::Replaced, "{now:?}");
    }
}

#[test]
fn blocks_that_are_all_alike_are_told_by_the_length_or_not_at_all() {
    let alike = note(1, 1);
    assert_eq!(became(&alike, Some((7, 99_999, 1))), Became::Made);
    assert_eq!(became(&alike, Some((7, 100_000, 1))), Became::Unknown);
    assert_eq!(became(&alike, Some((7, 100_000, 2))), Became::Replaced);
}
