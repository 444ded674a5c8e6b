//! How good an arrangement is: `Σ weight·u / Σ weight` over the panes, with
//! `u = min(1, width/want) · min(1, height/want)`, and 0 for a pane in which
//! nobody can work.

use super::Rect;
use super::role::{Role, Want};

/// Columns and rows under which a pane is of no use.
pub const USABLE: (u32, u32) = (20, 4);

/// A pane to be placed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pane {
    /// What it is for.
    pub role: Role,
    /// Whether it is the one that is typed into.
    pub active: bool,
}

/// What each pane wants; with `attention`, a weight in (0, 1), the active pane
/// weighs that, and the others share the rest by their own weights.
#[must_use]
pub fn wants(panes: &[Pane], attention: Option<f64>) -> Vec<Want> {
    let own: Vec<Want> = panes.iter().map(|pane| pane.role.want()).collect();
    let Some(attention) = attention else {
        return own;
    };
    let others: f64 = panes
        .iter()
        .zip(&own)
        .filter(|(pane, _)| !pane.active)
        .map(|(_, want)| want.weight)
        .sum();
    let weighed = |(pane, want): (&Pane, &Want)| Want {
        weight: if pane.active {
            attention
        } else {
            (1.0 - attention) * want.weight / others
        },
        ..*want
    };
    panes.iter().zip(&own).map(weighed).collect()
}

/// What a pane of this size has of what it wants, from 0 to 1.
#[must_use]
pub fn share(want: &Want, width: u32, height: u32) -> f64 {
    if width < USABLE.0 || height < USABLE.1 {
        return 0.0;
    }
    let part = |has: u32, wants: u32| (f64::from(has) / f64::from(wants)).min(1.0);
    part(width, want.width) * part(height, want.height)
}

/// The efficiency of panes that want `wants` in `rects`, from 0 to 1;
/// `columns` of each are lost to a scrollbar.
#[must_use]
pub fn efficiency(wants: &[Want], rects: &[Rect], columns: u32) -> f64 {
    let all: f64 = wants.iter().map(|want| want.weight).sum();
    let pairs = wants.iter().zip(rects);
    let had: f64 = pairs
        .map(|(want, rect)| {
            want.weight * share(want, rect.width.saturating_sub(columns), rect.height)
        })
        .sum();
    if all > 0.0 { had / all } else { 0.0 }
}

/// An efficiency in whole thousandths, 0 to 1000.
#[must_use]
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "clamped before"
)]
pub fn thousandths(efficiency: f64) -> u16 {
    (efficiency.clamp(0.0, 1.0) * 1000.0).round() as u16
}

/// An efficiency as people read it: `0.62`. By whole numbers, because printing
/// others takes much of a small program.
#[must_use]
pub fn shown(efficiency: f64) -> String {
    let hundredths = (thousandths(efficiency) + 5) / 10;
    format!("{}.{:02}", hundredths / 100, hundredths % 100)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rect(width: u32, height: u32) -> Rect {
        Rect::window(width, height)
    }

    fn pane(role: Role, active: bool) -> Pane {
        Pane { role, active }
    }

    #[test]
    fn what_is_had_of_what_is_wanted_counts_by_its_weight() {
        let panes = [pane(Role::Editor, true), pane(Role::Shell, false)];
        let own = wants(&panes, None);
        // All, and half of the rows.
        let half = efficiency(&own, &[rect(120, 45), rect(80, 12)], 0);
        assert!((half - (3.0 + 1.0) / 5.0).abs() < 1e-12);
        // Nobody works in three rows, or in nineteen columns.
        let none = efficiency(&own, &[rect(200, 3), rect(19, 50)], 0);
        assert!(none.abs() < 1e-12);
        let scrollbars = efficiency(&own, &[rect(101, 45), rect(41, 24)], 1);
        assert!((scrollbars - (3.0 + 1.0) / 5.0).abs() < 1e-12);
    }

    #[test]
    fn an_efficiency_is_shown_in_hundredths() {
        assert_eq!(shown(0.6249), "0.63");
        assert_eq!(shown(0.009), "0.01");
        assert_eq!(
            (shown(1.0), shown(f64::NAN), shown(-1.0)),
            ("1.00".into(), "0.00".into(), "0.00".into())
        );
    }

    #[test]
    fn attention_is_the_active_panes_weight() {
        let panes = [
            pane(Role::Logs, false),
            pane(Role::Shell, true),
            pane(Role::Editor, false),
        ];
        let weights = wants(&panes, Some(0.6)).into_iter().map(|want| want.weight);
        let weights: Vec<f64> = weights.collect();
        for (weight, wanted) in weights.iter().zip([0.1, 0.6, 0.3]) {
            assert!((weight - wanted).abs() < 1e-12, "{weights:?}");
        }
        let alone = wants(&[pane(Role::Shell, true)], Some(0.6));
        assert!((efficiency(&alone, &[rect(80, 12)], 0) - 0.5).abs() < 1e-12);
    }
}
