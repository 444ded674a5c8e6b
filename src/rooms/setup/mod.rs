//! What Mamori needs around it, put there and taken back again; and what other
//! machines need so that they can be watched.
//!
//! ```text
//! $ mamori setup tmux --yes
//! --- ~/.tmux.conf
//! +++ ~/.tmux.conf
//! @@ -1 +1,4 @@
//!  set -g mouse on
//! +# >>> mamori setup tmux (mamori setup tmux --undo removes this)
//! +run-shell "/usr/local/share/mamori/mamori.tmux"
//! +# <<< mamori
//! done: 1 step
//! next: tmux source-file ~/.tmux.conf
//! ```
//! A target wishes for files, a block in somebody's file, and commands
//! (`tmux.rs`, `service/`, `termux.rs`). `plan.rs` compares that with what
//! stands, `show.rs` shows the difference, `carry.rs` does it, step by step,
//! each written down in a manifest before and after; `back.rs` takes it back
//! from that manifest alone.
//!
//! `mamori setup node` writes nothing, here or there: who trusts whom is a
//! person's decision. The line that it prints lets a key do one thing: answer
//! the probe. The whole probe stands in it, because nodes need nothing
//! installed.

mod back;
mod carry;
pub mod cli;
pub mod decide;
mod effect;
mod node;
mod plan;
mod service;
mod show;
mod termux;
mod tmux;
mod wish;
