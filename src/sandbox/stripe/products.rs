//! Stripe's products: one for each price of the shop's catalog, and those that were made.

use serde_json::{Value, json};

use super::call::{Asked, Outcome};
use super::error::StripeError;
use super::list::page;
use super::objects::{extend, newest_first, object, object_id};
use super::prices::{Terms, asked_recurrence, currency, price, unit_amount};
use super::{metadata, objects};
use crate::sandbox::SeedPrice;
use crate::sandbox::world::{Change, State, World};

const KNOWN: &[&str] = &[
    "active",
    "default_price_data",
    "description",
    "id",
    "images",
    "marketing_features",
    "metadata",
    "name",
    "package_dimensions",
    "shippable",
    "statement_descriptor",
    "tax_code",
    "tax_details",
    "type",
    "unit_label",
    "url",
];

/// A product that was made, or one of the catalog.
pub fn known(world: &World, state: &State, id: &str) -> Option<Value> {
    let of_catalog = || world.settings.prices.iter().find(|price| seed_id(price) == id).map(seeded);
    objects::find(&state.stripe.products, id).cloned().or_else(of_catalog)
}

/// `GET /v1/products/{id}`.
pub fn one(state: &State, asked: &Asked<'_>) -> Outcome {
    known(asked.world, state, asked.id).ok_or_else(|| StripeError::unknown("product", "id", asked.id))
}

/// `GET /v1/products`.
pub fn all(state: &State, asked: &Asked<'_>) -> Outcome {
    let of_catalog: Vec<Value> = asked.world.settings.prices.iter().map(seeded).collect();
    let ids = asked.form.texts("ids");
    let is_asked_for = |product: &Value| {
        let is_active = asked.form.text("active").is_none_or(|asked| product["active"] == (asked == "true"));
        is_active && (ids.is_empty() || ids.contains(&object_id(product)))
    };
    let products =
        newest_first(&state.stripe.products).chain(newest_first(&of_catalog)).filter(|(_, product)| is_asked_for(product));
    page(products, asked.form, "/v1/products", Value::clone)
}

/// `POST /v1/products`, with a price of its own where one is asked for.
pub fn create(change: &mut Change<'_>, asked: &Asked<'_>) -> Outcome {
    let form = asked.form;
    form.only(KNOWN)?;
    let name = form.required("name")?;
    let id = form.text("id").map_or_else(|| change.id("prod_"), str::to_owned);
    if known(asked.world, change.state, &id).is_some() {
        return Err(StripeError::parameter("resource_already_exists", "id", "Product already exists."));
    }
    let mut product = made(change, &id, name);
    for name in ["description", "statement_descriptor", "tax_code", "unit_label", "url"] {
        if let Some(text) = form.text(name) {
            product[name] = json!(text);
        }
    }
    product["active"] = json!(form.flag("active")?.unwrap_or(true));
    product["images"] = json!(form.texts("images"));
    product["metadata"] = metadata::checked(form, "metadata")?;
    if form.has("default_price_data") {
        let (id, data) = (change.id("price_"), "default_price_data");
        let terms = Terms {
            id: &id,
            product: object_id(&product),
            unit: unit_amount(form, data)?,
            currency: currency(form, &format!("{data}[currency]"))?,
            every: asked_recurrence(form, &format!("{data}[recurring]"))?,
            made_at: change.now,
            is_active: true,
        };
        change.state.stripe.prices.push(price(&terms));
        product["default_price"] = json!(id);
    }
    change.state.stripe.products.push(product.clone());
    Ok(product)
}

pub fn made(change: &Change<'_>, id: &str, name: &str) -> Value {
    product(id, name, change.now.seconds(), None)
}

fn product(id: &str, name: &str, created: i64, default_price: Option<&str>) -> Value {
    let mut object = object("product", id, &["description", "package_dimensions", "shippable", "tax_details", "url"]);
    extend(
        &mut object,
        json!({
            "active": true, "created": created, "default_price": default_price, "images": [], "marketing_features": [], "metadata": {},
            "name": name, "type": "service", "updated": created,
        }),
    );
    Value::Object(object)
}

/// The product that a price of the catalog belongs to.
pub fn seed_id(seed: &SeedPrice) -> String {
    format!("prod_{}", seed.price_id.trim_start_matches("price_"))
}

fn seeded(seed: &SeedPrice) -> Value {
    product(&seed_id(seed), &seed.product_name, 0, Some(&seed.price_id))
}
