//! The arguments of `mamori export`, and its exit codes.

use std::path::PathBuf;

use clap::Subcommand;

use crate::failure::{Exit, Failure};
use crate::sys::surroundings::Surroundings;

/// Hand what the state file knows to other programs; asks nobody
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// Metrics for Prometheus: printed once, served, or kept in a file
    Openmetrics {
        /// Serve them over HTTP at this port of this machine (of 127.0.0.1), or
        /// at an IP address with a port; the path is /metrics
        #[arg(long, value_name = "ADDR", num_args = 0..=1, default_missing_value = "9837")]
        listen: Option<String>,
        /// Put them into this file, which everybody may read (mode 0644), for
        /// the textfile collector of Prometheus' node exporter
        #[arg(long, value_name = "PATH", conflicts_with = "listen")]
        textfile: Option<PathBuf>,
    },
}

/// Carries the command out.
///
/// # Errors
/// Exit 2 for a bad address, 3 without a state file that can be read, for a
/// port that is taken and a file that cannot be written.
pub fn run(args: Args, around: &Surroundings) -> Result<Exit, Failure> {
    let Verb::Openmetrics { listen, textfile } = args.verb;
    metrics::run(listen.as_deref(), textfile.as_deref(), around)
}

#[cfg(not(feature = "metrics"))]
mod metrics {
    use std::path::Path;

    use super::{Exit, Failure, Surroundings};

    pub(super) fn run(
        _: Option<&str>,
        _: Option<&Path>,
        _: &Surroundings,
    ) -> Result<Exit, Failure> {
        Err(Failure::unable(
            "this mamori was built without metrics (cargo feature `metrics`)",
        ))
    }
}

#[cfg(feature = "metrics")]
mod metrics {
    use std::io::ErrorKind;
    use std::net::SocketAddr;
    use std::path::Path;
    use std::sync::{Mutex, PoisonError};

    use super::super::facts::gather;
    use super::super::page::page;
    use super::super::place::{self, Format};
    use super::{Exit, Failure, Surroundings};
    use crate::model::home::Home;
    use crate::sys::served::{self, Answer, Asked};
    use crate::sys::signals::{Signals, Stop};
    use crate::sys::{files, output};

    /// What is answered where no metrics are.
    const PLAIN: &str = "text/plain; charset=utf-8";

    pub(super) fn run(
        listen: Option<&str>,
        textfile: Option<&Path>,
        around: &Surroundings,
    ) -> Result<Exit, Failure> {
        let home = Home::of(&around.mamori_home);
        match (listen, textfile) {
            (Some(address), _) => serve(address, home),
            (_, Some(path)) => keep(path, &home),
            (None, None) => {
                output::print(&once(&home, Format::OpenMetrics)?)?;
                Ok(Exit::Fine)
            }
        }
    }

    /// All of it, and what to tell the person.
    fn text(home: &Home, format: Format) -> Result<(String, Option<String>), Failure> {
        let (facts, notice) = gather(home)?;
        let text = page(&facts, format).map_err(|error| Failure::unable(error.to_string()))?;
        Ok((text, notice))
    }

    /// The same once, a notice on stderr.
    fn once(home: &Home, format: Format) -> Result<String, Failure> {
        let (text, notice) = text(home, format)?;
        if let Some(notice) = notice {
            output::complain(&format!("warning: {notice}\n"));
        }
        Ok(text)
    }

    /// What was last complained of: the same with each scrape would fill a log.
    #[derive(Default)]
    struct Trouble(Mutex<Option<String>>);

    impl Trouble {
        fn say(&self, what: Option<String>) {
            let mut last = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            if let Some(new) = what.as_ref().filter(|new| last.as_ref() != Some(*new)) {
                output::complain(&format!("warning: {new}\n"));
            }
            *last = what;
        }
    }

    fn keep(path: &Path, home: &Home) -> Result<Exit, Failure> {
        let shown = crate::model::text::clean(&path.display().to_string());
        if files::is_folder(path) {
            let name = path.join("mamori.prom");
            let name = crate::model::text::quoted(&name.display().to_string());
            return Err(
                Failure::usage(format!("`{shown}` is a folder; --textfile names a file"))
                    .hint(format!("mamori export openmetrics --textfile {name}")),
            );
        }
        if files::exists(path) && !files::is_file(path) {
            return Err(Failure::unable(format!(
                "`{shown}` is no regular file, and is left alone"
            )));
        }
        let text = once(home, Format::Prometheus)?;
        // A link stays one: what it leads to is replaced.
        let path = if files::exists(path) {
            files::resolved(path)
        } else {
            files::absolute(path)
        };
        files::publish(&path, text.as_bytes())
            .map_err(|error| Failure::unable(error.to_string()))?;
        Ok(Exit::Fine)
    }

    fn serve(address: &str, home: Home) -> Result<Exit, Failure> {
        let wanted = place::listen(address)
            .map_err(|what| Failure::usage(what).hint("mamori export openmetrics --listen 9837"))?;
        let signals = Signals::listen()?;
        let listener = served::listen(wanted).map_err(|error| taken(wanted, &error))?;
        let at = listener.local_addr().unwrap_or(wanted);
        if place::beyond(at) {
            output::complain(&format!(
                "warning: others can reach {at}: whoever asks reads names of nodes, mounts, \
                 services and alerts\n"
            ));
        }
        // Whoever starts at boot may be there before the first probe.
        let trouble = Trouble::default();
        trouble.say(gather(&home).err().map(|failure| failure.what));
        output::print(&format!("serving http://{at}/metrics\n"))?;
        let stop = served::serve(&listener, &signals, move |asked| {
            answer(asked, at, &home, &trouble)
        });
        Ok(match stop {
            Stop::Interrupted => Exit::Interrupted,
            Stop::Terminated => Exit::Fine,
        })
    }

    fn taken(address: SocketAddr, error: &std::io::Error) -> Failure {
        let why = match error.kind() {
            ErrorKind::AddrInUse => "another program listens there".to_owned(),
            ErrorKind::AddrNotAvailable => "this machine has no such address".to_owned(),
            ErrorKind::PermissionDenied => "that port is for root alone".to_owned(),
            _ => error.to_string(),
        };
        let next = address.port().checked_add(1).unwrap_or(9_837);
        let next = SocketAddr::new(address.ip(), next.max(1_024));
        let hint = format!("mamori export openmetrics --listen {next}");
        Failure::unable(format!("could not listen on {address}: {why}")).hint(hint)
    }

    fn answer(asked: &Asked, at: SocketAddr, home: &Home, trouble: &Trouble) -> Answer {
        let plain = |status: u16, text: &str| Answer {
            status,
            content_type: PLAIN,
            body: format!("{text}\n"),
            allow: None,
        };
        if !place::for_us(asked.host.as_deref(), at) {
            return plain(403, "asked under a name that is not this machine's");
        }
        if asked.path != "/metrics" {
            return plain(404, "metrics are at /metrics");
        }
        if !matches!(asked.method.as_str(), "GET" | "HEAD") {
            return Answer {
                allow: Some("GET, HEAD"),
                ..plain(405, "metrics are only read")
            };
        }
        let format = Format::wanted(&asked.accept);
        match text(home, format) {
            Ok((body, notice)) => {
                trouble.say(notice);
                Answer {
                    status: 200,
                    content_type: format.content_type(),
                    body,
                    allow: None,
                }
            }
            Err(failure) => {
                trouble.say(Some(failure.what));
                plain(503, "the state file cannot be read")
            }
        }
    }
}
