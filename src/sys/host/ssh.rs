//! Does an ssh server answer on this machine?

use std::io::{ErrorKind, Read as _};
use std::net::TcpStream;
use std::path::PathBuf;
use std::time::Duration;

use super::name::resolved;
use crate::model::reading::Reading;
use crate::sys::surroundings::Surroundings;

/// How long a server has to greet.
pub(super) const LIMIT: Duration = Duration::from_secs(2);

/// Where the server listens: what the configuration says, else the first
/// `Port` of the server's own configuration, else 22 (8022 on Termux).
#[must_use]
pub fn address(configured: Option<&str>, around: &Surroundings) -> String {
    if let Some(address) = configured {
        return address.to_owned();
    }
    let prefix = around.prefix.clone().unwrap_or_else(|| PathBuf::from("/"));
    let text = std::fs::read_to_string(prefix.join("etc/ssh/sshd_config")).unwrap_or_default();
    let default = if around.termux() { 8022 } else { 22 };
    format!("127.0.0.1:{}", port(&text).unwrap_or(default))
}

/// Whether `SSH-` comes from there: a running process proves nothing.
pub(super) fn banner(address: &str) -> Reading<bool> {
    let Some(target) = resolved(address, LIMIT).into_iter().next() else {
        return Reading::failed(format!("`{address}` has no address"));
    };
    let Ok(mut stream) = TcpStream::connect_timeout(&target, LIMIT) else {
        return Reading::Value(false);
    };
    Reading::Value(greeting(&mut stream, LIMIT) == Greeting::Ssh)
}

/// What a server says first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Greeting {
    /// `SSH-`.
    Ssh,
    /// Something else, or the end of the connection at once.
    Other,
    /// Nothing in time.
    None,
}

/// Listens for a greeting, at most for `limit`.
pub(super) fn greeting(stream: &mut TcpStream, limit: Duration) -> Greeting {
    let mut start = [0; 4];
    let limit = limit.max(Duration::from_millis(1));
    let read = stream
        .set_read_timeout(Some(limit))
        .and_then(|()| stream.read_exact(&mut start));
    match read {
        Ok(()) if start == *b"SSH-" => Greeting::Ssh,
        Ok(()) => Greeting::Other,
        // It hung up: somebody is there.
        Err(error) if error.kind() == ErrorKind::UnexpectedEof => Greeting::Other,
        Err(_) => Greeting::None,
    }
}

/// The first `Port` of an `sshd_config`: keywords in any case, `=` allowed
/// (`sshd_config(5)`); none inside a `Match`.
fn port(config: &str) -> Option<u16> {
    config
        .lines()
        .map(|line| {
            line.trim()
                .split(|c: char| c.is_whitespace() || c == '=')
                .filter(|word| !word.is_empty())
        })
        .filter_map(|mut words| Some((words.next()?.to_ascii_lowercase(), words.next()?)))
        .take_while(|(keyword, _)| keyword != "match")
        .find_map(|(keyword, value)| {
            if keyword == "port" {
                value.parse().ok()
            } else {
                None
            }
        })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write as _;
    use std::net::TcpListener;

    #[test]
    fn the_first_port_counts() {
        assert_eq!(port("#Port 1\n port = 2222\nPort 3\n"), Some(2222));
        assert_eq!(port("Match User x\nPort 3\n"), None);
        assert_eq!(port(""), None);
    }

    #[test]
    fn only_a_banner_counts() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let server = std::thread::spawn(move || {
            for greeting in [&b"SSH-2.0-x\r\n"[..], b"220 mail\r\n"] {
                listener.accept().unwrap().0.write_all(greeting).unwrap();
            }
        });
        assert_eq!(banner(&address), Reading::Value(true));
        assert_eq!(banner(&address), Reading::Value(false));
        server.join().unwrap();
        assert_eq!(banner(&address), Reading::Value(false));
    }
}
