//! How a broken file differs from its last good version, without what may be
//! secret. Pure.

use std::time::Duration;

use similar::{Change, ChangeTag, TextDiff};

/// How long the best difference is searched for; then a good one will do.
const LIMIT: Duration = Duration::from_millis(300);
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
    let lines_of = |text| str::split_inclusive(text, '\n').collect::<Vec<&str>>();
    let (olds, news) = (lines_of(&good), lines_of(&broken));
    let diff = TextDiff::configure()
        .timeout(LIMIT)
        .diff_slices(&olds, &news);
    let (old, new) = (hidden(&good), hidden(&broken));
    let mut lines = vec!["--- good".to_owned(), "+++ broken".to_owned()];
    let mut unified = diff.unified_diff();
    for hunk in unified.context_radius(2).iter_hunks() {
        lines.push(hunk.header().to_string());
        let at = |index: Option<usize>, of: &[bool]| {
            index.is_some_and(|at| of.get(at).copied().unwrap_or(true))
        };
        let changes: Vec<_> = hunk.iter_changes().collect();
        // What took the place of a secret may hold the rest of it.
        let together = |one: &Change<_>, other: &Change<_>| {
            one.tag() != ChangeTag::Equal && other.tag() != ChangeTag::Equal
        };
        for run in changes.chunk_by(together) {
            let hides = run
                .iter()
                .any(|one| at(one.old_index(), &old) || at(one.new_index(), &new));
            for change in run {
                let text = if hides { HIDDEN } else { change.value() };
                lines.push(format!("{}{}", change.tag(), text.trim_end_matches('\n')));
            }
        }
    }
    if lines.len() > LINES {
        lines.truncate(LINES);
        lines.push("(and more)".to_owned());
    }
    lines.join("\n") + "\n"
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
