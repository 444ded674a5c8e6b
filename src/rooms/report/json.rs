//! A report as one JSON value, schema 1: what README says of it. What is not
//! known is `{"unavailable": why}`, never 0. Pure.

use serde_json::{Map, Value, json};

use super::figures::agents::AgentLine;
use super::figures::cost::Cost;
use super::figures::machines::Machinery;
use super::figures::tiles::{self, Of};
use super::figures::{Counted, Report};
use super::tell::Telling;
use crate::model::history::Forecast;
use crate::model::report::agents::figures::Used;
use crate::model::report::agents::price::Money;
use crate::model::report::change::Spread;
use crate::model::report::code::{Contributor, Headline, Repository, Who};
use crate::model::report::facts::{Disk, Machines};
use crate::model::report::machines::{By, Outage, Uptime};
use crate::model::report::view::{Block, View};
use crate::model::time::Timestamp;

/// The version of what is written here.
const SCHEMA: u8 = 1;

/// The report as JSON.
#[must_use]
pub fn value(telling: &Telling<'_>, view: &View) -> Value {
    let report = telling.report;
    let facts = report.facts;
    let needs = telling.needs();
    let needs: Vec<Value> = needs
        .iter()
        .map(|need| json!({ "text": plain(&need.text), "link": need.link.to }))
        .collect();
    let advice = report.advice.iter();
    let advice: Vec<Value> = advice
        .map(|one| json!({ "rule": one.rule(), "text": plain(&telling.advise(one)) }))
        .collect();
    let code = facts.code.as_ref().map(|code| &code.now);
    let steps = report.forged.as_ref();
    let steps = steps.and_then(|forged| forged.steps.as_ref()).map(|all| {
        let each = all.iter().map(|step| {
            json!({
                "priority": step.priority, "repository": step.repository,
                "number": step.issue.number, "title": step.issue.title,
                "url": step.issue.url, "created": step.issue.created,
            })
        });
        each.collect::<Vec<Value>>()
    });
    json!({
        "schema": SCHEMA,
        "kind": facts.period.kind,
        "title": plain(&view.title),
        "language": view.language,
        "period": {
            "start": facts.period.span.start,
            "end": facts.period.span.end,
            "zone": telling.zone,
            "complete": facts.complete,
        },
        "newest_datum": facts.newest,
        "summary": { "sentence": plain(&view.sentence), "tiles": tiles_of(telling, view) },
        "needs_you": needs,
        "agents": report.agents.iter().map(agent).collect::<Vec<_>>(),
        "contributors": code.map(|code| each(&code.contributors, contributor)),
        "commits": code.map(|code| each(&code.newest, commit)),
        "code": code.map(|code| each(&code.repositories, |one| repository(report, one))),
        "forge": forge(report),
        "metrics": metrics(report),
        "objectives": report.objectives,
        "cost": report.cost.as_ref().map(cost),
        "recommendations": advice,
        "next_steps": steps,
        "sources": facts.sources,
    })
}

/// Without the spaces that keep a number and its unit together.
fn plain(text: &str) -> String {
    text.replace(['\u{a0}', '\u{202f}'], " ")
}

fn each<T>(all: &[T], one: impl Fn(&T) -> Value) -> Vec<Value> {
    all.iter().map(one).collect()
}

fn tiles_of(telling: &Telling<'_>, view: &View) -> Vec<Value> {
    let report = telling.report;
    let known = |id, unit, value, before: Value, change: Value| match value {
        Value::Null => json!({ "id": id, "unavailable": why(telling, view, id), "unit": unit }),
        value => json!({
            "id": id, "value": value, "unit": unit, "previous": before, "change": change,
        }),
    };
    let all = tiles::tiles(report).into_iter().map(|tile| {
        let id = tile.id;
        match tile.of {
            Of::Count(count, _) => {
                let mut one = known(
                    id,
                    "count",
                    json!(count.now),
                    json!(count.before),
                    json!(count.change),
                );
                if let (true, Some(one)) = (count.partial, one.as_object_mut()) {
                    one.insert("partial".into(), json!(true));
                }
                one
            }
            Of::Uptime(worst) => {
                let percent = worst.as_ref().map(|(_, percent, _)| percent);
                let mut one = known(id, "percent", json!(percent), Value::Null, json!("unknown"));
                if let (Some((node, ..)), Some(one)) = (&worst, one.as_object_mut()) {
                    one.insert("node".into(), json!(node));
                }
                one
            }
            Of::Cost(now, before) => known(
                id,
                "usd_api_equivalent",
                json!(now),
                json!(before),
                json!("unknown"),
            ),
            Of::Objectives(counts) => {
                let on = counts.map(|(on, _)| on);
                let mut one = known(id, "count", json!(on), Value::Null, json!("unknown"));
                if let (Some((_, of)), Some(one)) = (counts, one.as_object_mut()) {
                    one.insert("of".into(), json!(of));
                }
                one
            }
        }
    });
    all.collect()
}

/// What is said in the place of a figure that is not known.
fn why(telling: &Telling<'_>, view: &View, id: &str) -> String {
    let blocks = view.sections.iter().flat_map(|section| &section.blocks);
    let mut tiles = blocks.flat_map(|block| match block {
        Block::Tiles { tiles } => tiles.as_slice(),
        _ => &[],
    });
    let said = tiles.find(|tile| tile.id == id);
    let said = said.map_or_else(String::new, |tile| plain(&tile.value));
    let before = telling.words.say("not-known", [("why", "".into())]);
    said.strip_prefix(before.as_str())
        .map_or(said.clone(), str::to_owned)
}

fn counted(count: Counted) -> Value {
    match count.now {
        None => json!({ "unavailable": "no data" }),
        Some(now) => json!({
            "value": now, "previous": count.before, "change": count.change,
            "partial": count.partial,
        }),
    }
}

fn agent(one: &AgentLine) -> Value {
    let mut row = Map::new();
    row.insert("agent".into(), json!(one.agent));
    row.insert("name".into(), json!(one.agent.name()));
    row.insert("commits".into(), json!(one.commits));
    row.insert("levels".into(), json!(one.levels));
    row.insert("lines".into(), json!(one.lines));
    row.insert("prs_merged".into(), json!(one.pulls));
    row.insert("issues_closed".into(), json!(one.issues));
    if let Some(logs) = &one.logs {
        row.insert("sessions".into(), json!(logs.sessions));
        row.insert("work_s".into(), json!(logs.work));
        row.insert("wall_s".into(), json!(logs.wall));
        row.append(&mut used(&logs.used));
    }
    Value::Object(row)
}

fn used(used: &Used) -> Map<String, Value> {
    let tokens = json!({
        "input": used.input.known(used.requests),
        "cache_write": used.cache_write.known(used.requests),
        "cache_read": used.cache_read.known(used.requests),
        "output": used.output.known(used.requests),
    });
    let mut row = Map::new();
    row.insert("requests".into(), json!(used.requests));
    row.insert("tokens".into(), tokens);
    let cost = used.priced().map(Money::dollars);
    row.insert("api_equivalent_usd".into(), json!(cost));
    row.insert("unpriced".into(), json!(used.unpriced));
    row
}

fn contributor(one: &Contributor) -> Value {
    let kind = match one.who {
        Who::Agent(_) => "agent",
        Who::Person(_) => "person",
        Who::Bot(_) => "bot",
    };
    json!({
        "name": one.name, "kind": kind, "commits": one.commits,
        "co_authored": one.co_authored, "lines": one.lines,
    })
}

fn commit(one: &Headline) -> Value {
    json!({
        "at": one.at, "id": one.id, "author": one.author, "agents": one.agents,
        "subject": one.subject,
    })
}

fn repository(report: &Report<'_>, one: &Repository) -> Value {
    if let Some(why) = report.unread(&one.name) {
        return json!({ "name": one.name, "unavailable": why });
    }
    let amount = &one.amount;
    json!({
        "name": one.name, "commits": amount.commits, "merges": amount.merges,
        "lines": amount.changed.lines(), "languages": amount.changed.languages,
        "apart": amount.changed.apart, "binary": amount.changed.binary,
    })
}

fn forge(report: &Report<'_>) -> Option<Value> {
    let forged = report.forged.as_ref()?;
    let seconds = |spread: &Spread| {
        json!({
            "n": spread.n, "median_s": spread.median, "p90_s": spread.p90,
            "longest_s": spread.longest,
        })
    };
    let reviews = forged.reviews.as_ref().map(|reviews| {
        json!({
            "first_answer": seconds(&reviews.first_answer),
            "to_merge": seconds(&reviews.to_merge),
            "without": reviews.without,
            "unknown": reviews.unknown,
        })
    });
    let waiting = forged.waiting.as_ref().map(|all| {
        let each = all.iter().map(|one| {
            json!({
                "repository": one.repository, "number": one.pull.number,
                "title": one.pull.title, "url": one.pull.url, "since": one.since,
            })
        });
        each.collect::<Vec<Value>>()
    });
    Some(json!({
        "issues_closed": counted(forged.closed),
        "not_planned": forged.closed.now.map(|_| forged.reasons.not_planned),
        "duplicate": forged.closed.now.map(|_| forged.reasons.duplicate),
        "issues_opened": counted(forged.opened),
        "prs_merged": counted(forged.merged),
        "to_default_branch": forged.merged.now.map(|_| forged.merges.to_default),
        "by_bots": forged.merged.now.map(|_| forged.merges.by_bots),
        "prs_opened": counted(forged.pulls_opened),
        "reviews": reviews,
        "reverted": forged.failures,
        "waiting": waiting,
    }))
}

fn metrics(report: &Report<'_>) -> Value {
    let (Some(known), Some(figures)) = (&report.facts.machines, &report.machines) else {
        return json!({ "unavailable": "no history" });
    };
    let response = &known.response;
    let before = response.before.mean_ms;
    json!({
        "response_ms": {
            "n": response.now.n, "mean": response.now.mean_ms,
            "median": response.now.median_ms, "p95": response.now.p95_ms,
            "previous_mean": before, "change": figures.response,
        },
        "errors": counted(report.errors),
        "error_rate": {
            "percent": figures.error_rate, "judged": known.judged.now.known,
            "with_problems": known.judged.now.with_problems,
            "previous_percent": figures.error_rate_before,
        },
        "uptime": each(&figures.uptimes, uptime),
        "incidents": each(&figures.outages, incident),
        "times": times(figures),
        "repaired_by_mamori": figures.repaired,
        "healed": known.healed.len(),
        "forecasts": each(&known.forecasts, forecast),
        "forecast_scores": known.scores.iter().map(|one| {
            json!({ "what": one.what, "right": one.right, "judged": one.judged })
        }).collect::<Vec<_>>(),
        "capacity": capacity(known),
    })
}

fn uptime(one: &Uptime) -> Value {
    let shares = one.shares;
    json!({
        "node": one.node, "percent": one.percent, "seen_percent": one.seen_percent,
        "up_ms": shares.up_ms, "down_ms": shares.down_ms,
        "unknown_ms": shares.unknown_ms, "paused_ms": shares.paused_ms,
    })
}

fn incident(one: &Outage) -> Value {
    let by = one.by.map(|by| match by {
        By::Mamori => "mamori",
        By::Owner => "owner",
        By::Itself => "itself",
    });
    let at = |ms: i64| Timestamp(ms.div_euclid(1_000));
    json!({
        "node": one.node, "check": one.check, "began": at(one.began_ms),
        "ended": one.ended_ms.map(at), "to_detect_ms": one.to_detect_ms(),
        "lasted_ms": one.lasted_ms(), "paused": one.paused, "by": by, "text": one.text,
    })
}

fn times(figures: &Machinery) -> Value {
    let times = &figures.times;
    let spread = |spread: &Spread| json!({ "n": spread.n, "median_ms": spread.median, "longest_ms": spread.longest });
    json!({
        "mttd_ms": times.mttd_ms, "to_detect": spread(&times.to_detect),
        "mttr_ms": times.mttr_ms, "to_repair": spread(&times.to_repair),
    })
}

fn forecast(one: &Forecast) -> Value {
    let at = |seconds: Option<i64>| Some(Timestamp(one.made.saturating_add(seconds?)));
    let [early, likely, late] = one.eta_s;
    json!({
        "node": one.node, "what": one.kind, "subject": one.subject,
        "made": Timestamp(one.made), "horizon_s": one.horizon_s,
        "threshold": one.threshold, "probability": one.probability,
        "will_cross": one.will_cross, "early": at(early), "likely": at(likely),
        "late": at(late),
    })
}

fn capacity(known: &Machines) -> Vec<Value> {
    let disk = |node: &str, disk: &Disk| {
        let outlook = &disk.outlook;
        let [early, likely, late] = match outlook.crossing.filter(|_| outlook.will_cross) {
            Some(all) => all.map(Some),
            None => [None; 3],
        };
        json!({
            "node": node, "mount": disk.mount, "limit": disk.limit,
            "used_percent": disk.used,
            "points_a_day": disk.growth, "days": outlook.days,
            "have_days": outlook.have_days, "need_days": outlook.need_days,
            "probability": outlook.probability, "will_cross": outlook.will_cross,
            "early": early, "likely": likely, "late": late,
        })
    };
    let nodes = known.nodes.iter();
    nodes
        .flat_map(|node| node.disks.iter().map(move |one| (node, one)))
        .map(|(node, one)| disk(&node.known.node, one))
        .collect()
}

fn cost(cost: &Cost) -> Value {
    let budget = cost.budget.as_ref();
    let logged = cost.logged.as_ref().map(
        |logged| json!({ "sums": logged.sums, "entries": logged.entries, "unread": logged.unread }),
    );
    json!({
        "api_equivalent_usd": cost.dollars, "previous": cost.before,
        "requests": cost.requests, "unpriced": cost.unpriced,
        "unpriced_models": cost.unpriced_models, "told_usd": cost.told,
        "budget_usd": budget.and_then(|budget| budget.monthly_usd),
        "projected_usd": cost.projected, "logged": logged,
    })
}
