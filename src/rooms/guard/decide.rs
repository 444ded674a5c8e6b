//! What to do about a guarded file. Pure, total: what it needs to know and
//! does not, it asks for.

use crate::model::text::{clean, cut};
use crate::model::time::Timestamp;
use crate::sys::editing::Sign;

/// For how long a file that somebody touched is left to them, in seconds.
pub const PATIENCE: i64 = 120;

/// What a validator said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// The file is right.
    Accepts,
    /// The file is wrong.
    Refuses(Fault),
    /// It could not say: why.
    Unable(String),
}

/// What is wrong with a file, by its validator.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Fault {
    /// In which line.
    pub line: Option<usize>,
    /// Its first line of words, which may quote the file.
    pub said: String,
}

impl Fault {
    /// Reads what a validator printed.
    #[must_use]
    pub fn read(said: &[u8]) -> Self {
        let said = String::from_utf8_lossy(said);
        let mut lines = said.lines().map(str::trim).filter(|line| !line.is_empty());
        let said = lines.next().unwrap_or_default();
        Self {
            line: line_number(said),
            said: cut(&clean(said), 160, "…"),
        }
    }
}

/// The number that a complaint gives a line by: `line 3`, `FILE:3:`, `FILE: 3:`.
fn line_number(said: &str) -> Option<usize> {
    let digits = |text: &str| {
        let text = text.trim_start();
        let end = text
            .find(|c: char| !c.is_ascii_digit())
            .unwrap_or(text.len());
        Some((text.get(..end)?.parse().ok()?, text.get(end..)?.to_owned()))
    };
    let after = |word: &str| {
        let mut places = said.match_indices(word);
        places.find_map(|(at, _)| digits(said.get(at + word.len()..)?))
    };
    let named: Option<(usize, String)> = after("line ");
    let colon = || {
        let mut places = said.match_indices(':');
        places.find_map(|(at, _)| {
            digits(said.get(at + 1..)?).filter(|(_, rest)| rest.starts_with(':'))
        })
    };
    named.or_else(colon).map(|(number, _)| number)
}

/// What stands in the file's place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Content {
    /// Nothing.
    Missing,
    /// Nothing, and not even its folder.
    Nowhere,
    /// What is not guarded: why.
    Unfit(String),
    /// A file without a byte.
    Empty,
    /// A file that holds NUL bytes.
    Nul,
    /// A file.
    Filled,
}

/// Whether a good version is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Known {
    /// None.
    Nothing,
    /// One, and what stands there is another.
    Other,
    /// One, and what stands there is that, byte for byte.
    This,
}

/// Everything known of a guarded file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    /// What stands there.
    pub content: Content,
    /// A link that led to it is gone and can be made anew.
    pub lost_link: bool,
    /// What is known of it.
    pub known: Known,
    /// Whether it is another's, so that replacing it would take it from them.
    pub foreign: bool,
    /// Why it is not the file that the good version was known of.
    pub estranged: Option<&'static str>,
    /// When it was last written to, and when it was moved here.
    pub touched: Vec<Timestamp>,
    /// The signs that somebody edits it; `None`: not looked for yet.
    pub signs: Option<Vec<Sign>>,
    /// Whether the hour's actions are used up.
    pub spent: bool,
    /// What the validator says of it; `None`: not asked yet.
    pub verdict: Option<Verdict>,
    /// What it says of the last good version.
    pub copy: Option<Verdict>,
    /// What it says of the file when it is asked again, after that.
    pub again: Option<Verdict>,
    /// Now.
    pub now: Timestamp,
}

/// What is the matter with a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Broken {
    /// It is not there.
    Missing,
    /// It is empty.
    Empty,
    /// It holds NUL bytes.
    Nul,
    /// Its validator says so.
    Refused(Fault),
}

/// Why nothing can be done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Helpless {
    /// It is not one that we guard: why.
    Unfit(String),
    /// No good version is known.
    Unknown(Broken),
    /// The validator, or what it needs, is broken: it does not accept what it
    /// once did; what it says.
    Validator(Option<Broken>, String),
    /// The hour's actions are used up.
    Spent(Broken),
    /// It is another user's.
    Foreign(Broken),
    /// It is not the file that the good version was known of: why.
    Estranged(Broken, &'static str),
    /// Not even its folder is there.
    Nowhere,
}

/// Why it waits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Waiting {
    /// An editor has it open, or a process that writes to it.
    Editor(Sign),
    /// It was changed a moment ago.
    Changed,
}

/// What must be known first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Question {
    /// What the validator says of the file.
    File,
    /// Whether somebody edits it.
    Editing,
    /// What it says of the last good version.
    Copy,
    /// What it says of the file once more.
    Again,
}

/// What to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Decision {
    /// To ask.
    Ask(Question),
    /// Nothing: it is right, and kept.
    Fine,
    /// It is right: keep it.
    Keep,
    /// It is right as its validator sees it, but nothing to keep.
    Leave(Broken),
    /// It is right: only its link is made anew.
    Relink,
    /// Put the last good version in its place.
    Restore(Broken),
    /// Not before then.
    Wait(Broken, Waiting, Timestamp),
    /// Nothing can be done.
    Help(Helpless),
}

/// What to do about a file.
#[must_use]
pub fn decide(seen: &Seen) -> Decision {
    let broken = match &seen.content {
        Content::Unfit(why) => return Decision::Help(Helpless::Unfit(why.clone())),
        Content::Nowhere => return Decision::Help(Helpless::Nowhere),
        Content::Missing => Broken::Missing,
        Content::Empty if seen.known != Known::Nothing => Broken::Empty,
        Content::Nul if seen.known != Known::Nothing => Broken::Nul,
        Content::Empty | Content::Nul | Content::Filled => match &seen.verdict {
            None => return Decision::Ask(Question::File),
            Some(Verdict::Accepts) => return accepted(seen),
            Some(Verdict::Unable(why)) => {
                return Decision::Help(Helpless::Validator(None, why.clone()));
            }
            Some(Verdict::Refuses(fault)) => Broken::Refused(fault.clone()),
        },
    };
    if seen.known == Known::Nothing {
        return Decision::Help(Helpless::Unknown(broken));
    }
    if let (true, Broken::Refused(fault)) = (seen.known == Known::This, &broken) {
        let said = fault.said.clone();
        return Decision::Help(Helpless::Validator(Some(broken), said));
    }
    // What is missing is nobody's text.
    if broken != Broken::Missing {
        let Some(signs) = &seen.signs else {
            return Decision::Ask(Question::Editing);
        };
        if let Some((waiting, until)) = editing(seen, signs) {
            return Decision::Wait(broken, waiting, until);
        }
    }
    if seen.foreign {
        return Decision::Help(Helpless::Foreign(broken));
    }
    if let Some(why) = seen.estranged {
        return Decision::Help(Helpless::Estranged(broken, why));
    }
    if seen.spent {
        return Decision::Help(Helpless::Spent(broken));
    }
    match &seen.copy {
        None => return Decision::Ask(Question::Copy),
        Some(Verdict::Accepts) => {}
        Some(Verdict::Refuses(Fault { said, .. }) | Verdict::Unable(said)) => {
            return Decision::Help(Helpless::Validator(Some(broken), said.clone()));
        }
    }
    // A validator that could not do its work a moment ago and can now says
    // nothing against the file.
    match (&broken, &seen.again) {
        (Broken::Refused(_), None) => Decision::Ask(Question::Again),
        (Broken::Refused(_), Some(Verdict::Accepts)) => accepted(seen),
        (Broken::Refused(_), Some(Verdict::Unable(why))) => {
            Decision::Help(Helpless::Validator(None, why.clone()))
        }
        _ => Decision::Restore(broken),
    }
}

/// What becomes of a file that its validator accepts.
fn accepted(seen: &Seen) -> Decision {
    match seen.content {
        Content::Empty => Decision::Leave(Broken::Empty),
        Content::Nul => Decision::Leave(Broken::Nul),
        _ if seen.lost_link && seen.estranged.is_some() => {
            let why = seen.estranged.unwrap_or_default();
            Decision::Help(Helpless::Estranged(Broken::Missing, why))
        }
        _ if seen.lost_link && seen.spent => Decision::Help(Helpless::Spent(Broken::Missing)),
        _ if seen.lost_link => Decision::Relink,
        _ if seen.known == Known::This => Decision::Fine,
        _ => Decision::Keep,
    }
}

/// Whether a person has the file in hand, and until when it is left to them. A
/// time that lies ahead of us tells nothing.
fn editing(seen: &Seen, signs: &[Sign]) -> Option<(Waiting, Timestamp)> {
    let until = |at: Timestamp| Timestamp(at.0.saturating_add(PATIENCE));
    // What is empty is nobody's text, unless somebody is about to write it.
    if seen.content == Content::Empty {
        let at_it = |sign: &&Sign| matches!(sign, Sign::Writer(_));
        let writer = signs.iter().find(at_it)?;
        return Some((Waiting::Editor(writer.clone()), until(seen.now)));
    }
    let lately = |at: &Timestamp| (0..PATIENCE).contains(&seen.now.since(*at));
    let open = signs.iter().filter_map(|sign| match sign {
        Sign::File(_, at) if lately(at) => Some((Waiting::Editor(sign.clone()), until(*at))),
        Sign::File(..) => None,
        Sign::Program(..) | Sign::Writer(_) => {
            Some((Waiting::Editor(sign.clone()), until(seen.now)))
        }
    });
    let touched = seen.touched.iter().copied().filter(lately);
    let touched = touched.map(|at| (Waiting::Changed, until(at)));
    touched.chain(open).max_by_key(|(_, until)| *until)
}

#[cfg(test)]
#[path = "decide_tests.rs"]
mod tests;
