//! Values of a file as words in a message: cleaned, cut, and put into lists.

use toml::de::DeValue;

use crate::model::text;

/// Columns of the file's own text in a message.
const ECHOED: usize = 60;

/// Text from the file, safe for a terminal and short enough for a line.
pub(super) fn echoed(raw: &str) -> String {
    text::cut(&text::clean(raw), ECHOED, "…")
}

/// A value as the file has it: `5`, `"5m"`.
pub(super) fn plain(value: &DeValue<'_>) -> String {
    match value {
        DeValue::String(text) => format!("\"{}\"", echoed(text)),
        DeValue::Integer(number) => echoed(&number.to_string()),
        DeValue::Float(number) => echoed(&number.to_string()),
        DeValue::Boolean(truth) => truth.to_string(),
        DeValue::Datetime(time) => time.to_string(),
        DeValue::Array(_) => "an array".into(),
        DeValue::Table(_) => "a table".into(),
    }
}

/// A value with the name of its type: `the integer 5`.
pub(super) fn typed(value: &DeValue<'_>) -> String {
    let kind = match value {
        DeValue::Array(_) | DeValue::Table(_) => return plain(value),
        DeValue::String(_) => "text",
        DeValue::Integer(_) => "integer",
        DeValue::Float(_) => "float",
        DeValue::Boolean(_) => "boolean",
        DeValue::Datetime(_) => "date",
    };
    format!("the {kind} {}", plain(value))
}

/// `a`, `a or b`, `a, b or c`.
pub(super) fn alternatives(words: &[String]) -> String {
    match words {
        [] => String::new(),
        [only] => only.clone(),
        [most @ .., last] => format!("{} or {last}", most.join(", ")),
    }
}

/// The known word that `given` most likely is a slip of.
pub fn nearest<'w>(given: &str, known: impl IntoIterator<Item = &'w str>) -> Option<&'w str> {
    let given = given.to_lowercase();
    let length = given.chars().count();
    // One slip in three letters is still a slip; more is another word.
    let slips = (length / 3).max(1);
    known
        .into_iter()
        .filter(|word| word.chars().count().abs_diff(length) <= slips)
        .map(|word| {
            (
                strsim::damerau_levenshtein(&given, &word.to_lowercase()),
                word,
            )
        })
        .filter(|&(distance, word)| distance <= slips && distance < word.chars().count())
        .min_by_key(|&(distance, _)| distance)
        .map(|(_, word)| word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_finds_its_word_and_another_word_finds_none() {
        let known = ["health_every", "heal_every", "predict_every"];
        assert_eq!(nearest("helth_every", known), Some("health_every"));
        assert_eq!(nearest("HEALTH_EVERY", known), Some("health_every"));
        assert_eq!(nearest("colour", known), None);
        assert_eq!(nearest("", known), None);
        assert_eq!(nearest("x", ["y"]), None);
    }

    #[test]
    fn the_last_alternative_is_joined_by_or() {
        let words =
            |words: &[&str]| alternatives(&words.iter().map(|w| (*w).into()).collect::<Vec<_>>());
        assert_eq!(words(&["a"]), "a");
        assert_eq!(words(&["a", "b", "c"]), "a, b or c");
    }

    #[test]
    fn what_is_echoed_is_clean_and_short() {
        assert_eq!(echoed("a\u{1b}[31m\u{202e}b"), "a[31mb");
        assert_eq!(text::width(&echoed(&"x".repeat(500))), ECHOED);
    }
}
