//! What an answer tells of memory that runs short.

use super::facts::Facts;
use crate::model::node::Platform;
use crate::model::pressure::stall_percent;
use crate::model::proc::number;
use crate::model::reading::Reading;
use crate::model::vm_stat;

/// The share of stalls, or where that is not counted, the bytes that were
/// swapped in since boot.
pub(super) fn told(facts: &Facts<'_>, platform: Platform) -> (Reading<f64>, Option<u64>) {
    let why = match platform {
        Platform::Linux => {
            let stalls = facts.text("pressure");
            if let Some(percent) = stalls.and_then(|text| stall_percent(&text)) {
                return (Reading::Value(percent), None);
            }
            "this kernel does not count stalls"
        }
        Platform::Macos => "macOS does not count stalls",
        Platform::Termux => "Android hides its stalls",
    };
    let bytes = match platform {
        Platform::Linux => pages(facts),
        Platform::Macos => facts
            .joined("vm_stat")
            .and_then(|text| vm_stat::swapped_in(&text)),
        Platform::Termux => None,
    };
    (Reading::unavailable(why), bytes)
}

/// `PAGES SIZE`.
fn pages(facts: &Facts<'_>) -> Option<u64> {
    let text = facts.text("swapped")?;
    let (pages, size) = text.split_once(' ')?;
    number(pages)?.checked_mul(number(size)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str, platform: Platform) -> (Option<f64>, Option<u64>) {
        let facts = Facts::new(text.as_bytes(), true);
        let (stalls, bytes) = told(&facts, platform);
        (stalls.value().copied(), bytes)
    }

    #[test]
    fn stalls_are_told_or_else_what_was_swapped_in() {
        let stalls = "pressure=full avg10=31.50 avg60=9.00 avg300=0.00 total=9\n";
        assert_eq!(of(stalls, Platform::Linux), (Some(31.5), None));
        let swapped = "swapped=10 4096\n";
        assert_eq!(of(swapped, Platform::Linux), (None, Some(40_960)));
        for bad in [
            "swapped=10\n",
            "swapped=x 4096\n",
            "swapped=18446744073709551615 4096\n",
        ] {
            assert_eq!(of(bad, Platform::Linux), (None, None), "{bad}");
        }
        assert_eq!(
            of("pressure=full avg10=999 avg60=0\n", Platform::Linux),
            (None, None)
        );
        let vm_stat = "vm_stat=Mach Virtual Memory Statistics: (page size of 4096 bytes)\n\
                       vm_stat=Swapins:                  2.\n";
        assert_eq!(of(vm_stat, Platform::Macos), (None, Some(8_192)));
        assert_eq!(of(stalls, Platform::Termux), (None, None));
    }
}
