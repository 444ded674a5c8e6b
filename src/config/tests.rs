//! What the default file says, and what reading a file gives.

use std::time::Duration;

use super::*;

mod properties;

fn variables() -> Variables {
    Variables {
        home: "/home/ann".into(),
        prefix: None,
        tmpdir: "/tmp".into(),
    }
}

pub(super) fn accepted(text: &str) -> Config {
    read(text, "F", &variables()).unwrap_or_else(|problems| panic!("{problems:#?}"))
}

/// The default file with its commented-out examples in force.
fn with_examples() -> String {
    let mut block = false;
    let lines = DEFAULT.lines().map(|line| {
        let bare = line.strip_prefix("# ").or_else(|| line.strip_prefix('#'));
        block = bare.is_some_and(|bare| block || bare.starts_with('['));
        let key = bare
            .and_then(|bare| bare.split_once(" = "))
            .is_some_and(|(key, _)| {
                key.bytes()
                    .all(|byte| byte.is_ascii_lowercase() || byte == b'_')
            });
        if block || key {
            bare.unwrap_or_default()
        } else {
            line
        }
    });
    lines.collect::<Vec<_>>().join("\n")
}

#[test]
fn the_defaults_are_what_the_default_file_says() {
    let config = Config::defaults(&variables());
    assert_eq!(config, accepted(DEFAULT));
    assert_eq!(config, accepted(""));
    assert_eq!(config.watch.health_every, Duration::from_mins(5));
    assert_eq!(config.watch.liveness_every, Duration::from_secs(15));
    assert_eq!(config.watch.channels, Channels::Auto);
    assert_eq!(
        config.judge,
        Judge {
            raise: Raise { bad: 2, of: 3 },
            clear: 2,
            margin: 2.0
        }
    );
    let limits = Limits {
        disk_used_max: 90.0,
        memory_available_min: 10.0,
        memory_stall_max: 20.0,
        inodes_used_max: 90.0,
        battery_min: 15.0,
    };
    assert_eq!(config.limits, limits);
    assert!(config.report.daily && config.dash.hints && !config.watch.share_master);
    assert_eq!(config.report.title, "Miyabi");
}

#[test]
fn every_commented_example_is_accepted_when_uncommented() {
    let text = with_examples();
    assert!(
        !text.contains("\n# [["),
        "an example is still commented out:\n{text}"
    );
    let config = accepted(&text);
    assert_eq!(config.timezone, Some(chrono_tz::Asia::Tokyo));
    assert_eq!(config.local.name.as_deref(), Some("laptop"));
    assert_eq!(config.channels.len(), 2);
}

#[test]
fn every_key_of_an_example_reaches_its_field() {
    let config = accepted(&with_examples());
    let words = |words: &[&str]| {
        words
            .iter()
            .map(|&word| word.to_owned())
            .collect::<Vec<_>>()
    };
    let own = NodeLimits {
        disk_used_max: Some(80.0),
        ..NodeLimits::default()
    };
    assert_eq!(
        config.nodes,
        [Node {
            name: "mugen".into(),
            ssh: "mugen".into(),
            addresses: words(&["mugen.lan"]),
            platform: Some(Platform::Linux),
            expect: Some(Vec::new()),
            sessions: Some(words(&["monitor"])),
            limits: own,
            down_after: Some(Duration::from_secs(90)),
            coordinator: Some("laptop".into()),
        }]
    );
    let tail = words(&["tail", "-F", "/home/ann/.miyabi/logs/errors.log"]);
    let window = Window {
        name: Some("main".into()),
        dir: Some("/home/ann/code/app".into()),
        layout: Some(WindowLayout::Template(Template::Monitoring)),
        panes: vec![
            Pane {
                role: Some(Role::Logs),
                command: Some(tail),
            },
            Pane {
                role: Some(Role::Shell),
                command: None,
            },
        ],
    };
    let session = Session {
        name: "monitor".into(),
        host: Host::Local,
        windows: vec![window],
    };
    assert_eq!(config.sessions, [session]);
    assert_eq!(
        config.services,
        [Service {
            name: "sshd".into(),
            host: Host::Local,
            start: Some(words(&["/usr/sbin/sshd", "-f", "/etc/ssh/sshd_config"])),
            check: Check::SshBanner(Endpoint {
                host: "127.0.0.1".into(),
                port: 22
            }),
            pid_file: Some("/run/sshd.pid".into()),
            validate: Some(words(&["/usr/sbin/sshd", "-t"])),
            ready_within: Duration::from_secs(10),
            needs: Vec::new(),
        }]
    );
    let guard = Guard {
        path: "/home/ann/.tmux.conf".into(),
        validator: Validator::Preset(GuardPreset::TmuxConf),
        then: Some("sshd".into()),
    };
    assert_eq!(config.guards, [guard]);
    let reopen = Reopen {
        pid_file: "/run/app.pid".into(),
        signal: Signal::Hup,
    };
    let paths = words(&["/home/ann/.miyabi/logs/*.log"]);
    assert_eq!(
        config.logs,
        [Log {
            paths,
            max_size: 100_000_000,
            keep: 7,
            reopen: Some(reopen)
        }]
    );
    let clean = Clean {
        paths: words(&["/tmp/claude-*"]),
        older_than: Duration::from_hours(168),
    };
    assert_eq!(config.cleans, [clean]);
    let url = Secret::new("https://ntfy.example/mamori".into());
    assert_eq!(config.channels[0].kind, ChannelKind::Ntfy(url));
    assert!(config.channels[0].quiet.is_some());
    let command = ChannelKind::Command(words(&["notify-me", "--urgent"]));
    assert_eq!(config.channels[1].kind, command);
    assert_eq!(config.hub.unwrap().url.expose(), "redis://127.0.0.1:6379/0");
}

#[test]
fn what_an_entry_leaves_out_is_what_its_example_says() {
    let example = accepted(&with_examples());
    let bare = accepted(
        r#"
        [[node]]
        name = "mugen"
        [[service]]
        name = "sshd"
        check = { process = "sshd" }
        [[log]]
        paths = ["/x/*.log"]
        [[clean]]
        paths = ["/tmp/claude-*"]
        [[channel]]
        kind = "tmux"
        "#,
    );
    assert_eq!(bare.nodes[0].ssh, example.nodes[0].ssh);
    assert_eq!(
        bare.services[0].ready_within,
        example.services[0].ready_within
    );
    assert_eq!(bare.services[0].host, example.services[0].host);
    assert_eq!(bare.logs[0].max_size, example.logs[0].max_size);
    assert_eq!(bare.logs[0].keep, example.logs[0].keep);
    assert_eq!(bare.cleans[0].older_than, example.cleans[0].older_than);
    assert_eq!(
        bare.channels[0].min_severity,
        example.channels[0].min_severity
    );
}

#[test]
fn a_nodes_limits_are_merged_key_by_key() {
    let config = accepted(
        "limits.battery_min = 20\n[[node]]\nname = \"a\"\nlimits = { disk_used_max = 80 }",
    );
    let limits = config.nodes[0].limits(&config.limits);
    let expected = Limits {
        disk_used_max: 80.0,
        ..config.limits
    };
    assert_eq!(limits, expected);
    assert!((limits.battery_min - 20.0).abs() < f64::EPSILON);
}

#[test]
fn what_is_expected_follows_the_platform_unless_the_file_says() {
    let silent = Config::defaults(&variables()).local;
    assert_eq!(silent.expected(true), [Expect::Sshd]);
    assert_eq!(silent.expected_sessions(true), ["monitor"]);
    assert!(silent.expected(false).is_empty() && silent.expected_sessions(false).is_empty());
    let local = accepted("[local]\nexpect = []\nsessions = [\"a\", \"b\", \"a\"]").local;
    assert!(local.expected(true).is_empty());
    assert_eq!(local.expected_sessions(true), ["a", "b"]);
}

#[test]
fn another_machines_paths_stay_as_written() {
    let config = accepted(
        r#"
        [[node]]
        name = "pixel"
        [[service]]
        name = "app"
        node = "pixel"
        check = { process = "app" }
        pid_file = "$PREFIX/var/run/app.pid"
        start = ["~/bin/app"]
        [[service]]
        name = "app"
        check = { process = "app" }
        start = ["~/bin/app"]
        "#,
    );
    assert_eq!(
        config.services[0].start.as_deref(),
        Some(&["~/bin/app".to_owned()][..])
    );
    assert_eq!(
        config.services[0].pid_file.as_deref(),
        Some("$PREFIX/var/run/app.pid".as_ref())
    );
    assert_eq!(
        config.services[1].start.as_deref(),
        Some(&["/home/ann/bin/app".to_owned()][..])
    );
}

#[test]
fn a_variable_whose_folder_is_a_pattern_is_refused() {
    let variables = Variables {
        tmpdir: "/tmp/*".into(),
        ..variables()
    };
    let problems = read("[[clean]]\npaths = [\"$TMPDIR/claude-*\"]", "F", &variables).unwrap_err();
    assert!(
        problems[0].what.contains("has a variable whose folder"),
        "{problems:?}"
    );
}

#[test]
fn hostile_text_reaches_no_message() {
    let text = "\"a\\u001b[31m\\u202e\" = 1\ntimezone = \"\\u001b]0;x\\u0007\"";
    for problem in read(text, "F", &variables()).unwrap_err() {
        assert!(
            !problem.what.contains(['\u{1b}', '\u{202e}', '\u{7}']),
            "{problem:?}"
        );
    }
}

#[test]
fn all_problems_are_told_in_the_order_of_their_lines() {
    let text =
        "[limits]\ndisk_used_max = 0\nfoo = 1\n[watch]\nheal_every = 5\n[judge]\nraise = [3, 2]";
    let problems = read(text, "F", &variables()).unwrap_err();
    let lines: Vec<_> = problems.iter().map(|problem| problem.line).collect();
    assert_eq!(lines, [Some(2), Some(3), Some(5), Some(7)]);
}

#[test]
fn the_config_in_force_reads_back_as_itself() {
    // Addresses are secrets, and a hub is nothing without one.
    let text = with_examples();
    let (before, hub) = text.split_once("\n[hub]").unwrap();
    let after = hub.split_once("\n\n").unwrap().1;
    let text = format!("{before}\n{after}")
        .replace("url = ", "# url = ")
        .replace("\"ntfy\"", "\"tmux\"");
    let found = Found {
        shown: "F".into(),
        text,
        exposed: false,
    };
    let shown = InForce::of(Some(&found)).toml();
    assert_eq!(accepted(&shown), accepted(&found.text), "{shown}");
    assert_eq!(accepted(&InForce::of(None).toml()), accepted(""));
}

#[test]
fn each_value_in_force_tells_where_it_is_from_and_no_secret() {
    let text = r#"
        [watch]
        heal_every = "1h"
        [[channel]]
        kind = "webhook"
        url = "https://me:pw@hooks.example/T0/secret?token=x"
        [hub]
        url = "redis://:pw@127.0.0.1:6379/0"
    "#;
    let in_force = InForce::of(Some(&Found {
        shown: "F".into(),
        text: text.into(),
        exposed: false,
    }));
    let toml = in_force.toml();
    assert!(toml.contains("heal_every = \"1h\"  # F:3\n"), "{toml}");
    assert!(
        toml.contains("health_every = \"5m\"  # default\n"),
        "{toml}"
    );
    assert!(
        toml.contains("url = \"https://…@hooks.example/…\"  # F:6\n"),
        "{toml}"
    );
    assert!(
        toml.contains("url = \"redis://…@127.0.0.1:6379/…\"  # F:8\n"),
        "{toml}"
    );
    let json = in_force.json();
    assert_eq!(json["values"]["watch"]["heal_every"], "1h");
    assert_eq!(json["lines"]["channel[1].url"], 6);
    assert!(!json.to_string().contains("secret") && !json.to_string().contains("pw"));
}
