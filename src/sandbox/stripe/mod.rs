//! Stripe as it speaks on its own paths: checkout sessions and everything that they are made of, payments, refunds, disputes,
//! subscriptions, events, and signed webhooks. Translates between Stripe's words and the till's; every decision is the till's.

#![expect(
    clippy::indexing_slicing,
    reason = "what a JSON value doesn't have reads as null, and only objects made here are written to"
)]

mod call;
mod coupons;
mod create;
mod customers;
mod endpoints;
mod error;
mod events;
mod form;
mod invoices;
mod lines;
mod list;
mod metadata;
mod objects;
mod payments;
mod prices;
mod products;
mod promotions;
mod refunds;
mod session_calls;
mod sessions;
mod shelf;
mod subscriptions;

use std::sync::Arc;

use axum::Router;
use axum::http::{Method, StatusCode, Uri};
use axum::response::Response;
use axum::routing::any;

pub(super) use self::call::Answered;
use self::call::{Call, reading, removing, writing};
use self::error::StripeError;
use self::form::Form;
pub(super) use self::shelf::Shelf;
use super::protocol::{Prefixes, Protocol};
use super::till::{Happening, Line, Session, Subscription, Turn};
use super::webhooks::Event;
use super::world::{Change, World};
use crate::checkout::signatures::stripe_header;
use crate::values::Timestamp;

pub struct Stripe;

impl Protocol for Stripe {
    fn title(&self) -> &'static str {
        "Stripe"
    }

    fn port_offset(&self) -> u16 {
        0
    }

    fn routes(&self) -> Router<Arc<World>> {
        Router::new()
            .merge(checkout())
            .merge(catalog())
            .route("/v1/{*rest}", any(unrecognized))
            .method_not_allowed_fallback(unrecognized)
    }

    fn prefixes(&self) -> Prefixes {
        Prefixes { payment: "pi_", charge: "ch_", refund: "re_", dispute: "du_" }
    }

    fn announce(&self, change: &Change<'_>, session: &Session, happening: &Happening) -> Vec<Event> {
        events::of_session(change, session, happening)
    }

    fn announce_turn(&self, change: &Change<'_>, session: &Session, subscription: &Subscription, turn: Turn) -> Vec<Event> {
        events::of_subscription(change, session, subscription, turn)
    }

    fn webhook_path(&self) -> &'static str {
        "/webhooks/stripe"
    }

    fn sign(&self, secret: &str, event: &Event, now: Timestamp) -> Vec<(&'static str, String)> {
        vec![("stripe-signature", stripe_header(secret, now, event.body.as_bytes()))]
    }

    fn asks_for_code(&self, session: &Session) -> bool {
        promotions::are_asked_for(session)
    }

    fn discount(&self, change: &Change<'_>, session: &Session, code: &str) -> Option<Line> {
        promotions::typed(change, session, code)
    }

    fn success_url(&self, session: &Session) -> String {
        session.success_url.replace("{CHECKOUT_SESSION_ID}", &session.id)
    }
}

/// Sessions and what becomes of them.
fn checkout() -> Router<Arc<World>> {
    Router::new()
        .route("/v1/checkout/sessions", reading(session_calls::all).merge(writing(create::create)))
        .route("/v1/checkout/sessions/{id}", reading(session_calls::one).merge(writing(session_calls::update)))
        .route("/v1/checkout/sessions/{id}/line_items", reading(session_calls::line_items))
        .route("/v1/checkout/sessions/{id}/expire", writing(session_calls::expire))
        .route("/v1/payment_intents/{id}", reading(payments::one))
        .route("/v1/charges/{id}", reading(payments::one_charge))
        .route("/v1/refunds", reading(refunds::all).merge(writing(refunds::create)))
        .route("/v1/refunds/{id}", reading(refunds::one))
        .route("/v1/disputes", reading(refunds::disputes))
        .route("/v1/disputes/{id}", reading(refunds::dispute))
        .route("/v1/subscriptions", reading(subscriptions::all))
        .route(
            "/v1/subscriptions/{id}",
            reading(subscriptions::one).merge(writing(subscriptions::update)).merge(removing(subscriptions::cancel)),
        )
        .route("/v1/invoices", reading(invoices::all))
        .route("/v1/invoices/{id}", reading(invoices::one))
        .route("/v1/events", reading(events::all))
        .route("/v1/events/{id}", reading(events::one))
}

/// What sessions are opened with, and who is told of them.
fn catalog() -> Router<Arc<World>> {
    Router::new()
        .route("/v1/products", reading(products::all).merge(writing(products::create)))
        .route("/v1/products/{id}", reading(products::one))
        .route("/v1/prices", reading(prices::all).merge(writing(prices::create)))
        .route("/v1/prices/{id}", reading(prices::one))
        .route("/v1/coupons", reading(coupons::all).merge(writing(coupons::create)))
        .route("/v1/coupons/{id}", reading(coupons::one).merge(removing(coupons::remove)))
        .route("/v1/promotion_codes", reading(promotions::all).merge(writing(promotions::create)))
        .route("/v1/promotion_codes/{id}", reading(promotions::one).merge(writing(promotions::update)))
        .route("/v1/customers", reading(customers::all).merge(writing(customers::create)))
        .route("/v1/customers/{id}", reading(customers::one))
        .route("/v1/webhook_endpoints", reading(endpoints::all).merge(writing(endpoints::create)))
        .route(
            "/v1/webhook_endpoints/{id}",
            reading(endpoints::one).merge(writing(endpoints::update)).merge(removing(endpoints::remove)),
        )
}

async fn unrecognized(method: Method, uri: Uri, call: Call) -> Response {
    let message = format!("Unrecognized request URL ({method}: {}).", uri.path());
    call.answer(Err(StripeError::request(StatusCode::NOT_FOUND, message)))
}

/// Which parts of an answer are wanted whole, by their names in it.
#[derive(Clone, Debug, Default)]
pub struct Expand(Vec<String>);

impl Expand {
    fn of(form: &Form) -> Self {
        Self(form.texts("expand").into_iter().map(str::to_owned).collect())
    }

    /// True for the part itself and for whatever is deeper inside it.
    fn has(&self, part: &str) -> bool {
        self.0.iter().any(|name| name == part || name.strip_prefix(part).is_some_and(|rest| rest.starts_with('.')))
    }

    /// What is wanted inside of a part.
    fn below(&self, part: &str) -> Self {
        Self(self.0.iter().filter_map(|name| name.strip_prefix(part)?.strip_prefix('.')).map(str::to_owned).collect())
    }
}
