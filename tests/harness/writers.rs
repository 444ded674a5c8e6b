//! Programs that write logs, and the account of every byte they wrote.

use std::fs::{self, File};
use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use flate2::read::MultiGzDecoder;

use super::until;

/// Bytes of a line.
pub const LINE: usize = 102;

/// The line of that number.
pub fn line(number: u64) -> Vec<u8> {
    let mut line = format!("{number:012} ").into_bytes();
    line.resize(LINE - 1, b'a' + u8::try_from(number % 26).unwrap());
    line.push(b'\n');
    line
}

/// One `write(2)` for each line, at the end of the file, from this process.
pub struct Appender {
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<u64>>,
}

impl Appender {
    /// Begins to write into `path`, about `per_second` lines a second.
    pub fn begin(path: &Path, per_second: u32) -> Self {
        let mut file = File::options()
            .append(true)
            .create(true)
            .open(path)
            .unwrap();
        let stop = Arc::new(AtomicBool::new(false));
        let stopped = Arc::clone(&stop);
        let thread = thread::spawn(move || {
            let mut number = 0;
            while !stopped.load(Ordering::SeqCst) {
                for _ in 0..per_second / 100 {
                    file.write_all(&line(number)).unwrap();
                    number += 1;
                }
                thread::sleep(Duration::from_millis(10));
            }
            number
        });
        Self {
            stop,
            thread: Some(thread),
        }
    }

    /// Stops; how many lines it wrote.
    pub fn end(mut self) -> u64 {
        self.stop.store(true, Ordering::SeqCst);
        self.thread.take().unwrap().join().unwrap()
    }
}

impl Drop for Appender {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::SeqCst);
    }
}

/// A program that opens its log anew when it is sent HUP, at once or late, with
/// or without `O_APPEND`.
const DAEMON: &str = "import os, signal, sys, time
log, how = sys.argv[1], sys.argv[2:]
append = 0 if 'place' in how else os.O_APPEND
fd = os.open(log, os.O_WRONLY | os.O_CREAT | append, 0o644)
if not append:
    os.lseek(fd, 0, os.SEEK_END)
late = 'late' in how
wanted = False
def hup(*_):
    global wanted
    wanted = True
if 'deaf' in how:
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
else:
    signal.signal(signal.SIGHUP, hup)
stop = False
def term(*_):
    global stop
    stop = True
signal.signal(signal.SIGTERM, term)
with open(log + '.pid.new', 'w') as file:
    file.write('%d\\n' % os.getpid())
os.rename(log + '.pid.new', log + '.pid')
number = 0
while not stop:
    if wanted and not (late and not os.path.exists(log + '.reopen')):
        wanted = False
        os.close(fd)
        fd = os.open(log, os.O_WRONLY | os.O_CREAT | append, 0o644)
    for _ in range(50):
        line = b'%012d ' % number
        line += bytes([97 + number % 26]) * (101 - len(line)) + b'\\n'
        os.write(fd, line)
        number += 1
    time.sleep(0.005)
print(number)
";

/// Such a program, running; its process id stands beside its log.
pub struct Daemon {
    child: Child,
    log: PathBuf,
}

impl Daemon {
    pub fn begin(log: &Path, how: &[&str]) -> Self {
        let child = Command::new("python3")
            .args(["-c", DAEMON])
            .arg(log)
            .args(how)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let daemon = Self {
            child,
            log: log.to_owned(),
        };
        until("the writer writes", || daemon.pid_file().exists());
        daemon
    }

    pub fn pid_file(&self) -> PathBuf {
        let mut name = self.log.clone().into_os_string();
        name.push(".pid");
        PathBuf::from(name)
    }

    /// Lets one that is late open its log again.
    pub fn reopen_now(&self) {
        let mut name = self.log.clone().into_os_string();
        name.push(".reopen");
        fs::write(name, "").unwrap();
    }

    /// Stops; how many lines it wrote.
    pub fn end(mut self) -> u64 {
        let pid = rustix::process::Pid::from_child(&self.child);
        rustix::process::kill_process(pid, rustix::process::Signal::TERM).unwrap();
        let mut said = String::new();
        let mut stdout = self.child.stdout.take().unwrap();
        stdout.read_to_string(&mut said).unwrap();
        self.child.wait().unwrap();
        said.trim().parse().unwrap()
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Waits until the log at `path` has `len` bytes.
pub fn grown(path: &Path, len: u64) {
    until("the log has grown", || {
        fs::metadata(path).is_ok_and(|meta| meta.len() >= len)
    });
}

/// The archives of the log at `path`, in their order.
pub fn archives(path: &Path) -> Vec<PathBuf> {
    let name = path.file_name().unwrap().to_str().unwrap();
    let mut found: Vec<((u32, u32), PathBuf)> = Vec::new();
    for entry in fs::read_dir(path.parent().unwrap()).unwrap() {
        let entry = entry.unwrap();
        let other = entry.file_name();
        let Some(rest) = other.to_str().and_then(|other| other.strip_prefix(name)) else {
            continue;
        };
        let rest = rest.strip_suffix(".gz").unwrap_or(rest);
        let Some(rest) = rest.strip_prefix('.') else {
            continue;
        };
        let (day, number) = rest.split_once('-').unwrap_or((rest, "1"));
        if let (8, Ok(day), Ok(number)) = (day.len(), day.parse(), number.parse()) {
            found.push(((day, number), entry.path()));
        }
    }
    found.sort();
    found.into_iter().map(|(_, path)| path).collect()
}

/// What stands in the archives of a log, in their order, followed by the log.
pub fn all_bytes(path: &Path) -> Vec<u8> {
    let mut all = Vec::new();
    for archive in archives(path) {
        let file = File::open(&archive).unwrap();
        if archive.extension().is_some_and(|end| end == "gz") {
            MultiGzDecoder::new(file).read_to_end(&mut all).unwrap();
        } else {
            all.extend(fs::read(&archive).unwrap());
        }
    }
    all.extend(fs::read(path).unwrap_or_default());
    all
}

/// Asserts that the archives and the log hold the first `count` lines, each
/// once, in their order, and nothing else.
pub fn account(path: &Path, count: u64) {
    let all = all_bytes(path);
    for (at, chunk) in all.chunks(LINE).enumerate() {
        let wanted = line(at as u64);
        assert!(
            chunk == wanted,
            "line {at} of {count} reads {:?} in {:?}",
            String::from_utf8_lossy(chunk),
            archives(path)
        );
    }
    assert_eq!(
        all.len() as u64,
        count * LINE as u64,
        "lines that are missing"
    );
}
