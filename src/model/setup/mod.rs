//! What `mamori setup` writes down of what it does, so that all of it can be
//! taken back: manifests, the block in somebody's file, and what undoing does
//! to each thing. Pure.

pub mod block;
pub mod manifest;
pub mod place;
pub mod stands;
pub mod torn;
pub mod undo;
