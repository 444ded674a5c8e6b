//! The probe's text: what is written to a node's `sh` once, and what answers
//! there as a forced command.
//!
//! Data stands in it as quoted words alone; nothing of the configuration is
//! ever part of a line that the shell reads as one.

use std::fmt::Write as _;

use crate::config::{Check, Config, Endpoint, Expect, Host, Node};
use crate::model::mount::{NETWORK, PSEUDO};

/// The functions, as they are written for people.
const SCRIPT: &str = include_str!("probe.sh");

/// What reads questions, and does nothing else: no line of its input is
/// ever executed, and a question is a known word and a token of hexadecimal
/// digits.
const SERVER: &str = r#"while IFS= read -r mamori_line; do
case $mamori_line in
'mamori_alive '*) mamori_token=${mamori_line#mamori_alive } ;;
'mamori_probe '*) mamori_token=${mamori_line#mamori_probe } ;;
*) continue ;;
esac
case $mamori_token in
'' | *[!0-9a-f]*) continue ;;
esac
[ "${#mamori_token}" -le 64 ] || continue
case $mamori_line in
mamori_alive*) mamori_alive "$mamori_token" ;;
*) mamori_probe "$mamori_token" ;;
esac
done
exit 0
"#;

/// What to look at besides the cheap readings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wishes {
    /// How long one program there may hang, in seconds: less than the whole
    /// answer may take, so that one that hangs does not cost all the others.
    pub limit_s: u64,
    /// Termux's battery, whose program may hang; elsewhere it is cheap and always told.
    pub battery: bool,
    /// The services to ask on the node, by name; words as the configuration
    /// has them, with their variables.
    pub services: Vec<(String, Check)>,
}

/// How long a program may hang, where the whole answer has time enough.
const LIMIT_S: u64 = 5;

impl Default for Wishes {
    fn default() -> Self {
        Self {
            limit_s: LIMIT_S,
            battery: false,
            services: Vec::new(),
        }
    }
}

impl Wishes {
    /// What is asked of `node`; `termux`: it runs there, as far as is known.
    #[must_use]
    pub fn of(config: &Config, node: &Node, termux: bool) -> Self {
        let here = Host::Node(node.name.clone());
        let services = config.services.iter();
        let services = services.filter(|service| service.host == here);
        let whole = config.watch.probe_timeout.as_secs();
        Self {
            limit_s: whole.saturating_sub(1).clamp(1, LIMIT_S),
            battery: node.expected(termux).contains(&Expect::Battery),
            services: services
                .map(|service| (service.name.clone(), service.check.clone()))
                .collect(),
        }
    }

    /// Sixteen digits that other services do not have: a key's line may be
    /// older than the configuration. FNV-1a of 64 bits (Fowler, Noll and Vo).
    #[must_use]
    pub fn fingerprint(&self) -> String {
        let mut text = String::new();
        for (name, check) in &self.services {
            let _ = writeln!(text, "{name} {}", check_words(check));
        }
        let hash = text.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        });
        format!("{hash:016x}")
    }
}

/// What is written to `sh -s` first: definitions that say nothing. It ends
/// with a newline.
///
/// After it each line `mamori_alive TOKEN` and `mamori_probe TOKEN` is answered.
#[must_use]
pub fn definitions(wishes: &Wishes) -> String {
    let mut text = String::with_capacity(SCRIPT.len());
    let asked = if wishes.battery { "yes" } else { "" };
    let services = if wishes.services.is_empty() {
        ""
    } else {
        "yes"
    };
    // Writing to a string cannot fail.
    let _ = write!(
        text,
        "mamori_pseudo='{}'\nmamori_network='{}'\nmamori_ask_battery={asked}\nmamori_asks_services={services}\nmamori_seconds={}\n",
        PSEUDO.join(" "),
        NETWORK.join(" "),
        wishes.limit_s,
    );
    let _ = writeln!(
        text,
        "mamori_services() {{\nmamori_say wishes={}",
        wishes.fingerprint()
    );
    for (number, (_, check)) in wishes.services.iter().enumerate() {
        let _ = writeln!(text, "mamori_service {number} {} &", check_words(check));
    }
    text.push_str("}\n");
    for line in SCRIPT.lines().map(str::trim_start) {
        if !line.is_empty() && !line.starts_with('#') {
            text.push_str(line);
            text.push('\n');
        }
    }
    text
}

/// A whole script for `sh -c`: it reads questions from its standard input,
/// answers them as the definitions do, and ignores every other line, so that
/// a key may be bound to it.
#[must_use]
pub fn served(wishes: &Wishes) -> String {
    definitions(wishes) + SERVER
}

/// The kind and the words of a service's check, for the shell.
pub(super) fn check_words(check: &Check) -> String {
    let address =
        |kind, address: &Endpoint| format!("{kind} {} {}", quote(&address.host), address.port);
    match check {
        Check::SshBanner(endpoint) => address("ssh", endpoint),
        Check::Tcp(endpoint) => address("tcp", endpoint),
        Check::Command(argv) => argv.iter().fold("command".to_owned(), |all, word| {
            all + " " + &expanded(word)
        }),
        Check::Process(name) => {
            format!("process {} {}", quote(name), quote(&literal_pattern(name)))
        }
    }
}

/// `text` as one word of a POSIX shell, whatever it holds. A NUL, which no
/// shell can pass on, is left out.
#[must_use]
pub fn quote(text: &str) -> String {
    format!("'{}'", text.replace('\0', "").replace('\'', r"'\''"))
}

/// `text` as one word in which `~` at the start, `$HOME`, `$PREFIX` and
/// `$TMPDIR` stand for the node's own folders and `$$` for a dollar sign, as
/// `config::expand` has it; everything else is what it is.
#[must_use]
pub fn expanded(text: &str) -> String {
    let mut word = String::new();
    let mut plain = String::new();
    let mut rest = text;
    if let Some(after) = text.strip_prefix('~')
        && (after.is_empty() || after.starts_with('/'))
    {
        word.push_str("\"$HOME\"");
        rest = after;
    }
    while let Some((before, after)) = rest.split_once('$') {
        plain.push_str(before);
        let end = after
            .find(|c: char| !c.is_ascii_alphanumeric() && c != '_')
            .unwrap_or(after.len());
        let (name, behind) = after.split_at(end);
        if matches!(name, "HOME" | "PREFIX" | "TMPDIR") {
            word.push_str(&quote(&std::mem::take(&mut plain)));
            let _ = write!(word, "\"${name}\"");
            rest = behind;
        } else {
            plain.push('$');
            rest = after.strip_prefix('$').unwrap_or(after);
        }
    }
    plain.push_str(rest);
    word + &quote(&plain)
}

/// `name` as a regular expression that matches nothing else (`pgrep -x`).
fn literal_pattern(name: &str) -> String {
    name.chars().fold(String::new(), |mut pattern, c| {
        if r".^$*+?()[]{}|\".contains(c) {
            pattern.push('\\');
        }
        pattern.push(c);
        pattern
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_text_that_is_sent_is_short_and_bare() {
        let text = definitions(&Wishes::default());
        assert!(text.len() < 10_000, "{}", text.len());
        assert!(text.ends_with("null\n"));
        assert!(text.lines().all(|line| !line.starts_with('#')));
        assert!(served(&Wishes::default()).starts_with(&text));
    }

    #[test]
    fn only_the_known_variables_are_left_to_the_shell() {
        assert_eq!(expanded("~/x y"), r#""$HOME"'/x y'"#);
        assert_eq!(expanded("a$PREFIX/$FOO"), r#"'a'"$PREFIX"'/$FOO'"#);
        assert_eq!(expanded("$$HOME $(x) `y` ~"), "'$HOME $(x) `y` ~'");
        assert_eq!(expanded("$HOMER ${HOME}"), "'$HOMER ${HOME}'");
        assert_eq!(expanded("it's"), r"'it'\''s'");
        assert_eq!(expanded(""), "''");
    }

    #[test]
    fn a_service_is_quoted_words() {
        let argv = ["sv".to_owned(), "a'; touch x".to_owned()];
        assert_eq!(
            check_words(&Check::Command(argv.to_vec())),
            r"command 'sv' 'a'\''; touch x'"
        );
        assert_eq!(
            check_words(&Check::Process("a.b".to_owned())),
            r"process 'a.b' 'a\.b'"
        );
        let endpoint = Endpoint {
            host: "::1".to_owned(),
            port: 22,
        };
        assert_eq!(check_words(&Check::SshBanner(endpoint)), "ssh '::1' 22");
    }
}
