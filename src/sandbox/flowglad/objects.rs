//! Sessions and what comes of paying them, as Flowglad answers them: purchases, payments and subscriptions.
//! All of these are read off the till's sessions; their ids share an ending.

use serde_json::{Value, json};

use super::ORGANIZATION;
use super::call::Outcome;
use super::error::FlowgladError;
use super::records::{self, record};
use crate::sandbox::till::{Begins, Handle, Payment, Provider, Recurrence, Renewal, Session, Stage, Standing, Subscription, Unit};
use crate::sandbox::world::State;

pub const SESSION_PREFIX: &str = "chckt_session_";
const PURCHASE_PREFIX: &str = "prch_";
const SUBSCRIPTION_PREFIX: &str = "sub_";

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
        "paymentMethodType": session.payment().map(|_| "card"), "discountId": null,
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
        "pricePerBillingCycle": recurring(json!(total)), "intervalUnit": recurring(price_field(session, "intervalUnit")),
        "intervalCount": recurring(price_field(session, "intervalCount")), "firstInvoiceValue": total,
        "totalPurchaseValue": (!is_subscription).then_some(total), "bankPaymentOnly": false, "purchaseDate": purchased_at, "endDate": null, "proposal": null,
        "archived": false, "billingAddress": null, "metadata": asked("outputMetadata"), "position": 0,
    });
    (kind(session) == "product").then(|| record(&purchase_id(session).unwrap_or_default(), session.created_at, own))
}

/// The payment that was made or tried at the end of a session. A declined card leaves none.
pub fn payment(session: &Session) -> Option<Value> {
    let total = session.total().minor;
    let (handle, status, paid) = match &session.stage {
        Stage::Processing(handle) => (handle, "processing", None),
        Stage::Failed(handle) => (handle, "failed", None),
        Stage::Paid(payment) if payment.refunded() >= total => (&payment.handle, "refunded", Some(payment)),
        Stage::Paid(payment) => (&payment.handle, "succeeded", Some(payment)),
        Stage::Open { .. } | Stage::Free | Stage::Expired { .. } => return None,
    };
    let refunded = paid.map(Payment::refunded).filter(|refunded| *refunded > 0);
    let refunded_at = paid.and_then(|payment| payment.refunds.last()).map(|refund| refund.at.millis());
    let Handle { payment: id, at, .. } = handle;
    let own = json!({
        "invoiceId": format!("inv_{}", ending(session)), "amount": total, "paymentMethod": "card",
        "currency": session.currency.as_str(), "status": status, "chargeDate": at.millis(),
        "settlementDate": paid.map(|_| at.millis()), "description": null, "receiptNumber": null, "receiptURL": null,
        "organizationId": ORGANIZATION, "customerId": customer_field(session, "id"),
        "purchaseId": purchase_id(session), "subscriptionId": session.begins.as_ref().map(|begins| &begins.subscription_id),
        "paymentMethodId": null, "billingPeriodId": null, "taxAmount": null, "subtotal": null, "taxType": null,
        "taxCountry": null, "taxState": null, "taxRatePercentage": null, "applicationFee": null,
        "refunded": refunded == Some(total), "refundedAmount": refunded, "refundedAt": refunded_at,
        "failureMessage": (status == "failed").then_some("The payment did not arrive."),
        "failureCode": (status == "failed").then_some("payment_canceled"),
    });
    Some(record(id, *at, own))
}

/// The payment of one more period of a subscription.
pub fn renewal_payment(session: &Session, subscription: &Subscription, renewal: &Renewal) -> Value {
    let mut object = payment(session).unwrap_or_default();
    let total = subscription.price().minor;
    let (status, is_paid) = if renewal.is_paid { ("succeeded", true) } else { ("failed", false) };
    if let Some(fields) = object.as_object_mut() {
        let at = renewal.handle.at.millis();
        fields.extend([
            ("id".to_owned(), json!(renewal.handle.payment)),
            ("invoiceId".to_owned(), json!(format!("inv_{}", renewal.handle.charge))),
            ("createdAt".to_owned(), json!(at)),
            ("updatedAt".to_owned(), json!(at)),
            ("amount".to_owned(), json!(total)),
            ("status".to_owned(), json!(status)),
            ("chargeDate".to_owned(), json!(at)),
            ("settlementDate".to_owned(), json!(is_paid.then_some(at))),
            ("subscriptionId".to_owned(), json!(subscription.id)),
            ("refunded".to_owned(), json!(false)),
            ("refundedAmount".to_owned(), Value::Null),
            ("refundedAt".to_owned(), Value::Null),
            ("failureMessage".to_owned(), json!((!is_paid).then_some("The payment did not arrive."))),
            ("failureCode".to_owned(), json!((!is_paid).then_some("payment_canceled"))),
        ]);
    }
    object
}

/// All payments: those of sessions, and those of the periods that came after them.
pub fn payments(state: &State) -> impl Iterator<Item = Value> {
    let ours = |provider| provider == Provider::Flowglad;
    let of_sessions = state.sessions.iter().filter(move |session| ours(session.provider)).filter_map(payment);
    let subscriptions = state.subscriptions.iter().filter(move |subscription| ours(subscription.provider));
    let of_renewals = subscriptions.filter_map(|subscription| Some((state.session(&subscription.session_id)?, subscription)));
    of_sessions.chain(of_renewals.flat_map(|(session, subscription)| {
        subscription.renewals.iter().map(move |renewal| renewal_payment(session, subscription, renewal))
    }))
}

pub fn find_payment(state: &State, id: &str) -> Outcome {
    records::find(payments(state), "Payment", "id", id)
}

/// The subscription that paying `session` by such a price began.
pub fn subscription(session: &Session, subscription: &Subscription) -> Value {
    let end = subscription.period_end();
    let (status, canceled_at, scheduled_at) = match (subscription.standing, subscription.end_asked_at) {
        (Standing::Active, None) => ("active", None, None),
        (Standing::Active, Some(_)) => ("cancellation_scheduled", None, Some(end.millis())),
        (Standing::PastDue, _) => ("past_due", None, None),
        (Standing::Ended { at }, _) => ("canceled", Some(at.millis()), None),
    };
    let own = json!({
        "startDate": subscription.began_at.millis(), "customerId": customer_field(session, "id"), "organizationId": ORGANIZATION,
        "status": status, "defaultPaymentMethodId": null, "backupPaymentMethodId": null, "trialEnd": null,
        "currentBillingPeriodStart": subscription.period_start().millis(), "currentBillingPeriodEnd": end.millis(),
        "metadata": asked(session)("outputMetadata"), "canceledAt": canceled_at, "cancelScheduledAt": scheduled_at,
        "cancellationReason": null, "replacedBySubscriptionId": null, "isFreePlan": false, "doNotCharge": false,
        "priceId": price_field(session, "id"), "runBillingAtPeriodStart": true,
        "interval": price_field(session, "intervalUnit"), "intervalCount": price_field(session, "intervalCount"),
        "billingCycleAnchorDate": subscription.began_at.millis(), "name": asked(session)("outputName"), "renews": true,
        "scheduledAdjustmentAt": null, "current": status != "canceled",
    });
    record(&subscription.id, subscription.began_at, own)
}

pub fn find_session<'a>(state: &'a State, id: &str) -> Result<&'a Session, FlowgladError> {
    state.session(id).filter(|_| id.starts_with(SESSION_PREFIX)).ok_or_else(|| FlowgladError::missing("Checkout session", id))
}

pub fn find_purchase(state: &State, id: &str) -> Outcome {
    session_behind(state, PURCHASE_PREFIX, id).and_then(purchase).ok_or_else(|| FlowgladError::missing("Purchase", id))
}

pub fn find_subscription(state: &State, id: &str) -> Outcome {
    let found = state.subscription(id).filter(|found| found.provider == Provider::Flowglad);
    let whole = found.and_then(|found| Some(subscription(state.session(&found.session_id)?, found)));
    whole.ok_or_else(|| FlowgladError::missing("Subscription", id))
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
fn customer_id(session_id: &str) -> String {
    format!("cust_{}", session_id.strip_prefix(SESSION_PREFIX).unwrap_or(session_id))
}

fn customer_field(session: &Session, field: &str) -> Value {
    let is_known = session.asked.get("customer").is_some_and(|customer| !customer.is_null());
    if session.is_open() && !is_known {
        return Value::Null;
    }
    customer_of(session).get(field).cloned().unwrap_or_default()
}

/// The fields of the request that opened a session.
fn asked<'a>(session: &'a Session) -> impl Fn(&str) -> Option<&'a Value> {
    |field| session.asked.get("session")?.get(field).filter(|value| !value.is_null())
}

pub fn kind(session: &Session) -> &str {
    session.asked.pointer("/session/type").and_then(Value::as_str).unwrap_or("product")
}

fn price_field(session: &Session, field: &str) -> Value {
    session.asked.get("price").and_then(|price| price.get(field)).cloned().unwrap_or_default()
}

/// How often a price is paid again; `None` for one that is paid once.
pub fn interval(price: &Value) -> Option<Recurrence> {
    let text = |name: &str| price.get(name).and_then(Value::as_str);
    let unit = match text("intervalUnit")? {
        "day" => Unit::Day,
        "week" => Unit::Week,
        "year" => Unit::Year,
        _ => Unit::Month,
    };
    let count = price.get("intervalCount").and_then(Value::as_u64).and_then(|count| u32::try_from(count).ok()).unwrap_or(1);
    (text("type") == Some("subscription")).then_some(Recurrence { count, unit })
}

/// What paying a new product's session begins. Its ids are those of the session behind other prefixes.
pub fn begins(session_id: &str, customer: Option<&str>, every: Recurrence) -> Begins {
    let ending = session_id.strip_prefix(SESSION_PREFIX).unwrap_or(session_id);
    let customer_id = customer.map_or_else(|| customer_id(session_id), str::to_owned);
    Begins { subscription_id: format!("{SUBSCRIPTION_PREFIX}{ending}"), customer_id, every }
}

fn ending(session: &Session) -> &str {
    session.id.strip_prefix(SESSION_PREFIX).unwrap_or(&session.id)
}

fn purchase_id(session: &Session) -> Option<String> {
    (kind(session) == "product").then(|| format!("{PURCHASE_PREFIX}{}", ending(session)))
}
