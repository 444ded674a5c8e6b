//! The one block that we put into somebody's file, and taking exactly it out
//! again. Files are bytes here: line ends, marks and encoding stay theirs.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::manifest::Inserted;

/// How much is kept of what stands around a block, in bytes.
const AROUND: usize = 64;
/// The mark that some editors put before UTF-8.
const BOM: &[u8] = b"\xef\xbb\xbf";

/// The whole block for `target` around `lines`, with `\n` at each end.
#[must_use]
pub fn block(target: &str, lines: &str) -> String {
    format!(
        "# >>> mamori setup {target} (mamori setup {target} --undo removes this)\n{lines}# <<< mamori\n"
    )
}

/// Puts `block` into `bytes` before the line that begins at `before`, or at
/// their end. What came of it, and what was put there.
#[must_use]
pub fn insert(bytes: &[u8], block: &str, before: Option<usize>) -> (Vec<u8>, Inserted) {
    let ending = if crlf(bytes) { "\r\n" } else { "\n" };
    let block = block.replace('\n', ending);
    let at = before.unwrap_or(bytes.len()).min(bytes.len());
    let (start, end) = bytes.split_at(at);
    let open = !start.is_empty() && start != BOM && !start.ends_with(b"\n");
    // A backslash at its end joins a line with the next one.
    let line = start.strip_suffix(b"\n").unwrap_or(start);
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    let joined = line.ends_with(b"\\");
    let lead = ending.repeat(usize::from(open) + usize::from(joined));
    let new = [start, lead.as_bytes(), block.as_bytes(), end].concat();
    let tail = start.len().saturating_sub(AROUND);
    let around = [
        start.get(tail..).unwrap_or_default(),
        end.get(..AROUND.min(end.len())).unwrap_or_default(),
    ];
    let inserted = Inserted {
        at: at as u64,
        lead,
        block,
        around: around.map(|bytes| STANDARD.encode(bytes)),
    };
    (new, inserted)
}

/// `bytes` without the block, wherever it is by now; `None` unless it is there
/// whole and once. The end of the line before it goes, too, unless somebody
/// wrote on behind the block.
#[must_use]
pub fn remove(bytes: &[u8], inserted: &Inserted) -> Option<Vec<u8>> {
    let block = inserted.block.as_bytes();
    if block.is_empty() {
        return None;
    }
    let mut places = bytes
        .windows(block.len())
        .enumerate()
        .filter(|(_, window)| *window == block)
        .map(|(at, _)| at);
    let (Some(at), None) = (places.next(), places.next()) else {
        return None;
    };
    let (start, rest) = bytes.split_at(at);
    // Behind something that is no line's end it is not what we wrote.
    if !(start.is_empty() || start == BOM || start.ends_with(b"\n")) {
        return None;
    }
    let end = rest.get(block.len()..).unwrap_or_default();
    let start = match start.strip_suffix(inserted.lead.as_bytes()) {
        Some(start) if end.is_empty() => start,
        _ => start,
    };
    Some([start, end].concat())
}

/// What the bytes are without the block, `after` which they are `bytes`: the
/// place is known, so what stood there comes back to the byte.
#[must_use]
pub fn without(bytes: &[u8], inserted: &Inserted) -> Option<Vec<u8>> {
    let at = usize::try_from(inserted.at).ok()?;
    let (start, rest) = bytes.split_at_checked(at)?;
    let rest = rest.strip_prefix(inserted.lead.as_bytes())?;
    let rest = rest.strip_prefix(inserted.block.as_bytes())?;
    Some([start, rest].concat())
}

/// What is left of a block of ours that is not whole, if anything is: for a
/// person to look at.
#[must_use]
pub fn remains(bytes: &[u8]) -> Option<String> {
    let text = String::from_utf8_lossy(bytes);
    let lines: Vec<&str> = text.lines().collect();
    let place = |mark: &str| lines.iter().position(|line| line.starts_with(mark));
    let (first, last) = (place("# >>> mamori setup"), place("# <<< mamori"));
    let from = first.or_else(|| Some(last?.saturating_sub(1)))?;
    let to = last.filter(|last| *last >= from && last - from < 8);
    let shown = lines.get(from..=to.unwrap_or(from));
    Some(shown.unwrap_or_default().join("\n"))
}

/// Whether the first line ends as Windows ends it.
fn crlf(bytes: &[u8]) -> bool {
    let first = bytes.iter().position(|byte| *byte == b'\n');
    first.is_some_and(|at| at > 0 && bytes.get(at - 1) == Some(&b'\r'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn ours() -> String {
        block("tmux", "run-shell x\n")
    }

    #[test]
    fn line_ends_stay_what_they_are() {
        let (new, inserted) = insert(b"a\r\nb", &ours(), None);
        assert!(new.starts_with(b"a\r\nb\r\n# >>> mamori setup tmux"));
        assert!(new.ends_with(b"x\r\n# <<< mamori\r\n"));
        assert_eq!(remove(&new, &inserted).unwrap(), b"a\r\nb");
        let (new, _) = insert(BOM, &ours(), None);
        assert_eq!(new, [BOM, ours().as_bytes()].concat());
        let (new, inserted) = insert(b"a \\\n", &ours(), None);
        assert!(new.starts_with(b"a \\\n\n# >>>"));
        assert_eq!(remove(&new, &inserted).unwrap(), b"a \\\n");
    }

    #[test]
    fn half_a_block_and_two_blocks_are_left_alone() {
        let (new, inserted) = insert(b"a\n", &ours(), None);
        assert_eq!(
            remove(&[new.clone(), new.clone()].concat(), &inserted),
            None
        );
        assert_eq!(remove(&new[..new.len() - 2], &inserted), None);
        assert_eq!(remove(b"# <<< mamori\n", &inserted), None);
        let glued = [b"x".as_slice(), ours().as_bytes()].concat();
        assert_eq!(remove(&glued, &inserted), None);
        assert!(
            remains(&new)
                .unwrap()
                .ends_with("run-shell x\n# <<< mamori")
        );
    }

    proptest! {
        #[test]
        fn what_was_put_in_comes_out_again(bytes in any::<Vec<u8>>(), at in any::<prop::sample::Index>()) {
            let lines: Vec<usize> = bytes.iter().enumerate()
                .filter(|(_, byte)| **byte == b'\n').map(|(at, _)| at + 1).collect();
            let before = (!lines.is_empty()).then(|| lines[at.index(lines.len().max(1))]);
            let (new, inserted) = insert(&bytes, &ours(), before);
            prop_assert_eq!(without(&new, &inserted), Some(bytes.clone()));
            if before.is_none() {
                prop_assert_eq!(remove(&new, &inserted), Some(bytes));
            }
        }

        /// Whatever people write before and behind the block outlives it.
        #[test]
        fn edits_around_the_block_survive(
            bytes in any::<Vec<u8>>(), before in "[a-z\n]{0,9}", behind in "[a-z\r\n]{1,9}",
        ) {
            let (new, inserted) = insert(&bytes, &ours(), None);
            let edited = [before.as_bytes(), b"\n", &new, behind.as_bytes()].concat();
            let expected = [before.as_bytes(), b"\n", &bytes, inserted.lead.as_bytes(), behind.as_bytes()].concat();
            prop_assert_eq!(remove(&edited, &inserted), Some(expected));
        }
    }
}
