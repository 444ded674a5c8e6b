//! The whole screen of a terminal: taken over, drawn on, given back.
//!
//! Only what changed is written, each picture in one write. Whatever ends us
//! gives the screen back: the end of [`Screen`], a signal, a panic.

mod about;
mod event;

use std::fs::File;
use std::io::{self, BufWriter, Read as _, Write};
use std::os::fd::AsFd as _;
use std::os::unix::net::UnixStream;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use ratatui::backend::{Backend as _, CrosstermBackend};
use ratatui::buffer::Buffer;
use ratatui::crossterm::{event as terminal, terminal as mode};
use rustix::event::{PollFd, PollFlags, poll};
use rustix::process::{Signal, getpid, kill_process};
use signal_hook::consts::SIGWINCH;

pub use about::{About, Colours, about};
pub use event::{Event, Key};

use super::bell::Bell;
use super::process::timespec;
use super::signals::{Signals, Stop};
use crate::failure::{Exit, Failure};

/// Room for a whole picture, so that it is one write.
const PICTURE: usize = 1 << 16;
/// How long a terminal is waited for that is asked something.
const ANSWER: Duration = Duration::from_millis(200);

const ENTER: &str = "\x1b[?1049h\x1b[?25l\x1b[2J";
const LEAVE: &str = "\x1b[?2026l\x1b[?1006l\x1b[?1000l\x1b[0m\x1b[?25h\x1b[?1049l";
/// Presses alone, told by numbers: what tells of movements, too, floods phones.
const MOUSE: [&str; 2] = ["\x1b[?1006l\x1b[?1000l", "\x1b[?1000h\x1b[?1006h"];
/// Nothing is shown between the two.
const AT_ONCE: [&str; 2] = ["\x1b[?2026h", "\x1b[?2026l"];

/// Whether the screen is ours now.
static OURS: AtomicBool = AtomicBool::new(false);

/// A terminal's screen, as long as it is ours.
#[derive(Debug)]
pub struct Screen {
    backend: CrosstermBackend<BufWriter<File>>,
    signals: Signals,
    resized: UnixStream,
    shown: Option<Buffer>,
    cursor: Option<(u16, u16)>,
    mouse: bool,
}

impl Screen {
    /// Takes the screen over; from now on signals and panics give it back.
    ///
    /// # Errors
    /// Exit 3 when the terminal or the system refuses.
    pub fn open(mouse: bool) -> Result<Self, Failure> {
        let signals = Signals::listen()?;
        signals.obey(|stop| {
            give_back();
            exit(stop)
        })?;
        Self::start(signals, mouse).map_err(|error| {
            give_back();
            Failure::unable(format!("could not take over the terminal: {error}"))
        })
    }

    fn start(signals: Signals, mouse: bool) -> io::Result<Self> {
        let (resized, sent) = UnixStream::pair()?;
        resized.set_nonblocking(true)?;
        signal_hook::low_level::pipe::register(SIGWINCH, sent)?;
        let own = io::stdout().as_fd().try_clone_to_owned()?;
        let writer = BufWriter::with_capacity(PICTURE, File::from(own));
        let before = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |info| {
            give_back();
            before(info);
        }));
        let mut screen = Self {
            backend: CrosstermBackend::new(writer),
            signals,
            resized,
            shown: None,
            cursor: None,
            mouse,
        };
        screen.take()?;
        Ok(screen)
    }

    fn take(&mut self) -> io::Result<()> {
        OURS.store(true, Ordering::SeqCst);
        mode::enable_raw_mode()?;
        self.write(ENTER)?;
        if self.mouse {
            self.write(MOUSE[1])?;
        }
        self.shown = None;
        Write::flush(&mut self.backend)
    }

    fn write(&mut self, text: &str) -> io::Result<()> {
        Write::write_all(&mut self.backend, text.as_bytes())
    }

    /// Columns that the terminal takes for `text`; `None` when it does not say.
    pub fn columns_of(&mut self, text: &str) -> Option<u16> {
        self.write(&format!("\r{text}\x1b[6n\r\x1b[K")).ok()?;
        Write::flush(&mut self.backend).ok()?;
        let stdin = io::stdin();
        let mut answer = Vec::new();
        // `ESC [ ROW ; COLUMN R`
        while !answer.contains(&b'R') && answer.len() < 64 {
            let mut fds = [PollFd::new(&stdin, PollFlags::IN)];
            if !matches!(poll(&mut fds, Some(&timespec(ANSWER))), Ok(ready) if ready > 0) {
                return None;
            }
            let mut bytes = [0; 32];
            let count = rustix::io::read(&stdin, &mut bytes).ok()?;
            if count == 0 {
                return None;
            }
            answer.extend(bytes.iter().take(count));
        }
        let answer = String::from_utf8_lossy(&answer).into_owned();
        let (_, column) = answer.rsplit_once(';')?;
        let column: u16 = column.split('R').next()?.parse().ok()?;
        column.checked_sub(1)
    }

    /// Columns and rows; 80 and 24 where the terminal does not say.
    #[must_use]
    pub fn size(&self) -> (u16, u16) {
        let size = rustix::termios::tcgetwinsize(io::stdout());
        let size = size.map(|size| (size.ws_col, size.ws_row));
        size.ok()
            .filter(|&(columns, rows)| columns > 0 && rows > 0)
            .unwrap_or((80, 24))
    }

    /// Shows a picture with the cursor there; of an unchanged one nothing is
    /// written.
    ///
    /// # Errors
    /// When the terminal is gone.
    pub fn show(&mut self, next: Buffer, cursor: Option<(u16, u16)>) -> io::Result<()> {
        let before = self.shown.take();
        let fits = before.filter(|before| before.area == next.area);
        let anew = fits.is_none();
        let before = fits.unwrap_or_else(|| Buffer::empty(next.area));
        let changed = before.diff(&next);
        if anew || !changed.is_empty() || cursor != self.cursor {
            self.write(AT_ONCE[0])?;
            if anew {
                self.write("\x1b[0m\x1b[2J")?;
            }
            if !changed.is_empty() {
                self.write("\x1b[?25l")?;
                self.backend.draw(changed.into_iter())?;
            }
            match cursor {
                Some((x, y)) => self.write(&format!("\x1b[{};{}H\x1b[?25h", y + 1, x + 1))?,
                None => self.write("\x1b[?25l")?,
            }
            self.write(AT_ONCE[1])?;
            Write::flush(&mut self.backend)?;
        }
        self.shown = Some(next);
        self.cursor = cursor;
        Ok(())
    }

    /// Draws everything anew the next time.
    pub fn forget(&mut self) {
        self.shown = None;
    }

    /// Waits for keys, another size or `bell`, at most for `limit`; says who
    /// asked us to stop meanwhile.
    #[must_use]
    pub fn wait(&mut self, bell: &Bell, limit: Duration) -> Option<Stop> {
        let stdin = io::stdin();
        let interests = vec![
            PollFd::new(&stdin, PollFlags::IN),
            PollFd::new(&self.resized, PollFlags::IN),
            bell.interest(),
        ];
        let stop = self.signals.wait_for(interests, limit);
        bell.hush();
        let mut bytes = [0; 64];
        while matches!(self.resized.read(&mut bytes), Ok(count) if count > 0) {}
        stop.or_else(|| is_gone().then_some(Stop::Terminated))
    }

    /// What was typed and tapped since, in its order.
    ///
    /// # Errors
    /// When the terminal is gone.
    pub fn events(&self) -> io::Result<Vec<Event>> {
        let mut events = Vec::new();
        while terminal::poll(Duration::ZERO)? {
            events.extend(event::of(&terminal::read()?));
        }
        Ok(events)
    }

    /// Hands taps to us, or back to the terminal, which selects text by them.
    ///
    /// # Errors
    /// When the terminal is gone.
    pub fn mouse(&mut self, on: bool) -> io::Result<()> {
        self.mouse = on;
        self.write(if on { MOUSE[1] } else { MOUSE[0] })?;
        Write::flush(&mut self.backend)
    }

    /// Puts `text` into the terminal's clipboard (OSC 52), where it lets us.
    ///
    /// # Errors
    /// When the terminal is gone.
    pub fn copy(&mut self, text: &str) -> io::Result<()> {
        use base64::Engine as _;
        let text = base64::engine::general_purpose::STANDARD.encode(text);
        self.write(&format!("\x1b]52;c;{text}\x07"))?;
        Write::flush(&mut self.backend)
    }

    /// Gives the screen back and stops, as Ctrl-Z does; takes it again when
    /// somebody lets us go on.
    ///
    /// # Errors
    /// When the terminal is gone then.
    pub fn stop(&mut self) -> io::Result<()> {
        give_back();
        let _ = kill_process(getpid(), Signal::TSTP);
        self.take()
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        let _ = Write::flush(&mut self.backend);
        give_back();
    }
}

/// The exit code when somebody asked us to stop.
#[must_use]
pub fn exit(stop: Stop) -> Exit {
    match stop {
        Stop::Interrupted => Exit::Interrupted,
        Stop::Terminated => Exit::Fine,
    }
}

/// Makes the terminal as it was; once, from any thread.
fn give_back() {
    if OURS.swap(false, Ordering::SeqCst) {
        let own = io::stdout().as_fd().try_clone_to_owned();
        let _ = own.map(|own| File::from(own).write_all(LEAVE.as_bytes()));
        let _ = mode::disable_raw_mode();
    }
}

/// Whether nobody is at the other end any more.
fn is_gone() -> bool {
    let stdin = io::stdin();
    let mut fds = [PollFd::new(&stdin, PollFlags::empty())];
    let _ = poll(&mut fds, Some(&timespec(Duration::ZERO)));
    fds.iter()
        .any(|fd| fd.revents().intersects(PollFlags::HUP | PollFlags::ERR))
}
