//! Remote nodes: real ssh servers on loopback, each with an alias of its own.

use std::collections::BTreeMap;
use std::fs;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;

use super::{Bench, Ran, Running, until};

/// A home whose ssh reaches servers of its own and nothing else.
pub struct Site {
    pub bench: Bench,
    servers: BTreeMap<String, Server>,
}

struct Server {
    port: u16,
    process: Option<Running>,
}

/// A port that nobody listens on now.
pub fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().port()
}

impl Site {
    /// A running server for each name, which is its alias and its node's name.
    pub fn with(names: &[&str], configuration: &str) -> Self {
        let bench = Bench::quiet();
        let ssh = bench.home().join(".ssh");
        fs::create_dir_all(&ssh).unwrap();
        super::mode(&ssh, 0o700);
        for name in ["config", "known_hosts"] {
            fs::write(ssh.join(name), "").unwrap();
        }
        // OpenSSH takes the home from the password file, not from HOME.
        let real = which("ssh");
        let script = format!(
            "#!/bin/sh\nexec {real} -F {}/.ssh/config \"$@\"\n",
            bench.home().display()
        );
        bench.stand_in("ssh", &script);
        let mut site = Self {
            bench,
            servers: BTreeMap::new(),
        };
        for key in ["key", "host_key"] {
            site.new_key(key);
        }
        let mut text = super::QUIET.to_owned() + configuration;
        for name in names {
            site.add(name, "");
            if !configuration.contains(&format!("name = \"{name}\"")) {
                text.extend(["[[node]]\nname = \"", name, "\"\n"]);
            }
        }
        site.bench.configure(&text);
        for name in names {
            site.start(name);
        }
        site
    }

    /// A node `fine`, and nodes whose accounts run these scripts of sh at a
    /// login, whatever is asked for. All are down after a second of silence.
    pub fn playing(logins: &[(&str, &str)], configuration: &str) -> Self {
        let names = logins.iter().map(|(name, _)| *name);
        let nodes: String = names.map(impatient).collect();
        let mut site = Self::with(&["fine"], &(configuration.to_owned() + &nodes));
        for (name, login) in logins {
            let script = site.path(&format!("{name}.login"));
            fs::write(&script, login).unwrap();
            site.add(name, &format!("ForceCommand /bin/sh {}", script.display()));
            site.start(name);
        }
        site
    }

    /// Lets a script of sh run before our ssh, with its arguments.
    pub fn before_ssh(&self, script: &str) {
        let file = self.path("stand-ins/ssh");
        let ours = fs::read_to_string(&file).unwrap();
        let begun = ours.replacen("#!/bin/sh\n", &format!("#!/bin/sh\n{script}\n"), 1);
        fs::write(&file, begun).unwrap();
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.bench.home().join(name)
    }

    /// Makes a key pair, in the place of an older one.
    pub fn new_key(&self, name: &str) {
        for file in [self.path(name), self.path(&format!("{name}.pub"))] {
            let _ = fs::remove_file(file);
        }
        let mut keygen = self.bench.command("ssh-keygen");
        keygen
            .args(["-q", "-t", "ed25519", "-N", "", "-f"])
            .arg(self.path(name));
        let made = self.bench.ran(&mut keygen);
        assert_eq!(made.code, Some(0), "{}", made.stderr);
    }

    /// A server, not started yet, with options of its own, and its alias.
    pub fn add(&mut self, name: &str, options: &str) {
        let port = free_port();
        let home = self.bench.home().display();
        let text = format!(
            "{options}\nListenAddress 127.0.0.1:{port}\nHostKey {home}/host_key\nPidFile none\n\
             AuthorizedKeysFile {home}/key.pub\nStrictModes no\nUsePAM no\nSetEnv HOME={home} TMUX_TMPDIR={home}\n"
        );
        fs::write(self.path(&format!("{name}.sshd")), text).unwrap();
        self.alias(name, port, "");
        self.know(port);
        let server = Server {
            port,
            process: None,
        };
        self.servers.insert(name.to_owned(), server);
    }

    /// An alias of the user's ssh configuration.
    pub fn alias(&self, name: &str, port: u16, options: &str) {
        let home = self.bench.home().display();
        let alias = format!(
            "Host {name}\n {options}\n HostName 127.0.0.1\n Port {port}\n IdentityFile {home}/key\n \
             IdentitiesOnly yes\n UserKnownHostsFile {home}/.ssh/known_hosts\n"
        );
        // The first value counts: newer aliases stand before older ones.
        let file = self.path(".ssh/config");
        let before = fs::read_to_string(&file).unwrap();
        fs::write(file, alias + &before).unwrap();
    }

    /// Makes the host key of a port known.
    pub fn know(&self, port: u16) {
        let key = fs::read_to_string(self.path("host_key.pub")).unwrap();
        let file = self.path(".ssh/known_hosts");
        let known = fs::read_to_string(&file).unwrap();
        fs::write(file, format!("{known}[127.0.0.1]:{port} {key}")).unwrap();
    }

    pub fn port(&self, name: &str) -> u16 {
        self.servers[name].port
    }

    pub fn start(&mut self, name: &str) {
        if rustix::process::geteuid().is_root() {
            // sshd refuses to start for root without its empty folder.
            fs::create_dir_all("/run/sshd").unwrap();
        }
        let mut command = self.bench.command("/usr/sbin/sshd");
        command
            .args(["-D", "-e", "-f"])
            .arg(self.path(&format!("{name}.sshd")))
            .stderr(Stdio::null());
        let server = self.servers.get_mut(name).unwrap();
        server.process = Some(Running(command.spawn().unwrap()));
        let port = server.port;
        until("the server listens", || {
            std::net::TcpStream::connect(("127.0.0.1", port)).is_ok()
        });
    }

    /// Ends a server with all its sessions, as a machine that dies.
    pub fn stop(&mut self, name: &str) {
        let process = self.servers.get_mut(name).unwrap().process.take().unwrap();
        for pid in descendants(process.pid()).into_iter().rev() {
            let _ = kill_process(pid, Signal::KILL);
        }
        drop(process);
    }

    /// Ends a server alone: its sessions go on.
    pub fn stop_listener(&mut self, name: &str) {
        let process = self.servers.get_mut(name).unwrap().process.take().unwrap();
        process.signal(Signal::KILL);
        drop(process);
    }

    pub fn mamori(&self, arguments: &[&str]) -> Ran {
        self.bench.mamori(arguments)
    }

    /// The ids of the processes of our probes: nobody else uses this home's ssh.
    pub fn shells(&self) -> Vec<String> {
        let wanted = self.path(".ssh/config").display().to_string();
        let mut found = Vec::new();
        for entry in fs::read_dir("/proc").unwrap().flatten() {
            let line = fs::read(entry.path().join("cmdline")).unwrap_or_default();
            let line = String::from_utf8_lossy(&line).replace('\0', " ");
            if line.contains(&wanted) && line.contains(" sh -s") {
                found.push(entry.file_name().to_string_lossy().into_owned());
            }
        }
        found
    }

    /// What runs on behalf of this home and is no server of it: their command lines.
    pub fn left(&self) -> Vec<String> {
        let home = format!("HOME={}\0", self.bench.home().display());
        let read = |process: &Path, name| {
            let bytes = fs::read(process.join(name)).unwrap_or_default();
            String::from_utf8_lossy(&bytes).into_owned()
        };
        let processes = fs::read_dir("/proc").unwrap().flatten();
        let ours = processes
            .map(|entry| entry.path())
            .filter(|process| (read(process, "environ") + "\0").contains(&home));
        ours.map(|process| read(&process, "cmdline").replace('\0', " "))
            .filter(|line| !line.is_empty() && !line.contains("sshd"))
            .collect()
    }

    /// What `mamori health --json` says now, and its exit code.
    pub fn health(&self) -> (Value, Option<i32>) {
        let ran = self.mamori(&["health", "--json"]);
        (ran.json(), ran.code)
    }
}

impl Drop for Site {
    fn drop(&mut self) {
        let names: Vec<String> = self.servers.keys().cloned().collect();
        for name in names {
            if self.servers[&name].process.is_some() {
                self.stop(&name);
            }
        }
    }
}

/// The configuration of a node that is down after a second of silence.
pub fn impatient(name: &str) -> String {
    format!("[[node]]\nname = \"{name}\"\ndown_after = \"1s\"\n")
}

/// One node of a result.
pub fn node<'v>(result: &'v Value, name: &str) -> &'v Value {
    let nodes = result["nodes"].as_array().unwrap();
    let found = nodes.iter().find(|node| node["name"] == name);
    found.unwrap_or_else(|| panic!("no node {name} in {result}"))
}

fn which(program: &str) -> String {
    let folders = ["/usr/local/bin", "/usr/bin", "/bin"];
    let mut paths = folders.iter().map(|folder| Path::new(folder).join(program));
    let found = paths.find(|path| path.exists());
    found.expect("ssh is installed").display().to_string()
}

/// A process and all that it started, parents first.
fn descendants(root: Pid) -> Vec<Pid> {
    let mut parents = Vec::new();
    for entry in fs::read_dir("/proc").unwrap().flatten() {
        let stat = fs::read_to_string(entry.path().join("stat")).unwrap_or_default();
        let pid = entry
            .file_name()
            .to_str()
            .and_then(|name| name.parse::<i32>().ok());
        let parent = stat
            .rsplit_once(") ")
            .and_then(|(_, rest)| rest.split(' ').nth(1)?.parse::<i32>().ok());
        parents.extend(pid.zip(parent));
    }
    let mut all = vec![root.as_raw_nonzero().get()];
    let mut at = 0;
    while at < all.len() {
        let parent = all[at];
        all.extend(
            parents
                .iter()
                .filter(|(_, of)| *of == parent)
                .map(|(pid, _)| *pid),
        );
        at += 1;
    }
    all.into_iter().filter_map(Pid::from_raw).collect()
}
