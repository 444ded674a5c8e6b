use std::process::{Child, Command};

use super::*;
use crate::sys::clock;

fn sleeper() -> (Child, Identity) {
    let child = Command::new("sleep").arg("600").spawn().unwrap();
    let identity = processes::identity(child.id()).unwrap();
    (child, identity)
}

/// Waits as a watcher does, and gives the keys that are gone.
fn wait(deaths: &mut Deaths<&'static str>) -> Vec<&'static str> {
    let deadline = clock::elapsed() + Duration::from_secs(60);
    loop {
        let limit = deaths.wait().unwrap_or(Duration::from_secs(60));
        let _ = poll(&mut deaths.interests(), Some(&timespec(limit)));
        let gone = deaths.gone();
        if !gone.is_empty() {
            return gone;
        }
        assert!(clock::elapsed() < deadline, "waited in vain");
    }
}

fn each_way(test: impl Fn(Way)) {
    for way in [Way::here(), Way::Poll] {
        test(way);
    }
}

#[test]
fn an_end_is_told_once_and_the_child_is_left_to_its_parent() {
    each_way(|way| {
        let (mut child, identity) = sleeper();
        let (mut other, unharmed) = sleeper();
        let mut deaths = Deaths::by(way);
        assert!(deaths.watch("a", &identity) && deaths.watch("b", &identity));
        assert!(deaths.watch("other", &unharmed));
        assert_eq!(deaths.gone(), [] as [&str; 0]);
        child.kill().unwrap();
        let mut gone = wait(&mut deaths);
        gone.sort_unstable();
        assert_eq!(gone, ["a", "b"], "{way:?}");
        assert_eq!(deaths.gone(), [] as [&str; 0]);
        assert_eq!(deaths.len(), 1);
        assert!(!child.wait().unwrap().success());
        other.kill().unwrap();
        assert_eq!(wait(&mut deaths), ["other"]);
        other.wait().unwrap();
        assert!(deaths.is_empty() && deaths.wait().is_none());
        assert_eq!(deaths.interests().len(), usize::from(way == Way::Kqueue));
    });
}

#[test]
fn what_has_ended_is_not_watched() {
    each_way(|way| {
        let (mut child, identity) = sleeper();
        let mut deaths = Deaths::by(way);
        child.kill().unwrap();
        // Ended, and not yet collected by us.
        while processes::lives(&identity) {
            std::thread::yield_now();
        }
        assert!(!deaths.watch("zombie", &identity), "{way:?}");
        child.wait().unwrap();
        assert!(!deaths.watch("gone", &identity), "{way:?}");
        assert!(deaths.is_empty());
    });
}

#[test]
fn another_process_with_the_same_id_is_not_the_one_that_was_meant() {
    each_way(|way| {
        let (mut child, identity) = sleeper();
        let earlier = Identity {
            started: identity.started.saturating_sub(1),
            ..identity
        };
        let mut deaths = Deaths::by(way);
        assert!(!deaths.watch("earlier", &earlier), "{way:?}");
        assert!(deaths.watch("key", &identity));
        assert!(
            !deaths.watch("key", &earlier),
            "the key stands for it no more"
        );
        assert!(deaths.is_empty());
        child.kill().unwrap();
        child.wait().unwrap();
    });
}

#[test]
fn who_is_no_child_of_ours_is_watched_too() {
    each_way(|way| {
        let mut parent = Command::new("sh")
            .args(["-c", "sleep 600 >/dev/null & echo $!"])
            .stdout(std::process::Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        io::BufRead::read_line(
            &mut io::BufReader::new(parent.stdout.take().unwrap()),
            &mut line,
        )
        .unwrap();
        parent.wait().unwrap();
        let identity = processes::identity(line.trim().parse().unwrap()).unwrap();
        let mut deaths = Deaths::by(way);
        assert!(deaths.watch("orphan", &identity));
        processes::signal(&identity, rustix::process::Signal::KILL).unwrap();
        assert_eq!(wait(&mut deaths), ["orphan"]);
    });
}
