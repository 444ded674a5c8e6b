//! The arguments of `mamori widget`, and one run from tap to result.

use std::ffi::OsString;
use std::time::Duration;

use clap::Subcommand;
use serde_json::{Value, json};

use super::decide::{Verdict, Widget};
use super::show::{Run, entry, results};
use crate::config;
use crate::failure::{Exit, Failure};
use crate::model::home::Home;
use crate::model::text::clean;
use crate::model::time::{Timestamp, age};
use crate::state::store::{PATIENCE, Store};
use crate::sys::flock::{self, LockError, Wait};
use crate::sys::surroundings::Surroundings;
use crate::sys::termux_api::{self, Answer, MESSAGE};
use crate::sys::{beside, clock, files, opener, output, process, programs};

/// How long a shortcut's work may take.
const LIMIT: Duration = Duration::from_secs(300);

/// Do what a shortcut of the home screen stands for
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Clone, Copy, Subcommand)]
enum Verb {
    Status,
    Recover,
    Heal,
    Report,
    Layout,
    WakeLock,
    /// The phone has started
    Boot,
    /// Show an alert that a notification was tapped for
    Open {
        /// Its serial number
        number: u64,
    },
}

/// Carries `widget` out.
///
/// # Errors
/// Exit 3 when there is no place for results.
pub fn run(args: &Args, around: &Surroundings) -> Result<Exit, Failure> {
    match args.verb {
        Verb::Status => tapped(Widget::Status, around),
        Verb::Recover => tapped(Widget::Recover, around),
        Verb::Heal => tapped(Widget::Heal, around),
        Verb::Report => tapped(Widget::Report, around),
        Verb::Layout => tapped(Widget::Layout, around),
        Verb::WakeLock => tapped(Widget::WakeLock, around),
        Verb::Boot => boot(around),
        Verb::Open { number } => open(number, around),
    }
}

fn tapped(widget: Widget, around: &Surroundings) -> Result<Exit, Failure> {
    let home = Home::of(&around.mamori_home);
    for folder in [home.locks(), home.results()] {
        files::private_folder(&folder).map_err(|error| Failure::unable(error.to_string()))?;
    }
    let lock = home.locks().join(format!("widget-{}.lock", widget.name()));
    let _turn = match flock::lock(&lock, "mamori widget", Wait::Never) {
        Ok(turn) => turn,
        Err(LockError::Held(_)) => return busy(widget, around),
        Err(error) => return Err(Failure::unable(error.to_string())),
    };
    let (began, since) = (clock::now(), clock::elapsed());
    let said_at_once = || {
        if widget != Widget::Status {
            toast(widget.doing(), around);
        }
        notify(
            widget,
            &format!("Mamori: {}", widget.doing()),
            "",
            true,
            around,
        );
    };
    // What came of it waits for no message.
    let (_, (verdict, exit, text)) = beside::beside(said_at_once, |_| {
        note(
            widget,
            json!({"started": began, "ended": null, "exit": null}),
            around,
        );
        let (code, said) = work(widget, around);
        let verdict = Verdict::of(code);
        let took = clock::elapsed().saturating_sub(since).as_secs_f64();
        let span = format!("took {took:.1} s");
        let text = keep(widget, verdict, &span, &said, around);
        let exit = code.unwrap_or(3);
        note(
            widget,
            json!({"started": began, "ended": clock::now(), "exit": exit}),
            around,
        );
        (verdict, exit, text)
    });
    let title = format!("{} {}", verdict.word(), widget.name());
    let body = text.lines().skip(1).collect::<Vec<_>>().join("\n");
    notify(widget, &title, &body, false, around);
    output::print(&text)?;
    Ok(match exit {
        0 => Exit::Fine,
        1 => Exit::Found,
        2 => Exit::Usage,
        _ => Exit::Unable,
    })
}

/// Another tap while the first one is at work.
fn busy(widget: Widget, around: &Surroundings) -> Result<Exit, Failure> {
    let store = Store::new(Home::of(&around.mamori_home), "mamori widget");
    let look = store.read().ok().flatten();
    let run = look.and_then(|look| look.state.widgets.get(widget.name()).cloned());
    let started =
        run.and_then(|run| serde_json::from_value::<Timestamp>(run.get("started")?.clone()).ok());
    let span = match started {
        Some(started) => format!("still running, {}", age(clock::now().since(started).max(0))),
        None => "still running".to_owned(),
    };
    let text = keep(widget, Verdict::Busy, &span, "", around);
    toast(&format!("{} {span}", widget.name()), around);
    output::print(&text)?;
    Ok(Exit::Fine)
}

/// Does the work; its exit code and what it said.
fn work(widget: Widget, around: &Surroundings) -> (Option<i32>, String) {
    let lock = Home::of(&around.mamori_home).watch_lock();
    let Some(words) = widget.words(flock::held(&lock).is_some()) else {
        return wake_lock(around);
    };
    let Some(program) = programs::ourselves() else {
        return (None, "mamori's own program is gone".to_owned());
    };
    let mut arguments: Vec<OsString> = words.iter().map(OsString::from).collect();
    if around.config_named {
        arguments.extend(["--config".into(), around.config.clone().into_os_string()]);
    }
    let environment = termux_api::environment(around);
    match process::run(&program, &arguments, &environment, LIMIT) {
        Ok(ended) => {
            let texts = [&ended.stdout, &ended.stderr];
            let said = texts.map(|bytes| String::from_utf8_lossy(bytes).into_owned());
            (ended.status.code(), said.concat())
        }
        Err(error) => (None, error.to_string()),
    }
}

/// Asks for the wake lock. Nobody can say whether it is held.
fn wake_lock(around: &Surroundings) -> (Option<i32>, String) {
    match termux_api::ask("termux-wake-lock", &[], MESSAGE, around) {
        Answer::Said(_) => (Some(0), "the wake lock was asked for".to_owned()),
        other => (Some(3), format!("termux-wake-lock: {}", words_of(&other))),
    }
}

fn words_of(answer: &Answer) -> String {
    match answer {
        Answer::Said(text) | Answer::Failed(text) => text.clone(),
        Answer::Hung => "it gave no answer".to_owned(),
        Answer::Missing => "it is not installed".to_owned(),
        Answer::Resting(seconds) => {
            format!("it gave no answer lately; asked again in {}", age(*seconds))
        }
    }
}

/// Puts a run on top of the last ones; its entry.
fn keep(widget: Widget, verdict: Verdict, span: &str, said: &str, around: &Surroundings) -> String {
    let zone = config::load(around).ok().and_then(|config| config.timezone);
    let time = clock::time_of_day(clock::now(), zone)
        .format("%H:%M")
        .to_string();
    let text = entry(&Run {
        widget,
        verdict,
        time: &time,
        span,
        said,
    });
    let path = Home::of(&around.mamori_home)
        .results()
        .join(format!("{}.txt", widget.name()));
    let before = files::read(&path).ok().flatten().unwrap_or_default();
    let all = results(&text, &String::from_utf8_lossy(&before));
    if let Err(error) = files::replace(&path, all.as_bytes()) {
        output::complain(&format!("warning: the result was not kept: {error}\n"));
    }
    text
}

/// Writes the run into the state file.
fn note(widget: Widget, run: Value, around: &Surroundings) {
    let store = Store::new(Home::of(&around.mamori_home), "mamori widget");
    let written = store.update(PATIENCE, clock::now(), |state| {
        let mut state = state.clone();
        state.widgets.insert(widget.name().to_owned(), run);
        ((), Some(state))
    });
    if let Err(error) = written {
        output::complain(&format!("warning: the run was not recorded: {error}\n"));
    }
}

fn toast(text: &str, around: &Surroundings) {
    let text = format!("Mamori: {}", clean(text));
    // The notification says it, too.
    let _ = termux_api::ask("termux-toast", &["-s", &text], termux_api::QUESTION, around);
}

fn notify(widget: Widget, title: &str, body: &str, ongoing: bool, around: &Surroundings) {
    let id = format!("mamori-widget-{}", widget.name());
    let (title, body) = (
        clean(title),
        body.lines().map(clean).collect::<Vec<_>>().join("\n"),
    );
    let mut words = vec![
        "--id",
        &id,
        "--title",
        &title,
        "--content",
        &body,
        "--alert-once",
        "--priority",
        "low",
        "--group",
        "mamori-widgets",
    ];
    if ongoing {
        words.push("--ongoing");
    }
    let answer = termux_api::ask("termux-notification", &words, MESSAGE, around);
    if !matches!(answer, Answer::Said(_)) && !ongoing {
        output::complain(&format!(
            "note: termux-notification: {}\n",
            words_of(&answer)
        ));
    }
}

/// The phone has started: the mark by which `doctor` knows that this is run.
fn boot(around: &Surroundings) -> Result<Exit, Failure> {
    let home = Home::of(&around.mamori_home);
    let unable = |error: files::FileError| Failure::unable(error.to_string());
    files::private_folder(home.folder()).map_err(unable)?;
    let line = format!("{}\n", clock::now().rfc3339());
    files::replace(&home.boot_marker(), line.as_bytes()).map_err(unable)?;
    Ok(Exit::Fine)
}

/// Shows what the alert says in the program that opens text.
fn open(number: u64, around: &Surroundings) -> Result<Exit, Failure> {
    let home = Home::of(&around.mamori_home);
    let store = Store::new(home.clone(), "mamori widget");
    let look = store.read()?;
    let alerts = look.map(|look| look.state.alerts).unwrap_or_default();
    let alert = alerts.iter().find(|alert| alert.number == number);
    let text = match alert {
        Some(alert) => format!(
            "{}\n{}\nsince {}\n",
            clean(&alert.id),
            clean(&alert.text),
            alert.since.rfc3339()
        ),
        None => format!("alert {number} is over\n"),
    };
    files::private_folder(&home.results()).map_err(|error| Failure::unable(error.to_string()))?;
    let file = home.results().join("alert.txt");
    files::replace(&file, text.as_bytes()).map_err(|error| Failure::unable(error.to_string()))?;
    output::print(&text)?;
    if let Err(why) = opener::open(&file, around) {
        toast(text.lines().nth(1).unwrap_or(&text), around);
        return Err(Failure::unable(format!("could not open the alert: {why}"))
            .hint("allow Termux to draw over other apps"));
    }
    Ok(Exit::Fine)
}
