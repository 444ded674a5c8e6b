//! Results for a screen of 40 columns. Pure.

use super::decide::{Verdict, Widget};
use crate::model::text::{clean, cut};
use crate::ui::wrap::wrapped;

/// Columns of a result.
const COLUMNS: usize = 40;
/// Runs that a result tells of.
const RUNS: usize = 5;
/// Lines that one run says at most.
const LINES: usize = 24;

/// One run.
#[derive(Debug, Clone)]
pub(super) struct Run<'a> {
    pub widget: Widget,
    pub verdict: Verdict,
    /// `14:05`.
    pub time: &'a str,
    /// `took 2.1 s`, or since when another one runs.
    pub span: &'a str,
    /// What was printed.
    pub said: &'a str,
}

/// The entry of a run: verdict first, lines of at most 40 columns.
pub(super) fn entry(run: &Run<'_>) -> String {
    let head = format!(
        "{:<4} {:<9} {}   {}",
        run.verdict.word(),
        run.widget.name(),
        run.time,
        run.span
    );
    let said = run
        .said
        .lines()
        .map(clean)
        .filter(|line| !line.trim().is_empty());
    let said: Vec<String> = said.flat_map(|line| folded(line.trim_end())).collect();
    let mut lines = vec![cut(&head, COLUMNS, "…")];
    let more = said.len().saturating_sub(LINES);
    lines.extend(said.into_iter().take(LINES));
    if more > 0 {
        lines.push(format!("   (and {more} lines more)"));
    }
    if run.verdict != Verdict::Busy {
        lines.extend(folded(&format!("next: {}", run.widget.next(run.verdict))));
    }
    lines.join("\n") + "\n"
}

/// A line in pieces; all but the first begin with three spaces.
fn folded(line: &str) -> Vec<String> {
    let line = line.split_whitespace().collect::<Vec<_>>().join(" ");
    let Some(first) = wrapped(&line, COLUMNS).into_iter().next() else {
        return Vec::new();
    };
    // The rest has three columns less, so it is broken anew.
    let rest = line.get(first.len()..).unwrap_or_default().trim_start();
    let rest = wrapped(rest, COLUMNS - 3);
    let rest = rest.into_iter().map(|piece| format!("   {piece}"));
    std::iter::once(first).chain(rest).collect()
}

/// The result file with this entry on top: of the last five runs. Taps in
/// vain are forgotten with the next entry.
pub(super) fn results(entry: &str, before: &str) -> String {
    let mut entries: Vec<String> = vec![entry.to_owned()];
    for block in before.split("\n\n") {
        let first = block.trim_start();
        if !first.is_empty() && !first.starts_with(Verdict::Busy.word()) {
            entries.push(format!("{}\n", first.trim_end()));
        }
    }
    entries.truncate(RUNS);
    entries.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::text::width;
    use proptest::prelude::*;

    fn run(said: &str) -> Run<'_> {
        Run {
            widget: Widget::Recover,
            verdict: Verdict::Part,
            time: "14:05",
            span: "took 2.1 s",
            said,
        }
    }

    #[test]
    fn a_result_has_its_verdict_first_and_fits_a_phone() {
        let text = entry(&run(
            "● sshd     is back: banner after 0.1 s\n▲ network  the link is there, but nothing beyond this machine answers\n",
        ));
        insta::assert_snapshot!(text, @r"
        PART recover   14:05   took 2.1 s
        ● sshd is back: banner after 0.1 s
        ▲ network the link is there, but nothing
           beyond this machine answers
        next: mamori doctor
        ");
    }

    #[test]
    fn five_runs_are_kept_and_none_in_vain() {
        let mut text = String::new();
        for at in 0..7 {
            let said = at.to_string();
            text = results(&entry(&run(&said)), &text);
        }
        assert_eq!(text.matches("PART").count(), 5);
        assert!(text.starts_with("PART") && text.contains("\n6\n") && !text.contains("\n1\n"));
        let busy = Run {
            verdict: Verdict::Busy,
            ..run("")
        };
        let text = results(&entry(&busy), &text);
        assert!(text.starts_with("BUSY recover"), "{text}");
        let text = results(&entry(&run("x")), &text);
        assert!(!text.contains("BUSY"), "{text}");
    }

    proptest! {
        #[test]
        fn no_line_is_wider(said in "\\PC{0,200}|([ a-z無]{0,30}\n){0,9}") {
            for line in entry(&run(&said)).lines() {
                prop_assert!(width(line) <= COLUMNS, "{line:?}");
            }
        }
    }
}
