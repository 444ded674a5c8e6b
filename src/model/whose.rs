//! Whose process is it? A pid file or a port may name anybody's. Pure.

use std::path::Path;

use super::process::Facts;

/// What runs other programs, so that its own name says nothing of them.
const DOORS: &[&str] = &[
    "env",
    "sudo",
    "doas",
    "nohup",
    "setsid",
    "nice",
    "sv",
    "systemctl",
    "launchctl",
];
/// What runs scripts; also with a version behind, as `python3.11`.
const INTERPRETERS: &[&str] = &[
    "sh", "bash", "dash", "zsh", "ksh", "mksh", "busybox", "python", "perl", "ruby", "node",
];

/// Whether a process is one of a service that is started by `start` and called
/// `name`: it runs the program that this command names, or the script that it
/// gives to an interpreter. What merely names one of its files is not.
#[must_use]
pub fn is_of(process: &Facts, start: &[String], name: &str) -> bool {
    let telling: Vec<String> = telling(start)
        .into_iter()
        .chain([name.to_owned()])
        .collect();
    // The kernel keeps 15 bytes of the name a process goes by.
    let called = |word: &String| {
        word.as_bytes().starts_with(process.name.as_bytes())
            && process.name.len() >= word.len().min(15)
    };
    let runs = process.program.as_ref();
    if telling.iter().any(called) || runs.is_some_and(|program| telling.contains(program)) {
        return true;
    }
    let script = runs.unwrap_or(&process.name);
    let arguments = process
        .arguments
        .iter()
        .skip(1)
        .take(2)
        .filter_map(|word| base(word));
    interpreter(script) && arguments.into_iter().any(|word| telling.contains(&word))
}

/// The name of the program that a command runs, or of the script that it gives
/// to an interpreter; `None` where it names neither.
#[must_use]
pub fn telling(start: &[String]) -> Option<String> {
    let words = start.iter().filter(|word| !word.starts_with('-'));
    words
        .flat_map(|word| programs(word))
        .filter(|word| !word.contains('='))
        .filter_map(base)
        .find(|word| !DOORS.contains(&word.as_str()) && !interpreter(word))
}

fn base(word: &str) -> Option<String> {
    let name = Path::new(word).file_name()?;
    Some(name.to_string_lossy().into_owned())
}

fn interpreter(program: &str) -> bool {
    let plain = program.trim_end_matches(|c: char| c.is_ascii_digit() || c == '.');
    INTERPRETERS.contains(&plain)
}

/// The words of a command's word that may be programs: itself, or of a shell
/// line those that stand behind an `exec`, else those that are paths.
fn programs(word: &str) -> Vec<&str> {
    let words: Vec<&str> = word.split_whitespace().collect();
    if words.len() < 2 {
        return vec![word];
    }
    let behind: Vec<&str> = words
        .windows(2)
        .filter_map(|pair| match pair {
            ["exec", program] => Some(*program),
            _ => None,
        })
        .collect();
    let paths = || {
        words
            .iter()
            .copied()
            .filter(|word| word.contains('/'))
            .collect()
    };
    let found: Vec<&str> = if behind.is_empty() { paths() } else { behind };
    found
        .into_iter()
        .map(|word| word.trim_matches(['"', '\'', ';', '(', ')', '&']))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::process::{Condition, Identity};

    fn process(pid: u32, program: &str, arguments: &[&str]) -> Facts {
        Facts {
            identity: Identity { pid, started: 7 },
            uid: 1000,
            condition: Condition::Alive,
            name: program.to_owned(),
            program: Some(program.to_owned()),
            arguments: arguments.iter().map(ToString::to_string).collect(),
            parent: 1,
        }
    }

    fn words(text: &str) -> Vec<String> {
        text.split(' ').map(ToOwned::to_owned).collect()
    }

    #[test]
    fn a_pid_file_may_name_anybody() {
        let start = words("/usr/sbin/sshd -f x");
        let title = ["sshd: /usr/sbin/sshd -f x [listener] 0 of 10-100 startups"];
        assert!(is_of(&process(1, "sshd", &title), &start, "sshd"));
        assert!(!is_of(
            &process(1, "vim", &["vim", "notes"]),
            &start,
            "sshd"
        ));
        let script = words("python3 /srv/app.py --port 1");
        assert!(is_of(
            &process(1, "python3.11", &["python3", "/srv/app.py"]),
            &script,
            "app"
        ));
        assert!(!is_of(
            &process(1, "python3.11", &["python3", "/srv/other.py"]),
            &script,
            "app"
        ));
        let line = ["sh", "-c", "cd /srv && exec ./app --port 1"].map(str::to_owned);
        assert!(is_of(&process(1, "app", &["./app"]), &line, "web"));
        assert!(!is_of(&process(1, "srvd", &["srvd"]), &line, "web"));
        assert!(!is_of(
            &process(1, "bash", &["-bash"]),
            &words("/bin/sh /srv/x.sh"),
            "x"
        ));
    }

    #[test]
    fn who_only_names_a_file_of_it_is_not_it() {
        let start = words("/usr/sbin/sshd -f /etc/ssh/sshd_config");
        let editor = process(1, "vim", &["vim", "/etc/ssh/sshd_config"]);
        assert!(!is_of(&editor, &start, "sshd"));
        let client = process(1, "ssh", &["ssh", "host", "sshd"]);
        assert!(!is_of(&client, &start, "sshd"));
        let mut long = process(1, "a-very-long-program", &[]);
        (long.name, long.program) = ("a-very-long-pro".to_owned(), None);
        assert!(is_of(&long, &words("/srv/a-very-long-program"), "x"));
    }
}
