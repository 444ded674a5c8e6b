use std::os::unix::fs::symlink;

use super::*;

#[test]
fn what_was_edited_since_it_was_judged_stands() {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("a");
    fs::write(&path, "broken").unwrap();
    let judged = look(&path, None);
    let facts = Facts {
        mode: 0o640,
        ..Facts::default()
    };
    for edit in ["mended", ""] {
        fs::write(&path, edit).unwrap();
        let put = put(&path, &judged, b"good", &facts, None).unwrap();
        assert_eq!(
            (put, fs::read_to_string(&path).unwrap().as_str()),
            (Put::Changed, edit)
        );
    }
    // Not even one that makes a link of it, or removes it.
    fs::remove_file(&path).unwrap();
    assert_eq!(
        put(&path, &judged, b"good", &facts, None).unwrap(),
        Put::Changed
    );
    assert!(!path.exists());
    fs::write(home.path().join("b"), "broken").unwrap();
    symlink("b", &path).unwrap();
    assert_eq!(
        put(&path, &judged, b"good", &facts, None).unwrap(),
        Put::Changed
    );
    assert_eq!(fs::read_dir(home.path()).unwrap().count(), 2);
}

#[test]
fn a_link_stays_a_link_and_a_lost_one_is_found_again() {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("a");
    symlink("b", &path).unwrap();
    let dangling = look(&path, None);
    assert_eq!(dangling.stands, Stands::Missing);
    assert_eq!(
        put(&path, &dangling, b"good", &Facts::default(), None).unwrap(),
        Put::Done
    );
    assert_eq!(fs::read_link(&path).unwrap(), Path::new("b"));
    fs::remove_file(&path).unwrap();
    let lost = look(&path, Some(Path::new("b")));
    assert_eq!(lost.lost_link.as_deref(), Some(Path::new("b")));
    link_anew(&path, &lost).unwrap();
    assert_eq!(fs::read(&path).unwrap(), b"good");
    fs::remove_file(&path).unwrap();
    let gone = look(&path, Some(Path::new("gone/b")));
    assert_eq!(
        (gone.lost_link, gone.target, gone.stands),
        (None, path, Stands::Missing)
    );
}

#[test]
fn what_is_no_file_is_told() {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("a");
    symlink("a", &path).unwrap();
    let told = |path: &Path| match look(path, None).stands {
        Stands::Unfit(why) => why,
        other => format!("{other:?}"),
    };
    assert_eq!(told(&path), "its links lead round in a circle");
    assert_eq!(told(home.path()), "it is a folder");
    assert_eq!(told(Path::new("/dev/null")), "it is no regular file");
    let large = home.path().join("large");
    fs::write(&large, vec![b'x'; LARGEST + 1]).unwrap();
    assert_eq!(told(&large), "it has more than 1 MB");
    assert_eq!(told(&large.join("x")), "Nowhere");
}
