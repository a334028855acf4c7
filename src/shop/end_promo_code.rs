//! The operator ends a promo code before its day.

use super::{Raced, Shop, until_unraced};
use crate::catalog::{PromoCode, PromoName};
use crate::store::promo_codes;
use crate::values::Timestamp;
use crate::{Error, Result};

impl Shop {
    /// From now on nobody new gets the discount. Orders that are open keep their price.
    pub async fn end_promo_code(&self, name: &PromoName) -> Result<PromoCode> {
        let now = self.clock.now();
        until_unraced(|| self.end_promo_code_once(name, now)).await
    }

    async fn end_promo_code_once(&self, name: &PromoName, now: Timestamp) -> Result<PromoCode, Raced> {
        let mut tx = self.store.begin().await?;
        let Some(code) = promo_codes::find(&mut tx, name).await? else {
            return Err(Error::invalid("code", format!("There is no code {name}")).into());
        };
        if code.ends_at.is_some_and(|ends_at| ends_at <= now) {
            return Ok(code);
        }
        promo_codes::end(&mut tx, name, now).await?;
        tx.commit().await?;
        Ok(PromoCode { ends_at: Some(now), ..code })
    }
}
