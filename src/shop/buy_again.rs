//! A buyer gives once more what they gave before.

use super::{GiftFields, Shop};
use crate::store::orders;
use crate::{Error, Result};

impl Shop {
    /// The form as it was filled in for the gift behind the buyer's signed link. The message is left out, because it was written for one
    /// moment; so are the day, which has passed, and the promo code, which may have.
    pub async fn buy_again(&self, reference: &str, key: &str) -> Result<GiftFields> {
        let mut connection = self.store.connection().await?;
        let gift = self.gift_by_key(&mut connection, reference, key).await?;
        let order = orders::find(&mut connection, &gift.order_id).await?.ok_or(Error::NotFound)?;
        let (message, deliver_on, promo_code) = Default::default();
        Ok(GiftFields { message, deliver_on, promo_code, ..self.fields_of(&gift, &order) })
    }
}
