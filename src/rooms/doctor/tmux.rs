//! The checks of tmux and of its bars. Pure.

use super::decide::{Check, Mend, Status, check, trouble};
use super::facts::{Facts, ServerFacts};
use crate::model::text::clean;

/// The oldest tmux that the bar's format works with.
const OLDEST_TMUX: (u32, u32) = (3, 2);

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
        Some(text) => match version(text) {
            Some(version) if version < OLDEST_TMUX => trouble(
                Status::Fault,
                format!("tmux is version {} (limit 3.2)", clean(text)),
                Mend::by_hand("install tmux 3.2 or newer"),
            ),
            _ => Ok(format!("tmux {}", clean(text))),
        },
    };
    check(
        "tmux.version",
        "the segment needs formats and hidden variables of tmux 3.2",
        found,
    )
}

/// `3.3a`, `next-3.8`, `master`, `openbsd-7.4`: the first number pair, if
/// there is one that means tmux's own version.
pub(super) fn version(text: &str) -> Option<(u32, u32)> {
    if text.starts_with("openbsd") {
        return None;
    }
    let number = text.trim_start_matches(|c: char| !c.is_ascii_digit());
    let (major, rest) = number.split_once('.')?;
    let minor: String = rest.chars().take_while(char::is_ascii_digit).collect();
    Some((major.parse().ok()?, minor.parse().ok()?))
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
    ]
}
