//! Names into addresses, in bounded time.

use std::net::{SocketAddr, ToSocketAddrs as _};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

/// The addresses of `HOST:PORT`; none when the name service does not know it
/// or says nothing within `limit`. One that hangs keeps its thread.
pub(in crate::sys) fn resolved(address: &str, limit: Duration) -> Vec<SocketAddr> {
    if let Ok(address) = address.parse() {
        return vec![address];
    }
    let (sender, answers) = mpsc::channel();
    let address = address.to_owned();
    let ask = move || {
        let found = address
            .to_socket_addrs()
            .map(Iterator::collect)
            .unwrap_or_default();
        sender.send(found)
    };
    // Without a thread nobody is asked: the name service could hang us.
    let _ = thread::Builder::new().spawn(ask);
    answers.recv_timeout(limit).unwrap_or_default()
}
