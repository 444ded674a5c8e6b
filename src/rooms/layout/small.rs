//! `mamori-layout`: what tmux's hooks need, in a program that starts at once.
//! It knows the few words of that; for all others it becomes `mamori layout`,
//! which reads the configuration.

use std::ffi::OsString;

use super::act::Desk;
use super::order::Order;
use crate::failure::{Exit, Failure};
use crate::sys::surroundings::Surroundings;
use crate::sys::{output, process, programs};

/// The words after the program's name to an exit code; without any, `auto`.
#[must_use]
pub fn main(words: impl IntoIterator<Item = OsString>) -> Exit {
    let words: Vec<OsString> = words.into_iter().collect();
    carry_out(&words).unwrap_or_else(|failure| {
        if failure.exit != Exit::Fine {
            output::complain(&failure.text());
        }
        failure.exit
    })
}

fn carry_out(words: &[OsString]) -> Result<Exit, Failure> {
    let texts: Option<Vec<&str>> = words.iter().map(|word| word.to_str()).collect();
    let (verb, target) = match texts.as_deref() {
        Some([]) => ("auto", None),
        Some(["event", window, server]) => {
            let around = Surroundings::read(None)?;
            Desk::of(&around, None)?.on_event(window, server);
            return Ok(Exit::Fine);
        }
        Some([verb]) => (*verb, None),
        Some([verb, "-t", target]) => (*verb, Some(*target)),
        _ => return become_mamori(words),
    };
    match Order::of(verb) {
        Some(order) => {
            let around = Surroundings::read(None)?;
            order.carry_out(&Desk::of(&around, None)?, target)
        }
        None => become_mamori(words),
    }
}

/// Runs `mamori layout` with these words in our place: the one beside us, else
/// that on the path.
fn become_mamori(words: &[OsString]) -> Result<Exit, Failure> {
    let around = Surroundings::read(None)?;
    let mamori = programs::beside("mamori", &around).ok_or_else(|| {
        Failure::unable("`mamori` is neither beside `mamori-layout` nor on PATH")
            .hint("make install")
    })?;
    let words = [OsString::from("layout")]
        .into_iter()
        .chain(words.iter().cloned());
    let error = process::in_our_place(&mamori, words);
    Err(Failure::unable(format!(
        "could not run `{}`: {error}",
        mamori.display()
    )))
}
