//! What listens where an ssh server should, and is none.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::os::fd::OwnedFd;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use rustix::net::{AddressFamily, SocketType, bind, getsockname, listen, socket};

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

/// A port on which nobody is ever let in.
pub struct Shut {
    pub port: u16,
    _socket: OwnedFd,
    _queue: Vec<TcpStream>,
}

impl Shut {
    /// Who knocks is refused. The port is taken, so that nobody else opens it.
    pub fn refusing() -> Self {
        Self::bound(|_, _| Vec::new())
    }

    /// Who knocks gets no answer, as from a machine that is gone: its queue is
    /// full.
    pub fn full() -> Self {
        Self::bound(|socket, address| {
            listen(socket, 0).unwrap();
            let knock = || TcpStream::connect_timeout(&address, Duration::from_millis(500));
            std::iter::from_fn(|| knock().ok()).collect()
        })
    }

    fn bound(queue: impl FnOnce(&OwnedFd, SocketAddr) -> Vec<TcpStream>) -> Self {
        let any: SocketAddr = "127.0.0.1:0".parse().unwrap();
        let socket = socket(AddressFamily::INET, SocketType::STREAM, None).unwrap();
        bind(&socket, &any).unwrap();
        let address = SocketAddr::try_from(getsockname(&socket).unwrap()).unwrap();
        let queue = queue(&socket, address);
        Self {
            port: address.port(),
            _socket: socket,
            _queue: queue,
        }
    }
}

/// A way to a server on which connections can go mute while they stay open, as
/// behind a router that forgot them.
pub struct Tunnel {
    pub port: u16,
    muted: Arc<AtomicUsize>,
    came: Arc<AtomicUsize>,
}

impl Tunnel {
    pub fn to(port: u16) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let tunnel = Self {
            port: listener.local_addr().unwrap().port(),
            muted: Arc::default(),
            came: Arc::default(),
        };
        let (muted, came) = (Arc::clone(&tunnel.muted), Arc::clone(&tunnel.came));
        // The threads end with the test's process.
        thread::spawn(move || {
            for guest in listener.incoming().flatten() {
                let number = came.fetch_add(1, Ordering::Relaxed);
                let Ok(host) = TcpStream::connect(("127.0.0.1", port)) else {
                    continue;
                };
                let back = (host.try_clone().unwrap(), guest.try_clone().unwrap());
                for (from, to) in [(guest, host), back] {
                    let muted = Arc::clone(&muted);
                    thread::spawn(move || {
                        carry(from, to, || number < muted.load(Ordering::Relaxed));
                    });
                }
            }
        });
        tunnel
    }

    /// Nothing of the connections of now gets through any more.
    pub fn mute(&self) {
        self.muted
            .store(self.came.load(Ordering::Relaxed), Ordering::Relaxed);
    }

    /// How many came so far.
    pub fn came(&self) -> usize {
        self.came.load(Ordering::Relaxed)
    }
}

fn carry(mut from: TcpStream, mut to: TcpStream, mute: impl Fn() -> bool) {
    let mut bytes = [0; 4096];
    while let Ok(count @ 1..) = from.read(&mut bytes) {
        if !mute() && to.write_all(&bytes[..count]).is_err() {
            break;
        }
    }
    let _ = to.shutdown(std::net::Shutdown::Both);
}
