//! The request that opens a checkout: nothing in it but the sale, our order's id, and the buyer's address to be filled in.

use std::collections::BTreeMap;

use serde::Serialize;

use super::objects::{BillingPeriod, BillingType, Discount, DiscountDuration, DiscountStatus, Product, ProductStatus};
use super::options::{CreemOptions, CustomField};
use super::translation::ORDER_ID;
use crate::checkout::provider::{BackUrls, LineItem, NewSession, ProviderError};
use crate::values::Interval;

/// What Creem charges at least and at most for one, in minor units.
pub const PRICES: std::ops::RangeInclusive<i64> = 100..=99_999_999;

#[derive(Serialize)]
pub struct NewCheckout<'a> {
    request_id: &'a str,
    product_id: &'a str,
    units: u32,
    /// For one, in the product's currency; absent where the product's own price is the right one.
    #[serde(skip_serializing_if = "Option::is_none")]
    custom_price: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    discount_code: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub customer: Option<Customer<'a>>,
    success_url: &'a str,
    metadata: BTreeMap<&'static str, &'a str>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    custom_fields: &'a [CustomField],
    #[serde(skip_serializing_if = "Option::is_none")]
    affiliate_code: Option<&'a str>,
}

#[derive(Serialize)]
pub struct Customer<'a> {
    email: &'a str,
}

/// A checkout holds one product.
pub fn only_item(session: &NewSession) -> Result<&LineItem, ProviderError> {
    match session.line_items.as_slice() {
        [item] => Ok(item),
        _ => Err(refused("Creem sells one product at a time, so an order has one line")),
    }
}

/// Creem charges only for products of its own.
pub fn product_id(item: &LineItem) -> Result<&str, ProviderError> {
    item.price_ids.creem.as_deref().ok_or_else(|| {
        ProviderError::Refused(format!(
            "Creem sells its own products only: name the one for \"{}\" in ribbon.toml, in the catalog's price_ids, as creem = \"prod_…\"",
            item.title
        ))
    })
}

/// How the price that the buyer was shown becomes the one that Creem charges.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Charge<'a> {
    /// It is the product's.
    AsListed,
    /// It is what Creem's own discount leaves of the product's.
    Discounted(&'a str),
    /// It is named, in minor units, for one.
    Named(i64),
}

pub fn new_checkout<'a>(
    session: &'a NewSession,
    back: &'a BackUrls,
    item: &'a LineItem,
    product: &'a Product,
    charge: Charge<'a>,
    options: &'a CreemOptions,
) -> NewCheckout<'a> {
    let (custom_price, discount_code) = match charge {
        Charge::AsListed => (None, None),
        Charge::Discounted(code) => (None, Some(code)),
        Charge::Named(price) => (Some(price), None),
    };
    NewCheckout {
        request_id: session.order_id.as_str(),
        product_id: &product.id,
        units: item.quantity,
        custom_price,
        discount_code,
        customer: session.buyer_email.as_ref().map(|email| Customer { email: email.as_str() }),
        success_url: back.success.as_str(),
        metadata: BTreeMap::from([(ORDER_ID, session.order_id.as_str())]),
        custom_fields: &options.custom_fields,
        affiliate_code: options.affiliate_code.as_deref(),
    }
}

/// Whether the product is what was ordered, so that only its price may differ.
pub fn check(item: &LineItem, product: &Product) -> Result<(), ProviderError> {
    let about = |what: &str| Err(refused(&format!("Creem's product {} {what}", product.id)));
    if product.status == Some(ProductStatus::Archived) {
        return about("is archived: activate it, or name another in the catalog's price_ids");
    }
    match (item.every, product.billing_type) {
        (None, Some(BillingType::Recurring)) => return about("is a subscription: name one that is paid once"),
        (Some(_), Some(BillingType::Onetime)) => return about("is paid once: name a subscription"),
        (None | Some(_), Some(_) | None) => {}
    }
    if let (Some(every), Some(period)) = (item.every, product.billing_period)
        && period != BillingPeriod::Custom
        && period != billing_period(every)
    {
        return about(&format!("isn't paid every {every}, as the catalog says: name one that is"));
    }
    if product.currency.as_deref().is_some_and(|currency| !currency.eq_ignore_ascii_case(item.unit_price.currency.as_str())) {
        return about("is priced in another currency than the catalog");
    }
    Ok(())
}

const fn billing_period(every: Interval) -> BillingPeriod {
    match every {
        Interval::Month => BillingPeriod::EveryMonth,
        Interval::Year => BillingPeriod::EveryYear,
    }
}

pub fn is_listed_price(item: &LineItem, product: &Product) -> bool {
    product.price == Some(item.unit_price.minor) || (product.price.is_none() && item.is_list_price)
}

/// What we must ask for so that the price shown is the price charged, where it isn't the product's own.
pub fn charge<'a>(item: &LineItem, product: &Product, discount: Option<&'a Discount>) -> Result<Charge<'a>, ProviderError> {
    if is_listed_price(item, product) {
        return Ok(Charge::AsListed);
    }
    if let Some(discount) = discount.filter(|discount| leaves(discount, item, product)) {
        return Ok(Charge::Discounted(&discount.code));
    }
    match item.every {
        Some(_) => Err(refused(&format!(
            "Creem's product {} costs something else than the catalog says, and a subscription's price is its product's, or what a \
             discount leaves of it for ever: change one of the two, or set creem.discount_code in ribbon.toml",
            product.id
        ))),
        None if PRICES.contains(&item.unit_price.minor) => Ok(Charge::Named(item.unit_price.minor)),
        None => Err(refused("the price is outside of what Creem charges: 1.00 to 999,999.99")),
    }
}

/// Whether Creem's discount leaves just our price of the product's, and leaves it for as long as it is paid.
fn leaves(discount: &Discount, item: &LineItem, product: &Product) -> bool {
    let units = i64::from(item.quantity);
    let Some(listed) = product.price.map(|price| price.saturating_mul(units)) else { return false };
    let is_ours = |currency: &str| currency.eq_ignore_ascii_case(item.unit_price.currency.as_str());
    let off = match (discount.percentage, discount.amount) {
        (Some(percentage), _) => Some(listed.saturating_mul(percentage) / 100),
        (None, amount) => amount.filter(|_| discount.currency.as_deref().is_none_or(is_ours)),
    };
    let is_for_it = discount.applies_to_products.as_ref().is_none_or(|ids| ids.is_empty() || ids.contains(&product.id));
    let lasts = item.every.is_none() || discount.duration == Some(DiscountDuration::Forever);
    let is_active = discount.status == Some(DiscountStatus::Active);
    is_active
        && is_for_it
        && lasts
        && off.is_some_and(|off| listed.saturating_sub(off) == item.unit_price.minor.saturating_mul(units))
}

fn refused(why: &str) -> ProviderError {
    ProviderError::Refused(why.to_owned())
}
