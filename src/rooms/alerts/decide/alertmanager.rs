//! What an Alertmanager is told that stands. It groups, inhibits, silences and
//! repeats itself, so there are no messages, no reminders and no quiet here:
//! only which alerts it knows of. Pure.

use super::super::causes::explained;
use super::super::flapping::lasts;
use super::Telling;
use crate::model::alert::Alert;
use crate::model::desk::{Matter, Told};

impl Telling<'_> {
    /// What begins while somebody said that they know or not now, while its
    /// node is paused, or while something else explains it, is not told. What
    /// was told stays so until it ends: that it were over would be a lie.
    pub(super) fn keep_standing(&mut self, matters: &mut [Matter]) {
        self.standing = matters.iter().filter_map(|one| self.stands(one)).collect();
        for matter in matters {
            let name = self.sheet.route.name.clone();
            let alert = self.alerts.iter().find(|alert| alert.id == matter.id);
            let at = matter.told.iter().position(|told| told.name == name);
            let Some(alert) = alert else {
                // Nobody heard of it: its end is no news.
                if let Some(at) = at.filter(|at| !matter.told.get(*at).is_some_and(|t| t.sent)) {
                    matter.told.remove(at);
                }
                continue;
            };
            let begins =
                alert.severity >= self.sheet.route.min_severity && !self.hushed(matter, alert);
            match at.and_then(|at| matter.told.get_mut(at)) {
                Some(told) if told.sent => {}
                Some(told) if begins => told.severity = alert.severity,
                Some(_) => matter.told.retain(|told| told.name != name),
                None if begins => {
                    matter.owed.retain(|owed| *owed != name);
                    matter.told.push(Told {
                        name,
                        severity: alert.severity,
                        at: self.agenda.now,
                        reminded: 0,
                        sent: false,
                        quiet: false,
                        again: false,
                        lasting: false,
                    });
                }
                None => {}
            }
        }
    }

    fn hushed(&mut self, matter: &Matter, alert: &Alert) -> bool {
        let node = alert.id.split_once('/').map_or("", |(node, _)| node);
        let snoozed = alert
            .snoozed_until
            .is_some_and(|until| !self.agenda.due(until));
        let flaps =
            self.flaps(&alert.id, alert.severity) && !lasts(matter, alert.severity, self.agenda);
        alert.acked || snoozed || self.paused(node) || flaps || explained(alert, &self.around())
    }
}
