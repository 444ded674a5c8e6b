//! The live dashboard.
//!
//! ```text
//! ▲ 2/3 mugen disk 93%   1 alert, 0 acked          watcher live, beat 10s   14:05
//!  1 Nodes   2 Alerts 1   3 Trends   4 Log   5 Watcher
//!    NODE     STATE      DISK     24 h       MEM   LOAD  RTT   SEEN   NOTE
//! ▸▲ mugen    degraded   93%│90  ▂▃▄▅▅▆▇   48%   0.4  3ms    5s   full in 3 d
//! ```
//!
//! It draws what the state file and the history say, and only when that or the
//! clock's minute changed. What nobody measured is blank, never 0; what nobody
//! looks after is `◌`, never green. Whatever a key changes goes the way that
//! `mamori ack`, `snooze`, `pause`, `health` and `recover` go.
//!
//! A screen is a function of the model (`view`), the model of what happened
//! (`update`), and the keys stand in one table (`keys`). It never refuses a
//! size: below 20×5 the segment is left.

mod ages;
mod choice;
pub mod cli;
mod deeds;
mod effect;
mod facts;
pub mod keys;
mod lists;
pub mod model;
mod over;
mod run;
pub mod update;
pub mod view;
