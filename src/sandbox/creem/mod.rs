//! Creem as it speaks on its own paths: products, discounts, checkouts, transactions, refunds, subscriptions, and signed webhooks.
//! Translates between Creem's words and the till's; every decision about money is the till's.

mod call;
mod create;
mod customers;
mod discounts;
mod endpoints;
mod error;
mod objects;
mod products;
mod questions;
mod routes;
mod shelf;
mod subscriptions;
mod transactions;

use std::sync::Arc;

use axum::Router;
use serde_json::{Value, json};

pub(super) use self::shelf::Shelf;
use super::protocol::{Prefixes, Protocol};
use super::till::{Happening, Line, Session, Subscription, Turn};
use super::webhooks::Event;
use super::world::{Change, State, World};
use crate::checkout::signatures::creem_header;
use crate::values::Timestamp;

pub struct Creem;

impl Protocol for Creem {
    fn title(&self) -> &'static str {
        "Creem"
    }

    fn port_offset(&self) -> u16 {
        1
    }

    fn routes(&self) -> Router<Arc<World>> {
        routes::all()
    }

    fn prefixes(&self) -> Prefixes {
        Prefixes { payment: "tran_", charge: "ord_", refund: "ref_", dispute: "disp_" }
    }

    /// Only what was paid, given back or disputed is told: no event says that a checkout expired or came to nothing.
    fn announce(&self, change: &Change<'_>, session: &Session, happening: &Happening) -> Vec<Event> {
        let said = match happening {
            Happening::Completed | Happening::Settled if session.is_completed() => completed(change.state, session),
            Happening::Refunded(id) => refunded(change.state, session, id).into_iter().collect(),
            Happening::Disputed => disputed(change.state, session).into_iter().collect(),
            Happening::Completed
            | Happening::Settled
            | Happening::Declined
            | Happening::Failed
            | Happening::Expired
            | Happening::DisputeClosed => Vec::new(),
        };
        said.into_iter().map(|(kind, object)| event(change, session, kind, &object)).collect()
    }

    fn announce_turn(&self, change: &Change<'_>, session: &Session, subscription: &Subscription, turn: Turn) -> Vec<Event> {
        let object = subscriptions::shown(change.state, session, subscription, true);
        vec![event(change, session, subscriptions::event_of(turn), &object)]
    }

    fn webhook_path(&self) -> &'static str {
        "/webhooks/creem"
    }

    fn sign(&self, secret: &str, event: &Event, _: Timestamp) -> Vec<(&'static str, String)> {
        vec![("creem-signature", creem_header(secret, event.body.as_bytes()))]
    }

    /// A code comes with the request here, where the shop that named the price knows of it.
    fn asks_for_code(&self, _: &Session) -> bool {
        false
    }

    fn discount(&self, _: &Change<'_>, _: &Session, _: &str) -> Option<Line> {
        None
    }

    /// Signed when the checkout was opened.
    fn success_url(&self, session: &Session) -> String {
        session.success_url.clone()
    }
}

fn completed(state: &State, session: &Session) -> Vec<(&'static str, Value)> {
    let mut said = vec![("checkout.completed", objects::checkout(state, session))];
    if let Some(subscription) = state.subscription_of(session) {
        let subscription = subscriptions::shown(state, session, subscription, true);
        said.push(("subscription.active", subscription.clone()));
        said.push(("subscription.paid", subscription));
    }
    said
}

fn refunded(state: &State, session: &Session, id: &str) -> Option<(&'static str, Value)> {
    let payment = session.payment()?;
    let refund = payment.refunds.iter().find(|refund| refund.id == id)?;
    Some(("refund.created", objects::refund(state, session, payment, refund)))
}

fn disputed(state: &State, session: &Session) -> Option<(&'static str, Value)> {
    let payment = session.payment()?;
    Some(("dispute.created", objects::dispute(state, session, payment, payment.dispute.as_ref()?)))
}

fn event(change: &Change<'_>, session: &Session, kind: &str, object: &Value) -> Event {
    let id = change.id("evt_");
    let body = json!({ "id": id, "eventType": kind, "created_at": change.now.millis(), "object": object });
    Event {
        id,
        provider: Some(session.provider),
        kind: kind.to_owned(),
        session_id: session.id.clone(),
        at: change.now,
        body: body.to_string(),
    }
}
