//! How are the machines?
//!
//! ```text
//! $ mamori health
//! ● 1/1
//!
//!   NODE    STATE  DISK    FREE MEM  LOAD  CPU  SEEN  SSHD  SESSIONS
//! ● laptop  ok     61%│90    52%│10  0.40   7%  now   up    main
//! ```
//! A problem appears with the first sample at or past its limit, and goes
//! after `clear` samples in a row that are `margin` points better. Only what
//! is expected is judged; everything else is a reading. Nothing here acts.

pub mod alerts;
pub mod cli;
pub mod expected;
pub mod facts;
pub mod findings;
pub mod grade;
pub mod heard;
pub mod judge;
pub mod ledger;
mod prober;
pub mod published;
pub mod record;
pub mod show;
mod show_found;
pub mod silence;
mod swapping;
mod sweep;
