//! What a promo code makes of the shop's prices, for a form that is shown with them.

use std::collections::BTreeMap;
use std::net::IpAddr;

use super::{GiftFields, Shop, discount};
use crate::catalog::{Discount, Months, Offer, PromoCode, PromoName, Tier};
use crate::store::promo_codes;
use crate::values::{Money, OrderId};
use crate::{Error, Result};

/// The prices that a code lowers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Quote {
    pub name: PromoName,
    pub discount: Discount,
    prices: BTreeMap<(Tier, Months), Money>,
}

impl Quote {
    /// The offers that `price` is known of with the code.
    pub fn of(code: &PromoCode, offers: &[Offer], price: impl Fn(&Offer) -> Option<Money>) -> Self {
        let lowered = offers.iter().filter_map(|offer| Some(((offer.tier, offer.months), price(offer)?)));
        Self { name: code.name.clone(), discount: code.discount, prices: lowered.collect() }
    }

    /// What this costs with the code; `None` where the code does not count for it.
    pub fn price(&self, offer: &Offer) -> Option<Money> {
        self.prices.get(&(offer.tier, offer.months)).copied()
    }
}

impl Shop {
    /// Judges the code in a form before it is sent: refused as it would be then, and counted in the same way.
    pub async fn try_code(&self, fields: &GiftFields, from: IpAddr) -> Result<()> {
        if fields.promo_code.trim().is_empty() {
            return Err(Error::invalid(discount::FIELD, "Type your code first"));
        }
        self.judge_code(fields, from).await
    }

    /// The prices with a code that was typed, for whoever left the order that the signed `token` names; `None` where it lowers none. It
    /// counts no guess, so it is for forms that were judged.
    pub async fn quote(&self, typed: &str, token: &str) -> Result<Option<Quote>> {
        match PromoName::parse(typed) {
            Ok(name) => self.quote_for(&name, self.order_left(token).as_ref()).await,
            Err(_) => Ok(None),
        }
    }

    pub(super) async fn quote_for(&self, name: &PromoName, left: Option<&OrderId>) -> Result<Option<Quote>> {
        let mut connection = self.store.connection().await?;
        let Some(code) = promo_codes::find(&mut connection, name).await? else { return Ok(None) };
        let code = self.counted_for(&mut connection, code, left).await?;
        Ok(self.quote_of(&code))
    }

    fn quote_of(&self, code: &PromoCode) -> Option<Quote> {
        let now = self.clock.now();
        let quote = Quote::of(code, self.catalog.offers(), |offer| self.discounted(code, offer, now).ok());
        (!quote.prices.is_empty()).then_some(quote)
    }
}
