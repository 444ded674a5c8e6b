//! A file's lines, in bounded memory: of a line longer than the buffer long
//! strings are left out, which are words that nobody counts.

use std::io::{self, Read};

/// Bytes that are read at once, and the longest line that is kept as it is.
const CHUNK: usize = 256 << 10;
/// Bytes of each string that are kept of a longer one.
const KEPT: usize = 4_096;
/// The longest line that is left after that.
const LONGEST: usize = 8 << 20;

/// A line.
#[derive(Debug)]
pub(super) struct Line<'a> {
    /// Its bytes without the end, as far as they are kept.
    pub(super) bytes: &'a [u8],
    /// Where the next line begins in the file.
    pub(super) next: u64,
    /// Whether it has an end; what is still being written has none.
    pub(super) ended: bool,
}

/// Reads lines.
#[derive(Debug)]
pub(super) struct Lines<R> {
    from: R,
    buffer: Vec<u8>,
    /// What of the buffer is to be read.
    start: usize,
    filled: usize,
    /// Where the buffer's `start` is in the file.
    at: u64,
    long: Vec<u8>,
}

impl<R: Read> Lines<R> {
    /// Of a file that stands at `at`.
    pub(super) fn new(from: R, at: u64) -> Self {
        Self {
            from,
            buffer: vec![0; CHUNK],
            start: 0,
            filled: 0,
            at,
            long: Vec::new(),
        }
    }

    /// The next line; `None` at the end of the file.
    pub(super) fn next(&mut self) -> io::Result<Option<Line<'_>>> {
        let mut looked = 0;
        loop {
            let ready = self.buffer.get(self.start..self.filled).unwrap_or_default();
            let end = ready
                .get(looked..)
                .and_then(newline)
                .map(|end| looked + end);
            if let Some(end) = end {
                let from = self.start;
                self.start += end + 1;
                self.at += end as u64 + 1;
                return Ok(Some(self.line(from, from + end, true)));
            }
            looked = ready.len();
            if self.start > 0 {
                self.buffer.copy_within(self.start..self.filled, 0);
                self.filled -= self.start;
                self.start = 0;
            }
            if self.filled == self.buffer.len() {
                return self.long().map(Some);
            }
            if self.fill()? == 0 {
                let (from, to) = (self.start, self.filled);
                if from == to {
                    return Ok(None);
                }
                self.start = to;
                self.at += (to - from) as u64;
                return Ok(Some(self.line(from, to, false)));
            }
        }
    }

    fn line(&self, from: usize, to: usize, ended: bool) -> Line<'_> {
        Line {
            bytes: self.buffer.get(from..to).unwrap_or_default(),
            next: self.at,
            ended,
        }
    }

    fn fill(&mut self) -> io::Result<usize> {
        let room = self.buffer.get_mut(self.filled..).unwrap_or_default();
        let count = loop {
            match self.from.read(room) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                other => break other?,
            }
        };
        self.filled += count;
        Ok(count)
    }

    /// A line that does not fit, which fills the buffer.
    fn long(&mut self) -> io::Result<Line<'_>> {
        self.long.clear();
        let mut shrinker = Shrinker::default();
        let ended = loop {
            let ready = self.buffer.get(..self.filled).unwrap_or_default();
            let end = newline(ready);
            let part = ready.get(..end.unwrap_or(ready.len())).unwrap_or_default();
            shrinker.take(part, &mut self.long);
            self.at += part.len() as u64;
            if let Some(end) = end {
                self.at += 1;
                self.start = end + 1;
                break true;
            }
            (self.start, self.filled) = (0, 0);
            if self.fill()? == 0 {
                break false;
            }
        };
        if self.long.len() >= LONGEST {
            self.long.clear();
        }
        Ok(Line {
            bytes: &self.long,
            next: self.at,
            ended,
        })
    }
}

fn newline(bytes: &[u8]) -> Option<usize> {
    bytes.iter().position(|byte| *byte == b'\n')
}

/// Leaves out the ends of long strings, so that what was JSON stays JSON.
#[derive(Debug, Default)]
struct Shrinker {
    inside: bool,
    /// Bytes of this string that were kept.
    kept: usize,
    cutting: bool,
    /// Bytes that belong to an escape sequence and are still to come.
    escape: u8,
    /// Whether the last character was written by its number: two of these may
    /// be one.
    numbered: bool,
}

impl Shrinker {
    fn take(&mut self, bytes: &[u8], into: &mut Vec<u8>) {
        for &byte in bytes {
            if self.keeps(byte) && into.len() < LONGEST {
                into.push(byte);
            }
        }
    }

    fn keeps(&mut self, byte: u8) -> bool {
        if !self.inside {
            if byte == b'"' {
                *self = Self {
                    inside: true,
                    ..Self::default()
                };
            }
            return true;
        }
        if self.escape > 0 {
            // No digit of a number is a `u`.
            if byte == b'u' {
                self.numbered = true;
                self.escape = 4;
            } else {
                self.escape -= 1;
            }
            return self.count();
        }
        match byte {
            b'"' => {
                self.inside = false;
                return true;
            }
            b'\\' => self.escape = 1,
            _ => {
                let begins = byte & 0xc0 != 0x80;
                if self.kept >= KEPT && begins && !self.numbered {
                    self.cutting = true;
                }
                self.numbered = false;
            }
        }
        self.count()
    }

    fn count(&mut self) -> bool {
        self.kept += usize::from(!self.cutting);
        !self.cutting
    }
}

#[cfg(test)]
#[path = "lines_tests.rs"]
mod tests;
