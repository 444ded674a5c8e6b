//! The arguments of `mamori health` and `mamori status`, and their exit codes.

use super::prober::Prober;
use super::show::{self, View, WatcherView};
use crate::config::{self, Config};
use crate::failure::{Exit, Failure};
use crate::model::home::Home;
use crate::model::node::Node;
use crate::model::state::{SCHEMA, State};
use crate::model::time::Timestamp;
use crate::roster;
use crate::state::store::{PATIENCE, Store};
use crate::sys::flock::Wait;
use crate::sys::signals::{Signals, Stop};
use crate::sys::surroundings::Surroundings;
use crate::sys::{clock, files, flock, output, process};

/// Look at the nodes now, judge, record and show them
#[derive(Debug, clap::Args)]
pub struct HealthArgs {
    /// Only this node, `local` for this machine
    #[arg(long, value_name = "N")]
    node: Option<String>,
    /// Print one JSON value; with `--watch` one a line
    #[arg(long)]
    pub json: bool,
    /// Look again every `[watch] liveness_every`, until Ctrl-C
    #[arg(long)]
    watch: bool,
}

/// Show what the state file knows; touches no network
#[derive(Debug, Default, clap::Args)]
pub struct StatusArgs {
    /// Print one JSON value
    #[arg(long)]
    pub json: bool,
}

/// Carries `health` out.
///
/// # Errors
/// Exit 2 for an unknown node or a bad configuration.
pub fn health(args: &HealthArgs, around: &Surroundings) -> Result<Exit, Failure> {
    let exit = look(args, around);
    // A check that hangs ends with us.
    process::end_all();
    exit
}

fn look(args: &HealthArgs, around: &Surroundings) -> Result<Exit, Failure> {
    let config = config::load(around)?;
    let name = roster::local_name(&config);
    let node = args
        .node
        .as_deref()
        .map(|node| roster::resolve(node, &config))
        .transpose()?;
    let node = node.as_deref();
    // One that looks again soon need not queue for the lock.
    let wait = if args.watch { Wait::Never } else { PATIENCE };
    let mut prober = Prober::new(around, &config, name, node, wait);
    let signals = Signals::listen()?;
    let watch = args.watch;
    let stopped = move |stop| {
        if watch {
            stopped(stop)
        } else {
            Exit::Interrupted
        }
    };
    signals.obey(stopped)?;
    if !args.watch {
        let state = match prober.probe(&signals) {
            Ok(state) => state,
            Err(stop) => return Ok(stopped(stop)),
        };
        if let Some(failure) = prober.unable() {
            if !args.json {
                present(&prober.store, &state, &config, node, false, clock::now())?;
            }
            return Err(failure);
        }
        return present(
            &prober.store,
            &state,
            &config,
            node,
            args.json,
            clock::now(),
        );
    }
    loop {
        let state = match prober.probe(&signals) {
            Ok(state) => state,
            Err(stop) => return Ok(stopped(stop)),
        };
        let now = clock::now();
        if !args.json {
            output::print(&show::rule(
                &clock::zoned(now, now, config.timezone),
                state.nodes.len(),
            ))?;
        }
        present(&prober.store, &state, &config, node, args.json, now)?;
        if let Some(stop) = signals.wait(config.watch.liveness_every) {
            return Ok(stopped(stop));
        }
    }
}

/// Who looks again and again may be told to end; who looks once has no result then.
fn stopped(stop: Stop) -> Exit {
    match stop {
        Stop::Interrupted => Exit::Interrupted,
        Stop::Terminated => Exit::Fine,
    }
}

/// Carries `status` out.
///
/// # Errors
/// Exit 3 before the first probe, or when the state cannot be read.
pub fn status(args: &StatusArgs, around: &Surroundings) -> Result<Exit, Failure> {
    let config = config::load(around)?;
    let store = Store::new(Home::of(&around.mamori_home), "mamori status");
    let look = store.read()?;
    if let Some(notice) = look.as_ref().and_then(|look| look.notice.as_deref()) {
        output::complain(&format!("warning: {notice}\n"));
    }
    let now = clock::now();
    let seen = |state: &State| state.nodes.iter().any(|node| node.observed_at.is_some());
    match look {
        Some(mut look) if seen(&look.state) => {
            look.state.settle(now);
            present(&store, &look.state, &config, None, args.json, now)
        }
        Some(look) if look.state.schema > SCHEMA => Err(Failure::unable(format!(
            "the state file has schema {}, which this build does not know ({SCHEMA})",
            look.state.schema
        ))
        .hint("upgrade every mamori binary together: `make install`")),
        _ => Err(Failure::unable("no node was looked at yet").hint("mamori health")),
    }
}

fn present(
    store: &Store,
    state: &State,
    config: &Config,
    node: Option<&str>,
    json: bool,
    now: Timestamp,
) -> Result<Exit, Failure> {
    let nodes: Vec<&Node> = state
        .nodes
        .iter()
        .filter(|other| node.is_none_or(|node| other.name == node))
        .collect();
    let asks = nodes.iter().any(|node| node.state.asks_for_action());
    let view = View {
        state,
        nodes,
        config,
        watcher: watcher(store.home()),
        now,
    };
    let text = if json {
        show::json(&view).map_err(|error| Failure::unable(error.to_string()))?
    } else {
        show::text(&view, output::columns())
    };
    output::print(&text)?;
    Ok(if asks { Exit::Found } else { Exit::Fine })
}

fn watcher(home: &Home) -> WatcherView {
    let lock = home.watch_lock();
    let running = flock::held(&lock).is_some();
    let pid = running.then(|| flock::named_pid(&lock)).flatten();
    WatcherView {
        running,
        pid,
        beat: files::modified(&lock),
    }
}
