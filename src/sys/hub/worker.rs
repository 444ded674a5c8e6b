//! The thread that speaks to the hub: says how we are, asks how others are,
//! and keeps what could not be said until it can.

use std::io;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender};
use std::time::Duration;

use super::address::Address;
use super::link::{Link, Trouble};
use super::reading::Reader;
use super::telling::Outbox;
use super::{About, News, Order, Voice, ear, scripts};
use crate::model::hub::snapshot::{Published, Snapshot};
use crate::model::hub::{Ahead, FORM};
use crate::sys::bell::aside;
use crate::sys::clock;

/// The first wait after a failure; it doubles up to [`LONGEST`].
const FIRST: Duration = Duration::from_millis(500);
/// The longest wait between two tries.
const LONGEST: Duration = Duration::from_secs(15);
/// What was not taken is tried again after so long.
const SOON: Duration = Duration::from_secs(1);
/// Clocks are compared so often.
const CLOCKS_EVERY: Duration = Duration::from_secs(60);

/// Begins to speak on a thread of its own; `ends` is told when that is over.
pub(super) fn start(
    address: Address,
    about: About,
    (own, orders): (Sender<Order>, Receiver<Order>),
    voice: Voice,
    ends: Sender<()>,
) -> io::Result<()> {
    if about.coordinate {
        ear::start(address.clone(), about.clone(), own)?;
    }
    aside("hub", move || {
        let worker = Worker {
            reader: Reader::new(about.clone()),
            outbox: Outbox::default(),
            address,
            about,
            orders,
            voice,
            link: None,
            ahead: Ahead::default(),
            compared: Duration::ZERO,
            latest: None,
            taken: false,
            spoke: false,
            last_event: None,
            aloud: false,
            speak_at: Duration::ZERO,
            read_at: Duration::ZERO,
            retry: (Duration::ZERO, FIRST),
            gone: None,
            denied: Vec::new(),
        };
        worker.run();
        let _ = ends.send(());
    })
}

struct Worker {
    address: Address,
    about: About,
    orders: Receiver<Order>,
    voice: Voice,
    link: Option<Link>,
    ahead: Ahead,
    /// When clocks were last compared.
    compared: Duration,
    /// How we are.
    latest: Option<Published>,
    /// Whether another machine has our name, and whether we ever spoke.
    taken: bool,
    spoke: bool,
    /// The last event of ours in the hub.
    last_event: Option<String>,
    /// Whether what is to be said is news for others.
    aloud: bool,
    speak_at: Duration,
    read_at: Duration,
    /// When it is tried again, and how long to wait after that.
    retry: (Duration, Duration),
    /// Why it is gone, while it is.
    gone: Option<String>,
    /// What we were told that we may not.
    denied: Vec<&'static str>,
    reader: Reader,
    outbox: Outbox,
}

impl Worker {
    fn run(mut self) {
        loop {
            let mut stop = false;
            match self.orders.recv_timeout(self.wait()) {
                Ok(order) => stop |= self.take(order),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => stop = true,
            }
            while let Ok(order) = self.orders.try_recv() {
                stop |= self.take(order);
            }
            if stop {
                return self.farewell();
            }
            if let Err(trouble) = self.turn() {
                self.lost(trouble.words().to_owned());
            }
        }
    }

    fn wait(&self) -> Duration {
        let now = clock::elapsed();
        let due = match &self.link {
            None => self.retry.0,
            Some(_) if self.about.coordinate && self.outbox.due() => now,
            Some(_) if self.outbox.happened() && self.spoke && !self.taken => now + SOON,
            Some(_) => {
                let read = if self.about.coordinate {
                    self.read_at
                } else {
                    Duration::MAX
                };
                let speak = if self.latest.is_some() {
                    self.speak_at
                } else {
                    Duration::MAX
                };
                read.min(speak)
            }
        };
        due.saturating_sub(now).min(LONGEST * 60)
    }

    /// Takes an order; whether it is to end.
    fn take(&mut self, order: Order) -> bool {
        match order {
            Order::Publish(published) => {
                let news = self
                    .latest
                    .as_ref()
                    .is_none_or(|last| published.differs(last));
                if news {
                    self.aloud = true;
                    self.speak_at = Duration::ZERO;
                }
                self.latest = Some(*published);
            }
            Order::Changed { names, people, all } => {
                self.reader.changed(names, people);
                if all {
                    self.read_at = Duration::ZERO;
                }
            }
            Order::Read(places) => self.reader.from(places),
            Order::Stop => return true,
            other => self.outbox.take(other),
        }
        false
    }

    /// Everything that is due.
    fn turn(&mut self) -> Result<(), Trouble> {
        let now = clock::elapsed();
        if self.link.is_none() {
            if now < self.retry.0 {
                return Ok(());
            }
            self.link = Some(Link::open(&self.address)?);
            self.compared = Duration::ZERO;
            self.aloud = true;
            (self.speak_at, self.read_at) = (Duration::ZERO, Duration::ZERO);
        }
        let Some(link) = &mut self.link else {
            return Ok(());
        };
        if self.compared.is_zero() || now.saturating_sub(self.compared) >= CLOCKS_EVERY {
            self.ahead = link.ahead()?.0;
            self.compared = now;
        }
        if self.last_event.is_none() {
            self.last_event = last_of_ours(link, &self.about)?;
        }
        // Nothing is said under a name that is another machine's.
        if self.spoke && !self.taken {
            let (about, voice) = (&self.about, &self.voice);
            let place = match self.outbox.events(link, about, self.ahead, voice) {
                Err(Trouble::Denied(_)) => None,
                said => said?,
            };
            if place.is_some() {
                (self.last_event, self.speak_at) = (place, Duration::ZERO);
            }
        }
        if self.latest.is_some() && now >= self.speak_at {
            self.speak(false)?;
            self.speak_at = now + self.about.every;
        }
        if self.about.coordinate {
            self.coordinate(now)?;
        }
        // It answers, and takes what is said.
        if self.gone.take().is_some() || self.retry.1 != FIRST || self.compared == now {
            self.retry.1 = FIRST;
            self.voice.say(News::There(self.ahead));
        }
        Ok(())
    }

    fn speak(&mut self, ended: bool) -> Result<(), Trouble> {
        let (Some(link), Some(node)) = (&mut self.link, &self.latest) else {
            return Ok(());
        };
        let snapshot = Snapshot {
            schema: FORM,
            instance: self.about.instance.clone(),
            ahead: self.ahead,
            written_ms: clock::now_ms().saturating_add(self.ahead.0),
            every_s: self.about.every.as_secs(),
            ended,
            last_event: self.last_event.clone(),
            node: node.clone(),
        };
        let Ok(text) = serde_json::to_string(&snapshot) else {
            return Ok(());
        };
        let command = scripts::publish(&self.about, &snapshot, &text, self.aloud || ended);
        let holder: Option<String> = link.ask(&command)?;
        (self.aloud, self.spoke) = (false, true);
        match holder {
            Some(holder) => {
                self.taken = true;
                self.voice.say(News::NameTaken(holder));
            }
            None if std::mem::take(&mut self.taken) => self.voice.say(News::NameOurs),
            None => {}
        }
        Ok(())
    }

    /// What a coordinator does besides. Who may not is told so, and goes on to
    /// say how it is.
    fn coordinate(&mut self, now: Duration) -> Result<(), Trouble> {
        let Some(link) = &mut self.link else {
            return Ok(());
        };
        let (about, voice, ahead) = (&self.about, &self.voice, self.ahead);
        let said = self.outbox.turn(link, about, ahead, voice);
        note(said, "to tell of alerts", &mut self.denied, voice)?;
        let read = if now >= self.read_at {
            self.read_at = now + self.about.every;
            self.reader.all(link, ahead, voice)
        } else {
            self.reader.some(link, ahead, voice)
        };
        note(read, "to read of others", &mut self.denied, voice)
    }

    fn lost(&mut self, why: String) {
        self.link = None;
        let (_, wait) = self.retry;
        self.retry = (clock::elapsed() + wait, (wait * 2).min(LONGEST));
        self.outbox.gone(&self.voice);
        self.reader.lost();
        if self.gone.as_ref() != Some(&why) {
            self.voice.say(News::Gone(why.clone()));
            self.gone = Some(why);
        }
    }

    /// The last word: whoever asks for us from now on knows why we are silent.
    fn farewell(mut self) {
        if self.link.is_some() {
            let _ = self.speak(true);
        }
    }
}

/// The last event of this machine that the hub has.
fn last_of_ours(link: &mut Link, about: &About) -> Result<Option<String>, Trouble> {
    match link.last_place(&about.key(&format!("events:{}", about.name))) {
        // Who may only add learns it with the next event.
        Err(Trouble::Denied(_)) => Ok(None),
        known => known,
    }
}

/// What is denied is said once, and hinders nothing else.
fn note(
    done: Result<(), Trouble>,
    what: &'static str,
    denied: &mut Vec<&'static str>,
    voice: &Voice,
) -> Result<(), Trouble> {
    match done {
        Err(Trouble::Denied(why)) => {
            if !denied.contains(&what) {
                denied.push(what);
                voice.say(News::Denied(format!("{what}: {why}")));
            }
            Ok(())
        }
        done => done,
    }
}
