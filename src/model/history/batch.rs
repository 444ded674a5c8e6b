//! What is handed over to be kept: as a value within one program, as JSON
//! lines between the watcher and the program that writes for it.

use serde::{Deserialize, Serialize};

use super::sample::Sample;
use crate::model::healing::Deed;
use crate::model::incident::Incident;
use crate::model::state::{Event, Gap, State};
use crate::model::time::Timestamp;
use crate::model::uptime::Uptime;

/// One line of a batch.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Record {
    /// The time it is: every batch begins with it.
    Now(Timestamp),
    /// A sample.
    Sample(Box<Sample>),
    /// A node's time by class, as it stood then.
    Uptime(Box<Ledger>),
    /// Something that happened.
    Event(Event),
    /// A fault and its repair, begun or ended.
    Incident(Box<Incident>),
    /// What self-healing did.
    Deed(Deed),
    /// A time in which nobody looked.
    Gap(Gap),
}

/// A node's time by class.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ledger {
    /// The node.
    pub node: String,
    /// Its books.
    pub uptime: Uptime,
}

/// What is written at once, or not at all.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Batch {
    /// The time it is for who wrote it.
    pub now: Timestamp,
    /// Samples, the oldest first.
    pub samples: Vec<Sample>,
    /// Books of nodes, the oldest first.
    pub ledgers: Vec<Ledger>,
    /// Events.
    pub events: Vec<Event>,
    /// Incidents.
    pub incidents: Vec<Incident>,
    /// Deeds.
    pub deeds: Vec<Deed>,
    /// Times in which nobody looked.
    pub gaps: Vec<Gap>,
}

impl Batch {
    /// What `state` holds besides samples: the same things may be given again
    /// and again, each is kept once.
    #[must_use]
    pub fn of(state: &State, now: Timestamp) -> Self {
        let ledgers = state.nodes.iter().filter_map(|node| {
            Some(Ledger {
                node: node.name.clone(),
                uptime: node.uptime.clone()?,
            })
        });
        Self {
            now,
            samples: Vec::new(),
            ledgers: ledgers.collect(),
            events: state.events.clone(),
            incidents: state.incidents.clone(),
            deeds: state.healing.deeds.clone(),
            gaps: state.gaps.clone(),
        }
    }

    /// Takes in one more record.
    pub fn take(&mut self, record: Record) {
        match record {
            Record::Now(now) => self.now = now,
            Record::Sample(sample) => self.samples.push(*sample),
            Record::Uptime(ledger) => self.ledgers.push(*ledger),
            Record::Event(event) => self.events.push(event),
            Record::Incident(incident) => self.incidents.push(*incident),
            Record::Deed(deed) => self.deeds.push(deed),
            Record::Gap(gap) => self.gaps.push(gap),
        }
    }

    /// How many records it holds.
    #[must_use]
    pub fn len(&self) -> usize {
        self.samples.len()
            + self.ledgers.len()
            + self.events.len()
            + self.incidents.len()
            + self.deeds.len()
            + self.gaps.len()
    }

    /// Whether there is nothing in it.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// As lines of JSON, the time first.
    #[must_use]
    pub fn lines(self) -> String {
        let samples = self.samples.into_iter().map(Box::new).map(Record::Sample);
        let ledgers = self.ledgers.into_iter().map(Box::new).map(Record::Uptime);
        let incidents = self
            .incidents
            .into_iter()
            .map(Box::new)
            .map(Record::Incident);
        std::iter::once(Record::Now(self.now))
            .chain(samples)
            .chain(ledgers)
            .chain(self.events.into_iter().map(Record::Event))
            .chain(incidents)
            .chain(self.deeds.into_iter().map(Record::Deed))
            .chain(self.gaps.into_iter().map(Record::Gap))
            .map(|record| line(&record))
            .collect()
    }
}

/// One record as a line.
#[must_use]
pub fn line(record: &Record) -> String {
    // Plain data with text keys can always be printed.
    let mut text = serde_json::to_string(record).unwrap_or_default();
    text.push('\n');
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_batch_reads_back_what_its_lines_say() {
        let mut batch = Batch {
            now: Timestamp(100),
            ..Batch::default()
        };
        batch.samples.push(Sample {
            node: "a\nb".into(),
            at: 99,
            load: Some(f64::NAN),
            ..Sample::default()
        });
        let lines = batch.lines();
        assert_eq!(lines.lines().count(), 2);
        let mut read = Batch::default();
        for text in lines.lines() {
            read.take(serde_json::from_str(text).unwrap());
        }
        assert_eq!(read.now, Timestamp(100));
        // What is no number is no reading.
        assert_eq!((read.samples[0].load, read.samples[0].at), (None, 99));
        assert_eq!(read.samples[0].node, "a\nb");
    }
}
