//! Sessions and the purchases that come of them, as Flowglad answers them. Both are read off the till's sessions; their ids share
//! an ending, with each other and with what else a session begins.

use serde_json::{Value, json};

use super::call::Outcome;
use super::error::FlowgladError;
use super::records::{self, record};
use super::{ORGANIZATION, discounts};
use crate::sandbox::till::{Payment, Session, Stage};
use crate::sandbox::world::State;

pub const SESSION_PREFIX: &str = "chckt_session_";
const PURCHASE_PREFIX: &str = "prch_";

/// A session and where its page is.
pub fn session_answer(of: &Session) -> Value {
    json!({ "checkoutSession": session(of), "url": of.url })
}

/// A checkout session.
pub fn session(session: &Session) -> Value {
    let asked = asked(session);
    let kind = kind(session);
    let status = match &session.stage {
        Stage::Open { .. } => "open",
        Stage::Processing(_) => "pending",
        Stage::Paid(_) | Stage::Free => "succeeded",
        Stage::Failed(_) => "failed",
        Stage::Expired { .. } => "expired",
    };
    let line = session.lines.first();
    // A product session has neither, whatever was asked.
    let of_other_kinds = |field| asked(field).filter(|_| kind != "product");
    let own = json!({
        "status": status, "billingAddress": null, "priceId": line.map(|line| &line.price_id).filter(|id| !id.is_empty()),
        "purchaseId": purchase(session).and(purchase_id(session)), "invoiceId": null,
        "quantity": line.map_or(1, |line| line.quantity), "organizationId": ORGANIZATION,
        "customerName": customer_field(session, "name"), "customerEmail": session.buyer_email,
        "customerId": customer_field(session, "id"),
        "paymentMethodType": session.payment().map(|_| "card"), "discountId": discounts::used_by(session),
        "successUrl": session.success_url, "cancelUrl": session.cancel_url, "type": kind,
        "preserveBillingCycleAnchor": asked("preserveBillingCycleAnchor").and_then(Value::as_bool).unwrap_or(false),
        "outputMetadata": asked("outputMetadata"), "outputName": asked("outputName"), "targetSubscriptionId": of_other_kinds("targetSubscriptionId"),
        "automaticallyUpdateSubscriptions": of_other_kinds("automaticallyUpdateSubscriptions"), "expires": session.expires_at.millis(),
    });
    record(&session.id, session.created_at, own)
}

/// The purchase that a session led to, once its buyer has decided.
pub fn purchase(session: &Session) -> Option<Value> {
    let refunded = session.payment().map_or(0, Payment::refunded);
    let status = match &session.stage {
        Stage::Open { .. } | Stage::Expired { .. } => return None,
        Stage::Processing(_) => "pending",
        Stage::Failed(_) => "failed",
        Stage::Paid(_) if refunded >= session.total().minor => "refunded",
        Stage::Paid(_) if refunded > 0 => "partial_refund",
        Stage::Paid(_) | Stage::Free => "paid",
    };
    let (line, asked, total) = (session.lines.first()?, asked(session), session.total().minor);
    let is_subscription = price_field(session, "type") == "subscription";
    let purchased_at = session.payment().map(|payment| payment.handle.at.millis());
    let recurring = |value: Value| if is_subscription { value } else { Value::Null };
    let own = json!({
        "name": asked("outputName").and_then(Value::as_str).unwrap_or(&line.name), "status": status,
        "customerId": customer_field(session, "id"), "organizationId": ORGANIZATION, "billingCycleAnchor": null,
        "priceId": line.price_id, "quantity": line.quantity, "priceType": price_field(session, "type"), "trialPeriodDays": recurring(json!(0)),
        "pricePerBillingCycle": recurring(json!(line.unit.saturating_mul(line.quantity))), "intervalUnit": recurring(price_field(session, "intervalUnit")),
        "intervalCount": recurring(price_field(session, "intervalCount")), "firstInvoiceValue": total,
        "totalPurchaseValue": (!is_subscription).then_some(total), "bankPaymentOnly": false, "purchaseDate": purchased_at, "endDate": null, "proposal": null,
        "archived": false, "billingAddress": null, "metadata": asked("outputMetadata"), "position": 0,
    });
    (kind(session) == "product").then(|| record(&purchase_id(session).unwrap_or_default(), session.created_at, own))
}

pub fn find_session<'a>(state: &'a State, id: &str) -> Result<&'a Session, FlowgladError> {
    state.session(id).filter(|_| id.starts_with(SESSION_PREFIX)).ok_or_else(|| FlowgladError::missing("Checkout session", id))
}

pub fn find_purchase(state: &State, id: &str) -> Outcome {
    session_behind(state, PURCHASE_PREFIX, id).and_then(purchase).ok_or_else(|| FlowgladError::missing("Purchase", id))
}

/// The session that an id belongs to which shares its ending.
fn session_behind<'a>(state: &'a State, prefix: &str, id: &str) -> Option<&'a Session> {
    state.session(&format!("{SESSION_PREFIX}{}", id.strip_prefix(prefix)?))
}

/// Whoever pays without being known becomes a customer then.
pub fn customer_of(session: &Session) -> Value {
    match session.asked.get("customer") {
        Some(customer) if !customer.is_null() => customer.clone(),
        Some(_) | None => {
            let id = customer_id(&session.id);
            let email = session.buyer_email.as_deref().unwrap_or("nobody@example.com");
            records::customer(&id, &id, email, email, session.created_at)
        }
    }
}

/// Of a customer who is made by paying.
pub fn customer_id(session_id: &str) -> String {
    format!("cust_{}", session_id.strip_prefix(SESSION_PREFIX).unwrap_or(session_id))
}

pub fn customer_field(session: &Session, field: &str) -> Value {
    let is_known = session.asked.get("customer").is_some_and(|customer| !customer.is_null());
    if session.is_open() && !is_known {
        return Value::Null;
    }
    customer_of(session).get(field).cloned().unwrap_or_default()
}

/// The fields of the request that opened a session.
pub fn asked<'a>(session: &'a Session) -> impl Fn(&str) -> Option<&'a Value> {
    |field| session.asked.get("session")?.get(field).filter(|value| !value.is_null())
}

pub fn kind(session: &Session) -> &str {
    session.asked.pointer("/session/type").and_then(Value::as_str).unwrap_or("product")
}

pub fn price_field(session: &Session, field: &str) -> Value {
    session.asked.get("price").and_then(|price| price.get(field)).cloned().unwrap_or_default()
}

pub fn ending(session: &Session) -> &str {
    session.id.strip_prefix(SESSION_PREFIX).unwrap_or(&session.id)
}

pub fn purchase_id(session: &Session) -> Option<String> {
    (kind(session) == "product").then(|| format!("{PURCHASE_PREFIX}{}", ending(session)))
}
