//! The sandbox's home page: what was sold, what became of it, which events went out, and buttons for what life brings.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use axum::{Form, Router};
use serde::Deserialize;

use super::control::Switch;
use super::deeds::{self, Course, Wish};
use super::html::{escape, moment, page, sorry};
use super::protocol;
use super::till::{Payment, Refusal, Session, Stage, Verdict};
use super::webhooks::{Delivery, DeliveryState, Event, Fault, Forgery, Post};
use super::world::World;
use crate::values::Money;

/// How many sessions and events the page shows.
const MOST_SHOWN: usize = 50;

pub fn routes() -> Router<Arc<World>> {
    Router::new()
        .route("/", get(show))
        .route("/sessions/{id}", post(act))
        .route("/subscriptions/{id}", post(turn))
        .route("/events/{id}/resend", post(resend))
        .route("/faults", post(switch))
}

async fn show(State(world): State<Arc<World>>) -> Response {
    let main = world
        .read(|state| {
            let sessions: String = state.sessions.iter().rev().take(MOST_SHOWN).map(session_entry).collect();
            let events: String =
                state.post.events.iter().rev().take(MOST_SHOWN).map(|event| event_entry(event, &state.post)).collect();
            format!(
                "<h1>Payments</h1>{}<h2>Webhooks</h2>{}{}",
                or_empty(sessions, "No payment page has been opened yet. Buy something in the shop."),
                faults(&state.post),
                or_empty(events, "No event has been sent yet."),
            )
        })
        .await;
    page(StatusCode::OK, "Payments", &main)
}

fn or_empty(html: String, sentence: &str) -> String {
    if html.is_empty() { format!("<p class=\"empty\">{sentence}</p>") } else { html }
}

fn session_entry(session: &Session) -> String {
    let what = session.lines.iter().map(|line| escape(&line.name)).collect::<Vec<_>>().join(", ");
    let buyer = session.buyer_email.as_deref().map(|email| format!(" · {}", escape(email))).unwrap_or_default();
    format!(
        "<article class=\"entry\"><h2>{what}: {sum}</h2><p>{standing}</p>\
         <p class=\"soft\">{provider} · <span class=\"id\">{id}</span> · {opened}{buyer}</p>{buttons}</article>",
        sum = session.total().exact(),
        standing = standing(session),
        provider = protocol::of(session.provider).title(),
        id = escape(&session.id),
        opened = moment(session.created_at),
        buttons = buttons(session),
    )
}

fn standing(session: &Session) -> String {
    match &session.stage {
        Stage::Open { declined: None } => format!("Open until {}", moment(session.expires_at)),
        Stage::Open { declined: Some(handle) } => format!("Open, declined at {}", moment(handle.at)),
        Stage::Processing(_) => "Confirmed, the money is under way".to_owned(),
        Stage::Paid(payment) => paid_standing(session, payment),
        Stage::Free => "Completed, nothing was to pay".to_owned(),
        Stage::Failed(_) => "The delayed payment failed".to_owned(),
        Stage::Expired { .. } => "Expired unpaid".to_owned(),
    }
}

fn paid_standing(session: &Session, payment: &Payment) -> String {
    let refunded = match payment.refunded() {
        0 => String::new(),
        minor => format!(", {} refunded", Money::new(minor, session.currency).exact()),
    };
    let disputed = match payment.dispute.as_ref().map(|dispute| dispute.verdict) {
        None => "",
        Some(Verdict::Pending) => ", disputed",
        Some(Verdict::Won) => ", dispute won by the shop",
        Some(Verdict::Lost) => ", dispute lost by the shop",
    };
    format!("Paid at {}{refunded}{disputed}", moment(payment.handle.at))
}

/// What can still happen to a session.
fn buttons(session: &Session) -> String {
    let id = escape(&session.id);
    let inner = match &session.stage {
        Stage::Open { .. } => {
            return format!(
                "<form method=\"post\" action=\"/sessions/{id}\" class=\"row\"><a href=\"{}\">Open its payment page</a>{}</form>",
                escape(&session.url),
                button("expire", "Let it expire")
            );
        }
        Stage::Processing(_) => button("settle", "Let the money arrive") + &button("fail", "Let the payment fail"),
        Stage::Paid(payment) => paid_buttons(session, payment),
        Stage::Free | Stage::Failed(_) | Stage::Expired { .. } => String::new(),
    };
    if inner.is_empty() { inner } else { format!("<form method=\"post\" action=\"/sessions/{id}\" class=\"row\">{inner}</form>") }
}

fn paid_buttons(session: &Session, payment: &Payment) -> String {
    let is_whole = payment.refunded() >= session.total().minor;
    let refund = || {
        let id = escape(&session.id);
        format!(
            "<label for=\"amount-{id}\">Amount in {}</label>\
             <input id=\"amount-{id}\" name=\"amount\" inputmode=\"decimal\" size=\"8\" aria-describedby=\"all-{id}\">\
             <span id=\"all-{id}\" class=\"soft\">empty for all that is left</span>{}",
            session.currency.as_str(),
            button("refund", "Refund")
        )
    };
    match payment.dispute.as_ref().map(|dispute| dispute.verdict) {
        Some(Verdict::Pending) => button("win", "Let the shop win the dispute") + &button("lose", "Let the shop lose the dispute"),
        Some(Verdict::Lost) => String::new(),
        Some(Verdict::Won) | None if is_whole => String::new(),
        Some(Verdict::Won) => refund(),
        None => refund() + &button("dispute", "Dispute the payment"),
    }
}

fn button(act: &str, words: &str) -> String {
    format!("<button name=\"act\" value=\"{act}\">{words}</button>")
}

fn faults(post: &Post) -> String {
    let now = match post.fault {
        Fault::Deliver => "Every event is delivered as it should be.".to_owned(),
        Fault::Drop => format!("{} lost.", upcoming(post)),
        Fault::Hold => format!("{} held until you release it.", upcoming(post)),
        Fault::Duplicate => format!("{} sent twice.", upcoming(post)),
        Fault::Forge(forgery) => format!("{} {}.", upcoming(post), forged(forgery)),
        Fault::Delay { seconds } => format!("{} sent {seconds} seconds late.", upcoming(post)),
    };
    let choice = |mode: &str, words: &str| format!("<button name=\"mode\" value=\"{mode}\">{words}</button>");
    format!(
        "<p>{now}</p><form method=\"post\" action=\"/faults\" class=\"row\"><input type=\"hidden\" name=\"times\" value=\"1\">\
         <input type=\"hidden\" name=\"seconds\" value=\"30\">{}{}{}{}</form>\
         <form method=\"post\" action=\"/faults\" class=\"row\">{}{}{}{}</form>",
        choice("drop", "Drop the next"),
        choice("duplicate", "Send the next twice"),
        choice("delay", "Delay the next by 30 s"),
        choice("missign", "Mis-sign the next"),
        choice("hold", "Hold all"),
        choice("release", "Release in order"),
        choice("release_reversed", "Release newest first"),
        choice("deliver", "Deliver normally"),
    )
}

fn upcoming(post: &Post) -> String {
    match post.times {
        Some(1) => "The next event is".to_owned(),
        Some(times) => format!("Each of the next {times} events is"),
        None => "Every event is".to_owned(),
    }
}

fn event_entry(event: &Event, post: &Post) -> String {
    let deliveries: String = post.deliveries_of(&event.id).map(journey).collect();
    format!(
        "<article class=\"entry\"><h3>{kind}</h3><p class=\"soft\"><span class=\"id\">{id}</span> · {at} · <span class=\"id\">{session}</span></p>\
         <ul>{deliveries}</ul><form method=\"post\" action=\"/events/{id}/resend\"><button>Send it again</button></form></article>",
        kind = escape(&event.kind),
        id = escape(&event.id),
        at = moment(event.at),
        session = escape(&event.session_id),
    )
}

/// What became of one delivery, in words; an element of a list.
fn journey(delivery: &Delivery) -> String {
    let tries: Vec<String> =
        delivery.attempts.iter().map(|attempt| format!("{} ({})", escape(&attempt.answer), moment(attempt.at))).collect();
    let tries = if tries.is_empty() { String::new() } else { format!(" Answered {}.", tries.join(", ")) };
    let state = match delivery.state {
        DeliveryState::Due(at) => format!("Due at {}.", moment(at)),
        DeliveryState::Held => "Held.".to_owned(),
        DeliveryState::Taken => "Taken.".to_owned(),
        DeliveryState::Dropped => "Dropped.".to_owned(),
        DeliveryState::GivenUp => "Given up.".to_owned(),
    };
    let forgery = delivery.forgery.map(|forgery| format!(" It is {}.", forged(forgery))).unwrap_or_default();
    format!("<li>{state}{tries}{forgery}</li>")
}

const fn forged(forgery: Forgery) -> &'static str {
    match forgery {
        Forgery::WrongSecret => "signed with a wrong secret",
        Forgery::Stale => "signed an hour ago",
        Forgery::ChangedBytes => "changed after it was signed",
        Forgery::Unsigned => "not signed",
    }
}

async fn act(State(world): State<Arc<World>>, Path(id): Path<String>, Form(wish): Form<Wish>) -> Response {
    answer(world.change(|change| deeds::on_session(change, &id, &wish)).await, "No such payment.")
}

#[derive(Clone, Copy, Deserialize)]
struct Turning {
    act: Course,
}

async fn turn(State(world): State<Arc<World>>, Path(id): Path<String>, Form(Turning { act }): Form<Turning>) -> Response {
    answer(world.change(|change| deeds::on_subscription(change, &id, act)).await, "No such subscription.")
}

/// Back to the page, or why nothing changed.
fn answer<T>(outcome: Option<Result<T, Refusal>>, missing: &str) -> Response {
    match outcome {
        Some(Ok(_)) => Redirect::to("/").into_response(),
        Some(Err(refusal)) => sorry(StatusCode::CONFLICT, &refusal.to_string()),
        None => sorry(StatusCode::NOT_FOUND, missing),
    }
}

async fn resend(State(world): State<Arc<World>>, Path(id): Path<String>) -> Response {
    if world.change(|change| change.state.post.resend(&id, Fault::Deliver, change.now)).await {
        Redirect::to("/").into_response()
    } else {
        sorry(StatusCode::NOT_FOUND, "No such event.")
    }
}

async fn switch(State(world): State<Arc<World>>, Form(switch): Form<Switch>) -> Response {
    world.change(|change| switch.apply(&mut change.state.post, change.now)).await;
    Redirect::to("/").into_response()
}
