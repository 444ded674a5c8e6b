//! `mamori setup termux`: shortcuts for the home screen, the boot file, the
//! service, and the job that starts what Android has ended.

use std::path::{Path, PathBuf};

use super::service;
use super::wish::{Order, Wish, Wishes, words};
use crate::failure::Failure;
use crate::model::setup::manifest::Kind;
use crate::model::text::{clean, quoted};
use crate::sys::surroundings::Surroundings;
use crate::sys::termux_api::{self, Answer, JOB, QUESTION, pending_job};
use crate::sys::{files, programs};

/// The shortcuts, with their icons.
macro_rules! shortcuts {
    ($($name:literal),*) => {
        [$((
            concat!("mamori-", $name, ".sh"),
            include_str!(concat!("../../../termux-shortcuts/mamori-", $name, ".sh")),
            include_bytes!(concat!("../../../termux-shortcuts/icons/mamori-", $name, ".sh.png")).as_slice(),
        )),*]
    };
}
const SHORTCUTS: [(&str, &str, &[u8]); 6] =
    shortcuts!("status", "recover", "heal", "report", "layout", "wake-lock");
const BOOT: &str = include_str!("../../../termux-shortcuts/boot/20-mamori");
const BACKSTOP: &str = include_str!("../../../termux-shortcuts/job/backstop.sh");
/// What the shipped scripts call us, and where they think Termux is.
const SHIPPED: &str = "/data/data/com.termux/files/usr/bin/mamori";
const SHIPPED_PREFIX: &str = "PREFIX=/data/data/com.termux/files/usr\n";

/// What stands on a phone with Mamori.
///
/// # Errors
/// Exit 2 anywhere else than in Termux.
pub(super) fn wishes(around: &Surroundings) -> Result<Wishes, Failure> {
    let Some(prefix) = &around.prefix else {
        return Err(
            Failure::usage("this is not Termux: `TERMUX_VERSION` is not set")
                .hint("mamori setup service"),
        );
    };
    let mamori = programs::lasting(around)
        .and_then(|path| path.to_str().map(ToOwned::to_owned))
        .filter(|path| clean(path) == **path)
        .ok_or_else(|| {
            Failure::unable("could not name our own program in a script").hint("make install")
        })?;
    let homes = service::homes(around);
    if let Some((name, _)) = homes.iter().find(|(_, value)| clean(value) != *value) {
        return Err(Failure::unable(format!(
            "`{name}` cannot stand in a script"
        )));
    }
    let script = |text: &str| script(text, &mamori, &prefix.to_string_lossy(), &homes).into_bytes();
    let mut wishes = Wishes::default();
    // Taken back last.
    wishes.all.push(refresh(false));
    let home = &around.home;
    let folder = |path: &str| Wish::Folder {
        path: home.join(path),
        mode: 0o700,
        leftovers: Vec::new(),
    };
    let file = |path: PathBuf, bytes, mode| Wish::Whole { path, bytes, mode };
    wishes.all.extend(
        [
            ".shortcuts",
            ".shortcuts/tasks",
            ".shortcuts/icons",
            ".termux",
            ".termux/boot",
            ".termux/widget",
            ".termux/widget/dynamic_shortcuts",
            ".termux/widget/dynamic_shortcuts/tasks",
        ]
        .map(folder),
    );
    for (name, text, icon) in SHORTCUTS {
        let icon_of = |name: &str| format!(".shortcuts/icons/{name}.png");
        let dynamic = format!(".termux/widget/dynamic_shortcuts/tasks/{name}");
        wishes.all.extend([
            file(
                home.join(".shortcuts/tasks").join(name),
                script(text),
                0o700,
            ),
            file(home.join(icon_of(name)), icon.to_vec(), 0o600),
            file(home.join(dynamic), script(text), 0o700),
        ]);
    }
    wishes.all.push(file(
        home.join(".termux/boot/20-mamori"),
        script(BOOT),
        0o700,
    ));
    let backstop = home.join(".termux/mamori/backstop.sh");
    wishes.all.extend([
        folder(".termux/mamori"),
        file(backstop.clone(), script(BACKSTOP), 0o700),
    ]);
    match service::on_termux(around)? {
        Some(service) => {
            wishes.all.extend(service.all);
            wishes.notes.extend(service.notes);
        }
        None => wishes.notes.push(
            "no service: termux-services is not installed; pkg install termux-services, then this again"
                .to_owned(),
        ),
    }
    job(&backstop, &mut wishes, around);
    boot_folder(&home.join(".termux/boot"), &mut wishes, around);
    wishes.all.push(refresh(true));
    wishes.next.extend([
        "add the widget Termux:Widget to the home screen, or reload it".to_owned(),
        "open the app Termux:Boot once".to_owned(),
        "mamori doctor".to_owned(),
    ]);
    Ok(wishes)
}

/// A shipped script with our place and Termux's in it. Its first line stays:
/// only another app than Termux has its shell elsewhere.
fn script(text: &str, mamori: &str, prefix: &str, homes: &[(&str, String)]) -> String {
    let mut text = text.replace(SHIPPED, &quoted(mamori));
    let shipped = SHIPPED_PREFIX.trim_start_matches("PREFIX=").trim_end();
    if prefix != shipped {
        text = text.replace(SHIPPED_PREFIX, &format!("PREFIX={}\n", quoted(prefix)));
    }
    if prefix.starts_with("/data/data/") && prefix != shipped {
        text = text.replacen(&format!("#!{shipped}"), &format!("#!{prefix}"), 1);
    }
    let told = homes
        .iter()
        .map(|(name, value)| format!("export {name}={}\n", quoted(value)));
    match text.split_once('\n') {
        Some((first, rest)) => format!("{first}\n{}{rest}", told.collect::<String>()),
        None => text,
    }
}

/// The job that Android runs now and then.
fn job(script: &Path, wishes: &mut Wishes, around: &Surroundings) {
    let Some(script) = script.to_str() else {
        return;
    };
    let program = "termux-job-scheduler";
    let pending = match termux_api::look(program, &["--pending"], QUESTION, around) {
        Answer::Said(text) => text,
        Answer::Missing => {
            return wishes.notes.push(
                "no backstop: pkg install termux-api, and the app Termux:API, then this again"
                    .to_owned(),
            );
        }
        _ => {
            return wishes.notes.push("no backstop: Termux:API did not answer in 5 s; install or open the app Termux:API, then this again".to_owned());
        }
    };
    match pending_job(&pending) {
        Some(line) if line.contains(script) => {}
        Some(line) => wishes.notes.push(format!(
            "no backstop: Android's job {JOB} is somebody else's: {line}"
        )),
        None => wishes.all.push(Wish::Command(Order {
            kind: Kind::Job,
            words: words(&[
                program,
                "--script",
                script,
                "--job-id",
                JOB,
                "--period-ms",
                "900000",
                "--network",
                "none",
                "--battery-not-low",
                "false",
                "--persisted",
                "true",
            ]),
            inverse: words(&[program, "--cancel", "--job-id", JOB]),
            lenient: false,
            with_files: false,
        })),
    }
}

/// A folder among the boot files ends their run at its name.
fn boot_folder(boot: &Path, wishes: &mut Wishes, around: &Surroundings) {
    for name in files::names(boot).unwrap_or_default() {
        let path = boot.join(name);
        if files::is_folder(&path) {
            wishes.notes.push(format!(
                "{} is a folder: Termux:Boot runs nothing that comes after it",
                around.shown(&path)
            ));
        }
    }
}

/// The widgets read their folder anew: after it was set up, or after that was
/// taken back.
fn refresh(set_up: bool) -> Wish {
    let broadcast = words(&[
        "am",
        "broadcast",
        "-n",
        "com.termux.widget/.TermuxWidgetProvider",
        "-a",
        "com.termux.widget.ACTION_REFRESH_WIDGET",
        "--ei",
        "appWidgetId",
        "0",
    ]);
    let (words, inverse) = if set_up {
        (broadcast, Vec::new())
    } else {
        (Vec::new(), broadcast)
    };
    Wish::Command(Order {
        kind: Kind::Tell,
        words,
        inverse,
        lenient: true,
        with_files: true,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scripts_know_our_place_and_keep_their_shell() {
        for (name, text, _) in SHORTCUTS {
            assert!(
                text.starts_with("#!/data/data/com.termux/files/usr/bin/sh\n"),
                "{name}"
            );
            assert_eq!(text.matches(SHIPPED).count(), 1, "{name}");
        }
        let usual = SHIPPED_PREFIX.trim_start_matches("PREFIX=").trim_end();
        assert_eq!(script(BOOT, SHIPPED, usual, &[]), BOOT);
        let text = script(
            BOOT,
            "/it's/mamori",
            "/data/data/org.other/files/usr",
            &[("MAMORI_HOME", "/a b".to_owned())],
        );
        assert!(
            text.starts_with("#!/data/data/org.other/files/usr/bin/sh\n"),
            "{text}"
        );
        assert!(
            text.contains("\n'/it'\\''s/mamori' widget boot\n"),
            "{text}"
        );
        assert!(text.contains("/sh\nexport MAMORI_HOME='/a b'\n#"), "{text}");
        assert!(!text.contains("com.termux/files"), "{text}");
    }
}
