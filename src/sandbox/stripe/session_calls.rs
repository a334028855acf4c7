//! What can be done with a session that is there: read, listed, given other metadata, expired.

use serde_json::{Value, json};

use super::call::{Asked, Outcome};
use super::error::StripeError;
use super::list::page;
use super::objects::asked as asked_at_first;
use super::{Expand, metadata, sessions};
use crate::sandbox::till::{Provider, Session, Stage};
use crate::sandbox::world::{Change, State};

/// `GET /v1/checkout/sessions/{id}`.
pub fn one(state: &State, asked: &Asked<'_>) -> Outcome {
    Ok(sessions::session(state, find(state, asked.id)?, &Expand::of(asked.form)))
}

/// `GET /v1/checkout/sessions/{id}/line_items`.
pub fn line_items(state: &State, asked: &Asked<'_>) -> Outcome {
    Ok(sessions::line_items(find(state, asked.id)?))
}

/// `GET /v1/checkout/sessions`.
pub fn all(state: &State, asked: &Asked<'_>) -> Outcome {
    let form = asked.form;
    let is_asked_for = |session: &&Session| {
        let fits = |name: &str, value: Option<&str>| form.text(name).is_none_or(|asked| Some(asked) == value);
        let subscription = state.subscription_of(session);
        session.provider == Provider::Stripe
            && fits("payment_intent", session.handle().filter(|_| session.begins.is_none()).map(|handle| handle.payment.as_str()))
            && fits("subscription", subscription.map(|subscription| subscription.id.as_str()))
            && fits("customer", subscription.map(|subscription| subscription.customer_id.as_str()))
            && fits("customer_details[email]", session.buyer_email.as_deref())
            && fits("status", Some(status_of(session)))
    };
    let expand = Expand::of(form).below("data");
    let sessions = state.sessions.iter().rev().filter(is_asked_for).map(|session| (session.id.as_str(), session));
    page(sessions, form, "/v1/checkout/sessions", |session| sessions::session(state, session, &expand))
}

const fn status_of(session: &Session) -> &'static str {
    match &session.stage {
        Stage::Open { .. } => "open",
        Stage::Expired { .. } => "expired",
        Stage::Processing(_) | Stage::Paid(_) | Stage::Free | Stage::Failed(_) => "complete",
    }
}

/// `POST /v1/checkout/sessions/{id}`: its metadata.
pub fn update(change: &mut Change<'_>, asked: &Asked<'_>) -> Outcome {
    asked.form.only(&["collected_information", "metadata"])?;
    metadata::checked(asked.form, "metadata")?;
    let found = change.state.sessions.iter_mut().rev().find(|session| session.id == asked.id);
    let session = found.filter(|session| session.provider == Provider::Stripe).ok_or_else(|| unknown(asked.id))?;
    let mut form = asked_at_first(session);
    form.update_map("metadata", asked.form, "metadata");
    session.asked = json!(form);
    one(change.state, asked)
}

/// `POST /v1/checkout/sessions/{id}/expire`.
pub fn expire(change: &mut Change<'_>, asked: &Asked<'_>) -> Outcome {
    find(change.state, asked.id)?;
    match change.act(asked.id, Session::expire) {
        Some(Ok(_)) => one(change.state, asked),
        Some(Err(refusal)) => Err(StripeError::refused(refusal)),
        None => Err(unknown(asked.id)),
    }
}

fn find<'a>(state: &'a State, id: &str) -> Result<&'a Session, StripeError> {
    state.session(id).filter(|session| session.provider == Provider::Stripe).ok_or_else(|| unknown(id))
}

fn unknown(id: &str) -> StripeError {
    StripeError::unknown("checkout.session", "session", id)
}

/// The sessions and subscriptions of an event are told without anything whole inside them.
pub fn plain(state: &State, session: &Session) -> Value {
    sessions::session(state, session, &Expand::default())
}
