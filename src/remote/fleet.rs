//! All remote nodes: questions in, answers or troubles out, while nobody
//! waits for anybody.
//!
//! One thread and one `poll` for all lines. What a node does or fails to do
//! can only ever end its own question.

use std::path::PathBuf;
use std::time::Duration;

use rustix::event::PollFd;

pub use super::asking::{Manners, Outcome, Question, Report, Target};
use super::cause::{Cause, Trouble};
use super::deed::Deed;
use super::line::Line;
use super::route::Route;
use super::slots::{GREETED_WITHIN, admitted};
use crate::sys::channel::Remains;
use crate::sys::clock;
use crate::sys::open_files;
use crate::sys::ssh_tools::Tools;
use crate::sys::surroundings::Surroundings;

/// What lines work with.
pub(super) struct Means<'a> {
    pub(super) ssh: &'a std::path::Path,
    pub(super) around: &'a Surroundings,
    pub(super) now: Duration,
    pub(super) probe_timeout: Duration,
    pub(super) share_master: bool,
}

/// How long ssh may take to read its configuration: a `Match exec` runs there.
const ROUTES_WITHIN: Duration = Duration::from_secs(5);

/// So many routes are asked for one after the other.
const FEW: usize = 4;

/// All remote nodes.
#[derive(Debug)]
pub struct Fleet {
    ssh: Option<PathBuf>,
    around: Surroundings,
    manners: Manners,
    lines: Vec<Line>,
    remains: Vec<Remains>,
    /// Something was asked for since the last turn, and not put yet.
    unput: bool,
}

impl Fleet {
    /// Nobody yet. Without `ssh` every question fails.
    #[must_use]
    pub fn new(ssh: Option<PathBuf>, around: &Surroundings, manners: Manners) -> Self {
        Self {
            ssh,
            around: around.clone(),
            manners: manners.within(open_files::granted()),
            lines: Vec::new(),
            remains: Vec::new(),
            unput: false,
        }
    }

    /// Shells that stay open after their answer.
    #[must_use]
    pub fn keeps(&self) -> usize {
        self.manners.keep
    }

    /// Keeps to these manners and nodes from now on. A line to a node that is
    /// as it was stays open.
    pub fn follow(&mut self, manners: Manners, targets: Vec<Target>) {
        self.manners = manners.within(open_files::granted());
        let mut old = std::mem::take(&mut self.lines);
        self.lines = targets
            .into_iter()
            .map(
                |target| match old.iter().position(|line| line.target == target) {
                    Some(index) => old.swap_remove(index),
                    None => Line::new(target),
                },
            )
            .collect();
        self.remains.extend(old.into_iter().flat_map(Line::end));
    }

    /// Asks `node`. Of two questions the greater counts.
    pub fn ask(&mut self, node: &str, question: Question) {
        let line = self.lines.iter_mut().find(|line| line.target.name == node);
        if let Some(line) = line {
            line.wanted = line.wanted.max(Some(question));
            self.unput = true;
        }
    }

    /// What may be done on `node`.
    #[must_use]
    pub fn deeds(&self, node: &str) -> &[Deed] {
        let line = self.lines.iter().find(|line| line.target.name == node);
        line.map_or(&[], |line| &line.target.deeds)
    }

    /// Whether `node` was asked and has not answered yet.
    #[must_use]
    pub fn waits_for(&self, node: &str) -> bool {
        let line = self.lines.iter().find(|line| line.target.name == node);
        line.is_some_and(|line| line.wanted.is_some())
    }

    /// Whether all that waits is light: is it there?, to shells that are open.
    #[must_use]
    pub fn asks_lightly(&self) -> bool {
        let mut waiting = self
            .lines
            .iter()
            .filter(|line| line.wanted.is_some())
            .peekable();
        waiting.peek().is_some()
            && waiting.all(|line| line.wanted == Some(Question::Alive) && line.is_open())
    }

    /// Drops every question and every handshake: we were not there to hear.
    pub fn forget_questions(&mut self) {
        for line in &mut self.lines {
            self.remains.extend(line.forget());
        }
    }

    /// Lets go of every connection besides: nobody knows what became of them.
    pub fn hang_up(&mut self) {
        self.forget_questions();
        for line in &mut self.lines {
            self.remains.extend(line.close());
        }
    }

    /// What to wait for.
    #[must_use]
    pub fn interests(&self) -> Vec<PollFd<'_>> {
        self.lines.iter().flat_map(Line::interests).collect()
    }

    /// When to take a turn at the latest; `None`: when something is said.
    #[must_use]
    pub fn deadline(&self, now: Duration) -> Option<Duration> {
        if self.unput {
            return Some(now);
        }
        let ssh = self.ssh.as_deref()?;
        let means = self.means(ssh, now);
        let remains = (!self.remains.is_empty()).then(|| now + Duration::from_millis(200));
        let lines = self.lines.iter().filter_map(|line| line.deadline(&means));
        lines.chain(remains).min()
    }

    fn means<'a>(&'a self, ssh: &'a std::path::Path, now: Duration) -> Means<'a> {
        Means {
            ssh,
            around: &self.around,
            now,
            probe_timeout: self.manners.probe_timeout,
            share_master: self.manners.share_master,
        }
    }

    /// Takes what was said on all lines, puts questions, and knocks where
    /// there is room.
    pub fn turn(&mut self, now: Duration) -> Vec<Report> {
        let mut reports = Vec::new();
        self.unput = false;
        let Some(ssh) = self.ssh.clone() else {
            for line in self.lines.iter_mut().filter(|line| line.wanted.is_some()) {
                let trouble = Trouble::new(Cause::NoClient, "ssh is not installed here");
                let outcome = line.give_up(trouble, now);
                reports.push(report(line, outcome));
            }
            return reports;
        };
        self.find_routes(now);
        // That may have taken its time.
        let now = clock::elapsed().max(now);
        self.remains.retain_mut(|remains| !remains.gone());
        let (around, manners) = (self.around.clone(), self.manners);
        let means = Means {
            ssh: &ssh,
            around: &around,
            now,
            probe_timeout: manners.probe_timeout,
            share_master: manners.share_master,
        };
        let mut in_vain = Vec::new();
        for line in &mut self.lines {
            let door = line.door();
            let turn = line.turn(&means);
            self.remains.extend(turn.remains);
            in_vain.extend(turn.ungreeted.map(|ungreeted| (door, ungreeted)));
            reports.extend(turn.report.map(|outcome| report(line, outcome)));
        }
        for (door, (trouble, began)) in in_vain {
            self.answer_for(&door, &trouble, (began, now), &mut reports);
        }
        self.keep_within(manners.keep);
        self.knock(&means, &mut reports);
        reports
    }

    /// Those that wait to knock at a door where nobody greets need not try.
    fn answer_for(
        &mut self,
        door: &str,
        trouble: &Trouble,
        (began, now): (Duration, Duration),
        reports: &mut Vec<Report>,
    ) {
        let same = |line: &&mut Line| line.door() == door;
        if self
            .lines
            .iter_mut()
            .filter(same)
            .any(|line| line.greeted())
        {
            return;
        }
        for line in self.lines.iter_mut().filter(same) {
            if line.wants_in(now) && line.target.addresses.is_empty() {
                let outcome = line.learn(trouble.clone(), began, now);
                reports.push(report(line, outcome));
            }
        }
    }

    /// Closes shells beyond `keep` that nobody waits for; those that stand
    /// first stay.
    fn keep_within(&mut self, keep: usize) {
        let open = self.lines.iter_mut().filter(|line| line.is_open());
        for line in open.skip(keep).filter(|line| line.wanted.is_none()) {
            self.remains.extend(line.close());
        }
    }

    fn knock(&mut self, means: &Means<'_>, reports: &mut Vec<Report>) {
        let knocking: Vec<_> = self.lines.iter().filter_map(Line::handshake).collect();
        let waiting: Vec<usize> = (0..self.lines.len())
            .filter(|&index| {
                self.lines
                    .get(index)
                    .is_some_and(|line| line.wants_in(means.now))
            })
            .collect();
        let gates: Vec<String> = waiting
            .iter()
            .filter_map(|&index| self.lines.get(index).map(Line::gate))
            .collect();
        let gates: Vec<&str> = gates.iter().map(String::as_str).collect();
        let busy = if self.manners.keep == 0 {
            self.lines.iter().map(Line::shells).sum()
        } else {
            knocking.len()
        };
        let aside = knocking.iter().filter(|handshake| {
            !handshake.greeted && means.now.saturating_sub(handshake.began) >= GREETED_WITHIN
        });
        let aside = aside.count().min(self.manners.aside);
        let room = (self.manners.at_once + aside).saturating_sub(busy);
        for index in admitted(&knocking, &gates, room, means.now) {
            let line = waiting
                .get(index)
                .and_then(|&line| self.lines.get_mut(line));
            if let Some(line) = line {
                let outcome = line.knock(means);
                reports.extend(outcome.map(|outcome| report(line, outcome)));
            }
        }
    }

    /// Asks ssh where the aliases lead, before the first knock.
    fn find_routes(&mut self, now: Duration) {
        let wants = |line: &&mut Line| line.wants_route(now);
        let unknown: Vec<&mut Line> = self.lines.iter_mut().filter(wants).collect();
        if unknown.is_empty() {
            return;
        }
        let aliases: Vec<String> = unknown
            .iter()
            .map(|line| line.target.alias.clone())
            .collect();
        let tools = Tools::find(&self.around, ROUTES_WITHIN);
        let one = |alias: &String| tools.configuration(alias).ok();
        // A few are asked faster than threads are made, and threads cost a
        // resident program memory for good.
        let told = if aliases.len() <= FEW || self.manners.at_once < FEW {
            aliases.iter().map(one).collect()
        } else {
            tools.each(&aliases, one)
        };
        for (line, text) in unknown.into_iter().zip(told) {
            (line.route_asked, line.route_doubted) = (Some(now), false);
            let route = text.and_then(|text| Route::parse(&text, &self.around.home));
            line.route = route.or(line.route.take());
        }
    }
}

impl Drop for Fleet {
    fn drop(&mut self) {
        for line in std::mem::take(&mut self.lines) {
            // Killed; whoever takes our orphans reaps them.
            line.end().for_each(drop);
        }
    }
}

fn report(line: &Line, (outcome, asked): (Outcome, Duration)) -> Report {
    Report {
        node: line.target.name.clone(),
        outcome,
        asked,
        loopback: line.route.as_ref().is_some_and(Route::loopback),
    }
}
