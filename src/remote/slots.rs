//! How many may knock at once at the same door. Pure.
//!
//! `sshd` drops newcomers when too many are not let in yet (`MaxStartups`,
//! by default from the tenth on), so at most eight knock at once at one
//! endpoint. Who has not even been greeted within two seconds waits aside, so
//! that a few silent machines behind one address do not keep the others out.

use std::collections::BTreeMap;
use std::time::Duration;

/// Handshakes at once at one endpoint.
pub const AT_ONCE: usize = 8;
/// Handshakes at one endpoint that wait aside for a greeting.
pub const ASIDE: usize = 32;
/// After which an ungreeted handshake waits aside.
pub const GREETED_WITHIN: Duration = Duration::from_secs(2);

/// A handshake that is under way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Handshake {
    /// The endpoint it knocks at; equal for the same server.
    pub endpoint: String,
    /// When it began.
    pub began: Duration,
    /// Whether the server has shown its banner.
    pub greeted: bool,
}

/// Which of those that want to knock may, in their order, given who is
/// knocking: indices into `wanting`, at most `room` of them.
#[must_use]
pub fn admitted(
    knocking: &[Handshake],
    wanting: &[&str],
    room: usize,
    now: Duration,
) -> Vec<usize> {
    let mut doors: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    for handshake in knocking {
        let (active, aside) = doors.entry(handshake.endpoint.as_str()).or_default();
        if !handshake.greeted && now.saturating_sub(handshake.began) >= GREETED_WITHIN {
            *aside += 1;
        } else {
            *active += 1;
        }
    }
    let mut admitted = Vec::new();
    for (index, endpoint) in wanting.iter().enumerate() {
        let (active, aside) = doors.entry(endpoint).or_default();
        if admitted.len() < room && *active < AT_ONCE && *active + *aside < AT_ONCE + ASIDE {
            *active += 1;
            admitted.push(index);
        }
    }
    admitted
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    fn knocking(count: usize, endpoint: &str, greeted: bool) -> Vec<Handshake> {
        let handshake = Handshake {
            endpoint: endpoint.to_owned(),
            began: at(0),
            greeted,
        };
        vec![handshake; count]
    }

    #[test]
    fn eight_at_once_at_one_door_and_any_number_of_doors() {
        let same = vec!["a"; 100];
        assert_eq!(admitted(&[], &same, 100, at(0)).len(), 8);
        assert_eq!(
            admitted(&knocking(6, "a", true), &same, 100, at(60)),
            [0, 1]
        );
        let names: Vec<String> = (0..100).map(|n| format!("host-{n}")).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        assert_eq!(admitted(&[], &names, 100, at(0)).len(), 100);
        assert_eq!(admitted(&[], &names, 64, at(0)).len(), 64);
    }

    #[test]
    fn who_is_not_greeted_waits_aside_but_not_without_bounds() {
        let same = vec!["a"; 100];
        assert_eq!(
            admitted(&knocking(8, "a", false), &same, 100, at(1)).len(),
            0
        );
        assert_eq!(
            admitted(&knocking(8, "a", false), &same, 100, at(2)).len(),
            8
        );
        assert_eq!(
            admitted(&knocking(36, "a", false), &same, 100, at(2)).len(),
            4
        );
        assert_eq!(
            admitted(&knocking(40, "a", false), &same, 100, at(2)).len(),
            0
        );
        assert_eq!(
            admitted(&knocking(40, "a", false), &["a", "b"], 9, at(2)),
            [1]
        );
    }
}
