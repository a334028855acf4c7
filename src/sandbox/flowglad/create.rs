//! `POST /api/v1/checkout-sessions`: what may be asked for, and the session that comes of it.

use std::time::Duration;

use serde_json::{Value, json};

use super::call::Outcome;
use super::error::FlowgladError;
use super::fields::Fields;
use super::{catalog, objects, records, subscriptions};
use crate::sandbox::hosted;
use crate::sandbox::till::{Line, Provider, Session, Stage};
use crate::sandbox::world::Change;
use crate::values::Currency;

const LIFE: Duration = Duration::from_hours(24);
const KINDS: [&str; 3] = ["product", "activate_subscription", "add_payment_method"];
const LONGEST_VALUE: usize = 500;

pub fn create(change: &mut Change<'_>, body: &Value) -> Outcome {
    let mut fields = Fields::of(body, "checkoutSession");
    let kind = fields.text("type");
    if !kind.is_empty() && !KINDS.contains(&kind) {
        return Err(FlowgladError::refused("Invalid checkout session type"));
    }
    let (success_url, cancel_url) = (fields.web_address("successUrl"), fields.web_address("cancelUrl"));
    check_metadata(&mut fields);
    fields.optional_text("outputName");
    fields.flag("preserveBillingCycleAnchor");
    fields.flag("automaticallyUpdateSubscriptions");
    let quantity = fields.integer("quantity", 1).unwrap_or(1);
    let customer_id = customer(&mut fields, kind);
    let subscription = subscription(&mut fields, kind);
    let price_name = if kind == "product" { Some(price_name(&mut fields)) } else { None };
    fields.done()?;

    let customer = customer_id
        .map(|id| records::find(change.state.flowglad.customers.iter().cloned(), "Customer", "externalId", id))
        .transpose()?;
    let subscription = subscription.map(|id| subscriptions::find(change.state, id)).transpose()?;
    let price = match (kind, price_name) {
        ("product", Some((field, name))) => Some(price(change, field, name)?),
        ("activate_subscription", _) => {
            let id = subscription.as_ref().and_then(|subscription| subscription.get("priceId")).and_then(Value::as_str);
            Some(price(change, "id", id.unwrap_or_default())?)
        }
        _ => None,
    };
    let asked = json!({ "session": body.get("checkoutSession"), "customer": customer, "price": price });
    let session = session(change, asked, quantity, success_url, cancel_url);
    let answer = objects::session_answer(&session);
    change.state.sessions.push(session);
    Ok(answer)
}

fn session(change: &Change<'_>, asked: Value, quantity: i64, success_url: &str, cancel_url: &str) -> Session {
    let id = change.id(objects::SESSION_PREFIX);
    let price = asked.get("price").cloned().unwrap_or_default();
    let text = |name: &str| price.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    let product = catalog::products(change.world, change.state).find(|product| product.get("id") == price.get("productId"));
    let name = product.as_ref().and_then(|product| product.get("name")).and_then(Value::as_str).unwrap_or("A way to pay later");
    let line = Line {
        id: change.id("item_"),
        name: name.to_owned(),
        description: None,
        quantity,
        unit: price.get("unitPrice").and_then(Value::as_i64).unwrap_or_default(),
        price_id: text("id"),
        product_id: text("productId"),
        is_catalog: true,
        every: subscriptions::interval(&price),
    };
    let email = asked.pointer("/customer/email").and_then(Value::as_str).map(str::to_owned);
    let customer = asked.pointer("/customer/id").and_then(Value::as_str);
    let is_new = asked.pointer("/session/type").and_then(Value::as_str) == Some("product");
    let every = subscriptions::interval(&price).filter(|_| is_new);
    let begins = every.map(|every| subscriptions::begins(&id, customer, every));
    Session {
        url: hosted::url(&change.world.keys.hosted_origin, &id),
        id,
        provider: Provider::Flowglad,
        created_at: change.now,
        expires_at: change.now.plus(LIFE),
        lines: vec![line],
        currency: Currency::parse(&text("currency")).unwrap_or(Currency::USD),
        success_url: success_url.to_owned(),
        cancel_url: Some(cancel_url.to_owned()),
        buyer_email: email,
        asked,
        begins,
        stage: Stage::Open { declined: None },
    }
}

/// The customer's id in the shop; `None` for a page that is open to whoever comes.
fn customer<'a>(fields: &mut Fields<'a>, kind: &str) -> Option<&'a str> {
    let is_anonymous = fields.flag("anonymous") == Some(true);
    match (kind, is_anonymous) {
        ("product", true) => {
            if fields.get("customerExternalId").is_some() {
                fields.wrong("customerExternalId", "invalid_value", "An anonymous session has no customer");
            }
            None
        }
        _ => Some(fields.text("customerExternalId")),
    }
}

fn subscription<'a>(fields: &mut Fields<'a>, kind: &str) -> Option<&'a str> {
    match kind {
        "activate_subscription" => Some(fields.text("targetSubscriptionId")),
        "add_payment_method" => fields.optional_text("targetSubscriptionId"),
        _ => None,
    }
}

/// The field of a price that the request names, and what it says.
fn price_name<'a>(fields: &mut Fields<'a>) -> (&'static str, &'a str) {
    match (fields.optional_text("priceId"), fields.optional_text("priceSlug")) {
        (Some(id), None) => ("id", id),
        (None, Some(slug)) => ("slug", slug),
        (Some(_), Some(_)) | (None, None) => {
            fields.wrong("priceId", "custom", "Either priceId or priceSlug must be provided, and not both");
            ("id", "")
        }
    }
}

fn price(change: &Change<'_>, field: &str, name: &str) -> Outcome {
    let price = records::find(catalog::prices(change.world, change.state), "Price", field, name)?;
    match price.get("active").and_then(Value::as_bool) {
        Some(true) => Ok(price),
        Some(false) | None => Err(FlowgladError::refused(format!("Price {name} is not active"))),
    }
}

fn check_metadata(fields: &mut Fields<'_>) {
    let Some(metadata) = fields.get("outputMetadata") else { return };
    let is_value = |value: &Value| match value {
        Value::String(text) => text.chars().count() <= LONGEST_VALUE,
        Value::Number(_) | Value::Bool(_) => true,
        Value::Null | Value::Array(_) | Value::Object(_) => false,
    };
    if !metadata.as_object().is_some_and(|map| map.values().all(is_value)) {
        fields.wrong("outputMetadata", "invalid_type", "Expected short texts, numbers and booleans by their names");
    }
}
