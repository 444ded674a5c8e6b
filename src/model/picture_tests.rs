use proptest::prelude::*;

use super::*;

const MARK: &str = "|0123456789abcdef|";

/// A line as tmux answers it.
fn line(fields: [&str; 12]) -> String {
    format!("{MARK}{}{MARK}\n", fields.join(MARK))
}

fn pane(session: &str, window: &str, dir: &str) -> String {
    let layout = "b25d,80x24,0,0,0";
    line([
        "12",
        "1700000000",
        session,
        &format!("name of {session}"),
        window,
        "x",
        "edit",
        layout,
        "1",
        "1",
        "logs",
        dir,
    ])
}

#[test]
fn a_folders_name_may_hold_anything() {
    let hostile = "/tmp/a\n\t\u{1f}\"'#{x} 守り |\n";
    let text = pane("$0", "@0", hostile) + &pane("$0", "@0", "/b") + &pane("$1", "@1", "");
    let picture = answer(&text, MARK, "/tmp/s").unwrap();
    assert_eq!((picture.pid, picture.start_time), (12, 1_700_000_000));
    let names: Vec<&str> = picture
        .sessions
        .iter()
        .map(|session| session.name.as_str())
        .collect();
    assert_eq!(names, ["name of $0", "name of $1"]);
    let panes = &picture.sessions[0].windows[0].panes;
    assert_eq!(
        (panes[0].dir.as_str(), panes[1].dir.as_str()),
        (hostile, "/b")
    );
    assert_eq!(panes[0].role.as_deref(), Some("logs"));
    let json = serde_json::to_string(&picture).unwrap();
    assert_eq!(serde_json::from_str::<Picture>(&json).unwrap(), picture);
}

#[test]
fn windows_of_another_session_are_not_taken_twice() {
    let text = pane("$0", "@0", "/a") + &pane("$1", "@0", "/a") + &pane("$1", "@1", "/b");
    let picture = answer(&text, MARK, "/tmp/s").unwrap();
    let windows: Vec<usize> = picture
        .sessions
        .iter()
        .map(|session| session.windows.len())
        .collect();
    assert_eq!(windows, [1, 1]);
    let grouped = answer(
        &(pane("$0", "@0", "/a") + &pane("$1", "@0", "/a")),
        MARK,
        "/s",
    )
    .unwrap();
    assert_eq!(grouped.sessions.len(), 1);
}

#[test]
fn a_role_is_a_short_word_and_a_name_of_tmux_is_none() {
    let mut fields = [
        "12",
        "1",
        "$0",
        "a",
        "@0",
        "",
        "bash",
        "b25d,80x24,0,0,0",
        "0",
        "0",
        "#(touch X)",
        "/",
    ];
    let picture = answer(&line(fields), MARK, "/s").unwrap();
    let window = &picture.sessions[0].windows[0];
    assert_eq!(
        (window.name.as_deref(), window.panes[0].role.as_deref()),
        (None, None)
    );
    fields[0] = "none";
    assert_eq!(answer(&line(fields), MARK, "/s"), None);
    assert_eq!(answer("", MARK, "/s"), None);
}

#[test]
fn what_is_missing_comes_back_with_shells_only() {
    let text = pane("$0", "@0", "/a") + &pane("$1", "@1", "relative");
    let picture = answer(&text, MARK, "/tmp/s").unwrap();
    let missing = picture.missing(&["name of $0".to_owned()]);
    assert_eq!(missing.len(), 1);
    let window = &missing[0].windows[0];
    assert_eq!(window.name.as_deref(), Some("edit"));
    assert!(window.active && window.panes[0].active);
    assert_eq!(window.panes[0].command, [] as [&str; 0]);
    assert_eq!(
        window.panes[0].dir, None,
        "no folder that depends on where we are"
    );
    assert_eq!(
        window.arrangement,
        Arrangement::Custom("b25d,80x24,0,0,0".into())
    );
}

fn with(pid: u32, sessions: &[&str]) -> Picture {
    let session = |name: &&str| Session {
        name: (*name).to_owned(),
        lost_at: None,
        windows: Vec::new(),
    };
    Picture {
        schema: SCHEMA,
        socket: "/s".into(),
        pid,
        start_time: 0,
        sessions: sessions.iter().map(session).collect(),
        lost: Vec::new(),
    }
}

fn lost(picture: &Picture) -> Vec<&str> {
    picture
        .lost
        .iter()
        .map(|session| session.name.as_str())
        .collect()
}

#[test]
fn what_a_server_took_with_it_is_remembered_until_it_is_back_or_old() {
    let now = Timestamp(1_000_000);
    let first = with(1, &["a", "b", "c"]);
    // A session that a person closed is not lost.
    let closed = with(1, &["a", "b"]).after(Some(&first), now);
    assert_eq!(lost(&closed), [] as [&str; 0]);
    let second = with(2, &["a"]).after(Some(&closed), now);
    assert_eq!(lost(&second), ["b"]);
    // A second death in the same night.
    let third = with(3, &["x"]).after(Some(&second), Timestamp(now.0 + 60));
    assert_eq!(lost(&third), ["a", "b"]);
    let back = with(3, &["x", "b"]).after(Some(&third), Timestamp(now.0 + 60));
    assert_eq!(lost(&back), ["a"]);
    let late = with(3, &["x"]).after(Some(&third), Timestamp(now.0 + OFFERED_SECONDS));
    assert_eq!(lost(&late), ["a"]);
    let names: Vec<String> = third
        .missing(&[])
        .into_iter()
        .map(|session| session.name)
        .collect();
    assert_eq!(names, ["x", "a", "b"]);
}

#[test]
fn what_tmux_told_is_given_back() {
    for (told, given) in [
        (r"a\\b", r"a\b"),
        (r"a\nb\tc\033d", "a\nb\tc\u{1b}d"),
        ("plain 守り", "plain 守り"),
        (r"\", r"\"),
        (r"\q", r"\q"),
        (r"\777", r"\777"),
    ] {
        assert_eq!(as_given(told), given);
    }
}

proptest! {
    #[test]
    fn nothing_breaks_the_reader(text in "(\\||x|\n|12|\\|0123456789abcdef\\|){0,60}") {
        let _ = (answer(&text, MARK, "/s"), as_given(&text));
    }
}
