//! Creem's discounts: how they are made, found and ended, and what a code takes off a price.

use serde_json::{Value, json};

use super::call::{Call, Fields, Outcome};
use super::error::CreemError;
use super::objects::{self, iso, object, record};
use crate::sandbox::world::{Change, State};
use crate::values::Timestamp;

const DURATIONS: [&str; 3] = ["once", "repeating", "forever"];
const STATUSES: [&str; 5] = ["active", "draft", "expired", "scheduled", "deleted"];

/// `POST /v1/discounts`.
pub fn create(change: &mut Change<'_>, call: &Call) -> Outcome {
    let body = &call.body;
    let code = body.text("code")?.map_or_else(|| change.id("").to_uppercase().chars().take(8).collect(), str::to_owned);
    if by_code(change.state, &code).is_some() {
        return Err(CreemError::bad("A discount with this code exists."));
    }
    let products = body.get("applies_to_products").and_then(Value::as_array);
    let products = products.ok_or_else(|| CreemError::bad("applies_to_products must be an array"))?;
    let duration =
        body.word("duration", &DURATIONS)?.ok_or_else(|| CreemError::bad("duration must be one of once, repeating, forever"))?;
    let mut discount = object("discount", &change.id("dis_"));
    discount.extend(record(json!({
        "status": "active", "name": body.required("name")?, "code": code, "duration": duration, "applies_to_products": products,
        "created_at": iso(change.now),
    })));
    discount.extend(record(worth(body)?));
    if let Some(text) = body.text("expiry_date")? {
        let at = moment(text).ok_or_else(|| CreemError::bad("expiry_date must be a date"))?;
        discount.insert("expiry_date".to_owned(), json!(iso(at)));
    }
    for name in ["max_redemptions", "duration_in_months"] {
        let count = body.number(name)?;
        if count.is_some_and(|count| count < 1) {
            return Err(CreemError::bad(format!("{name} must be a positive number")));
        }
        discount.extend(count.map(|count| (name.to_owned(), json!(count))));
    }
    let discount = Value::Object(discount);
    change.state.creem.discounts.push(discount.clone());
    Ok(shown(change.state, &discount, change.now))
}

/// What it takes off: a part of the price, or an amount.
fn worth(body: &Fields) -> Outcome {
    match body.word("type", &["percentage", "fixed"])? {
        Some("percentage") => {
            let percentage = body.number("percentage")?.filter(|percentage| (1..=100).contains(percentage));
            let percentage = percentage.ok_or_else(|| CreemError::bad("percentage must be between 1 and 100"))?;
            Ok(json!({ "type": "percentage", "percentage": percentage, "amount": percentage }))
        }
        Some(_) => {
            let amount = body.number("amount")?.filter(|amount| *amount > 0);
            let amount = amount.ok_or_else(|| CreemError::bad("amount must be a positive number"))?;
            Ok(json!({ "type": "fixed", "amount": amount, "currency": body.required("currency")? }))
        }
        None => Err(CreemError::bad("type must be one of percentage, fixed")),
    }
}

/// `GET /v1/discounts`, by id or by code.
pub fn read(state: &State, call: &Call) -> Outcome {
    let by_id = |id: &str| state.creem.discounts.iter().find(|discount| discount["id"] == id);
    let found = match (call.asked("discount_id"), call.asked("discount_code")) {
        (Some(id), _) => by_id(id),
        (None, Some(code)) => by_code(state, code),
        (None, None) => return Err(CreemError::bad("discount_id or discount_code must be a string")),
    };
    found.map(|discount| shown(state, discount, call.world().now())).ok_or_else(unknown)
}

/// `GET /v1/discounts/search`, the youngest first.
pub fn search(state: &State, call: &Call) -> Outcome {
    let (product, kind) = (call.asked("product_id"), call.asked("type"));
    let status = call.asked("status").filter(|status| STATUSES.contains(status));
    let (after, before) = (call.asked("created_after").and_then(moment), call.asked("created_before").and_then(moment));
    let is_asked_for = |discount: &Value| {
        let made_at = discount["created_at"].as_str().and_then(moment);
        status.map_or(discount["status"] != "deleted", |status| discount["status"] == status)
            && kind.is_none_or(|kind| discount["type"] == kind)
            && product.is_none_or(|product| is_for(discount, product))
            && after.is_none_or(|after| made_at > Some(after))
            && before.is_none_or(|before| made_at < Some(before))
    };
    let now = call.world().now();
    let all = state.creem.discounts.iter().rev().map(|discount| shown(state, discount, now));
    call.page(all.filter(is_asked_for).collect())
}

/// `DELETE /v1/discounts/{id}/delete`.
pub fn delete(change: &mut Change<'_>, id: &str) -> Outcome {
    let found = change.state.creem.discounts.iter_mut().find(|discount| discount["id"] == id && discount["status"] != "deleted");
    let discount = found.ok_or_else(unknown)?;
    if let Value::Object(fields) = &mut *discount {
        fields.insert("status".to_owned(), json!("deleted"));
    }
    let discount = discount.clone();
    Ok(shown(change.state, &discount, change.now))
}

/// The discount behind a code, if it is good for this product now; what was typed may differ in case.
pub fn usable(state: &State, code: &str, product_id: &str, now: Timestamp) -> Option<Value> {
    let discount = shown(state, by_code(state, code)?, now);
    is_usable(&discount, product_id).then_some(discount)
}

fn is_usable(discount: &Value, product_id: &str) -> bool {
    let has_some_left = discount["max_redemptions"].as_i64().is_none_or(|most| discount["redeem_count"].as_i64() < Some(most));
    discount["status"] == "active" && has_some_left && is_for(discount, product_id)
}

/// What it takes off `price`, in minor units.
pub fn off(discount: &Value, price: i64) -> i64 {
    let off = match discount["percentage"].as_i64() {
        Some(percentage) => price.saturating_mul(percentage) / 100,
        None => discount["amount"].as_i64().unwrap_or_default(),
    };
    off.clamp(0, price)
}

/// As it is now: one whose time is over has expired, and every completed checkout has redeemed its own once.
fn shown(state: &State, discount: &Value, now: Timestamp) -> Value {
    let mut shown = record(discount.clone());
    let is_over = discount["expiry_date"].as_str().and_then(moment).is_some_and(|at| at <= now);
    if is_over && discount["status"] == "active" {
        shown.insert("status".to_owned(), json!("expired"));
    }
    let redeemed = objects::checkouts(state)
        .filter(|session| session.is_completed() && *objects::kept(session, "/discount/id") == discount["id"]);
    shown.insert("redeem_count".to_owned(), json!(redeemed.count()));
    Value::Object(shown)
}

fn by_code<'a>(state: &'a State, code: &str) -> Option<&'a Value> {
    let is_it = |discount: &&Value| {
        discount["status"] != "deleted" && discount["code"].as_str().is_some_and(|known| known.eq_ignore_ascii_case(code))
    };
    state.creem.discounts.iter().find(is_it)
}

/// One that names no products is for all.
fn is_for(discount: &Value, product_id: &str) -> bool {
    discount["applies_to_products"]
        .as_array()
        .is_none_or(|products| products.is_empty() || products.iter().any(|id| id == product_id))
}

fn moment(text: &str) -> Option<Timestamp> {
    text.parse().ok().map(|at: jiff::Timestamp| Timestamp::from_millis(at.as_millisecond()))
}

fn unknown() -> CreemError {
    CreemError::unknown("Discount")
}
