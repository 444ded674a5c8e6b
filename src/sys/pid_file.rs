//! Process ids that services leave in files.

use std::os::unix::fs::MetadataExt as _;
use std::path::Path;
use std::time::{Duration, SystemTime};

use super::processes;
use crate::model::process::Identity;

/// Clocks that differ by so much are not told apart.
const SLACK: Duration = Duration::from_secs(2);

/// The process id in the file at `path`; `None` without such a file.
///
/// # Errors
/// When it is not to be trusted, because it belongs to somebody who is neither
/// `uid` nor root, or holds no process id; in words.
pub fn read(path: &Path, uid: u32) -> Result<Option<u32>, String> {
    let shown = path.display();
    let Ok(meta) = std::fs::metadata(path) else {
        return Ok(None);
    };
    if meta.uid() != uid && meta.uid() != 0 {
        return Err(format!("the pid file `{shown}` is somebody else's"));
    }
    let bytes = super::files::head(path, 32).unwrap_or_default();
    let text = String::from_utf8_lossy(&bytes);
    let first = text.lines().next().unwrap_or_default().trim();
    match first.parse() {
        Ok(pid) if pid > 1 => Ok(Some(pid)),
        // One that is just being written.
        _ if first.is_empty() => Ok(None),
        _ => Err(format!("the pid file `{shown}` holds no process id")),
    }
}

/// Whether the file at `path` was written before that process started, so
/// that it means another one, which had the number then.
#[must_use]
pub fn older(path: &Path, process: &Identity) -> bool {
    let written = std::fs::metadata(path).and_then(|meta| meta.modified());
    let since = written.map(|written| SystemTime::now().duration_since(written));
    match (since, processes::age(process)) {
        (Ok(Ok(since)), Some(age)) => since > age + SLACK,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_written_before_its_process_started_means_another_one() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x.pid");
        std::fs::write(&path, "2\n").unwrap();
        let ourselves = processes::identity(std::process::id()).unwrap();
        assert!(!older(&path, &ourselves));
        let file = std::fs::File::options().write(true).open(&path).unwrap();
        let yesterday = SystemTime::now() - Duration::from_secs(86_400);
        file.set_modified(yesterday).unwrap();
        assert!(older(&path, &ourselves));
    }

    #[test]
    fn only_a_process_id_counts() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x.pid");
        let uid = rustix::process::geteuid().as_raw();
        assert_eq!(read(&path, uid), Ok(None));
        for (text, wanted) in [("12\n", Some(12)), (" 34 x\n", None), ("", None)] {
            std::fs::write(&path, text).unwrap();
            let read = read(&path, uid);
            assert_eq!(read.clone().ok().flatten(), wanted, "{text:?} {read:?}");
        }
        std::fs::write(&path, "1\n").unwrap();
        assert!(read(&path, uid).is_err());
    }
}
