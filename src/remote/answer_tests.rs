//! Answers as nodes give them, and as nobody should.

use proptest::prelude::*;

use super::*;
use crate::config::Check;

const LINUX: &str = "platform=linux
listener=there
boot=8cb959ce-8668-4a77-8e29-667e872fc96b
uptime=1998.34 3742.69
load=0.24 0.07 0.09 1/82 11785
cpu=cpu  10 1 5 100 4 0 1 2 9 9
memory=MemTotal:       8000 kB
memory=MemAvailable:   2000 kB
battery=81 Discharging
mount=0 0 254:0 / / rw - ext4 /dev/vda rw
mount=0 0 0:27 / /dev/shm rw - tmpfs tmpfs rw
mount=0 0 8:1 / /mnt/my\\040disk rw - ext4 /dev/sdb1 rw
mount=0 0 0:99 / /net/home rw - nfs4 nas:/home rw
space=4096 4096 100 40 30 10 5 /
space=4096 4096 100 100 100 0 0 /dev/shm
space=4096 4096 100 10 10 10 10 /mnt/my disk
tmux=ask
session=main
session=#(touch X)
tmux=0
tmux=done
wishes=9647c5578a9e1701
home=/net/home/ann
space=1048576 4096 1000 70 70 0 0 /net/home/ann
service.1=not
service.0=ready
";

fn wishes() -> Wishes {
    let check = |name: &str| (name.to_owned(), Check::Process(name.to_owned()));
    Wishes {
        battery: true,
        services: vec![check("web"), check("db")],
        ..Wishes::default()
    }
}

fn linux(changes: &[(&str, &str)]) -> Readings {
    let text = changes.iter().fold(LINUX.to_owned(), |text, (from, to)| {
        assert!(text.contains(from), "{from}");
        text.replace(from, to)
    });
    read(text.as_bytes(), true, &wishes()).readings
}

fn failed<T: std::fmt::Debug>(reading: &Reading<T>) -> &str {
    match reading {
        Reading::Failed(error) => error,
        other => panic!("{other:?}"),
    }
}

#[test]
fn services_that_another_configuration_asked_are_not_ours() {
    let told = |wishes: &Wishes| read(LINUX.as_bytes(), true, wishes).readings.services;
    assert!(matches!(told(&wishes()), Reading::Value(_)));
    let mut other = wishes();
    other.services.swap(0, 1);
    let why = failed(&told(&other)).to_owned();
    assert!(why.contains("`mamori setup node`"), "{why}");
}

#[test]
fn an_answer_of_linux_is_read() {
    let answer = read(LINUX.as_bytes(), true, &wishes());
    assert_eq!(answer.platform, Some(Platform::Linux));
    assert_eq!(
        answer.boot_id.as_deref(),
        Some("8cb959ce-8668-4a77-8e29-667e872fc96b")
    );
    assert_eq!(
        answer.cpu_ticks,
        Some(CpuTicks {
            busy: 19,
            total: 123
        })
    );
    let readings = answer.readings;
    assert_eq!(readings.uptime_s, Reading::Value(1998));
    assert_eq!(readings.load_1m, Reading::Value(0.24));
    assert_eq!(readings.memory_available_percent, Reading::Value(25.0));
    assert_eq!(readings.disk_used_percent, Reading::Value(93.0));
    assert_eq!(readings.disk_mount, Reading::Value("/net/home".to_owned()));
    let disks = readings.disks.value().unwrap();
    let points: Vec<&str> = disks.iter().map(|disk| disk.mount.as_str()).collect();
    assert_eq!(points, ["/", "/dev/shm", "/mnt/my disk"]);
    let names = ["#(touch X)", "main"].map(ToOwned::to_owned);
    assert_eq!(readings.tmux_sessions, Reading::Value(names.to_vec()));
    let ready = [("db".to_owned(), false), ("web".to_owned(), true)];
    assert_eq!(readings.services, Reading::Value(ready.into()));
    assert_eq!(readings.battery_percent, Reading::Value(81.0));
    assert_eq!(readings.battery_discharging, Reading::Value(true));
    assert_eq!(
        (readings.sshd, readings.network),
        (Reading::Value(true), Reading::Value(true))
    );
}

#[test]
fn what_cannot_be_is_a_failure_and_never_a_number() {
    for bad in [
        "nan",
        "-1",
        "+5",
        "1e400",
        "",
        "9e9",
        "0x10",
        "18446744073709551616",
    ] {
        let readings = linux(&[
            ("uptime=1998.34", &format!("uptime={bad}")),
            ("load=0.24", &format!("load={bad}")),
            ("MemTotal:       8000", &format!("MemTotal: {bad}")),
            ("cpu  10", &format!("cpu  {bad}x")),
            ("battery=81", &format!("battery={bad}")),
            (
                "space=4096 4096 100 40",
                &format!("space=4096 4096 {bad} 40"),
            ),
        ]);
        failed(&readings.uptime_s);
        failed(&readings.load_1m);
        failed(&readings.memory_total_bytes);
        failed(&readings.cpu_percent);
        failed(&readings.battery_percent);
        assert_eq!(readings.disks.value().unwrap().len(), 2, "{bad}");
    }
    let readings = linux(&[
        ("MemAvailable:   2000", "MemAvailable: 9000"),
        ("battery=81", "battery=101"),
        ("load=0.24", "load=\u{1b}[31m\u{202e}#(touch X)"),
    ]);
    failed(&readings.memory_available_bytes);
    failed(&readings.battery_percent);
    assert_eq!(
        failed(&readings.load_1m),
        "load: not understood: [31m#(touch X) 0.07 0.09 1/82 11785"
    );
}

#[test]
fn what_is_said_twice_counts_once() {
    let readings = linux(&[("battery=81", "uptime=7 1\nservice.0=not\nbattery=81")]);
    assert_eq!(readings.uptime_s, Reading::Value(1998));
}

#[test]
fn an_answer_that_stopped_keeps_its_start() {
    let end = LINUX.find("wishes=").unwrap();
    let answer = read(&LINUX.as_bytes()[..end], false, &wishes()).readings;
    assert_eq!(answer.disks.value().unwrap().len(), 3);
    assert!(answer.tmux_sessions.value().is_some());
    assert_eq!(failed(&answer.disk_used_percent), "no answer in time");
    assert_eq!(failed(&answer.services), "no answer in time");
    let end = LINUX.find("tmux=ask").unwrap();
    let answer = read(&LINUX.as_bytes()[..end], false, &wishes()).readings;
    assert_eq!(failed(&answer.disks), "no answer in time");
    assert_eq!(failed(&answer.tmux_sessions), "no answer in time");
    let answer = read(b"", true, &wishes());
    assert_eq!(failed(&answer.readings.load_1m), "not in the answer");
    assert_eq!((answer.platform, answer.boot_id), (None, None));
}

#[test]
fn a_home_that_hung_says_so() {
    let readings = linux(&[
        ("home=/net/home/ann\n", ""),
        ("space=1048576", "home_failed=137\nspace=1048576"),
    ]);
    assert_eq!(failed(&readings.disk_used_percent), "hung");
}

#[test]
fn tmux_is_missing_silent_or_broken() {
    let tmux = |lines: &str| {
        linux(&[(
            "tmux=ask\nsession=main\nsession=#(touch X)\ntmux=0\n",
            lines,
        )])
        .tmux_sessions
    };
    assert_eq!(tmux(""), Reading::Value(Vec::new()));
    let silent = "tmux=ask\nno server running on /tmp/x\ntmux=1\n";
    assert_eq!(tmux(silent), Reading::Value(Vec::new()));
    assert_eq!(
        tmux("tmux=missing\n"),
        Reading::unavailable("tmux is not installed")
    );
    assert_eq!(
        failed(&tmux("tmux=ask\nno \u{1b}sense\ntmux=1\n")),
        "tmux: no sense"
    );
    assert_eq!(failed(&tmux("tmux=ask\ntmux=137\n")), "tmux ended with 137");
    let stale = "tmux=ask\nlost server\ntmux=1\ntmux=ask\nsession=a\ntmux=0\n";
    assert_eq!(tmux(stale), Reading::Value(vec!["a".to_owned()]));
}

#[test]
fn names_and_their_number_are_bounded() {
    let many: Vec<String> = (0..500)
        .map(|n| format!("session={n}{}\n", "無".repeat(600)))
        .collect();
    let many = many.concat();
    let sessions = linux(&[("session=main\n", &many)]).tmux_sessions;
    let sessions = sessions.value().unwrap();
    assert_eq!(sessions.len(), 200);
    assert!(sessions.iter().all(|name| name.chars().count() <= 256));
}

#[test]
fn a_listener_that_is_gone_is_no_ssh_server() {
    let text = LINUX.replace("listener=there", "listener=gone");
    let answer = read(text.as_bytes(), true, &wishes());
    assert!(answer.listener_gone);
    assert_eq!(answer.readings.sshd, Reading::Value(false));
}

#[test]
fn a_service_that_nothing_can_ask_is_left_out() {
    let services = |lines| linux(&[("service.1=not\nservice.0=ready\n", lines)]).services;
    let one = [("web".to_owned(), true)];
    assert_eq!(
        services("service.0=ready\nservice.1=unknown\nservice.9=ready\nservice.+1=ready\n"),
        Reading::Value(one.into())
    );
    assert!(matches!(
        services("service.0=unknown\n"),
        Reading::Unavailable(_)
    ));
    assert_eq!(failed(&services("")), "not in the answer");
}

#[test]
fn a_system_that_nobody_knows_is_named() {
    let readings = linux(&[("platform=linux", "platform=Fre\u{1b}eBSD")]);
    assert_eq!(
        readings.load_1m,
        Reading::unavailable("the probe does not know `FreeBSD`")
    );
    assert!(readings.tmux_sessions.value().is_some());
}

#[test]
fn a_boot_id_is_short_and_printable() {
    for bad in ["", "a b", "\u{1b}", &"x".repeat(65)] {
        let text = LINUX.replace("8cb959ce-8668-4a77-8e29-667e872fc96b", bad);
        assert_eq!(read(text.as_bytes(), true, &wishes()).boot_id, None);
    }
}

fn in_range(readings: &Readings) {
    let percent = |reading: &Reading<f64>| {
        assert!(
            reading
                .value()
                .is_none_or(|value| (0.0..=100.0).contains(value))
        );
    };
    percent(&readings.disk_used_percent);
    percent(&readings.memory_available_percent);
    percent(&readings.cpu_percent);
    percent(&readings.battery_percent);
    assert!(
        readings
            .load_1m
            .value()
            .is_none_or(|load| (0.0..=1e6).contains(load))
    );
    assert!(
        readings
            .uptime_s
            .value()
            .is_none_or(|seconds| *seconds < 1 << 32)
    );
    for disk in readings.disks.value().into_iter().flatten() {
        assert!((0.0..=100.0).contains(&disk.used_percent));
        assert!(disk.used_bytes <= disk.total_bytes && disk.total_bytes < TOO_MANY);
        assert!(
            disk.inodes_used_percent
                .is_none_or(|share| (0.0..=100.0).contains(&share))
        );
    }
    let errors = serde_json::to_value(readings).unwrap();
    for reading in errors.as_object().unwrap().values() {
        for why in ["failed", "unavailable"] {
            if let Some(text) = reading.get(why).and_then(|text| text.as_str()) {
                assert!(
                    clean(text) == text && text.chars().count() <= 80,
                    "{text:?}"
                );
            }
        }
    }
}

/// Lines that look like an answer's, with anything in place of a value.
fn lines() -> impl Strategy<Value = Vec<u8>> {
    let key = prop::sample::select(vec![
        "platform",
        "uptime",
        "load",
        "cpu",
        "memory",
        "battery",
        "battery_json",
        "clock",
        "mount",
        "mounted",
        "space",
        "home",
        "home_df",
        "home_failed",
        "df",
        "sysctl",
        "vm_stat",
        "now",
        "pmset",
        "tmux",
        "session",
        "services",
        "service.0",
        "listener",
        "boot",
    ]);
    let word = prop_oneof![
        Just("linux".to_owned()),
        Just("termux".to_owned()),
        Just("macos".to_owned()),
        Just("ask".to_owned()),
        Just("done".to_owned()),
        Just("/".to_owned()),
        Just("ready".to_owned()),
        Just("MemTotal:".to_owned()),
        Just("hw.memsize:".to_owned()),
        Just("cpu".to_owned()),
        Just("up".to_owned()),
        Just("{\"percentage\":1e300}".to_owned()),
        any::<u64>().prop_map(|number| number.to_string()),
        any::<f64>().prop_map(|number| number.to_string()),
        (0_u64..200).prop_map(|number| format!("{number}%")),
        any::<String>(),
    ];
    let line = (key, prop::collection::vec(word, 0..10))
        .prop_map(|(key, words)| format!("{key}={}\n", words.join(" ")).into_bytes());
    prop::collection::vec(line, 0..40).prop_map(|lines| lines.concat())
}

proptest! {
    #[test]
    fn any_bytes_are_read(bytes: Vec<u8>, complete: bool) {
        in_range(&read(&bytes, complete, &wishes()).readings);
    }

    #[test]
    fn any_answer_stays_in_range(bytes in lines(), complete: bool) {
        in_range(&read(&bytes, complete, &wishes()).readings);
    }
}

#[test]
fn a_line_of_a_megabyte_is_passed_over() {
    let long = format!("session={}\n", "x".repeat(1 << 20));
    let sessions = linux(&[("session=main\n", &long)]).tmux_sessions;
    assert_eq!(sessions, Reading::Value(vec!["#(touch X)".to_owned()]));
    let nothing = vec![b'\n'; 1 << 20];
    assert_eq!(
        failed(&read(&nothing, true, &wishes()).readings.load_1m),
        "not in the answer"
    );
}
