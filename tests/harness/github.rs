//! A `gh` that answers what a table says to an exact list of arguments, and
//! ends with 99 for anything that is not in it.

use std::cell::Cell;
use std::fs;
use std::path::{Path, PathBuf};

use mamori::model::report::forge::Forge;
use mamori::model::report::period::Span;
use mamori::model::time::Timestamp;
use mamori::sys::gh::{self, Question};
use serde_json::{Value, json};

use super::Bench;
use super::repository::NOON;

/// The day of the tests: the 20th, in Tokyo.
pub const DAY: Span = Span {
    start: Timestamp(NOON - 21 * 3_600),
    end: Timestamp(NOON + 3 * 3_600),
};
pub const START: &str = "2026-11-19T15:00:00Z";
pub const LAST: &str = "2026-11-20T14:59:59Z";

const ISSUE: &str = "pageInfo{hasNextPage endCursor} nodes{number title url createdAt closedAt \
    updatedAt stateReason author{login __typename} labels(first:20){nodes{name}} milestone{title}}";
const PULL: &str = "pageInfo{hasNextPage endCursor} nodes{number title url createdAt mergedAt \
    updatedAt isDraft additions deletions baseRefName mergeCommit{oid} author{login __typename} \
    reviews(first:20){nodes{submittedAt state author{login __typename}}} \
    timelineItems(first:20,itemTypes:[READY_FOR_REVIEW_EVENT])\
    {nodes{... on ReadyForReviewEvent{createdAt}}}}";
const LIMIT: &str = "rateLimit{cost remaining resetAt}}";

/// The program and its table.
pub struct GitHub<'a> {
    pub bench: &'a Bench,
    folder: PathBuf,
    entries: Cell<usize>,
}

/// What a call prints, complains and ends with.
pub struct Said<'a> {
    pub stdout: &'a str,
    pub stderr: &'a str,
    pub code: i32,
}

const SCRIPT: &str = r#"#!/bin/sh
number=$(ls "$here/asked" | wc -l)
asked=$here/asked/$(printf %03d "$number")
printf '%s\0' "$@" > "$asked"
env | sed -n 's/^\(GH_[A-Z_]*\)=.*/\1/p' | sort > "$here/names"
for entry in "$here"/table/*; do
    cmp -s "$entry/argv" "$asked" || continue
    [ -d "$entry/once" ] && mv "$entry/once" "$entry/now" && entry=$entry/now
    cat "$entry/stderr" >&2
    cat "$entry/stdout"
    [ -e "$entry/hangs" ] && exec sleep 600
    code=$(cat "$entry/code")
    case $entry in */now) rm -r "$entry" ;; esac
    exit "$code"
done
printf '%s\n' "not in the table:" "$@" >&2
exit 99
"#;

impl<'a> GitHub<'a> {
    /// One that knows the limits, and has nothing of `o/app`.
    pub fn new(bench: &'a Bench) -> Self {
        let folder = bench.home().join("github");
        for name in ["table", "asked"] {
            fs::create_dir_all(folder.join(name)).unwrap();
        }
        let here = format!("#!/bin/sh\nhere='{}'", folder.display());
        bench.stand_in("gh", &SCRIPT.replacen("#!/bin/sh", &here, 1));
        let github = Self {
            bench,
            folder,
            entries: Cell::new(0),
        };
        github.limits(5_000, 30);
        github.fine(&closed(None), &page("issues", &[], None));
        github.fine(&open(None), &page("issues", &[], None));
        github.fine(&merged(None), &page("pullRequests", &[], None));
        github.fine(&waiting(None), &page("pullRequests", &[], None));
        let none = json!({"total_count": 0, "incomplete_results": false});
        github.fine(&opened(), &none);
        github.prints(&milestones(), "[]");
        github
    }

    pub fn limits(&self, graphql: u64, search: u64) {
        let limit =
            |remaining| json!({"limit": 5000, "remaining": remaining, "reset": NOON + 3_600});
        let body = json!({"resources": {
            "core": limit(5_000), "graphql": limit(graphql), "search": limit(search),
        }});
        let text = format!("HTTP/2.0 200 OK\r\nX-Ratelimit-Reset: 1\r\n\r\n{body}");
        self.prints(&words(&["api", "-i", "rate_limit"]), &text);
    }

    /// Sets what is said to these arguments; the folder of the entry.
    pub fn says(&self, argv: &[String], said: &Said<'_>) -> PathBuf {
        let argv = argv.join("\0") + "\0";
        let known = (0..self.entries.get())
            .map(|number| self.folder.join(format!("table/{number:03}")))
            .find(|entry| fs::read(entry.join("argv")).unwrap() == argv.as_bytes());
        let entry = known.unwrap_or_else(|| {
            let number = self.entries.replace(self.entries.get() + 1);
            self.folder.join(format!("table/{number:03}"))
        });
        fs::create_dir_all(&entry).unwrap();
        fs::write(entry.join("argv"), argv).unwrap();
        Self::put(&entry, said);
        entry
    }

    fn put(entry: &Path, said: &Said<'_>) {
        fs::create_dir_all(entry).unwrap();
        fs::write(entry.join("stdout"), said.stdout).unwrap();
        fs::write(entry.join("stderr"), said.stderr).unwrap();
        fs::write(entry.join("code"), said.code.to_string()).unwrap();
    }

    /// The first time this is said, after that what was set before.
    pub fn first(&self, argv: &[String], before: &Said<'_>, then: &Said<'_>) {
        let entry = self.says(argv, then);
        Self::put(&entry.join("once"), before);
    }

    pub fn prints(&self, argv: &[String], stdout: &str) {
        let said = Said {
            stdout,
            stderr: "",
            code: 0,
        };
        self.says(argv, &said);
    }

    pub fn fine(&self, argv: &[String], answer: &Value) {
        self.prints(argv, &answer.to_string());
    }

    pub fn fails(&self, argv: &[String], stdout: &str, stderr: &str, code: i32) {
        let said = Said {
            stdout,
            stderr,
            code,
        };
        self.says(argv, &said);
    }

    pub fn hangs(&self, argv: &[String]) {
        let entry = self.says(
            argv,
            &Said {
                stdout: "{",
                stderr: "",
                code: 0,
            },
        );
        fs::write(entry.join("hangs"), "").unwrap();
    }

    /// How many calls there were.
    pub fn calls(&self) -> usize {
        fs::read_dir(self.folder.join("asked")).unwrap().count()
    }

    /// The `GH_` variables of the last call.
    pub fn names(&self) -> String {
        fs::read_to_string(self.folder.join("names")).unwrap()
    }

    pub fn ask(&self, repositories: &[&str]) -> Forge {
        let repositories: Vec<String> = repositories.iter().map(|&name| name.into()).collect();
        let question = Question {
            repositories: &repositories,
            since: DAY.start,
            opened: &[DAY],
            milestones: true,
            zone: Some(chrono_tz::Asia::Tokyo),
            environment: &[("GH_TOKEN".into(), "secret".into())],
        };
        gh::ask(&question, Timestamp(NOON + 60), &self.bench.surroundings())
    }
}

pub fn words(words: &[&str]) -> Vec<String> {
    words.iter().map(|&word| word.to_owned()).collect()
}

fn graphql(query: &str, since: Option<&str>, after: Option<&str>) -> Vec<String> {
    let mut argv = words(&["api", "graphql", "-f", "owner=o", "-f", "name=app"]);
    if let Some(since) = since {
        argv.extend(["-f".into(), format!("since={since}")]);
    }
    argv.extend(["-f".into(), format!("query={query}")]);
    match after {
        Some(after) => argv.extend(["-f".into(), format!("after={after}")]),
        None => argv.extend(words(&["-F", "after=null"])),
    }
    argv
}

pub fn closed(after: Option<&str>) -> Vec<String> {
    closed_since(START, after)
}

pub fn closed_since(since: &str, after: Option<&str>) -> Vec<String> {
    let query = format!(
        "query($owner:String!,$name:String!,$since:DateTime!,$after:String)\
         {{repository(owner:$owner,name:$name){{issues(first:100,after:$after,states:[CLOSED],\
         filterBy:{{since:$since}},orderBy:{{field:UPDATED_AT,direction:DESC}}){{{ISSUE}}}}} {LIMIT}"
    );
    graphql(&query, Some(since), after)
}

pub fn open(after: Option<&str>) -> Vec<String> {
    let query = format!(
        "query($owner:String!,$name:String!,$after:String)\
         {{repository(owner:$owner,name:$name){{issues(first:100,after:$after,states:[OPEN],\
         orderBy:{{field:UPDATED_AT,direction:DESC}}){{{ISSUE}}}}} {LIMIT}"
    );
    graphql(&query, None, after)
}

pub fn merged(after: Option<&str>) -> Vec<String> {
    pulls("defaultBranchRef{name} ", "MERGED", after)
}

pub fn waiting(after: Option<&str>) -> Vec<String> {
    pulls("", "OPEN", after)
}

fn pulls(branch: &str, state: &str, after: Option<&str>) -> Vec<String> {
    let query = format!(
        "query($owner:String!,$name:String!,$after:String)\
         {{repository(owner:$owner,name:$name){{{branch}pullRequests(first:50,after:$after,\
         states:[{state}],orderBy:{{field:UPDATED_AT,direction:DESC}}){{{PULL}}}}} {LIMIT}"
    );
    graphql(&query, None, after)
}

pub fn opened() -> Vec<String> {
    opened_in(START, LAST)
}

pub fn opened_in(start: &str, last: &str) -> Vec<String> {
    let search = format!("q=repo:o/app is:pr created:{start}..{last}");
    let before = ["api", "-X", "GET", "search/issues", "-f", &search];
    words(&[&before[..], &["-F", "per_page=1"]].concat())
}

pub fn milestones() -> Vec<String> {
    let path = "repos/o/app/milestones?state=all&sort=due_on&per_page=100";
    words(&["api", "--paginate", path])
}

/// A page of a connection.
pub fn page(connection: &str, nodes: &[Value], next: Option<&str>) -> Value {
    json!({"data": {
        "repository": {
            "defaultBranchRef": {"name": "main"},
            connection: {
                "pageInfo": {"hasNextPage": next.is_some(), "endCursor": next},
                "nodes": nodes,
            },
        },
        "rateLimit": {"cost": 1, "remaining": 4_000, "resetAt": "2026-11-20T13:00:00Z"},
    }})
}

/// The time so many seconds after noon.
pub fn at(seconds: i64) -> String {
    Timestamp(NOON + seconds).rfc3339()
}

/// An issue that was closed at noon, with `other` fields.
pub fn issue(number: u64, other: &Value) -> Value {
    let issue = json!({
        "number": number, "title": format!("issue {number}"),
        "url": format!("https://github.com/o/app/issues/{number}"),
        "createdAt": at(-900_000), "closedAt": at(0), "updatedAt": at(0),
        "stateReason": "COMPLETED", "author": {"login": "hana", "__typename": "User"},
        "labels": {"nodes": []}, "milestone": null,
    });
    with(issue, other)
}

/// A pull request of hana's that was merged at noon, with `other` fields.
pub fn pull(number: u64, other: &Value) -> Value {
    let pull = json!({
        "number": number, "title": format!("pull {number}"),
        "url": format!("https://github.com/o/app/pull/{number}"),
        "createdAt": at(-7_200), "mergedAt": at(0), "updatedAt": at(0), "isDraft": false,
        "additions": 3, "deletions": 1, "baseRefName": "main",
        "mergeCommit": {"oid": format!("{number:040x}")},
        "author": {"login": "hana", "__typename": "User"},
        "reviews": {"nodes": []}, "timelineItems": {"nodes": []},
    });
    with(pull, other)
}

pub fn review(by: &str, kind: &str, seconds: i64) -> Value {
    let author = json!({"login": by, "__typename": kind});
    json!({"submittedAt": at(seconds), "state": "APPROVED", "author": author})
}

fn with(mut whole: Value, other: &Value) -> Value {
    for (name, value) in other.as_object().unwrap() {
        whole[name] = value.clone();
    }
    whole
}
