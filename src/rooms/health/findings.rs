//! Alerts about what healing found and could not mend. Pure.

use crate::model::alert::{Alert, Severity};
use crate::model::healing::{Healing, Part};

/// Whether the alert of that id is about something that is healed; `local`:
/// the local node's name.
#[must_use]
pub fn about_healing(id: &str, local: &str) -> bool {
    let check = id
        .strip_prefix(local)
        .and_then(|rest| rest.strip_prefix('/'));
    check.is_some_and(is_healed)
}

/// Whether a check is one of healing's: `logs:/var/log/app.log`.
#[must_use]
pub fn is_healed(check: &str) -> bool {
    let part = check.split_once(':').map(|(part, _)| part);
    [Part::Config, Part::Logs, Part::Temp]
        .iter()
        .any(|known| part == Some(known.word()))
}

/// `open` with an alert for each finding, and the next free serial number.
/// `before` are the alerts as they were, so that one keeps its number. A
/// paused node raises nothing, and what was open stays.
#[must_use]
pub fn with_findings(
    before: &[Alert],
    open: Vec<Alert>,
    healing: &Healing,
    local: &str,
    paused: bool,
    next_number: u64,
) -> (Vec<Alert>, u64) {
    let (was, mut all): (Vec<Alert>, Vec<Alert>) = open
        .into_iter()
        .partition(|alert| about_healing(&alert.id, local));
    if paused {
        all.extend(was);
        all.sort_by_key(|alert| alert.number);
        return (all, next_number);
    }
    let mut next_number = next_number;
    for (check, finding) in &healing.findings {
        let id = format!("{local}/{check}");
        let subject = check.split_once(':').map_or("", |(_, subject)| subject);
        let text = format!("{local} {subject}: {}", finding.text);
        let known = was.iter().chain(before).find(|alert| alert.id == id);
        all.push(match known {
            Some(known) => Alert {
                text,
                ..known.clone()
            },
            None => {
                next_number = next_number.saturating_add(1);
                Alert {
                    id,
                    number: next_number - 1,
                    severity: Severity::Warning,
                    since: finding.since,
                    text,
                    acked: false,
                    snoozed_until: None,
                }
            }
        });
    }
    all.sort_by_key(|alert| alert.number);
    (all, next_number)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::healing::Finding;
    use crate::model::time::Timestamp;

    fn healing(text: &str) -> Healing {
        let mut healing = Healing::default();
        let finding = Finding {
            since: Timestamp(7),
            text: text.into(),
        };
        healing.findings.insert("logs:/x/a.log".into(), finding);
        healing
    }

    #[test]
    fn a_finding_is_an_alert_until_it_is_gone() {
        let (open, next) = with_findings(&[], vec![], &healing("one"), "laptop", false, 5);
        assert_eq!((open[0].number, next), (5, 6));
        assert_eq!(open[0].text, "laptop /x/a.log: one");
        let acked = vec![Alert {
            acked: true,
            ..open[0].clone()
        }];
        let (again, next) =
            with_findings(&acked, acked.clone(), &healing("two"), "laptop", false, 6);
        assert_eq!((again[0].number, again[0].acked, next), (5, true, 6));
        assert!(again[0].text.ends_with("two"));
        let (gone, _) = with_findings(
            &again,
            again.clone(),
            &Healing::default(),
            "laptop",
            false,
            6,
        );
        assert_eq!(gone, []);
        let (kept, _) = with_findings(
            &again,
            again.clone(),
            &Healing::default(),
            "laptop",
            true,
            6,
        );
        assert_eq!(kept, again);
    }

    #[test]
    fn other_alerts_are_no_findings() {
        for id in [
            "laptop/disk",
            "laptop/tmux:logs:x",
            "mugen/logs:/x",
            "laptop/service:temp",
        ] {
            assert!(!about_healing(id, "laptop"), "{id}");
        }
        assert!(about_healing("laptop/temp:/tmp/claude-*", "laptop"));
    }
}
