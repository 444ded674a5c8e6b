//! Archives: written beside the log, synced, and read back byte for byte
//! before they count.

use std::fs::{self, File};
use std::io::{self, BufWriter, Read as _, Write as _};
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
use std::path::Path;

use flate2::read::MultiGzDecoder;
use flate2::write::GzEncoder;
use flate2::{Compression, GzBuilder};

use super::{Log, fill};

/// What is read at once, in bytes: all the memory that a log of any size needs.
const CHUNK: usize = 256 << 10;
/// What the header of an archive of ours says besides.
const MARK: &str = "mamori";
/// What a guess at the size of an archive is made from, in bytes.
const SAMPLE: usize = 1 << 20;

impl Log {
    /// Writes the first `len` bytes, compressed, into a new file at `half`,
    /// with the log's mode and, for root, its owner, and syncs it; its size in
    /// bytes. `progress` hears how many bytes are done.
    ///
    /// # Errors
    /// When the disk does not take it, or something stands there: what was
    /// written is gone then.
    pub fn compress(
        &self,
        len: u64,
        half: &Path,
        progress: &mut dyn FnMut(u64),
    ) -> io::Result<u64> {
        let file = File::options()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(half)?;
        let written = self.write_into(&file, len, progress);
        if written.is_err() {
            let _ = fs::remove_file(half);
        }
        written
    }

    fn write_into(&self, file: &File, len: u64, progress: &mut dyn FnMut(u64)) -> io::Result<u64> {
        if rustix::process::geteuid().is_root() {
            let meta = self.file.metadata()?;
            std::os::unix::fs::fchown(file, Some(owner(&meta)), Some(group(&meta)))?;
        }
        file.set_permissions(fs::Permissions::from_mode(self.facts.mode & 0o666))?;
        let mut encoder = GzBuilder::new()
            .comment(MARK)
            .write(BufWriter::new(file), Compression::default());
        let mut buffer = vec![0; CHUNK];
        let mut at = 0;
        while at < len {
            let wanted = usize::try_from((len - at).min(CHUNK as u64)).unwrap_or(CHUNK);
            let room = buffer.get_mut(..wanted).unwrap_or_default();
            let count = fill(&self.file, room, at)?;
            if count < wanted {
                return Err(io::Error::other("the log became shorter meanwhile"));
            }
            encoder.write_all(room)?;
            at += count as u64;
            progress(at);
        }
        encoder
            .finish()?
            .into_inner()
            .map_err(io::IntoInnerError::into_error)?
            .sync_all()?;
        Ok(file.metadata()?.len())
    }

    /// Whether the archive at `path`, read back, holds exactly the first `len`
    /// bytes of this log, as they stand now.
    ///
    /// # Errors
    /// When one of the two cannot be read.
    pub fn holds(&self, path: &Path, len: u64, progress: &mut dyn FnMut(u64)) -> io::Result<bool> {
        let mut archive = MultiGzDecoder::new(io::BufReader::new(super::super::files::open(path)?));
        let (mut theirs, mut ours) = (vec![0; CHUNK], vec![0; CHUNK]);
        let mut at = 0;
        loop {
            let count = match archive.read(&mut theirs) {
                Ok(count) => count,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) if broken(&error) => return Ok(false),
                Err(error) => return Err(error),
            };
            if count == 0 {
                return Ok(at == len);
            }
            let room = ours.get_mut(..count).unwrap_or_default();
            let same = at + count as u64 <= len
                && fill(&self.file, room, at)? == count
                && Some(&*room) == theirs.get(..count);
            if !same {
                return Ok(false);
            }
            at += count as u64;
            progress(at);
        }
    }

    /// How many bytes an archive of `len` bytes may take, from how the
    /// beginning compresses.
    ///
    /// # Errors
    /// When the log cannot be read.
    pub fn guess(&self, len: u64) -> io::Result<u64> {
        let mut sample = vec![0; SAMPLE];
        let count = fill(&self.file, &mut sample, 0)?;
        let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(sample.get(..count).unwrap_or_default())?;
        let size = encoder.finish()?.len() as u64;
        let whole = u128::from(len) * u128::from(size) / (count.max(1) as u128);
        // Logs are not alike from beginning to end.
        Ok(u64::try_from(whole + whole / 4)
            .unwrap_or(u64::MAX)
            .saturating_add(1 << 20))
    }
}

/// Whether the archive at `path` is one that we made: its header says so. What
/// others made is never removed, whatever it is called.
#[must_use]
pub fn ours(path: &Path) -> bool {
    let Ok(file) = super::super::files::open(path) else {
        return false;
    };
    let decoder = flate2::read::GzDecoder::new(io::BufReader::new(file));
    let comment = decoder.header().and_then(|header| header.comment());
    comment == Some(MARK.as_bytes())
}

/// What a damaged archive gives, as opposed to a disk that cannot be read.
fn broken(error: &io::Error) -> bool {
    use io::ErrorKind::{InvalidData, InvalidInput, UnexpectedEof};
    matches!(error.kind(), InvalidData | InvalidInput | UnexpectedEof)
}

fn owner(meta: &fs::Metadata) -> u32 {
    std::os::unix::fs::MetadataExt::uid(meta)
}

fn group(meta: &fs::Metadata) -> u32 {
    std::os::unix::fs::MetadataExt::gid(meta)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn log(bytes: &[u8]) -> (tempfile::TempDir, Log) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("app.log");
        fs::write(&path, bytes).unwrap();
        let log = Log::open(&path, true).unwrap();
        (folder, log)
    }

    fn lines(count: usize) -> Vec<u8> {
        (0..count)
            .flat_map(|n| format!("line {n}\n").into_bytes())
            .collect()
    }

    #[test]
    fn an_archive_holds_what_it_was_made_from_and_nothing_else() {
        let (folder, log) = log(&lines(50_000));
        let half = folder.path().join("app.log.20261128.gz.tmp");
        let mut last = 0;
        let size = log.compress(300_000, &half, &mut |at| last = at).unwrap();
        assert_eq!((last, fs::metadata(&half).unwrap().len()), (300_000, size));
        assert!(log.holds(&half, 300_000, &mut |_| {}).unwrap());
        assert!(!log.holds(&half, 299_999, &mut |_| {}).unwrap());
        assert!(!log.holds(&half, 300_001, &mut |_| {}).unwrap());
        assert!(log.guess(300_000).unwrap() > size);
        assert!(ours(&half));
        let other = folder.path().join("other.gz");
        let mut theirs = GzEncoder::new(File::create(&other).unwrap(), Compression::fast());
        theirs.write_all(b"x").unwrap();
        theirs.finish().unwrap();
        assert!(!ours(&other) && !ours(&folder.path().join("app.log")));
        // It is never written over.
        assert!(log.compress(10, &half, &mut |_| {}).is_err());
        assert!(log.holds(&half, 300_000, &mut |_| {}).unwrap());
    }

    #[test]
    fn a_damaged_archive_holds_nothing() {
        let (folder, log) = log(&lines(5_000));
        let half = folder.path().join("x.gz.tmp");
        log.compress(40_000, &half, &mut |_| {}).unwrap();
        let good = fs::read(&half).unwrap();
        for at in [0, 5, good.len() / 2, good.len() - 1] {
            let mut bad = good.clone();
            bad[at] ^= 0x41;
            fs::write(&half, &bad).unwrap();
            let holds = log.holds(&half, 40_000, &mut |_| {}).unwrap();
            // The header's time and the like may differ without harm.
            assert!(!holds || at == 5, "byte {at}");
        }
        fs::write(&half, &good[..good.len() - 9]).unwrap();
        assert!(!log.holds(&half, 40_000, &mut |_| {}).unwrap());
        fs::write(&half, b"").unwrap();
        assert!(!log.holds(&half, 40_000, &mut |_| {}).unwrap());
    }

    #[test]
    fn a_log_that_became_shorter_leaves_no_archive() {
        let (folder, log) = log(&[b'x'; 1000]);
        let half = folder.path().join("x.gz.tmp");
        assert!(log.compress(2000, &half, &mut |_| {}).is_err());
        assert!(!half.exists());
    }
}
