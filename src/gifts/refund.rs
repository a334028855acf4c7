//! When a buyer may take the money back without asking anybody, and what asking does to the gift. How the money travels is not known here.

use super::{Gift, GiftState, HoldReason};
use crate::values::{Day, Timestamp, Zone};

/// For how many days after the payment, or after its recipient declined it, a gift's money is given back on demand. None, and its buyer
/// can only write to the shop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RefundRule {
    pub days: u16,
}

impl Default for RefundRule {
    fn default() -> Self {
        Self { days: 14 }
    }
}

/// Why the money isn't given back on demand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RefundRefused {
    /// There is no payment.
    Unpaid,
    /// The payment is being checked.
    Held,
    Redeemed,
    /// Refunded, canceled or expired.
    Ended,
    /// The shop gives none back on demand.
    NotOffered,
    /// The last day for it is over.
    Late(Day),
}

impl RefundRule {
    /// The most days that an operator can set.
    pub const DAYS_MAX: u16 = 365;

    /// The last day, on the calendar of `zone`, on which what happened at `from` counts.
    fn last_day(self, from: Timestamp, zone: &Zone) -> Option<Day> {
        (self.days > 0).then(|| zone.day_after(from, self.days))
    }
}

impl Gift {
    /// The last day on which its buyer may take the money back; `None` where that can't be done, now or ever.
    #[must_use]
    pub fn refundable_until(&self, rule: RefundRule, zone: &Zone, now: Timestamp) -> Option<Day> {
        self.last_day_to_refund(rule, zone, now).ok()
    }

    /// Takes it back: from now on nobody redeems it, until the provider says that the money went or the operator that it stays.
    /// Asked twice, it was asked once.
    pub fn ask_refund(&self, rule: RefundRule, zone: &Zone, now: Timestamp) -> Result<Self, RefundRefused> {
        if matches!(self.state, GiftState::Held { reason: HoldReason::Refund, .. }) {
            return Ok(self.clone());
        }
        self.last_day_to_refund(rule, zone, now)?;
        let (purchased_at, declined_at) = self.refundable_since()?;
        Ok(self.in_state(GiftState::Held { purchased_at, held_at: now, reason: HoldReason::Refund, declined_at }))
    }

    fn last_day_to_refund(&self, rule: RefundRule, zone: &Zone, now: Timestamp) -> Result<Day, RefundRefused> {
        let (purchased_at, declined_at) = self.refundable_since()?;
        let last_day = rule.last_day(declined_at.unwrap_or(purchased_at), zone).ok_or(RefundRefused::NotOffered)?;
        if zone.day(now) <= last_day { Ok(last_day) } else { Err(RefundRefused::Late(last_day)) }
    }

    /// When it was purchased, and when it was declined.
    fn refundable_since(&self) -> Result<(Timestamp, Option<Timestamp>), RefundRefused> {
        match &self.state {
            GiftState::Purchased { purchased_at } => Ok((*purchased_at, None)),
            GiftState::Declined { purchased_at, declined_at } => Ok((*purchased_at, Some(*declined_at))),
            GiftState::Pending => Err(RefundRefused::Unpaid),
            GiftState::Held { .. } => Err(RefundRefused::Held),
            GiftState::Redeemed { .. } => Err(RefundRefused::Redeemed),
            GiftState::Canceled { .. } | GiftState::Refunded { .. } | GiftState::Expired { .. } => Err(RefundRefused::Ended),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::OrderNews;
    use super::super::samples::{CHANGED_AT, EVERY_STATE, NOW, PURCHASED_AT, gift_that_is, name_of};
    use super::*;

    const FORTNIGHT: RefundRule = RefundRule { days: 14 };

    fn at(text: &str) -> Timestamp {
        Timestamp::from_millis(text.parse::<jiff::Timestamp>().unwrap().as_millisecond())
    }

    fn paid_at(purchased_at: Timestamp) -> Gift {
        gift_that_is("purchased").in_state(GiftState::Purchased { purchased_at })
    }

    #[test]
    fn only_what_is_paid_and_not_redeemed_is_taken_back() {
        for state in EVERY_STATE {
            let asked = gift_that_is(state).ask_refund(FORTNIGHT, &Zone::UTC, NOW);
            let told = asked.map_or_else(|refused| format!("{refused:?}"), |gift| name_of(&gift.state).to_owned());
            let expected = match state {
                "purchased" | "declined" | "taken back" => "taken back",
                "pending" => "Unpaid",
                "disputed" | "mismatched" => "Held",
                "redeemed" => "Redeemed",
                _ => "Ended",
            };
            assert_eq!(told, expected, "{state}");
        }
    }

    #[test]
    fn the_last_day_counts_to_its_end_by_the_shops_clock() {
        let auckland = Zone::parse("Pacific/Auckland").unwrap();
        // The morning of 22 November in Auckland.
        let gift = paid_at(at("2026-11-21T20:00:00Z"));
        let last_day: Day = "2026-12-06".parse().unwrap();
        assert_eq!(gift.refundable_until(FORTNIGHT, &auckland, NOW), Some(last_day));
        assert!(gift.ask_refund(FORTNIGHT, &auckland, at("2026-12-06T10:59:00Z")).is_ok());
        let late = gift.ask_refund(FORTNIGHT, &auckland, at("2026-12-06T11:00:00Z"));
        assert_eq!(late, Err(RefundRefused::Late(last_day)));
    }

    #[test]
    fn declining_gives_as_many_days_anew() {
        let purchased_at = at("2026-01-10T12:00:00Z");
        let declined = GiftState::Declined { purchased_at, declined_at: at("2026-11-21T12:00:00Z") };
        let gift = gift_that_is("declined").in_state(declined);
        assert_eq!(gift.refundable_until(FORTNIGHT, &Zone::UTC, at("2026-11-21T12:00:00Z")), "2026-12-05".parse().ok());
        let never = gift.ask_refund(RefundRule { days: 0 }, &Zone::UTC, at("2026-11-21T12:00:00Z"));
        assert_eq!(never, Err(RefundRefused::NotOffered));
    }

    #[test]
    fn what_was_taken_back_ends_by_the_providers_word_alone_and_a_declined_gift_stays_declined() {
        let asked = gift_that_is("declined").ask_refund(FORTNIGHT, &Zone::UTC, NOW).unwrap();
        let held =
            GiftState::Held { purchased_at: PURCHASED_AT, held_at: NOW, reason: HoldReason::Refund, declined_at: Some(CHANGED_AT) };
        assert_eq!(asked.state, held);
        for news in [OrderNews::Settled, OrderNews::Contested, OrderNews::Upheld, OrderNews::PartlyRefunded] {
            assert_eq!(asked.follow(news, NOW).gift, asked, "{news:?}");
        }
        assert_eq!(asked.follow(OrderNews::Reversed, NOW).gift.state, GiftState::Refunded { refunded_at: NOW });
        assert_eq!(asked.release().unwrap().gift, gift_that_is("declined"));
    }
}
