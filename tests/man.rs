//! The manual pages in `packaging/man`: as the command line's definition has
//! them. `MAMORI_BLESS=1` writes them anew.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command as Program;

use clap::{Arg, ArgAction, Command};
use clap_mangen::Man;
use clap_mangen::roff::{Roff, bold, roman};

use crate::harness::{Bench, MAMORI};

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/packaging/man");

/// When the command line last changed.
const DATE: &str = "2026-11-29";

const EXIT: &[(&str, &str)] = &[
    ("0", "It did its work, and what it looked at is fine."),
    ("1", "It did its work and found something to act on."),
    ("2", "Usage or configuration."),
    ("3", "It could not do its own work."),
    ("130", "Ended by SIGINT."),
];

const FILES: &[(&str, &str)] = &[
    (
        "~/.config/mamori/config.toml",
        "The configuration; every key has a default: mamori config show --default.",
    ),
    ("~/.miyabi/mamori/state.json", "The shared state file."),
    ("~/.miyabi/mamori/history.db", "What was, for months."),
    ("~/.miyabi/reports/", "Daily, weekly and monthly reports."),
    (
        "~/.miyabi/metrics/, ~/.miyabi/logs/",
        "Three plain logs for scripts.",
    ),
];

const ENVIRONMENT: &[(&str, &str)] = &[
    (
        "MAMORI_HOME",
        "The home of all that is kept, instead of ~/.miyabi.",
    ),
    (
        "XDG_CONFIG_HOME",
        "Where the configuration's folder is, instead of ~/.config.",
    ),
    (
        "TZ",
        "The zone of times, where the configuration names none.",
    ),
    ("NO_COLOR", "No colours."),
    (
        "MAMORI_ALIASES",
        "0 leaves the short names of the shell integration away.",
    ),
];

const EXAMPLES: &[(&str, &str)] = &[
    ("mamori health", "Look at every node now."),
    ("mamori watch", "Look after them from now on."),
    (
        "mamori recover sshd --dry-run",
        "What would be done about sshd, and why.",
    ),
    (
        "mamori snooze 12 2h",
        "Be quiet about alert 12 for two hours.",
    ),
    (
        "mamori report daily --date yesterday --stdout",
        "Yesterday, to read.",
    ),
];

/// `mamori-status` reads its few words itself: it is too small for a parser.
fn segment() -> Command {
    let flag = |name: &'static str, help: &'static str| {
        Arg::new(name)
            .long(name)
            .action(ArgAction::SetTrue)
            .help(help)
    };
    Command::new("mamori-status")
        .about("Print one segment for a status line, from the shared state file")
        .long_about(
            "Prints one line for a status line, such as `● 3/3` or `▲ 2/3 mugen disk 93%`, from \
             the shared state file, and always ends with 0. For bars without the plugin or \
             without a watcher; `mamori status` shows all that the state file knows.",
        )
        .arg(
            Arg::new("width")
                .long("width")
                .value_name("N")
                .help("At most so many columns [default: 36]"),
        )
        .arg(flag("ascii", "* ! X ? instead of symbols"))
        .arg(flag("no-style", "Without tmux's colours"))
        .disable_help_flag(true)
}

fn section(roff: &mut Roff, title: &str, entries: &[(&str, &str)]) {
    roff.control("SH", [title]);
    for (name, text) in entries {
        roff.control("TP", []);
        roff.text([bold(*name)]);
        roff.text([roman(*text)]);
    }
}

fn page(command: Command, whole: bool) -> Vec<u8> {
    let mut page = Vec::new();
    let man = Man::new(command)
        .date(DATE)
        .source("Mamori")
        .manual("Mamori");
    man.render(&mut page).unwrap();
    let mut roff = Roff::new();
    section(&mut roff, "EXIT STATUS", EXIT);
    if whole {
        section(&mut roff, "FILES", FILES);
        section(&mut roff, "ENVIRONMENT", ENVIRONMENT);
        section(&mut roff, "EXAMPLES", EXAMPLES);
    }
    roff.to_writer(&mut page).unwrap();
    tidied(&String::from_utf8(page).unwrap()).into_bytes()
}

/// Without line breaks that stand beside an empty line, which does their work.
fn tidied(page: &str) -> String {
    let lines: Vec<&str> = page.lines().collect();
    let beside = |at: usize| {
        let near = [at.checked_sub(1), Some(at + 1)];
        let mut near = near.into_iter().flatten().filter_map(|at| lines.get(at));
        near.any(|line| line.is_empty() || line.starts_with(".sp"))
    };
    let kept = lines.iter().enumerate();
    let kept = kept.filter(|(at, line)| **line != ".br" || !beside(*at));
    let kept: Vec<&str> = kept.map(|(_, line)| *line).collect();
    kept.join("\n") + "\n"
}

/// Every page by its file's name.
fn pages() -> BTreeMap<String, Vec<u8>> {
    let mut all = mamori::cli::command().disable_help_subcommand(true);
    all.build();
    let mut pages = BTreeMap::from([
        (
            "mamori.1".to_owned(),
            page(all.clone().version(None::<&str>), true),
        ),
        ("mamori-status.1".to_owned(), page(segment(), false)),
    ]);
    for known in all.get_subcommands().filter(|known| !known.is_hide_set()) {
        let name = known.get_name();
        // `mamori status` stands in `mamori(1)`; the page of that name is the small program's.
        if name == "status" || name == "help" {
            continue;
        }
        let full: &'static str = format!("mamori-{name}").leak();
        let own = known.clone().name(full).version(None::<&str>);
        pages.insert(format!("{full}.1"), page(own, false));
    }
    pages
}

#[test]
fn the_manual_pages_are_as_the_command_line_is() {
    let pages = pages();
    if std::env::var_os("MAMORI_BLESS").is_some() {
        let _ = fs::remove_dir_all(FOLDER);
        fs::create_dir_all(FOLDER).unwrap();
        for (name, page) in &pages {
            fs::write(Path::new(FOLDER).join(name), page).unwrap();
        }
    }
    let there = fs::read_dir(FOLDER).unwrap();
    let there: BTreeMap<String, Vec<u8>> = there
        .map(|entry| entry.unwrap())
        .map(|entry| {
            (
                entry.file_name().into_string().unwrap(),
                fs::read(entry.path()).unwrap(),
            )
        })
        .collect();
    let names = |pages: &BTreeMap<String, Vec<u8>>| pages.keys().cloned().collect::<Vec<_>>();
    assert_eq!(
        names(&there),
        names(&pages),
        "MAMORI_BLESS=1 cargo test man::"
    );
    for (name, page) in &pages {
        assert!(
            there[name] == *page,
            "{name}: MAMORI_BLESS=1 cargo test man::"
        );
    }
}

#[test]
fn the_manual_pages_are_well_formed() {
    for entry in fs::read_dir(FOLDER).unwrap() {
        let path = entry.unwrap().path();
        let ran = Program::new("mandoc")
            .args(["-Tlint", "-Wwarning"])
            .arg(&path)
            .output();
        let ran = ran.expect("mandoc, which `make test` installs");
        let said = String::from_utf8_lossy(&ran.stdout);
        assert!(ran.status.success(), "{said}");
    }
}

#[test]
fn what_the_page_of_the_small_program_says_is_so() {
    let bench = Bench::quiet();
    let mut program = bench.command(Path::new(MAMORI).with_file_name("mamori-status"));
    let ran = bench.ran(program.args(["--width", "12", "--ascii", "--no-style"]));
    assert_eq!(
        (ran.code, ran.stdout.as_str()),
        (Some(0), "? no data\n"),
        "{ran:?}"
    );
}
