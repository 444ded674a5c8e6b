//! What the reports are made of: periods, figures, and how far the sources of
//! those can be believed.

pub mod agents;
