//! What the operator reads of a gift: its state and every change, and nothing that redeems it.

use super::Shop;
use crate::store::gifts as gift_rows;
use crate::values::GiftId;
use crate::{Error, Result};

impl Shop {
    /// One line for the gift, and one for each of its changes, oldest first.
    pub async fn gift_history(&self, id: &GiftId) -> Result<Vec<String>> {
        let mut connection = self.store.connection().await?;
        let gift = gift_rows::find(&mut connection, id).await?.ok_or(Error::GiftNotFound)?;
        let events = gift_rows::events(&mut connection, id).await?;
        let head = format!(
            "{id}: {} for {}, to {}; {}, {}",
            gift.tier.title(),
            gift.months.in_figures(),
            gift.recipient_email.masked(),
            gift.state.name(),
            gift.delivery.name()
        );
        let line = |event: &gift_rows::Event| format!("  {}  {}", self.zone.date_and_time(event.at), event.what);
        Ok(std::iter::once(head).chain(events.iter().map(line)).collect())
    }
}
