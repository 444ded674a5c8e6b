//! An answer that was kept, in the place of one that did not come.

use super::super::period::Span;
use super::super::source::Standing;
use super::{Forge, Part, Repository};

impl Forge {
    /// Whether everything of `span` was over and asked for.
    #[must_use]
    pub fn covers(&self, span: Span) -> bool {
        self.since <= span.start && span.end <= self.asked
    }

    /// This answer, with what is missing of `span` taken from a kept one that
    /// covers it; the sources say so. What stands open is taken from now or
    /// not at all: it is no matter of a span.
    #[must_use]
    pub fn or_kept(mut self, kept: &Self, span: Span) -> Self {
        if !kept.covers(span) {
            return self;
        }
        for repository in &mut self.repositories {
            let mut all = kept.repositories.iter();
            let Some(before) = all.find(|each| each.name == repository.name) else {
                continue;
            };
            if !repository.take(before, span) {
                continue;
            }
            let name = &repository.name;
            for source in self.sources.iter_mut().filter(|each| each.name == *name) {
                source.state = Standing::Ok;
                *source = source
                    .clone()
                    .but(Standing::Partial, "in part from an answer kept from before");
                source.until = Some(kept.asked);
            }
        }
        self
    }
}

impl Repository {
    /// Takes what it lacks of `span`; whether it did.
    fn take(&mut self, before: &Self, span: Span) -> bool {
        let mut took = false;
        let mut part = |lacks: bool| {
            took |= lacks;
            lacks
        };
        if part(!self.closed.whole && before.closed.whole) {
            self.closed = Part::clone(&before.closed);
        }
        if part(!self.merged.whole && before.merged.whole) {
            self.merged = Part::clone(&before.merged);
            self.default_branch.clone_from(&before.default_branch);
        }
        let known = |each: &Self| {
            let mut spans = each.opened.iter();
            spans
                .find(|opened| opened.span == span && opened.count.is_some())
                .copied()
        };
        if let (None, Some(opened)) = (known(self), known(before)) {
            took = true;
            self.opened.retain(|each| each.span != span);
            self.opened.push(opened);
        }
        took
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::super::time::Timestamp;
    use super::super::super::source::Source;
    use super::super::{Issue, Opened};
    use super::*;

    const SPAN: Span = Span {
        start: Timestamp(100),
        end: Timestamp(200),
    };

    fn forge(asked: i64, numbers: &[u64], whole: bool) -> Forge {
        let issue = |number: &u64| Issue {
            number: *number,
            title: String::new(),
            url: String::new(),
            created: Timestamp(0),
            closed: Some(Timestamp(150)),
            updated: Timestamp(150),
            reason: None,
            author: None,
            labels: Vec::new(),
            milestone: None,
        };
        let count = whole.then_some(7);
        let repository = Repository {
            name: "o/app".into(),
            closed: Part {
                items: numbers.iter().map(issue).collect(),
                whole,
            },
            opened: vec![Opened { span: SPAN, count }],
            ..Repository::default()
        };
        let state = if whole {
            Standing::Ok
        } else {
            Standing::Missing
        };
        Forge {
            asked: Timestamp(asked),
            since: Timestamp(100),
            repositories: vec![repository],
            sources: vec![Source::ok("o/app", None).but(state, "why")],
        }
    }

    #[test]
    fn a_kept_answer_stands_in_where_it_covers_the_span() {
        let kept = forge(200, &[1, 2], true);
        let told = forge(900, &[1], false).or_kept(&kept, SPAN);
        let closed = told.issues_closed(SPAN);
        assert_eq!((closed.state, closed.value.closed), (Standing::Ok, 2));
        assert_eq!(told.pulls_opened(SPAN).value, 7);
        let source = &told.sources[0];
        assert_eq!(
            (source.state, source.until),
            (Standing::Partial, Some(kept.asked))
        );
        let why = "why; in part from an answer kept from before";
        assert_eq!(source.why.as_deref(), Some(why));
    }

    #[test]
    fn what_was_asked_before_the_end_or_is_known_now_stays_as_it_is() {
        let now = forge(900, &[1], false);
        assert_eq!(now.clone().or_kept(&forge(199, &[1, 2], true), SPAN), now);
        let now = forge(900, &[1], true);
        assert_eq!(now.clone().or_kept(&forge(200, &[1, 2], true), SPAN), now);
    }
}
