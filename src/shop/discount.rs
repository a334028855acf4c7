//! What a promo code makes of a price at the provider that sells, and what a buyer reads where it makes nothing of it.

use std::net::IpAddr;
use std::time::Duration;

use super::rate_limit::Limit;
use super::{Raced, Shop};
use crate::Error;
use crate::catalog::{Offer, PromoCode, PromoName, PromoRefused, Tier};
use crate::checkout::Order;
use crate::error::Wrong;
use crate::store::{self, Tx, promo_codes};
use crate::values::{Money, OrderId, Timestamp};

pub(super) const FIELD: &str = "promo_code";

impl Shop {
    /// The code of this name, as it counts for whoever left that order. One that there never was is a guess, and a network has only so
    /// many of them.
    pub(super) async fn known_code(&self, name: &PromoName, left: Option<&OrderId>, from: IpAddr) -> crate::Result<PromoCode> {
        let guess = self.bucket_of_network(Limit::PROMO_CODES_FROM, from);
        self.attempt(std::slice::from_ref(&guess)).await?;
        let mut connection = self.store.connection().await?;
        let code = promo_codes::find(&mut connection, name).await?.ok_or_else(|| refused(unknown()))?;
        let code = self.counted_for(&mut connection, code, left).await?;
        drop(connection);
        self.forgive(&[guess]).await?;
        Ok(code)
    }

    /// What `offer` costs with `code`, if that can be charged; nothing at all need not be.
    pub(super) fn discounted(&self, code: &PromoCode, offer: &Offer, now: Timestamp) -> Result<Money, Wrong> {
        let price = code.price(offer, now).map_err(|why| self.refusal(code, why))?;
        let Some(provider) = self.provider(self.selling).filter(|_| !price.is_zero()) else { return Ok(price) };
        let name = &code.name;
        if !provider.capabilities().own_price {
            return Err(wrong(format!("Remove {name}: our payment provider charges only the full price")));
        }
        if !provider.can_charge(price) {
            let advice =
                format!("Remove {name}, or choose a longer gift: {} would be left, too little to be charged", price.exact());
            return Err(wrong(advice));
        }
        Ok(price)
    }

    /// What `offer` costs whoever left that order, within the transaction in which it is ordered.
    pub(super) async fn price_now(
        &self,
        tx: &mut Tx,
        name: Option<&PromoName>,
        left: Option<&OrderId>,
        offer: &Offer,
        now: Timestamp,
    ) -> Result<Money, Raced> {
        let Some(name) = name else { return Ok(offer.price) };
        let code = promo_codes::find(tx, name).await?.ok_or_else(|| refused(unknown()))?;
        let code = self.counted_for(tx, code, left).await?;
        Ok(self.discounted(&code, offer, now).map_err(refused)?)
    }

    fn refusal(&self, code: &PromoCode, why: PromoRefused) -> Wrong {
        const JUST_BEFORE: Duration = Duration::from_millis(1);
        let name = &code.name;
        wrong(match why {
            PromoRefused::NotYet { starts_at } => {
                format!("{name} begins on {}. Remove it, or use another", self.zone.date(starts_at))
            }
            PromoRefused::Ended { ends_at } => {
                format!("{name} ended on {}. Remove it, or use another", self.zone.date(ends_at.minus(JUST_BEFORE)))
            }
            PromoRefused::OtherTier => {
                let tiers: Vec<&str> = code.tiers.iter().map(|tier| Tier::title(*tier)).collect();
                format!("{name} is for {} only. Choose that, or remove the code", tiers.join(" and "))
            }
            PromoRefused::UsedUp => format!("{name} is used up. Remove it, or use another"),
            PromoRefused::OtherCurrency => format!("{name} is no longer taken. Remove it, or use another"),
        })
    }
}

/// Keeps the count of a code's uses equal to the orders that use it: given back when one can no longer be paid, and taken again, whatever
/// the limit says, when the money came late.
pub(super) async fn count_use(tx: &mut Tx, before: &Order, after: &Order) -> Result<(), store::Error> {
    let Some(name) = &after.promo_code else { return Ok(()) };
    match (before.uses_promo_code(), after.uses_promo_code()) {
        (true, false) => promo_codes::release(tx, name).await,
        (false, true) => promo_codes::honour(tx, name).await,
        (true, true) | (false, false) => Ok(()),
    }
}

/// What is read of a code that there is not; its name is not repeated.
pub(super) fn unknown() -> Wrong {
    wrong("That is no code of ours. Remove it, or use another")
}

pub(super) fn refused(wrong: Wrong) -> Error {
    Error::Invalid(vec![wrong])
}

fn wrong(advice: impl Into<String>) -> Wrong {
    Wrong::new(FIELD, advice)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::catalog::{Discount, Months};
    use crate::checkout::{Flowglad, FlowgladOptions, FlowgladSettings, PROVIDER_TIMEOUT};
    use crate::shop::testing::{HOME, World};
    use crate::shop::{GiftFields, NewPromoCode};
    use crate::store::Store;
    use crate::store::testing::on_both;

    fn flowglad() -> Arc<Flowglad> {
        // Another test may have been first; either way there is one.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let settings = FlowgladSettings {
            secret_key: "sk_test_of_nobody".to_owned(),
            webhook_secret: "whsec_AAAA".to_owned(),
            api_base: "http://127.0.0.1:1".parse().unwrap(),
            checkout_origin: None,
            options: FlowgladOptions::default(),
            timeout: PROVIDER_TIMEOUT,
        };
        Arc::new(Flowglad::new(settings, reqwest::Client::new()))
    }

    on_both!(a_provider_that_charges_only_its_own_prices_is_not_asked_for_less, async |store: Store| {
        let world = World::selling_at(store, vec![flowglad()]);
        let new = |name: &str, count: i64| NewPromoCode {
            name: PromoName::parse(name).unwrap(),
            discount: Discount::Percent(count.try_into().unwrap()),
            tiers: vec![],
            first_day: None,
            last_day: None,
            uses_max: None,
        };
        world.shop.create_promo_code(&new("SOME", 10)).await.unwrap();
        let all = world.shop.create_promo_code(&new("ALL", 100)).await.unwrap();
        let fields = GiftFields {
            tier: "member".into(),
            duration_months: "3".into(),
            recipient_name: "Bea".into(),
            recipient_email: "bea@example.com".into(),
            buyer_email: "ada@example.com".into(),
            promo_code: "some".into(),
            ..GiftFields::default()
        };
        let purchase = world.shop.read_purchase(&fields, HOME).await.unwrap();
        let refused = world.shop.buy(&purchase, HOME, None).await.unwrap_err();
        assert_eq!(refused.to_string(), "Remove SOME: our payment provider charges only the full price.");
        let offer = world.shop.catalog().offer(Tier::Member, Months::Three).unwrap();
        assert!(world.shop.discounted(&all, offer, world.shop.now()).unwrap().is_zero(), "what costs nothing asks nobody");
        let orders: Vec<String> =
            sqlx::query_scalar("select id from orders").fetch_all(&mut *world.store.connection().await.unwrap()).await.unwrap();
        assert_eq!(orders, [""; 0]);
    });
}
