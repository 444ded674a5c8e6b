//! A home for each test, the real binaries in it, and waiting for conditions.

pub mod agents;
pub mod blueprints;
pub mod door;
pub mod github;
pub mod ground;
pub mod grown;
pub mod history;
pub mod hub;
pub mod layouts;
pub mod openssh;
pub mod phone;
pub mod report;
pub mod repository;
pub mod rotation;
pub mod site;
pub mod sshd;
pub mod standing;
pub mod tmux;
pub mod writers;

use std::ffi::OsStr;
use std::fs::{self, Permissions};
use std::io::{BufRead as _, BufReader};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use mamori::sys::surroundings::Surroundings;
use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;
use tempfile::TempDir;

pub const MAMORI: &str = env!("CARGO_BIN_EXE_mamori");
pub const SEGMENT: &str = env!("CARGO_BIN_EXE_mamori-status");
/// The real hooks' helper.
pub const LAYOUT: &str = env!("CARGO_BIN_EXE_mamori-layout");

/// A configuration that asks nobody beyond this machine: the network's proof
/// is a port on which nothing listens, and its refusal. A machine that is
/// nearly full passes the tests all the same.
pub const QUIET: &str = "[network]\ncheck = [\"127.0.0.1:9\"]\n\
    [limits]\ndisk_used_max = 100\ninodes_used_max = 100\nmemory_available_min = 1\n";

/// A home with nothing in it but what a test puts there.
pub struct Bench {
    home: TempDir,
}

/// What a run of a binary left.
#[derive(Debug)]
pub struct Ran {
    pub code: Option<i32>,
    pub stdout: String,
    pub stderr: String,
}

impl Ran {
    /// The one JSON value on stdout.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }
}

impl Bench {
    pub fn new() -> Self {
        // In /tmp and short: a socket's path has at most 107 bytes.
        let home = tempfile::Builder::new()
            .prefix("mamori-")
            .tempdir_in("/tmp")
            .unwrap();
        let bench = Self { home };
        fs::create_dir_all(bench.folder()).unwrap();
        for folder in [bench.home(), &bench.home().join(".config"), &bench.folder()] {
            mode(folder, 0o700);
        }
        bench
    }

    /// A home with this configuration.
    pub fn with(text: impl AsRef<[u8]>) -> Self {
        let bench = Self::new();
        bench.configure(text);
        bench
    }

    /// A home in which nobody beyond this machine is asked.
    pub fn quiet() -> Self {
        Self::with(QUIET)
    }

    pub fn configure(&self, text: impl AsRef<[u8]>) {
        fs::write(self.config(), text).unwrap();
        mode(&self.config(), 0o600);
    }

    pub fn home(&self) -> &Path {
        self.home.path()
    }

    /// The folder of the configuration.
    pub fn folder(&self) -> PathBuf {
        self.home().join(".config/mamori")
    }

    pub fn config(&self) -> PathBuf {
        self.folder().join("config.toml")
    }

    /// A file of `$MAMORI_HOME/mamori`.
    pub fn own(&self, name: &str) -> PathBuf {
        self.home().join(".miyabi/mamori").join(name)
    }

    /// The state file as it stands.
    pub fn state(&self) -> Value {
        serde_json::from_slice(&fs::read(self.own("state.json")).unwrap()).unwrap()
    }

    /// Puts `text` in the place of the state file.
    pub fn set_state(&self, text: impl AsRef<[u8]>) {
        fs::create_dir_all(self.own("")).unwrap();
        fs::write(self.own("state.json"), text).unwrap();
    }

    /// Stand-ins of this home come before the system's programs.
    pub fn path(&self) -> String {
        let own = self.home().join("stand-ins");
        format!(
            "{}:/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin",
            own.display()
        )
    }

    /// A program in this home, with a small environment of its own.
    pub fn command(&self, program: impl AsRef<OsStr>) -> Command {
        let mut command = Command::new(program);
        command
            .env_clear()
            .env("HOME", self.home())
            .env("PATH", self.path())
            .env("TMPDIR", "/tmp")
            .env("TMUX_TMPDIR", self.home())
            .env("TZ", "UTC")
            .env("LANG", "C.UTF-8")
            .env("NO_COLOR", "1")
            .stdin(Stdio::null());
        command
    }

    /// What a program in this home finds around it, for calls into the library.
    pub fn surroundings(&self) -> Surroundings {
        let command = self.command("");
        let environment = command.get_envs().map(|(name, value)| {
            let value = value.unwrap_or_default();
            (name.to_owned(), value.to_owned())
        });
        Surroundings {
            home: self.home().to_owned(),
            mamori_home: self.home().join(".miyabi"),
            config: self.config(),
            config_named: false,
            prefix: None,
            tmpdir: "/tmp".into(),
            path: self.path().into(),
            tz: None,
            tmux_tmpdir: Some(self.home().to_owned()),
            tmux_socket: None,
            uid: rustix::process::geteuid().as_raw(),
            environment: environment.collect(),
            session_environment: vec![("SHELL".into(), "/bin/sh".into())],
        }
    }

    pub fn mamori(&self, arguments: &[&str]) -> Ran {
        self.ran(self.command(MAMORI).args(arguments))
    }

    /// One line of the segment, without its newline.
    pub fn segment(&self, arguments: &[&str]) -> String {
        let ran = self.ran(self.command(SEGMENT).args(arguments));
        assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""));
        let line = ran.stdout.strip_suffix('\n').unwrap();
        assert!(!line.contains('\n') && !line.is_empty(), "{line:?}");
        line.to_owned()
    }

    /// Runs a command to its end; this home's path reads `HOME` in its output.
    pub fn ran(&self, command: &mut Command) -> Ran {
        let output = command.output().unwrap();
        let home = self.home().to_str().unwrap();
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap().replace(home, "HOME");
        let (stdout, stderr) = (text(output.stdout), text(output.stderr));
        Ran {
            code: output.status.code(),
            stdout,
            stderr,
        }
    }

    /// What `mamori config check` says of a configuration it must refuse.
    pub fn refusal(&self) -> String {
        let ran = self.mamori(&["config", "check"]);
        assert_eq!(ran.code, Some(2), "{}{}", ran.stdout, ran.stderr);
        assert_eq!(ran.stdout, "");
        ran.stderr
    }

    /// Puts a stand-in program before the system's.
    pub fn stand_in(&self, name: &str, script: &str) {
        let bin = self.home().join("stand-ins");
        fs::create_dir_all(&bin).unwrap();
        mode(&bin, 0o700);
        fs::write(bin.join(name), script).unwrap();
        mode(&bin.join(name), 0o755);
    }

    /// Starts `mamori watch` and waits until it watches.
    pub fn watch(&self) -> Running {
        let mut child = self
            .command(MAMORI)
            .arg("watch")
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap())
            .read_line(&mut line)
            .unwrap();
        assert!(line.starts_with("watching "), "{line:?}");
        Running(child)
    }
}

/// A process that ends with its test.
pub struct Running(pub Child);

impl Running {
    /// Ticks of the processor that it has taken, of which a second has 100.
    pub fn ticks(&self) -> u64 {
        let stat = fs::read_to_string(format!("/proc/{}/stat", self.0.id())).unwrap();
        let (_, fields) = stat.rsplit_once(") ").unwrap();
        let ticks = fields.split(' ').skip(11).take(2);
        ticks.map(|ticks| ticks.parse::<u64>().unwrap()).sum()
    }

    /// Whether it has nothing to do for a while, and runs no program.
    pub fn rests(&self) -> bool {
        let pid = self.0.id();
        let children = || fs::read_to_string(format!("/proc/{pid}/task/{pid}/children"));
        let before = self.ticks();
        thread::sleep(Duration::from_millis(300));
        self.ticks() == before && children().is_ok_and(|children| children.is_empty())
    }

    pub fn pid(&self) -> Pid {
        Pid::from_child(&self.0)
    }

    pub fn signal(&self, signal: Signal) {
        kill_process(self.pid(), signal).unwrap();
    }

    /// Its exit code, when it has ended.
    pub fn code(mut self) -> Option<i32> {
        self.0.wait().unwrap().code()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // One that ended by itself is gone already.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Waits for a condition; fails after a time that no healthy machine needs.
pub fn until(what: &str, mut condition: impl FnMut() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(60);
    while !condition() {
        assert!(Instant::now() < deadline, "waited in vain for {what}");
        thread::sleep(Duration::from_millis(20));
    }
}

pub fn mode(path: &Path, mode: u32) {
    fs::set_permissions(path, Permissions::from_mode(mode)).unwrap();
}

/// Whether this test may do what only root may; one that may not says so.
pub fn root(what: &str) -> bool {
    let root = rustix::process::geteuid().is_root();
    if !root {
        eprintln!("not tried, because it needs root: {what}");
    }
    root
}

/// A file system that only the programs started in here see, gone with the
/// test. Only for root.
pub struct Mounted {
    holder: Running,
    point: PathBuf,
}

impl Mounted {
    /// A small disk: a tmpfs of `size`.
    pub fn small(point: &Path, size: &str) -> Self {
        Self::by(
            "mount -t tmpfs -o \"size=$2,mode=700\" small \"$1\"",
            point,
            size,
        )
    }

    /// A file system whose server never answers: a FUSE mount that nobody serves.
    pub fn hanging(point: &Path) -> Self {
        let mount = "exec 3<>/dev/fuse && \
            mount -i -t fuse -o fd=3,rootmode=40000,user_id=0,group_id=0 hang \"$1\"";
        Self::by(mount, point, "")
    }

    /// Mounts on `$1`, given `$2`, in a mount namespace of its own.
    pub fn by(mount: &str, point: &Path, argument: &str) -> Self {
        fs::create_dir_all(point).unwrap();
        let script = format!("{mount} && echo up && exec sleep 600");
        let mut child = Command::new("unshare")
            .args(namespace().unwrap())
            .args(["sh", "-c", &script, "sh"])
            .arg(point)
            .arg(argument)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap())
            .read_line(&mut line)
            .unwrap();
        assert_eq!(line, "up\n");
        Self {
            holder: Running(child),
            point: point.to_owned(),
        }
    }

    /// A path on the disk, as seen from outside.
    pub fn path(&self, name: &str) -> PathBuf {
        let inside = self.point.strip_prefix("/").unwrap();
        Path::new(&format!("/proc/{}/root", self.holder.pid()))
            .join(inside)
            .join(name)
    }

    /// A program of `bench` that sees the disk.
    pub fn command(&self, bench: &Bench, program: &str) -> Command {
        let mut command = bench.command("nsenter");
        command.args(["-m", "-r", "-t", &self.holder.pid().to_string(), program]);
        command
    }

    /// Runs the real binary where it sees the disk.
    pub fn mamori(&self, bench: &Bench, arguments: &[&str]) -> Ran {
        bench.ran(self.command(bench, MAMORI).args(arguments))
    }
}

/// How `unshare` makes a mount namespace whose mounts nobody else sees; none
/// where it may not. In a chroot, where `/` is no mount, it cannot make them
/// private; it need not where nothing is shared.
fn namespace() -> Option<&'static [&'static str]> {
    let works = |arguments: &[&str]| {
        let mut unshare = Command::new("unshare");
        let tried = unshare
            .args(arguments)
            .arg("true")
            .stderr(Stdio::null())
            .status();
        tried.is_ok_and(|status| status.success())
    };
    let unchanged = &["-m", "--propagation", "unchanged"][..];
    if works(&["-m"]) {
        return Some(&["-m"]);
    }
    let mounts = fs::read_to_string("/proc/self/mountinfo").unwrap_or_default();
    (!mounts.contains(" shared:") && works(unchanged)).then_some(unchanged)
}

/// Whether this test may mount something that only it sees; one that may not
/// says so.
pub fn may_mount() -> bool {
    let may = rustix::process::geteuid().is_root() && namespace().is_some();
    if !may {
        eprintln!("not tried, because it needs root and a mount namespace");
    }
    may
}
