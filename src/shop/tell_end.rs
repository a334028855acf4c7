//! Whoever redeemed a gift chooses whether its giver is told when their membership ends.

use super::{Raced, Shop, until_unraced};
use crate::accounts::Account;
use crate::gifts::Gift;
use crate::store::{self, Tx, gifts as gift_rows};
use crate::values::{GiftId, Timestamp};
use crate::{Error, Result};

impl Shop {
    /// [`Error::GiftNotFound`] to everybody who has not redeemed the gift, and of one whose giver could not be told.
    pub async fn tell_end(&self, id: &GiftId, account: &Account, told: bool) -> Result<()> {
        until_unraced(async || {
            let now = self.clock.now();
            let mut tx = self.store.begin().await?;
            let before = gift_rows::find(&mut tx, id).await?.ok_or(Error::GiftNotFound)?;
            let after = before.tell_end(&account.id, told).ok_or(Error::GiftNotFound)?;
            self.write_end_told(&mut tx, &before, &after, now).await?;
            self.announce_end(&mut tx, &account.id, now).await?;
            tx.commit().await.map_err(store::Error::from)?;
            Ok::<_, Raced>(())
        })
        .await?;
        self.outbox_bell.notify_one();
        Ok(())
    }

    /// Writes the choice down, where it is another one.
    pub(super) async fn write_end_told(&self, tx: &mut Tx, before: &Gift, after: &Gift, now: Timestamp) -> Result<(), Raced> {
        if before == after {
            return Ok(());
        }
        let what = if after.end_told { "end_told" } else { "end_not_told" };
        Ok(gift_rows::advance(tx, before, after, &self.code_digest(after)?, what, now).await?)
    }
}
