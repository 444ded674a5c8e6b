//! Keys and taps, in words of our own.

use ratatui::crossterm::event::{
    Event as Told, KeyCode, KeyEvent, KeyEventKind, KeyModifiers, MouseButton, MouseEventKind,
};

/// A key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Key {
    /// A character, upper case where shift was held.
    Char(char),
    /// A letter with Ctrl held.
    Ctrl(char),
    /// Arrow up.
    Up,
    /// Arrow down.
    Down,
    /// Arrow left.
    Left,
    /// Arrow right.
    Right,
    /// A page up.
    PageUp,
    /// A page down.
    PageDown,
    /// To the beginning.
    Home,
    /// To the end.
    End,
    /// Tab.
    Tab,
    /// Shift and Tab.
    BackTab,
    /// Enter.
    Enter,
    /// Escape.
    Esc,
    /// Backspace.
    Backspace,
    /// Anything else, which does nothing.
    Other,
}

/// What a person did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Event {
    /// Pressed a key.
    Key(Key),
    /// Tapped the cell in that column and row.
    Tap(u16, u16),
    /// Turned the wheel there, by so many steps, down is more than 0.
    Wheel(u16, u16, i8),
    /// Made the terminal another size.
    Resized,
}

/// What is told in our words; nothing of what does not concern us.
pub(super) fn of(told: &Told) -> Option<Event> {
    match told {
        Told::Key(key) if key.kind != KeyEventKind::Release => Some(Event::Key(key_of(*key))),
        Told::Mouse(mouse) => match mouse.kind {
            // Some terminals tell of no release: a press alone counts.
            MouseEventKind::Down(MouseButton::Left) => Some(Event::Tap(mouse.column, mouse.row)),
            MouseEventKind::ScrollDown => Some(Event::Wheel(mouse.column, mouse.row, 1)),
            MouseEventKind::ScrollUp => Some(Event::Wheel(mouse.column, mouse.row, -1)),
            _ => None,
        },
        Told::Resize(..) => Some(Event::Resized),
        _ => None,
    }
}

fn key_of(key: KeyEvent) -> Key {
    if key.modifiers.contains(KeyModifiers::ALT) {
        return Key::Other;
    }
    match key.code {
        KeyCode::Char(c) if key.modifiers.contains(KeyModifiers::CONTROL) => {
            Key::Ctrl(c.to_ascii_lowercase())
        }
        KeyCode::Char(c) => Key::Char(c),
        KeyCode::Up => Key::Up,
        KeyCode::Down => Key::Down,
        KeyCode::Left => Key::Left,
        KeyCode::Right => Key::Right,
        KeyCode::PageUp => Key::PageUp,
        KeyCode::PageDown => Key::PageDown,
        KeyCode::Home => Key::Home,
        KeyCode::End => Key::End,
        KeyCode::Tab => Key::Tab,
        KeyCode::BackTab => Key::BackTab,
        KeyCode::Enter => Key::Enter,
        KeyCode::Esc => Key::Esc,
        KeyCode::Backspace => Key::Backspace,
        _ => Key::Other,
    }
}
