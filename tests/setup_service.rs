//! `mamori setup service`, with stand-ins that keep what they are told, and
//! with a real runit.

use std::fs;
use std::path::Path;

use crate::harness::{Bench, MAMORI, mode};
use crate::setup_tmux::{done, seen};

const DO: [&str; 3] = ["setup", "service", "--yes"];
const UNDO: [&str; 4] = ["setup", "service", "--undo", "--yes"];
const SYSTEMD: [&str; 5] = ["setup", "service", "--yes", "--manager", "systemd"];
const UNIT: &str = ".config/systemd/user/mamori-watch.service";

/// Keeps in `$HOME/systemd` what it was told; knows no other words.
const SYSTEMCTL: &str = r#"#!/bin/sh
s=$HOME/systemd
echo "$*" >>"$s/said"
if [ "$2" = "$(cat "$s/kill" 2>/dev/null)" ]; then rm "$s/kill"; kill -9 $PPID; exit 1; fi
[ ! -e "$s/dead" ] || { echo 'Failed to connect to bus: No medium found' >&2; exit 1; }
case "$*" in
'--user daemon-reload') ;;
'--user show --property=LoadState,FragmentPath,UnitFileState,ActiveState mamori-watch.service')
    unit=$HOME/.config/systemd/user/mamori-watch.service
    [ ! -e "$unit" ] || echo "FragmentPath=$unit"
    [ ! -e "$s/package" ] || echo "FragmentPath=/usr/lib/systemd/user/mamori-watch.service"
    echo "UnitFileState=$(cat "$s/enabled" 2>/dev/null)"
    echo "ActiveState=$(cat "$s/active" 2>/dev/null)" ;;
'--user enable --now mamori-watch.service')
    if [ -e "$s/fail" ]; then echo 'Failed to enable: no such thing' >&2; exit 5; fi
    echo enabled >"$s/enabled"; echo active >"$s/active" ;;
'--user disable --now mamori-watch.service')
    [ ! -e "$s/refuses" ] || { echo 'Unit mamori-watch.service does not exist' >&2; exit 1; }
    rm -f "$s/enabled" "$s/active" ;;
'--user disable mamori-watch.service') rm -f "$s/enabled" ;;
'--user stop mamori-watch.service') rm -f "$s/active" ;;
'--user restart mamori-watch.service') [ -e "$s/active" ] ;;
*) echo "unknown: $*" >&2; exit 2 ;;
esac
"#;

fn systemd() -> Bench {
    let bench = Bench::quiet();
    fs::create_dir(bench.home().join("systemd")).unwrap();
    bench.stand_in("systemctl", SYSTEMCTL);
    let linger = "#!/bin/sh\n[ \"$1 $3\" = 'show-user --property=Linger' ] && echo Linger=no\n";
    bench.stand_in("loginctl", linger);
    bench
}

/// What systemctl was told to do, without the questions.
fn told(bench: &Bench) -> Vec<String> {
    let text = fs::read_to_string(bench.home().join("systemd/said")).unwrap_or_default();
    let orders = text.lines().filter(|line| !line.contains("--property"));
    orders
        .map(|line| {
            line.replace("--user ", "")
                .replace(" mamori-watch.service", "")
        })
        .collect()
}

fn forget(bench: &Bench) {
    fs::write(bench.home().join("systemd/said"), "").unwrap();
}

#[test]
fn a_unit_is_written_enabled_and_taken_back() {
    let bench = systemd();
    fs::write(bench.home().join("systemd/said"), "").unwrap();
    let before = seen(&bench);
    let dry = done(
        &bench,
        &["setup", "service", "--manager", "systemd", "--dry-run"],
    );
    assert!(dry.stdout.contains("+ExecStart=\""), "{}", dry.stdout);
    assert!(
        dry.stdout
            .contains("run: systemctl --user enable --now mamori-watch.service\n"),
        "{}",
        dry.stdout
    );
    assert!(
        dry.stdout.contains("loginctl enable-linger"),
        "{}",
        dry.stdout
    );
    forget(&bench);
    assert_eq!(seen(&bench).len(), before.len());
    done(&bench, &SYSTEMD);
    assert_eq!(told(&bench), ["daemon-reload", "enable --now"]);
    let again = done(&bench, &SYSTEMD);
    assert!(
        again.stdout.ends_with("nothing to do\n"),
        "{}",
        again.stdout
    );
    forget(&bench);
    done(&bench, &UNDO);
    assert_eq!(told(&bench), ["disable --now", "daemon-reload"]);
    forget(&bench);
    let mut after = seen(&bench);
    after.insert(
        "systemd/said".into(),
        before[Path::new("systemd/said")].clone(),
    );
    assert_eq!(after, before);
}

#[test]
fn what_ran_before_runs_afterwards() {
    for (enabled, active, inverse) in [("enabled", "", "stop"), ("disabled", "active", "disable")] {
        let bench = systemd();
        fs::write(bench.home().join("systemd/package"), "").unwrap();
        fs::write(bench.home().join("systemd/enabled"), enabled).unwrap();
        fs::write(bench.home().join("systemd/active"), active).unwrap();
        let ran = done(&bench, &SYSTEMD);
        assert!(
            ran.stdout.contains("note: the unit /usr/lib/systemd/user/"),
            "{}",
            ran.stdout
        );
        assert!(
            !bench.home().join(UNIT).exists(),
            "a package's unit is used"
        );
        forget(&bench);
        done(&bench, &UNDO);
        assert_eq!(told(&bench), [inverse]);
    }
    let bench = systemd();
    fs::write(bench.home().join("systemd/enabled"), "masked").unwrap();
    let ran = bench.mamori(&SYSTEMD);
    assert_eq!(ran.code, Some(3));
    assert!(
        ran.stderr.contains("hint: systemctl --user unmask"),
        "{}",
        ran.stderr
    );
}

#[test]
fn without_a_manager_that_answers_nothing_is_half_done() {
    let bench = systemd();
    fs::write(bench.home().join("systemd/dead"), "").unwrap();
    let ran = bench.mamori(&SYSTEMD);
    assert_eq!(ran.code, Some(3), "{}", ran.stdout);
    assert!(
        ran.stderr
            .contains("does not answer: Failed to connect to bus"),
        "{}",
        ran.stderr
    );
    assert!(!bench.home().join(".config/systemd").exists());
    assert!(!bench.home().join(".miyabi").exists());
    let dry = done(
        &bench,
        &["setup", "service", "--manager", "systemd", "--dry-run"],
    );
    assert!(
        dry.stderr.starts_with("warning: the user's own systemd"),
        "{}",
        dry.stderr
    );
}

#[test]
fn a_first_set_up_that_fails_is_taken_back() {
    let bench = systemd();
    fs::write(bench.home().join("systemd/fail"), "").unwrap();
    let ran = bench.mamori(&SYSTEMD);
    assert_eq!(ran.code, Some(3), "{}", ran.stdout);
    assert!(
        ran.stderr.contains("Failed to enable: no such thing"),
        "{}",
        ran.stderr
    );
    assert!(ran.stderr.contains("taken back"), "{}", ran.stderr);
    assert!(!bench.home().join(".config/systemd").exists());
    assert!(!bench.own("setup").exists());
}

#[test]
fn a_kill_in_the_middle_is_finished_or_taken_back() {
    let cases = [
        ("enable", "do"),
        ("enable", "undo"),
        ("daemon-reload", "do"),
        ("daemon-reload", "undo"),
    ];
    for (when, then) in cases {
        let bench = systemd();
        fs::write(bench.home().join("systemd/kill"), when).unwrap();
        let ran = bench.mamori(&SYSTEMD);
        assert_eq!(ran.code, None, "killed: {}", ran.stdout);
        let manifest = fs::read_to_string(bench.own("setup/service.json")).unwrap();
        assert!(
            manifest.contains("\"planned\"") && manifest.contains("\"done\""),
            "{manifest}"
        );
        forget(&bench);
        if then == "do" {
            done(&bench, &SYSTEMD);
            assert_eq!(told(&bench), ["daemon-reload", "enable --now"]);
            let manifest = fs::read_to_string(bench.own("setup/service.json")).unwrap();
            assert!(!manifest.contains("\"planned\""), "{manifest}");
        }
        // Taking back may be killed, too.
        if then == "do" {
            fs::write(bench.home().join("systemd/kill"), "disable").unwrap();
            assert_eq!(bench.mamori(&UNDO).code, None);
        }
        done(&bench, &UNDO);
        assert!(!bench.home().join(".config/systemd").exists());
        assert!(!bench.home().join("systemd/enabled").exists());
        assert!(!bench.own("setup").exists());
    }
}

#[test]
fn what_is_gone_already_is_taken_back_and_what_stays_keeps_its_unit() {
    // Somebody disabled it by hand, and systemd knows no such unit any more.
    let bench = systemd();
    let own = bench.home().join("systemd");
    done(&bench, &SYSTEMD);
    fs::write(own.join("refuses"), "").unwrap();
    let ran = bench.mamori(&UNDO);
    assert_eq!(ran.code, Some(3), "{}", ran.stdout);
    assert!(bench.home().join(UNIT).exists(), "it runs by its unit");
    fs::remove_file(own.join("enabled")).unwrap();
    let ran = bench.mamori(&UNDO);
    assert_eq!(ran.code, Some(3), "it runs still: {}", ran.stdout);
    fs::remove_file(own.join("active")).unwrap();
    let ran = done(&bench, &UNDO);
    assert!(
        ran.stderr.contains("its effect is gone already"),
        "{}",
        ran.stderr
    );
    assert!(!bench.home().join(".config/systemd").exists());
    assert!(!bench.own("setup").exists());
    // Nobody is left to be told.
    let bench = systemd();
    done(&bench, &SYSTEMD);
    let none = bench.home().join("none");
    fs::create_dir(&none).unwrap();
    let ran = bench.ran(bench.command(MAMORI).env("PATH", &none).args(UNDO));
    assert_eq!(ran.code, Some(0), "{}{}", ran.stdout, ran.stderr);
    assert!(ran.stderr.contains("its program is gone"), "{}", ran.stderr);
    assert!(!bench.home().join(".config/systemd").exists());
    assert!(!bench.own("setup").exists());
}

#[test]
fn a_unit_that_somebody_changed_is_left_and_kept() {
    let bench = systemd();
    done(&bench, &SYSTEMD);
    let unit = bench.home().join(UNIT);
    let theirs = fs::read_to_string(&unit).unwrap() + "# mine\n";
    fs::write(&unit, &theirs).unwrap();
    let ran = done(&bench, &SYSTEMD);
    assert!(ran.stdout.contains("left: "), "{}", ran.stdout);
    let ran = done(&bench, &UNDO);
    assert!(
        ran.stdout
            .contains("kept: ~/.config/systemd/user/mamori-watch.service: it was changed since"),
        "{}",
        ran.stdout
    );
    assert_eq!(fs::read_to_string(&unit).unwrap(), theirs);
    // Theirs is not overwritten by another set-up, and not ours to take.
    done(&bench, &SYSTEMD);
    done(&bench, &UNDO);
    assert_eq!(fs::read_to_string(&unit).unwrap(), theirs);
}

#[test]
fn a_new_place_of_the_program_restarts_what_runs() {
    let bench = systemd();
    let home = bench.home().join("a 'b' 無限");
    fs::create_dir(&home).unwrap();
    let copy = home.join("mamori");
    fs::copy(MAMORI, &copy).unwrap();
    done(&bench, &SYSTEMD);
    forget(&bench);
    let ran = bench.ran(bench.command(&copy).args(SYSTEMD));
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    assert_eq!(told(&bench), ["daemon-reload", "restart"]);
    let unit = fs::read_to_string(bench.home().join(UNIT)).unwrap();
    assert!(
        unit.contains("/a 'b' 無限/mamori\" watch --wait\n"),
        "{unit}"
    );
    done(&bench, &UNDO);
    assert!(!bench.home().join(".config/systemd").exists());
}

/// Keeps in `$HOME/launchd` what it was told.
const LAUNCHCTL: &str = r#"#!/bin/sh
s=$HOME/launchd u=$(id -u)
echo "$*" >>"$s/said"
case "$1 $2" in
"print gui/$u") [ -e "$s/gui" ] ;;
"print user/$u") ;;
"print gui/$u/dev.mamori.watch" | "print user/$u/dev.mamori.watch") [ -e "$s/loaded" ] ;;
"print-disabled "*) printf '\t"dev.mamori.watch" => %s\n' "$(cat "$s/state")" ;;
"enable "*) echo enabled >"$s/state" ;;
"disable "*) echo disabled >"$s/state" ;;
"bootstrap gui/$u" | "bootstrap user/$u") [ -f "$3" ] && [ ! -e "$s/loaded" ] && : >"$s/loaded" ;;
"bootout gui/$u/dev.mamori.watch" | "bootout user/$u/dev.mamori.watch") rm "$s/loaded" ;;
*) exit 64 ;;
esac
"#;

#[test]
fn an_agent_is_loaded_and_taken_back() {
    for (screen, state) in [(true, "enabled"), (false, "disabled")] {
        let bench = Bench::quiet();
        let own = bench.home().join("launchd");
        fs::create_dir(&own).unwrap();
        bench.stand_in("launchctl", LAUNCHCTL);
        fs::write(own.join("state"), format!("{state}\n")).unwrap();
        if screen {
            fs::write(own.join("gui"), "").unwrap();
        }
        let words = ["setup", "service", "--yes", "--manager", "launchd"];
        done(&bench, &words);
        let plist = bench
            .home()
            .join("Library/LaunchAgents/dev.mamori.watch.plist");
        assert!(
            fs::read_to_string(&plist)
                .unwrap()
                .contains("<string>watch</string>")
        );
        assert!(own.join("loaded").exists());
        let doctor = bench.mamori(&["doctor", "--json"]).json();
        let mut checks = doctor["checks"].as_array().unwrap().iter();
        let agent = checks.find(|check| check["id"] == "launchd");
        assert_eq!(agent.unwrap()["status"], "ok", "{state}: {doctor}");
        let again = done(&bench, &words);
        assert!(
            again.stdout.ends_with("nothing to do\n"),
            "{}",
            again.stdout
        );
        done(&bench, &UNDO);
        assert!(!bench.home().join("Library").exists() && !own.join("loaded").exists());
        assert_eq!(
            fs::read_to_string(own.join("state")).unwrap(),
            format!("{state}\n")
        );
    }
}

#[test]
fn there_is_a_word_for_each_missing_manager() {
    let bench = Bench::quiet();
    let ran = bench.mamori(&["setup", "service", "--yes", "--manager", "runit"]);
    assert!(matches!(ran.code, Some(2 | 3)), "{}", ran.stderr);
    assert!(ran.stderr.contains("hint: "), "{}", ran.stderr);
    let none = bench.home().join("none");
    fs::create_dir(&none).unwrap();
    mode(&none, 0o700);
    let ran = bench.ran(bench.command(MAMORI).env("PATH", &none).args(DO));
    assert_eq!(ran.code, Some(3), "{}", ran.stdout);
    assert!(
        ran.stderr.contains("could not find a service manager"),
        "{}",
        ran.stderr
    );
}
