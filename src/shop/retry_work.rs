//! The operator has mended what a piece of work was given up for, and has it tried again.

use super::Shop;
use crate::store::{self, outbox};
use crate::values::OutboxId;
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
        let now = self.clock.now();
        match outbox::take_up(&mut *self.store.connection().await?, id, now).await {
            Err(store::Error::Stale) => return Err(Error::invalid("id", format!("Nothing of the name {id} was given up"))),
            taken => taken?,
        }
        self.outbox_bell.notify_one();
        Ok(())
    }
}
