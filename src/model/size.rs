//! Bytes for people.

/// `512 B`, `8.2 KB`, `105 MB`: thousands, as the configuration counts, with
/// two or three digits.
#[must_use]
pub fn bytes(count: u64) -> String {
    const UNITS: [&str; 6] = ["KB", "MB", "GB", "TB", "PB", "EB"];
    if count < 1_000 {
        return format!("{count} B");
    }
    let mut unit = 1_000_u64;
    for (at, name) in UNITS.iter().enumerate() {
        let tenths = u128::from(count) * 10 / u128::from(unit);
        let last = at + 1 == UNITS.len();
        if tenths < 100 {
            return format!("{}.{} {name}", tenths / 10, tenths % 10);
        }
        if tenths < 10_000 || last {
            return format!("{} {name}", tenths / 10);
        }
        unit = unit.saturating_mul(1_000);
    }
    format!("{count} B")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_or_three_digits_and_a_unit() {
        for (count, said) in [
            (0, "0 B"),
            (999, "999 B"),
            (1_000, "1.0 KB"),
            (8_249, "8.2 KB"),
            (9_999, "9.9 KB"),
            (10_000, "10 KB"),
            (104_857_600, "104 MB"),
            (999_999, "999 KB"),
            (5_000_000_000, "5.0 GB"),
            (u64::MAX, "18 EB"),
        ] {
            assert_eq!(bytes(count), said);
        }
    }
}
