//! `mamori vault`, and our own configuration.

use std::fs;
use std::os::unix::fs::symlink;

use mamori::config;
use mamori::model::healing::{Standing, Terms};
use mamori::rooms::guard;

use super::{ENDS, GOOD, Guarded, ageless, old, toml_string};
use crate::harness::{Bench, QUIET};

#[test]
fn what_is_kept_is_listed_shown_and_restored() {
    let guarded = Guarded::ends();
    let bench = &guarded.bench;
    fs::write(&guarded.path, "second\nend\n").unwrap();
    guarded.look();
    let list = bench.mamori(&["vault", "list"]);
    assert_eq!(list.code, Some(0));
    let words = |line: &str| {
        let words = line.split_whitespace().map(ToOwned::to_owned);
        // All but how old the newest is.
        words
            .enumerate()
            .filter(|(at, _)| *at != 2)
            .map(|(_, word)| word)
            .collect::<Vec<_>>()
            .join(" ")
    };
    let lines: Vec<String> = list.stdout.lines().map(words).collect();
    let expected = [
        "PATH VERSIONS STATE",
        "~/.config/mamori/config.toml 1 as kept",
        "~/a.conf 2 as kept",
    ];
    assert_eq!(lines, expected);
    let path = guarded.path.to_str().unwrap();
    let show = |arguments: &[&str]| bench.mamori(&[&["vault", "show"], arguments].concat());
    assert_eq!(show(&[path]).stdout, "second\nend\n");
    assert_eq!(show(&[path, "--version", "1"]).stdout, GOOD);
    // Through a link, and from where we stand.
    symlink(&guarded.path, bench.home().join("link")).unwrap();
    let link = bench.home().join("link");
    assert_eq!(show(&[link.to_str().unwrap()]).stdout, "second\nend\n");
    let mut relative = bench.command(crate::harness::MAMORI);
    relative
        .current_dir(bench.home())
        .args(["vault", "show", "--", "a.conf"]);
    assert_eq!(bench.ran(&mut relative).stdout, "second\nend\n");
    // What stands there is kept aside, whatever it is.
    fs::write(&guarded.path, "work of a day").unwrap();
    let restore = |arguments: &[&str]| bench.mamori(&[&["vault", "restore"], arguments].concat());
    let dry = restore(&[path, "--version", "1", "--dry-run"]);
    assert_eq!(
        (dry.code, ageless(&dry.stdout).as_str()),
        (Some(0), "`~/a.conf`: to do: restore version 1\n")
    );
    assert_eq!(guarded.read(), b"work of a day");
    let done = restore(&[path, "--version", "1"]);
    assert_eq!(done.code, Some(0), "{done:?}");
    assert!(
        ageless(&done.stdout).starts_with(
            "`~/a.conf`: restored version 1; what stood there is `~/.miyabi/mamori/vault/a.conf-"
        ),
        "{}",
        done.stdout
    );
    assert_eq!(guarded.read(), GOOD.as_bytes());
    assert_eq!(guarded.broken()[0].1, b"work of a day");
    assert_eq!(
        ageless(&restore(&[path, "--version", "1"]).stdout),
        "`~/a.conf` is version 1 already\n"
    );
    fs::remove_file(&guarded.path).unwrap();
    assert_eq!(
        ageless(&restore(&[path]).stdout),
        "`~/a.conf`: restored version 2\n"
    );
}

#[test]
fn what_is_not_known_is_usage() {
    let guarded = Guarded::ends();
    let bench = &guarded.bench;
    let home = bench.home().to_str().unwrap();
    let told = |arguments: &[&str]| {
        let ran = bench.mamori(arguments);
        assert_eq!((ran.code, ran.stdout.as_str()), (Some(2), ""), "{ran:?}");
        ran.stderr
    };
    assert_eq!(
        told(&["vault", "show", &format!("{home}/a.cnof")]),
        "error: `~/a.cnof` is not guarded; did you mean `~/a.conf`?\nhint: mamori vault list\n"
    );
    assert_eq!(
        told(&[
            "vault",
            "restore",
            &format!("{home}/a.conf"),
            "--version",
            "9"
        ]),
        "error: `~/a.conf` has no version 9\nhint: its versions: 1\n"
    );
    assert!(
        told(&["vault", "show", "/nobody/\u{1b}[31m"])
            .starts_with("error: `/nobody/[31m` is not guarded\n")
    );
    // A folder in its place is not replaced.
    fs::remove_file(&guarded.path).unwrap();
    fs::create_dir(&guarded.path).unwrap();
    let ran = bench.mamori(&["vault", "restore", guarded.path.to_str().unwrap()]);
    assert_eq!(
        (ran.code, ran.stderr.as_str()),
        (Some(3), "error: `~/a.conf`: it is a folder\n")
    );
}

#[test]
fn the_vault_is_there_when_the_configuration_is_broken() {
    let guarded = Guarded::ends();
    let bench = &guarded.bench;
    let good = fs::read(bench.config()).unwrap();
    fs::write(bench.config(), "[[guard").unwrap();
    let list = bench.mamori(&["vault", "list"]);
    assert_eq!(list.code, Some(0));
    assert!(list.stdout.contains("  differs\n"), "{}", list.stdout);
    let config = bench.config();
    let done = bench.mamori(&["vault", "restore", config.to_str().unwrap()]);
    assert_eq!(done.code, Some(0), "{done:?}");
    assert_eq!(fs::read(bench.config()).unwrap(), good);
}

#[test]
fn our_own_configuration_comes_back_without_being_read() {
    let bench = Bench::quiet();
    let around = bench.surroundings();
    let own = |terms: &Terms| guard::own_config(&around, terms).unwrap();
    assert_eq!(own(&Terms::default()).text, "validates, kept as version 1");
    let broken = "[network]\ncheck = [\"127.0.0.1:9\"]\n[limits]\ndisk_used_maxx = 1\n";
    bench.configure(broken);
    assert_eq!(own(&Terms::default()).standing, Standing::Waits);
    old(&bench.config());
    let dry = own(&Terms {
        dry_run: true,
        ..Terms::default()
    });
    assert_eq!(
        ageless(&dry.public),
        "fails its validator at line 4; to do: restore version 1"
    );
    assert_eq!(own(&Terms::default()).standing, Standing::Healed);
    assert_eq!(fs::read_to_string(bench.config()).unwrap(), QUIET);
    // Who may write to it is no matter of what it holds.
    crate::harness::mode(&bench.config(), 0o666);
    let item = own(&Terms::default());
    assert_eq!(item.standing, Standing::Wrong);
    assert!(
        item.text.contains("writable by its group and others"),
        "{}",
        item.text
    );
    fs::remove_file(bench.config()).unwrap();
    assert_eq!(own(&Terms::default()).standing, Standing::Healed);
    assert_eq!(fs::read_to_string(bench.config()).unwrap(), QUIET);
    // Where there never was one, none is missed.
    let other = Bench::new();
    let none = guard::own_config(&other.surroundings(), &Terms::default());
    assert_eq!(none, None);
}

#[test]
fn a_service_is_named_where_its_file_came_back() {
    let bench = Bench::new();
    let path = bench.home().join("a.conf");
    let quoted = toml_string(path.to_str().unwrap());
    bench.configure(format!(
        "[[service]]\nname = \"web\"\ncheck = {{ tcp = \"127.0.0.1:9\" }}\n\
         [[guard]]\npath = {quoted}\n{ENDS}\nthen = \"web\"\n"
    ));
    fs::write(&path, GOOD).unwrap();
    let guarded = Guarded { bench, path };
    let around = guarded.bench.surroundings();
    let config = config::load(&around).unwrap();
    assert_eq!(guarded.outcomes(&Terms::default())[0].then, None);
    guarded.write("torn");
    let broke = fs::metadata(&guarded.path).unwrap().modified().unwrap();
    let broke = broke
        .duration_since(std::time::UNIX_EPOCH)
        .unwrap()
        .as_secs();
    let then = guarded.outcomes(&Terms::default()).remove(0).then.unwrap();
    assert_eq!(then.service, "web");
    assert_eq!(then.broke.unwrap().0, i64::try_from(broke).unwrap());
    let watched = guard::watched(&around, &config);
    assert_eq!(watched, [guarded.bench.config(), guarded.path.clone()]);
    let real = guarded.bench.home().join("real.conf");
    fs::rename(&guarded.path, &real).unwrap();
    symlink(&real, &guarded.path).unwrap();
    let watched = guard::watched(&around, &config);
    for path in [guarded.bench.home(), &guarded.path, &real] {
        assert!(watched.iter().any(|one| one == path), "{watched:?}");
    }
}
