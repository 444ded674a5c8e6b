//! What a request is known by.

/// A request's name in our ledger: 128 bits of FNV-1a over what its copies
/// share. Made from the user's own files, so nobody gains by a collision.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key(pub [u8; 16]);

impl Key {
    /// Of these parts, each with its end.
    #[must_use]
    pub fn of(parts: &[&str]) -> Self {
        let mut hash = Hash::new();
        for part in parts {
            hash.add(part.as_bytes());
            hash.add(&[0xff]);
        }
        Self(hash.0.to_be_bytes())
    }

    /// Of a whole line.
    #[must_use]
    pub fn of_line(line: &[u8]) -> Self {
        let mut hash = Hash::new();
        hash.add(line);
        Self(hash.0.to_be_bytes())
    }
}

struct Hash(u128);

impl Hash {
    fn new() -> Self {
        Self(0x6c62_272e_07bb_0142_62b8_2175_6295_c58d)
    }

    fn add(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = (self.0 ^ u128::from(*byte)).wrapping_mul(0x0100_0000_0000_0000_0000_013b);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_have_ends() {
        assert_ne!(Key::of(&["a", "bc"]), Key::of(&["ab", "c"]));
        assert_ne!(Key::of(&["a"]), Key::of(&["a", ""]));
        assert_eq!(Key::of(&["a", "b"]), Key::of(&["a", "b"]));
        // The standard's own example.
        let empty = 0x6c62_272e_07bb_0142_62b8_2175_6295_c58d_u128;
        assert_eq!(Key::of_line(b""), Key(empty.to_be_bytes()));
    }
}
