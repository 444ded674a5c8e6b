//! The command line of `ssh`: the user's configuration decides where and as
//! whom we connect; what could make a probe anything but a probe is turned off.

use std::ffi::OsString;

/// What every connection is given.
const ALWAYS: &[&str] = &[
    "-T",
    "-o",
    "BatchMode=yes",
    "-o",
    "ConnectTimeout=5",
    "-o",
    "ServerAliveInterval=15",
    "-o",
    "ServerAliveCountMax=2",
    "-o",
    "RemoteCommand=none",
    "-o",
    "RequestTTY=no",
    "-o",
    "ClearAllForwardings=yes",
    "-o",
    "ForwardAgent=no",
    "-o",
    "ForwardX11=no",
    "-o",
    "PermitLocalCommand=no",
    "-o",
    "ControlMaster=no",
];

/// Another way to a node whose alias does not answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Elsewhere<'a> {
    /// The host to connect to in place of the alias's.
    pub address: &'a str,
    /// The name under which the alias's host key is known: no other key is
    /// accepted there.
    pub key_name: &'a str,
}

/// The arguments that open a shell on `alias`.
///
/// `-v` makes ssh tell how far it came, whatever `LogLevel` the user has:
/// causes are told apart by it. A master that the user opened is used only
/// when `share_master` says so, and never made.
#[must_use]
pub fn arguments(
    alias: &str,
    elsewhere: Option<Elsewhere<'_>>,
    share_master: bool,
) -> Vec<OsString> {
    let mut words = vec!["-v".to_owned()];
    if let Some(Elsewhere { address, key_name }) = elsewhere {
        for option in [
            // `%` begins one of ssh's own words there, and the zone of an address here.
            format!("HostName={}", address.replace('%', "%%")),
            format!("HostKeyAlias={key_name}"),
            // `accept-new` would take any key for the alias's.
            "StrictHostKeyChecking=yes".to_owned(),
        ] {
            words.extend(["-o".to_owned(), option]);
        }
    }
    words.extend(ALWAYS.iter().map(ToString::to_string));
    if !share_master {
        words.extend(["-o", "ControlPath=none"].map(str::to_owned));
    }
    words.extend(["-o", "EscapeChar=none", "--", alias, "sh", "-s"].map(str::to_owned));
    words.into_iter().map(OsString::from).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(elsewhere: Option<Elsewhere<'_>>, share_master: bool) -> String {
        let words = arguments("mugen", elsewhere, share_master);
        let words: Vec<&str> = words.iter().filter_map(|word| word.to_str()).collect();
        words.join(" ")
    }

    #[test]
    fn a_probe_is_nothing_but_a_probe() {
        insta::assert_snapshot!(line(None, false), @"-v -T -o BatchMode=yes -o ConnectTimeout=5 -o ServerAliveInterval=15 -o ServerAliveCountMax=2 -o RemoteCommand=none -o RequestTTY=no -o ClearAllForwardings=yes -o ForwardAgent=no -o ForwardX11=no -o PermitLocalCommand=no -o ControlMaster=no -o ControlPath=none -o EscapeChar=none -- mugen sh -s");
    }

    #[test]
    fn a_master_is_used_when_asked_and_never_made() {
        let line = line(None, true);
        assert!(line.contains("ControlMaster=no") && !line.contains("ControlPath"));
    }

    #[test]
    fn elsewhere_only_the_known_key_will_do() {
        let elsewhere = Elsewhere {
            address: "mugen.lan",
            key_name: "[10.0.0.5]:2222",
        };
        assert!(line(Some(elsewhere), false).starts_with(
            "-v -o HostName=mugen.lan -o HostKeyAlias=[10.0.0.5]:2222 -o StrictHostKeyChecking=yes -T "
        ));
    }
}
