//! How a broken file differs from its last good version, without what may be
//! secret. Pure.

use std::ops::Range;

use crate::ui::diff;

/// Lines that are shown before and after a change.
const CONTEXT: u32 = 2;
/// Lines of a difference that are kept.
const LINES: usize = 2_000;
/// What names a secret.
const SECRET: &[&str] = &[
    "token",
    "passw",
    "passphrase",
    "secret",
    "key",
    "credential",
    "auth",
    "bearer",
    "cookie",
    "pwd",
    "webhook",
];
const HIDDEN: &str = "(hidden: it may name a secret)";

/// A unified diff of the good and the broken version.
#[must_use]
pub fn unified(good: &[u8], broken: &[u8]) -> String {
    if broken.contains(&0) {
        let size = broken.len();
        return format!("the broken version is no text: {size} bytes, NUL among them\n");
    }
    let (good, broken) = (
        String::from_utf8_lossy(good),
        String::from_utf8_lossy(broken),
    );
    let changes = diff::changes(&good, &broken);
    let (old, new) = (&Side::of(&good), &Side::of(&broken));
    let mut lines = vec!["--- good".to_owned(), "+++ broken".to_owned()];
    for part in diff::parts(&changes, old.len(), CONTEXT) {
        lines.push(part.head());
        let (mut at, mut to) = (part.old.start, part.new.start);
        // What stands in both may name a secret in one of them alone.
        let context = |from: u32, end: u32, to: u32| {
            (from..end).flat_map(move |line| {
                let there = to + (line - from);
                old.lines(' ', line..line + 1, new.hides(&(there..there + 1)))
            })
        };
        for change in part.changes {
            lines.extend(context(at, change.before.start, to));
            // What took the place of a secret may hold the rest of it.
            let hides = old.hides(&change.before) || new.hides(&change.after);
            lines.extend(old.lines('-', change.before.clone(), hides));
            lines.extend(new.lines('+', change.after.clone(), hides));
            (at, to) = (change.before.end, change.after.end);
        }
        lines.extend(context(at, part.old.end, to));
    }
    if lines.len() > LINES {
        lines.truncate(LINES);
        lines.push("(and more)".to_owned());
    }
    lines.join("\n") + "\n"
}

/// One version's lines, and which of them are not shown.
struct Side<'a> {
    lines: Vec<&'a str>,
    hidden: Vec<bool>,
}

impl<'a> Side<'a> {
    fn of(text: &'a str) -> Self {
        Self {
            lines: text.split_inclusive('\n').collect(),
            hidden: hidden(text),
        }
    }

    fn len(&self) -> u32 {
        u32::try_from(self.lines.len()).unwrap_or(u32::MAX)
    }

    fn hides(&self, lines: &Range<u32>) -> bool {
        let mut hidden = lines.clone().map(|at| self.hidden.get(at as usize));
        hidden.any(|hidden| hidden.copied().unwrap_or(true))
    }

    fn lines(&self, mark: char, lines: Range<u32>, hides: bool) -> impl Iterator<Item = String> {
        lines.map(move |at| {
            let line = self.lines.get(at as usize).copied().unwrap_or_default();
            let hides = hides || self.hides(&(at..at + 1));
            let text = if hides { HIDDEN } else { line };
            format!("{mark}{}", text.trim_end_matches('\n'))
        })
    }
}

/// Which lines of a text may hold a secret: those that name one, and the next
/// where such a line goes on.
fn hidden(text: &str) -> Vec<bool> {
    let goes_on = [
        "=", ":", "\\", ",", "[", "(", "{", "\"\"\"", "'''", "|", ">",
    ];
    let mut open = false;
    let hides = |line: &str| {
        let hides = open || secret(line);
        let end = line.trim_end();
        open = hides && goes_on.iter().any(|mark| end.ends_with(mark));
        hides
    };
    text.split_inclusive('\n').map(hides).collect()
}

/// Whether a text may hold a secret: it names one, or an address with a
/// password in it, or has a word as long as no person writes.
#[must_use]
pub fn secret(text: &str) -> bool {
    let lower = text.to_lowercase();
    let address = lower.split_once("://").is_some_and(|(_, rest)| {
        let host = rest.split(['/', ' ', '"', '\'']).next();
        host.is_some_and(|host| host.contains('@'))
    });
    let long = |word: &str| {
        let plain = |c: char| c.is_ascii_alphanumeric() || "+=_-".contains(c);
        word.len() >= 32 && word.chars().all(plain) && word.chars().any(|c| c.is_ascii_digit())
    };
    let words = text.split(|c: char| c.is_whitespace() || "\"'`,;:/.".contains(c));
    address || SECRET.iter().any(|word| lower.contains(word)) || words.into_iter().any(long)
}

/// Whether a file holds a private key, which is never copied anywhere.
#[must_use]
pub fn private_key(bytes: &[u8]) -> bool {
    let marks: [&[u8]; 3] = [
        b"PRIVATE KEY-----",
        b"PRIVATE KEY BLOCK-----",
        b"PuTTY-User-Key-File-",
    ];
    marks
        .iter()
        .any(|mark| bytes.windows(mark.len()).any(|part| part == *mark))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_not_in_a_diff() {
        let good =
            "port = 1\nname = \"x\"\npassword = \"hunter2\"\n[api]\ntoken =\n  \"abc\"\nlast = 1\n";
        let broken = "<<<<<<< HEAD\n".to_owned() + good;
        let broken = broken
            .replace("hunter2\"", "hun")
            .replace("abc", "abd")
            .replace("port = 1", "port =")
            + "url = \"https://ann:s3same@host/x\"\n\
               aws = \"AKIA0123456789ABCDEF0123456789ABCDEF\"\nAuthorization: x\n";
        let diff = unified(good.as_bytes(), broken.as_bytes());
        for secret in ["hunter", "abc", "abd", "s3same", "AKIA", "Authorization"] {
            assert!(!diff.contains(secret), "{secret}: {diff}");
        }
        assert!(diff.starts_with("--- good\n+++ broken\n@@ -1,"), "{diff}");
        assert!(
            diff.contains("-port = 1\n+<<<<<<< HEAD\n+port =\n"),
            "{diff}"
        );
        assert!(diff.contains(&format!("-{HIDDEN}\n+{HIDDEN}\n")), "{diff}");
    }

    #[test]
    fn what_names_a_secret_in_one_version_alone_hides_what_stands_in_both() {
        for (good, broken) in [
            (
                "list = [\n  \"hunter2\",\n]\n",
                "tokens = [\n  \"hunter2\",\n]\n",
            ),
            ("a = 1\nhunter2\n", "a = 1\npassword =\nhunter2\n"),
            (
                "tokens = [\n  \"hunter2\",\n]\n",
                "list = [\n  \"hunter2\",\n]\n",
            ),
        ] {
            let diff = unified(good.as_bytes(), broken.as_bytes());
            assert!(!diff.contains("hunter2"), "{diff}");
        }
    }

    #[test]
    fn hunks_are_those_of_diff() {
        let lines: Vec<String> = (1..=30).map(|n| format!("line {n}")).collect();
        let good = lines.join("\n") + "\n";
        let broken = good
            .replace("line 3\n", "line three\n")
            .replace("line 8\n", "")
            .replace("line 20\n", "line 20\nmore\n");
        let diff = unified(good.as_bytes(), broken.as_bytes());
        let headers: Vec<&str> = diff.lines().filter(|line| line.starts_with("@@")).collect();
        assert_eq!(headers, ["@@ -1,10 +1,9 @@", "@@ -19,4 +18,5 @@"]);
        assert!(diff.contains("\n line 7\n-line 8\n line 9\n"), "{diff}");
        let whole = unified(b"", b"a\n");
        assert_eq!(whole, "--- good\n+++ broken\n@@ -0,0 +1 @@\n+a\n");
    }

    #[test]
    fn what_is_no_text_is_counted() {
        assert_eq!(
            unified(b"a", b"\0\0b"),
            "the broken version is no text: 3 bytes, NUL among them\n"
        );
        let random: Vec<u8> = (0..200_000_u32)
            .map(|at| {
                u8::try_from(at.wrapping_mul(2_654_435_761) >> 24)
                    .unwrap_or(1)
                    .max(1)
            })
            .collect();
        assert!(unified(b"a\nb\n", &random).lines().count() <= LINES + 1);
    }

    #[test]
    fn private_keys_are_known() {
        assert!(private_key(b"x\n-----BEGIN OPENSSH PRIVATE KEY-----\n"));
        assert!(private_key(b"-----BEGIN PGP PRIVATE KEY BLOCK-----\n"));
        assert!(private_key(b"PuTTY-User-Key-File-3: ssh-ed25519\n"));
        assert!(!private_key(b"-----BEGIN PUBLIC KEY-----\n"));
    }
}
