//! Prices that a person keeps beside the configuration.

use crate::model::report::agents::price::Prices;
use crate::model::text::clean;
use crate::sys::files;
use crate::sys::surroundings::Surroundings;

/// The list that comes with the program, and before it `prices.json` beside
/// the configuration, where there is one; what is wrong with that, if anything
/// is: then the list stands alone.
#[must_use]
pub fn prices(around: &Surroundings) -> (Prices, Option<String>) {
    let file = around.config.with_file_name("prices.json");
    let text = match files::read(&file) {
        Ok(None) => return (Prices::list(), None),
        Ok(Some(bytes)) => String::from_utf8_lossy(&bytes).into_owned(),
        Err(error) => return (Prices::list(), Some(error.to_string())),
    };
    match Prices::list().with(&text) {
        Ok(prices) => (prices, None),
        Err(why) => {
            let why = format!(
                "no price is taken from `{}`: {}",
                around.shown(&file),
                clean(&why)
            );
            (Prices::list(), Some(why))
        }
    }
}
