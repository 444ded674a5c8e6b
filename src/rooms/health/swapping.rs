//! How fast memory comes back from swap, told from the counters of two samples.
//! Pure.

use crate::model::node::Node;
use crate::model::pressure::Swapped;
use crate::model::reading::{Reading, Readings};

/// `readings` with the rate since `node`'s last sample, and the counter that
/// the next sample is held against. `bytes`: what was swapped in since boot,
/// where the machine tells.
pub(super) fn swapping(
    node: &Node,
    readings: Readings,
    boot_id: Option<&str>,
    bytes: Option<u64>,
) -> (Readings, Option<Swapped>) {
    let uptime = readings.uptime_s.value().copied();
    let Some(now) = bytes
        .zip(uptime)
        .map(|(bytes, uptime_s)| Swapped { bytes, uptime_s })
    else {
        return (readings, None);
    };
    let same_boot = node.boot_id.is_some() && node.boot_id.as_deref() == boot_id;
    let before = node.swapped.filter(|_| same_boot);
    let (rate, kept) = match before.map(|before| (before, now.rate_since(before))) {
        Some((_, Some(rate))) => (Reading::Value(rate), now),
        // Too near: what was told last holds, and the older counter counts.
        Some((before, None)) if before.uptime_s <= now.uptime_s => {
            (node.readings.swap_in_bytes_per_s.clone(), before)
        }
        _ => (Reading::unavailable("needs a second sample"), now),
    };
    let readings = Readings {
        swap_in_bytes_per_s: rate,
        ..readings
    };
    (readings, Some(kept))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::time::Timestamp;

    #[test]
    fn the_rate_is_of_the_time_between_and_quick_looks_do_not_lose_it() {
        let mut node = Node::unseen("n", "", Timestamp(0));
        node.boot_id = Some("b".to_owned());
        let mut look = |uptime: u64, bytes: u64| {
            let readings = Readings {
                uptime_s: Reading::Value(uptime),
                ..Readings::default()
            };
            let (readings, kept) = swapping(&node, readings, Some("b"), Some(bytes));
            node.swapped = kept;
            node.readings = readings;
            node.readings.swap_in_bytes_per_s.value().copied()
        };
        assert_eq!(look(100, 1_000), None);
        assert_eq!(look(160, 7_000), Some(100.0));
        assert_eq!(look(161, 7_500), Some(100.0));
        assert_eq!(look(180, 9_000), Some(100.0));
        // Another boot.
        assert_eq!(look(20, 10), None);
    }
}
