//! Homes whose logs are rotated, and what a run said of one.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::writers::line;
use super::{Bench, QUIET, Ran, mode};

/// A home whose logs are in `folder`, rotated over `max` bytes.
pub fn bench(folder: &Path, more: &str) -> Bench {
    let bench = Bench::new();
    configure(&bench, folder, more);
    bench
}

pub fn configure(bench: &Bench, folder: &Path, more: &str) {
    let folder = folder.display();
    bench.configure(format!(
        "{QUIET}[[log]]\npaths = [\"{folder}/*.log\"]\nmax_size = \"1MB\"\nkeep = 1000\n{more}"
    ));
}

/// A home, and a folder for logs in it.
pub fn logs() -> (Bench, PathBuf) {
    let bench = Bench::new();
    let folder = bench.home().join("logs");
    fs::create_dir(&folder).unwrap();
    configure(&bench, &folder, "");
    (bench, folder)
}

pub fn heal(bench: &Bench) -> Ran {
    bench.mamori(&["heal", "logs", "--json"])
}

/// The state and the text of the item about `path`.
pub fn item(ran: &Ran, path: &Path) -> (String, String) {
    let json = ran.json();
    let items = json["items"].as_array().unwrap();
    // The home stands as `HOME` in what a run left.
    let name = format!("/{}", path.file_name().unwrap().to_str().unwrap());
    let of_it = |item: &&Value| item["subject"].as_str().unwrap().ends_with(&name);
    let item = items
        .iter()
        .find(of_it)
        .unwrap_or_else(|| panic!("{ran:?}"));
    (
        item["state"].as_str().unwrap().to_owned(),
        item["text"].as_str().unwrap().to_owned(),
    )
}

/// Whether files here can be cut under their writers' feet.
pub fn cuts(folder: &Path) -> bool {
    let cuts = mamori::sys::rotation::cut::works_in(folder, 4096);
    if !cuts {
        eprintln!(
            "SKIPPED in part: {} cannot take the beginning of a file away",
            folder.display()
        );
    }
    cuts
}

/// A folder on a file system that cannot.
pub fn on_tmpfs() -> Option<tempfile::TempDir> {
    let folder = tempfile::Builder::new()
        .prefix("mamori-")
        .tempdir_in("/dev/shm");
    let folder = folder.ok()?;
    mode(folder.path(), 0o700);
    Some(folder).filter(|folder| !mamori::sys::rotation::cut::works_in(folder.path(), 4096))
}

pub fn write_lines(path: &Path, count: u64) {
    let lines: Vec<u8> = (0..count).flat_map(line).collect();
    fs::write(path, lines).unwrap();
}
