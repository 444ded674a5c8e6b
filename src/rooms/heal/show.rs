//! What healing found and did, as lines and as JSON. Pure.

use serde_json::{Value, json};

use crate::model::healing::{Item, Part, Standing};
use crate::model::text::{clean, count};
use crate::model::time::Timestamp;
use crate::ui::style::{Role, painted};
use crate::ui::wrap::wrapped;

/// Where the text of a part begins.
const INDENT: usize = 13;

/// One part's line, before what is to be said about single files.
#[must_use]
pub fn heading(name: &str, role: Role, said: &str, columns: usize) -> String {
    let symbol = painted(role, &role.symbol().to_string());
    let first = format!("{symbol} {name:<width$}", width = INDENT - 2);
    let lines = wrapped(&clean(said), room(columns));
    first + &lines.join(&format!("\n{:INDENT$}", "")) + "\n"
}

fn room(columns: usize) -> usize {
    columns.saturating_sub(INDENT).max(20)
}

/// The lines of one part.
#[must_use]
pub fn part(part: Part, items: &[Item], columns: usize, shown: impl Fn(&str) -> String) -> String {
    let of_it: Vec<&Item> = items.iter().filter(|item| item.part == part).collect();
    let heading = heading(part.word(), worst(&of_it), &summary(part, &of_it), columns);
    let mut lines = vec![heading.trim_end().to_owned()];
    for item in of_it.iter().filter(|item| item.standing != Standing::Fine) {
        let name = wrapped(&clean(&shown(&item.subject)), room(columns));
        lines.extend(name.iter().map(|line| format!("{:INDENT$}{line}", "")));
        let said = match word(item.standing) {
            "" => item.text.clone(),
            word => format!("{word}: {}", item.text),
        };
        let said = wrapped(&clean(&said), room(columns).saturating_sub(2));
        lines.extend(said.iter().map(|line| format!("{:INDENT$}  {line}", "")));
    }
    lines.join("\n") + "\n"
}

/// What stands before an item's own words; `healed` says its verb itself.
fn word(standing: Standing) -> &'static str {
    match standing {
        Standing::Fine | Standing::Healed | Standing::Planned => "",
        Standing::Left => "left alone",
        Standing::Waits => "not now",
        Standing::Wrong => "needs you",
    }
}

fn worst(items: &[&Item]) -> Role {
    let any = |standing| items.iter().any(|item| item.standing == standing);
    if any(Standing::Wrong) {
        Role::Critical
    } else if any(Standing::Planned) || any(Standing::Waits) {
        Role::Warning
    } else {
        Role::Ok
    }
}

fn summary(part: Part, items: &[&Item]) -> String {
    let number = |standing| {
        items
            .iter()
            .filter(|item| item.standing == standing)
            .count()
    };
    let noun = match part {
        Part::Config => "guarded file",
        Part::Logs => "log",
        Part::Temp => "pattern",
    };
    if items.is_empty() {
        return match part {
            Part::Config => "no file is guarded",
            Part::Logs => "there are no logs",
            Part::Temp => "nothing to clean",
        }
        .to_owned();
    }
    let mut said = Vec::new();
    for (standing, word) in [
        (Standing::Healed, "healed"),
        (Standing::Planned, "to heal"),
        (Standing::Wrong, "in need of you"),
        (Standing::Waits, "not now"),
        (Standing::Left, "left alone"),
    ] {
        if number(standing) > 0 {
            said.push(format!("{} {word}", number(standing)));
        }
    }
    let all = count(items.len(), noun);
    if !said.is_empty() {
        return format!("{all}: {}", said.join(", "));
    }
    let are = if items.len() == 1 { "is" } else { "are" };
    format!("{all} {are} fine")
}

/// The one JSON value.
#[must_use]
pub fn json(processes: Option<&Value>, items: &[Item], now: Timestamp, dry_run: bool) -> Value {
    let items: Vec<Value> = items.iter().map(item).collect();
    json!({
        "schema": 1,
        "at": now,
        "dry_run": dry_run,
        "processes": processes,
        "items": items,
    })
}

fn item(item: &Item) -> Value {
    json!({
        "part": item.part.word(),
        "subject": clean(&item.subject),
        "check": item.check(),
        "state": item.standing.word(),
        "text": clean(&item.text),
        "change": item.change.as_ref().map(|change| json!({
            "verb": change.verb,
            "before": clean(&change.before),
            "after": clean(&change.after),
        })),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::text::width;

    fn plain(text: &str) -> String {
        anstream::adapter::strip_str(text).to_string()
    }

    #[test]
    fn what_is_fine_is_counted_and_what_is_not_is_named() {
        let items = [
            Item::new(Part::Logs, "/x/a.log", Standing::Fine, "1 KB of 2 KB"),
            Item::new(
                Part::Logs,
                "/x/b.log",
                Standing::Healed,
                "rotated: 104 MB, now 4.1 KB; b.log.20261128.gz, 6.2 MB",
            ),
            Item::new(
                Part::Logs,
                "/x/c\u{1b}.log",
                Standing::Left,
                "logrotate rotates it",
            ),
        ];
        let shown = |path: &str| path.to_owned();
        insta::assert_snapshot!(plain(&part(Part::Logs, &items, 80, shown)), @r"
        ● logs       3 logs: 1 healed, 1 left alone
                     /x/b.log
                       rotated: 104 MB, now 4.1 KB; b.log.20261128.gz, 6.2 MB
                     /x/c.log
                       left alone: logrotate rotates it
        ");
        insta::assert_snapshot!(plain(&part(Part::Logs, &items[..1], 80, shown)), @"● logs       1 log is fine");
        insta::assert_snapshot!(plain(&part(Part::Temp, &items, 80, shown)), @"● temp       nothing to clean");
    }

    #[test]
    fn a_narrow_screen_breaks_lines_between_words() {
        let items = [Item::new(
            Part::Config,
            "/home/ann/.tmux.conf",
            Standing::Wrong,
            "fails its validator, and no good version is known",
        )];
        let text = plain(&part(Part::Config, &items, 40, ToOwned::to_owned));
        assert!(text.lines().all(|line| width(line) <= 40), "{text}");
        assert!(text.starts_with("✖ config"), "{text}");
    }
}
