//! What GraphQL is asked. Values travel as variables.

/// Fields of an issue.
macro_rules! issue {
    () => {
        "pageInfo{hasNextPage endCursor} nodes{number title url createdAt closedAt updatedAt \
         stateReason author{login __typename} labels(first:20){nodes{name}} milestone{title}}"
    };
}

/// Fields of a pull request.
macro_rules! pull {
    () => {
        "pageInfo{hasNextPage endCursor} nodes{number title url createdAt mergedAt updatedAt \
         isDraft additions deletions baseRefName mergeCommit{oid} author{login __typename} \
         reviews(first:20){nodes{submittedAt state author{login __typename}}} \
         timelineItems(first:20,itemTypes:[READY_FOR_REVIEW_EVENT])\
         {nodes{... on ReadyForReviewEvent{createdAt}}}}"
    };
}

/// What is left of the limit.
macro_rules! limit {
    () => {
        " rateLimit{cost remaining resetAt}}"
    };
}

/// Issues that are closed, by their last change.
pub(super) const CLOSED: &str = concat!(
    "query($owner:String!,$name:String!,$since:DateTime!,$after:String)",
    "{repository(owner:$owner,name:$name){issues(first:100,after:$after,states:[CLOSED],",
    "filterBy:{since:$since},orderBy:{field:UPDATED_AT,direction:DESC}){",
    issue!(),
    "}}",
    limit!()
);

/// Issues that are open, by their last change.
pub(super) const OPEN: &str = concat!(
    "query($owner:String!,$name:String!,$after:String)",
    "{repository(owner:$owner,name:$name){issues(first:100,after:$after,states:[OPEN],",
    "orderBy:{field:UPDATED_AT,direction:DESC}){",
    issue!(),
    "}}",
    limit!()
);

/// Pull requests that were merged, by their last change.
pub(super) const MERGED: &str = concat!(
    "query($owner:String!,$name:String!,$after:String)",
    "{repository(owner:$owner,name:$name){defaultBranchRef{name} ",
    "pullRequests(first:50,after:$after,states:[MERGED],",
    "orderBy:{field:UPDATED_AT,direction:DESC}){",
    pull!(),
    "}}",
    limit!()
);

/// Pull requests that are open, by their last change.
pub(super) const WAITING: &str = concat!(
    "query($owner:String!,$name:String!,$after:String)",
    "{repository(owner:$owner,name:$name){",
    "pullRequests(first:50,after:$after,states:[OPEN],",
    "orderBy:{field:UPDATED_AT,direction:DESC}){",
    pull!(),
    "}}",
    limit!()
);
