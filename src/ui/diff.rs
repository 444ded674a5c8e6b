//! How one version of a file becomes another, as a unified diff for a person.

use std::ops::Range;

use imara_diff::{Algorithm, Diff, Hunk, InternedInput};

use crate::model::text::clean;

/// Lines that are shown before and after a change.
const CONTEXT: u32 = 3;

/// Changes between which few lines stand, with those around them.
#[derive(Debug)]
pub struct Part<'a> {
    /// The lines of the old version, those around the changes among them.
    pub old: Range<u32>,
    /// The same of the new one.
    pub new: Range<u32>,
    /// The changes, in their order.
    pub changes: &'a [Hunk],
}

impl Part<'_> {
    /// The line of a unified diff that says where it stands.
    #[must_use]
    pub fn head(&self) -> String {
        format!("@@ -{} +{} @@", place(&self.old), place(&self.new))
    }
}

/// What changed from `old` to `new`, line by line.
#[must_use]
pub fn changes(old: &str, new: &str) -> Vec<Hunk> {
    let input = InternedInput::new(old, new);
    let mut diff = Diff::compute(Algorithm::Histogram, &input);
    diff.postprocess_lines(&input);
    diff.hunks().collect()
}

/// `changes` of a file that had `lines` lines, with up to `context` lines
/// before and after each.
pub fn parts(changes: &[Hunk], lines: u32, context: u32) -> impl Iterator<Item = Part<'_>> {
    let near = move |one: &Hunk, other: &Hunk| {
        other.before.start.saturating_sub(one.before.end) <= 2 * context
    };
    changes.chunk_by(near).filter_map(move |changes| {
        let (first, last) = (changes.first()?, changes.last()?);
        let before = first.before.start.min(context);
        let after = lines.saturating_sub(last.before.end).min(context);
        Some(Part {
            old: first.before.start - before..last.before.end + after,
            new: first.after.start - before..last.after.end + after,
            changes,
        })
    })
}

/// The diff from `old` to `new`, each called by its name. What is no text is
/// told by its size.
#[must_use]
pub fn unified(names: [&str; 2], old: &[u8], new: &[u8]) -> String {
    let head = format!("--- {}\n+++ {}\n", clean(names[0]), clean(names[1]));
    if [old, new].iter().any(|bytes| bytes.contains(&0)) {
        return format!("{head}(no text: {} bytes)\n", new.len());
    }
    let (old, new) = (String::from_utf8_lossy(old), String::from_utf8_lossy(new));
    let changes = changes(&old, &new);
    let old: Vec<&str> = old.split_inclusive('\n').collect();
    let new: Vec<&str> = new.split_inclusive('\n').collect();
    let end = u32::try_from(old.len()).unwrap_or(u32::MAX);
    let mut text = head;
    for part in parts(&changes, end, CONTEXT) {
        text += &(part.head() + "\n");
        let mut at = part.old.start;
        for change in part.changes {
            text += &lines(' ', &old, at..change.before.start);
            text += &lines('-', &old, change.before.clone());
            text += &lines('+', &new, change.after.clone());
            at = change.before.end;
        }
        text += &lines(' ', &old, at..part.old.end);
    }
    text
}

fn lines(sign: char, all: &[&str], range: Range<u32>) -> String {
    let shown = all.get(range.start as usize..range.end as usize);
    let shown = shown.unwrap_or_default().iter().map(|line| {
        let open = !line.ends_with('\n');
        let mark = if open {
            "\\ No newline at end of file\n"
        } else {
            ""
        };
        format!(
            "{sign}{}\n{mark}",
            clean(line.trim_end_matches(['\n', '\r']))
        )
    });
    shown.collect()
}

/// Where some lines stand, as a header of a unified diff has it.
fn place(lines: &Range<u32>) -> String {
    let count = lines.end.saturating_sub(lines.start);
    let first = lines.start + u32::from(count > 0);
    match count {
        1 => first.to_string(),
        _ => format!("{first},{count}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_is_shown_with_what_stands_around_it() {
        let text = unified(
            ["a", "b"],
            b"1\n2\n3\n4\n5\nlast",
            b"1\n2\n3\n4\n5\nlast\nnew\n",
        );
        insta::assert_snapshot!(text, @r"
        --- a
        +++ b
        @@ -3,4 +3,5 @@
         3
         4
         5
        -last
        \ No newline at end of file
        +last
        +new
        ");
    }

    #[test]
    fn what_is_no_text_is_told_by_its_size() {
        assert!(unified(["a", "b"], b"", b"\0\0").ends_with("(no text: 2 bytes)\n"));
    }
}
