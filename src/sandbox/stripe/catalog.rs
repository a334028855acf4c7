//! Stripe's prices and products as JSON: those of the shop's catalog, and those that a request brought.

use serde_json::{Value, json};

use super::objects::{extend, object};
use crate::sandbox::SeedPrice;

/// A price of the catalog.
pub fn seed_price(price_of: &SeedPrice) -> Value {
    let currency = price_of.price.currency.as_str().to_lowercase();
    price(&price_of.price_id, &product_id(price_of), price_of.price.minor, &currency, 0, true)
}

/// The product that a price of the catalog belongs to.
pub fn product_id(price: &SeedPrice) -> String {
    format!("prod_{}", price.price_id.trim_start_matches("price_"))
}

pub fn seed_product(price: &SeedPrice) -> Value {
    let mut object =
        object("product", &product_id(price), &["description", "package_dimensions", "shippable", "tax_details", "url"]);
    extend(
        &mut object,
        json!({
            "active": true, "created": 0, "images": [], "marketing_features": [], "metadata": {}, "default_price": price.price_id,
            "name": price.product_name, "type": "service", "updated": 0,
        }),
    );
    Value::Object(object)
}

/// Any price; `is_active` where it can be bought again.
pub fn price(id: &str, product: &str, unit: i64, currency: &str, created: i64, is_active: bool) -> Value {
    let mut object =
        object("price", id, &["custom_unit_amount", "lookup_key", "nickname", "recurring", "tiers_mode", "transform_quantity"]);
    extend(
        &mut object,
        json!({
            "active": is_active, "billing_scheme": "per_unit", "created": created, "currency": currency, "metadata": {},
            "product": product, "tax_behavior": "unspecified", "type": "one_time", "unit_amount": unit,
            "unit_amount_decimal": unit.to_string(),
        }),
    );
    Value::Object(object)
}
