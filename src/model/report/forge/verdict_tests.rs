use proptest::prelude::*;

use super::*;

fn judged(code: i32, stdout: &str, stderr: &str) -> Option<Trouble> {
    verdict(Some(code), stdout.as_bytes(), stderr.as_bytes()).trouble
}

#[test]
fn pages_one_after_another_are_a_stream() {
    let found = verdict(Some(0), b"[{\"a\":1}]\n[{\"a\":2}][]", b"");
    assert_eq!((found.values.len(), found.trouble), (3, None));
    let found = verdict(Some(0), b"", b"");
    assert_eq!((found.values.len(), found.trouble), (0, None));
}

#[test]
fn an_answer_that_breaks_off_keeps_what_was_whole() {
    let found = verdict(Some(0), b"[1]\n[{\"a\":", b"");
    assert_eq!(found.values.len(), 1);
    assert!(matches!(found.trouble, Some(Trouble::Part(_))));
}

#[test]
fn each_failure_is_told_by_its_code_then_its_json_then_its_status() {
    let limit = r#"{"message":"API rate limit exceeded for user ID 1."}"#;
    let typed = r#"{"errors":[{"type":"RATE_LIMITED","message":"x"}]}"#;
    let lost = r#"{"data":{"repository":null},"errors":[{"type":"NOT_FOUND","message":"x"}]}"#;
    let part = r#"{"data":{"repository":{}},"errors":[{"message":"timed\u001b out"}]}"#;
    let told = [
        (4, "", "To get started with GitHub CLI", Trouble::LoggedOut),
        (
            1,
            "{}",
            "gh: Bad credentials (HTTP 401)",
            Trouble::LoggedOut,
        ),
        (
            1,
            limit,
            "gh: API rate limit (HTTP 403)",
            Trouble::Limited(None),
        ),
        (1, limit, "gh: x (HTTP 429)", Trouble::Limited(None)),
        (1, typed, "gh: x", Trouble::Limited(None)),
        (1, lost, "gh: x", Trouble::NotFound),
        (1, part, "gh: x", Trouble::Part("timed out".into())),
        (1, "{}", "gh: Not Found (HTTP 404)", Trouble::NotFound),
        (1, "{}", "gh: No access (HTTP 403)", Trouble::NotFound),
        (1, r#"{"status":"404"}"#, "gh: x", Trouble::NotFound),
        (1, "", "gh: HTTP 502 (HTTP 502)", Trouble::Server(502)),
        (2, "", "", Trouble::Other("gh ended with 2".into())),
    ];
    for (code, stdout, stderr, expected) in told {
        assert_eq!(judged(code, stdout, stderr), Some(expected), "{stderr}");
    }
    for text in [
        "error connecting to api.github.com\ncheck your internet connection",
        "Get \"https://localhost/api/v3/rate_limit\": dial tcp: connection refused",
    ] {
        assert!(matches!(judged(1, "", text), Some(Trouble::Offline(_))));
    }
}

#[test]
fn the_head_of_an_answer_ends_at_its_first_empty_line() {
    for end in ["\r\n", "\n"] {
        let head = [
            "HTTP/2.0 403 Forbidden",
            "X-Ratelimit-Reset: 1795327200",
            "",
            "",
        ]
        .join(end);
        let text = format!("{head}{{\"message\":\"API rate limit exceeded\"}}");
        let limited = Trouble::Limited(Some(Timestamp(1_795_327_200)));
        assert_eq!(judged(1, &text, ""), Some(limited));
    }
    let found = verdict(Some(0), b"HTTP/2.0 200 OK\r\nA: b\r\n\r\n{\"a\":1}", b"");
    assert_eq!((found.values.len(), found.trouble), (1, None));
}

#[test]
fn words_name_the_hint_and_the_time() {
    let words = |trouble: Trouble| trouble.words(Timestamp::rfc3339);
    assert_eq!(
        words(Trouble::LoggedOut),
        "gh is not logged in (run: gh auth login)"
    );
    assert_eq!(
        words(Trouble::Limited(Some(Timestamp(0)))),
        "GitHub's limit, free again at 1970-01-01T00:00:00Z"
    );
    assert_eq!(words(Trouble::Silent(15)), "gh did not answer within 15 s");
}

proptest! {
    #[test]
    fn any_bytes_are_judged(
        code in proptest::option::of(0i32..6),
        stdout in proptest::collection::vec(any::<u8>(), 0..80),
        stderr in proptest::collection::vec(any::<u8>(), 0..80),
    ) {
        let _ = verdict(code, &stdout, &stderr);
    }
}
