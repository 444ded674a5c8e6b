//! Taps, hints and the help: what is on the screen for who does not know the keys.

use mamori::rooms::dash::keys::{TABLE, hints, works};
use mamori::rooms::dash::model::{Model, View};
use mamori::rooms::dash::update::{Deed, Effect, Input, Target, update};
use mamori::sys::screen::Key::Char;

use crate::dash_world::{AT, Kind, drawn, model, text, typed};

fn normal() -> Model {
    model(Kind::Normal, false, (80, 24))
}

fn after(input: Input) -> (Model, Vec<Effect>) {
    update(normal(), input, AT)
}

#[test]
fn a_tap_selects_and_another_opens_and_hints_are_buttons() {
    let (selected, _) = after(Input::Tap(Target::Node("pixel".into())));
    assert_eq!(
        (selected.node.as_deref(), selected.open),
        (Some("pixel"), false)
    );
    assert!(
        update(selected, Input::Tap(Target::Node("pixel".into())), AT)
            .0
            .open
    );
    assert_eq!(after(Input::Tap(Target::Tab(View::Log))).0.view, View::Log);
    assert_eq!(
        after(Input::Tap(Target::Key(Char('a')))).1,
        [Effect::Do(Deed::Acknowledge(12))]
    );
    for size in [(20, 5), (40, 20), (80, 24), (200, 50)] {
        let model = model(Kind::Normal, false, size);
        let drawn = drawn(&model);
        let shown = text(&drawn);
        let (row, line) = shown
            .lines()
            .enumerate()
            .find(|(_, line)| line.contains("pixel"))
            .unwrap();
        let column = line.chars().position(|c| c == 'p').unwrap();
        let at =
            |x: usize, y: usize| drawn.at(u16::try_from(x).unwrap(), u16::try_from(y).unwrap());
        assert_eq!(
            at(column, row),
            Some(&Target::Node("pixel".into())),
            "{size:?}"
        );
        let last = shown.lines().last().unwrap();
        let help = last.chars().count() - 2;
        assert_eq!(
            at(help, usize::from(size.1) - 1),
            Some(&Target::Key(Char('?'))),
            "{last:?}"
        );
        for (area, target) in &drawn.hits {
            assert!(area.width >= 4, "{target:?} is too small to be tapped");
        }
    }
    // What lies over it takes the taps.
    let (help, _) = typed(normal(), &[Char('?')]);
    assert_eq!(
        update(help, Input::Tap(Target::Node("pixel".into())), AT)
            .0
            .node
            .as_deref(),
        Some("mugen")
    );
}

#[test]
fn the_help_and_the_hints_come_from_the_table() {
    for view in View::ALL {
        let mut model = model(Kind::Normal, false, (200, 110));
        model.view = view;
        let (help, _) = typed(model.clone(), &[Char('?')]);
        let shown = text(&drawn(&help));
        for row in TABLE {
            assert_eq!(
                shown.contains(row.help),
                works(row, view, true),
                "{view:?}: {}",
                row.help
            );
        }
        let last = text(&drawn(&model)).lines().last().unwrap().to_owned();
        for hint in hints(view, true) {
            assert!(
                last.contains(&format!("{} {}", hint.shown, hint.word)),
                "{last}"
            );
        }
    }
    for columns in 20..120 {
        let shown = text(&drawn(&model(Kind::Normal, false, (columns, 24))));
        let last = shown.lines().last().unwrap();
        assert!(last.ends_with("? help"), "help is the last to go: {last:?}");
    }
}

#[test]
fn the_mouse_is_let_go_and_a_line_is_copied() {
    let (off, effects) = typed(normal(), &[Char('m')]);
    assert_eq!((off.mouse, effects), (false, vec![Effect::Mouse(false)]));
    let line = "mugen degraded for 2h disk 93% (limit 90%)";
    assert_eq!(typed(normal(), &[Char('y')]).1, [Effect::Copy(line.into())]);
    let hostile = typed(model(Kind::Hostile, false, (80, 24)), &[Char('y')]).1;
    let [Effect::Copy(line)] = &hostile[..] else {
        panic!("{hostile:?}")
    };
    assert!(!line.contains(char::is_control), "{line:?}");
}

#[test]
fn without_hints_the_last_row_is_the_views() {
    let mut model = normal();
    let mut fixed = (*model.fixed).clone();
    fixed.hints = false;
    model.fixed = fixed.into();
    let shown = text(&drawn(&model));
    assert!(!shown.contains("? help"), "{shown}");
    // What is said is said all the same.
    let (model, _) = typed(model, &[Char('j'), Char('a')]);
    assert!(text(&drawn(&model)).ends_with("no alert stands here\n"));
}
