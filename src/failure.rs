//! What a command says when it could not do what it was asked: one line of
//! what, where and why, one hint that can be run, and the exit code.

use serde_json::{Value, json};

/// The exit codes of every `mamori` command.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Exit {
    /// It did its work, and what it looked at is fine.
    Fine = 0,
    /// It did its work and found something to act on.
    Found = 1,
    /// Usage or configuration.
    Usage = 2,
    /// It could not do its own work.
    Unable = 3,
    /// Ended by SIGINT (128 + 2, as shells count).
    Interrupted = 130,
}

impl From<Exit> for std::process::ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}

/// One thing that went wrong, in the words a person reads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// The exit code it leads to.
    pub exit: Exit,
    /// What, where and why: lowercase, no final period, names in backticks.
    pub what: String,
    /// One command or place that mends it.
    pub hint: Option<String>,
    /// Further failures found in the same look, each printed the same way.
    pub further: Vec<Self>,
}

impl Failure {
    /// A failure of usage or configuration (exit 2).
    #[must_use]
    pub fn usage(what: impl Into<String>) -> Self {
        Self {
            exit: Exit::Usage,
            what: what.into(),
            hint: None,
            further: Vec::new(),
        }
    }

    /// A failure to do our own work (exit 3).
    #[must_use]
    pub fn unable(what: impl Into<String>) -> Self {
        Self {
            exit: Exit::Unable,
            ..Self::usage(what)
        }
    }

    /// The same failure with a hint.
    #[must_use]
    pub fn hint(self, hint: impl Into<String>) -> Self {
        Self {
            hint: Some(hint.into()),
            ..self
        }
    }

    /// The lines for stderr, the last one ending in a newline.
    #[must_use]
    pub fn text(&self) -> String {
        let mut text = format!("error: {}\n", self.what);
        if let Some(hint) = &self.hint {
            text.push_str("hint: ");
            text.push_str(hint);
            text.push('\n');
        }
        for failure in &self.further {
            text.push_str(&failure.text());
        }
        text
    }

    /// The one JSON value that `--json` prints instead of a result.
    #[must_use]
    pub fn json(&self) -> Value {
        let mut error = json!({ "code": self.exit as u8, "what": self.what, "hint": self.hint });
        if let (false, Some(error)) = (self.further.is_empty(), error.as_object_mut()) {
            let further = self
                .further
                .iter()
                .map(|f| json!({ "what": f.what, "hint": f.hint }));
            error.insert("further".into(), further.collect());
        }
        json!({ "schema": 1, "error": error })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_prints_what_then_its_hint_then_the_further_ones() {
        let failure = Failure {
            further: vec![Failure::usage("second")],
            ..Failure::usage("first").hint("mamori config check")
        };
        assert_eq!(
            failure.text(),
            "error: first\nhint: mamori config check\nerror: second\n"
        );
        assert_eq!(
            failure.json(),
            json!({"schema":1,"error":{"code":2,"what":"first","hint":"mamori config check",
                   "further":[{"what":"second","hint":null}]}})
        );
    }
}
