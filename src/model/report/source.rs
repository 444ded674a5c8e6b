//! Where figures come from, and how much of it could be read.

use serde::{Deserialize, Serialize};

use super::super::text::{clean, cut};
use super::super::time::Timestamp;

/// Columns of a reason, at most.
const LONGEST: usize = 200;

/// How much of a source could be read.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Standing {
    /// All of it.
    #[default]
    Ok,
    /// Some of it: its figures are the least there is.
    Partial,
    /// Nothing: its figures are not known, which is not zero.
    Missing,
}

/// A source of figures.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Source {
    /// What people call it.
    pub name: String,
    /// How much of it could be read.
    pub state: Standing,
    /// What is missing or should be known of it.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub why: Option<String>,
    /// The instant until which it tells.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub until: Option<Timestamp>,
}

impl Source {
    /// A source that was read as a whole.
    #[must_use]
    pub fn ok(name: &str, until: Option<Timestamp>) -> Self {
        Self {
            name: clean(name),
            until,
            ..Self::default()
        }
    }

    /// The same, with what should be known of it; the worse standing stays,
    /// and reasons come one after another.
    #[must_use]
    pub fn but(mut self, state: Standing, why: &str) -> Self {
        self.state = self.state.max(state);
        let why = clean(why);
        let all = match self.why.take() {
            Some(before) if before.contains(&why) => before,
            Some(before) => format!("{before}; {why}"),
            None => why,
        };
        self.why = Some(cut(&all, LONGEST, "…"));
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_worse_standing_stays_and_reasons_are_told_once() {
        let source = Source::ok("app", None)
            .but(Standing::Missing, "gone\u{1b}[31m")
            .but(Standing::Ok, "shallow")
            .but(Standing::Partial, "shallow");
        assert_eq!(source.state, Standing::Missing);
        assert_eq!(source.why.as_deref(), Some("gone[31m; shallow"));
    }
}
