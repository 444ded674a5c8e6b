use super::*;

fn known(node: &str, up: i64, down: i64, unknown: i64) -> Known {
    Known {
        node: node.to_owned(),
        shares: Shares {
            up_ms: up,
            down_ms: down,
            unknown_ms: unknown,
            paused_ms: 0,
        },
        ..Known::default()
    }
}

#[test]
fn an_uptime_is_never_rounded_up_and_the_worst_comes_first() {
    let day = 86_400_000;
    let all = uptimes(vec![
        known("b", day, 0, 0),
        known("c", day - 1, 1, 0),
        known("a", day, 0, 0),
        known("asleep", day / 10, 0, day - day / 10),
        known("worst", day / 2, day / 2, 0),
    ]);
    let told: Vec<(&str, Option<f64>)> = all
        .iter()
        .map(|one| (one.node.as_str(), one.percent))
        .collect();
    assert_eq!(
        told,
        [
            ("asleep", None),
            ("worst", Some(50.0)),
            ("c", Some(99.99)),
            ("a", Some(100.0)),
            ("b", Some(100.0)),
        ]
    );
    let shares = [
        all[0].seen_percent,
        percent_down(1, 0),
        percent_down(i64::MAX, i64::MAX),
    ];
    assert_eq!(shares.map(|share| share.to_string()), ["10", "0", "100"]);
}

fn problem(check: &str, began: i64, ended: Option<i64>) -> Problem {
    Problem {
        node: "a".to_owned(),
        check: check.to_owned(),
        began,
        seen: began + 10,
        ended,
        paused: false,
        text: "x".to_owned(),
    }
}

fn incident(check: &str, detected: i64, to_recover_ms: Option<u64>) -> Incident {
    Incident {
        node: "a".to_owned(),
        check: check.to_owned(),
        cause: "died".to_owned(),
        detected: Timestamp(detected),
        to_detect_ms: Some(5),
        recovered: to_recover_ms.map(|ms| Timestamp(detected + i64::try_from(ms / 1_000).unwrap())),
        to_recover_ms,
        by: if to_recover_ms.is_some() { "watch" } else { "" }.to_owned(),
        ..Incident::default()
    }
}

#[test]
fn what_was_repaired_is_one_outage() {
    let problems = [
        problem("sshd", 1_000, Some(1_030)),
        problem("disk", 5_000, None),
        problem("tmux:monitor", 9_000, Some(9_060)),
    ];
    let incidents = [
        incident("sshd", 1_001, Some(110)),
        incident("tmux", 9_000, Some(195)),
        // Another time: nobody sampled it.
        incident("sshd", 20_000, Some(90)),
    ];
    let all = outages(&problems, &incidents);
    let told: Vec<(&str, Option<By>, Option<u64>)> = all
        .iter()
        .map(|one| (one.check.as_str(), one.by, one.lasted_ms()))
        .collect();
    assert_eq!(
        told,
        [
            ("sshd", Some(By::Mamori), Some(115)),
            ("disk", None, None),
            ("tmux", Some(By::Mamori), Some(200)),
            ("sshd", Some(By::Mamori), Some(95)),
        ]
    );
    assert_eq!(all[1].to_detect_ms(), Some(10_000));
}

#[test]
fn means_need_five_and_what_goes_on_is_in_none() {
    let span = Span {
        start: Timestamp(0),
        end: Timestamp(100_000),
    };
    let four: Vec<Problem> = (1..5)
        .map(|n| problem("disk", n * 1_000, Some(n * 1_000 + n)))
        .collect();
    let few = times(&outages(&four, &[]), span);
    assert_eq!((few.mttd_ms, few.mttr_ms), (None, None));
    assert_eq!((few.to_repair.n, few.to_repair.longest), (4, Some(4_000)));
    let mut six = four;
    six.push(problem("disk", 6_000, Some(6_005)));
    six.push(problem("disk", 7_000, None));
    // It began before and ended after.
    six.push(problem("inodes", -50, Some(200_000)));
    let all = times(&outages(&six, &[]), span);
    assert_eq!((all.mttd_ms, all.to_detect.n), (Some(10_000), 6));
    assert_eq!((all.mttr_ms, all.to_repair.n), (Some(3_000), 5));
}

#[test]
fn percentiles_are_of_the_nearest_rank() {
    let all = Response::of((1..=100).map(f64::from));
    assert_eq!((all.n, all.mean_ms), (100, Some(50.5)));
    assert_eq!((all.median_ms, all.p95_ms), (Some(50.0), Some(95.0)));
    let odd = Response::of([f64::NAN, -1.0, 7.0, f64::INFINITY]);
    assert_eq!((odd.n, odd.p95_ms), (1, Some(7.0)));
    assert_eq!(Response::of([]), Response::default());
}

#[test]
fn without_a_judged_sample_there_is_no_rate() {
    let judged = |known, with_problems| Judged {
        samples: 100,
        known,
        with_problems,
    };
    assert_eq!(error_rate(judged(1_440, 12)), Some(0.83));
    assert_eq!(error_rate(judged(0, 0)), None);
}
