//! What other machines need so that they can be watched.
//!
//! ```text
//! $ mamori setup node mugen --print --key ~/.ssh/mamori.pub
//! restrict,command="exec sh -c 's=bWFt…" ssh-ed25519 AAAA… mamori
//! ```
//! The line lets a key do one thing: answer the probe. The whole probe stands
//! in it, because nodes need nothing installed. Nothing is written, here or
//! there: who trusts whom is a person's decision.

pub mod cli;
pub mod decide;
