//! Being asked to stop.

use std::io::{Read as _, Write as _};
use std::os::fd::AsFd as _;
use std::os::unix::net::UnixStream;
use std::thread;
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, poll};
use signal_hook::consts::{SIGHUP, SIGTERM};

use super::bell::aside;
use super::process::{self, timespec};
use crate::failure::{Exit, Failure};

/// Who asked us to stop.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stop {
    /// SIGINT: a person at the keyboard.
    Interrupted,
    /// SIGTERM or SIGHUP: a service manager, a closed terminal.
    Terminated,
}

/// So long whoever waits for signals has to hear them first: its own end is in
/// better order.
const FIRST: Duration = Duration::from_millis(50);

/// What SIGINT leaves in the pipe; any other byte is another signal's.
const INTERRUPTED: u8 = b'i';

/// Signals turned into bytes on a socket, so that waiting for time and
/// waiting for signals is one wait.
#[derive(Debug)]
pub struct Signals {
    received: UnixStream,
}

impl Signals {
    /// Starts to listen; from now on the signals do not end the process.
    ///
    /// # Errors
    /// When the system refuses the handlers (exit 3).
    pub fn listen() -> Result<Self, Failure> {
        Self::start()
            .map_err(|error| Failure::unable(format!("could not listen for signals: {error}")))
    }

    fn start() -> Result<Self, Box<dyn std::error::Error>> {
        let (received, sent) = UnixStream::pair()?;
        received.set_nonblocking(true)?;
        for signal in [SIGTERM, SIGHUP] {
            signal_hook::low_level::pipe::register(signal, sent.try_clone()?)?;
        }
        let interrupt = sent.try_clone()?;
        ctrlc::set_handler(move || {
            let _ = (&interrupt).write(&[INTERRUPTED]);
        })?;
        Ok(Self { received })
    }

    /// Waits at most `limit`, time in which the machine sleeps included; says
    /// who asked us to stop meanwhile.
    #[must_use]
    pub fn wait(&self, limit: Duration) -> Option<Stop> {
        self.wait_for(Vec::new(), limit)
    }

    /// The same, and less when one of `interests` has something to say.
    #[must_use]
    pub fn wait_for(&self, interests: Vec<PollFd<'_>>, limit: Duration) -> Option<Stop> {
        let alarm = alarm(limit);
        let received = PollFd::from_borrowed_fd(self.received.as_fd(), PollFlags::IN);
        let mut fds = interests;
        fds.push(received);
        fds.extend(alarm.iter().map(|alarm| PollFd::new(alarm, PollFlags::IN)));
        // Interrupted or not: whether a byte is there is all that counts.
        let _ = poll(&mut fds, Some(&timespec(limit)));
        heard(&self.received)
    }

    /// Ends the program as soon as we are asked to stop, whatever it does then,
    /// with all that it runs and waits for; `exit` says how. Where [`Self::wait`]
    /// hears of it first, its caller ends the program.
    ///
    /// # Errors
    /// When the system has no more threads or files (exit 3).
    pub fn obey(&self, exit: impl Fn(Stop) -> Exit + Send + 'static) -> Result<(), Failure> {
        let started = self.received.try_clone().and_then(|received| {
            aside("signals", move || {
                let stop = loop {
                    let readable = PollFd::from_borrowed_fd(received.as_fd(), PollFlags::IN);
                    let _ = poll(&mut [readable], None);
                    thread::sleep(FIRST);
                    if let Some(stop) = heard(&received) {
                        break stop;
                    }
                };
                process::end_all_unheard();
                end(exit(stop));
            })
        });
        started.map_err(|error| Failure::unable(format!("could not listen for signals: {error}")))
    }
}

/// The end of the whole program, from any thread.
#[allow(
    clippy::exit,
    reason = "what the main thread waits for may take minutes"
)]
fn end(exit: Exit) {
    std::process::exit(i32::from(exit as u8));
}

/// Who asked us to stop, if somebody did.
fn heard(mut received: &UnixStream) -> Option<Stop> {
    let mut byte = [0];
    match received.read(&mut byte) {
        Ok(1) if byte == [INTERRUPTED] => Some(Stop::Interrupted),
        Ok(_) => Some(Stop::Terminated),
        Err(_) => None,
    }
}

/// A timer that also runs while the machine is suspended, which poll's own
/// does not: a watcher looks again as soon as the lid is opened.
#[cfg(any(target_os = "linux", target_os = "android"))]
fn alarm(limit: Duration) -> Option<rustix::fd::OwnedFd> {
    use rustix::time::{
        Itimerspec, TimerfdClockId, TimerfdFlags, TimerfdTimerFlags, Timespec, timerfd_create,
        timerfd_settime,
    };
    let timer = timerfd_create(TimerfdClockId::Boottime, TimerfdFlags::CLOEXEC).ok()?;
    let never = Timespec {
        tv_sec: 0,
        tv_nsec: 0,
    };
    let at = Itimerspec {
        it_interval: never,
        it_value: timespec(limit),
    };
    timerfd_settime(&timer, TimerfdTimerFlags::empty(), &at).ok()?;
    Some(timer)
}

/// Elsewhere poll's own timer has to do.
#[cfg(not(any(target_os = "linux", target_os = "android")))]
fn alarm(_: Duration) -> Option<rustix::fd::OwnedFd> {
    None
}
