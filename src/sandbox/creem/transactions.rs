//! Creem's transactions: the payments of checkouts and of renewals, and how the first are given back.

use serde_json::{Value, json};

use super::call::{Call, Outcome};
use super::customers;
use super::error::CreemError;
use super::objects::{checkouts, id_of, object, product_id, record, subtotal};
use crate::sandbox::till::{Payment, Renewal, Session, Subscription, Verdict};
use crate::sandbox::world::{Change, State};

/// The payment of a checkout.
pub fn of_checkout(session: &Session, payment: &Payment) -> Value {
    let total = session.total().minor;
    let refunded = payment.refunded();
    let status = match payment.dispute.as_ref().map(|dispute| dispute.verdict) {
        Some(Verdict::Pending | Verdict::Lost) => "chargedBack",
        Some(Verdict::Won) | None if refunded >= total => "refunded",
        Some(Verdict::Won) | None if refunded > 0 => "partialRefund",
        Some(Verdict::Won) | None => "paid",
    };
    let mut object = object("transaction", &payment.handle.payment);
    object.extend(record(json!({
        "amount": total, "amount_paid": total, "currency": session.currency.as_str(), "tax_amount": 0, "status": status,
        "refunded_amount": refunded, "order": id_of("ord_", &session.id), "customer": customers::id_of_buyer(session),
        "discount_amount": subtotal(session).saturating_sub(total), "created_at": payment.handle.at.millis(),
    })));
    object.extend(record(match &session.begins {
        None => json!({ "type": "payment", "description": "Payment" }),
        Some(begins) => json!({
            "type": "invoice", "description": "Subscription payment", "subscription": begins.subscription_id,
            "period_start": payment.handle.at.millis(), "period_end": begins.every.after(payment.handle.at, 1).millis(),
        }),
    }));
    Value::Object(object)
}

/// The payment of one more period, made or tried.
fn of_renewal(session: &Session, subscription: &Subscription, renewal: &Renewal) -> Value {
    let total = subscription.price().minor;
    let mut object = object("transaction", &renewal.handle.payment);
    object.extend(record(json!({
        "amount": total, "amount_paid": if renewal.is_paid { total } else { 0 }, "currency": subscription.currency.as_str(),
        "tax_amount": 0, "status": if renewal.is_paid { "paid" } else { "declined" }, "refunded_amount": 0,
        "customer": customers::id_of_buyer(session), "type": "invoice", "description": "Subscription payment",
        "subscription": subscription.id, "created_at": renewal.handle.at.millis(), "period_start": renewal.starts_at.millis(),
        "period_end": renewal.ends_at.millis(),
    })));
    Value::Object(object)
}

/// All of them, the youngest checkout's first, each with its renewals before it.
fn all(state: &State) -> impl Iterator<Item = (&Session, Value)> {
    checkouts(state).filter_map(|session| Some((session, session.payment()?))).flat_map(|(session, payment)| {
        let subscription = state.subscription_of(session);
        let renewals = subscription.into_iter().flat_map(move |subscription| {
            subscription.renewals.iter().rev().map(move |renewal| of_renewal(session, subscription, renewal))
        });
        renewals.chain([of_checkout(session, payment)]).map(move |transaction| (session, transaction))
    })
}

/// `GET /v1/transactions`.
pub fn read(state: &State, call: &Call) -> Outcome {
    find(state, call.required("transaction_id")?)
}

fn find(state: &State, id: &str) -> Outcome {
    all(state).map(|(_, transaction)| transaction).find(|transaction| transaction["id"] == id).ok_or_else(unknown)
}

/// `GET /v1/transactions/search`.
pub fn search(state: &State, call: &Call) -> Outcome {
    let is = |name: &str, id: &str| call.asked(name).is_none_or(|asked| asked == id);
    let found = all(state).filter(|(session, transaction)| {
        is("order_id", transaction["order"].as_str().unwrap_or_default())
            && is("customer_id", &customers::id_of_buyer(session))
            && is("product_id", product_id(session))
    });
    call.page(found.map(|(_, transaction)| transaction).collect())
}

/// `POST /v1/refunds`: all that is left of a checkout's payment.
pub fn refund(change: &mut Change<'_>, call: &Call) -> Outcome {
    let id = call.body.required("transaction_id")?;
    let Some(session_id) = change.state.session_of_payment(id).map(|session| session.id.clone()) else {
        find(change.state, id)?;
        return Err(CreemError::bad("A renewal can't be given back here."));
    };
    let (refund_id, asked, now) = (change.id("ref_"), Value::Object(call.body.0.clone()), change.now);
    change.act(&session_id, |session| session.refund(refund_id, None, asked, now)).ok_or_else(unknown)??;
    Ok(json!({ "status": "succeeded" }))
}

fn unknown() -> CreemError {
    CreemError::unknown("Transaction")
}
