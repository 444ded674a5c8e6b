//! `~`, `$HOME`, `$PREFIX` and `$TMPDIR` in paths and arguments.

use std::path::{Path, PathBuf};

use super::wrong::Wrong;

/// What the variables of a configuration file stand for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Variables {
    /// `~` and `$HOME`.
    pub home: PathBuf,
    /// `$PREFIX`, on Termux alone.
    pub prefix: Option<PathBuf>,
    /// `$TMPDIR`.
    pub tmpdir: PathBuf,
}

/// A variable that cannot be expanded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unexpandable {
    /// Nobody knows it: `$FOO`, `~somebody`, `$PREFIX` outside Termux.
    Unknown(String),
    /// It stands for a path that is not UTF-8.
    NotText(String),
}

/// `text` with `~` at its start and `$HOME`, `$PREFIX`, `$TMPDIR` anywhere
/// replaced, and `$$` made a plain dollar sign.
///
/// A dollar sign before anything but a name stays what it is. What stands for
/// a variable is not expanded again.
///
/// # Errors
/// Names the first variable that is unknown or not UTF-8.
pub fn expand(text: &str, variables: &Variables) -> Result<String, Unexpandable> {
    let mut expanded = String::with_capacity(text.len());
    let mut rest = text;
    if let Some(after) = text.strip_prefix('~') {
        let user = after.split('/').next().unwrap_or_default();
        if !user.is_empty() {
            return Err(Unexpandable::Unknown(format!("~{user}")));
        }
        expanded.push_str(written(&variables.home, "~")?);
        rest = after;
    }
    while let Some((before, after)) = rest.split_once('$') {
        expanded.push_str(before);
        if let Some(after) = after.strip_prefix('$') {
            expanded.push('$');
            rest = after;
            continue;
        }
        let (name, after) = after.split_at(name_length(after));
        let shown = format!("${name}");
        match name {
            "" => expanded.push('$'),
            "HOME" => expanded.push_str(written(&variables.home, &shown)?),
            "TMPDIR" => expanded.push_str(written(&variables.tmpdir, &shown)?),
            "PREFIX" => match &variables.prefix {
                Some(prefix) => expanded.push_str(written(prefix, &shown)?),
                None => return Err(Unexpandable::Unknown(shown)),
            },
            _ => return Err(Unexpandable::Unknown(shown)),
        }
        rest = after;
    }
    expanded.push_str(rest);
    Ok(expanded)
}

impl From<Unexpandable> for Wrong {
    fn from(unexpandable: Unexpandable) -> Self {
        match unexpandable {
            Unexpandable::Unknown(name) => {
                let hint = match name
                    .strip_prefix("${")
                    .and_then(|name| name.strip_suffix('}'))
                {
                    Some(bare) => format!("write `${bare}`, without braces"),
                    None if name.starts_with('$') => "a plain dollar sign is written `$$`".into(),
                    None => "write the whole path of another user's home".into(),
                };
                Self::that(
                    "is unknown; known are `~`, `$HOME`, `$TMPDIR` and, on Termux, `$PREFIX`",
                )
                .of(&name)
                .hint(hint)
            }
            Unexpandable::NotText(name) => {
                Self::that("stands for a path that is not UTF-8").of(&name)
            }
        }
    }
}

/// Bytes of the variable's name at the start of `text`; braces belong to it,
/// so that `${HOME}` is told as what it is.
fn name_length(text: &str) -> usize {
    if text.starts_with('{') {
        return text.find('}').map_or(text.len(), |end| end + 1);
    }
    if text.starts_with(|c: char| c.is_ascii_digit()) {
        return 0;
    }
    text.find(|c: char| !c.is_ascii_alphanumeric() && c != '_')
        .unwrap_or(text.len())
}

fn written<'p>(path: &'p Path, name: &str) -> Result<&'p str, Unexpandable> {
    path.to_str()
        .ok_or_else(|| Unexpandable::NotText(name.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn variables(prefix: Option<&str>) -> Variables {
        Variables {
            home: "/home/ann".into(),
            prefix: prefix.map(PathBuf::from),
            tmpdir: "/tmp".into(),
        }
    }

    #[test]
    fn known_variables_are_expanded_once() {
        let linux = variables(None);
        let expand = |text| expand(text, &linux).unwrap();
        assert_eq!(expand("~"), "/home/ann");
        assert_eq!(expand("~/code"), "/home/ann/code");
        assert_eq!(expand("$HOME/a$TMPDIR/b"), "/home/ann/a/tmp/b");
        assert_eq!(expand("a~b/~"), "a~b/~");
        assert_eq!(expand("^x$ $1 $$HOME $"), "^x$ $1 $HOME $");
    }

    #[test]
    fn prefix_is_known_on_termux_alone() {
        let unknown = |name: &str| Err(Unexpandable::Unknown(name.to_owned()));
        assert_eq!(
            expand("$PREFIX/bin", &variables(Some("/usr"))),
            Ok("/usr/bin".into())
        );
        assert_eq!(expand("$PREFIX/bin", &variables(None)), unknown("$PREFIX"));
        assert_eq!(expand("$HOMER", &variables(None)), unknown("$HOMER"));
        assert_eq!(expand("${HOME}/x", &variables(None)), unknown("${HOME}"));
        assert_eq!(expand("~root/x", &variables(None)), unknown("~root"));
    }

    proptest! {
        #[test]
        fn text_without_variables_stays(text in "[^$~]*") {
            let expanded = expand(&text, &variables(None));
            prop_assert_eq!(expanded, Ok(text));
        }

        #[test]
        fn any_text_is_answered(text in any::<String>()) {
            let _ = expand(&text, &variables(None));
        }
    }
}
