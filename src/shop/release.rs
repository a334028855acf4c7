//! The operator has looked at a held gift and lets it go on.

use super::{Raced, Shop, until_unraced};
use crate::gifts::{GiftState, HoldReason, NotHeld};
use crate::store::{self, gifts as gift_rows};
use crate::values::GiftId;
use crate::{Error, Result, outbox};

impl Shop {
    /// Lets a held gift be redeemed, whatever held it. One that was held at its payment has not been told of yet: its buyer gets the
    /// receipt now, and it is mailed when it is due.
    pub async fn release_gift(&self, id: &GiftId) -> Result<()> {
        until_unraced(async || {
            let now = self.clock.now();
            let mut tx = self.store.begin().await?;
            let before = gift_rows::find(&mut tx, id).await?.ok_or(Error::GiftNotFound)?;
            let after = before.release().map_err(|NotHeld| Error::invalid("reference", "That gift isn’t held"))?.gift;
            self.write_change(&mut tx, &before, &after, "released", now).await?;
            if matches!(before.state, GiftState::Held { reason: HoldReason::Mismatch, .. }) {
                self.post(&mut tx, outbox::receipt(&after.order_id, &after.id), now).await?;
            }
            tx.commit().await.map_err(store::Error::from)?;
            Ok::<_, Raced>(())
        })
        .await?;
        self.outbox_bell.notify_one();
        Ok(())
    }
}
