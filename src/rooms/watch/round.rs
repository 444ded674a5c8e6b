//! One round of the watcher: look, judge, write when worth it, tell the bars.

use std::collections::BTreeMap;
use std::time::Duration;

use super::afar::Afar;
use super::bars::Bars;
use super::change::{worth_showing, worth_writing};
use super::foresight::Foresight;
use super::healing::Healing;
use super::leases::Leases;
use super::nodes::Nodes;
use super::recording::Recording;
use super::repairs::Repairs;
use super::reporting::Reporting;
use super::schedule::{Depth, with_gap};
use super::shared::Shared;
use super::telling::Telling;
use crate::config::{self, Config};
use crate::model::reading::Reading;
use crate::model::state::{Gap, GapCause, State};
use crate::rooms::health::facts;
use crate::rooms::health::heard::{Heard, Word};
use crate::roster;
use crate::state::store::Store;
use crate::sys::flock::Lock;
use crate::sys::host::checks::Checks;
use crate::sys::host::{self, Ask};
use crate::sys::hub::lease::Lease;
use crate::sys::pressure::Pressure;
use crate::sys::surroundings::Surroundings;
use crate::sys::{clock, output};

mod bars;
mod elsewhere;
mod here;
mod hub;
mod remembered;
mod written;

use written::Rhythm;

/// Words that wait for the state file's lock, at most, for each node.
const PENDING: usize = 60;
/// Bytes that a day in which nothing happens may write as the state file.
const A_DAY: u32 = 16_000_000;
/// A node has some 1.5 KB in the file: so far apart they stay below that.
const A_NODE_WRITTEN: Duration = Duration::from_secs(8);

/// A check that takes longer is waited for beside, so that it holds up nothing
/// else that is to be told.
const GRACE: Duration = Duration::from_secs(1);

/// Everything a watcher keeps between two rounds.
pub struct Rounds<'a> {
    around: &'a Surroundings,
    config: Config,
    name: String,
    store: Store,
    /// The state file as last seen.
    base: State,
    /// What we know: that, with the looks that could not be written yet.
    state: State,
    /// What was heard and does not stand in the file yet.
    pending: Vec<Heard>,
    /// How much of that is in our own state already.
    taken: usize,
    nodes: Nodes<'a>,
    telling: Telling,
    /// When the file was last written.
    written: Option<Duration>,
    /// How large it was then.
    bytes: Option<usize>,
    /// When that was last tried, and when it may be next.
    rhythm: Rhythm,
    /// Whether something worth a write waits for its time.
    due: bool,
    gaps: Vec<Gap>,
    bars: Bars,
    repairs: Repairs,
    healing: Healing,
    /// Whether there was a look since guarded files were last seen to.
    looked: bool,
    foresight: Foresight,
    reporting: Reporting,
    recording: Recording,
    afar: Afar,
    shared: Shared,
    checks: Checks,
    pressure: Pressure,
    /// How long a look waits for the checks of services.
    grace: Duration,
    /// The locks of targets on other nodes on which we act, by node.
    locks: BTreeMap<String, (Option<Lock>, Option<Lease>)>,
    leases: Leases,
    /// Whether the last round could be written, or needed no writing.
    recorded: bool,
    /// The last complaint about each matter, so that none is repeated every minute.
    complaints: BTreeMap<&'static str, String>,
}

impl<'a> Rounds<'a> {
    /// A watcher's first knowledge. `patient`: who looks once waits for every
    /// check to its end.
    #[must_use]
    pub fn new(around: &'a Surroundings, config: Config, store: Store, patient: bool) -> Self {
        let grace = if patient {
            config.watch.probe_timeout + GRACE
        } else {
            GRACE
        };
        let look = store.read().ok().flatten();
        let state = look.map(|look| look.state).unwrap_or_default();
        let name = roster::local_name(&config);
        let known = State {
            nodes: roster::roster(&state, &config, &name, clock::now()),
            ..state.clone()
        };
        Self {
            around,
            nodes: Nodes::new(around, &config, &known, &name),
            telling: Telling::new(&config, around),
            written: None,
            bytes: None,
            rhythm: Rhythm::default(),
            due: false,
            name,
            config,
            store,
            base: state,
            state: known,
            pending: Vec::new(),
            taken: 0,
            gaps: Vec::new(),
            bars: Bars::default(),
            repairs: Repairs::default(),
            healing: Healing::default(),
            looked: true,
            foresight: Foresight::default(),
            reporting: Reporting::default(),
            recording: Recording::default(),
            afar: Afar::default(),
            shared: Shared::new(!patient),
            checks: Checks::default(),
            // Who looks once needs nobody to tell.
            pressure: if patient {
                Pressure::default()
            } else {
                Pressure::listen()
            },
            grace,
            locks: BTreeMap::new(),
            leases: Leases::default(),
            recorded: true,
            complaints: BTreeMap::new(),
        }
    }

    /// Whether what we know stands in the state file.
    #[must_use]
    pub fn recorded(&self) -> bool {
        self.recorded
    }

    /// Notes a time in which nobody looked.
    pub fn note_gap(&mut self, gap: &Gap) {
        self.gaps = with_gap(&self.gaps, gap.from, gap.to, gap.why);
    }

    /// Takes over the configuration as it is now. One that is wrong is told,
    /// and the last right one stays in force.
    pub fn reconfigure(&mut self) -> Duration {
        match config::load(self.around) {
            Ok(config) => {
                self.name = roster::local_name(&config);
                self.config = config;
                self.telling.follow(&self.config, self.around);
                self.complaints.remove("config");
                let (config, state) = (&self.config, &self.state);
                self.shared.follow(config, &self.name, state);
            }
            Err(failure) => self.complain(
                "config",
                format!("the configuration is left as it was: {}", failure.what),
            ),
        }
        self.config.watch.health_every
    }

    /// One round.
    pub fn round(&mut self, depth: Depth) {
        self.looked = true;
        let expected = facts::expected(self.around, &self.config);
        let ask = match depth {
            Depth::Full => Ask::ALL,
            Depth::Judged | Depth::Late => facts::needed(&expected),
        };
        let (around, config) = (self.around, &self.config);
        let grace = Some(self.grace).filter(|_| depth != Depth::Late);
        let checks = &mut self.checks;
        let mut look = facts::look_beside(around, config, &self.state, ask, checks, grace);
        if ask.network && self.reaches_others() {
            look.readings.network = Reading::Value(true);
        }
        look.readings.hub = self.shared.reading();
        let moment = look.moment.clone();
        let mut heard = self
            .nodes
            .left(&self.state, &self.config, &self.name, &moment);
        heard.push(Heard {
            node: self.name.clone(),
            moment,
            word: Word::Looked(Box::new(look), ask),
        });
        self.pending.extend_from_slice(&heard);
        self.write(&expected);
        self.remember(&heard, depth == Depth::Full);
        self.nodes.follow(&self.config, &self.state, &self.name);
        self.tell_bars();
        self.share();
        let local = self.state.node(&self.name);
        if local.is_some_and(|local| !local.problems.is_empty()) {
            // What a look found missing need not wait for the keeper's own.
            self.repairs.look();
        }
    }

    /// A node that answers proves the network; one that answered an earlier
    /// watcher does not.
    fn reaches_others(&self) -> bool {
        let now = clock::now();
        let lately = 2 * self.config.watch.health_every.as_secs();
        let others = self
            .state
            .nodes
            .iter()
            .filter(|node| node.name != self.name);
        others
            .filter(|node| node.silence.is_none() && node.hidden.is_none())
            .filter_map(|node| node.answered_at)
            .any(|at| now.since(at).unsigned_abs() < lately)
    }

    /// Asks the remote nodes and takes what they said; news are written and
    /// told at once.
    pub fn listen(&mut self) {
        if !self.nodes.any() && !self.due && !self.shared.configured() {
            return;
        }
        let mut heard = self.nodes.turn(&self.state, &self.config);
        heard.extend(self.hear_others());
        let now = clock::elapsed();
        let mended = self.mended();
        let due = self.due && self.may_write(now);
        let turns = self.leases.came();
        if heard.is_empty() && !mended && !due && !turns && !self.shared.waiting() {
            return self.share();
        }
        let answered = |heard: &&Heard| matches!(heard.word, Word::Answered(..));
        for heard in heard.iter().filter(answered) {
            self.afar.looked(&heard.node);
        }
        self.pending.extend_from_slice(&heard);
        let expected = facts::expected(self.around, &self.config);
        let new = self.caught_up(&expected);
        self.due = worth_writing(&self.base, &new, self.oldest());
        self.rhythm.shows = worth_showing(&self.base, &new);
        self.know(new);
        self.compact();
        if !self.due {
            self.shared.recorded();
        }
        if self.due && self.may_write(now) {
            self.write(&expected);
            self.tell_bars();
        } else if self.due {
            // Nobody who looks at a bar waits for the disk.
            self.tell_bars_news();
        }
        self.remember(&heard, false);
        self.share();
        self.mend();
    }

    /// Tells people what they should know, once that is written if it can be,
    /// and notes what came of it.
    pub fn tell(&mut self) {
        if self.telling.collect(&mut self.state, &mut self.shared) || self.telling.due() {
            let expected = facts::expected(self.around, &self.config);
            if self.may_write(clock::elapsed()) {
                self.write(&expected);
            } else {
                let state = self.taken_over(&self.base, &expected);
                self.know(state);
                self.due = true;
            }
        }
        let (state, shared) = (&mut self.state, &mut self.shared);
        self.due |= self.telling.send(state, shared, self.around);
    }

    /// Writes what still waits for its time.
    pub fn finish(&mut self) {
        // Writing the rest may take a while.
        self.shared.farewell();
        if self.due {
            let expected = facts::expected(self.around, &self.config);
            self.write(&expected);
            self.tell_bars();
        }
        self.hand_over_the_rest();
    }

    /// How long to wait for the remote nodes.
    #[must_use]
    pub fn wait(&self) -> Duration {
        let write = if self.due {
            self.rhythm.next().saturating_sub(clock::elapsed())
        } else {
            Duration::MAX
        };
        let nodes = self.nodes.wait(&self.state, &self.config);
        let others = self.repairs.wait().min(self.telling.wait());
        let others = others.min(self.healing.wait()).min(self.foresight.wait());
        let shared = self.shared.wait(&host::moment(), &self.state, &self.config);
        let others = others.min(shared).min(self.shared.wait_for_turns());
        let reports = self.reporting.wait();
        nodes.min(write).min(others).min(reports)
    }

    /// What ends the wait early.
    #[must_use]
    pub fn interests(&self) -> Vec<rustix::event::PollFd<'_>> {
        let mut interests = self.nodes.interests();
        interests.extend(self.repairs.interests());
        interests.extend(self.healing.interests());
        interests.extend(self.telling.interest());
        interests.extend(self.shared.interest());
        interests.extend(self.leases.interest());
        interests.extend(self.checks.interest());
        interests.extend(self.pressure.interest());
        interests
    }

    /// Whether a remote node was asked and has not answered yet, or a message
    /// is on its way.
    #[must_use]
    pub fn waits_for_answers(&self) -> bool {
        self.nodes.waiting() || self.telling.busy()
    }

    /// We were busy with ourselves for so long that what nobody answered
    /// meanwhile, nobody was there to hear.
    pub fn did_not_listen(&mut self) {
        self.nodes.begin_anew();
    }

    /// We slept: what the others did meanwhile nobody knows.
    pub fn slept(&mut self, span: Duration) {
        self.reporting.slept();
        self.shared.slept();
        let moment = host::moment();
        let from = moment.before(span);
        self.note_gap(&Gap {
            from: from.at,
            to: moment.at,
            why: GapCause::Slept,
        });
        let mut slept = self.nodes.slept(&from, &moment);
        slept.push(Heard {
            node: self.name.clone(),
            moment,
            word: Word::Slept { from },
        });
        self.pending.extend(slept);
    }

    fn complain(&mut self, matter: &'static str, complaint: String) {
        if self.complaints.get(matter) != Some(&complaint) {
            output::complain(&format!("warning: {complaint}\n"));
            self.complaints.insert(matter, complaint);
        }
    }
}
