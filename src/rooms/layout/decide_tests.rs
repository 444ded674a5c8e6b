use super::*;
use crate::model::layout::plan::plan;
use crate::model::layout::programs::Programs;
use crate::model::layout::seen::SeenPane;

/// A window of 200×50 with these panes, arranged best, and known to be.
fn window(roles: &[Role]) -> Seen {
    let panes = (0..).zip(roles).map(|(id, role)| SeenPane {
        id,
        active: id == 0,
        role: Some(*role),
        command: "sh".into(),
    });
    let mut seen = Seen {
        pid: 1,
        start_time: 2,
        version: "3.3a".into(),
        window: "@3".into(),
        width: 200,
        height: 50,
        zoomed: false,
        layout: None,
        shape: String::new(),
        titles: None,
        scrollbar: 0,
        switch: String::new(),
        attention: "off".into(),
        known: None,
        known_shape: String::new(),
        known_size: "200x50".into(),
        by_hand: None,
        made: None,
        followed: false,
        programs: Programs::default(),
        panes: panes.collect(),
    };
    let planned = plan(&super::window(&seen), None).unwrap();
    let layout = planned.layout.with_ids(&seen.ids());
    seen.layout = Some(layout.clone());
    seen.known = Some(layout);
    seen
}

const THREE: &[Role] = &[Role::Editor, Role::Shell, Role::Logs];

fn step(seen: &Seen) -> Step {
    on_event(seen, &[])
}

/// The panes of `seen` side by side, all but the last `width` columns wide.
fn side_by_side(seen: &Seen, width: u32) -> Layout {
    let mut cells = Vec::new();
    let mut left = seen.width;
    for (place, pane) in seen.panes.iter().enumerate() {
        let last = place + 1 == seen.panes.len();
        let width = if last { left } else { width };
        cells.push(format!("{width}x{},0,0,{}", seen.height, pane.id));
        left = left.saturating_sub(width + 1);
    }
    let cells = format!("{}x{},0,0{{{}}}", seen.width, seen.height, cells.join(","));
    let sum = crate::model::layout::text::checksum(&cells);
    Layout::parse(&format!("{sum:04x},{cells}")).unwrap()
}

#[test]
fn a_window_that_nobody_touched_is_left() {
    assert_eq!(step(&window(THREE)), Step::Leave(Why::Known));
}

#[test]
fn a_new_pane_brings_a_new_arrangement() {
    let mut seen = window(THREE);
    seen.panes.push(SeenPane {
        id: 9,
        ..seen.panes[0].clone()
    });
    seen.layout = Some(side_by_side(&seen, 40));
    let Step::Arrange(arrangement) = step(&seen) else {
        panic!("{:?}", step(&seen));
    };
    assert_eq!(arrangement.layout.ids(), Some(vec![0, 1, 2, 9]));
    assert!(arrangement.before.unwrap() < arrangement.efficiency);
    assert!(!arrangement.marks.by_hand);
}

#[test]
fn so_does_another_size_and_another_order() {
    let mut seen = window(THREE);
    (seen.width, seen.height) = (120, 40);
    seen.layout = Some(side_by_side(&seen, 39));
    assert!(matches!(step(&seen), Step::Arrange(_)));
    let mut seen = window(THREE);
    seen.panes.swap(0, 2);
    seen.layout = seen.layout.map(|layout| layout.with_ids(&[2, 1, 0]));
    assert!(matches!(step(&seen), Step::Arrange(_)));
}

#[test]
fn what_a_person_resized_is_remembered_and_left_until_a_pane_comes_or_goes() {
    let mut seen = window(THREE);
    let resized = side_by_side(&seen, 60);
    seen.layout = Some(resized.clone());
    assert_eq!(step(&seen), Step::ByHand(resized.clone()));
    seen.known = Some(resized);
    seen.by_hand = Some(3);
    assert_eq!(step(&seen), Step::Leave(Why::ByHand));
    // Also at another size, while each pane can be worked in.
    let made = seen.layout.clone();
    seen.made.clone_from(&made);
    (seen.width, seen.height) = (120, 40);
    let scaled = side_by_side(&seen, 39);
    seen.layout = Some(scaled.clone());
    assert_eq!(step(&seen), Step::Scaled(scaled));
    seen.layout = Some(side_by_side(&seen, 58));
    let Step::Arrange(squeezed) = step(&seen) else {
        panic!("{:?}", step(&seen));
    };
    assert!(squeezed.marks.by_hand && squeezed.fits);
    // Back at its size it is as it was made.
    (seen.width, seen.height) = (200, 50);
    seen.known_size = "120x40".into();
    let Step::Arrange(again) = step(&seen) else {
        panic!("{:?}", step(&seen));
    };
    assert_eq!(Some(again.layout), made);
    (seen.width, seen.height) = (120, 40);
    assert!(matches!(on_request(&seen), Step::Arrange(_)));
    seen.panes.pop();
    seen.layout = Some(side_by_side(&seen, 60));
    assert!(matches!(step(&seen), Step::Arrange(_)));
}

#[test]
fn zoomed_switched_off_single_and_strange_windows_are_left() {
    let mut seen = window(THREE);
    seen.known = None;
    let with = |change: fn(&mut Seen)| {
        let mut seen = seen.clone();
        change(&mut seen);
        step(&seen)
    };
    assert_eq!(with(|seen| seen.zoomed = true), Step::Leave(Why::Zoomed));
    assert_eq!(
        with(|seen| seen.switch = "off".into()),
        Step::Leave(Why::Off)
    );
    assert_eq!(
        with(|seen| seen.version = "3.1c".into()),
        Step::Leave(Why::TooOld)
    );
    assert_eq!(with(|seen| seen.layout = None), Step::Leave(Why::Strange));
    // A floating pane is in the list, and in no cell.
    let floating = with(|seen| {
        seen.panes.push(SeenPane {
            id: 9,
            ..seen.panes[0].clone()
        });
    });
    assert_eq!(floating, Step::Leave(Why::Strange));
    let single = step(&window(&[Role::Shell]));
    assert_eq!(single, Step::Leave(Why::Single));
    // Who asks, asks for an off one, too.
    seen.switch = "off".into();
    assert!(!matches!(on_request(&seen), Step::Leave(_)));
}

#[test]
fn the_best_arrangement_is_only_remembered() {
    let mut seen = window(THREE);
    seen.known = None;
    assert!(matches!(step(&seen), Step::Best(_)));
}

#[test]
fn roles_come_from_the_pane_then_its_program_then_its_place() {
    let mut seen = window(&[Role::Agent, Role::Agent, Role::Agent]);
    seen.programs = Programs::read("logs=tail");
    seen.panes[1].role = None;
    seen.panes[2].role = None;
    seen.panes[2].command = "tail".into();
    assert_eq!(roles(&seen), [Role::Agent, Role::Metrics, Role::Logs]);
    seen.panes.pop();
    assert_eq!(roles(&seen), [Role::Agent, Role::Shell]);
    let many = window(&[Role::Logs; 5]);
    let bare = |seen: &Seen| {
        let mut seen = seen.clone();
        seen.panes.iter_mut().for_each(|pane| pane.role = None);
        roles(&seen)
    };
    assert_eq!(bare(&many), [Role::Shell; 5]);
}

#[test]
fn attention_is_only_on_where_the_screen_is_too_small() {
    let chosen = |width, height, word: &str| {
        let mut seen = window(THREE);
        (seen.width, seen.height, seen.layout) = (width, height, None);
        seen.attention = word.into();
        let arrangement = arrangement(&seen, None).unwrap();
        (arrangement.window.attention, arrangement.marks.followed)
    };
    assert_eq!(chosen(400, 110, ""), (None, false));
    assert_eq!(chosen(120, 40, ""), (Some(ATTENTION), false));
    assert_eq!(chosen(120, 40, "0.4"), (Some(0.4), false));
    assert_eq!(chosen(120, 40, "7"), (Some(ATTENTION), false));
    assert_eq!(chosen(120, 40, "off"), (None, false));
    assert_eq!(chosen(45, 30, ""), (Some(ATTENTION), true), "a phone");
    assert_eq!(chosen(400, 110, "follow"), (Some(ATTENTION), true));
    assert_eq!(chosen(30, 9, "off"), (None, true), "strips");
}

#[test]
fn the_active_pane_is_followed_where_it_has_little_and_nobody_jumps_else() {
    let mut seen = window(&[Role::Shell, Role::Shell]);
    (seen.width, seen.height, seen.layout) = (45, 30, None);
    seen.attention = String::new();
    let arrange = |seen: &Seen| arrangement(seen, None).unwrap();
    let first = arrange(&seen);
    assert!(first.marks.followed);
    seen.layout = Some(first.layout.clone());
    seen.known = Some(first.layout);
    seen.followed = true;
    assert!(!matches!(step(&seen), Step::Arrange(_)), "the same pane");
    seen.panes[0].active = false;
    seen.panes[1].active = true;
    let Step::Arrange(second) = step(&seen) else {
        panic!("{:?}", step(&seen));
    };
    let rects = second.layout.rects();
    assert!(rects[1].height > 2 * rects[0].height, "{rects:?}");
    // On a screen that is large enough for both, nobody moves.
    (seen.width, seen.height) = (400, 110);
    seen.attention = "follow".into();
    let both = arrange(&seen);
    seen.layout = Some(both.layout.clone());
    seen.known = Some(both.layout);
    seen.panes[0].active = true;
    seen.panes[1].active = false;
    assert!(!matches!(step(&seen), Step::Arrange(_)));
}

#[test]
fn a_window_that_has_its_size_again_has_its_arrangement_again() {
    let mut seen = window(THREE);
    seen.known_size = "45x30".into();
    let before = seen.layout.clone().unwrap();
    // What the small screen left behind.
    seen.known = None;
    let cells = "200x50,0,0[200x15,0,0,0,200x17,0,16,1,200x16,0,34,2]";
    let sum = crate::model::layout::text::checksum(cells);
    seen.layout = Layout::parse(&format!("{sum:04x},{cells}")).ok();
    let step = on_event(&seen, std::slice::from_ref(&before));
    let Step::Arrange(arrangement) = step else {
        panic!("{step:?}");
    };
    assert_eq!(arrangement.layout, before);
}
