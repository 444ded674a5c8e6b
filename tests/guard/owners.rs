//! Root looks after root's files alone, and no way is gone that others bend.

use std::fs;
use std::os::unix::fs::{MetadataExt as _, chown, symlink};
use std::path::Path;

use mamori::config;
use mamori::model::healing::{Item, Standing, Terms};
use mamori::model::time::Timestamp;
use mamori::rooms::guard;
use mamori::sys::clock;

use super::{GOOD, Guarded, old};
use crate::harness::{Bench, mode, root};

const NOBODY: u32 = 65_534;
const ANOTHERS: &str = "not guarded: a file of another user: run mamori as them";

fn wrong(item: &Item, text: &str) {
    assert_eq!((item.standing, item.text.as_str()), (Standing::Wrong, text));
    assert_eq!(item.change, None);
}

/// As an hour from now, when nobody has it in hand any more.
fn later(guarded: &Guarded) -> Item {
    let around = guarded.bench.surroundings();
    let config = config::load(&around).unwrap();
    let now = Timestamp(clock::now().0 + 3_600);
    let mut all = guard::look_after_at(&around, &config, &Terms::default(), now);
    all.remove(0).item
}

/// Root guards a file in a folder that is nobody's.
fn anns() -> Guarded {
    let bench = Bench::new();
    mode(bench.home(), 0o755);
    let folder = bench.home().join("ann");
    let path = folder.join(".profile");
    fs::create_dir(&folder).unwrap();
    fs::write(&path, GOOD).unwrap();
    let seen = bench.home().join("seen");
    bench.configure(format!(
        "[[guard]]\npath = \"{}\"\nvalidate = [\"sh\", \"-c\", \"touch {}\", \"{{path}}\"]\n",
        path.display(),
        seen.display()
    ));
    Guarded { bench, path }
}

#[test]
fn root_does_not_look_after_the_files_of_others() {
    if !root("files of others") {
        return;
    }
    let guarded = anns();
    let seen = guarded.bench.home().join("seen");
    chown(&guarded.path, Some(NOBODY), None).unwrap();
    wrong(&guarded.look(), ANOTHERS);
    chown(guarded.path.parent().unwrap(), Some(NOBODY), None).unwrap();
    wrong(&guarded.look(), ANOTHERS);
    // Not even root's in their folder: they could put another there.
    chown(&guarded.path, Some(0), None).unwrap();
    wrong(&guarded.look(), ANOTHERS);
    assert_eq!(guarded.kept(), []);
    assert!(!seen.exists(), "it was validated");
}

#[test]
fn what_was_kept_of_anothers_file_never_becomes_roots() {
    if !root("files of others") {
        return;
    }
    // A version from before that was not kept, with a link put in its place.
    let guarded = anns();
    let folder = guarded.path.parent().unwrap().to_owned();
    assert_eq!(guarded.look().standing, Standing::Fine);
    let preload = guarded.bench.home().join("ld.so.preload");
    let roots = guarded.bench.home().join("roots");
    fs::write(&roots, "").unwrap();
    chown(&folder, Some(NOBODY), None).unwrap();
    for target in [&preload, &roots] {
        fs::remove_file(&guarded.path).unwrap();
        symlink(target, &guarded.path).unwrap();
        std::os::unix::fs::lchown(&guarded.path, Some(NOBODY), None).unwrap();
        wrong(&guarded.look(), ANOTHERS);
        let by_hand = guarded
            .bench
            .mamori(&["vault", "restore", guarded.path.to_str().unwrap()]);
        assert_eq!(by_hand.code, Some(3), "{by_hand:?}");
    }
    assert!(!preload.exists());
    assert_eq!(fs::read(&roots).unwrap(), b"");
    // As an older build kept it: theirs, without its place.
    chown(&folder, Some(0), None).unwrap();
    let kept = guarded.kept();
    let (facts, text) = kept
        .iter()
        .find(|(path, _)| path.extension().is_some())
        .unwrap();
    let text = String::from_utf8_lossy(text).replace("\"uid\":0", "\"uid\":65534");
    fs::write(facts, text).unwrap();
    fs::remove_file(&guarded.path).unwrap();
    let why = "missing; its owner is another than when it was good; nothing was changed";
    wrong(&guarded.look(), why);
    assert!(!guarded.path.exists());
}

#[test]
fn a_folder_that_others_may_write_to_is_on_no_way() {
    let guarded = Guarded::ends();
    let home = guarded.bench.home();
    let folder = home.join("open");
    fs::create_dir(&folder).unwrap();
    fs::rename(&guarded.path, folder.join("a")).unwrap();
    symlink("open/a", &guarded.path).unwrap();
    let stands = guarded.look();
    assert_eq!(stands.standing, Standing::Fine, "{stands:?}");
    guarded.write("torn");
    mode(&folder, 0o777);
    let text = format!(
        "not guarded: others may write to `{}`, which is on its way",
        folder.display()
    );
    wrong(&guarded.look(), &text);
    // Where only owners may move things, as in /tmp, it is as good as elsewhere.
    mode(&folder, 0o1777);
    let healed = guarded.look();
    assert_eq!(healed.standing, Standing::Healed, "{healed:?}");
    if root("a file of another user in a folder for all") {
        guarded.write("torn");
        chown(folder.join("a"), Some(NOBODY), None).unwrap();
        wrong(&guarded.look(), ANOTHERS);
    }
}

#[test]
fn what_was_good_elsewhere_is_not_put_here() {
    let guarded = Guarded::ends();
    let home = guarded.bench.home();
    let other = home.join("other");
    fs::write(&other, "a file of its own\n").unwrap();
    old(&other);
    fs::remove_file(&guarded.path).unwrap();
    symlink("other", &guarded.path).unwrap();
    let why = "its path leads to another place than when it was good; nothing was changed";
    wrong(&later(&guarded), &format!("fails its validator; {why}"));
    let by_hand = guarded
        .bench
        .mamori(&["vault", "restore", guarded.path.to_str().unwrap()]);
    assert_eq!(by_hand.code, Some(3), "{by_hand:?}");
    assert_eq!(fs::read(&other).unwrap(), b"a file of its own\n");
    assert_eq!(guarded.broken(), []);
    // Nothing at the end of it is no better.
    fs::remove_file(&other).unwrap();
    wrong(&guarded.look(), &format!("missing; {why}"));
    assert!(!other.exists());
    // What is right there is known from then on.
    fs::write(&other, GOOD).unwrap();
    assert_eq!(guarded.look().standing, Standing::Fine);
    fs::remove_file(&other).unwrap();
    assert_eq!(guarded.look().standing, Standing::Healed);
    assert_eq!(fs::read_link(&guarded.path).unwrap(), Path::new("other"));
}

#[cfg(target_os = "linux")]
#[test]
fn extended_attributes_come_along() {
    use rustix::fs::{XattrFlags, getxattr, setxattr};
    let guarded = Guarded::ends();
    guarded.write("torn");
    let set = setxattr(&guarded.path, "user.a", b"value", XattrFlags::empty());
    if set.is_err() {
        return; // This disk has none.
    }
    let before = fs::metadata(&guarded.path).unwrap().ino();
    assert_eq!(guarded.look().standing, Standing::Healed);
    assert_ne!(fs::metadata(&guarded.path).unwrap().ino(), before);
    let mut value = [0_u8; 16];
    let length = getxattr(&guarded.path, "user.a", &mut value[..]).unwrap();
    assert_eq!(&value[..length], b"value");
}
