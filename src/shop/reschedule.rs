//! The buyer chooses another day, or another way, as long as no mail has gone out.

use std::net::IpAddr;

use super::{Changed, GiftFields, Shop, Wish, purchase};
use crate::{Error, Result};

impl Shop {
    /// Mails it now, on another day, or not at all. Of `fields` only delivery, day and clock count.
    pub async fn reschedule(&self, reference: &str, key: &str, fields: &GiftFields, from: IpAddr) -> Result<Changed> {
        let wish = purchase::wish(fields, &self.zone, self.clock.now()).map_err(|wrong| Error::Invalid(vec![wrong]))?;
        let change = self
            .change_gift(reference, key, from, "rescheduled", |gift, now| match &wish {
                Wish::Now => gift.reschedule(Some(now), None),
                Wish::At { due_at, zone } => gift.reschedule(Some(*due_at), Some(zone.clone())),
                Wish::Link => gift.reschedule(None, None),
            })
            .await?;
        Ok(change.or_same(match wish {
            Wish::Now => Changed::SentNow,
            Wish::At { .. } => Changed::Rescheduled,
            Wish::Link => Changed::ToHandOver,
        }))
    }
}
