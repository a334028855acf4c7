//! The requests that open a hosted page: nothing in them but the sale and our order's id.

use serde::Serialize;

use super::translation::ORDER_ID;
use crate::checkout::provider::{BackUrls, LineItem, ProviderError};
use crate::values::OrderId;

/// What a hosted page of Flowglad's can be opened for.
#[derive(Clone, Debug, Serialize)]
#[serde(tag = "type", rename_all = "snake_case", rename_all_fields = "camelCase")]
pub enum Page {
    /// To buy something by one of its prices, which says whether it is paid once or again and again.
    Product {
        #[serde(flatten)]
        buyer: Buyer,
        #[serde(flatten)]
        price: PriceName,
        quantity: u32,
        #[serde(skip_serializing_if = "Option::is_none")]
        preserve_billing_cycle_anchor: Option<bool>,
    },
    /// To begin paying for a subscription that waits for it.
    ActivateSubscription {
        customer_external_id: String,
        target_subscription_id: String,
        #[serde(skip_serializing_if = "Option::is_none")]
        preserve_billing_cycle_anchor: Option<bool>,
    },
    /// To leave a means of payment for later.
    AddPaymentMethod {
        customer_external_id: String,
        #[serde(skip_serializing_if = "Option::is_none")]
        target_subscription_id: Option<String>,
        /// Whether all of the customer's subscriptions are paid by it from now on.
        #[serde(skip_serializing_if = "Option::is_none")]
        automatically_update_subscriptions: Option<bool>,
    },
}

/// Who buys: a customer that Flowglad knows, or whoever comes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(untagged, rename_all_fields = "camelCase")]
pub enum Buyer {
    Identified { customer_external_id: String },
    Anonymous { anonymous: bool },
}

impl Buyer {
    #[must_use]
    pub fn identified(external_id: &str) -> Self {
        Self::Identified { customer_external_id: external_id.to_owned() }
    }

    #[must_use]
    pub const fn anonymous() -> Self {
        Self::Anonymous { anonymous: true }
    }
}

/// A price by Flowglad's id, or by the slug that the operator gave it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum PriceName {
    PriceId(String),
    PriceSlug(String),
}

impl PriceName {
    /// Ids begin with `price_`; everything else is a slug.
    #[must_use]
    pub fn of(text: &str) -> Self {
        if text.starts_with("price_") { Self::PriceId(text.to_owned()) } else { Self::PriceSlug(text.to_owned()) }
    }

    /// As the catalog writes it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        let (Self::PriceId(name) | Self::PriceSlug(name)) = self;
        name
    }
}

/// A page with what every kind of page has.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct NewPage<'a> {
    #[serde(flatten)]
    page: &'a Page,
    success_url: &'a str,
    cancel_url: &'a str,
    output_metadata: serde_json::Value,
    #[serde(skip_serializing_if = "Option::is_none")]
    output_name: Option<&'a str>,
}

impl<'a> NewPage<'a> {
    pub fn new(page: &'a Page, name: Option<&'a str>, order_id: &OrderId, back: &'a BackUrls) -> Self {
        Self {
            page,
            success_url: back.success.as_str(),
            cancel_url: back.cancel.as_str(),
            output_metadata: serde_json::json!({ ORDER_ID: order_id.as_str() }),
            output_name: name,
        }
    }
}

/// A customer must have a name; until they tell one it is their address.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct NewCustomer<'a> {
    pub external_id: &'a str,
    pub email: &'a str,
    pub name: &'a str,
}

/// The one thing that can be sold on a page, and Flowglad's own price for it. It charges no other.
pub fn sale(items: &[LineItem]) -> Result<(&LineItem, PriceName), ProviderError> {
    let refused = |why: &str| Err(ProviderError::Refused(why.to_owned()));
    let [item] = items else { return refused("Flowglad sells one thing at a time") };
    if !item.is_list_price {
        return refused(
            "Flowglad charges only its own prices, so a promo code of ours can't lower one: sell with another provider, or without the code",
        );
    }
    match &item.price_ids.flowglad {
        Some(name) => Ok((item, PriceName::of(name))),
        None => refused("Flowglad charges only its own prices: name its price for this offer in the catalog, by id or by slug"),
    }
}
