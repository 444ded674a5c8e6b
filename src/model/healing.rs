//! What self-healing found, did and left: configurations, logs, temporary
//! files. Plain data, shared by the rooms that heal and the state file.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::lenient::map;
use super::text::{clean, cut};
use super::time::Timestamp;

/// Stands between what was found of a target and what is to be done about it.
pub const TO_DO: &str = "; to do:";
/// Actions at one target in an hour; what comes beyond is an alert.
pub const ACTIONS: usize = 30;
const HOUR: i64 = 3_600;
/// How many deeds are kept in the state file.
pub const DEEDS_KEPT: usize = 100;
/// Columns of a text in the state file.
const TEXT: usize = 300;

/// What is healed besides processes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Part {
    /// Guarded files, from the vault.
    Config,
    /// Logs, rotated.
    Logs,
    /// Temporary files, cleaned.
    Temp,
}

impl Part {
    /// Its word on the command line and in JSON.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Config => "config",
            Self::Logs => "logs",
            Self::Temp => "temp",
        }
    }
}

/// How a target of healing stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// Nothing to do.
    Fine,
    /// It was mended, and that was verified.
    Healed,
    /// A dry run: this is what would be done.
    Planned,
    /// Left alone for a good reason that nobody has to act on.
    Left,
    /// Not now: somebody edits it, or acts on it, or the hour's actions are
    /// used up.
    Waits,
    /// Somebody has to look at it: an alert.
    Wrong,
}

impl Standing {
    /// Its word in JSON.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Fine => "fine",
            Self::Healed => "healed",
            Self::Planned => "planned",
            Self::Left => "left",
            Self::Waits => "waits",
            Self::Wrong => "wrong",
        }
    }
}

/// What was found at one target, and what was done about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// Which part of healing.
    pub part: Part,
    /// What it is about: a file's absolute path, a pattern.
    pub subject: String,
    /// How it stands now.
    pub standing: Standing,
    /// What a person at this machine reads.
    pub text: String,
    /// The same as it may leave the machine: paths and line numbers, never a
    /// file's content nor what a program said about it.
    pub public: String,
    /// What changed; `None` where nothing was done.
    pub change: Option<Change>,
}

/// A change, before and after, in few words.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    /// `restored`, `rotated`, `compressed`, `removed`, `trashed`, `purged` …
    pub verb: String,
    /// As it was, e.g. `104 MB`.
    pub before: String,
    /// As it is, e.g. `8 KB; app.log.20261128.gz, 6 MB`.
    pub after: String,
}

impl Item {
    /// An item whose text may leave the machine as it is.
    #[must_use]
    pub fn new(part: Part, subject: &str, standing: Standing, text: impl Into<String>) -> Self {
        let text = text.into();
        Self {
            part,
            subject: subject.to_owned(),
            standing,
            public: text.clone(),
            text,
            change: None,
        }
    }

    /// The same, having changed something.
    #[must_use]
    pub fn changed(self, verb: &str, before: String, after: String) -> Self {
        Self {
            change: Some(Change {
                verb: verb.to_owned(),
                before,
                after,
            }),
            ..self
        }
    }

    /// Its id among the alerts of a node and among targets.
    #[must_use]
    pub fn check(&self) -> String {
        check(self.part, &self.subject)
    }
}

/// The id of a target: `config:/home/ann/.tmux.conf`.
#[must_use]
pub fn check(part: Part, subject: &str) -> String {
    format!("{}:{}", part.word(), clean(subject))
}

/// On what terms is healed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Terms {
    /// Nothing is changed; what would be is told.
    pub dry_run: bool,
    /// Nothing was ever cleaned here: this time it is only told what would be.
    pub first_cleaning: bool,
    /// Actions of the last hour, by target ([`check`]).
    pub acted: BTreeMap<String, usize>,
}

impl Terms {
    /// Whether the hour's actions at that target are used up.
    #[must_use]
    pub fn spent(&self, part: Part, subject: &str) -> bool {
        let acted = self.acted.get(&check(part, subject));
        acted.is_some_and(|acted| *acted >= ACTIONS)
    }
}

/// What healing remembers in the state file.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Healing {
    /// When each part last ran.
    #[serde(deserialize_with = "map", skip_serializing_if = "BTreeMap::is_empty")]
    pub ran: BTreeMap<String, Timestamp>,
    /// When temporary files were first looked at: only told of, nothing done.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first_cleaning: Option<Timestamp>,
    /// What needs somebody, by target.
    #[serde(deserialize_with = "map", skip_serializing_if = "BTreeMap::is_empty")]
    pub findings: BTreeMap<String, Finding>,
    /// What was done, newest last.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub deeds: Vec<Deed>,
    /// The actions of the last hour, by target.
    #[serde(deserialize_with = "map", skip_serializing_if = "BTreeMap::is_empty")]
    pub acted: BTreeMap<String, Vec<Timestamp>>,
}

/// Something that somebody has to look at.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// Since when.
    pub since: Timestamp,
    /// What, as it may leave the machine; clean.
    pub text: String,
}

/// One deed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Deed {
    /// When.
    pub at: Timestamp,
    /// Which part.
    pub part: Part,
    /// To what, clean.
    pub subject: String,
    /// What changed, clean.
    #[serde(flatten)]
    pub change: Change,
}

impl Healing {
    /// The terms for a run at `now`.
    #[must_use]
    pub fn terms(&self, dry_run: bool, now: Timestamp) -> Terms {
        let recent = |times: &Vec<Timestamp>| times.iter().filter(|at| lately(**at, now)).count();
        Terms {
            dry_run,
            first_cleaning: self.first_cleaning.is_none(),
            acted: self
                .acted
                .iter()
                .map(|(check, times)| (check.clone(), recent(times)))
                .collect(),
        }
    }

    /// This, after something was done at `now`.
    #[must_use]
    pub fn did(&self, item: &Item, now: Timestamp) -> Self {
        let mut new = self.clone();
        if let Some(change) = &item.change {
            new.deeds.push(Deed {
                at: now,
                part: item.part,
                subject: told(&item.subject),
                change: Change {
                    verb: change.verb.clone(),
                    before: told(&change.before),
                    after: told(&change.after),
                },
            });
            new.acted.entry(item.check()).or_default().push(now);
        }
        let beyond = new.deeds.len().saturating_sub(DEEDS_KEPT);
        new.deeds.drain(..beyond);
        for times in new.acted.values_mut() {
            times.retain(|at| lately(*at, now));
            let beyond = times.len().saturating_sub(ACTIONS);
            times.drain(..beyond);
        }
        new.acted.retain(|_, times| !times.is_empty());
        new
    }

    /// This, after `parts` ran to their end at `now` and found `items`.
    #[must_use]
    pub fn found(&self, parts: &[Part], items: &[Item], now: Timestamp) -> Self {
        let mut new = self.clone();
        for part in parts {
            new.ran.insert(part.word().to_owned(), now);
            let of_it = format!("{}:", part.word());
            new.findings.retain(|check, _| !check.starts_with(&of_it));
        }
        // A run that found nothing old has not told anybody what would go.
        let planned = |item: &Item| item.part == Part::Temp && item.standing == Standing::Planned;
        if items.iter().any(planned) {
            new.first_cleaning = new.first_cleaning.or(Some(now));
        }
        for item in items {
            let check = item.check();
            let before = self.findings.get(&check);
            match item.standing {
                Standing::Wrong => {
                    let since = before.map_or(now, |found| found.since);
                    let text = told(&item.public);
                    new.findings.insert(check, Finding { since, text });
                }
                // What could not be looked at now is as it was.
                Standing::Waits => new.findings.extend(before.map(|one| (check, one.clone()))),
                _ => {}
            }
        }
        new
    }
}

/// A text as it stands in the state file.
fn told(text: &str) -> String {
    cut(&clean(text), TEXT, "…")
}

/// Whether `at` lies in the hour before `now`, whatever clocks did.
fn lately(at: Timestamp, now: Timestamp) -> bool {
    now.since(at).unsigned_abs() < HOUR.unsigned_abs()
}

#[cfg(test)]
mod tests {
    use super::*;

    impl Healing {
        fn after(&self, parts: &[Part], items: &[Item], now: Timestamp) -> Self {
            let did = items
                .iter()
                .fold(self.clone(), |new, item| new.did(item, now));
            did.found(parts, items, now)
        }
    }

    fn item(standing: Standing) -> Item {
        Item::new(Part::Logs, "/x/app.log", standing, "a \u{1b}[31mtext")
    }

    #[test]
    fn what_is_wrong_stays_found_since_it_was_first_and_goes_with_its_part() {
        let wrong = [item(Standing::Wrong)];
        let first = Healing::default().after(&[Part::Logs], &wrong, Timestamp(100));
        let again = first.after(&[Part::Logs], &wrong, Timestamp(200));
        let found = again.findings.get("logs:/x/app.log").unwrap();
        assert_eq!(
            (found.since, found.text.as_str()),
            (Timestamp(100), "a [31mtext")
        );
        let waits = again.after(&[Part::Logs], &[item(Standing::Waits)], Timestamp(250));
        assert_eq!(waits.findings, again.findings);
        let other = again.after(&[Part::Temp], &[], Timestamp(300));
        assert_eq!((other.findings.len(), other.first_cleaning), (1, None));
        let planned = Item::new(Part::Temp, "/tmp/claude-*", Standing::Planned, "would go");
        let other = other.after(&[Part::Temp], &[planned], Timestamp(300));
        assert_eq!(other.first_cleaning, Some(Timestamp(300)));
        assert!(
            again
                .after(&[Part::Logs], &[], Timestamp(300))
                .findings
                .is_empty()
        );
    }

    #[test]
    fn the_hours_actions_are_counted_and_bounded() {
        let done = item(Standing::Healed).changed("rotated", "9 MB".into(), "1 MB".into());
        let mut healing = Healing::default();
        for at in 0..200 {
            healing = healing.after(
                &[Part::Logs],
                std::slice::from_ref(&done),
                Timestamp(at * 10),
            );
        }
        assert_eq!(healing.deeds.len(), DEEDS_KEPT);
        let terms = healing.terms(false, Timestamp(2_000));
        assert!(terms.spent(Part::Logs, "/x/app.log"));
        assert!(!terms.spent(Part::Config, "/x/app.log"));
        let later = healing.terms(false, Timestamp(2_000 + 3_600));
        assert!(!later.spent(Part::Logs, "/x/app.log"));
    }
}
