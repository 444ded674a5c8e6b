use super::*;
use crate::model::menu::Entry;

const SMALL: Client = Client {
    width: 30,
    height: 12,
};

fn labels(menu: &Menu) -> Vec<String> {
    menu.items().map(|item| item.label.clone()).collect()
}

fn open(number: u64, id: &str, text: &str) -> Alert {
    Alert {
        id: id.to_owned(),
        number,
        severity: Severity::Warning,
        since: Timestamp(0),
        text: text.to_owned(),
        acked: false,
        snoozed_until: None,
    }
}

#[test]
fn the_menus_fit_what_they_are_shown_on() {
    let menus = main();
    // Borders take two rows.
    assert!(menus.full.entries.len() <= 17 - 2);
    assert!(menus.short.entries.len() <= 10 - 2);
    for menu in [layout(), reports(), menus.full] {
        let mut keys: Vec<char> = menu.items().map(|item| item.key).collect();
        keys.sort_unstable();
        let all = keys.len();
        keys.dedup();
        assert_eq!(keys.len(), all);
        assert!(!matches!(menu.entries.last(), Some(Entry::Line)));
    }
}

#[test]
fn hostile_words_are_text_in_a_label() {
    let state = State {
        alerts: vec![open(
            12,
            "mu/disk:/x",
            "#(touch /tmp/x) #[fg=red] \x1b[2J -x #",
        )],
        ..State::default()
    };
    let menu = alerts(
        &state,
        Client {
            width: 80,
            height: 24,
        },
        Timestamp(7_200),
    );
    assert_eq!(
        labels(&menu),
        ["▲ ##(touch /tmp/x) ##[fg=red] [2J -x ## 2h"]
    );
    let action = menu.items().map(|item| item.action.clone()).next();
    assert_eq!(action, Some(Action::More("alert 12".to_owned())));
}

#[test]
fn what_has_no_room_is_in_the_dashboard() {
    let all =
        (1..=20).map(|number| open(number, "a/disk", "disk 93% is a long story of many words"));
    let state = State {
        alerts: all.collect(),
        ..State::default()
    };
    let menu = alerts(&state, SMALL, Timestamp(60));
    assert_eq!(menu.items().count(), 7);
    assert!(menu.entries.len() + 2 <= SMALL.height);
    for label in labels(&menu) {
        assert!(label.len() + 8 <= SMALL.width, "{label}");
    }
}

#[test]
fn a_name_that_is_no_word_reaches_no_command() {
    let odd = Node::unseen("-x;y", "", Timestamp(0));
    assert_eq!(node(&odd, SMALL), None);
    let named = Node::unseen("mugen", "", Timestamp(0));
    assert_eq!(node(&named, SMALL).unwrap().items().count(), 4);
    let menu = alert(&open(3, "a;b/disk", "disk"), SMALL);
    assert!(menu.items().all(|item| item.key != 'p'));
}
