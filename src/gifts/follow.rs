//! What the news about its order makes of a gift, and what is to be done about it. Every state answers to every news,
//! repeats and late ones included, because news comes twice and out of order.

use super::{Gift, GiftState, HoldReason};
use crate::values::{GrantId, Timestamp};

/// What became of the order that a gift belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OrderNews {
    /// Paid as agreed, or nothing was to pay.
    Settled,
    /// Paid, but not what was agreed.
    Mismatched,
    /// It can no longer be paid, by the provider's word.
    Lapsed,
    /// The same, though money had been under way.
    FellThrough,
    /// All of it went back, or a dispute was lost.
    Reversed,
    /// A part of it went back.
    PartlyRefunded,
    /// A dispute was opened.
    Contested,
    /// A dispute was opened of an order that isn't settled yet.
    ContestedEarly,
    /// A dispute was won.
    Upheld,
}

/// A gift after news of its order. It is the same gift where the news means nothing to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Followed {
    pub gift: Gift,
    pub consequence: Option<Consequence>,
}

/// What is to be done, in the transaction that writes the gift.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Consequence {
    /// It can be redeemed from now on: tell the buyer, and mail it when it is due.
    Deliver,
    /// It can be redeemed again: mail it if that is still to be done.
    Resume,
    /// It can't be redeemed any more: the buyer is told, and nothing about it is sent to the recipient.
    Stop,
    /// It will not be paid, though its buyer thinks they paid: they are told.
    TellUnpaid,
    /// It was redeemed before its money went back: end what is left of that grant, and nothing else.
    VoidGrant(GrantId),
    /// The operator must look. A gift that was redeemed stays so meanwhile, any other is held.
    TellOperator(HoldReason),
}

/// There is no hold for the operator to end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("this gift isn’t held")]
pub struct NotHeld;

impl Gift {
    #[must_use]
    pub fn follow(&self, news: OrderNews, now: Timestamp) -> Followed {
        match news {
            OrderNews::Settled => self.settled(now),
            OrderNews::Mismatched => self.doubted(HoldReason::Mismatch, now),
            OrderNews::Contested => self.doubted(HoldReason::Dispute, now),
            OrderNews::ContestedEarly => self.contested_early(),
            OrderNews::Upheld => self.upheld(),
            OrderNews::Lapsed => self.lapsed(None, now),
            OrderNews::FellThrough => self.lapsed(Some(Consequence::TellUnpaid), now),
            OrderNews::Reversed => self.reversed(now),
            OrderNews::PartlyRefunded => self.unmoved(),
        }
    }

    /// The operator has looked and lets the gift go on, whatever held it.
    pub fn release(&self) -> Result<Followed, NotHeld> {
        match &self.state {
            GiftState::Held { purchased_at, declined_at, .. } => Ok(self.resumed(*purchased_at, *declined_at)),
            GiftState::Pending
            | GiftState::Purchased { .. }
            | GiftState::Redeemed { .. }
            | GiftState::Canceled { .. }
            | GiftState::Refunded { .. }
            | GiftState::Declined { .. }
            | GiftState::Expired { .. } => Err(NotHeld),
        }
    }

    /// The first payment counts, also one that comes after the provider had given the order up.
    fn settled(&self, now: Timestamp) -> Followed {
        match &self.state {
            GiftState::Pending | GiftState::Canceled { .. } => {
                self.moved(GiftState::Purchased { purchased_at: now }, Consequence::Deliver)
            }
            GiftState::Purchased { .. }
            | GiftState::Held { .. }
            | GiftState::Redeemed { .. }
            | GiftState::Refunded { .. }
            | GiftState::Declined { .. }
            | GiftState::Expired { .. } => self.unmoved(),
        }
    }

    /// Holds what could still be redeemed. A mismatch outweighs a dispute, because winning the dispute doesn't explain it; and what its
    /// buyer has taken back stays so, whatever their bank decides.
    fn doubted(&self, reason: HoldReason, now: Timestamp) -> Followed {
        let held_since = |purchased_at, declined_at| {
            let held = GiftState::Held { purchased_at, held_at: now, reason, declined_at };
            self.moved(held, Consequence::TellOperator(reason))
        };
        match &self.state {
            GiftState::Pending | GiftState::Canceled { .. } => held_since(now, None),
            GiftState::Held { reason: before, .. } if *before == reason => self.unmoved(),
            GiftState::Purchased { purchased_at } => held_since(*purchased_at, None),
            GiftState::Declined { purchased_at, declined_at } => held_since(*purchased_at, Some(*declined_at)),
            GiftState::Held { purchased_at, reason: HoldReason::Dispute, declined_at, .. } => {
                held_since(*purchased_at, *declined_at)
            }
            GiftState::Held { reason: HoldReason::Mismatch | HoldReason::Refund, .. }
            | GiftState::Redeemed { .. }
            | GiftState::Expired { .. } => Followed { gift: self.clone(), consequence: Some(Consequence::TellOperator(reason)) },
            GiftState::Refunded { .. } => self.unmoved(),
        }
    }

    /// It can't be redeemed before its order is settled, and that waits for the dispute's end.
    fn contested_early(&self) -> Followed {
        match &self.state {
            GiftState::Pending | GiftState::Canceled { .. } => {
                Followed { gift: self.clone(), consequence: Some(Consequence::TellOperator(HoldReason::Dispute)) }
            }
            GiftState::Purchased { .. }
            | GiftState::Held { .. }
            | GiftState::Redeemed { .. }
            | GiftState::Refunded { .. }
            | GiftState::Declined { .. }
            | GiftState::Expired { .. } => self.unmoved(),
        }
    }

    fn upheld(&self) -> Followed {
        match &self.state {
            GiftState::Held { purchased_at, reason: HoldReason::Dispute, declined_at, .. } => {
                self.resumed(*purchased_at, *declined_at)
            }
            GiftState::Held { reason: HoldReason::Mismatch | HoldReason::Refund, .. }
            | GiftState::Pending
            | GiftState::Purchased { .. }
            | GiftState::Redeemed { .. }
            | GiftState::Canceled { .. }
            | GiftState::Refunded { .. }
            | GiftState::Declined { .. }
            | GiftState::Expired { .. } => self.unmoved(),
        }
    }

    fn lapsed(&self, consequence: Option<Consequence>, now: Timestamp) -> Followed {
        match &self.state {
            GiftState::Pending => Followed { gift: self.in_state(GiftState::Canceled { canceled_at: now }), consequence },
            GiftState::Purchased { .. }
            | GiftState::Held { .. }
            | GiftState::Redeemed { .. }
            | GiftState::Canceled { .. }
            | GiftState::Refunded { .. }
            | GiftState::Declined { .. }
            | GiftState::Expired { .. } => self.unmoved(),
        }
    }

    /// Money that went back before we heard that it came ends the gift as well, so that the late payment doesn't revive it.
    fn reversed(&self, now: Timestamp) -> Followed {
        let refunded = GiftState::Refunded { refunded_at: now };
        match &self.state {
            GiftState::Redeemed { grant_id, .. } => self.moved(refunded, Consequence::VoidGrant(grant_id.clone())),
            GiftState::Pending
            | GiftState::Purchased { .. }
            | GiftState::Held { .. }
            | GiftState::Canceled { .. }
            | GiftState::Declined { .. }
            | GiftState::Expired { .. } => self.moved(refunded, Consequence::Stop),
            GiftState::Refunded { .. } => self.unmoved(),
        }
    }

    /// Back to what it was: what its recipient had declined is not theirs again because a payment was doubted meanwhile.
    fn resumed(&self, purchased_at: Timestamp, declined_at: Option<Timestamp>) -> Followed {
        let state = match declined_at {
            Some(declined_at) => GiftState::Declined { purchased_at, declined_at },
            None => GiftState::Purchased { purchased_at },
        };
        self.moved(state, Consequence::Resume)
    }

    fn moved(&self, state: GiftState, consequence: Consequence) -> Followed {
        Followed { gift: self.in_state(state), consequence: Some(consequence) }
    }

    fn unmoved(&self) -> Followed {
        Followed { gift: self.clone(), consequence: None }
    }
}

#[cfg(test)]
mod tests {
    use super::super::samples::{EVERY_STATE, NOW, PURCHASED_AT, gift_that_is, name_of, table};
    use super::*;

    const EVERY_NEWS: [OrderNews; 9] = [
        OrderNews::Settled,
        OrderNews::Mismatched,
        OrderNews::Lapsed,
        OrderNews::FellThrough,
        OrderNews::Reversed,
        OrderNews::PartlyRefunded,
        OrderNews::Contested,
        OrderNews::ContestedEarly,
        OrderNews::Upheld,
    ];

    /// The state that follows and what is to be done; `·` where nothing changes.
    const COURSE: &str = "
        state      | settled           | mismatched          | lapsed   | fell through    | reversed        | partly refunded | contested         | contested early | upheld
        pending    | purchased deliver | mismatched operator | canceled | canceled unpaid | refunded stop   | ·               | disputed operator | · operator      | ·
        purchased  | ·                 | mismatched operator | ·        | ·               | refunded stop   | ·               | disputed operator | ·               | ·
        disputed   | ·                 | mismatched operator | ·        | ·               | refunded stop   | ·               | ·                 | ·               | purchased resume
        mismatched | ·                 | ·                   | ·        | ·               | refunded stop   | ·               | · operator        | ·               | ·
        taken back | ·                 | · operator          | ·        | ·               | refunded stop   | ·               | · operator        | ·               | ·
        redeemed   | ·                 | · operator          | ·        | ·               | refunded void   | ·               | · operator        | ·               | ·
        canceled   | purchased deliver | mismatched operator | ·        | ·               | refunded stop   | ·               | disputed operator | · operator      | ·
        refunded   | ·                 | ·                   | ·        | ·               | ·               | ·               | ·                 | ·               | ·
        declined   | ·                 | mismatched operator | ·        | ·               | refunded stop   | ·               | disputed operator | ·               | ·
        expired    | ·                 | · operator          | ·        | ·               | refunded stop   | ·               | · operator        | ·               | ·
    ";

    #[test]
    fn every_state_answers_to_every_news() {
        for (state, cells) in table(COURSE) {
            let before = gift_that_is(state);
            for (news, cell) in EVERY_NEWS.into_iter().zip(cells) {
                let Followed { gift, consequence } = before.follow(news, NOW);
                let moved = if gift == before { "·" } else { name_of(&gift.state) };
                let told = match consequence {
                    None => "",
                    Some(Consequence::Deliver) => " deliver",
                    Some(Consequence::Resume) => " resume",
                    Some(Consequence::Stop) => " stop",
                    Some(Consequence::TellUnpaid) => " unpaid",
                    Some(Consequence::VoidGrant(_)) => " void",
                    Some(Consequence::TellOperator(_)) => " operator",
                };
                assert_eq!(format!("{moved}{told}"), cell, "{state}, {news:?}");
            }
        }
    }

    #[test]
    fn the_table_has_every_state() {
        let rows: Vec<&str> = table(COURSE).into_iter().map(|(state, _)| state).collect();
        assert_eq!(rows, EVERY_STATE);
    }

    #[test]
    fn the_same_news_twice_moves_a_gift_once() {
        for state in EVERY_STATE {
            for news in EVERY_NEWS {
                let once = gift_that_is(state).follow(news, NOW).gift;
                assert_eq!(once.follow(news, NOW.plus(std::time::Duration::from_secs(1))).gift, once, "{state}, {news:?}");
            }
        }
    }

    #[test]
    fn news_changes_nothing_but_the_state() {
        for state in EVERY_STATE {
            for news in EVERY_NEWS {
                let before = gift_that_is(state);
                let after = before.follow(news, NOW).gift;
                assert_eq!(Gift { state: before.state.clone(), ..after }, before, "{state}, {news:?}");
            }
        }
    }

    #[test]
    fn a_gift_refunded_after_redeeming_voids_its_own_grant() {
        let followed = gift_that_is("redeemed").follow(OrderNews::Reversed, NOW);
        assert_eq!(followed.consequence, Some(Consequence::VoidGrant("grant_0123456789abcdef".parse().unwrap())));
    }

    #[test]
    fn the_operator_is_told_what_the_doubt_is() {
        for (news, reason) in [(OrderNews::Mismatched, HoldReason::Mismatch), (OrderNews::Contested, HoldReason::Dispute)] {
            let followed = gift_that_is("redeemed").follow(news, NOW);
            assert_eq!(followed.consequence, Some(Consequence::TellOperator(reason)));
        }
    }

    #[test]
    fn a_hold_keeps_the_day_of_the_purchase() {
        let held = gift_that_is("purchased").follow(OrderNews::Contested, NOW).gift;
        let reason = HoldReason::Dispute;
        assert_eq!(held.state, GiftState::Held { purchased_at: PURCHASED_AT, held_at: NOW, reason, declined_at: None });
        assert_eq!(held.follow(OrderNews::Upheld, NOW).gift.state, GiftState::Purchased { purchased_at: PURCHASED_AT });
    }

    #[test]
    fn a_declined_gift_is_declined_again_once_nothing_holds_it() {
        let declined = gift_that_is("declined");
        let held = declined.follow(OrderNews::Contested, NOW).gift;
        assert_eq!(held.follow(OrderNews::Upheld, NOW).gift, declined);
        assert_eq!(held.release().unwrap().gift, declined);
        assert_eq!(name_of(&held.follow(OrderNews::Reversed, NOW).gift.state), "refunded");
    }

    #[test]
    fn the_operator_releases_what_is_held_and_nothing_else() {
        for state in EVERY_STATE {
            let released = gift_that_is(state).release().map(|followed| (followed.gift.state, followed.consequence));
            let expected = match state {
                "disputed" | "mismatched" | "taken back" => {
                    Ok((GiftState::Purchased { purchased_at: PURCHASED_AT }, Some(Consequence::Resume)))
                }
                _ => Err(NotHeld),
            };
            assert_eq!(released, expected, "{state}");
        }
    }
}
