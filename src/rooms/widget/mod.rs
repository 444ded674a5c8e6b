//! What a tap on the phone's home screen does (hidden: the shortcuts of
//! `termux-shortcuts/` run it).
//!
//! ```text
//! $ mamori widget recover; cat ~/.miyabi/mamori/results/recover.txt
//! OK   recover   14:05   took 2.1 s
//!  ● sshd  is back: banner after 0.1 s
//! next: nothing to do on this phone
//! ```
//! A toast at once, a notification that becomes the result, the run in the
//! state file, and a text that can be read later. A second tap while the first
//! one is at work says so.

pub mod cli;
mod decide;
mod show;
