//! Whether somebody else could have written the configuration, which names
//! the commands we run.

use crate::failure::Failure;
use crate::model::text;
use crate::sys::config_file::{Owned, Part};

/// Write permission of group and others.
const OTHERS_WRITE: u32 = 0o022;

/// Why a configuration that lies behind these paths is refused, if it is.
///
/// `shown` names a path to people; `uid` is ours. Folders count with their
/// sticky bit too: what may be put there may be put there before the file is.
pub(super) fn refusal(
    parts: &[Owned],
    uid: u32,
    shown: impl Fn(&std::path::Path) -> String,
) -> Option<Failure> {
    let mut seen = Vec::new();
    let mut failures = parts.iter().filter_map(|owned| {
        // A folder is met once for each link in it.
        if seen.contains(&&owned.path) {
            return None;
        }
        seen.push(&owned.path);
        let what = match owned.part {
            Part::File => format!("`{}`", shown(&owned.path)),
            Part::Link => format!("the link `{}`", shown(&owned.path)),
            Part::Folder => format!("the configuration's folder `{}`", shown(&owned.path)),
        };
        if owned.uid != uid && owned.uid != 0 {
            let what = format!(
                "{what} belongs to user {}, who is neither you nor root, and could name commands to run",
                owned.uid
            );
            return Some(hinted(what, &chown(owned.part, uid), owned));
        }
        // The mode of a link says nothing.
        if owned.part != Part::Link && owned.mode & OTHERS_WRITE != 0 {
            let what = format!(
                "{what} is writable by {}, who could name commands to run",
                writers(owned.mode)
            );
            return Some(hinted(what, "chmod go-w", owned));
        }
        None
    });
    let first = failures.next()?;
    let further = failures.collect();
    Some(Failure { further, ..first })
}

fn writers(mode: u32) -> &'static str {
    match (mode & 0o020 != 0, mode & 0o002 != 0) {
        (true, true) => "its group and others",
        (true, false) => "its group",
        _ => "others",
    }
}

fn chown(part: Part, uid: u32) -> String {
    let link = if part == Part::Link { " -h" } else { "" };
    if uid == 0 {
        format!("chown{link} root")
    } else {
        format!("sudo chown{link} {uid}")
    }
}

/// The failure with `command PATH` as its hint, unless pasting the path would
/// not give the path.
fn hinted(what: String, command: &str, owned: &Owned) -> Failure {
    let failure = Failure::usage(what);
    match owned.path.to_str() {
        Some(path) if text::clean(path) == path => {
            // `./`: a relative path must not be taken for an option.
            let path = if path.starts_with('-') {
                format!("./{path}")
            } else {
                path.to_owned()
            };
            failure.hint(format!("{command} {}", text::quoted(&path)))
        }
        _ => failure,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn part(part: Part, path: &str, uid: u32, mode: u32) -> Owned {
        Owned {
            path: path.into(),
            part,
            uid,
            mode,
        }
    }

    fn told(parts: &[Owned], uid: u32) -> Option<String> {
        refusal(parts, uid, |path| path.display().to_string()).map(|failure| failure.text())
    }

    #[test]
    fn our_own_and_roots_files_are_trusted() {
        let ours = [
            part(Part::Folder, "/c", 1000, 0o755),
            part(Part::Link, "/c/x", 0, 0o777),
            part(Part::File, "/d/x", 0, 0o644),
        ];
        assert_eq!(told(&ours, 1000), None);
    }

    #[test]
    fn what_others_can_write_is_refused_with_the_command_that_mends_it() {
        let parts = [
            part(Part::Folder, "/c d", 1000, 0o775),
            part(Part::Folder, "/c d", 1000, 0o775),
            part(Part::File, "/c d/x", 1000, 0o666),
        ];
        insta::assert_snapshot!(told(&parts, 1000).unwrap(), @r"
        error: the configuration's folder `/c d` is writable by its group, who could name commands to run
        hint: chmod go-w '/c d'
        error: `/c d/x` is writable by its group and others, who could name commands to run
        hint: chmod go-w '/c d/x'
        ");
    }

    #[test]
    fn what_belongs_to_somebody_else_is_refused() {
        let parts = [
            part(Part::Link, "/c/x", 1001, 0o777),
            part(Part::File, "/d/x", 1001, 0o600),
        ];
        insta::assert_snapshot!(told(&parts, 1000).unwrap(), @r"
        error: the link `/c/x` belongs to user 1001, who is neither you nor root, and could name commands to run
        hint: sudo chown -h 1000 /c/x
        error: `/d/x` belongs to user 1001, who is neither you nor root, and could name commands to run
        hint: sudo chown 1000 /d/x
        ");
    }
}
