//! Why a value cannot be taken, until it is known where it stands.

use toml::de::DeValue;

use super::words::{self, echoed, nearest};

/// Why a value cannot be taken.
#[derive(Debug)]
pub(super) struct Wrong {
    part: Option<String>,
    says: Says,
    hint: Option<String>,
}

#[derive(Debug)]
enum Says {
    /// The value has the right type, but must be this.
    Must(String),
    /// The value must be of this type.
    Type(String),
    /// The whole predicate; says nothing of the value itself.
    That(String),
}

impl Wrong {
    /// "… is VALUE, but must be RULE".
    pub(super) fn must(rule: impl Into<String>) -> Self {
        Self {
            part: None,
            says: Says::Must(rule.into()),
            hint: None,
        }
    }

    /// "… is the integer VALUE, but must be RULE".
    pub(super) fn kind(rule: impl Into<String>) -> Self {
        Self {
            says: Says::Type(rule.into()),
            ..Self::must("")
        }
    }

    /// "… PREDICATE", without the value: for secrets and for relations.
    pub(super) fn that(predicate: impl Into<String>) -> Self {
        Self {
            says: Says::That(predicate.into()),
            ..Self::must("")
        }
    }

    /// Names the part of the value that is meant: "`$FOO` in …".
    pub(super) fn of(self, part: &str) -> Self {
        Self {
            part: Some(echoed(part)),
            ..self
        }
    }

    /// "`PART` in ", or nothing.
    pub(super) fn part(&self) -> String {
        self.part
            .as_ref()
            .map(|part| format!("`{part}` in "))
            .unwrap_or_default()
    }

    /// The predicate of the sentence about this value.
    pub(super) fn says(&self, value: Option<&DeValue<'_>>) -> String {
        let (rule, shown) = match &self.says {
            Says::That(predicate) => return predicate.clone(),
            Says::Must(rule) => (rule, value.map(words::plain)),
            Says::Type(rule) => (rule, value.map(words::typed)),
        };
        match shown {
            Some(shown) => format!("is {shown}, but must be {rule}"),
            None => format!("must be {rule}"),
        }
    }

    /// What mends it.
    pub(super) fn mended_by(self) -> Option<String> {
        self.hint
    }

    /// Says what mends it.
    pub(super) fn hint(self, hint: impl Into<String>) -> Self {
        Self {
            hint: Some(hint.into()),
            ..self
        }
    }

    /// Suggests the known word nearest to `given`, if one is near.
    pub(super) fn suggest<'w>(self, given: &str, known: impl IntoIterator<Item = &'w str>) -> Self {
        match nearest(given, known) {
            Some(word) => self.hint(format!("did you mean `{word}`?")),
            None => self,
        }
    }
}
