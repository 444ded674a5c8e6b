//! What `errors.log` and its archives say.

use super::Ask;
use crate::model::report::errors::Errors;
use crate::model::report::facts::{Both, Machines};
use crate::model::report::source::{Source, Standing};
use crate::model::text::count;
use crate::sys::error_log;

/// The lines of the period and of the one before; no source where there is
/// neither a log nor an archive of one: then nothing was ever wrong.
pub(super) fn gather(ask: &Ask<'_>) -> (Option<Errors>, Option<Source>) {
    let mut errors = Errors::new(ask.span, ask.compared, &ask.days);
    let since = ask.compared.start.min(ask.span.start);
    let home = &ask.around.mamori_home;
    let went = error_log::lines(home, since, &mut |line| errors.take(line));
    if went.files == 0 {
        return (Some(errors), None);
    }
    let newest = errors.newest.first().map(|line| line.at);
    let mut source = Source::ok("errors.log", newest);
    if errors.unread > 0 {
        let number = usize::try_from(errors.unread).unwrap_or(usize::MAX);
        let why = format!("{} could not be read", count(number, "line"));
        source = source.but(Standing::Partial, &why);
    }
    let Some(why) = went.trouble else {
        return (Some(errors), Some(source));
    };
    let nothing = errors.lines.now == 0 && errors.lines.before == 0;
    if nothing {
        return (None, Some(source.but(Standing::Missing, &why)));
    }
    (Some(errors), Some(source.but(Standing::Partial, &why)))
}

/// The machines with what was counted of their errors; `compared`: whether there
/// is anything to compare that with.
pub(super) fn with(machines: Machines, errors: Option<Errors>, compared: bool) -> Machines {
    let Some(errors) = errors else {
        return machines;
    };
    let by_day = errors.by_day.iter().map(|(day, count)| (day.start, *count));
    Machines {
        errors_by_day: by_day.collect(),
        errors: Both {
            now: Some(errors.lines.now),
            before: Some(errors.lines.before).filter(|_| compared),
        },
        newest_errors: errors.newest,
        ..machines
    }
}
