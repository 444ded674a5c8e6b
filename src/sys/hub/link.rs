//! One connection to the hub: everything that is asked ends in time.

use std::time::Duration;

use redis::{
    Client, Cmd, Connection, ConnectionInfo, ErrorKind, FromRedisValue, IntoConnectionInfo as _,
    Pipeline, RedisError, ServerErrorKind, TlsCertificates,
};

use super::Seen;
use super::address::Address;
use crate::model::hub::Ahead;
use crate::model::text::{clean, cut};
use crate::sys::clock;

/// How long an answer may take. A hub that answers more slowly is as good as
/// gone: a lease would be over before it is had.
const PATIENCE: Duration = Duration::from_secs(3);
/// Columns of what a server says.
const LONG: usize = 200;

/// Why an answer was none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Trouble {
    /// The hub does not answer, or takes nothing now.
    Gone(String),
    /// We may not do that there.
    Denied(String),
}

impl Trouble {
    fn of(error: &RedisError) -> Self {
        // What a server says is from outside.
        let said = cut(&clean(&error.to_string()), LONG, "…");
        match error.kind() {
            ErrorKind::Server(ServerErrorKind::NoPerm) => Self::Denied(said),
            _ if error.code() == Some("NOPERM") => Self::Denied(said),
            _ if error.is_timeout() => Self::Gone("it does not answer".to_owned()),
            _ => Self::Gone(said),
        }
    }

    /// The words.
    #[must_use]
    pub(super) fn words(&self) -> &str {
        match self {
            Self::Gone(why) | Self::Denied(why) => why,
        }
    }
}

/// A connection that is let in.
pub(super) struct Link {
    connection: Connection,
}

impl Link {
    /// Connects and is let in, or fails, within seconds.
    ///
    /// # Errors
    /// [`Trouble`].
    pub(super) fn open(address: &Address) -> Result<Self, Trouble> {
        let trouble = |error: RedisError| Trouble::of(&error);
        let mut info: ConnectionInfo = address.url().into_connection_info().map_err(trouble)?;
        if let Some(password) = address.password().map_err(Trouble::Gone)? {
            let settings = info.redis_settings().clone().set_password(password);
            info = info.set_redis_settings(settings);
        }
        let settings = info.redis_settings();
        if settings.username().is_some() && settings.password().is_none() {
            // Who is let in without one is another user, with all rights.
            let why = "a user is named and no password: set `password_file`";
            return Err(Trouble::Gone(why.to_owned()));
        }
        let client = match address.ca().map_err(Trouble::Gone)? {
            Some(ca) => Client::build_with_tls(
                info,
                TlsCertificates {
                    client_tls: None,
                    root_cert: Some(ca),
                },
            ),
            None => Client::open(info),
        };
        let client = client.map_err(trouble)?;
        let connection = client
            .get_connection_with_timeout(PATIENCE)
            .map_err(trouble)?;
        let mut link = Self { connection };
        link.patience(PATIENCE)?;
        Ok(link)
    }

    /// How long an answer may take from now on, besides the usual.
    ///
    /// # Errors
    /// When the connection is no more.
    pub(super) fn wait_besides(&mut self, span: Duration) -> Result<(), Trouble> {
        self.patience(PATIENCE + span)
    }

    fn patience(&mut self, span: Duration) -> Result<(), Trouble> {
        let connection = &self.connection;
        connection
            .set_read_timeout(Some(span))
            .and_then(|()| connection.set_write_timeout(Some(PATIENCE)))
            .map_err(|error| Trouble::of(&error))
    }

    /// Asks something.
    ///
    /// # Errors
    /// [`Trouble`].
    pub(super) fn ask<T: FromRedisValue>(&mut self, command: &Cmd) -> Result<T, Trouble> {
        command
            .query(&mut self.connection)
            .map_err(|error| Trouble::of(&error))
    }

    /// Asks several things at once.
    ///
    /// # Errors
    /// [`Trouble`], of the first that failed.
    pub(super) fn ask_all<T: FromRedisValue>(&mut self, commands: &Pipeline) -> Result<T, Trouble> {
        commands
            .query(&mut self.connection)
            .map_err(|error| Trouble::of(&error))
    }

    /// The place of a stream's last entry, if it has one.
    ///
    /// # Errors
    /// [`Trouble`].
    pub(super) fn last_place(&mut self, key: &str) -> Result<Option<String>, Trouble> {
        let mut command = redis::cmd("XREVRANGE");
        command.arg(key).arg("+").arg("-").arg("COUNT").arg(1);
        let last: Vec<(String, redis::Value)> = self.ask(&command)?;
        Ok(last.into_iter().next().map(|(id, _)| id))
    }

    /// How far its clock is ahead of ours: of a few looks the quickest, whose
    /// answer lies nearest to the middle.
    ///
    /// # Errors
    /// [`Trouble`].
    pub(super) fn ahead(&mut self) -> Result<(Ahead, Duration), Trouble> {
        let mut best: Option<(Duration, i64)> = None;
        for _ in 0..3 {
            let (began, before) = (clock::elapsed(), clock::now_ms());
            let (seconds, micros): (i64, i64) = self.ask(&redis::cmd("TIME"))?;
            let took = clock::elapsed().saturating_sub(began);
            let half = i64::try_from(took.as_millis() / 2).unwrap_or(i64::MAX);
            let theirs = seconds.saturating_mul(1_000).saturating_add(micros / 1_000);
            let ahead = theirs.saturating_sub(before.saturating_add(half));
            if best.is_none_or(|(quickest, _)| took < quickest) {
                best = Some((took, ahead));
            }
        }
        let (took, ahead) = best.unwrap_or_default();
        Ok((Ahead(ahead), took))
    }
}

impl Seen {
    /// Looks at the hub at `address`, whose keys begin with `prefix`.
    ///
    /// # Errors
    /// Why it does not answer, in words.
    pub fn look(address: &Address, prefix: &str) -> Result<Self, String> {
        let words = |trouble: Trouble| trouble.words().to_owned();
        let mut link = Link::open(address).map_err(words)?;
        let (ahead, took) = link.ahead().map_err(words)?;
        // Who may not ask for it is told nothing, which is fine.
        let asked: Result<Vec<String>, Trouble> =
            link.ask(redis::cmd("CONFIG").arg("GET").arg("maxmemory-policy"));
        // A write, because a full one still reads.
        let mut write = redis::cmd("SET");
        write
            .arg(super::key(prefix, "lease:doctor"))
            .arg("")
            .arg("PX")
            .arg(1);
        let denied = match link.ask::<()>(&write) {
            Ok(()) => None,
            Err(Trouble::Denied(why)) => Some(why),
            Err(Trouble::Gone(why)) => return Err(why),
        };
        Ok(Self {
            took,
            ahead,
            full: asked.ok().and_then(|pair| pair.into_iter().nth(1)),
            denied,
        })
    }
}
