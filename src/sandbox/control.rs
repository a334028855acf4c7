//! Everything that the home page's buttons do, as JSON for tests.
//!
//! | path | `GET` | `POST` |
//! |---|---|---|
//! | `/control/webhooks` | the fault that is on; how many deliveries are due, held, taken, dropped, given up | `{"mode": …, "times": n, "seconds": n}` for the events to come; `times` limits a mode to that many |
//! | `/control/events` | the events and their deliveries | |
//! | `/control/events/{id}` | | `{"mode": …, "seconds": n}` for this one |
//! | `/control/sessions` | the checkout sessions | |
//! | `/control/sessions/{id}` | | `{"act": …, "amount": "5.00"}`; the amount is a refund's, all that is left without it |
//! | `/control/mails/{id}` | | `{"fate": …}`: what became of a mail of the inbox, reported to the shop |
//! | `/control/subscriptions` | the subscriptions | |
//! | `/control/subscriptions/{id}` | | `{"act": …}` |
//!
//! Modes: `deliver`, `drop`, `hold`, `duplicate`, `delay` (by `seconds`), `missign`, `stale`, `change_bytes`, `unsign`, and for what is
//! held `release` or `release_reversed`, newest first. What was on its way already is touched only where the event is named.
//! Acts on a session: `pay`, `pay_later`, `decline`, `expire`, `settle`, `fail`, `refund`, `dispute`, `win`, `lose`; on a
//! subscription: `renew`, `fail_renewal`, `schedule_end`, `call_off_end`, `reach_period_end`, `pause`, `resume`, `end`.
//! Fates of a mail: `delivered`, `bounced`, `deferred`, `complained`.
//! What can't be done now is 409 with `{"error": sentence}`, what isn't there 404. Lists are newest first.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::Deserialize;
use serde_json::{Value, json};

use super::deeds::{self, Course, Switch, Wish};
use super::reports::{self, Fate};
use super::till::{Payment, Refusal, Session, Stage, Standing, Subscription};
use super::webhooks::{Delivery, DeliveryState, Destination, Event, Post};
use super::world::World;

pub fn routes() -> Router<Arc<World>> {
    Router::new()
        .route("/control/webhooks", get(tell).post(switch))
        .route("/control/events", get(events))
        .route("/control/events/{id}", post(treat))
        .route("/control/sessions", get(sessions))
        .route("/control/sessions/{id}", post(act))
        .route("/control/mails/{id}", post(report_mail))
        .route("/control/subscriptions", get(subscriptions))
        .route("/control/subscriptions/{id}", post(turn))
}

async fn tell(State(world): State<Arc<World>>) -> Json<Value> {
    Json(world.read(|state| report(&state.post)).await)
}

async fn switch(State(world): State<Arc<World>>, Json(switch): Json<Switch>) -> Json<Value> {
    let report = world.change(|change| {
        deeds::on_events(change, switch);
        report(&change.state.post)
    });
    Json(report.await)
}

async fn events(State(world): State<Arc<World>>) -> Json<Value> {
    let list = world.read(|state| state.post.events.iter().rev().map(|one| event(one, &state.post)).collect::<Value>());
    Json(list.await)
}

async fn treat(State(world): State<Arc<World>>, Path(id): Path<String>, Json(switch): Json<Switch>) -> Response {
    let treated = world.change(|change| {
        deeds::on_event(change, &id, switch);
        change.state.post.event(&id).map(|one| event(one, &change.state.post))
    });
    treated.await.map_or_else(|| missing("No such event."), |event| Json(event).into_response())
}

async fn sessions(State(world): State<Arc<World>>) -> Json<Value> {
    Json(world.read(|state| state.sessions.iter().rev().map(session).collect()).await)
}

async fn act(State(world): State<Arc<World>>, Path(id): Path<String>, Json(wish): Json<Wish>) -> Response {
    answer(world.change(|change| deeds::on_session(change, &id, &wish)).await, session, "No such payment.")
}

async fn subscriptions(State(world): State<Arc<World>>) -> Json<Value> {
    Json(world.read(|state| state.subscriptions.iter().rev().map(subscription).collect()).await)
}

#[derive(Clone, Copy, Deserialize)]
struct Turning {
    act: Course,
}

async fn turn(State(world): State<Arc<World>>, Path(id): Path<String>, Json(Turning { act }): Json<Turning>) -> Response {
    answer(world.change(|change| deeds::on_subscription(change, &id, act)).await, subscription, "No such subscription.")
}

#[derive(Clone, Copy, Deserialize)]
struct Reporting {
    fate: Fate,
}

async fn report_mail(
    State(world): State<Arc<World>>,
    Path(id): Path<String>,
    Json(Reporting { fate }): Json<Reporting>,
) -> Response {
    let reported = world.change(|change| {
        let mail = change.state.mails.iter().rev().find(|mail| mail.id == id).cloned()?;
        reports::report(change, &mail, fate);
        change.state.post.events.last().map(|one| event(one, &change.state.post))
    });
    reported.await.map_or_else(|| missing("No such mail."), |event| Json(event).into_response())
}

fn answer<T>(outcome: Option<Result<T, Refusal>>, tell: impl Fn(&T) -> Value, absent: &str) -> Response {
    match outcome {
        Some(Ok(changed)) => Json(tell(&changed)).into_response(),
        Some(Err(refusal)) => (StatusCode::CONFLICT, Json(json!({ "error": refusal.to_string() }))).into_response(),
        None => missing(absent),
    }
}

fn missing(sentence: &str) -> Response {
    (StatusCode::NOT_FOUND, Json(json!({ "error": sentence }))).into_response()
}

fn report(post: &Post) -> Value {
    let count = |is_it: fn(DeliveryState) -> bool| post.deliveries.iter().filter(|delivery| is_it(delivery.state)).count();
    json!({
        "fault": post.fault,
        "times": post.times,
        "due": count(|state| matches!(state, DeliveryState::Due(_))),
        "held": count(|state| state == DeliveryState::Held),
        "taken": count(|state| state == DeliveryState::Taken),
        "dropped": count(|state| state == DeliveryState::Dropped),
        "given_up": count(|state| state == DeliveryState::GivenUp),
    })
}

fn event(event: &Event, post: &Post) -> Value {
    json!({
        "id": event.id,
        "provider": event.provider,
        "kind": event.kind,
        "session": event.session_id,
        "deliveries": post.deliveries_of(&event.id).map(delivery).collect::<Value>(),
    })
}

fn delivery(delivery: &Delivery) -> Value {
    let (state, due_at) = match delivery.state {
        DeliveryState::Due(at) => ("due", Some(at)),
        DeliveryState::Held => ("held", None),
        DeliveryState::Taken => ("taken", None),
        DeliveryState::Dropped => ("dropped", None),
        DeliveryState::GivenUp => ("given_up", None),
    };
    json!({
        "endpoint": match &delivery.to { Destination::Shop => None, Destination::Endpoint(id) => Some(id) },
        "state": state,
        "due_at": due_at,
        "forgery": delivery.forgery,
        "answers": delivery.attempts.iter().map(|attempt| attempt.answer.as_str()).collect::<Vec<_>>(),
    })
}

fn session(session: &Session) -> Value {
    let stage = match &session.stage {
        Stage::Open { .. } => "open",
        Stage::Processing(_) => "processing",
        Stage::Paid(_) => "paid",
        Stage::Free => "free",
        Stage::Failed(_) => "failed",
        Stage::Expired { .. } => "expired",
    };
    json!({
        "id": session.id,
        "provider": session.provider,
        "stage": stage,
        "total": session.total().minor,
        "currency": session.currency.as_str(),
        "refunded": session.payment().map_or(0, Payment::refunded),
        "dispute": session.payment().and_then(|payment| payment.dispute.as_ref()).map(|dispute| dispute.verdict),
        "payment": session.handle().map(|handle| &handle.payment),
        "subscription": session.begins.as_ref().map(|begins| &begins.subscription_id),
        "buyer_email": session.buyer_email,
        "url": session.url,
    })
}

fn subscription(subscription: &Subscription) -> Value {
    let standing = match subscription.standing {
        Standing::Active => "active",
        Standing::PastDue => "past_due",
        Standing::Paused => "paused",
        Standing::Ended { .. } => "ended",
    };
    json!({
        "id": subscription.id,
        "provider": subscription.provider,
        "standing": standing,
        "session": subscription.session_id,
        "ends_with_period": subscription.end_asked_at.is_some(),
        "period_start": subscription.period_start(),
        "period_end": subscription.period_end(),
        "paid_until": subscription.paid_until(),
        "payments": subscription.renewals.iter().map(|renewal| json!({ "id": renewal.handle.payment, "is_paid": renewal.is_paid })).collect::<Value>(),
    })
}
