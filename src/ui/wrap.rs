//! Text broken into lines between its words.

use unicode_width::UnicodeWidthChar as _;

use crate::model::text::width;

/// `text` in lines of at most `columns`, broken between words, and within one
/// only where it is longer than a line. Nothing of it is lost but the space at
/// a break.
#[must_use]
pub fn wrapped(text: &str, columns: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split(' ') {
        let last = lines.last_mut();
        let used = last.as_ref().map_or(0, |line| width(line));
        match last {
            Some(line) if used > 0 && used + 1 + width(word) <= columns => {
                line.push(' ');
                line.push_str(word);
            }
            Some(line) if used == 0 && width(word) <= columns => line.push_str(word),
            _ => lines.extend(pieces(word, columns)),
        }
    }
    lines.retain(|line| !line.is_empty());
    lines
}

fn pieces(word: &str, columns: usize) -> Vec<String> {
    let mut pieces = vec![String::new()];
    let mut used = 0;
    for c in word.chars() {
        let taken = c.width().unwrap_or(0);
        if used + taken > columns && used > 0 {
            pieces.push(String::new());
            used = 0;
        }
        used += taken;
        if let Some(piece) = pieces.last_mut() {
            piece.push(c);
        }
    }
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn lines_break_between_words_and_long_words_where_they_must() {
        assert_eq!(
            wrapped("laptop no web: it exited with 7", 12),
            ["laptop no", "web: it", "exited with", "7"]
        );
        assert_eq!(
            wrapped("no /a/very/long/path here", 8),
            ["no", "/a/very/", "long/pat", "h here"]
        );
        assert_eq!(wrapped("無限 無限", 5), ["無限", "無限"]);
        assert_eq!(wrapped("", 5), [""; 0]);
    }

    proptest! {
        #[test]
        fn nothing_is_lost_and_no_line_is_too_long(text in "[a-z無 ]{0,60}", columns in 2usize..30) {
            let lines = wrapped(&text, columns);
            for line in &lines {
                prop_assert!(width(line) <= columns, "{line:?}");
            }
            let letters = |text: &str| text.replace(' ', "");
            prop_assert_eq!(letters(&lines.concat()), letters(&text));
        }
    }
}
