//! Promo codes: what a word takes off a price, of which tiers, when and how often. Pure; who gets the last use is the database's to say.

use std::fmt;
use std::str::FromStr;

use super::{Offer, Tier};
use crate::values::{Money, Timestamp};

/// The word that a buyer types: 3 to 32 letters, figures and hyphens, kept in capitals.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PromoName(String);

/// A part of the price, from 1 to 100 in the hundred.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Percent(u8);

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PromoError {
    #[error("a promo code has 3 to 32 letters, figures and hyphens, as in SPRING-27")]
    Name,
    #[error("a percentage is a whole number from 1 to 100")]
    Percent,
}

/// What a code takes off.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Discount {
    Percent(Percent),
    /// Once from the whole price, in the currency in which the catalog had its prices when the code was made.
    Amount(Money),
}

/// A promo code as the operator made it, and how often it is in use.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PromoCode {
    pub name: PromoName,
    pub discount: Discount,
    /// What it is for; empty for everything.
    pub tiers: Vec<Tier>,
    pub starts_at: Option<Timestamp>,
    /// The first moment at which it counts no more.
    pub ends_at: Option<Timestamp>,
    pub uses_max: Option<i64>,
    /// By orders that are paid or can still be. A payment that came late is honoured, so these may be more than `uses_max`.
    pub uses: i64,
    pub created_at: Timestamp,
}

/// Why a code takes nothing off.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PromoRefused {
    NotYet {
        starts_at: Timestamp,
    },
    Ended {
        ends_at: Timestamp,
    },
    /// It is for other tiers.
    OtherTier,
    UsedUp,
    /// The catalog has changed its currency since.
    OtherCurrency,
}

impl PromoName {
    pub const LONGEST: usize = 32;
    const SHORTEST: usize = 3;

    /// Takes either case, blanks around it, and dashes of every kind, which some keyboards make of a hyphen.
    pub fn parse(typed: &str) -> Result<Self, PromoError> {
        let name: String = typed.trim().chars().map(meant).collect();
        let is_word = name.chars().all(|symbol| symbol.is_ascii_alphanumeric() || symbol == '-');
        let has_ends = !name.starts_with('-') && !name.ends_with('-');
        if is_word && has_ends && (Self::SHORTEST..=Self::LONGEST).contains(&name.len()) {
            Ok(Self(name))
        } else {
            Err(PromoError::Name)
        }
    }

    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

fn meant(typed: char) -> char {
    match typed {
        '\u{2010}'..='\u{2015}' | '\u{2212}' => '-',
        other => other.to_ascii_uppercase(),
    }
}

impl FromStr for PromoName {
    type Err = PromoError;
    fn from_str(typed: &str) -> Result<Self, PromoError> {
        Self::parse(typed)
    }
}

impl fmt::Display for PromoName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Percent {
    #[must_use]
    pub const fn count(self) -> u8 {
        self.0
    }

    /// What is left of `minor` units: the whole units below, so that rounding is the buyer's gain. Free of overflow, as the hundreds and
    /// the rest are taken apart.
    const fn off(self, minor: i64) -> i64 {
        let kept = 100 - self.0 as i64;
        minor / 100 * kept + minor % 100 * kept / 100
    }
}

impl TryFrom<i64> for Percent {
    type Error = PromoError;
    fn try_from(count: i64) -> Result<Self, PromoError> {
        u8::try_from(count).ok().filter(|count| (1..=100).contains(count)).map(Self).ok_or(PromoError::Percent)
    }
}

impl FromStr for Percent {
    type Err = PromoError;
    fn from_str(text: &str) -> Result<Self, PromoError> {
        text.parse::<i64>().map_err(|_| PromoError::Percent)?.try_into()
    }
}

impl Discount {
    /// What is left of `price`, never less than nothing. `None` where the two are in different currencies.
    #[must_use]
    pub fn off(&self, price: Money) -> Option<Money> {
        let left = match self {
            Self::Percent(percent) => percent.off(price.minor),
            Self::Amount(amount) => price.minus(*amount).ok()?.minor,
        };
        let coin = smallest_coin(price);
        Some(Money::new(left.max(0) / coin * coin, price.currency))
    }
}

/// Nobody charges a thousandth of a dinar: what three decimals write is paid in hundredths.
fn smallest_coin(price: Money) -> i64 {
    if price.currency.exponent() == 3 { 10 } else { 1 }
}

/// "10 % off", "€5 off".
impl fmt::Display for Discount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Percent(percent) => write!(f, "{}\u{a0}% off", percent.0),
            Self::Amount(amount) => write!(f, "{} off", amount.brief()),
        }
    }
}

impl PromoCode {
    #[must_use]
    pub fn is_for(&self, tier: Tier) -> bool {
        self.tiers.is_empty() || self.tiers.contains(&tier)
    }

    /// What `offer` costs with this code: its price less the discount, rounded down, so that rounding is the buyer's gain.
    pub fn price(&self, offer: &Offer, now: Timestamp) -> Result<Money, PromoRefused> {
        if let Some(ends_at) = self.ends_at.filter(|ends_at| *ends_at <= now) {
            return Err(PromoRefused::Ended { ends_at });
        }
        if let Some(starts_at) = self.starts_at.filter(|starts_at| *starts_at > now) {
            return Err(PromoRefused::NotYet { starts_at });
        }
        if !self.is_for(offer.tier) {
            return Err(PromoRefused::OtherTier);
        }
        if self.uses_max.is_some_and(|most| self.uses >= most) {
            return Err(PromoRefused::UsedUp);
        }
        self.discount.off(offer.price).ok_or(PromoRefused::OtherCurrency)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::{Catalog, Months};
    use crate::values::Currency;

    const NOW: Timestamp = Timestamp::from_seconds(1_795_262_400);
    const BEFORE: Timestamp = Timestamp::from_seconds(1_795_262_399);
    const AFTER: Timestamp = Timestamp::from_seconds(1_795_262_401);

    fn percent(count: i64) -> Discount {
        Discount::Percent(count.try_into().unwrap())
    }

    fn amount(minor: i64) -> Discount {
        Discount::Amount(Money::new(minor, Currency::EUR))
    }

    fn code(discount: Discount) -> PromoCode {
        PromoCode {
            name: PromoName::parse("SPRING27").unwrap(),
            discount,
            tiers: vec![],
            starts_at: None,
            ends_at: None,
            uses_max: None,
            uses: 0,
            created_at: BEFORE,
        }
    }

    fn founder() -> Offer {
        Catalog::default().offer(Tier::Founder, Months::Twelve).unwrap().clone()
    }

    #[test]
    fn a_name_is_read_as_people_type_it() {
        for typed in ["SPRING-27", " spring-27 ", "Spring\u{2013}27", "spring\u{2212}27"] {
            assert_eq!(PromoName::parse(typed).unwrap().as_str(), "SPRING-27", "{typed}");
        }
        for wrong in ["", "ab", &"a".repeat(33), "SPRING 27", "-SPRING", "SPRING-", "GRÜSSE", "10%", "a\nb c", "'; --"] {
            assert_eq!(PromoName::parse(wrong), Err(PromoError::Name), "{wrong}");
        }
    }

    #[test]
    fn a_percentage_is_a_whole_number_up_to_all_of_it() {
        assert_eq!("100".parse::<Percent>().map(Percent::count), Ok(100));
        for wrong in ["0", "101", "-5", "356", "7.5", "10%", ""] {
            assert_eq!(wrong.parse::<Percent>(), Err(PromoError::Percent), "{wrong}");
        }
    }

    #[test]
    fn what_does_not_divide_is_the_buyers_gain() {
        for (discount, price, left) in [
            (percent(10), 19_200, 17_280),
            (percent(33), 19_200, 12_864),
            (percent(33), 101, 67),
            (percent(1), 99, 98),
            (percent(99), 99, 0),
            (percent(100), i64::MAX, 0),
            (percent(1), i64::MAX, i64::MAX / 100 * 99 + 6),
            (amount(500), 19_200, 18_700),
            (amount(19_200), 19_200, 0),
            (amount(20_000), 19_200, 0),
            (amount(i64::MAX), 1, 0),
        ] {
            assert_eq!(discount.off(Money::new(price, Currency::EUR)), Some(Money::new(left, Currency::EUR)), "{discount} {price}");
        }
    }

    #[test]
    fn what_is_left_can_be_paid_in_its_currency() {
        let yen = Money::new(5_001, Currency::JPY);
        assert_eq!(percent(10).off(yen), Some(Money::new(4_500, Currency::JPY)));
        let dinars = Money::new(12_340, Currency::parse("KWD").unwrap());
        assert_eq!(percent(3).off(dinars).unwrap().minor, 11_960, "11.9698 dinars");
        assert_eq!(amount(500).off(yen), None, "euros come off no yen");
    }

    #[test]
    fn a_code_counts_from_its_first_moment_to_before_its_last() {
        let on = |starts_at, ends_at| PromoCode { starts_at, ends_at, ..code(percent(10)) }.price(&founder(), NOW);
        for (starts_at, ends_at) in [(None, None), (Some(NOW), None), (Some(BEFORE), Some(AFTER))] {
            assert_eq!(on(starts_at, ends_at).unwrap().minor, 17_280);
        }
        assert_eq!(on(Some(AFTER), None), Err(PromoRefused::NotYet { starts_at: AFTER }));
        assert_eq!(on(None, Some(NOW)), Err(PromoRefused::Ended { ends_at: NOW }));
        assert_eq!(on(Some(AFTER), Some(BEFORE)), Err(PromoRefused::Ended { ends_at: BEFORE }), "ended before it began");
    }

    #[test]
    fn a_code_is_for_its_tiers_and_for_so_many_uses() {
        let for_tiers = |tiers| PromoCode { tiers, ..code(amount(500)) }.price(&founder(), NOW);
        assert_eq!(for_tiers(vec![Tier::Member]), Err(PromoRefused::OtherTier));
        assert_eq!(for_tiers(vec![Tier::Member, Tier::Founder]).unwrap().minor, 18_700);
        let used = |uses| PromoCode { uses_max: Some(3), uses, ..code(amount(500)) }.price(&founder(), NOW);
        assert_eq!(used(2).unwrap().minor, 18_700);
        for uses in [3, 4] {
            assert_eq!(used(uses), Err(PromoRefused::UsedUp));
        }
    }

    #[test]
    fn a_sum_in_a_currency_that_the_catalog_has_left_takes_nothing_off() {
        let dollars = Discount::Amount(Money::new(500, Currency::USD));
        assert_eq!(code(dollars).price(&founder(), NOW), Err(PromoRefused::OtherCurrency));
    }
}
