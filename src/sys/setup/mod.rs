//! What `mamori setup` does to the world: looks at files with all that has to
//! come back, puts others in their place, and keeps the record of it.

mod hands;
mod look;
mod records;

pub use hands::{Dress, folder, link, program, put, remove, rmdir, run, sweep, umasked, unlink};
pub use look::look;
pub use records::{RecordError, Records};
