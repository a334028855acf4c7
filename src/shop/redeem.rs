//! A recipient makes a gift theirs.

use std::net::IpAddr;

use super::rate_limit::Limit;
use super::{GiftKey, Raced, Shop, until_unraced};
use crate::accounts::Account;
use crate::gifts::Gift;
use crate::memberships::Grant;
use crate::outbox;
use crate::store::{self, gifts as gift_rows, grants};
use crate::values::GrantId;
use crate::{Error, Result};

/// What redeeming gave.
#[derive(Clone, Debug)]
pub struct Redeemed {
    pub gift: Gift,
    pub grant: Grant,
}

impl Shop {
    /// Redeems the gift behind `key` for `account`. Whoever isn't its recipient learns no more than [`Error::GiftNotRedeemable`].
    pub async fn redeem(&self, key: &GiftKey, account: &Account) -> Result<Redeemed> {
        let redeemed = until_unraced(|| self.redeem_once(key, account)).await?;
        self.outbox_bell.notify_one();
        Ok(redeemed)
    }

    /// The same for a code that a program sends. One that no gift has is counted against where it came from.
    pub async fn redeem_typed(&self, key: &GiftKey, account: &Account, from: IpAddr) -> Result<Redeemed> {
        match until_unraced(|| self.redeem_once(key, account)).await {
            Ok(redeemed) => {
                self.outbox_bell.notify_one();
                Ok(redeemed)
            }
            Err(Error::GiftNotFound) => {
                self.attempt(&[self.bucket_of_network(Limit::CODES_FROM, from)]).await?;
                Err(Error::GiftNotFound)
            }
            Err(refused) => Err(refused),
        }
    }

    async fn redeem_once(&self, key: &GiftKey, account: &Account) -> Result<Redeemed, Raced> {
        let now = self.clock.now();
        let mut tx = self.store.begin().await?;
        let purchased = self.find_gift(&mut tx, key).await?.ok_or(Error::GiftNotFound)?;
        let (redeemed, grant) =
            purchased.redeem(&account.redeemer(), GrantId::random(self.entropy.as_ref()), now).map_err(Error::from)?;
        gift_rows::advance(&mut tx, &purchased, &redeemed, &self.code_digest(&redeemed)?, "redeemed", now).await?;
        grants::append(&mut tx, &grant, Some(&redeemed.id)).await?;
        self.post(&mut tx, outbox::gift_redeemed(&redeemed.id), now).await?;
        tx.commit().await.map_err(store::Error::from)?;
        Ok(Redeemed { gift: redeemed, grant })
    }
}
