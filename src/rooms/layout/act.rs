//! Looks at windows and carries out what was decided.

use std::path::PathBuf;

use super::decide::{self, Arrangement, Step, Why};
use crate::failure::Failure;
use crate::model::home::Home;
use crate::model::layout::Layout;
use crate::model::layout::efficiency::thousandths;
use crate::model::layout::memory::{Deed, Memory, Way};
use crate::model::layout::plan;
use crate::model::layout::programs::Programs;
use crate::model::layout::seen::{Marks, Seen, window_id};
use crate::model::text::clean;
use crate::sys::layouts::Layouts;
use crate::sys::surroundings::{Surroundings, tmux_pane};
use crate::sys::tmux::{self, Server, TmuxError};
use crate::sys::{clock, output};

/// How deeds are named that nobody asked for.
const EVENT: &str = "event";

/// What became of a window.
#[derive(Debug, Clone, PartialEq)]
pub enum Outcome {
    /// It was left as it is.
    Left(Why),
    /// It is as it should be already, with this efficiency.
    Best(f64),
    /// It was arranged.
    Arranged(Arrangement),
    /// It changed while we looked: what happened there brings us again.
    Changed,
}

/// A tmux server and where its windows are remembered.
pub struct Desk<'a> {
    pub(super) server: Server<'a>,
    home: Home,
    /// The programs that tell what their panes are for, where the
    /// configuration was read; else those that the server was told.
    programs: Option<Programs>,
}

impl<'a> Desk<'a> {
    /// The server we run in, else the user's default one.
    ///
    /// # Errors
    /// Exit 3 without tmux or without a server.
    pub fn of(around: &'a Surroundings, programs: Option<Programs>) -> Result<Self, Failure> {
        let socket = around.tmux_socket.clone();
        let socket: PathBuf = socket.unwrap_or_else(|| tmux::default_socket(around));
        Ok(Self {
            server: Server::at(&socket, around).map_err(|error| failure(&error))?,
            home: Home::of(&around.mamori_home),
            programs,
        })
    }

    /// Whether there is a program of this name or path.
    #[must_use]
    pub fn runs(&self, program: &str) -> bool {
        self.server.runs(program)
    }

    /// The window of `target`; without one that of the pane we run in, else the
    /// current one.
    ///
    /// # Errors
    /// Exit 2 for an unknown target, 3 when the server does not answer or is
    /// too old.
    pub fn look(&self, target: Option<&str>) -> Result<Seen, Failure> {
        let pane = tmux_pane();
        let target = target.or(pane.as_deref()).unwrap_or_default();
        let mut seen = self.server.seen(target).map_err(|error| match error {
            TmuxError::Refused(why) if why.starts_with("can't find") => {
                let shown = clean(target);
                Failure::usage(format!("tmux knows no window of `{shown}`"))
                    .hint("tmux list-panes -a")
            }
            other => failure(&other),
        })?;
        if seen.too_old() {
            let version = clean(&seen.version);
            return Err(Failure::unable(format!(
                "the tmux server has version {version}, and layouts need 3.2 or newer"
            ))
            .hint("tmux kill-server, after an upgrade of tmux"));
        }
        if let Some(programs) = &self.programs {
            seen.programs = programs.clone();
        }
        Ok(seen)
    }

    /// Arranges a window because of something that happened to it. Whatever
    /// goes wrong is left to the next event: nobody reads a hook's words.
    pub fn on_event(&self, window: &str, server: &str) {
        let Some(window) = window_id(window) else {
            return;
        };
        let Some(layouts) = Layouts::named(&self.home, server) else {
            return;
        };
        layouts.in_turn(window, || {
            if let Ok(seen) = self.server.seen(window) {
                let earlier = layouts.memory().earlier(window);
                let _ = self.carry_out(&seen, decide::on_event(&seen, &earlier), EVENT);
            }
        });
    }

    /// Arranges a window because somebody asks.
    ///
    /// # Errors
    /// Exit 3 when the server does not answer.
    pub fn on_request(&self, seen: &Seen, verb: &str) -> Result<Outcome, Failure> {
        let step = decide::on_request(seen);
        self.carry_out(seen, step, verb)
    }

    fn carry_out(&self, seen: &Seen, step: Step, verb: &str) -> Result<Outcome, Failure> {
        match step {
            Step::Leave(why) => {
                // Where panes are is known from now on; the hooks need not ask again.
                if verb == EVENT && seen.shape != seen.known_shape {
                    let remembered = self.server.remember_shape(seen);
                    remembered.map_err(|error| failure(&error))?;
                }
                Ok(Outcome::Left(why))
            }
            Step::ByHand(layout) => {
                self.remember(seen, &layout, Marks::BY_HAND, Some(&layout))?;
                Ok(Outcome::Left(Why::ByHand))
            }
            Step::Scaled(layout) => {
                self.remember(seen, &layout, Marks::BY_HAND, seen.made.as_ref())?;
                Ok(Outcome::Left(Why::ByHand))
            }
            Step::Best(best) => {
                if self.remember(seen, &best.layout, best.marks, None)? {
                    self.note(seen, |memory| memory.stands(&seen.window, &best.layout));
                }
                Ok(Outcome::Best(best.efficiency))
            }
            Step::Arrange(arrangement) => {
                let made = seen.made.as_ref().filter(|_| arrangement.marks.by_hand);
                if !self.apply(seen, &arrangement.layout, (arrangement.marks, made))? {
                    return Ok(Outcome::Changed);
                }
                let deed = deed(seen, verb, arrangement.before, Some(arrangement.efficiency));
                if let Some(before) = &seen.layout {
                    let set = &arrangement.layout;
                    self.note(seen, |memory| memory.arranged(before, set, deed));
                }
                Ok(Outcome::Arranged(arrangement))
            }
        }
    }

    /// Remembers how a window is arranged, if that is news, and says whether it
    /// was: each option that is set redraws the clients.
    fn remember(
        &self,
        seen: &Seen,
        layout: &Layout,
        marks: Marks,
        made: Option<&Layout>,
    ) -> Result<bool, Failure> {
        let known = seen.known.as_ref() == Some(layout) && seen.shape == seen.known_shape;
        if known && !seen.resized() && seen.marks() == marks {
            return Ok(false);
        }
        let remembered = self.server.remember(seen, layout, (marks, made));
        remembered.map_err(|error| failure(&error))?;
        Ok(true)
    }

    /// Gives tmux a layout that was printed from our own type and read again;
    /// says whether the window is arranged so now.
    fn apply(
        &self,
        seen: &Seen,
        layout: &Layout,
        (marks, made): (Marks, Option<&Layout>),
    ) -> Result<bool, Failure> {
        let sound = Layout::parse_for(&layout.to_string(), seen.panes.len());
        let sound = sound.map_err(|error| Failure::unable(error.to_string()))?;
        let now = self
            .server
            .arrange(seen, &sound, (marks, made))
            .map_err(|error| failure(&error))?;
        Ok(now == Some(sound))
    }

    /// Goes back to the arrangement before, or forth again; `None` where there
    /// is none. The window is left alone then.
    ///
    /// # Errors
    /// Exit 3 when the server does not answer.
    pub fn go(&self, seen: &Seen, way: Way) -> Result<Option<Outcome>, Failure> {
        let Some(now) = seen.layout.as_ref().filter(|_| !seen.zoomed) else {
            let why = if seen.zoomed {
                Why::Zoomed
            } else {
                Why::Strange
            };
            return Ok(Some(Outcome::Left(why)));
        };
        let verb = match way {
            Way::Undo => "undo",
            Way::Redo => "redo",
        };
        let efficiency = |layout: &Layout| {
            let arrangement = decide::arrangement(seen, None).ok()?;
            plan::efficiency_of(&arrangement.window, layout)
        };
        let deed = deed(seen, verb, efficiency(now), None);
        let layouts = self.layouts(seen);
        let found = layouts.memory().gone(way, now, deed.clone());
        let Some(layout) = found else { return Ok(None) };
        // A hook would take an undo back; what is done anew is as it was before.
        let marks = match way {
            Way::Undo => (Marks::BY_HAND, Some(&layout)),
            Way::Redo => (Marks::default(), None),
        };
        if !self.apply(seen, &layout, marks)? {
            return Ok(Some(Outcome::Changed));
        }
        let gone = layouts.change(|memory| memory.gone(way, now, deed));
        gone.map_err(|error| Failure::unable(error.to_string()))?;
        Ok(Some(Outcome::Best(efficiency(&layout).unwrap_or(0.0))))
    }

    /// Leaves a window alone from now on, or no longer.
    ///
    /// # Errors
    /// Exit 3 when the server does not answer.
    pub fn switch(&self, seen: &Seen, on: bool) -> Result<(), Failure> {
        let window = &seen.window;
        if !on {
            return self
                .server
                .switch(window, Some("off"))
                .map_err(|error| failure(&error));
        }
        self.server
            .switch(window, None)
            .map_err(|error| failure(&error))?;
        // Where all are off, this one is on by its own word.
        let now = self.server.seen(window).map_err(|error| failure(&error))?;
        if now.switch == "off" {
            self.server
                .switch(window, Some("on"))
                .map_err(|error| failure(&error))?;
        }
        Ok(())
    }

    fn layouts(&self, seen: &Seen) -> Layouts {
        Layouts::of(&self.home, seen.pid, seen.start_time)
    }

    /// Remembers something; that it could not be changes no result.
    fn note(&self, seen: &Seen, change: impl FnOnce(&mut Memory)) {
        if let Err(error) = self.layouts(seen).change(change) {
            output::complain(&format!("not recorded: {error}\n"));
        }
    }
}

fn deed(seen: &Seen, verb: &str, before: Option<f64>, after: Option<f64>) -> Deed {
    Deed {
        at: clock::now().0,
        window: seen.window.clone(),
        verb: verb.to_owned(),
        panes: seen.panes.len(),
        before: before.map(thousandths),
        after: after.map(thousandths),
    }
}

pub(super) fn failure(error: &TmuxError) -> Failure {
    let failure = Failure::unable(clean(&error.to_string()));
    match error {
        TmuxError::Missing => failure.hint("install tmux 3.2 or newer"),
        TmuxError::NoServer(_) => failure.hint("tmux new-session"),
        _ => failure,
    }
}
