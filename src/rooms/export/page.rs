//! The families as text: OpenMetrics, or the format that Prometheus had before
//! it, which its node exporter's textfile collector reads. Pure.

use std::fmt;

use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, prometheus_text, text};
use prometheus_client::metrics::MetricType;
use prometheus_client::metrics::exemplar::Exemplar;
use prometheus_client::registry::{self, Registry};

use super::facts::Facts;
use super::family::{Book, Family, Kind, Labels, Unit, Value};
use super::place::Format;
use super::{foreseen, nodes, told};

/// Everything that is known, as text.
///
/// # Errors
/// Never: into memory everything can be written.
pub(super) fn page(facts: &Facts, format: Format) -> Result<String, fmt::Error> {
    let mut registry = Registry::with_prefix("mamori");
    registry.register_collector(Box::new(book(facts)));
    let mut page = String::new();
    match format {
        Format::OpenMetrics => text::encode(&mut page, &registry)?,
        Format::Prometheus => prometheus_text::encode(&mut page, &registry)?,
    }
    Ok(page)
}

fn book(facts: &Facts) -> Book {
    let mut book = Book::default();
    foreseen::watching(&mut book, facts);
    nodes::write(&mut book, &facts.state, facts.now);
    told::write(&mut book, &facts.state, facts.now);
    foreseen::forecasts(&mut book, &facts.state, facts.now);
    foreseen::repairs(&mut book, &facts.state);
    book.close();
    book
}

impl Collector for Book {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> fmt::Result {
        self.families
            .iter()
            .try_for_each(|family| write(&mut encoder, family))
    }
}

fn write(encoder: &mut DescriptorEncoder<'_>, family: &Family) -> fmt::Result {
    let unit = unit(family.unit);
    let kind = match family.kind {
        Kind::Gauge => MetricType::Gauge,
        Kind::Counter => MetricType::Counter,
        Kind::Info => MetricType::Info,
    };
    let mut metric = encoder.encode_descriptor(family.name, family.help, unit.as_ref(), kind)?;
    for (labels, value) in &family.samples {
        if family.kind == Kind::Info {
            metric.encode_info(labels)?;
            continue;
        }
        let mut sample = metric.encode_family(labels)?;
        let none = None::<&Exemplar<Labels, f64>>;
        match (family.kind, *value) {
            (Kind::Counter, Value::Whole(whole)) => sample.encode_counter(&whole, none)?,
            (Kind::Counter, Value::Real(real)) => sample.encode_counter(&real, none)?,
            (_, Value::Whole(whole)) => sample.encode_gauge(&whole)?,
            (_, Value::Real(real)) => sample.encode_gauge(&real)?,
        }
    }
    Ok(())
}

fn unit(unit: Unit) -> Option<registry::Unit> {
    let other = |name: &str| registry::Unit::Other(name.to_owned());
    match unit {
        Unit::None => None,
        Unit::Seconds => Some(registry::Unit::Seconds),
        Unit::Bytes => Some(registry::Unit::Bytes),
        Unit::Ratio => Some(other("ratio")),
        Unit::BytesPerSecond => Some(other("bytes_per_second")),
    }
}

#[cfg(test)]
#[path = "page_tests.rs"]
mod tests;
