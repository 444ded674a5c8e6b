//! `make install`, and the plugin as a plugin manager runs it.

use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::harness::tmux::Tmux;
use crate::harness::{Bench, MAMORI, mode, until};

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

/// Every file below a folder.
fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).into_iter().flatten() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path));
        } else {
            found.push(path);
        }
    }
    found.sort();
    found
}

/// `make WORD` with the programs of this build in the place of a release's.
fn make(bench: &Bench, word: &str, destination: &Path) {
    let target = bench.home().join("target");
    fs::create_dir_all(&target).unwrap();
    let built = Path::new(MAMORI).parent().unwrap();
    let _ = symlink(built, target.join("release"));
    let mut make = bench.command("make");
    make.current_dir(ROOT)
        .env("CARGO_TARGET_DIR", &target)
        .env("PREFIX", "/usr")
        .env("DESTDIR", destination)
        .args(["-o", "build", word]);
    let ran = bench.ran(&mut make);
    assert_eq!(ran.code, Some(0), "{ran:?}");
}

#[test]
fn what_is_installed_works_and_goes_again() {
    let bench = Bench::quiet();
    let destination = bench.home().join("it's 守り");
    fs::create_dir(&destination).unwrap();
    let other = destination.join("usr/share/man/man1/other.1");
    make(&bench, "install", &destination);
    let usr = destination.join("usr");
    for (name, executable) in [
        ("bin/mamori", true),
        ("bin/mamori-status", true),
        ("bin/mamori-layout", true),
        ("share/mamori/mamori.tmux", true),
        ("share/mamori/tmux/options.sh", false),
        ("share/mamori/shell/mamori.bash", false),
        ("share/mamori/shell/mamori.zsh", false),
        ("share/mamori/shell/mamori.fish", false),
        ("share/man/man1/mamori.1", false),
        ("share/man/man1/mamori-report.1", false),
    ] {
        let mode = fs::metadata(usr.join(name)).unwrap().permissions().mode();
        assert_eq!(
            mode & 0o777,
            if executable { 0o755 } else { 0o644 },
            "{name}"
        );
    }
    // The plugin finds the programs of its own prefix, which is not on PATH.
    let tmux = Tmux::start(&bench, "t", "set -g status-right '#{mamori}'\n");
    let plugin = usr.join("share/mamori/mamori.tmux");
    let mut load = bench.command(&plugin);
    load.env("TMUX", format!("{},0,0", tmux.socket().display()))
        .env("PATH", "/usr/bin:/bin");
    assert_eq!(bench.ran(&mut load).code, Some(0));
    assert_eq!(tmux.bar(), "◌ mamori?");
    assert!(tmux.hidden("MAMORI_UNTIL").is_some());
    fs::write(&other, "not ours").unwrap();
    make(&bench, "uninstall", &destination);
    assert_eq!(files(&destination), [other]);
    assert!(!usr.join("share/mamori").exists());
}

/// What tpm does with a plugin: it runs every `*.tmux` of its folder, one after
/// the other, and throws away what they say.
fn as_a_plugin_manager(bench: &Bench, tmux: &Tmux<'_>, plugin: &Path) {
    for entry in fs::read_dir(plugin).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|end| end == "tmux") {
            let mut run: Command = bench.command(&path);
            run.env("TMUX", format!("{},0,0", tmux.socket().display()))
                .env("PATH", crate::harness::tmux::path_with_binaries())
                .stdout(Stdio::null())
                .stderr(Stdio::null());
            assert!(run.status().unwrap().success());
        }
    }
}

#[test]
fn a_plugin_manager_loads_it_from_a_folder_that_cannot_be_written() {
    let bench = Bench::quiet();
    let plugins = bench.home().join(".tmux/plugins");
    let plugin = plugins.join("a 守り's");
    fs::create_dir_all(plugin.join("tmux")).unwrap();
    fs::copy(format!("{ROOT}/mamori.tmux"), plugin.join("mamori.tmux")).unwrap();
    fs::copy(
        format!("{ROOT}/tmux/options.sh"),
        plugin.join("tmux/options.sh"),
    )
    .unwrap();
    for folder in [plugin.join("tmux"), plugin.clone()] {
        mode(&folder, 0o555);
    }
    let tmux = Tmux::start(&bench, "t", "set -g status-right '#{mamori}'\n");
    // Once at the start, and once when the configuration is read again.
    for _ in 0..2 {
        as_a_plugin_manager(&bench, &tmux, &plugin);
        assert_eq!(files(&plugin).len(), 2);
    }
    bench.mamori(&["health"]);
    until("the segment", || tmux.bar().starts_with("● 1/1"));
    let keys = tmux.run(&["list-keys", "-N", "-T", "prefix"]);
    assert_eq!(keys.matches("Mamori: menu").count(), 1);
    mode(&plugin, 0o755);
    mode(&plugin.join("tmux"), 0o755);
}
