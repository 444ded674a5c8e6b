use super::*;

fn at(date: &str) -> Timestamp {
    let time = chrono::DateTime::parse_from_rfc3339(&format!("{date}T12:00:00Z")).unwrap();
    Timestamp(time.timestamp())
}

fn tokens(input: u64, output: u64) -> Tokens {
    Tokens {
        input: Some(input),
        cache_write: Some(0),
        cache_write_hour: 0,
        cache_read: Some(0),
        output: Some(output),
    }
}

fn dollars(model: &str, date: &str, tokens: &Tokens, rate: Option<&str>) -> Option<String> {
    let cost = Prices::list().cost(Some(model), at(date), tokens, rate)?;
    Some(format!("{:.4}", cost.dollars()))
}

#[test]
fn the_list_is_whole_and_each_row_says_where_it_is_from() {
    let (checked, rows) = rows(LIST).unwrap();
    assert!(checked.is_some());
    for row in &rows {
        assert!(row.source.contains("public list prices ("), "{row:?}");
        assert!(row.rates.input.is_some_and(|price| price > 0), "{row:?}");
        assert!(row.rates.output.is_some_and(|price| price > 0), "{row:?}");
        assert!(Some(row.from) <= checked, "{row:?}");
        let twice = |other: &&Row| other.model == row.model && other.from == row.from;
        assert_eq!(rows.iter().filter(twice).count(), 1, "{row:?}");
    }
}

#[test]
fn each_kind_of_token_has_its_price() {
    let all = Tokens {
        input: Some(100_000),
        cache_write: Some(20_000),
        cache_write_hour: 10_000,
        cache_read: Some(50_000),
        output: Some(10_000),
    };
    // 0.3 + 0.0375 + 0.06 + 0.015 + 0.15
    let sum = dollars("claude-sonnet-4-5-20250929", "2026-01-05", &all, None);
    assert_eq!(sum.as_deref(), Some("0.5625"));
    let half = dollars("claude-sonnet-4-5", "2026-01-05", &all, Some("batch"));
    assert_eq!(half.as_deref(), Some("0.2812"));
    assert_eq!(
        dollars("claude-sonnet-4-5", "2026-01-05", &all, Some("fast")),
        None
    );
}

#[test]
fn a_long_request_has_another_price_or_none_that_is_sure() {
    let long = tokens(200_001, 1_000);
    let sum = |model| dollars(model, "2026-03-01", &long, None);
    assert_eq!(sum("claude-sonnet-4-5").as_deref(), Some("1.2225"));
    assert_eq!(sum("claude-opus-4-6"), None);
    let short = dollars(
        "claude-opus-4-6",
        "2026-03-01",
        &tokens(200_000, 1_000),
        None,
    );
    assert_eq!(short.as_deref(), Some("1.0250"));
}

#[test]
fn the_price_is_that_of_the_day() {
    let read = Tokens {
        cache_read: Some(100_000),
        ..tokens(0, 0)
    };
    let sum = |date| dollars("gemini-2.5-pro", date, &read, None);
    assert_eq!(sum("2025-06-16"), None);
    assert_eq!(sum("2025-07-01").as_deref(), Some("0.0310"));
    assert_eq!(sum("2026-01-01").as_deref(), Some("0.0125"));
}

#[test]
fn what_is_unknown_has_no_price() {
    let some = tokens(1, 1);
    for model in ["x-preview", "", "claude-sonnet-4-5-thinking", "sonnet"] {
        assert_eq!(dollars(model, "2026-01-05", &some, None), None, "{model}");
    }
    assert_eq!(
        Prices::list().cost(None, at("2026-01-05"), &some, None),
        None
    );
    let unknown = Tokens {
        cache_read: None,
        ..some
    };
    assert_eq!(dollars("gpt-5", "2026-01-05", &unknown, None), None);
    let written = Tokens {
        cache_write: Some(5),
        ..some
    };
    // That list names no price for it.
    assert_eq!(dollars("gpt-5", "2026-01-05", &written, None), None);
}

#[test]
fn a_name_is_known_whoever_sells_it() {
    for name in [
        "anthropic/claude-haiku-4-5",
        "us.anthropic.claude-haiku-4-5-20251001-v1:0",
        "claude-haiku-4-5@20251001",
        "claude-haiku-4-5[1m]",
        "claude-haiku-4-5-20251001",
    ] {
        assert_eq!(plain(name), "claude-haiku-4-5", "{name}");
    }
    assert_eq!(plain("gpt-5-2025-08-07"), "gpt-5");
    assert_eq!(plain("gpt-4.1"), "gpt-4.1");
    assert_eq!(plain("o3-12345678x"), "o3-12345678x");
}

#[test]
fn a_table_of_ones_own_goes_before_the_list() {
    let own = r#"{"prices": [{"models": ["x-preview", "gpt-5"], "from": "2026-01-01",
        "source": "our contract", "input": 1, "output": 2.5, "cache_read": 0}]}"#;
    let prices = Prices::list().with(own).unwrap();
    let cost = |model, date| {
        let cost = prices.cost(Some(model), at(date), &tokens(1_000_000, 1_000_000), None);
        cost.map(Money::dollars)
    };
    assert_eq!(cost("x-preview", "2026-01-05"), Some(3.5));
    assert_eq!(cost("gpt-5", "2026-01-05"), Some(3.5));
    assert_eq!(cost("gpt-5", "2025-12-31"), Some(11.25));
    for wrong in [
        "",
        "{}",
        "[]",
        r#"{"prices": [{"models": ["x"]}]}"#,
        r#"{"price": []}"#,
    ] {
        assert!(Prices::list().with(wrong).is_err(), "{wrong}");
    }
}
