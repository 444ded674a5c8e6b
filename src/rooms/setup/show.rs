//! Plans in words. Pure.

use super::plan::{Deed, Plan};
use crate::model::setup::manifest::{Kind, Manifest, Progress, Step};
use crate::model::setup::place::Place;
use crate::model::text::{clean, count, quoted};
use crate::ui::diff::unified;

/// A path as the manifest has it.
pub(super) fn place(place: Option<&Place>) -> String {
    let text = place.and_then(|place| serde_json::to_value(place).ok());
    let text = text.and_then(|text| text.as_str().map(ToOwned::to_owned));
    clean(&text.unwrap_or_default())
}

/// A path as a word of a command, its `~` for the shell to read.
pub(super) fn pasted(path: &str) -> String {
    match path.strip_prefix("~/") {
        Some(rest) => format!("~/{}", quoted(rest)),
        None => quoted(path),
    }
}

/// A command as a person would type it.
pub(super) fn typed(words: &[String]) -> String {
    let words = words.iter().map(|word| clean(&quoted(word)));
    words.collect::<Vec<_>>().join(" ")
}

/// What would be done.
pub(super) fn plan(plan: &Plan) -> String {
    let deeds = plan.deeds.iter().map(deed).collect::<String>();
    deeds + &lines("left: ", &plan.left)
}

/// Each of `lines` after `mark`.
pub(super) fn lines(mark: &str, lines: &[String]) -> String {
    let lines = lines.iter().map(|line| format!("{mark}{}\n", clean(line)));
    lines.collect()
}

fn deed(deed: &Deed) -> String {
    let step = &deed.step;
    let path = place(step.path.as_ref());
    let word = pasted(&path);
    match step.kind {
        Kind::Mkdir => format!("run: mkdir -m {:o} {word}\n", deed.mode),
        Kind::Link => {
            let to = step.after.clone().unwrap_or_default();
            format!("run: ln -s {} {word}\n", clean(&quoted(&to)))
        }
        Kind::Remove => format!("run: rm {word}\n"),
        Kind::Create | Kind::Edit => {
            let old = deed.seen.as_ref().and_then(|seen| seen.file());
            let from = if old.is_some() { &*path } else { "/dev/null" };
            let bytes = old.map(|file| file.bytes.clone()).unwrap_or_default();
            let real = deed.seen.as_ref().filter(|seen| !seen.links.is_empty());
            let through = real.map_or_else(String::new, |_| {
                format!("{path} is a link to {}\n", place(step.real.as_ref()))
            });
            let made = match old {
                None => format!("new file, mode {:o}\n", deed.mode),
                Some(_) => String::new(),
            };
            through + &made + &unified([from, &path], &bytes, &deed.new)
        }
        Kind::Enable | Kind::Job | Kind::Tell | Kind::Unknown if step.command.is_empty() => {
            String::new()
        }
        _ => format!("run: {}\n", typed(&step.command)),
    }
}

/// What taking back would do, the last step first.
pub(super) fn undoing(manifest: &Manifest) -> String {
    let steps = manifest.steps.iter().rev();
    let steps = steps.filter(|step| step.progress != Progress::Undone);
    steps.map(undone).collect()
}

fn undone(step: &Step) -> String {
    let path = place(step.path.as_ref());
    match (step.kind, &step.before) {
        (Kind::Mkdir, _) => format!("remove folder {path}, if it is empty\n"),
        (Kind::Create | Kind::Edit, None) => format!("remove {path}\n"),
        (Kind::Create | Kind::Edit | Kind::Remove, _) => format!("restore {path}\n"),
        (Kind::Link, _) => format!("remove link {path}\n"),
        (Kind::Unknown, _) => String::new(),
        _ if step.inverse.is_empty() => String::new(),
        _ => format!("run: {}\n", typed(&step.inverse)),
    }
}

/// How many steps were done.
pub(super) fn done(number: usize) -> String {
    format!("done: {}\n", count(number, "step"))
}
