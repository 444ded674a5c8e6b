//! Does anything beyond this machine answer?

use std::io;
#[cfg(target_os = "linux")]
use std::net::SocketAddrV6;
#[cfg(any(target_os = "linux", test))]
use std::net::{IpAddr, Ipv6Addr};
use std::net::{SocketAddr, TcpStream};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use super::name::resolved;
use crate::model::reading::Reading;
use crate::sys::clock;

/// Ports on which a gateway may accept or refuse: DNS, web, ssh.
const GATEWAY_PORTS: [u16; 4] = [53, 80, 443, 22];

/// Whether one of `addresses` (`HOST:PORT`), or without any the default
/// gateway, answered within `limit`. A refusal is an answer: it was sent by
/// the other side. Nobody else is asked.
pub(super) fn answers(addresses: &[String], limit: Duration) -> Reading<bool> {
    let (sender, answers) = mpsc::channel();
    let mut asked = 0;
    let mut ask = |question: Box<dyn FnOnce() -> bool + Send>| {
        let sender = sender.clone();
        // A name service that hangs keeps its thread; the answer is then too late.
        let work = move || sender.send(question());
        asked += usize::from(thread::Builder::new().spawn(work).is_ok());
    };
    if addresses.is_empty() {
        let gateway = match gateway() {
            Reading::Value(Some(gateway)) => gateway,
            // Losing the link takes the default route along.
            Reading::Value(None) => return Reading::Value(false),
            Reading::Unavailable(why) => return Reading::Unavailable(why),
            Reading::Failed(error) => return Reading::Failed(error),
        };
        for port in GATEWAY_PORTS {
            let mut gateway = gateway;
            gateway.set_port(port);
            ask(Box::new(move || connects(gateway, limit)));
        }
        ask(Box::new(move || echoes(gateway, limit)));
    }
    for address in addresses {
        let address = address.clone();
        ask(Box::new(move || {
            resolved(&address, limit)
                .into_iter()
                .any(|one| connects(one, limit))
        }));
    }
    if asked == 0 {
        return Reading::failed("the system has no more threads");
    }
    let deadline = clock::elapsed() + limit;
    for _ in 0..asked {
        match answers.recv_timeout(deadline.saturating_sub(clock::elapsed())) {
            Ok(true) => return Reading::Value(true),
            Ok(false) => {}
            Err(_) => break,
        }
    }
    Reading::Value(false)
}

fn connects(address: SocketAddr, limit: Duration) -> bool {
    match TcpStream::connect_timeout(&address, limit) {
        Ok(_) => true,
        Err(error) => error.kind() == io::ErrorKind::ConnectionRefused,
    }
}

/// One ICMP echo over an unprivileged socket, where the system allows it (icmp(7)).
#[cfg(any(target_os = "linux", target_os = "android", target_os = "macos"))]
fn echoes(gateway: SocketAddr, limit: Duration) -> bool {
    use rustix::event::{PollFd, PollFlags, poll};
    use rustix::net::{
        AddressFamily, RecvFlags, SendFlags, SocketType, ipproto, recv, sendto, socket,
    };

    /// Echo request, code 0, checksum of an otherwise empty message, id 0, sequence 0.
    const ECHO_REQUEST: [u8; 8] = [8, 0, 0xf7, 0xff, 0, 0, 0, 0];
    let SocketAddr::V4(gateway) = gateway else {
        return false;
    };
    let ask = || -> rustix::io::Result<bool> {
        let socket = socket(AddressFamily::INET, SocketType::DGRAM, Some(ipproto::ICMP))?;
        sendto(&socket, &ECHO_REQUEST, SendFlags::empty(), &gateway)?;
        let mut fds = [PollFd::new(&socket, PollFlags::IN)];
        let answered = poll(&mut fds, Some(&crate::sys::process::timespec(limit)))? > 0;
        let mut answer = [0_u8; 64];
        Ok(answered && recv(&socket, &mut answer, RecvFlags::DONTWAIT)?.0 > 0)
    };
    ask().unwrap_or(false)
}

/// The default gateway, port 0; none when there is no default route.
#[cfg(target_os = "linux")]
pub(super) fn gateway() -> Reading<Option<SocketAddr>> {
    let read = |path: &str| std::fs::read_to_string(path).unwrap_or_default();
    let four = default_route(&read("/proc/net/route")).map(|gateway| SocketAddr::new(gateway, 0));
    Reading::Value(four.or_else(|| {
        let (gateway, interface) = default_route_6(&read("/proc/net/ipv6_route"))?;
        let index = read(&format!("/sys/class/net/{interface}/ifindex"))
            .trim()
            .parse()
            .ok()?;
        Some(SocketAddr::V6(SocketAddrV6::new(gateway, 0, 0, index)))
    }))
}

/// Android hides its routes (`/proc/net` since version 10).
#[cfg(target_os = "android")]
pub(super) fn gateway() -> Reading<Option<SocketAddr>> {
    Reading::unavailable("Android hides its routes; name an address in [network] check")
}

#[cfg(target_os = "macos")]
pub(super) fn gateway() -> Reading<Option<SocketAddr>> {
    let arguments = ["-n", "get", "default"].map(std::ffi::OsString::from);
    let route = std::path::Path::new("/sbin/route");
    let limit = Duration::from_secs(2);
    Reading::Value(
        crate::sys::process::run(route, &arguments, &[], limit)
            .ok()
            .and_then(|ended| {
                let text = String::from_utf8_lossy(&ended.stdout).into_owned();
                let gateway = text
                    .lines()
                    .find_map(|line| line.trim().strip_prefix("gateway:"))?;
                Some(SocketAddr::new(gateway.trim().parse().ok()?, 0))
            }),
    )
}

/// The IPv6 gateway of the default route and its interface: destination 0
/// with prefix 0 and the flag `G` (2), hexadecimal in network order.
#[cfg(any(target_os = "linux", test))]
fn default_route_6(table: &str) -> Option<(Ipv6Addr, String)> {
    table.lines().find_map(|line| {
        let fields: Vec<&str> = line.split_whitespace().collect();
        let number = |at: usize| u128::from_str_radix(fields.get(at)?, 16).ok();
        let (destination, prefix, gateway, flags) =
            (number(0)?, number(1)?, number(4)?, number(8)?);
        let default = destination == 0 && prefix == 0 && flags & 2 != 0;
        let interface = fields.get(9).filter(|_| default)?;
        Some((Ipv6Addr::from(gateway), (*interface).to_owned()))
    })
}

/// The gateway of the default route: destination 0 with the flag `G` (2),
/// addresses as hexadecimal numbers in the machine's byte order (proc(5)).
#[cfg(any(target_os = "linux", test))]
fn default_route(table: &str) -> Option<IpAddr> {
    table.lines().skip(1).find_map(|line| {
        let fields: Vec<&str> = line.split_whitespace().collect();
        let number = |at: usize| u32::from_str_radix(fields.get(at)?, 16).ok();
        let (destination, gateway, flags) = (number(1)?, number(2)?, number(3)?);
        (destination == 0 && flags & 2 != 0).then(|| IpAddr::from(gateway.to_ne_bytes()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::TcpListener;

    #[test]
    fn the_default_route_is_found() {
        let table = "Iface\tDestination\tGateway \tFlags\neth0\t000200C0\t00000000\t0001\t0\neth0\t00000000\t010200C0\t0003\t0\n";
        let expected = IpAddr::from(0x0102_00C0_u32.to_ne_bytes());
        assert_eq!(default_route(table), Some(expected));
        assert_eq!(default_route("Iface\n"), None);
        let zero = "0".repeat(32);
        let gateway = "fe800000000000000000000000000001";
        let table = format!("{zero} 00 {zero} 00 {gateway} 00000400 1 0 00000003 wlan0\n");
        let found = ("fe80::1".parse().unwrap(), "wlan0".to_owned());
        assert_eq!(default_route_6(&table), Some(found));
        assert_eq!(
            default_route_6(&format!(
                "{zero} 00 {zero} 00 {zero} ffffffff 1 0 00200200 lo\n"
            )),
            None
        );
    }

    #[test]
    fn an_open_port_and_a_refusal_are_answers() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let open = listener.local_addr().unwrap().to_string();
        assert_eq!(
            answers(std::slice::from_ref(&open), Duration::from_secs(3)),
            Reading::Value(true)
        );
        drop(listener);
        assert_eq!(
            answers(&[open], Duration::from_secs(3)),
            Reading::Value(true)
        );
    }

    #[test]
    fn a_name_that_does_not_exist_is_no_answer() {
        let nobody = "nobody.invalid:1".to_owned();
        assert_eq!(
            answers(&[nobody], Duration::from_secs(3)),
            Reading::Value(false)
        );
    }
}
