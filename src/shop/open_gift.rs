//! Somebody follows a redeem link, types a code, or comes back to a gift that their session keeps: what they may see of it.

use std::net::IpAddr;

use sqlx::AnyConnection;

use super::Kept;
use super::rate_limit::Limit;
use super::{Card, DryRun, GiftTime, Masked, OtherEnd, Raced, RedeemView, Shop, Standing};
use crate::accounts::Account;
use crate::gifts::{self, Gift, GiftState, HoldReason, Redeemer, Sight};
use crate::memberships::{self, Grant, Ledger};
use crate::store::{self, gifts as gift_rows, grants};
use crate::values::{GiftCode, GiftId, GrantId, Timestamp};
use crate::{Error, Result};

/// What somebody names a gift by.
#[derive(Clone, Debug)]
pub enum GiftKey {
    /// The secret on the card, and the proof where the link came out of the recipient's own mail.
    Code { code: GiftCode, proof: Option<String> },
    /// The gift that a session keeps while its owner signs in.
    Kept(Kept),
    /// The public reference: enough for its recipient, signed in, and for nobody else.
    Reference(GiftId),
}

impl GiftKey {
    /// Reads a code as it was typed or stands in a link, which may be pasted in its place; what is no code can be no gift's.
    pub fn typed(code: &str, proof: Option<String>) -> Result<Self> {
        let code = match code.rsplit_once("/redeem/") {
            Some((_, rest)) => rest.split(['?', '#']).next().unwrap_or(rest),
            None => code,
        };
        let code = GiftCode::parse(code).map_err(|_| Error::GiftNotFound)?;
        Ok(Self::Code { code, proof: proof.filter(|proof| !proof.is_empty()) })
    }

    /// Whether anybody may know it, so that it must show nothing to whoever isn't the recipient.
    const fn is_public(&self) -> bool {
        matches!(self, Self::Reference(_))
    }
}

impl Shop {
    /// Shows the gift behind `key` to whoever asks. Following a link changes nothing, since scanners do that too; that its recipient has
    /// the card before them, signed in, is noted the first time.
    pub async fn open_gift(&self, key: &GiftKey, visitor: Option<&Account>) -> Result<RedeemView> {
        let now = self.clock.now();
        let mut connection = self.store.connection().await?;
        let gift = self.gift_to(&mut connection, key, visitor).await?;
        let signed_in_as = visitor.map(|account| account.email.clone());
        Ok(match self.sight(&gift, key, visitor) {
            Sight::Open => {
                let standing = self.standing(&mut connection, &gift, visitor, now).await?;
                drop(connection);
                self.mark_opened(&gift, now).await;
                let thanks = gift.thanks.as_ref().map(|thanks| thanks.text.clone());
                RedeemView::Open { card: card(&gift), recipient_email: gift.recipient_email, standing, thanks }
            }
            Sight::Sealed => {
                let standing = self.standing(&mut connection, &gift, None, now).await?;
                RedeemView::Sealed { card: card(&gift), recipient_email: gift.recipient_email, signed_in_as, standing }
            }
            Sight::Unverified => RedeemView::Unverified { recipient_email: gift.recipient_email },
            Sight::Masked => RedeemView::Masked { recipient: masked(&gift), signed_in_as },
        })
    }

    /// What a session shall keep of the gift behind `key` while its owner signs in: never the code. A reference is no key to be kept: with
    /// what is kept a stranger would be shown the masked address.
    /// `from` counts codes that no gift has.
    pub async fn keep_gift(&self, key: &GiftKey, from: IpAddr) -> Result<Kept> {
        if key.is_public() {
            return Err(Error::GiftNotFound);
        }
        let bucket = self.bucket_of_network(Limit::CODES_FROM, from);
        self.attempt(std::slice::from_ref(&bucket)).await?;
        let gift = self.find_gift(&mut *self.store.connection().await?, key).await?.ok_or(Error::GiftNotFound)?;
        self.forgive(&[bucket]).await?;
        Ok(Kept { proven: self.is_proven(&gift, key), gift_id: gift.id, generation: gift.generation })
    }

    /// The gift that `key` names now. A kept one counts only as long as no new code was made for it.
    pub(super) async fn find_gift(&self, connection: &mut AnyConnection, key: &GiftKey) -> Result<Option<Gift>, store::Error> {
        match key {
            GiftKey::Code { code, .. } => gift_rows::by_code(connection, &gifts::digest(code)).await,
            GiftKey::Kept(kept) => {
                let gift = gift_rows::find(connection, &kept.gift_id).await?;
                Ok(gift.filter(|gift| gift.generation == kept.generation))
            }
            GiftKey::Reference(id) => gift_rows::find(connection, id).await,
        }
    }

    /// The same for somebody who sees it or does something with it: behind a reference there is none for anybody but its recipient, so that
    /// no answer tells whether an address that was guessed is theirs.
    pub(super) async fn gift_to(&self, connection: &mut AnyConnection, key: &GiftKey, visitor: Option<&Account>) -> Result<Gift> {
        let gift = self.find_gift(connection, key).await?.ok_or(Error::GiftNotFound)?;
        if key.is_public() && self.sight(&gift, key, visitor) != Sight::Open {
            return Err(Error::GiftNotFound);
        }
        Ok(gift)
    }

    /// How much of a gift somebody may see who names it by `key`.
    pub(super) fn sight(&self, gift: &Gift, key: &GiftKey, visitor: Option<&Account>) -> Sight {
        gift.sight(visitor.map(Account::redeemer).as_ref(), self.is_proven(gift, key))
    }

    /// Notes that the card was opened. Whoever changes the gift meanwhile is right, and the next look notes it then; that it can't be
    /// noted keeps nobody from their card.
    async fn mark_opened(&self, gift: &Gift, now: Timestamp) {
        let Some(opened) = gift.opened(now) else { return };
        match self.write_opened(gift, &opened, now).await {
            Ok(()) | Err(Raced::Lost(_)) => {}
            Err(Raced::Refused(error)) => {
                tracing::warn!(gift = %gift.id, cause = ?error.cause(), "it was opened, and that could not be noted");
            }
        }
    }

    async fn write_opened(&self, gift: &Gift, opened: &Gift, now: Timestamp) -> Result<(), Raced> {
        let mut tx = self.store.begin().await?;
        gift_rows::advance(&mut tx, gift, opened, &self.code_digest(opened)?, "opened", now).await?;
        Ok(tx.commit().await.map_err(store::Error::from)?)
    }

    fn is_proven(&self, gift: &Gift, key: &GiftKey) -> bool {
        match key {
            GiftKey::Code { proof, .. } => proof.as_ref().is_some_and(|proof| gift.is_proven_by(&self.secrets, proof)),
            GiftKey::Kept(kept) => kept.proven,
            GiftKey::Reference(_) => false,
        }
    }

    /// How a gift stands. `me` is its recipient, who is also shown what redeeming would make of their time.
    pub(super) async fn standing(
        &self,
        connection: &mut AnyConnection,
        gift: &Gift,
        me: Option<&Account>,
        now: Timestamp,
    ) -> Result<Standing, store::Error> {
        Ok(match &gift.state {
            GiftState::Pending => Standing::Unpaid,
            GiftState::Held { reason: HoldReason::Dispute | HoldReason::Mismatch, .. } => Standing::Held,
            GiftState::Redeemed { redeemed_at, account_id, .. } => {
                Standing::Redeemed { redeemed_at: *redeemed_at, by_me: me.is_some_and(|me| me.id == *account_id) }
            }
            GiftState::Canceled { .. } => Standing::Canceled,
            GiftState::Held { reason: HoldReason::Refund, .. } => Standing::TakenBack,
            GiftState::Refunded { .. } => Standing::Refunded,
            GiftState::Declined { .. } => Standing::Declined,
            GiftState::Expired { .. } => Standing::Expired,
            GiftState::Purchased { .. } => {
                let dry_run = match me {
                    Some(me) => self.dry_run(connection, gift, me, now).await?,
                    None => None,
                };
                Standing::Ready { dry_run: dry_run.map(Box::new) }
            }
        })
    }

    /// The time before and after redeeming now; `None` for whoever may not.
    async fn dry_run(
        &self,
        connection: &mut AnyConnection,
        gift: &Gift,
        me: &Account,
        now: Timestamp,
    ) -> Result<Option<DryRun>, store::Error> {
        let redeemed = gift.redeem(&me.redeemer(), GrantId::random(self.entropy.as_ref()), now);
        let Ok((_, grant)) = redeemed else { return Ok(None) };
        let ledger = self.ledger(connection, me, now).await?;
        let mut gifts = self.gifts_behind(connection, &ledger).await?;
        gifts.push(gift_time(&grant, Some(gift)));
        let before = memberships::timeline(&ledger, &self.zone);
        let after = memberships::preview(&ledger, &grant, &self.zone);
        let may_tell_end = gift.giver_to_tell().is_some();
        Ok(Some(DryRun { today: now, before, after, gifts, may_tell_end }))
    }

    /// The gifts that an account's time comes from.
    pub(super) async fn gifts_behind(
        &self,
        connection: &mut AnyConnection,
        ledger: &Ledger,
    ) -> Result<Vec<GiftTime>, store::Error> {
        let Some(first) = ledger.grants.first() else { return Ok(Vec::new()) };
        let gifts = gift_rows::of_grants(connection, &first.account_id).await?;
        Ok(ledger.grants.iter().map(|grant| gift_time(grant, gifts.get(&grant.id))).collect())
    }

    /// Everything that counts towards an account's membership, as far as it is known at `now`.
    pub(super) async fn ledger(
        &self,
        connection: &mut AnyConnection,
        account: &Account,
        now: Timestamp,
    ) -> Result<Ledger, store::Error> {
        grants::foreseen(connection, &account.id, now).await
    }
}

impl Account {
    /// As the rules of redeeming ask for it.
    pub(super) fn redeemer(&self) -> Redeemer {
        Redeemer { account_id: self.id.clone(), email: self.email.clone(), is_verified: self.is_verified() }
    }
}

/// What stands on a gift's card.
pub(super) fn card(gift: &Gift) -> Card {
    Card {
        tier: gift.tier,
        months: gift.months,
        occasion: gift.occasion,
        recipient_name: gift.recipient_name.clone(),
        giver_name: gift.giver_name.clone(),
        message: gift.message.clone(),
        is_for_oneself: gift.is_for_oneself(),
    }
}

impl OtherEnd {
    /// Of a gift that somebody received.
    pub(super) fn giver_of(gift: &Gift) -> Self {
        match &gift.giver_name {
            _ if gift.is_for_oneself() => Self::Oneself,
            Some(name) => Self::Named(name.clone()),
            None => Self::Somebody,
        }
    }

    /// Of a gift that somebody gave.
    pub(super) fn recipient_of(gift: &Gift) -> Self {
        if gift.is_for_oneself() { Self::Oneself } else { Self::Named(gift.recipient_name.clone()) }
    }
}

/// A grant that came from no gift has nobody at its other end.
fn gift_time(grant: &Grant, gift: Option<&Gift>) -> GiftTime {
    let Grant { id, months, granted_at, voided_at, .. } = grant.clone();
    let giver = gift.map_or(OtherEnd::Somebody, OtherEnd::giver_of);
    GiftTime { grant_id: id, giver, months, redeemed_at: granted_at, taken_back_at: voided_at }
}

/// The name's letter is the address's, because the name isn't theirs to know.
fn masked(gift: &Gift) -> Masked {
    let email = gift.recipient_email.masked();
    let name = email.split('@').next().unwrap_or_default().to_owned();
    Masked { in_words: gift.recipient_email.masked_in_words(), email, name }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shop::testing::{HOME, World};
    use crate::store::Store;
    use crate::store::testing::on_both;

    on_both!(a_reference_shows_nothing_to_a_stranger_by_no_way_round, async |store: Store| {
        let world = World::on(store);
        let (gift, _) = world.gift_mailed_to("bea@example.com").await;
        let reference = GiftKey::Reference(gift.id);
        assert!(matches!(world.shop.keep_gift(&reference, HOME).await, Err(Error::GiftNotFound)));
        // A stranger's guess of the recipient's address is answered as any other.
        let guessed = world.registers("bea@example.com", "thirty years and rain").await;
        let stranger = world.registers("carl@example.com", "thirty years and rain").await;
        for visitor in [None, Some(&stranger), Some(&guessed)] {
            assert!(matches!(world.shop.open_gift(&reference, visitor).await, Err(Error::GiftNotFound)));
            assert!(matches!(world.shop.decline(&reference, visitor, "", HOME).await, Err(Error::GiftNotFound)));
            let Some(account) = visitor else { continue };
            assert!(matches!(world.shop.redeem(&reference, account, false).await, Err(Error::GiftNotFound)));
            assert!(matches!(world.shop.thank(&reference, account, "Thank you.").await, Err(Error::GiftNotFound)));
        }
    });
}
