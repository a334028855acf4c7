//! Payments as Flowglad answers them: of sessions and of the periods of subscriptions; and what is given back of them.

use serde_json::{Value, json};

use super::call::Outcome;
use super::error::FlowgladError;
use super::records::{self, record, text_of};
use super::{ORGANIZATION, objects, subscriptions};
use crate::sandbox::till::{Handle, Payment, Provider, Renewal, Session, Stage, Subscription};
use crate::sandbox::world::{Change, State};

/// All payments: those of sessions, and those of the periods that came after them.
pub fn all(state: &State) -> impl Iterator<Item = Value> {
    let of_sessions = state.sessions.iter().filter(|session| session.provider == Provider::Flowglad).filter_map(of_session);
    let of_renewals = subscriptions::ours(state).flat_map(|(session, subscription)| {
        subscription.renewals.iter().map(move |renewal| of_renewal(session, subscription, renewal))
    });
    of_sessions.chain(of_renewals)
}

pub fn find(state: &State, id: &str) -> Outcome {
    records::find(all(state), "Payment", "id", id)
}

/// The session in which what a payment paid for was chosen.
pub fn session_behind<'a>(state: &'a State, payment: &Value) -> Option<&'a Session> {
    let of_subscription = || state.session(&state.subscription(text_of(payment, "subscriptionId"))?.session_id);
    state.session_of_payment(text_of(payment, "id")).or_else(of_subscription)
}

/// The payment that was made or tried at the end of a session. A declined card leaves none.
pub fn of_session(session: &Session) -> Option<Value> {
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
        "invoiceId": format!("inv_{}", objects::ending(session)), "amount": total, "paymentMethod": "card",
        "currency": session.currency.as_str(), "status": status, "chargeDate": at.millis(),
        "settlementDate": paid.map(|_| at.millis()), "description": null, "receiptNumber": null, "receiptURL": null,
        "organizationId": ORGANIZATION, "customerId": objects::customer_field(session, "id"),
        "purchaseId": objects::purchase_id(session), "subscriptionId": session.begins.as_ref().map(|begins| &begins.subscription_id),
        "paymentMethodId": null, "billingPeriodId": session.begins.as_ref().map(|_| period_id(session, 0)), "taxAmount": null, "subtotal": null, "taxType": null,
        "taxCountry": null, "taxState": null, "taxRatePercentage": null, "applicationFee": null,
        "refunded": refunded == Some(total), "refundedAmount": refunded, "refundedAt": refunded_at,
        "failureMessage": (status == "failed").then_some("The payment did not arrive."),
        "failureCode": (status == "failed").then_some("payment_canceled"),
    });
    Some(record(id, *at, own))
}

/// The payment of one more period of a subscription: of no purchase any more.
pub fn of_renewal(session: &Session, subscription: &Subscription, renewal: &Renewal) -> Value {
    let mut payment = of_session(session).unwrap_or_default();
    let (at, is_paid) = (renewal.handle.at.millis(), renewal.is_paid);
    let place = subscription.renewals.iter().take_while(|other| other.handle != renewal.handle).count();
    let own = json!({
        "id": renewal.handle.payment, "invoiceId": format!("inv_{}", renewal.handle.charge), "createdAt": at, "updatedAt": at,
        "amount": subscription.price().minor, "status": if is_paid { "succeeded" } else { "failed" }, "chargeDate": at,
        "settlementDate": is_paid.then_some(at), "purchaseId": null, "subscriptionId": subscription.id,
        "billingPeriodId": period_id(session, place.saturating_add(1)), "refunded": false, "refundedAmount": null, "refundedAt": null,
        "failureMessage": (!is_paid).then_some("The payment did not arrive."), "failureCode": (!is_paid).then_some("payment_canceled"),
    });
    if let (Some(payment), Value::Object(own)) = (payment.as_object_mut(), own) {
        payment.extend(own);
    }
    payment
}

fn period_id(session: &Session, place: usize) -> String {
    format!("billing_period_{}_{place}", objects::ending(session))
}

pub fn refund(change: &mut Change<'_>, id: &str, body: &Value) -> Outcome {
    find(change.state, id)?;
    // What is no whole number is no amount that could be refunded.
    let amount = body.get("partialAmount").filter(|amount| !amount.is_null()).map(|amount| amount.as_i64().unwrap_or(0));
    let session_id = change.state.session_of_payment(id).map(|session| session.id.clone()).unwrap_or_default();
    let (refund_id, now) = (change.id("refund_"), change.now);
    match change.act(&session_id, |session| session.refund(refund_id, amount, Value::Null, now)) {
        Some(Ok(_)) => find(change.state, id),
        Some(Err(refusal)) => Err(refusal.into()),
        None => Err(FlowgladError::missing("Payment", id)),
    }
}
