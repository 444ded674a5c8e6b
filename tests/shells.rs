//! `mamori init` and the files in `shell/`, in the real shells.

use std::fs;
use std::process::Command;

use crate::alerts::alerted;
use crate::harness::tmux::{Tmux, path_with_binaries};
use crate::harness::{Bench, Ran, until};

const SHELLS: [&str; 3] = ["bash", "zsh", "fish"];

fn file(shell: &str) -> String {
    format!("{}/shell/mamori.{shell}", env!("CARGO_MANIFEST_DIR"))
}

/// The shell with none of anybody's start-up files.
fn bare(bench: &Bench, shell: &str) -> Command {
    let mut command = bench.command(shell);
    command.env("PATH", path_with_binaries());
    command.args(match shell {
        "bash" => &["--norc", "--noprofile"][..],
        "zsh" => &["-f"],
        _ => &["--no-config"],
    });
    command
}

fn run(bench: &Bench, shell: &str, script: &str) -> Ran {
    let mut command = bare(bench, shell);
    let ran = bench.ran(command.args(["-c", script]));
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""), "{ran:?}");
    ran
}

/// Sources the file, as each shell does.
fn source(shell: &str) -> String {
    format!(". '{}'", file(shell))
}

#[test]
fn init_prints_the_file_byte_for_byte() {
    let bench = Bench::quiet();
    for shell in SHELLS {
        let ran = bench.mamori(&["init", shell]);
        assert_eq!(ran.code, Some(0));
        assert_eq!(ran.stdout, fs::read_to_string(file(shell)).unwrap());
    }
    let ran = bench.mamori(&["init", "tcsh"]);
    assert_eq!(ran.code, Some(2), "{ran:?}");
    // A home or a configuration is not needed for it.
    let mut bare = bench.command(crate::harness::MAMORI);
    bare.env_remove("HOME").args(["init", "bash"]);
    assert_eq!(bench.ran(&mut bare).code, Some(0));
}

#[test]
fn every_short_name_does_its_work_and_passes_words_on() {
    let bench = Bench::quiet();
    bench.stand_in("mamori", "#!/bin/sh\nprintf '%s|' \"$@\"\necho\n");
    let path = bench.path();
    for shell in SHELLS {
        let script = format!(
            "{}; ms --json; mh; mrec sshd 'a b'; mlay; mrep",
            source(shell)
        );
        let mut command = bare(&bench, shell);
        let ran = bench.ran(command.env("PATH", &path).args(["-c", &script]));
        assert_eq!(
            ran.stdout, "status|--json|\nhealth|\nrecover|sshd|a b|\nlayout|auto|\nreport|daily|\n",
            "{shell}: {ran:?}"
        );
    }
}

#[test]
fn names_that_are_taken_or_unwanted_stay_as_they_are() {
    let bench = Bench::quiet();
    for shell in SHELLS {
        let taken = if shell == "fish" {
            "function ms; echo mine; end"
        } else {
            "ms() { echo mine; }"
        };
        let ran = run(&bench, shell, &format!("{taken}\n{}\nms", source(shell)));
        assert_eq!(ran.stdout, "mine\n", "{shell}");
        let absent = if shell == "fish" {
            "type -q mh; or echo none"
        } else {
            "type mh >/dev/null 2>&1 || echo none"
        };
        let off = if shell == "fish" {
            "set -g MAMORI_ALIASES 0"
        } else {
            "MAMORI_ALIASES=0"
        };
        let ran = run(
            &bench,
            shell,
            &format!("{off}\n{}\n{absent}", source(shell)),
        );
        assert_eq!(ran.stdout, "none\n", "{shell}");
    }
}

#[test]
fn strict_modes_and_odd_options_hear_nothing_of_it() {
    let bench = Bench::quiet();
    // A watcher nobody started: the prompt's part is a single line all the same.
    let ends = "; mamori_prompt >/dev/null; echo done";
    let bash = [
        "set -eu",
        "set -euo pipefail",
        "set -eu; IFS=/",
        "set -o posix; set -eu",
    ];
    for mode in bash {
        let twice = format!("{mode}; {0}; {0}{ends}", source("bash"));
        assert_eq!(run(&bench, "bash", &twice).stdout, "done\n", "{mode}");
    }
    for option in [
        "ERR_EXIT",
        "NO_UNSET",
        "KSH_ARRAYS",
        "SH_WORD_SPLIT",
        "NO_NOMATCH",
        "WARN_CREATE_GLOBAL",
        "ALIAS_FUNC_DEF",
        "NO_FUNCTION_ARGZERO",
        "IGNORE_BRACES",
    ] {
        let twice = format!("setopt {option}; {0}; {0}{ends}", source("zsh"));
        assert_eq!(run(&bench, "zsh", &twice).stdout, "done\n", "{option}");
    }
    let twice = format!("{0}; {0}{ends}", source("fish"));
    assert_eq!(run(&bench, "fish", &twice).stdout, "done\n");
    // Another shell passes over it.
    for shell in ["bash", "zsh"] {
        let ran = bench.ran(
            bench
                .command("sh")
                .args(["-euc", &format!("{}; echo done", source(shell))]),
        );
        assert_eq!((ran.stdout.as_str(), ran.stderr.as_str()), ("done\n", ""));
    }
}

#[test]
fn aliases_over_every_command_we_call_change_nothing() {
    let bench = alerted("");
    let names =
        "builtin command local complete compadd emulate print eval unset type mamori cat ls grep";
    for (shell, asks) in [
        (
            "bash",
            "COMP_LINE='mamori ack '; COMP_POINT=11; COMP_WORDS=(mamori ack ''); COMP_CWORD=2; \
             \\_mamori; \\printf '%s\\n' \"${COMPREPLY[@]}\"",
        ),
        ("zsh", "\\builtin whence -w _mamori"),
    ] {
        let set = if shell == "bash" {
            "shopt -s expand_aliases\n"
        } else {
            "setopt aliases\n"
        };
        let aliases: String = names
            .split(' ')
            .map(|name| format!("\\builtin alias {name}='echo aliased; false'\n"))
            .collect::<Vec<_>>()
            .concat();
        let script = format!("{set}{aliases}. '{}'\n{asks}\n", file(shell));
        let ran = bench.ran(bare(&bench, shell).args(["-c", &script]));
        assert!(!ran.stdout.contains("aliased"), "{shell}: {ran:?}");
        assert_eq!(ran.stderr, "", "{shell}");
        let wanted = if shell == "bash" {
            "1\nall\n"
        } else {
            "_mamori: function\n"
        };
        assert_eq!(ran.stdout, wanted, "{shell}: {ran:?}");
    }
}

/// A child that was waited for leaves its page faults behind.
#[cfg(target_os = "linux")]
#[test]
fn sourcing_the_file_starts_no_process() {
    let bench = Bench::quiet();
    for shell in SHELLS {
        let faults = if shell == "fish" {
            "read -l stat < /proc/$fish_pid/stat; echo (string split ' ' -- $stat)[11]"
        } else {
            "read -r stat < /proc/$$/stat; set -- $stat; echo \"${11}\""
        };
        let split = if shell == "zsh" {
            "setopt sh_word_split; "
        } else {
            ""
        };
        let script = format!("{split}{}; {faults}", source(shell));
        assert_eq!(run(&bench, shell, &script).stdout, "0\n", "{shell}");
        let script = format!("{split}{}; /bin/true; {faults}", source(shell));
        assert_ne!(run(&bench, shell, &script).stdout, "0\n", "{shell}");
    }
}

/// What bash's function answers for a line with the cursor at its end.
fn answers(bench: &Bench, words: &[&str], line: &str) -> Vec<String> {
    let words: Vec<String> = words.iter().map(|word| format!("'{word}'")).collect();
    let script = format!(
        "{}\nCOMP_LINE='{line}'\nCOMP_POINT=${{#COMP_LINE}}\nCOMP_WORDS=({})\n\
         COMP_CWORD=$((${{#COMP_WORDS[@]}} - 1))\n_mamori\nprintf '%s\\n' \"${{COMPREPLY[@]}}\"",
        source("bash"),
        words.join(" ")
    );
    let ran = run(bench, "bash", &script);
    ran.stdout.lines().map(ToOwned::to_owned).collect()
}

#[test]
fn bash_puts_its_words_together_again() {
    let bench = alerted("");
    let ask = |words: &[&str], line: &str| answers(&bench, words, line);
    assert_eq!(ask(&["mamori", "rec"], "mamori rec"), ["recover"]);
    assert_eq!(
        ask(&["mamori", "health", "--node", ""], "mamori health --node "),
        ["laptop"]
    );
    // `=` is a word of its own to bash.
    assert_eq!(
        ask(
            &["mamori", "health", "--node", "=", "la"],
            "mamori health --node=la"
        ),
        ["laptop"]
    );
    assert_eq!(
        ask(
            &["mamori", "health", "--node", "="],
            "mamori health --node="
        ),
        ["laptop"]
    );
    assert_eq!(
        ask(
            &["mamori", "report", "daily", "--format", "m"],
            "mamori  report   daily --format m"
        ),
        ["md"]
    );
    assert!(ask(&["mamori", "pause", "-"], "mamori pause -").len() > 2);
    assert_eq!(
        ask(&["mamori", "ack", "nothing"], "mamori ack nothing"),
        [""]
    );
}

#[test]
fn names_of_files_are_left_to_the_shell_which_quotes_them() {
    let bench = alerted("");
    let folder = bench.home().join("files");
    fs::create_dir(&folder).unwrap();
    fs::write(folder.join("$(touch evil)"), "").unwrap();
    let begun = format!("{}/", folder.display());
    for shell in SHELLS {
        for words in [
            &["--config", &begun][..],
            &["setup", "tmux", "--plugin", &begun],
        ] {
            let all = [&["complete", shell, "1", "--"], words].concat();
            assert_eq!(bench.mamori(&all).stdout, "", "{shell}");
        }
    }
}

#[test]
fn completions_come_up_where_a_person_types() {
    let bench = alerted("");
    for shell in SHELLS {
        let rc = bench.home().join(format!("rc.{shell}"));
        let compinit = if shell == "zsh" {
            "autoload -Uz compinit; compinit -u -D\n"
        } else {
            ""
        };
        fs::write(&rc, format!("{compinit}{}\nPS1='ready> '\n", source(shell))).unwrap();
        let start = match shell {
            "bash" => format!("bash --noprofile --rcfile '{}'", rc.display()),
            "zsh" => "zsh -f".to_owned(),
            _ => format!(
                "fish --no-config -C 'source {}; function fish_prompt; echo -n \"ready> \"; end'",
                file(shell)
            ),
        };
        let tmux = Tmux::sized(&bench, shell, "set -s escape-time 0\n", (100, 20));
        let start = format!(
            "exec env PATH='{}' PS1='ready> ' TERM=screen {start}",
            path_with_binaries()
        );
        tmux.run(&["respawn-pane", "-k", "-t", "main", &start]);
        let screen = || tmux.run(&["capture-pane", "-p", "-t", "main"]);
        let type_in = |keys: &[&str]| {
            let words: Vec<&str> = ["send-keys", "-t", "main"]
                .iter()
                .chain(keys)
                .copied()
                .collect();
            tmux.run(&words);
        };
        until(&format!("{shell}: a prompt:\n{}", screen()), || {
            screen().contains("ready>")
        });
        if shell == "zsh" {
            type_in(&["-l", &format!(". '{}'", rc.display())]);
            type_in(&["Enter"]);
        }
        type_in(&["-l", "mamori reco"]);
        type_in(&["Tab"]);
        until(&format!("{shell}:\n{}", screen()), || {
            screen().contains("mamori recover")
        });
        type_in(&["C-u"]);
        type_in(&["-l", "mamori health --node lap"]);
        type_in(&["Tab"]);
        until(&format!("{shell}:\n{}", screen()), || {
            screen().contains("--node laptop")
        });
    }
}

#[test]
fn another_protocol_completes_nothing_and_nothing_is_said() {
    let bench = alerted("");
    let ran = bench.mamori(&["complete", "bash", "2", "--", "rec"]);
    assert_eq!(
        (ran.code, ran.stdout.as_str(), ran.stderr.as_str()),
        (Some(0), "", "")
    );
    // Neither is of a state that cannot be read.
    bench.set_state("{");
    let ran = bench.mamori(&["complete", "fish", "1", "--", "ack", ""]);
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""));
    // The newest good backup.
    assert!(ran.stdout.starts_with("1\tlaptop disk "), "{ran:?}");
}
