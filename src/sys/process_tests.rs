use super::*;

fn sh(script: &str, limit: Duration) -> Result<Ended, RunError> {
    let arguments = ["-c", script].map(OsString::from);
    run(Path::new("/bin/sh"), &arguments, &[], limit)
}

#[test]
fn both_outputs_and_the_exit_status_come_back() {
    let ended = sh("echo out; echo err >&2; exit 3", Duration::from_secs(20)).unwrap();
    assert_eq!(
        (ended.stdout, ended.stderr),
        (b"out\n".to_vec(), b"err\n".to_vec())
    );
    assert_eq!(ended.status.code(), Some(3));
}

#[test]
fn input_reaches_the_program_and_one_that_does_not_read_hinders_nothing() {
    let input = vec![b'x'; 1 << 20];
    let arguments = ["-c", "wc -c"].map(OsString::from);
    let limit = Duration::from_secs(20);
    let program = Path::new("/bin/sh");
    let environment = [("PATH".into(), "/usr/bin:/bin".into())];
    let ended = run_fed(input.clone(), program, &arguments, &environment, limit).unwrap();
    assert_eq!(String::from_utf8_lossy(&ended.stdout).trim(), "1048576");
    let arguments = ["-c", "exit 3"].map(OsString::from);
    let ended = run_fed(input, program, &arguments, &environment, limit).unwrap();
    assert_eq!(ended.status.code(), Some(3));
}

#[test]
fn megabytes_are_read_but_not_kept() {
    let ended = sh("head -c 3000000 /dev/zero", Duration::from_secs(20)).unwrap();
    assert_eq!(ended.stdout.len(), KEPT);
    assert!(ended.status.success());
}

fn through(script: &str, heed: &mut dyn FnMut(&[u8]) -> bool) -> Result<Ended, RunError> {
    let arguments = ["-c", script].map(OsString::from);
    let limit = Duration::from_secs(20);
    run_through(Path::new("/bin/sh"), &arguments, &[], limit, heed)
}

#[test]
fn what_is_handed_on_is_whole_and_not_kept() {
    let mut count = 0;
    let ended = through("head -c 3000000 /dev/zero; echo err >&2", &mut |piece| {
        count += piece.len();
        true
    })
    .unwrap();
    assert_eq!((count, ended.stdout.len()), (3_000_000, 0));
    assert_eq!(ended.stderr, b"err\n");
}

#[test]
fn a_program_of_which_nobody_wants_more_is_ended() {
    let mut count = 0;
    let error = through("cat /dev/zero", &mut |piece| {
        count += piece.len();
        count < 100_000
    })
    .unwrap_err();
    assert!(matches!(error, RunError::TooMuch(_)), "{error}");
    assert_eq!(error.to_string(), "`/bin/sh` printed too much");
    // The last words of one that ended count, too.
    let error = through("echo x", &mut |_| false).unwrap_err();
    assert!(matches!(error, RunError::TooMuch(_)), "{error}");
}

#[test]
fn a_program_that_hangs_is_ended_with_its_children() {
    let marker = tempfile::tempdir().unwrap();
    let pid_file = marker.path().join("pid");
    let script = format!("sleep 600 & echo $! > {}; wait", pid_file.display());
    let error = sh(&script, Duration::from_millis(700)).unwrap_err();
    assert!(matches!(error, RunError::TimedOut(..)), "{error}");
    let pid: i32 = std::fs::read_to_string(pid_file)
        .unwrap()
        .trim()
        .parse()
        .unwrap();
    let pid = rustix::process::Pid::from_raw(pid).unwrap();
    let deadline = clock::elapsed() + Duration::from_secs(20);
    while rustix::process::test_kill_process(pid).is_ok() && !zombie(pid) {
        assert!(clock::elapsed() < deadline, "the child still runs");
        thread::sleep(Duration::from_millis(5));
    }
}

fn zombie(pid: rustix::process::Pid) -> bool {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    stat.rsplit_once(") ")
        .is_none_or(|(_, rest)| rest.starts_with('Z'))
}
