//! Answers over HTTP to whoever asks a port of ours. Speaking HTTP is hyper's
//! matter; here are only sockets, threads and time: each question has a thread
//! and a time within which it is asked and answered, so that who is slow, or
//! never comes to an end, keeps nobody else waiting for good.

use std::cell::Cell;
use std::convert::Infallible;
use std::future::Future as _;
use std::io::{self, ErrorKind, Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll, Waker};
use std::thread;
use std::time::Duration;

use hyper::body::Incoming;
use hyper::header::{ALLOW, CACHE_CONTROL, CONTENT_TYPE, HeaderName, HeaderValue};
use hyper::rt::{Read, ReadBufCursor, Write};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response, StatusCode, header};
use rustix::event::{PollFd, PollFlags, poll};

use super::clock;
use super::process::timespec;
use super::signals::{Signals, Stop};

/// Questions that are answered at once; further ones wait their turn.
const AT_ONCE: usize = 64;
/// Within which a question is asked.
const ASKED_WITHIN: Duration = Duration::from_secs(3);
/// Within which its answer is taken: as long as Prometheus waits for one.
const TAKEN_WITHIN: Duration = Duration::from_secs(10);
/// Bytes of a question's head.
const HEAD: usize = 16 << 10;
/// Between two looks whether there is room for one more question.
const ROOM: Duration = Duration::from_millis(20);
/// Reading a large state file needs more than waiting does.
const STACK: usize = 2 << 20;

/// What somebody asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    /// `GET`.
    pub method: String,
    /// Without what follows a `?`.
    pub path: String,
    /// Under which name we were asked; empty where it is no text.
    pub host: Option<String>,
    /// The formats that are liked.
    pub accept: String,
}

/// What is answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// 200.
    pub status: u16,
    /// The format of the text.
    pub content_type: &'static str,
    /// The text.
    pub body: String,
    /// The methods that are allowed, where another was used.
    pub allow: Option<&'static str>,
}

/// Opens a port of ours.
///
/// # Errors
/// When it is taken, or not ours to take.
pub fn listen(address: SocketAddr) -> io::Result<TcpListener> {
    let listener = TcpListener::bind(address)?;
    listener.set_nonblocking(true)?;
    Ok(listener)
}

/// Answers until somebody asks us to stop, and says who.
pub fn serve(
    listener: &TcpListener,
    signals: &Signals,
    answer: impl Fn(&Asked) -> Answer + Send + Sync + 'static,
) -> Stop {
    let answer = Arc::new(answer);
    let busy = Arc::new(AtomicUsize::new(0));
    loop {
        let room = busy.load(Ordering::SeqCst) < AT_ONCE;
        let (interests, limit) = if room {
            let readable = PollFd::new(listener, PollFlags::IN);
            (vec![readable], Duration::from_secs(3_600))
        } else {
            (Vec::new(), ROOM)
        };
        if let Some(stop) = signals.wait_for(interests, limit) {
            return stop;
        }
        if !room {
            continue;
        }
        match listener.accept() {
            Ok((stream, _)) => begin(stream, &answer, &busy),
            Err(error) if error.kind() == ErrorKind::WouldBlock => {}
            // Too many open files, or gone already: not for long.
            Err(_) => clock::rest(ROOM),
        }
    }
}

/// One more that is answered, as long as this lives.
struct Place(Arc<AtomicUsize>);

impl Drop for Place {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}

fn begin<A>(stream: TcpStream, answer: &Arc<A>, busy: &Arc<AtomicUsize>)
where
    A: Fn(&Asked) -> Answer + Send + Sync + 'static,
{
    busy.fetch_add(1, Ordering::SeqCst);
    let (answer, place) = (Arc::clone(answer), Place(Arc::clone(busy)));
    // Without a thread the connection is closed, and asked again.
    let _ = thread::Builder::new().stack_size(STACK).spawn(move || {
        let _ = converse(&stream, &*answer);
        drop(place);
    });
}

/// One question and its answer.
fn converse(stream: &TcpStream, answer: &impl Fn(&Asked) -> Answer) -> io::Result<()> {
    stream.set_nonblocking(true)?;
    stream.set_nodelay(true)?;
    let until = Cell::new(clock::elapsed() + ASKED_WITHIN);
    let waits = Cell::new(PollFlags::empty());
    let service = service_fn(|request: Request<Incoming>| {
        let answer = answer(&asked(&request));
        until.set(clock::elapsed() + TAKEN_WITHIN);
        std::future::ready(Ok::<_, Infallible>(response(answer)))
    });
    let socket = Socket {
        stream,
        waits: &waits,
    };
    let connection = http1::Builder::new()
        .keep_alive(false)
        .max_buf_size(HEAD)
        .serve_connection(socket, service);
    let mut connection = pin!(connection);
    let mut context = Context::from_waker(Waker::noop());
    loop {
        waits.set(PollFlags::empty());
        if connection.as_mut().poll(&mut context).is_ready() {
            return Ok(());
        }
        let left = until.get().saturating_sub(clock::elapsed());
        if left.is_zero() {
            return Err(ErrorKind::TimedOut.into());
        }
        let mut interest = [PollFd::new(stream, waits.get())];
        let _ = poll(&mut interest, Some(&timespec(left)));
    }
}

fn asked(request: &Request<Incoming>) -> Asked {
    let text = |name: HeaderName| {
        let value = request.headers().get(name);
        value.map(|value| value.to_str().unwrap_or_default().to_owned())
    };
    // A whole address in the first line counts for more than the header.
    let authority = request.uri().authority();
    let authority = authority.map(|authority| authority.as_str().to_owned());
    let accepted = request.headers().get_all(header::ACCEPT).into_iter();
    let accepted: Vec<&str> = accepted.filter_map(|value| value.to_str().ok()).collect();
    Asked {
        method: request.method().as_str().to_owned(),
        path: request.uri().path().to_owned(),
        host: authority.or_else(|| text(header::HOST)),
        accept: accepted.join(","),
    }
}

fn response(answer: Answer) -> Response<String> {
    let mut response = Response::new(answer.body);
    *response.status_mut() =
        StatusCode::from_u16(answer.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let headers = response.headers_mut();
    let kind = HeaderValue::from_static(answer.content_type);
    headers.insert(CONTENT_TYPE, kind);
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    let plain = HeaderValue::from_static("nosniff");
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, plain);
    if let Some(methods) = answer.allow {
        headers.insert(ALLOW, HeaderValue::from_static(methods));
    }
    response
}

/// A socket as hyper reads and writes it; what it waits for is noted.
struct Socket<'a> {
    stream: &'a TcpStream,
    waits: &'a Cell<PollFlags>,
}

impl Socket<'_> {
    fn poll<T>(&self, done: io::Result<T>, waits: PollFlags) -> Poll<io::Result<T>> {
        match done {
            Err(error) if error.kind() == ErrorKind::WouldBlock => {
                self.waits.set(self.waits.get() | waits);
                Poll::Pending
            }
            done => Poll::Ready(done),
        }
    }
}

impl Read for Socket<'_> {
    fn poll_read(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
        mut buffer: ReadBufCursor<'_>,
    ) -> Poll<io::Result<()>> {
        let mut bytes = [0; 4 << 10];
        let room = bytes.len().min(buffer.remaining());
        let into = bytes.get_mut(..room).unwrap_or_default();
        let mut stream = self.stream;
        let read = stream.read(into);
        self.poll(read, PollFlags::IN).map_ok(|count| {
            buffer.put_slice(into.get(..count).unwrap_or_default());
        })
    }
}

impl Write for Socket<'_> {
    fn poll_write(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let mut stream = self.stream;
        self.poll(stream.write(bytes), PollFlags::OUT)
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(self.stream.shutdown(std::net::Shutdown::Write))
    }
}
