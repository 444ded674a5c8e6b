//! Looks at the tmux servers of this machine, and mends them. Effects.

use std::path::{Path, PathBuf};

use super::facts::Crew;
use super::plan::{Action, Plan, Step, Verdict};
use super::tmux::{self, Seen, Server};
use super::work::{self, Done};
use crate::model::blueprint::Blueprint;
use crate::model::home::Home;
use crate::model::process::Identity;
use crate::sys::tmux::build::build;
use crate::sys::tmux::built::{Built, Note};
use crate::sys::tmux::{self as sys, TmuxError, pictures, socket};
use crate::sys::{clock, processes, programs};

impl Crew {
    /// The sockets of the user's own servers: the default one, then those that
    /// registered.
    #[must_use]
    pub fn sockets(&self) -> Vec<PathBuf> {
        let default = sys::default_socket(&self.around);
        let others = self.servers.iter().map(|(socket, _)| socket.clone());
        let others = others.filter(|socket| *socket != default);
        std::iter::once(default.clone()).chain(others).collect()
    }

    /// Looks at the tmux servers.
    #[must_use]
    pub fn see_tmux(&self) -> Seen {
        let sockets = self.sockets();
        Seen {
            installed: programs::find("tmux", &self.around).is_some(),
            servers: sockets
                .iter()
                .filter_map(|socket| self.server(socket))
                .collect(),
            expected: self.config.local.expected_sessions(self.around.termux()),
            from_picture: self.from_picture,
        }
    }

    /// One server; `None` for another user's.
    fn server(&self, socket: &Path) -> Option<Server> {
        let (sessions, process) = match sys::Server::at(socket, &self.around)
            .and_then(|server| server.roll())
        {
            Ok((names, process)) => (Some(Ok(names)), process),
            Err(TmuxError::Foreign(_)) => return None,
            Err(TmuxError::NoServer(_) | TmuxError::Missing) => (None, self.without_socket(socket)),
            Err(error) => (Some(Err(error.to_string())), None),
        };
        let there = match &sessions {
            Some(Ok(names)) => names.clone(),
            Some(Err(_)) | None => Vec::new(),
        };
        let home = Home::of(&self.around.mamori_home);
        let picture = pictures::read(&home, socket);
        let expected = self.config.local.expected_sessions(self.around.termux());
        let lost = picture
            .map(|picture| picture.missing(&there))
            .unwrap_or_default();
        Some(Server {
            socket: socket.to_owned(),
            // Who does not answer may well have them.
            lost: match &sessions {
                Some(Err(_)) => Vec::new(),
                _ => lost
                    .into_iter()
                    .map(|session| session.name)
                    .filter(|name| !expected.contains(name))
                    .collect(),
            },
            sessions,
            process,
        })
    }

    /// A live server of ours that nobody reaches at its socket.
    fn without_socket(&self, path: &Path) -> Option<Identity> {
        let registered = self.servers.iter().filter(|(socket, _)| socket == path);
        let registered = registered
            .filter_map(|(_, pid)| processes::identity(*pid))
            .find(|identity| socket::serves(identity, &self.around));
        registered.or_else(|| socket::servers(path, &self.around).pop())
    }

    fn mend(&self, step: &Step) -> Result<String, String> {
        match &step.action {
            Action::Socket(identity, path) => socket::revive(path, identity, &self.around)
                .map(|()| String::new())
                .map_err(|error| error.to_string()),
            Action::Session(name) => {
                let blueprints = self.config.blueprints(std::slice::from_ref(name));
                self.built(&sys::default_socket(&self.around), &blueprints)
            }
            Action::Picture(path) => {
                let home = Home::of(&self.around.mamori_home);
                let there = sys::Server::at(path, &self.around)
                    .and_then(|server| server.sessions())
                    .unwrap_or_default();
                let picture = pictures::read(&home, path);
                let lost = picture
                    .map(|picture| picture.missing(&there))
                    .unwrap_or_default();
                self.built(path, &lost)
            }
            _ => Err("this is no step for tmux".into()),
        }
    }

    fn built(&self, socket: &Path, blueprints: &[Blueprint]) -> Result<String, String> {
        let mut notes = Vec::new();
        for Built { name, result } in build(socket, blueprints, &self.around) {
            let outcome = result.map_err(|error| format!("{name}: {error}"))?;
            let of_it = |note: &Note| format!("session `{name}`: {note}");
            notes.extend(outcome.notes.iter().map(of_it));
        }
        Ok(notes.join("; "))
    }
}

/// Carries out what `plan` says about tmux. What a server holds whose socket
/// was gone is seen only afterwards, so there may be more to do then.
#[must_use]
pub fn mend(plan: &Plan, crew: &Crew) -> Done {
    let began = clock::elapsed();
    let again = || tmux::plan(&crew.see_tmux());
    let mut done = work::steps(plan, |step| crew.mend(step), again);
    let revived = |plan: &Plan| {
        let Verdict::Mend(steps) = &plan.verdict else {
            return false;
        };
        steps
            .iter()
            .any(|step| matches!(step.action, Action::Socket(..)))
    };
    if done.ready.is_err() && revived(plan) {
        let next = tmux::plan(&crew.see_tmux());
        if !revived(&next) {
            let more = work::steps(&next, |step| crew.mend(step), again);
            done.ready = more.ready;
            done.taken.extend(more.taken);
        }
    }
    done.took = clock::elapsed().saturating_sub(began);
    done
}
