use super::*;

fn kept(kind: &str, threshold: f64) -> Forecast {
    Forecast {
        made: 1_000_000,
        kind: kind.to_owned(),
        horizon_s: DAY,
        threshold: Some(threshold),
        ..Forecast::default()
    }
}

fn looks(hours: i64, value: f64) -> Vec<(i64, f64)> {
    (0..hours)
        .map(|hour| (1_000_000 + hour * HOUR, value))
        .collect()
}

#[test]
fn what_nobody_looked_at_is_not_judged_but_what_was_seen_to_happen_is() {
    let disk = kept("disk", 90.0);
    let judged = |seen: &[(i64, f64)]| outcome(&disk, seen, Timestamp(2_000_000));
    assert_eq!(judged(&[]), None);
    assert_eq!(judged(&looks(12, 50.0)), None, "half of the time");
    assert!(!judged(&looks(24, 89.9)).unwrap().crossed);
    let crossed = judged(&[(1_000_500, 90.0)]).unwrap();
    assert_eq!(
        (crossed.crossed, crossed.crossed_at),
        (true, Some(1_000_500))
    );
    let later = [(1_000_000 + DAY, 95.0), (999_999, 95.0)];
    assert_eq!(judged(&later), None, "before and after it");
}

#[test]
fn restarts_are_counted() {
    let service = kept("service", 3.0);
    let mut seen = looks(24, 0.0);
    seen.extend([(1_000_001, 1.0), (1_000_002, 1.0)]);
    seen.sort_by_key(|(at, _)| *at);
    let two = outcome(&service, &seen, Timestamp(2_000_000)).unwrap();
    assert!(!two.crossed);
    seen.insert(3, (1_000_003, 1.0));
    let three = outcome(&service, &seen, Timestamp(2_000_000)).unwrap();
    assert_eq!(three.crossed_at, Some(1_000_003));
}

#[test]
fn what_is_long_past_foretells_nothing() {
    let known = Known {
        node: "a".to_owned(),
        what: What::Memory,
        threshold: 90.0,
        points: (0..100).map(|at| (at * 300, 95.0)).collect(),
        reach: (0, 29_700),
        grew: None,
    };
    let told = foresee(std::slice::from_ref(&known), Timestamp(29_700 + 7 * HOUR));
    assert!(told.iter().all(|one| one.is_learning() && !one.will_cross));
    let told = foresee(&[known], Timestamp(29_700));
    assert!(told.iter().all(Foreseen::is_over));
    assert!(to_keep(&told, &[], Timestamp(29_700)).is_empty());
}
