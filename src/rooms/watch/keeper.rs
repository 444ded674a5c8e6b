//! Looks after this machine's targets on a thread of its own: a death is
//! answered at once, whatever the watcher is busy with. Effects.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::mpsc::{self, Receiver, Sender};
use std::time::Duration;

use rustix::event::PollFd;

use super::kept::{Kept, Turn};
use crate::model::home::Home;
use crate::model::incident::Incident;
use crate::model::state::State;
use crate::model::tally::Tally;
use crate::rooms::recover::book::{self, Entry};
use crate::rooms::recover::facts::Crew;
use crate::rooms::recover::run::{self, Alive, Condition, Told};
use crate::rooms::recover::target::{Target, What};
use crate::rooms::recover::work;
use crate::state::store::Store;
use crate::sys::bell::{Bell, Ringer, aside, aside_or_here, bell};
use crate::sys::deaths::Deaths;
use crate::sys::file_events::FileEvents;
use crate::sys::flock::Wait;
use crate::sys::start::{self, Started};
use crate::sys::{clock, host};

/// Of one target, the ends of so many processes are waited for.
const PROCESSES: usize = 16;

/// What to look after, and with what.
#[derive(Debug, Clone)]
pub struct Charge {
    /// What all targets are recovered with.
    pub crew: Arc<Crew>,
    /// What is expected; none while the node is paused.
    pub targets: Vec<Target>,
    /// What is known of earlier tries.
    pub tallies: BTreeMap<String, Tally>,
    /// The incidents that are going on.
    pub incidents: Vec<Incident>,
}

impl Charge {
    /// From the state and the configuration.
    #[must_use]
    pub fn new(crew: Crew, targets: Vec<Target>, state: &State) -> Self {
        Self {
            crew: Arc::new(crew),
            targets,
            tallies: state.tallies.clone(),
            incidents: state
                .incidents
                .iter()
                .filter(|one| one.open())
                .cloned()
                .collect(),
        }
    }
}

/// The watcher's end.
#[derive(Debug)]
pub struct Keeper {
    orders: Sender<Order>,
    ringer: Ringer,
    entries: Receiver<Entry>,
    bell: Bell,
}

impl Keeper {
    /// Starts it; it looks after nothing yet.
    ///
    /// # Errors
    /// When the system refuses a thread or a socket.
    pub fn start() -> std::io::Result<Self> {
        let (orders, received) = mpsc::channel();
        let (sender, entries) = mpsc::channel();
        let (ringer, hears) = bell()?;
        let (tells, bell) = bell()?;
        let own = ringer.clone();
        aside("keeper", move || {
            let (results, done) = mpsc::channel();
            let watch = Watch {
                orders: received,
                entries: sender,
                tells,
                hears,
                own,
                results,
                done,
                deaths: Deaths::new(),
                files: FileEvents::new(),
                crew: None,
                kept: BTreeMap::new(),
                children: Vec::new(),
            };
            watch.run();
        })?;
        Ok(Self {
            orders,
            ringer,
            entries,
            bell,
        })
    }

    /// Gives it this to look after from now on.
    pub fn follow(&self, charge: Charge) {
        self.order(Order::Follow(Box::new(charge)));
    }

    /// Has it look at everything now.
    pub fn look(&self) {
        self.order(Order::Look);
    }

    fn order(&self, order: Order) {
        // A keeper that broke down looks after nothing; the rounds still look.
        let _ = self.orders.send(order);
        self.ringer.ring();
    }

    /// What wakes who waits for it.
    #[must_use]
    pub fn interest(&self) -> PollFd<'_> {
        self.bell.interest()
    }

    /// What happened since this was last asked.
    #[must_use]
    pub fn news(&self) -> Vec<Entry> {
        self.bell.hush();
        self.entries.try_iter().collect()
    }
}

/// What the watcher tells it.
enum Order {
    /// To look after this from now on.
    Follow(Box<Charge>),
    /// To look at everything now.
    Look,
}

/// What a job came to: who it was about, when it began, and what was told.
type Result = (String, Turn, Told);

struct Watch {
    orders: Receiver<Order>,
    entries: Sender<Entry>,
    tells: Ringer,
    hears: Bell,
    own: Ringer,
    results: Sender<Result>,
    done: Receiver<Result>,
    deaths: Deaths<(String, usize)>,
    /// The folders of the tmux sockets.
    files: FileEvents,
    crew: Option<Arc<Crew>>,
    kept: BTreeMap<String, Kept>,
    /// What was started and may still be our child.
    children: Vec<Started>,
}

impl Watch {
    /// Goes on until the watcher is gone.
    fn run(mut self) {
        loop {
            loop {
                match self.orders.try_recv() {
                    Ok(Order::Follow(charge)) => self.follow(*charge),
                    Ok(Order::Look) => self.kept.values_mut().for_each(Kept::poked),
                    Err(mpsc::TryRecvError::Empty) => break,
                    Err(mpsc::TryRecvError::Disconnected) => return,
                }
            }
            while let Ok((id, turn, told)) = self.done.try_recv() {
                self.take(&id, turn, told);
            }
            for (id, _) in self.deaths.gone() {
                if let Some(kept) = self.kept.get_mut(&id) {
                    kept.died();
                }
            }
            // Children that ended are collected, whoever did their work since.
            self.children.retain_mut(Started::stays);
            if !self.files.changed().is_empty() {
                let tmux = self.kept.values_mut();
                tmux.filter(|kept| kept.target.what == What::Tmux)
                    .for_each(Kept::died);
            }
            let now = clock::elapsed();
            let due: Vec<String> = self
                .kept
                .iter()
                .filter(|(_, kept)| kept.due(now))
                .map(|(id, _)| id.clone())
                .collect();
            for id in due {
                self.begin(&id);
            }
            let now = clock::elapsed();
            let waits = self.kept.values().filter_map(|kept| kept.wait(now));
            let limit = waits
                .chain(self.deaths.wait())
                .chain(self.files.wait())
                .min()
                .unwrap_or(Duration::MAX);
            let mut interests = self.deaths.interests();
            interests.extend(self.files.interests());
            self.hears.wait(interests, limit);
        }
    }

    /// Takes over what there is to look after; what is known of it stays.
    fn follow(&mut self, charge: Charge) {
        let Charge {
            crew,
            targets,
            tallies,
            incidents,
        } = charge;
        let mut before = std::mem::take(&mut self.kept);
        for target in targets {
            let id = target.id();
            let check = target.check();
            // Of tmux we are told what matters, and a lost network shows at
            // the next round; looking at them costs programs.
            let watch = &crew.config.watch;
            let every = match target.what {
                What::Tmux | What::Network => watch.health_every.max(watch.liveness_every),
                _ => watch.liveness_every,
            };
            let mut known = before
                .remove(&id)
                .filter(|kept| kept.target == target || kept.busy());
            if let Some(kept) = &mut known {
                kept.follow(&target, every);
            }
            let kept = known.unwrap_or_else(|| {
                let tally = tallies.get(&id).cloned().unwrap_or_default();
                let open = incidents
                    .iter()
                    .find(|one| one.node == target.node && one.check == check);
                Kept::new(target, tally, open.cloned(), every, &host::moment())
            });
            self.kept.insert(id, kept);
        }
        for id in before.keys() {
            self.watch(id, &[]);
        }
        self.crew = Some(crew);
    }

    /// Looks at a target, and acts, on a thread of its own.
    fn begin(&mut self, id: &str) {
        let (Some(kept), Some(crew)) = (self.kept.get_mut(id), self.crew.clone()) else {
            return;
        };
        let turn = kept.begin(&host::moment());
        let target = kept.target.clone();
        let known = kept.alive.clone();
        let keepers = kept.keepers();
        let (results, own, about) = (self.results.clone(), self.own.clone(), id.to_owned());
        let work = move || {
            let look = || run::look(&target, &crew, &keepers);
            let act = || run::see_to(&target, &crew, &keepers, Wait::Never);
            let told = match turn {
                Turn::Act { .. } if !paused(&target, &crew) => act(),
                Turn::Act { .. } => resting(look()),
                Turn::Look { may_act } => match look() {
                    told if !may_act || !super::kept::at_once(&told) => {
                        run::watched(told, &crew, &known)
                    }
                    told if paused(&target, &crew) => resting(told),
                    _ => act(),
                },
            };
            if let Some(subject) = crew.subject(&target) {
                start::cut_output(&work::output(&crew.around, &subject.service.name));
            }
            let _ = results.send((about, turn, told));
            own.ring();
        };
        aside_or_here("recover", work);
    }

    /// Takes what came of a look or an act.
    fn take(&mut self, id: &str, turn: Turn, mut told: Told) {
        let started = told.done.as_mut().and_then(|done| done.started.take());
        self.children.extend(started);
        let Some(kept) = self.kept.get_mut(id) else {
            return;
        };
        let now = host::moment();
        let began = now.before(clock::elapsed().saturating_sub(told.began));
        let local = self.crew.as_ref().map_or("", |crew| &crew.local);
        let name = told.target.name(local);
        let before = kept.before(turn, &began);
        let entry = book::entry(&told, &name, before, &began, &now, fastrand::f64());
        let news = kept.took(&told, &entry, &began, &now);
        let gone = kept.seen(&told);
        if (!self.watch(id, &told.alive) || gone)
            && let Some(kept) = self.kept.get_mut(id)
        {
            kept.died();
        }
        if news && self.entries.send(entry).is_ok() {
            self.tells.ring();
        }
    }

    /// Waits for the end of these processes from now on, and for changes of
    /// the sockets; `false`: one has ended already.
    fn watch(&mut self, id: &str, alive: &[Alive]) -> bool {
        for n in 0..PROCESSES {
            self.deaths.forget(&(id.to_owned(), n));
        }
        let mut all = true;
        for (n, alive) in alive.iter().take(PROCESSES).enumerate() {
            all &= self.deaths.watch((id.to_owned(), n), &alive.identity);
        }
        let kept = self.kept.get(id);
        if let (Some(crew), true) = (
            &self.crew,
            kept.is_some_and(|kept| kept.target.what == What::Tmux),
        ) {
            for socket in crew.sockets() {
                if let Some(folder) = socket.parent() {
                    self.files.watch(folder);
                }
            }
        }
        all
    }
}

/// Whether somebody paused the node since we were last told of pauses: who
/// does so and then ends a service means it, a moment later as well.
fn paused(target: &Target, crew: &Crew) -> bool {
    let store = Store::new(Home::of(&crew.around.mamori_home), "mamori watch");
    // What cannot be read says nothing against it.
    let look = store.read().ok().flatten();
    look.is_some_and(|look| {
        let pause = look.state.pauses.get(&target.node);
        pause.is_some_and(|pause| pause.holds(clock::now()))
    })
}

/// What was found, and is left so for as long as the node is paused.
fn resting(told: Told) -> Told {
    let condition = match told.condition {
        Condition::Planned => Condition::NotNow("its node is paused".into()),
        other => other,
    };
    Told { condition, ..told }
}
