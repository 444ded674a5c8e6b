//! Whether a unit goes. Pure.

use crate::model::healing::Terms;
use crate::model::temp::{Obstacle, Unit};

/// The most entries that a run moves, those within folders counted.
pub const MOST_ENTRIES: u64 = 10_000;
/// The most bytes.
pub const MOST_BYTES: u64 = 5_000_000_000;

/// What a run may still move.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Budget {
    /// Entries.
    pub entries: u64,
    /// Bytes.
    pub bytes: u64,
}

impl Default for Budget {
    fn default() -> Self {
        Self {
            entries: MOST_ENTRIES,
            bytes: MOST_BYTES,
        }
    }
}

impl Budget {
    /// Whether the unit fits.
    fn holds(self, unit: &Unit) -> bool {
        unit.entries <= self.entries && unit.bytes <= self.bytes
    }

    /// What is left after it.
    #[must_use]
    pub fn after(self, unit: &Unit) -> Self {
        Self {
            entries: self.entries.saturating_sub(unit.entries),
            bytes: self.bytes.saturating_sub(unit.bytes),
        }
    }
}

/// What is done with a unit, everything in which is old.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// It stays, for this reason.
    Leave(Obstacle),
    /// It is more than a whole run may move: a person has to look.
    TooLarge,
    /// It is more than is left of this run.
    Wait,
    /// It would go.
    Plan,
    /// It goes.
    Move,
}

/// Whether it goes.
#[must_use]
pub fn verdict(unit: &Unit, budget: Budget, terms: &Terms) -> Verdict {
    match unit.obstacle {
        // However large: it would have to be looked through to the end.
        Some(Obstacle::Many) => Verdict::TooLarge,
        Some(obstacle) => Verdict::Leave(obstacle),
        None if !Budget::default().holds(unit) => Verdict::TooLarge,
        None if !budget.holds(unit) => Verdict::Wait,
        None if terms.dry_run || terms.first_cleaning => Verdict::Plan,
        None => Verdict::Move,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::temp::{Entry, Inode, Kind};

    fn unit(entries: u64, bytes: u64, obstacle: Option<Obstacle>) -> Unit {
        let entry = Entry {
            inode: Inode::default(),
            uid: 1,
            kind: Kind::Folder,
            mode: 0o700,
            modified: 0,
            read: 0,
            changed: 0,
            bytes: 0,
            links: 1,
        };
        Unit {
            entry,
            files: entries,
            entries,
            bytes,
            obstacle,
        }
    }

    #[test]
    fn a_unit_goes_when_nothing_speaks_against_it_and_it_fits() {
        let terms = Terms::default();
        let dry = Terms {
            dry_run: true,
            ..Terms::default()
        };
        let first = Terms {
            first_cleaning: true,
            ..Terms::default()
        };
        let full = Budget::default();
        let some = Budget {
            entries: 5,
            bytes: 100,
        };
        let table = [
            (unit(5, 100, None), some, &terms, Verdict::Move),
            (unit(6, 100, None), some, &terms, Verdict::Wait),
            (unit(5, 101, None), some, &terms, Verdict::Wait),
            (
                unit(MOST_ENTRIES, MOST_BYTES, None),
                full,
                &terms,
                Verdict::Move,
            ),
            (
                unit(MOST_ENTRIES + 1, 0, None),
                full,
                &terms,
                Verdict::TooLarge,
            ),
            (
                unit(1, MOST_BYTES + 1, None),
                some,
                &terms,
                Verdict::TooLarge,
            ),
            (
                unit(1, 1, Some(Obstacle::Many)),
                full,
                &terms,
                Verdict::TooLarge,
            ),
            (
                unit(1, 1, Some(Obstacle::InUse)),
                full,
                &terms,
                Verdict::Leave(Obstacle::InUse),
            ),
            (
                unit(1, 1, Some(Obstacle::InUse)),
                full,
                &dry,
                Verdict::Leave(Obstacle::InUse),
            ),
            (unit(1, 1, None), full, &dry, Verdict::Plan),
            (unit(1, 1, None), full, &first, Verdict::Plan),
        ];
        for (unit, budget, terms, expected) in table {
            assert_eq!(verdict(&unit, budget, terms), expected, "{unit:?}");
        }
        assert_eq!(full.after(&unit(9_999, 1, None)).entries, 1);
        assert_eq!(
            some.after(&unit(9, 200, None)),
            Budget {
                entries: 0,
                bytes: 0
            }
        );
    }
}
