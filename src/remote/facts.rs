//! The lines of an answer, and what single ones of them say. They are another
//! machine's, so nothing about them is believed.

use crate::model::proc::number;
use crate::model::reading::Reading;
use crate::model::text::{clean, cut};

/// Lines of an answer that are looked at.
const MOST_LINES: usize = 4096;

/// Bytes of a line that is looked at.
const LONGEST_LINE: usize = 8192;

/// Characters of a name, such as a session's.
const LONGEST_NAME: usize = 256;

/// More seconds, bytes or ticks than there can be.
pub(super) const TOO_MANY: u64 = 1 << 60;

/// A century in seconds: no machine is up longer.
const CENTURY: u64 = 3_155_760_000;

/// The lines of one answer, in their order.
#[derive(Debug)]
pub(super) struct Facts<'a> {
    lines: Vec<&'a [u8]>,
    complete: bool,
}

impl<'a> Facts<'a> {
    pub(super) fn new(text: &'a [u8], complete: bool) -> Self {
        // The last line of an answer that stopped may lack its end.
        let whole = match text.iter().rposition(|byte| *byte == b'\n') {
            _ if complete => text,
            Some(end) => text.get(..end).unwrap_or_default(),
            None => &[],
        };
        let lines = whole
            .split(|byte| *byte == b'\n')
            .filter(|line| line.len() <= LONGEST_LINE)
            .take(MOST_LINES)
            .collect();
        Self { lines, complete }
    }

    pub(super) fn complete(&self) -> bool {
        self.complete
    }

    pub(super) fn lines(&self) -> impl Iterator<Item = &'a [u8]> {
        self.lines.iter().copied()
    }

    /// The values of `key`, in their order.
    pub(super) fn all(&self, key: &str) -> impl Iterator<Item = &'a [u8]> {
        self.lines().filter_map(move |line| value(line, key))
    }

    /// The first value of `key`; what is said again does not count.
    pub(super) fn first(&self, key: &str) -> Option<&'a [u8]> {
        self.all(key).next()
    }

    /// [`Self::first`] as text.
    pub(super) fn text(&self, key: &str) -> Option<String> {
        self.first(key)
            .map(|value| String::from_utf8_lossy(value).into_owned())
    }

    /// All values of `key` as the lines of one text; `None` when there is none.
    pub(super) fn joined(&self, key: &str) -> Option<String> {
        let lines: Vec<&[u8]> = self.all(key).collect();
        (!lines.is_empty()).then(|| String::from_utf8_lossy(&lines.join(&b'\n')).into_owned())
    }

    /// The reading of something that the answer does not hold.
    pub(super) fn missing<T>(&self) -> Reading<T> {
        Reading::failed(if self.complete {
            "not in the answer"
        } else {
            "no answer in time"
        })
    }
}

/// What stands behind `key=`.
pub(super) fn value<'a>(line: &'a [u8], key: &str) -> Option<&'a [u8]> {
    line.strip_prefix(key.as_bytes())?.strip_prefix(b"=")
}

/// Another machine's words in an error: one clean line of at most 80 columns
/// and characters, for there are characters without a column.
pub(super) fn short(text: &str) -> String {
    let few: String = clean(text).trim().chars().take(81).collect();
    let cut = cut(&few, 80, "…");
    cut.chars().take(80).collect()
}

/// A value that is not what it should be.
pub(super) fn odd<T>(what: &str, text: &str) -> Reading<T> {
    Reading::Failed(short(&format!("{what}: not understood: {}", clean(text))))
}

/// A name as it came, of bounded length: raw, so hostile until cleaned.
pub(super) fn name(bytes: &[u8]) -> String {
    let start = bytes.get(..4 * LONGEST_NAME).unwrap_or(bytes);
    String::from_utf8_lossy(start)
        .chars()
        .take(LONGEST_NAME)
        .collect()
}

/// Digits with at most one point among them: no sign, no exponent, no `nan`.
pub(super) fn decimal(text: &str) -> Option<f64> {
    let plain = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let (whole, part) = text.split_once('.').unwrap_or((text, "0"));
    let digits = plain(whole) && plain(part) && !whole.is_empty() && !part.is_empty();
    text.parse().ok().filter(|_| digits && text.len() <= 20)
}

/// A load average, to two decimals.
pub(super) fn load(text: &str) -> Option<f64> {
    decimal(text)
        .filter(|load| *load <= 1_000_000.0)
        .map(|load| (load * 100.0).round() / 100.0)
}

/// Seconds since boot, a possible number of them.
pub(super) fn seconds(text: &str) -> Option<u64> {
    let whole = text.split('.').next().unwrap_or_default();
    decimal(text)?;
    number(whole).filter(|seconds| *seconds <= CENTURY)
}

/// Uptime in seconds as `uptime` words it, in any of its wordings:
///
/// ```text
///  12:34:56 up 3 days,  4:05,  load average: 1.23, 1.45, 1.60
/// ```
pub(super) fn worded_uptime(text: &str) -> Option<u64> {
    let (_, after) = text.split_once("up ")?;
    let mut words = after
        .split([' ', ','])
        .filter(|word| !word.is_empty())
        .peekable();
    let mut total: Option<u64> = None;
    while let Some(word) = words.next() {
        let seconds = if let Some((hours, minutes)) = word.split_once(':') {
            let hours = number(hours)?.checked_mul(3600)?;
            hours.checked_add(number(minutes)?.checked_mul(60)?)?
        } else if let Some(count) = number(word) {
            let unit = match words.peek()?.trim_end_matches('s') {
                "day" => 86_400,
                "hr" | "hour" => 3600,
                "min" | "minute" => 60,
                "sec" | "second" => 1,
                _ => break,
            };
            words.next();
            count.checked_mul(unit)?
        } else {
            break;
        };
        total = Some(total.unwrap_or(0).checked_add(seconds)?);
    }
    total.filter(|seconds| *seconds <= CENTURY)
}

/// The first load average as `uptime` words it.
pub(super) fn worded_load(text: &str) -> Option<f64> {
    let (_, after) = text.split_once("load average")?;
    let (_, after) = after.split_once(':')?;
    load(
        after
            .split([' ', ','])
            .find(|word| !word.is_empty())
            .unwrap_or_default(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_plain_numbers_are_numbers() {
        for bad in [
            "",
            "nan",
            "inf",
            "-1",
            "+5",
            "1e400",
            "1e1",
            ".5",
            "5.",
            "1.2.3",
            "0x1",
            " 1",
            "9999999",
            "123456789012345678901",
        ] {
            assert_eq!(load(bad), None, "{bad:?}");
        }
        assert_eq!(load("0.126"), Some(0.13));
        assert_eq!(seconds("86400.99"), Some(86_400));
        assert_eq!(seconds("99999999999"), None);
    }

    #[test]
    fn uptime_is_understood_in_its_wordings() {
        let texts = [
            (
                " 12:34:56 up 3 days,  4:05,  load average: 1.23, 1.45, 1.60",
                273_900,
                1.23,
            ),
            (
                " 17:22:46 up 16 min,  0 users,  load average: 0.54, 0.28, 0.12",
                960,
                0.54,
            ),
            (
                "13:45  up 1 day, 2 hrs, 2 users, load averages: 1.52 1.61 1.70",
                93_600,
                1.52,
            ),
            (
                "13:45  up 30 secs, 1 user, load averages: 2.00 1.00 0.50",
                30,
                2.0,
            ),
        ];
        for (text, seconds, load) in texts {
            assert_eq!(worded_uptime(text), Some(seconds), "{text}");
            assert_eq!(worded_load(text), Some(load), "{text}");
        }
        for bad in [
            "",
            "up",
            "up ",
            "up x",
            "up 99999999999999999999 days",
            "up 9:x",
        ] {
            assert_eq!(worded_uptime(bad), None, "{bad}");
            assert_eq!(worded_load(bad), None, "{bad}");
        }
    }

    #[test]
    fn the_last_line_of_an_answer_that_stopped_is_left_out() {
        let facts = Facts::new(b"a=1\na=2\nuptime=19", false);
        assert_eq!(facts.first("a"), Some(&b"1"[..]));
        assert_eq!(facts.first("uptime"), None);
        assert_eq!(
            Facts::new(b"uptime=19", true).text("uptime"),
            Some("19".to_owned())
        );
    }
}
