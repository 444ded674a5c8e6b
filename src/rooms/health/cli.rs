//! The arguments of `mamori health` and `mamori status`, and their exit codes.

use super::record::{Rules, record};
use super::show::{self, View, WatcherView};
use super::{expected::Expected, facts};
use crate::config::{self, Config};
use crate::failure::{Exit, Failure};
use crate::model::home::Home;
use crate::model::node::Node;
use crate::model::state::{SCHEMA, State};
use crate::model::time::Timestamp;
use crate::roster;
use crate::state::store::{PATIENCE, Store};
use crate::sys::flock::Wait;
use crate::sys::host::Ask;
use crate::sys::signals::{Signals, Stop};
use crate::sys::surroundings::Surroundings;
use crate::sys::{clock, files, flock, output, status_bar};

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
    let config = config::load(around)?;
    let name = roster::local_name(&config);
    let node = args
        .node
        .as_deref()
        .map(|node| roster::resolve(node, &config))
        .transpose()?;
    if let Some(node) = node.as_ref().filter(|node| **node != name) {
        let what =
            format!("`{node}` is a remote node, and this version looks at the local one only");
        return Err(Failure::unable(what).hint("mamori health --node local"));
    }
    let node = node.as_deref();
    // One that looks again soon need not queue for the lock.
    let wait = if args.watch { Wait::Never } else { PATIENCE };
    let prober = Prober::new(around, &config, name, wait);
    if !args.watch {
        let state = prober.probe();
        return present(
            &prober.store,
            &state,
            &config,
            node,
            args.json,
            clock::now(),
        );
    }
    let signals = Signals::listen()?;
    loop {
        let state = prober.probe();
        let now = clock::now();
        if !args.json {
            output::print(&show::rule(
                &clock::zoned(now, now, config.timezone),
                state.nodes.len(),
            ))?;
        }
        present(&prober.store, &state, &config, node, args.json, now)?;
        match signals.wait(config.watch.liveness_every) {
            Some(Stop::Interrupted) => return Ok(Exit::Interrupted),
            Some(Stop::Terminated) => return Ok(Exit::Fine),
            None => {}
        }
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

/// Looks, judges and records, as often as wanted.
struct Prober<'a> {
    around: &'a Surroundings,
    config: &'a Config,
    expected: Expected,
    name: String,
    store: Store,
    wait: Wait,
}

impl<'a> Prober<'a> {
    fn new(around: &'a Surroundings, config: &'a Config, name: String, wait: Wait) -> Self {
        let expected = facts::expected(around, config);
        let store = Store::new(Home::of(&around.mamori_home), "mamori health");
        Self {
            around,
            config,
            expected,
            name,
            store,
            wait,
        }
    }

    /// One look, recorded; when it cannot be recorded, that is said and the
    /// result stands all the same.
    fn probe(&self) -> State {
        let known = self
            .store
            .read()
            .ok()
            .flatten()
            .map(|look| look.state)
            .unwrap_or_default();
        let look = facts::look(self.around, self.config, &known, Ask::ALL);
        let rules = Rules {
            name: &self.name,
            expected: &self.expected,
            judge: &self.config.judge,
            config: self.config,
        };
        let updated = self.store.update(self.wait, look.at, |state| {
            (
                state.summary.level(),
                Some(record(state, &look, Ask::ALL, rules)),
            )
        });
        match updated {
            Ok(updated) => {
                for notice in &updated.notices {
                    output::complain(&format!("warning: {notice}\n"));
                }
                let before = (self.wait == Wait::Never).then_some(updated.outcome);
                status_bar::show_everywhere(self.around, self.store.home(), before, &updated.state);
                updated.state
            }
            Err(error) => {
                output::complain(&format!("warning: not recorded: {error}\n"));
                record(&known, &look, Ask::ALL, rules)
            }
        }
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
