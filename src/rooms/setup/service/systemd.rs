//! A unit of the user's own systemd.

use std::collections::BTreeMap;
use std::path::PathBuf;

use super::{Service, text};
use crate::failure::Failure;
use crate::model::setup::manifest::Kind;
use crate::rooms::setup::carry::LIMIT;
use crate::rooms::setup::wish::{Order, Wish, Wishes, words};
use crate::sys::setup;
use crate::sys::surroundings::Surroundings;

/// The unit's name (contract).
const UNIT: &str = "mamori-watch.service";

pub(super) fn wishes(service: &Service, around: &Surroundings) -> Result<Wishes, Failure> {
    let mut wishes = Wishes::default();
    let base = config_home(around);
    let path = base.join("systemd/user").join(UNIT);
    let known = shown(around);
    let state = known.as_ref().ok();
    let of = |name: &str| {
        state
            .and_then(|state| state.get(name))
            .map_or("", |value| value)
    };
    let (enabled, active) = (of("UnitFileState"), of("ActiveState"));
    let runs = matches!(active, "active" | "activating" | "reloading");
    let fragment = PathBuf::from(of("FragmentPath"));
    if matches!(enabled, "masked" | "masked-runtime") {
        return Err(
            Failure::unable(format!("could not enable `{UNIT}`: it is masked"))
                .hint(format!("systemctl --user unmask {UNIT}")),
        );
    }
    // A package's unit is used as it is.
    let packaged = fragment.is_absolute() && !fragment.starts_with(&base);
    if packaged {
        wishes
            .notes
            .push(format!("the unit {} is used", around.shown(&fragment)));
    } else {
        wishes
            .all
            .push(tell(&[], &["systemctl", "--user", "daemon-reload"]));
        for folder in [
            base.clone(),
            base.join("systemd"),
            base.join("systemd/user"),
        ] {
            wishes.all.push(Wish::Folder {
                path: folder,
                mode: 0o700,
                leftovers: Vec::new(),
            });
        }
        wishes.all.push(Wish::Whole {
            path,
            bytes: text::unit(service).into_bytes(),
            mode: 0o644,
        });
        wishes
            .all
            .push(tell(&["systemctl", "--user", "daemon-reload"], &[]));
        if runs {
            wishes
                .all
                .push(tell(&["systemctl", "--user", "restart", UNIT], &[]));
        }
    }
    if enabled != "enabled" || !runs {
        // Taken back to what it was.
        let inverse: &[&str] = match (enabled == "enabled", runs) {
            (false, false) => &["systemctl", "--user", "disable", "--now", UNIT],
            (false, true) => &["systemctl", "--user", "disable", UNIT],
            _ => &["systemctl", "--user", "stop", UNIT],
        };
        wishes.all.push(Wish::Command(Order {
            kind: Kind::Enable,
            words: words(&["systemctl", "--user", "enable", "--now", UNIT]),
            inverse: words(inverse),
            lenient: false,
            with_files: false,
        }));
    }
    if let Err(why) = known {
        wishes.hindrance = Some(
            Failure::unable(format!("the user's own systemd does not answer: {why}")).hint(
                "log in as this user, not by su or sudo; on a server first: loginctl enable-linger",
            ),
        );
    } else if lingers(around) == Some(false) {
        wishes.notes.push(
            "the watcher ends when you log out; it stays with: loginctl enable-linger".to_owned(),
        );
    }
    Ok(wishes)
}

fn config_home(around: &Surroundings) -> PathBuf {
    let named = around.session_environment.iter();
    let named = named.filter(|(name, _)| name == "XDG_CONFIG_HOME");
    let mut named = named.map(|(_, path)| PathBuf::from(path));
    let named = named.find(|path| path.is_absolute());
    named.unwrap_or_else(|| around.home.join(".config"))
}

fn tell(order: &[&str], inverse: &[&str]) -> Wish {
    Wish::Command(Order {
        kind: Kind::Tell,
        words: words(order),
        inverse: words(inverse),
        lenient: false,
        with_files: true,
    })
}

/// What systemd says of the unit.
fn shown(around: &Surroundings) -> Result<BTreeMap<String, String>, String> {
    let ask = [
        "systemctl",
        "--user",
        "show",
        "--property=LoadState,FragmentPath,UnitFileState,ActiveState",
        UNIT,
    ];
    let ended = setup::run(&words(&ask), LIMIT, around).map_err(|error| error.to_string())?;
    let ended = ended.ok_or("`systemctl` is not installed")?;
    if !ended.status.success() {
        let said = String::from_utf8_lossy(&ended.stderr).into_owned();
        return Err(said
            .lines()
            .next()
            .unwrap_or("it says nothing")
            .trim()
            .to_owned());
    }
    let text = String::from_utf8_lossy(&ended.stdout).into_owned();
    let pairs = text.lines().filter_map(|line| line.split_once('='));
    Ok(pairs
        .map(|(name, value)| (name.to_owned(), value.trim().to_owned()))
        .collect())
}

/// Whether the user's services outlive their login; `None`: nobody says.
fn lingers(around: &Surroundings) -> Option<bool> {
    let uid = around.uid.to_string();
    let ask = words(&["loginctl", "show-user", &uid, "--property=Linger"]);
    let ended = setup::run(&ask, LIMIT, around).ok()??;
    let text = String::from_utf8_lossy(&ended.stdout).into_owned();
    let answer = text.trim().strip_prefix("Linger=")?.to_owned();
    Some(answer == "yes")
}
