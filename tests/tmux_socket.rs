//! Sockets of real tmux servers that were deleted under them, and those that
//! are not ours.

use std::fs;
use std::os::unix::fs::{PermissionsExt as _, chown};
use std::path::Path;

use mamori::model::blueprint::Blueprint;
use mamori::model::process::Identity;
use mamori::sys::processes;
use mamori::sys::tmux::build::build;
use mamori::sys::tmux::socket::{ReviveError, revive, servers, serves};
use mamori::sys::tmux::{Server, TmuxError};
use rustix::fd::OwnedFd;
use rustix::net::{self, AddressFamily, SocketAddrUnix, SocketType};
use rustix::process::Signal;

use crate::harness::tmux::Tmux;
use crate::harness::{Bench, mode, root, until};

/// Ends a server whose socket a test took away.
struct Ends(Identity);

impl Drop for Ends {
    fn drop(&mut self) {
        // It may have ended.
        let _ = processes::signal(&self.0, Signal::KILL);
    }
}

#[test]
fn a_deleted_socket_comes_back_to_the_same_server() {
    let bench = Bench::quiet();
    let around = bench.surroundings();
    let tmux = Tmux::start(&bench, "default", "");
    let (socket, server) = (tmux.socket(), tmux.identity());
    let _ends = Ends(server);
    assert!(serves(&server, &around));
    for folder_too in [false, true, false] {
        fs::remove_file(&socket).unwrap();
        if folder_too {
            fs::remove_dir(socket.parent().unwrap()).unwrap();
        }
        assert!(matches!(
            Server::at(&socket, &around),
            Err(TmuxError::NoServer(_))
        ));
        assert_eq!(servers(&socket, &around), [server]);
        revive(&socket, &server, &around).unwrap();
        let back = Server::at(&socket, &around).unwrap();
        assert_eq!(back.identity().unwrap(), Some(server));
        assert_eq!(back.sessions().unwrap(), ["main"]);
        let folder = fs::metadata(socket.parent().unwrap()).unwrap();
        assert_eq!(folder.permissions().mode() & 0o777, 0o700);
    }
    // A dead file in its place, as an older server would leave it. It never
    // listened: what another test starts just now could still hold it open.
    fs::remove_file(&socket).unwrap();
    let dead = net::socket(AddressFamily::UNIX, SocketType::STREAM, None).unwrap();
    net::bind(&dead, &SocketAddrUnix::new(&socket).unwrap()).unwrap();
    drop(dead);
    revive(&socket, &server, &around).unwrap();
    // And nothing is done when nothing is wrong.
    let before = fs::metadata(&socket).unwrap().modified().unwrap();
    revive(&socket, &server, &around).unwrap();
    assert_eq!(fs::metadata(&socket).unwrap().modified().unwrap(), before);
    assert_eq!(tmux.identity(), server);
}

#[test]
fn a_new_servers_socket_is_not_taken_from_it() {
    let bench = Bench::quiet();
    let around = bench.surroundings();
    let old = Tmux::start(&bench, "default", "");
    let (socket, server) = (old.socket(), old.identity());
    let _ends = Ends(server);
    fs::remove_file(&socket).unwrap();
    let new = Tmux::start(&bench, "default", "");
    let newer = new.identity();
    let refused = revive(&socket, &server, &around).unwrap_err();
    assert!(matches!(refused, ReviveError::Taken(_)), "{refused}");
    assert_eq!(new.identity(), newer);
    assert_eq!(servers(&socket, &around), [server, newer]);
    processes::signal(&server, Signal::KILL).unwrap();
    until("the old one to end", || !serves(&server, &around));
    let refused = revive(&socket, &server, &around).unwrap_err();
    assert!(matches!(refused, ReviveError::NoServer(_)), "{refused}");
}

#[test]
fn no_signal_is_sent_to_what_is_no_tmux_server() {
    let bench = Bench::quiet();
    let around = bench.surroundings();
    let mut child = std::process::Command::new("sleep")
        .arg("600")
        .spawn()
        .unwrap();
    let identity = processes::identity(child.id()).unwrap();
    let socket = bench.home().join("s");
    let refused = revive(&socket, &identity, &around).unwrap_err();
    assert!(matches!(refused, ReviveError::NoServer(_)), "{refused}");
    assert!(child.try_wait().unwrap().is_none());
    child.kill().unwrap();
    child.wait().unwrap();
}

#[test]
fn another_users_server_socket_and_folder_are_left_alone() {
    if !root("sockets of another user") {
        return;
    }
    let bench = Bench::quiet();
    let around = bench.surroundings();
    let tmux = Tmux::start(&bench, "default", "");
    let (socket, server) = (tmux.socket(), tmux.identity());
    let _ends = Ends(server);
    let mut theirs = bench.surroundings();
    theirs.uid = 12_345;
    let refused = revive(&socket, &server, &theirs).unwrap_err();
    assert!(matches!(refused, ReviveError::Foreign(_)), "{refused}");
    assert!(servers(&socket, &theirs).is_empty() && !serves(&server, &theirs));
    chown(&socket, Some(12_345), None).unwrap();
    assert!(matches!(
        Server::at(&socket, &around),
        Err(TmuxError::Foreign(_))
    ));
    let refused = revive(&socket, &server, &around).unwrap_err();
    assert!(
        matches!(refused, ReviveError::Tmux(TmuxError::Foreign(_))),
        "{refused}"
    );
    let built = |around| {
        build(&socket, &[Blueprint::bare("x")], around)
            .remove(0)
            .result
    };
    assert!(matches!(built(&around), Err(TmuxError::Foreign(_))));
    chown(&socket, Some(0), None).unwrap();
    // A folder in which somebody else could put a socket.
    fs::remove_file(&socket).unwrap();
    let folder = socket.parent().unwrap();
    mode(folder, 0o777);
    let refused = revive(&socket, &server, &around).unwrap_err();
    assert!(
        matches!(refused, ReviveError::Tmux(TmuxError::UnsafeFolder(_))),
        "{refused}"
    );
    assert!(matches!(built(&around), Err(TmuxError::UnsafeFolder(_))));
    mode(folder, 0o700);
    chown(folder, Some(12_345), None).unwrap();
    assert!(matches!(built(&around), Err(TmuxError::UnsafeFolder(_))));
    chown(folder, Some(0), None).unwrap();
    revive(&socket, &server, &around).unwrap();
    assert_eq!(tmux.identity(), server);
}

#[test]
fn a_server_that_was_stopped_holds_nobody_up() {
    let bench = Bench::quiet();
    let around = bench.surroundings();
    let tmux = Tmux::start(&bench, "default", "");
    let (socket, server) = (tmux.socket(), tmux.identity());
    let _ends = Ends(server);
    processes::signal(&server, Signal::STOP).unwrap();
    // Its queue of those who wait is full.
    let waiting: Vec<_> = std::iter::from_fn(|| waits(&socket)).collect();
    assert!(!waiting.is_empty());
    let refused = revive(&socket, &server, &around).unwrap_err();
    assert!(
        matches!(refused, ReviveError::Tmux(TmuxError::Run(_))),
        "{refused}"
    );
    let sessions = ["a", "b", "c"].map(Blueprint::bare);
    let built = build(&socket, &sessions, &around).into_iter();
    let why: Vec<TmuxError> = built.map(|one| one.result.unwrap_err()).collect();
    assert!(matches!(
        why[..],
        [TmuxError::Run(_), TmuxError::NotTried, TmuxError::NotTried]
    ));
    drop(waiting);
    processes::signal(&server, Signal::CONT).unwrap();
    assert_eq!(tmux.identity(), server);
}

/// A connection that the server has not answered yet, while its queue has room.
fn waits(socket: &Path) -> Option<OwnedFd> {
    let handle = net::socket(AddressFamily::UNIX, SocketType::STREAM, None).unwrap();
    rustix::io::ioctl_fionbio(&handle, true).unwrap();
    let address = SocketAddrUnix::new(socket).unwrap();
    net::connect(&handle, &address).ok().map(|()| handle)
}
