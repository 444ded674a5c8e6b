//! The checks of tmux and of its bars. Pure.

use super::decide::{Check, Found, Mend, Status, check, trouble};
use super::facts::{Facts, ServerFacts};
use crate::model::text::clean;
use crate::model::tmux_version::too_old;

/// All of them.
pub(super) fn checks(facts: &Facts) -> Vec<Check> {
    let mut checks = vec![tmux_version(facts), plugin(facts)];
    checks.extend(facts.servers.iter().flat_map(server));
    checks
}

fn tmux_version(facts: &Facts) -> Check {
    let found = match &facts.tmux {
        None => trouble(
            Status::Note,
            "tmux is not installed".to_owned(),
            Mend::by_hand("install tmux 3.2 or newer"),
        ),
        Some(text) if too_old(text) => trouble(
            Status::Fault,
            format!("tmux is version {} (limit 3.2)", clean(text)),
            Mend::by_hand("install tmux 3.2 or newer"),
        ),
        Some(text) => Ok(format!("tmux {}", clean(text))),
    };
    check(
        "tmux.version",
        "the segment needs formats and hidden variables of tmux 3.2",
        found,
    )
}

fn plugin(facts: &Facts) -> Check {
    let found = match &facts.own_server {
        None => Ok("no tmux server of yours runs".to_owned()),
        Some(socket)
            if facts
                .servers
                .iter()
                .any(|server| *server.socket == *socket.to_string_lossy()) =>
        {
            Ok("your tmux server is registered".to_owned())
        }
        Some(_) => trouble(
            Status::Warn,
            "your tmux server is not registered: its bar is not told".to_owned(),
            Mend::by_hand("tmux source-file ~/.tmux.conf"),
        ),
    };
    check(
        "tmux.plugin",
        "its status line is told only when the plugin registered it",
        found,
    )
}

fn server(server: &ServerFacts) -> Vec<Check> {
    let socket = clean(&server.socket);
    let bar = match &server.bar {
        Ok(bar) => bar,
        Err(_) if server.gone => {
            let found = trouble(
                Status::Note,
                format!("the tmux server on `{socket}` is gone"),
                None,
            );
            return vec![check(
                "tmux.server",
                "it comes back by itself when it is started again",
                found,
            )];
        }
        Err(error) => {
            let found = trouble(Status::Fault, clean(error), None);
            return vec![check(
                "tmux.server",
                "its status line cannot be told",
                found,
            )];
        }
    };
    let interval = match bar.interval {
        0 => trouble(
            Status::Warn,
            format!("status-interval is 0 on `{socket}`"),
            Mend::run(&[
                "tmux",
                "-S",
                &server.socket,
                "set-option",
                "-g",
                "status-interval",
                "15",
            ]),
        ),
        seconds => Ok(format!("status-interval is {seconds} on `{socket}`")),
    };
    let shows = if bar.shows_us {
        Ok(format!("the segment stands in the bar of `{socket}`"))
    } else {
        trouble(
            Status::Warn,
            format!(
                "the bar of `{socket}` does not hold the segment; a theme may have replaced it"
            ),
            Mend::by_hand(
                "put #{mamori} into status-right after the theme, or set -g @mamori-inject right, then load mamori.tmux again",
            ),
        )
    };
    vec![
        check(
            "tmux.interval",
            "the bar shows a change at its next refresh",
            interval,
        ),
        check(
            "tmux.status",
            "otherwise nothing is to be seen there",
            shows,
        ),
        check(
            "tmux.hooks",
            "without them no window is arranged, and closed sessions are noticed late",
            hooks(server, &socket),
        ),
        check(
            "tmux.layout",
            "splits are arranged unless it is off",
            layouts(server, &socket),
        ),
        check(
            "tmux.key",
            "the menu has no other key; its items are commands that you can type",
            key(server, &socket),
        ),
    ]
}

/// A hook that somebody wiped by setting it without a slot, or one of a window
/// or session alone, which tmux runs instead of all global ones.
fn hooks(server: &ServerFacts, socket: &str) -> Found {
    let hooks = match &server.hooks {
        Ok(hooks) => hooks,
        Err(error) => return trouble(Status::Warn, clean(error), None),
    };
    if !hooks.missing.is_empty() {
        let names = hooks.missing.join(", ");
        return trouble(
            Status::Warn,
            format!(
                "our entry is missing in {names} on `{socket}`; a hook set without a slot wipes the others"
            ),
            Mend::by_hand(
                "load mamori.tmux again, after what sets that hook: tmux source-file ~/.tmux.conf",
            ),
        );
    }
    if let Some((target, name)) = hooks.hidden.first() {
        let more = match hooks.hidden.len() {
            1 => String::new(),
            more => format!(" (and {} more)", more - 1),
        };
        return trouble(
            Status::Warn,
            format!("{name} of {target} on `{socket}` is a hook of its own{more}: it hides ours"),
            Mend::run(&[
                "tmux",
                "-S",
                &server.socket,
                "set-hook",
                "-u",
                "-t",
                target,
                name,
            ]),
        );
    }
    Ok(format!("our hooks are in their places on `{socket}`"))
}

/// Who has the key of our menu.
fn key(server: &ServerFacts, socket: &str) -> Found {
    match &server.key {
        Some(key) if key.taken => trouble(
            Status::Note,
            format!(
                "the key `{}` after the prefix is bound to something else on `{socket}`, so the menu has none",
                clean(&key.name)
            ),
            Mend::by_hand(
                "name a free one in tmux.conf, such as: set -g @mamori-key y, then load mamori.tmux again",
            ),
        ),
        Some(key) if !key.known => trouble(
            Status::Note,
            format!(
                "`{}` is no key that the menu could have on `{socket}`",
                clean(&key.name)
            ),
            Mend::by_hand(
                "name another in tmux.conf, such as: set -g @mamori-key y, then load mamori.tmux again",
            ),
        ),
        Some(key) if key.name.is_empty() => {
            Ok(format!("no key opens the menu on `{socket}`, as you wish"))
        }
        Some(key) => Ok(format!(
            "`{}` after the prefix opens the menu on `{socket}`",
            clean(&key.name)
        )),
        None => Ok(format!("the keys of `{socket}` cannot be read")),
    }
}

fn layouts(server: &ServerFacts, socket: &str) -> Found {
    match &server.bar {
        Ok(bar) if bar.layouts_off => trouble(
            Status::Note,
            format!("layouts are off on `{socket}` (@mamori-layout)"),
            // As an option of sessions or of windows: both are read.
            Mend::by_hand(
                "remove it from tmux.conf, then: tmux set -gu @mamori-layout \\; set -gwu @mamori-layout",
            ),
        ),
        _ => Ok(format!("layouts are on on `{socket}`")),
    }
}
