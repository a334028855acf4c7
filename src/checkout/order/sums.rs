//! The sums of an order, as every receipt states them.

use super::{Order, OrderState};
use crate::values::Money;

impl Order {
    /// What was paid, or else is to be.
    #[must_use]
    pub fn sum(&self) -> Money {
        self.paid.unwrap_or(self.total)
    }

    /// What was paid, where that is another sum than was agreed.
    #[must_use]
    pub fn paid_otherwise(&self) -> Option<Money> {
        self.paid.filter(|paid| *paid != self.total)
    }

    /// What came off the list price, and how that line is called.
    #[must_use]
    pub fn discount(&self) -> Option<(String, Money)> {
        let off = self.list_total.minus(self.total).ok().filter(|off| off.minor > 0)?;
        let code = self.promo_code.as_ref();
        Some((code.map_or_else(|| "Discount".to_owned(), |code| format!("Promo code {code}")), off))
    }

    /// The tax that is in the sum, by its label.
    #[must_use]
    pub fn tax_in_it(&self) -> Option<(String, Money)> {
        self.tax.as_ref().map(|tax| (tax.label(), tax.included_in(self.sum())))
    }

    /// What has gone back of what was paid, never more than that: by refunds, or all of it, where a bank took it after a dispute.
    #[must_use]
    pub fn gone_back(&self) -> Money {
        let paid = self.sum();
        match self.state {
            OrderState::Refunded { .. } => paid,
            OrderState::Open { .. }
            | OrderState::Paid { .. }
            | OrderState::PartiallyRefunded { .. }
            | OrderState::Disputed { .. }
            | OrderState::Expired { .. }
            | OrderState::Failed { .. } => Money { minor: self.refunded_minor.min(paid.minor), ..paid },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::open;
    use super::*;
    use crate::values::Currency;

    const fn euros(minor: i64) -> Money {
        Money::new(minor, Currency::EUR)
    }

    #[test]
    fn another_sum_than_was_agreed_is_the_sum_and_is_told_beside_it() {
        for (paid, sum, otherwise) in [
            (None, euros(17_280), None),
            (Some(euros(17_280)), euros(17_280), None),
            (Some(euros(10_000)), euros(10_000), Some(euros(10_000))),
        ] {
            let order = Order { total: euros(17_280), paid, ..open() };
            assert_eq!((order.sum(), order.paid_otherwise()), (sum, otherwise), "{paid:?}");
        }
    }

    #[test]
    fn a_discount_is_called_by_its_code_and_there_is_none_where_nothing_came_off() {
        let full = Order { list_total: euros(19_200), total: euros(19_200), promo_code: None, ..open() };
        assert_eq!(full.discount(), None);
        let less = Order { total: euros(17_280), ..full };
        assert_eq!(less.discount(), Some(("Discount".to_owned(), euros(1_920))));
        let named = Order { promo_code: "SPRING24".parse().ok(), ..less };
        assert_eq!(named.discount(), Some(("Promo code SPRING24".to_owned(), euros(1_920))));
    }
}
