//! Arranges the panes of tmux windows.
//!
//! ```text
//! $ mamori layout auto
//! @3: 4 panes, efficiency 0.62 -> 0.91
//! $ mamori layout undo
//! @3: as it was before
//! ```
//! A window is arranged when its panes or its size change, by what runs in it
//! and how large it is; never while a pane is zoomed, and not after a person
//! arranged it by hand until the number of panes changes or somebody asks.
//!
//! No key is sent to a pane, none is closed, and the focus stays where it is.
//! A program of its own does this for the hooks, `mamori-layout`: what it needs
//! is in tmux and in the configuration, not in the state file, and no watcher
//! takes part.

pub mod act;
pub mod apply;
pub mod cli;
pub mod decide;
pub mod order;
pub mod show;
pub mod small;
pub mod stream;
pub mod words;
