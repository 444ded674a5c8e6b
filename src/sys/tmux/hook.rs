//! The hook that tells the watcher at once that a session was closed.

use std::path::Path;

use tmux_interface::SetHook;

use super::{Server, TmuxError, argument};

/// Our slot in the hook's list: a fixed one, so that setting it again changes
/// nothing, and the user's own entries stay. A hook set without one would
/// wipe the others.
const SLOT: &str = "session-closed[8735]";

/// What the hook runs: our own program by its absolute path, and nothing that
/// comes from a session. `None` for a path that no quoting makes safe.
///
/// The path goes through four readers: tmux's commands (in `"`, where `\`,
/// `"` and `$` are escaped), tmux's formats (`#` doubled), the shell (in `'`),
/// and then `exec`.
fn line(program: &Path) -> Option<String> {
    let path = program.to_str().filter(|_| program.is_absolute())?;
    if path.chars().any(char::is_control) {
        return None;
    }
    let quoted = format!("'{}'", path.replace('\'', r"'\''"));
    // What a hook's program says would be shown over the user's work, and so
    // would an exit code that is not 0.
    let script = format!("{quoted} tmux closed >/dev/null 2>&1 || :");
    let escaped: String = script
        .replace('#', "##")
        .chars()
        .flat_map(|c| {
            matches!(c, '\\' | '"' | '$')
                .then_some('\\')
                .into_iter()
                .chain([c])
        })
        .collect();
    Some(format!("run-shell -b \"{escaped}\""))
}

impl Server<'_> {
    /// Sets hidden global environment variables as
    /// [`set_hidden`](Self::set_hidden) does, and the hook that calls
    /// `program` when a session is closed: in one call. Without the hook where
    /// the path of `program` cannot be quoted.
    ///
    /// # Errors
    /// When the server does not take them.
    pub fn introduce(&self, variables: &[(&str, &str)], program: &Path) -> Result<(), TmuxError> {
        let hook = line(program).map(|line| {
            let hook = SetHook::new().global().hook_name(SLOT);
            hook.command(argument(&line)).build()
        });
        let set = variables.iter().map(super::hidden);
        self.call(set.chain(hook)).map(drop)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_quoted_for_all_who_read_it() {
        let line = line(Path::new("/a b/it's $HOME #(x) \"\\/mamori")).unwrap();
        assert_eq!(
            line,
            "run-shell -b \"'/a b/it'\\\\''s \\$HOME ##(x) \\\"\\\\/mamori' tmux closed >/dev/null 2>&1 || :\""
        );
    }

    #[test]
    fn what_no_quoting_makes_safe_is_refused() {
        assert_eq!(line(Path::new("/a\nb/mamori")), None);
        assert_eq!(line(Path::new("mamori")), None);
    }
}
