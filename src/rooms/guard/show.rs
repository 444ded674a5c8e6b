//! What is said about guarded files. Pure.

use super::decide::{Broken, Helpless, Waiting};
use super::diff::secret;
use crate::model::text::{clean, count};
use crate::model::time::{Timestamp, age, left};
use crate::sys::editing::Sign;

/// What a person here reads, and what may leave the machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Said {
    /// With the validator's words.
    pub here: String,
    /// Without.
    pub anywhere: String,
}

impl Said {
    /// The same to everybody.
    #[must_use]
    pub fn both(text: impl Into<String>) -> Self {
        let text = text.into();
        Self {
            here: text.clone(),
            anywhere: text,
        }
    }

    /// With `more` after it.
    #[must_use]
    pub fn and(self, more: &str) -> Self {
        Self {
            here: self.here + more,
            anywhere: self.anywhere + more,
        }
    }
}

/// What is the matter with a file.
#[must_use]
pub fn matter(broken: &Broken) -> Said {
    match broken {
        Broken::Missing => Said::both("missing"),
        Broken::Empty => Said::both("empty"),
        Broken::Nul => Said::both("holds NUL bytes"),
        Broken::Refused(fault) => {
            let place = fault.line.map(|line| format!(" at line {line}"));
            let what = format!("fails its validator{}", place.unwrap_or_default());
            quoting(what, &fault.said)
        }
    }
}

/// `what`, with a validator's words for people here, unless they may quote a
/// secret.
fn quoting(what: String, said: &str) -> Said {
    let said = clean(said);
    let said = said.trim();
    if said.is_empty() || secret(said) {
        return Said::both(what);
    }
    Said {
        here: format!("{what} ({said})"),
        anywhere: what,
    }
}

/// Why nothing can be done.
#[must_use]
pub fn helpless(why: &Helpless) -> Said {
    let none = "; nothing was changed";
    match why {
        Helpless::Unfit(why) => Said::both(format!("not guarded: {why}")),
        Helpless::Unknown(broken) => matter(broken).and(" and no good version is known"),
        Helpless::Validator(None, said) => {
            let what = "its validator, or what that needs, is broken".to_owned();
            quoting(what, said).and(none)
        }
        Helpless::Validator(Some(broken), said) => {
            let what = "its validator, or what that needs, is broken: the last good version is \
                not accepted either";
            let file = matter(broken).anywhere;
            quoting(format!("{file}, but {what}"), said).and(none)
        }
        Helpless::Spent(broken) => {
            matter(broken).and("; it was acted upon 30 times within an hour")
        }
        Helpless::Foreign(broken) => {
            matter(broken).and("; it belongs to another user, and only root may put it back")
        }
        Helpless::Estranged(broken, why) => matter(broken).and(&format!("; {why}{none}")),
        Helpless::Nowhere => Said::both("missing, and so is its folder"),
    }
}

/// Why it waits, and until when.
#[must_use]
pub fn waiting(broken: &Broken, why: &Waiting, until: Timestamp, now: Timestamp) -> Said {
    let why = match why {
        Waiting::Editor(Sign::File(path, _)) => {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            format!("an editor has it open (`{}`)", clean(&name))
        }
        Waiting::Editor(Sign::Program(name, pid)) => {
            format!("`{}` (pid {pid}) has it open", clean(name))
        }
        Waiting::Editor(Sign::Writer(Some(pid))) => {
            format!("a process (pid {pid}) has it open for writing")
        }
        Waiting::Editor(Sign::Writer(None)) => "a process has it open for writing".to_owned(),
        Waiting::Changed => "it was changed a moment ago".to_owned(),
    };
    let again = left(until.since(now));
    matter(broken).and(&format!("; {why}: looked at again in {again}"))
}

/// A version, by its number and age.
#[must_use]
pub fn version(number: u32, kept: Timestamp, now: Timestamp) -> String {
    format!("version {number}, {} old", age(now.since(kept)))
}

/// A file's size.
#[must_use]
pub fn size(bytes: usize) -> String {
    count(bytes, "byte")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rooms::guard::decide::Fault;

    #[test]
    fn a_validators_words_stay_here_and_secrets_are_in_neither() {
        let broken = |said: &str| Broken::Refused(Fault::read(said.as_bytes()));
        let said = matter(&broken("\n/x: line 3: bad \u{1b}[31moption: Foo\nmore\n"));
        assert_eq!(said.anywhere, "fails its validator at line 3");
        assert_eq!(
            said.here,
            "fails its validator at line 3 (/x: line 3: bad [31moption: Foo)"
        );
        let said = matter(&broken("x:7: password hunter2 is bad"));
        assert_eq!(said, Said::both("fails its validator at line 7"));
        let said = helpless(&Helpless::Validator(None, "`sshd` is not installed".into()));
        assert_eq!(
            said.here,
            "its validator, or what that needs, is broken (`sshd` is not installed); \
             nothing was changed"
        );
    }

    #[test]
    fn who_waits_says_for_whom_and_how_long() {
        let sign = Sign::Program("vim".into(), 12);
        let why = Waiting::Editor(sign);
        let said = waiting(&Broken::Nul, &why, Timestamp(220), Timestamp(100));
        assert_eq!(
            said.here,
            "holds NUL bytes; `vim` (pid 12) has it open: looked at again in 2m"
        );
    }
}
