//! What tokens cost by list price: a dated table that comes with the program,
//! and one that a person puts beside the configuration.
//!
//! What comes out is *API-equivalent*: whoever pays a subscription got no such
//! bill. A request whose model, date, kind or tokens no row speaks of has no
//! price, which is not a price of zero.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde::Deserialize;

use super::super::super::time::Timestamp;
use super::Tokens;
use super::loose::Real;

/// The public list prices that we are sure of.
const LIST: &str = include_str!("prices.json");

/// An exact sum, in millionths of a millionth of a dollar.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Money(pub u128);

impl Money {
    /// In dollars, for printing.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "two decimals are printed")]
    pub fn dollars(self) -> f64 {
        self.0 as f64 / 1e12
    }

    /// Both.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }
}

/// Prices by model and date.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Prices {
    /// When the list that came with the program was last gone through.
    pub checked: NaiveDate,
    own: Vec<Row>,
    list: Vec<Row>,
}

/// What one model costs from a day on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// The model's name, without a date or the name of who sells it.
    pub model: String,
    /// The first day, in UTC.
    pub from: NaiveDate,
    /// Where that can be read.
    pub source: String,
    rates: Rates,
    long: Option<(u64, Option<Rates>)>,
    factors: BTreeMap<String, u64>,
}

/// Millionths of a dollar for a million tokens.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Rates {
    input: Option<u64>,
    cache_write: Option<u64>,
    cache_write_hour: Option<u64>,
    cache_read: Option<u64>,
    output: Option<u64>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    #[serde(default)]
    checked: Option<NaiveDate>,
    prices: Vec<Entry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    models: Vec<String>,
    from: NaiveDate,
    source: String,
    #[serde(flatten)]
    rates: Written,
}

#[derive(Deserialize)]
struct Written {
    input: Real,
    output: Real,
    #[serde(default)]
    cache_read: Real,
    #[serde(default)]
    cache_write: Real,
    #[serde(default)]
    cache_write_1h: Real,
    #[serde(default)]
    over: Option<Over>,
    #[serde(default)]
    factors: BTreeMap<String, Real>,
}

/// Of requests that read more than so many tokens: other prices for all of
/// them, or none that we are sure of.
#[derive(Deserialize)]
struct Over {
    tokens: u64,
    #[serde(default)]
    rates: Option<Box<Written>>,
}

impl Written {
    fn rates(&self) -> Rates {
        Rates {
            input: self.input.millionths(),
            cache_write: self.cache_write.millionths(),
            cache_write_hour: self.cache_write_1h.millionths(),
            cache_read: self.cache_read.millionths(),
            output: self.output.millionths(),
        }
    }
}

impl Prices {
    /// The list that comes with the program.
    #[must_use]
    pub fn list() -> Self {
        // A test reads it: it is whole.
        let (checked, list) = rows(LIST).unwrap_or_default();
        Self {
            checked: checked.unwrap_or_default(),
            own: Vec::new(),
            list,
        }
    }

    /// The same, and a table in the same form that goes before it.
    ///
    /// # Errors
    /// What is wrong with that table.
    pub fn with(mut self, own: &str) -> Result<Self, String> {
        self.own = rows(own)?.1;
        Ok(self)
    }

    /// What a request costs by the row of its model that held on its day;
    /// `None` where none speaks of it.
    #[must_use]
    pub fn cost(
        &self,
        model: Option<&str>,
        at: Timestamp,
        tokens: &Tokens,
        rate: Option<&str>,
    ) -> Option<Money> {
        let row = self.row(model?, at)?;
        let rates = match &row.long {
            Some((most, long)) if tokens.read() > *most => (*long)?,
            _ => row.rates,
        };
        let factor = match rate {
            None => 1_000,
            Some(rate) => *row.factors.get(rate)?,
        };
        let written = tokens.cache_write?;
        let hour = tokens.cache_write_hour.min(written);
        let parts = [
            (tokens.input?, rates.input),
            (written - hour, rates.cache_write),
            (hour, rates.cache_write_hour),
            (tokens.cache_read?, rates.cache_read),
            (tokens.output?, rates.output),
        ];
        let mut sum = 0_u128;
        for (count, price) in parts {
            if count > 0 {
                sum += u128::from(count) * u128::from(price?);
            }
        }
        Some(Money(sum * u128::from(factor) / 1_000))
    }

    /// The row that held for a model on that day.
    #[must_use]
    pub fn row(&self, model: &str, at: Timestamp) -> Option<&Row> {
        let day = at.utc().date_naive();
        let plain = plain(model);
        let of = |rows: &'_ [Row], name: &str| -> Option<usize> {
            let held = rows.iter().enumerate().filter(|(_, row)| row.model == name);
            let held = held.filter(|(_, row)| row.from <= day);
            held.max_by_key(|(_, row)| row.from).map(|(at, _)| at)
        };
        let find = |rows| of(rows, model).or_else(|| of(rows, plain));
        match find(&self.own) {
            Some(at) => self.own.get(at),
            None => self.list.get(find(&self.list)?),
        }
    }
}

fn rows(text: &str) -> Result<(Option<NaiveDate>, Vec<Row>), String> {
    let table: Table = serde_json::from_str(text).map_err(|error| error.to_string())?;
    let mut rows = Vec::new();
    for entry in table.prices {
        let written = &entry.rates;
        let long = written.over.as_ref();
        let long = long.map(|over| (over.tokens, over.rates.as_ref().map(|other| other.rates())));
        let factors = written.factors.iter();
        let factors = factors.filter_map(|(name, factor)| {
            // Thousandths are enough for a factor.
            Some((name.clone(), factor.millionths()? / 1_000))
        });
        let factors: BTreeMap<String, u64> = factors.collect();
        for model in entry.models {
            rows.push(Row {
                model,
                from: entry.from,
                source: entry.source.clone(),
                rates: written.rates(),
                long,
                factors: factors.clone(),
            });
        }
    }
    Ok((table.checked, rows))
}

/// A model's name without who sells it, a date and the size of its window.
fn plain(model: &str) -> &str {
    let name = model.rsplit('/').next().unwrap_or(model);
    let name = name
        .rsplit_once("anthropic.")
        .map_or(name, |(_, name)| name);
    let name = name.split_once('[').map_or(name, |(name, _)| name);
    let name = name.split_once('@').map_or(name, |(name, _)| name);
    let name = name.strip_suffix("-v1:0").unwrap_or(name);
    undated(name, &[8])
        .or_else(|| undated(name, &[4, 2, 2]))
        .unwrap_or(name)
}

/// A name without groups of so many digits at its end, `-20250929`.
fn undated<'a>(name: &'a str, groups: &[usize]) -> Option<&'a str> {
    let mut name = name;
    for digits in groups.iter().rev() {
        let (rest, group) = name.rsplit_once('-')?;
        let date = group.len() == *digits && group.bytes().all(|byte| byte.is_ascii_digit());
        name = date.then_some(rest)?;
    }
    Some(name)
}

#[cfg(test)]
#[path = "price_tests.rs"]
mod tests;
