//! A day later: what leaves the trash for good, and what does not.

use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::Path;

use mamori::model::healing::{Item, Standing, Terms};
use serde_json::Value;

use super::ground::{DAY, Ground, age, file, folder, names, try_age};
use crate::harness::{mode, root};

/// Makes a trash look as if it had been made so long ago, in another boot.
pub fn backdate(trash: &Path, seconds: i64) {
    try_backdate(trash, seconds).unwrap();
}

/// The same, where somebody may take it away meanwhile.
pub fn try_backdate(trash: &Path, seconds: i64) -> Option<()> {
    let manifest = trash.join("manifest");
    let text = fs::read_to_string(&manifest).ok()?;
    let at = mamori::model::time::Timestamp(mamori::sys::clock::now().0 - seconds);
    let lines = text.lines().map(|line| {
        let mut line: Value = serde_json::from_str(line).ok()?;
        if line.get("number").is_some() {
            line["at"] = at.rfc3339().into();
            line["boot"] = "another".into();
        }
        Some(line.to_string() + "\n")
    });
    let lines: Option<String> = lines.collect();
    fs::write(&manifest, lines?).ok()?;
    try_age(&manifest, seconds).ok()?;
    try_age(trash, seconds).ok()
}

/// A ground with one trash in which two units lie.
fn trashed() -> Ground {
    let ground = Ground::new();
    file(&ground.at("abc-1"), 8 * DAY);
    for name in ["a", "b/c", "b/.d"] {
        file(&ground.at(&format!("abc-2/{name}")), 8 * DAY);
    }
    symlink("/etc", ground.at("abc-2/b/link")).unwrap();
    ground.age_all("abc-2", 8 * DAY);
    assert_eq!(ground.one().text, "moved 2 to trash: 5 files, 8 B");
    ground
}

/// The item of the only trash, if there is one.
fn of_trash(ground: &Ground, terms: &Terms) -> Option<Item> {
    let mut items = ground.run(terms);
    let last = items.pop().unwrap();
    assert_eq!(last.standing, Standing::Fine, "{last:?}");
    assert!(items.len() < 2, "{items:?}");
    items.pop()
}

fn told(ground: &Ground) -> Option<(Standing, String)> {
    of_trash(ground, &Terms::default()).map(|item| (item.standing, item.text))
}

fn says(standing: Standing, text: &str) -> (Standing, String) {
    (standing, text.to_owned())
}

#[test]
fn after_a_day_it_is_purged_and_not_before() {
    let ground = trashed();
    let trash = ground.trash();
    let permissions = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o7777;
    assert_eq!(permissions(&trash), 0o700);
    assert_eq!(permissions(&trash.join("manifest")), 0o600);
    assert_eq!(told(&ground), None);
    // The folder's times alone can be set by anybody's clock.
    age(&trash, 2 * DAY);
    age(&trash.join("manifest"), 2 * DAY);
    assert_eq!(told(&ground), None);
    backdate(&trash, DAY - 60);
    assert_eq!(told(&ground), None);
    backdate(&trash, DAY + 60);
    age(&trash, DAY - 60);
    assert_eq!(told(&ground), None);
    backdate(&trash, DAY + 60);
    let dry = Terms {
        dry_run: true,
        ..Terms::default()
    };
    let before = ground.snapshot();
    let item = of_trash(&ground, &dry).unwrap();
    assert_eq!(item.standing, Standing::Planned);
    assert_eq!(item.text, "would purge 2: 5 files, 8 B");
    assert_eq!(ground.snapshot(), before);
    let item = of_trash(&ground, &Terms::default()).unwrap();
    assert_eq!(item.standing, Standing::Healed);
    assert_eq!(item.subject, trash.to_str().unwrap());
    assert_eq!(item.text, "purged 2: 5 files, 8 B");
    assert_eq!(item.change.unwrap().verb, "purged");
    assert!(names(&ground.folder()).is_empty());
    assert!(Path::new("/etc/passwd").exists());
}

#[test]
fn a_purge_that_was_cut_short_goes_on() {
    let ground = trashed();
    let trash = ground.trash();
    fs::remove_file(trash.join("1")).unwrap();
    fs::remove_dir_all(trash.join("2/b")).unwrap();
    backdate(&trash, 2 * DAY);
    assert_eq!(
        told(&ground),
        Some(says(Standing::Healed, "purged 1: 1 file, 2 B"))
    );
    // Ended before the manifest was written, or after it was removed.
    let empty = ground.at(".mamori-trash-empty");
    folder(&empty, 0);
    mode(&empty, 0o700);
    assert_eq!(told(&ground), None);
    assert!(empty.exists());
    age(&empty, 2 * DAY);
    assert_eq!(told(&ground), None);
    assert!(!empty.exists());
}

#[test]
fn what_does_not_fit_its_manifest_is_left_and_told() {
    let left = |why: &str| Some(says(Standing::Left, &format!("not purged: {why}")));
    let ground = trashed();
    let trash = ground.trash();
    file(&trash.join("mine"), 2 * DAY);
    backdate(&trash, 2 * DAY);
    assert_eq!(
        told(&ground),
        left("it holds what its manifest does not list")
    );
    fs::remove_file(trash.join("mine")).unwrap();
    file(&trash.join("3"), 2 * DAY);
    backdate(&trash, 2 * DAY);
    assert_eq!(
        told(&ground),
        left("it holds what its manifest does not list")
    );
    fs::remove_file(trash.join("3")).unwrap();
    mode(&trash, 0o750);
    assert_eq!(told(&ground), left("others may enter it"));
    mode(&trash, 0o700);
    let manifest = fs::read_to_string(trash.join("manifest")).unwrap();
    fs::write(trash.join("manifest"), &manifest[..20]).unwrap();
    assert_eq!(told(&ground), left("it has no manifest that can be read"));
    fs::remove_file(trash.join("manifest")).unwrap();
    assert_eq!(told(&ground), left("it has no manifest that can be read"));
    fs::write(trash.join("real"), &manifest).unwrap();
    symlink("real", trash.join("manifest")).unwrap();
    assert_eq!(told(&ground), left("it has no manifest that can be read"));
    fs::rename(trash.join("real"), trash.join("manifest")).unwrap();
    // A copy is nobody's trash.
    let copy = ground.at(".mamori-trash-copy");
    let copied = std::process::Command::new("cp")
        .arg("-a")
        .args([&trash, &copy])
        .status();
    assert!(copied.unwrap().success());
    fs::rename(&trash, ground.bench.home().join("elsewhere")).unwrap();
    assert_eq!(told(&ground), left("its manifest is of another folder"));
    fs::remove_dir_all(&copy).unwrap();
    // A link is no trash.
    symlink(
        ground.bench.home().join("elsewhere"),
        ground.at(".mamori-trash-link"),
    )
    .unwrap();
    assert_eq!(told(&ground), None);
    assert_eq!(names(&ground.bench.home().join("elsewhere")).len(), 3);
}

#[test]
fn what_was_exchanged_or_is_held_is_never_purged() {
    let kept = "1 was exchanged while it was moved and is kept: look at it, then remove it by hand";
    let ground = trashed();
    let trash = ground.trash();
    fs::rename(trash.join("1"), trash.join("1-held")).unwrap();
    assert_eq!(told(&ground), Some(says(Standing::Wrong, kept)));
    backdate(&trash, 2 * DAY);
    let text = format!("purged 1: 4 files, 6 B; {kept}");
    assert_eq!(told(&ground), Some(says(Standing::Wrong, &text)));
    assert_eq!(names(&trash), ["1-held", "manifest"]);
    let ground = trashed();
    let trash = ground.trash();
    fs::rename(trash.join("1"), ground.bench.home().join("first")).unwrap();
    file(&trash.join("1"), 8 * DAY);
    backdate(&trash, 2 * DAY);
    assert_eq!(told(&ground), Some(says(Standing::Wrong, &text)));
    assert_eq!(fs::read(trash.join("1")).unwrap(), b"x\n");
}

#[test]
fn what_somebody_uses_or_wrote_to_in_the_trash_is_left() {
    let ground = trashed();
    let trash = ground.trash();
    backdate(&trash, 2 * DAY);
    let open = fs::File::open(trash.join("2/b/c")).unwrap();
    file(&trash.join("1"), DAY);
    age(&trash, 2 * DAY);
    assert_eq!(
        told(&ground),
        Some(says(Standing::Left, "2 left: 1 in use, 1 written to since"))
    );
    drop(open);
    assert_eq!(
        told(&ground),
        Some(says(
            Standing::Healed,
            "purged 1: 4 files, 6 B; 1 left: 1 written to since"
        ))
    );
    assert_eq!(fs::read(trash.join("1")).unwrap(), b"x\n");
}

#[test]
fn a_hard_link_loses_its_name_and_nothing_else() {
    let ground = Ground::new();
    let victim = ground.bench.home().join("victim");
    file(&victim, 8 * DAY);
    mode(&victim, 0o640);
    folder(&ground.at("abc-1"), 0);
    fs::hard_link(&victim, ground.at("abc-1/link")).unwrap();
    age(&ground.at("abc-1"), 8 * DAY);
    assert_eq!(ground.one().standing, Standing::Healed);
    backdate(&ground.trash(), 2 * DAY);
    assert_eq!(
        told(&ground),
        Some(says(Standing::Healed, "purged 1: 1 file, 2 B"))
    );
    assert_eq!(fs::read(&victim).unwrap(), b"x\n");
    let meta = fs::metadata(&victim).unwrap();
    assert_eq!(meta.permissions().mode() & 0o7777, 0o640);
}

#[test]
fn another_users_trash_is_none_of_ours() {
    if !root("files of another user") {
        return;
    }
    let ground = trashed();
    let trash = ground.trash();
    backdate(&trash, 2 * DAY);
    std::os::unix::fs::chown(&trash, Some(1), Some(1)).unwrap();
    age(&trash, 2 * DAY);
    assert_eq!(told(&ground), None);
    assert_eq!(names(&trash).len(), 3);
}

#[test]
fn folders_without_a_right_to_write_are_purged_too() {
    let ground = Ground::new();
    file(&ground.at("abc-1/modules/a"), 8 * DAY);
    ground.age_all("abc-1", 8 * DAY);
    mode(&ground.at("abc-1/modules"), 0o555);
    assert_eq!(ground.one().standing, Standing::Healed);
    backdate(&ground.trash(), 2 * DAY);
    assert_eq!(
        told(&ground),
        Some(says(Standing::Healed, "purged 1: 1 file, 2 B"))
    );
}

#[test]
fn what_was_brought_back_stays_for_as_long_as_it_may_be_old() {
    let ground = trashed();
    let trash = ground.trash();
    // Its ctime is told in seconds.
    let second = || {
        let now = std::time::SystemTime::now();
        now.duration_since(std::time::UNIX_EPOCH).unwrap().as_secs()
    };
    let moved = second();
    crate::harness::until("the next second", || second() > moved);
    fs::rename(trash.join("1"), ground.at("abc-1")).unwrap();
    let left = |ground: &Ground| {
        let item = ground.run(&Terms::default()).pop().unwrap();
        assert_eq!(item.standing, Standing::Left, "{item:?}");
        assert_eq!(item.text, "1 left: 1 brought back from the trash");
        assert!(ground.at("abc-1").exists());
    };
    left(&ground);
    // The rest is purged a day later; what was brought back is known still.
    backdate(&trash, 2 * DAY);
    let item = ground.run(&Terms::default()).remove(0);
    assert_eq!(item.change.unwrap().verb, "purged", "{}", item.text);
    assert!(!trash.join("2").exists() && trash.join("manifest").exists());
    left(&ground);
    // Another of that name was not.
    file(&ground.at("new"), 8 * DAY);
    fs::rename(ground.at("new"), ground.at("abc-1")).unwrap();
    let item = ground.run(&Terms::default()).pop().unwrap();
    assert_eq!(item.standing, Standing::Healed, "{item:?}");
    assert!(!ground.at("abc-1").exists());
    backdate(&trash, 2 * DAY);
    ground.run(&Terms::default());
    assert!(!trash.exists());
}
