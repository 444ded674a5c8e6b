//! How one call of `gh` went: by its exit code, then by the JSON it printed,
//! then by the status that it names.

use serde_json::Value;

use super::super::super::text::{clean, cut};
use super::super::super::time::Timestamp;

/// Columns kept of what went wrong.
const LONGEST: usize = 120;
/// The exit code of `gh` for somebody who is not logged in.
const LOGGED_OUT: i32 = 4;

/// Why there is no answer, or not all of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Trouble {
    /// There is no such program.
    NotInstalled,
    /// It has no token, or one that is not taken.
    LoggedOut,
    /// GitHub's limit is used up, until then if it says so.
    Limited(Option<Timestamp>),
    /// There is no such repository, or we may not see it.
    NotFound,
    /// GitHub has trouble of its own.
    Server(u16),
    /// The network does not lead there.
    Offline(String),
    /// It gave no answer in so many seconds.
    Silent(u64),
    /// Only a part of the answer came.
    Part(String),
    /// Something else.
    Other(String),
}

impl Trouble {
    /// In words; `time` says when a limit ends.
    #[must_use]
    pub fn words(&self, time: impl Fn(Timestamp) -> String) -> String {
        match self {
            Self::NotInstalled => "gh is not installed".into(),
            Self::LoggedOut => "gh is not logged in (run: gh auth login)".into(),
            Self::Limited(Some(until)) => format!("GitHub's limit, free again at {}", time(*until)),
            Self::Limited(None) => "GitHub's limit".into(),
            Self::NotFound => "not found or not allowed".into(),
            Self::Server(code) => format!("GitHub answered with an error (HTTP {code})"),
            Self::Offline(text) => format!("offline: {text}"),
            Self::Silent(seconds) => format!("gh did not answer within {seconds} s"),
            Self::Part(text) => format!("a part is missing: {text}"),
            Self::Other(text) => text.clone(),
        }
    }

    /// Whether nothing else need be asked after it.
    #[must_use]
    pub fn ends_all(&self) -> bool {
        matches!(
            self,
            Self::NotInstalled | Self::LoggedOut | Self::Limited(_) | Self::Offline(_)
        )
    }
}

/// What a call came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    /// The values that it printed, one after another.
    pub values: Vec<Value>,
    /// What went wrong, if something did.
    pub trouble: Option<Trouble>,
}

/// Judges a call that ended with this code (`None`: by a signal).
#[must_use]
pub fn verdict(code: Option<i32>, stdout: &[u8], stderr: &[u8]) -> Verdict {
    let (head, body) = headed(stdout);
    let (values, whole) = values(body);
    let trouble = if code == Some(LOGGED_OUT) {
        Some(Trouble::LoggedOut)
    } else {
        graphql(&values).or_else(|| match code {
            Some(0) if whole => None,
            Some(0) => Some(Trouble::Part("the answer broke off".into())),
            _ => Some(failed(code, head.as_deref(), &values, stderr)),
        })
    };
    Verdict { values, trouble }
}

/// Of an answer with `-i` its head, which ends at the first empty line, and the
/// rest.
fn headed(stdout: &[u8]) -> (Option<String>, &[u8]) {
    if !stdout.starts_with(b"HTTP/") {
        return (None, stdout);
    }
    let ends = |mark: &[u8]| {
        let at = stdout.windows(mark.len()).position(|part| part == mark)?;
        Some((at, at + mark.len()))
    };
    let end = [ends(b"\r\n\r\n"), ends(b"\n\n")].into_iter().flatten();
    let (head, rest) = end.min().unwrap_or((stdout.len(), stdout.len()));
    let text = String::from_utf8_lossy(stdout.get(..head).unwrap_or_default());
    (
        Some(text.into_owned()),
        stdout.get(rest..).unwrap_or_default(),
    )
}

/// The JSON values in `bytes`, and whether that is all there is.
fn values(bytes: &[u8]) -> (Vec<Value>, bool) {
    let mut found = Vec::new();
    for value in serde_json::Deserializer::from_slice(bytes).into_iter() {
        match value {
            Ok(value) => found.push(value),
            Err(_) => return (found, false),
        }
    }
    (found, true)
}

/// What GraphQL says went wrong, which it does with HTTP 200.
fn graphql(values: &[Value]) -> Option<Trouble> {
    let errors: Vec<&Value> = values
        .iter()
        .filter_map(|value| value.get("errors")?.as_array())
        .flatten()
        .collect();
    let first = errors.first()?;
    let typed = |kind: &str| {
        let mut kinds = errors
            .iter()
            .filter_map(|error| error.get("type")?.as_str());
        kinds.any(|found| found == kind)
    };
    let message = first.get("message").and_then(Value::as_str);
    let message = short(message.unwrap_or("GraphQL error"));
    let repository = values.iter().any(|value| {
        value
            .pointer("/data/repository")
            .is_some_and(Value::is_object)
    });
    Some(if typed("RATE_LIMITED") {
        Trouble::Limited(None)
    } else if repository {
        Trouble::Part(message)
    } else if typed("NOT_FOUND") || typed("FORBIDDEN") {
        Trouble::NotFound
    } else {
        Trouble::Other(message)
    })
}

fn failed(code: Option<i32>, head: Option<&str>, values: &[Value], stderr: &[u8]) -> Trouble {
    let complaint = String::from_utf8_lossy(stderr);
    let complaint = complaint.trim();
    let named = |name: &str| values.iter().find_map(|value| value.get(name)?.as_str());
    let message = named("message").unwrap_or_default();
    let status = head
        .and_then(|head| head.split_ascii_whitespace().nth(1)?.parse().ok())
        .or_else(|| named("status").and_then(|status| status.parse().ok()))
        .or_else(|| status_in(complaint));
    let limited = message.to_ascii_lowercase().contains("rate limit");
    match status {
        Some(429) => Trouble::Limited(reset(head)),
        Some(403) if limited => Trouble::Limited(reset(head)),
        Some(401) => Trouble::LoggedOut,
        Some(403 | 404 | 451) => Trouble::NotFound,
        Some(code @ 500..) => Trouble::Server(code),
        _ if offline(complaint) => Trouble::Offline(first_line(complaint)),
        _ if !complaint.is_empty() => Trouble::Other(first_line(complaint)),
        _ => Trouble::Other(match code {
            Some(code) => format!("gh ended with {code}"),
            None => "gh was ended by a signal".into(),
        }),
    }
}

/// `(HTTP 404)`
fn status_in(complaint: &str) -> Option<u16> {
    let (_, rest) = complaint.rsplit_once("(HTTP ")?;
    rest.split_once(')')?.0.parse().ok()
}

fn offline(complaint: &str) -> bool {
    ["error connecting to ", "Get \"https://", "Post \"https://"]
        .iter()
        .any(|begin| complaint.starts_with(begin))
}

/// When a limit ends, by the head of an answer.
fn reset(head: Option<&str>) -> Option<Timestamp> {
    let wanted = "x-ratelimit-reset";
    head?.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        let seconds = value.trim().parse().ok().map(Timestamp);
        seconds.filter(|_| name.eq_ignore_ascii_case(wanted))
    })
}

fn first_line(text: &str) -> String {
    short(text.lines().next().unwrap_or_default())
}

fn short(text: &str) -> String {
    cut(&clean(text), LONGEST, "…")
}

#[cfg(test)]
#[path = "verdict_tests.rs"]
mod tests;
