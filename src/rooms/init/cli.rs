//! The arguments of `mamori init`, and of the hidden `mamori complete` that
//! the files in `shell/` call.

use std::ffi::OsString;

use clap::{Command, ValueEnum};
use clap_complete::engine::{self, CompletionCandidate};

use super::names::Names;
use crate::failure::{Exit, Failure};
use crate::model::text::{clean, cut};
use crate::sys::output;
use crate::sys::surroundings::Surroundings;

/// The number by which a shell's file and a program know that they understand
/// each other. One that does not know the other's completes nothing.
const PROTOCOL: u32 = 1;
/// Columns of an explanation.
const HELP: usize = 60;

/// Print the lines that your shell's start-up file evaluates: completions and short names
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The shell
    shell: Shell,
}

/// What a shell's file asks: what may stand in the place of the last word
#[derive(Debug, clap::Args)]
pub struct CompleteArgs {
    shell: Shell,
    protocol: u32,
    /// The words after `mamori`, the last one under the cursor
    #[arg(last = true)]
    words: Vec<OsString>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Shell {
    Bash,
    Zsh,
    Fish,
}

impl Shell {
    fn file(self) -> &'static str {
        match self {
            Self::Bash => include_str!("../../../shell/mamori.bash"),
            Self::Zsh => include_str!("../../../shell/mamori.zsh"),
            Self::Fish => include_str!("../../../shell/mamori.fish"),
        }
    }
}

/// Prints the file of a shell.
///
/// # Errors
/// When nobody reads it any more.
pub fn run(args: &Args) -> Result<Exit, Failure> {
    output::print(args.shell.file())?;
    Ok(Exit::Fine)
}

/// Prints what may come next, one a line: the word alone for bash, which shows
/// nothing else, and for the others a tab and what it means. Nothing, without
/// a word, where that cannot be said, and for names of files.
///
/// # Errors
/// When nobody reads it any more.
pub fn complete(
    args: &CompleteArgs,
    command: Command,
    around: &Surroundings,
) -> Result<Exit, Failure> {
    if args.protocol != PROTOCOL {
        return Ok(Exit::Fine);
    }
    let mut command = Names::read(around).into_command(command);
    let mut words = vec![OsString::from("mamori")];
    words.extend(args.words.iter().cloned());
    if args.words.is_empty() {
        words.push(OsString::new());
    }
    let last = words.len() - 1;
    let found = engine::complete(&mut command, words, last, None).unwrap_or_default();
    let option =
        |candidate: &&CompletionCandidate| candidate.get_value().to_string_lossy().starts_with('-');
    // Who has not begun an option is asking for a name first.
    let empty = args.words.last().is_none_or(|word| word.is_empty());
    let names_only = empty && !found.iter().all(|candidate| option(&candidate));
    let lines = found
        .iter()
        .filter(|candidate| !(candidate.is_hide_set() || names_only && option(candidate)));
    let lines = lines.filter_map(|candidate| {
        let value = candidate
            .get_value()
            .to_str()
            .filter(|value| harmless(value))?;
        if args.shell == Shell::Bash {
            return Some(format!("{value}\n"));
        }
        let help = candidate.get_help().map(ToString::to_string);
        let help = help.unwrap_or_default();
        let help = clean(help.lines().next().unwrap_or_default());
        let help = cut(&help, HELP, "…");
        Some(format!("{value}\t{help}\n"))
    });
    output::print(&lines.collect::<String>())?;
    Ok(Exit::Fine)
}

/// Whether a shell reads `value` as itself, quoted or not. Names of files may
/// be anything: they are left to the shell, which quotes them.
fn harmless(value: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || "_.-=,:".contains(c);
    value.chars().all(plain)
}
