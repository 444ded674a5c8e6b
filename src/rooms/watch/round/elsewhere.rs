//! What the watcher does on other nodes between two rounds.

use super::Rounds;
use crate::remote::fleet::Question;
use crate::sys::host;

impl Rounds<'_> {
    /// Takes what came of deeds on other nodes; whether anything did.
    pub(super) fn mended(&mut self) -> bool {
        let moment = host::moment();
        let mut any = false;
        for done in self.nodes.done() {
            let deed = self
                .nodes
                .deeds(&done.node)
                .get(usize::from(done.number))
                .cloned();
            let entry = deed.and_then(|deed| {
                let (report, dice) = (Some(&done.report), fastrand::f64());
                self.afar
                    .came(&done.node, &deed, report, &self.name, &moment, dice)
            });
            any |= entry.is_some();
            self.locks.remove(&done.node);
            self.repairs.push(entry);
        }
        any
    }

    /// Has done on other nodes what they need.
    pub(super) fn mend(&mut self) {
        let moment = host::moment();
        for node in &self.state.nodes {
            if node.name == self.name || self.nodes.waits_for(&node.name) {
                continue;
            }
            let deeds = self.nodes.deeds(&node.name).to_vec();
            // One that was asked for and never came.
            for deed in &deeds {
                let lost =
                    self.afar
                        .came(&node.name, deed, None, &self.name, &moment, fastrand::f64());
                self.repairs.push(lost);
            }
            self.locks.remove(&node.name);
            let (wish, entries) = self.afar.due(&self.state, node, &deeds, &moment);
            for entry in entries {
                self.repairs.push(Some(entry));
            }
            let Some(wish) = wish else {
                continue;
            };
            let (around, config) = (self.around, &self.config);
            let Some(mut lease) = self.leases.turn(around, config, &self.name, &wish.id) else {
                self.afar.later(&wish.id);
                continue;
            };
            // Another one acted on it meanwhile: how does it stand now?
            if self.leases.was_late(&wish.id) {
                self.afar.later(&wish.id);
                self.nodes.ask(&node.name, Question::Full);
                continue;
            }
            // Asked for a moment ago, and still long enough?
            let limit = wish.limit;
            if lease.as_mut().is_some_and(|lease| !lease.covers(limit)) {
                self.afar.later(&wish.id);
                continue;
            }
            // Held until the answer: nobody else acts on it meanwhile.
            match self
                .repairs
                .lock(self.around, &self.config, &self.name, &wish.id)
            {
                Some(lock) => {
                    self.locks.insert(node.name.clone(), (lock, lease));
                    self.nodes.ask(&node.name, wish.question);
                }
                None => self.afar.later(&wish.id),
            }
        }
        self.due |= self.repairs.waiting();
    }
}
