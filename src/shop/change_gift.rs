//! How the buyer's changes of a gift are written: the step that those verbs have in common.

use super::{Raced, Shop, until_unraced};
use crate::gifts::{ChangeRefused, Gift};
use crate::store::{self, Tx, gifts as gift_rows};
use crate::values::Timestamp;
use crate::{Error, Result};

impl Shop {
    /// Changes the gift behind the buyer's signed link by `rule`, says `what` in the audit, and posts its mail where one is due.
    pub(super) async fn change_gift(
        &self,
        reference: &str,
        key: &str,
        what: &'static str,
        rule: impl Fn(&Gift, Timestamp) -> Result<Gift, ChangeRefused>,
    ) -> Result<()> {
        until_unraced(async || {
            let now = self.clock.now();
            let mut tx = self.store.begin().await?;
            let before = self.gift_by_key(&mut tx, reference, key).await?;
            let after = rule(&before, now).map_err(Error::from)?;
            self.write_change(&mut tx, &before, &after, what, now).await?;
            tx.commit().await.map_err(store::Error::from)?;
            Ok::<_, Raced>(())
        })
        .await?;
        self.outbox_bell.notify_one();
        Ok(())
    }

    /// Writes what became of a gift, and leaves its mail in the outbox where one is to go out.
    pub(super) async fn write_change(
        &self,
        tx: &mut Tx,
        before: &Gift,
        after: &Gift,
        what: &'static str,
        now: Timestamp,
    ) -> Result<(), Raced> {
        gift_rows::advance(tx, before, after, &self.code_digest(after)?, what, now).await?;
        Ok(self.post_gift(tx, after, now).await?)
    }
}
