//! OpenSSH's client in a home of its own: it takes the home from the password
//! file, so a stand-in named `ssh` gives it the home's configuration.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::{Bench, MAMORI, Ran, Running, mode, until};

/// The client's files of one home.
pub struct OpenSsh<'a> {
    bench: &'a Bench,
}

impl<'a> OpenSsh<'a> {
    /// A home whose `~/.ssh/config` is `config`, in which `HOME` stands for it.
    pub fn new(bench: &'a Bench, config: &str) -> Self {
        let ssh = Self { bench };
        fs::create_dir_all(ssh.file("")).unwrap();
        mode(&ssh.file(""), 0o700);
        bench.stand_in(
            "ssh",
            "#!/bin/sh\nexec /usr/bin/ssh -F \"$HOME/.ssh/config\" \"$@\"\n",
        );
        ssh.configure(config);
        ssh
    }

    pub fn configure(&self, config: &str) {
        let home = self.bench.home().to_str().unwrap();
        fs::write(self.file("config"), config.replace("HOME", home)).unwrap();
        mode(&self.file("config"), 0o600);
    }

    /// A file of `~/.ssh`.
    pub fn file(&self, name: &str) -> PathBuf {
        self.bench.home().join(".ssh").join(name)
    }

    /// A new ed25519 key in `~/.ssh`.
    pub fn key(&self, name: &str, passphrase: &str) -> PathBuf {
        let path = self.file(name);
        let mut keygen = self.bench.command("ssh-keygen");
        keygen.args([
            "-q",
            "-t",
            "ed25519",
            "-C",
            "of a test",
            "-N",
            passphrase,
            "-f",
        ]);
        let made = self.bench.ran(keygen.arg(&path));
        assert_eq!(made.code, Some(0), "{}", made.stderr);
        path
    }

    /// A program with `agent` in its environment.
    pub fn command(&self, program: &str, agent: Option<&Path>) -> Command {
        let mut command = self.bench.command(program);
        if let Some(agent) = agent {
            command.env("SSH_AUTH_SOCK", agent);
        }
        command
    }

    pub fn mamori(&self, arguments: &[&str], agent: Option<&Path>) -> Ran {
        self.bench.ran(self.command(MAMORI, agent).args(arguments))
    }
}

/// A real agent that ends with its test.
pub struct Agent {
    pub socket: PathBuf,
    _process: Running,
}

impl Agent {
    pub fn start(bench: &Bench) -> Self {
        let socket = bench.home().join("agent");
        let mut agent = bench.command("ssh-agent");
        let process = agent.arg("-D").arg("-a").arg(&socket).stdout(Stdio::null());
        let process = Running(process.spawn().unwrap());
        until("the agent to listen", || socket.exists());
        Self {
            socket,
            _process: process,
        }
    }
}
