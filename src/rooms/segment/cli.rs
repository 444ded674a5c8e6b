//! The arguments of `mamori-status`. Three flags need no parser.

use super::facts;
use crate::model::segment::{Form, Styles, segment};

/// Columns without `--width`: those of the wide bar.
const WIDTH: usize = 36;

/// What to print.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Options {
    form: Form,
    styled: bool,
}

/// The line to print for these arguments.
#[must_use]
pub fn line(arguments: impl Iterator<Item = String>) -> String {
    let options = options(arguments);
    let facts = facts::gather();
    let (level, text) = segment(facts.summary.as_ref(), facts.alive, facts.now, options.form);
    if options.styled {
        Styles::default().draw_output(level, &text)
    } else {
        text
    }
}

/// Takes what it understands and ignores the rest: a bar must never be blank.
fn options(mut arguments: impl Iterator<Item = String>) -> Options {
    let mut options = Options {
        form: Form {
            width: WIDTH,
            ascii: false,
        },
        styled: true,
    };
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--ascii" => options.form.ascii = true,
            "--no-style" => options.styled = false,
            "--width" => set_width(&mut options, arguments.next().as_deref()),
            other => {
                if let Some(width) = other.strip_prefix("--width=") {
                    set_width(&mut options, Some(width));
                }
            }
        }
    }
    options
}

fn set_width(options: &mut Options, text: Option<&str>) {
    if let Some(width) = text
        .and_then(|text| text.parse().ok())
        .filter(|&width| width > 0)
    {
        options.form.width = width;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(words: &[&str]) -> (usize, bool, bool) {
        let options = options(words.iter().map(ToString::to_string));
        (options.form.width, options.form.ascii, options.styled)
    }

    #[test]
    fn flags_are_understood_and_nonsense_is_ignored() {
        assert_eq!(parsed(&[]), (36, false, true));
        assert_eq!(
            parsed(&["--width", "12", "--ascii", "--no-style"]),
            (12, true, false)
        );
        assert_eq!(parsed(&["--width=8"]), (8, false, true));
        assert_eq!(
            parsed(&["--width", "wide", "--verbose", "x"]),
            (36, false, true)
        );
        assert_eq!(parsed(&["--width"]), (36, false, true));
        assert_eq!(parsed(&["--width", "0"]), (36, false, true));
    }
}
