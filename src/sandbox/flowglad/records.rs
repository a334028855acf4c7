//! What can be made through Flowglad's API besides sessions: customers, products, prices, discounts and webhook endpoints.
//! They are kept as they are answered; the catalog's products and prices are there from the start.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::call::Outcome;
use super::error::FlowgladError;
use super::fields::Fields;
use super::{ORGANIZATION, PRICING_MODEL, announce_customer};
use crate::sandbox::SeedPrice;
use crate::sandbox::world::{Change, State, World};
use crate::values::Timestamp;

#[derive(Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Records {
    pub customers: Vec<Value>,
    pub products: Vec<Value>,
    pub prices: Vec<Value>,
    pub discounts: Vec<Value>,
    pub webhooks: Vec<Value>,
}

const INTERVALS: [&str; 4] = ["day", "week", "month", "year"];
const KINDS_OF_EVENTS: [&str; 9] = [
    "customer.created",
    "customer.updated",
    "purchase.completed",
    "payment.failed",
    "payment.succeeded",
    "subscription.created",
    "subscription.updated",
    "subscription.canceled",
    "sync.events_available",
];

/// All products, the catalog's first.
pub fn products<'a>(world: &'a World, state: &'a State) -> impl Iterator<Item = Value> + 'a {
    world.settings.prices.iter().map(seed_product).chain(state.flowglad.products.iter().cloned())
}

/// All prices, the catalog's first.
pub fn prices<'a>(world: &'a World, state: &'a State) -> impl Iterator<Item = Value> + 'a {
    world.settings.prices.iter().map(seed_price).chain(state.flowglad.prices.iter().cloned())
}

/// The record among `rows` whose `field` is `value`.
pub fn find(mut rows: impl Iterator<Item = Value>, what: &str, field: &str, value: &str) -> Outcome {
    rows.find(|row| row.get(field).and_then(Value::as_str) == Some(value)).ok_or_else(|| FlowgladError::missing(what, value))
}

pub fn create_customer(change: &mut Change<'_>, body: &Value) -> Outcome {
    let mut fields = Fields::of(body, "customer");
    let (external_id, email, name) = (fields.text("externalId"), fields.text("email"), fields.text("name"));
    if !email.is_empty() && !email.contains('@') {
        fields.wrong("email", "invalid_format", "Invalid email");
    }
    fields.done()?;
    let customers = &change.state.flowglad.customers;
    if customers.iter().any(|customer| customer.get("externalId").and_then(Value::as_str) == Some(external_id)) {
        return Err(FlowgladError::refused(format!("A customer with external id {external_id} exists already")));
    }
    let customer = customer(&change.id("cust_"), external_id, email, name, change.now);
    change.state.flowglad.customers.push(customer.clone());
    announce_customer(change, &customer);
    Ok(json!({ "data": { "customer": customer } }))
}

/// A customer as Flowglad answers it.
pub fn customer(id: &str, external_id: &str, email: &str, name: &str, at: Timestamp) -> Value {
    let own = json!({
        "organizationId": ORGANIZATION, "email": email, "name": name, "invoiceNumberBase": null, "archived": false,
        "logoURL": null, "iconURL": null, "domain": null, "billingAddress": null, "externalId": external_id, "userId": null,
    });
    record(id, at, own)
}

/// A product comes with its first price.
pub fn create_product(change: &mut Change<'_>, body: &Value) -> Outcome {
    let mut fields = Fields::of(body, "product");
    let name = fields.text("name");
    let slug = fields.optional_text("slug");
    fields.done()?;
    let id = change.id("prod_");
    let price = new_price(change, body, Some(&id))?;
    let product = product(&id, name, slug.unwrap_or(&id), change.now);
    change.state.flowglad.products.push(product.clone());
    change.state.flowglad.prices.push(price.clone());
    Ok(json!({ "product": product, "price": price }))
}

pub fn create_price(change: &mut Change<'_>, body: &Value) -> Outcome {
    let price = new_price(change, body, None)?;
    let product = price.get("productId").and_then(Value::as_str).unwrap_or_default();
    find(products(change.world, change.state), "Product", "id", product)?;
    change.state.flowglad.prices.push(price.clone());
    Ok(json!({ "price": price }))
}

fn new_price(change: &Change<'_>, body: &Value, product: Option<&str>) -> Outcome {
    let mut fields = Fields::of(body, "price");
    let kind = fields.one_of("type", &["single_payment", "subscription"]);
    let unit = fields.integer("unitPrice", 0);
    if unit.is_none() && fields.get("unitPrice").is_none() {
        fields.wrong("unitPrice", "invalid_type", "Required");
    }
    let product = product.unwrap_or_else(|| fields.text("productId"));
    let is_default = fields.flag("isDefault").unwrap_or(false);
    let (name, slug) = (fields.optional_text("name"), fields.optional_text("slug"));
    let interval = (kind == "subscription").then(|| fields.one_of("intervalUnit", &INTERVALS));
    let count = interval.and_then(|_| fields.integer("intervalCount", 1));
    fields.done()?;
    let is_taken = |price: Value| slug.is_some() && price.get("slug").and_then(Value::as_str) == slug;
    if prices(change.world, change.state).any(is_taken) {
        return Err(FlowgladError::refused("A price with this slug exists already"));
    }
    let currency = change.world.settings.prices.first().map_or("USD", |seed| seed.price.currency.as_str());
    let own = json!({
        "intervalUnit": interval, "intervalCount": interval.map(|_| count.unwrap_or(1)), "name": name, "type": kind,
        "trialPeriodDays": null, "isDefault": is_default, "unitPrice": unit, "usageEventsPerUnit": null, "productId": product,
        "active": true, "currency": currency, "slug": slug, "usageMeterId": null,
    });
    Ok(record(&change.id("price_"), change.now, own))
}

pub fn create_discount(change: &mut Change<'_>, body: &Value) -> Outcome {
    let mut fields = Fields::of(body, "discount");
    let (name, code) = (fields.text("name"), fields.text("code"));
    if !(3..=20).contains(&code.chars().count()) {
        fields.wrong("code", "invalid_length", "A code has 3 to 20 characters");
    }
    let amount = fields.integer("amount", 1);
    let kind = fields.one_of("amountType", &["percent", "fixed"]);
    let duration = fields.one_of("duration", &["once", "forever", "number_of_payments"]);
    let payments = if duration == "number_of_payments" { fields.integer("numberOfPayments", 1) } else { None };
    let is_active = fields.flag("active").unwrap_or(true);
    if amount.is_none() && fields.get("amount").is_none() {
        fields.wrong("amount", "invalid_type", "Required");
    }
    fields.done()?;
    let own = json!({
        "organizationId": ORGANIZATION, "name": name, "code": code.to_uppercase(), "amount": amount, "amountType": kind,
        "active": is_active, "duration": duration, "numberOfPayments": payments,
    });
    let discount = record(&change.id("discount_"), change.now, own);
    change.state.flowglad.discounts.push(discount.clone());
    Ok(json!({ "discount": discount }))
}

/// Nobody has typed one on a page here.
pub fn with_redemptions(mut discount: Value) -> Value {
    if let Some(fields) = discount.as_object_mut() {
        fields.insert("redemptionCount".to_owned(), json!(0));
    }
    discount
}

/// An endpoint and its secret. All of the shop's events are signed with the one secret of the sandbox.
pub fn create_webhook(change: &mut Change<'_>, body: &Value) -> Outcome {
    let mut fields = Fields::of(body, "webhook");
    let (name, url) = (fields.text("name"), fields.web_address("url"));
    let filters = fields.get("filterTypes").and_then(Value::as_array).cloned();
    let is_known = |kind: &Value| kind.as_str().is_some_and(|kind| KINDS_OF_EVENTS.contains(&kind));
    if filters.as_ref().is_none_or(|filters| !filters.iter().all(is_known)) {
        fields.wrong("filterTypes", "invalid_value", "Expected a list of event types");
    }
    let is_active = fields.flag("active").unwrap_or(true);
    fields.done()?;
    let own = json!({
        "filterTypes": filters, "organizationId": ORGANIZATION, "url": url, "name": name, "active": is_active,
    });
    let webhook = record(&change.id("webhook_"), change.now, own);
    change.state.flowglad.webhooks.push(webhook.clone());
    Ok(json!({ "webhook": webhook, "secret": change.world.keys.flowglad.webhook_secret }))
}

/// A product with all of its prices.
pub fn product_with_prices(world: &World, state: &State, id: &str) -> Outcome {
    let mut product = find(products(world, state), "Product", "id", id)?;
    let prices: Vec<Value> = prices(world, state).filter(|price| price.get("productId") == Some(&json!(id))).collect();
    if let Some(fields) = product.as_object_mut() {
        fields.insert("defaultPrice".to_owned(), prices.first().cloned().unwrap_or_default());
        fields.insert("prices".to_owned(), json!(prices));
        fields.insert("features".to_owned(), json!([]));
    }
    Ok(product)
}

/// The id and the slug of a price of the catalog, which names it by either.
fn names(seed: &SeedPrice) -> (String, String) {
    match seed.flowglad_price.strip_prefix("price_") {
        Some(rest) => (seed.flowglad_price.clone(), rest.replace('_', "-")),
        None => (format!("price_{}", seed.flowglad_price.replace('-', "_")), seed.flowglad_price.clone()),
    }
}

fn seed_price(seed: &SeedPrice) -> Value {
    let (id, slug) = names(seed);
    let own = json!({
        "intervalUnit": null, "intervalCount": null, "name": seed.product_name, "type": "single_payment", "trialPeriodDays": null,
        "isDefault": true, "unitPrice": seed.price.minor, "usageEventsPerUnit": null, "productId": product_id(&id), "active": true,
        "currency": seed.price.currency.as_str(), "slug": slug, "usageMeterId": null,
    });
    record(&id, Timestamp::from_millis(0), own)
}

fn seed_product(seed: &SeedPrice) -> Value {
    let (id, slug) = names(seed);
    product(&product_id(&id), &seed.product_name, &slug, Timestamp::from_millis(0))
}

fn product_id(price_id: &str) -> String {
    price_id.replacen("price_", "prod_", 1)
}

fn product(id: &str, name: &str, slug: &str, at: Timestamp) -> Value {
    let own = json!({
        "name": name, "description": null, "imageURL": null, "organizationId": ORGANIZATION, "active": true,
        "singularQuantityLabel": null, "pluralQuantityLabel": null, "default": false, "slug": slug,
    });
    record(id, at, own)
}

/// What every record has, before its own. Nothing here is ever live.
pub fn record(id: &str, at: Timestamp, own: Value) -> Value {
    let mut record = json!({
        "id": id, "createdAt": at.millis(), "updatedAt": at.millis(), "livemode": false, "pricingModelId": PRICING_MODEL,
    });
    if let (Some(record), Value::Object(own)) = (record.as_object_mut(), own) {
        record.extend(own);
    }
    record
}
