//! What is remembered of the nodes over months: samples, uptime, events,
//! incidents, deeds, forecasts, what folders held. Plain data; `sys/history` keeps it.

pub mod batch;
pub mod cell;
pub mod folders;
pub mod keep;
pub mod lines;
pub mod metric;
pub mod past;
pub mod sample;
pub mod span;

pub use batch::{Batch, Record};
pub use folders::{Grown, Measurement};
pub use metric::{Metric, Resolution};
pub use past::{Forecast, Judged, Outcome, Problem, Restart};
pub use sample::Sample;
pub use span::{Shares, Span};
