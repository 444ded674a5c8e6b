//! What a label says behind its emoji.

use super::super::super::text::clean;

/// A label in lower case, from its first letter or digit on:
/// `🔥 priority:P0-Critical` is `priority:p0-critical`.
#[must_use]
pub fn plain(label: &str) -> String {
    let label = clean(label);
    let words = label.trim_start_matches(|c: char| !c.is_alphanumeric());
    words.trim_end().to_lowercase()
}

/// How urgent a label says something is: 0 for `P0` to 3 for `P3`, written
/// `P1`, `P1-High` or `priority:P1-High`, and 0 to 3 for `severity:Sev.1` to
/// `severity:Sev.4`.
#[must_use]
pub fn priority(label: &str) -> Option<u8> {
    let plain = plain(label);
    let (rest, first) = match plain.split_once(':') {
        Some(("priority", rest)) => (rest.trim_start().strip_prefix('p')?, 0),
        Some(("severity", rest)) => {
            let rest = rest.trim_start().strip_prefix("sev")?;
            (rest.strip_prefix('.').unwrap_or(rest), 1)
        }
        Some(_) => return None,
        None => (plain.strip_prefix('p')?, 0),
    };
    let mut rest = rest.chars();
    let number = u8::try_from(rest.next()?.to_digit(10)?).ok()?;
    let ends = rest.next().is_none_or(|c| !c.is_alphanumeric());
    let level = number.checked_sub(first)?;
    (ends && level < 4).then_some(level)
}

/// The most urgent of these labels.
#[must_use]
pub fn most_urgent(labels: &[String]) -> Option<u8> {
    labels.iter().filter_map(|label| priority(label)).min()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_label_is_read_behind_its_emoji() {
        let told = [
            ("🔥 priority:P0-Critical", Some(0)),
            ("⚠️ priority:P1-High", Some(1)),
            ("P2-Medium", Some(2)),
            ("📝 P3-Low", Some(3)),
            ("priority: p1", Some(1)),
            ("P0", Some(0)),
            ("🚨 severity:Sev.1-Critical", Some(0)),
            ("severity:Sev.4", Some(3)),
            ("severity:Sev.0", None),
            ("p4", None),
            ("p1st", None),
            ("p10", None),
            ("python", None),
            ("state:p1", None),
            ("📥 state:pending", None),
            ("🔥", None),
            ("", None),
            ("\u{202e}P1\u{1b}", Some(1)),
        ];
        for (label, expected) in told {
            assert_eq!(priority(label), expected, "{label}");
        }
        let labels = ["P2".to_owned(), "bug".to_owned(), "P1".to_owned()];
        assert_eq!(most_urgent(&labels), Some(1));
    }
}
