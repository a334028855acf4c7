//! A recipient makes a gift theirs.

use std::net::IpAddr;

use serde::{Deserialize, Serialize};

use super::rate_limit::Limit;
use super::{GiftKey, Raced, RequestKey, Shop, until_unraced};
use crate::accounts::Account;
use crate::gifts::{Gift, GiftState};
use crate::memberships::Grant;
use crate::outbox;
use crate::store::{self, gifts as gift_rows, grants};
use crate::values::{GiftId, GrantId, Timestamp};
use crate::{Error, Result};

/// What redeeming gave.
#[derive(Clone, Debug)]
pub struct Redeemed {
    pub gift: Gift,
    pub grant: Grant,
}

/// What is kept of it for a request with a key.
#[derive(Serialize, Deserialize)]
struct Made {
    gift: GiftId,
    grant: GrantId,
    purchased_at: Timestamp,
    redeemed_at: Timestamp,
}

impl Shop {
    /// Redeems the gift behind `key` for `account`. Whoever isn't its recipient learns no more than [`Error::GiftNotRedeemable`], and behind a
    /// reference finds none. With `end_told` they let its giver know when their membership ends.
    pub async fn redeem(&self, key: &GiftKey, account: &Account, end_told: bool) -> Result<Redeemed> {
        let redeemed = until_unraced(|| self.redeem_once(key, account, end_told, None)).await?;
        self.outbox_bell.notify_one();
        Ok(redeemed)
    }

    /// The same for a code that a program sends. One that no gift has is counted against where it came from.
    pub async fn redeem_typed(
        &self,
        key: &GiftKey,
        account: &Account,
        from: IpAddr,
        request: Option<&RequestKey>,
    ) -> Result<Redeemed> {
        let redeemed = until_unraced(|| self.redeem_once(key, account, false, request)).await;
        if let Err(Error::GiftNotFound) = redeemed {
            self.attempt(&[self.bucket_of_network(Limit::CODES_FROM, from)]).await?;
        }
        self.outbox_bell.notify_one();
        self.keep_refusal(request, redeemed).await
    }

    async fn redeem_once(
        &self,
        key: &GiftKey,
        account: &Account,
        end_told: bool,
        request: Option<&RequestKey>,
    ) -> Result<Redeemed, Raced> {
        let now = self.clock.now();
        let mut tx = self.store.begin().await?;
        if let Some(made) = self.made_before::<Made>(&mut tx, request, now).await? {
            let redeemed = redeemed_before(&mut tx, made, account).await?;
            tx.commit().await.map_err(store::Error::from)?;
            return Ok(redeemed);
        }
        let purchased = self.gift_to(&mut tx, key, Some(account)).await?;
        let (mut redeemed, grant) =
            purchased.redeem(&account.redeemer(), GrantId::random(self.entropy.as_ref()), now).map_err(Error::from)?;
        gift_rows::advance(&mut tx, &purchased, &redeemed, &self.code_digest(&redeemed)?, "redeemed", now).await?;
        grants::append(&mut tx, &grant, Some(&redeemed.id)).await?;
        // Who gave it to themselves has just pressed the button, and reads here what came of it.
        if !redeemed.is_for_oneself() {
            self.post(&mut tx, outbox::gift_redeemed(&redeemed.id), now).await?;
        }
        redeemed.version = purchased.version + 1;
        if let Some(agreed) = redeemed.tell_end(&account.id, end_told) {
            self.write_end_told(&mut tx, &redeemed, &agreed, now).await?;
            redeemed = agreed;
        }
        self.announce_end(&mut tx, &account.id, now).await?;
        self.keep_made(&mut tx, request, &Made::by(&redeemed)?, now).await?;
        tx.commit().await.map_err(store::Error::from)?;
        Ok(Redeemed { gift: redeemed, grant })
    }
}

impl Made {
    fn by(redeemed: &Gift) -> Result<Self> {
        let gift = redeemed.id.clone();
        if let GiftState::Redeemed { purchased_at, redeemed_at, grant_id, .. } = &redeemed.state {
            Ok(Self { gift, grant: grant_id.clone(), purchased_at: *purchased_at, redeemed_at: *redeemed_at })
        } else {
            Err(Error::internal("a gift was redeemed that is not"))
        }
    }
}

/// What `account` was given then, whatever became of the gift since.
async fn redeemed_before(tx: &mut store::Tx, made: Made, account: &Account) -> Result<Redeemed, Raced> {
    let Made { gift, grant: grant_id, purchased_at, redeemed_at } = made;
    let gift = gift_rows::find(tx, &gift).await?.ok_or(Error::GiftNotFound)?;
    let account_id = account.id.clone();
    let grant = Grant {
        id: grant_id.clone(),
        account_id: account_id.clone(),
        tier: gift.tier,
        months: gift.months,
        granted_at: redeemed_at,
        voided_at: None,
    };
    let state = GiftState::Redeemed { purchased_at, redeemed_at, account_id, grant_id };
    Ok(Redeemed { gift: Gift { state, ..gift }, grant })
}
