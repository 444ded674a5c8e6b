//! Builds sessions, starting the server when it does not run.
//!
//! Windows and panes are named by the ids that tmux answers, never by index,
//! and no key is sent to any. A command's words reach `exec` as they are.

use std::cell::Cell;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

use tmux_interface::{
    NewSession, NewWindow, SelectLayout, SelectPane, SelectWindow, SetOption, SplitWindow,
    TmuxCommand,
};

use super::built::{Built, Gone, Note, Outcome};
use super::window::given;
use super::words::{layout, push_command, text};
use super::{TmuxError, argument, send, socket};
use crate::model::blueprint::{Blueprint, Pane, Window};
use crate::model::picture::as_given;
use crate::sys::process::RunError;
use crate::sys::surroundings::Surroundings;
use crate::sys::{clock, programs};

mod settle;

/// How long a server has for one step.
const LIMIT: Duration = Duration::from_secs(5);
/// How long one that is started has for the first: it reads the user's
/// tmux.conf, whose plugins may take their time.
const START_LIMIT: Duration = Duration::from_secs(15);

/// How long a server may take to end.
const ENDING: Duration = Duration::from_secs(2);
/// How often is looked whether it has.
const LOOK_EVERY: Duration = Duration::from_millis(10);

/// The size of a session nobody is attached to, when nothing tells a better
/// one: as wide as most screens, so that what programs say first is not
/// broken into short lines.
const SIZE: (u32, u32) = (200, 50);

/// Builds `sessions` in the server on `socket`, one after the other; starts
/// that server when none runs. One that gives no answer in time is asked for
/// nothing more.
#[must_use]
pub fn build(socket: &Path, sessions: &[Blueprint], around: &Surroundings) -> Vec<Built> {
    let silent = Cell::new(false);
    let one = |session: &Blueprint| Built {
        name: session.name.clone(),
        result: patiently(|| Builder::at(socket, around, &silent)?.session(session)),
    };
    sessions.iter().map(one).collect()
}

/// Tries again for a while where no server is found: a client starts one, and
/// so has met one that was just ending.
fn patiently(attempt: impl Fn() -> Result<Outcome, TmuxError>) -> Result<Outcome, TmuxError> {
    let deadline = clock::elapsed() + ENDING;
    loop {
        match attempt() {
            Err(TmuxError::NoServer(_)) if clock::elapsed() < deadline => {
                thread::sleep(LOOK_EVERY);
            }
            done => return done,
        }
    }
}

/// A way to build in one server.
struct Builder<'a> {
    program: PathBuf,
    socket: &'a Path,
    around: &'a Surroundings,
    /// What a client shows the server of its environment.
    environment: Vec<(OsString, OsString)>,
    /// How long each step may take.
    limit: Duration,
    /// Whether a step took longer.
    silent: &'a Cell<bool>,
}

/// A window and its panes, by the ids that tmux gave them.
struct Pieces<'p> {
    window: String,
    panes: Vec<(String, &'p Pane)>,
}

/// What tmux answers to `new-session` and `new-window`.
const IDS: &str = "#{session_id} #{window_id} #{pane_id}";

impl<'a> Builder<'a> {
    fn at(
        socket: &'a Path,
        around: &'a Surroundings,
        silent: &'a Cell<bool>,
    ) -> Result<Self, TmuxError> {
        let program = programs::find("tmux", around).ok_or(TmuxError::Missing)?;
        let running = socket::answers(socket, around)?;
        let mut environment = around.environment.clone();
        if running {
            // A server has its user's PATH, which a client's would replace in
            // the panes it asks for.
            environment.retain(|(name, _)| name != "PATH");
        } else {
            socket::safe_folder(socket, around)?;
            environment.extend(around.session_environment.iter().cloned());
        }
        Ok(Self {
            program,
            socket,
            around,
            environment,
            limit: if running { LIMIT } else { START_LIMIT },
            silent,
        })
    }

    fn call<'c>(
        &self,
        commands: impl IntoIterator<Item = TmuxCommand<'c>>,
    ) -> Result<String, TmuxError> {
        if self.silent.get() {
            return Err(TmuxError::NotTried);
        }
        let answer = send(
            &self.program,
            self.socket,
            commands,
            &self.environment,
            self.limit,
        );
        if matches!(answer, Err(TmuxError::Run(RunError::TimedOut(..)))) {
            self.silent.set(true);
        }
        answer
    }

    fn session(&self, plan: &Blueprint) -> Result<Outcome, TmuxError> {
        let shell = Window::default();
        let (first, others) = plan
            .windows
            .split_first()
            .unwrap_or((&shell, &[] as &[Window]));
        let mut notes = Vec::new();
        let (session, pieces) = match self.begin(plan, first, &mut notes) {
            // Somebody was faster.
            Err(TmuxError::Refused(why)) if why.contains("duplicate session") => {
                return Ok(Outcome::default());
            }
            begun => begun?,
        };
        let mut built = vec![(1, first, pieces)];
        for (place, window) in (2..).zip(others) {
            match self.window(&session, window, place, &mut notes) {
                Ok(pieces) => built.push((place, window, pieces)),
                Err(error) => notes.push(Note::Refused(place, error.to_string())),
            }
        }
        self.finish(&session, plan, &built, &mut notes)?;
        Ok(Outcome {
            created: true,
            notes,
        })
    }

    /// Creates the session with its first window.
    fn begin<'p>(
        &self,
        plan: &Blueprint,
        window: &'p Window,
        notes: &mut Vec<Note>,
    ) -> Result<(String, Pieces<'p>), TmuxError> {
        let pane = window.panes.first().unwrap_or(NOTHING);
        let (width, height) = self.size(plan);
        let mut command = NewSession::new()
            .detached()
            // A server's own screen and agent are not those of our surroundings.
            .not_update_env()
            .print()
            .format(IDS)
            .start_directory(self.folder(pane, notes))
            .session_name(text(&as_given(&plan.name)));
        if let Some(name) = &window.name {
            command = command.window_name(text(name));
        }
        let mut command = command
            .width(width as usize)
            .height(height as usize)
            .build();
        push_command(&mut command, pane);
        let [session, window_id, pane_id] = ids(&self.call([command])?)?;
        let pieces = self.split(window, window_id, pane_id, 1, notes);
        Ok((session, pieces))
    }

    /// Creates a further window at the session's end.
    fn window<'p>(
        &self,
        session: &str,
        window: &'p Window,
        place: usize,
        notes: &mut Vec<Note>,
    ) -> Result<Pieces<'p>, TmuxError> {
        let pane = window.panes.first().unwrap_or(NOTHING);
        let mut command = NewWindow::new()
            .detached()
            .print()
            .format(IDS)
            .start_directory(self.folder(pane, notes))
            .target_window(format!("{session}:"));
        if let Some(name) = &window.name {
            command = command.window_name(text(name));
        }
        let mut command = command.build();
        push_command(&mut command, pane);
        let [_, window_id, pane_id] = ids(&self.call([command])?)?;
        Ok(self.split(window, window_id, pane_id, place, notes))
    }

    /// Adds the panes after the first, each after the one before it. In
    /// between they are tiled, so that there is room for the next.
    fn split<'p>(
        &self,
        window: &'p Window,
        window_id: String,
        first: String,
        place: usize,
        notes: &mut Vec<Note>,
    ) -> Pieces<'p> {
        let mut panes = vec![(first, window.panes.first().unwrap_or(NOTHING))];
        for pane in window.panes.iter().skip(1) {
            let folder = self.folder(pane, notes);
            let split = |target: &str| {
                let mut command = SplitWindow::new()
                    .detached()
                    .print()
                    .format("#{pane_id}")
                    .start_directory(folder.clone())
                    .target_pane(target.to_owned())
                    .build();
                push_command(&mut command, pane);
                let tiled = SelectLayout::new()
                    .target_pane(&*window_id)
                    .layout_name("tiled");
                self.call([command, tiled.build()])
            };
            let last = panes.last().map_or(&*window_id, |(id, _)| id);
            // The last one may have ended already: then after any other.
            let answer = split(last).or_else(|_| split(&window_id));
            match answer {
                Ok(id) => panes.push((id.trim().to_owned(), pane)),
                Err(error) => notes.push(Note::Refused(place, error.to_string())),
            }
        }
        Pieces {
            window: window_id,
            panes,
        }
    }

    /// Roles, layouts, and what is shown and typed into; and a look at whether
    /// the session is there still.
    fn finish(
        &self,
        session: &str,
        plan: &Blueprint,
        built: &[(usize, &Window, Pieces<'_>)],
        notes: &mut Vec<Note>,
    ) -> Result<(), TmuxError> {
        let (name, size) = (&plan.name, self.size(plan));
        let panes = built.iter().flat_map(|(_, window, _)| &window.panes);
        let commands = panes.into_iter().any(|pane| !pane.command.is_empty());
        let alive = self.settled(session, name, commands)?;
        let alive: Vec<&str> = alive.lines().collect();
        let shown = built.iter().rev().find(|(_, window, _)| window.active);
        let shown = shown.or(built.first()).map(|(place, _, _)| *place);
        for (place, window, pieces) in built {
            let panes = || pieces.panes.iter().filter(|(id, _)| alive.contains(&&**id));
            let ended = pieces
                .panes
                .iter()
                .filter(|(id, _)| !alive.contains(&&**id));
            let gone: Vec<Gone> = ended.map(|(_, pane)| self.gone(pane)).collect();
            if !gone.is_empty() {
                notes.push(Note::Ended(*place, gone));
            }
            if panes().next().is_none() {
                continue;
            }
            let mut commands: Vec<TmuxCommand<'_>> = panes()
                .filter_map(|(id, pane)| {
                    let role = argument(pane.role.as_deref()?);
                    let option = SetOption::new().pane().target_pane(&**id);
                    Some(option.option("@mamori-role").value(role).build())
                })
                .collect();
            let there: Vec<&Pane> = panes().map(|(_, pane)| *pane).collect();
            if let Some(layout) = layout(&window.arrangement, &there, size, *place, notes) {
                let ids = panes().filter_map(|(id, _)| id.strip_prefix('%')?.parse().ok());
                let ids: Vec<u32> = ids.collect();
                commands.extend(given(&pieces.window, &layout.with_ids(&ids)));
            }
            let typed = panes()
                .rev()
                .find(|(_, pane)| pane.active)
                .or(panes().next());
            if let Some((id, _)) = typed {
                commands.push(SelectPane::new().target_pane(&**id).build());
            }
            if shown == Some(*place) {
                commands.push(SelectWindow::new().target_window(&*pieces.window).build());
            }
            if let Err(error) = self.call(commands) {
                notes.push(Note::Refused(*place, error.to_string()));
            }
        }
        Ok(())
    }

    /// What ran in a pane that is gone.
    fn gone(&self, pane: &Pane) -> Gone {
        let program = pane.command.first();
        let missing = |program: &String| programs::resolve(program, self.around).is_none();
        Gone {
            command: pane.command.clone(),
            missing: program.is_some_and(missing),
        }
    }

    /// Where a pane starts, as tmux takes it; the home where its folder is not.
    fn folder(&self, pane: &Pane, notes: &mut Vec<Note>) -> String {
        let folder = pane.dir.as_deref().unwrap_or(&self.around.home);
        let there =
            folder.is_absolute() && std::fs::metadata(folder).is_ok_and(|meta| meta.is_dir());
        if !there {
            let note = Note::NoFolder(folder.to_owned());
            if !notes.contains(&note) {
                notes.push(note);
            }
        }
        let folder = if there { folder } else { &self.around.home };
        text(&folder.to_string_lossy())
    }

    /// The size of the session until somebody attaches.
    fn size(&self, plan: &Blueprint) -> (u32, u32) {
        match plan.size() {
            Some(size) => size,
            // A phone's screen is rather smaller than tmux's own default.
            None if self.around.termux() => (80, 24),
            None => SIZE,
        }
    }
}

/// A pane of which nothing is asked.
const NOTHING: &Pane = &Pane {
    dir: None,
    role: None,
    command: Vec::new(),
    active: false,
};

/// The ids of [`IDS`].
fn ids(answer: &str) -> Result<[String; 3], TmuxError> {
    let ids: Vec<String> = answer.split_whitespace().map(ToOwned::to_owned).collect();
    let ids = <[String; 3]>::try_from(ids).ok();
    ids.ok_or_else(|| TmuxError::Refused(format!("an answer without ids: {}", answer.trim())))
}
