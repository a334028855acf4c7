//! Flowglad as it speaks on its own paths: checkout sessions, what comes of them, and webhooks signed the way Svix signs.
//! Translates between Flowglad's words and the till's; every decision is the till's.

mod call;
mod catalog;
mod create;
mod discounts;
mod endpoints;
mod error;
mod fields;
mod invoices;
mod list;
mod objects;
mod payments;
mod records;
mod routes;
mod subscriptions;

use std::sync::Arc;

use axum::Router;
use serde_json::{Value, json};

pub(super) use self::records::Records;
use super::protocol::{Prefixes, Protocol};
use super::till::{Happening, Line, Provider, Session, Stage, Subscription, Turn};
use super::webhooks::Event;
use super::world::{Change, State, World};
use crate::checkout::signatures::svix_headers;
use crate::values::Timestamp;

/// There is one of each here.
const ORGANIZATION: &str = "org_sandbox";
const PRICING_MODEL: &str = "pricing_model_sandbox";

pub struct Flowglad;

impl Protocol for Flowglad {
    fn title(&self) -> &'static str {
        "Flowglad"
    }

    fn port_offset(&self) -> u16 {
        2
    }

    fn routes(&self) -> Router<Arc<World>> {
        routes::all()
    }

    fn prefixes(&self) -> Prefixes {
        Prefixes { payment: "pym_", charge: "ch_", refund: "refund_", dispute: "dispute_" }
    }

    /// Word goes out only of what was paid, or came to nothing after it was under way. Of refunds, disputes and ended sessions
    /// Flowglad says nothing.
    fn announce(&self, change: &Change<'_>, session: &Session, happening: &Happening) -> Vec<Event> {
        let kinds: &[&str] = match (happening, &session.stage) {
            (Happening::Completed | Happening::Settled, Stage::Paid(_)) if objects::kind(session) != "product" => {
                &["payment.succeeded"]
            }
            (Happening::Completed | Happening::Settled, Stage::Paid(_)) if session.begins.is_some() => {
                &["subscription.created", "payment.succeeded", "purchase.completed"]
            }
            (Happening::Completed | Happening::Settled, Stage::Paid(_)) => &["payment.succeeded", "purchase.completed"],
            (Happening::Failed, _) => &["payment.failed"],
            (
                Happening::Completed
                | Happening::Settled
                | Happening::Declined
                | Happening::Expired
                | Happening::Refunded(_)
                | Happening::Disputed
                | Happening::DisputeClosed,
                _,
            ) => &[],
        };
        kinds.iter().filter_map(|kind| Some(event(change, kind, &session.id, &body(change.state, session, kind)?))).collect()
    }

    /// A renewal is told as its payment; that an end was scheduled, as a change.
    fn announce_turn(&self, change: &Change<'_>, session: &Session, subscription: &Subscription, turn: Turn) -> Vec<Event> {
        let renewal = || subscription.renewals.last().map(|renewal| payments::of_renewal(session, subscription, renewal));
        let (kind, object, record) = match turn {
            Turn::Renewed => ("payment.succeeded", "payment", renewal()),
            Turn::RenewalFailed => ("payment.failed", "payment", renewal()),
            Turn::EndScheduled | Turn::EndCalledOff | Turn::Paused | Turn::Resumed | Turn::Changed => {
                ("subscription.updated", "subscription", Some(subscriptions::subscription(session, subscription)))
            }
            Turn::Ended => ("subscription.canceled", "subscription", Some(subscriptions::subscription(session, subscription))),
        };
        let body = record.map(|record| message(&record, object, &objects::customer_of(session)));
        body.map(|body| event(change, kind, &session.id, &body)).into_iter().collect()
    }

    fn webhook_path(&self) -> &'static str {
        "/webhooks/flowglad"
    }

    fn sign(&self, secret: &str, event: &Event, now: Timestamp) -> Vec<(&'static str, String)> {
        // A secret that is none signs nothing, and what is not signed is refused.
        svix_headers(secret, &event.id, now, event.body.as_bytes()).map_or_else(|_| Vec::new(), Vec::from)
    }

    fn asks_for_code(&self, _: &Session) -> bool {
        true
    }

    fn discount(&self, change: &Change<'_>, session: &Session, code: &str) -> Option<Line> {
        discounts::line(change, session, code)
    }

    fn success_url(&self, session: &Session) -> String {
        session.success_url.clone()
    }
}

/// All that an event says: the object that it is about, and whose.
fn body(state: &State, session: &Session, kind: &str) -> Option<Value> {
    let (object, record) = match kind.split_once('.')?.0 {
        "payment" => ("payment", payments::of_session(session)?),
        "purchase" => ("purchase", objects::purchase(session)?),
        _ => ("subscription", subscriptions::subscription(session, state.subscription_of(session)?)),
    };
    Some(message(&record, object, &objects::customer_of(session)))
}

fn message(record: &Value, object: &str, customer: &Value) -> Value {
    json!({
        "id": record.get("id"), "object": object, "pricingModelId": PRICING_MODEL,
        "customer": { "id": customer.get("id"), "externalId": customer.get("externalId") },
    })
}

fn event(change: &Change<'_>, kind: &str, session_id: &str, body: &Value) -> Event {
    Event {
        id: change.id("msg_"),
        provider: Some(Provider::Flowglad),
        kind: kind.to_owned(),
        session_id: session_id.to_owned(),
        at: change.now,
        body: body.to_string(),
    }
}

/// A customer was made through the API.
fn announce_customer(change: &mut Change<'_>, customer: &Value) {
    let event = event(change, "customer.created", "", &message(customer, "customer", customer));
    change.state.post.put(event, change.now);
}
