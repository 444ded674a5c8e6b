//! Patterns of file names: what of them is fixed, and what they may match.

/// A piece of a pattern of one name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Piece {
    /// `*`: any characters, or none.
    Any,
    /// `?` or `[…]`: one character. A set counts as any, so that doubt is on
    /// the side of the files.
    One,
    /// A character that stands for itself.
    Fixed(char),
}

/// Characters of a pattern that stand for themselves.
pub(super) fn fixed(pattern: &str) -> usize {
    pieces(pattern)
        .iter()
        .filter(|piece| matches!(piece, Piece::Fixed(_)))
        .count()
}

/// Whether a pattern may match a name.
pub(super) fn matches(pattern: &str, name: &str) -> bool {
    let name: Vec<char> = name.chars().collect();
    // reached[n]: the pieces so far match the first n characters.
    let mut reached = vec![false; name.len() + 1];
    if let Some(none) = reached.first_mut() {
        *none = true;
    }
    for piece in pieces(pattern) {
        if piece == Piece::Any {
            let from = reached
                .iter()
                .position(|&reached| reached)
                .unwrap_or(reached.len());
            reached
                .iter_mut()
                .skip(from)
                .for_each(|reached| *reached = true);
            continue;
        }
        let steps = reached
            .iter()
            .zip(&name)
            .map(|(&reached, &c)| reached && (piece == Piece::One || piece == Piece::Fixed(c)));
        reached = std::iter::once(false).chain(steps).collect();
    }
    reached.last() == Some(&true)
}

fn pieces(pattern: &str) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut rest = pattern.chars();
    while let Some(c) = rest.next() {
        pieces.push(match c {
            '*' => Piece::Any,
            '?' => Piece::One,
            '[' => match after_set(rest.as_str()) {
                Some(after) => {
                    rest = after.chars();
                    Piece::One
                }
                None => Piece::Fixed(c),
            },
            _ => Piece::Fixed(c),
        });
    }
    pieces
}

/// What follows a set whose opening bracket was just read, if it is closed.
fn after_set(inner: &str) -> Option<&str> {
    let members = inner.strip_prefix(['!', '^']).unwrap_or(inner);
    // A bracket right after the opening is a member.
    let members = members.strip_prefix(']').unwrap_or(members);
    members.split_once(']').map(|(_, after)| after)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_set_may_hold_its_own_bracket() {
        assert_eq!(fixed("a[]b]cd*"), 3);
        assert_eq!(fixed("a[!]b]cd"), 3);
        assert_eq!(fixed("a[bcd"), 5);
    }

    #[test]
    fn a_pattern_matches_whole_names() {
        for (pattern, name) in [
            ("", ""),
            ("*", ""),
            ("a*", "abc"),
            ("*c", "abc"),
            ("a?c", "abc"),
            ("[xyz]bc", "abc"),
        ] {
            assert!(matches(pattern, name), "{pattern} {name}");
        }
        for (pattern, name) in [
            ("", "a"),
            ("?", ""),
            ("a", "ab"),
            ("b*", "abc"),
            ("a?c", "ac"),
            ("*d", "abc"),
        ] {
            assert!(!matches(pattern, name), "{pattern} {name}");
        }
    }

    proptest! {
        #[test]
        fn a_name_with_anything_inside_is_still_matched(a in "[a-z]{0,5}", b in "[a-z無]{0,5}", c in "[a-z]{0,5}") {
            let pattern = format!("{a}*{c}");
            let name = format!("{a}{b}{c}");
            prop_assert!(matches(&pattern, &name));
        }

        #[test]
        fn no_pattern_takes_for_ever(pattern in "[*a?\\[\\]!]{0,300}") {
            let _ = matches(&pattern, &"a".repeat(300));
        }
    }
}
