//! `[[service]]` and `[[guard]]`: what is expected to run, and the files whose
//! last good version comes back.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::time::Duration;

use super::Node;
use super::names::{self, Endpoint};
use super::place::Host;
use super::reader::Section;
use super::scalar::{Choice, seconds};
use super::wrong::Wrong;

/// `[[service]]`: a program that is expected to run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Service {
    /// Its name; unique on its host.
    pub name: String,
    /// The machine it runs on; check, validate and start run there.
    pub host: Host,
    /// How it is started, an argv; `None`: it is observed, never started.
    pub start: Option<Vec<String>>,
    /// What tells that it is ready.
    pub check: Check,
    /// Where it writes its process id.
    pub pid_file: Option<PathBuf>,
    /// What must succeed before it is started, an argv.
    pub validate: Option<Vec<String>>,
    /// How long a start may take; 100 ms to 10 minutes.
    pub ready_within: Duration,
    /// Services on its host, named before it in the file so that none needs
    /// itself, that must be ready before it is started.
    pub needs: Vec<String>,
}

/// What tells that a service is ready.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Check {
    /// An ssh server greets there.
    SshBanner(Endpoint),
    /// A TCP connection is accepted there.
    Tcp(Endpoint),
    /// A command, an argv, exits with 0.
    Command(Vec<String>),
    /// A process of this name runs.
    Process(String),
}

/// `[[guard]]`: a file that is kept in the vault and brought back when broken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Guard {
    /// The file, absolute; unique.
    pub path: PathBuf,
    /// How it is validated.
    pub validator: Validator,
    /// The local service to restart after it was brought back.
    pub then: Option<String>,
}

/// How a guarded file is validated.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Validator {
    /// By what we know of its kind.
    Preset(GuardPreset),
    /// By a command, an argv in which `{path}` stands for the file.
    Command(Vec<String>),
}

/// The kinds of file we can validate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GuardPreset {
    /// `sshd -t`.
    SshdConfig,
    /// `ssh -G`.
    SshConfig,
    /// `source-file -n` in a private tmux server.
    TmuxConf,
    /// `sh -n`.
    Sh,
    /// Parsed as JSON.
    Json,
    /// Parsed as TOML.
    Toml,
}

impl Choice for GuardPreset {
    const WORDS: &'static [(&'static str, Self)] = &[
        ("sshd_config", Self::SshdConfig),
        ("ssh_config", Self::SshConfig),
        ("tmux.conf", Self::TmuxConf),
        ("sh", Self::Sh),
        ("json", Self::Json),
        ("toml", Self::Toml),
    ];
}

/// How long a start may take when the file does not say.
const READY_WITHIN: &str = "10s";

/// Reads the `[[service]]`s, unique by name on each host.
pub(super) fn services(section: &mut Section<'_, '_>, nodes: &[Node]) -> Vec<Service> {
    let mut seen = BTreeSet::new();
    let services = section.entries("service", |entry| {
        let host = entry.host(nodes);
        let name = entry.text("name", names::service);
        let name = entry.needed("name", name);
        let needs = entry.texts("needs", "services", |text| above(text, &host, &seen));
        if !name.is_empty() && !seen.insert((host.clone(), name.clone())) {
            let rule = format!(
                "a name that no other `[[service]]` on `{}` has",
                host.name()
            );
            entry.refuse("name", Wrong::must(rule));
        }
        let check = entry.optional("check", |table| check(table, &host));
        // A check that is there but wrong has been told of.
        let check = if check.is_some() {
            check.flatten()
        } else {
            entry.needed("check", None)
        };
        Some(Service {
            start: entry.argv("start", &host),
            pid_file: entry.path("pid_file", &host),
            validate: entry.argv("validate", &host),
            ready_within: entry.duration_or(
                "ready_within",
                READY_WITHIN,
                Duration::from_millis(100)..=seconds(600),
            ),
            needs: needs.unwrap_or_default(),
            check: check?,
            name,
            host,
        })
    });
    services.into_iter().flatten().collect()
}

fn above(text: &str, host: &Host, seen: &BTreeSet<(Host, String)>) -> Result<String, Wrong> {
    let known = || {
        seen.iter()
            .filter(|(other, _)| other == host)
            .map(|(_, name)| name.as_str())
    };
    if known().any(|name| name == text) {
        return Ok(text.to_owned());
    }
    let rule = format!("the name of a `[[service]]` above it on `{}`", host.name());
    Err(Wrong::must(rule).suggest(text, known()))
}

fn check(section: &mut Section<'_, '_>, host: &Host) -> Option<Check> {
    match section.one_of(&["ssh_banner", "tcp", "command", "process"])? {
        "ssh_banner" => section
            .text("ssh_banner", names::endpoint)
            .map(Check::SshBanner),
        "tcp" => section.text("tcp", names::endpoint).map(Check::Tcp),
        "command" => section.argv("command", host).map(Check::Command),
        _ => section.text("process", process).map(Check::Process),
    }
}

fn process(text: &str) -> Result<String, Wrong> {
    if text.contains('/') {
        return Err(Wrong::must("the name of a process, without folders"));
    }
    names::title(text)
}

/// Reads the `[[guard]]`s; each file is guarded once.
pub(super) fn guards(section: &mut Section<'_, '_>, services: &[Service]) -> Vec<Guard> {
    let mut seen = BTreeSet::new();
    let guards = section.entries("guard", |entry| {
        let path = entry.path("path", &Host::Local);
        let path = entry.needed("path", path);
        if !path.as_os_str().is_empty() && !seen.insert(path.clone()) {
            entry.refuse("path", Wrong::must("a file that no other `[[guard]]` has"));
        }
        let then = entry.text("then", |text| local_service(text, services));
        let validator = match entry.one_of(&["preset", "validate"])? {
            "preset" => Validator::Preset(entry.choice("preset")?),
            _ => Validator::Command(validate(entry)?),
        };
        Some(Guard {
            path,
            validator,
            then,
        })
    });
    guards.into_iter().flatten().collect()
}

fn local_service(text: &str, services: &[Service]) -> Result<String, Wrong> {
    let local = || {
        services
            .iter()
            .filter(|service| service.host == Host::Local)
    };
    if local().any(|service| service.name == text) {
        return Ok(text.to_owned());
    }
    let names = local().map(|service| service.name.as_str());
    Err(Wrong::must("the name of a `[[service]]` on the local node").suggest(text, names))
}

fn validate(section: &mut Section<'_, '_>) -> Option<Vec<String>> {
    let argv = section.argv("validate", &Host::Local)?;
    if !argv.iter().skip(1).any(|word| word.contains("{path}")) {
        let wrong = Wrong::that("must have an argument with `{path}`, which stands for the file");
        section.refuse("validate", wrong);
        return None;
    }
    Some(argv)
}
