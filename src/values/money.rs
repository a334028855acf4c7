//! Amounts of money: integer minor units with their currency, never a float.

use std::fmt;

use serde::{Deserialize, Serialize};

/// An ISO 4217 currency, by its three capital letters.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Currency([u8; 3]);

/// Why a text is no amount or no currency.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MoneyError {
    #[error("a currency is three letters, as in EUR")]
    Currency,
    #[error("amounts in different currencies can't be added")]
    Mixed,
    #[error("an amount is too large")]
    Overflow,
    #[error("an amount is written in figures, as in 5 or 5.00")]
    Amount,
}

impl Currency {
    pub const EUR: Self = Self(*b"EUR");
    pub const USD: Self = Self(*b"USD");
    pub const JPY: Self = Self(*b"JPY");

    /// Accepts either case, as Stripe writes it small.
    pub fn parse(text: &str) -> Result<Self, MoneyError> {
        match text.as_bytes() {
            [a, b, c] if text.bytes().all(|letter| letter.is_ascii_alphabetic()) => {
                Ok(Self([a.to_ascii_uppercase(), b.to_ascii_uppercase(), c.to_ascii_uppercase()]))
            }
            _ => Err(MoneyError::Currency),
        }
    }

    #[must_use]
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or("XXX")
    }

    /// How many digits stand behind the decimal point when a person reads it (ISO 4217, table A.1).
    #[must_use]
    pub fn exponent(&self) -> u32 {
        match &self.0 {
            b"BIF" | b"CLP" | b"DJF" | b"GNF" | b"ISK" | b"JPY" | b"KMF" | b"KRW" | b"PYG" | b"RWF" | b"UGX" | b"VND" | b"VUV"
            | b"XAF" | b"XOF" | b"XPF" => 0,
            b"BHD" | b"IQD" | b"JOD" | b"KWD" | b"LYD" | b"OMR" | b"TND" => 3,
            _ => 2,
        }
    }

    fn sign(self) -> Option<&'static str> {
        match self.0.as_slice() {
            b"EUR" => Some("€"),
            b"USD" => Some("$"),
            b"GBP" => Some("£"),
            b"JPY" => Some("¥"),
            b"INR" => Some("₹"),
            b"KRW" => Some("₩"),
            _ => None,
        }
    }
}

impl fmt::Debug for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl TryFrom<String> for Currency {
    type Error = MoneyError;
    fn try_from(text: String) -> Result<Self, MoneyError> {
        Self::parse(&text)
    }
}

impl From<Currency> for String {
    fn from(currency: Currency) -> Self {
        currency.as_str().to_owned()
    }
}

/// An amount in the smallest unit of its currency: cents for EUR, whole yen for JPY.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Money {
    pub minor: i64,
    pub currency: Currency,
}

impl Money {
    #[must_use]
    pub const fn new(minor: i64, currency: Currency) -> Self {
        Self { minor, currency }
    }

    /// Reads "5" or "5.00": figures, and behind a point no more of them than the currency has. No sign, no grouping.
    pub fn parse(text: &str, currency: Currency) -> Result<Self, MoneyError> {
        let (whole, decimals) = text.split_once('.').map_or((text, None), |(whole, decimals)| (whole, Some(decimals)));
        let exponent = usize::try_from(currency.exponent()).unwrap_or(2);
        let is_figures = |text: &str| !text.is_empty() && text.bytes().all(|figure| figure.is_ascii_digit());
        if !is_figures(whole) || decimals.is_some_and(|decimals| !is_figures(decimals) || decimals.len() > exponent) {
            return Err(MoneyError::Amount);
        }
        let minor = format!("{whole}{:0<exponent$}", decimals.unwrap_or_default());
        minor.parse().map(|minor| Self { minor, currency }).map_err(|_| MoneyError::Overflow)
    }

    #[must_use]
    pub const fn is_zero(&self) -> bool {
        self.minor == 0
    }

    pub fn plus(self, other: Self) -> Result<Self, MoneyError> {
        self.combine(other, i64::checked_add)
    }

    pub fn minus(self, other: Self) -> Result<Self, MoneyError> {
        self.combine(other, i64::checked_sub)
    }

    fn combine(self, other: Self, with: fn(i64, i64) -> Option<i64>) -> Result<Self, MoneyError> {
        if self.currency != other.currency {
            return Err(MoneyError::Mixed);
        }
        with(self.minor, other.minor).map(|minor| Self { minor, ..self }).ok_or(MoneyError::Overflow)
    }

    /// As forms write it: a whole sum drops its empty decimals, "€192" but "€172.80".
    #[must_use]
    pub fn brief(&self) -> String {
        let unit = 10_i64.pow(self.currency.exponent());
        if self.minor % unit == 0 { self.written(0) } else { self.exact() }
    }

    /// As receipts and mails write it, always with its minor units: "€192.00".
    #[must_use]
    pub fn exact(&self) -> String {
        self.written(self.currency.exponent())
    }

    fn written(self, decimals: u32) -> String {
        let unit = 10_u64.pow(self.currency.exponent());
        let amount = self.minor.unsigned_abs();
        let minus = if self.minor < 0 { "−" } else { "" };
        let whole = grouped(amount / unit);
        let tail = match decimals {
            0 => String::new(),
            digits => format!(".{:0width$}", amount % unit, width = usize::try_from(digits).unwrap_or(2)),
        };
        match self.currency.sign() {
            Some(sign) => format!("{minus}{sign}{whole}{tail}"),
            None => format!("{minus}{}\u{a0}{whole}{tail}", self.currency.as_str()),
        }
    }
}

/// Thousands set apart by a comma, from five digits on as from four: "12,000".
fn grouped(whole: u64) -> String {
    let digits = whole.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_are_written_in_their_own_minor_units() {
        let bhd = Currency::parse("bhd").unwrap();
        for (minor, currency, brief, exact) in [
            (19_200, Currency::EUR, "€192", "€192.00"),
            (17_280, Currency::EUR, "€172.80", "€172.80"),
            (5, Currency::USD, "$0.05", "$0.05"),
            (-1_920, Currency::EUR, "−€19.20", "−€19.20"),
            (1_234_567, Currency::JPY, "¥1,234,567", "¥1,234,567"),
            (1_500, bhd, "BHD\u{a0}1.500", "BHD\u{a0}1.500"),
            (2_000, bhd, "BHD\u{a0}2", "BHD\u{a0}2.000"),
        ] {
            let sum = Money::new(minor, currency);
            assert_eq!((sum.brief().as_str(), sum.exact().as_str()), (brief, exact));
        }
    }

    #[test]
    fn an_amount_is_read_as_it_is_written() {
        let bhd = Currency::parse("bhd").unwrap();
        for (text, currency, minor) in [
            ("5", Currency::EUR, 500),
            ("5.5", Currency::EUR, 550),
            ("0.05", Currency::EUR, 5),
            ("500", Currency::JPY, 500),
            ("1.5", bhd, 1_500),
        ] {
            assert_eq!(Money::parse(text, currency), Ok(Money::new(minor, currency)), "{text}");
        }
        for wrong in ["", ".", "5.", ".5", "5.005", "5,00", "-5", "+5", "1 000", "€5", "५"] {
            assert_eq!(Money::parse(wrong, Currency::EUR), Err(MoneyError::Amount), "{wrong}");
        }
        assert_eq!(Money::parse("5.0", Currency::JPY), Err(MoneyError::Amount));
        assert_eq!(Money::parse("99999999999999999999", Currency::EUR), Err(MoneyError::Overflow));
    }

    #[test]
    fn different_currencies_are_never_added() {
        let euro = Money::new(1, Currency::EUR);
        assert_eq!(euro.plus(Money::new(1, Currency::USD)), Err(MoneyError::Mixed));
        assert_eq!(euro.plus(Money::new(i64::MAX, Currency::EUR)), Err(MoneyError::Overflow));
        assert_eq!(euro.minus(Money::new(3, Currency::EUR)), Ok(Money::new(-2, Currency::EUR)));
    }

    #[test]
    fn a_currency_is_three_letters() {
        for wrong in ["", "EU", "EURO", "E1R", "€"] {
            assert_eq!(Currency::parse(wrong), Err(MoneyError::Currency));
        }
    }
}
