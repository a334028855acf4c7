//! What is made through Creem's API besides checkouts: products, discounts, webhook endpoints, and canceled subscriptions.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::call::{Call, Fields, Outcome};
use super::error::CreemError;
use super::objects::{iso, object};
use crate::sandbox::SeedPrice;
use crate::sandbox::world::{Change, State, World};
use crate::values::{Currency, Timestamp};

pub const BILLING_PERIODS: [&str; 7] =
    ["once", "every-day", "every-month", "every-three-months", "every-six-months", "every-year", "custom"];

/// What outlives a restart of it. Objects stand here as Creem shows them.
#[derive(Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Shelf {
    pub products: Vec<Value>,
    pub discounts: Vec<Value>,
    pub webhooks: Vec<Value>,
    /// By checkout: whether at once or at the period's end, and since when.
    pub canceled: BTreeMap<String, (Ending, Timestamp)>,
}

/// How a subscription ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ending {
    AtOnce,
    AtPeriodEnd,
}

/// A product by its id: one that was made, or one of the shop's catalog.
pub fn product(world: &World, state: &State, id: &str) -> Option<Value> {
    let made = state.creem.products.iter().find(|product| product["id"] == id).cloned();
    made.or_else(|| world.settings.prices.iter().find(|price| price.creem_product_id == id).map(seeded))
}

/// All of them, the youngest first and the catalog's last.
pub fn products(state: &State, call: &Call) -> Outcome {
    let made = state.creem.products.iter().rev().cloned();
    call.page(made.chain(call.world().settings.prices.iter().map(seeded)).collect())
}

fn seeded(price: &SeedPrice) -> Value {
    let mut product = object("product", &price.creem_product_id);
    product.extend(fields(json!({
        "name": price.product_name, "description": price.product_name, "price": price.price.minor,
        "currency": price.price.currency.as_str(), "billing_type": "onetime", "billing_period": "once", "status": "active",
        "tax_mode": "inclusive", "tax_category": "saas", "created_at": iso(Timestamp::from_millis(0)),
        "updated_at": iso(Timestamp::from_millis(0)),
    })));
    Value::Object(product)
}

/// `POST /v1/products`.
pub fn make_product(change: &mut Change<'_>, body: &Fields) -> Outcome {
    let price = body.number("price")?.filter(|price| *price == 0 || *price >= 100);
    let price = price.ok_or_else(|| CreemError::bad("price must be 0 or at least 100"))?;
    let currency = Currency::parse(body.required("currency")?).map_err(|_| CreemError::bad("currency must be a currency"))?;
    let billing_type = body.word("billing_type", &["onetime", "recurring"])?;
    let billing_type = billing_type.ok_or_else(|| CreemError::bad("billing_type must be onetime or recurring"))?;
    let period = match (billing_type, body.word("billing_period", &BILLING_PERIODS)?) {
        ("onetime", _) => "once",
        (_, Some(period)) if period != "once" => period,
        (_, _) => return Err(CreemError::bad("billing_period is required when billing_type is recurring")),
    };
    let mut product = object("product", &change.id("prod_"));
    product.extend(fields(json!({
        "name": body.required("name")?, "description": body.required("description")?, "price": price, "currency": currency.as_str(),
        "billing_type": billing_type, "billing_period": period, "status": "active",
        "tax_mode": body.word("tax_mode", &["inclusive", "exclusive"])?.unwrap_or("inclusive"),
        "tax_category": body.word("tax_category", &["saas", "digital-goods-service", "ebooks"])?.unwrap_or("saas"),
        "created_at": iso(change.now), "updated_at": iso(change.now),
    })));
    if let Some(address) = body.web_address("default_success_url")? {
        product.insert("default_success_url".to_owned(), json!(address));
    }
    let product = Value::Object(product);
    change.state.creem.products.push(product.clone());
    Ok(product)
}

/// `POST /v1/discounts`.
pub fn make_discount(change: &mut Change<'_>, body: &Fields) -> Outcome {
    let code = body.text("code")?.map_or_else(|| change.id("").to_uppercase().chars().take(8).collect(), str::to_owned);
    if discount_by_code(change.state, &code).is_some() {
        return Err(CreemError::bad("A discount with this code exists."));
    }
    let products = body.get("applies_to_products").and_then(Value::as_array);
    let products = products.ok_or_else(|| CreemError::bad("applies_to_products must be an array"))?;
    let mut discount = object("discount", &change.id("dis_"));
    discount.extend(fields(json!({
        "status": "active", "name": body.required("name")?, "code": code, "applies_to_products": products, "redeem_count": 0,
        "duration": body.word("duration", &["once", "repeating", "forever"])?.ok_or_else(|| CreemError::bad("duration is required"))?,
    })));
    match body.word("type", &["percentage", "fixed"])? {
        Some("percentage") => {
            let percentage = body.number("percentage")?.filter(|percentage| (1..=100).contains(percentage));
            let percentage = percentage.ok_or_else(|| CreemError::bad("percentage must be between 1 and 100"))?;
            discount.extend(fields(json!({ "type": "percentage", "percentage": percentage })));
        }
        Some(_) => {
            let amount = body.number("amount")?.filter(|amount| *amount > 0);
            let amount = amount.ok_or_else(|| CreemError::bad("amount must be a positive number"))?;
            discount.extend(fields(json!({ "type": "fixed", "amount": amount, "currency": body.required("currency")? })));
        }
        None => return Err(CreemError::bad("type must be one of percentage, fixed")),
    }
    for name in ["expiry_date", "max_redemptions", "duration_in_months"] {
        discount.extend(body.get(name).map(|value| (name.to_owned(), value.clone())));
    }
    let discount = Value::Object(discount);
    change.state.creem.discounts.push(discount.clone());
    Ok(discount)
}

pub fn discount_by_code<'a>(state: &'a State, code: &str) -> Option<&'a Value> {
    let is_it = |discount: &&Value| discount["status"] == "active" && discount["code"].as_str() == Some(code);
    state.creem.discounts.iter().find(is_it)
}

/// `GET /v1/discounts`, by id or by code.
pub fn discount(state: &State, call: &Call) -> Outcome {
    let by_id = |id: &str| state.creem.discounts.iter().find(|discount| discount["id"] == id);
    let found = match (call.asked("discount_id"), call.asked("discount_code")) {
        (Some(id), _) => by_id(id),
        (None, Some(code)) => discount_by_code(state, code),
        (None, None) => return Err(CreemError::bad("discount_id or discount_code must be a string")),
    };
    found.cloned().ok_or_else(|| CreemError::unknown("Discount"))
}

pub fn discounts(state: &State, call: &Call) -> Outcome {
    call.page(state.creem.discounts.iter().rev().filter(|discount| discount["status"] != "deleted").cloned().collect())
}

/// `DELETE /v1/discounts/{id}/delete`.
pub fn delete_discount(change: &mut Change<'_>, id: &str) -> Outcome {
    let found = change.state.creem.discounts.iter_mut().find(|discount| discount["id"] == id && discount["status"] != "deleted");
    let discount = found.ok_or_else(|| CreemError::unknown("Discount"))?;
    if let Value::Object(fields) = discount {
        fields.insert("status".to_owned(), json!("deleted"));
    }
    Ok(discount.clone())
}

/// `POST /v1/webhooks`. Every endpoint here has the secret of `sandbox.env`, with which all events are signed.
pub fn make_webhook(change: &mut Change<'_>, body: &Fields) -> Outcome {
    let delivery_mode = body.word("delivery_mode", &["http", "cli"])?.unwrap_or("http");
    let address = body.web_address("url")?;
    if delivery_mode == "http" && address.is_none() {
        return Err(CreemError::bad("url must be a URL address"));
    }
    let mut webhook = object("webhook", &change.id("wh_"));
    webhook.extend(fields(json!({
        "store_id": "sto_sandbox", "name": body.text("name")?, "url": address.unwrap_or_default(), "delivery_mode": delivery_mode,
        "status": "enabled", "events": body.get("events").cloned().unwrap_or_else(|| json!([])),
    })));
    change.state.creem.webhooks.push(Value::Object(webhook.clone()));
    webhook.insert("secret".to_owned(), json!(change.world.keys.creem.webhook_secret));
    Ok(Value::Object(webhook))
}

pub fn webhooks(state: &State, call: &Call) -> Outcome {
    call.page(state.creem.webhooks.clone())
}

pub fn webhook_secret(state: &State, call: &Call, id: &str) -> Outcome {
    let is_known = state.creem.webhooks.iter().any(|webhook| webhook["id"] == id);
    if is_known { Ok(json!({ "secret": call.world().keys.creem.webhook_secret })) } else { Err(CreemError::unknown("Webhook")) }
}

fn fields(object: Value) -> Map<String, Value> {
    match object {
        Value::Object(fields) => fields,
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => Map::new(),
    }
}
