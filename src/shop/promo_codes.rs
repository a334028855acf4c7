//! The operator looks at the promo codes.

use super::Shop;
use crate::Result;
use crate::catalog::PromoCode;
use crate::store::promo_codes;

impl Shop {
    /// Every code that was ever made, the newest first.
    pub async fn promo_codes(&self) -> Result<Vec<PromoCode>> {
        Ok(promo_codes::all(&mut *self.store.connection().await?).await?)
    }
}
