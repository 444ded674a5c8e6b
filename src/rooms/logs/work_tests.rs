//! What a run finds that follows one killed between any two steps.
#![expect(clippy::disallowed_methods, reason = "a test makes files of its own")]

use std::fs;

use super::*;
use crate::rooms::logs::facts;
use crate::rooms::logs::rename::Packed;
use crate::sys::rotation::cut;

/// Bytes of a log of which no two blocks are alike.
fn content() -> Vec<u8> {
    (0_u64..30_000)
        .flat_map(|number| format!("{number:020}\n").into_bytes())
        .collect()
}

struct Ground {
    folder: tempfile::TempDir,
    rule: Rule,
    place: Place,
}

impl Ground {
    fn new() -> Self {
        let folder = tempfile::tempdir_in("/tmp").unwrap();
        fs::write(folder.path().join("app.log"), content()).unwrap();
        Self {
            folder,
            rule: Rule::of(10_000, 7),
            place: Place {
                day: 20_261_128,
                number: 1,
            },
        }
    }

    fn path(&self) -> PathBuf {
        self.folder.path().join("app.log")
    }

    fn work<'a>(&'a self, path: &'a Path) -> Work<'a> {
        Work::new(path, "app.log".into(), &self.rule, rustix_uid())
    }

    /// Everything up to the step at which a run was killed.
    fn killed_after(&self, steps: u32) -> Cut {
        let path = self.path();
        let work = self.work(&path);
        let log = Log::open(&path, true).unwrap();
        let note = work.note(&log, self.place).unwrap();
        let half = work.beside(self.place.half(work.name));
        let whole = work.beside(self.place.whole(work.name));
        if steps == 0 {
            fs::write(&half, b"").unwrap();
            return note;
        }
        log.compress(note.cut, &half, &mut |_| {}).unwrap();
        if steps > 1 {
            journal::write(&path, &Note::Cut(note.clone())).unwrap();
        }
        if steps > 2 {
            fs::rename(&half, &whole).unwrap();
        }
        if steps > 3 {
            log.cut(note.cut).unwrap();
        }
        note
    }

    fn settle(&self) -> Result<(), String> {
        let path = self.path();
        let (beside, _) = facts::beside(&path).unwrap();
        self.work(&path).settle(&beside)
    }

    fn names(&self) -> Vec<String> {
        let entries = fs::read_dir(self.folder.path()).unwrap();
        let mut names: Vec<String> = entries
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }

    fn all(&self) -> Vec<u8> {
        use std::io::Read as _;
        let mut all = Vec::new();
        if let Ok(archive) = fs::File::open(self.folder.path().join("app.log.20261128.gz")) {
            flate2::read::MultiGzDecoder::new(archive)
                .read_to_end(&mut all)
                .unwrap();
        }
        all.extend(fs::read(self.path()).unwrap());
        all
    }

    fn cuts(&self) -> bool {
        cut::works_in(self.folder.path(), 4096)
    }
}

fn rustix_uid() -> u32 {
    rustix::process::geteuid().as_raw()
}

#[test]
fn before_the_cut_the_log_keeps_everything_and_the_archive_goes() {
    for steps in 0..=3 {
        let ground = Ground::new();
        ground.killed_after(steps);
        assert_eq!(ground.settle(), Ok(()), "{steps}");
        assert_eq!(ground.names(), ["app.log"], "{steps}");
        assert_eq!(ground.all(), content(), "{steps}");
    }
}

#[test]
fn after_the_cut_the_archive_counts() {
    let ground = Ground::new();
    if !ground.cuts() {
        return;
    }
    let note = ground.killed_after(4);
    assert_eq!(ground.settle(), Ok(()));
    assert_eq!(ground.names(), ["app.log", "app.log.20261128.gz"]);
    assert_eq!(ground.all(), content());
    assert!(fs::metadata(ground.path()).unwrap().len() < note.len);
}

#[test]
fn what_the_writer_wrote_meanwhile_changes_nothing_of_that() {
    use std::io::Write as _;
    for steps in 2..=4 {
        let ground = Ground::new();
        if steps == 4 && !ground.cuts() {
            return;
        }
        ground.killed_after(steps);
        let mut log = fs::File::options()
            .append(true)
            .open(ground.path())
            .unwrap();
        log.write_all(&content()).unwrap();
        assert_eq!(ground.settle(), Ok(()), "{steps}");
        assert_eq!(ground.all(), [content(), content()].concat(), "{steps}");
    }
}

#[test]
fn a_log_that_others_replaced_or_emptied_costs_no_archive() {
    for replace in [true, false] {
        let ground = Ground::new();
        ground.killed_after(3);
        if replace {
            fs::rename(ground.path(), ground.folder.path().join("moved")).unwrap();
            fs::write(ground.path(), b"new\n").unwrap();
        } else {
            fs::write(ground.path(), b"").unwrap();
        }
        assert_eq!(ground.settle(), Ok(()));
        assert!(ground.names().contains(&"app.log.20261128.gz".to_owned()));
        assert_eq!(ground.settle(), Ok(()), "the note is gone");
    }
}

#[test]
fn an_archive_that_is_not_what_the_log_begins_with_is_never_removed() {
    let ground = Ground::new();
    ground.killed_after(3);
    let archive = ground.folder.path().join("app.log.20261128.gz");
    fs::write(&archive, b"something else").unwrap();
    assert_eq!(ground.settle(), Ok(()));
    assert!(archive.exists(), "it is not ours");
    // One of ours, but of something else.
    let ground = Ground::new();
    ground.killed_after(3);
    let mut bytes = content();
    bytes.truncate(20_000);
    bytes[3] = b'x';
    fs::write(ground.path(), [bytes, content()].concat()).unwrap();
    let _ = ground.settle();
    assert!(ground.folder.path().join("app.log.20261128.gz").exists());
}

#[test]
fn a_renamed_log_is_packed_once_whatever_was_done_before() {
    for killed in 0..3 {
        let ground = Ground::new();
        let path = ground.path();
        let work = ground.work(&path);
        let pending = work.beside(ground.place.pending(work.name));
        let Stands::File(stands) = rotation::at(&path) else {
            panic!("no log")
        };
        let note = Note::Rename(journal::Rename {
            inode: stands.which.inode,
            pending: journal::written(&ground.place.pending(work.name)),
        });
        journal::write(&path, &note).unwrap();
        fs::rename(&path, &pending).unwrap();
        fs::write(&path, b"").unwrap();
        let log = Log::open(&pending, false).unwrap();
        let len = content().len() as u64;
        let half = work.beside(ground.place.half(work.name));
        if killed > 0 {
            log.compress(len, &half, &mut |_| {}).unwrap();
        }
        if killed > 1 {
            fs::rename(&half, work.beside(ground.place.whole(work.name))).unwrap();
        }
        ground.settle().unwrap();
        let packed = work.pack(&pending, ground.place).unwrap();
        assert!(matches!(packed, Packed::Whole(_)), "{killed}");
        assert_eq!(ground.names(), ["app.log", "app.log.20261128.gz"]);
        assert_eq!(ground.all(), content());
    }
}

#[test]
fn a_log_that_a_power_cut_shortened_is_doubled_by_no_archive() {
    let ground = Ground::new();
    let note = ground.killed_after(3);
    let left = content().len() - 5_000;
    assert!(left as u64 > note.cut);
    fs::File::options()
        .write(true)
        .open(ground.path())
        .unwrap()
        .set_len(left as u64)
        .unwrap();
    assert_eq!(ground.settle(), Ok(()));
    assert_eq!(ground.names(), ["app.log"]);
    assert_eq!(ground.all(), &content()[..left]);
}

#[test]
fn what_others_called_like_our_archives_is_neither_packed_nor_removed() {
    let ground = Ground::new();
    let path = ground.path();
    for day in 1..=9 {
        fs::write(
            ground
                .folder
                .path()
                .join(format!("app.log.2026110{day}.gz")),
            b"theirs",
        )
        .unwrap();
    }
    fs::write(ground.folder.path().join("app.log.20260101"), b"mine").unwrap();
    let (beside, _) = facts::beside(&path).unwrap();
    assert_eq!(beside.archives.len(), 9);
    let work = ground.work(&path);
    assert_eq!(work.prune(&facts::made_by_us(&path, &beside)), 0);
    assert!(!work.renamed(&ground.folder.path().join("app.log.20260101")));
    assert_eq!(ground.names().len(), 11);
}
