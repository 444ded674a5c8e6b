//! Whose configuration is read, and what is said of one that cannot be.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::fs::{chown, symlink};
use std::path::Path;

use crate::harness::{Bench, mode};

/// A user that owns nothing of ours.
const NOBODY: u32 = 65_534;

fn root() -> bool {
    rustix::process::geteuid().is_root()
}

#[test]
fn a_file_that_others_can_write_is_refused() {
    let bench = Bench::with("");
    mode(&bench.config(), 0o620);
    assert_eq!(
        bench.refusal(),
        "error: `~/.config/mamori/config.toml` is writable by its group, \
         who could name commands to run\n\
         hint: chmod go-w HOME/.config/mamori/config.toml\n"
    );
    mode(&bench.config(), 0o602);
    assert!(bench.refusal().contains("is writable by others"));
    mode(&bench.config(), 0o644);
    assert_eq!(bench.mamori(&["config", "check"]).code, Some(0));
}

#[test]
fn a_folder_that_others_can_write_is_refused() {
    let bench = Bench::with("");
    mode(&bench.folder(), 0o770);
    assert_eq!(
        bench.refusal(),
        "error: the configuration's folder `~/.config/mamori` is writable by its group, \
         who could name commands to run\n\
         hint: chmod go-w HOME/.config/mamori\n"
    );
}

#[test]
fn the_target_of_a_link_and_its_folder_are_looked_at() {
    let bench = Bench::new();
    let folder = bench.home().join("dot files");
    fs::create_dir(&folder).unwrap();
    mode(&folder, 0o755);
    let target = folder.join("mamori.toml");
    fs::write(&target, "").unwrap();
    symlink("../../dot files/mamori.toml", bench.config()).unwrap();
    mode(&target, 0o644);
    assert_eq!(bench.mamori(&["config", "check"]).code, Some(0));
    mode(&target, 0o664);
    assert!(
        bench
            .refusal()
            .contains("hint: chmod go-w 'HOME/.config/mamori/../../dot files/mamori.toml'\n")
    );
    mode(&target, 0o644);
    mode(&folder, 0o775);
    assert!(
        bench
            .refusal()
            .contains("hint: chmod go-w 'HOME/.config/mamori/../../dot files'\n")
    );
}

#[test]
fn a_file_of_somebody_else_is_refused() {
    if !root() {
        // Only root can give a file to somebody else.
        return;
    }
    let bench = Bench::with("");
    chown(bench.config(), Some(NOBODY), None).unwrap();
    assert_eq!(
        bench.refusal(),
        "error: `~/.config/mamori/config.toml` belongs to user 65534, who is neither you nor root, \
         and could name commands to run\n\
         hint: chown root HOME/.config/mamori/config.toml\n"
    );
    chown(bench.config(), Some(0), None).unwrap();
    chown(bench.folder(), Some(NOBODY), None).unwrap();
    assert!(
        bench
            .refusal()
            .contains("hint: chown root HOME/.config/mamori\n")
    );
}

#[test]
fn a_file_we_may_not_read_is_told() {
    let bench = Bench::with("");
    mode(&bench.config(), 0o000);
    let ran = if root() {
        chown(bench.home(), Some(NOBODY), None).unwrap();
        chown(bench.home().join(".config"), Some(NOBODY), None).unwrap();
        chown(bench.folder(), Some(NOBODY), None).unwrap();
        chown(bench.config(), Some(NOBODY), None).unwrap();
        // A copy, for the build's folder may be closed to others.
        let copy = bench.home().join("mamori");
        fs::copy(env!("CARGO_BIN_EXE_mamori"), &copy).unwrap();
        mode(&copy, 0o755);
        let Ok(setpriv) = which::which("setpriv") else {
            // Root itself can read everything.
            return;
        };
        let nobody = NOBODY.to_string();
        let before = ["--reuid", &nobody, "--clear-groups"].map(OsStr::new);
        let words =
            before
                .into_iter()
                .chain([copy.as_os_str(), "config".as_ref(), "check".as_ref()]);
        bench.ran(bench.command(setpriv).args(words))
    } else {
        bench.mamori(&["config", "check"])
    };
    assert_eq!(ran.code, Some(2));
    assert_eq!(
        ran.stderr,
        "error: could not read `~/.config/mamori/config.toml`: permission denied\n\
         hint: chmod u+r HOME/.config/mamori/config.toml\n"
    );
}

#[test]
fn what_is_there_and_no_readable_file_is_told_apart() {
    let told = |make: &dyn Fn(&Path)| {
        let bench = Bench::new();
        make(&bench.config());
        let stderr = bench.refusal();
        stderr.lines().next().unwrap_or_default().to_owned()
    };
    let name = "`~/.config/mamori/config.toml`";
    let could_not = |why: &str| format!("error: could not read {name}: {why}");
    assert_eq!(
        told(&|path| fs::create_dir(path).unwrap()),
        could_not("it is a folder")
    );
    assert_eq!(
        told(&|path| symlink("gone.toml", path).unwrap()),
        could_not("it is a link to `~/.config/mamori/gone.toml`, which is not there")
    );
    assert_eq!(
        told(&|path| symlink("config.toml", path).unwrap()),
        could_not("its links lead round in a circle")
    );
    assert_eq!(
        told(&|path| fs::write(path, vec![b'\n'; (1 << 20) + 1]).unwrap()),
        could_not("it has more than 1024 KiB")
    );
    assert_eq!(
        told(&|path| fs::write(path, b"# a\n# \xff\n").unwrap()),
        format!("error: {name} line 2 is not UTF-8 text")
    );
}
