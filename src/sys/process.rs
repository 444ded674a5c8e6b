//! The one place that starts processes: absolute paths, no shell, a small
//! environment, a time limit, and the whole process group ended at its end.

use std::ffi::OsString;
use std::io::{self, Read, Write as _};
use std::os::fd::{AsFd as _, OwnedFd};
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, Timespec, poll};

use super::bell::Bell;
use super::ending::{self, Running};
pub use super::ending::{end_all, end_all_unheard};
pub use super::ran::{Ended, RunError};
use super::surroundings::on_android;
use super::{clock, pidfd};

/// What a program may print before the rest is thrown away, in bytes.
const KEPT: usize = 1 << 20;
/// Programs that end within this time are waited for by their end alone.
const QUICK: Duration = Duration::from_millis(100);
/// How often a program of whose end nothing tells is looked at.
const LOOKS: Duration = Duration::from_millis(500);
/// How often a program that closed its output is looked at until it ends.
const LAST_LOOKS: Duration = Duration::from_micros(300);

/// Runs `program` to its end, without stdin, in a process group of its own.
///
/// # Errors
/// When it cannot be started, or has not ended after `limit`; its group is
/// killed then.
pub fn run(
    program: &Path,
    arguments: &[OsString],
    environment: &[(OsString, OsString)],
    limit: Duration,
) -> Result<Ended, RunError> {
    kept(None, None, (program, arguments, environment), limit)
}

/// The same, with `input` on its stdin.
///
/// # Errors
/// As [`run`]; one that does not read its input is told by how it ends.
pub fn run_fed(
    input: Vec<u8>,
    program: &Path,
    arguments: &[OsString],
    environment: &[(OsString, OsString)],
    limit: Duration,
) -> Result<Ended, RunError> {
    kept(Some(input), None, (program, arguments, environment), limit)
}

/// The same, without input; what it prints is handed to `heed` as it comes and
/// not kept. `false` from that ends the program.
///
/// # Errors
/// As [`run`], and when nobody wanted more.
pub fn run_through(
    program: &Path,
    arguments: &[OsString],
    environment: &[(OsString, OsString)],
    limit: Duration,
    heed: &mut dyn FnMut(&[u8]) -> bool,
) -> Result<Ended, RunError> {
    let call = (program, arguments, environment);
    fed(None, None, call, limit, &mut |piece: &[u8]| heed(piece))
}

/// The same, but at its limit as soon as somebody says `stop`.
///
/// # Errors
/// As [`run`].
pub fn run_unless(
    stop: &AtomicBool,
    program: &Path,
    arguments: &[OsString],
    environment: &[(OsString, OsString)],
    limit: Duration,
) -> Result<Ended, RunError> {
    kept(None, Some(stop), (program, arguments, environment), limit)
}

/// A run of which what it prints is kept.
fn kept(
    input: Option<Vec<u8>>,
    stop: Option<&AtomicBool>,
    call: Call<'_>,
    limit: Duration,
) -> Result<Ended, RunError> {
    let mut stdout = Vec::new();
    let ended = fed(input, stop, call, limit, &mut keeping(&mut stdout));
    Ok(Ended { stdout, ..ended? })
}

/// Who keeps of an output what there is room for.
fn keeping(kept: &mut Vec<u8>) -> impl FnMut(&[u8]) -> bool {
    |piece| {
        let room = KEPT.saturating_sub(kept.len());
        kept.extend(piece.iter().take(room));
        true
    }
}

/// A program, its arguments and its environment.
type Call<'a> = (&'a Path, &'a [OsString], &'a [(OsString, OsString)]);

fn fed(
    input: Option<Vec<u8>>,
    stop: Option<&AtomicBool>,
    (program, arguments, environment): Call<'_>,
    limit: Duration,
    heed: &mut impl FnMut(&[u8]) -> bool,
) -> Result<Ended, RunError> {
    let name = || program.display().to_string();
    let stdin = if input.is_some() {
        Stdio::piped()
    } else {
        Stdio::null()
    };
    let running = Running::begin();
    if ending::has_begun() {
        running.ended();
        return Err(RunError::TimedOut(name(), Duration::ZERO));
    }
    let mut child = Command::new(program)
        .args(arguments)
        .env_clear()
        .envs(environment.iter().map(|(name, value)| (name, value)))
        .stdin(stdin)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .process_group(0)
        .spawn()
        .map_err(|error| RunError::Start(name(), error))?;
    if let (Some(mut stdin), Some(input)) = (child.stdin.take(), input) {
        // Who does not read cannot hold us up; who ends closes the pipe.
        let _ = thread::Builder::new().spawn(move || stdin.write_all(&input));
    }
    let deadline = clock::elapsed() + limit;
    let mut stderr = Vec::new();
    let handle = handle(&child);
    let over = await_exit(handle.as_ref(), limit.min(QUICK));
    // What is over waits for nobody's end, least of all on the way of a hook.
    let end = if over { None } else { ending::bell() };
    let time = Time { deadline, stop };
    let mut wanted = true;
    let mut prints = |piece: &[u8]| {
        wanted = wanted && heed(piece);
        wanted
    };
    let handle = handle.as_ref();
    let heard = {
        let mut complains = keeping(&mut stderr);
        let told = Told { handle, end };
        listen(&mut child, told, &mut prints, &mut complains, time)
    };
    let ended = heard
        .and_then(|()| wait_until(&mut child, time))
        .unwrap_or(None);
    match ended {
        Some(status) if wanted => Ok(Ended {
            status,
            stdout: Vec::new(),
            stderr,
        }),
        _ => {
            end_group(child);
            running.ended();
            Err(if wanted {
                RunError::TimedOut(name(), limit)
            } else {
                RunError::TooMuch(name())
            })
        }
    }
}

/// Runs `program` in our place, with our environment and our files; comes back
/// only when that cannot be done.
pub fn in_our_place(program: &Path, arguments: impl IntoIterator<Item = OsString>) -> io::Error {
    Command::new(program).args(arguments).exec()
}

/// How long a program may go on.
#[derive(Clone, Copy)]
struct Time<'a> {
    deadline: Duration,
    /// Who may end it before that.
    stop: Option<&'a AtomicBool>,
}

impl Time<'_> {
    /// What is left of it.
    fn left(self) -> Option<Duration> {
        let left = self.deadline.checked_sub(clock::elapsed());
        let said = self.stop.is_some_and(|stop| stop.load(Ordering::Relaxed));
        let stops = said || ending::has_begun();
        left.filter(|left| !left.is_zero() && !stops)
    }
}

/// What tells of a program's end; `None` where nothing does, and who waits
/// looks now and then.
fn handle(child: &Child) -> Option<OwnedFd> {
    // Android may kill who asks for one.
    if on_android() {
        return None;
    }
    pidfd::open(child.id()).ok()
}

/// Waits for the end of a program that is quick and says little, which most
/// are: one wake-up instead of one for each pipe and one for the end. What it
/// said waits in the pipes. Whether it has ended.
fn await_exit(handle: Option<&OwnedFd>, limit: Duration) -> bool {
    // Without a handle the pipes tell.
    handle.is_some_and(|handle| {
        let mut fds = [PollFd::new(handle, PollFlags::IN)];
        matches!(poll(&mut fds, Some(&timespec(limit))), Ok(ready) if ready > 0)
    })
}

/// What tells of an end: the program's, and our own.
#[derive(Clone, Copy)]
struct Told<'a> {
    handle: Option<&'a OwnedFd>,
    end: Option<&'a Bell>,
}

/// Reads both outputs until they are closed, the program ended, or time is up.
fn listen(
    child: &mut Child,
    Told { handle, end }: Told<'_>,
    stdout: &mut impl FnMut(&[u8]) -> bool,
    stderr: &mut impl FnMut(&[u8]) -> bool,
    time: Time<'_>,
) -> io::Result<()> {
    let (mut out, mut err) = (child.stdout.take(), child.stderr.take());
    // Who is told of everything need not look now and then.
    let told = handle.is_some() && end.is_some() && time.stop.is_none();
    while out.is_some() || err.is_some() {
        let Some(left) = time.left() else {
            return Ok(());
        };
        // A grandchild may keep the pipes open: look at the child itself.
        let slice = timespec(if told { left } else { left.min(LOOKS) });
        let mut fds = Vec::with_capacity(4);
        fds.extend(
            out.as_ref()
                .map(|out| PollFd::from_borrowed_fd(out.as_fd(), PollFlags::IN)),
        );
        fds.extend(
            err.as_ref()
                .map(|err| PollFd::from_borrowed_fd(err.as_fd(), PollFlags::IN)),
        );
        let pipes = fds.len();
        fds.extend(handle.map(|handle| PollFd::new(handle, PollFlags::IN)));
        fds.extend(end.map(Bell::interest));
        match poll(&mut fds, Some(&slice)) {
            Ok(0) if child.try_wait()?.is_some() => return Ok(()),
            Ok(0) | Err(rustix::io::Errno::INTR) => continue,
            Ok(_) => {}
            Err(error) => return Err(error.into()),
        }
        let ready: Vec<bool> = fds.iter().map(|fd| !fd.revents().is_empty()).collect();
        let mut said = ready.iter().take(pipes).copied();
        let any = said.clone().any(|ready| ready);
        if out.is_some() && said.next() == Some(true) && !take(&mut out, stdout)? {
            out = None;
        }
        if err.is_some() && said.next() == Some(true) && !take(&mut err, stderr)? {
            err = None;
        }
        if !any && child.try_wait()?.is_some() {
            return Ok(());
        }
    }
    Ok(())
}

/// Takes what is there; `false` at the end.
fn take(from: &mut Option<impl Read>, to: &mut impl FnMut(&[u8]) -> bool) -> io::Result<bool> {
    let Some(from) = from else { return Ok(false) };
    let mut buffer = [0; 8192];
    let count = from.read(&mut buffer)?;
    let wanted = to(buffer.get(..count).unwrap_or_default());
    if wanted {
        Ok(count > 0)
    } else {
        Err(io::ErrorKind::Other.into())
    }
}

fn wait_until(child: &mut Child, time: Time<'_>) -> io::Result<Option<ExitStatus>> {
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(Some(status));
        }
        if time.left().is_none() {
            return Ok(None);
        }
        thread::sleep(LAST_LOOKS);
    }
}

/// Kills the process group that `leader` leads.
pub(super) fn kill_group(leader: u32) {
    let pid = i32::try_from(leader)
        .ok()
        .and_then(rustix::process::Pid::from_raw);
    if let Some(pid) = pid {
        let _ = rustix::process::kill_process_group(pid, rustix::process::Signal::KILL);
    }
}

fn end_group(mut child: Child) {
    kill_group(child.id());
    // A program stuck in the kernel (a dead network disk) cannot be waited
    // for: look once, and leave the rest to a thread that may never end.
    if !matches!(child.try_wait(), Ok(Some(_))) {
        let _ = thread::Builder::new().spawn(move || child.wait());
    }
}

/// Whether a process of that id is there, whoever's it is.
#[must_use]
pub fn alive(pid: u32) -> bool {
    let pid = i32::try_from(pid)
        .ok()
        .and_then(rustix::process::Pid::from_raw);
    pid.is_some_and(|pid| {
        !matches!(
            rustix::process::test_kill_process(pid),
            Err(rustix::io::Errno::SRCH)
        )
    })
}

/// The longest wait: some systems refuse longer ones than they can count.
const LONGEST_WAIT: Duration = Duration::from_secs(86_400);

/// A span in poll's own type, a day at most.
#[must_use]
pub fn timespec(span: Duration) -> Timespec {
    let span = span.min(LONGEST_WAIT);
    Timespec {
        tv_sec: i64::try_from(span.as_secs()).unwrap_or(i64::MAX),
        tv_nsec: span.subsec_nanos().into(),
    }
}

#[cfg(test)]
#[path = "process_tests.rs"]
mod tests;
