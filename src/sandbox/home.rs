//! The sandbox's home page: what was sold, what became of it, which events went out, and buttons for what life brings.

mod addresses;
mod events;
mod sessions;
mod subscriptions;

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use axum::{Form, Router};
use serde::Deserialize;

use super::deeds::{self, Course, Mode, Switch, Wish};
use super::html::{escape, page, sorry};
use super::till::Refusal;
use super::world::World;

/// How many of each the page shows.
const MOST_SHOWN: usize = 50;

pub fn routes() -> Router<Arc<World>> {
    Router::new()
        .route("/", get(show))
        .route("/sessions/{id}", post(act))
        .route("/subscriptions/{id}", post(turn))
        .route("/events/{id}", post(treat))
        .route("/faults", post(switch))
}

async fn show(State(world): State<Arc<World>>) -> Response {
    let shop = escape(world.settings.shop_url.as_str());
    let main = world.read(|state| {
        let sessions: String = state.sessions.iter().rev().take(MOST_SHOWN).map(sessions::entry).collect();
        let subscriptions: String = state.subscriptions.iter().rev().take(MOST_SHOWN).map(subscriptions::entry).collect();
        let events: String =
            state.post.events.iter().rev().take(MOST_SHOWN).map(|event| events::entry(event, &state.post)).collect();
        format!(
            "<h1>Sandbox</h1><p>It stands in for the payment providers and for everybody’s mailbox. <a href=\"{shop}\">Open the shop</a></p>\
             <div class=\"side-by-side\"><section><h2 id=\"payments\">Payments</h2>{sessions}\
             <h2 id=\"subscriptions\">Subscriptions</h2>{subscriptions}</section>\
             <section><h2 id=\"webhooks\">Webhooks</h2>{faults}{events}</section></div>{addresses}",
            sessions = or_empty(sessions, "No payment page has been opened yet. Buy something in the shop."),
            subscriptions = or_empty(subscriptions, "Nobody has subscribed to anything yet."),
            faults = events::faults(&state.post),
            events = or_empty(events, "No event has been sent yet."),
            addresses = addresses::section(&world, &state.post),
        )
    });
    page(StatusCode::OK, "Payments", &main.await)
}

fn or_empty(html: String, sentence: &str) -> String {
    if html.is_empty() { format!("<p class=\"empty\">{sentence}</p>") } else { html }
}

async fn act(State(world): State<Arc<World>>, Path(id): Path<String>, Form(wish): Form<Wish>) -> Response {
    answer(world.change(|change| deeds::on_session(change, &id, &wish)).await.as_ref(), "/", "No such payment.")
}

#[derive(Clone, Copy, Deserialize)]
struct Turning {
    act: Course,
}

async fn turn(State(world): State<Arc<World>>, Path(id): Path<String>, Form(Turning { act }): Form<Turning>) -> Response {
    answer(
        world.change(|change| deeds::on_subscription(change, &id, act)).await.as_ref(),
        "/#subscriptions",
        "No such subscription.",
    )
}

/// Back to the page, or why nothing changed.
fn answer<T>(outcome: Option<&Result<T, Refusal>>, back: &str, missing: &str) -> Response {
    match outcome {
        Some(Ok(_)) => Redirect::to(back).into_response(),
        Some(Err(refusal)) => sorry(StatusCode::CONFLICT, &refusal.to_string()),
        None => sorry(StatusCode::NOT_FOUND, missing),
    }
}

/// A switch as a form sends it, where a field that was left empty is there all the same.
#[derive(Deserialize)]
struct SwitchForm {
    mode: Mode,
    #[serde(default)]
    times: String,
    #[serde(default)]
    seconds: String,
}

impl From<SwitchForm> for Switch {
    fn from(form: SwitchForm) -> Self {
        Self { mode: form.mode, times: form.times.trim().parse().ok(), seconds: form.seconds.trim().parse().ok() }
    }
}

async fn treat(State(world): State<Arc<World>>, Path(id): Path<String>, Form(form): Form<SwitchForm>) -> Response {
    if world.change(|change| deeds::on_event(change, &id, form.into())).await {
        Redirect::to("/#webhooks").into_response()
    } else {
        sorry(StatusCode::NOT_FOUND, "No such event.")
    }
}

async fn switch(State(world): State<Arc<World>>, Form(form): Form<SwitchForm>) -> Response {
    world.change(|change| deeds::on_events(change, form.into())).await;
    Redirect::to("/#webhooks").into_response()
}
