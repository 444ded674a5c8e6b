use super::*;
use proptest::prelude::*;

const NOW: Timestamp = Timestamp(1_000_000);

fn node(name: &str, state: NodeState, problem: Option<&str>) -> Node {
    let problems = problem.map(|text| crate::model::node::Problem {
        check: "disk".to_owned(),
        value: None,
        limit: None,
        text: text.to_owned(),
    });
    Node {
        state,
        since: Timestamp(NOW.0 - 250),
        observed_at: Some(NOW),
        problems: problems.into_iter().collect(),
        ..Node::unseen(name, "", NOW)
    }
}

fn utf8(width: usize) -> Form {
    Form {
        width,
        ascii: false,
    }
}

#[test]
fn the_worst_node_comes_first_and_the_others_are_counted() {
    use NodeState::{Degraded, Down, Dozing, Ok, Paused, Unknown};
    let full = |nodes: &[Node]| Summary::of(nodes, NOW).text;
    assert_eq!(full(&[]), "● 0/0");
    assert_eq!(
        full(&[node("a", Ok, None), node("b", Dozing, None)]),
        "● 2/2"
    );
    assert_eq!(
        full(&[node("a", Ok, None), node("b", Paused, None)]),
        "● 1/1"
    );
    let mugen = node("mugen", Degraded, Some("disk 93% (limit 90%)"));
    assert_eq!(
        full(&[node("a", Ok, None), mugen.clone()]),
        "▲ 1/2 mugen disk 93%"
    );
    let pixel = node("pixel", Down, Some("disk 99% (limit 90%)"));
    assert_eq!(
        full(&[mugen, pixel, node("c", Unknown, None)]),
        "✖ 0/3 pixel down 4m +2"
    );
    assert_eq!(full(&[node("c", Unknown, None)]), "▲ 0/1 c unknown");
}

#[test]
fn a_narrow_segment_keeps_whole_words() {
    let text = "▲ 2/3 mugen disk 93% +1";
    let cuts = [8, 11, 12, 16, 17, 21, 22, 23].map(|columns| fit(text, utf8(columns)));
    assert_eq!(
        cuts,
        [
            "▲ 2/3…",
            "▲ 2/3…",
            "▲ 2/3 mugen…",
            "▲ 2/3 mugen…",
            "▲ 2/3 mugen disk…",
            "▲ 2/3 mugen disk 93%…",
            "▲ 2/3 mugen disk 93%…",
            text
        ]
    );
    assert_eq!(fit("▲ 150/200 a down 4m", utf8(8)), "▲150/200");
    assert_eq!(fit("● 150/200", utf8(8)), "●150/200");
    assert_eq!(
        fit(
            text,
            Form {
                width: 8,
                ascii: true
            }
        ),
        "! 2/3..."
    );
    assert_eq!(fit("◌ 8 nodes, 4m old", utf8(12)), "◌ 8 nodes…");
}

#[test]
fn old_data_is_never_shown_as_fine() {
    let summary = Summary::of(&[node("a", NodeState::Ok, None)], NOW);
    let at = |alive: i64, now: i64| {
        segment(Some(&summary), Timestamp(alive), Timestamp(now), utf8(36)).1
    };
    assert_eq!(at(1_000, 1_150), "● 1/1");
    assert_eq!(at(1_000, 1_151), "◌ 1 node, 2m old");
    // A clock that was set back: the sign of life lies in the future.
    assert_eq!(at(10_000_000, 1_000), "◌ 1 node, clock set back");
    assert_eq!(
        segment(None, NOW, NOW, utf8(36)),
        (Level::Stale, "◌ no data".to_owned())
    );
    let never = Summary {
        observed: Some(0),
        ..summary.clone()
    };
    assert_eq!(segment(Some(&never), NOW, NOW, utf8(36)).1, "◌ no data");
}

#[test]
fn a_style_can_only_style() {
    let styles = Styles {
        warning: "fg=red]#(touch X)".to_owned(),
        ..Styles::default()
    };
    assert_eq!(styles.draw(Level::Warning, "a#b"), "a##b");
    assert_eq!(
        styles.draw(Level::Critical, "#(touch X)"),
        "#[push-default]#[fg=white,bg=red,bold]##(touch X)#[default]#[pop-default]"
    );
    assert!(harmless("fg=#ff8800,bold"));
    assert!(!harmless("#(x)"));
}

fn any_state() -> impl Strategy<Value = NodeState> {
    use NodeState::{Degraded, Down, Dozing, Ok, Paused, Unknown};
    proptest::sample::select(vec![Ok, Degraded, Down, Dozing, Paused, Unknown])
}

proptest! {
    #[test]
    fn a_segment_always_fits_and_says_something(
        states in prop::collection::vec((any_state(), "\\PC{0,12}"), 0..12),
        columns in 8usize..=80,
        ascii: bool,
    ) {
        let nodes: Vec<Node> = states
            .iter()
            .map(|(state, text)| node(&format!("n{}", clean(text)), *state, Some("disk 93%")))
            .collect();
        let summary = Summary::of(&nodes, NOW);
        let form = Form { width: columns, ascii };
        let (_, text) = segment(Some(&summary), NOW, NOW, form);
        prop_assert!(width(&text) <= columns, "{text}");
        prop_assert!(!text.is_empty());
        prop_assert!(!ascii || text.is_ascii());
        // One plus N is what is not fine.
        let more: usize = summary.text.rsplit_once(" +").and_then(|(_, n)| n.parse().ok()).unwrap_or(0);
        if summary.ok < summary.total && summary.text.chars().count() < LONGEST {
            prop_assert_eq!(1 + more, summary.total - summary.ok);
        }
    }
}
