//! What the watcher has done on other nodes, over their channels, when
//! something there is not as expected. Pure.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::model::incident::Incident;
use crate::model::moment::Moment;
use crate::model::node::Node;
use crate::model::state::State;
use crate::model::tally::{Next, Tally, decide};
use crate::remote::deed::{self, Deed, End};
use crate::remote::fleet::Question;
use crate::rooms::recover::book::{self, Before, Entry};
use crate::rooms::recover::elsewhere::{broken, told};
use crate::rooms::recover::target::of_deed;

/// Looks in a row that found it broken after which what hangs is ended.
const HANGS: u32 = 3;

/// The jobs on all nodes.
#[derive(Debug, Default)]
pub struct Afar {
    jobs: BTreeMap<String, Job>,
}

/// What is known of one target on another node.
#[derive(Debug, Clone, Default)]
struct Job {
    tally: Tally,
    incident: Option<Incident>,
    /// When that was detected.
    incident_at: Option<Moment>,
    /// When it was last seen ready.
    good: Option<Moment>,
    /// The deed under way: what was found, when it was asked for, and which.
    asked: Option<(String, Moment, Deed)>,
    /// The node was not looked at since the last deed.
    unseen: bool,
    /// Whether it was looked at since that was counted, and how many looks in
    /// a row found it broken.
    looked: bool,
    bad: u32,
}

/// A deed that is to be asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wish {
    /// Its target's id.
    pub id: String,
    /// The question.
    pub question: Question,
    /// How long it may take.
    pub limit: Duration,
}

impl Job {
    fn of(state: &State, node: &str, check: &str, now: &Moment) -> Self {
        let tally = state
            .tallies
            .get(&format!("{node}/{check}"))
            .cloned()
            .unwrap_or_default();
        let incident = book::open(state, node, check).cloned();
        let incident_at = incident.as_ref().map(|incident| {
            let ago = u64::try_from(now.at.since(incident.detected)).unwrap_or(0);
            now.before(Duration::from_secs(ago))
        });
        Self {
            tally,
            incident,
            incident_at,
            ..Self::default()
        }
    }

    fn before(&self, now: &Moment) -> Before<'_> {
        let ago = match (&self.incident_at, &self.good) {
            (Some(at), _) => Some(now.since(at)),
            (None, good) => good.as_ref().map(|good| now.since(good)),
        };
        Before {
            tally: &self.tally,
            incident: self.incident.as_ref(),
            ago,
            by: "watch",
        }
    }

    fn took(&mut self, entry: &Entry, began: &Moment) {
        self.tally = entry.tally.clone();
        self.incident = entry.incident.clone().filter(Incident::open);
        match (&self.incident, &self.incident_at) {
            (None, _) => self.incident_at = None,
            (Some(_), None) => self.incident_at = Some(began.clone()),
            (Some(_), Some(_)) => {}
        }
    }
}

impl Afar {
    /// Takes in that a node was just looked at: what its readings say is of now.
    pub fn looked(&mut self, node: &str) {
        let prefix = format!("{node}/");
        let of_it = self
            .jobs
            .iter_mut()
            .filter(|(id, _)| id.starts_with(&prefix));
        for (_, job) in of_it {
            job.unseen = false;
            job.looked = true;
        }
    }

    /// What is to be done on `node`, of which `deeds` may be done: the first
    /// that is broken, allowed, and waits for nothing. Entries tell what came
    /// back by itself.
    pub fn due(
        &mut self,
        state: &State,
        node: &Node,
        deeds: &[Deed],
        now: &Moment,
    ) -> (Option<Wish>, Vec<Entry>) {
        let mut entries = Vec::new();
        if node.silence.is_some() || node.answered_at.is_none() {
            return (None, entries);
        }
        let paused = state
            .pauses
            .get(&node.name)
            .is_some_and(|pause| pause.holds(now.at));
        let mut first = None;
        for (number, deed) in deeds.iter().enumerate() {
            let target = of_deed(&node.name, deed);
            let check = target.check();
            let job = self
                .jobs
                .entry(target.id())
                .or_insert_with(|| Job::of(state, &node.name, &check, now));
            let Some(found) = broken(deed, &node.readings) else {
                job.good = Some(now.clone());
                job.bad = 0;
                if job.incident.is_some() && !job.unseen {
                    entries.push(came_back(job, node, deed, now));
                }
                continue;
            };
            job.bad += u32::from(std::mem::take(&mut job.looked));
            let waits = job.asked.is_some() || job.unseen || paused;
            let needs = needs(deed).iter().all(|name| ready(node, name));
            let allowed = decide(&fallen(job, now), now) == Next::Try;
            if first.is_none() && !waits && needs && allowed {
                let number = u16::try_from(number).unwrap_or(u16::MAX);
                first = Some((
                    target.id(),
                    found,
                    Question::Deed {
                        number,
                        insist: job.bad >= HANGS,
                    },
                    deed.clone(),
                ));
            }
        }
        let wish = first.map(|(id, found, question, deed)| {
            let limit = deed.limit();
            if let Some(job) = self.jobs.get_mut(&id) {
                job.asked = Some((found, now.clone(), deed));
            }
            Wish {
                id,
                question,
                limit,
            }
        });
        (wish, entries)
    }

    /// Somebody else acts on it now: the wish is for later.
    pub fn later(&mut self, id: &str) {
        if let Some(job) = self.jobs.get_mut(id) {
            job.asked = None;
        }
    }

    /// What came of a deed; `None`: nothing, although nobody waits for it any more.
    pub fn came(
        &mut self,
        node: &str,
        deed: &Deed,
        report: Option<&deed::Report>,
        local: &str,
        now: &Moment,
        dice: f64,
    ) -> Option<Entry> {
        let silent = deed::Report {
            end: End::Silent,
            acted: true,
            said: None,
            note: String::new(),
        };
        let report = report.unwrap_or(&silent);
        let target = of_deed(node, deed);
        let job = self.jobs.get_mut(&target.id())?;
        let (found, began, asked) = job.asked.take()?;
        // The configuration is another one now: what was asked for nobody knows.
        if asked != *deed {
            return None;
        }
        job.unseen = true;
        let began_at = Duration::from_millis(began.elapsed_ms);
        let told = told(node, deed, found, report, began_at, now.since(&began));
        let name = target.name(local);
        let entry = book::entry(&told, &name, job.before(&began), &began, now, dice);
        job.took(&entry, &began);
        Some(entry)
    }
}

/// The record as it would be if this try were made: what had been ready is
/// started at once.
fn fallen(job: &Job, now: &Moment) -> Tally {
    job.tally.fell(now, "", 1.0)
}

fn came_back(job: &mut Job, node: &Node, deed: &Deed, now: &Moment) -> Entry {
    let report = deed::Report {
        end: End::Ready,
        acted: false,
        said: None,
        note: String::new(),
    };
    let elapsed = Duration::from_millis(now.elapsed_ms);
    let told = told(
        &node.name,
        deed,
        "ready".into(),
        &report,
        elapsed,
        Duration::ZERO,
    );
    let name = format!("{}/{}", node.name, deed.check());
    let entry = book::entry(&told, &name, job.before(now), now, now, 0.0);
    job.took(&entry, now);
    entry
}

fn needs(deed: &Deed) -> &[String] {
    match deed {
        Deed::Service(_, service) => &service.needs,
        Deed::Session(_) | Deed::Sshd => &[],
    }
}

fn ready(node: &Node, service: &str) -> bool {
    let services = node.readings.services.value();
    services.and_then(|services| services.get(service)) == Some(&true)
}
