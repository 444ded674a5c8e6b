//! The menu, its key table and its popups, in real tmux clients of every size.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;

use crate::alerts::{FULL, alerted};
use crate::harness::tmux::{Client, Tmux, path_with_binaries};
use crate::harness::{Bench, MAMORI, until};

/// Keys come at once here, and no status line of ours is needed.
const CONF: &str = "set -s escape-time 0\nset -g default-shell /bin/sh\n";

fn opens(client: &Client<'_>) {
    client.press(&["C-b", "g"]);
}

fn shows(client: &Client<'_>, what: &str) {
    until(&format!("{what:?} on\n{}", client.screen()), || {
        client.screen().contains(what)
    });
}

fn gone(client: &Client<'_>, what: &str) {
    until("what was open to close", || !client.screen().contains(what));
}

#[test]
fn the_key_opens_what_fits_on_every_screen() {
    let bench = alerted("");
    let tmux = Tmux::start(&bench, "t", CONF);
    tmux.load(&path_with_binaries());
    let client = tmux.attach_sized((80, 24));
    let cases: [(usize, usize, &[&str], &[&str]); 5] = [
        (
            80,
            24,
            &["Alerts (1)…", "Nodes…", "Snooze all for 1 h", "Keys"],
            &[],
        ),
        (40, 20, &["Dashboard", "Health now", "Doctor"], &[]),
        (30, 17, &["Dashboard", "Reports…", "Keys"], &[]),
        (24, 10, &["Dashboard", "Layout…"], &["Nodes…"]),
        (20, 5, &["mamori: d a r l ?"], &["Dashboard"]),
    ];
    for (columns, rows, shown, hidden) in cases {
        client.resize((columns, rows));
        let size = format!("{columns}x{rows}");
        until("the client to have its size", || {
            tmux.run(&["list-clients", "-F", "#{client_width}x#{client_height}"]) == size
        });
        opens(&client);
        for words in shown {
            shows(&client, words);
        }
        let screen = client.screen();
        for words in hidden {
            assert!(!screen.contains(words), "{size}:\n{screen}");
        }
        // Of the smallest the keys themselves are asked for.
        client.press(&["Escape"]);
        gone(&client, shown[0]);
    }
}

#[test]
fn alerts_are_acknowledged_and_snoozed_from_the_menu() {
    let bench = alerted("");
    let tmux = Tmux::start(&bench, "t", CONF);
    tmux.load(&path_with_binaries());
    let client = tmux.attach_sized((80, 24));
    opens(&client);
    shows(&client, "Alerts (1)…");
    client.press(&["a"]);
    shows(&client, "▲ laptop disk ");
    client.press(&["1"]);
    shows(&client, "Acknowledge");
    client.press(&["a"]);
    shows(&client, "1 laptop/disk is acknowledged");
    assert_eq!(bench.state()["alerts"][0]["acked"], true);
    opens(&client);
    shows(&client, "Snooze all for 1 h");
    client.press(&["z"]);
    shows(&client, "1 laptop/disk is quiet until");
    assert!(bench.state()["alerts"][0]["snoozed_until"].is_string());
    // A node is paused and resumed.
    for (word, paused) in [("Pause for 1 h", true), ("Resume", false)] {
        opens(&client);
        shows(&client, "Nodes…");
        client.press(&["n"]);
        shows(&client, "laptop");
        client.press(&["1"]);
        shows(&client, word);
        client.press(&["p"]);
        until("the pause", || {
            bench.state()["pauses"].get("laptop").is_some() == paused
        });
        gone(&client, word);
    }
}

#[test]
fn popups_stay_until_a_key_and_ask_before_they_act() {
    let bench = Bench::with(
        format!(
            "{FULL}[[service]]\nname = \"ghost\"\ncheck = {{ command = [\"false\"] }}\n\
        start = [\"touch\", \"{{HOME}}/started\"]\nready_within = \"1s\"\n"
        )
        .replace("{HOME}", &Bench::new().home().display().to_string()),
    );
    let tmux = Tmux::start(&bench, "t", CONF);
    tmux.load(&path_with_binaries());
    let client = tmux.attach_sized((100, 30));
    // From the table, as from the menu.
    tmux.run(&["bind", "-n", "F5", "switch-client", "-T", "mamori"]);
    client.press(&["F5", "h"]);
    shows(&client, "exit 1. Any key closes this.");
    assert!(client.screen().contains("laptop"), "{}", client.screen());
    client.press(&["x"]);
    gone(&client, "Any key");
    client.press(&["F5", "r"]);
    shows(&client, "y does this now");
    client.press(&["Enter"]);
    gone(&client, "y does this now");
    let tallies = bench.state()["tallies"].clone();
    assert!(!tallies.to_string().contains("ghost"), "Enter alone is no");
    client.press(&["F5", "r"]);
    shows(&client, "y does this now");
    client.press(&["y"]);
    shows(&client, "Any key closes this.");
    assert!(bench.state()["tallies"].to_string().contains("ghost"));
    client.press(&["x"]);
    gone(&client, "Any key");
    client.press(&["F5", "l"]);
    shows(&client, "Arrange now");
    client.press(&["Escape"]);
}

#[test]
fn the_table_is_named_and_told_by_list_keys() {
    let bench = Bench::quiet();
    let tmux = Tmux::start(&bench, "t", CONF);
    let others = |tmux: &Tmux<'_>| {
        let keys = tmux.run(&["list-keys"]);
        let theirs = keys.lines().filter(|line| !line.contains("mamori"));
        theirs.map(ToOwned::to_owned).collect::<Vec<_>>()
    };
    let before = others(&tmux);
    tmux.load(&path_with_binaries());
    tmux.load(&path_with_binaries());
    assert_eq!(others(&tmux), before);
    let notes = tmux.run(&["list-keys", "-N", "-T", "mamori"]);
    assert!(notes.contains("Mamori: dashboard"), "{notes}");
    let notes = tmux.run(&["list-keys", "-N", "-T", "prefix"]);
    assert_eq!(notes.matches("Mamori: menu").count(), 1, "{notes}");
    // Another key, and the former one is free again.
    tmux.run(&["set-option", "-g", "@mamori-key", "Y"]);
    tmux.load(&path_with_binaries());
    let keys = tmux.run(&["list-keys", "-T", "prefix"]);
    let ours: Vec<&str> = keys
        .lines()
        .filter(|line| line.contains("-T mamori"))
        .collect();
    assert_eq!(ours.len(), 1, "{keys}");
    assert!(ours[0].contains("prefix Y "), "{ours:?}");
}

#[test]
fn a_key_that_is_taken_or_unwanted_is_left_alone() {
    for (conf, said) in [
        (
            "bind g display-message mine\n",
            "is bound to something else",
        ),
        (
            "bind C-x display-message mine\nset -g @mamori-key '^x'\n",
            "is bound to something else",
        ),
        ("set -g @mamori-key ''\n", "no key opens the menu"),
        (
            "set -g @mamori-key 'nonsense'\n",
            "is no key that the menu could have",
        ),
    ] {
        let bench = Bench::quiet();
        let tmux = Tmux::start(&bench, "t", conf);
        let before = tmux.run(&["list-keys"]);
        tmux.load(&path_with_binaries());
        assert_eq!(tmux.run(&["list-keys"]), before, "{conf}");
        let doctor = bench.mamori(&["doctor", "--json"]).stdout;
        assert!(doctor.contains(said), "{conf}: {doctor}");
        // All else works.
        assert!(tmux.hidden("MAMORI_UNTIL").is_some());
    }
}

/// The real program under another path.
fn installed(folder: &Path) -> String {
    fs::create_dir_all(folder).unwrap();
    symlink(MAMORI, folder.join("mamori")).unwrap();
    format!("{}:/usr/local/bin:/usr/bin:/bin", folder.display())
}

#[test]
fn any_path_is_quoted_for_all_who_read_it() {
    for name in [
        "a b",
        "it's",
        "守り",
        "$HOME",
        "a#b##c",
        "#(touch evil)",
        "a\"b;c",
        "100%",
    ] {
        let bench = alerted("");
        let path = installed(&bench.home().join(name));
        let tmux = Tmux::start(&bench, "t", CONF);
        tmux.load(&path);
        let client = tmux.attach_sized((80, 24));
        opens(&client);
        shows(&client, "Alerts (1)…");
        client.press(&["a"]);
        shows(&client, "▲ laptop disk ");
        client.press(&["1"]);
        shows(&client, "Acknowledge");
        client.press(&["a"]);
        until("the alert to be acknowledged", || {
            bench.state()["alerts"][0]["acked"] == true
        });
        opens(&client);
        shows(&client, "Health now");
        client.press(&["h"]);
        shows(&client, "Any key closes this.");
        client.press(&["x"]);
        assert!(!bench.home().join("evil").exists());
    }
}

#[test]
fn hostile_words_in_the_state_run_nothing() {
    let bench = alerted("");
    let marker = bench.home().join("evil");
    let hostile = format!(
        "#(touch {0}) #{{E:#(touch {0})}} $(touch {0}) `touch {0}`; touch {0} \u{1b}[2J '\" #",
        marker.display()
    );
    let mut state = bench.state();
    state["alerts"][0]["id"] = format!("{hostile}/disk").into();
    state["alerts"][0]["text"] = hostile.clone().into();
    state["nodes"][0]["name"] = hostile.into();
    bench.set_state(serde_json::to_vec(&state).unwrap());
    let tmux = Tmux::start(&bench, "t", CONF);
    tmux.load(&path_with_binaries());
    let client = tmux.attach_sized((120, 30));
    opens(&client);
    shows(&client, "Alerts (1)…");
    client.press(&["a"]);
    shows(&client, "▲ #(touch ");
    client.press(&["1"]);
    shows(&client, "Acknowledge");
    assert!(!client.screen().contains("Pause its node"));
    client.press(&["1"]);
    until("the snooze", || {
        bench.state()["alerts"][0]["snoozed_until"].is_string()
    });
    // Its word comes late, and would take the place of the next one.
    shows(&client, "1 #(touch ");
    opens(&client);
    shows(&client, "Nodes…");
    client.press(&["n"]);
    shows(&client, "there is nothing to choose from now");
    assert!(!marker.exists());
}
