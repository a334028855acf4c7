//! The hosted payment page: where the buyer decides how the payment goes.
//! One form without scripts; its submit buttons are named `outcome`: `pay`, `decline`, `pay_later`, `cancel`, `expire`.

use std::sync::Arc;

use axum::extract::rejection::FormRejection;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use axum::{Form, Router};
use serde::Deserialize;

use super::html::{button, escape, page, sorry};
use super::protocol;
use super::till::{Refusal, Session, Stage};
use super::world::{Change, World};
use crate::values::Money;

/// The longest address that is taken from the page.
const LONGEST_EMAIL: usize = 254;

pub fn routes() -> Router<Arc<World>> {
    Router::new().route("/c/pay/{id}", get(show).post(decide))
}

/// The page of a session, for the answer that opens it.
pub fn url(origin: &str, id: &str) -> String {
    format!("{origin}/c/pay/{id}")
}

#[derive(Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Outcome {
    Pay,
    Decline,
    PayLater,
    Cancel,
    Expire,
}

impl Outcome {
    const fn is_paying(self) -> bool {
        matches!(self, Self::Pay | Self::PayLater)
    }
}

#[derive(Deserialize)]
struct Decision {
    outcome: Outcome,
    /// Asked for only where the shop gave none.
    #[serde(default)]
    email: String,
    /// Of a discount, where the provider's page asks for one.
    #[serde(default)]
    code: String,
}

async fn show(State(world): State<Arc<World>>, Path(id): Path<String>) -> Response {
    match world.read(|state| state.session(&id).cloned()).await {
        Some(session) if session.is_open() => bill(&session, ""),
        Some(session) => ended(&session),
        None => unknown(),
    }
}

async fn decide(State(world): State<Arc<World>>, Path(id): Path<String>, form: Result<Form<Decision>, FormRejection>) -> Response {
    let Ok(Form(decision)) = form else {
        return sorry(StatusCode::UNPROCESSABLE_ENTITY, "Choose pay, decline, pay_later, cancel or expire as the outcome.");
    };
    let Some(session) = world.read(|state| state.session(&id).cloned()).await else { return unknown() };
    if decision.outcome == Outcome::Cancel {
        return go_back(&session);
    }
    let code = decision.code.trim();
    if decision.outcome.is_paying() && !code.is_empty() && !world.change(|change| take_off(change, &id, code)).await {
        return bill(&session, "No discount has this code. Nothing was charged. Correct it, or leave it empty.");
    }
    match world.change(|change| carry_out(change, &id, &decision)).await {
        Some(Ok(session)) => match decision.outcome {
            Outcome::Pay | Outcome::PayLater => go_on(&session),
            Outcome::Decline => bill(&session, "The card was declined. Nothing was charged. Try again, or go back."),
            Outcome::Cancel => go_back(&session),
            Outcome::Expire => ended(&session),
        },
        // A second click on the button that paid goes where the first one goes.
        Some(Err(_)) if decision.outcome == Outcome::Pay && session.payment().is_some() => go_on(&session),
        Some(Err(_)) => ended(&session),
        None => unknown(),
    }
}

/// False for a code that nobody knows, or that can't be used here.
fn take_off(change: &mut Change<'_>, id: &str, code: &str) -> bool {
    let found = change.state.session(id).and_then(|session| protocol::of(session.provider).discount(change, session, code));
    let session = change.state.sessions.iter_mut().rev().find(|session| session.id == id);
    session.zip(found).is_some_and(|(session, discount)| session.take_off(discount))
}

/// `None` for a session that isn't there.
fn carry_out(change: &mut Change<'_>, id: &str, decision: &Decision) -> Option<Result<Session, Refusal>> {
    let handle = change.handle(change.state.session(id)?.provider);
    change.act(id, |session| {
        if session.buyer_email.is_none() && decision.email.contains('@') && decision.email.len() <= LONGEST_EMAIL {
            session.buyer_email = Some(decision.email.trim().to_owned());
        }
        match decision.outcome {
            Outcome::Pay => session.pay(handle),
            Outcome::PayLater => session.pay_later(handle),
            Outcome::Decline => session.decline(handle),
            Outcome::Expire => session.expire(),
            Outcome::Cancel => Err(Refusal::NotOpen),
        }
    })
}

fn go_on(session: &Session) -> Response {
    Redirect::to(&protocol::of(session.provider).success_url(session)).into_response()
}

/// Leaves the session as it is, open where it was.
fn go_back(session: &Session) -> Response {
    match &session.cancel_url {
        Some(url) => Redirect::to(url).into_response(),
        None => sorry(StatusCode::CONFLICT, "The shop gave no address to go back to."),
    }
}

fn unknown() -> Response {
    sorry(StatusCode::NOT_FOUND, "No such payment page.")
}

fn bill(session: &Session, news: &str) -> Response {
    let total = session.total();
    let sum = total.exact();
    let pay = if total.is_zero() { "Complete without paying".to_owned() } else { format!("Pay {sum}") };
    let news = if news.is_empty() { String::new() } else { format!("<p class=\"note\" role=\"alert\">{news}</p>") };
    let lines: String = session.lines.iter().map(|line| bill_line(session, line)).collect();
    let back = if session.cancel_url.is_some() { choice("cancel", "Go back without paying") } else { String::new() };
    let main = format!(
        "<div class=\"sheet\"><p class=\"soft\">In place of {provider}’s page</p><h1>Your payment</h1>{news}<p class=\"sum\">{sum}</p>\
         <table class=\"bill\"><tbody>{lines}</tbody><tfoot><tr><th scope=\"row\">Total</th><td>{sum}</td></tr></tfoot></table>{again}\
         <form method=\"post\">{email}{code}<button class=\"main\" name=\"outcome\" value=\"pay\">{pay}</button>\
         <fieldset><legend>Or try what else can happen</legend><div class=\"choices\">{decline}{later}{back}{expire}</div></fieldset></form>\
         <p class=\"soft\">No card is asked for, and no money moves.</p></div>",
        again = again(session),
        email = email(session),
        code = code(session),
        decline = choice("decline", "Decline the card"),
        later = choice("pay_later", "Pay later by bank debit"),
        expire = choice("expire", "Let this page expire"),
        provider = protocol::of(session.provider).title(),
    );
    page(StatusCode::OK, &pay, &main)
}

fn bill_line(session: &Session, line: &super::till::Line) -> String {
    let name = escape(&line.name);
    let times = if line.quantity == 1 { String::new() } else { format!(" × {}", line.quantity) };
    let note =
        line.description.as_deref().map(|text| format!("<br><span class=\"soft\">{}</span>", escape(text))).unwrap_or_default();
    let amount = Money::new(line.unit.saturating_mul(line.quantity), session.currency).exact();
    format!("<tr><th scope=\"row\">{name}{times}{note}</th><td>{amount}</td></tr>")
}

/// What a subscription costs from then on.
fn again(session: &Session) -> String {
    let Some(begins) = &session.begins else { return String::new() };
    let recurring = session.lines.iter().filter(|line| line.every.is_some());
    let minor = recurring.map(|line| line.unit.saturating_mul(line.quantity)).fold(0, i64::saturating_add);
    format!("<p>Then {} {}, until it is ended.</p>", Money::new(minor, session.currency).exact(), begins.every)
}

fn email(session: &Session) -> String {
    match &session.buyer_email {
        Some(email) => format!("<p>Receipt to <strong>{}</strong></p>", escape(email)),
        None => {
            "<label for=\"email\">Email (optional)</label><input id=\"email\" name=\"email\" type=\"email\" autocomplete=\"email\">"
                .to_owned()
        }
    }
}

fn code(session: &Session) -> &'static str {
    if protocol::of(session.provider).asks_for_code(session) && session.discount().is_none() {
        "<label for=\"code\">Discount code (optional)</label><input id=\"code\" name=\"code\" autocomplete=\"off\">"
    } else {
        ""
    }
}

fn choice(outcome: &str, words: &str) -> String {
    button("outcome", outcome, words)
}

/// The page of a session that nobody can pay any more.
fn ended(session: &Session) -> Response {
    let (title, sentence) = match &session.stage {
        Stage::Expired { .. } => ("This payment page has expired", "It can’t be paid any more, and nothing was charged."),
        Stage::Processing(_) => ("The payment is under way", "It was confirmed with a bank debit; the money comes later."),
        Stage::Paid(_) | Stage::Free => ("This has been paid", "There is nothing more to do here."),
        Stage::Failed(_) => ("The payment came to nothing", "The bank debit failed, and nothing was charged."),
        Stage::Open { .. } => ("This payment page is open", "It waits for its buyer."),
    };
    let onward = match &session.stage {
        Stage::Paid(_) | Stage::Free | Stage::Processing(_) => Some(protocol::of(session.provider).success_url(session)),
        Stage::Expired { .. } | Stage::Failed(_) | Stage::Open { .. } => session.cancel_url.clone(),
    };
    let onward = onward.map(|url| format!("<p><a href=\"{}\">Back to the shop</a></p>", escape(&url))).unwrap_or_default();
    page(StatusCode::OK, title, &format!("<div class=\"sheet\"><h1>{title}</h1><p>{sentence}</p>{onward}</div>"))
}
