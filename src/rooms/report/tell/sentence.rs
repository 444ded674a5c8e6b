//! The one sentence that says what matters: by the first rule that holds.
//!
//! 1. Something is down or unknown at the end.
//! 2. A disk will be full within a week.
//! 3. Something broke and came back.
//! 4. A source is missing.
//! 5. Calm.

use super::Telling;
use crate::model::report::machines::{Outage, Uptime};
use crate::model::report::period::Kind;
use crate::model::text::{cut, width};
use crate::model::time::Timestamp;
use crate::model::uptime::Class;

const DAY: i64 = 86_400;
/// Columns at most: a Japanese sign takes two.
const LONGEST: usize = 120;
/// So often the same target is told by itself.
const AGAIN: usize = 3;
/// Columns of a name in it.
const NAME: usize = 32;

impl Telling<'_> {
    /// The sentence.
    pub(super) fn sentence(&self) -> String {
        let first = match self.kind() {
            Kind::Daily | Kind::Weekly => [self.down(), None, None],
            // Of a month money and objectives are what it is read for.
            Kind::Monthly => [self.down(), self.spent(), self.behind()],
        };
        let urgent = first
            .into_iter()
            .chain([self.crossing(), self.broke(), self.incomplete()]);
        let mut clauses = urgent.flatten();
        let first = clauses.next();
        // Beside what is down nothing is said to be up.
        let calm = match self.down() {
            Some(_) => self.work(),
            None => self.calm(),
        };
        let second = clauses
            .next()
            .or_else(|| calm.clone().filter(|_| first.is_some()));
        let words = self.words;
        let sentence = match (first, second) {
            (Some(first), Some(second)) => {
                let both = words.say(
                    "sentence-two",
                    [("first", (&first).into()), ("second", second.into())],
                );
                if width(&both) <= LONGEST {
                    return both;
                }
                words.say("sentence-one", [("first", first.into())])
            }
            (Some(first), None) => words.say("sentence-one", [("first", first.into())]),
            (None, _) => match calm {
                Some(calm) => words.say("sentence-one", [("first", calm.into())]),
                None => words.word("nothing-known"),
            },
        };
        cut(&sentence, LONGEST, "…")
    }

    /// What is not as it should be at the end.
    fn down(&self) -> Option<String> {
        let machines = self.report.machines.as_ref()?;
        let words = self.words;
        let last = |uptime: &Uptime| uptime.stretches.last().copied();
        let of = |class: Class| {
            let all = machines.uptimes.iter();
            all.filter(move |one| last(one).is_some_and(|last| last.class == class))
        };
        let since = |one: &Uptime| {
            let from = last(one).map_or(0, |last| last.from.div_euclid(1_000));
            self.since(Timestamp(from))
        };
        let mut down = of(Class::Down);
        if let Some(first) = down.next() {
            let (node, since) = (name(&first.node), since(first));
            let more = down.count();
            return Some(if more == 0 {
                words.say("down", [("node", node.into()), ("since", since.into())])
            } else {
                words.say("down-many", [("node", node.into()), ("n", more.into())])
            });
        }
        let open = |one: &&Outage| {
            let up = |class| last_of(machines.uptimes.iter(), &one.node) == Some(class);
            one.check != "unreachable" && up(Class::Up)
        };
        if let Some(first) = machines.open().find(open) {
            let since = self.since(Timestamp(first.began_ms.div_euclid(1_000)));
            return Some(words.say(
                "open",
                [
                    ("kind", kind_of(&first.check).into()),
                    ("what", self.target(&first.check).into()),
                    ("node", name(&first.node).into()),
                    ("since", since.into()),
                ],
            ));
        }
        let mut unseen = of(Class::Unknown);
        let first = unseen.next()?;
        let (node, since) = (name(&first.node), since(first));
        let more = unseen.count();
        Some(if more == 0 && first.stretches.len() == 1 {
            words.say("unseen-all", [("node", node.into())])
        } else if more == 0 {
            words.say("unseen", [("node", node.into()), ("since", since.into())])
        } else {
            words.say("unseen-many", [("node", node.into()), ("n", more.into())])
        })
    }

    /// A time, with its day where that is another than that of the end.
    fn since(&self, at: Timestamp) -> String {
        let words = self.words;
        let end = Timestamp(self.report.facts.span.end.0.saturating_sub(1));
        if words.day_of(at) == words.day_of(end) {
            words.time(at)
        } else {
            let date = words.short_date(words.day_of(at));
            format!("{date} {}", words.time(at))
        }
    }

    /// A disk that is full within a week.
    fn crossing(&self) -> Option<String> {
        let known = self.report.facts.machines.as_ref()?;
        let end = self.report.facts.span.end;
        let mut soonest: Option<(Timestamp, &str, &str, f64)> = None;
        for node in &known.nodes {
            for disk in &node.disks {
                let outlook = &disk.outlook;
                let Some([_, likely, _]) = outlook.crossing.filter(|_| outlook.will_cross) else {
                    continue;
                };
                let soon = likely > end && likely.since(end) <= 7 * DAY;
                if soon && soonest.is_none_or(|(at, ..)| likely < at) {
                    soonest = Some((likely, &node.known.node, &disk.mount, disk.limit));
                }
            }
        }
        let (at, node, mount, limit) = soonest?;
        let check = match mount {
            "/" => "disk".to_owned(),
            mount => format!("disk:{mount}"),
        };
        let words = self.words;
        Some(words.say(
            "crossing",
            [
                ("node", name(node).into()),
                ("what", self.target(&check).into()),
                ("limit", words.percent(limit).into()),
                ("date", words.short_date(words.day_of(at)).into()),
            ],
        ))
    }

    /// What broke and came back.
    fn broke(&self) -> Option<String> {
        let machines = self.report.machines.as_ref()?;
        let over = machines.outages.iter().filter(|one| !one.paused);
        let over: Vec<&Outage> = over.filter(|one| one.ended_ms.is_some()).collect();
        let words = self.words;
        match over.as_slice() {
            [] => None,
            [one] => Some(words.say(
                "broke-once",
                [
                    ("kind", kind_of(&one.check).into()),
                    ("what", self.target(&one.check).into()),
                    ("node", name(&one.node).into()),
                    ("span", words.span_ms(one.lasted_ms().unwrap_or(0)).into()),
                ],
            )),
            all => {
                if let Some(same) = self.broke_again(all) {
                    return Some(same);
                }
                let longest = all.iter().filter_map(|one| one.lasted_ms()).max();
                let mut nodes: Vec<&str> = all.iter().map(|one| one.node.as_str()).collect();
                nodes.sort_unstable();
                nodes.dedup();
                Some(words.say(
                    "broke-often",
                    [
                        ("n", all.len().into()),
                        ("nodes", nodes.len().into()),
                        (
                            "node",
                            name(nodes.first().copied().unwrap_or_default()).into(),
                        ),
                        ("longest", words.span_ms(longest.unwrap_or(0)).into()),
                    ],
                ))
            }
        }
    }

    /// The one target that broke again and again, where that is most of it.
    fn broke_again(&self, all: &[&Outage]) -> Option<String> {
        let same = |one: &&&Outage, other: &Outage| {
            (one.node.as_str(), one.check.as_str()) == (other.node.as_str(), other.check.as_str())
        };
        let times = |one: &Outage| all.iter().filter(|other| same(other, one)).count();
        let most = all.iter().max_by_key(|one| times(one))?;
        let n = times(most);
        if n < AGAIN || 2 * n <= all.len() {
            return None;
        }
        let others = all.len() - n;
        Some(self.words.say(
            "broke-again",
            [
                ("kind", kind_of(&most.check).into()),
                ("what", self.target(&most.check).into()),
                ("node", name(&most.node).into()),
                ("times", n.into()),
                ("n", others.into()),
            ],
        ))
    }

    /// A source that gives nothing.
    fn incomplete(&self) -> Option<String> {
        let missing = self.report.missing();
        let first = missing.first()?;
        Some(self.words.say(
            "incomplete",
            [
                ("source", name(&first.name).into()),
                ("n", (missing.len() - 1).into()),
            ],
        ))
    }

    /// That all is well, and what was done; `None`: nothing is known.
    fn calm(&self) -> Option<String> {
        let mut clauses = [self.work(), self.machines_up()].into_iter().flatten();
        match (clauses.next(), clauses.next()) {
            (Some(first), Some(second)) => Some(self.words.say(
                "calm-two",
                [("first", first.into()), ("second", second.into())],
            )),
            (first, _) => first,
        }
    }

    fn machines_up(&self) -> Option<String> {
        let machines = self.report.machines.as_ref()?;
        let worst = machines.worst()?.percent?;
        let known = machines.uptimes.iter().filter(|one| one.percent.is_some());
        let n = known.count();
        let all_seen = machines
            .uptimes
            .iter()
            .all(|one| one.shares.unknown_ms == 0 && one.shares.paused_ms == 0);
        let id = match (worst >= 100.0, all_seen) {
            (true, true) => "all-up",
            (true, false) => "no-downtime",
            (false, _) => "up-at-least",
        };
        let uptime = self.words.uptime(worst);
        Some(
            self.words
                .say(id, [("n", n.into()), ("uptime", uptime.into())]),
        )
    }

    fn work(&self) -> Option<String> {
        let words = self.words;
        let counts = self.report.forged.as_ref();
        // What is known in part only is no count to begin with.
        let whole = counts.filter(|forged| !forged.closed.partial && !forged.merged.partial);
        let counts = whole.and_then(|forged| Some((forged.closed.now?, forged.merged.now?)));
        let commits = self.report.commits.now;
        match (counts, commits) {
            (Some((issues, pulls)), _) => Some(words.say(
                "work",
                [
                    ("issues", issues.into()),
                    ("pulls", pulls.into()),
                    ("issue-count", words.count(issues).into()),
                    ("pull-count", words.count(pulls).into()),
                ],
            )),
            (None, Some(commits)) => Some(words.say(
                "work-commits",
                [
                    ("n", commits.into()),
                    ("count", words.count(commits).into()),
                ],
            )),
            (None, None) => None,
        }
    }

    fn spent(&self) -> Option<String> {
        let cost = self.report.cost.as_ref()?;
        let words = self.words;
        let dollars = cost.dollars?;
        let sum = words.dollars(dollars);
        let budget = cost.budget.as_ref().and_then(|budget| budget.monthly_usd);
        Some(match budget.filter(|budget| *budget > 0.0) {
            Some(budget) => words.say(
                "spent-of",
                [
                    ("sum", sum.into()),
                    ("budget", words.dollars(budget).into()),
                    ("percent", words.percent(100.0 * dollars / budget).into()),
                ],
            ),
            None => words.say("spent", [("sum", sum.into())]),
        })
    }

    fn behind(&self) -> Option<String> {
        use crate::model::report::forge::milestones::Pace;
        let all = self.report.objectives.as_ref()?;
        let behind = all
            .iter()
            .filter(|one| matches!(one.pace, Pace::Behind | Pace::Late));
        let behind = behind.count();
        (behind > 0).then(|| {
            self.words.say(
                "objectives-behind",
                [("n", behind.into()), ("of", all.len().into())],
            )
        })
    }

    /// A check as people call it: `sshd`, `web`, `disk /data`.
    pub(super) fn target(&self, check: &str) -> String {
        let shown = |text: &str| name(text);
        match check.split_once(':') {
            Some(("service", service)) => shown(service),
            Some(("tmux", session)) => {
                let session = shown(session);
                self.words
                    .say("tmux-session", [("session", session.into())])
            }
            Some(("disk" | "inodes", mount)) => {
                let mount = shown(mount);
                self.words.say("disk-at", [("mount", mount.into())])
            }
            Some(("memory", _)) => self.words.word("memory"),
            _ => match check {
                "disk" => self.words.word("disk"),
                "memory" => self.words.word("memory"),
                "inodes" => self.words.word("inodes"),
                "battery" => self.words.word("battery"),
                "network" => self.words.word("network"),
                _ => shown(check),
            },
        }
    }
}

/// What kind of fault a check tells of.
pub(super) fn kind_of(check: &str) -> &'static str {
    let first = check.split(':').next().unwrap_or_default();
    match first {
        "unreachable" | "auth" | "host-key" => "unreachable",
        "disk" | "inodes" | "memory" | "battery" => "limit",
        _ => "target",
    }
}

/// A name from outside, cut.
pub(super) fn name(text: &str) -> String {
    cut(&crate::model::text::clean(text), NAME, "…")
}

fn last_of<'a>(mut uptimes: impl Iterator<Item = &'a Uptime>, node: &str) -> Option<Class> {
    let uptime = uptimes.find(|one| one.node == node)?;
    Some(uptime.stretches.last()?.class)
}
