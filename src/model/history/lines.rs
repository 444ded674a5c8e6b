//! The lines of the three log files that other programs read.

use std::collections::BTreeMap;

use crate::model::node::Node;
use crate::model::reading::{Reading, Readings};
use crate::model::state::State;
use crate::model::text::{clean, cut};
use crate::model::time::Timestamp;

/// Columns of a text in `errors.log`.
const TEXT: usize = 300;
/// What the texts of a time begin with for a whole hour: `2026-11-22T06`.
const TO_THE_HOUR: usize = 13;

/// `2026-11-22T06:00:00Z 93.1`, for `metrics/disk-usage.log`.
#[must_use]
pub fn disk(at: Timestamp, percent: f64) -> String {
    format!("{} {percent}\n", at.rfc3339())
}

/// Whether the last lines of such a file have one of that hour.
#[must_use]
pub fn has_hour(tail: &str, at: Timestamp) -> bool {
    let time = at.rfc3339();
    let hour = time.get(..TO_THE_HOUR).unwrap_or(&time);
    tail.lines().any(|line| line.starts_with(hour))
}

/// `0.003100 2026-11-22T06:00:00Z mugen`, for `metrics/response-times.log`.
#[must_use]
pub fn response(latency_ms: f64, at: Timestamp, node: &str) -> String {
    let seconds = latency_ms / 1_000.0;
    format!("{seconds:.6} {} {}\n", at.rfc3339(), word(node))
}

/// `2026-11-22T06:00:00Z mugen disk disk 93% (limit 90%)`, for `logs/errors.log`.
fn error(at: Timestamp, node: &str, check: &str, text: &str) -> String {
    let text = cut(&clean(text), TEXT, "…");
    format!("{} {} {} {text}\n", at.rfc3339(), word(node), word(check))
}

/// One word: what stands between two others ends at the space between them.
fn word(text: &str) -> String {
    let text = cut(&clean(text), TEXT, "…");
    text.split_whitespace().collect::<Vec<_>>().join("_")
}

/// A line for each problem that `new` has and `old` has not, and for each
/// reading that failed and had not.
#[must_use]
pub fn begun(old: &State, new: &State) -> String {
    let before: BTreeMap<&str, &Node> = old
        .nodes
        .iter()
        .map(|node| (node.name.as_str(), node))
        .collect();
    let mut lines = String::new();
    for node in &new.nodes {
        let was = before.get(node.name.as_str()).copied();
        let at = node.silence.as_ref().map(|silence| silence.last.at);
        let Some(at) = at.or(node.observed_at) else {
            continue;
        };
        let stood = |check: &str| {
            was.is_some_and(|was| was.problems.iter().any(|problem| problem.check == check))
        };
        for problem in node.problems.iter().filter(|one| !stood(&one.check)) {
            lines.push_str(&error(at, &node.name, &problem.check, &problem.text));
        }
        if node.silence.is_some() || node.hidden.is_some() {
            // That it does not answer is one matter.
            continue;
        }
        let failed_before = was.map(|was| failed(&was.readings)).unwrap_or_default();
        for (reading, why) in failed(&node.readings) {
            if !failed_before.iter().any(|(before, _)| *before == reading) {
                lines.push_str(&error(at, &node.name, reading, &format!("failed: {why}")));
            }
        }
    }
    lines
}

/// The readings that should have worked.
fn failed(readings: &Readings) -> Vec<(&'static str, &str)> {
    fn why<T>(reading: &Reading<T>) -> Option<&str> {
        match reading {
            Reading::Failed(why) => Some(why),
            Reading::Value(_) | Reading::Unavailable(_) => None,
        }
    }
    let all = [
        ("disk_used_percent", why(&readings.disk_used_percent)),
        ("disks", why(&readings.disks)),
        (
            "memory_available_percent",
            why(&readings.memory_available_percent),
        ),
        ("load_1m", why(&readings.load_1m)),
        ("cpu_percent", why(&readings.cpu_percent)),
        ("uptime_s", why(&readings.uptime_s)),
        ("sshd", why(&readings.sshd)),
        ("network", why(&readings.network)),
        ("tmux_sessions", why(&readings.tmux_sessions)),
        ("services", why(&readings.services)),
        ("battery_percent", why(&readings.battery_percent)),
    ];
    all.into_iter()
        .filter_map(|(name, why)| Some((name, why?)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::node::Problem;

    #[test]
    fn lines_are_those_of_the_plan() {
        let at = Timestamp(1_795_327_200);
        assert_eq!(disk(at, 93.1), "2026-11-22T06:00:00Z 93.1\n");
        assert_eq!(
            response(3.1, at, "mugen"),
            "0.003100 2026-11-22T06:00:00Z mugen\n"
        );
        let tail = "06:00:00Z 7\n2026-11-22T06:00:00Z 93.1\n";
        assert!(has_hour(tail, Timestamp(at.0 + 3_599)));
        assert!(!has_hour(tail, Timestamp(at.0 + 3_600)));
    }

    #[test]
    fn a_problem_is_one_clean_line_when_it_begins() {
        let mut node = Node::unseen("a b", "", Timestamp(0));
        node.observed_at = Some(Timestamp(0));
        node.problems.push(Problem {
            check: "tmux:my\nshell".into(),
            value: None,
            limit: None,
            text: "no \u{1b}[31mmy\u{202e} shell".into(),
        });
        node.readings.disks = Reading::failed("hung");
        let new = State {
            nodes: vec![node],
            ..State::default()
        };
        let lines = begun(&State::default(), &new);
        assert_eq!(
            lines,
            "1970-01-01T00:00:00Z a_b tmux:my_shell no [31mmy shell\n\
             1970-01-01T00:00:00Z a_b disks failed: hung\n"
        );
        assert_eq!(begun(&new, &new), "");
    }
}
