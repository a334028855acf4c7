//! A hosted page: opened by Stripe's own price where that is what is asked for, and without what Stripe can do without.

use super::Stripe;
use super::amounts::to_stripe_amount;
use super::form::{self, Charge, Form};
use super::objects::{Coupon, List, Price, PromotionCode, Session};
use crate::checkout::provider::{BackUrls, LineItem, NewSession, ProviderError};
use crate::values::Money;

impl Stripe {
    /// A promotion code that Stripe takes back between telling of it and using it doesn't stop a sale.
    pub(super) async fn create(&self, session: &NewSession, back: &BackUrls) -> Result<Session, ProviderError> {
        let options = &self.settings.options;
        if let Some(code) = self.discount(&session.line_items).await {
            let form = form::new_session(session, back, options, Charge::Discounted(&code))?;
            match self.create_by(form, &format!("{}-with-{code}", session.id)).await {
                Err(ProviderError::Refused(_)) => {}
                outcome => return outcome,
            }
        }
        self.create_by(form::new_session(session, back, options, Charge::Asked)?, session.id.as_str()).await
    }

    /// Opens a session, without a field that Stripe refuses and that it can do without.
    async fn create_by(&self, mut form: Form, key: &str) -> Result<Session, ProviderError> {
        let mut key = key.to_owned();
        loop {
            let refusal = match self.post(&["v1", "checkout", "sessions"], &form, &key).await {
                Ok(session) => return Ok(session),
                Err(refusal) => refusal,
            };
            let refused = refusal.param.filter(|param| form::DISPENSABLE.contains(&param.as_str()));
            let Some(place) = form.iter().position(|(name, _)| Some(name) == refused.as_ref()) else { return Err(refusal.error) };
            let (name, _) = form.remove(place);
            // Another key, for under the first one Stripe expects the same form; and the same other key at every repeat.
            key = format!("{key}-without-{name}");
        }
    }

    /// The id of the promotion code that the shop set, where it brings Stripe's own price down to just ours. What stands in the way of
    /// knowing that is logged and stops no sale: our price is asked for by its amount then.
    async fn discount(&self, items: &[LineItem]) -> Option<String> {
        let (Some(code), [item]) = (&self.settings.options.promotion_code, items) else { return None };
        let price = item.price_ids.stripe.as_ref().filter(|_| !item.is_list_price)?;
        let query = [("code", code.as_str()), ("active", "true"), ("limit", "1"), ("expand[0]", "data.promotion.coupon")];
        let codes: List<PromotionCode> = self.get(&["v1", "promotion_codes"], &query).await.ok()?;
        let promotion = codes.data.into_iter().next()?;
        let price: Price = self.get(&["v1", "prices", price], &[]).await.ok()?;
        leaves(promotion.coupon()?, &price, item).then_some(promotion.id)
    }
}

/// Whether the coupon leaves our price of Stripe's, for as long as it is paid.
fn leaves(coupon: &Coupon, price: &Price, item: &LineItem) -> bool {
    let currency = item.unit_price.currency;
    let is_ours = |name: Option<&str>| name.is_some_and(|name| name.eq_ignore_ascii_case(currency.as_str()));
    let wanted = to_stripe_amount(Money::new(item.unit_price.minor.saturating_mul(item.quantity.into()), currency));
    let lasts = item.every.is_none() || coupon.duration.as_deref() == Some("forever");
    let Some(whole) = price.unit_amount.filter(|_| lasts && is_ours(price.currency.as_deref())) else { return false };
    let whole = whole.saturating_mul(item.quantity.into());
    let off = match coupon.amount_off {
        None => coupon.hundredths().map(|hundredths| whole.saturating_mul(hundredths).saturating_add(5_000) / 10_000),
        Some(off) => is_ours(coupon.currency.as_deref()).then_some(off),
    };
    off.is_some_and(|off| wanted == Ok(whole.saturating_sub(off)))
}
