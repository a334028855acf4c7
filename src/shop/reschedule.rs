//! The buyer chooses another day, or another way, as long as no mail has gone out.

use std::net::IpAddr;

use super::{Changed, GiftFields, Shop, Wish, fields};
use crate::{Error, Result};

impl Shop {
    /// Mails it now, on another day, or not at all. Of `wish` only delivery, day and clock count.
    pub async fn reschedule(&self, reference: &str, key: &str, wish: &GiftFields, from: IpAddr) -> Result<Changed> {
        let wish = fields::wish(wish, &self.zone, self.clock.now()).map_err(|wrong| Error::Invalid(vec![wrong]))?;
        let change = self
            .change_gift(reference, key, from, "rescheduled", |gift, now| match &wish {
                Wish::Now => gift.reschedule(Some(now), None),
                Wish::At { due_at, zone } => gift.reschedule(Some(*due_at), Some(zone.clone())),
                Wish::Link => gift.reschedule(None, None),
            })
            .await?;
        Ok(change.or_same(match wish {
            Wish::Now if change.is_leaving() => Changed::SentNow,
            Wish::Now => Changed::SentOncePaid,
            Wish::At { .. } => Changed::Rescheduled,
            Wish::Link if change.is_ready() => Changed::ToHandOver,
            Wish::Link => Changed::ToHandOverOncePaid,
        }))
    }
}
