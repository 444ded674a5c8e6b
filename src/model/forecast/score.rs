//! How right forecasts were, once their time has come.

use std::collections::BTreeMap;

use crate::model::history::Forecast;

const DAY: i64 = 86_400;
const WEEK: i64 = 7 * DAY;

/// How well forecasts of a kind did.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize)]
pub struct Record {
    /// `disk`, `memory`, `service`.
    pub what: &'static str,
    /// How many were judged.
    pub judged: usize,
    /// How many said rightly whether it would happen.
    pub right: usize,
    /// The same as a share.
    pub hit_rate: f64,
    /// It was said to happen and did not.
    pub false_alarms: usize,
    /// It happened and was not said to.
    pub missed: usize,
    /// Times in which it was said again and again and did not happen, a week in
    /// which it was asked of one thing.
    pub false_alarms_per_week: f64,
    /// Seconds from when it was first said, without a break, to when it
    /// happened: half of those that were said are above; `None`: none was.
    pub lead_s: Option<i64>,
    /// The mean square of how far the probability was off: 0 is best.
    pub brier: f64,
}

/// How well each kind did of which something was judged.
#[must_use]
pub fn records(forecasts: &[Forecast]) -> Vec<Record> {
    let kinds = ["disk", "memory", "service"].into_iter();
    kinds.filter_map(|what| record(what, forecasts)).collect()
}

fn record(what: &'static str, forecasts: &[Forecast]) -> Option<Record> {
    let of_kind = forecasts.iter().filter(|one| one.kind == what);
    let judged: Vec<(f64, bool, bool)> = of_kind
        .filter_map(|one| Some((one.probability?, one.will_cross?, one.outcome?.crossed)))
        .collect();
    let count = |wanted: fn(&&(f64, bool, bool)) -> bool| judged.iter().filter(wanted).count();
    let right = count(|(_, said, came)| said == came);
    let all = judged.iter().fold(0.0, |count, _| count + 1.0);
    let off = judged.iter().map(|(probability, _, came)| {
        let off = probability - f64::from(u8::from(*came));
        off * off
    });
    let wrong = judged.iter().fold(0.0, |wrong, (_, said, came)| {
        wrong + f64::from(u8::from(said != came))
    });
    let told = told(what, forecasts);
    (!judged.is_empty()).then(|| Record {
        what,
        judged: judged.len(),
        right,
        hit_rate: 1.0 - wrong / all,
        false_alarms: count(|(_, said, came)| *said && !*came),
        missed: count(|(_, said, came)| !*said && *came),
        false_alarms_per_week: told.false_alarms / told.weeks,
        lead_s: told.lead_s,
        brier: off.sum::<f64>() / all,
    })
}

/// What was told of a kind, alarm by alarm.
struct Told {
    false_alarms: f64,
    weeks: f64,
    lead_s: Option<i64>,
}

fn told(what: &str, forecasts: &[Forecast]) -> Told {
    let mut series: BTreeMap<(&str, &str, i64), Vec<&Forecast>> = BTreeMap::new();
    let judged = forecasts.iter().filter(|one| one.kind == what);
    for one in judged.filter(|one| one.outcome.is_some()) {
        let key = (one.node.as_str(), one.subject.as_str(), one.horizon_s);
        series.entry(key).or_default().push(one);
    }
    let (mut alarms, mut seconds) = (Vec::new(), 0);
    for of_one in series.values_mut() {
        of_one.sort_by_key(|one| one.made);
        let made = |one: Option<&&Forecast>| one.map_or(0, |one| one.made);
        seconds += made(of_one.last()) - made(of_one.first());
        alarms.extend(alarms_of(of_one));
    }
    let wrong = alarms.iter().filter(|alarm| alarm.crossed_at.is_none());
    let mut leads: Vec<i64> = alarms.iter().filter_map(Alarm::lead_s).collect();
    leads.sort_unstable();
    Told {
        false_alarms: wrong.fold(0.0, |count, _| count + 1.0),
        // Less than a week is not stretched to one.
        weeks: (real(seconds) / real(WEEK)).max(1.0),
        lead_s: leads.get(leads.len() / 2).copied(),
    }
}

/// The same thing said again and again.
struct Alarm {
    since: i64,
    until: i64,
    crossed_at: Option<i64>,
}

impl Alarm {
    fn lead_s(&self) -> Option<i64> {
        Some(self.crossed_at?.saturating_sub(self.since).max(0))
    }
}

/// The alarms of one series, in the order of time.
fn alarms_of(forecasts: &[&Forecast]) -> Vec<Alarm> {
    let mut alarms: Vec<Alarm> = Vec::new();
    for one in forecasts.iter().filter(|one| one.will_cross == Some(true)) {
        // So long it may be silent and is still the same.
        let silence = one.horizon_s.clamp(2 * 3_600, DAY);
        let crossed_at = one.outcome.and_then(|outcome| outcome.crossed_at);
        match alarms.last_mut() {
            Some(last)
                if one.made.saturating_sub(last.until) <= silence
                    && last.crossed_at.is_none_or(|at| one.made < at) =>
            {
                last.until = one.made;
                last.crossed_at = last.crossed_at.or(crossed_at);
            }
            _ => alarms.push(Alarm {
                since: one.made,
                until: one.made,
                crossed_at,
            }),
        }
    }
    alarms
}

/// Seconds as a number.
#[expect(clippy::cast_precision_loss, reason = "seconds are far below 2^52")]
fn real(seconds: i64) -> f64 {
    seconds as f64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::history::Outcome;

    const HOUR: i64 = 3_600;

    /// Hourly forecasts of a disk: what each said, and when it came, in hours.
    fn hourly(said: impl Fn(i64) -> bool, came: Option<i64>, hours: i64) -> Vec<Forecast> {
        let one = |hour: i64| {
            let at = came.filter(|came| (hour..hour + 168).contains(came));
            Forecast {
                made: hour * HOUR,
                node: "mugen".to_owned(),
                kind: "disk".to_owned(),
                subject: "/".to_owned(),
                horizon_s: WEEK,
                probability: Some(if said(hour) { 0.9 } else { 0.1 }),
                will_cross: Some(said(hour)),
                outcome: Some(Outcome {
                    scored: 0,
                    crossed: at.is_some(),
                    crossed_at: at.map(|at| at * HOUR),
                }),
                ..Forecast::default()
            }
        };
        (0..hours).map(one).collect()
    }

    #[test]
    fn what_is_said_every_hour_is_one_alarm() {
        // Four weeks: one alarm for a day that was wrong, one that was right.
        let right = |hour: i64| (500..600).contains(&hour);
        let said = |hour: i64| (100..124).contains(&hour) || right(hour);
        let record = records(&hourly(said, Some(600), 673))[0];
        assert_eq!(record.judged, 673);
        assert!(
            (record.false_alarms_per_week - 0.25).abs() < 1e-9,
            "{record:?}"
        );
        assert_eq!(record.lead_s, Some(100 * HOUR));
        assert_eq!(record.false_alarms, 24);
        assert_eq!(record.missed, 68);
    }

    #[test]
    fn a_short_silence_does_not_make_two_alarms_and_a_long_one_does() {
        let wrong = |gap: i64| {
            let said = move |hour: i64| hour < 50 || (50 + gap..120).contains(&hour);
            records(&hourly(said, None, 169))[0].false_alarms_per_week
        };
        assert!((wrong(20) - 1.0).abs() < 1e-9);
        assert!((wrong(30) - 2.0).abs() < 1e-9);
        assert_eq!(records(&hourly(|_| false, None, 9))[0].lead_s, None);
        assert!(records(&[]).is_empty());
    }
}
