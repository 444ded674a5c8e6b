use serde_json::json;

use super::*;
use crate::model::report::period::Kind;

fn view() -> View {
    View {
        language: "en",
        kind: Kind::Daily,
        title: "a_b".to_owned(),
        period: String::new(),
        sentence: String::new(),
        sections: Vec::new(),
    }
}

fn words() -> Words {
    let word = || "word".to_owned();
    Words {
        no_data: word(),
        up: word(),
        down: word(),
        unknown: word(),
        paused: word(),
        data_table: word(),
        index_title: word(),
        index_empty: word(),
        daily: word(),
        weekly: word(),
        monthly: word(),
        months: std::array::from_fn(|_| word()),
    }
}

fn own(name: &str, text: &str) -> Replacement {
    Replacement {
        name: name.to_owned(),
        shown: format!("/home/u/{name}"),
        text: text.to_owned(),
    }
}

fn filled(text: &str) -> Result<String, Wrong> {
    let templates = Templates::with(vec![own(MARKDOWN, text)])?;
    let (report, words) = (json!({ "n": 1 }), words());
    let context = Context {
        report: &report,
        words: &words,
    };
    templates.markdown(&view(), &context)
}

/// What is said of each template, a line each.
fn said(templates: &[&str]) -> String {
    let lines = templates
        .iter()
        .map(|text| filled(text).unwrap_err().to_string());
    lines.collect::<Vec<String>>().join("\n")
}

#[test]
fn what_is_wrong_is_told_with_its_place() {
    insta::assert_snapshot!(said(&[
        "a\n  {{ view.title",
        "a\n無限 {% if x %}",
        "{% for %}",
        "a\n無限 {{ titel }}",
        "{{ view.titel }}",
        "{{ view.titel.x }}",
        "{{ nothing(1) }}",
        "{{ view.title|nothing }}",
        "{{ svg(view) }}",
        "\n{{ view.title / 0 }}",
        "{% include \"x.jinja\" %}",
        "{{ view.title[\n0].x }}",
    ]), @r#"
        /home/u/report.md.jinja:2:11: unexpected end of input, expected end of variable block
        /home/u/report.md.jinja:2:12: unexpected end of input, expected end of block
        /home/u/report.md.jinja:1:8: unexpected end of block, expected in
        /home/u/report.md.jinja:2:7: `titel` is not defined
        /home/u/report.md.jinja:1:4: `view.titel` is not defined
        /home/u/report.md.jinja:1:8: `.titel.x` is not defined
        /home/u/report.md.jinja:1:4: function nothing is unknown
        /home/u/report.md.jinja:1:15: filter nothing is unknown
        /home/u/report.md.jinja:1:4: cannot deserialize: missing field `id`
        /home/u/report.md.jinja:2:4: tried to use / operator on unsupported types string and number
        /home/u/report.md.jinja:1:4: tried to include non-existing template "x.jinja"
        /home/u/report.md.jinja:2: something is not defined
        "#);
}

#[test]
fn a_template_that_never_ends_is_stopped() {
    let page = "0123456789".repeat(40);
    insta::assert_snapshot!(said(&[
        "{% for a in range(9999) %}{% for b in range(9999) %}{% endfor %}{% endfor %}",
        "x\n{% macro a() %}{{ a() }}{% endmacro %}{{ a() }}",
        &format!("{{% for a in range(99999) %}}{page}{{% endfor %}}"),
    ]), @r"
        /home/u/report.md.jinja:1: does not come to an end
        /home/u/report.md.jinja:2:19: recursion limit exceeded
        /home/u/report.md.jinja: makes a page that is too long
        ");
}

#[test]
fn what_is_included_is_told_by_its_own_name() {
    let all = vec![
        own(MARKDOWN, "{% include \"part.md.jinja\" %}"),
        own("part.md.jinja", "x\n y {{ z }}"),
    ];
    let templates = Templates::with(all).unwrap();
    let words = words();
    let context = Context {
        report: &json!({}),
        words: &words,
    };
    let wrong = templates.markdown(&view(), &context).unwrap_err();
    insta::assert_snapshot!(wrong, @r"/home/u/part.md.jinja:2:7: `z` is not defined");
}

#[test]
fn a_style_sheet_of_ones_own_is_no_template() {
    let templates = Templates::with(vec![own(STYLE, "a{#x}b{{}}")]).unwrap();
    let words = words();
    let context = Context {
        report: &json!({}),
        words: &words,
    };
    let html = templates.html(&view(), &context).unwrap();
    assert!(html.contains("<style>\na{#x}b{{}}\n</style>"), "{html}");
}

#[test]
fn a_template_of_ones_own_is_escaped_for_where_it_goes() {
    assert_eq!(
        filled("{{ view.title }} {{ report.n }}").unwrap(),
        "a\\_b 1\n"
    );
    assert_eq!(
        filled("{% macro m(a) %}*{{ a }}*{% endmacro %}{{ m(view.title) }}").unwrap(),
        "*a\\_b*\n"
    );
    assert_eq!(filled("{{ strip({\"label\": \"\", \"parts\": [{\"from\": 0, \"to\": 0.5, \"class\": \"up\"}]}, 4) }}|").unwrap(), "██|\n");
    assert_eq!(
        filled("{{ spark([1, 2.5])|length > 40 }}").unwrap(),
        "True\n"
    );
}
