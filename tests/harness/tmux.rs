//! Real tmux servers on sockets of their own.

use std::path::PathBuf;
use std::process::Command;

use mamori::model::process::Identity;
use mamori::sys::processes;

use super::{Bench, until};

/// A tmux server that ends with its test.
pub struct Tmux<'a> {
    bench: &'a Bench,
    name: String,
}

impl<'a> Tmux<'a> {
    /// Starts a server with one session `main` of 100×10, with nobody's
    /// configuration but `conf`.
    pub fn start(bench: &'a Bench, name: &str, conf: &str) -> Self {
        Self::sized(bench, name, conf, (100, 10))
    }

    /// The same with windows of another size.
    pub fn sized(bench: &'a Bench, name: &str, conf: &str, (width, height): (u32, u32)) -> Self {
        let tmux = Self {
            bench,
            name: name.to_owned(),
        };
        let file = bench.home().join(format!("{name}.conf"));
        std::fs::write(&file, conf).unwrap();
        let file = file.to_str().unwrap();
        tmux.run(&[
            "-f",
            file,
            "new-session",
            "-d",
            "-s",
            "main",
            "-x",
            &width.to_string(),
            "-y",
            &height.to_string(),
            "sleep 600",
        ]);
        tmux
    }

    /// The user's default server, which nobody has started yet.
    pub fn default(bench: &'a Bench) -> Self {
        Self {
            bench,
            name: "default".to_owned(),
        }
    }

    /// Its process.
    pub fn identity(&self) -> Identity {
        let pid = self.run(&["display-message", "-p", "#{pid}"]);
        processes::identity(pid.parse().unwrap()).unwrap()
    }

    /// Where it listens.
    pub fn socket(&self) -> PathBuf {
        let uid = rustix::process::geteuid().as_raw();
        self.bench.home().join(format!("tmux-{uid}/{}", self.name))
    }

    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = self.bench.command("tmux");
        command.args(["-u", "-L", &self.name]).args(arguments);
        command
    }

    /// Runs a command that must work, and gives its output.
    pub fn run(&self, arguments: &[&str]) -> String {
        let ran = self.bench.ran(&mut self.command(arguments));
        assert_eq!(
            (ran.code, ran.stderr.as_str()),
            (Some(0), ""),
            "tmux {arguments:?}"
        );
        ran.stdout.trim_end_matches('\n').to_owned()
    }

    /// What the server's status-right shows now, styles and all.
    pub fn bar(&self) -> String {
        self.run(&["display-message", "-p", "#{T:status-right}"])
    }

    /// A hidden global variable.
    pub fn hidden(&self, name: &str) -> Option<String> {
        let all = self.run(&["show-environment", "-gh"]);
        all.lines()
            .find_map(|line| line.strip_prefix(&format!("{name}=")))
            .map(ToOwned::to_owned)
    }

    /// The text of a format, asked in a window.
    pub fn show(&self, window: &str, format: &str) -> String {
        self.run(&["display-message", "-p", "-t", window, format])
    }

    /// What `$TMUX` is in a pane of it.
    pub fn environment(&self) -> String {
        format!("{},{},0", self.socket().display(), self.identity().pid)
    }

    /// Loads the plugin into the server, as a plugin manager does, and waits
    /// for its end.
    pub fn load(&self, path: &str) {
        let plugin = concat!(env!("CARGO_MANIFEST_DIR"), "/mamori.tmux");
        let socket = self.socket();
        let status = self
            .bench
            .command(plugin)
            .env("TMUX", format!("{},0,0", socket.display()))
            .env("PATH", path)
            .status()
            .unwrap();
        assert!(status.success());
    }

    /// An attached client, seen through the pane of an outer server.
    pub fn attach(&self, columns: usize) -> Client<'a> {
        self.attach_sized((columns, 12))
    }

    /// The same with a screen of another size.
    pub fn attach_sized(&self, (columns, rows): (usize, usize)) -> Client<'a> {
        let outer = Self {
            bench: self.bench,
            name: format!("outer-{}", self.name),
        };
        let attach = format!("exec env -u TMUX tmux -u -L {} attach -t main", self.name);
        let (columns, rows) = (columns.to_string(), rows.to_string());
        outer.run(&[
            "-f",
            "/dev/null",
            "new-session",
            "-d",
            "-x",
            &columns,
            "-y",
            &rows,
            &attach,
        ]);
        outer.run(&["set-option", "-g", "status", "off"]);
        until("a client to attach", || {
            !self.run(&["list-clients"]).is_empty()
        });
        Client { outer }
    }
}

impl Drop for Tmux<'_> {
    fn drop(&mut self) {
        // A test may have ended it already.
        let _ = self.command(&["kill-server"]).output();
    }
}

/// A client attached to a server under test.
pub struct Client<'a> {
    outer: Tmux<'a>,
}

impl Client<'_> {
    /// The line above it: the first of two status lines.
    pub fn line_before_last(&self) -> String {
        let screen = self.outer.run(&["capture-pane", "-p", "-J"]);
        screen.lines().rev().nth(1).unwrap_or_default().to_owned()
    }

    /// All that its screen shows.
    pub fn screen(&self) -> String {
        self.outer.run(&["capture-pane", "-p", "-J"])
    }

    /// Presses keys in it.
    pub fn press(&self, keys: &[&str]) {
        let words: Vec<&str> = ["send-keys"].iter().chain(keys).copied().collect();
        self.outer.run(&words);
    }

    /// Gives it another size.
    pub fn resize(&self, (columns, rows): (usize, usize)) {
        let (columns, rows) = (columns.to_string(), rows.to_string());
        self.outer
            .run(&["resize-window", "-x", &columns, "-y", &rows]);
    }

    /// The last line of the screen: the status line, when it is at the bottom.
    pub fn status_line(&self) -> String {
        let screen = self.outer.run(&["capture-pane", "-p", "-J"]);
        screen.lines().last().unwrap_or_default().to_owned()
    }
}

/// A `$PATH` with the real binaries first.
pub fn path_with_binaries() -> String {
    let folder = std::path::Path::new(super::MAMORI).parent().unwrap();
    format!("{}:/usr/local/bin:/usr/bin:/bin", folder.display())
}
