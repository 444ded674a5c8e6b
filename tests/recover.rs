//! `mamori recover`: what died comes back, what must not be touched is not.

use std::fs;
use std::net::TcpListener;

use crate::harness::ground::{Ground, START, ready};

#[test]
fn a_dead_service_is_started_and_the_repair_is_recorded() {
    let mut ground = Ground::new();
    let text = ground.service("web", START, "");
    ground.configure(&text);
    let plan = ground.bench.mamori(&["recover", "--dry-run"]);
    assert_eq!(plan.code, Some(1));
    let port = ground.ports[0];
    assert_eq!(
        plan.stdout,
        format!(
            "▲ web  127.0.0.1:{port}: connection refused; to do:\n       \
             1. HOME/server {port} fork  (127.0.0.1:{port}: connection refused)\n"
        )
    );
    assert!(!ready(port), "a dry run started it");
    let (ran, targets) = ground.recover(&[]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert_eq!(targets[0]["state"], "recovered");
    assert!(ready(port));
    let first = ground.pid(0);
    let state = ground.bench.state();
    assert_eq!(state["incidents"][0]["by"], "recover");
    assert_eq!(state["incidents"][0]["tries"], 1);
    assert_eq!(state["events"][0]["what"], "recovered");
    // What is ready is left alone.
    let (ran, targets) = ground.recover(&["web"]);
    assert_eq!((ran.code, &targets[0]["state"]), (Some(0), &"ready".into()));
    assert_eq!(ground.pid(0), first);
}

#[test]
fn what_hangs_is_ended_and_only_that() {
    let mut ground = Ground::new();
    let text = ground.service("web", START, "") + "[watch]\nprobe_timeout = \"1s\"\n";
    ground.configure(&text);
    assert_eq!(ground.recover(&[]).0.code, Some(0));
    let first = ground.pid(0);
    ground.signal(0, rustix::process::Signal::STOP);
    let (_, plan) = ground.recover(&["--dry-run"]);
    assert_eq!(plan[0]["steps"][0]["do"], "end");
    let found = plan[0]["found"].as_str().unwrap();
    assert!(
        found.starts_with(&format!("a signal stopped process {}", first.unwrap())),
        "{found}"
    );
    let (ran, targets) = ground.recover(&[]);
    assert_eq!(
        (ran.code, &targets[0]["state"]),
        (Some(0), &"recovered".into())
    );
    assert_ne!(ground.pid(0), first);
    assert!(ready(ground.ports[0]));
}

#[test]
fn a_taken_port_is_named_and_its_owner_untouched() {
    let mut ground = Ground::new();
    let text = ground.service("web", START, "") + "[watch]\nprobe_timeout = \"1s\"\n";
    ground.configure(&text);
    let _squatter = TcpListener::bind(("127.0.0.1", ground.ports[0])).unwrap();
    // Its pid file names a process that is not its own.
    fs::write(ground.pid_file(0), format!("{}\n", std::process::id())).unwrap();
    let (ran, targets) = ground.recover(&[]);
    assert_eq!(
        (ran.code, &targets[0]["state"]),
        (Some(1), &"unrepairable".into())
    );
    let found = targets[0]["found"].as_str().unwrap();
    assert!(
        found.contains(&format!("(pid {}) has its port", std::process::id())),
        "{found}"
    );
    fs::remove_file(ground.pid_file(0)).unwrap();
}

#[test]
fn a_start_that_fails_says_why_in_its_own_words() {
    let mut ground = Ground::new();
    let cases = [
        (
            "start = [\"/nonexistent/program\"]",
            "",
            "`/nonexistent/program` is not there",
        ),
        (
            "start = [\"sh\", \"-c\", \"echo 'no \\u001b[31mkeys' >&2; exit 7\"]",
            "",
            "it exited with 7; it said: no [31mkeys",
        ),
        (
            "start = [\"true\"]",
            "ready_within = \"300ms\"",
            "it exited with 0, but was not ready within 300ms",
        ),
        (
            "start = [\"sleep\", \"600\"]",
            "ready_within = \"300ms\"",
            "not ready within 300ms",
        ),
        (
            "start = [\"sh\", \"-c\", \"setsid -f sleep 600; sleep 600 & exit 0\"]",
            "ready_within = \"300ms\"",
            "it exited with 0",
        ),
        (
            "start = [\"sh\", \"-c\", \"yes\"]",
            "ready_within = \"1s\"",
            "not ready within 1s",
        ),
        (
            "start = [\"HOME/server\", \"PORT\"]",
            "validate = [\"sh\", \"-c\", \"echo line 3 is bad; exit 1\"]",
            "exits with 1: line 3 is bad",
        ),
    ];
    let text: String = cases
        .iter()
        .enumerate()
        .map(|(at, (start, more, _))| ground.service(&format!("s{at}"), start, more))
        .collect();
    ground.configure(&text);
    let (ran, targets) = ground.recover(&[]);
    assert_eq!(ran.code, Some(1));
    assert_eq!(targets.len(), cases.len());
    for ((_, _, why), target) in cases.iter().zip(&targets) {
        let text = target["why"].as_str().unwrap();
        assert!(text.contains(why), "{why:?}: {text}");
    }
    // What did not get ready is not left behind, and megabytes are not kept.
    let left = ground
        .bench
        .ran(ground.bench.command("pgrep").args(["-f", "^sleep 600$"]));
    let ours = |pid: &&str| {
        let environment = fs::read(format!("/proc/{pid}/environ")).unwrap_or_default();
        let home = ground.bench.home().to_str().unwrap().as_bytes();
        environment.windows(home.len()).any(|part| part == home)
    };
    assert_eq!(left.stdout.lines().filter(ours).count(), 0);
    let said = fs::metadata(ground.bench.own("output/s5.log"))
        .unwrap()
        .len();
    assert!(said < 8 << 20, "{said}");
}

#[test]
fn what_others_need_comes_first() {
    let mut ground = Ground::new();
    let text = ground.service("db", START, "") + &ground.service("web", START, "needs = [\"db\"]");
    ground.configure(&text);
    // Asked for alone, it brings along what it needs, and says so before.
    let plan = ground.bench.mamori(&["recover", "web", "--dry-run"]);
    let (db, web) = (ground.ports[0], ground.ports[1]);
    assert_eq!(
        plan.stdout,
        format!(
            "▲ db   127.0.0.1:{db}: connection refused; to do:\n       \
             1. HOME/server {db} fork  (127.0.0.1:{db}: connection refused)\n\
             ▲ web  127.0.0.1:{web}: connection refused; it needs `db`, brought back first; to do:\n       \
             1. HOME/server {web} fork  (127.0.0.1:{web}: connection refused; it needs `db`, brought back first)\n"
        )
    );
    assert!(!ready(db) && !ready(web), "a dry run started it");
    let (ran, targets) = ground.recover(&["web"]);
    assert_eq!(ran.code, Some(0), "{targets:?}");
    let names: Vec<_> = targets.iter().map(|one| one["target"].clone()).collect();
    assert_eq!(names, ["db", "web"]);
    assert_eq!(targets[1]["needs"], serde_json::json!(["db"]));
    // What is needed and ready is not spoken of.
    let (_, targets) = ground.recover(&["web"]);
    assert_eq!(targets.len(), 1, "{targets:?}");
    ground.configure("[[service]]\nname = \"a\"\nneeds = [\"b\"]\ncheck = { process = \"x\" }\n");
    let refusal = ground.bench.refusal();
    assert!(refusal.contains("above it"), "{refusal}");
}

#[test]
fn what_needs_something_that_cannot_be_mended_waits_and_names_it() {
    let mut ground = Ground::new();
    let fails = "start = [\"sh\", \"-c\", \"echo no disk >&2; exit 3\"]";
    let text = ground.service("db", fails, "")
        + &ground.service("cache", fails, "")
        + &ground.service("web", START, "needs = [\"db\", \"cache\"]");
    ground.configure(&text);
    let ran = ground.bench.mamori(&["recover", "local/web"]);
    assert_eq!(ran.code, Some(1));
    let said = &ran.stdout;
    assert!(
        said.contains("it exited with 3; it said: no disk"),
        "{said}"
    );
    assert!(said.contains("waits for `db`, `cache`: "), "{said}");
    let (_, targets) = ground.recover(&["web"]);
    assert_eq!(targets[2]["state"], "waits");
    assert_eq!(targets[2]["waits_for"], serde_json::json!(["db", "cache"]));
    assert!(!ready(ground.ports[2]));
}

#[test]
fn a_target_of_this_machine_goes_by_its_whole_name_too() {
    let mut ground = Ground::new();
    let text = ground.service("db", START, "");
    ground.configure(&("[local]\nname = \"laptop\"\n".to_owned() + &text));
    for word in ["laptop/db", "local/db", "laptop/service:db"] {
        let (ran, targets) = ground.recover(&[word, "--dry-run"]);
        assert_eq!(targets[0]["target"], "db", "{word}: {ran:?}");
    }
    let ran = ground.bench.mamori(&["recover", "laptop/bd"]);
    assert_eq!(ran.code, Some(2));
    assert_eq!(
        ran.stderr,
        "error: there is no target `laptop/bd`\nhint: mamori recover laptop/db\n"
    );
}

#[test]
fn what_its_owner_stopped_is_left_alone() {
    let mut ground = Ground::new();
    let text = ground.service(
        "web",
        "start = [\"sv\", \"up\", \"HOME/sv/web\"]",
        "ready_within = \"1s\"",
    );
    ground.configure(&text);
    let answer = |said: &str| {
        let script = format!(
            "#!/bin/sh\necho \"$*\" >>\"$HOME/calls\"\ncase $1 in status) echo '{said}' ;; esac\n"
        );
        ground.bench.stand_in("sv", &script);
    };
    answer("down: web: 5s, normally up");
    let (ran, targets) = ground.recover(&[]);
    assert_eq!(
        (ran.code, &targets[0]["state"]),
        (Some(0), &"left".into()),
        "{targets:?}"
    );
    let calls = fs::read_to_string(ground.bench.home().join("calls")).unwrap();
    assert!(
        calls.lines().all(|call| call.starts_with("status ")),
        "{calls}"
    );
    // Who wants it up is waited for, then asked.
    answer("down: web: 0s, normally up, want up");
    let (ran, targets) = ground.recover(&[]);
    assert_eq!(
        (ran.code, &targets[0]["state"]),
        (Some(1), &"failed".into())
    );
    assert_eq!(targets[0]["steps"][0]["do"], "await");
    let calls = fs::read_to_string(ground.bench.home().join("calls")).unwrap();
    assert!(calls.contains("up "), "{calls}");
}

#[test]
fn what_supervisord_or_monit_stopped_is_left_alone() {
    let mut ground = Ground::new();
    let by = |words: &str| format!("start = [\"{}\"]", words.replace(' ', "\", \""));
    let text = ground.service("web", &by("supervisorctl start web"), "")
        + &ground.service("app", &by("sudo -n -u monit supervisorctl start app"), "")
        + &ground.service("mail", &by("monit start mail"), "")
        // That monit does not monitor it says nothing of a stop.
        + &ground.service("news", &by("monit start news"), "ready_within = \"1s\"");
    ground.configure(&text);
    let stand_in = |name: &str, script: &str| {
        let script = format!("#!/bin/sh\necho \"{name} $*\" >>\"$HOME/calls\"\n{script}\n");
        ground.bench.stand_in(name, &script);
    };
    stand_in("sudo", "shift 3\nexec \"$@\"");
    stand_in(
        "supervisorctl",
        "[ \"$1\" != status ] || { echo \"$2   STOPPED   Nov 28 04:00 PM\"; exit 3; }",
    );
    stand_in(
        "monit",
        "case $* in *mail) echo 'status  Not monitored - stop pending' ;; esac\n\
         echo '  monitoring status            Not monitored'",
    );
    let (ran, targets) = ground.recover(&[]);
    assert_eq!(ran.code, Some(1), "{targets:?}");
    let found: Vec<&str> = targets
        .iter()
        .take(3)
        .map(|one| one["found"].as_str().unwrap())
        .collect();
    assert_eq!(
        found,
        [
            "stopped by its owner: `supervisorctl stop`",
            "stopped by its owner: `supervisorctl stop`",
            "stopped by its owner: `monit stop`"
        ]
    );
    let calls = fs::read_to_string(ground.bench.home().join("calls")).unwrap();
    assert_eq!(
        calls,
        "supervisorctl status web\nsudo -n -u monit supervisorctl status app\n\
         supervisorctl status app\nmonit status mail\nmonit status news\nmonit start news\n"
    );
}

#[test]
fn two_who_recover_at_once_start_it_once() {
    let mut ground = Ground::new();
    let slow = "start = [\"sh\", \"-c\", \"echo x >>HOME/starts; sleep 1; exec HOME/server PORT\"]";
    let text = ground.service("web", slow, "");
    ground.configure(&text);
    let runs: Vec<_> = (0..4)
        .map(|_| {
            let mut command = ground.bench.command(crate::harness::MAMORI);
            command
                .args(["recover", "web"])
                .stdout(std::process::Stdio::null())
                .spawn()
                .unwrap()
        })
        .collect();
    for mut run in runs {
        assert_eq!(run.wait().unwrap().code(), Some(0));
    }
    let starts = fs::read_to_string(ground.bench.home().join("starts")).unwrap();
    assert_eq!(starts, "x\n");
}

#[test]
fn unknown_and_unexpected_targets_are_told_apart() {
    let ground = Ground::new();
    let ran = ground.bench.mamori(&["recover", "sshdd"]);
    assert_eq!(ran.code, Some(2));
    assert_eq!(
        ran.stderr,
        "error: there is no target `sshdd`\nhint: mamori recover sshd\n"
    );
    let ran = ground.bench.mamori(&["recover"]);
    assert_eq!(ran.code, Some(0));
    assert!(
        ran.stdout
            .starts_with("nothing is expected on this machine"),
        "{}",
        ran.stdout
    );
}
