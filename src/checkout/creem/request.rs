//! The request that opens a checkout: nothing in it but the sale, our order's id, and the buyer's address to be filled in.

use std::collections::BTreeMap;

use serde::Serialize;

use super::objects::{BillingType, Product, ProductStatus};
use super::options::{CreemOptions, CustomField};
use super::translation::ORDER_ID;
use crate::checkout::provider::{BackUrls, LineItem, NewSession, PaymentMode, ProviderError};

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

pub fn new_checkout<'a>(
    session: &'a NewSession,
    back: &'a BackUrls,
    item: &'a LineItem,
    product: &'a Product,
    options: &'a CreemOptions,
) -> Result<NewCheckout<'a>, ProviderError> {
    Ok(NewCheckout {
        request_id: session.order_id.as_str(),
        product_id: &product.id,
        units: item.quantity,
        custom_price: custom_price(item, product, session.mode)?,
        customer: session.buyer_email.as_ref().map(|email| Customer { email: email.as_str() }),
        success_url: back.success.as_str(),
        metadata: BTreeMap::from([(ORDER_ID, session.order_id.as_str())]),
        custom_fields: &options.custom_fields,
        affiliate_code: options.affiliate_code.as_deref(),
    })
}

/// What we must ask for so that the price shown is the price charged; `None` where the product costs just that.
fn custom_price(item: &LineItem, product: &Product, mode: PaymentMode) -> Result<Option<i64>, ProviderError> {
    let about = |what: &str| refused(&format!("Creem's product {} {what}", product.id));
    if product.status == Some(ProductStatus::Archived) {
        return Err(about("is archived: activate it, or name another in the catalog's price_ids"));
    }
    match (mode, product.billing_type) {
        (PaymentMode::Payment, Some(BillingType::Recurring)) => return Err(about("is a subscription: name one that is paid once")),
        (PaymentMode::Subscription, Some(BillingType::Onetime)) => return Err(about("is paid once: name a subscription")),
        (PaymentMode::Payment | PaymentMode::Subscription, _) => {}
    }
    let ours = item.unit_price;
    if product.currency.as_deref().is_some_and(|currency| !currency.eq_ignore_ascii_case(ours.currency.as_str())) {
        return Err(about("is priced in another currency than the catalog"));
    }
    if product.price == Some(ours.minor) || (product.price.is_none() && item.is_list_price) {
        return Ok(None);
    }
    match mode {
        PaymentMode::Subscription => {
            Err(about("costs something else than the catalog says, and a subscription's price is its product's"))
        }
        PaymentMode::Payment if PRICES.contains(&ours.minor) => Ok(Some(ours.minor)),
        PaymentMode::Payment => Err(refused("the price is outside of what Creem charges: 1.00 to 999,999.99")),
    }
}

fn refused(why: &str) -> ProviderError {
    ProviderError::Refused(why.to_owned())
}
