use super::*;

#[test]
fn supervisord_and_monit_are_asked_and_obeyed() {
    let owner = |words: &str| Owner::of_command(&argv(words)).unwrap();
    let supervisord = owner("sudo -n /usr/bin/supervisorctl -c /etc/s.conf start web");
    assert_eq!(
        supervisord.question(),
        argv("sudo -n /usr/bin/supervisorctl -c /etc/s.conf status web")
    );
    let stopped = |how: &str| Wanted::Stopped(format!("`{how}`"));
    assert_eq!(
        supervisord.wanted("web    STOPPED   Nov 28 04:00 PM\n"),
        stopped("supervisorctl stop")
    );
    assert_eq!(
        supervisord.wanted("web    BACKOFF   Exited too quickly\n"),
        Wanted::Up
    );
    for unknown in [
        "web    STOPPED   Not started",
        "web: ERROR (no such process)",
        "",
    ] {
        assert!(matches!(supervisord.wanted(unknown), Wanted::Unknown(_)));
    }
    let monit = owner("monit start start");
    assert_eq!(monit.question(), argv("monit status start"));
    let answer = |status: &str| {
        format!("Process 'web'\n  status                 OK\n  monitoring status      {status}\n")
    };
    // So monit leaves what it gave up itself, too.
    assert!(matches!(
        monit.wanted(&answer("Not monitored")),
        Wanted::Unknown(_)
    ));
    let stopping = answer("Not monitored").replace("OK", "Not monitored - stop pending");
    assert_eq!(monit.wanted(&stopping), stopped("monit stop"));
    assert_eq!(monit.wanted(&answer("Monitored")), Wanted::Up);
    assert!(matches!(monit.wanted(""), Wanted::Unknown(_)));
    assert_eq!(Owner::of_command(&argv("monit -c /etc/monitrc")), None);
    let by = owner("sudo -n -u monit supervisorctl start web");
    assert_eq!(by.name(), "supervisord");
    assert_eq!(
        by.question(),
        argv("sudo -n -u monit supervisorctl status web")
    );
    assert_eq!(
        owner("sudo -n monit start web").question()[..2],
        ["sudo", "-n"]
    );
    let foreign = argv("python3 /srv/tool monit start web");
    assert_eq!(Owner::of_command(&foreign), None);
}

fn argv(words: &str) -> Vec<String> {
    words.split(' ').map(ToOwned::to_owned).collect()
}

#[test]
fn a_start_command_names_its_owner() {
    let unit = |user| Owner::Systemd {
        unit: "web.service".into(),
        user,
    };
    assert_eq!(
        Owner::of_command(&argv("/usr/bin/sv up web")),
        Some(Owner::Runit("web".into()))
    );
    assert_eq!(
        Owner::of_command(&argv("sudo -n systemctl restart web.service")),
        Some(unit(false))
    );
    assert_eq!(
        Owner::of_command(&argv("systemctl --user start -- web.service")),
        Some(unit(true))
    );
    assert_eq!(
        Owner::of_command(&argv("launchctl kickstart -k gui/501/x.y")),
        Some(Owner::Launchd("gui/501/x.y".into()))
    );
    assert_eq!(
        Owner::of_command(&argv("sv -w 5 up web")),
        Some(Owner::Runit("web".into()))
    );
    for other in [
        "/usr/sbin/sshd -f x",
        "sv down web",
        "sv",
        "systemctl stop web",
    ] {
        assert_eq!(Owner::of_command(&argv(other)), None, "{other}");
    }
}

#[test]
fn a_control_group_names_the_service_that_a_process_runs_in() {
    let unit = |text| match Owner::of_cgroup(text) {
        Some(Owner::Systemd { unit, user }) => Some((unit, user)),
        _ => None,
    };
    let own = "0::/user.slice/user-1000.slice/user@1000.service/app.slice/web.service\n";
    assert_eq!(
        unit("0::/system.slice/ssh.service\n"),
        Some(("ssh.service".into(), false))
    );
    assert_eq!(unit(own), Some(("web.service".into(), true)));
    assert_eq!(
        unit("1:name=systemd:/system.slice/cron.service\n"),
        Some(("cron.service".into(), false))
    );
    for other in [
        "0::/user.slice/user-1000.slice/session-3.scope\n",
        "0::/user.slice/user-1000.slice/user@1000.service/init.scope\n",
        "0::/user.slice/user-1000.slice/user@1000.service\n",
        "0::/\n",
        "",
        "x",
    ] {
        assert_eq!(unit(other), None, "{other}");
    }
}

#[test]
fn what_its_owner_stopped_is_told_from_what_died() {
    let sv = |answer| Owner::Runit("x".into()).wanted(answer);
    let stopped = |how: &str| Wanted::Stopped(how.into());
    assert_eq!(
        sv("run: web: (pid 12) 34s; run: log: (pid 9) 50s\n"),
        Wanted::Up
    );
    assert_eq!(sv("down: web: 0s, normally up, want up\n"), Wanted::Up);
    assert_eq!(sv("finish: web: (pid 3) 1s\n"), Wanted::Up);
    assert_eq!(sv("down: web: 5s, normally up\n"), stopped("`sv down`"));
    assert_eq!(
        sv("run: web: (pid 12) 34s, want down\n"),
        stopped("`sv down`")
    );
    assert!(matches!(
        sv("fail: web: unable to change to service directory\n"),
        Wanted::Unknown(_)
    ));

    let unit = Owner::Systemd {
        unit: "web".into(),
        user: false,
    };
    let systemd = |load, file, active, result| {
        unit.wanted(&format!(
            "LoadState={load}\nActiveState={active}\nUnitFileState={file}\nResult={result}\n"
        ))
    };
    assert_eq!(systemd("loaded", "enabled", "failed", "signal"), Wanted::Up);
    assert_eq!(
        systemd("loaded", "enabled", "activating", "signal"),
        Wanted::Up
    );
    assert_eq!(
        systemd("loaded", "enabled", "inactive", "success"),
        stopped("`systemctl stop`")
    );
    assert_eq!(
        systemd("loaded", "disabled", "failed", "signal"),
        stopped("`systemctl disable`")
    );
    assert_eq!(
        systemd("masked", "masked", "inactive", "success"),
        stopped("`systemctl mask`")
    );
    assert!(matches!(
        systemd("not-found", "", "inactive", "success"),
        Wanted::Unknown(_)
    ));

    let launchd = Owner::Launchd("system/com.openssh.sshd".into());
    let list = "disabled services = {\n\t\"com.apple.x\" => enabled\n\t\"com.openssh.sshd\" => disabled\n}";
    assert_eq!(launchd.wanted(list), stopped("`launchctl disable`"));
    assert_eq!(launchd.wanted("disabled services = {\n}"), Wanted::Up);
}
