//! The words of tmux commands that create something.

use tmux_interface::TmuxCommand;

use super::argument;
use super::built::Note;
use crate::model::blueprint::{Arrangement, Pane, by_roles};
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

/// The layout to send for a window of this size with these panes, if any is to
/// be sent.
pub(super) fn layout(
    arrangement: &Arrangement,
    panes: &[&Pane],
    size: (u32, u32),
    place: usize,
    notes: &mut Vec<Note>,
) -> Option<Layout> {
    if let Arrangement::Custom(text) = arrangement {
        match Layout::parse_for(text, panes.len()) {
            Ok(layout) => return Some(layout),
            Err(why) => notes.push(Note::Layout(place, why)),
        }
    }
    by_roles(panes, size)
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
        let pane = Pane::default();
        let mut layout = |arrangement: &Arrangement, panes: usize, place| {
            let panes = vec![&pane; panes];
            let layout = layout(arrangement, &panes, (200, 50), place, &mut notes);
            layout.map(|layout| layout.to_string())
        };
        assert_eq!(layout(&custom(sound), 1, 1).as_deref(), Some(sound));
        assert_eq!(layout(&Arrangement::ByRoles, 1, 1), None);
        // Logs, metrics and control.
        let three = layout(&Arrangement::ByRoles, 3, 1).unwrap();
        assert!(Layout::parse_for(&three, 3).is_ok());
        assert_eq!(layout(&custom("zz"), 3, 2), Some(three));
        assert_eq!(notes, [Note::Layout(2, LayoutError::Unreadable)]);
    }
}
