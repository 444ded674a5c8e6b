//! A real ssh server.

use std::fs;
use std::net::TcpListener;
use std::process::Stdio;

use super::{Bench, Running};

/// A real ssh server on loopback with keys and configuration of its own.
pub struct Sshd {
    pub port: u16,
    _process: Running,
}

impl Sshd {
    pub fn start(bench: &Bench) -> Self {
        Self::with(bench, "")
    }

    /// One with `more` in its configuration.
    pub fn with(bench: &Bench, more: &str) -> Self {
        let key = bench.home().join("host_key");
        let made = bench.ran(
            bench
                .command("ssh-keygen")
                .args(["-q", "-t", "ed25519", "-N", "", "-f"])
                .arg(&key),
        );
        assert_eq!(made.code, Some(0), "{}", made.stderr);
        let port = TcpListener::bind("127.0.0.1:0")
            .unwrap()
            .local_addr()
            .unwrap()
            .port();
        let config = bench.home().join("sshd_config");
        let text = format!(
            "ListenAddress 127.0.0.1:{port}\nHostKey {}\nPidFile none\n{more}",
            key.display()
        );
        fs::write(&config, text).unwrap();
        if rustix::process::geteuid().is_root() {
            // sshd refuses to start for root without its empty folder.
            fs::create_dir_all("/run/sshd").unwrap();
        }
        let mut command = bench.command("/usr/sbin/sshd");
        command
            .args(["-D", "-e", "-f"])
            .arg(&config)
            .stderr(Stdio::null());
        let process = command.spawn().unwrap();
        Self {
            port,
            _process: Running(process),
        }
    }
}
