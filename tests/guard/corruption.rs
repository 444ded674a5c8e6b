//! Every kind of corruption, for every kind of validator.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;

use mamori::model::healing::Standing;

use super::{ENDS, GOOD, Guarded};

/// What may stand in a broken file, by name; `own`: what its validator alone
/// knows to be wrong.
fn contents(good: &[u8], own: [&[u8]; 4]) -> Vec<(&'static str, Vec<u8>)> {
    let [truncated, unbalanced, other, bytes] = own.map(<[u8]>::to_vec);
    let mut seed = 0x9e37_79b9_u32;
    let random = (0..400).map(|_| {
        seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        seed.to_be_bytes()[0]
    });
    let conflict = [
        b"<<<<<<< HEAD\n",
        good,
        b"=======\n",
        good,
        b">>>>>>> theirs\n",
    ];
    vec![
        ("emptied", Vec::new()),
        ("truncated", truncated),
        ("all NUL", vec![0; good.len()]),
        ("NUL tail", [good, &[0; 512]].concat()),
        ("random", random.collect()),
        ("conflict", conflict.concat()),
        ("unbalanced", unbalanced),
        ("another file's", other),
        ("bad UTF-8", bytes),
    ]
}

/// Breaks a file in every way; each time it has to come back.
fn heals(name: &str, validator: &str, good: &[u8], own: [&[u8]; 4]) {
    let guarded = Guarded::new(name, validator, good);
    let healed = |how: &str| {
        let item = guarded.look();
        assert_eq!(item.standing, Standing::Healed, "{how}: {item:?}");
        assert_eq!(guarded.read(), good, "{how}");
        let again = guarded.look();
        assert_eq!(again.standing, Standing::Fine, "{how}: {again:?}");
    };
    for (how, content) in contents(good, own) {
        guarded.write(content);
        healed(how);
    }
    fs::remove_file(&guarded.path).unwrap();
    healed("deleted");
    links(&guarded, &healed);
}

/// The same where it is a link: what it leads to is gone, or the link itself.
fn links(guarded: &Guarded, healed: &dyn Fn(&str)) {
    let folder = guarded.bench.home().join("dotfiles");
    fs::create_dir(&folder).unwrap();
    let name = guarded.path.file_name().unwrap();
    let there = Path::new("dotfiles").join(name);
    fs::rename(&guarded.path, folder.join(name)).unwrap();
    symlink(&there, &guarded.path).unwrap();
    assert_eq!(guarded.look().standing, Standing::Fine);
    let linked = || assert_eq!(fs::read_link(&guarded.path).unwrap(), there);
    fs::remove_file(folder.join(name)).unwrap();
    healed("dangling link");
    linked();
    fs::remove_file(&guarded.path).unwrap();
    healed("deleted link");
    linked();
    fs::remove_file(&guarded.path).unwrap();
    fs::remove_file(folder.join(name)).unwrap();
    healed("deleted link and file");
    linked();
    guarded.write("\0\0");
    healed("file behind a link");
    linked();
    // Where its folder is gone, too, the file stands in the link's place.
    fs::remove_file(&guarded.path).unwrap();
    fs::remove_dir_all(&folder).unwrap();
    healed("deleted link and folder");
    assert!(fs::symlink_metadata(&guarded.path).unwrap().is_file());
}

#[test]
fn sshd_config() {
    let keys = tempfile::tempdir().unwrap();
    let key = keys.path().join("key");
    let made = std::process::Command::new("ssh-keygen")
        .args(["-q", "-t", "ed25519", "-N", "", "-f"])
        .arg(&key)
        .status()
        .unwrap();
    assert!(made.success());
    if rustix::process::geteuid().is_root() {
        // sshd refuses everything for root without its empty folder.
        fs::create_dir_all("/run/sshd").unwrap();
    }
    let good = format!("Port 2222\nHostKey {}\nPermitRootLogin no\n", key.display());
    let torn = format!("{}Permit", &good[..10]);
    let own: [&[u8]; 4] = [
        torn.as_bytes(),
        b"Port 22\nBanner \"/etc/x\n",
        b"set -g status on\n",
        b"Port \xff\xfe\n",
    ];
    heals(
        "sshd_config",
        "preset = \"sshd_config\"",
        good.as_bytes(),
        own,
    );
}

#[test]
fn ssh_config() {
    let own: [&[u8]; 4] = [
        b"Host a\n  HostName 10.0.0.1\n  Por",
        b"Host a\n  HostName \"x\n",
        b"{ \"a\": 1 }\n",
        b"Host a\n  Port \xff\n",
    ];
    // What is said of a host that is not asked for is not read.
    let good = b"Host *\n  HostName 10.0.0.1\n  Port 22\n";
    let own = own.map(|text| {
        String::from_utf8_lossy(text)
            .replace("Host a", "Host *")
            .into_bytes()
    });
    let own = [&own[0][..], &own[1], &own[2], &own[3]];
    heals("config", "preset = \"ssh_config\"", good, own);
}

#[test]
fn commands_in_an_ssh_config_are_not_run() {
    let guarded = Guarded::new("config", "preset = \"ssh_config\"", b"Host *\n  Port 22\n");
    let marker = guarded.bench.home().join("marker");
    let run = format!("touch {}", marker.display());
    let included = guarded.bench.home().join("included");
    fs::write(
        &included,
        format!("Match host * !exec \"{run}\"\n  User b\n"),
    )
    .unwrap();
    let include = included.display();
    let texts = [
        format!("Match exec \"{run}\"\n  Port 23\n"),
        format!("mATCH  Exec=\"{run}\"\n  Port 23\n"),
        format!("Match originalhost * !exec \"{run}\"\n  Port 23\n"),
        format!("\"Match\" \"exec\" \"{run}\"\n  Port 23\n"),
        format!("Include {include}\nHost *\n  Port 23\n"),
        format!("Include \"{}/inclu*\"\n", guarded.bench.home().display()),
    ];
    for text in texts {
        guarded.write(&text);
        let item = guarded.look();
        assert!(!marker.exists(), "{text}: it was run");
        assert!(
            item.text.starts_with("validates") || text.contains("Exec="),
            "{text}: {item:?}"
        );
        // And not where something is wrong with it.
        guarded.write(format!("{text}\nNoSuch option\n"));
        let item = guarded.look();
        assert!(!marker.exists(), "{text}: it was run");
        assert_eq!(item.standing, Standing::Healed, "{text}: {item:?}");
    }
}

#[test]
fn tmux_conf() {
    let own: [&[u8]; 4] = [
        b"set -g status on\nbind x {\n  display",
        b"set -g status on\nbind x { display hi\n",
        b"Port 2222\nHostKey /x\n",
        b"\xff\xfe -g status on\n",
    ];
    let good = b"set -g status on\nbind x { display hi }\nset -g status-left '#(no-such)'\n";
    heals(".tmux.conf", "preset = \"tmux.conf\"", good, own);
}

#[test]
fn sh() {
    let own: [&[u8]; 4] = [
        b"if true; then\n  ech",
        b"echo \"hi\n",
        b"{ \"a\": 1 }\n",
        b"echo \xff (\n",
    ];
    heals(
        ".profile",
        "preset = \"sh\"",
        b"if true; then\n  echo hi\nfi\n",
        own,
    );
}

#[test]
fn json() {
    let own: [&[u8]; 4] = [
        b"{\"a\": [1, 2",
        b"{\"a\": \"x}\n",
        b"set -g status on\n",
        b"{\"a\": \"\xff\"}\n",
    ];
    heals("a.json", "preset = \"json\"", b"{\"a\": [1, 2]}\n", own);
}

#[test]
fn toml() {
    let own: [&[u8]; 4] = [
        b"a = 1\n[b\n",
        b"a = \"x\n",
        b"set -g status on\n",
        b"a = \"\xff\"\n",
    ];
    heals(
        "a.toml",
        "preset = \"toml\"",
        b"a = 1\n[b]\nc = \"x\"\n",
        own,
    );
}

#[test]
fn a_command() {
    let own: [&[u8]; 4] = [
        b"begin\npass",
        b"begin\n\"end\n",
        b"x = 1\n",
        b"begin\n\xff\n",
    ];
    heals("a.conf", ENDS, GOOD.as_bytes(), own);
}
