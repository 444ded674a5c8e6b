//! `mamori setup termux` in a replica of Termux, and the shortcuts it puts there.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::harness::phone::Phone;
use crate::harness::standing::standing;
use crate::harness::{MAMORI, QUIET, Running, until};

const DO: [&str; 3] = ["setup", "termux", "--yes"];
const UNDO: [&str; 4] = ["setup", "termux", "--undo", "--yes"];
const NAMES: [&str; 6] = ["status", "recover", "heal", "report", "layout", "wake-lock"];

fn done(phone: &Phone, words: &[&str]) -> String {
    let ran = phone.mamori(words);
    assert_eq!(ran.code, Some(0), "{}{}", ran.stdout, ran.stderr);
    ran.stdout
}

fn bits(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o7777
}

#[test]
fn a_phone_is_set_up_and_taken_back() {
    let phone = Phone::new();
    let seen = || standing(phone.0.home(), &[".miyabi", "api", "api/said", "api/jobs"]);
    let before = seen();
    let dry = done(&phone, &["setup", "termux", "--dry-run"]);
    assert!(dry.contains("run: termux-job-scheduler --script HOME/.termux/mamori/backstop.sh --job-id 8735 --period-ms 900000 --network none --battery-not-low false --persisted true\n"), "{dry}");
    assert_eq!(seen(), before);
    done(&phone, &DO);
    for name in NAMES {
        let script = phone.file(&format!(".shortcuts/tasks/mamori-{name}.sh"));
        let text = fs::read_to_string(&script).unwrap();
        assert!(
            text.starts_with("#!/data/data/com.termux/files/usr/bin/sh\n"),
            "{text}"
        );
        assert!(
            text.ends_with(&format!("exec {MAMORI} widget {name}\n")),
            "{text}"
        );
        assert_eq!(bits(&script), 0o700);
        let icon = phone.file(&format!(".shortcuts/icons/mamori-{name}.sh.png"));
        let png = fs::read(&icon).unwrap();
        assert_eq!(&png[..8], b"\x89PNG\r\n\x1a\n");
        assert_eq!(
            (&png[16..20], &png[20..24]),
            ([0, 0, 0, 96].as_slice(), [0, 0, 0, 96].as_slice())
        );
        assert_eq!(bits(&icon), 0o600);
        assert!(
            phone
                .file(&format!(
                    ".termux/widget/dynamic_shortcuts/tasks/mamori-{name}.sh"
                ))
                .is_file()
        );
    }
    for folder in [
        ".shortcuts",
        ".shortcuts/tasks",
        ".shortcuts/icons",
        ".termux/boot",
    ] {
        assert_eq!(bits(&phone.file(folder)), 0o700, "{folder}");
    }
    let boot = fs::read_to_string(phone.file(".termux/boot/20-mamori")).unwrap();
    let lock = boot.find("termux-wake-lock").unwrap();
    assert!(lock < boot.find("service-daemon").unwrap(), "{boot}");
    let service = phone.file("usr/var/service/mamori-watch");
    let run = fs::read_to_string(service.join("run")).unwrap();
    assert!(
        run.starts_with("#!/data/data/com.termux/files/usr/bin/sh\n"),
        "{run}"
    );
    assert!(
        run.ends_with(&format!("exec {MAMORI} watch --wait 2>&1\n")),
        "{run}"
    );
    assert_eq!(
        fs::read_link(service.join("log/run")).unwrap(),
        phone.file("usr/share/termux-services/svlogger")
    );
    assert!(
        phone
            .said()
            .contains("am [broadcast] [-n] [com.termux.widget/.TermuxWidgetProvider]")
    );
    assert!(!phone.said().contains("cancel-all"));
    let again = done(&phone, &DO);
    assert!(again.ends_with("nothing to do\n"), "{again}");
    done(&phone, &UNDO);
    assert_eq!(seen(), before);
    assert_eq!(fs::read_to_string(phone.file("api/jobs")).unwrap(), "");
    assert!(
        phone
            .said()
            .contains("termux-job-scheduler [--cancel] [--job-id] [8735]\n")
    );
}

/// A kill between any two steps: what came after it is planned, and not there.
#[test]
fn a_killed_set_up_of_a_phone_is_finished_or_taken_back() {
    let phone = Phone::new();
    let seen = || standing(phone.0.home(), &[".miyabi", "api", "api/said", "api/jobs"]);
    let before = seen();
    done(&phone, &DO);
    let whole = seen();
    let manifest = phone.0.own("setup/termux.json");
    let steps = serde_json::from_slice::<Value>(&fs::read(&manifest).unwrap()).unwrap();
    let steps = steps["steps"].as_array().unwrap().len();
    for killed in [0, 1, 9, 20, steps - 8, steps - 3, steps - 1] {
        let mut json: Value = serde_json::from_slice(&fs::read(&manifest).unwrap()).unwrap();
        for step in json["steps"]
            .as_array_mut()
            .unwrap()
            .iter_mut()
            .skip(killed)
            .rev()
        {
            step["progress"] = "planned".into();
            let path = step["path"].as_str().unwrap_or_default();
            let path = phone.file(path.strip_prefix("~/").unwrap_or("nothing"));
            let gone = fs::remove_file(&path).or_else(|_| fs::remove_dir(&path));
            assert!(
                gone.is_ok() || step["path"].is_null() || step["kind"] == "remove",
                "{step}"
            );
        }
        fs::write(&manifest, json.to_string()).unwrap();
        if killed % 2 == 1 {
            done(&phone, &DO);
            assert!(seen().into_keys().eq(whole.keys().cloned()), "{killed}");
        }
        done(&phone, &UNDO);
        assert_eq!(seen(), before, "{killed}");
        done(&phone, &DO);
    }
    done(&phone, &UNDO);
}

#[test]
fn what_people_have_there_stays() {
    let phone = Phone::new();
    fs::create_dir_all(phone.file(".shortcuts/tasks")).unwrap();
    fs::create_dir_all(phone.file(".termux/boot/folder")).unwrap();
    fs::write(phone.file(".shortcuts/tasks/mamori-heal.sh"), "mine").unwrap();
    fs::write(phone.file(".shortcuts/05-✨-it's.sh"), "mine").unwrap();
    fs::write(
        phone.file("api/jobs"),
        "Pending Job 8735: /theirs\nPending Job 1: /x\n",
    )
    .unwrap();
    let before = standing(&phone.file(".shortcuts"), &[]);
    let said = done(&phone, &DO);
    assert!(
        said.contains("mamori-heal.sh` was changed, or is none of ours"),
        "{said}"
    );
    assert!(said.contains("~/.termux/boot/folder is a folder"), "{said}");
    assert!(
        said.contains("job 8735 is somebody else's: Pending Job 8735: /theirs"),
        "{said}"
    );
    fs::write(phone.file(".shortcuts/tasks/mamori-report.sh"), "changed").unwrap();
    let said = done(&phone, &UNDO);
    assert!(
        said.contains("kept: ~/.shortcuts/tasks/mamori-report.sh: it was changed since"),
        "{said}"
    );
    fs::remove_file(phone.file(".shortcuts/tasks/mamori-report.sh")).unwrap();
    assert_eq!(standing(&phone.file(".shortcuts"), &[]), before);
    assert!(
        fs::read_to_string(phone.file("api/jobs"))
            .unwrap()
            .contains("/theirs")
    );
}

#[test]
fn what_is_missing_or_hangs_is_left_out_and_said() {
    let phone = Phone::bare();
    let said = done(&phone, &DO);
    assert!(
        said.contains("no backstop: pkg install termux-api"),
        "{said}"
    );
    assert!(phone.file(".shortcuts/tasks/mamori-status.sh").exists());
    phone
        .0
        .stand_in("termux-job-scheduler", "#!/bin/sh\nexec sleep 600\n");
    let said = done(&phone, &DO);
    assert!(said.contains("did not answer in 5 s"), "{said}");
    assert!(said.ends_with("nothing to do\n"), "{said}");
    done(&phone, &UNDO);
    assert!(!phone.file(".shortcuts").exists() && !phone.file(".termux").exists());
    let elsewhere = phone.0.mamori(&DO);
    assert_eq!(elsewhere.code, Some(2));
    assert!(
        elsewhere.stderr.contains("this is not Termux"),
        "{}",
        elsewhere.stderr
    );
}

#[test]
fn with_runit_alone_there_is_no_service_and_the_backstop_watches() {
    let phone = Phone::new();
    fs::remove_dir_all(phone.file("usr/var/service")).unwrap();
    let said = done(&phone, &DO);
    assert!(said.contains("no service: termux-services"), "{said}");
    assert!(!phone.file("usr/bin/service-daemon").exists());
    let mut job = Command::new("sh");
    job.arg(phone.file(".termux/mamori/backstop.sh"))
        .env_clear()
        .env("HOME", phone.0.home())
        .stdin(Stdio::null());
    let _job = Running(job.spawn().unwrap());
    let lock = phone.0.own("watch.lock");
    until("the watcher", || mamori::sys::flock::held(&lock).is_some());
}

/// A widget's or a boot script's environment: no profile was read.
#[test]
fn a_tap_answers_and_leaves_its_result() {
    let phone = Phone::new();
    done(&phone, &DO);
    let script = phone.file(".shortcuts/tasks/mamori-recover.sh");
    let mut tap = Command::new("sh");
    tap.arg(script)
        .env_clear()
        .env("HOME", phone.0.home())
        .env("PREFIX", phone.file("usr"))
        .env("TERMUX_VERSION", "0.118.3")
        .env("PATH", phone.0.path())
        .env("TZ", "UTC")
        .stdin(Stdio::null());
    let ran = phone.0.ran(&mut tap);
    assert_eq!(ran.code, Some(0), "{}{}", ran.stdout, ran.stderr);
    let result = fs::read_to_string(phone.0.own("results/recover.txt")).unwrap();
    assert!(result.starts_with("OK   recover   "), "{result}");
    assert!(
        result.ends_with("next: nothing to do on this phone\n"),
        "{result}"
    );
    assert!(
        result.lines().all(|line| line.chars().count() <= 40),
        "{result}"
    );
    let run = &phone.0.state()["widgets"]["recover"];
    assert_eq!(run["exit"], 0);
    assert!(run["started"].as_str().unwrap() <= run["ended"].as_str().unwrap());
    let said = phone.said();
    let asked: Vec<&str> = said
        .lines()
        .filter(|line| line.starts_with("termux-toast") || line.starts_with("termux-notification"))
        .collect();
    assert_eq!(asked[0], "termux-toast [-s] [Mamori: recovering…]");
    assert!(
        asked[1].contains("[--id] [mamori-widget-recover]") && asked[1].contains("[--ongoing]"),
        "{said}"
    );
    assert!(
        asked[2].contains("[--title] [OK recover]") && !asked[2].contains("[--ongoing]"),
        "{said}"
    );
    assert_eq!(asked.len(), 3, "{said}");
}

#[test]
fn what_could_not_be_done_says_so_in_its_first_word() {
    let phone = Phone::new();
    phone.0.configure(format!("{QUIET}[nonsense"));
    let ran = phone.mamori(&["widget", "heal"]);
    assert_eq!(ran.code, Some(2), "{}", ran.stdout);
    assert!(ran.stdout.starts_with("FAIL heal"), "{}", ran.stdout);
    assert_eq!(phone.0.state()["widgets"]["heal"]["exit"], 2);
    assert!(phone.said().contains("[--title] [FAIL heal]"));
}

#[test]
fn a_second_tap_is_told_that_the_first_is_at_work() {
    let phone = Phone::new();
    phone.0.stand_in(
        "termux-wake-lock",
        "#!/bin/sh\n: >\"$HOME/api/begun\"\nwhile [ -e \"$HOME/api/wait\" ]; do sleep 0.05; done\n",
    );
    fs::write(phone.file("api/wait"), "").unwrap();
    let mut first = phone
        .command()
        .args(["widget", "wake-lock"])
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    until("the first tap", || phone.file("api/begun").exists());
    let second = phone
        .command()
        .args(["widget", "wake-lock"])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    // The toast waits for its turn at Termux:API.
    until("the second one's result", || {
        fs::read_to_string(phone.0.own("results/wake-lock.txt"))
            .is_ok_and(|text| text.starts_with("BUSY wake-lock"))
    });
    fs::remove_file(phone.file("api/wait")).unwrap();
    assert!(first.wait().unwrap().success());
    let second = second.wait_with_output().unwrap();
    let text = String::from_utf8(second.stdout).unwrap();
    assert!(text.contains("still running, "), "{text}");
    let result = fs::read_to_string(phone.0.own("results/wake-lock.txt")).unwrap();
    assert!(result.starts_with("OK   wake-lock"), "{result}");
    assert!(!result.contains("BUSY"), "{result}");
    assert!(phone.said().contains("still running"));
}

#[test]
fn termux_that_hangs_costs_little_and_is_left_in_peace() {
    let phone = Phone::new();
    fs::write(phone.file("api/hang"), "").unwrap();
    let ran = phone.mamori(&["widget", "heal"]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    assert!(ran.stdout.starts_with("OK   heal"), "{}", ran.stdout);
    // What it took is not what the messages took, which have 15 s.
    let took = ran.stdout.split_once("took ").unwrap().1;
    let took: f64 = took.split_once(" s").unwrap().0.parse().unwrap();
    assert!(took < 12.0, "{}", ran.stdout);
    let asked = phone.said().lines().count();
    assert_eq!(asked, 2, "two without an answer: {}", phone.said());
    let ran = phone.mamori(&["widget", "heal"]);
    assert_eq!(ran.code, Some(0));
    assert_eq!(phone.said().lines().count(), asked, "it is left in peace");
    assert!(ran.stderr.contains("no answer lately"), "{}", ran.stderr);
    // No process is left of those that hung.
    let left = Command::new("pgrep")
        .args(["-f", phone.0.home().to_str().unwrap()])
        .output()
        .unwrap();
    assert_eq!(String::from_utf8(left.stdout).unwrap(), "");
}

#[test]
fn a_boot_leaves_its_mark_and_a_notification_opens_its_alert() {
    let phone = Phone::new();
    assert_eq!(phone.mamori(&["widget", "boot"]).code, Some(0));
    assert!(phone.0.own("boot").exists());
    let ran = phone.mamori(&["widget", "open", "7"]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    assert_eq!(ran.stdout, "alert 7 is over\n");
    until("it to be opened", || {
        phone
            .said()
            .contains("termux-open [HOME/.miyabi/mamori/results/alert.txt]")
    });
    let state: Value = phone.0.mamori(&["status", "--json"]).json();
    assert!(state["error"].is_object());
}
