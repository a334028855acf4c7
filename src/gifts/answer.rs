//! What a recipient does that changes nothing about whose gift it is: sees the card, thanks for it, and lets its giver know when it ends.

use super::{Gift, GiftState, Thanks};
use crate::values::{AccountId, Email, Message, Timestamp};

/// Why the giver isn't thanked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ThankRefused {
    /// Only whoever redeemed it thanks for it, and not once it was taken back.
    NotTheirs,
    /// Once is for good.
    Thanked,
    /// Who redeemed it gave it to themselves.
    Oneself,
}

impl Gift {
    /// The gift when its recipient, signed in, has the card before them for the first time; `None` where that is no news.
    #[must_use]
    pub fn opened(&self, now: Timestamp) -> Option<Self> {
        let is_first = self.opened_at.is_none() && matches!(self.state, GiftState::Purchased { .. });
        is_first.then(|| Self { opened_at: Some(now), ..self.clone() })
    }

    /// The gift with the thanks of `account`. In the same words they are the same thanks, as when a button is pressed twice.
    pub fn thank(&self, account: &AccountId, text: Message, now: Timestamp) -> Result<Self, ThankRefused> {
        if !matches!(&self.state, GiftState::Redeemed { account_id, .. } if account_id == account) {
            return Err(ThankRefused::NotTheirs);
        }
        if self.is_for_oneself() {
            return Err(ThankRefused::Oneself);
        }
        match &self.thanks {
            None => Ok(Self { thanks: Some(Thanks { text, thanked_at: now }), ..self.clone() }),
            Some(thanks) if thanks.text == text => Ok(self.clone()),
            Some(_) => Err(ThankRefused::Thanked),
        }
    }

    /// Who could be told when the time that it gave ends: a giver who left an address and is somebody else.
    #[must_use]
    pub fn giver_to_tell(&self) -> Option<&Email> {
        self.giver_email.as_ref().filter(|_| !self.is_for_oneself())
    }

    /// The gift with the choice of `account`, which redeemed it, whether its giver is `told` when the membership ends; `None` where that is
    /// not theirs to choose, or nobody is there to be told.
    #[must_use]
    pub fn tell_end(&self, account: &AccountId, told: bool) -> Option<Self> {
        self.giver_to_tell()?;
        let is_theirs = matches!(&self.state, GiftState::Redeemed { account_id, .. } if account_id == account);
        is_theirs.then(|| Self { end_told: told, ..self.clone() })
    }
}

#[cfg(test)]
mod tests {
    use super::super::samples::{EVERY_STATE, NOW, PURCHASED_AT, bea, email, gift_that_is, name, secret};
    use super::*;

    fn kind_words() -> Message {
        Message::parse("I am so glad.").unwrap()
    }

    #[test]
    fn a_gift_is_opened_once_while_it_can_be_redeemed() {
        for state in EVERY_STATE {
            let opened = gift_that_is(state).opened(NOW).map(|gift| gift.opened_at);
            assert_eq!(opened, (state == "purchased").then_some(Some(NOW)), "{state}");
        }
        let opened = Gift { opened_at: Some(PURCHASED_AT), ..gift_that_is("purchased") };
        assert_eq!(opened.opened(NOW), None);
    }

    #[test]
    fn a_gift_is_for_oneself_while_buyer_and_recipient_have_one_address_and_needs_no_thanks_then() {
        let to_carl = gift_that_is("purchased").readdress(name("Carl"), email("carl@example.com"), &secret("s"), NOW).unwrap();
        let own = gift_that_is("purchased").readdress(name("Ada"), email("ADA@example.com"), &secret("s"), NOW).unwrap();
        let unknown = Gift { giver_email: None, ..own.clone() };
        assert_eq!([&to_carl, &own, &unknown].map(Gift::is_for_oneself), [false, true, false]);
        let redeemed = Gift { recipient_email: email("ada@example.com"), ..gift_that_is("redeemed") };
        assert_eq!(redeemed.thank(&bea().account_id, kind_words(), NOW), Err(ThankRefused::Oneself));
    }

    #[test]
    fn only_whoever_redeemed_a_gift_chooses_whether_its_giver_learns_of_the_end() {
        let somebody: AccountId = "acct_zzzzzzzzzzzzzzzz".parse().unwrap();
        for state in EVERY_STATE {
            let gift = gift_that_is(state);
            let agreed = gift.tell_end(&bea().account_id, true);
            assert_eq!(agreed, (state == "redeemed").then(|| Gift { end_told: true, ..gift.clone() }), "{state}");
            assert_eq!(
                agreed.and_then(|gift| gift.tell_end(&bea().account_id, false)),
                (state == "redeemed").then(|| gift.clone())
            );
            assert_eq!(gift.tell_end(&somebody, true), None, "{state}");
        }
    }

    #[test]
    fn nobody_is_to_be_told_of_a_gift_to_oneself_or_from_nowhere() {
        let redeemed = gift_that_is("redeemed");
        assert_eq!(redeemed.giver_to_tell(), redeemed.giver_email.as_ref());
        for giver_email in [None, Some(email("BEA@example.com"))] {
            let gift = Gift { giver_email, ..redeemed.clone() };
            assert_eq!((gift.giver_to_tell(), gift.tell_end(&bea().account_id, true)), (None, None));
        }
    }

    #[test]
    fn whoever_redeemed_a_gift_thanks_for_it_once_and_nobody_else_does() {
        let somebody: AccountId = "acct_zzzzzzzzzzzzzzzz".parse().unwrap();
        for state in EVERY_STATE {
            let thanked = gift_that_is(state).thank(&bea().account_id, kind_words(), NOW);
            let thanks = Thanks { text: kind_words(), thanked_at: NOW };
            let expected = Gift { thanks: Some(thanks), ..gift_that_is(state) };
            assert_eq!(thanked, if state == "redeemed" { Ok(expected) } else { Err(ThankRefused::NotTheirs) }, "{state}");
            assert_eq!(gift_that_is(state).thank(&somebody, kind_words(), NOW), Err(ThankRefused::NotTheirs), "{state}");
        }
        let thanked = gift_that_is("redeemed").thank(&bea().account_id, kind_words(), NOW).unwrap();
        assert_eq!(
            thanked.thank(&bea().account_id, kind_words(), PURCHASED_AT),
            Ok(thanked.clone()),
            "the same words are no others"
        );
        let others = Message::parse("Once more.").unwrap();
        assert_eq!(thanked.thank(&bea().account_id, others, NOW), Err(ThankRefused::Thanked));
    }
}
