//! `predict eval`: a JSON line in, a JSON line out. Pure.

use std::fmt;

use serde::de::{self, Deserialize, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value, json};

use crate::model::forecast::service::{self, History};
use crate::model::forecast::{self, Forecast, Kind, Question};

/// The longest horizon, in seconds: ten years.
const LONGEST: f64 = 315_360_000.0;

/// What a line asks, of any kind.
#[derive(serde::Deserialize)]
struct Asked {
    #[serde(default)]
    id: Value,
    kind: String,
    now: f64,
    horizon_s: f64,
    #[serde(default)]
    threshold: Option<f64>,
    #[serde(default)]
    points: Option<Vec<Point>>,
    #[serde(default)]
    observed_from: Option<f64>,
    #[serde(default)]
    events: Option<Vec<Point>>,
}

/// What a line is about, when nothing else of it can be used.
#[derive(serde::Deserialize)]
struct Named {
    #[serde(default)]
    id: Value,
}

/// The first two numbers of a list; what is none is not a number.
struct Point(f64, f64);

/// A number, or whatever stands in its place.
struct Loose(f64);

/// What is wrong with a line, and whose it is.
#[derive(Debug, Clone, PartialEq)]
pub struct Wrong {
    id: Value,
    what: String,
}

impl Wrong {
    /// Something wrong with a line that nobody knows the id of.
    #[must_use]
    pub fn unnamed(what: impl Into<String>) -> Self {
        let what = what.into();
        Self {
            id: Value::Null,
            what,
        }
    }

    /// The line that says so.
    #[must_use]
    pub fn line(&self) -> String {
        json!({ "id": self.id, "error": self.what }).to_string()
    }
}

/// Whether a line has nothing on it.
#[must_use]
pub fn is_blank(line: &[u8]) -> bool {
    line.trim_ascii().is_empty()
}

/// The answer to a line.
///
/// # Errors
/// Says what is wrong with it.
pub fn answer(line: &[u8]) -> Result<String, Wrong> {
    with(line, |asked, values| match asked {
        What::Series(question) => told(&mut *values, &forecast::forecast(question)),
        What::Service(history) => {
            let outlook = service::outlook(history);
            values.insert("p_restart".into(), rounded(outlook.restart));
            values.insert("p_unstable".into(), rounded(outlook.unstable));
            values.insert("will_restart".into(), outlook.will_restart().into());
            values.insert("unstable".into(), outlook.is_unstable().into());
        }
    })
}

/// The features of a line's question, to which the tables are fitted; `null`
/// where there is too little to go by.
///
/// # Errors
/// Says what is wrong with the line.
pub fn features(line: &[u8]) -> Result<String, Wrong> {
    with(line, |asked, values| {
        let features = match asked {
            What::Series(question) => forecast::features(question),
            What::Service(history) => Some(service::features(history).0),
        };
        let object = features.map(|features| {
            let pairs = features.into_iter();
            let object = pairs.map(|(name, value)| (name.to_owned(), value.into()));
            Value::Object(object.collect())
        });
        values.insert("features".into(), object.unwrap_or_default());
    })
}

/// A question of either kind.
enum What<'a> {
    Series(&'a Question<'a>),
    Service(&'a History<'a>),
}

fn with(
    line: &[u8],
    answer: impl FnOnce(&What<'_>, &mut Map<String, Value>),
) -> Result<String, Wrong> {
    // A list of its values would be taken, too.
    if line.trim_ascii_start().first() == Some(&b'[') {
        return Err(Wrong::unnamed("a question must be a JSON object"));
    }
    let asked: Asked = serde_json::from_slice(line).map_err(|error| wrong(line, &error))?;
    let id = asked.id.clone();
    let mut values = Map::new();
    values.insert("id".into(), id.clone());
    let wrong = |what: String| Wrong {
        id: id.clone(),
        what,
    };
    let within = |name: &str, value: Option<f64>, least: f64, most: f64| match value {
        None => Err(format!("there is no `{name}`")),
        Some(value) if (least..=most).contains(&value) => Ok(value),
        Some(value) => Err(format!(
            "`{name}` is {value}, but must be {least} to {most}"
        )),
    };
    let horizon_s = within("horizon_s", Some(asked.horizon_s), 1.0, LONGEST);
    let horizon_s = horizon_s.map_err(&wrong)?;
    let kind = match asked.kind.as_str() {
        "disk" => Kind::Disk,
        "memory" => Kind::Memory,
        "service" => {
            let events = asked
                .events
                .ok_or_else(|| wrong("there are no `events`".to_owned()))?;
            let restarts: Vec<f64> = events.iter().map(|event| event.0).collect();
            let observed = asked.observed_from;
            let observed_from =
                observed.ok_or_else(|| wrong("there is no `observed_from`".to_owned()))?;
            let history = History {
                now: asked.now,
                observed_from,
                restarts: &restarts,
            };
            answer(&What::Service(&history), &mut values);
            return Ok(Value::Object(values).to_string());
        }
        other => {
            return Err(wrong(format!(
                "`kind` is `{other}`, but must be `disk`, `memory` or `service`"
            )));
        }
    };
    let threshold = within("threshold", asked.threshold, 0.0, 100.0).map_err(&wrong)?;
    let points = asked
        .points
        .ok_or_else(|| wrong("there are no `points`".to_owned()))?;
    let points: Vec<(f64, f64)> = points.iter().map(|point| (point.0, point.1)).collect();
    let question = Question {
        kind,
        threshold,
        horizon_s,
        now: asked.now,
        points: &points,
    };
    answer(&What::Series(&question), &mut values);
    Ok(Value::Object(values).to_string())
}

fn wrong(line: &[u8], error: &serde_json::Error) -> Wrong {
    let named = serde_json::from_slice::<Named>(line);
    Wrong {
        id: named.map(|named| named.id).unwrap_or_default(),
        what: error.to_string(),
    }
}

/// What is foreseen of a series.
fn told(values: &mut Map<String, Value>, forecast: &Forecast) {
    values.insert("will_cross".into(), forecast.will_cross.into());
    let eta = forecast.eta_s.map(f64::round);
    values.insert("eta_s".into(), eta.into());
    let probability = forecast.probability.map(rounded);
    values.insert("probability".into(), probability.into());
}

/// A probability in ten-thousandths.
fn rounded(probability: f64) -> Value {
    ((probability * 1e4).round() / 1e4).into()
}

impl<'de> Deserialize<'de> for Point {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_seq(PointVisitor)
    }
}

struct PointVisitor;

impl<'de> Visitor<'de> for PointVisitor {
    type Value = Point;

    fn expecting(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        to.write_str("a list of a time and a value")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Point, A::Error> {
        let none = Loose(f64::NAN);
        let time = list.next_element()?.unwrap_or(none).0;
        let value = list.next_element()?.unwrap_or(Loose(f64::NAN)).0;
        while list.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Point(time, value))
    }
}

impl<'de> Deserialize<'de> for Loose {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_any(LooseVisitor)
    }
}

struct LooseVisitor;

impl<'de> Visitor<'de> for LooseVisitor {
    type Value = Loose;

    fn expecting(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        to.write_str("a number")
    }

    fn visit_f64<E: de::Error>(self, number: f64) -> Result<Loose, E> {
        Ok(Loose(number))
    }

    #[expect(clippy::cast_precision_loss, reason = "seconds and percent")]
    fn visit_i64<E: de::Error>(self, number: i64) -> Result<Loose, E> {
        Ok(Loose(number as f64))
    }

    #[expect(clippy::cast_precision_loss, reason = "seconds and percent")]
    fn visit_u64<E: de::Error>(self, number: u64) -> Result<Loose, E> {
        Ok(Loose(number as f64))
    }

    fn visit_bool<E: de::Error>(self, _: bool) -> Result<Loose, E> {
        Ok(Loose(f64::NAN))
    }

    fn visit_str<E: de::Error>(self, _: &str) -> Result<Loose, E> {
        Ok(Loose(f64::NAN))
    }

    fn visit_unit<E: de::Error>(self) -> Result<Loose, E> {
        Ok(Loose(f64::NAN))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Loose, A::Error> {
        while list.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Loose(f64::NAN))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Loose, A::Error> {
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Loose(f64::NAN))
    }
}
