//! What keys and taps do: a model and a key make a model, and what is to be done.

use std::sync::Arc;
use std::time::Duration;

use mamori::model::node::NodeState;
use mamori::model::time::Timestamp;
use mamori::rooms::dash::keys::{TABLE, works};
use mamori::rooms::dash::model::{Model, Over, Range, Sort, Undo, View};
use mamori::rooms::dash::update::{Deed, Done, Effect, Input, Quiet, update};
use mamori::sys::screen::Key::{self, Char};

use crate::dash_world::{AT, Kind, drawn, model, text, typed};

const SIZE: (u16, u16) = (80, 24);

fn normal() -> Model {
    model(Kind::Normal, false, SIZE)
}

fn after(input: Input) -> (Model, Vec<Effect>) {
    update(normal(), input, AT)
}

fn deeds(keys: &[Key]) -> Vec<Effect> {
    typed(normal(), keys).1
}

#[test]
fn an_alert_is_acknowledged_and_put_back() {
    assert_eq!(deeds(&[Char('a')]), [Effect::Do(Deed::Acknowledge(12))]);
    assert_eq!(
        deeds(&[Char('2'), Char('a')]),
        [Effect::Do(Deed::Acknowledge(12))]
    );
    let before = Box::new(normal().seen.state.alerts[0].clone());
    let undo = Undo::Alert(before);
    let done = Done {
        deed: Deed::Acknowledge(12),
        text: "12 mugen/disk acknowledged".into(),
        wrong: false,
        undo: Some(undo.clone()),
    };
    let (model, _) = after(Input::Done(done));
    let shown = text(&drawn(&model));
    assert!(
        shown
            .trim_end()
            .ends_with("12 mugen/disk acknowledged   u undo"),
        "{shown}"
    );
    let (_, effects) = typed(model.clone(), &[Char('u')]);
    assert_eq!(effects, [Effect::Do(Deed::Undo(undo))]);
    let (later, _) = update(model, Input::Tick, Timestamp(AT.0 + 11));
    assert_eq!(
        (later.undo, later.said),
        (None, None),
        "after ten seconds no more"
    );
    assert_eq!(deeds(&[Char('u')]), [], "there is nothing to undo");
}

#[test]
fn where_no_alert_stands_nothing_is_acknowledged() {
    let (model, effects) = typed(normal(), &[Char('j'), Char('a')]);
    assert_eq!(effects, []);
    assert!(text(&drawn(&model)).contains("no alert stands here"));
}

#[test]
fn an_alert_is_snoozed_for_a_while_until_morning_or_as_typed() {
    let quiet = |span| {
        [Effect::Do(Deed::Snooze(
            12,
            Quiet::For(Duration::from_secs(span)),
        ))]
    };
    assert_eq!(deeds(&[Char('z'), Char('1')]), quiet(3_600));
    assert_eq!(deeds(&[Char('z'), Char('2')]), quiet(14_400));
    let morning = [Effect::Do(Deed::Snooze(12, Quiet::Morning))];
    assert_eq!(deeds(&[Char('z'), Char('3')]), morning);
    let other = [
        Char('z'),
        Char('4'),
        Char('9'),
        Key::Backspace,
        Char('9'),
        Char('0'),
        Char('m'),
        Key::Enter,
    ];
    assert_eq!(deeds(&other), quiet(5_400));
    let (wrong, effects) = typed(normal(), &[Char('z'), Char('4'), Char('x'), Key::Enter]);
    assert_eq!(effects, []);
    assert!(
        matches!(wrong.over, Over::Snooze { .. }),
        "it can be mended"
    );
    assert_eq!(
        deeds(&[Char('z'), Key::Enter]),
        [],
        "Enter alone chooses nothing"
    );
    assert_eq!(
        typed(normal(), &[Char('z'), Key::Esc]).0.over,
        Over::Nothing
    );
}

#[test]
fn a_node_is_paused_and_resumed() {
    assert_eq!(
        deeds(&[Char('p')]),
        [Effect::Do(Deed::Pause("mugen".into()))]
    );
    let mut model = normal();
    let mut seen = (*model.seen).clone();
    seen.state.nodes[0].state = NodeState::Paused;
    model.seen = Arc::new(seen);
    assert_eq!(
        typed(model, &[Char('p')]).1,
        [Effect::Do(Deed::Resume("mugen".into()))]
    );
}

#[test]
fn recovering_shows_the_plan_and_waits_for_a_y() {
    let plan = |wrong| {
        let (model, effects) = typed(normal(), &[Char('!')]);
        assert_eq!(effects, [Effect::Do(Deed::Plan("mugen".into()))]);
        assert_eq!(
            typed(model.clone(), &[Char('y')]).1,
            [],
            "not before the plan is seen"
        );
        let done = Done {
            deed: Deed::Plan("mugen".into()),
            text: "▲ api  no answer; to do:\n  1. start it".into(),
            wrong,
            undo: None,
        };
        update(model, Input::Done(done), AT).0
    };
    let shown = plan(false);
    assert!(text(&drawn(&shown)).contains("1. start it"));
    assert!(text(&drawn(&shown)).contains("do it? y / N"));
    let (still, effects) = typed(shown.clone(), &[Key::Enter]);
    assert!(
        effects.is_empty() && matches!(still.over, Over::Plan { .. }),
        "Enter is no answer"
    );
    for no in [Char('n'), Key::Esc, Char('q'), Key::Backspace, Char('Y')] {
        let (left, effects) = typed(shown.clone(), &[no]);
        assert_eq!((left.over, effects), (Over::Nothing, vec![]));
    }
    let (begun, effects) = typed(shown, &[Char('y')]);
    assert_eq!(effects, [Effect::Do(Deed::Recover("mugen".into()))]);
    assert!(text(&drawn(&begun)).contains("recovering mugen"));
    assert_eq!(
        typed(plan(true), &[Char('y')]).1,
        [],
        "there is nothing to do"
    );
}

#[test]
fn probes_are_asked_for_once_at_a_time() {
    let (model, effects) = typed(normal(), &[Char('r')]);
    assert_eq!(effects, [Effect::Do(Deed::Probe(Some("mugen".into())))]);
    let (model, effects) = typed(model, &[Char('r')]);
    assert_eq!(effects, []);
    let done = Done {
        deed: Deed::Probe(Some("mugen".into())),
        text: "● 3/3".into(),
        wrong: false,
        undo: None,
    };
    let (model, _) = update(model, Input::Done(done), AT);
    assert_eq!(
        typed(model, &[Char('R')]).1,
        [Effect::Do(Deed::Probe(None))]
    );
    let (_, effects) = typed(self::model(Kind::Empty, false, SIZE), &[Key::Enter]);
    assert_eq!(
        effects,
        [Effect::Do(Deed::Probe(None))],
        "where nothing is known yet"
    );
}

#[test]
fn what_a_newer_build_wrote_is_only_looked_at() {
    let mut model = normal();
    let mut seen = (*model.seen).clone();
    seen.newer = true;
    model.seen = Arc::new(seen);
    for key in TABLE
        .iter()
        .filter(|row| row.writes)
        .flat_map(|row| row.keys)
    {
        let (after, effects) = typed(model.clone(), &[*key]);
        assert_eq!(effects, [], "{key:?}");
        assert_eq!(after.over, Over::Nothing, "{key:?}");
    }
    let shown = text(&drawn(&model));
    assert!(
        !shown.contains("a ack") && shown.contains("? help"),
        "{shown}"
    );
    assert!(shown.contains("only to be looked at"));
}

#[test]
fn on_a_screen_too_small_to_see_only_leaving_and_help_work() {
    let small = model(Kind::Normal, false, (19, 5));
    for key in [
        Char('a'),
        Char('p'),
        Char('r'),
        Char('!'),
        Key::Enter,
        Char('2'),
        Char('j'),
    ] {
        let (after, effects) = typed(small.clone(), &[key]);
        assert_eq!(
            (after.view, after.over, effects),
            (View::Nodes, Over::Nothing, vec![])
        );
    }
    assert_eq!(typed(small.clone(), &[Char('q')]).1, [Effect::Quit]);
    assert_eq!(typed(small, &[Char('?')]).0.over, Over::Help(0));
}

#[test]
fn escape_never_quits_and_only_q_and_ctrl_c_do() {
    let back = [Key::Esc; 5];
    let (model, effects) = typed(normal(), &[&[Key::Enter][..], &back].concat());
    assert_eq!((model.open, effects), (false, vec![]));
    for key in (' '..='~').map(Char).chain([
        Key::Backspace,
        Key::Enter,
        Key::Ctrl('k'),
        Key::Ctrl('d'),
        Key::Other,
    ]) {
        let quits = typed(normal(), &[key]).1.contains(&Effect::Quit);
        assert_eq!(quits, key == Char('q'), "{key:?}");
    }
    assert_eq!(
        deeds(&[Char('?'), Key::Ctrl('c')]),
        [Effect::Quit],
        "whatever lies over it"
    );
}

#[test]
fn letters_that_stand_for_nothing_do_nothing() {
    for key in ('A'..='Z').chain('a'..='z') {
        let bound = TABLE
            .iter()
            .any(|row| works(row, View::Nodes, true) && row.keys.contains(&Char(key)));
        if !bound {
            let (after, effects) = typed(normal(), &[Char(key)]);
            assert_eq!(effects, [], "{key}");
            assert_eq!(text(&drawn(&after)), text(&drawn(&normal())), "{key}");
        }
    }
}

#[test]
fn views_are_reached_by_number_tab_and_arrows() {
    for (key, view) in ('1'..='5').zip(View::ALL) {
        assert_eq!(typed(normal(), &[Char(key)]).0.view, view);
    }
    assert_eq!(typed(normal(), &[Key::Tab]).0.view, View::Alerts);
    assert_eq!(typed(normal(), &[Key::Left]).0.view, View::Watcher);
    assert_eq!(typed(normal(), &[Char('l'), Char('h')]).0.view, View::Nodes);
}

#[test]
fn the_row_under_the_cursor_stays_until_it_is_left_for_three_seconds() {
    let (moved, effects) = typed(normal(), &[Char('j')]);
    assert_eq!(moved.node.as_deref(), Some("laptop"));
    assert_eq!(effects, [Effect::LookBack], "its history is asked for");
    let mut seen = (*moved.seen).clone();
    seen.state.nodes[2].state = NodeState::Down;
    let (still, _) = update(moved, Input::Seen(Arc::new(seen)), AT);
    assert_eq!(still.order, ["mugen", "laptop", "pixel"]);
    let (sorted, _) = update(still, Input::Tick, Timestamp(AT.0 + 4));
    assert_eq!(sorted.order, ["pixel", "mugen", "laptop"]);
    assert_eq!(
        sorted.node.as_deref(),
        Some("laptop"),
        "the cursor goes with it"
    );
}

#[test]
fn sorting_range_and_following_go_round() {
    let (sorted, _) = typed(normal(), &[Char('s')]);
    assert_eq!(
        (sorted.sort, sorted.order),
        (
            Sort::Name,
            ["laptop", "mugen", "pixel"].map(str::to_owned).to_vec()
        )
    );
    let (day, effects) = typed(normal(), &[Char('t')]);
    assert_eq!((day.range, effects), (Range::Week, vec![Effect::LookBack]));
    let (log, _) = typed(normal(), &[Char('4'), Char('j')]);
    assert_eq!((log.log, log.follow), (1, false));
    let (log, _) = typed(log, &[Char('f')]);
    assert_eq!((log.log, log.follow), (0, true));
}

#[test]
fn who_does_not_follow_the_log_stays_at_its_line() {
    let line = |model: &Model| {
        let shown = text(&drawn(model));
        shown
            .lines()
            .find(|line| line.starts_with('▸'))
            .unwrap()
            .to_owned()
    };
    let newer = |model: Model| {
        let mut seen = (*model.seen).clone();
        let mut event = seen.state.events[0].clone();
        (event.at, event.text) = (AT, "something new".into());
        seen.state.events.push(event);
        update(model, Input::Seen(Arc::new(seen)), AT).0
    };
    let (follows, _) = typed(normal(), &[Char('4')]);
    assert!(line(&newer(follows)).contains("something new"));
    let (stays, _) = typed(normal(), &[Char('4'), Char('f')]);
    assert_eq!(line(&newer(stays.clone())), line(&stays));
}

#[test]
fn words_are_found() {
    let find: Vec<Key> = "/pix".chars().map(Char).chain([Key::Enter]).collect();
    let (found, _) = typed(normal(), &find);
    assert_eq!(
        (found.node.as_deref(), found.over),
        (Some("pixel"), Over::Nothing)
    );
    let (nowhere, _) = typed(
        normal(),
        &"/zzz"
            .chars()
            .map(Char)
            .chain([Key::Enter])
            .collect::<Vec<_>>(),
    );
    assert!(text(&drawn(&nowhere)).contains("`zzz` stands nowhere here"));
    // While words are typed no letter does anything else.
    assert_eq!(deeds(&[Char('/'), Char('a'), Char('q'), Char('!')]), []);
}
