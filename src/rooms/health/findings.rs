//! Alerts about what programs of their own found: healing, of this machine
//! what it could not mend; foresight, of every node what will come. Pure.

use crate::model::alert::{Alert, Severity};
use crate::model::foretold::{FORECAST, foretells};
use crate::model::healing::Part;
use crate::model::state::State;
use crate::model::time::Timestamp;

/// Whether a check is one of those: `logs:/var/log/app.log`, `forecast:disk`.
#[must_use]
pub fn is_found(check: &str) -> bool {
    let part = check.split_once(':').map(|(part, _)| part);
    check.starts_with(FORECAST)
        || [Part::Config, Part::Logs, Part::Temp]
            .iter()
            .any(|known| part == Some(known.word()))
}

/// Whether the alert of that id is about such a check; what is healed is the
/// local node's.
fn about_found(id: &str, local: &str) -> bool {
    let check = id.split_once('/');
    check.is_some_and(|(node, check)| {
        is_found(check) && (node == local || check.starts_with(FORECAST))
    })
}

/// What was found.
struct Found {
    id: String,
    since: Timestamp,
    text: String,
}

fn found(state: &State, local: &str, now: Timestamp) -> Vec<Found> {
    let healing = state.healing.findings.iter().map(|(check, finding)| {
        let subject = check.split_once(':').map_or("", |(_, subject)| subject);
        Found {
            id: format!("{local}/{check}"),
            since: finding.since,
            text: format!("{local} {subject}: {}", finding.text),
        }
    });
    let known = |id: &str| foretells(id).is_some_and(|(node, _)| state.node(node).is_some());
    let foretold = state.forecasts.iter().filter_map(|one| {
        let warning = one.warning.as_ref()?;
        (one.holds(now) && known(&one.id)).then(|| Found {
            id: one.id.clone(),
            since: warning.since,
            text: warning.text.clone(),
        })
    });
    healing.chain(foretold).collect()
}

/// The alerts of `state` with one for each finding, and the next free serial
/// number. `before` are the alerts as they were, so that one keeps its number.
/// A paused node raises nothing, and what was open of it stays.
#[must_use]
pub fn with_findings(
    before: &[Alert],
    state: &State,
    local: &str,
    now: Timestamp,
) -> (Vec<Alert>, u64) {
    let paused = |id: &str| {
        let node = id.split_once('/').map_or("", |(node, _)| node);
        let pause = state.pauses.get(node);
        pause.is_some_and(|pause| pause.holds(now))
    };
    let (was, mut all): (Vec<Alert>, Vec<Alert>) = state
        .alerts
        .iter()
        .cloned()
        .partition(|alert| about_found(&alert.id, local));
    let mut next_number = state.next_alert;
    all.extend(was.iter().filter(|alert| paused(&alert.id)).cloned());
    for Found { id, since, text } in found(state, local, now) {
        if paused(&id) {
            continue;
        }
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
                    since,
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
    use crate::model::alert::Pause;
    use crate::model::foretold::{Foretold, Warning};
    use crate::model::healing::Finding;
    use crate::model::node::Node;

    const NOW: Timestamp = Timestamp(1_000_000);

    fn finding(text: &str) -> State {
        let mut state = State {
            next_alert: 5,
            ..State::default()
        };
        let finding = Finding {
            since: Timestamp(7),
            text: text.into(),
        };
        let check = "logs:/x/a.log".to_owned();
        state.healing.findings.insert(check, finding);
        state
    }

    fn forecast(node: &str, made: Timestamp) -> State {
        let foretold = Foretold {
            id: format!("{node}/forecast:disk"),
            node: node.to_owned(),
            what: "disk".to_owned(),
            subject: "/".to_owned(),
            made,
            horizon_s: 7 * 86_400,
            threshold: 90.0,
            now: Some(80.0),
            probability: Some(0.9),
            will_cross: true,
            eta_s: Some(86_400),
            range_s: None,
            until: Timestamp(made.0 + 7 * 86_400),
            counted: made,
            agree: 2,
            against: 0,
            warning: Some(Warning {
                since: made,
                text: format!("{node} disk / full in 1 d"),
            }),
        };
        State {
            nodes: vec![Node::unseen("mugen", "", made)],
            forecasts: vec![foretold],
            ..State::default()
        }
    }

    #[test]
    fn a_finding_is_an_alert_until_it_is_gone() {
        let state = finding("one");
        let (open, next) = with_findings(&[], &state, "laptop", NOW);
        assert_eq!((open[0].number, next), (5, 6));
        assert_eq!(open[0].text, "laptop /x/a.log: one");
        let acked = vec![Alert {
            acked: true,
            ..open[0].clone()
        }];
        let mut later = State {
            alerts: acked.clone(),
            next_alert: 6,
            ..finding("two")
        };
        let (again, next) = with_findings(&acked, &later, "laptop", NOW);
        assert_eq!((again[0].number, again[0].acked, next), (5, true, 6));
        assert!(again[0].text.ends_with("two"));
        later.healing.findings.clear();
        assert_eq!(with_findings(&acked, &later, "laptop", NOW).0, []);
        let pause = Pause {
            since: NOW,
            until: None,
            reason: None,
        };
        later.pauses.insert("laptop".to_owned(), pause);
        assert_eq!(with_findings(&acked, &later, "laptop", NOW).0, acked);
    }

    #[test]
    fn a_forecast_is_an_alert_of_its_node_while_it_concerns_the_future() {
        let state = forecast("mugen", NOW);
        let (open, _) = with_findings(&[], &state, "laptop", NOW);
        assert_eq!(open[0].id, "mugen/forecast:disk");
        assert_eq!(open[0].text, "mugen disk / full in 1 d");
        let later = Timestamp(NOW.0 + 8 * 86_400);
        assert_eq!(with_findings(&open, &state, "laptop", later).0, []);
        // A node that is not in the configuration any more.
        let gone = forecast("other", NOW);
        assert_eq!(with_findings(&[], &gone, "laptop", NOW).0, []);
        // While its node is paused nothing new is said.
        let mut paused = state;
        let pause = Pause {
            since: NOW,
            until: None,
            reason: None,
        };
        paused.pauses.insert("mugen".to_owned(), pause);
        assert_eq!(with_findings(&[], &paused, "laptop", NOW).0, []);
        paused.alerts.clone_from(&open);
        assert_eq!(with_findings(&open, &paused, "laptop", NOW).0, open);
    }

    #[test]
    fn other_alerts_are_no_findings() {
        for id in [
            "laptop/disk",
            "laptop/tmux:logs:x",
            "mugen/logs:/x",
            "laptop/service:temp",
        ] {
            assert!(!about_found(id, "laptop"), "{id}");
        }
        assert!(about_found("laptop/temp:/tmp/claude-*", "laptop"));
        assert!(about_found("mugen/forecast:disk:/srv", "laptop"));
    }
}
