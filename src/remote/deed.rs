//! What may be done on a node over its channel, and what came of it. Pure.
//!
//! Deeds are written into the node's `sh` once, each with a number; a question
//! only ever names a number. A key that is bound to the probe knows no deeds.

use std::fmt::Write as _;

use crate::config::{Config, Host, Node, Service};
use crate::model::blueprint::Blueprint;
use crate::model::owner::Owner;
use crate::model::text::{clean, cut};
use crate::model::whose::telling;

use super::probe::{check_words, expanded, quote};

mod session;

/// The functions, as they are written for people.
const SCRIPT: &str = include_str!("deed.sh");

/// Something that may be done on a node.
#[derive(Debug, Clone, PartialEq)]
pub enum Deed {
    /// Starts this service, the so-and-so-many-th that the probe asks.
    Service(usize, Box<Service>),
    /// Creates an expected tmux session, as configured or with a shell.
    Session(Blueprint),
    /// Starts the node's own ssh server, while an old connection to it lasts.
    Sshd,
}

/// What came of a deed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// Its end.
    pub end: End,
    /// Whether anything was changed.
    pub acted: bool,
    /// What a program said of it: its first and its last line, clean and cut.
    pub said: Option<String>,
    /// What is not as it was to be, though it was done, clean; may be empty.
    pub note: String,
}

/// How a deed ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum End {
    /// It is ready.
    Ready,
    /// Its owner stopped it: left alone; how, in words.
    Left(String),
    /// What must succeed first did not, and exited with this.
    Invalid(String),
    /// What starts it is not there.
    Missing(String),
    /// What starts it exited with this.
    Exited(String),
    /// It was started, and not ready in time.
    Late,
    /// Only root may.
    NeedsRoot,
    /// The ssh server that let us in is not the machine's own.
    Foreign,
    /// Nothing there can carry the check out.
    Untold,
    /// The session ended as soon as it was made.
    Gone,
    /// The node said nothing of it: a key that may only look, or a shell that hangs.
    Silent,
}

impl Deed {
    /// What may be done on `node`.
    #[must_use]
    pub fn all(config: &Config, node: &Node, termux: bool) -> Vec<Self> {
        let here = Host::Node(node.name.clone());
        let services = config
            .services
            .iter()
            .filter(|service| service.host == here);
        let services = services
            .enumerate()
            .filter(|(_, service)| service.start.is_some());
        let services =
            services.map(|(number, service)| Self::Service(number, Box::new(service.clone())));
        let sessions = config.blueprints_on(&here, &node.expected_sessions(termux));
        let sessions = sessions.into_iter().map(Self::Session);
        services.chain(sessions).chain([Self::Sshd]).collect()
    }

    /// The check whose problem it mends.
    #[must_use]
    pub fn check(&self) -> String {
        match self {
            Self::Service(_, service) => format!("service:{}", service.name),
            Self::Session(session) => format!("tmux:{}", session.name),
            Self::Sshd => "sshd".to_owned(),
        }
    }

    /// How long it may take.
    #[must_use]
    pub fn limit(&self) -> std::time::Duration {
        // Besides, a validator and a service manager are asked.
        let around = std::time::Duration::from_secs(15);
        match self {
            // Its owner has as long as its start.
            Self::Service(_, service) => 2 * service.ready_within + around,
            Self::Session(_) | Self::Sshd => 2 * around,
        }
    }

    /// What a person reads of it: its command line.
    #[must_use]
    pub fn shown(&self) -> String {
        match self {
            Self::Service(_, service) => {
                let words = service.start.iter().flatten();
                let words: Vec<String> =
                    words.map(|word| crate::model::text::quoted(word)).collect();
                words.join(" ")
            }
            Self::Session(session) => {
                format!(
                    "tmux new-session -d -s {}",
                    crate::model::text::quoted(&session.name)
                )
            }
            Self::Sshd => "start its ssh server through whoever looks after it".to_owned(),
        }
    }

    fn lines(&self) -> String {
        match self {
            Self::Service(number, service) => of_service(*number, service),
            Self::Session(session) => session::lines(session),
            Self::Sshd => "mamori_start_sshd\n".to_owned(),
        }
    }
}

/// What is written to `sh -s` after the probe's definitions; it says nothing.
#[must_use]
pub fn definitions(deeds: &[Deed]) -> String {
    let mut text = String::from("mamori_deed() {\ncase $1 in\n");
    for (number, deed) in deeds.iter().enumerate() {
        // Writing to a string cannot fail.
        let _ = write!(text, "{number})\n{};;\n", deed.lines());
    }
    text.push_str("esac\n}\n");
    for line in SCRIPT.lines().map(str::trim_start) {
        if !line.is_empty() && !line.starts_with('#') {
            text.push_str(line);
            text.push('\n');
        }
    }
    text
}

fn all_expanded(argv: &[String]) -> String {
    let words: Vec<String> = argv.iter().map(|word| expanded(word)).collect();
    words.join(" ")
}

fn of_service(number: usize, service: &Service) -> String {
    let start = service.start.as_deref().unwrap_or_default();
    let check = check_words(&service.check);
    // Somebody else may have been faster.
    let mut text = format!(
        "mamori_check() {{ mamori_service {number} {check}; }}\nmamori_is_ready && return\n"
    );
    let owner = Owner::of_command(start).and_then(|owner| match owner {
        Owner::Runit(service) => Some(format!("sv {}", expanded(&service))),
        Owner::Systemd { unit, user } => {
            let manager = if user { "--user" } else { "--system" };
            Some(format!("systemctl {manager} {}", expanded(&unit)))
        }
        Owner::Launchd(label) => Some(format!("launchctl {}", expanded(&label))),
        Owner::Supervisord(_) | Owner::Monit(_) => None,
    });
    let within = service.ready_within.as_millis().div_ceil(1_000);
    if let Some(owner) = owner {
        let _ = writeln!(
            text,
            "mamori_owned {owner} || return\nmamori_await {within} && return"
        );
    }
    if let Some(validate) = &service.validate {
        let _ = writeln!(text, "mamori_valid {} || return", all_expanded(validate));
    }
    if let (Some(file), Some(program)) = (&service.pid_file, telling(start)) {
        let file = expanded(&file.to_string_lossy());
        let _ = writeln!(text, "mamori_unhang {file} {}", quote(&program));
    }
    let _ = writeln!(text, "mamori_begin {within} {}", all_expanded(start));
    text
}

/// Notes that are taken of a deed, and columns of each.
const NOTES: usize = 5;
const NOTE: usize = 120;

/// Reads what a node said of a deed; `complete`: to its end.
#[must_use]
pub fn read(lines: &[u8], complete: bool) -> Report {
    let text = String::from_utf8_lossy(lines);
    let value = |key: &str| {
        let of_key = |line: &str| line.strip_prefix(key)?.strip_prefix('=').map(clean);
        text.lines().filter_map(of_key).next_back()
    };
    let words = |key, columns| {
        let said = value(key).map(|said| cut(&said, columns, "…"));
        said.filter(|said| !said.is_empty())
    };
    let said = match (words("said", 120), words("last", 60)) {
        (Some(first), Some(last)) => Some(format!("{} … {last}", cut(&first, 80, "…"))),
        (first, last) => first.or(last),
    };
    let acted = value("acted").is_some();
    let deed = value("deed").filter(|_| complete).unwrap_or_default();
    let (word, rest) = deed.split_once(' ').unwrap_or((&deed, ""));
    let rest = rest.to_owned();
    let end = match word {
        "ready" => End::Ready,
        "left" => End::Left(format!("`{rest}`")),
        "invalid" => End::Invalid(rest),
        "missing" => End::Missing(rest),
        "exited" => End::Exited(rest),
        "late" => End::Late,
        "root" => End::NeedsRoot,
        "foreign" => End::Foreign,
        "untold" => End::Untold,
        "gone" => End::Gone,
        _ => End::Silent,
    };
    let note = text.lines().filter_map(|line| line.strip_prefix("note="));
    let note: Vec<String> = note
        .take(NOTES)
        .map(|note| cut(&clean(note), NOTE, "…"))
        .collect();
    Report {
        end,
        acted,
        said,
        note: note.join("; "),
    }
}

impl Report {
    /// Why it is not ready, in words; `None` when it is.
    #[must_use]
    pub fn why(&self) -> Option<String> {
        let said = self
            .said
            .as_ref()
            .map(|said| format!("; it said: {said}"))
            .unwrap_or_default();
        let why = match &self.end {
            End::Ready => return None,
            End::Left(how) => format!("stopped by its owner: {how}"),
            End::Invalid(code) => format!("its validator exits with {code}"),
            End::Missing(program) => format!("`{program}` is not there, or may not be run"),
            End::Exited(code) => format!("what starts it exits with {code}"),
            End::Late => "it was started, and is not ready in time".to_owned(),
            End::NeedsRoot => "needs root there".to_owned(),
            End::Foreign => {
                "the ssh server that let us in is not the machine's own: nobody said how it is started".to_owned()
            }
            End::Untold => "it cannot be checked there, with neither bash nor nc".to_owned(),
            End::Gone => {
                let what = "it ended as soon as it was made";
                return Some(if self.note.is_empty() {
                    what.to_owned()
                } else {
                    format!("{what}: {}", self.note)
                });
            }
            End::Silent => {
                "the node says nothing of it: its shell hangs, or our key there may only look"
                    .to_owned()
            }
        };
        Some(why + &said)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_node_says_becomes_a_report_and_nothing_else() {
        let report = |text: &str| read(text.as_bytes(), true);
        assert_eq!(report("acted=yes\ndeed=ready\n").end, End::Ready);
        assert!(report("acted=yes\ndeed=ready\n").acted);
        assert_eq!(
            report("deed=left sv down\n").why().unwrap(),
            "stopped by its owner: `sv down`"
        );
        let invalid = report("deed=invalid 1\nsaid=bad \u{1b}[31mline\n");
        assert_eq!(
            invalid.why().unwrap(),
            "its validator exits with 1; it said: bad [31mline"
        );
        let long = "x".repeat(900);
        let exited = report(&format!("deed=exited 7\nsaid={long}\nlast=no \u{7}keys\n"));
        assert_eq!(
            exited.why().unwrap(),
            format!(
                "what starts it exits with 7; it said: {}… … no keys",
                "x".repeat(79)
            )
        );
        assert_eq!(
            report("deed=missing /srv/web\n").why().unwrap(),
            "`/srv/web` is not there, or may not be run"
        );
        for junk in ["", "deed=\n", "deed=nonsense 5\n", "\0\u{1}", "deed"] {
            assert_eq!(report(junk).end, End::Silent, "{junk:?}");
        }
        assert_eq!(read(b"deed=ready\n", false).end, End::Silent);
    }
}
