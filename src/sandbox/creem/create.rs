//! `POST /v1/checkouts`: what may be asked for, and the checkout that comes of it.

use std::time::Duration;

use serde_json::{Value, json};
use url::Url;

use super::call::{Call, Fields, Outcome};
use super::error::CreemError;
use super::objects::{self, id_of, record};
use super::{customers, discounts, products, questions};
use crate::checkout::signatures::creem_redirect_signature;
use crate::sandbox::hosted;
use crate::sandbox::till::{Begins, Line, Provider, Session, Stage};
use crate::sandbox::world::Change;
use crate::values::Currency;

/// How long a checkout can be paid; Creem doesn't tell how long its own can.
const LIFETIME: Duration = Duration::from_hours(24);
const PRICES: std::ops::RangeInclusive<i64> = 100..=99_999_999;

pub fn create(change: &mut Change<'_>, call: &Call) -> Outcome {
    let body = &call.body;
    let product_id = body.required("product_id")?;
    let product = products::find(change.world, change.state, product_id).ok_or_else(|| CreemError::unknown("Product"))?;
    if product.get("status").is_none_or(|status| status != "active") {
        return Err(CreemError::bad("The product is archived."));
    }
    let currency = product.get("currency").and_then(Value::as_str).and_then(|text| Currency::parse(text).ok());
    let currency = currency.ok_or_else(|| CreemError::bad("The product has no currency."))?;
    let questions = questions::read(body)?;
    if body.get("metadata").is_some_and(|metadata| !metadata.is_object()) {
        return Err(CreemError::bad("metadata must be an object"));
    }
    let discount = discount(change, body, product_id)?;
    let lines = lines(change, body, &product, discount.as_ref())?;
    let buyer_email = buyer_email(change, body)?;
    let request_id = body.text("request_id")?;

    let id = change.id("ch_");
    let customer_id = buyer_email.as_deref().map_or_else(|| id_of("cust_", &id), customers::id_for);
    let url = hosted::url(&change.world.keys.hosted_origin, &id);
    let back = body.web_address("success_url")?.or_else(|| product.get("default_success_url")?.as_str());
    let success_url = back.map_or_else(|| url.clone(), |back| signed(back, change, &id, request_id, &customer_id, &product));
    let asked = json!({
        "request": Value::Object(body.0.clone()), "product": product, "customer_id": customer_id, "discount": discount,
        "questions": questions,
    });
    let begins = products::interval(&product).map(|every| Begins {
        subscription_id: id_of("sub_", &id),
        customer_id: customer_id.clone(),
        every,
    });
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
        asked,
        begins,
        stage: Stage::Open { declined: None },
    };
    let answer = objects::checkout(change.state, &session);
    change.state.sessions.push(session);
    Ok(answer)
}

/// The discount whose code was sent. What the real Creem does with one that isn't good is documented nowhere; here it is refused.
fn discount(change: &Change<'_>, body: &Fields, product_id: &str) -> Result<Option<Value>, CreemError> {
    let Some(code) = body.text("discount_code")? else { return Ok(None) };
    let usable = discounts::usable(change.state, code, product_id, change.now);
    usable.map(Some).ok_or_else(|| CreemError::bad("discount_code is not valid for this product"))
}

/// The product, and a discount as a line that is below nothing.
fn lines(change: &Change<'_>, body: &Fields, product: &Value, discount: Option<&Value>) -> Result<Vec<Line>, CreemError> {
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
        every: products::interval(product),
    };
    let unit = custom.or_else(|| product["price"].as_i64()).unwrap_or_default();
    let mut lines = vec![line(product["name"].as_str().unwrap_or_default(), quantity, unit)];
    lines.extend(discount.map(|discount| {
        let off = discounts::off(discount, unit.saturating_mul(quantity));
        let line = line(&format!("Discount {}", discount["code"].as_str().unwrap_or_default()), 1, off.saturating_neg());
        // What repeats for some months repeats here for ever.
        Line { every: line.every.filter(|_| discount["duration"] != "once"), ..line }
    }));
    Ok(lines)
}

fn buyer_email(change: &Change<'_>, body: &Fields) -> Result<Option<String>, CreemError> {
    let Some(customer) = body.get("customer") else { return Ok(None) };
    let customer = Fields(record(customer.clone()));
    match (customer.text("id")?, customer.email("email").map_err(|_| CreemError::bad("customer.email must be an email"))?) {
        (Some(_), Some(_)) => Err(CreemError::bad("customer has either an id or an email")),
        (Some(id), None) => customers::email_of(change.state, id).map(Some).ok_or_else(|| CreemError::unknown("Customer")),
        (None, email) => Ok(email.map(str::to_owned)),
    }
}

/// Where the buyer comes back to, with what Creem adds. All of it is known beforehand, as a checkout makes one order.
fn signed(back: &str, change: &Change<'_>, id: &str, request_id: Option<&str>, customer_id: &str, product: &Value) -> String {
    let Ok(mut address) = Url::parse(back) else { return back.to_owned() };
    let (order_id, subscription_id) = (id_of("ord_", id), id_of("sub_", id));
    let is_recurring = product["billing_type"] == "recurring";
    let mut pairs = vec![
        ("request_id", request_id.unwrap_or_default()),
        ("checkout_id", id),
        ("order_id", &order_id),
        ("customer_id", customer_id),
        ("subscription_id", if is_recurring { &subscription_id } else { "" }),
        ("product_id", product["id"].as_str().unwrap_or_default()),
    ];
    pairs.retain(|(_, value)| !value.is_empty());
    let signature = creem_redirect_signature(&change.world.keys.creem.secret_key, &pairs);
    address.query_pairs_mut().extend_pairs(&pairs).append_pair("signature", &signature);
    address.to_string()
}
