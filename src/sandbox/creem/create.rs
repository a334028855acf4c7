//! `POST /v1/checkouts`: what may be asked for, and the checkout that comes of it.

use std::time::Duration;

use serde_json::{Value, json};
use url::Url;

use super::call::{Fields, Outcome};
use super::error::CreemError;
use super::objects::{self, id_of};
use super::shelf;
use crate::checkout::signatures::creem_redirect_signature;
use crate::sandbox::hosted;
use crate::sandbox::till::{Line, Provider, Session, Stage};
use crate::sandbox::world::Change;
use crate::values::Currency;

/// How long a checkout can be paid; Creem doesn't tell how long its own can.
const LIFETIME: Duration = Duration::from_hours(24);
const PRICES: std::ops::RangeInclusive<i64> = 100..=99_999_999;
const MOST_FIELDS: usize = 3;

pub fn create(change: &mut Change<'_>, body: &Fields) -> Outcome {
    let product_id = body.required("product_id")?;
    let product = shelf::product(change.world, change.state, product_id).ok_or_else(|| CreemError::unknown("Product"))?;
    let currency = product.get("currency").and_then(Value::as_str).and_then(|text| Currency::parse(text).ok());
    let currency = currency.ok_or_else(|| CreemError::bad("The product has no currency."))?;
    check_fields(body)?;
    let lines = lines(change, body, &product)?;
    let buyer_email = buyer_email(body)?;
    let request_id = body.text("request_id")?;

    let id = change.id("ch_");
    let url = hosted::url(&change.world.keys.hosted_origin, &id);
    let back = body.web_address("success_url")?.or_else(|| product.get("default_success_url")?.as_str());
    let success_url = back.map_or_else(|| url.clone(), |back| signed(back, change, &id, request_id, &product));
    let session = Session {
        id,
        provider: Provider::Creem,
        created_at: change.now,
        expires_at: change.now.plus(LIFETIME),
        lines,
        currency,
        url,
        success_url,
        cancel_url: None,
        buyer_email,
        asked: json!({ "request": Value::Object(body.0.clone()), "product": product }),
        stage: Stage::Open { declined: None },
    };
    let answer = objects::checkout(&change.state.creem, &session);
    change.state.sessions.push(session);
    Ok(answer)
}

/// The product, and a discount as a line that is below nothing.
fn lines(change: &Change<'_>, body: &Fields, product: &Value) -> Result<Vec<Line>, CreemError> {
    let quantity = body.number("units")?.unwrap_or(1);
    if quantity < 1 {
        return Err(CreemError::bad("units must not be less than 1"));
    }
    let custom = body.number("custom_price")?;
    if custom.is_some() && product["billing_type"] == "recurring" {
        return Err(CreemError::bad("custom_price is only supported for one-time products"));
    }
    if custom.is_some_and(|price| !PRICES.contains(&price)) {
        return Err(CreemError::bad("custom_price must be between 100 and 99999999"));
    }
    let line = |name: &str, quantity, unit| Line {
        id: change.id("line_"),
        name: name.to_owned(),
        description: None,
        quantity,
        unit,
        price_id: String::new(),
        product_id: product["id"].as_str().unwrap_or_default().to_owned(),
        is_catalog: custom.is_none(),
    };
    let unit = custom.or_else(|| product["price"].as_i64()).unwrap_or_default();
    let mut lines = vec![line(product["name"].as_str().unwrap_or_default(), quantity, unit)];
    if let Some(code) = body.text("discount_code")? {
        let off = discount(change, code, product, unit.saturating_mul(quantity))?;
        lines.push(line(&format!("Discount {code}"), 1, off.saturating_neg()));
    }
    Ok(lines)
}

/// How much a code takes off `price`.
fn discount(change: &Change<'_>, code: &str, product: &Value, price: i64) -> Result<i64, CreemError> {
    let refused = || CreemError::bad("discount_code is not valid for this product");
    let discount = shelf::discount_by_code(change.state, code).ok_or_else(refused)?;
    let products = discount["applies_to_products"].as_array().ok_or_else(refused)?;
    if !products.is_empty() && !products.contains(&product["id"]) {
        return Err(refused());
    }
    let off = match discount["percentage"].as_i64() {
        Some(percentage) => price.saturating_mul(percentage) / 100,
        None => discount["amount"].as_i64().unwrap_or_default(),
    };
    Ok(off.clamp(0, price))
}

fn buyer_email(body: &Fields) -> Result<Option<String>, CreemError> {
    let Some(customer) = body.get("customer") else { return Ok(None) };
    if customer.get("id").is_some_and(Value::is_string) {
        return if customer.get("email").is_some_and(Value::is_string) {
            Err(CreemError::bad("customer has either an id or an email"))
        } else {
            Err(CreemError::unknown("Customer"))
        };
    }
    match customer.get("email").and_then(Value::as_str) {
        Some(email) if email.contains('@') && !email.contains(char::is_whitespace) => Ok(Some(email.to_owned())),
        Some(_) => Err(CreemError::bad("customer.email must be an email")),
        None => Ok(None),
    }
}

fn check_fields(body: &Fields) -> Result<(), CreemError> {
    for name in ["custom_fields", "custom_field"] {
        match body.get(name) {
            None => {}
            Some(Value::Array(fields)) if fields.len() <= MOST_FIELDS => {}
            Some(_) => return Err(CreemError::bad(format!("{name} must contain no more than {MOST_FIELDS} elements"))),
        }
    }
    match body.get("metadata") {
        None | Some(Value::Object(_)) => Ok(()),
        Some(_) => Err(CreemError::bad("metadata must be an object")),
    }
}

/// Where the buyer comes back to, with what Creem adds. All of it is known beforehand, as a checkout makes one order.
fn signed(back: &str, change: &Change<'_>, id: &str, request_id: Option<&str>, product: &Value) -> String {
    let Ok(mut address) = Url::parse(back) else { return back.to_owned() };
    let (order_id, customer_id, subscription_id) = (id_of("ord_", id), id_of("cust_", id), id_of("sub_", id));
    let is_recurring = product["billing_type"] == "recurring";
    let mut pairs = vec![
        ("request_id", request_id.unwrap_or_default()),
        ("checkout_id", id),
        ("order_id", &order_id),
        ("customer_id", &customer_id),
        ("subscription_id", if is_recurring { &subscription_id } else { "" }),
        ("product_id", product["id"].as_str().unwrap_or_default()),
    ];
    pairs.retain(|(_, value)| !value.is_empty());
    let signature = creem_redirect_signature(&change.world.keys.creem.secret_key, &pairs);
    address.query_pairs_mut().extend_pairs(&pairs).append_pair("signature", &signature);
    address.to_string()
}
