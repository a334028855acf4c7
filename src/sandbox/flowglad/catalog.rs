//! Products and their prices, as Flowglad answers them: the shop's catalog, which is there from the start, and what was made or changed
//! through the API since.

use serde_json::{Value, json};

use super::ORGANIZATION;
use super::call::Outcome;
use super::error::FlowgladError;
use super::fields::Fields;
use super::records::{change_of, find, record, replace, text_of};
use crate::sandbox::SeedPrice;
use crate::sandbox::world::{Change, State, World};
use crate::values::{Interval, Timestamp};

const KINDS: [&str; 2] = ["single_payment", "subscription"];
const INTERVALS: [&str; 4] = ["day", "week", "month", "year"];

/// All products, the catalog's first. One that was changed stands among those that were made.
pub fn products<'a>(world: &'a World, state: &'a State) -> impl Iterator<Item = Value> + 'a {
    let made = &state.flowglad.products;
    world.settings.prices.iter().map(seed_product).filter(|seed| !is_among(made, seed)).chain(made.iter().cloned())
}

/// All prices, the catalog's first.
pub fn prices<'a>(world: &'a World, state: &'a State) -> impl Iterator<Item = Value> + 'a {
    let made = &state.flowglad.prices;
    world.settings.prices.iter().map(seed_price).filter(|seed| !is_among(made, seed)).chain(made.iter().cloned())
}

fn is_among(rows: &[Value], seed: &Value) -> bool {
    rows.iter().any(|row| row.get("id") == seed.get("id"))
}

/// A product comes with its first price.
pub fn create_product(change: &mut Change<'_>, body: &Value) -> Outcome {
    let mut fields = Fields::of(body, "product");
    let name = fields.text("name");
    let slug = fields.optional_text("slug");
    fields.done()?;
    let id = change.id("prod_");
    let price = new_price(change, body, Some(&id))?;
    let mut product = product(&id, name, slug.unwrap_or(&id), change.now);
    change_of(&mut product, body.get("product"), &["description", "imageURL", "singularQuantityLabel", "pluralQuantityLabel"]);
    change.state.flowglad.products.push(product.clone());
    change.state.flowglad.prices.push(price);
    Ok(json!({ "product": product }))
}

/// Changes a product; a price beside it becomes its newest.
pub fn update_product(change: &mut Change<'_>, id: &str, body: &Value) -> Outcome {
    let mut product = find(products(change.world, change.state), "Product", "id", id)?;
    let mut fields = Fields::of(body, "product");
    fields.same_id(id);
    fields.text("name");
    fields.required_flag("active");
    fields.done()?;
    if body.get("price").is_some_and(|price| !price.is_null()) {
        let price = new_price(change, body, Some(id))?;
        change.state.flowglad.prices.push(price);
    }
    let allowed = ["name", "description", "imageURL", "active", "singularQuantityLabel", "pluralQuantityLabel", "default", "slug"];
    change_of(&mut product, body.get("product"), &allowed);
    Ok(json!({ "product": replace(&mut change.state.flowglad.products, product, change.now) }))
}

/// A product with all of its prices.
pub fn product_with_prices(world: &World, state: &State, id: &str) -> Outcome {
    let mut product = find(products(world, state), "Product", "id", id)?;
    let prices: Vec<Value> = prices(world, state).filter(|price| text_of(price, "productId") == id).collect();
    let default = prices.iter().find(|price| price.get("isDefault") == Some(&json!(true))).or(prices.first());
    if let Some(fields) = product.as_object_mut() {
        fields.insert("defaultPrice".to_owned(), default.cloned().unwrap_or_default());
        fields.insert("prices".to_owned(), json!(prices));
        fields.insert("features".to_owned(), json!([]));
    }
    Ok(product)
}

pub fn create_price(change: &mut Change<'_>, body: &Value) -> Outcome {
    let price = new_price(change, body, None)?;
    find(products(change.world, change.state), "Product", "id", text_of(&price, "productId"))?;
    change.state.flowglad.prices.push(price.clone());
    Ok(json!({ "price": price }))
}

/// Changes a price in everything but what it charges: for that another is made.
pub fn update_price(change: &mut Change<'_>, id: &str, body: &Value) -> Outcome {
    let mut price = find(prices(change.world, change.state), "Price", "id", id)?;
    let mut fields = Fields::of(body, "price");
    fields.same_id(id);
    let kind = fields.one_of("type", &KINDS);
    fields.required_flag("isDefault");
    fields.done()?;
    if kind != text_of(&price, "type") {
        return Err(FlowgladError::refused("The type of a price can't be changed"));
    }
    change_of(&mut price, body.get("price"), &["name", "isDefault", "active", "slug"]);
    Ok(json!({ "price": replace(&mut change.state.flowglad.prices, price, change.now) }))
}

/// `product` is the one that is made together with it; else the price names its own.
fn new_price(change: &Change<'_>, body: &Value, product: Option<&str>) -> Outcome {
    let mut fields = Fields::of(body, "price");
    let kind = fields.one_of("type", &KINDS);
    let unit = fields.required_integer("unitPrice", 0);
    let product = product.unwrap_or_else(|| fields.text("productId"));
    let is_default = fields.required_flag("isDefault");
    let is_active = fields.flag("active").unwrap_or(true);
    let (name, slug) = (fields.optional_text("name"), fields.optional_text("slug"));
    let interval = (kind == "subscription").then(|| fields.one_of("intervalUnit", &INTERVALS));
    let count = interval.and_then(|_| fields.required_integer("intervalCount", 1));
    fields.done()?;
    let is_taken = |price: Value| slug.is_some() && price.get("slug").and_then(Value::as_str) == slug;
    if prices(change.world, change.state).any(is_taken) {
        return Err(FlowgladError::refused("A price with this slug exists already"));
    }
    let currency = change.world.settings.prices.first().map_or("USD", |seed| seed.price.currency.as_str());
    let own = json!({
        "intervalUnit": interval, "intervalCount": count, "name": name, "type": kind,
        "trialPeriodDays": null, "isDefault": is_default, "unitPrice": unit, "usageEventsPerUnit": null, "productId": product,
        "active": is_active, "currency": currency, "slug": slug, "usageMeterId": null,
    });
    Ok(record(&change.id("price_"), change.now, own))
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
    let kind = if seed.every.is_some() { "subscription" } else { "single_payment" };
    let own = json!({
        "intervalUnit": seed.every.map(Interval::as_str), "intervalCount": seed.every.map(|_| 1), "name": seed.product_name,
        "type": kind, "trialPeriodDays": null, "isDefault": true, "unitPrice": seed.price.minor, "usageEventsPerUnit": null,
        "productId": product_id(&id), "active": true, "currency": seed.price.currency.as_str(), "slug": slug, "usageMeterId": null,
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
