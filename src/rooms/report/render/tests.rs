use proptest::prelude::*;

use super::*;
use super::{html, link, markdown};

#[test]
fn ordinary_text_stays_as_it_is() {
    for text in [
        "12 (yesterday 9: about the same)",
        "42 ms (median 38, p95 96; 576 probes)",
        "0.8 % (12 of 1 440 probes); +4 210 -1 980",
        "P1 #511 \"Login fails\" 3 d, 84 % -> 90 %",
        "$4.20 of AT&T's v1.2.3, on-call",
        "-5 %",
        "+310",
        "-",
        "12. Oktober",
        "無限サーバーは99.37%、前日比（+3件）",
    ] {
        assert_eq!(markdown::inline(text), text);
    }
    assert_eq!(markdown::escaped("-5 % and 12 (9)"), "-5 % and 12 (9)");
    assert_eq!(markdown::escaped("1.5 GB, 2)x"), "1.5 GB, 2)x");
}

#[test]
fn text_marks_nothing_up() {
    let cases = [
        (r"a*b_c`d\e", r"a\*b\_c\`d\\e"),
        ("<b>&lt;&#38; &x", r"\<b>\&lt;\&#38; &x"),
        ("[x](https://evil.example)", r"\[x\](https:\//evil.example)"),
        ("![x](y) ~~z~~ a|b $x$", r"!\[x\](y) \~\~z\~\~ a\|b \$x\$"),
        ("HTTP://a WWW.b ftp://c", r"HTTP:\//a WWW\.b ftp:\//c"),
        ("a@b.c root@mugen", "a@\u{2060}b.c root@mugen"),
        ("end ##", r"end \#\#"),
        ("  a\n# b\r\n\t- c\u{202e}\u{0} ", "a # b  - c"),
    ];
    for (text, wanted) in cases {
        assert_eq!(markdown::inline(text), wanted);
    }
}

#[test]
fn no_text_begins_a_block() {
    let cases = [
        ("# a", r"\# a"),
        ("#a", r"\#a"),
        ("> a", r"\> a"),
        ("- a", r"\- a"),
        ("+ a", r"\+ a"),
        ("-", r"\-"),
        ("--", r"\--"),
        ("===", r"\==="),
        ("1. a", r"1\. a"),
        ("23) a", r"23\) a"),
        ("1.", r"1\."),
        ("    code", "code"),
        ("***", r"\*\*\*"),
    ];
    for (text, wanted) in cases {
        assert_eq!(markdown::escaped(text), wanted);
    }
}

fn to(target: &str) -> link::To {
    serde_json::from_value(serde_json::json!({ "to": target, "text": "a<b" })).unwrap()
}

#[test]
fn only_pages_and_places_are_links() {
    let page = to("https://a.example/x_(y)?q=1&r");
    assert_eq!(
        link::html(&page),
        "<a href=\"https://a.example/x_(y)?q=1&amp;r\" rel=\"noopener noreferrer\">a&lt;b</a>"
    );
    assert_eq!(
        link::markdown(&page),
        r"[a\<b](https://a.example/x_%28y%29?q=1&r)"
    );
    assert_eq!(
        link::html(&to("#uptime-無限 x")),
        "<a href=\"#uptime-無限-x\">a&lt;b</a>"
    );
    for nowhere in [
        "javascript:alert(1)",
        "http://a.example",
        "HTTPS://a.example",
        "https://",
        "https:///x",
        "https://a\" onclick=\"x",
        "https://a b",
        "https://a<b>",
        " https://a.example",
        "data:text/html,x",
        "//a.example",
        "#",
        "",
    ] {
        assert_eq!(link::html(&to(nowhere)), "a&lt;b", "{nowhere}");
        assert_eq!(link::markdown(&to(nowhere)), r"a\<b", "{nowhere}");
    }
}

#[test]
fn a_fence_is_longer_than_what_is_in_it() {
    use crate::model::report::view::{Chart, Drawing, StripLine, Tick};
    let chart = Chart {
        id: "x".to_owned(),
        title: String::new(),
        description: String::new(),
        drawing: Drawing::Strip {
            lines: vec![StripLine {
                label: "````\n</pre>".to_owned(),
                parts: Vec::new(),
            }],
            ticks: vec![Tick {
                at: 1.0,
                label: "24:00".to_owned(),
            }],
        },
        table: None,
    };
    assert_eq!(
        markdown::strips(&chart, 8),
        "`````text\n```` </pre>\n                24:00\n`````\n"
    );
}

#[test]
fn a_style_sheet_ends_where_its_element_does() {
    assert_eq!(html::style("  a { }\n</style><b>"), "a { }\n<\\/style><b>");
}

#[test]
fn our_style_sheet_is_small() {
    let style = Templates::with(Vec::new()).unwrap().style;
    assert!(style.len() <= 6 << 10, "{} bytes", style.len());
}

proptest! {
    #[test]
    fn escaped_text_is_one_line_without_marks(text in any::<String>()) {
        let safe = markdown::escaped(&text);
        prop_assert!(!safe.chars().any(char::is_control));
        // What is left when each escaped character is taken away.
        let mut rest = safe.chars();
        while let Some(c) = rest.next() {
            if c == '\\' {
                prop_assert!(rest.next().is_some_and(|c| c.is_ascii_punctuation()));
            } else {
                prop_assert!(!"`*_[]<|~".contains(c), "{}", safe);
            }
        }
        let page = html::escaped(&text);
        prop_assert!(!page.contains(['<', '>', '"', '\'']));
    }
}
