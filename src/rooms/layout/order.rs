//! What is asked of `mamori layout`, and of `mamori-layout`, which has no
//! parser for its few words but this one.

use std::ffi::OsString;

use crate::failure::Failure;

/// What to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Order {
    /// Arrange a window now.
    Auto {
        /// Any tmux target; `None`: the window we are in.
        target: Option<String>,
    },
    /// Arrange it by a template.
    Apply {
        /// The template's name.
        name: String,
        /// Whether panes that it has and the window has not are added.
        create: bool,
        /// As in `Auto`.
        target: Option<String>,
    },
    /// Say how windows would be arranged.
    Plan {
        /// Whether it is drawn, with its reason.
        explain: bool,
        /// A window of tmux; `None`: those on stdin.
        target: Option<String>,
    },
    /// Go back to the arrangement before.
    Undo(Option<String>),
    /// Take that back.
    Redo(Option<String>),
    /// Leave a window alone from now on.
    Off(Option<String>),
    /// Arrange it again by itself.
    On(Option<String>),
    /// The templates.
    List,
    /// What a hook of ours reports: something happened to a window.
    Event {
        /// Its id, such as `@3`.
        window: String,
    },
}

/// The verbs with what they take.
const USAGE: &str = "mamori layout auto|apply NAME [--create]|plan [--explain]|undo|redo|off|on|list [-t TARGET]";

impl Order {
    /// Reads the words after `mamori-layout`; without any, `auto`.
    ///
    /// # Errors
    /// Exit 2 for words that are not known, or that miss something.
    pub fn read(words: impl IntoIterator<Item = OsString>) -> Result<Self, Failure> {
        let mut verb = None;
        let mut name = None;
        let (mut target, mut create, mut explain) = (None, false, false);
        let mut words = words.into_iter().map(|word| word.to_string_lossy().into_owned());
        while let Some(word) = words.next() {
            match word.as_str() {
                "-t" | "--target" => match words.next() {
                    Some(value) => target = Some(value),
                    None => return Err(wrong("`-t` needs a target")),
                },
                "--create" => create = true,
                "--explain" => explain = true,
                _ => match word.strip_prefix("--target=") {
                    Some(value) => target = Some(value.to_owned()),
                    None if word.starts_with('-') => return Err(unknown(&word)),
                    None if verb.is_none() => verb = Some(word),
                    None if name.is_none() => name = Some(word),
                    None => return Err(unknown(&word)),
                },
            }
        }
        let verb = verb.unwrap_or_else(|| "auto".to_owned());
        let named = matches!(verb.as_str(), "apply" | "event");
        match &name {
            Some(name) if !named => return Err(unknown(name)),
            None if named => return Err(wrong(&format!("`{verb}` needs a name"))),
            _ => {}
        }
        let name = name.unwrap_or_default();
        if (create && verb != "apply") || (explain && verb != "plan") {
            return Err(unknown(if create { "--create" } else { "--explain" }));
        }
        match verb.as_str() {
            "auto" => Ok(Self::Auto { target }),
            "apply" => Ok(Self::Apply {
                name,
                create,
                target,
            }),
            "plan" => Ok(Self::Plan { explain, target }),
            "undo" => Ok(Self::Undo(target)),
            "redo" => Ok(Self::Redo(target)),
            "off" => Ok(Self::Off(target)),
            "on" => Ok(Self::On(target)),
            "list" => Ok(Self::List),
            "event" => Ok(Self::Event { window: name }),
            _ => Err(unknown(&verb)),
        }
    }
}

fn wrong(what: &str) -> Failure {
    Failure::usage(what).hint(USAGE)
}

fn unknown(word: &str) -> Failure {
    wrong(&format!("`{}` is not known here", crate::model::text::clean(word)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(words: &str) -> Result<Order, Failure> {
        Order::read(words.split_whitespace().map(OsString::from))
    }

    #[test]
    fn the_verbs_are_read() {
        assert_eq!(read(""), Ok(Order::Auto { target: None }));
        let target = Some("%3".to_owned());
        assert_eq!(read("auto -t %3"), Ok(Order::Auto { target: target.clone() }));
        let apply = Order::Apply {
            name: "coding".into(),
            create: true,
            target,
        };
        assert_eq!(read("apply coding --create --target=%3"), Ok(apply));
        let plan = Order::Plan {
            explain: true,
            target: None,
        };
        assert_eq!(read("plan --explain"), Ok(plan));
        assert_eq!(read("undo"), Ok(Order::Undo(None)));
        let window = "@3".to_owned();
        assert_eq!(read("event @3"), Ok(Order::Event { window }));
    }

    #[test]
    fn what_is_not_known_is_said() {
        for (words, says) in [
            ("auot", "`auot` is not known here"),
            ("apply", "`apply` needs a name"),
            ("auto -t", "`-t` needs a target"),
            ("undo now", "`now` is not known here"),
            ("auto --create", "`--create` is not known here"),
            ("list --explain", "`--explain` is not known here"),
            ("apply a b", "`b` is not known here"),
            ("-x", "`-x` is not known here"),
        ] {
            let failure = read(words).unwrap_err();
            assert_eq!(failure.what, says);
            assert_eq!(failure.exit, crate::failure::Exit::Usage);
        }
    }
}
