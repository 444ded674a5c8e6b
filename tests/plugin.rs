//! `mamori.tmux` in real tmux servers: what it changes, and what it does not.

use std::fs;
use std::os::unix::fs::symlink;

use crate::harness::tmux::{Tmux, path_with_binaries};
use crate::harness::{Bench, mode, until};

const FORMAT: &str = "#{?#{e|>:%s,#{MAMORI_UNTIL}},◌ mamori?,\
    #{?#{e|<:#{client_width},60},#{MAMORI_SHORT},#{MAMORI_STATUS}}}";

fn option(tmux: &Tmux, name: &str) -> String {
    tmux.run(&["show-options", "-gv", name])
}

#[test]
fn the_placeholder_becomes_the_constant_format_and_nothing_else_changes() {
    let bench = Bench::quiet();
    let conf = "set -g prefix C-a\nset -g status-position top\nset -g base-index 1\n\
        set -g status-right '#{mamori} | #(date) | #{mamori};'\nset -g status-left ' #S #{mamori} '\n\
        bind g display-message mine\nset-hook -g window-linked 'display-message linked'\n";
    let tmux = Tmux::start(&bench, "t", conf);
    let everything = |tmux: &Tmux| {
        let lists = [
            vec!["list-keys"],
            vec!["show-hooks", "-g"],
            vec!["show-options", "-gw"],
            vec!["show-options", "-s"],
        ];
        let options = tmux.run(&["show-options", "-g"]);
        let others = options
            .lines()
            .filter(|line| !line.starts_with("status-right ") && !line.starts_with("status-left "));
        let others: Vec<String> = others.map(ToOwned::to_owned).collect();
        // But for our own slot in one hook.
        let theirs = |text: String| {
            let lines = text.lines();
            let theirs = lines.filter(|line| {
                *line != "session-closed" && !line.starts_with("session-closed[8735] ")
            });
            theirs.map(ToOwned::to_owned).collect::<Vec<String>>()
        };
        (lists.map(|list| theirs(tmux.run(&list))), others)
    };
    let before = everything(&tmux);
    for _ in 0..2 {
        tmux.load(&path_with_binaries());
        assert_eq!(
            option(&tmux, "status-right"),
            format!("{FORMAT} | #(date) | {FORMAT};")
        );
        assert_eq!(option(&tmux, "status-left"), format!(" #S {FORMAT} "));
    }
    assert_eq!(everything(&tmux), before);
    // A configuration that is read again brings the placeholder back.
    tmux.run(&["set-option", "-g", "status-right", "#{mamori}"]);
    tmux.load(&path_with_binaries());
    assert_eq!(option(&tmux, "status-right"), FORMAT);
}

#[test]
fn without_a_placeholder_the_status_line_stays_as_it_is() {
    let bench = Bench::quiet();
    let tmux = Tmux::start(&bench, "t", "");
    let before = tmux.run(&["show-options", "-g"]);
    tmux.load(&path_with_binaries());
    assert_eq!(tmux.run(&["show-options", "-g"]), before);
}

#[test]
fn inject_appends_once_and_raises_a_short_length_only() {
    let bench = Bench::quiet();
    let conf = "set -g status-right 'theirs'\nset -g @mamori-inject right\nset -g @mamori-narrow 50\nset -g @mamori-icons ascii\n";
    let tmux = Tmux::start(&bench, "t", conf);
    let format = FORMAT.replace("60", "50").replace('◌', "?");
    for _ in 0..3 {
        tmux.load(&path_with_binaries());
        assert_eq!(option(&tmux, "status-right"), format!("theirs {format}"));
        assert_eq!(option(&tmux, "status-right-length"), "120");
    }
    let conf = "set -g status-left-length 200\nset -g @mamori-inject left\n";
    let tmux = Tmux::start(&bench, "u", conf);
    let left = option(&tmux, "status-left");
    tmux.load(&path_with_binaries());
    assert_eq!(option(&tmux, "status-left"), format!("{left} {FORMAT}"));
    assert_eq!(option(&tmux, "status-left-length"), "200");
}

#[test]
fn the_server_is_registered_once_with_its_socket_process_and_start() {
    let bench = Bench::quiet();
    let tmux = Tmux::start(&bench, "t", "set -g @mamori-colour-ok 'fg=green'\n");
    tmux.load(&path_with_binaries());
    let revision = bench.state()["revision"].clone();
    tmux.load(&path_with_binaries());
    let state = bench.state();
    assert_eq!(
        state["revision"], revision,
        "the same server again is no news"
    );
    let servers = state["tmux_servers"].as_array().unwrap();
    assert_eq!(servers.len(), 1);
    assert_eq!(servers[0]["socket"], tmux.socket().to_str().unwrap());
    assert_eq!(
        servers[0]["pid"].to_string(),
        tmux.run(&["display-message", "-p", "#{pid}"])
    );
    assert_eq!(
        servers[0]["start_time"].to_string(),
        tmux.run(&["display-message", "-p", "#{start_time}"])
    );
    assert_eq!(servers[0]["styles"]["ok"], "fg=green");
    bench.mamori(&["health"]);
    assert_eq!(
        tmux.hidden("MAMORI_STATUS").as_deref(),
        Some("#[push-default]#[fg=green]● 1/1#[default]#[pop-default]")
    );
}

/// A tmux on PATH that notes each call.
fn counting(bench: &Bench) -> String {
    let folder = bench.home().join("bin");
    fs::create_dir_all(&folder).unwrap();
    let log = bench.home().join("calls");
    let real = which::which("tmux").unwrap();
    let script = format!(
        "#!/bin/sh\necho x >>'{}'\nexec '{}' \"$@\"\n",
        log.display(),
        real.display()
    );
    fs::write(folder.join("tmux"), script).unwrap();
    mode(&folder.join("tmux"), 0o755);
    folder.display().to_string()
}

fn calls(bench: &Bench) -> usize {
    fs::read_to_string(bench.home().join("calls"))
        .unwrap_or_default()
        .lines()
        .count()
}

#[test]
fn loading_takes_at_most_five_tmux_calls() {
    let bench = Bench::quiet();
    let folder = counting(&bench);
    let tmux = Tmux::start(
        &bench,
        "t",
        "set -g status-right '#{mamori}'\nset -g @mamori-inject left\n",
    );
    tmux.load(&format!("{folder}:{}", path_with_binaries()));
    assert!((1..=5).contains(&calls(&bench)), "{}", calls(&bench));
    assert_eq!(option(&tmux, "status-right"), FORMAT);
    assert!(tmux.hidden("MAMORI_STATUS").is_some());
}

#[test]
fn a_missing_binary_is_said_once_with_the_command_that_mends_it() {
    let bench = Bench::quiet();
    let folder = counting(&bench);
    let tmux = Tmux::start(&bench, "t", "set -g status-right '#{mamori}'\n");
    let client = tmux.attach(140);
    let path = format!("{folder}:/usr/bin:/bin");
    tmux.load(&path);
    let shown = tmux.run(&["show-messages"]);
    let expected = format!(
        "mamori is not installed; run: make -C '{}' install",
        env!("CARGO_MANIFEST_DIR")
    );
    assert!(shown.contains(&expected), "{shown}");
    assert!(calls(&bench) <= 5);
    let before = tmux
        .run(&["show-messages"])
        .matches("mamori is not installed")
        .count();
    tmux.load(&path);
    let after = tmux
        .run(&["show-messages"])
        .matches("mamori is not installed")
        .count();
    assert_eq!(before, after, "said again");
    until("the bar", || {
        client.status_line().contains("◌ mamori: make install")
    });
    // Installed at last, the bar says what there is to say.
    bench.mamori(&["health"]);
    tmux.load(&path_with_binaries());
    until("the segment", || client.status_line().contains("● 1/1"));
}

#[test]
fn a_plugin_in_a_strange_folder_is_loaded_and_nothing_in_its_path_is_run() {
    let bench = Bench::quiet();
    let folder = bench
        .home()
        .join("plug'ins #(touch HERE) $(touch HERE) 守り");
    fs::create_dir_all(&folder).unwrap();
    let root = env!("CARGO_MANIFEST_DIR");
    for name in ["mamori.tmux", "tmux"] {
        symlink(format!("{root}/{name}"), folder.join(name)).unwrap();
    }
    fs::copy(format!("{root}/mamori.tmux"), folder.join("copy.tmux")).unwrap();
    let tmux = Tmux::start(&bench, "t", "set -g status-right '#{mamori}'\n");
    let _client = tmux.attach(200);
    let status = bench
        .command(folder.join("copy.tmux"))
        .env("TMUX", format!("{},0,0", tmux.socket().display()))
        .current_dir(bench.home())
        .status()
        .unwrap();
    assert!(status.success());
    assert_eq!(option(&tmux, "status-right"), FORMAT);
    assert!(!bench.home().join("HERE").exists());
    assert!(tmux.run(&["show-messages"]).contains("#(touch HERE)"));
}

#[test]
fn outside_tmux_it_does_nothing() {
    let bench = Bench::quiet();
    let plugin = concat!(env!("CARGO_MANIFEST_DIR"), "/mamori.tmux");
    let ran = bench.ran(bench.command(plugin).env("PATH", path_with_binaries()));
    assert_eq!(ran.code, Some(0));
    assert!(!bench.home().join(".miyabi").exists());
}

#[test]
fn a_configuration_that_loads_the_plugin_without_a_binary_says_so_in_the_bar() {
    let bench = Bench::quiet();
    let plugin = concat!(env!("CARGO_MANIFEST_DIR"), "/mamori.tmux");
    let conf = format!("set -g status-right '#{{mamori}}'\nrun-shell '{plugin}'\n");
    // Nobody is attached while the server starts.
    let tmux = Tmux::start(&bench, "t", &conf);
    until("the plugin to be loaded", || {
        option(&tmux, "status-right") == FORMAT
    });
    let client = tmux.attach(100);
    until("the way to mend it", || {
        client.status_line().contains("◌ mamori: make install")
    });
}

#[test]
fn a_program_in_a_folder_of_anybody_is_never_run() {
    let bench = Bench::quiet();
    let folder = bench.home().join("anybody");
    fs::create_dir_all(&folder).unwrap();
    let program = format!(
        "#!/bin/sh\ntouch '{}'\n",
        bench.home().join("HERE").display()
    );
    for place in [&folder.join("mamori"), &bench.home().join("mamori")] {
        fs::write(place, &program).unwrap();
        mode(place, 0o755);
    }
    mode(&folder, 0o777);
    let tmux = Tmux::start(&bench, "t", "set -g status-right '#{mamori}'\n");
    let plugin = concat!(env!("CARGO_MANIFEST_DIR"), "/mamori.tmux");
    let status = bench
        .command(plugin)
        .env("TMUX", format!("{},0,0", tmux.socket().display()))
        .env("PATH", format!(".:{}:/usr/bin:/bin:", folder.display()))
        .current_dir(bench.home())
        .status()
        .unwrap();
    assert!(status.success());
    assert!(
        !bench.home().join("HERE").exists(),
        "somebody's program was run"
    );
    assert_eq!(option(&tmux, "status-right"), FORMAT);
}

#[test]
fn hostile_options_are_neither_run_nor_in_the_way() {
    let bench = Bench::quiet();
    let conf = "set -g status-right '#{mamori}'\nset -g @mamori-colour-ok 'fg=red|#(touch HERE)'\n\
        set -g @mamori-colour-warning '#(touch HERE)'\nset -g @mamori-narrow 'x,#(touch HERE)'\n\
        set -g @mamori-icons \"utf8\nascii\"\nset -g @mamori-inject '$(touch HERE)'\n";
    let tmux = Tmux::start(&bench, "t", conf);
    tmux.load(&path_with_binaries());
    assert_eq!(option(&tmux, "status-right"), FORMAT);
    assert_eq!(
        bench.state()["tmux_servers"][0]["socket"],
        tmux.socket().to_str().unwrap()
    );
    bench.mamori(&["health"]);
    assert_eq!(
        tmux.hidden("MAMORI_STATUS").as_deref(),
        Some("● 1/1"),
        "no style that is none"
    );
    let client = tmux.attach(100);
    until("the segment", || client.status_line().contains("● 1/1"));
    assert!(!bench.home().join("HERE").exists() && !std::path::Path::new("HERE").exists());
}
