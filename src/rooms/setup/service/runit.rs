//! A folder of runit's services; on Termux those of termux-services.

use std::path::{Path, PathBuf};

use super::{Service, text};
use crate::failure::Failure;
use crate::model::home::Home;
use crate::model::setup::manifest::Kind;
use crate::rooms::setup::wish::{Order, Wish, Wishes, words};
use crate::sys::surroundings::{Surroundings, service_folder};
use crate::sys::{files, pid_file, process, programs};

/// The service's name (contract).
const NAME: &str = "mamori-watch";
/// What `runsv` makes in the folder of a service, inner names first.
const LEFT_BY_RUNSV: [&str; 9] = [
    "control",
    "lock",
    "ok",
    "pid",
    "pid.new",
    "stat",
    "stat.new",
    "status",
    "status.new",
];
/// What Termux's scripts begin with: whoever starts them knows no `/bin`.
const TERMUX_SHELL: &str = "/data/data/com.termux/files/usr/bin/sh";

pub(super) fn wishes(service: &Service, around: &Surroundings) -> Result<Wishes, Failure> {
    if programs::find("sv", around).is_none() {
        let hint = if around.termux() {
            "pkg install termux-services, then open a new session"
        } else {
            "install runit"
        };
        return Err(Failure::unable("could not find `sv`: runit is not installed").hint(hint));
    }
    match &around.prefix {
        Some(prefix) => Ok(on_termux_with(service, prefix, around)),
        None => {
            let folder = service_folder().ok_or_else(|| {
                Failure::usage("`SVDIR` does not name the folder of your services")
                    .hint("SVDIR=$HOME/service mamori setup service --manager runit")
            })?;
            // In the service's own folder it would keep that for ever.
            let kept = Home::of(&around.mamori_home).watch_log();
            let kept = kept
                .to_str()
                .ok_or_else(|| Failure::unable("`MAMORI_HOME` cannot stand in a service's file"))?;
            let log = Wish::Whole {
                path: folder.join(NAME).join("log/run"),
                bytes: text::log(kept).into_bytes(),
                mode: 0o755,
            };
            Ok(folders(service, &folder, "/bin/sh", log))
        }
    }
}

/// The same for who sets up all of Termux; `None` without termux-services.
pub(in crate::rooms::setup) fn on_termux(around: &Surroundings) -> Result<Option<Wishes>, Failure> {
    let (Some(prefix), Some(_)) = (&around.prefix, programs::find("sv", around)) else {
        return Ok(None);
    };
    // runit alone has no such folder.
    if !files::is_folder(&prefix.join("var/service")) {
        return Ok(None);
    }
    Ok(Some(on_termux_with(
        &Service::here(around)?,
        prefix,
        around,
    )))
}

fn on_termux_with(service: &Service, prefix: &Path, around: &Surroundings) -> Wishes {
    let folder = prefix.join("var/service");
    let log = Wish::Link {
        path: folder.join(NAME).join("log/run"),
        to: prefix.join("share/termux-services/svlogger"),
    };
    let mut wishes = folders(service, &folder, TERMUX_SHELL, log);
    if !supervised(prefix, around) {
        wishes.notes.push(
            "runit itself does not run yet; it starts with a new session, or with: service-daemon start"
                .to_owned(),
        );
    }
    wishes
}

/// Whether `runsvdir` runs.
fn supervised(prefix: &Path, around: &Surroundings) -> bool {
    let file = prefix.join("var/run/service-daemon.pid");
    let pid = pid_file::read(&file, around.uid).ok().flatten();
    pid.is_some_and(process::alive)
}

fn folders(service: &Service, services: &Path, shell: &str, log: Wish) -> Wishes {
    let own = services.join(NAME);
    let mut wishes = Wishes::default();
    let supervise = || {
        let inner = LEFT_BY_RUNSV.iter().map(|name| format!("supervise/{name}"));
        inner.chain(["supervise".to_owned()]).collect::<Vec<_>>()
    };
    let mut made = |path: PathBuf, mode, leftovers| {
        wishes.all.push(Wish::Folder {
            path,
            mode,
            leftovers,
        });
    };
    let begun = files::exists(&own.join("supervise/ok"));
    // A `runsv` that is started anew meanwhile makes the inner ones again.
    let inner = supervise()
        .into_iter()
        .map(|name| format!("log/{name}"))
        .chain(["log".to_owned()]);
    made(own.clone(), 0o755, inner.chain(supervise()).collect());
    made(own.join("log"), 0o755, supervise());
    wishes.all.push(log);
    // The last one: as soon as it is there, runit starts it.
    wishes.all.push(Wish::Whole {
        path: own.join("run"),
        bytes: text::run(service, shell).into_bytes(),
        mode: 0o755,
    });
    let order = |kind, order: &[&str], inverse: &[&str], with_files| {
        Wish::Command(Order {
            kind,
            words: words(order),
            inverse: words(inverse),
            lenient: true,
            with_files,
        })
    };
    let folder = own.to_string_lossy().into_owned();
    let down = own.join("down");
    let stopped = files::exists(&down);
    wishes.all.push(Wish::Absent { path: down });
    if begun {
        // Known to runit: it reads its script when it is started again.
        let verb = if stopped { "up" } else { "restart" };
        wishes
            .all
            .push(order(Kind::Tell, &["sv", verb, &folder], &[], true));
    }
    wishes.all.push(order(
        Kind::Enable,
        &[],
        &["sv", "-w", "10", "force-shutdown", &folder],
        true,
    ));
    wishes
}
