//! What coding agents leave behind on this machine, read in bounded memory and
//! kept in a ledger of ours, `agents.db`.
//!
//! [`collect`] reads what is new; [`Ledger`] answers. Only files that tell of
//! sessions are opened, only ours, only to be read.

mod ask;
mod collect;
mod find;
mod keep;
mod ledger;
mod lines;
mod opencode;
mod parser;
mod places;
mod rescue;
mod tariff;

pub use ask::Kept;
pub use collect::{Collected, collect, mend};
pub use ledger::{AgentsError, Ledger, SCHEMA};
pub use places::{Places, variables};
pub use tariff::prices;
