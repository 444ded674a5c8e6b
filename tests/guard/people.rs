//! Where somebody is at work, nothing is undone.

use std::fs;
use std::os::unix::fs::symlink;
use std::time::Duration;

use mamori::model::healing::Standing;
use rustix::fs::{Mode, OFlags};

use super::{GOOD, Guarded, old, toml_string};
use crate::harness::Bench;

#[test]
fn nothing_is_undone_while_somebody_is_at_work() {
    let guarded = Guarded::ends();
    let home = guarded.bench.home();
    let waits = |why: &str| {
        let item = guarded.look();
        assert_eq!(item.standing, Standing::Waits, "{item:?}");
        assert!(item.text.contains(why), "{}", item.text);
        assert_eq!(guarded.read(), b"torn");
        assert_eq!(guarded.broken(), []);
    };
    fs::write(&guarded.path, "torn").unwrap();
    waits("it was changed a moment ago: looked at again in 2m");
    guarded.write("torn");
    for name in [
        ".a.conf.swp",
        ".a.conf.swo",
        "#a.conf#",
        ".a.conf.kate-swp",
        ".~lock.a.conf#",
    ] {
        let swap = home.join(name);
        fs::write(&swap, "").unwrap();
        waits(&format!("an editor has it open (`{name}`)"));
        fs::remove_file(swap).unwrap();
    }
    symlink("ann@host.1:2", home.join(".#a.conf")).unwrap();
    waits("an editor has it open (`.#a.conf`)");
    fs::remove_file(home.join(".#a.conf")).unwrap();
    // Another file of that content, moved here with its old time.
    fs::write(home.join("new"), "torn").unwrap();
    old(&home.join("new"));
    fs::rename(home.join("new"), &guarded.path).unwrap();
    waits("it was changed a moment ago");
    // What is empty is nobody's text, and a swap file that was left says nothing.
    fs::write(&guarded.path, "").unwrap();
    fs::write(home.join(".a.conf.swp"), "").unwrap();
    assert_eq!(guarded.look().standing, Standing::Healed);
    old(&home.join(".a.conf.swp"));
    guarded.write("torn");
    assert_eq!(guarded.look().standing, Standing::Healed);
}

#[test]
fn an_editor_that_has_it_open_is_waited_for() {
    let guarded = Guarded::ends();
    guarded.write("torn");
    symlink("/bin/sh", guarded.bench.home().join("vim")).unwrap();
    let mut editor = std::process::Command::new(guarded.bench.home().join("vim"))
        .args(["-c", "read x", "a.conf"])
        .current_dir(guarded.bench.home())
        .stdin(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    let until = std::time::Instant::now() + Duration::from_secs(60);
    let comm = format!("/proc/{}/comm", editor.id());
    while fs::read_to_string(&comm).unwrap() != "vim\n" {
        assert!(std::time::Instant::now() < until);
        std::thread::yield_now();
    }
    let item = guarded.look();
    let text = format!(
        "fails its validator; `vim` (pid {}) has it open: looked at again in 2m",
        editor.id()
    );
    assert_eq!((item.standing, item.text), (Standing::Waits, text));
    editor.kill().unwrap();
    editor.wait().unwrap();
    assert_eq!(guarded.look().standing, Standing::Healed);
}

#[test]
fn a_good_edit_in_the_midst_of_a_look_stands() {
    let bench = Bench::new();
    let path = bench.home().join("a.conf");
    // The validator is the editor: while it judges the vault's copy, the file
    // is mended by hand.
    let script = format!(
        "p={}; test \"$(tail -n 1 \"$1\")\" = end || exit 1; test \"$1\" = \"$p\" && exit 0; \
         test ! -e {}/edit || printf 'mine\\nend\\n' > \"$p\"",
        path.display(),
        bench.home().display(),
    )
    .replace('$', "$$");
    bench.configure(format!(
        "[[guard]]\npath = {}\nvalidate = [\"sh\", \"-c\", '''{script}''', \"sh\", \"{{path}}\"]\n",
        toml_string(path.to_str().unwrap())
    ));
    fs::write(&path, GOOD).unwrap();
    let guarded = Guarded { bench, path };
    assert_eq!(guarded.look().standing, Standing::Fine);
    fs::write(guarded.bench.home().join("edit"), "").unwrap();
    guarded.write("torn");
    let item = guarded.look();
    assert_eq!(guarded.read(), b"mine\nend\n", "{item:?}");
    assert_ne!(item.standing, Standing::Healed);
    assert_eq!(guarded.broken(), []);
    assert_eq!(guarded.look().text, "validates, kept as version 2");
}

#[test]
fn what_somebody_is_writing_is_not_replaced() {
    let guarded = Guarded::ends();
    for (content, matter) in [
        ("", "empty"),
        ("\0", "holds NUL bytes"),
        ("torn", "fails its validator"),
    ] {
        // As `( sleep 3; echo … ) > a.conf` does.
        let mut writer = std::process::Command::new("sh")
            .args([
                "-c",
                "exec > \"$1\"; printf \"$2\"; echo ready >&2; read x; printf 'mine\\nend\\n'",
                "sh",
            ])
            .arg(&guarded.path)
            .arg(content.replace('\0', "\\0"))
            .stdin(std::process::Stdio::piped())
            .stderr(std::process::Stdio::piped())
            .spawn()
            .unwrap();
        let mut ready = [0; 6];
        std::io::Read::read_exact(writer.stderr.as_mut().unwrap(), &mut ready).unwrap();
        old(&guarded.path);
        let item = guarded.look();
        let text = format!(
            "{matter}; a process (pid {}) has it open for writing: looked at again in 2m",
            writer.id()
        );
        assert_eq!((item.standing, item.text), (Standing::Waits, text));
        drop(writer.stdin.take());
        writer.wait().unwrap();
        assert_eq!(guarded.read(), format!("{content}mine\nend\n").as_bytes());
        guarded.write(GOOD);
    }
}

#[test]
fn what_is_missing_is_not_put_over_what_came_meanwhile() {
    let guarded = Guarded::ends();
    let around = guarded.bench.surroundings();
    let missing = {
        fs::remove_file(&guarded.path).unwrap();
        mamori::sys::guarded::look(&guarded.path, None)
    };
    let vault = mamori::rooms::guard::facts::shelf(&guarded.path, &around);
    let (version, good) = vault.newest().unwrap();
    fs::write(&guarded.path, "").unwrap();
    let put = mamori::sys::guarded::put(&guarded.path, &missing, &good, &version.facts, None);
    assert_eq!(put.unwrap(), mamori::sys::guarded::Put::Changed);
    assert_eq!(guarded.read(), b"");
}

#[test]
fn somebody_else_who_acts_on_it_is_waited_for() {
    let guarded = Guarded::ends();
    guarded.write("torn");
    let mut locks = fs::read_dir(guarded.bench.own("locks")).unwrap();
    let lock = locks.find_map(|entry| {
        let path = entry.unwrap().path();
        path.to_str().unwrap().contains("a.conf").then_some(path)
    });
    let lock = lock.unwrap();
    let held = rustix::fs::open(lock, OFlags::RDWR | OFlags::CLOEXEC, Mode::empty()).unwrap();
    rustix::fs::flock(&held, rustix::fs::FlockOperation::LockExclusive).unwrap();
    let item = guarded.look();
    assert_eq!(item.standing, Standing::Waits);
    assert!(item.text.ends_with("acts on it"), "{}", item.text);
    drop(held);
    assert_eq!(guarded.look().standing, Standing::Healed);
}
