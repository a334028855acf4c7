//! What a gift would cost, with a promo code or without.

use std::net::IpAddr;

use super::{RequestKey, Shop, discount};
use crate::catalog::{Months, Offer, PromoName, Tier};
use crate::values::Money;
use crate::{Error, Result};

/// What would be charged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Priced {
    pub offer: Offer,
    pub promo_code: Option<PromoName>,
    pub total: Money,
}

impl Shop {
    /// Judges a promo code as buying would, use and limit included, and reserves nothing. `from` counts codes that there are not. A
    /// `request` with a key is answered as it was first.
    pub async fn price(
        &self,
        tier: Tier,
        months: Months,
        promo_code: Option<&str>,
        from: IpAddr,
        request: Option<&RequestKey>,
    ) -> Result<Priced> {
        let priced = self.price_today(tier, months, promo_code, from).await;
        let priced = self.keep_refusal(request, priced).await?;
        let total = self.first_answer(request, priced.total).await?;
        Ok(Priced { total, ..priced })
    }

    async fn price_today(&self, tier: Tier, months: Months, promo_code: Option<&str>, from: IpAddr) -> Result<Priced> {
        let now = self.clock.now();
        let offer = self.catalog.offer(tier, months).ok_or(Error::NotForSale)?.clone();
        let Some(typed) = promo_code else { return Ok(Priced { total: offer.price, offer, promo_code: None }) };
        let name = PromoName::parse(typed).map_err(|_| discount::refused(discount::unknown()))?;
        let code = self.known_code(&name, None, from).await?;
        let total = self.discounted(&code, &offer, now).map_err(discount::refused)?;
        Ok(Priced { offer, promo_code: Some(name), total })
    }
}
