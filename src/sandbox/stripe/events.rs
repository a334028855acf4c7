//! What Stripe tells of what happened: which events, in which order, with which objects in them.

use serde_json::{Value, json};

use super::call::{API_VERSION, Asked, Outcome};
use super::error::StripeError;
use super::list::page;
use super::{Expand, invoices, payments, refunds, session_calls, subscriptions};
use crate::sandbox::till::{Happening, Payment, Provider, Session, Subscription, Turn};
use crate::sandbox::webhooks::Event;
use crate::sandbox::world::{Change, State};

/// A kind of event, and its `data`.
type Said = (&'static str, Value);

/// What a session went through.
pub fn of_session(change: &Change<'_>, session: &Session, happening: &Happening) -> Vec<Event> {
    let said = said(change.state, session, happening);
    said.into_iter().map(|(kind, data)| event(change, session, kind, &data)).collect()
}

/// What a subscription went through.
pub fn of_subscription(change: &Change<'_>, session: &Session, subscription: &Subscription, turn: Turn) -> Vec<Event> {
    let own = |kind| (kind, object(&subscriptions::subscription(session, subscription)));
    let invoice = |kind| (kind, object(&invoices::invoice(&invoices::latest(session, subscription), &Expand::default())));
    let said = match turn {
        Turn::Renewed => vec![own("customer.subscription.updated"), invoice("invoice.paid")],
        Turn::RenewalFailed => vec![invoice("invoice.payment_failed"), own("customer.subscription.updated")],
        Turn::EndScheduled | Turn::EndCalledOff | Turn::Changed => vec![own("customer.subscription.updated")],
        Turn::Paused => vec![own("customer.subscription.paused")],
        Turn::Resumed => vec![own("customer.subscription.resumed")],
        Turn::Ended => vec![own("customer.subscription.deleted")],
    };
    said.into_iter().map(|(kind, data)| event(change, session, kind, &data)).collect()
}

fn said(state: &State, session: &Session, happening: &Happening) -> Vec<Said> {
    let of_session = |kind| vec![(kind, object(&session_calls::plain(state, session)))];
    let of_dispute = |kind| {
        let dispute = session.payment().and_then(|payment| Some((payment, payment.dispute.as_ref()?)));
        let told = dispute.map(|(payment, dispute)| refunds::dispute_object(session, &payment.handle, dispute));
        told.map(|told| (kind, object(&told))).into_iter().collect()
    };
    match happening {
        Happening::Completed => [begun(state, session), of_session("checkout.session.completed")].concat(),
        Happening::Settled => [begun(state, session), of_session("checkout.session.async_payment_succeeded")].concat(),
        Happening::Failed => of_session("checkout.session.async_payment_failed"),
        Happening::Expired => of_session("checkout.session.expired"),
        Happening::Declined => {
            let intent = session.handle().map(|handle| payments::payment_intent(session, handle, &Expand::default()));
            intent.map(|intent| ("payment_intent.payment_failed", object(&intent))).into_iter().collect()
        }
        Happening::Refunded(id) => session.payment().map(|payment| refunded(session, payment, id)).unwrap_or_default(),
        Happening::Disputed => of_dispute("charge.dispute.created"),
        Happening::DisputeClosed => of_dispute("charge.dispute.closed"),
    }
}

/// The subscription that was begun just now, if one was.
fn begun(state: &State, session: &Session) -> Vec<Said> {
    let Some(subscription) = state.subscription_of(session) else { return Vec::new() };
    let invoice = invoices::invoice(&invoices::first(session, subscription), &Expand::default());
    vec![
        ("customer.subscription.created", object(&subscriptions::subscription(session, subscription))),
        ("invoice.paid", object(&invoice)),
    ]
}

fn refunded(session: &Session, payment: &Payment, id: &str) -> Vec<Said> {
    let Some(refund) = payment.refunds.iter().find(|refund| refund.id == id) else { return Vec::new() };
    let before = payment.refunded().saturating_sub(refund.amount);
    let charge = json!({
        "object": payments::charge(session, &payment.handle),
        "previous_attributes": { "amount_refunded": before, "refunded": false },
    });
    vec![("refund.created", object(&refunds::refund_object(session, &payment.handle, refund))), ("charge.refunded", charge)]
}

fn object(object: &Value) -> Value {
    json!({ "object": object })
}

fn event(change: &Change<'_>, session: &Session, kind: &str, data: &Value) -> Event {
    let id = change.id("evt_");
    let body = json!({
        "id": id,
        "object": "event",
        "api_version": API_VERSION,
        "created": change.now.seconds(),
        "data": data,
        "livemode": false,
        "pending_webhooks": 1,
        "request": { "id": null, "idempotency_key": null },
        "type": kind,
    });
    Event {
        id,
        provider: Some(session.provider),
        kind: kind.to_owned(),
        session_id: session.id.clone(),
        at: change.now,
        body: body.to_string(),
    }
}

/// `GET /v1/events`, of one kind, of several, or of all that begin alike (`charge.*`).
pub fn all(state: &State, asked: &Asked<'_>) -> Outcome {
    let form = asked.form;
    let kinds = form.texts("types");
    let since = form.integer("created[gte]")?;
    let is_kind = |event: &Event, asked: &str| match asked.strip_suffix('*') {
        Some(beginning) => event.kind.starts_with(beginning),
        None => event.kind == asked,
    };
    let is_asked_for = |event: &&Event| {
        event.provider == Some(Provider::Stripe)
            && form.text("type").is_none_or(|kind| is_kind(event, kind))
            && (kinds.is_empty() || kinds.iter().any(|kind| is_kind(event, kind)))
            && since.is_none_or(|since| event.at.seconds() >= since)
    };
    let events = state.post.events.iter().rev().filter(is_asked_for).map(|event| (event.id.as_str(), event));
    page(events, form, "/v1/events", body_of)
}

/// `GET /v1/events/{id}`.
pub fn one(state: &State, asked: &Asked<'_>) -> Outcome {
    let found = state.post.event(asked.id).filter(|event| event.provider == Some(Provider::Stripe));
    found.map(body_of).ok_or_else(|| StripeError::unknown("event", "id", asked.id))
}

fn body_of(event: &Event) -> Value {
    serde_json::from_str(&event.body).unwrap_or_default()
}
