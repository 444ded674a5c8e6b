//! Guarded files: what breaks comes back, what somebody edits does not, and
//! where the validator is at fault nothing is touched.

mod corruption;
mod owners;
mod people;
mod services;
mod vault;

use std::fs::{self, File};
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, symlink};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use mamori::config;
use mamori::model::healing::{Item, Standing, Terms};
use mamori::rooms::guard::{self, Outcome};
use rustix::fs::Mode;

use crate::harness::{Bench, mode};

/// Two lines between `begin` and `end`.
const GOOD: &str = "begin\npassword = hunter2\nend\n";
/// Its validator: a command.
const ENDS: &str =
    "validate = [\"sh\", \"-c\", 'test \"$(tail -n 1 \"$1\")\" = end', \"sh\", \"{path}\"]";

/// A home with one guarded file.
pub struct Guarded {
    pub bench: Bench,
    pub path: PathBuf,
}

impl Guarded {
    pub fn new(name: &str, validator: &str, good: &[u8]) -> Self {
        let bench = Bench::new();
        let path = bench.home().join(name);
        let quoted = toml_string(&path.to_str().unwrap().replace('$', "$$"));
        bench.configure(format!("[[guard]]\npath = {quoted}\n{validator}\n"));
        fs::write(&path, good).unwrap();
        mode(&path, 0o640);
        let guarded = Self { bench, path };
        let item = guarded.look();
        assert_eq!(item.text, "validates, kept as version 1");
        guarded
    }

    pub fn ends() -> Self {
        Self::new("a.conf", ENDS, GOOD.as_bytes())
    }

    pub fn outcomes(&self, terms: &Terms) -> Vec<Outcome> {
        let around = self.bench.surroundings();
        guard::look_after(&around, &config::load(&around).unwrap(), terms)
    }

    pub fn look(&self) -> Item {
        self.outcomes(&Terms::default()).remove(0).item
    }

    /// Writes something into the file, long ago.
    pub fn write(&self, bytes: impl AsRef<[u8]>) {
        fs::write(&self.path, bytes).unwrap();
        old(&self.path);
    }

    pub fn read(&self) -> Vec<u8> {
        fs::read(&self.path).unwrap()
    }

    /// All that is kept of the file, by name.
    pub fn kept(&self) -> Vec<(PathBuf, Vec<u8>)> {
        let mut all = Vec::new();
        let mut folders = vec![self.bench.own("vault")];
        let ours = |path: &Path| !path.to_str().unwrap().contains("/config.toml-");
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder).into_iter().flatten() {
                let path = entry.unwrap().path();
                let found = fs::symlink_metadata(&path).unwrap().permissions().mode() & 0o777;
                if path.is_dir() {
                    assert_eq!(found, 0o700, "{}", path.display());
                    folders.push(path);
                } else {
                    assert_eq!(found, 0o600, "{}", path.display());
                    all.push((path.clone(), fs::read(path).unwrap()));
                }
            }
        }
        all.retain(|(path, _)| ours(path));
        all.sort();
        all
    }

    /// The copies of what was broken, and their differences.
    pub fn broken(&self) -> Vec<(PathBuf, Vec<u8>)> {
        let mut kept = self.kept();
        kept.retain(|(path, _)| path.parent().unwrap().ends_with("broken"));
        kept
    }
}

/// A text without how old versions are.
pub fn ageless(text: &str) -> String {
    let Some((before, after)) = text.split_once(" old") else {
        return text.to_owned();
    };
    let (before, _) = before.rsplit_once(", ").unwrap();
    before.to_owned() + &ageless(after)
}

/// Sets a file's time of writing back by an hour.
pub fn old(path: &Path) {
    let hour = SystemTime::now() - Duration::from_secs(3_600);
    File::open(path).unwrap().set_modified(hour).unwrap();
}

pub fn toml_string(text: &str) -> String {
    serde_json::to_string(text).unwrap()
}

#[test]
fn a_broken_file_comes_back_with_its_mode_and_what_broke_it_is_kept() {
    let guarded = Guarded::ends();
    guarded.write("begin\npassword = hunter3\nen");
    mode(&guarded.path, 0o600);
    let item = guarded.look();
    assert_eq!(item.standing, Standing::Healed);
    assert!(
        ageless(&item.text).starts_with("fails its validator: restored version 1; the broken copy is `~/.miyabi/mamori/vault/a.conf-"),
        "{}",
        item.text
    );
    let change = item.change.unwrap();
    assert_eq!(change.verb, "restored");
    assert_eq!(change.before, "fails its validator, 27 bytes");
    assert_eq!(ageless(&change.after), "version 1, 29 bytes");
    assert_eq!(guarded.read(), GOOD.as_bytes());
    let meta = fs::metadata(&guarded.path).unwrap();
    assert_eq!(meta.mode() & 0o7777, 0o640);
    let broken = guarded.broken();
    let [(_, copy), (_, diff)] = &broken[..] else {
        panic!("{broken:?}")
    };
    assert_eq!(copy, b"begin\npassword = hunter3\nen");
    let diff = String::from_utf8_lossy(diff);
    assert!(
        diff.contains("\n begin\n-(hidden") && !diff.contains("hunter"),
        "{diff}"
    );
    assert!(!item.public.contains("hunter") && !item.text.contains("hunter"));
    // Nothing is left to do, and no other file stands beside it.
    assert_eq!(guarded.look().text, "validates, as version 1");
    let names = fs::read_dir(guarded.bench.home()).unwrap().count();
    assert_eq!(names, 3, "the file, .config and .miyabi");
}

#[test]
fn what_changed_rightly_is_kept_and_only_the_last_ten() {
    let guarded = Guarded::ends();
    for number in 2..=14 {
        // A moment ago: that is no matter, for it validates.
        fs::write(&guarded.path, format!("{number}\nend\n")).unwrap();
        let item = guarded.look();
        let text = format!("validates, kept as version {number}");
        assert_eq!((item.standing, item.text), (Standing::Fine, text));
    }
    let list = guarded.bench.mamori(&["vault", "list", "--json"]).json();
    let versions = list["files"][1]["versions"].as_array().unwrap();
    assert_eq!(versions.len(), 10);
    assert_eq!(versions[0]["version"], 5);
    guarded.write("torn");
    assert_eq!(guarded.look().standing, Standing::Healed);
    assert_eq!(guarded.read(), b"14\nend\n");
}

#[test]
fn a_validator_that_is_broken_itself_changes_nothing() {
    let guarded = Guarded::ends();
    let flag = guarded.bench.home().join("flag");
    let needs = format!(
        "validate = [\"sh\", \"-c\", 'test -e {} && test \"$(tail -n 1 \"$1\")\" = end', \"sh\", \"{{path}}\"]",
        flag.display()
    );
    let configure = |validator: &str| {
        let path = toml_string(guarded.path.to_str().unwrap());
        guarded
            .bench
            .configure(format!("[[guard]]\npath = {path}\n{validator}\n"));
    };
    let before = guarded.kept();
    let unchanged = |content: &str| {
        let item = guarded.look();
        assert_eq!(item.standing, Standing::Wrong, "{item:?}");
        assert!(
            item.text
                .contains("its validator, or what that needs, is broken"),
            "{}",
            item.text
        );
        assert!(item.text.ends_with("nothing was changed") && item.change.is_none());
        assert_eq!(guarded.read(), content.as_bytes());
        assert_eq!(guarded.kept(), before);
        item
    };
    // What it needs is gone: it takes neither the file nor the vault's copy.
    configure(&needs);
    unchanged(GOOD);
    guarded.write("torn");
    unchanged("torn");
    for (validator, why) in [
        (
            "validate = [\"/nonexistent\", \"{path}\"]",
            "`/nonexistent` is not there",
        ),
        (
            "validate = [\"sh\", \"-c\", \"exec nonexistent\", \"{path}\"]",
            "could not run what it needs",
        ),
        (
            "validate = [\"sh\", \"-c\", \"kill -9 $$$$\", \"{path}\"]",
            "was ended by a signal",
        ),
    ] {
        configure(validator);
        let item = unchanged("torn");
        assert!(item.text.contains(why), "{}", item.text);
        assert!(!item.public.contains(why));
    }
    // With what it needs, it is mended.
    configure(&needs);
    fs::write(&flag, "").unwrap();
    assert_eq!(guarded.look().standing, Standing::Healed);
    assert_eq!(guarded.read(), GOOD.as_bytes());
}

#[test]
fn what_is_accepted_elsewhere_but_not_in_its_place_is_put_back() {
    let guarded = Guarded::ends();
    let path = toml_string(guarded.path.to_str().unwrap());
    let elsewhere = format!(
        "validate = [\"sh\", \"-c\", 'test \"$1\" != {}', \"sh\", \"{{path}}\"]",
        guarded.path.display()
    );
    guarded
        .bench
        .configure(format!("[[guard]]\npath = {path}\n{elsewhere}\n"));
    guarded.write("torn");
    mode(&guarded.path, 0o604);
    let before = fs::metadata(&guarded.path).unwrap();
    let item = guarded.look();
    assert_eq!(item.standing, Standing::Wrong);
    assert_eq!(item.change.unwrap().verb, "tried");
    assert_eq!(guarded.read(), b"torn");
    let after = fs::metadata(&guarded.path).unwrap();
    assert_eq!(
        (before.mode(), before.mtime()),
        (after.mode(), after.mtime())
    );
}

#[test]
fn a_dry_run_tells_and_changes_nothing() {
    let guarded = Guarded::ends();
    guarded.write("torn");
    let before = guarded.kept();
    let terms = Terms {
        dry_run: true,
        ..Terms::default()
    };
    let item = guarded.outcomes(&terms).remove(0).item;
    assert_eq!(item.standing, Standing::Planned);
    assert_eq!(
        ageless(&item.text),
        "fails its validator; to do: restore version 1"
    );
    fs::write(&guarded.path, "new\nend\n").unwrap();
    let item = guarded.outcomes(&terms).remove(0).item;
    assert_eq!(
        (item.standing, item.text.as_str()),
        (Standing::Fine, "validates; to be kept")
    );
    assert_eq!(guarded.kept(), before);
}

#[test]
fn the_hours_actions_are_bounded() {
    let guarded = Guarded::ends();
    guarded.write("torn");
    let mut terms = Terms::default();
    let check = format!("config:{}", guarded.path.display());
    terms.acted.insert(check, 30);
    let item = guarded.outcomes(&terms).remove(0).item;
    assert_eq!(item.standing, Standing::Wrong);
    assert_eq!(
        item.text,
        "fails its validator; it was acted upon 30 times within an hour"
    );
    assert_eq!(guarded.read(), b"torn");
}

#[test]
fn what_is_not_guarded_says_why_and_nothing_of_it_is_copied() {
    let guarded = Guarded::ends();
    let before = guarded.kept();
    let refused = |why: &str| {
        let item = guarded.look();
        assert_eq!(
            (item.standing, item.text),
            (Standing::Wrong, format!("not guarded: {why}"))
        );
        assert_eq!(guarded.kept(), before);
    };
    guarded.write("-----BEGIN OPENSSH PRIVATE KEY-----\nx\nend\n");
    refused("it holds a private key, which is never copied");
    guarded.write("x".repeat(1_000_001) + "\nend\n");
    refused("it has more than 1 MB");
    fs::remove_file(&guarded.path).unwrap();
    rustix::fs::mknodat(
        rustix::fs::CWD,
        &guarded.path,
        rustix::fs::FileType::Fifo,
        Mode::RUSR,
        0,
    )
    .unwrap();
    refused("it is no regular file");
    fs::remove_file(&guarded.path).unwrap();
    fs::create_dir(&guarded.path).unwrap();
    refused("it is a folder");
}

#[test]
fn without_a_good_version_nothing_can_be_done() {
    let bench = Bench::new();
    let path = bench.home().join("a.conf");
    let quoted = toml_string(path.to_str().unwrap());
    bench.configure(format!("[[guard]]\npath = {quoted}\n{ENDS}\n"));
    let guarded = Guarded { bench, path };
    let told = |text: &str, standing| {
        let item = guarded.look();
        assert_eq!((item.text.as_str(), item.standing), (text, standing));
        assert_eq!(guarded.kept(), []);
    };
    told("missing and no good version is known", Standing::Wrong);
    guarded.write("torn");
    told(
        "fails its validator and no good version is known",
        Standing::Wrong,
    );
    guarded.write("\0\nend\n");
    told(
        "holds NUL bytes; its validator accepts that, and it is not kept",
        Standing::Left,
    );
}

#[test]
fn names_may_hold_anything() {
    use std::os::unix::ffi::OsStrExt as _;
    for name in [
        "a b",
        "it's \"$x\" `y`",
        ".dot",
        "-rf",
        "--",
        "守り設定",
        "*?[x]{path}",
    ] {
        let guarded = Guarded::new(name, ENDS, GOOD.as_bytes());
        guarded.write("torn");
        assert_eq!(guarded.look().standing, Standing::Healed, "{name}");
        assert_eq!(guarded.read(), GOOD.as_bytes());
    }
    // Others cannot stand in the configuration; what a link leads to may have them.
    for name in [&b"\xff\xfe"[..], b"new\nline"] {
        let guarded = Guarded::ends();
        let home = guarded.bench.home();
        let target = home.join(std::ffi::OsStr::from_bytes(name));
        fs::rename(&guarded.path, &target).unwrap();
        symlink(&target, &guarded.path).unwrap();
        assert_eq!(guarded.look().text, "validates, as version 1");
        guarded.write("torn");
        assert_eq!(guarded.look().standing, Standing::Healed);
        assert_eq!(fs::read_link(&guarded.path).unwrap(), target);
        fs::remove_file(&guarded.path).unwrap();
        assert_eq!(guarded.look().standing, Standing::Healed);
        assert_eq!(fs::read_link(&guarded.path).unwrap(), target);
    }
}
