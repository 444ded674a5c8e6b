//! The pages as a browser shows them: no wider than the screen, nothing asked
//! for, in light, dark, twice the text size and print.
//!
//! Pictures are kept in the folder `report-pages` of cargo's temporary one.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use mamori::rooms::report::render::{Context, Templates};
use serde_json::{Value, json};

use crate::harness::report::{Language, entries, view, words};

const DRIVER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/report_pages/browser.py");
const NAMES: [&str; 3] = ["chromium", "chromium-browser", "google-chrome"];

/// The browser there is. Where packages are apt's, there is one to install.
fn chromium() -> Option<PathBuf> {
    let found = NAMES.iter().find_map(|name| which::which(name).ok());
    if found.is_none() {
        let package = !cfg!(target_os = "android") && which::which("apt-get").is_ok();
        assert!(
            !package,
            "chromium is missing; run scripts/need.sh chromium"
        );
        eprintln!("skipped: there is no Chromium here");
    }
    found
}

fn write(folder: &Path) -> Vec<PathBuf> {
    let templates = Templates::with(Vec::new()).unwrap();
    let mut pages = Vec::new();
    for language in [Language::En, Language::Ja] {
        let words = words(language);
        let context = Context {
            report: &json!({}),
            words: &words,
        };
        let tag = language.tag();
        let html = templates.html(&view(language), &context).unwrap();
        let index = templates.index(&entries(40), tag, &words).unwrap();
        for (name, text) in [(tag.to_owned(), html), (format!("index-{tag}"), index)] {
            pages.push(folder.join(name + ".html"));
            fs::write(pages.last().unwrap(), text).unwrap();
        }
    }
    pages
}

/// Opens pages in every way and finds nothing wrong with any; what was seen.
/// `None`: there is no browser.
pub fn looked(folder: &Path, pages: &[PathBuf]) -> Option<Value> {
    let chromium = chromium()?;
    let ran = Command::new("python3")
        .arg(DRIVER)
        .arg(chromium)
        .arg(folder)
        .args(pages)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&ran.stderr);
    assert!(ran.status.success(), "{said}");
    let seen: Value = serde_json::from_slice(&ran.stdout).unwrap();
    for page in pages {
        let page = page.file_stem().unwrap().to_str().unwrap();
        let views = seen[page].as_object().unwrap();
        assert_eq!(views.len(), 11, "{page}");
        for (name, found) in views {
            judge(&format!("{page} {name}"), name, found);
        }
    }
    Some(seen)
}

#[test]
fn pages_fit_every_screen_and_paper() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("report-pages");
    fs::create_dir_all(&folder).unwrap();
    let pages = write(&folder);
    let Some(seen) = looked(&folder, &pages) else {
        return;
    };
    for page in ["en", "ja"] {
        assert_eq!(seen[page]["light-320"]["charts"], 11, "{page}");
        assert_eq!(seen[page]["open-320"]["open"], 2, "{page}: the tables open");
        assert_eq!(seen[page]["print"]["open"], 0, "{page}: no table in print");
    }
}

fn judge(what: &str, name: &str, found: &Value) {
    if name == "a4" || name == "letter" {
        assert_eq!(found["pdf"], true, "{what}");
        return;
    }
    assert_eq!(
        found["scroll"], found["client"],
        "{what}: too wide: {found}"
    );
    assert_eq!(found["over"], json!([]), "{what}: over the edge");
    assert_eq!(found["empty"], 0, "{what}: a drawing without height");
    let dark = name.starts_with("dark");
    let ink = if dark {
        "rgb(13, 17, 23)"
    } else {
        "rgb(255, 255, 255)"
    };
    assert_eq!(found["ink"], ink, "{what}");
    let text = if name.starts_with("large") {
        32.0
    } else {
        16.0
    };
    if name != "print" {
        assert_eq!(found["text"], text, "{what}: the size of text");
        assert_eq!(found["complaints"], json!([]), "{what}");
        assert_eq!(found["small"], json!([]), "{what}: too small to touch");
    }
}
