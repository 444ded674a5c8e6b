//! The arguments of `mamori alerts`, `ack` and `snooze`, and their exit codes.

use std::sync::atomic::AtomicBool;
use std::time::Duration;

use clap::Subcommand;

use super::quiet::{self, Word};
use super::routes::Route;
use super::send::{deliver, exposed, routes_of, way};
use super::show::{self, View};
use super::words;
use crate::config::{self, ChannelKind};
use crate::failure::{Exit, Failure};
use crate::model::alert::Alert;
use crate::model::home::Home;
use crate::model::message::Delivery;
use crate::model::state::{SCHEMA, State};
use crate::model::text::{clean, quoted};
use crate::model::time::{Timestamp, span};
use crate::roster;
use crate::state::store::Store;
use crate::sys::surroundings::Surroundings;
use crate::sys::{clock, flock, notify, output};

/// Show what is wrong, who was told, and whether the channels work
#[derive(Debug, clap::Args)]
#[command(args_conflicts_with_subcommands = true)]
pub struct Args {
    /// Print one JSON value
    #[arg(long)]
    json: bool,
    #[command(subcommand)]
    verb: Option<Verb>,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// Send one harmless message through each channel, and say what came of it
    Test {
        /// Only this one: `ntfy`, or `ntfy:2` for the second of its kind
        channel: Option<String>,
    },
    /// Make one request; message and address stand in the environment
    #[command(hide = true)]
    Deliver {
        #[arg(value_parser = ["ntfy", "webhook", "alertmanager"])]
        kind: String,
    },
}

/// Say that you know: quiet until it clears
#[derive(Debug, clap::Args)]
pub struct AckArgs {
    /// The alert's number or id, as `mamori alerts` shows it, or `all`
    #[arg(value_name = "ID|N")]
    alert: String,
}

/// Not now: quiet for a while, then told again if it is still so
#[derive(Debug, clap::Args)]
pub struct SnoozeArgs {
    /// The alert's number or id, as `mamori alerts` shows it, or `all`
    #[arg(value_name = "ID|N")]
    alert: String,
    /// How long, such as `2h` or `1h 30m`
    #[arg(value_name = "DUR", value_parser = span)]
    span: Duration,
}

/// Carries `alerts` out.
///
/// # Errors
/// Exit 2 for a bad configuration or an unknown channel, 3 when the state
/// cannot be read.
pub fn alerts(args: &Args, around: &Surroundings) -> Result<Exit, Failure> {
    if let Some(Verb::Deliver { kind }) = &args.verb {
        // A wrong edit of the configuration is no reason to tell nobody.
        return deliver(kind).map(|()| Exit::Fine);
    }
    let config = config::load(around)?;
    match &args.verb {
        Some(Verb::Test { channel }) => {
            let local = roster::local_name(&config);
            test(
                channel.as_deref(),
                &local,
                &routes_of(&config, around),
                around,
            )
        }
        _ => {
            let store = Store::new(Home::of(&around.mamori_home), "mamori alerts");
            let state = read(&store)?;
            let now = clock::now();
            let view = View {
                state: &state,
                routes: &routes_of(&config, around),
                watched: flock::held(&store.home().watch_lock()).is_some(),
                now,
            };
            let text = if args.json {
                show::json(&view).map_err(|error| Failure::unable(error.to_string()))?
            } else {
                show::text(&view, output::columns())
            };
            output::print(&text)?;
            Ok(if show::asks(&state, now) {
                Exit::Found
            } else {
                Exit::Fine
            })
        }
    }
}

fn read(store: &Store) -> Result<State, Failure> {
    let Some(look) = store.read()? else {
        return Ok(State::default());
    };
    if let Some(notice) = &look.notice {
        output::complain(&format!("warning: {notice}\n"));
    }
    if look.state.schema > SCHEMA {
        return Err(Failure::unable(format!(
            "the state file has schema {}, which this build does not know ({SCHEMA})",
            look.state.schema
        ))
        .hint("upgrade every mamori binary together: `make install`"));
    }
    Ok(look.state)
}

fn test(
    channel: Option<&str>,
    local: &str,
    routes: &[Route],
    around: &Surroundings,
) -> Result<Exit, Failure> {
    let chosen: Vec<&Route> = match channel {
        None => routes.iter().collect(),
        Some(name) => {
            let name = name.strip_suffix(":1").unwrap_or(name);
            let route = routes.iter().find(|route| route.name == name);
            vec![route.ok_or_else(|| no_channel(name, routes))?]
        }
    };
    if chosen.is_empty() {
        output::print(&format!("no channel is there; {}\n", show::WRITE))?;
        return Ok(Exit::Found);
    }
    if let Some(exposed) = exposed(routes, around) {
        output::complain(&exposed);
    }
    let store = Store::new(Home::of(&around.mamori_home), "mamori alerts");
    let servers = store
        .read()
        .ok()
        .flatten()
        .map(|look| look.state.tmux_servers);
    let servers = servers.unwrap_or_default();
    let mut exit = Exit::Fine;
    for route in chosen {
        let message = words::test(&route.name, local, clock::now());
        let never = AtomicBool::new(false);
        let line = match notify::deliver(&way(route, &servers), &message, around, &never) {
            Delivery::Sent => format!("{}: sent\n", route.name),
            Delivery::Nobody(why) | Delivery::Failed(why) | Delivery::TimedOut(why) => {
                exit = Exit::Found;
                format!(
                    "{}: failed: {}\n  try: {}\n",
                    route.name,
                    clean(&why),
                    mend(route)
                )
            }
        };
        output::print(&line)?;
    }
    Ok(exit)
}

fn no_channel(name: &str, routes: &[Route]) -> Failure {
    let known: Vec<String> = routes
        .iter()
        .map(|route| format!("`{}`", route.name))
        .collect();
    let known = if known.is_empty() {
        "there is none".to_owned()
    } else {
        format!("there is {}", known.join(", "))
    };
    Failure::usage(format!("there is no channel `{}`; {known}", clean(name)))
        .hint("mamori config show")
}

/// One command that shows more.
fn mend(route: &Route) -> String {
    match &route.kind {
        ChannelKind::Tmux => "tmux attach".to_owned(),
        ChannelKind::Termux => "pkg install termux-api, and install the app Termux:API".to_owned(),
        ChannelKind::Desktop if cfg!(target_os = "macos") => {
            "osascript -e 'display notification \"test\"'".to_owned()
        }
        ChannelKind::Desktop => "notify-send test".to_owned(),
        ChannelKind::Ntfy(_) | ChannelKind::Webhook(_) | ChannelKind::Alertmanager(_) => {
            "mamori config show".to_owned()
        }
        ChannelKind::Command(words) => {
            let words: Vec<String> = words.iter().map(|word| quoted(word)).collect();
            words.join(" ")
        }
    }
}

/// Carries `ack` out.
///
/// # Errors
/// Exit 2 for an unknown alert, 3 when the state file cannot be written.
pub fn ack(args: &AckArgs, around: &Surroundings) -> Result<Exit, Failure> {
    let alerts = said(Word::Acknowledged, &args.alert, around, clock::now())?;
    output::print(&each(&alerts, "acknowledged: quiet until it clears"))?;
    Ok(Exit::Fine)
}

/// Carries `snooze` out.
///
/// # Errors
/// Exit 2 for an unknown alert, 3 when the state file cannot be written.
pub fn snooze(args: &SnoozeArgs, around: &Surroundings) -> Result<Exit, Failure> {
    let now = clock::now();
    let until = now.after(args.span);
    let config = config::load(around)?;
    let alerts = said(Word::Snoozed(until), &args.alert, around, now)?;
    let until = clock::zoned(until, now, config.timezone);
    output::print(&each(&alerts, &format!("quiet until {until}")))?;
    Ok(Exit::Fine)
}

/// A line for each alert that was changed.
fn each(alerts: &[Alert], said: &str) -> String {
    if alerts.is_empty() {
        return "no alert is open\n".to_owned();
    }
    let lines = alerts
        .iter()
        .map(|alert| format!("{} {} is {said}\n", alert.number, clean(&alert.id)));
    lines.collect::<Vec<_>>().concat()
}

fn said(
    word: Word,
    wanted: &str,
    around: &Surroundings,
    now: Timestamp,
) -> Result<Vec<Alert>, Failure> {
    let (alerts, notices) = quiet::say_each(word, wanted, around, now)?;
    for notice in &notices {
        output::complain(&format!("warning: {notice}\n"));
    }
    Ok(alerts)
}
