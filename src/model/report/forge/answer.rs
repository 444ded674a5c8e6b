//! GitHub's answers, read into what is kept of them. Nothing in them is trusted:
//! what cannot be read is counted, texts are cleaned and cut.

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::super::super::text::{clean, cut};
use super::super::super::time::Timestamp;
use super::{Actor, Issue, Milestone, Pull, Review};

/// Columns kept of a title, and of a name.
const TITLE: usize = 200;
const NAME: usize = 100;
/// Reviews that are asked for.
const REVIEWS: usize = 20;

/// One page of a connection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page<T> {
    /// What could be read of it.
    pub items: Vec<T>,
    /// How many could not.
    pub unread: usize,
    /// Where the next page begins, if there is one.
    pub next: Option<String>,
    /// The repository's default branch, where it was asked for.
    pub default_branch: Option<String>,
    /// What is left of the limit.
    pub limit: Option<Limit>,
}

/// What is left of one of GitHub's limits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limit {
    /// Points left.
    pub remaining: u64,
    /// When there are all of them again.
    pub reset: Timestamp,
}

/// A page of issues; `None`: the answer has none.
#[must_use]
pub fn issues(answer: &Value) -> Option<Page<Issue>> {
    page(answer, "issues", RawIssue::noun)
}

/// A page of pull requests; `None`: the answer has none.
#[must_use]
pub fn pulls(answer: &Value) -> Option<Page<Pull>> {
    page(answer, "pullRequests", RawPull::noun)
}

/// Milestones of pages one after another, and how many could not be read.
#[must_use]
pub fn milestones(answers: &[Value]) -> (Vec<Milestone>, usize) {
    let nodes = answers.iter().flat_map(|answer| match answer {
        Value::Array(page) => page.as_slice(),
        one => std::slice::from_ref(one),
    });
    let (mut items, mut unread) = (Vec::new(), 0);
    for node in nodes {
        match read::<RawMilestone>(node) {
            Some(raw) => items.push(raw.noun()),
            None => unread += 1,
        }
    }
    (items, unread)
}

/// The count of a search; `None`: there is none, or it is not whole.
#[must_use]
pub fn count(answer: &Value) -> Option<u64> {
    let cut = answer.get("incomplete_results")?.as_bool()?;
    answer.get("total_count")?.as_u64().filter(|_| !cut)
}

/// The limit of `resource` in the answer to `rate_limit`.
#[must_use]
pub fn limit(answer: &Value, resource: &str) -> Option<Limit> {
    let limit = answer.get("resources")?.get(resource)?;
    Some(Limit {
        remaining: limit.get("remaining")?.as_u64()?,
        reset: Timestamp(limit.get("reset")?.as_i64()?),
    })
}

fn page<R: DeserializeOwned, T>(
    answer: &Value,
    connection: &str,
    noun: impl Fn(R) -> T,
) -> Option<Page<T>> {
    let data = answer.get("data")?;
    let repository = data.get("repository")?;
    let found = repository.get(connection)?;
    let nodes = found.get("nodes")?.as_array()?;
    let items: Vec<T> = nodes.iter().filter_map(read).map(noun).collect();
    let info = found.get("pageInfo")?;
    let more = info.get("hasNextPage")?.as_bool()?;
    let branch = repository.get("defaultBranchRef");
    let branch = branch.and_then(|branch| branch.get("name")?.as_str());
    let limit = data.get("rateLimit").and_then(|limit| {
        Some(Limit {
            remaining: limit.get("remaining")?.as_u64()?,
            reset: read(limit.get("resetAt")?)?,
        })
    });
    Some(Page {
        unread: nodes.len() - items.len(),
        items,
        next: match info.get("endCursor").and_then(Value::as_str) {
            Some(cursor) if more => Some(cursor.to_owned()),
            // More, but nobody says where.
            None if more => return None,
            _ => None,
        },
        default_branch: branch.map(|branch| short(branch, NAME)),
        limit,
    })
}

fn read<T: DeserializeOwned>(value: &Value) -> Option<T> {
    T::deserialize(value).ok()
}

fn short(text: &str, columns: usize) -> String {
    cut(&clean(text), columns, "…")
}

/// An address that a report may link to.
fn link(url: &str) -> String {
    let plain = |c: char| c.is_ascii_graphic() && !"\"'<>()[]\\`".contains(c);
    let safe = url.starts_with("https://") && url.len() <= 300 && url.chars().all(plain);
    if safe { url.to_owned() } else { String::new() }
}

#[derive(Deserialize)]
struct Nodes<T> {
    nodes: Vec<Option<T>>,
}

impl<T> Nodes<T> {
    fn items(list: Option<Self>) -> impl Iterator<Item = T> {
        list.into_iter().flat_map(|list| list.nodes).flatten()
    }
}

#[derive(Deserialize)]
struct RawActor {
    login: String,
    #[serde(rename = "__typename")]
    kind: String,
}

impl RawActor {
    fn noun(self) -> Actor {
        Actor {
            login: short(&self.login, NAME),
            bot: self.kind == "Bot",
        }
    }
}

#[derive(Deserialize)]
struct RawLabel {
    name: String,
}

#[derive(Deserialize)]
struct RawTitle {
    title: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RawIssue {
    number: u64,
    title: String,
    url: String,
    created_at: Timestamp,
    closed_at: Option<Timestamp>,
    updated_at: Timestamp,
    state_reason: Option<String>,
    author: Option<RawActor>,
    labels: Option<Nodes<RawLabel>>,
    milestone: Option<RawTitle>,
}

impl RawIssue {
    fn noun(self) -> Issue {
        Issue {
            number: self.number,
            title: short(&self.title, TITLE),
            url: link(&self.url),
            created: self.created_at,
            closed: self.closed_at,
            updated: self.updated_at,
            reason: self.state_reason.map(|reason| short(&reason, NAME)),
            author: self.author.map(RawActor::noun),
            labels: Nodes::items(self.labels)
                .map(|label| short(&label.name, NAME))
                .collect(),
            milestone: self
                .milestone
                .map(|milestone| short(&milestone.title, TITLE)),
        }
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RawReview {
    submitted_at: Option<Timestamp>,
    state: String,
    author: Option<RawActor>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RawReady {
    created_at: Option<Timestamp>,
}

#[derive(Deserialize)]
struct RawCommit {
    oid: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RawPull {
    number: u64,
    title: String,
    url: String,
    created_at: Timestamp,
    merged_at: Option<Timestamp>,
    updated_at: Timestamp,
    is_draft: bool,
    additions: u64,
    deletions: u64,
    base_ref_name: String,
    merge_commit: Option<RawCommit>,
    author: Option<RawActor>,
    reviews: Option<Nodes<RawReview>>,
    timeline_items: Option<Nodes<RawReady>>,
}

impl RawPull {
    fn noun(self) -> Pull {
        let reviews = self.reviews.map(|list| list.nodes).unwrap_or_default();
        let more_reviews = reviews.len() >= REVIEWS;
        let submitted = reviews.into_iter().flatten().filter_map(|review| {
            Some(Review {
                at: review.submitted_at.filter(|_| review.state != "PENDING")?,
                author: review.author.map(RawActor::noun),
            })
        });
        Pull {
            number: self.number,
            title: short(&self.title, TITLE),
            url: link(&self.url),
            created: self.created_at,
            merged: self.merged_at,
            updated: self.updated_at,
            draft: self.is_draft,
            base: short(&self.base_ref_name, NAME),
            commit: self
                .merge_commit
                .map(|commit| short(&commit.oid, NAME).to_ascii_lowercase()),
            author: self.author.map(RawActor::noun),
            reviews: submitted.collect(),
            more_reviews,
            ready: Nodes::items(self.timeline_items)
                .filter_map(|event| event.created_at)
                .collect(),
            additions: self.additions,
            deletions: self.deletions,
        }
    }
}

#[derive(Deserialize)]
struct RawMilestone {
    title: String,
    html_url: String,
    due_on: Option<Timestamp>,
    state: String,
    open_issues: u64,
    closed_issues: u64,
    closed_at: Option<Timestamp>,
}

impl RawMilestone {
    fn noun(self) -> Milestone {
        Milestone {
            title: short(&self.title, TITLE),
            url: link(&self.html_url),
            due: self.due_on,
            open: self.state == "open",
            open_issues: self.open_issues,
            closed_issues: self.closed_issues,
            closed: self.closed_at,
        }
    }
}
