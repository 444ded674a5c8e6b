//! A sum of bytes, by which content is known again.

/// FNV-1a in 128 bits: the same on every machine and with every compiler.
#[must_use]
pub fn sum(bytes: &[u8]) -> String {
    const BASIS: u128 = 0x6c62_272e_07bb_0142_62b8_2175_6295_c58d;
    const PRIME: u128 = 0x0000_0000_0100_0000_0000_0000_0000_013b;
    let sum = bytes.iter().fold(BASIS, |sum, byte| {
        (sum ^ u128::from(*byte)).wrapping_mul(PRIME)
    });
    format!("{sum:032x}")
}
