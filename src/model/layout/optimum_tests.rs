use proptest::prelude::*;

use super::*;
use crate::model::layout::efficiency::{Pane, share, wants};
use crate::model::layout::role::{Role, Want};

/// The best worth of all slicings with every border in every place: nothing
/// is known here of chains or bounds. By first and last pane, width, height.
fn brute_force(task: &Task) -> f64 {
    let (width, height) = (task.width as usize, task.height as usize);
    let panes = task.wants.len();
    let at = |w: usize, h: usize| w * (height + 1) + h;
    let mut tables: Vec<Vec<f64>> = vec![Vec::new(); panes * panes];
    for (pane, want) in task.wants.iter().enumerate() {
        let mut table = vec![f64::NEG_INFINITY; (width + 1) * (height + 1)];
        for w in task.smallest().0 as usize..=width {
            for h in task.floor.1 as usize..=height {
                let size = |size| u32::try_from(size).unwrap();
                let columns = size(w) - task.scrollbar;
                table[at(w, h)] = want.weight * share(want, columns, size(h));
            }
        }
        tables[pane * panes + pane] = table;
    }
    for count in 2..=panes {
        for first in 0..=panes - count {
            let last = first + count - 1;
            let mut table = vec![f64::NEG_INFINITY; (width + 1) * (height + 1)];
            for until in first..last {
                let one = &tables[first * panes + until];
                let other = &tables[(until + 1) * panes + last];
                for w in 0..=width {
                    for h in 0..=height {
                        let across =
                            (0..w).map(|size| one[at(size, h)] + other[at(w - 1 - size, h)]);
                        let down = (0..h).map(|size| one[at(w, size)] + other[at(w, h - 1 - size)]);
                        let best = across.chain(down).fold(f64::NEG_INFINITY, f64::max);
                        table[at(w, h)] = table[at(w, h)].max(best);
                    }
                }
            }
            tables[first * panes + last] = table;
        }
    }
    let all: f64 = task.wants.iter().map(|want| want.weight).sum();
    tables[panes - 1][at(width, height)] / all
}

/// Panes of random roles, one of them active.
fn some_panes(most: usize) -> impl Strategy<Value = (Vec<Pane>, Option<f64>)> {
    let roles = proptest::collection::vec(0..Role::WORDS.len(), 2..=most);
    let attention = proptest::option::of(0.01..0.99_f64);
    (roles, any::<proptest::sample::Index>(), attention).prop_map(|(roles, active, attention)| {
        let active = active.index(roles.len());
        let pane = |(place, word): (usize, &usize)| Pane {
            role: Role::WORDS[*word].1,
            active: place == active,
        };
        (roles.iter().enumerate().map(pane).collect(), attention)
    })
}

fn check(task: &Task) -> Result<(), TestCaseError> {
    let best = brute_force(task);
    let found = optimum(task);
    prop_assert_eq!(
        found.is_some(),
        best > f64::NEG_INFINITY,
        "whether any fits"
    );
    if let Some(slicing) = found {
        let rects = slicing.rects();
        prop_assert!(task.fits(&rects), "{rects:?}");
        let efficiency = task.efficiency(&rects);
        prop_assert!((efficiency - best).abs() < 1e-6, "{efficiency} of {best}");
        let layout = slicing.layout();
        prop_assert_eq!(layout.rects(), rects);
        prop_assert_eq!(Slicing::of(&layout).rects(), slicing.rects());
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn nothing_is_better_than_what_is_found(
        width in 20..90_u32, height in 4..26_u32, (panes, attention) in some_panes(5),
    ) {
        let wants = wants(&panes, attention);
        check(&Task { width, height, wants, floor: (20, 4), scrollbar: 0 })?;
    }

    /// Small wants in small windows: everything there is at a larger scale,
    /// too, and with it floors under what is of use.
    #[test]
    fn nor_with_any_wants_and_floors(
        width in 1..48_u32, height in 1..16_u32, floor in (1..24_u32, 1..6_u32), scrollbar in 0..3_u32,
        wants in proptest::collection::vec((20..40_u32, 4..12_u32, 0.01..4.0_f64), 1..6),
    ) {
        let want = |&(width, height, weight): &(u32, u32, f64)| Want { width, height, weight };
        let wants = wants.iter().map(want).collect();
        check(&Task { width, height, wants, floor, scrollbar })?;
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    #[test]
    fn nor_with_eight_panes(
        width in 60..110_u32, height in 20..30_u32, (panes, attention) in some_panes(8),
    ) {
        let wants = wants(&panes, attention);
        check(&Task { width, height, wants, floor: (20, 4), scrollbar: 0 })?;
    }
}

#[test]
fn a_window_with_room_for_all_wants_is_wholly_efficient() {
    let pane = |role| Pane {
        role,
        active: false,
    };
    let panes = [Role::Editor, Role::Shell, Role::Logs].map(pane);
    let task = Task {
        width: 400,
        height: 110,
        wants: wants(&panes, None),
        floor: (20, 4),
        scrollbar: 0,
    };
    let best = optimum(&task).unwrap();
    assert!((task.efficiency(&best.rects()) - 1.0).abs() < 1e-9);
}

#[test]
fn no_panes_or_too_many_are_not_arranged() {
    let task = |count| Task {
        width: 1000,
        height: 500,
        wants: vec![Role::Shell.want(); count],
        floor: (20, 4),
        scrollbar: 0,
    };
    assert_eq!(optimum(&task(0)), None);
    assert_eq!(optimum(&task(MOST + 1)), None);
    assert!(optimum(&task(MOST)).is_some());
}
