//! GitHub's answers as they are kept, one for each report.

use std::fs;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::files;
use crate::model::home::Home;
use crate::model::report::forge::Forge;

/// The schema of kept answers.
const SCHEMA: u64 = 1;
/// So many are kept of days, weeks and months: the reports themselves stay.
const KEPT: [(&str, usize); 3] = [("daily-", 100), ("weekly-", 60), ("monthly-", 36)];

#[derive(Debug, Serialize, Deserialize)]
struct Kept {
    schema: u64,
    forge: Forge,
}

/// The answer that was kept for the report of that name; `None` before any was.
///
/// # Errors
/// Why it cannot be read.
pub fn kept(home: &Home, stem: &str) -> Result<Option<Forge>, String> {
    let file = home.forge(stem);
    let Some(bytes) = files::read(&file).map_err(|error| error.to_string())? else {
        return Ok(None);
    };
    let kept: Kept = serde_json::from_slice(&bytes).map_err(|error| error.to_string())?;
    if kept.schema == SCHEMA {
        Ok(Some(kept.forge))
    } else {
        Err("another build wrote it".to_owned())
    }
}

/// Keeps it, and removes those of the earliest reports where there are many.
///
/// # Errors
/// Why it cannot be kept: an earlier one stands then.
pub fn keep(home: &Home, stem: &str, forge: &Forge) -> Result<(), String> {
    let file = home.forge(stem);
    let kept = Kept {
        schema: SCHEMA,
        forge: forge.clone(),
    };
    let bytes = serde_json::to_vec(&kept).map_err(|error| error.to_string())?;
    let Some(folder) = file.parent() else {
        return Ok(());
    };
    files::private_folder(folder).map_err(|error| error.to_string())?;
    files::replace(&file, &bytes).map_err(|error| error.to_string())?;
    for (begin, most) in KEPT {
        forget(folder, begin, most);
    }
    Ok(())
}

/// Removes the first of those whose names begin so: names are in the order of time.
fn forget(folder: &Path, begin: &str, most: usize) {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let names = entries.filter_map(|entry| entry.file_name().into_string().ok());
    let ours = |name: &String| name.starts_with(begin) && name.strip_suffix(".json").is_some();
    let mut names: Vec<String> = names.filter(ours).collect();
    names.sort();
    let beyond = names.len().saturating_sub(most);
    for name in names.iter().take(beyond) {
        // One that stays takes a little room, and goes the next time.
        let _ = fs::remove_file(folder.join(name));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_hundred_days_are_kept_and_other_files_stay() {
        let folder = tempfile::tempdir().unwrap();
        let home = Home::of(folder.path());
        let stem =
            |number: u32| format!("daily-2026-{:02}-{:02}", number / 28 + 1, number % 28 + 1);
        let forge = Forge::default();
        for number in 0..103 {
            keep(&home, &stem(number), &forge).unwrap();
        }
        fs::write(home.forge("daily-2020-01-01").with_extension("txt"), "").unwrap();
        keep(&home, "weekly-2020-W01", &forge).unwrap();
        for (number, there) in [(0, false), (2, false), (3, true), (102, true)] {
            assert_eq!(
                kept(&home, &stem(number)).unwrap().is_some(),
                there,
                "{number}"
            );
        }
        assert!(kept(&home, "weekly-2020-W01").unwrap().is_some());
        let entries = fs::read_dir(folder.path().join("mamori/forge")).unwrap();
        assert_eq!(entries.count(), 102);
    }
}
