//! Who may see a gift, and who may redeem or decline it.

use std::time::Duration;

use super::{Gift, GiftState};
use crate::error::Error;
use crate::memberships::Grant;
use crate::values::{AccountId, Email, GrantId, Message, Timestamp};

/// An account, as far as redeeming asks about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Redeemer {
    pub account_id: AccountId,
    pub email: Email,
    pub is_verified: bool,
}

/// How much of a gift somebody may see who has its code or its link.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sight {
    /// The recipient, signed in and verified, or whoever has redeemed it: everything, and may redeem.
    Open,
    /// Reads the recipient's mailbox, and isn't signed in as the recipient: the card, and how it stands.
    Sealed,
    /// Signed in with the recipient's address, which nobody has verified: that it must be.
    Unverified,
    /// Anybody else: that a gift waits for a masked address.
    Masked,
}

/// Why a gift isn't redeemed. Whoever isn't the recipient learns that and nothing else.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RedeemRefused {
    NotRecipient,
    /// The recipient's address, but nobody has shown yet that it is theirs.
    NotVerified,
    AlreadyRedeemed {
        by_me: bool,
    },
    Unpaid,
    Held,
    Refunded,
    Canceled,
    Declined,
    Expired,
}

impl From<RedeemRefused> for Error {
    fn from(refused: RedeemRefused) -> Self {
        match refused {
            RedeemRefused::NotVerified => Self::AuthenticatedEmailRequired,
            RedeemRefused::AlreadyRedeemed { .. } => Self::GiftAlreadyRedeemed,
            RedeemRefused::NotRecipient
            | RedeemRefused::Unpaid
            | RedeemRefused::Held
            | RedeemRefused::Refunded
            | RedeemRefused::Canceled
            | RedeemRefused::Declined
            | RedeemRefused::Expired => Self::GiftNotRedeemable,
        }
    }
}

impl Gift {
    /// What `who`, having its code, may see of it. `has_proof` says that the proof came with the link and is good.
    #[must_use]
    pub fn sight(&self, who: Option<&Redeemer>, has_proof: bool) -> Sight {
        let is_redeemed_by =
            |who: &Redeemer| matches!(&self.state, GiftState::Redeemed { account_id, .. } if *account_id == who.account_id);
        // Whoever has redeemed it has it for good, also under another address.
        match who.filter(|who| who.email == self.recipient_email || is_redeemed_by(who)) {
            Some(who) if who.is_verified => Sight::Open,
            _ if has_proof => Sight::Sealed,
            Some(_) => Sight::Unverified,
            None => Sight::Masked,
        }
    }

    /// The gift redeemed by `who`, and the grant that it gives.
    pub fn redeem(&self, who: &Redeemer, grant_id: GrantId, now: Timestamp) -> Result<(Self, Grant), RedeemRefused> {
        match self.sight(Some(who), false) {
            Sight::Open => {}
            Sight::Unverified => return Err(RedeemRefused::NotVerified),
            Sight::Sealed | Sight::Masked => return Err(RedeemRefused::NotRecipient),
        }
        let purchased_at = self.purchased_at_to_redeem(Some(&who.account_id))?;
        let account_id = who.account_id.clone();
        let grant = Grant {
            id: grant_id.clone(),
            account_id: account_id.clone(),
            tier: self.tier,
            months: self.months,
            granted_at: now,
            voided_at: None,
        };
        Ok((self.in_state(GiftState::Redeemed { purchased_at, redeemed_at: now, account_id, grant_id }), grant))
    }

    /// The gift declined by its recipient, who needs no account for it: reading the mailbox is enough. They may add a `word` to the giver.
    pub fn decline(&self, sight: Sight, word: Option<Message>, now: Timestamp) -> Result<Self, RedeemRefused> {
        match sight {
            Sight::Open | Sight::Sealed => {}
            Sight::Unverified => return Err(RedeemRefused::NotVerified),
            Sight::Masked => return Err(RedeemRefused::NotRecipient),
        }
        let purchased_at = self.purchased_at_to_redeem(None)?;
        let declined = self.in_state(GiftState::Declined { purchased_at, declined_at: now });
        Ok(Self { decline_word: word, ..declined })
    }

    /// The gift expired, where the operator set a `lifetime` and it has passed since the purchase.
    #[must_use]
    pub fn expire(&self, lifetime: Option<Duration>, now: Timestamp) -> Option<Self> {
        let purchased_at = self.purchased_at_to_redeem(None).ok()?;
        let is_over = purchased_at.plus(lifetime?) <= now;
        is_over.then(|| self.in_state(GiftState::Expired { expired_at: now }))
    }

    /// When it was bought, if its state allows redeeming; else why it doesn't, as told to `who`.
    fn purchased_at_to_redeem(&self, who: Option<&AccountId>) -> Result<Timestamp, RedeemRefused> {
        match &self.state {
            GiftState::Purchased { purchased_at } => Ok(*purchased_at),
            GiftState::Pending => Err(RedeemRefused::Unpaid),
            GiftState::Held { .. } => Err(RedeemRefused::Held),
            GiftState::Redeemed { account_id, .. } => Err(RedeemRefused::AlreadyRedeemed { by_me: who == Some(account_id) }),
            GiftState::Canceled { .. } => Err(RedeemRefused::Canceled),
            GiftState::Refunded { .. } => Err(RedeemRefused::Refunded),
            GiftState::Declined { .. } => Err(RedeemRefused::Declined),
            GiftState::Expired { .. } => Err(RedeemRefused::Expired),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::samples::{EVERY_STATE, NOW, PURCHASED_AT, bea, email, gift_that_is, name_of, table};
    use super::*;

    fn grant_id() -> GrantId {
        "grant_zzzzzzzzzzzzzzzz".parse().unwrap()
    }

    /// Bea on another account with the same address.
    fn bea_anew() -> Redeemer {
        Redeemer { account_id: "acct_zzzzzzzzzzzzzzzz".parse().unwrap(), ..bea() }
    }

    fn carl() -> Redeemer {
        Redeemer { email: email("carl@example.com"), ..bea_anew() }
    }

    #[test]
    fn a_gift_is_redeemed_once_and_gives_what_was_bought() {
        let (redeemed, grant) = gift_that_is("purchased").redeem(&bea(), grant_id(), NOW).unwrap();
        let account_id = bea().account_id;
        let state = GiftState::Redeemed {
            purchased_at: PURCHASED_AT,
            redeemed_at: NOW,
            account_id: account_id.clone(),
            grant_id: grant_id(),
        };
        assert_eq!(redeemed, Gift { state, ..gift_that_is("purchased") });
        let Gift { tier, months, .. } = redeemed;
        assert_eq!(grant, Grant { id: grant_id(), account_id, tier, months, granted_at: NOW, voided_at: None });
        assert_eq!(redeemed.redeem(&bea(), grant_id(), NOW), Err(RedeemRefused::AlreadyRedeemed { by_me: true }));
    }

    const REFUSED: &str = "
        state      | its recipient                      | on another account                  | not verified | somebody else
        pending    | Unpaid                             | Unpaid                              | NotVerified  | NotRecipient
        purchased  | redeemed                           | redeemed                            | NotVerified  | NotRecipient
        disputed   | Held                               | Held                                | NotVerified  | NotRecipient
        mismatched | Held                               | Held                                | NotVerified  | NotRecipient
        taken back | Held                               | Held                                | NotVerified  | NotRecipient
        redeemed   | AlreadyRedeemed { by_me: true }    | AlreadyRedeemed { by_me: false }    | NotVerified  | NotRecipient
        canceled   | Canceled                           | Canceled                            | NotVerified  | NotRecipient
        refunded   | Refunded                           | Refunded                            | NotVerified  | NotRecipient
        declined   | Declined                           | Declined                            | NotVerified  | NotRecipient
        expired    | Expired                            | Expired                             | NotVerified  | NotRecipient
    ";

    #[test]
    fn every_state_answers_to_everybody_who_redeems() {
        let rows = table(REFUSED);
        assert_eq!(rows.iter().map(|(state, _)| *state).collect::<Vec<_>>(), EVERY_STATE);
        for (state, cells) in rows {
            let people = [bea(), bea_anew(), Redeemer { is_verified: false, ..bea() }, carl()];
            for (who, cell) in people.into_iter().zip(cells) {
                let told = match gift_that_is(state).redeem(&who, grant_id(), NOW) {
                    Ok((gift, _)) => name_of(&gift.state).to_owned(),
                    Err(refused) => format!("{refused:?}"),
                };
                assert_eq!(told, cell, "{state}, {who:?}");
            }
        }
    }

    #[test]
    fn the_recipients_address_is_compared_without_case() {
        let shouting = Redeemer { email: email("BEA@Example.COM"), ..bea() };
        assert!(gift_that_is("purchased").redeem(&shouting, grant_id(), NOW).is_ok());
    }

    #[test]
    fn who_sees_what() {
        let gift = gift_that_is("purchased");
        let unverified = Redeemer { is_verified: false, ..bea() };
        let stranger = Redeemer { is_verified: false, ..carl() };
        for (who, without_proof, with_proof) in [
            (None, Sight::Masked, Sight::Sealed),
            (Some(&carl()), Sight::Masked, Sight::Sealed),
            (Some(&stranger), Sight::Masked, Sight::Sealed),
            (Some(&unverified), Sight::Unverified, Sight::Sealed),
            (Some(&bea()), Sight::Open, Sight::Open),
        ] {
            assert_eq!((gift.sight(who, false), gift.sight(who, true)), (without_proof, with_proof), "{who:?}");
        }
    }

    #[test]
    fn whoever_has_redeemed_it_sees_it_under_another_address_too() {
        let moved = Redeemer { email: email("bea@new.example"), ..bea() };
        for state in EVERY_STATE {
            let sight = gift_that_is(state).sight(Some(&moved), false);
            assert_eq!(sight, if state == "redeemed" { Sight::Open } else { Sight::Masked }, "{state}");
        }
        let of_somebody_else = Redeemer { account_id: bea_anew().account_id, ..moved };
        assert_eq!(gift_that_is("redeemed").sight(Some(&of_somebody_else), false), Sight::Masked);
    }

    #[test]
    fn only_a_gift_that_could_be_redeemed_is_declined() {
        for state in EVERY_STATE {
            let declined = gift_that_is(state).decline(Sight::Sealed, None, NOW).map(|gift| gift.state);
            match state {
                "purchased" => assert_eq!(declined, Ok(GiftState::Declined { purchased_at: PURCHASED_AT, declined_at: NOW })),
                "redeemed" => assert_eq!(declined, Err(RedeemRefused::AlreadyRedeemed { by_me: false })),
                _ => assert_eq!(declined.err(), gift_that_is(state).redeem(&bea(), grant_id(), NOW).err(), "{state}"),
            }
        }
    }

    #[test]
    fn only_the_recipient_declines() {
        let gift = gift_that_is("purchased");
        assert!(gift.decline(Sight::Open, None, NOW).is_ok());
        assert_eq!(gift.decline(Sight::Unverified, None, NOW), Err(RedeemRefused::NotVerified));
        assert_eq!(gift.decline(Sight::Masked, None, NOW), Err(RedeemRefused::NotRecipient));
    }

    #[test]
    fn a_gift_expires_only_where_the_operator_said_so_and_the_time_has_passed() {
        let lived = NOW.since(PURCHASED_AT);
        let longer = lived + Duration::from_millis(1);
        assert_eq!(gift_that_is("purchased").expire(None, NOW), None);
        assert_eq!(gift_that_is("purchased").expire(Some(longer), NOW), None);
        for state in EVERY_STATE {
            let expired = gift_that_is(state).expire(Some(lived), NOW).map(|gift| gift.state);
            assert_eq!(expired, (state == "purchased").then_some(GiftState::Expired { expired_at: NOW }), "{state}");
        }
    }
}
