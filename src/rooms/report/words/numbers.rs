//! Numbers with their units, as each language writes them.

use super::Words;

const MINUTE: u64 = 60;
const HOUR: u64 = 3_600;
const DAY: u64 = 86_400;

impl Words<'_> {
    /// A whole number, grouped from 10 000 on.
    #[must_use]
    pub fn count(&self, number: u64) -> String {
        let digits = number.to_string();
        if number < 10_000 {
            return digits;
        }
        // A thin space that does not break.
        let mark = if self.japanese() { ',' } else { '\u{202f}' };
        let mut grouped = String::new();
        for (place, digit) in digits.chars().enumerate() {
            if place > 0 && (digits.len() - place).is_multiple_of(3) {
                grouped.push(mark);
            }
            grouped.push(digit);
        }
        grouped
    }

    /// Millions of tokens and the like: `31.2 M`, `950 k`, `12`.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "three figures are printed")]
    pub fn many(&self, number: u64) -> String {
        let gap = if self.japanese() { "" } else { " " };
        match number {
            ..10_000 => self.count(number),
            10_000..1_000_000 => format!("{}{gap}k", number / 1_000),
            _ => format!("{:.1}{gap}M", number as f64 / 1e6),
        }
    }

    /// Percent with one decimal.
    #[must_use]
    pub fn percent(&self, percent: f64) -> String {
        if percent > 0.0 && percent < 0.05 {
            return self.unit("< 0.1", "%", "%");
        }
        let percent = (percent * 10.0).round() / 10.0;
        let percent = if percent == 0.0 { 0.0 } else { percent };
        self.unit(&trimmed(&format!("{percent:.1}")), "%", "%")
    }

    /// An uptime: two decimals, cut and never rounded up, so that what is not
    /// all is never shown as all.
    #[must_use]
    pub fn uptime(&self, percent: f64) -> String {
        let cut = (percent * 100.0 + 1e-6).floor() / 100.0;
        self.unit(&format!("{cut:.2}"), "%", "%")
    }

    /// Dollars: two decimals, from a thousand on none.
    #[must_use]
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "sums of money, not below 0"
    )]
    pub fn dollars(&self, dollars: f64) -> String {
        // The sum of nothing is -0.
        let dollars = if dollars > 0.0 { dollars } else { 0.0 };
        if dollars < 1_000.0 {
            return format!("${dollars:.2}");
        }
        format!("${}", self.count(dollars.round() as u64))
    }

    /// Milliseconds of a round trip: `42 ms`, `1.2 s`.
    #[must_use]
    pub fn response(&self, ms: f64) -> String {
        if ms >= 1_000.0 {
            return self.unit(&format!("{:.1}", ms / 1_000.0), "s", "秒");
        }
        if ms < 10.0 {
            return self.unit(&trimmed(&format!("{ms:.1}")), "ms", "ms");
        }
        self.unit(&format!("{ms:.0}"), "ms", "ms")
    }

    /// A span in milliseconds: below a second two figures, then seconds,
    /// minutes, hours and minutes, days and hours.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "two figures are printed")]
    pub fn span_ms(&self, ms: u64) -> String {
        if ms >= 1_000 {
            return self.span(ms.saturating_add(500) / 1_000);
        }
        let seconds = ms as f64 / 1_000.0;
        let text = match ms {
            0 => "0".to_owned(),
            1..=9 => format!("{seconds:.3}"),
            _ => format!("{seconds:.2}"),
        };
        self.unit(&text, "s", "秒")
    }

    /// A span in seconds.
    #[must_use]
    pub fn span(&self, seconds: u64) -> String {
        let one = |number: u64, unit, japanese| self.unit(&number.to_string(), unit, japanese);
        match seconds {
            ..MINUTE => one(seconds, "s", "秒"),
            MINUTE..HOUR => one(seconds / MINUTE, "min", "分"),
            HOUR..DAY => {
                let (hours, minutes) = (seconds / HOUR, seconds % HOUR / MINUTE);
                match (minutes, self.japanese()) {
                    (0, _) => one(hours, "h", "時間"),
                    (_, true) => format!("{hours}時間{minutes}分"),
                    (_, false) => format!("{hours}\u{a0}h\u{a0}{minutes:02}\u{a0}min"),
                }
            }
            _ => {
                let (days, hours) = (seconds / DAY, seconds % DAY / HOUR);
                match (hours, self.japanese()) {
                    (0, _) => one(days, "d", "日"),
                    (_, true) => format!("{days}日{hours}時間"),
                    (_, false) => format!("{days}\u{a0}d\u{a0}{hours}\u{a0}h"),
                }
            }
        }
    }

    /// Whole days of some seconds; `0 d` of less than one.
    #[must_use]
    pub fn days(&self, seconds: i64) -> String {
        let days = u64::try_from(seconds.max(0)).unwrap_or(0) / DAY;
        self.unit(&self.count(days), "d", "日")
    }

    /// Gigabytes, one decimal below ten.
    #[must_use]
    pub fn gigabytes(&self, bytes: f64) -> String {
        let gigabytes = bytes / 1e9;
        let text = if gigabytes < 10.0 {
            trimmed(&format!("{gigabytes:.1}"))
        } else {
            format!("{gigabytes:.0}")
        };
        self.unit(&text, "GB", "GB")
    }

    /// A number with its unit, on one line.
    fn unit(&self, number: &str, unit: &str, japanese: &str) -> String {
        if self.japanese() {
            format!("{number}{japanese}")
        } else {
            format!("{number}\u{a0}{unit}")
        }
    }
}

/// Without a decimal that says nothing.
fn trimmed(number: &str) -> String {
    number.strip_suffix(".0").unwrap_or(number).to_owned()
}
