//! How long pull requests waited for a review and for their merge.

use serde::Serialize;

use super::super::super::time::Timestamp;
use super::super::change::Spread;
use super::super::period::Span;
use super::{Actor, Figure, Forge, Pull};

/// Review times of the pull requests merged in a span, in clock seconds.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Reviews {
    /// From ready to the first review by another person.
    pub first_answer: Spread,
    /// From ready to the merge.
    pub to_merge: Spread,
    /// Merged without a review by another person.
    pub without: u64,
    /// Where that cannot be told: the first twenty reviews are none by another
    /// person, and there may be more.
    pub unknown: u64,
}

/// What came first of the answers to one pull request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    /// A review of that instant.
    At(Timestamp),
    /// None.
    None,
    /// There are more reviews than were read.
    Unknown,
}

impl Forge {
    /// Review times of what was merged in `span`.
    #[must_use]
    pub fn reviews(&self, span: Span) -> Figure<Reviews> {
        let mut reviews = Reviews::default();
        let (mut answers, mut spans) = (Vec::new(), Vec::new());
        for (_, pull) in self.merged_in(span) {
            let Some(merged) = pull.merged else { continue };
            let answer = pull.first_answer(merged);
            let first = match answer {
                Answer::At(at) => Some(at),
                Answer::None | Answer::Unknown => None,
            };
            let ready = pull.ready_by(first.unwrap_or(merged));
            spans.push(seconds(ready, merged));
            match answer {
                Answer::At(at) => answers.push(seconds(ready, at)),
                Answer::None => reviews.without += 1,
                Answer::Unknown => reviews.unknown += 1,
            }
        }
        reviews.first_answer = Spread::of(answers);
        reviews.to_merge = Spread::of(spans);
        self.figure(span.start, reviews, |each| each.merged.standing())
    }
}

impl Pull {
    /// The first review before `end` by another person that is no bot.
    #[must_use]
    pub fn first_answer(&self, end: Timestamp) -> Answer {
        let mut theirs = self
            .reviews
            .iter()
            .filter(|review| review.at <= end && self.by_another(review.author.as_ref()))
            .map(|review| review.at);
        match theirs.next() {
            Some(first) => Answer::At(theirs.fold(first, Ord::min)),
            None if self.more_reviews => Answer::Unknown,
            None => Answer::None,
        }
    }

    /// Whether it is known to be another person than who opened it.
    fn by_another(&self, reviewer: Option<&Actor>) -> bool {
        let Some(reviewer) = reviewer else {
            return false;
        };
        let same = |author: &Actor| author.login.eq_ignore_ascii_case(&reviewer.login);
        !reviewer.bot && !self.author.as_ref().is_some_and(same)
    }

    /// Since when it waited at `at`: since it was opened, or said to be ready
    /// for the last time before that.
    #[must_use]
    pub fn ready_by(&self, at: Timestamp) -> Timestamp {
        let said = self.ready.iter().filter(|ready| **ready <= at);
        said.copied().max().unwrap_or(self.created)
    }
}

fn seconds(from: Timestamp, to: Timestamp) -> u64 {
    u64::try_from(to.since(from)).unwrap_or(0)
}
