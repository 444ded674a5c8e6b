//! Rules about work: reviews, reverts, money, milestones.

use super::Advice;
use crate::model::report::forge::milestones::{Objective, Pace};
use crate::model::report::period::Kind;
use crate::model::time::Timestamp;
use crate::rooms::report::figures::Report;

const DAY: i64 = 86_400;
/// Merges without a review: percent, and of how many.
const UNREVIEWED: u64 = 25;
const MERGES: u64 = 20;
/// A first answer, in seconds, and of how many.
const ANSWER_S: u64 = 86_400;
const ANSWERS: usize = 10;
/// Reverted merges: how many, and percent of all.
const REVERTED: usize = 3;
const REVERTED_PERCENT: u64 = 10;
/// Days behind before a milestone is told.
const BEHIND: f64 = 7.0;

pub(super) fn all(report: &Report<'_>, now: Timestamp) -> Vec<Advice> {
    let mut all = forge(report, now);
    all.extend(budget(report));
    let milestones = report.objectives.iter().flatten();
    all.extend(milestones.filter_map(|one| milestone(one, now)));
    all
}

fn forge(report: &Report<'_>, now: Timestamp) -> Vec<Advice> {
    let mut all = Vec::new();
    let Some(forged) = &report.forged else {
        return all;
    };
    if let (Some(reviews), Some(of)) = (&forged.reviews, forged.merged.now) {
        let many = reviews.without * 100 > of * UNREVIEWED;
        if of >= MERGES && many && !forged.merged.partial {
            let without = reviews.without;
            all.push(Advice::Unreviewed { without, of });
        }
        let answers = &reviews.first_answer;
        if let Some(median_s) = answers.median.filter(|median| *median > ANSWER_S)
            && answers.n >= ANSWERS
        {
            let oldest = forged.waiting.as_ref().and_then(|waiting| waiting.first());
            let oldest = oldest.map(|one| {
                let since = u64::try_from(now.since(one.since)).unwrap_or(0);
                (one.pull.number, since)
            });
            all.push(Advice::Waiting {
                median_s,
                n: answers.n,
                oldest,
            });
        }
    }
    if let Some(failures) = &forged.failures {
        let count = failures.reverted.len();
        let many = count as u64 * 100 >= failures.of * REVERTED_PERCENT;
        if count >= REVERTED && many {
            let numbers = failures.reverted.iter().map(|(_, number)| *number);
            all.push(Advice::Reverted {
                numbers: numbers.collect(),
                of: failures.of,
            });
        }
    }
    all
}

fn budget(report: &Report<'_>) -> Option<Advice> {
    let cost = report.cost.as_ref()?;
    let budget = cost.budget.as_ref()?.monthly_usd?;
    let month = report.facts.period.kind == Kind::Monthly;
    let projected = cost.projected.filter(|sum| month && *sum > budget)?;
    let most = cost.most.clone();
    Some(Advice::Budget {
        projected,
        budget,
        most,
    })
}

#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "issues and days, none below 0"
)]
fn milestone(one: &Objective, now: Timestamp) -> Option<Advice> {
    let late = matches!(one.pace, Pace::Behind | Pace::Late);
    let due = one.milestone.due.filter(|_| late)?;
    if one.had <= 0.0 {
        return None;
    }
    let open = one.milestone.open_issues as f64;
    let days = open / one.had;
    let left = due.since(now) as f64 / DAY as f64;
    let late = days - left;
    let ends = Timestamp(
        now.0
            .saturating_add((days.min(36_500.0) * DAY as f64) as i64),
    );
    let issues = (open - one.had * left.max(0.0)).ceil().max(0.0);
    (late > BEHIND).then(|| Advice::Milestone {
        title: one.milestone.title.clone(),
        ends,
        pace: one.had,
        late_days: late.min(36_500.0) as u64,
        issues: issues as u64,
    })
}
