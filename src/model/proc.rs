//! What Linux tells in `/proc`, read from text.

use super::node::CpuTicks;

/// A number of nothing but digits, of at most 64 bits: `parse` would take `+5` too.
#[must_use]
pub fn number(text: &str) -> Option<u64> {
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|_| digits)
}

/// A line of `/proc/meminfo`, in bytes; `key` with its colon.
#[must_use]
pub fn meminfo(text: &str, key: &str) -> Option<u64> {
    let rest = text.lines().find_map(|line| line.strip_prefix(key))?;
    number(rest.split_whitespace().next()?)?.checked_mul(1024)
}

/// The first line of `/proc/stat`: user, nice, system, idle, iowait, irq,
/// softirq, steal; guest time is part of user (`proc_stat(5)`).
#[must_use]
pub fn ticks(text: &str) -> Option<CpuTicks> {
    let line = text.lines().find_map(|line| line.strip_prefix("cpu "))?;
    let fields: Option<Vec<u64>> = line.split_whitespace().take(8).map(number).collect();
    let fields = fields.filter(|fields| fields.len() >= 4)?;
    let total = fields
        .iter()
        .fold(0, |sum: u64, field| sum.saturating_add(*field));
    let idle = fields
        .iter()
        .skip(3)
        .take(2)
        .fold(0, |sum: u64, field| sum.saturating_add(*field));
    Some(CpuTicks {
        busy: total.saturating_sub(idle),
        total,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_line_of_proc_stat_is_read() {
        let text = "cpu  10 1 5 100 4 0 1 2 9 9\ncpu0 1 1 1 1\n";
        assert_eq!(
            ticks(text),
            Some(CpuTicks {
                busy: 19,
                total: 123
            })
        );
        assert_eq!(ticks("cpu  10 1"), None);
        assert_eq!(ticks("intr 5"), None);
        assert_eq!(ticks("cpu  a b c d"), None);
        assert_eq!(ticks("cpu  +1 2 3 4"), None);
    }

    #[test]
    fn meminfo_is_read_in_bytes() {
        let text = "MemTotal:       8000 kB\nMemAvailable:   2000 kB\n";
        assert_eq!(meminfo(text, "MemTotal:"), Some(8_192_000));
        assert_eq!(meminfo(text, "SwapFree:"), None);
    }
}
