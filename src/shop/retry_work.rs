//! The operator has mended what a piece of work was given up for, and has it tried again.

use super::{Raced, Shop, until_unraced};
use crate::gifts::ChangeRefused;
use crate::outbox::{NewEntry, Task, gift_for_you};
use crate::store::{self, Tx, gifts as gift_rows, outbox};
use crate::values::{OutboxId, Timestamp};
use crate::{Error, Result};

/// More than an operator reads.
const LISTED_MAX: i64 = 200;

impl Shop {
    /// What was given up and not taken up again, newest first.
    pub async fn parked_work(&self) -> Result<Vec<outbox::Parked>> {
        Ok(outbox::parked(&mut *self.store.connection().await?, LISTED_MAX).await?)
    }

    /// Has a piece of work that was given up tried again, with as many tries as at first. What has happened since may leave nothing to do.
    pub async fn retry_work(&self, id: &OutboxId) -> Result<()> {
        until_unraced(|| self.retry_work_once(id)).await?;
        self.outbox_bell.notify_one();
        Ok(())
    }

    async fn retry_work_once(&self, id: &OutboxId) -> Result<(), Raced> {
        let now = self.clock.now();
        let mut tx = self.store.begin().await?;
        let taken = match self.mail_lost_card(&mut tx, id, now).await? {
            Some(anew) if anew.id() != *id => outbox::set_aside(&mut tx, id, "replaced").await,
            Some(_) | None => outbox::take_up(&mut tx, id, now).await,
        };
        match taken {
            Err(store::Error::Stale) => return Err(Error::invalid("id", format!("Nothing of the name {id} was given up")).into()),
            taken => taken?,
        }
        Ok(tx.commit().await.map_err(store::Error::from)?)
    }

    /// Where the work is a gift's own mail: a mail in its place. Since the first was given up the gift waits for none any more, as its
    /// buyer was told, so that the first itself would find nothing to do.
    async fn mail_lost_card(&self, tx: &mut Tx, id: &OutboxId, now: Timestamp) -> Result<Option<NewEntry>, Raced> {
        let work = outbox::find(tx, id).await?;
        let Some(Task::GiftForYou { gift_id, generation }) = work.and_then(|work| Task::of(&work.kind, &work.refs)) else {
            return Ok(None);
        };
        let gift = gift_rows::find(tx, &gift_id).await?.filter(|gift| gift.generation == generation);
        let Some(before) = gift.filter(|gift| gift.is_astray() || gift.delivery_due().is_some()) else { return Ok(None) };
        let after = match before.send_again(now) {
            Ok(after) => after,
            Err(ChangeRefused::Held) => {
                return Err(Error::invalid("id", "That gift is held, and nothing is mailed meanwhile").into());
            }
            Err(
                ChangeRefused::Unpaid
                | ChangeRefused::AlreadySent
                | ChangeRefused::Declined
                | ChangeRefused::Redeemed
                | ChangeRefused::Ended,
            ) => return Ok(None),
        };
        if after != before {
            self.write_change(tx, &before, &after, "sent_again", now).await?;
        }
        Ok(gift_for_you(&after))
    }
}
