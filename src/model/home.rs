//! The names of our own files under `$MAMORI_HOME/mamori`.

use std::path::{Path, PathBuf};

/// `$MAMORI_HOME/mamori` and what lies in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Home(PathBuf);

impl Home {
    /// The files of the Mamori home `mamori_home`.
    #[must_use]
    pub fn of(mamori_home: &Path) -> Self {
        Self(mamori_home.join("mamori"))
    }

    /// The folder itself.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.0
    }

    /// The shared state file.
    #[must_use]
    pub fn state(&self) -> PathBuf {
        self.0.join("state.json")
    }

    /// The lock that its writers take.
    #[must_use]
    pub fn state_lock(&self) -> PathBuf {
        self.0.join("state.lock")
    }

    /// The watcher's lock: held while it lives, touched every minute.
    #[must_use]
    pub fn watch_lock(&self) -> PathBuf {
        self.0.join("watch.lock")
    }

    /// A file that is touched when the watcher shall look at once.
    #[must_use]
    pub fn poke(&self) -> PathBuf {
        self.0.join("poke")
    }

    /// The folder of the pictures of tmux servers.
    #[must_use]
    pub fn pictures(&self) -> PathBuf {
        self.0.join("pictures")
    }

    /// The folder of what is remembered of tmux servers' windows.
    #[must_use]
    pub fn layouts(&self) -> PathBuf {
        self.0.join("layout")
    }

    /// The lock of those who ask Termux's own programs: two at once may hang.
    #[must_use]
    pub fn termux_lock(&self) -> PathBuf {
        self.0.join("locks/termux-api.lock")
    }

    /// The lock of who measures folders: one walk at a time is enough for a disk.
    #[must_use]
    pub fn measure_lock(&self) -> PathBuf {
        self.locks().join("measure.lock")
    }

    /// The folder of the locks of what is recovered or healed.
    #[must_use]
    pub fn locks(&self) -> PathBuf {
        self.0.join("locks")
    }

    /// The lock of one target of healing, whatever is in its id.
    #[must_use]
    pub fn lock_of(&self, check: &str) -> PathBuf {
        let plain = |c: char| {
            if c.is_ascii_alphanumeric() || "-_.".contains(c) {
                c
            } else {
                '_'
            }
        };
        let end: Vec<char> = check.chars().rev().take(60).map(plain).collect();
        let end: String = end.into_iter().rev().collect();
        // FNV-1a: ids that look alike have locks of their own.
        let hash = check.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        });
        self.locks().join(format!("{end}-{hash:016x}.lock"))
    }

    /// The last validated versions of guarded files.
    #[must_use]
    pub fn vault(&self) -> PathBuf {
        self.0.join("vault")
    }

    /// What is remembered over months.
    #[must_use]
    pub fn history(&self) -> PathBuf {
        self.0.join("history.db")
    }

    /// The lock of who mends it.
    #[must_use]
    pub fn history_lock(&self) -> PathBuf {
        self.0.join("history.lock")
    }

    /// The lock of who puts a report, or the list of them, into its folder.
    #[must_use]
    pub fn report_lock(&self) -> PathBuf {
        self.locks().join("report.lock")
    }

    /// What coding agents did, by their own logs.
    #[must_use]
    pub fn agents(&self) -> PathBuf {
        self.0.join("agents.db")
    }

    /// The lock of who reads their logs.
    #[must_use]
    pub fn agents_lock(&self) -> PathBuf {
        self.locks().join("agents.lock")
    }

    /// What a forge answered for the report of that name.
    #[must_use]
    pub fn forge(&self, stem: &str) -> PathBuf {
        self.0.join("forge").join(format!("{stem}.json"))
    }

    /// The folder of what `mamori setup` did, and of what stood there before.
    #[must_use]
    pub fn setup(&self) -> PathBuf {
        self.0.join("setup")
    }

    /// The lock of who sets something up.
    #[must_use]
    pub fn setup_lock(&self) -> PathBuf {
        self.locks().join("setup.lock")
    }

    /// What a watcher said that `runit` keeps running.
    #[must_use]
    pub fn watch_log(&self) -> PathBuf {
        self.0.join("logs/watch")
    }

    /// The folder of the last results of the home screen's shortcuts.
    #[must_use]
    pub fn results(&self) -> PathBuf {
        self.0.join("results")
    }

    /// A file that Termux:Boot's script touches.
    #[must_use]
    pub fn boot_marker(&self) -> PathBuf {
        self.0.join("boot")
    }

    /// What is known of Termux:API: whether it answered lately.
    #[must_use]
    pub fn termux_breaker(&self) -> PathBuf {
        self.0.join("locks/termux-api.json")
    }

    /// The three backups of the state file, newest first.
    #[must_use]
    pub fn backups(&self) -> [PathBuf; 3] {
        [1, 2, 3].map(|age| self.0.join(format!("state.json.{age}")))
    }
}
