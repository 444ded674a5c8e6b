//! Files that are written in place can be left half-written by a kill. Pure.

/// Whether `stands` is what `new` leaves when it is written over `old` from
/// the start and the writer dies before its end.
#[must_use]
pub fn torn(stands: &[u8], old: &[u8], new: &[u8]) -> bool {
    let common = |one: &mut dyn Iterator<Item = (u8, u8)>| one.take_while(|(a, b)| a == b).count();
    let written = common(&mut stands.iter().copied().zip(new.iter().copied()));
    if stands.len() > old.len() {
        return written == stands.len();
    }
    let rest = common(&mut stands.iter().rev().copied().zip(old.iter().rev().copied()));
    stands.len() == old.len() && written + rest >= stands.len()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn whatever_a_killed_writer_leaves_is_known(
            old in prop::collection::vec(0_u8..3, 0..20),
            new in prop::collection::vec(0_u8..3, 0..20),
            at in 0_usize..20,
        ) {
            let at = at.min(new.len());
            let mut stands = old.clone();
            stands.resize(old.len().max(at), 0);
            stands[..at].copy_from_slice(&new[..at]);
            prop_assert!(torn(&stands, &old, &new));
        }
    }

    #[test]
    fn what_a_person_wrote_is_not() {
        assert!(!torn(b"theirs", b"before", b"after!"));
        assert!(!torn(b"beforetheirs", b"before", b"beforeours"));
    }
}
