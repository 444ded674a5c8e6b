//! What is planned for a service.

use super::*;
use crate::model::process::Identity;

fn process(pid: u32, program: &str, arguments: &[&str]) -> Facts {
    Facts {
        identity: Identity { pid, started: 7 },
        uid: 1000,
        condition: Condition::Alive,
        name: program.to_owned(),
        program: Some(program.to_owned()),
        arguments: arguments.iter().map(ToString::to_string).collect(),
        parent: 1,
    }
}

fn words(text: &str) -> Vec<String> {
    text.split(' ').map(ToOwned::to_owned).collect()
}

fn refused() -> Seen {
    Seen {
        name: "web".into(),
        ready: Err("refused".into()),
        start: Some(words("/srv/web -p 1")),
        program: Ok(()),
        validate: None,
        ready_within: Duration::from_secs(10),
        owner: None,
        overseer: None,
        process: None,
        taken: None,
        waits_for: None,
        for_root: false,
        uid: 1000,
    }
}

fn steps(seen: &Seen) -> Vec<String> {
    match plan(seen).verdict {
        Verdict::Mend(steps) => steps.iter().map(|step| step.action.shown()).collect(),
        other => vec![format!("{other:?}")],
    }
}

#[test]
fn what_is_gone_is_validated_and_started() {
    let seen = Seen {
        validate: Some(words("/srv/web -t")),
        ..refused()
    };
    assert_eq!(steps(&seen), ["/srv/web -t", "/srv/web -p 1"]);
    assert_eq!(
        plan(&Seen {
            ready: Ok(()),
            ..refused()
        })
        .verdict,
        Verdict::Fine
    );
}

#[test]
fn what_hangs_is_ended_first_and_nobody_elses() {
    let hanging = Some(process(12, "web", &[]));
    let seen = Seen {
        process: hanging.clone(),
        ..refused()
    };
    assert_eq!(steps(&seen), ["kill 12 || kill -9 12", "/srv/web -p 1"]);
    let seen = Seen {
        uid: 5,
        process: hanging,
        ..refused()
    };
    assert_eq!(
        plan(&seen).verdict,
        Verdict::NeedsRoot("sudo kill -9 12".into())
    );
    let seen = Seen {
        taken: Some(Stranger::Known(process(13, "python3", &[]))),
        ..refused()
    };
    assert_eq!(
        plan(&seen).found,
        "`python3` (pid 13) has its port: refused"
    );
    assert_eq!(plan(&seen).verdict, Verdict::Hopeless(None));
    let seen = Seen {
        taken: Some(Stranger::Unseen),
        ..refused()
    };
    assert_eq!(
        plan(&seen).found,
        "a process of another user has its port: refused"
    );
}

#[test]
fn an_owner_is_waited_for_and_obeyed() {
    let owned = |wanted| Seen {
        owner: Some((Owner::Runit("web".into()), wanted)),
        start: Some(words("sv up web")),
        ..refused()
    };
    assert_eq!(
        steps(&owned(Wanted::Up)),
        ["wait for its owner, 10s at most", "sv up web"]
    );
    let stopped = plan(&owned(Wanted::Stopped("`sv down`".into())));
    assert_eq!(
        (stopped.found.as_str(), stopped.verdict),
        ("stopped by its owner: `sv down`", Verdict::Leave)
    );
    let unknown = owned(Wanted::Unknown("runsv is gone".into()));
    assert_eq!(steps(&unknown), ["sv up web"]);
    let overseen = Seen {
        overseer: Some("runsv".into()),
        ..refused()
    };
    assert_eq!(
        steps(&overseen),
        ["wait for its owner, 10s at most", "/srv/web -p 1"]
    );
}

#[test]
fn what_cannot_help_is_not_done() {
    let seen = Seen {
        program: Err("`/srv/web` is not there".into()),
        ..refused()
    };
    assert_eq!(plan(&seen).found, "refused; `/srv/web` is not there");
    assert_eq!(plan(&seen).verdict, Verdict::Hopeless(None));
    let seen = Seen {
        waits_for: Some("db".into()),
        ..refused()
    };
    assert_eq!(plan(&seen).verdict, Verdict::Waits("db".into()));
    let seen = Seen {
        for_root: true,
        ..refused()
    };
    assert_eq!(
        plan(&seen).verdict,
        Verdict::NeedsRoot("sudo /srv/web -p 1".into())
    );
    assert!(matches!(
        plan(&Seen {
            start: None,
            ..refused()
        })
        .verdict,
        Verdict::Hopeless(Some(_))
    ));
}

#[test]
fn a_pid_file_may_name_anybody() {
    let start = words("/usr/sbin/sshd -f x");
    let title = ["sshd: /usr/sbin/sshd -f x [listener] 0 of 10-100 startups"];
    assert!(is_of(&process(1, "sshd", &title), &start, "sshd"));
    assert!(!is_of(
        &process(1, "vim", &["vim", "notes"]),
        &start,
        "sshd"
    ));
    let script = words("python3 /srv/app.py --port 1");
    assert!(is_of(
        &process(1, "python3.11", &["python3", "/srv/app.py"]),
        &script,
        "app"
    ));
    assert!(!is_of(
        &process(1, "python3.11", &["python3", "/srv/other.py"]),
        &script,
        "app"
    ));
    let line = ["sh", "-c", "cd /srv && exec ./app --port 1"].map(str::to_owned);
    assert!(is_of(&process(1, "app", &["./app"]), &line, "web"));
    assert!(!is_of(&process(1, "srvd", &["srvd"]), &line, "web"));
    assert!(!is_of(
        &process(1, "bash", &["-bash"]),
        &words("/bin/sh /srv/x.sh"),
        "x"
    ));
}
