//! Memory that runs short on this machine.

use crate::model::reading::Reading;

/// The share of stalls, or where that is not counted, the bytes that were
/// swapped in since boot.
#[cfg(target_os = "linux")]
pub(super) fn read() -> (Reading<f64>, Option<u64>) {
    use crate::model::pressure::{pages_in, stall_percent};
    let stalls = std::fs::read_to_string("/proc/pressure/memory").ok();
    if let Some(percent) = stalls.and_then(|text| stall_percent(&text)) {
        return (Reading::Value(percent), None);
    }
    let pages = std::fs::read_to_string("/proc/vmstat").ok();
    let page = u64::try_from(rustix::param::page_size()).unwrap_or(4_096);
    let bytes = pages.and_then(|text| pages_in(&text)?.checked_mul(page));
    (
        Reading::unavailable("this kernel does not count stalls"),
        bytes,
    )
}

#[cfg(target_os = "android")]
pub(super) fn read() -> (Reading<f64>, Option<u64>) {
    (Reading::unavailable("Android hides its stalls"), None)
}

#[cfg(target_os = "macos")]
pub(super) fn read() -> (Reading<f64>, Option<u64>) {
    let text = super::kernel::said("/usr/bin/vm_stat", &[]).ok();
    (
        Reading::unavailable("macOS does not count stalls"),
        text.and_then(|text| crate::model::vm_stat::swapped_in(&text)),
    )
}

#[cfg(not(any(target_os = "linux", target_os = "android", target_os = "macos")))]
pub(super) fn read() -> (Reading<f64>, Option<u64>) {
    (Reading::unavailable("not known of this system"), None)
}
