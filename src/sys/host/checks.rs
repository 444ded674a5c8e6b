//! The checks of services as a watcher asks them: one that hangs is waited for
//! beside, and holds up neither the look nor the others.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, Receiver};
use std::time::Duration;

use rustix::event::PollFd;

use super::service::{Check, ask};
use crate::sys::bell::{Bell, Ringer, aside_or_here, bell};
use crate::sys::clock;
use crate::sys::surroundings::Surroundings;

/// The checks that were asked, by the name of their service.
#[derive(Debug, Default)]
pub struct Checks {
    asked: BTreeMap<String, Asked>,
    /// Rung by one that answers late.
    bell: Option<(Ringer, Bell)>,
}

#[derive(Debug)]
struct Asked {
    check: Check,
    answer: Receiver<bool>,
    /// Whether its answer came too late for the look that asked.
    late: Arc<AtomicBool>,
}

/// What came of a look at services.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Answers {
    /// Whether each is ready.
    pub ready: BTreeMap<String, bool>,
    /// Those that have not answered yet.
    pub asking: Vec<String>,
}

impl Checks {
    /// Begins to ask `services`, each at most for `limit`. One that was asked
    /// before and has not been heard since is not asked twice.
    pub fn begin(&mut self, services: &[(String, Check)], around: &Surroundings, limit: Duration) {
        self.keep(services);
        for (name, check) in services {
            if self.asked.contains_key(name) {
                continue;
            }
            // Without a bell a late answer waits for the next look.
            if self.bell.is_none() {
                self.bell = bell().ok();
            }
            let ringer = self.bell.as_ref().map(|(ringer, _)| ringer.clone());
            let (sender, answer) = mpsc::channel();
            let late = Arc::new(AtomicBool::new(false));
            let (theirs, late_there) = (check.clone(), Arc::clone(&late));
            let around = around.clone();
            aside_or_here("check", move || {
                let ready = ask(&theirs, &around, limit).is_ok();
                let heard = sender.send(ready).is_ok();
                if let (Some(ringer), true) = (ringer, heard && late_there.load(Ordering::SeqCst)) {
                    ringer.ring();
                }
            });
            let asked = Asked {
                check: check.clone(),
                answer,
                late,
            };
            self.asked.insert(name.clone(), asked);
        }
    }

    /// Forgets who is none of `services` any more.
    fn keep(&mut self, services: &[(String, Check)]) {
        let wanted = |name: &String, asked: &Asked| {
            let mut services = services.iter();
            services.any(|(other, check)| other == name && *check == asked.check)
        };
        self.asked.retain(|name, asked| wanted(name, asked));
    }

    /// Takes what has come of `services` since the last look, and asks nobody
    /// anew: whoever has no answer here is said to be asked still.
    pub fn come(&mut self, services: &[(String, Check)]) -> Answers {
        self.keep(services);
        let ready = self.take(Duration::ZERO).ready;
        let names = services.iter().map(|(name, _)| name);
        let asking = names.filter(|name| !ready.contains_key(*name));
        Answers {
            asking: asking.cloned().collect(),
            ready,
        }
    }

    /// Takes the answers that come within `grace`.
    pub fn take(&mut self, grace: Duration) -> Answers {
        if let Some((_, bell)) = &self.bell {
            bell.hush();
        }
        let deadline = clock::elapsed() + grace;
        let mut answers = Answers::default();
        self.asked.retain(|name, asked| {
            let left = deadline.saturating_sub(clock::elapsed());
            let mut answer = asked.answer.recv_timeout(left);
            if answer.is_err() {
                // Whoever answers from now on rings; who just did is heard.
                asked.late.store(true, Ordering::SeqCst);
                answer = asked
                    .answer
                    .try_recv()
                    .map_err(|_| mpsc::RecvTimeoutError::Timeout);
            }
            match answer {
                Ok(ready) => drop(answers.ready.insert(name.clone(), ready)),
                Err(_) => answers.asking.push(name.clone()),
            }
            answer.is_err()
        });
        answers
    }

    /// Whether one that was late has answered, which the next look takes.
    #[must_use]
    pub fn late(&self) -> bool {
        self.bell.as_ref().is_some_and(|(_, bell)| bell.rang())
    }

    /// What ends a wait: somebody answers late.
    #[must_use]
    pub fn interest(&self) -> Option<PollFd<'_>> {
        self.bell.as_ref().map(|(_, bell)| bell.interest())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_that_hangs_is_named_and_the_others_answer() {
        let folder = tempfile::tempdir().unwrap();
        let answer = folder.path().join("answer");
        let around = Surroundings::read(None).unwrap();
        let command = |script: String| Check::Command(vec!["sh".into(), "-c".into(), script]);
        let slow = format!("until [ -e {} ]; do sleep 0.01; done", answer.display());
        let services = [
            ("no".to_owned(), command("exit 1".to_owned())),
            ("slow".to_owned(), command(slow)),
            ("yes".to_owned(), command("exit 0".to_owned())),
        ];
        let mut checks = Checks::default();
        let limit = Duration::from_secs(600);
        let mut ready = BTreeMap::new();
        // However slow the machine is, the two come in the end.
        while ready.len() < 2 {
            checks.begin(&services, &around, limit);
            let answers = checks.take(Duration::from_millis(50));
            assert!(answers.asking.contains(&"slow".to_owned()));
            ready.extend(answers.ready);
        }
        assert_eq!(
            ready,
            [("no".to_owned(), false), ("yes".to_owned(), true)].into()
        );
        std::fs::write(&answer, "").unwrap();
        let (_, bell) = checks.bell.as_ref().unwrap();
        bell.wait(Vec::new(), limit);
        let answers = checks.come(&services);
        assert_eq!(answers.ready, [("slow".to_owned(), true)].into());
        assert_eq!(answers.asking, ["no", "yes"]);
        // Nobody was asked again.
        assert!(!checks.asked.contains_key("slow"));
    }
}
