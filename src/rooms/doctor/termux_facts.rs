//! What a phone can be asked about itself. Every trap is one of
//! `termux.rs`'s checks.

use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::model::home::Home;
use crate::model::state::State;
use crate::model::time::Timestamp;
use crate::sys::host::disks;
use crate::sys::setup;
use crate::sys::surroundings::{Surroundings, variable};
use crate::sys::termux_api::{self, Answer, QUESTION};
use crate::sys::{beside, clock, files, owner, pid_file, process, processes, programs};

/// How long Android's own programs have.
const LIMIT: Duration = Duration::from_secs(2);
/// The shortcuts whose last runs are told.
const WIDGETS: [&str; 6] = ["status", "recover", "heal", "report", "layout", "wake-lock"];

/// What was found.
#[derive(Debug, Clone, Default)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is one thing that is so or not"
)]
pub struct TermuxFacts {
    /// Termux's version, as it says.
    pub version: Option<String>,
    /// Where Termux was installed from (`F_DROID`, `GITHUB`), as it says.
    pub release: Option<String>,
    /// Who installed each of Termux's apps: its name and the installer's.
    pub installers: Vec<(String, String)>,
    /// Whether Termux:API answers; `None`: its package is missing.
    pub api: Option<Api>,
    /// Android's API level.
    pub level: Option<u32>,
    /// When the wake lock was last asked for.
    pub wake_lock: Option<Timestamp>,
    /// Whether the boot file is there.
    pub boot_file: bool,
    /// A folder among the boot files, and where it could go.
    pub boot_folder: Option<(String, String)>,
    /// When the boot file last ran.
    pub boot_ran: Option<Timestamp>,
    /// When the phone started.
    pub booted: Timestamp,
    /// What is wrong with the widgets' folders.
    pub widgets: Widgets,
    /// Whether `sv` is there.
    pub sv: bool,
    /// Whether runit itself runs.
    pub runsvdir: bool,
    /// Whether runit has an sshd, and another one runs that is not its.
    pub two_sshd: bool,
    /// A tmux socket where Termux wipes it.
    pub lost_socket: Option<String>,
    /// Whether the backstop's job is pending; `None`: nobody says.
    pub job: Option<bool>,
    /// Whether the phone was set up, so that a job is missed.
    pub set_up: bool,
    /// Free bytes of the phone.
    pub free_bytes: Option<u64>,
}

/// How Termux:API is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Api {
    /// It answers.
    Answers,
    /// It did not within five seconds.
    Hangs,
    /// It fails.
    Fails,
}

/// The widgets.
#[derive(Debug, Clone, Default)]
pub struct Widgets {
    /// Whether there are any of ours.
    pub there: bool,
    /// Folders that others may look into.
    pub open: Vec<String>,
    /// Shortcuts that are links, which are not listed.
    pub links: Vec<String>,
    /// Shortcuts whose first line names no shell by its whole path.
    pub shells: Vec<String>,
    /// Results among the shortcuts, and where they could go.
    pub results: Option<(String, String)>,
    /// Whether one opens a terminal, for which Termux must draw over others.
    pub foreground: bool,
    /// The last run of each.
    pub runs: Vec<(String, Option<(Timestamp, i64)>)>,
}

/// Asks a phone; `None` elsewhere.
#[must_use]
pub fn gather(state: Option<&State>, around: &Surroundings) -> Option<TermuxFacts> {
    let prefix = around.prefix.as_ref()?;
    // Termux:API's programs one after the other, Android's own beside them.
    let (system, (api, job)) =
        beside::beside(|| (installers(around), level(around)), |_| asked(around));
    let (installers, level) = system.unwrap_or_default();
    let home = Home::of(&around.mamori_home);
    let boot = around.home.join(".termux/boot");
    let moved = |path: &Path| {
        let name = path
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        around.home.join(format!(".termux/{name}.moved"))
    };
    let mut folders = files::names(&boot).unwrap_or_default();
    folders.sort();
    let folders = folders.into_iter().map(|name| boot.join(name));
    let mut folders = folders.filter(|path| files::is_folder(path));
    let wake_lock = state
        .and_then(|state| run(state, "wake-lock"))
        .and_then(|(at, exit)| (exit == 0).then_some(at));
    let boot_ran = files::modified(&home.boot_marker());
    let up = i64::try_from(clock::elapsed().as_secs()).unwrap_or(0);
    Some(TermuxFacts {
        version: variable("TERMUX_VERSION"),
        release: variable("TERMUX_APK_RELEASE"),
        installers,
        api,
        level,
        // The boot file asks for it first.
        wake_lock: wake_lock.max(boot_ran),
        boot_file: setup::look(&boot.join("20-mamori")).file().is_some(),
        boot_folder: folders
            .next()
            .map(|path| (text(&path), text(&moved(&path)))),
        boot_ran,
        booted: Timestamp(clock::now().0.saturating_sub(up)),
        widgets: widgets(state, around),
        sv: programs::find("sv", around).is_some(),
        runsvdir: alive(&prefix.join("var/run/service-daemon.pid"), around).is_some(),
        two_sshd: two_sshd(prefix, around),
        lost_socket: lost_socket(prefix, around),
        job,
        set_up: files::exists(&home.setup().join("termux.json")),
        free_bytes: disks::free_bytes(&around.home),
    })
}

/// How Termux:API is, and whether the job is pending.
fn asked(around: &Surroundings) -> (Option<Api>, Option<bool>) {
    let api = match termux_api::look("termux-battery-status", &[], QUESTION, around) {
        Answer::Missing => None,
        Answer::Said(_) => Some(Api::Answers),
        Answer::Hung => Some(Api::Hangs),
        _ => Some(Api::Fails),
    };
    // Who does not answer once is not asked again.
    let pending = (api == Some(Api::Answers))
        .then(|| termux_api::look("termux-job-scheduler", &["--pending"], QUESTION, around));
    let job = match pending {
        Some(Answer::Said(text)) => Some(termux_api::pending_job(&text).is_some()),
        _ => None,
    };
    (api, job)
}

fn level(around: &Surroundings) -> Option<u32> {
    let text = said(&["getprop", "ro.build.version.sdk"], around)?;
    text.trim().parse().ok()
}

fn text(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}

fn said(words: &[&str], around: &Surroundings) -> Option<String> {
    let words: Vec<String> = words.iter().map(ToString::to_string).collect();
    let ended = setup::run(&words, LIMIT, around).ok()??;
    let text = String::from_utf8_lossy(&ended.stdout).into_owned();
    ended.status.success().then_some(text)
}

/// `package:com.termux.api  installer=org.fdroid.fdroid`, a line each.
fn installers(around: &Surroundings) -> Vec<(String, String)> {
    let text = said(&["pm", "list", "packages", "-i", "com.termux"], around).unwrap_or_default();
    let pairs = text.lines().filter_map(|line| {
        let (name, installer) = line.strip_prefix("package:")?.split_once("installer=")?;
        Some((name.trim().to_owned(), installer.trim().to_owned()))
    });
    pairs.collect()
}

/// When a shortcut was last tapped, and how it ended.
fn run(state: &State, name: &str) -> Option<(Timestamp, i64)> {
    let run = state.widgets.get(name)?;
    let at = serde_json::from_value(run.get("started")?.clone()).ok()?;
    Some((
        at,
        run.get("exit")
            .and_then(serde_json::Value::as_i64)
            .unwrap_or(-1),
    ))
}

fn widgets(state: Option<&State>, around: &Surroundings) -> Widgets {
    let shortcuts = around.home.join(".shortcuts");
    let mut widgets = Widgets {
        runs: WIDGETS
            .map(|name| (name.to_owned(), state.and_then(|state| run(state, name))))
            .to_vec(),
        ..Widgets::default()
    };
    let tasks = shortcuts.join("tasks");
    let private = |folder: &&PathBuf| files::mode(folder).is_some_and(|mode| mode & 0o077 != 0);
    widgets.open = [&shortcuts, &tasks]
        .into_iter()
        .filter(private)
        .map(|path| text(path))
        .collect();
    let results = shortcuts.join("results");
    if files::is_folder(&results) {
        widgets.results = Some((
            text(&results),
            text(&around.home.join(".shortcuts-results")),
        ));
    }
    for (folder, foreground) in [(&shortcuts, true), (&tasks, false)] {
        let mut names = files::names(folder).unwrap_or_default();
        names.sort();
        for name in names {
            let path = folder.join(&name);
            if name.as_encoded_bytes().starts_with(b".") || files::is_folder(&path) {
                continue;
            }
            let seen = setup::look(&path);
            widgets.foreground |= foreground;
            widgets.there |= name.to_string_lossy().starts_with("mamori-");
            if seen.link().is_some() {
                widgets.links.push(text(&path));
            } else if files::head(&path, 8).is_some_and(|head| !absolute(&head)) {
                widgets.shells.push(text(&path));
            }
        }
    }
    widgets
}

/// Whether a first line names a program that is found without termux-exec.
fn absolute(head: &[u8]) -> bool {
    head.starts_with(b"#!/data/") || !head.starts_with(b"#!")
}

fn alive(file: &Path, around: &Surroundings) -> Option<u32> {
    let pid = pid_file::read(file, around.uid).ok().flatten()?;
    process::alive(pid).then_some(pid)
}

/// Whether runit shall run sshd while one runs that is not runit's.
fn two_sshd(prefix: &Path, around: &Surroundings) -> bool {
    let service = prefix.join("var/service/sshd");
    let wanted = files::exists(&service.join("run")) && !files::exists(&service.join("down"));
    let running = alive(&prefix.join("var/run/sshd.pid"), around).and_then(processes::of);
    wanted && running.is_some_and(|process| owner::of_process(&process.identity).is_none())
}

/// Termux wipes its folder of temporary files when it ends.
fn lost_socket(prefix: &Path, around: &Surroundings) -> Option<String> {
    let right = prefix.join(format!("var/run/tmux-{}/default", around.uid));
    let wrong = prefix.join(format!("tmp/tmux-{}/default", around.uid));
    (files::exists(&wrong) && wrong != right).then(|| text(&wrong))
}
