//! What programs say about a battery, read from text.

use serde::Deserialize;

use super::reading::Reading;

/// Charge in percent, and whether it is being drained.
pub type Charge = (Reading<f64>, Reading<bool>);

/// Neither can be known, and why.
#[must_use]
pub fn unknown(why: &str) -> Charge {
    (Reading::unavailable(why), Reading::unavailable(why))
}

/// What macOS's `pmset -g batt` says, such as
/// ` -InternalBattery-0 (id=1) 93%; discharging; 4:02 remaining`.
#[must_use]
pub fn pmset(text: &str) -> Charge {
    let battery = text
        .lines()
        .find(|line| line.trim_start().starts_with("-InternalBattery"));
    let Some((before, after)) = battery.and_then(|line| line.split_once('%')) else {
        return unknown("no battery");
    };
    let digits = before
        .rsplit(|c: char| !c.is_ascii_digit())
        .next()
        .unwrap_or_default();
    match digits.parse() {
        Ok(percent) => (
            Reading::Value(percent),
            Reading::Value(after.starts_with("; discharging")),
        ),
        Err(_) => unknown("pmset names no percentage"),
    }
}

/// The JSON of `termux-battery-status`.
#[must_use]
pub fn termux(text: &[u8]) -> Charge {
    #[derive(Deserialize)]
    struct Status {
        percentage: Option<f64>,
        status: Option<String>,
    }
    match serde_json::from_slice(text) {
        Ok(Status {
            percentage: Some(percent),
            status,
        }) => (
            Reading::Value(percent),
            Reading::Value(status.as_deref() == Some("DISCHARGING")),
        ),
        Ok(_) => unknown("Termux:API names no percentage"),
        Err(error) => (
            Reading::failed(error.to_string()),
            Reading::failed("not understood"),
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pmset_is_understood() {
        let text = "Now drawing from 'Battery Power'\n -InternalBattery-0 (id=123)\t93%; discharging; 4:02 remaining present: true\n";
        assert_eq!(pmset(text), (Reading::Value(93.0), Reading::Value(true)));
        let text = " -InternalBattery-0 (id=123)\t100%; charged; 0:00 remaining\n";
        assert_eq!(pmset(text), (Reading::Value(100.0), Reading::Value(false)));
        assert_eq!(
            pmset("Now drawing from 'AC Power'\n"),
            unknown("no battery")
        );
    }

    #[test]
    fn termux_json_is_understood() {
        let text = br#"{"health":"GOOD","percentage":81,"status":"DISCHARGING"}"#;
        assert_eq!(termux(text), (Reading::Value(81.0), Reading::Value(true)));
        assert_eq!(termux(b"{}"), unknown("Termux:API names no percentage"));
        assert!(matches!(
            termux(b""),
            (Reading::Failed(_), Reading::Failed(_))
        ));
    }
}
