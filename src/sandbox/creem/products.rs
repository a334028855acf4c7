//! Creem's products: those that are made through its API, and the shop's catalog, which is there from the start.
//! Objects stand here as Creem shows them.

use serde_json::{Map, Value, json};

use super::call::{Call, Fields, Outcome};
use super::error::CreemError;
use super::objects::{iso, object, record};
use super::questions;
use crate::sandbox::SeedPrice;
use crate::sandbox::till::{Recurrence, Unit};
use crate::sandbox::world::{Change, State, World};
use crate::values::{Currency, Interval, Timestamp};

const BILLING_PERIODS: [&str; 7] =
    ["once", "every-day", "every-month", "every-three-months", "every-six-months", "every-year", "custom"];
const INTERVALS: [&str; 4] = ["day", "week", "month", "year"];
const TAX_MODES: [&str; 2] = ["inclusive", "exclusive"];
const TAX_CATEGORIES: [&str; 3] = ["saas", "digital-goods-service", "ebooks"];

/// A product by its id: one that was made or changed, or one of the shop's catalog.
pub fn find(world: &World, state: &State, id: &str) -> Option<Value> {
    let made = state.creem.products.iter().find(|product| product["id"] == id).cloned();
    made.or_else(|| world.settings.prices.iter().find(|price| price.creem_product_id == id).map(seeded))
}

pub fn read(state: &State, call: &Call, id: &str) -> Outcome {
    find(call.world(), state, id).ok_or_else(unknown)
}

/// `GET /v1/products/search`: all of them, the youngest first and the catalog's last.
pub fn search(state: &State, call: &Call) -> Outcome {
    let made = || state.creem.products.iter().rev();
    let seeded = call.world().settings.prices.iter().map(seeded);
    let untouched = seeded.filter(|seed| !made().any(|product| product["id"] == seed["id"]));
    let is_asked_for = |product: &Value| call.asked("status").is_none_or(|status| product["status"] == status);
    call.page(made().cloned().chain(untouched).filter(is_asked_for).collect())
}

/// `POST /v1/products`, once for an `Idempotency-Key`.
pub fn create(change: &mut Change<'_>, call: &Call) -> Outcome {
    let made_before = call.idempotency_key().and_then(|key| change.state.creem.made.get(key));
    if let Some(product) = made_before.and_then(|id| find(change.world, change.state, id)) {
        return Ok(product);
    }
    let body = &call.body;
    let mut product = object("product", &change.id("prod_"));
    for name in ["name", "description"] {
        product.insert(name.to_owned(), json!(body.required(name)?));
    }
    product.extend(record(json!({
        "status": "active", "tax_mode": "inclusive", "tax_category": "saas", "created_at": iso(change.now),
    })));
    price(&mut product, body)?;
    rest(&mut product, body, change.now)?;
    let id = product.get("id").and_then(Value::as_str).unwrap_or_default().to_owned();
    if let Some(key) = call.idempotency_key() {
        change.state.creem.made.insert(key.to_owned(), id);
    }
    let product = Value::Object(product);
    change.state.creem.products.push(product.clone());
    Ok(product)
}

/// `PATCH /v1/products/{id}`: what the body names, and nothing else.
pub fn update(change: &mut Change<'_>, call: &Call, id: &str) -> Outcome {
    let body = &call.body;
    let mut product = record(find(change.world, change.state, id).ok_or_else(unknown)?);
    for name in ["name", "description"] {
        product.extend(body.text(name)?.map(|text| (name.to_owned(), json!(text))));
    }
    if ["price", "currency", "billing_type", "billing_period"].iter().any(|name| body.get(name).is_some()) {
        // What the body leaves out stays as it was.
        let mut asked = product.clone();
        asked.extend(body.0.clone());
        price(&mut product, &Fields(asked))?;
    }
    rest(&mut product, body, change.now)?;
    Ok(put(change, product))
}

/// `DELETE /v1/products/{id}`: no longer sold, and not forgotten.
pub fn archive(change: &mut Change<'_>, id: &str) -> Outcome {
    let mut product = record(find(change.world, change.state, id).ok_or_else(unknown)?);
    product.extend(record(json!({ "status": "archived", "updated_at": iso(change.now) })));
    Ok(put(change, product))
}

fn put(change: &mut Change<'_>, product: Map<String, Value>) -> Value {
    let id = product.get("id").cloned().unwrap_or_default();
    let product = Value::Object(product);
    let made = &mut change.state.creem.products;
    match made.iter_mut().find(|known| known["id"] == id) {
        Some(known) => *known = product.clone(),
        None => made.push(product.clone()),
    }
    product
}

/// What it costs, and how often.
fn price(product: &mut Map<String, Value>, body: &Fields) -> Result<(), CreemError> {
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
    product.extend(record(json!({
        "price": price, "currency": currency.as_str(), "billing_type": billing_type, "billing_period": period,
    })));
    if period == "custom" {
        let interval = body.word("recurring_interval", &INTERVALS)?;
        let interval = interval.ok_or_else(|| CreemError::bad("recurring_interval is required when billing_period is custom"))?;
        let count = body.number("recurring_interval_count")?.filter(|count| (1..=365).contains(count));
        let count = count.ok_or_else(|| CreemError::bad("recurring_interval_count must be between 1 and 365"))?;
        product.extend(record(json!({ "recurring_interval": interval, "recurring_interval_count": count })));
    }
    Ok(())
}

/// What may be left out.
fn rest(product: &mut Map<String, Value>, body: &Fields, now: Timestamp) -> Result<(), CreemError> {
    product.extend(body.word("tax_mode", &TAX_MODES)?.map(|word| ("tax_mode".to_owned(), json!(word))));
    product.extend(body.word("tax_category", &TAX_CATEGORIES)?.map(|word| ("tax_category".to_owned(), json!(word))));
    for name in ["default_success_url", "image_url"] {
        product.extend(body.web_address(name)?.map(|address| (name.to_owned(), json!(address))));
    }
    for name in ["trial_period_days", "trial_price"] {
        product.extend(body.number(name)?.map(|number| (name.to_owned(), json!(number))));
    }
    if product.contains_key("trial_period_days") && product.get("billing_type").is_some_and(|kind| kind != "recurring") {
        return Err(CreemError::bad("trial_period_days is only supported for recurring products"));
    }
    product.extend(questions::read(body)?.map(|questions| ("custom_fields".to_owned(), questions)));
    product.insert("updated_at".to_owned(), json!(iso(now)));
    Ok(())
}

fn seeded(price: &SeedPrice) -> Value {
    let mut product = object("product", &price.creem_product_id);
    let long_ago = iso(Timestamp::from_millis(0));
    let (billing_type, period) = match price.every {
        None => ("onetime", "once"),
        Some(Interval::Month) => ("recurring", "every-month"),
        Some(Interval::Year) => ("recurring", "every-year"),
    };
    product.extend(record(json!({
        "name": price.product_name, "description": price.product_name, "price": price.price.minor,
        "currency": price.price.currency.as_str(), "billing_type": billing_type, "billing_period": period, "status": "active",
        "tax_mode": "inclusive", "tax_category": "saas", "created_at": long_ago, "updated_at": long_ago,
    })));
    Value::Object(product)
}

fn unknown() -> CreemError {
    CreemError::unknown("Product")
}

/// How often a product is paid again; `None` for one that is paid once.
pub fn interval(product: &Value) -> Option<Recurrence> {
    let months = |count| Recurrence { count, unit: Unit::Month };
    match product["billing_period"].as_str() {
        None | Some("once") => None,
        Some("every-day") => Some(Recurrence { count: 1, unit: Unit::Day }),
        Some("every-three-months") => Some(months(3)),
        Some("every-six-months") => Some(months(6)),
        Some("every-year") => Some(Recurrence::YEAR),
        Some("custom") => {
            let count = product["recurring_interval_count"].as_u64().and_then(|count| count.try_into().ok()).unwrap_or(1);
            let unit = match product["recurring_interval"].as_str() {
                Some("day") => Unit::Day,
                Some("week") => Unit::Week,
                Some("year") => Unit::Year,
                Some(_) | None => Unit::Month,
            };
            Some(Recurrence { count, unit })
        }
        Some(_) => Some(Recurrence::MONTH),
    }
}
