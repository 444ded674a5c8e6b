//! `mamori setup node`: a key that can answer the probe through a real sshd,
//! and can do nothing else there.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::harness::openssh::OpenSsh;
use crate::harness::sshd::Sshd;
use crate::harness::{Bench, MAMORI, QUIET, Ran, until};

const NODE: &str = "[[node]]\nname = \"mugen\"\n";
const SERVICE: &str = "[[service]]\nname = \"web\"\nnode = \"mugen\"\n\
    check = { command = [\"test\", \"-d\", \"/it's \\\"$(touch created)\\\" `!` \\\\\"] }\n";
const LINE: [&str; 5] = ["setup", "node", "mugen", "--print", "--key"];

fn bench(more: &str) -> Bench {
    Bench::with(format!("{QUIET}{NODE}{more}"))
}

/// The line for the key `public`.
fn line(ssh: &OpenSsh<'_>, public: &Path) -> String {
    let mut words = LINE.to_vec();
    words.push(public.to_str().unwrap());
    let ran = ssh.mamori(&words, None);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    assert!(ran.stdout.ends_with('\n') && ran.stdout.lines().count() == 1);
    ran.stdout.trim_end().to_owned()
}

/// A node on this machine whose `authorized_keys` holds the line alone.
struct Door<'a> {
    bench: &'a Bench,
    ssh: OpenSsh<'a>,
    _sshd: Sshd,
}

impl<'a> Door<'a> {
    fn open(bench: &'a Bench) -> Self {
        let ssh = OpenSsh::new(bench, "");
        let key = ssh.key("mamori", "");
        let line = line(&ssh, &key.with_extension("pub"));
        assert!(line.len() < 16_384, "{} bytes", line.len());
        fs::write(ssh.file("authorized_keys"), line + "\n").unwrap();
        let file = ssh.file("authorized_keys");
        // The home lies in /tmp, which everybody may write to.
        let more = format!(
            "AuthorizedKeysFile {}\nStrictModes no\nSubsystem sftp internal-sftp\n",
            file.display()
        );
        let sshd = Sshd::with(bench, &more);
        ssh.configure(&format!(
            "Host mugen\nHostName 127.0.0.1\nPort {}\nIdentityFile HOME/.ssh/mamori\n\
             IdentitiesOnly yes\nStrictHostKeyChecking accept-new\nBatchMode yes\n\
             UserKnownHostsFile HOME/.ssh/known\n",
            sshd.port
        ));
        let door = Self {
            bench,
            ssh,
            _sshd: sshd,
        };
        until("sshd to answer", || {
            door.say(&["mugen"], "").code == Some(0)
        });
        door
    }

    /// Runs ssh with `input` on its standard input.
    fn say(&self, words: &[&str], input: &str) -> Ran {
        fed(self.bench, self.ssh.command("ssh", None).args(words), input)
    }

    /// A file that must never be there.
    fn created(&self) -> PathBuf {
        self.bench.home().join("created")
    }
}

/// Runs `command` to its end with `input` on its standard input.
fn fed(bench: &Bench, command: &mut Command, input: &str) -> Ran {
    let file = tempfile::tempfile().unwrap();
    (&file).write_all(input.as_bytes()).unwrap();
    std::io::Seek::rewind(&mut &file).unwrap();
    bench.ran(command.stdin(Stdio::from(file)))
}

fn answers(ran: &Ran, token: &str) {
    let (begin, end) = (format!("@{token} begin"), format!("@{token} end"));
    let has = |mark: &str| ran.stdout.lines().any(|line| line == mark);
    assert!(has(&begin) && has(&end), "{ran:?}");
    assert!(ran.stdout.contains("platform="), "{ran:?}");
}

#[test]
fn the_probe_answers_through_the_door_and_nothing_else_does() {
    let bench = bench(SERVICE);
    let door = Door::open(&bench);
    let created = door.created();
    let touch = format!("touch {}", created.display());

    let ran = door.say(&["--", "mugen", "sh", "-s"], "mamori_probe abc123\n");
    answers(&ran, "abc123");
    assert_eq!(ran.code, Some(0));
    let twice = "mamori_alive 1\nmamori_probe 2\nmamori_probe 3\n";
    let ran = door.say(&["mugen", "sh", "-s"], twice);
    answers(&ran, "2");
    answers(&ran, "3");

    // Commands, on the command line and on standard input, are not carried out.
    let ran = door.say(&["mugen", &touch], "");
    assert_eq!((ran.code, ran.stdout.as_str()), (Some(0), ""));
    let inputs = [
        format!("{touch}\n"),
        format!("mamori_probe abc; {touch}\n"),
        format!("mamori_probe $({touch})\nmamori_probe `{touch}`\n"),
        format!("mamori_alive 1\u{b}{touch}\n'\n{touch}\n"),
        format!("mamori_services() {{ {touch}; }}\nmamori_probe\n{touch}"),
    ];
    for input in &inputs {
        let ran = door.say(&["mugen", "sh", "-s"], input);
        assert_eq!((ran.code, ran.stdout.as_str()), (Some(0), ""), "{input:?}");
        assert!(!created.exists(), "{input:?}");
    }

    // Neither files nor forwardings nor a terminal.
    // What an sftp client says first; a server would say its version.
    let ran = door.say(&["-s", "mugen", "sftp"], "\0\0\0\u{5}\u{1}\0\0\0\u{3}");
    assert_eq!(ran.stdout, "", "{ran:?}");
    let port = door.ssh.file("config");
    let port = fs::read_to_string(port).unwrap();
    let port = port
        .lines()
        .find_map(|line| line.strip_prefix("Port "))
        .unwrap();
    let ran = door.say(&["-W", &format!("127.0.0.1:{port}"), "mugen"], "");
    assert!(!ran.stdout.contains("SSH-"), "{ran:?}");
    assert!(
        ran.stderr.contains("administratively prohibited"),
        "{ran:?}"
    );
    let refuse = "ExitOnForwardFailure=yes";
    let back = ["-o", refuse, "-R", "0:127.0.0.1:9", "mugen"];
    let ran = door.say(&back, "");
    assert!(
        ran.code != Some(0) && ran.stderr.contains("forwarding failed"),
        "{ran:?}"
    );
    let ran = door.say(&["-tt", "mugen", &touch], "");
    assert!(
        ran.stderr.contains("PTY allocation request failed"),
        "{ran:?}"
    );
    assert!(!created.exists());
}

#[test]
fn every_login_shell_hands_the_command_on() {
    let bench = bench(SERVICE);
    let ssh = OpenSsh::new(&bench, "");
    let public = ssh.key("mamori", "").with_extension("pub");
    let line = line(&ssh, &public);
    // What sshd makes of the option (`opt_dequote`).
    let quoted = line.strip_prefix("restrict,command=\"").unwrap();
    let end = quoted.rfind("\" ssh-ed25519 ").unwrap();
    let command = quoted[..end].replace("\\\"", "\"");
    let shells: [&[&str]; 9] = [
        &["sh"],
        &["bash"],
        &["dash"],
        &["zsh"],
        &["mksh"],
        &["fish"],
        &["csh"],
        &["tcsh"],
        &["busybox", "sh"],
    ];
    let mut tried = 0;
    for shell in shells {
        let found = bench.ran(
            bench
                .command("sh")
                .args(["-c", "command -v \"$0\"", shell[0]]),
        );
        if found.code != Some(0) {
            eprintln!("not tried, because it is not installed: {}", shell[0]);
            continue;
        }
        let mut login = bench.command(shell[0]);
        login.args(&shell[1..]).arg("-c").arg(&command);
        let ran = fed(&bench, &mut login, "touch created\nmamori_probe abc123\n");
        answers(&ran, "abc123");
        assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""), "{shell:?}");
        tried += 1;
    }
    assert!(tried > 0);
    assert!(!bench.home().join("created").exists());
}

#[test]
fn a_machine_with_only_the_old_macos_base64_or_only_openssl_decodes_it_too() {
    let bench = bench("");
    let ssh = OpenSsh::new(&bench, "");
    let public = ssh.key("mamori", "").with_extension("pub");
    let line = line(&ssh, &public);
    let quoted = line.strip_prefix("restrict,command=\"").unwrap();
    let command = quoted[..quoted.rfind("\" ssh-ed25519 ").unwrap()].replace("\\\"", "\"");
    let old = "#!/bin/sh\n[ \"$1\" = -D ] && exec /usr/bin/base64 -d\necho usage >&2\nexit 1\n";
    for (script, answer) in [(old, true), ("#!/bin/sh\nexit 1\n", false)] {
        bench.stand_in("base64", script);
        let mut login = ssh.command("sh", None);
        let ran = fed(
            &bench,
            login.arg("-c").arg(&command),
            "mamori_probe abc123\n",
        );
        let openssl = Path::new("/usr/bin/openssl").exists();
        if answer || openssl {
            answers(&ran, "abc123");
        } else {
            assert_eq!((ran.code, ran.stdout.as_str()), (Some(127), ""));
        }
    }
}

#[test]
fn the_key_is_the_one_named_or_the_first_that_ssh_has() {
    let bench = bench("");
    let ssh = OpenSsh::new(
        &bench,
        "Host *\nIdentityFile HOME/.ssh/a\nIdentityFile HOME/.ssh/b\n",
    );
    let without = ssh.mamori(&["setup", "node", "mugen", "--print"], None);
    assert_eq!((without.code, without.stdout.as_str()), (Some(2), ""));
    assert_eq!(
        without.stderr,
        "error: ssh has no public key for `mugen`; make one, and name it with `--key ~/.ssh/mamori.pub`\n\
         hint: ssh-keygen -t ed25519 -N '' -f ~/.ssh/mamori\n"
    );
    let second = fs::read_to_string(ssh.key("b", "").with_extension("pub")).unwrap();
    let ran = ssh.mamori(&["setup", "node", "mugen", "--print"], None);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    assert!(ran.stdout.ends_with(&second), "{}", ran.stdout);
    assert_eq!(
        ran.stderr,
        "append this line to ~/.ssh/authorized_keys on mugen: with this key only the probe can \
         run there, so take none that you log in with\n"
    );
    // With services to renew it for.
    bench.configure(format!("{QUIET}{NODE}{SERVICE}"));
    let ran = ssh.mamori(&["setup", "node", "mugen", "--print"], None);
    assert!(
        ran.stderr
            .ends_with("\nthe services to ask stand in it: renew it when they change\n"),
        "{}",
        ran.stderr
    );
}

#[test]
fn what_cannot_be_done_is_said_and_nothing_is_printed() {
    let bench = bench("[local]\nname = \"laptop\"\n");
    let ssh = OpenSsh::new(&bench, "Host *\nIdentityFile HOME/.ssh/a\n");
    let private = ssh.key("a", "").to_str().unwrap().to_owned();
    let table: [(&[&str], &str); 7] = [
        (
            &["mugen"],
            "error: `mamori setup node` only prints so far\nhint: mamori setup node mugen --print\n",
        ),
        (
            &["nobody", "--print"],
            "error: there is no node `nobody`; there is `laptop`, `mugen`\n",
        ),
        (
            &["local", "--print"],
            "error: `laptop` is the machine we run on, which is looked at without ssh\n",
        ),
        (
            &["laptop", "--print"],
            "error: `laptop` is the machine we run on, which is looked at without ssh\n",
        ),
        (
            &["mugen", "--print", "--key", &private],
            "error: `~/.ssh/a` is no public key: it holds a private key, which stays where it is\n",
        ),
        (
            &["mugen", "--print", "--key", "/nowhere.pub"],
            "error: `/nowhere.pub` is no public key: it cannot be read, or is no file\n",
        ),
        (
            &["mugen", "--print", "--key", "/dev/zero"],
            "error: `/dev/zero` is no public key: it cannot be read, or is no file\n",
        ),
    ];
    for (words, said) in table {
        let ran = ssh.mamori(&[&["setup", "node"], words].concat(), None);
        assert_eq!((ran.code, ran.stdout.as_str()), (Some(2), ""), "{words:?}");
        assert!(ran.stderr.starts_with(said), "{words:?}: {}", ran.stderr);
    }
    let ran = bench.ran(bench.command(MAMORI).arg("setup"));
    assert_eq!(ran.code, Some(2), "{}", ran.stderr);
}
