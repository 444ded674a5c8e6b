//! placeholder
use crate::failure::{Exit, Failure};
use crate::sys::surroundings::Surroundings;
/// x
#[derive(Debug, clap::Args)]
pub struct Args {}
/// x
pub fn run(_: &Args, _: &Surroundings) -> Result<Exit, Failure> { Ok(Exit::Fine) }
