//! An agent of launchd.

use super::{Service, text};
use crate::failure::Failure;
use crate::model::setup::manifest::Kind;
use crate::rooms::setup::carry::LIMIT;
use crate::rooms::setup::wish::{Order, Wish, Wishes, words};
use crate::sys::setup;
use crate::sys::surroundings::Surroundings;

/// The agent's name (contract).
const LABEL: &str = "dev.mamori.watch";

pub(super) fn wishes(service: &Service, around: &Surroundings) -> Result<Wishes, Failure> {
    let mut wishes = Wishes::default();
    let library = around.home.join("Library");
    let agents = library.join("LaunchAgents");
    let path = agents.join(format!("{LABEL}.plist"));
    let file = path.to_str().ok_or_else(|| {
        Failure::unable("the home's path cannot be told to launchd: it is no UTF-8")
    })?;
    // Who came by ssh has no screen, and services of their own.
    let domains = ["gui", "user"].map(|kind| format!("{kind}/{}", around.uid));
    let answers = |target: &str| said(&["launchctl", "print", target], around).is_some();
    let domain = domains.iter().find(|domain| answers(domain));
    if domain.is_none() {
        wishes.hindrance = Some(
            Failure::unable("launchd does not answer for this user")
                .hint("log in at the machine, then: mamori setup service"),
        );
    }
    let domain = domain.unwrap_or(&domains[0]);
    let target = format!("{domain}/{LABEL}");
    let loaded = answers(&target);
    for folder in [library, agents] {
        wishes.all.push(Wish::Folder {
            path: folder,
            mode: 0o700,
            leftovers: Vec::new(),
        });
    }
    wishes.all.push(Wish::Whole {
        path: path.clone(),
        bytes: text::plist(service).into_bytes(),
        mode: 0o644,
    });
    let order = |kind, order: &[&str], inverse: &[&str], with_files| {
        Wish::Command(Order {
            kind,
            words: words(order),
            inverse: words(inverse),
            lenient: false,
            with_files,
        })
    };
    if disabled(domain, around) {
        let (enable, disable) = (
            ["launchctl", "enable", &target],
            ["launchctl", "disable", &target],
        );
        wishes
            .all
            .push(order(Kind::Enable, &enable, &disable, false));
    }
    let bootstrap = ["launchctl", "bootstrap", domain, file];
    let bootout = ["launchctl", "bootout", &target];
    if loaded {
        // It reads its file when it is loaded.
        wishes.all.push(order(Kind::Tell, &bootout, &[], true));
        wishes.all.push(order(Kind::Tell, &bootstrap, &[], true));
    } else {
        wishes
            .all
            .push(order(Kind::Enable, &bootstrap, &bootout, false));
    }
    Ok(wishes)
}

/// Whether somebody said that it shall not be loaded: `"LABEL" => disabled`.
fn disabled(domain: &str, around: &Surroundings) -> bool {
    let text = said(&["launchctl", "print-disabled", domain], around).unwrap_or_default();
    let line = text
        .lines()
        .find(|line| line.contains(&format!("\"{LABEL}\"")));
    line.is_some_and(|line| line.ends_with("disabled") || line.ends_with("true"))
}

fn said(ask: &[&str], around: &Surroundings) -> Option<String> {
    let ended = setup::run(&words(ask), LIMIT, around).ok()??;
    let text = String::from_utf8_lossy(&ended.stdout).into_owned();
    ended.status.success().then_some(text)
}
