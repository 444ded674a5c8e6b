//! Where metrics are served, in which format, and to whom. Pure.

use core::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use crate::model::text::clean;

/// How metrics are written down.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Format {
    /// OpenMetrics 1.0.
    OpenMetrics,
    /// Prometheus' own text format, 0.0.4.
    Prometheus,
}

impl Format {
    /// Its name in HTTP.
    pub(super) fn content_type(self) -> &'static str {
        match self {
            Self::OpenMetrics => "application/openmetrics-text; version=1.0.0; charset=utf-8",
            Self::Prometheus => "text/plain; version=0.0.4; charset=utf-8",
        }
    }

    /// The format that whoever sends this `Accept` likes best; OpenMetrics
    /// only for those who name it.
    pub(super) fn wanted(accept: &str) -> Self {
        let (mut open, mut plain) = (0.0_f64, 0.0_f64);
        for range in accept.split(',') {
            let mut parts = range.split(';').map(str::trim);
            let media = parts.next().unwrap_or_default().to_ascii_lowercase();
            let weight = parts
                .filter_map(|part| part.split_once('='))
                .find(|(name, _)| name.trim().eq_ignore_ascii_case("q"));
            let weight = weight.map_or(1.0, |(_, value)| value.trim().parse().unwrap_or(0.0));
            match media.as_str() {
                "application/openmetrics-text" => open = open.max(weight),
                "text/plain" | "text/*" | "*/*" => plain = plain.max(weight),
                _ => {}
            }
        }
        if open > 0.0 && open >= plain {
            Self::OpenMetrics
        } else {
            Self::Prometheus
        }
    }
}

/// The address of `--listen`: one of this machine with its port, or a port
/// alone, which is asked from here only.
///
/// # Errors
/// What is allowed, in words.
pub(super) fn listen(text: &str) -> Result<SocketAddr, String> {
    let text = text.trim();
    if let Ok(address) = text.parse::<SocketAddr>() {
        return Ok(address);
    }
    let port = text
        .strip_prefix("localhost:")
        .or_else(|| text.strip_prefix(':'))
        .unwrap_or(text);
    let plain = port.bytes().all(|byte| byte.is_ascii_digit());
    match port.parse::<u16>() {
        Ok(port) if plain => Ok(SocketAddr::new(Ipv4Addr::LOCALHOST.into(), port)),
        _ => Err(format!(
            "`{}` is no address: it must be a port (`9837`, this machine alone), or an IP address \
             with a port (`192.168.1.2:9837`, `[::1]:9837`)",
            clean(text)
        )),
    }
}

/// Whether somebody on another machine can reach it.
pub(super) fn beyond(address: SocketAddr) -> bool {
    !home(address.ip())
}

fn home(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(ip) => ip.is_loopback(),
        IpAddr::V6(ip) => {
            ip.is_loopback() || ip.to_ipv4_mapped().is_some_and(|ip| ip.is_loopback())
        }
    }
}

/// Whether a request for `host` is for us. A page in a browser here can make
/// a name of its own mean this machine (DNS rebinding) and would be asked for
/// under that name; where others may ask anyway, every name will do.
pub(super) fn for_us(host: Option<&str>, address: SocketAddr) -> bool {
    if beyond(address) {
        return true;
    }
    let Some(host) = host else {
        // No browser leaves it away.
        return true;
    };
    let host = host.trim().to_ascii_lowercase();
    let name = match host.strip_prefix('[') {
        Some(rest) => match rest.split_once(']') {
            Some((name, "")) => name,
            Some((name, end)) if end.starts_with(':') => name,
            _ => return false,
        },
        None => host
            .rsplit_once(':')
            .map_or(host.as_str(), |(name, _)| name),
    };
    let name = name.strip_suffix('.').unwrap_or(name);
    let v4 = name.parse::<Ipv4Addr>().is_ok_and(|ip| ip.is_loopback());
    let v6 = name.parse::<Ipv6Addr>().is_ok_and(|ip| home(ip.into()));
    name == "localhost" || v4 || v6
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_port_alone_is_asked_from_here_only() {
        let at = |text: &str| listen(text).unwrap().to_string();
        assert_eq!(
            ["9837", ":9837", "localhost:1", "0.0.0.0:80", "[::1]:0"].map(at),
            [
                "127.0.0.1:9837",
                "127.0.0.1:9837",
                "127.0.0.1:1",
                "0.0.0.0:80",
                "[::1]:0"
            ]
        );
        for bad in [
            "",
            "+1",
            "65536",
            "example.org:1",
            "::1",
            "1.2.3.4",
            "-1",
            "1 2",
        ] {
            assert!(listen(bad).is_err(), "{bad:?}");
        }
        let beyond = |text: &str| beyond(listen(text).unwrap());
        assert!(beyond("0.0.0.0:1") && beyond("[::]:1") && beyond("10.0.0.1:1"));
        assert!(!beyond("1") && !beyond("127.0.0.2:1") && !beyond("[::ffff:127.0.0.1]:1"));
    }

    #[test]
    fn openmetrics_goes_to_those_who_name_it() {
        let prometheus = "application/openmetrics-text;version=1.0.0,\
            application/openmetrics-text;version=0.0.1;q=0.75,\
            text/plain;version=0.0.4;q=0.5,*/*;q=0.1";
        for open in [
            prometheus,
            "Application/OpenMetrics-Text",
            "application/openmetrics-text, */*",
        ] {
            assert_eq!(Format::wanted(open), Format::OpenMetrics, "{open}");
        }
        for plain in [
            "",
            "*/*",
            "text/html",
            "application/openmetrics-text;q=0",
            "application/openmetrics-text;q=0.1, text/plain",
            "application/openmetrics-text;q=much",
        ] {
            assert_eq!(Format::wanted(plain), Format::Prometheus, "{plain}");
        }
    }

    #[test]
    fn a_name_of_somebody_elses_is_not_ours() {
        let here = listen("9837").unwrap();
        for ours in [
            "localhost",
            "LocalHost:9837",
            "127.0.0.1:1",
            "[::1]:9837",
            "127.8.8.8",
            "localhost.",
        ] {
            assert!(for_us(Some(ours), here), "{ours}");
        }
        for other in [
            "evil.example",
            "evil.example:9837",
            "localhost.evil.example",
            "127.0.0.1.evil.example",
            "[::2]",
            "[::1]evil.example",
            "",
            "0.0.0.0:9837",
        ] {
            assert!(!for_us(Some(other), here), "{other}");
        }
        assert!(for_us(None, here));
        assert!(for_us(
            Some("box.lan:9837"),
            listen("0.0.0.0:9837").unwrap()
        ));
    }
}
