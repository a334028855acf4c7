//! How the buyer's changes of a gift are written: the step that those verbs have in common.

use std::net::IpAddr;

use super::{Raced, Shop, until_unraced};
use crate::gifts::{ChangeRefused, Gift};
use crate::store::{self, Tx, gifts as gift_rows};
use crate::values::Timestamp;
use crate::{Error, Result};

/// A gift before and after a change; both are the same where nothing was different.
pub(super) struct Change {
    pub before: Gift,
    pub after: Gift,
    pub at: Timestamp,
}

impl Shop {
    /// Changes the gift behind the buyer's signed link by `rule`, says `what` in the audit, and posts its mail where one is due.
    /// A mail that goes out at once is counted against its mailbox, its gift, and where the change came `from`.
    pub(super) async fn change_gift(
        &self,
        reference: &str,
        key: &str,
        from: IpAddr,
        what: &'static str,
        rule: impl Fn(&Gift, Timestamp) -> Result<Gift, ChangeRefused>,
    ) -> Result<Change> {
        self.admit_mail(reference, key, from, &rule).await?;
        let change = until_unraced(async || {
            let now = self.clock.now();
            let mut tx = self.store.begin().await?;
            let before = self.gift_by_key(&mut tx, reference, key).await?;
            let after = rule(&before, now).map_err(Error::from)?;
            if after != before {
                self.write_change(&mut tx, &before, &after, what, now).await?;
                tx.commit().await.map_err(store::Error::from)?;
            }
            Ok::<_, Raced>(Change { before, after, at: now })
        })
        .await?;
        self.outbox_bell.notify_one();
        Ok(change)
    }

    /// Counts the mail that the change would send now, before it does. Why a change is refused is for the change to say.
    async fn admit_mail(
        &self,
        reference: &str,
        key: &str,
        from: IpAddr,
        rule: impl Fn(&Gift, Timestamp) -> Result<Gift, ChangeRefused>,
    ) -> Result<()> {
        let now = self.clock.now();
        let before = self.gift_by_key(&mut *self.store.connection().await?, reference, key).await?;
        let Ok(after) = rule(&before, now) else { return Ok(()) };
        let is_another_mail = (after.generation, after.delivery_due()) != (before.generation, before.delivery_due());
        if is_another_mail && after.delivery_due().is_some_and(|due_at| due_at <= now) {
            self.attempt(&self.gift_mail_buckets(&after, from)).await?;
        }
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
