//! A file that others touch when the watcher shall look at once. It watches it
//! by [`FileEvents`](super::file_events::FileEvents).

use std::fs::File;
use std::os::unix::fs::OpenOptionsExt as _;
use std::time::SystemTime;

use super::files::{self, FileError};
use crate::model::home::Home;

/// Touches the file, and creates it (0600) when it is not there.
///
/// # Errors
/// When it cannot be created or touched.
pub fn touch(home: &Home) -> Result<(), FileError> {
    files::private_folder(home.folder())?;
    let path = home.poke();
    let mut options = File::options();
    let options = options.write(true).create(true).truncate(false);
    options
        .mode(0o600)
        .custom_flags(files::NONBLOCK)
        .open(&path)
        .and_then(|file| file.set_modified(SystemTime::now()))
        .map_err(|source| FileError {
            verb: "touch",
            path,
            source,
        })
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;
    use std::time::Duration;

    use rustix::event::poll;

    use super::*;
    use crate::sys::file_events::FileEvents;
    use crate::sys::process::timespec;

    #[test]
    fn who_watches_the_file_wakes() {
        let folder = tempfile::tempdir().unwrap();
        let home = Home::of(folder.path());
        touch(&home).unwrap();
        let meta = std::fs::metadata(home.poke()).unwrap();
        assert_eq!(meta.permissions().mode() & 0o777, 0o600);
        let mut events = FileEvents::new();
        assert!(events.watch(&home.poke()));
        touch(&home).unwrap();
        let limit = events.wait().unwrap_or(Duration::from_secs(60));
        let _ = poll(&mut events.interests(), Some(&timespec(limit)));
        assert_eq!(events.changed(), [home.poke()]);
    }
}
