//! Programs that run another one: `sudo -n`, `env`, `nice` and the like. Pure.

use super::base;

/// A program that runs the one whose words follow its own.
struct Launcher {
    name: &'static str,
    /// Its options that take the next word, as letters.
    letters: &'static str,
    /// Those by name, without their dashes.
    names: &'static [&'static str],
    /// How many words of its own follow the options.
    operands: usize,
}

const fn launcher(
    name: &'static str,
    letters: &'static str,
    names: &'static [&'static str],
    operands: usize,
) -> Launcher {
    Launcher {
        name,
        letters,
        names,
        operands,
    }
}

const LAUNCHERS: &[Launcher] = &[
    launcher(
        "sudo",
        "aCcDghpRrtTuU",
        &[
            "auth-type",
            "chdir",
            "chroot",
            "close-from",
            "command-timeout",
            "group",
            "host",
            "login-class",
            "other-user",
            "prompt",
            "role",
            "type",
            "user",
        ],
        0,
    ),
    launcher("doas", "aCu", &[], 0),
    launcher(
        "runuser",
        "ugGsw",
        &[
            "user",
            "group",
            "supp-group",
            "shell",
            "whitelist-environment",
        ],
        0,
    ),
    launcher("env", "uCS", &["unset", "chdir", "split-string"], 0),
    launcher("nice", "n", &["adjustment"], 0),
    launcher("ionice", "cn", &["class", "classdata"], 0),
    launcher("stdbuf", "ioe", &["input", "output", "error"], 0),
    launcher("timeout", "ks", &["kill-after", "signal"], 1),
    launcher("nohup", "", &[], 0),
    launcher("setsid", "", &[], 0),
];

/// The words from the program on that `argv` is about, behind those that only
/// run it.
pub(super) fn launched(argv: &[String]) -> &[String] {
    let mut words = argv;
    while let Some((program, rest)) = words.split_first() {
        let known = LAUNCHERS.iter().find(|one| one.name == base(program));
        let Some(launcher) = known else { break };
        words = launcher.behind(rest);
    }
    words
}

impl Launcher {
    /// What follows its own words.
    fn behind<'a>(&self, mut words: &'a [String]) -> &'a [String] {
        while let Some((word, rest)) = words.split_first() {
            let own = if word == "--" {
                words = rest;
                break;
            } else if word.starts_with('-') {
                1 + usize::from(self.takes_the_next(word))
            } else if matches!(self.name, "sudo" | "env") && word.contains('=') {
                1
            } else {
                break;
            };
            words = words.get(own..).unwrap_or_default();
        }
        words.get(self.operands..).unwrap_or_default()
    }

    /// Whether the word after this option belongs to it.
    fn takes_the_next(&self, option: &str) -> bool {
        if let Some(name) = option.strip_prefix("--") {
            return self.names.contains(&name);
        }
        let letters = option.trim_start_matches('-');
        let first = letters.find(|letter| self.letters.contains(letter));
        // `-uweb` has it within.
        first.is_some_and(|at| at + 1 == letters.len())
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_program_is_what_follows_those_that_run_it() {
        let launched = |words: &str| {
            let argv: Vec<String> = words.split(' ').map(ToOwned::to_owned).collect();
            super::launched(&argv).join(" ")
        };
        for before in [
            "sudo -n",
            "/usr/bin/sudo -nu monit",
            "sudo -umonit --",
            "sudo --user monit -E",
            "sudo --user=monit LANG=C",
            "doas -u monit",
            "runuser -u sv --",
            "env -u HOME LANG=C",
            "nice -n 5 ionice -c 3",
            "setsid -f nohup",
            "timeout -k 1 5",
        ] {
            assert_eq!(launched(&format!("{before} sv up web")), "sv up web");
        }
        for whole in ["python3 /srv/tool monit start web", "sv up sudo", ""] {
            assert_eq!(launched(whole), whole);
        }
        assert_eq!(launched("sudo -u"), "");
    }
}
