//! What listens where an ssh server should, and is none.

use std::io::Write as _;
use std::net::{TcpListener, TcpStream};
use std::os::fd::OwnedFd;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::Duration;

/// What is done with who comes.
#[derive(Clone, Copy)]
pub enum Manner {
    /// They are let in, and nobody speaks.
    Silent,
    /// They are told this, over and over, until they leave.
    Says(&'static [u8]),
    /// They are shown out.
    Closes,
}

/// A listener that ends with its test.
pub struct Door {
    pub port: u16,
    over: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Door {
    pub fn open(manner: Manner) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let over = Arc::new(AtomicBool::new(false));
        let ended = Arc::clone(&over);
        let keep = move || {
            let mut guests = Vec::new();
            for mut guest in listener.incoming().flatten() {
                if ended.load(Ordering::Relaxed) {
                    break;
                }
                match manner {
                    Manner::Silent => guests.push(guest),
                    Manner::Says(text) => while guest.write_all(text).is_ok() {},
                    Manner::Closes => {}
                }
            }
        };
        Self {
            port,
            over,
            thread: Some(thread::spawn(keep)),
        }
    }
}

impl Drop for Door {
    fn drop(&mut self) {
        self.over.store(true, Ordering::Relaxed);
        // It looks at the sign when somebody comes.
        let _ = TcpStream::connect(("127.0.0.1", self.port));
        let _ = self.thread.take().unwrap().join();
    }
}

/// A port whose queue is full: who knocks gets no answer, as from a machine
/// that is gone.
pub struct Full {
    pub port: u16,
    _listener: OwnedFd,
    _queue: Vec<TcpStream>,
}

impl Full {
    pub fn open() -> Self {
        use rustix::net::{AddressFamily, SocketType, bind, getsockname, listen, socket};
        let any: std::net::SocketAddrV4 = "127.0.0.1:0".parse().unwrap();
        let listener = socket(AddressFamily::INET, SocketType::STREAM, None).unwrap();
        bind(&listener, &any).unwrap();
        listen(&listener, 0).unwrap();
        let name = getsockname(&listener).unwrap();
        let address = std::net::SocketAddr::try_from(name).unwrap();
        let within = Duration::from_millis(500);
        let mut queue = Vec::new();
        while let Ok(guest) = TcpStream::connect_timeout(&address, within) {
            queue.push(guest);
        }
        Self {
            port: address.port(),
            _listener: listener,
            _queue: queue,
        }
    }
}
