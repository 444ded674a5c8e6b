//! Texts from outside as the values of labels: clean, short, and as many
//! different ones as there were. Pure.

use crate::model::text::clean;

/// Characters of a value.
const LONGEST: usize = 128;

/// `text` as a label's value. Its quotes, backslashes and lines are escaped
/// where it is written. Where cleaning or cutting changed it, a hash of all of
/// it is added, so that two texts never become one series.
pub(super) fn label(text: &str) -> String {
    let plain = clean(text);
    if plain == text && plain.chars().count() <= LONGEST {
        return plain;
    }
    let short: String = plain.chars().take(LONGEST).collect();
    // FNV-1a.
    let hash = text.bytes().fold(0x811c_9dc5_u32, |hash, byte| {
        (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193)
    });
    format!("{short}~{hash:08x}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plain_text_stays_and_any_other_is_told_apart() {
        assert_eq!(label("/mnt/a \"b\" \\c"), "/mnt/a \"b\" \\c");
        let hidden = ["/mnt/a", "/mnt/a\u{202e}", "/mnt/a\u{1b}"].map(label);
        assert!(hidden.iter().all(|text| text.starts_with("/mnt/a")));
        assert!(hidden[0] != hidden[1] && hidden[1] != hidden[2] && hidden[0] != hidden[2]);
        let long = ["a", "b"].map(|end| label(&format!("{}{end}", "é".repeat(200))));
        assert_ne!(long[0], long[1]);
        assert!(long.iter().all(|text| text.chars().count() == LONGEST + 9));
    }
}
