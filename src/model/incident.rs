//! A fault from first sight to its end, and how long each step of its repair took.

use serde::{Deserialize, Serialize};

use super::time::Timestamp;

/// How many incidents are kept in the state file.
pub const INCIDENTS_KEPT: usize = 100;

/// What became of a target that was not as expected.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Incident {
    /// The node.
    pub node: String,
    /// The check, as in its problem: `sshd`, `tmux`, `service:web`.
    pub check: String,
    /// What was the matter, clean.
    pub cause: String,
    /// Why it is not mended, or what would mend it, clean.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub why: String,
    /// When it was detected.
    pub detected: Timestamp,
    /// The same in milliseconds of the machine's own clock, which tells apart
    /// what happens within a second.
    pub detected_ms: u64,
    /// Milliseconds from the fault to its detection; `None` where nobody knows
    /// when it began, as when we began to look.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to_detect_ms: Option<u64>,
    /// Milliseconds from detection to the first action.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to_act_ms: Option<u64>,
    /// When it was ready again.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub recovered: Option<Timestamp>,
    /// Milliseconds from detection to being ready again.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to_recover_ms: Option<u64>,
    /// Whether its owner stopped it meanwhile, and it was left so.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub left: bool,
    /// How often it was started or otherwise acted upon.
    pub tries: u32,
    /// Who repaired it: `watch`, `recover`, `itself`, `its owner`; empty while open.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub by: String,
}

impl Incident {
    /// Whether it is still going on.
    #[must_use]
    pub fn open(&self) -> bool {
        self.recovered.is_none()
    }

    /// Whether `other` is the same incident at another time.
    #[must_use]
    pub fn same(&self, other: &Self) -> bool {
        let of = |one: &Self| (one.detected, one.detected_ms);
        (&self.node, &self.check, of(self)) == (&other.node, &other.check, of(other))
    }
}

/// `incidents` with `new` in the place of what it continues, or at the end;
/// the oldest are forgotten. One that somebody else saw end already stays as
/// it ended.
#[must_use]
pub fn with(incidents: &[Incident], new: &Incident) -> Vec<Incident> {
    let mut incidents = incidents.to_vec();
    match incidents.iter_mut().rev().find(|one| one.same(new)) {
        Some(same) if same.open() => *same = new.clone(),
        Some(_) => {}
        None => incidents.push(new.clone()),
    }
    let beyond = incidents.len().saturating_sub(INCIDENTS_KEPT);
    incidents.drain(..beyond);
    incidents
}

/// The means over incidents: how fast faults are seen and mended.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Means {
    /// Incidents whose end is known.
    pub recovered: usize,
    /// Mean time to detect, in milliseconds, of those where it is known.
    pub mttd_ms: Option<u64>,
    /// Mean time to recover, from detection on, in milliseconds.
    pub mttr_ms: Option<u64>,
}

/// MTTD and MTTR over the incidents that have ended.
#[must_use]
pub fn means<'a>(incidents: impl IntoIterator<Item = &'a Incident>) -> Means {
    let ended: Vec<&Incident> = incidents.into_iter().filter(|one| !one.open()).collect();
    let mean = |times: Vec<u64>| {
        let count = u64::try_from(times.len()).unwrap_or(u64::MAX);
        let sum = times
            .iter()
            .fold(0_u64, |sum, time| sum.saturating_add(*time));
        sum.checked_div(count)
    };
    Means {
        recovered: ended.len(),
        mttd_ms: mean(ended.iter().filter_map(|one| one.to_detect_ms).collect()),
        mttr_ms: mean(ended.iter().filter_map(|one| one.to_recover_ms).collect()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn incident(at: i64, recovered: Option<u64>) -> Incident {
        Incident {
            node: "a".into(),
            check: "sshd".into(),
            detected: Timestamp(at),
            to_detect_ms: Some(2),
            recovered: recovered.map(|_| Timestamp(at + 1)),
            to_recover_ms: recovered,
            ..Incident::default()
        }
    }

    #[test]
    fn an_open_incident_is_continued_and_an_ended_one_stays_ended() {
        let all = with(&[], &incident(1, None));
        let all = with(&all, &incident(1, Some(80)));
        assert_eq!(all.len(), 1);
        let all = with(&all, &incident(1, Some(90)));
        assert_eq!((all.len(), all[0].to_recover_ms), (1, Some(80)));
        let all = with(&all, &incident(2, Some(90)));
        assert_eq!(all.len(), 2);
        assert_eq!(
            means(&all),
            Means {
                recovered: 2,
                mttd_ms: Some(2),
                mttr_ms: Some(85)
            }
        );
        let many = (0..200).fold(all, |all, at| with(&all, &incident(at, None)));
        assert_eq!(many.len(), INCIDENTS_KEPT);
        assert_eq!(means(&[]).mttr_ms, None);
    }
}
