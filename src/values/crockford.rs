//! Crockford's base32: no letter in it is mistaken for another on paper.

const SYMBOLS: &str = "0123456789abcdefghjkmnpqrstvwxyz";

/// The lowest `5 * symbols` bits, highest first, in small letters.
pub(super) fn encode(bytes: &[u8], symbols: usize) -> String {
    let bits = bytes.iter().fold(0_u128, |bits, byte| (bits << 8) | u128::from(*byte));
    let place = |symbol: usize| usize::try_from((bits >> (5 * symbol)) & 31).unwrap_or_default();
    (0..symbols).rev().filter_map(|symbol| SYMBOLS.chars().nth(place(symbol))).collect()
}

pub(super) fn is_symbol(letter: char) -> bool {
    SYMBOLS.contains(letter)
}
