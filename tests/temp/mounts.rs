//! What is mounted within is left. The library looks from inside the mounts:
//! this test's own program is run there.

use std::env;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use mamori::model::healing::Terms;
use mamori::rooms::temp::look_after;

use super::ground::{DAY, Ground, age, file, names};
use crate::harness::{Mounted, may_mount};

const HOME: &str = "MAMORI_TEST_HOME";
const PATTERN: &str = "MAMORI_TEST_PATTERN";

/// The texts of a run that sees what is mounted.
pub fn inside(mounted: &Mounted, ground: &Ground, pattern: &Path) -> String {
    let ourselves = env::current_exe().unwrap();
    let mut command = mounted.command(&ground.bench, ourselves.to_str().unwrap());
    let output = command
        .args([
            "temp::mounts::looks_from_inside",
            "--exact",
            "--ignored",
            "--nocapture",
        ])
        .env(HOME, ground.bench.home())
        .env(PATTERN, pattern)
        .stderr(Stdio::inherit())
        .output()
        .unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success(), "{text}");
    // A test's own line may stand before it.
    let items = text
        .lines()
        .filter_map(|line| Some(line.split_once("item: ")?.1));
    items.collect::<Vec<_>>().join("\n")
}

#[test]
#[ignore = "the others run it inside their mounts"]
fn looks_from_inside() {
    let Some(home) = env::var_os(HOME).map(PathBuf::from) else {
        return;
    };
    let ground = Ground::new();
    let mut around = ground.bench.surroundings();
    around.home = home.clone();
    around.mamori_home = home.join(".miyabi");
    let config = ground.config(Path::new(&env::var_os(PATTERN).unwrap()));
    for item in look_after(&around, &config, &Terms::default()) {
        writeln!(std::io::stdout(), "\nitem: {}", item.text).unwrap();
    }
}

#[test]
fn another_file_system_within_is_left() {
    if !may_mount() {
        return;
    }
    let ground = Ground::new();
    file(&ground.at("abc-1/a"), 8 * DAY);
    let mounted = Mounted::small(&ground.at("abc-1/disk"), "64k");
    file(&mounted.path("precious"), 8 * DAY);
    age(&mounted.path(""), 8 * DAY);
    ground.age_all("abc-1", 8 * DAY);
    let text = inside(&mounted, &ground, &ground.at("abc-*"));
    assert_eq!(text, "1 left: 1 on another mount");
    assert_eq!(names(&mounted.path("")), ["precious"]);
    // A mount point itself.
    let text = inside(&mounted, &ground, &ground.at("abc-1/dis*"));
    assert_eq!(text, "1 left: 1 on another mount");
    // What is on it is its own.
    let text = inside(&mounted, &ground, &ground.at("abc-1/disk/preci*"));
    assert_eq!(text, "moved 1 to trash: 1 file, 2 B");
}

#[test]
fn a_folder_of_the_same_disk_bound_within_is_left() {
    if !may_mount() {
        return;
    }
    let ground = Ground::new();
    let victim = ground.bench.home().join("victim");
    file(&victim.join("precious"), 8 * DAY);
    age(&victim, 8 * DAY);
    file(&ground.at("abc-1/a"), 8 * DAY);
    let bind = "mount --bind \"$2\" \"$1\"";
    let point = ground.at("abc-1/bound");
    let mounted = Mounted::by(bind, &point, victim.to_str().unwrap());
    ground.age_all("abc-1", 8 * DAY);
    let text = inside(&mounted, &ground, &ground.at("abc-*"));
    assert_eq!(text, "1 left: 1 on another mount");
    let text = inside(&mounted, &ground, &ground.at("abc-1/boun*"));
    assert_eq!(text, "1 left: 1 on another mount");
    assert_eq!(names(&victim), ["precious"]);
}

#[test]
fn a_file_bound_within_is_left() {
    if !may_mount() {
        return;
    }
    let ground = Ground::new();
    let victim = ground.bench.home().join("victim");
    file(&victim, 8 * DAY);
    fs::create_dir_all(ground.at("abc-1/in")).unwrap();
    file(&ground.at("abc-1/in/bound"), 8 * DAY);
    let bind = "mount --bind \"$2\" \"$1/bound\"";
    let mounted = Mounted::by(bind, &ground.at("abc-1/in"), victim.to_str().unwrap());
    ground.age_all("abc-1", 8 * DAY);
    age(&victim, 8 * DAY);
    let text = inside(&mounted, &ground, &ground.at("abc-*"));
    assert_eq!(text, "1 left: 1 on another mount");
    assert_eq!(fs::read(&victim).unwrap(), b"x\n");
}
