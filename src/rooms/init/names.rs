//! The names that people may mean: what a definition of the command line
//! cannot know.

use std::ffi::OsString;

use clap::Command;
use clap_complete::engine::{ArgValueCandidates, CompletionCandidate};

use crate::config::{self, Config};
use crate::model::home::Home;
use crate::model::layout::template::Template;
use crate::model::menu::plain;
use crate::model::state::State;
use crate::model::text::clean;
use crate::state::store::Store;
use crate::sys::surroundings::Surroundings;

/// A name, and what it means.
type Name = (String, String);

/// All of them, as they stand now. What cannot be read has none.
#[derive(Debug, Default)]
pub(super) struct Names {
    nodes: Vec<Name>,
    alerts: Vec<Name>,
    targets: Vec<Name>,
    templates: Vec<Name>,
}

/// What `recover` knows without a configuration.
const TARGETS: [(&str, &str); 3] = [
    ("sshd", "the ssh server"),
    ("tmux", "server, socket and sessions"),
    ("network", "the way to the nodes"),
];

impl Names {
    /// Reads them: without the lock, without the network, without a word.
    pub(super) fn read(around: &Surroundings) -> Self {
        let store = Store::new(Home::of(&around.mamori_home), "mamori complete");
        let state = store.read().ok().flatten().map(|look| look.state);
        Self::of(
            &state.unwrap_or_default(),
            config::load(around).ok().as_ref(),
        )
    }

    fn of(state: &State, config: Option<&Config>) -> Self {
        let nodes = state.nodes.iter();
        let alerts = state.alerts.iter();
        let services = config.map_or(&[][..], |config| &config.services);
        let own = services
            .iter()
            .map(|service| (service.name.clone(), "a service".to_owned()));
        let known = TARGETS.map(|(name, help)| (name.to_owned(), help.to_owned()));
        let templates = config.map_or(&[][..], |config| &config.arranging.templates);
        Self {
            nodes: nodes
                .map(|node| (node.name.clone(), node.state.word().to_owned()))
                .collect(),
            alerts: alerts
                .map(|alert| (alert.number.to_string(), alert.text.clone()))
                .collect(),
            targets: known.into_iter().chain(own).collect(),
            templates: Template::WORDS
                .iter()
                .map(|(name, _)| *name)
                .chain(templates.iter().map(|(name, _)| name.as_str()))
                .map(|name| (name.to_owned(), String::new()))
                .collect(),
        }
    }

    /// The definition with these names where they belong.
    pub(super) fn into_command(self, command: Command) -> Command {
        let all = ("all".to_owned(), "every open alert".to_owned());
        let alerts = [self.alerts, vec![all]].concat();
        command
            .mut_subcommand("ack", |ack| with(ack, "alert", &alerts))
            .mut_subcommand("snooze", |snooze| with(snooze, "alert", &alerts))
            .mut_subcommand("pause", |pause| with(pause, "node", &self.nodes))
            .mut_subcommand("resume", |resume| with(resume, "node", &self.nodes))
            .mut_subcommand("health", |health| with(health, "node", &self.nodes))
            .mut_subcommand("recover", |recover| with(recover, "targets", &self.targets))
            .mut_subcommand("layout", |layout| {
                layout.mut_subcommand("apply", |apply| with(apply, "name", &self.templates))
            })
    }
}

/// `command` with `names` for its argument called `id`. Only names that no
/// shell reads as more are offered.
fn with(command: Command, id: &'static str, names: &[Name]) -> Command {
    let names: Vec<(OsString, String)> = names
        .iter()
        .filter(|(name, _)| plain(name))
        .map(|(name, help)| (name.into(), clean(help)))
        .collect();
    command.mut_arg(id, |arg| {
        arg.add(ArgValueCandidates::new(move || {
            let offered = names.iter().map(|(name, help)| {
                let help = (!help.is_empty()).then(|| help.into());
                CompletionCandidate::new(name.clone()).help(help)
            });
            offered.collect()
        }))
    })
}
