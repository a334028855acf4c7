//! The tax that is in a price. Prices are what is charged, so tax is always inside them, and only the receipt takes it apart.

use crate::values::Money;

/// A tax by its name and rate, as receipts state it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tax {
    name: String,
    /// In thousandths of a percent: 19 % is 19,000.
    rate: i64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TaxError {
    #[error("name it in up to {} letters, as in VAT", Tax::NAME_LONGEST)]
    Name,
    #[error("percent is a number from 0 to 100 with up to three decimals, as in 19 or 7.7")]
    Percent,
}

/// A whole, in thousandths of a percent.
const WHOLE: i64 = 100_000;
const DECIMALS: usize = 3;

impl Tax {
    pub const NAME_LONGEST: usize = 24;

    /// `percent` as people write it: "19", "7.7".
    pub fn new(name: &str, percent: &str) -> Result<Self, TaxError> {
        let (whole, decimals) = percent.trim().split_once('.').unwrap_or((percent.trim(), ""));
        let is_figures = |text: &str| text.bytes().all(|figure| figure.is_ascii_digit());
        if whole.is_empty() || !is_figures(whole) || !is_figures(decimals) || decimals.len() > DECIMALS {
            return Err(TaxError::Percent);
        }
        let rate = format!("{whole}{decimals:0<DECIMALS$}").parse().map_err(|_| TaxError::Percent)?;
        Self::of_rate(name, rate)
    }

    /// `rate` in thousandths of a percent.
    pub fn of_rate(name: &str, rate: i64) -> Result<Self, TaxError> {
        let name = name.trim();
        if name.is_empty() || name.chars().count() > Self::NAME_LONGEST || name.chars().any(char::is_control) {
            return Err(TaxError::Name);
        }
        if !(0..=WHOLE).contains(&rate) {
            return Err(TaxError::Percent);
        }
        Ok(Self { name: name.to_owned(), rate })
    }

    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// In thousandths of a percent.
    #[must_use]
    pub const fn rate(&self) -> i64 {
        self.rate
    }

    /// "19 % VAT".
    #[must_use]
    pub fn label(&self) -> String {
        let (whole, decimals) = (self.rate / 1_000, self.rate % 1_000);
        let decimals = format!(".{decimals:0DECIMALS$}");
        format!("{whole}{} % {}", decimals.trim_end_matches('0').trim_end_matches('.'), self.name)
    }

    /// How much of `total` is this tax: in minor units of its currency, rounded once to the nearest, halves up.
    #[must_use]
    pub fn included_in(&self, total: Money) -> Money {
        let (minor, rate, with_tax) = (i128::from(total.minor), i128::from(self.rate), i128::from(WHOLE + self.rate));
        let tax = (minor * rate * 2 + with_tax).div_euclid(with_tax * 2);
        Money { minor: i64::try_from(tax).unwrap_or(total.minor), ..total }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::values::Currency;

    #[test]
    fn a_sum_is_taken_apart_in_its_smallest_units() {
        for (percent, minor, currency, tax) in [
            ("19", 19_200, Currency::EUR, 3_066),
            ("19", 17_280, Currency::EUR, 2_759),
            ("19", 0, Currency::EUR, 0),
            ("10", 19_200, Currency::JPY, 1_745),
            ("0", 19_200, Currency::EUR, 0),
            ("100", 3, Currency::EUR, 2),
            ("100", i64::MAX, Currency::EUR, 4_611_686_018_427_387_904),
            ("8.875", 10_000, Currency::USD, 815),
        ] {
            let included = Tax::new("VAT", percent).unwrap().included_in(Money::new(minor, currency));
            assert_eq!(included, Money::new(tax, currency), "{percent} % in {minor}");
        }
    }

    #[test]
    fn a_rate_is_written_as_it_was_read() {
        for percent in ["19", "7.7", "8.875", "0", "0.5", "100"] {
            let tax = Tax::new(" VAT ", percent).unwrap();
            assert_eq!(tax.label(), format!("{percent} % VAT"));
            assert_eq!(Tax::of_rate(tax.name(), tax.rate()), Ok(tax));
        }
        for wrong in ["", "-1", "100.001", "7.7777", "1e3", "nineteen", "."] {
            assert_eq!(Tax::new("VAT", wrong), Err(TaxError::Percent), "{wrong}");
        }
        assert_eq!(Tax::new(&"V".repeat(25), "19"), Err(TaxError::Name));
        assert_eq!(Tax::new("VA\nT", "19"), Err(TaxError::Name));
    }
}
