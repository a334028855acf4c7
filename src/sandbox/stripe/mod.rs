//! Stripe as it speaks on its own paths: checkout sessions, payments, refunds, disputes, events, and signed webhooks.
//! Translates between Stripe's words and the till's; every decision is the till's.

mod call;
mod catalog;
mod create;
mod error;
mod form;
mod lines;
mod list;
mod objects;
mod payments;
mod refunds;
mod sessions;

use std::sync::Arc;

use axum::Router;
use axum::extract::{Path, State as Shared};
use axum::http::{Method, StatusCode, Uri};
use axum::response::Response;
use axum::routing::{any, get, post};
use serde_json::{Value, json};

pub(super) use self::call::Answered;
use self::call::{API_VERSION, Call};
use self::error::StripeError;
use self::form::Form;
use self::list::page;
use super::protocol::{Prefixes, Protocol};
use super::till::{Happening, Line, Payment, Session, Stage, Subscription, Turn};
use super::webhooks::Event;
use super::world::{Change, State, World};
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
            .route("/v1/checkout/sessions", get(list_sessions).post(create_session))
            .route("/v1/checkout/sessions/{id}", get(read_session))
            .route("/v1/checkout/sessions/{id}/line_items", get(read_line_items))
            .route("/v1/checkout/sessions/{id}/expire", post(expire_session))
            .route("/v1/payment_intents/{id}", get(read_payment_intent))
            .route("/v1/charges/{id}", get(read_charge))
            .route("/v1/refunds", get(list_refunds).post(create_refund))
            .route("/v1/refunds/{id}", get(read_refund))
            .route("/v1/disputes", get(list_disputes))
            .route("/v1/disputes/{id}", get(read_dispute))
            .route("/v1/events", get(list_events))
            .route("/v1/events/{id}", get(read_event))
            .route("/v1/prices", get(list_prices))
            .route("/v1/prices/{id}", get(read_price))
            .route("/v1/products/{id}", get(read_product))
            .route("/v1/{*rest}", any(unrecognized))
            .method_not_allowed_fallback(unrecognized)
    }

    fn prefixes(&self) -> Prefixes {
        Prefixes { payment: "pi_", charge: "ch_", refund: "re_", dispute: "du_" }
    }

    fn announce(&self, change: &Change<'_>, session: &Session, happening: &Happening) -> Vec<Event> {
        let said = said(session, happening);
        said.into_iter().map(|(kind, data)| event(change, session, kind, &data)).collect()
    }

    /// Sessions in mode subscription are not opened here yet, so none turns.
    fn announce_turn(&self, _: &Change<'_>, _: &Session, _: &Subscription, _: Turn) -> Vec<Event> {
        Vec::new()
    }

    fn webhook_path(&self) -> &'static str {
        "/webhooks/stripe"
    }

    fn sign(&self, secret: &str, event: &Event, now: Timestamp) -> Vec<(&'static str, String)> {
        vec![("stripe-signature", stripe_header(secret, now, event.body.as_bytes()))]
    }

    fn asks_for_code(&self) -> bool {
        false
    }

    fn discount(&self, _: &Change<'_>, _: &Session, _: &str) -> Option<Line> {
        None
    }

    fn success_url(&self, session: &Session) -> String {
        session.success_url.replace("{CHECKOUT_SESSION_ID}", &session.id)
    }
}

/// Which parts of an answer are wanted whole, by their names in it.
#[derive(Clone, Debug, Default)]
pub struct Expand(Vec<String>);

impl Expand {
    fn of(form: &Form) -> Self {
        Self(form.rows("expand").iter().filter_map(|row| form.text(row)).map(str::to_owned).collect())
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

/// The kinds and contents of the events that a happening makes.
fn said(session: &Session, happening: &Happening) -> Vec<(&'static str, Value)> {
    let plain = Expand::default();
    let of_session = |kind| vec![(kind, json!({ "object": sessions::session(session, &plain) }))];
    let of_dispute = |kind| {
        let dispute = session.payment().and_then(|payment| Some((payment, payment.dispute.as_ref()?)));
        let object = dispute.map(|(payment, dispute)| refunds::dispute_object(session, &payment.handle, dispute));
        object.map(|object| (kind, json!({ "object": object }))).into_iter().collect()
    };
    match happening {
        Happening::Completed => of_session("checkout.session.completed"),
        Happening::Settled => of_session("checkout.session.async_payment_succeeded"),
        Happening::Failed => of_session("checkout.session.async_payment_failed"),
        Happening::Expired => of_session("checkout.session.expired"),
        Happening::Declined => {
            let intent = session.handle().map(|handle| payments::payment_intent(session, handle, &plain));
            intent.map(|object| ("payment_intent.payment_failed", json!({ "object": object }))).into_iter().collect()
        }
        Happening::Refunded(id) => session.payment().map(|payment| refund_said(session, payment, id)).unwrap_or_default(),
        Happening::Disputed => of_dispute("charge.dispute.created"),
        Happening::DisputeClosed => of_dispute("charge.dispute.closed"),
    }
}

fn refund_said(session: &Session, payment: &Payment, id: &str) -> Vec<(&'static str, Value)> {
    let Some(refund) = payment.refunds.iter().find(|refund| refund.id == id) else { return Vec::new() };
    let before = payment.refunded().saturating_sub(refund.amount);
    let charge = json!({
        "object": payments::charge(session, &payment.handle),
        "previous_attributes": { "amount_refunded": before, "refunded": false },
    });
    vec![
        ("refund.created", json!({ "object": refunds::refund_object(session, &payment.handle, refund) })),
        ("charge.refunded", charge),
    ]
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
        provider: session.provider,
        kind: kind.to_owned(),
        session_id: session.id.clone(),
        at: change.now,
        body: body.to_string(),
    }
}

type Sandbox = Shared<Arc<World>>;

async fn create_session(Shared(world): Sandbox, call: Call) -> Response {
    call.write(&world, create::create).await
}

async fn read_session(Shared(world): Sandbox, Path(id): Path<String>, call: Call) -> Response {
    call.read(&world, |state, form| Ok(sessions::session(find(state, &id)?, &Expand::of(form)))).await
}

async fn read_line_items(Shared(world): Sandbox, Path(id): Path<String>, call: Call) -> Response {
    call.read(&world, |state, _| Ok(sessions::line_items(find(state, &id)?))).await
}

async fn expire_session(Shared(world): Sandbox, Path(id): Path<String>, call: Call) -> Response {
    let expire = |change: &mut Change<'_>, form: &Form| match change.act(&id, Session::expire) {
        Some(Ok(session)) => Ok(sessions::session(&session, &Expand::of(form))),
        Some(Err(refusal)) => Err(StripeError::refused(refusal)),
        None => Err(unknown_session(&id)),
    };
    call.write(&world, expire).await
}

async fn list_sessions(Shared(world): Sandbox, call: Call) -> Response {
    let look = |state: &State, form: &Form| {
        let is_asked_for = |session: &&Session| {
            form.text("payment_intent").is_none_or(|id| session.handle().is_some_and(|handle| handle.payment == id))
                && form.text("status").is_none_or(|status| status == status_of(session))
        };
        let expand = Expand::of(form).below("data");
        let sessions = state.sessions.iter().rev().filter(is_asked_for).map(|session| (session.id.as_str(), session));
        page(sessions, form, "/v1/checkout/sessions", |session| sessions::session(session, &expand))
    };
    call.read(&world, look).await
}

const fn status_of(session: &Session) -> &'static str {
    match &session.stage {
        Stage::Open { .. } => "open",
        Stage::Expired { .. } => "expired",
        Stage::Processing(_) | Stage::Paid(_) | Stage::Free | Stage::Failed(_) => "complete",
    }
}

async fn read_payment_intent(Shared(world): Sandbox, Path(id): Path<String>, call: Call) -> Response {
    let look = |state: &State, form: &Form| {
        let found = state.session_of_payment(&id).and_then(|session| Some((session, session.handle()?)));
        let (session, handle) = found.ok_or_else(|| StripeError::unknown("payment_intent", "intent", &id))?;
        Ok(payments::payment_intent(session, handle, &Expand::of(form)))
    };
    call.read(&world, look).await
}

async fn read_charge(Shared(world): Sandbox, Path(id): Path<String>, call: Call) -> Response {
    let look = |state: &State, _: &Form| {
        let found = state.session_of_charge(&id).and_then(|session| Some((session, session.handle()?)));
        let (session, handle) = found.ok_or_else(|| StripeError::unknown("charge", "charge", &id))?;
        Ok(payments::charge(session, handle))
    };
    call.read(&world, look).await
}

async fn create_refund(Shared(world): Sandbox, call: Call) -> Response {
    call.write(&world, refunds::create).await
}

async fn list_refunds(Shared(world): Sandbox, call: Call) -> Response {
    call.read(&world, refunds::all).await
}

async fn read_refund(Shared(world): Sandbox, Path(id): Path<String>, call: Call) -> Response {
    call.read(&world, |state, _| refunds::one(state, &id)).await
}

async fn list_disputes(Shared(world): Sandbox, call: Call) -> Response {
    call.read(&world, refunds::disputes).await
}

async fn read_dispute(Shared(world): Sandbox, Path(id): Path<String>, call: Call) -> Response {
    call.read(&world, |state, _| refunds::dispute(state, &id)).await
}

async fn list_events(Shared(world): Sandbox, call: Call) -> Response {
    let look = |state: &State, form: &Form| {
        let is_asked_for = |event: &&Event| form.text("type").is_none_or(|kind| kind == event.kind);
        let events = state.post.events.iter().rev().filter(is_asked_for).map(|event| (event.id.as_str(), event));
        page(events, form, "/v1/events", body_of)
    };
    call.read(&world, look).await
}

async fn read_event(Shared(world): Sandbox, Path(id): Path<String>, call: Call) -> Response {
    let look = |state: &State, _: &Form| {
        let found = state.post.events.iter().rev().find(|event| event.id == id);
        found.map(body_of).ok_or_else(|| StripeError::unknown("event", "id", &id))
    };
    call.read(&world, look).await
}

fn body_of(event: &Event) -> Value {
    serde_json::from_str(&event.body).unwrap_or_default()
}

async fn list_prices(Shared(world): Sandbox, call: Call) -> Response {
    let prices = world.settings.prices.iter().map(|price| (price.price_id.as_str(), price));
    let outcome = page(prices, &call.form, "/v1/prices", catalog::seed_price);
    call.answer(outcome)
}

async fn read_price(Shared(world): Sandbox, Path(id): Path<String>, call: Call) -> Response {
    let found = world.settings.prices.iter().find(|price| price.price_id == id);
    call.answer(found.map(catalog::seed_price).ok_or_else(|| StripeError::unknown("price", "price", &id)))
}

async fn read_product(Shared(world): Sandbox, Path(id): Path<String>, call: Call) -> Response {
    let found = world.settings.prices.iter().find(|price| catalog::product_id(price) == id);
    call.answer(found.map(catalog::seed_product).ok_or_else(|| StripeError::unknown("product", "id", &id)))
}

async fn unrecognized(method: Method, uri: Uri, call: Call) -> Response {
    let message = format!("Unrecognized request URL ({method}: {}).", uri.path());
    call.answer(Err(StripeError::request(StatusCode::NOT_FOUND, message)))
}

fn find<'a>(state: &'a State, id: &str) -> Result<&'a Session, StripeError> {
    state.session(id).ok_or_else(|| unknown_session(id))
}

fn unknown_session(id: &str) -> StripeError {
    StripeError::unknown("checkout.session", "session", id)
}
