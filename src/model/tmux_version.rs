//! tmux's own version, as it tells it.

/// The oldest tmux that we work with: formats, hidden variables, hooks.
pub const OLDEST: (u32, u32) = (3, 2);

/// `3.3a`, `next-3.8`, `3.7-rc2`: the first number pair; `None` for names
/// without one, such as `master`, and for the version of a whole system, such
/// as `openbsd-7.4`.
#[must_use]
pub fn version(text: &str) -> Option<(u32, u32)> {
    if text.starts_with("openbsd") {
        return None;
    }
    let number = text.trim_start_matches(|c: char| !c.is_ascii_digit());
    let (major, rest) = number.split_once('.')?;
    let minor: String = rest.chars().take_while(char::is_ascii_digit).collect();
    Some((major.parse().ok()?, minor.parse().ok()?))
}

/// Whether that version is known to be older than [`OLDEST`].
#[must_use]
pub fn too_old(text: &str) -> bool {
    version(text).is_some_and(|version| version < OLDEST)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_of_every_form_are_compared() {
        assert_eq!(
            (version("3.3a"), version("3.10")),
            (Some((3, 3)), Some((3, 10)))
        );
        assert_eq!(version(""), None);
        assert_eq!(version("next-3.8"), Some((3, 8)));
        assert_eq!(version("3.7-rc2"), Some((3, 7)));
        assert_eq!(version("master"), None);
        assert_eq!(version("openbsd-7.4"), None);
        assert!(too_old("3.1c") && !too_old("3.2") && !too_old("master"));
    }
}
