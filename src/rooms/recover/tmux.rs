//! What to do about tmux: a socket that is gone, a server that died, sessions
//! that are missing. Pure.

use std::path::PathBuf;

use super::plan::{Action, Plan, Step, Verdict};
use crate::model::process::Identity;
use crate::model::text::{clean, count};

/// Everything a plan for tmux is made from.
#[derive(Debug, Clone, PartialEq)]
pub struct Seen {
    /// Whether there is a tmux at all.
    pub installed: bool,
    /// The user's own servers: the default one first, then those registered.
    pub servers: Vec<Server>,
    /// Sessions that must exist.
    pub expected: Vec<String>,
    /// Whether the person asked for the sessions of the pictures, too.
    pub from_picture: bool,
}

/// One server.
#[derive(Debug, Clone, PartialEq)]
pub struct Server {
    /// Where it listens.
    pub socket: PathBuf,
    /// Its sessions, else why it does not answer; `None`: nobody listens.
    pub sessions: Option<Result<Vec<String>, String>>,
    /// Its process, when that is known to live.
    pub process: Option<Identity>,
    /// Sessions that its picture shows and that are not there.
    pub lost: Vec<String>,
}

/// What to do.
#[must_use]
pub fn plan(seen: &Seen) -> Plan {
    if !seen.installed {
        return Plan {
            found: "tmux is not installed".into(),
            verdict: Verdict::Hopeless(Some("install tmux".into())),
        };
    }
    let mut found = Vec::new();
    let mut steps = Vec::new();
    for server in &seen.servers {
        match (&server.sessions, &server.process) {
            (None, Some(process)) => {
                found.push(format!(
                    "the socket {} is gone, its server (pid {}) lives",
                    server.socket.display(),
                    process.pid
                ));
                let why = "a live server makes its socket anew when asked by this signal";
                steps.push(Step::new(
                    Action::Socket(*process, server.socket.clone()),
                    why,
                ));
            }
            (Some(Err(why)), _) => found.push(format!(
                "the server at {}: {}",
                server.socket.display(),
                clean(why)
            )),
            _ => {}
        }
    }
    // What a server holds whose socket is gone, or that does not answer, nobody
    // can see: first things first.
    let silent = |server: &Server| matches!(server.sessions, Some(Err(_)));
    let unseen = !steps.is_empty() || seen.servers.iter().any(silent);
    let running: Vec<&String> = seen
        .servers
        .iter()
        .filter_map(|server| server.sessions.as_ref()?.as_ref().ok())
        .flatten()
        .collect();
    let missing = seen
        .expected
        .iter()
        .filter(|name| !unseen && !running.contains(name));
    for name in missing {
        found.push(format!("no session `{name}`"));
        steps.push(Step::new(
            Action::Session(name.clone()),
            "it is expected here",
        ));
    }
    let mut offers = Vec::new();
    for server in seen
        .servers
        .iter()
        .filter(|server| !server.lost.is_empty() && !unseen)
    {
        let lost = count(server.lost.len(), "session");
        if seen.from_picture {
            found.push(format!(
                "{lost} of the picture of {} missing",
                server.socket.display()
            ));
            let why = "their windows and folders as they were, with shells";
            steps.push(Step::new(Action::Picture(server.socket.clone()), why));
        } else {
            offers.push(format!(
                "{lost} more can be had back: mamori recover tmux --from-picture"
            ));
        }
    }
    if steps.is_empty() {
        let verdict = if found.is_empty() {
            Verdict::Fine
        } else {
            Verdict::Hopeless(None)
        };
        let ready = if found.is_empty() {
            vec!["ready".to_owned()]
        } else {
            found
        };
        return Plan {
            found: ready
                .into_iter()
                .chain(offers)
                .collect::<Vec<_>>()
                .join("; "),
            verdict,
        };
    }
    found.extend(offers);
    Plan {
        found: found.join("; "),
        verdict: Verdict::Mend(steps),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn server(sessions: Option<&[&str]>, pid: Option<u32>) -> Server {
        Server {
            socket: "/tmp/t/default".into(),
            sessions: sessions.map(|names| Ok(names.iter().map(ToString::to_string).collect())),
            process: pid.map(|pid| Identity { pid, started: 1 }),
            lost: Vec::new(),
        }
    }

    fn seen(server: Server, expected: &[&str]) -> Seen {
        Seen {
            installed: true,
            servers: vec![server],
            expected: expected.iter().map(ToString::to_string).collect(),
            from_picture: false,
        }
    }

    fn steps(seen: &Seen) -> Vec<String> {
        match plan(seen).verdict {
            Verdict::Mend(steps) => steps.iter().map(|step| step.action.shown()).collect(),
            other => vec![format!("{other:?}")],
        }
    }

    #[test]
    fn missing_sessions_are_created_and_no_others() {
        assert_eq!(
            steps(&seen(server(Some(&["a", "b"]), Some(3)), &["a", "c d"])),
            ["tmux new-session -d -s 'c d'"]
        );
        assert_eq!(
            steps(&seen(server(None, None), &["a"])),
            ["tmux new-session -d -s a"]
        );
        assert_eq!(steps(&seen(server(Some(&["a"]), None), &["a"])), ["Fine"]);
        assert_eq!(steps(&seen(server(None, None), &[])), ["Fine"]);
    }

    #[test]
    fn a_lost_socket_comes_before_what_cannot_be_seen_without_it() {
        let lost = seen(server(None, Some(3)), &["a"]);
        assert_eq!(steps(&lost), ["kill -USR1 3"]);
        assert_eq!(
            plan(&lost).found,
            "the socket /tmp/t/default is gone, its server (pid 3) lives"
        );
    }

    #[test]
    fn a_picture_is_offered_and_used_when_asked() {
        let mut dead = server(None, None);
        dead.lost = vec!["x".into(), "y".into()];
        let mut seen = seen(dead, &[]);
        assert_eq!(
            plan(&seen).found,
            "ready; 2 sessions more can be had back: mamori recover tmux --from-picture"
        );
        seen.from_picture = true;
        assert_eq!(steps(&seen), ["restore the sessions of /tmp/t/default"]);
    }

    #[test]
    fn a_server_that_does_not_answer_is_named_and_left_alone() {
        let mut silent = server(Some(&[]), Some(3));
        silent.sessions = Some(Err("gave no answer in 2s".into()));
        assert_eq!(steps(&seen(silent.clone(), &[])), ["Hopeless(None)"]);
        // Whether it has the session nobody knows.
        assert_eq!(steps(&seen(silent, &["a"])), ["Hopeless(None)"]);
    }
}
