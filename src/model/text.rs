//! Text from outside, made safe for where it goes; widths in columns.
//!
//! Host names, mount points, session names and the like are hostile until
//! they went through [`clean`]; what reaches a tmux format, title or menu
//! goes through [`tmux`] besides. Width is display width with East-Asian
//! ambiguous characters counted as 1.

use unicode_width::{UnicodeWidthChar as _, UnicodeWidthStr as _};

/// Columns that `text` takes on a terminal.
#[must_use]
pub fn width(text: &str) -> usize {
    text.width()
}

/// `text` on one line, without what could steer a terminal or reorder a line:
/// control characters (ESC, newline, C1), bidirectional overrides, variation
/// selectors, joiners and other invisible format characters.
///
/// A newline or tab becomes a space, so that words stay apart.
#[must_use]
pub fn clean(text: &str) -> String {
    text.chars()
        .map(|c| if matches!(c, '\n' | '\t') { ' ' } else { c })
        .filter(|&c| !c.is_control() && !invisible(c))
        .collect()
}

/// Characters that draw nothing but change what is drawn around them
/// (Unicode general category Cf and the variation selectors).
fn invisible(c: char) -> bool {
    matches!(c,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{70f}' | '\u{180b}'..='\u{180f}'
        | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
        | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}'
        | '\u{110bd}' | '\u{110cd}' | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}'
        | '\u{e0000}'..='\u{e0fff}')
}

/// [`clean`] text with every `#` doubled, so that tmux draws it as text
/// wherever it expands formats or styles.
#[must_use]
pub fn tmux(text: &str) -> String {
    clean(text).replace('#', "##")
}

/// `text` so that tmux, expanding it once as a format, gives `text` back:
/// names and folders of what is created. Every `#` is doubled but those right
/// before a `[`, which tmux takes as they are. Nothing is dropped: what is
/// shown goes through [`tmux`].
#[must_use]
pub fn tmux_expanded(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('#') {
        let (before, from) = rest.split_at(at);
        let after = from.trim_start_matches('#');
        let run = from.len() - after.len();
        escaped.push_str(before);
        escaped.push_str(&"#".repeat(if after.starts_with('[') { run } else { 2 * run }));
        rest = after;
    }
    escaped + rest
}

/// [`tmux`] text for a message, which tmux takes for a format of the time, too:
/// every `%` is doubled besides.
#[must_use]
pub fn tmux_message(text: &str) -> String {
    tmux(text).replace('%', "%%")
}

/// A value as one argument of a tmux command: tmux takes a `;` at an argument's
/// end for the end of the command.
#[must_use]
pub fn tmux_argument(value: &str) -> String {
    match value.strip_suffix(';') {
        Some(start) => format!("{start}\\;"),
        None => value.to_owned(),
    }
}

/// `text` as one word of tmux's commands, in double quotes: what its reader
/// takes for more there is escaped.
#[must_use]
pub fn tmux_quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    for c in text.chars() {
        if matches!(c, '\\' | '"' | '$') {
            quoted.push('\\');
        }
        quoted.push(c);
    }
    quoted + "\""
}

/// [`clean`] text for the output of a `#()` process, which tmux expands once
/// more before it draws it: a run of `#` is halved by the expansion, unless a
/// `[` follows, and halved again when it is drawn. `styled`: a style follows
/// the text (tmux `format_expand1` and `format_draw`).
#[must_use]
pub fn tmux_output(text: &str, styled: bool) -> String {
    let text = clean(text);
    let mut escaped = String::with_capacity(text.len());
    let mut rest = text.as_str();
    while let Some(at) = rest.find('#') {
        let (before, from) = rest.split_at(at);
        let after = from.trim_start_matches('#');
        let bracket = after.starts_with('[') || (after.is_empty() && styled);
        let run = from.len() - after.len();
        escaped.push_str(before);
        escaped.push_str(&"#".repeat(if bracket { 2 * run } else { 4 * run }));
        rest = after;
    }
    escaped + rest
}

/// The longest start of `text` that fits into `columns`, marked by `mark`
/// when something was cut. Never splits a wide character.
#[must_use]
pub fn cut(text: &str, columns: usize, mark: &str) -> String {
    if width(text) <= columns {
        return text.to_owned();
    }
    let room = columns.saturating_sub(width(mark));
    let mut kept = String::new();
    let mut used = 0;
    for c in text.chars() {
        used += c.width().unwrap_or(0);
        if used > room {
            break;
        }
        kept.push(c);
    }
    if columns >= width(mark) {
        kept.push_str(mark);
    }
    kept
}

/// `one node`, `3 nodes`: a count with its noun in the right number.
#[must_use]
pub fn count(number: usize, noun: &str) -> String {
    if number == 1 {
        format!("1 {noun}")
    } else {
        format!("{number} {noun}s")
    }
}

/// `text` as one word of a POSIX shell, for commands that a person pastes.
#[must_use]
pub fn quoted(text: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "_-./=:,@%+".contains(c);
    if !text.is_empty() && text.chars().all(plain) {
        text.to_owned()
    } else {
        format!("'{}'", text.replace('\'', r"'\''"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_steers_a_terminal_is_dropped_and_the_words_stay() {
        assert_eq!(clean("a\x1b[31m\nb\u{202e}c\u{9b}d\u{fe0f}"), "a[31m bcd");
        assert_eq!(clean("無限 🌸 #(touch X)"), "無限 🌸 #(touch X)");
    }

    #[test]
    fn every_hash_is_doubled_for_tmux() {
        assert_eq!(tmux("#(touch X)#[fg=red]#"), "##(touch X)##[fg=red]##");
    }

    #[test]
    fn a_message_is_no_format_and_no_time() {
        assert_eq!(
            tmux_message("disk 93% of #(touch X) at %H"),
            "disk 93%% of ##(touch X) at %%H"
        );
    }

    #[test]
    fn a_processs_output_survives_one_more_expansion() {
        assert_eq!(
            tmux_output("#(x) #[y] ##S a#", false),
            "####(x) ##[y] ########S a####"
        );
        assert_eq!(tmux_output("a#", true), "a##");
    }

    #[test]
    fn what_tmux_expands_once_is_doubled_but_for_styles() {
        assert_eq!(
            tmux_expanded("#(x) #{y} ##[z #[ a#"),
            "##(x) ##{y} ##[z #[ a##"
        );
        assert_eq!(tmux_expanded("#[#(x)"), "#[##(x)");
    }

    #[test]
    fn a_wide_character_is_never_split() {
        assert_eq!(cut("無限の剣", 5, "…"), "無限…");
        assert_eq!(cut("無限の剣", 4, "…"), "無…");
        assert_eq!(cut("ab", 0, "…"), "");
        assert_eq!(cut("ab", 2, "…"), "ab");
    }

    #[test]
    fn a_pasted_word_is_one_word() {
        assert_eq!(quoted("/etc/ssh/sshd_config"), "/etc/ssh/sshd_config");
        assert_eq!(quoted("it's #(x)"), r"'it'\''s #(x)'");
        assert_eq!(quoted(""), "''");
    }

    proptest! {
        #[test]
        fn cut_text_always_fits(text in "\\PC*", columns in 0usize..60) {
            prop_assert!(width(&cut(&clean(&text), columns, "…")) <= columns);
        }

        #[test]
        fn clean_text_has_nothing_left_to_clean(text in any::<String>()) {
            let once = clean(&text);
            prop_assert!(!once.chars().any(char::is_control));
            prop_assert_eq!(clean(&once), once);
        }

        #[test]
        fn no_single_hash_reaches_tmux(text in any::<String>()) {
            let runs = tmux(&text);
            let odd = runs.split(|c| c != '#').any(|run| run.len() % 2 == 1);
            prop_assert!(!odd);
        }
    }
}
