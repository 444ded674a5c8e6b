//! What the reports are made of: periods, figures, and how far the sources of
//! those can be believed.

pub mod agent;
pub mod agents;
pub mod change;
pub mod code;
pub mod course;
pub mod errors;
pub mod facts;
pub mod forge;
pub mod language;
pub mod log;
pub mod machines;
pub mod period;
pub mod source;
pub mod view;
