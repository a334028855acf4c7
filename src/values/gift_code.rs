//! The secret that redeems a gift, generous to whoever types it.

use std::fmt;

use super::crockford;

/// 24 Crockford base32 symbols, 120 bits. No `Display` and a masked `Debug`: only [`GiftCode::reveal`] shows it.
#[derive(Clone, PartialEq, Eq)]
pub struct GiftCode(String);

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum GiftCodeError {
    #[error("no code was given")]
    Missing,
    #[error("a code has 24 letters and figures")]
    Malformed,
}

const LENGTH: usize = 24;
const GROUP: usize = 4;
/// How many bytes the symbols stand for.
const BYTES: usize = 15;

impl GiftCode {
    /// The code that stands for these 120 bits.
    #[must_use]
    pub fn from_bytes(bytes: [u8; BYTES]) -> Self {
        Self(crockford::encode(&bytes, LENGTH).to_ascii_uppercase())
    }

    /// Takes lower case, spaces and hyphens of every kind, O for 0, I and L for 1.
    pub fn parse(typed: &str) -> Result<Self, GiftCodeError> {
        let symbols: String = typed.chars().filter(|typed| !is_gap(*typed)).map(meant).collect();
        match symbols.len() {
            0 => Err(GiftCodeError::Missing),
            LENGTH if symbols.chars().all(|symbol| crockford::is_symbol(symbol.to_ascii_lowercase())) => Ok(Self(symbols)),
            _ => Err(GiftCodeError::Malformed),
        }
    }

    /// The bare symbols, as a link carries them and a digest is taken of them.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// In groups of four with a blank between, as people read and type it.
    #[must_use]
    pub fn reveal_grouped(&self) -> String {
        let groups: Vec<&str> = (0..LENGTH / GROUP).filter_map(|group| self.0.get(group * GROUP..(group + 1) * GROUP)).collect();
        groups.join(" ")
    }
}

fn is_gap(typed: char) -> bool {
    typed.is_whitespace() || matches!(typed, '-' | '\u{2010}'..='\u{2015}' | '_' | '.')
}

fn meant(typed: char) -> char {
    match typed.to_ascii_uppercase() {
        'O' => '0',
        'I' | 'L' => '1',
        other => other,
    }
}

impl fmt::Debug for GiftCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("GiftCode(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_read_as_it_was_meant() {
        let printed = GiftCode::parse("7K2M 9QWX 4HTV B3NE 6RYD 8P01").unwrap();
        for typed in ["7k2m9qwx4htvb3ne6ryd8p01", "7K2M-9QWX-4HTV-B3NE-6RYD-8POI", " 7k2m\t9qwx–4htv b3ne 6ryd 8pol "] {
            assert_eq!(GiftCode::parse(typed).unwrap(), printed, "{typed}");
        }
        assert_eq!(printed.reveal_grouped(), "7K2M 9QWX 4HTV B3NE 6RYD 8P01");
        assert_eq!(format!("{printed:?}"), "GiftCode(…)");
    }

    #[test]
    fn what_is_no_code_is_refused() {
        assert_eq!(GiftCode::parse(" - "), Err(GiftCodeError::Missing));
        for wrong in ["7K2M", "7K2M9QWX4HTVB3NE6RYD8P0U", "7K2M9QWX4HTVB3NE6RYD8P012", "７K2M9QWX4HTVB3NE6RYD8P01"] {
            assert_eq!(GiftCode::parse(wrong), Err(GiftCodeError::Malformed), "{wrong}");
        }
    }

    #[test]
    fn every_bit_of_a_code_counts() {
        let zero = GiftCode::from_bytes([0; BYTES]);
        assert_eq!(zero.reveal(), "0".repeat(LENGTH));
        for bit in 0..BYTES * 8 {
            let mut bytes = [0; BYTES];
            bytes[bit / 8] = 1 << (bit % 8);
            let code = GiftCode::from_bytes(bytes);
            assert_ne!(code, zero);
            assert_eq!(GiftCode::parse(&code.reveal_grouped()), Ok(code));
        }
    }
}
