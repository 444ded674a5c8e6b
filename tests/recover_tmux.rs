//! tmux as a thing that comes back: server, socket, sessions, pictures.

use std::fs;

use serde_json::Value;

use crate::harness::{Bench, QUIET, until};

/// A home whose default tmux server is its own, and ends with the test.
struct Home(Bench);

impl Home {
    fn with(text: &str) -> Self {
        Self(Bench::with(format!("{QUIET}{text}")))
    }

    fn tmux(&self, arguments: &[&str]) -> String {
        self.0.ran(self.0.command("tmux").args(arguments)).stdout
    }

    fn sessions(&self) -> Vec<String> {
        let mut names: Vec<String> = self
            .tmux(&["list-sessions", "-F", "#{session_name}"])
            .lines()
            .map(ToOwned::to_owned)
            .collect();
        names.sort();
        names
    }

    fn pid(&self) -> u32 {
        let text = self.tmux(&["display-message", "-p", "#{pid}"]);
        text.trim().parse().unwrap_or(0)
    }

    fn kill_server(&self) {
        let pid = i32::try_from(self.pid()).unwrap();
        let pid = rustix::process::Pid::from_raw(pid).unwrap();
        rustix::process::kill_process(pid, rustix::process::Signal::KILL).unwrap();
    }

    fn socket(&self) -> std::path::PathBuf {
        let uid = rustix::process::geteuid().as_raw();
        self.0.home().join(format!("tmux-{uid}/default"))
    }
}

impl Drop for Home {
    fn drop(&mut self) {
        self.tmux(&["kill-server"]);
    }
}

const THREE: &str = "[local]\nsessions = [\"a\", \"b\", \"monitor\"]\n[[session]]\nname = \"monitor\"\n\
    [[session.window]]\nname = \"main\"\npanes = [{ role = \"logs\", command = [\"sleep\", \"603\"] }, { role = \"shell\" }]\n";

#[test]
fn expected_sessions_are_there_again_after_their_server_was_killed() {
    let home = Home::with(THREE);
    let _watcher = home.0.watch();
    until("three sessions", || {
        home.sessions() == ["a", "b", "monitor"]
    });
    until("the roles of its panes", || {
        let format = "#{@mamori-role}";
        home.tmux(&["list-panes", "-t", "=monitor:", "-F", format]) == "logs\nshell\n"
    });
    let recorded = |count: usize| {
        let state: Value = fs::read(home.0.own("state.json"))
            .map(|bytes| serde_json::from_slice(&bytes).unwrap())
            .unwrap_or_default();
        let ended = |one: &&Value| one["check"] == "tmux" && one["by"] == "watch";
        let incidents = state["incidents"].as_array();
        incidents.is_some_and(|all| all.iter().filter(ended).count() == count)
    };
    until("the first record", || recorded(1));
    for count in 2..=3 {
        let pid = home.pid();
        home.kill_server();
        until("all sessions again", || {
            home.sessions() == ["a", "b", "monitor"]
        });
        assert_ne!(home.pid(), pid);
        until("the record", || recorded(count));
    }
}

#[test]
fn a_lost_socket_comes_back_and_the_server_lives_on() {
    let home = Home::with("[local]\nsessions = [\"a\"]\n");
    let _watcher = home.0.watch();
    until("the session", || home.sessions() == ["a"]);
    let pid = home.pid();
    // Twice: with its folder the second time.
    fs::remove_file(home.socket()).unwrap();
    until("the socket", || home.pid() == pid);
    fs::remove_dir_all(home.socket().parent().unwrap()).unwrap();
    until("the socket and its folder", || home.pid() == pid);
    assert_eq!(home.sessions(), ["a"]);
}

#[test]
fn recover_sees_to_tmux_without_a_watcher_too() {
    let home = Home::with("[local]\nsessions = [\"a\", \"b c\"]\n");
    let plan = home.0.mamori(&["recover", "--dry-run", "tmux"]);
    assert_eq!(plan.code, Some(1));
    assert!(
        plan.stdout.contains("tmux new-session -d -s 'b c'"),
        "{}",
        plan.stdout
    );
    assert!(home.sessions().is_empty(), "a dry run started it");
    let ran = home.0.mamori(&["recover"]);
    assert_eq!(ran.code, Some(0), "{}{}", ran.stdout, ran.stderr);
    assert_eq!(home.sessions(), ["a", "b c"]);
    let pid = home.pid();
    fs::remove_file(home.socket()).unwrap();
    assert_eq!(home.0.mamori(&["recover", "tmux"]).code, Some(0));
    assert_eq!(
        (home.pid(), home.sessions()),
        (pid, vec!["a".to_owned(), "b c".to_owned()])
    );
}

#[test]
fn other_sessions_come_back_from_the_picture_when_asked() {
    let home = Home::with("");
    home.tmux(&[
        "new-session",
        "-d",
        "-s",
        "work",
        "-c",
        "/usr",
        "-n",
        "w#1",
        "sleep 604",
    ]);
    let watcher = home.0.watch();
    until("a picture", || {
        let pictures = fs::read_dir(home.0.own("pictures"));
        pictures.is_ok_and(|pictures| pictures.count() == 1)
    });
    home.kill_server();
    until("its end", || home.sessions().is_empty());
    drop(watcher);
    let ran = home.0.mamori(&["recover", "tmux"]);
    assert!(
        ran.stdout.contains("1 session more can be had back"),
        "{}",
        ran.stdout
    );
    assert!(home.sessions().is_empty());
    let ran = home.0.mamori(&["recover", "tmux", "--from-picture"]);
    assert_eq!(ran.code, Some(0), "{}{}", ran.stdout, ran.stderr);
    assert_eq!(home.sessions(), ["work"]);
    // Folders, and shells: never what ran there.
    let pane = home.tmux(&[
        "list-panes",
        "-a",
        "-F",
        "#{pane_current_path} #{pane_start_command}",
    ]);
    assert_eq!(pane, "/usr \n");
}

#[test]
fn a_session_that_came_back_in_part_says_what_is_missing_and_why() {
    let home = Home::with(
        "[local]\nsessions = [\"work\"]\n[[session]]\nname = \"work\"\n\
         [[session.window]]\nname = \"main\"\ndir = \"/nowhere/code\"\n\
         [[session.window]]\nname = \"logs\"\npanes = [{}, { command = [\"/nowhere/viewer\", \"-f\"] }]\n",
    );
    let ran = home.0.mamori(&["recover", "tmux"]);
    assert_eq!(ran.code, Some(1), "{}{}", ran.stdout, ran.stderr);
    let said = &ran.stdout;
    assert!(said.starts_with("▲ tmux  back in part in "), "{said}");
    let folder = "session `work`: `/nowhere/code` is not there, so it starts in the home";
    let pane = "session `work`: a pane of window 2 ended at once: \
                `/nowhere/viewer -f` (`/nowhere/viewer` is not there)";
    assert!(said.contains(folder) && said.contains(pane), "{said}");
    let state = home.0.state();
    let event = state["events"][0]["text"].as_str().unwrap();
    assert!(event.contains("in part: session `work`: "), "{event}");
    let why = state["incidents"][0]["why"].as_str().unwrap();
    assert!(why.contains(pane), "{why}");
    // Programs read it, too; and what is whole says nothing of the kind.
    home.tmux(&["kill-server"]);
    let json = home.0.mamori(&["recover", "--json"]).json();
    let step = &json["targets"][0]["steps"][0];
    let in_part = step["in_part"].as_str().unwrap_or_default();
    assert!(in_part.contains(pane), "{step}");
    home.0
        .configure(format!("{QUIET}[local]\nsessions = [\"whole\"]\n"));
    let ran = home.0.mamori(&["recover", "tmux"]);
    assert!(ran.stdout.starts_with("● tmux  back in "), "{}", ran.stdout);
    assert_eq!(ran.code, Some(0));
}
