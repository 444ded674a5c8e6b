//! What macOS's `vm_stat` tells, read from text.

use super::proc::number;

/// The memory that programs can still have, in bytes: free, inactive,
/// speculative and purgeable pages.
///
/// ```text
/// Mach Virtual Memory Statistics: (page size of 16384 bytes)
/// Pages free:                               10000.
/// ```
#[must_use]
pub fn available(text: &str) -> Option<u64> {
    ["free:", "inactive:", "speculative:", "purgeable:"]
        .into_iter()
        .try_fold(0_u64, |sum, name| {
            sum.checked_add(pages(text, &format!("Pages {name}"))?)
        })?
        .checked_mul(page(text)?)
}

/// Bytes that came back from swap since boot.
#[must_use]
pub fn swapped_in(text: &str) -> Option<u64> {
    pages(text, "Swapins:")?.checked_mul(page(text)?)
}

/// Bytes of a page.
fn page(text: &str) -> Option<u64> {
    let (_, after) = text.split_once("page size of ")?;
    number(after.split(' ').next()?)
}

fn pages(text: &str, name: &str) -> Option<u64> {
    let line = text.lines().find_map(|line| line.strip_prefix(name))?;
    number(line.trim().trim_end_matches('.'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn four_kinds_of_pages_are_available() {
        let text = "Mach Virtual Memory Statistics: (page size of 16384 bytes)\n\
            Pages free:                               100.\n\
            Pages active:                            7000.\n\
            Pages inactive:                            20.\n\
            Pages speculative:                          3.\n\
            Pages purgeable:                            1.\n\
            Swapins:                                    5.\n";
        assert_eq!(swapped_in(text), Some(5 * 16_384));
        assert_eq!(available(text), Some(124 * 16_384));
        assert_eq!(available(&text.replace("Pages purgeable", "Pages")), None);
        assert_eq!(available(&text.replace("100.", "-1.")), None);
        assert_eq!(available(&text.replace("16384", "0x4000")), None);
        assert_eq!(
            available(&text.replace("100.", "18446744073709551615.")),
            None
        );
    }
}
