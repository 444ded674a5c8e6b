//! `timezone`: a name of the time zone database.

use super::wrong::Wrong;

/// The zone of that name.
pub(super) fn zone(text: &str) -> Result<chrono_tz::Tz, Wrong> {
    text.parse().map_err(|_| {
        Wrong::must("a time zone such as \"Asia/Tokyo\"")
            .hint("https://en.wikipedia.org/wiki/List_of_tz_database_time_zones lists them")
            .suggest(text, chrono_tz::TZ_VARIANTS.iter().map(|zone| zone.name()))
    })
}
