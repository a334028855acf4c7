//! Flowglad as it speaks on its own paths: checkout sessions, what comes of them, and webhooks signed the way Svix signs.
//! Translates between Flowglad's words and the till's; every decision is the till's.

mod call;
mod create;
mod error;
mod fields;
mod list;
mod objects;
mod records;

use std::sync::Arc;

use axum::Router;
use axum::extract::{Path, State as Shared};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post};
use serde_json::{Value, json};

use self::call::{Call, Outcome};
use self::error::FlowgladError;
use self::fields::Fields;
use self::list::page;
pub(super) use self::records::Records;
use super::keys::Keys;
use super::protocol::{Prefixes, Protocol};
use super::till::{Happening, Provider, Session, Stage, Subscription, Turn};
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
        let api = Router::new()
            .route("/checkout-sessions", get(list_sessions).post(create_session))
            .route("/checkout-sessions/{id}", get(read_session))
            .route("/customers", get(list_customers).post(create_customer))
            .route("/customers/{external_id}", get(read_customer))
            .route("/products", get(list_products).post(create_product))
            .route("/products/{id}", get(read_product))
            .route("/prices", get(list_prices).post(create_price))
            .route("/prices/{id}", get(read_price))
            .route("/purchases/{id}", get(read_purchase))
            .route("/payments", get(list_payments))
            .route("/payments/{id}", get(read_payment))
            .route("/payments/{id}/refund", post(refund_payment))
            .route("/subscriptions/{id}", get(read_subscription))
            .route("/subscriptions/{id}/cancel", post(cancel_subscription))
            .route("/discounts", get(list_discounts).post(create_discount))
            .route("/discounts/{id}", get(read_discount))
            .route("/webhooks", post(create_webhook))
            .route("/webhooks/{id}", get(read_webhook));
        Router::new().nest("/api/v1", api).fallback(unknown).method_not_allowed_fallback(unknown)
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
        let renewal = || subscription.renewals.last().map(|renewal| objects::renewal_payment(session, subscription, renewal));
        let (kind, object, record) = match turn {
            Turn::Renewed => ("payment.succeeded", "payment", renewal()),
            Turn::RenewalFailed => ("payment.failed", "payment", renewal()),
            Turn::EndScheduled | Turn::EndCalledOff => {
                ("subscription.updated", "subscription", Some(objects::subscription(session, subscription)))
            }
            Turn::Ended => ("subscription.canceled", "subscription", Some(objects::subscription(session, subscription))),
        };
        let body = record.map(|record| message(&record, object, &objects::customer_of(session)));
        body.map(|body| event(change, kind, &session.id, &body)).into_iter().collect()
    }

    fn webhook_path(&self) -> &'static str {
        "/webhooks/flowglad"
    }

    fn sign(&self, keys: &Keys, event: &Event, now: Timestamp) -> Vec<(&'static str, String)> {
        // A secret that is none signs nothing, and what is not signed is refused.
        svix_headers(&keys.flowglad.webhook_secret, &event.id, now, event.body.as_bytes()).map_or_else(|_| Vec::new(), Vec::from)
    }

    fn success_url(&self, session: &Session) -> String {
        session.success_url.clone()
    }
}

/// All that an event says: the object that it is about, and whose.
fn body(state: &State, session: &Session, kind: &str) -> Option<Value> {
    let (object, record) = match kind.split_once('.')?.0 {
        "payment" => ("payment", objects::payment(session)?),
        "purchase" => ("purchase", objects::purchase(session)?),
        _ => ("subscription", objects::subscription(session, state.subscription_of(session)?)),
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
        provider: Provider::Flowglad,
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

type Sandbox = Shared<Arc<World>>;

async fn create_session(Shared(world): Sandbox, call: Call) -> Response {
    call.write(&world, |change, call| create::create(change, &call.body)).await
}

async fn list_sessions(Shared(world): Sandbox, call: Call) -> Response {
    call.read(&world, |state, call| page(ours(state).map(objects::session), call)).await
}

async fn read_session(Shared(world): Sandbox, Path(id): Path<String>, call: Call) -> Response {
    call.read(&world, |state, _| Ok(objects::session_answer(objects::find_session(state, &id)?))).await
}

async fn create_customer(Shared(world): Sandbox, call: Call) -> Response {
    call.write(&world, |change, call| records::create_customer(change, &call.body)).await
}

async fn list_customers(Shared(world): Sandbox, call: Call) -> Response {
    call.read(&world, |state, call| page(state.flowglad.customers.iter().cloned(), call)).await
}

async fn read_customer(Shared(world): Sandbox, Path(id): Path<String>, call: Call) -> Response {
    let look = |state: &State, _: &Call| {
        named("customer", records::find(state.flowglad.customers.iter().cloned(), "Customer", "externalId", &id))
    };
    call.read(&world, look).await
}

async fn create_product(Shared(world): Sandbox, call: Call) -> Response {
    call.write(&world, |change, call| records::create_product(change, &call.body)).await
}

async fn list_products(Shared(world): Sandbox, call: Call) -> Response {
    call.read(&world, |state, call| page(records::products(&world, state), call)).await
}

async fn read_product(Shared(world): Sandbox, Path(id): Path<String>, call: Call) -> Response {
    call.read(&world, |state, _| records::product_with_prices(&world, state, &id)).await
}

async fn create_price(Shared(world): Sandbox, call: Call) -> Response {
    call.write(&world, |change, call| records::create_price(change, &call.body)).await
}

async fn list_prices(Shared(world): Sandbox, call: Call) -> Response {
    call.read(&world, |state, call| page(records::prices(&world, state), call)).await
}

async fn read_price(Shared(world): Sandbox, Path(id): Path<String>, call: Call) -> Response {
    call.read(&world, |state, _| named("price", records::find(records::prices(&world, state), "Price", "id", &id))).await
}

async fn read_purchase(Shared(world): Sandbox, Path(id): Path<String>, call: Call) -> Response {
    call.read(&world, |state, _| named("purchase", objects::find_purchase(state, &id))).await
}

async fn list_payments(Shared(world): Sandbox, call: Call) -> Response {
    call.read(&world, |state, call| page(objects::payments(state), call)).await
}

async fn read_payment(Shared(world): Sandbox, Path(id): Path<String>, call: Call) -> Response {
    call.read(&world, |state, _| named("payment", objects::find_payment(state, &id))).await
}

async fn refund_payment(Shared(world): Sandbox, Path(id): Path<String>, call: Call) -> Response {
    call.write(&world, |change, call| refund(change, &id, &call.body)).await
}

async fn read_subscription(Shared(world): Sandbox, Path(id): Path<String>, call: Call) -> Response {
    call.read(&world, |state, _| named("subscription", objects::find_subscription(state, &id))).await
}

async fn cancel_subscription(Shared(world): Sandbox, Path(id): Path<String>, call: Call) -> Response {
    call.write(&world, |change, call| cancel(change, &id, &call.body)).await
}

async fn create_discount(Shared(world): Sandbox, call: Call) -> Response {
    call.write(&world, |change, call| records::create_discount(change, &call.body)).await
}

async fn list_discounts(Shared(world): Sandbox, call: Call) -> Response {
    call.read(&world, |state, call| page(state.flowglad.discounts.iter().cloned().map(records::with_redemptions), call)).await
}

async fn read_discount(Shared(world): Sandbox, Path(id): Path<String>, call: Call) -> Response {
    let look = |state: &State, _: &Call| {
        let found = records::find(state.flowglad.discounts.iter().cloned(), "Discount", "id", &id);
        named("discount", found.map(records::with_redemptions))
    };
    call.read(&world, look).await
}

async fn create_webhook(Shared(world): Sandbox, call: Call) -> Response {
    call.write(&world, |change, call| records::create_webhook(change, &call.body)).await
}

async fn read_webhook(Shared(world): Sandbox, Path(id): Path<String>, call: Call) -> Response {
    let look =
        |state: &State, _: &Call| named("webhook", records::find(state.flowglad.webhooks.iter().cloned(), "Webhook", "id", &id));
    call.read(&world, look).await
}

async fn unknown() -> Response {
    (StatusCode::NOT_FOUND, "Not Found").into_response()
}

/// Flowglad wraps what it answers in its name.
fn named(name: &str, outcome: Outcome) -> Outcome {
    outcome.map(|value| json!({ name: value }))
}

fn ours(state: &State) -> impl Iterator<Item = &Session> {
    state.sessions.iter().filter(|session| session.provider == Provider::Flowglad)
}

fn payment(state: &State, id: &str) -> Outcome {
    state.session_of_payment(id).and_then(objects::payment).ok_or_else(|| FlowgladError::missing("Payment", id))
}

fn refund(change: &mut Change<'_>, id: &str, body: &Value) -> Outcome {
    payment(change.state, id)?;
    // What is no whole number is no amount that could be refunded.
    let amount = body.get("partialAmount").filter(|amount| !amount.is_null()).map(|amount| amount.as_i64().unwrap_or(0));
    let session_id = change.state.session_of_payment(id).map(|session| session.id.clone()).unwrap_or_default();
    let (refund_id, now) = (change.id("refund_"), change.now);
    match change.act(&session_id, |session| session.refund(refund_id, amount, Value::Null, now)) {
        Some(Ok(_)) => named("payment", payment(change.state, id)),
        Some(Err(refusal)) => Err(refusal.into()),
        None => Err(FlowgladError::missing("Payment", id)),
    }
}

fn cancel(change: &mut Change<'_>, id: &str, body: &Value) -> Outcome {
    let mut fields = Fields::of(body, "cancellation");
    let timing = fields.one_of("timing", &["immediately", "at_end_of_current_billing_period"]);
    fields.done()?;
    objects::find_subscription(change.state, id)?;
    let now = change.now;
    let end = |subscription: &mut Subscription| match timing {
        "immediately" => subscription.end(now),
        _ => subscription.schedule_end(now),
    };
    change.turn(id, end).ok_or_else(|| FlowgladError::missing("Subscription", id))??;
    named("subscription", objects::find_subscription(change.state, id))
}
