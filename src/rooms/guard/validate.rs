//! Asks a file's validator.

mod ssh;

use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::{OsStrExt as _, OsStringExt as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::de::IgnoredAny;

use super::decide::{Fault, Verdict};
use crate::config::{self, GuardPreset, Validator, Variables};
use crate::sys::surroundings::Surroundings;
use crate::sys::tmux::check;
use crate::sys::{files, process, programs};

/// How long a validator has.
const LIMIT: Duration = Duration::from_secs(10);

/// By what a file is validated.
#[derive(Debug, Clone, Copy)]
pub enum By<'a> {
    /// As the configuration says.
    Config(&'a Validator),
    /// It is our own configuration.
    Own,
}

/// What the validator says of the file at `path`, which holds `bytes`; `copy`:
/// it is one of the vault's, apart from its place.
#[must_use]
pub fn ask(by: By<'_>, path: &Path, bytes: &[u8], copy: bool, around: &Surroundings) -> Verdict {
    let validator = match by {
        By::Own => return own(bytes, copy, around),
        By::Config(validator) => validator,
    };
    match validator {
        Validator::Command(argv) => command(argv, path, around),
        Validator::Preset(preset) => match preset {
            GuardPreset::SshdConfig => sshd(path, around),
            GuardPreset::SshConfig => ssh::ask(path, around),
            GuardPreset::TmuxConf => match check::complaint(path, around, LIMIT) {
                Ok(None) => Verdict::Accepts,
                Ok(Some(said)) => Verdict::Refuses(Fault::read(said.as_bytes())),
                Err(error) => Verdict::Unable(error.to_string()),
            },
            GuardPreset::Sh => run(
                shell(path, bytes),
                ["-n".as_ref(), path.as_os_str()],
                around,
            ),
            GuardPreset::Json => json(bytes),
            GuardPreset::Toml => toml(bytes),
        },
    }
}

fn json(bytes: &[u8]) -> Verdict {
    let text = match text(bytes) {
        Ok(text) => text,
        Err(refused) => return refused,
    };
    match serde_json::from_str::<IgnoredAny>(text) {
        Ok(_) => Verdict::Accepts,
        Err(error) => Verdict::Refuses(Fault {
            line: Some(error.line()),
            said: error.to_string(),
        }),
    }
}

fn text(bytes: &[u8]) -> Result<&str, Verdict> {
    str::from_utf8(bytes).map_err(|error| {
        let before = bytes.iter().take(error.valid_up_to());
        Verdict::Refuses(Fault {
            line: Some(before.filter(|byte| **byte == b'\n').count() + 1),
            said: "it is not UTF-8 text".into(),
        })
    })
}

fn toml(bytes: &[u8]) -> Verdict {
    let text = match text(bytes) {
        Ok(text) => text,
        Err(refused) => return refused,
    };
    match toml::de::DeTable::parse(text) {
        Ok(_) => Verdict::Accepts,
        Err(error) => {
            let before = error.span().and_then(|span| text.get(..span.start));
            Verdict::Refuses(Fault {
                line: before.map(|before| before.matches('\n').count() + 1),
                said: error.message().to_owned(),
            })
        }
    }
}

/// Our own configuration: as it would be loaded. Who may write to it is no
/// matter of its content.
fn own(bytes: &[u8], copy: bool, around: &Surroundings) -> Verdict {
    if !copy && let Err(failure) = config::find(around) {
        // What is not UTF-8 is told below.
        if str::from_utf8(bytes).is_ok() {
            return Verdict::Unable(failure.what);
        }
    }
    let text = match text(bytes) {
        Ok(text) => text,
        Err(refused) => return refused,
    };
    let shown = around.shown(&around.config);
    match config::read(text, &shown, &Variables::of(around)) {
        Ok(_) => Verdict::Accepts,
        Err(problems) => {
            let first = problems.into_iter().next();
            Verdict::Refuses(Fault {
                line: first.as_ref().and_then(|problem| problem.line),
                said: first.map(|problem| problem.what).unwrap_or_default(),
            })
        }
    }
}

/// sshd wants to be called by its whole path, and is seldom on a person's.
fn sshd(path: &Path, around: &Surroundings) -> Verdict {
    let usual = || {
        let usual = [
            "/usr/sbin/sshd",
            "/usr/local/sbin/sshd",
            "/opt/homebrew/sbin/sshd",
        ];
        let mut usual = usual.into_iter().map(PathBuf::from);
        usual.find(|path| files::exists(path))
    };
    let Some(program) = programs::find("sshd", around).or_else(usual) else {
        return Verdict::Unable("`sshd` is not installed".into());
    };
    let arguments = [OsStr::new("-t"), "-f".as_ref(), path.as_os_str()];
    ended(&program, &arguments.map(OsStr::to_owned), around)
}

fn command(argv: &[String], path: &Path, around: &Surroundings) -> Verdict {
    let Some((program, arguments)) = argv.split_first() else {
        return Verdict::Unable("it has no validator".into());
    };
    let Some(found) = programs::resolve(program, around) else {
        return Verdict::Unable(format!("`{program}` is not there"));
    };
    let arguments = arguments.iter().map(|word| {
        let parts: Vec<&[u8]> = word.split("{path}").map(str::as_bytes).collect();
        OsString::from_vec(parts.join(path.as_os_str().as_bytes()))
    });
    ended(&found, &arguments.collect::<Vec<_>>(), around)
}

fn run<'a>(
    name: &str,
    arguments: impl IntoIterator<Item = &'a OsStr>,
    around: &Surroundings,
) -> Verdict {
    let Some(program) = programs::find(name, around) else {
        return Verdict::Unable(format!("`{name}` is not installed"));
    };
    let arguments: Vec<OsString> = arguments.into_iter().map(OsStr::to_owned).collect();
    ended(&program, &arguments, around)
}

fn ended(program: &Path, arguments: &[OsString], around: &Surroundings) -> Verdict {
    ended_in(program, arguments, &around.environment)
}

fn ended_in(
    program: &Path,
    arguments: &[OsString],
    environment: &[(OsString, OsString)],
) -> Verdict {
    let ended = match process::run(program, arguments, environment, LIMIT) {
        Ok(ended) => ended,
        Err(error) => return Verdict::Unable(error.to_string()),
    };
    let said = [&ended.stderr, &ended.stdout]
        .into_iter()
        .find(|said| !said.trim_ascii().is_empty());
    let fault = Fault::read(said.map(Vec::as_slice).unwrap_or_default());
    let name = program.file_name().unwrap_or_default().to_string_lossy();
    match ended.status.code() {
        Some(0) => Verdict::Accepts,
        // So a shell says that a program is not there, or may not be run.
        Some(126 | 127) => Verdict::Unable(format!("`{name}` could not run what it needs")),
        Some(_) => Verdict::Refuses(fault),
        None => Verdict::Unable(format!("`{name}` was ended by a signal")),
    }
}

/// The shell that a script is for: by its first line, else by its name.
fn shell(path: &Path, bytes: &[u8]) -> &'static str {
    let first = bytes.split(|byte| *byte == b'\n').next();
    let first = String::from_utf8_lossy(first.unwrap_or_default()).into_owned();
    let named = first.strip_prefix("#!").map(|line| {
        let mut words = line.split([' ', '/', '\t']).filter(|word| !word.is_empty());
        let known = |word: &&str| ["bash", "zsh", "sh", "dash"].contains(word);
        words.find(known).map(ToOwned::to_owned).unwrap_or_default()
    });
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let of_name = |shell: &str| {
        let name = name.trim_start_matches('.');
        let files = ["rc", "_profile", "_login", "_logout", "_aliases"];
        name.ends_with(&format!(".{shell}"))
            || files.iter().any(|file| name == format!("{shell}{file}"))
    };
    let zsh = ["zshrc", "zshenv", "zprofile", "zlogin", "zlogout"];
    match named.as_deref() {
        Some("bash") => "bash",
        Some("zsh") => "zsh",
        Some("sh" | "dash") => "sh",
        _ if of_name("bash") => "bash",
        _ if of_name("zsh") || zsh.contains(&name.trim_start_matches('.')) => "zsh",
        _ => "sh",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scripts_shell_is_told_by_its_first_line_else_by_its_name() {
        let told = |name: &str, first: &str| shell(Path::new(name), first.as_bytes());
        assert_eq!(told("/x/a", "#!/bin/bash -e\n"), "bash");
        assert_eq!(told("/x/a", "#!/usr/bin/env zsh\n"), "zsh");
        assert_eq!(told("/x/.bashrc", "#!/bin/sh\n"), "sh");
        assert_eq!(told("/x/.bashrc", ""), "bash");
        assert_eq!(told("/x/.bash_profile", "x=1\n"), "bash");
        assert_eq!(told("/x/a.zsh", "x=1\n"), "zsh");
        assert_eq!(told("/x/.zprofile", "x=1\n"), "zsh");
        assert_eq!(told("/x/.profile", "#!/opt/other\n"), "sh");
    }

    #[test]
    fn faults_of_json_and_toml_have_their_line() {
        let line = |verdict| match verdict {
            Verdict::Refuses(fault) => fault.line,
            other => panic!("{other:?}"),
        };
        assert_eq!(json(b"{\"a\": [1, 2]}\n"), Verdict::Accepts);
        assert_eq!(line(json(b"{\n\"a\": 1\n")), Some(3));
        assert_eq!(toml(b"a = 1\n[b]\n"), Verdict::Accepts);
        assert_eq!(line(toml(b"a = 1\nb = \"\n")), Some(2));
        assert_eq!(line(toml(b"a = 1\nb = \"\xff\"\n")), Some(2));
    }
}
