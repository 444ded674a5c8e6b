//! What is foreseen: disks and memory that fill, services that restart.
//!
//! ```text
//! $ mamori predict eval < questions.jsonl
//! {"id":"mugen:/","will_cross":true,"eta_s":183600.0,"probability":0.8134}
//! {"id":"nginx@mugen","p_restart":0.2211,"p_unstable":0.0143,"will_restart":false,"unstable":false}
//! ```
//! `mamori predict measure` notes at night what the folders of the local disks
//! hold, so that a forecast of a disk can say what grew.
//! `mamori predict` asks the same of the history, keeps what it said, and
//! judges it when its time has come: [`decide`]. The forecasts themselves are in `model/forecast`.

pub mod cli;
pub mod decide;
mod facts;
pub mod grew;
mod keep;
mod measure;
mod show;
mod standing;
pub mod stream;

#[cfg(test)]
mod quarter_tests;
