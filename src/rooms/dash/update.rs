//! What becomes of the screen when something happens, and what is to be done
//! then. Pure.

pub use super::effect::{Deed, Done, Effect, Input, Quiet, Target};
use super::keys::{Act, act};
use super::lists::{self, STILL, Step, stepped};
use super::model::{Model, Over, Said, Sort, View};
use super::over;
use crate::model::node::NodeState;
use crate::model::time::Timestamp;
use crate::sys::screen::Key;

/// How long what was said stands, in seconds.
const SAID: i64 = 5;
/// How long something can be undone, in seconds.
const UNDOABLE: i64 = 10;

/// The screen after `input`, and what is to be done.
#[must_use]
pub fn update(mut model: Model, input: Input, now: Timestamp) -> (Model, Vec<Effect>) {
    let before = (model.node.clone(), model.range);
    if !matches!(input, Input::Tick) {
        model.version += 1;
    }
    let mut effects = match input {
        Input::Key(key) => pressed(&mut model, key, now),
        Input::Tap(target) => tapped(&mut model, target, now),
        Input::Wheel(by) => {
            if !over::scrolled(&mut model.over, by) {
                lists::step(&mut model, Step::By(by), now);
            }
            Vec::new()
        }
        Input::Size(columns, rows) => {
            model.size = (columns, rows);
            Vec::new()
        }
        Input::Tick => {
            tick(&mut model, now);
            Vec::new()
        }
        Input::Seen(seen) => {
            lists::replaced(&mut model, seen);
            lists::settle(&mut model, now);
            Vec::new()
        }
        Input::Past(past) => {
            model.past = past;
            Vec::new()
        }
        Input::Done(done) => {
            finish(&mut model, done, now);
            Vec::new()
        }
    };
    if before != (model.node.clone(), model.range) {
        effects.push(Effect::LookBack);
    }
    (model, effects)
}

fn tick(model: &mut Model, now: Timestamp) {
    let said = (model.said.is_some(), model.undo.is_some());
    if model.said.as_ref().is_some_and(|said| said.until <= now) {
        model.said = None;
    }
    if model.undo.as_ref().is_some_and(|(_, until)| *until <= now) {
        model.undo = None;
    }
    if model.unsettled && now >= model.still_until {
        lists::settle(model, now);
        model.version += 1;
    }
    if said != (model.said.is_some(), model.undo.is_some()) {
        model.version += 1;
    }
}

/// Says something for a while.
pub(super) fn say(model: &mut Model, text: impl Into<String>, wrong: bool, now: Timestamp) {
    let until = Timestamp(now.0.saturating_add(SAID));
    let text = text.into();
    model.said = Some(Said { text, wrong, until });
}

fn finish(model: &mut Model, done: Done, now: Timestamp) {
    if let Some(words) = done.deed.words() {
        model.under_way.retain(|one| *one != words);
    }
    if let (
        Deed::Plan(of),
        Over::Plan {
            node, lines, works, ..
        },
    ) = (&done.deed, &mut model.over)
    {
        if of == node {
            *lines = Some(done.text.lines().map(ToOwned::to_owned).collect());
            *works = !done.wrong;
        }
        return;
    }
    if matches!(done.deed, Deed::Plan(_)) {
        return;
    }
    let first = done.text.lines().next().unwrap_or_default().to_owned();
    say(model, first, done.wrong, now);
    if let Some(undo) = done.undo {
        let until = Timestamp(now.0.saturating_add(UNDOABLE));
        model.undo = Some((undo, until));
        if let Some(said) = &mut model.said {
            said.until = until;
        }
    }
}

fn tapped(model: &mut Model, target: Target, now: Timestamp) -> Vec<Effect> {
    match target {
        Target::Key(key) => pressed(model, key, now),
        _ if model.over != Over::Nothing => Vec::new(),
        Target::Tab(view) => {
            show(model, view);
            Vec::new()
        }
        Target::Node(name) => {
            if model.node.as_ref() == Some(&name) {
                return perform(model, Act::Open, now);
            }
            model.node = Some(name);
            model.still_until = Timestamp(now.0.saturating_add(STILL));
            model.unsettled = true;
            Vec::new()
        }
        Target::Alert(number) => {
            if model.view == View::Alerts && model.alert == Some(number) {
                return perform(model, Act::Open, now);
            }
            model.alert = Some(number);
            if model.view != View::Alerts {
                show(model, View::Alerts);
            }
            Vec::new()
        }
    }
}

/// Screens smaller than that show the segment alone.
pub const LEAST: (u16, u16) = (20, 5);

fn pressed(model: &mut Model, key: Key, now: Timestamp) -> Vec<Effect> {
    let small = model.size.0 < LEAST.0 || model.size.1 < LEAST.1;
    let quits = matches!(key, Key::Char('q') | Key::Ctrl('c'));
    if small && !quits && key != Key::Char('?') {
        return Vec::new();
    }
    if key == Key::Ctrl('c') {
        return vec![Effect::Quit];
    }
    if model.over != Over::Nothing {
        return over::pressed(model, key, now);
    }
    let may_write = !model.seen.newer;
    if model.seen.empty() && key == Key::Enter && may_write {
        return perform(model, Act::ProbeAll, now);
    }
    match act(key, model.view, may_write) {
        Some(act) => perform(model, act, now),
        None => {
            if !may_write && act(key, model.view, true).is_some() {
                say(
                    model,
                    "a newer Mamori wrote the state: only to be looked at",
                    true,
                    now,
                );
            }
            Vec::new()
        }
    }
}

fn show(model: &mut Model, view: View) {
    model.view = view;
    model.open = false;
    model.page = 0;
}

/// Half the lines of a list on the screen.
fn half(model: &Model) -> isize {
    isize::try_from(usize::from(model.size.1) / 3)
        .unwrap_or(5)
        .max(1)
}

#[expect(clippy::too_many_lines, reason = "one arm for each act")]
fn perform(model: &mut Model, act: Act, now: Timestamp) -> Vec<Effect> {
    let half = half(model);
    let moved = match act {
        Act::Up => Some(Step::By(-1)),
        Act::Down => Some(Step::By(1)),
        Act::Top => Some(Step::First),
        Act::Bottom => Some(Step::Last),
        Act::HalfUp => Some(Step::By(-half)),
        Act::HalfDown => Some(Step::By(half)),
        Act::PageUp => Some(Step::By(-2 * half)),
        Act::PageDown => Some(Step::By(2 * half)),
        _ => None,
    };
    if let Some(step) = moved {
        lists::step(model, step, now);
        return Vec::new();
    }
    match act {
        Act::Next => show(model, model.view.further(1)),
        Act::Previous => show(model, model.view.further(View::ALL.len() - 1)),
        Act::Show(view) => show(model, view),
        Act::Open if model.view == View::Alerts => return perform(model, Act::Why, now),
        Act::Open => {
            model.open = model.node.is_some();
            model.page = 0;
        }
        Act::Back => {
            if model.open {
                model.open = false;
                model.page = 0;
            } else if !model.find.is_empty() {
                model.find.clear();
            } else {
                show(model, View::Nodes);
            }
        }
        Act::Acknowledge => match model.selected_alert() {
            Some(alert) => return begin(model, Deed::Acknowledge(alert.number)),
            None => say(model, "no alert stands here", false, now),
        },
        Act::Snooze => match model.selected_alert() {
            Some(alert) => {
                let (number, id) = (alert.number, alert.id.clone());
                let typed = None;
                model.over = Over::Snooze { number, id, typed };
            }
            None => say(model, "no alert stands here", false, now),
        },
        Act::Pause => match model.selected() {
            Some(node) if node.state == NodeState::Paused => {
                return begin(model, Deed::Resume(node.name.clone()));
            }
            Some(node) => return begin(model, Deed::Pause(node.name.clone())),
            None => {}
        },
        Act::Undo => match model.undo.take() {
            Some((undo, _)) => return begin(model, Deed::Undo(undo)),
            None => say(model, "nothing to undo", false, now),
        },
        Act::Probe => return begin(model, Deed::Probe(model.node.clone())),
        Act::ProbeAll => return begin(model, Deed::Probe(None)),
        Act::Recover => {
            let Some(node) = model.node.clone() else {
                return Vec::new();
            };
            model.over = Over::Plan {
                node: node.clone(),
                lines: None,
                works: false,
                at: 0,
            };
            return begin(model, Deed::Plan(node));
        }
        Act::Why => {
            let lines = over::why(model, now);
            model.over = Over::Why(lines, 0);
        }
        Act::Find => model.over = Over::Finding,
        Act::FindNext => over::find(model, false, now),
        Act::FindPrevious => over::find(model, true, now),
        Act::Range => model.range = model.range.next(),
        Act::Sort => {
            model.sort = match model.sort {
                Sort::Worst => Sort::Name,
                Sort::Name => Sort::Disk,
                Sort::Disk => Sort::Memory,
                Sort::Memory => Sort::Worst,
            };
            model.still_until = now;
            lists::settle(model, now);
            let by = match model.sort {
                Sort::Worst => "the worst first",
                Sort::Name => "by name",
                Sort::Disk => "the fullest disk first",
                Sort::Memory => "the least free memory first",
            };
            say(model, by, false, now);
        }
        Act::Follow => {
            model.follow = !model.follow;
            if model.follow {
                model.log = 0;
            }
        }
        Act::Copy => {
            let line = over::line(model, now);
            say(model, "copied, where the terminal lets us", false, now);
            return vec![Effect::Copy(line)];
        }
        Act::Mouse => {
            model.mouse = !model.mouse;
            let text = if model.mouse {
                "taps select and open"
            } else {
                "the mouse is the terminal's: select text; `m` takes it back"
            };
            say(model, text, false, now);
            return vec![Effect::Mouse(model.mouse)];
        }
        Act::Help => model.over = Over::Help(0),
        Act::Redraw => return vec![Effect::Redraw],
        Act::Suspend => return vec![Effect::Suspend],
        Act::Quit => return vec![Effect::Quit],
        _ => {}
    }
    Vec::new()
}

/// Has something done, unless the same is under way.
pub(super) fn begin(model: &mut Model, deed: Deed) -> Vec<Effect> {
    if let Some(words) = deed.words() {
        if model.under_way.contains(&words) {
            return Vec::new();
        }
        model.under_way.push(words);
    }
    vec![Effect::Do(deed)]
}

/// A place in a text of so many lines.
pub(super) fn scrolled(at: usize, by: isize, count: usize) -> usize {
    stepped(at, Step::By(by), count)
}
