//! What is wrong with a configuration file, in the words a person reads.

use crate::failure::Failure;

/// Problems shown at once; of more, only that there are.
const SHOWN: usize = 20;

/// One thing that is wrong with a configuration file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The file as shown to people, e.g. `~/.config/mamori/config.toml`.
    pub file: String,
    /// The line it stands in, counted from 1; `None` when it is the whole file.
    pub line: Option<usize>,
    /// Key, file, line, what is there and what is allowed; safe for a terminal.
    pub what: String,
    /// One command or place that mends it.
    pub hint: Option<String>,
}

/// The failure (exit 2) that tells of `problems`, the first of them first.
///
/// Without problems it says only that the configuration is not usable.
#[must_use]
pub fn failure(problems: Vec<Problem>) -> Failure {
    let hidden = problems.len() > SHOWN;
    let mut failures: Vec<Failure> = problems
        .into_iter()
        .take(SHOWN)
        .map(|problem| Failure {
            hint: problem.hint,
            ..Failure::usage(problem.what)
        })
        .collect();
    if hidden {
        failures.push(Failure::usage(
            "more is wrong, which is told once this is mended",
        ));
    }
    let mut failures = failures.into_iter();
    let first = failures
        .next()
        .unwrap_or_else(|| Failure::usage("the configuration is not usable"));
    Failure {
        further: failures.collect(),
        ..first
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_problem_leads_and_a_flood_is_cut() {
        let problem = |line| Problem {
            file: "F".into(),
            line: Some(line),
            what: format!("line {line}"),
            hint: None,
        };
        let failure = failure((1..=30).map(problem).collect());
        assert_eq!(failure.what, "line 1");
        assert_eq!(failure.further.len(), SHOWN);
        assert!(
            failure
                .further
                .last()
                .unwrap()
                .what
                .starts_with("more is wrong")
        );
    }
}
