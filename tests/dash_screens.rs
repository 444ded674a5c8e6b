//! The dashboard's screens: as they are, and that none of any size breaks.

use std::fs;
use std::path::Path;

use mamori::model::text::width;
use mamori::rooms::dash::model::{Model, Over, View};
use mamori::rooms::dash::view::Drawn;
use mamori::sys::screen::Key;
use proptest::prelude::*;
use ratatui::style::{Color, Modifier};

use crate::dash_world::{KINDS, Kind, drawn, model, text, typed};

/// Whether a screen is as it was; with `MAMORI_BLESS` set it is taken over.
fn same(name: &str, is: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/dash/{name}.txt"));
    if std::env::var_os("MAMORI_BLESS").is_some() {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, is).unwrap();
    }
    let was = fs::read_to_string(&path).unwrap_or_default();
    assert!(was == is, "{name} was\n{was}\nand is\n{is}");
}

fn screen(kind: Kind, ascii: bool, size: (u16, u16)) -> String {
    text(&drawn(&model(kind, ascii, size)))
}

const SIZES: [(u16, u16); 8] = [
    (20, 5),
    (40, 12),
    (40, 20),
    (45, 30),
    (80, 24),
    (120, 35),
    (200, 50),
    (400, 110),
];

#[test]
fn the_first_screen_at_every_size() {
    for (columns, rows) in SIZES {
        let name = format!("normal-{columns}x{rows}");
        same(&name, &screen(Kind::Normal, false, (columns, rows)));
    }
}

#[test]
fn in_ascii_every_sign_is_ascii() {
    for size in [(20, 5), (40, 20), (80, 24), (120, 35)] {
        let is = screen(Kind::Normal, true, size);
        assert!(is.is_ascii(), "{is}");
        same(&format!("ascii-{}x{}", size.0, size.1), &is);
    }
}

#[test]
fn every_kind_of_state_on_a_phone_and_a_terminal() {
    for (name, kind) in [
        ("empty", Kind::Empty),
        ("stale", Kind::Stale),
        ("broken", Kind::Broken),
        ("many", Kind::Many),
        ("japanese", Kind::Japanese),
        ("hostile", Kind::Hostile),
    ] {
        for (columns, rows) in [(40, 20), (80, 24)] {
            let name = format!("{name}-{columns}x{rows}");
            same(&name, &screen(kind, false, (columns, rows)));
        }
    }
    same("many-200x50", &screen(Kind::Many, false, (200, 50)));
}

#[test]
fn every_view_and_what_lies_over_it() {
    let keys: [(&str, &[Key]); 8] = [
        ("alerts", &[Key::Char('2')]),
        ("trends", &[Key::Char('3')]),
        ("log", &[Key::Char('4')]),
        ("watcher", &[Key::Char('5')]),
        ("open", &[Key::Enter]),
        ("help", &[Key::Char('?')]),
        ("why", &[Key::Char('e')]),
        ("snooze", &[Key::Char('z')]),
    ];
    for (name, keys) in keys {
        let (model, _) = typed(model(Kind::Normal, false, (80, 24)), keys);
        same(&format!("{name}-80x24"), &text(&drawn(&model)));
    }
}

/// A letter for what each cell's style means.
fn inks(drawn: &Drawn) -> String {
    let area = drawn.buffer.area;
    let letter = |x, y| {
        let cell = &drawn.buffer[(x, y)];
        assert_eq!(cell.bg, Color::Reset, "no background is painted");
        match (cell.fg, cell.modifier) {
            (Color::Cyan, _) => 'o',
            (Color::Yellow, modifier) if modifier.contains(Modifier::BOLD) => 'w',
            (Color::Red, modifier) if modifier.contains(Modifier::REVERSED) => 'c',
            (Color::Reset, modifier) if modifier.contains(Modifier::REVERSED) => 's',
            (Color::Reset, modifier) if modifier.contains(Modifier::DIM) => 'm',
            (Color::Reset, modifier) if modifier.contains(Modifier::BOLD) => 'a',
            (Color::Reset, _) => '.',
            other => panic!("{other:?}"),
        }
    };
    let row = |y| (0..area.width).map(|x| letter(x, y)).collect::<String>();
    (0..area.height).map(|y| row(y) + "\n").collect()
}

#[test]
fn colours_say_what_words_say_and_nothing_green_is_on_a_stale_screen() {
    let size = (80, 24);
    same(
        "inks-80x24",
        &inks(&drawn(&model(Kind::Normal, false, size))),
    );
    for view in View::ALL {
        for size in SIZES {
            let mut stale = model(Kind::Stale, false, size);
            stale.view = view;
            let drawn = drawn(&stale);
            assert!(!inks(&drawn).contains('o'), "{}", text(&drawn));
            let first = text(&drawn).lines().next().unwrap().to_owned();
            assert!(first.starts_with('◌'), "{first}");
            let shown = text(&drawn);
            assert!(
                !shown
                    .lines()
                    .skip(1)
                    .any(|line| line.contains('●') && view == View::Nodes),
                "{shown}"
            );
        }
    }
}

/// What must be so of any screen.
fn sound(model: &Model) {
    let drawn = drawn(model);
    let (columns, rows) = model.size;
    let area = drawn.buffer.area;
    assert_eq!((area.width, area.height), (columns, rows));
    for y in 0..rows {
        let mut x = 0;
        while x < columns {
            let symbol = drawn.buffer[(x, y)].symbol();
            assert!(!symbol.chars().any(char::is_control), "{symbol:?}");
            assert_eq!(mamori::model::text::clean(symbol), symbol, "{symbol:?}");
            let wide = u16::try_from(width(symbol)).unwrap();
            assert!(wide > 0, "{symbol:?} at {x},{y}");
            x += wide;
        }
        assert_eq!(x, columns, "row {y}: {}", text(&drawn));
    }
    if let Some((x, y)) = drawn.cursor {
        assert!(
            x < columns.max(1) && y < rows.max(1),
            "the cursor is outside"
        );
    }
}

fn over() -> impl Strategy<Value = Over> {
    prop_oneof![
        Just(Over::Nothing),
        (0_usize..50).prop_map(Over::Help),
        Just(Over::Finding),
        proptest::option::of(any::<String>()).prop_map(|typed| Over::Snooze {
            number: 12,
            id: "a/b".into(),
            typed
        }),
        (
            proptest::collection::vec(any::<String>(), 0..30),
            0_usize..40
        )
            .prop_map(|(lines, at)| Over::Why(lines, at)),
        (
            any::<String>(),
            proptest::option::of(proptest::collection::vec("\\PC*", 0..9)),
            any::<bool>()
        )
            .prop_map(|(node, lines, works)| Over::Plan {
                node,
                lines,
                works,
                at: 3
            }),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 192, failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn no_screen_of_any_size_breaks(
        kind in 0..KINDS.len(), view in 0_usize..5, open in any::<bool>(), ascii in any::<bool>(),
        columns in 1_u16..=400, rows in 1_u16..=110, small in any::<bool>(), over in over(),
        page in 0_usize..500, node in 0_usize..5, name in any::<String>(), find in any::<String>(),
    ) {
        let size = if small { (columns % 60 + 1, rows % 25 + 1) } else { (columns, rows) };
        let mut model = model(KINDS[kind], ascii, size);
        model.view = View::ALL[view];
        model.open = open;
        model.over = over;
        model.page = page;
        model.log = page;
        model.find = find;
        if let Some(order) = model.order.get(node) {
            model.node = Some(order.clone());
        }
        let mut seen = (*model.seen).clone();
        if let Some(node) = seen.state.nodes.get_mut(node) {
            node.name = name;
            model.order = seen.state.nodes.iter().map(|node| node.name.clone()).collect();
        }
        model.seen = seen.into();
        sound(&model);
    }
}

#[test]
fn the_smallest_and_the_largest_screens_are_drawn() {
    for kind in KINDS {
        for size in [
            (1, 1),
            (1, 110),
            (400, 1),
            (19, 5),
            (20, 4),
            (20, 5),
            (39, 12),
            (40, 11),
            (400, 110),
        ] {
            sound(&model(kind, false, size));
        }
    }
}
