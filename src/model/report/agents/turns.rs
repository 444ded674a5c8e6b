//! When a session worked: from a prompt to the last record of its turn, less
//! the gaps in which nothing was written and no tool ran.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::{PAUSE, Work};

/// A tool that runs longer was left behind by a session that ended.
const LONGEST: i64 = 86_400_000;
/// Tools that are remembered as running, at most.
const TOOLS: usize = 256;

/// One strand of a session's turns.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Turns {
    /// The last record of the open turn.
    last: Option<i64>,
    /// Tools that were called and have not answered.
    tools: BTreeSet<String>,
    /// Work that was not told yet.
    span: Option<(i64, i64)>,
}

/// Whose turns they are.
#[derive(Debug, Clone, Copy)]
pub(super) struct Whose<'a> {
    pub(super) session: &'a str,
    pub(super) dir: Option<&'a str>,
}

impl Turns {
    /// Whether a turn is under way.
    pub(super) fn open(&self) -> bool {
        self.last.is_some()
    }

    /// Somebody asked for something: a turn begins.
    pub(super) fn prompt(&mut self, at: i64, whose: Whose<'_>, into: &mut Vec<Work>) {
        self.settle(whose, into);
        self.tools.clear();
        self.span = Some((at, at));
        self.last = Some(at);
    }

    /// Another one of several strands that are told as one begins.
    pub(super) fn beside(&mut self, at: i64, whose: Whose<'_>, into: &mut Vec<Work>) {
        match self.last {
            Some(last) if at.saturating_sub(last) <= PAUSE => self.step(at, whose, into),
            _ => self.prompt(at, whose, into),
        }
    }

    /// Something was written in the turn.
    pub(super) fn step(&mut self, at: i64, whose: Whose<'_>, into: &mut Vec<Work>) {
        let gap = self.last.map(|last| at.saturating_sub(last));
        let allowed = if self.tools.is_empty() {
            PAUSE
        } else {
            LONGEST
        };
        match gap {
            // Records that overtook each other. A clock that was set back
            // further begins anew.
            Some(gap) if (-PAUSE..0).contains(&gap) => return,
            Some(gap) if (0..=allowed).contains(&gap) => {
                let from = self.span.map_or(at.saturating_sub(gap), |(from, _)| from);
                self.span = Some((from, at));
            }
            _ => {
                self.settle(whose, into);
                self.span = Some((at, at));
            }
        }
        self.last = Some(at);
    }

    /// The turn is over.
    pub(super) fn end(&mut self, whose: Whose<'_>, into: &mut Vec<Work>) {
        self.settle(whose, into);
        *self = Self::default();
    }

    /// A tool was called.
    pub(super) fn opened(&mut self, tool: &str) {
        if self.tools.len() < TOOLS && tool.len() < 200 {
            self.tools.insert(tool.to_owned());
        }
    }

    /// A tool answered.
    pub(super) fn closed(&mut self, tool: &str) {
        self.tools.remove(tool);
    }

    /// Tells what was worked until now.
    pub(super) fn settle(&mut self, whose: Whose<'_>, into: &mut Vec<Work>) {
        let Some((from, to)) = self.span.take() else {
            return;
        };
        if to > from {
            into.push(Work {
                session: whose.session.to_owned(),
                dir: whose.dir.map(str::to_owned),
                from,
                to,
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTE: i64 = 60_000;
    const NOBODY: Whose<'static> = Whose {
        session: "s",
        dir: None,
    };

    fn spans(work: &[Work]) -> Vec<(i64, i64)> {
        work.iter()
            .map(|work| (work.from / MINUTE, work.to / MINUTE))
            .collect()
    }

    /// `p` a prompt, `s` a step, `t` a step that calls a tool, `r` one that
    /// answers it, `e` a step that ends the turn.
    fn worked(records: &[(char, i64)]) -> Vec<(i64, i64)> {
        let (mut turns, mut work) = (Turns::default(), Vec::new());
        for (kind, minute) in records {
            let at = minute * MINUTE;
            match kind {
                'p' => turns.prompt(at, NOBODY, &mut work),
                _ => turns.step(at, NOBODY, &mut work),
            }
            match kind {
                't' => turns.opened("tool"),
                'r' => turns.closed("tool"),
                'e' => turns.end(NOBODY, &mut work),
                _ => {}
            }
        }
        turns.settle(NOBODY, &mut work);
        spans(&work)
    }

    #[test]
    fn the_time_between_turns_is_none_of_work() {
        let two = [('p', 0), ('s', 3), ('e', 5), ('p', 8), ('s', 9)];
        assert_eq!(worked(&two), [(0, 5), (8, 9)]);
        // Without an end the next prompt ends the turn before it.
        assert_eq!(
            worked(&[('p', 0), ('s', 3), ('p', 8), ('s', 9)]),
            [(0, 3), (8, 9)]
        );
    }

    #[test]
    fn a_long_gap_counts_only_while_a_tool_runs() {
        assert_eq!(
            worked(&[('p', 0), ('s', 10), ('s', 21), ('s', 22)]),
            [(0, 10), (21, 22)]
        );
        assert_eq!(
            worked(&[('p', 0), ('t', 1), ('r', 90), ('s', 91)]),
            [(0, 91)]
        );
        // A tool that nobody waited for.
        assert_eq!(
            worked(&[('p', 0), ('t', 1), ('p', 90), ('s', 91)]),
            [(0, 1), (90, 91)]
        );
        assert_eq!(worked(&[('p', 0), ('t', 1), ('r', 1_500)]), [(0, 1)]);
    }

    #[test]
    fn a_clock_that_was_set_back_makes_no_time() {
        assert_eq!(
            worked(&[('p', 100), ('s', 105), ('s', 20), ('s', 23)]),
            [(100, 105), (20, 23)]
        );
        assert_eq!(
            worked(&[('p', 100), ('s', 105), ('s', 104), ('s', 106)]),
            [(100, 106)]
        );
    }

    #[test]
    fn a_strand_that_is_told_in_parts_has_no_hole() {
        let (mut turns, mut work) = (Turns::default(), Vec::new());
        turns.prompt(0, NOBODY, &mut work);
        turns.step(2 * MINUTE, NOBODY, &mut work);
        turns.settle(NOBODY, &mut work);
        let text = serde_json::to_string(&turns).unwrap();
        let mut turns: Turns = serde_json::from_str(&text).unwrap();
        turns.step(5 * MINUTE, NOBODY, &mut work);
        turns.settle(NOBODY, &mut work);
        assert_eq!(spans(&work), [(0, 2), (2, 5)]);
    }
}
