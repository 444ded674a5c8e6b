use super::*;
use chrono_tz::Asia::Tokyo;

#[test]
fn a_budget_is_read_whatever_stands_around_it() {
    let yaml = "# money\nmonthly_budget_usd: 500  # all\nbreakdown:\n  anthropic: 400\n  firebase: 100\n\
        thresholds:\n  warning: 0.8\n  emergency: \"1.5\"\nretention_days: 90\n";
    let expected = Budget {
        monthly_usd: Some(500.0),
        warning: Some(0.8),
        emergency: Some(1.5),
    };
    assert_eq!(budget(yaml), Some(expected));
    for none in [
        "",
        "budget: 3",
        "monthly_budget_usd: lots",
        "monthly_budget_usd: -1",
        "\u{0}:::",
    ] {
        assert_eq!(budget(none), None, "{none}");
    }
}

fn of(text: &str) -> Option<Logged> {
    // 20 November 2026 in Tokyo.
    logged(
        text,
        Timestamp(1_795_100_400),
        Timestamp(1_795_186_800),
        &Tokyo,
    )
}

#[test]
fn a_log_of_costs_is_counted_by_its_own_times_and_currencies() {
    let list = r#"[
        {"timestamp": "2026-11-19T15:00:00Z", "cost_usd": 1.5},
        {"timestamp": "2026-11-20T14:59:59Z", "cost": "2", "currency": "EUR"},
        {"date": "2026-11-20", "cost_usd": 0.5},
        {"time": "2026-11-20 23:59:59", "amount": 7},
        {"timestamp": "2026-11-20T15:00:00Z", "cost_usd": 99},
        {"timestamp": "soon", "cost_usd": 99}, 3]"#;
    let found = of(list).unwrap();
    let sums = [("?", 7.0), ("EUR", 2.0), ("USD", 2.0)].map(|(name, sum)| (name.to_owned(), sum));
    assert_eq!(found.sums, sums);
    assert_eq!((found.entries, found.unread), (4, 2));
    assert_eq!(of(&format!("{{\"entries\": {list}}}")), Some(found));
}

#[test]
fn a_log_in_lines_and_one_of_unknown_form() {
    let lines = "{\"at\": 1795100400, \"totalCostUSD\": 1}\nbroken\n\n{\"at\": 1795100400000, \"cost_usd\": 2}\n";
    let found = of(lines).unwrap();
    assert_eq!(found.sums, [("USD".to_owned(), 3.0)]);
    assert_eq!((found.entries, found.unread), (2, 1));
    // Not known, which is not nothing spent.
    for unknown in ["", "7", "{}", "{\"total\": 3}", "no json"] {
        assert_eq!(of(unknown), None, "{unknown}");
    }
}
