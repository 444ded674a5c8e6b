//! How many files this process may have open.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// As many as a few hundred connections need; macOS grants 256 unasked.
const WANTED: u64 = 4_096;

/// Asks for more where fewer are granted, and tells how many there may be.
#[must_use]
pub fn granted() -> u64 {
    let Rlimit { current, maximum } = getrlimit(Resource::Nofile);
    let now = current.unwrap_or(WANTED);
    let wanted = maximum.map_or(WANTED, |most| most.min(WANTED));
    if now >= wanted {
        return now;
    }
    let more = Rlimit {
        current: Some(wanted),
        maximum,
    };
    match setrlimit(Resource::Nofile, more) {
        Ok(()) => wanted,
        Err(_) => now,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn asking_again_grants_as_much() {
        let first = granted();
        assert!(first > 3);
        assert_eq!(granted(), first);
    }
}
