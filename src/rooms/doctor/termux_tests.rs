use super::*;

const NOW: Timestamp = Timestamp(1_800_000_000);

fn healthy() -> TermuxFacts {
    TermuxFacts {
        version: Some("0.118.3".to_owned()),
        installers: vec![("com.termux".to_owned(), "org.fdroid.fdroid".to_owned())],
        api: Some(Api::Answers),
        level: Some(30),
        wake_lock: Some(NOW),
        boot_file: true,
        boot_ran: Some(NOW),
        booted: Timestamp(NOW.0 - 100),
        widgets: Widgets {
            there: true,
            runs: vec![("heal".to_owned(), None)],
            ..Widgets::default()
        },
        sv: true,
        runsvdir: true,
        job: Some(true),
        set_up: true,
        free_bytes: Some(5_000_000_000),
        ..TermuxFacts::default()
    }
}

/// The one check that is not fine, besides that of the battery.
fn wrong(change: impl Fn(&mut TermuxFacts)) -> (&'static str, Status) {
    let mut facts = healthy();
    change(&mut facts);
    let wrong: Vec<_> = checks(&facts, NOW)
        .into_iter()
        .filter(|check| check.status != Status::Ok && check.id != "termux.battery")
        .map(|check| (check.id, check.status))
        .collect();
    assert_eq!(wrong.len(), 1, "{wrong:?}");
    wrong[0]
}

#[test]
fn each_trap_is_found_by_its_check() {
    let other = || {
        (
            "com.termux.api".to_owned(),
            "com.android.vending".to_owned(),
        )
    };
    let path = || vec!["/home/.shortcuts".to_owned()];
    let pair = || Some(("/a".to_owned(), "/b".to_owned()));
    assert_eq!(
        wrong(|facts| facts.installers.push(other())),
        ("termux.source", Status::Fault)
    );
    assert_eq!(
        wrong(|facts| facts.version = Some("googleplay.2024".to_owned())),
        ("termux.source", Status::Warn)
    );
    assert_eq!(
        wrong(|facts| facts.api = None),
        ("termux.api", Status::Note)
    );
    assert_eq!(
        wrong(|facts| facts.api = Some(Api::Hangs)),
        ("termux.api", Status::Fault)
    );
    assert_eq!(
        wrong(|facts| facts.wake_lock = Some(Timestamp(1))),
        ("termux.wakelock", Status::Warn)
    );
    assert_eq!(
        wrong(|facts| facts.boot_file = false),
        ("termux.boot", Status::Warn)
    );
    assert_eq!(
        wrong(|facts| facts.boot_folder = pair()),
        ("termux.boot", Status::Fault)
    );
    assert_eq!(
        wrong(|facts| facts.boot_ran = Some(Timestamp(1))),
        ("termux.boot", Status::Warn)
    );
    assert_eq!(
        wrong(|facts| facts.boot_ran = None),
        ("termux.boot", Status::Note)
    );
    assert_eq!(
        wrong(|facts| facts.widgets.open = path()),
        ("termux.widgets", Status::Warn)
    );
    assert_eq!(
        wrong(|facts| facts.widgets.links = path()),
        ("termux.widgets", Status::Warn)
    );
    assert_eq!(
        wrong(|facts| facts.widgets.shells = path()),
        ("termux.widgets", Status::Warn)
    );
    assert_eq!(
        wrong(|facts| facts.widgets.results = pair()),
        ("termux.widgets", Status::Warn)
    );
    assert_eq!(
        wrong(|facts| facts.widgets.there = false),
        ("termux.widgets", Status::Note)
    );
    assert_eq!(
        wrong(|facts| facts.widgets.foreground = true),
        ("termux.overlay", Status::Note)
    );
    assert_eq!(wrong(|facts| facts.sv = false), ("termux.sv", Status::Note));
    assert_eq!(
        wrong(|facts| facts.runsvdir = false),
        ("termux.sv", Status::Fault)
    );
    assert_eq!(
        wrong(|facts| facts.two_sshd = true),
        ("termux.sshd", Status::Fault)
    );
    assert_eq!(
        wrong(|facts| facts.lost_socket = Some("/x".to_owned())),
        ("termux.sockets", Status::Warn)
    );
    assert_eq!(
        wrong(|facts| facts.job = Some(false)),
        ("termux.job", Status::Warn)
    );
    assert_eq!(
        wrong(|facts| facts.job = None),
        ("termux.job", Status::Note)
    );
    assert_eq!(
        wrong(|facts| facts.free_bytes = Some(9)),
        ("termux.storage", Status::Warn)
    );
}

#[test]
fn each_api_level_has_its_own_line_against_the_phantom_killer() {
    let line = |level| {
        let mut facts = healthy();
        facts.level = level;
        let checks = checks(&facts, NOW);
        let check = checks
            .iter()
            .find(|check| check.id == "termux.phantom")
            .unwrap();
        check
            .mend
            .as_ref()
            .map(|mend| mend.text.clone())
            .unwrap_or_default()
    };
    assert_eq!(line(Some(30)), "");
    assert!(line(Some(31)).contains("max_phantom_processes"));
    assert!(line(Some(33)).contains("settings_enable_monitor_phantom_procs false"));
    assert!(line(Some(35)).contains("Disable child process restrictions"));
    assert!(!line(None).is_empty());
}
