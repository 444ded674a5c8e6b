//! The words of tmux commands that create something.

use tmux_interface::TmuxCommand;

use super::argument;
use super::built::Note;
use crate::model::blueprint::{Arrangement, Pane};
use crate::model::layout::Layout;
use crate::model::text::tmux_expanded;

/// A name or folder, as one argument that tmux expands once.
pub(super) fn text(text: &str) -> String {
    argument(&tmux_expanded(text))
}

/// What runs in a pane. tmux executes several words as they are, and gives a
/// single one to the user's shell; so a single one is given to one of ours.
pub(super) fn push_command(command: &mut TmuxCommand<'_>, pane: &Pane) {
    let shell = ["sh", "-c", "exec \"$0\""];
    let before: &[&str] = match pane.command.len() {
        0 => return,
        1 => &shell,
        _ => &[],
    };
    command.push_param("--");
    let words = before
        .iter()
        .copied()
        .chain(pane.command.iter().map(String::as_str));
    for word in words {
        command.push_param(argument(word));
    }
}

/// The layout to send for a window of `panes` panes, if any is to be sent.
pub(super) fn layout(
    arrangement: &Arrangement,
    panes: usize,
    place: usize,
    notes: &mut Vec<Note>,
) -> Option<String> {
    let named = match arrangement {
        Arrangement::EvenVertical => "even-vertical",
        Arrangement::Tiled => "tiled",
        Arrangement::Custom(text) => match Layout::parse_for(text, panes) {
            Ok(_) => return Some(text.clone()),
            Err(why) => {
                notes.push(Note::Layout(place, why));
                "tiled"
            }
        },
    };
    (panes > 1).then(|| named.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::layout::LayoutError;

    fn words(command: &[&str]) -> Vec<String> {
        let pane = Pane {
            command: command.iter().map(|&word| word.to_owned()).collect(),
            ..Pane::default()
        };
        let mut command = TmuxCommand::with_name("x");
        push_command(&mut command, &pane);
        command
            .to_vec()
            .iter()
            .skip(1)
            .map(ToString::to_string)
            .collect()
    }

    #[test]
    fn no_single_word_reaches_the_users_shell() {
        assert_eq!(words(&[]), [] as [&str; 0]);
        assert_eq!(
            words(&["a b; c"]),
            ["--", "sh", "-c", "exec \"$0\"", "a b; c"]
        );
        assert_eq!(words(&["a", "", ";", "b;"]), ["--", "a", "", "\\;", "b\\;"]);
    }

    #[test]
    fn only_a_sound_layout_is_sent_and_one_pane_needs_none() {
        let mut notes = Vec::new();
        let custom = |text: &str| Arrangement::Custom(text.to_owned());
        let sound = "b25d,80x24,0,0,0";
        assert_eq!(
            layout(&custom(sound), 1, 1, &mut notes).as_deref(),
            Some(sound)
        );
        assert_eq!(layout(&Arrangement::Tiled, 1, 1, &mut notes), None);
        assert_eq!(notes, []);
        assert_eq!(
            layout(&custom("zz"), 3, 2, &mut notes).as_deref(),
            Some("tiled")
        );
        assert_eq!(notes, [Note::Layout(2, LayoutError::Unreadable)]);
    }
}
