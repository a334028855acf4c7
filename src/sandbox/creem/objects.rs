//! Creem's objects as JSON: checkouts and all that comes of them. Reads what the till knows; decides nothing.
//!
//! A checkout makes at most one order, one customer and one subscription here, so their ids are its own under other prefixes.

use serde_json::{Map, Value, json};

use super::{customers, subscriptions, transactions};
use crate::sandbox::till::{Dispute, Payment, Provider, Refund, Session, Stage};
use crate::sandbox::world::State;
use crate::values::Timestamp;

/// The beginning of every object. Nothing here is ever live.
pub fn object(kind: &str, id: &str) -> Map<String, Value> {
    let mut object = Map::new();
    object.insert("id".to_owned(), json!(id));
    object.insert("object".to_owned(), json!(kind));
    object.insert("mode".to_owned(), json!("test"));
    object
}

/// The fields of an object; none of anything else.
pub fn record(object: Value) -> Map<String, Value> {
    match object {
        Value::Object(fields) => fields,
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => Map::new(),
    }
}

/// Creem's own sessions, the youngest first.
pub fn checkouts(state: &State) -> impl Iterator<Item = &Session> {
    state.sessions.iter().rev().filter(|session| session.provider == Provider::Creem)
}

/// A moment as Creem writes it in most of its objects.
pub fn iso(at: Timestamp) -> String {
    jiff::Timestamp::from_millisecond(at.millis())
        .map_or_else(|_| "1970-01-01T00:00:00.000Z".to_owned(), |at| at.strftime("%Y-%m-%dT%H:%M:%S.%3fZ").to_string())
}

/// The id of what a checkout made: `ord_…` or `cust_…` of `ch_…`.
pub fn id_of(prefix: &str, checkout_id: &str) -> String {
    format!("{prefix}{}", checkout_id.trim_start_matches("ch_"))
}

/// What stood in the request when the checkout was opened.
pub fn asked<'a>(session: &'a Session, name: &str) -> &'a Value {
    kept(session, &format!("/request/{name}"))
}

/// What was kept of the request, the product and the discount when the checkout was opened.
pub fn kept<'a>(session: &'a Session, place: &str) -> &'a Value {
    session.asked.pointer(place).unwrap_or(&Value::Null)
}

pub fn product(session: &Session) -> Value {
    session.asked.get("product").cloned().unwrap_or_default()
}

pub fn product_id(session: &Session) -> &str {
    session.lines.first().map_or("", |line| &line.product_id)
}

pub fn is_recurring(session: &Session) -> bool {
    session.asked.get("product").is_some_and(|product| product["billing_type"] == "recurring")
}

/// A delayed payment that failed leaves a checkout that can't be paid any more, for which Creem has one word.
const fn status(session: &Session) -> &'static str {
    match session.stage {
        Stage::Open { .. } => "pending",
        Stage::Processing(_) => "processing",
        Stage::Paid(_) | Stage::Free => "completed",
        Stage::Failed(_) | Stage::Expired { .. } => "expired",
    }
}

/// A checkout, with everything in it that came of it.
pub fn checkout(state: &State, session: &Session) -> Value {
    let mut object = plain_checkout(session);
    object.insert("product".to_owned(), product(session));
    if session.is_open() {
        object.insert("checkout_url".to_owned(), json!(session.url));
    }
    if session.is_completed() {
        object.insert("order".to_owned(), order(session));
        object.insert("customer".to_owned(), customers::of_session(state, session));
        if let Some(begun) = state.subscription_of(session) {
            object.insert("subscription".to_owned(), subscriptions::shown(state, session, begun, false));
        }
    }
    Value::Object(object)
}

/// A checkout inside a refund or a dispute.
fn plain_checkout(session: &Session) -> Map<String, Value> {
    let mut object = object("checkout", &session.id);
    object.insert("status".to_owned(), json!(status(session)));
    object.insert("product".to_owned(), json!(product_id(session)));
    object.insert("units".to_owned(), json!(session.lines.first().map_or(1, |line| line.quantity)));
    for name in ["request_id", "custom_price", "success_url", "metadata"] {
        object.extend(Some(asked(session, name)).filter(|value| !value.is_null()).map(|value| (name.to_owned(), value.clone())));
    }
    let discount = kept(session, "/discount");
    if discount.is_object() {
        object.insert("discount".to_owned(), told(discount));
    }
    let questions = Some(kept(session, "/questions")).filter(|questions| questions.is_array());
    object.insert("custom_fields".to_owned(), questions.cloned().unwrap_or_else(|| json!([])));
    object
}

/// A discount as checkouts and subscriptions tell of it: two of its names are in camel case here, as Creem has them.
pub fn told(discount: &Value) -> Value {
    let mut told = record(json!({ "discountCode": discount["code"], "durationInMonths": discount["duration_in_months"] }));
    for name in ["id", "name", "type", "amount", "duration"] {
        told.insert(name.to_owned(), discount[name].clone());
    }
    told.retain(|_, value| !value.is_null());
    Value::Object(told)
}

pub fn order(session: &Session) -> Value {
    let (total, subtotal) = (session.total().minor, subtotal(session));
    let mut object = object("order", &id_of("ord_", &session.id));
    let at = iso(session.handle().map_or(session.created_at, |handle| handle.at));
    object.extend([
        ("customer".to_owned(), json!(customers::id_of_buyer(session))),
        ("product".to_owned(), json!(product_id(session))),
        ("discount".to_owned(), kept(session, "/discount/id").clone()),
        ("amount".to_owned(), json!(total)),
        ("sub_total".to_owned(), json!(subtotal)),
        ("tax_amount".to_owned(), json!(0)),
        ("discount_amount".to_owned(), json!(subtotal.saturating_sub(total))),
        ("amount_due".to_owned(), json!(total)),
        ("amount_paid".to_owned(), json!(total)),
        ("currency".to_owned(), json!(session.currency.as_str())),
        ("status".to_owned(), json!("paid")),
        ("type".to_owned(), json!(if is_recurring(session) { "recurring" } else { "onetime" })),
        ("created_at".to_owned(), json!(at)),
        ("updated_at".to_owned(), json!(at)),
    ]);
    object.extend(session.payment().map(|payment| ("transaction".to_owned(), json!(payment.handle.payment))));
    Value::Object(object)
}

/// The price before a discount, which is a line of its own.
pub fn subtotal(session: &Session) -> i64 {
    session.lines.first().map_or(0, |line| line.unit.saturating_mul(line.quantity))
}

pub fn refund(state: &State, session: &Session, payment: &Payment, refund: &Refund) -> Value {
    let mut object = reversal(state, "refund", &refund.id, session, payment, refund.at);
    object.extend([
        ("status".to_owned(), json!("succeeded")),
        ("refund_amount".to_owned(), json!(refund.amount)),
        ("refund_currency".to_owned(), json!(session.currency.as_str())),
        ("reason".to_owned(), json!("requested_by_customer")),
    ]);
    Value::Object(object)
}

pub fn dispute(state: &State, session: &Session, payment: &Payment, dispute: &Dispute) -> Value {
    let mut object = reversal(state, "dispute", &dispute.id, session, payment, dispute.at);
    object.insert("amount".to_owned(), json!(dispute.amount));
    object.insert("currency".to_owned(), json!(session.currency.as_str()));
    Value::Object(object)
}

/// What refunds and disputes have in common.
fn reversal(state: &State, kind: &str, id: &str, session: &Session, payment: &Payment, at: Timestamp) -> Map<String, Value> {
    let mut object = object(kind, id);
    object.insert("transaction".to_owned(), transactions::of_checkout(session, payment));
    object.insert("checkout".to_owned(), Value::Object(plain_checkout(session)));
    object.insert("order".to_owned(), order(session));
    object.extend(session.begins.as_ref().map(|begins| ("subscription".to_owned(), json!(begins.subscription_id))));
    object.insert("customer".to_owned(), customers::of_session(state, session));
    object.insert("created_at".to_owned(), json!(at.millis()));
    object
}
