//! Creem as it speaks on its own paths: products, discounts, checkouts, transactions, refunds, subscriptions, and signed webhooks.
//! Translates between Creem's words and the till's; every decision about money is the till's.

mod call;
mod create;
mod customers;
mod discounts;
mod error;
mod objects;
mod products;
mod questions;
mod shelf;

use std::sync::Arc;

use axum::Router;
use axum::extract::Path;
use axum::http::{Method, StatusCode, Uri};
use axum::response::Response;
use axum::routing::{any, delete, get, post};
use serde_json::{Value, json};

use self::call::Call;
use self::error::CreemError;
use self::objects::id_of;
pub(super) use self::shelf::Shelf;
use super::keys::Keys;
use super::protocol::{Prefixes, Protocol};
use super::till::{Happening, Line, Provider, Session, Subscription, Turn};
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
        Router::new()
            .route("/v1/checkouts", get(read_checkout).post(create_checkout))
            .route("/v1/products", get(read_product).post(create_product))
            .route("/v1/products/search", get(search_products))
            .route("/v1/products/{id}", get(read_product_by_path).patch(update_product).delete(archive_product))
            .route("/v1/discounts", get(read_discount).post(create_discount))
            .route("/v1/discounts/search", get(search_discounts))
            .route("/v1/discounts/{id}/delete", delete(delete_discount))
            .route("/v1/transactions", get(read_transaction))
            .route("/v1/transactions/search", get(search_transactions))
            .route("/v1/refunds", post(create_refund))
            .route("/v1/customers", get(read_customer).post(create_customer).patch(update_customer))
            .route("/v1/customers/list", get(list_customers))
            .route("/v1/customers/billing", post(customer_portal))
            .route("/v1/customers/{id}/orders", get(list_orders))
            .route("/v1/subscriptions", get(read_subscription))
            .route("/v1/subscriptions/{id}/cancel", post(cancel_subscription))
            .route("/v1/webhooks", get(list_webhooks).post(create_webhook))
            .route("/v1/webhooks/{id}/secret", get(read_webhook_secret))
            .route("/{*rest}", any(unrecognized))
            .method_not_allowed_fallback(unrecognized)
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
        let kind = match turn {
            Turn::Renewed => "subscription.paid",
            Turn::RenewalFailed => "subscription.past_due",
            Turn::EndScheduled => "subscription.scheduled_cancel",
            Turn::EndCalledOff => "subscription.update",
            Turn::Ended => "subscription.canceled",
        };
        vec![event(change, session, kind, &objects::subscription(change.state, session, subscription, true))]
    }

    fn webhook_path(&self) -> &'static str {
        "/webhooks/creem"
    }

    fn sign(&self, keys: &Keys, event: &Event, _: Timestamp) -> Vec<(&'static str, String)> {
        vec![("creem-signature", creem_header(&keys.creem.webhook_secret, event.body.as_bytes()))]
    }

    /// Signed when the checkout was opened.
    fn asks_for_code(&self) -> bool {
        false
    }

    fn discount(&self, _: &Change<'_>, _: &Session, _: &str) -> Option<Line> {
        None
    }

    fn success_url(&self, session: &Session) -> String {
        session.success_url.clone()
    }
}

fn completed(state: &State, session: &Session) -> Vec<(&'static str, Value)> {
    let mut said = vec![("checkout.completed", objects::checkout(state, session))];
    if let Some(subscription) = state.subscription_of(session) {
        let subscription = objects::subscription(state, session, subscription, true);
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
        provider: session.provider,
        kind: kind.to_owned(),
        session_id: session.id.clone(),
        at: change.now,
        body: body.to_string(),
    }
}

async fn create_checkout(call: Call) -> Response {
    call.write(create::create).await
}

async fn read_checkout(call: Call) -> Response {
    call.read(|state, call| {
        let session = find(state, call.required("checkout_id")?, "Checkout")?;
        Ok(objects::checkout(state, session))
    })
    .await
}

async fn create_product(call: Call) -> Response {
    call.write(products::create).await
}

async fn read_product(call: Call) -> Response {
    call.read(|state, call| products::read(state, call, call.required("product_id")?)).await
}

async fn read_product_by_path(Path(id): Path<String>, call: Call) -> Response {
    call.read(|state, call| products::read(state, call, &id)).await
}

async fn update_product(Path(id): Path<String>, call: Call) -> Response {
    call.write(|change, call| products::update(change, call, &id)).await
}

async fn archive_product(Path(id): Path<String>, call: Call) -> Response {
    call.write(|change, _| products::archive(change, &id)).await
}

async fn search_products(call: Call) -> Response {
    call.read(products::search).await
}

async fn create_discount(call: Call) -> Response {
    call.write(discounts::create).await
}

async fn read_discount(call: Call) -> Response {
    call.read(discounts::read).await
}

async fn search_discounts(call: Call) -> Response {
    call.read(discounts::search).await
}

async fn delete_discount(Path(id): Path<String>, call: Call) -> Response {
    call.write(|change, _| discounts::delete(change, &id)).await
}

async fn read_transaction(call: Call) -> Response {
    call.read(|state, call| {
        let found = state.session_of_payment(call.required("transaction_id")?);
        let paid = found.and_then(|session| Some((session, session.payment()?)));
        let (session, payment) = paid.ok_or_else(|| CreemError::unknown("Transaction"))?;
        Ok(objects::transaction(session, payment))
    })
    .await
}

async fn search_transactions(call: Call) -> Response {
    call.read(|state, call| {
        let is_asked_for = |session: &&Session| {
            let matches = |name: &str, id: &str| call.asked(name).is_none_or(|asked| asked == id);
            matches("order_id", &id_of("ord_", &session.id))
                && matches("customer_id", &customers::id_of_buyer(session))
                && matches("product_id", objects::product_id(session))
        };
        let paid = objects::checkouts(state).filter(is_asked_for).filter_map(|session| Some((session, session.payment()?)));
        call.page(paid.map(|(session, payment)| objects::transaction(session, payment)).collect())
    })
    .await
}

/// `POST /v1/refunds`: all that is left of a payment.
async fn create_refund(call: Call) -> Response {
    let refund = |change: &mut Change<'_>, call: &Call| {
        let found = change.state.session_of_payment(call.body.required("transaction_id")?);
        let session_id = found.map(|session| session.id.clone()).ok_or_else(|| CreemError::unknown("Transaction"))?;
        let (id, asked, now) = (change.id("ref_"), Value::Object(call.body.0.clone()), change.now);
        let refunded = change.act(&session_id, |session| session.refund(id, None, asked, now));
        refunded.ok_or_else(|| CreemError::unknown("Transaction"))??;
        Ok(json!({ "status": "succeeded" }))
    };
    call.write(refund).await
}

async fn read_customer(call: Call) -> Response {
    call.read(customers::read).await
}

async fn create_customer(call: Call) -> Response {
    call.write(customers::create).await
}

async fn update_customer(call: Call) -> Response {
    call.write(customers::update).await
}

async fn list_customers(call: Call) -> Response {
    call.read(customers::list).await
}

async fn list_orders(Path(id): Path<String>, call: Call) -> Response {
    call.read(|state, call| customers::orders(state, call, &id)).await
}

async fn customer_portal(call: Call) -> Response {
    call.read(customers::portal).await
}

async fn read_subscription(call: Call) -> Response {
    call.read(|state, call| {
        let (session, subscription) = subscribed(state, call.required("subscription_id")?)?;
        Ok(objects::subscription(state, session, subscription, true))
    })
    .await
}

/// `POST /v1/subscriptions/{id}/cancel`, at once where it doesn't say when.
async fn cancel_subscription(Path(id): Path<String>, call: Call) -> Response {
    let cancel = |change: &mut Change<'_>, call: &Call| {
        subscribed(change.state, &id)?;
        let is_scheduled = call.body.word("mode", &["immediate", "scheduled"])? == Some("scheduled");
        let now = change.now;
        let end = |subscription: &mut Subscription| {
            if is_scheduled { subscription.schedule_end(now) } else { subscription.end(now) }
        };
        change.turn(&id, end).ok_or_else(|| CreemError::unknown("Subscription"))??;
        let (session, subscription) = subscribed(change.state, &id)?;
        Ok(objects::subscription(change.state, session, subscription, true))
    };
    call.write(cancel).await
}

async fn create_webhook(call: Call) -> Response {
    call.write(shelf::make_webhook).await
}

async fn list_webhooks(call: Call) -> Response {
    call.read(shelf::webhooks).await
}

async fn read_webhook_secret(Path(id): Path<String>, call: Call) -> Response {
    call.read(|state, call| shelf::webhook_secret(state, call, &id)).await
}

async fn unrecognized(method: Method, uri: Uri, call: Call) -> Response {
    call.answer(Err(CreemError { status: StatusCode::NOT_FOUND, message: format!("Cannot {method} {}", uri.path()) }))
}

fn find<'a>(state: &'a State, id: &str, what: &str) -> Result<&'a Session, CreemError> {
    state.session(id).filter(|session| session.provider == Provider::Creem).ok_or_else(|| CreemError::unknown(what))
}

fn subscribed<'a>(state: &'a State, id: &str) -> Result<(&'a Session, &'a Subscription), CreemError> {
    let found = state.subscription(id).filter(|subscription| subscription.provider == Provider::Creem);
    let subscription = found.ok_or_else(|| CreemError::unknown("Subscription"))?;
    Ok((find(state, &subscription.session_id, "Subscription")?, subscription))
}
