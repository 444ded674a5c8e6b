//! What the environment says: read once at start, then passed as plain data.

use std::env;
use std::ffi::{OsStr, OsString};
#[cfg(any(target_os = "linux", test))]
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use crate::failure::Failure;

/// The folders and variables a command works with.
#[derive(Debug, Clone)]
pub struct Surroundings {
    /// The user's home.
    pub home: PathBuf,
    /// `$MAMORI_HOME`, default `~/.miyabi`: the home of everything we keep.
    pub mamori_home: PathBuf,
    /// The configuration file: `--config`, else the one under `$XDG_CONFIG_HOME`.
    pub config: PathBuf,
    /// Whether `--config` named it, so that it must exist.
    pub config_named: bool,
    /// `$PREFIX` on Termux, nowhere else.
    pub prefix: Option<PathBuf>,
    /// `$TMPDIR`, else `/tmp`, on Termux `$PREFIX/tmp`.
    pub tmpdir: PathBuf,
    /// `$PATH` without the folders that others could put programs into.
    pub path: OsString,
    /// `$TZ`, when set and not empty.
    pub tz: Option<String>,
    /// `$TMUX_TMPDIR`, when set and not empty.
    pub tmux_tmpdir: Option<PathBuf>,
    /// The socket of the tmux server we run in, from `$TMUX`.
    pub tmux_socket: Option<PathBuf>,
    /// Our effective user id.
    pub uid: u32,
    /// What the programs we start get to see of the environment.
    pub environment: Vec<(OsString, OsString)>,
    /// What a tmux server that we start gets to see besides: its panes are the
    /// user's own shells, and keep it for as long as the server lives.
    pub session_environment: Vec<(OsString, OsString)>,
}

/// Variables that every program we start is given.
const PASSED_ON: &[&str] = &[
    "HOME",
    "LANG",
    "TZ",
    "USER",
    "SSH_AUTH_SOCK",
    "TMUX_TMPDIR",
    "HTTP_PROXY",
    "HTTPS_PROXY",
    "NO_PROXY",
    "http_proxy",
    "https_proxy",
    "no_proxy",
    "PREFIX",
    "TMPDIR",
    "TERMUX_VERSION",
];

/// What a person's shells need, besides, to be as if that person had started
/// tmux: who they are, their shell and language, and where their folders and
/// their screen are. tmux sets `TERM` and `PWD` itself. Nothing that is only
/// ours, such as a channel's token, gets there.
const OF_SESSIONS: &[&str] = &[
    "SHELL",
    "LOGNAME",
    "LANGUAGE",
    "LC_ALL",
    "LC_CTYPE",
    "LC_COLLATE",
    "LC_MESSAGES",
    "LC_MONETARY",
    "LC_NUMERIC",
    "LC_TIME",
    "XDG_CONFIG_HOME",
    "XDG_DATA_HOME",
    "XDG_STATE_HOME",
    "XDG_CACHE_HOME",
    "XDG_RUNTIME_DIR",
    "XDG_DATA_DIRS",
    "XDG_CONFIG_DIRS",
    "DBUS_SESSION_BUS_ADDRESS",
    "DISPLAY",
    "WAYLAND_DISPLAY",
    "XAUTHORITY",
    "COLORTERM",
    "EDITOR",
    "VISUAL",
    "PAGER",
    "MANPATH",
    "INFOPATH",
    "MAMORI_HOME",
];

/// What `gh` needs to find its token and GitHub; nobody else is given it.
const OF_GH: &[&str] = &[
    "GH_TOKEN",
    "GITHUB_TOKEN",
    "GH_HOST",
    "GH_ENTERPRISE_TOKEN",
    "GITHUB_ENTERPRISE_TOKEN",
    "GH_CONFIG_DIR",
    "XDG_CONFIG_HOME",
    "XDG_STATE_HOME",
    "SSL_CERT_FILE",
    "DBUS_SESSION_BUS_ADDRESS",
];

/// What Android and Termux set for every program there, in names that begin so.
const OF_ANDROID: &[&str] = &[
    "ANDROID_",
    "TERMUX_",
    "BOOTCLASSPATH",
    "DEX2OATBOOTCLASSPATH",
    "SYSTEMSERVERCLASSPATH",
    "EXTERNAL_STORAGE",
    "LD_PRELOAD",
];

/// Termux's prefix: the place that its packages are compiled for.
const TERMUX_PREFIX: &str = "/data/data/com.termux/files/usr";

impl Surroundings {
    /// Reads the environment; `config` is what `--config` named.
    ///
    /// # Errors
    /// Fails (exit 2) when no home is known: `HOME` unset and none in the
    /// password file.
    pub fn read(config: Option<PathBuf>) -> Result<Self, Failure> {
        let home = home_dir()
            .filter(|home| home.is_absolute())
            .ok_or_else(|| {
                Failure::usage(
                    "`HOME` is not set to an absolute path, and the password file names no home",
                )
                .hint("HOME=/path/to/your/home mamori health")
            })?;
        let termux = cfg!(target_os = "android") || set("TERMUX_VERSION").is_some();
        let prefix = termux
            .then(|| set("PREFIX").map_or_else(|| PathBuf::from(TERMUX_PREFIX), PathBuf::from));
        let tmpdir = set("TMPDIR").map(PathBuf::from).unwrap_or_else(|| {
            prefix
                .as_deref()
                .map_or_else(|| PathBuf::from("/tmp"), |prefix| prefix.join("tmp"))
        });
        let path = safe_path(&env::var_os("PATH").unwrap_or_default());
        let passed_on = PASSED_ON
            .iter()
            .filter_map(|name| Some((OsString::from(name), set(name)?)));
        let environment = passed_on
            .chain([(OsString::from("PATH"), path.clone())])
            .collect();
        let session_environment = session_environment(prefix.as_deref(), &home);
        let mamori_home = mamori_home(Some(&home)).ok_or_else(|| {
            Failure::usage("`MAMORI_HOME` is not an absolute path")
                .hint("MAMORI_HOME=$HOME/.miyabi mamori health")
        })?;
        let config_named = config.is_some();
        let config = config.unwrap_or_else(|| {
            set("XDG_CONFIG_HOME")
                .map(PathBuf::from)
                // The XDG specification: a relative path is to be ignored.
                .filter(|path| path.is_absolute())
                .unwrap_or_else(|| home.join(".config"))
                .join("mamori/config.toml")
        });
        Ok(Self {
            mamori_home,
            home,
            config,
            config_named,
            prefix,
            tmpdir,
            path,
            tz: set("TZ").and_then(|tz| tz.into_string().ok()),
            tmux_tmpdir: set("TMUX_TMPDIR")
                .map(PathBuf::from)
                .filter(|path| path.is_absolute()),
            tmux_socket: set("TMUX").and_then(|tmux| {
                let socket = tmux.to_str()?.rsplitn(3, ',').last()?.to_owned();
                Some(PathBuf::from(socket))
            }),
            uid: rustix::process::geteuid().as_raw(),
            environment,
            session_environment,
        })
    }

    /// Whether this is Termux on Android.
    #[must_use]
    pub fn termux(&self) -> bool {
        self.prefix.is_some()
    }

    /// The folder of our own files, `$MAMORI_HOME/mamori`.
    #[must_use]
    pub fn own(&self) -> PathBuf {
        self.mamori_home.join("mamori")
    }

    /// What a program of ours gets to see, so that it has our home and our
    /// configuration.
    #[must_use]
    pub fn of_ourselves(&self) -> Vec<(OsString, OsString)> {
        let mut all = self.environment.clone();
        all.push(("MAMORI_HOME".into(), self.mamori_home.clone().into()));
        let folder = self.config.parent().and_then(Path::parent);
        if let (Some(folder), false) = (folder, self.config_named) {
            all.push(("XDG_CONFIG_HOME".into(), folder.into()));
        }
        all
    }

    /// A path with the home shortened to `~`, for messages.
    #[must_use]
    pub fn shown(&self, path: &Path) -> String {
        shorten(path, &self.home)
    }
}

/// What a tmux server gets to see besides; `prefix` on Termux.
fn session_environment(prefix: Option<&Path>, home: &Path) -> Vec<(OsString, OsString)> {
    let named = OF_SESSIONS
        .iter()
        .filter_map(|name| Some((OsString::from(name), set(name)?)));
    let mut all: Vec<(OsString, OsString)> = named.collect();
    let Some(prefix) = prefix else {
        // Without SHELL tmux asks the password file.
        return all;
    };
    all.extend(env::vars_os().filter(|(name, value)| {
        let name = name.to_str().unwrap_or_default();
        let theirs = OF_ANDROID.iter().any(|begin| name.starts_with(begin));
        theirs && !PASSED_ON.contains(&name) && !value.is_empty()
    }));
    // Android's password file names no shell of Termux.
    if set("SHELL").is_none() {
        let shells = [home.join(".termux/shell"), prefix.join("bin/bash")];
        let shell = shells.into_iter().find(|shell| shell.exists());
        all.extend(shell.map(|shell| (OsString::from("SHELL"), shell.into_os_string())));
    }
    all
}

/// Where our files live, from the environment alone; `None` without a home or
/// with a `MAMORI_HOME` that would be another place in each folder.
///
/// `mamori-status` asks only this.
#[must_use]
pub fn mamori_home(home: Option<&Path>) -> Option<PathBuf> {
    match set("MAMORI_HOME") {
        Some(path) => Some(PathBuf::from(path)).filter(|path| path.is_absolute()),
        None => match home {
            Some(home) => Some(home.join(".miyabi")),
            None => home_dir().map(|home| home.join(".miyabi")),
        },
    }
}

/// The user's home: `$HOME`, else the password file's.
#[cfg(target_os = "linux")]
fn home_dir() -> Option<PathBuf> {
    // The C library would ask for users by whatever the system has for that,
    // which is half a megabyte in a static program.
    set("HOME").map(PathBuf::from).or_else(|| {
        let file = std::fs::read("/etc/passwd").ok()?;
        of_user(&file, rustix::process::getuid().as_raw())
    })
}

/// The same.
#[cfg(not(target_os = "linux"))]
fn home_dir() -> Option<PathBuf> {
    env::home_dir()
}

/// The home of a user in a password file: `name:x:UID:gid:comment:HOME:shell`.
#[cfg(any(target_os = "linux", test))]
fn of_user(file: &[u8], uid: u32) -> Option<PathBuf> {
    file.split(|&byte| byte == b'\n').find_map(|line| {
        let mut fields = line.split(|&byte| byte == b':').skip(2);
        let theirs = str::from_utf8(fields.next()?).ok()?.parse().ok();
        let home = fields.nth(2).filter(|home| !home.is_empty())?;
        (theirs == Some(uid)).then(|| PathBuf::from(OsStr::from_bytes(home)))
    })
}

/// What `gh` gets to see besides: where its token is, or that itself. Read when
/// it is needed, and kept nowhere.
#[must_use]
pub fn of_gh() -> Vec<(OsString, OsString)> {
    let set = |name: &&str| Some((OsString::from(*name), set(name)?));
    OF_GH.iter().filter_map(set).collect()
}

/// One variable of the environment that only says something.
#[must_use]
pub fn variable(name: &str) -> Option<String> {
    set(name)?.into_string().ok()
}

/// The folder of runit's services, from `$SVDIR`.
#[must_use]
pub fn service_folder() -> Option<PathBuf> {
    set("SVDIR")
        .map(PathBuf::from)
        .filter(|path| path.is_absolute())
}

/// The pane of tmux that we run in, from `$TMUX_PANE`.
#[must_use]
pub fn tmux_pane() -> Option<String> {
    set("TMUX_PANE")?.into_string().ok()
}

/// `path` with `home` at its start written `~`.
#[must_use]
pub fn shorten(path: &Path, home: &Path) -> String {
    match path.strip_prefix(home) {
        Ok(rest) if rest.as_os_str().is_empty() => "~".to_owned(),
        Ok(rest) => format!("~/{}", rest.display()),
        Err(_) => path.display().to_string(),
    }
}

/// `path` without relative folders and without those that everybody may write
/// to: a program found there might be anybody's.
fn safe_path(path: &OsStr) -> OsString {
    let safe = env::split_paths(path).filter(|folder| {
        let others_write = |meta: std::fs::Metadata| meta.permissions().mode() & 0o002 != 0;
        folder.is_absolute() && !std::fs::metadata(folder).is_ok_and(others_write)
    });
    env::join_paths(safe).unwrap_or_default()
}

/// Whether the kernel may be Android's, which kills who makes a system call
/// that it does not know: also for a Linux program started there, in Termux
/// or in a container of its.
#[must_use]
pub fn on_android() -> bool {
    static ANDROID: OnceLock<bool> = OnceLock::new();
    *ANDROID.get_or_init(|| {
        cfg!(target_os = "android")
            || (cfg!(target_os = "linux")
                && (set("TERMUX_VERSION").is_some()
                    || set("ANDROID_ROOT").is_some()
                    || Path::new("/system/build.prop").exists()))
    })
}

fn set(name: &str) -> Option<OsString> {
    env::var_os(name).filter(|value| !value.is_empty())
}

/// The hub's password, where the environment holds it: it is passed on to
/// nobody, and kept in no structure that is printed.
#[must_use]
pub fn hub_password() -> Option<String> {
    let word = env::var_os("MAMORI_HUB_PASSWORD")?;
    word.into_string().ok().filter(|word| !word.is_empty())
}
