//! `mamori doctor` on what was set up, and in a replica of Termux: each check
//! where it is right and where it is not, and what is printed mends it.

use std::fs;
use std::os::unix::fs::symlink;
use std::process::Command;

use serde_json::Value;

use crate::harness::phone::Phone;
use crate::harness::{Bench, MAMORI, Ran, mode};
use crate::setup_tmux::{self, done};

/// A check, by what `run` gives for `doctor --json`.
fn check(json: &Value, id: &str) -> Value {
    let checks = json["checks"].as_array().unwrap();
    let found = checks.iter().find(|check| check["id"] == id);
    found.unwrap_or_else(|| panic!("{id}: {json}")).clone()
}

/// Runs the printed command; the home's path stands in it again.
fn mend(bench: &Bench, check: &Value, command: impl Fn(&str) -> Command) -> Ran {
    let home = bench.home().to_str().unwrap();
    let words = check["mend"]["command"].as_array().unwrap();
    let words: Vec<String> = words
        .iter()
        .map(|word| word.as_str().unwrap().replace("HOME", home))
        .collect();
    assert!(!words.is_empty(), "{check}");
    let program = if words[0] == "mamori" {
        MAMORI
    } else {
        &words[0]
    };
    let ran = bench.ran(command(program).args(&words[1..]));
    assert_eq!(ran.code, Some(0), "{check}: {ran:?}");
    ran
}

struct Doctor(Phone);

impl Doctor {
    fn check(&self, id: &str) -> Value {
        check(&self.0.mamori(&["doctor", "--json"]).json(), id)
    }

    fn status(&self, id: &str) -> String {
        self.check(id)["status"].as_str().unwrap().to_owned()
    }

    /// It is `bad`, and after the printed command fine.
    fn mended(&self, id: &str, bad: &str) {
        let seen = self.check(id);
        assert_eq!(seen["status"], bad, "{seen}");
        mend(&self.0.0, &seen, |program| {
            let mut command = self.0.command();
            if program != MAMORI {
                // The same surroundings for another program.
                let mut other = self.0.0.command(program);
                other.env("PREFIX", self.0.file("usr"));
                command = other;
            }
            command
        });
        let seen = self.check(id);
        assert_eq!(seen["status"], "ok", "{seen}");
    }
}

fn phone() -> Doctor {
    let phone = Phone::new();
    phone.0.stand_in(
        "getprop",
        "#!/bin/sh\n[ \"$*\" = ro.build.version.sdk ] && cat \"$HOME/api/level\"\n",
    );
    let pm = "#!/bin/sh\n[ \"$*\" = 'list packages -i com.termux' ] && cat \"$HOME/api/apps\"\n";
    phone.0.stand_in("pm", pm);
    fs::write(phone.file("api/level"), "35\n").unwrap();
    let app = "package:com.termux  installer=org.fdroid.fdroid\n";
    fs::write(phone.file("api/apps"), app).unwrap();
    Doctor(phone)
}

#[test]
fn a_block_that_somebody_took_out_is_set_up_no_more() {
    let bench = setup_tmux::bench();
    let of = || check(&bench.mamori(&["doctor", "--json"]).json(), "setup");
    assert_eq!(of()["status"], "ok");
    done(&bench, &setup_tmux::DO);
    assert_eq!(of()["status"], "ok");
    fs::write(bench.home().join(".tmux.conf"), "set -g mouse on\n").unwrap();
    let seen = of();
    assert_eq!(seen["status"], "warn", "{seen}");
    mend(&bench, &seen, |program| bench.command(program));
    assert_eq!(of()["status"], "ok");
    done(&bench, &setup_tmux::DO);
    // A plugin manager loads it by now.
    let line = "set -g @plugin 'someone/mamori'\n";
    fs::write(bench.home().join(".tmux.conf"), line).unwrap();
    let seen = of();
    assert_eq!(seen["status"], "warn", "{seen}");
    mend(&bench, &seen, |program| bench.command(program));
    assert_eq!(of()["status"], "ok");
    let text = fs::read_to_string(bench.home().join(".tmux.conf")).unwrap();
    assert_eq!(text, line);
    fs::write(bench.home().join(".tmux.conf"), "").unwrap();
    done(&bench, &setup_tmux::DO);
    let conf = bench.home().join(".tmux.conf");
    let text = fs::read_to_string(&conf).unwrap();
    fs::write(&conf, text.replace("run-shell", "run-shell -b")).unwrap();
    assert_eq!(of()["status"], "note");
}

#[test]
fn a_service_that_was_stopped_runs_again() {
    let bench = Bench::quiet();
    let state = |name: &str| bench.home().join(name);
    bench.stand_in(
        "systemctl",
        "#!/bin/sh\n[ ! -e $HOME/dead ] || exit 1\ncase \"$*\" in\n*show*) echo UnitFileState=$(cat $HOME/enabled); echo ActiveState=$(cat $HOME/active) ;;\n\
         *enable*) echo enabled >$HOME/enabled; echo active >$HOME/active ;;\nesac\n",
    );
    bench.stand_in(
        "loginctl",
        "#!/bin/sh\ncase \"$*\" in\n*show-user*) echo Linger=$(cat $HOME/linger) ;;\nenable-linger) echo yes >$HOME/linger ;;\nesac\n",
    );
    for (name, text) in [
        ("enabled", "disabled"),
        ("active", "inactive"),
        ("linger", "no"),
    ] {
        fs::write(state(name), text).unwrap();
    }
    done(
        &bench,
        &["setup", "service", "--yes", "--manager", "systemd"],
    );
    let of = |id: &str| check(&bench.mamori(&["doctor", "--json"]).json(), id);
    assert_eq!(of("service.unit")["status"], "ok");
    fs::write(state("dead"), "").unwrap();
    let seen = of("service.unit");
    assert_eq!(seen["status"], "warn", "{seen}");
    fs::remove_file(state("dead")).unwrap();
    fs::write(state("active"), "failed").unwrap();
    for (id, bad) in [("service.unit", "fault"), ("service.linger", "warn")] {
        let seen = of(id);
        assert_eq!(seen["status"], bad);
        mend(&bench, &seen, |program| bench.command(program));
        assert_eq!(of(id)["status"], "ok");
    }
}

#[test]
fn a_phone_that_is_not_set_up_is_mended_by_the_printed_commands() {
    let doctor = phone();
    let phone = &doctor.0;
    assert_eq!(doctor.status("termux.boot"), "warn");
    assert_eq!(doctor.status("termux.job"), "note");
    doctor.mended("termux.widgets", "note");
    assert_eq!(doctor.status("termux.job"), "ok");
    assert_eq!(doctor.status("termux.boot"), "note");
    phone.mamori(&["widget", "boot"]);
    assert_eq!(doctor.status("termux.boot"), "ok");
    fs::remove_file(phone.0.own("boot")).unwrap();
    doctor.mended("termux.wakelock", "warn");
    // A tap that failed asked for nothing.
    let mut state = phone.0.state();
    state["widgets"]["wake-lock"]["exit"] = 1.into();
    phone.0.set_state(serde_json::to_vec(&state).unwrap());
    doctor.mended("termux.wakelock", "warn");
    fs::create_dir(phone.file(".termux/boot/10-無限 'x'")).unwrap();
    let seen = doctor.check("termux.boot");
    assert_eq!(seen["status"], "fault", "{seen}");
    mend(&phone.0, &seen, |program| phone.0.command(program));
    assert_ne!(doctor.status("termux.boot"), "fault");
    fs::remove_file(phone.file(".shortcuts/tasks/mamori-heal.sh")).unwrap();
    doctor.mended("setup", "warn");
    fs::write(phone.file("api/jobs"), "Pending Job 1: /x\n").unwrap();
    doctor.mended("termux.job", "warn");
    let widgets = doctor.check("termux.widgets")["what"]
        .as_str()
        .unwrap()
        .to_owned();
    assert!(
        widgets.contains("heal never") && widgets.contains("UTC ok"),
        "{widgets}"
    );
}

#[test]
fn shortcuts_that_no_widget_lists_or_runs_are_told() {
    let doctor = phone();
    let phone = &doctor.0;
    phone.mamori(&["setup", "termux", "--yes"]);
    assert_eq!(doctor.status("termux.widgets"), "ok");
    mode(&phone.file(".shortcuts"), 0o755);
    doctor.mended("termux.widgets", "warn");
    fs::create_dir(phone.file(".shortcuts/results")).unwrap();
    doctor.mended("termux.widgets", "warn");
    let fix = "#!/bin/sh\nsed -i '1s,^#!.*/,#!/data/data/com.termux/files/usr/bin/,' \"$1\"\n";
    phone.0.stand_in("termux-fix-shebang", fix);
    fs::write(
        phone.file(".shortcuts/tasks/it's.sh"),
        "#!/usr/bin/env bash\n",
    )
    .unwrap();
    doctor.mended("termux.widgets", "warn");
    assert_eq!(doctor.status("termux.overlay"), "ok");
    fs::write(
        phone.file(".shortcuts/05-✨.sh"),
        "#!/data/data/com.termux/files/usr/bin/sh\n",
    )
    .unwrap();
    assert_eq!(doctor.status("termux.overlay"), "note");
    symlink("/usr/bin/true", phone.file(".shortcuts/tasks/link")).unwrap();
    assert_eq!(doctor.status("termux.widgets"), "warn");
}

#[test]
fn termux_itself_its_apps_and_its_services() {
    let doctor = phone();
    let phone = &doctor.0;
    assert_eq!(doctor.status("termux.source"), "ok");
    let apps = "package:com.termux  installer=org.fdroid.fdroid\npackage:com.termux.api  installer=com.android.vending\n";
    fs::write(phone.file("api/apps"), apps).unwrap();
    assert_eq!(doctor.status("termux.source"), "fault");
    let phantom = doctor.check("termux.phantom");
    assert!(
        phantom["mend"]["text"]
            .as_str()
            .unwrap()
            .contains("Disable child process"),
        "{phantom}"
    );
    fs::write(phone.file("api/level"), "30").unwrap();
    assert_eq!(doctor.status("termux.phantom"), "ok");
    assert_eq!(doctor.status("termux.api"), "ok");
    let started =
        "#!/bin/sh\n[ \"$1\" = start ] && echo $PPID >\"$PREFIX/var/run/service-daemon.pid\"\n";
    phone.0.stand_in("service-daemon", started);
    doctor.mended("termux.sv", "fault");
    let uid = rustix::process::geteuid().as_raw();
    let lost = phone.file(&format!("usr/tmp/tmux-{uid}"));
    assert_eq!(doctor.status("termux.sockets"), "ok");
    fs::create_dir(&lost).unwrap();
    fs::write(lost.join("default"), "").unwrap();
    assert_eq!(doctor.status("termux.sockets"), "warn");
    // An sshd that nobody looks after, while runit shall have one.
    let service = phone.file("usr/var/service/sshd");
    fs::create_dir(&service).unwrap();
    fs::write(service.join("run"), "").unwrap();
    assert_eq!(doctor.status("termux.sshd"), "ok");
    fs::write(
        phone.file("usr/var/run/sshd.pid"),
        std::process::id().to_string(),
    )
    .unwrap();
    assert_eq!(doctor.status("termux.sshd"), "fault");
    fs::write(service.join("down"), "").unwrap();
    assert_eq!(doctor.status("termux.sshd"), "ok");
}

#[test]
fn an_app_that_hangs_or_is_missing_is_told_and_nothing_is_written() {
    let doctor = Doctor(Phone::bare());
    let phone = &doctor.0;
    let install = "#!/bin/sh\n[ \"$*\" = 'install -y termux-api' ] || exit 1\n\
        printf '#!/bin/sh\\n' >\"$HOME/stand-ins/termux-battery-status\"\nchmod 755 \"$HOME/stand-ins/termux-battery-status\"\n";
    phone.0.stand_in("pkg", install);
    doctor.mended("termux.api", "note");
    phone
        .0
        .stand_in("termux-battery-status", "#!/bin/sh\nexec sleep 600\n");
    let seen = doctor.check("termux.api");
    assert_eq!(seen["status"], "fault");
    assert_eq!(seen["what"], "Termux:API did not answer in 5 s");
    assert_eq!(doctor.status("termux.job"), "note");
    assert!(!phone.file(".miyabi").exists(), "doctor only reads");
}
