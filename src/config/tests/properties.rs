//! No text makes reading a configuration panic.

use proptest::prelude::*;

use super::super::*;
use super::{variables, with_examples};

/// The default file and its examples with some of their lines changed.
fn mutated() -> impl Strategy<Value = String> {
    let lines: Vec<String> = with_examples().lines().map(str::to_owned).collect();
    let number = lines.len();
    let junk = prop_oneof![
        "\\PC{0,20}",
        "[a-z_]{1,12} = [\\[{\"$~a-z0-9.\\-]{0,12}",
        "\\[{1,2}[a-z.]{1,9}\\]{1,2}",
        Just("= 1".to_owned()),
    ];
    let change = (0..number, 0..4u8, junk, any::<prop::sample::Index>());
    prop::collection::vec(change, 1..6).prop_map(move |changes| {
        let mut lines = lines.clone();
        for (at, how, junk, place) in changes {
            let Some(line) = lines.get_mut(at) else {
                continue;
            };
            match how {
                0 => *line = junk,
                1 => line.push_str(&junk),
                2 => {
                    let boundaries: Vec<usize> = line.char_indices().map(|(at, _)| at).collect();
                    if !boundaries.is_empty() {
                        line.truncate(*place.get(&boundaries));
                    }
                }
                _ => {
                    let kept = line
                        .split_once('=')
                        .map(|(key, _)| format!("{key}= {junk}"));
                    *line = kept.unwrap_or(junk);
                }
            }
        }
        lines.join("\n")
    })
}

proptest! {
    #[test]
    fn no_text_makes_reading_panic(text in any::<String>()) {
        let _ = read(&text, "F", &variables());
    }

    #[test]
    fn no_change_of_the_examples_makes_reading_panic(text in mutated()) {
        match read(&text, "F", &variables()) {
            Ok(_) => {
                let _ = InForce::of(Some(&Found { shown: "F".into(), text, exposed: false })).toml();
            }
            Err(problems) => {
                prop_assert!(!problems.is_empty());
                for problem in problems {
                    prop_assert!(!problem.what.chars().any(char::is_control), "{:?}", problem);
                }
            }
        }
    }
}
