//! Amounts as Stripe counts them. It agrees with ISO 4217 on all but a few currencies.

use crate::values::{Currency, Money};

/// An amount that Stripe can't charge: it would need smaller coins than Stripe takes in that currency.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("Stripe can't charge such a small part of {}", .0.as_str())]
pub struct TooFine(Currency);

/// `money` in Stripe's smallest unit of its currency.
pub fn to_stripe_amount(money: Money) -> Result<i64, TooFine> {
    let (ours, theirs) = (money.currency.exponent(), stripe_exponent(money.currency));
    let amount = if theirs >= ours {
        money.minor.checked_mul(10_i64.pow(theirs - ours))
    } else {
        divided_exactly(money.minor, 10_i64.pow(ours - theirs))
    };
    amount.filter(|amount| amount % step(money.currency) == 0).ok_or(TooFine(money.currency))
}

/// The most that Stripe takes in one payment, in its own smallest units.
const MOST: i64 = 99_999_999;

/// Whether Stripe can charge just this much.
pub fn can_charge(money: Money) -> bool {
    money.minor >= least(money.currency) && to_stripe_amount(money).is_ok_and(|amount| amount <= MOST)
}

/// The least that Stripe charges, in our minor units; of a currency that isn't known here it may still refuse a small sum itself.
fn least(currency: Currency) -> i64 {
    match currency.as_str() {
        "USD" | "EUR" | "CAD" | "AUD" | "NZD" | "SGD" | "CHF" | "BRL" | "INR" | "JPY" => 50,
        "GBP" => 30,
        "BGN" => 100,
        "AED" | "MYR" | "PLN" | "RON" => 200,
        "DKK" => 250,
        "NOK" | "SEK" => 300,
        "HKD" => 400,
        "MXN" | "THB" => 1_000,
        "CZK" => 1_500,
        "HUF" => 17_500,
        _ => 1,
    }
}

/// What Stripe means by `amount`. It takes no finer amounts than it can tell, so nothing is lost by rounding towards zero.
pub fn from_stripe_amount(amount: i64, currency: Currency) -> Money {
    let (ours, theirs) = (currency.exponent(), stripe_exponent(currency));
    let minor = if ours >= theirs { amount.saturating_mul(10_i64.pow(ours - theirs)) } else { amount / 10_i64.pow(theirs - ours) };
    Money::new(minor, currency)
}

/// How many decimals Stripe counts. Króna and Uganda shilling have none and are written with two all the same;
/// the ariary's fifths are not counted.
fn stripe_exponent(currency: Currency) -> u32 {
    match currency.as_str() {
        "ISK" | "UGX" => 2,
        "MGA" => 0,
        _ => currency.exponent(),
    }
}

/// Amounts must be a multiple of this: a thousandth of a dinar can't be charged, only a hundredth.
fn step(currency: Currency) -> i64 {
    match currency.exponent() {
        3 => 10,
        _ => 1,
    }
}

fn divided_exactly(amount: i64, by: i64) -> Option<i64> {
    (amount % by == 0).then_some(amount / by)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn money(minor: i64, currency: &str) -> Money {
        Money::new(minor, Currency::parse(currency).unwrap())
    }

    #[test]
    fn every_kind_of_currency_goes_there_and_back() {
        for (minor, currency, amount) in [
            (19_200, "EUR", 19_200),
            (5_000, "JPY", 5_000),
            (12_340, "KWD", 12_340),
            (500, "UGX", 50_000),
            (700, "ISK", 70_000),
            (3_000, "MGA", 30),
            (0, "USD", 0),
        ] {
            let money = money(minor, currency);
            assert_eq!(to_stripe_amount(money), Ok(amount), "{currency}");
            assert_eq!(from_stripe_amount(amount, money.currency), money, "{currency}");
        }
    }

    #[test]
    fn what_stripe_cannot_charge_is_refused_before_it_is_asked() {
        for (minor, currency) in [(12_345, "KWD"), (3_050, "MGA"), (i64::MAX, "UGX")] {
            assert_eq!(to_stripe_amount(money(minor, currency)), Err(TooFine(Currency::parse(currency).unwrap())));
        }
    }

    #[test]
    fn a_sum_is_charged_from_stripes_least_to_its_most() {
        for (least, currency) in [(50, "EUR"), (30, "GBP"), (50, "JPY"), (17_500, "HUF"), (1, "UGX")] {
            assert!(can_charge(money(least, currency)), "{least} {currency}");
            assert!(!can_charge(money(least - 1, currency)), "{} {currency}", least - 1);
        }
        assert!(can_charge(money(99_999_999, "EUR")) && !can_charge(money(100_000_000, "EUR")));
        assert!(!can_charge(money(12_345, "KWD")), "finer than Stripe counts");
    }
}
