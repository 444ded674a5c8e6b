use super::*;
use proptest::prelude::*;

fn told(stderr: &str) -> (Cause, String) {
    let mut progress = Progress::default();
    stderr.lines().for_each(|line| progress.hear(line));
    let trouble = progress.trouble();
    (trouble.cause, trouble.text)
}

#[test]
fn causes_are_told_apart() {
    let cases = [
        (
            "ssh: connect to host 127.0.0.1 port 2222: Connection refused",
            Cause::Refused,
            "refused (127.0.0.1 port 2222)",
        ),
        (
            "ssh: connect to host 10.9.9.9 port 22: Connection timed out",
            Cause::TimedOut,
            "no answer (10.9.9.9 port 22)",
        ),
        (
            "ssh: connect to host 10.9.9.9 port 22: Operation timed out",
            Cause::TimedOut,
            "no answer (10.9.9.9 port 22)",
        ),
        (
            "ssh: connect to host 10.9.9.9 port 22: No route to host",
            Cause::NoRoute,
            "no route (10.9.9.9 port 22)",
        ),
        (
            "ssh: connect to host 10.9.9.9 port 22: Network is unreachable",
            Cause::NoRoute,
            "no route (10.9.9.9 port 22)",
        ),
        (
            "ssh: Could not resolve hostname pixel.lan: Name or service not known",
            Cause::Name,
            "the name `pixel.lan` has no address",
        ),
        (
            "Connection timed out during banner exchange\nConnection to 127.0.0.1 port 4 timed out",
            Cause::TimedOut,
            "it accepts and does not greet",
        ),
        (
            "kex_exchange_identification: read: Connection reset by peer\nConnection reset by 127.0.0.1 port 4",
            Cause::Closed,
            "it hung up before greeting",
        ),
        (
            "kex_exchange_identification: Connection closed by remote host\nConnection closed by 127.0.0.1 port 4",
            Cause::Closed,
            "it hung up before greeting",
        ),
        (
            "debug1: Remote protocol version 2.0, remote software version OpenSSH_9.2p1\nann@10.0.0.5: Permission denied (publickey).",
            Cause::Auth,
            "it does not let us in",
        ),
        (
            "No ED25519 host key is known for 10.0.0.5 and you have requested strict checking.\nHost key verification failed.",
            Cause::HostKeyUnknown,
            "its host key is not known here yet",
        ),
        (
            "/home/a/.ssh/config: line 3: Bad configuration option: frob\n/home/a/.ssh/config: terminating, 1 bad configuration options",
            Cause::Unusable,
            "ssh does not take its configuration",
        ),
        (
            "channel 0: open failed: connect failed: Connection refused\nstdio forwarding failed\nkex_exchange_identification: Connection closed by remote host\nConnection closed by UNKNOWN port 65535",
            Cause::Refused,
            "refused, says the jump host",
        ),
        (
            "channel 0: open failed: administratively prohibited: open failed\nstdio forwarding failed",
            Cause::Unusable,
            "the jump host does not let us through",
        ),
        (
            "channel 0: open failed: connect failed: Name or service not known\nstdio forwarding failed",
            Cause::Name,
            "its name has no address, says the jump host",
        ),
        ("", Cause::Closed, "ssh ended without a word"),
    ];
    for (stderr, cause, text) in cases {
        assert_eq!(told(stderr), (cause, text.to_owned()), "{stderr}");
    }
}

#[test]
fn a_changed_key_counts_whatever_ssh_does_next() {
    let stderr = "@    WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED!     @\n\
        Authenticated to 127.0.0.1 ([127.0.0.1]:2222) using \"publickey\".";
    assert_eq!(told(stderr).0, Cause::HostKeyChanged);
}

#[test]
fn how_far_it_came_is_heard() {
    let mut progress = Progress::default();
    progress.hear("debug1: Connection established.");
    assert!(!progress.greeted);
    progress.hear("debug1: Remote protocol version 2.0, remote software version x");
    assert!(progress.greeted && !progress.let_in);
    // A jump host has let us in; the node has not yet.
    progress.hear("Authenticated to h ([127.0.0.1]:22) using \"publickey\".\r");
    progress.hear("debug1: Entering interactive session.");
    assert!(!progress.let_in);
    progress.hear("debug1: Sending command: sh -s\r");
    assert!(progress.let_in);
    assert_eq!(progress.trouble().cause, Cause::NoProbe);
    progress.hear("Connection to h closed by remote host.");
    assert_eq!(progress.trouble().cause, Cause::Lost);
}

#[test]
fn what_a_server_says_is_clean_and_short() {
    let text = told("\u{1b}[2Jbanner \u{202e}evil").1;
    assert!(
        !text.contains('\u{1b}') && !text.contains('\u{202e}'),
        "{text:?}"
    );
    assert!(told(&"x".repeat(100_000)).1.len() < 400);
}

proptest! {
    #[test]
    fn any_words_are_answered(lines in prop::collection::vec(any::<String>(), 0..50)) {
        let (_, text) = told(&lines.join("\n"));
        prop_assert!(text.len() < 1_000 && clean(&text) == text);
    }
}
