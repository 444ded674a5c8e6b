//! What people themselves keep of money: a budget, and a log of costs. Each is
//! a line of its own beside what we count, never added to it.

use chrono::{DateTime, NaiveDate, NaiveDateTime, TimeZone};
use serde_json::Value;

use super::super::super::text::{clean, cut};
use super::super::super::time::Timestamp;

/// `BUDGET.yml`, as far as it says what a report needs.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Budget {
    /// Dollars a month.
    pub monthly_usd: Option<f64>,
    /// The part of it from which on it is a warning, 0.8 as a rule.
    pub warning: Option<f64>,
    /// The part of it that is an emergency, 1.5 as a rule.
    pub emergency: Option<f64>,
}

/// Reads a budget file: the keys that are known, at whatever depth they stand
/// for the first time. `None` where it names no monthly budget.
#[must_use]
pub fn budget(yaml: &str) -> Option<Budget> {
    let mut found = Budget::default();
    for line in yaml.lines().take(10_000) {
        let line = line.split_once(" #").map_or(line, |(line, _)| line);
        let Some((key, value)) = line.split_once(':') else {
            continue;
        };
        let key = key
            .trim()
            .trim_start_matches("- ")
            .trim_matches(['"', '\'']);
        let slot = match key {
            "monthly_budget_usd" => &mut found.monthly_usd,
            "warning" | "warning_threshold" => &mut found.warning,
            "emergency" | "emergency_threshold" => &mut found.emergency,
            _ => continue,
        };
        if slot.is_none() {
            *slot = amount(value.trim().trim_matches(['"', '\'']));
        }
    }
    found.monthly_usd.is_some().then_some(found)
}

fn amount(text: &str) -> Option<f64> {
    let number: f64 = text.trim_start_matches('$').replace('_', "").parse().ok()?;
    (0.0..1e12).contains(&number).then_some(number)
}

/// What a log of costs says of a span.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Logged {
    /// What was spent, by currency, as text from outside: `USD 12.50`.
    pub sums: Vec<(String, f64)>,
    /// Its entries in the span.
    pub entries: u64,
    /// Entries whose time or amount is not to be understood.
    pub unread: u64,
}

/// The words by which logs call their parts.
const LISTS: [&str; 6] = ["entries", "costs", "records", "history", "items", "log"];
const TIMES: [&str; 5] = ["timestamp", "time", "date", "created_at", "at"];
const AMOUNTS: [&str; 6] = [
    "cost_usd",
    "costUSD",
    "totalCostUSD",
    "amount_usd",
    "cost",
    "amount",
];

/// Reads a log of costs: a list of entries, an object with such a list, or an
/// entry in each line. A time without a zone is one of `zone`. `None` where it
/// has none of these forms: what it says is not known then.
#[must_use]
pub fn logged<Z: TimeZone>(
    text: &str,
    since: Timestamp,
    until: Timestamp,
    zone: &Z,
) -> Option<Logged> {
    let entries = match serde_json::from_str::<Value>(text) {
        Ok(Value::Array(list)) => list,
        Ok(Value::Object(mut object)) => {
            let named = LISTS.iter().find_map(|name| object.remove(*name));
            match named {
                Some(Value::Array(list)) => list,
                _ if AMOUNTS.iter().any(|name| object.contains_key(*name)) => {
                    vec![Value::Object(object)]
                }
                _ => return None,
            }
        }
        Ok(_) => return None,
        Err(_) => {
            let lines = text.lines().filter(|line| !line.trim().is_empty());
            let mut list = Vec::new();
            for line in lines {
                list.push(serde_json::from_str(line).unwrap_or(Value::Null));
            }
            list.iter().any(Value::is_object).then_some(list)?
        }
    };
    let mut found = Logged::default();
    for entry in &entries {
        let at = TIMES.iter().find_map(|name| when(entry.get(name)?, zone));
        let known = AMOUNTS.iter().find_map(|name| {
            let value = entry.get(name)?;
            let amount = value.as_f64().or_else(|| amount(value.as_str()?))?;
            Some((amount, currency(name, entry)))
        });
        let (Some(at), Some((amount, currency))) = (at, known) else {
            found.unread += 1;
            continue;
        };
        if since <= at && at < until {
            found.entries += 1;
            match found.sums.iter_mut().find(|(name, _)| *name == currency) {
                Some((_, sum)) => *sum += amount,
                None => found.sums.push((currency, amount)),
            }
        }
    }
    found.sums.sort_by(|a, b| a.0.cmp(&b.0));
    Some(found)
}

fn currency(name: &str, entry: &Value) -> String {
    let said = entry.get("currency").and_then(Value::as_str);
    match said {
        Some(said) => cut(&clean(said), 8, "…"),
        None if name.to_ascii_lowercase().ends_with("usd") => "USD".to_owned(),
        None => "?".to_owned(),
    }
}

fn when<Z: TimeZone>(value: &Value, zone: &Z) -> Option<Timestamp> {
    if let Some(number) = value.as_i64() {
        // Milliseconds are larger than any second that is meant.
        let seconds = if number > 100_000_000_000 {
            number / 1_000
        } else {
            number
        };
        return Some(Timestamp(seconds));
    }
    let text = value.as_str()?;
    if let Ok(time) = DateTime::parse_from_rfc3339(text) {
        return Some(Timestamp(time.timestamp()));
    }
    let local = NaiveDateTime::parse_from_str(text, "%Y-%m-%dT%H:%M:%S%.f")
        .or_else(|_| NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M:%S%.f"))
        .ok()
        .or_else(|| {
            NaiveDate::parse_from_str(text, "%Y-%m-%d")
                .ok()?
                .and_hms_opt(12, 0, 0)
        })?;
    let time = zone.from_local_datetime(&local).earliest()?;
    Some(Timestamp(time.timestamp()))
}

#[cfg(test)]
#[path = "budget_tests.rs"]
mod tests;
