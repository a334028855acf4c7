//! The operator looks at the promo codes.

use std::collections::BTreeMap;

use super::Shop;
use crate::Result;
use crate::catalog::{PromoCode, PromoName};
use crate::store::promo_codes;

impl Shop {
    /// Every code that was ever made, the newest first.
    pub async fn promo_codes(&self) -> Result<Vec<PromoCode>> {
        Ok(promo_codes::all(&mut *self.store.connection().await?).await?)
    }

    /// How many uses of each code are of orders that are not paid yet; a code without any is left out.
    pub async fn reserved_uses(&self) -> Result<BTreeMap<PromoName, i64>> {
        Ok(promo_codes::reserved(&mut *self.store.connection().await?).await?)
    }
}
