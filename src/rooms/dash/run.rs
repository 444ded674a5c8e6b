//! The loop: waits for keys, news and time, in one wait; draws what changed.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::Duration;

use super::ages::aged;
use super::deeds;
use super::facts::{self, Asked, Sign};
use super::model::{Model, View};
use super::update::{Effect, Input, update};
use super::view::{Drawn, view};
use crate::config::Config;
use crate::failure::{Exit, Failure};
use crate::model::home::Home;
use crate::model::time::Timestamp;
use crate::sys::bell::{Bell, Ringer, aside_or_here, bell};
use crate::sys::screen::{About, Event, Screen, exit};
use crate::sys::surroundings::Surroundings;
use crate::sys::{clock, process};

/// How often is looked whether there is something new.
const LOOK: Duration = Duration::from_secs(1);
/// How often everything is read anew all the same, and the history at most.
const ANEW: Duration = Duration::from_secs(60);
/// How often the watcher's own view is read anew.
const COST: Duration = Duration::from_secs(5);
/// Sizes that come within this are one.
const RESIZING: Duration = Duration::from_millis(50);

/// Shows the dashboard until somebody leaves it.
pub(super) fn run(
    around: &Surroundings,
    config: Config,
    terminal: About,
    ascii: bool,
    first: View,
) -> Result<Exit, Failure> {
    let mut screen = Screen::open(true)?;
    // Where a sign takes two columns, every line would be torn.
    let torn =
        !ascii && terminal.utf8 && screen.columns_of("●").is_some_and(|columns| columns != 1);
    let fixed = facts::fixed(&config, terminal, ascii || torn);
    let (ringer, bell) =
        bell().map_err(|error| Failure::unable(format!("no more sockets: {error}")))?;
    let (sender, came) = channel();
    let home = Home::of(&around.mamori_home);
    let sign = facts::sign(&home);
    let size = screen.size();
    let mut desk = Dash {
        model: Some(Model::new(fixed, first, size)),
        around: Arc::new(around.clone()),
        config: Arc::new(config),
        home,
        sign,
        sender,
        came,
        ringer,
        drawn: None,
        shown: None,
        asking: false,
        ask_again: false,
        asked: None,
        read: clock::elapsed(),
        resized: None,
    };
    let outcome = desk.go(&mut screen, &bell);
    drop(screen);
    // What recovers something is not torn from its work.
    let recovers = |model: Model| {
        model
            .under_way
            .iter()
            .any(|one| one.starts_with("recovering"))
    };
    if !desk.model.take().is_some_and(recovers) {
        process::end_all();
    }
    outcome
}

struct Dash {
    /// Always there, but while it is changed.
    model: Option<Model>,
    around: Arc<Surroundings>,
    config: Arc<Config>,
    home: Home,
    sign: Sign,
    sender: Sender<Input>,
    came: Receiver<Input>,
    ringer: Ringer,
    drawn: Option<Drawn>,
    /// Which version was drawn last, and when.
    shown: Option<(u64, Timestamp)>,
    /// Whether the history is being asked.
    asking: bool,
    /// Whether it is to be asked once more then.
    ask_again: bool,
    /// When it was last asked.
    asked: Option<Duration>,
    /// When the state was last read.
    read: Duration,
    /// When the size began to change.
    resized: Option<Duration>,
}

impl Dash {
    fn go(&mut self, screen: &mut Screen, bell: &Bell) -> Result<Exit, Failure> {
        self.read_state();
        self.look_back();
        loop {
            let now = clock::elapsed();
            let settled = self.resized.is_none_or(|since| now >= since + RESIZING);
            if settled {
                if self.resized.take().is_some() {
                    let (columns, rows) = screen.size();
                    self.feed(Input::Size(columns, rows), screen);
                }
                // Whoever reads us no more has left.
                if self.is_news() && self.draw(screen).is_err() {
                    return Ok(Exit::Fine);
                }
            }
            let limit = if settled { LOOK } else { RESIZING };
            if let Some(stop) = screen.wait(bell, limit) {
                return Ok(exit(stop));
            }
            let Ok(events) = screen.events() else {
                return Ok(Exit::Fine);
            };
            for event in events {
                let input = match event {
                    Event::Resized => {
                        self.resized.get_or_insert(clock::elapsed());
                        continue;
                    }
                    Event::Key(key) => Input::Key(key),
                    Event::Wheel(_, _, by) => Input::Wheel(by.into()),
                    Event::Tap(column, row) => {
                        let drawn = self.drawn.as_ref();
                        match drawn.and_then(|drawn| drawn.at(column, row)) {
                            Some(target) => Input::Tap(target.clone()),
                            None => continue,
                        }
                    }
                };
                if self.feed(input, screen) {
                    return Ok(Exit::Fine);
                }
            }
            if self
                .model
                .as_ref()
                .is_some_and(|model| model.size != screen.size())
            {
                self.resized.get_or_insert(clock::elapsed());
            }
            while let Ok(input) = self.came.try_recv() {
                let done = matches!(input, Input::Done(_));
                if matches!(input, Input::Past(_)) {
                    self.asking = false;
                    if std::mem::take(&mut self.ask_again) {
                        self.look_back();
                    }
                }
                self.feed(input, screen);
                if done {
                    self.sign = facts::sign(&self.home);
                    self.read_state();
                }
            }
            self.news();
            self.feed(Input::Tick, screen);
        }
    }

    /// Lets something happen; whether somebody leaves.
    fn feed(&mut self, input: Input, screen: &mut Screen) -> bool {
        let Some(model) = self.model.take() else {
            return true;
        };
        let (model, effects) = update(model, input, clock::now());
        self.model = Some(model);
        for effect in effects {
            let gone = match effect {
                Effect::Quit => true,
                Effect::Suspend => {
                    self.shown = None;
                    screen.stop().is_err()
                }
                Effect::Redraw => {
                    self.shown = None;
                    screen.forget();
                    false
                }
                Effect::Mouse(on) => screen.mouse(on).is_err(),
                Effect::Copy(text) => screen.copy(&text).is_err(),
                Effect::LookBack => {
                    self.look_back();
                    false
                }
                Effect::Do(deed) => {
                    let (around, config) = (Arc::clone(&self.around), Arc::clone(&self.config));
                    self.beside("deed", move || {
                        Input::Done(deeds::carried_out(deed, &around, &config))
                    });
                    false
                }
            };
            if gone {
                return true;
            }
        }
        false
    }

    /// Does something on a thread of its own, and is told of it by the bell.
    fn beside(&self, name: &str, work: impl FnOnce() -> Input + Send + 'static) {
        let (sender, ringer) = (self.sender.clone(), self.ringer.clone());
        aside_or_here(name, move || {
            // Nobody may wait any more.
            let _ = sender.send(work());
            ringer.ring();
        });
    }

    /// Reads what is new.
    fn news(&mut self) {
        let now = clock::elapsed();
        let sign = facts::sign(&self.home);
        let changed = sign != self.sign;
        let costs = self
            .model
            .as_ref()
            .is_some_and(|model| model.view == View::Watcher);
        let every = if costs { COST } else { ANEW };
        if changed || now >= self.read + every {
            self.sign = sign;
            self.read_state();
        }
        if self.asked.is_none_or(|asked| now >= asked + ANEW) {
            self.look_back();
        }
    }

    fn read_state(&mut self) {
        self.read = clock::elapsed();
        let now = clock::now();
        let seen = Arc::new(facts::seen(&self.home, &self.sign, now));
        let known = self.model.as_ref().and_then(|model| model.node.clone());
        if let Some(model) = self.model.take() {
            self.model = Some(update(model, Input::Seen(seen), now).0);
        }
        let node = self.model.as_ref().and_then(|model| model.node.clone());
        if node != known {
            self.look_back();
        }
    }

    /// Asks the history, one question at a time.
    fn look_back(&mut self) {
        let Some(model) = &self.model else { return };
        if self.asking {
            self.ask_again = true;
            return;
        }
        self.asking = true;
        self.asked = Some(clock::elapsed());
        let asked = Asked {
            range: model.range,
            node: model.node.clone(),
        };
        let (home, fixed, seen) = (
            self.home.clone(),
            Arc::clone(&model.fixed),
            Arc::clone(&model.seen),
        );
        self.beside("history", move || {
            let now: Timestamp = clock::now();
            Input::Past(Arc::new(facts::past(&home, &fixed, &seen, &asked, now)))
        });
    }

    /// Whether a picture of now would be another one.
    fn is_news(&self) -> bool {
        let Some(model) = &self.model else {
            return false;
        };
        match self.shown {
            Some((version, then)) => version != model.version || aged(model, then, clock::now()),
            None => true,
        }
    }

    fn draw(&mut self, screen: &mut Screen) -> std::io::Result<()> {
        let Some(model) = &self.model else {
            return Ok(());
        };
        let now = clock::now();
        let mut drawn = view(model, model.size, now);
        self.shown = Some((model.version, now));
        screen.show(std::mem::take(&mut drawn.buffer), drawn.cursor)?;
        self.drawn = Some(drawn);
        Ok(())
    }
}
