//! Creem's paths, and what each leads to.

use std::sync::Arc;

use axum::Router;
use axum::extract::Path;
use axum::http::{Method, StatusCode, Uri};
use axum::response::Response;
use axum::routing::{any, delete, get, post};

use super::call::{Call, Outcome};
use super::error::CreemError;
use super::{create, customers, discounts, endpoints, objects, products, subscriptions, transactions};
use crate::sandbox::till::Provider;
use crate::sandbox::world::{Change, State, World};

pub fn all() -> Router<Arc<World>> {
    Router::new()
        .route("/v1/checkouts", reading(read_checkout).merge(writing(create::create)))
        .route("/v1/products", reading(read_product).merge(writing(products::create)))
        .route("/v1/products/search", reading(products::search))
        .route("/v1/products/{id}", get(product_by_path).patch(update_product).delete(archive_product))
        .route("/v1/discounts", reading(discounts::read).merge(writing(discounts::create)))
        .route("/v1/discounts/search", reading(discounts::search))
        .route("/v1/discounts/{id}/delete", delete(delete_discount))
        .route("/v1/transactions", reading(transactions::read))
        .route("/v1/transactions/search", reading(transactions::search))
        .route("/v1/refunds", writing(transactions::refund))
        .route("/v1/customers", reading(customers::read).merge(writing(customers::create)).patch(update_customer))
        .route("/v1/customers/list", reading(customers::list))
        .route("/v1/customers/billing", post(customer_portal))
        .route("/v1/customers/{id}/orders", get(orders_of_customer))
        .route("/v1/customers/{id}/subscriptions", get(subscriptions_of_customer))
        .route("/v1/subscriptions", reading(read_subscription))
        .route("/v1/subscriptions/search", reading(subscriptions::search))
        .route("/v1/subscriptions/{id}", post(update_subscription))
        .route("/v1/subscriptions/{id}/cancel", post(cancel_subscription))
        .route("/v1/subscriptions/{id}/pause", post(pause_subscription))
        .route("/v1/subscriptions/{id}/resume", post(resume_subscription))
        .route("/v1/subscriptions/{id}/upgrade", post(upgrade_subscription))
        .route("/v1/webhooks", reading(endpoints::list).merge(writing(endpoints::create)))
        .route("/v1/webhooks/{id}", get(read_endpoint).patch(update_endpoint).delete(delete_endpoint))
        .route("/v1/webhooks/{id}/secret", get(endpoint_secret))
        .route("/v1/webhooks/{id}/events/pending", get(pending_events))
        .route("/v1/webhooks/{id}/events/{event_id}/ack", post(acknowledge_event))
        .route("/{*rest}", any(unrecognized))
        .method_not_allowed_fallback(unrecognized)
}

/// A GET that needs nothing of its path.
fn reading(look: fn(&State, &Call) -> Outcome) -> axum::routing::MethodRouter<Arc<World>> {
    get(async move |call: Call| call.read(look).await)
}

/// A POST that needs nothing of its path.
fn writing(act: fn(&mut Change<'_>, &Call) -> Outcome) -> axum::routing::MethodRouter<Arc<World>> {
    post(async move |call: Call| call.write(act).await)
}

fn read_checkout(state: &State, call: &Call) -> Outcome {
    let session = state.session(call.required("checkout_id")?).filter(|session| session.provider == Provider::Creem);
    session.map(|session| objects::checkout(state, session)).ok_or_else(|| CreemError::unknown("Checkout"))
}

fn read_product(state: &State, call: &Call) -> Outcome {
    products::read(state, call, call.required("product_id")?)
}

fn read_subscription(state: &State, call: &Call) -> Outcome {
    subscriptions::read(state, call.required("subscription_id")?)
}

async fn product_by_path(Path(id): Path<String>, call: Call) -> Response {
    call.read(|state, call| products::read(state, call, &id)).await
}

async fn update_product(Path(id): Path<String>, call: Call) -> Response {
    call.write(|change, call| products::update(change, call, &id)).await
}

async fn archive_product(Path(id): Path<String>, call: Call) -> Response {
    call.write(|change, _| products::archive(change, &id)).await
}

async fn delete_discount(Path(id): Path<String>, call: Call) -> Response {
    call.write(|change, _| discounts::delete(change, &id)).await
}

async fn update_customer(call: Call) -> Response {
    call.write(customers::update).await
}

async fn customer_portal(call: Call) -> Response {
    call.read(customers::portal).await
}

async fn orders_of_customer(Path(id): Path<String>, call: Call) -> Response {
    call.read(|state, call| customers::orders(state, call, &id)).await
}

async fn subscriptions_of_customer(Path(id): Path<String>, call: Call) -> Response {
    call.read(|state, call| subscriptions::of_customer(state, call, &id)).await
}

async fn update_subscription(Path(id): Path<String>, call: Call) -> Response {
    call.write(|change, call| subscriptions::update(change, call, &id)).await
}

async fn cancel_subscription(Path(id): Path<String>, call: Call) -> Response {
    call.write(|change, call| subscriptions::cancel(change, call, &id)).await
}

async fn pause_subscription(Path(id): Path<String>, call: Call) -> Response {
    call.write(|change, _| subscriptions::pause(change, &id)).await
}

async fn resume_subscription(Path(id): Path<String>, call: Call) -> Response {
    call.write(|change, _| subscriptions::resume(change, &id)).await
}

async fn upgrade_subscription(Path(id): Path<String>, call: Call) -> Response {
    call.write(|change, call| subscriptions::upgrade(change, call, &id)).await
}

async fn read_endpoint(Path(id): Path<String>, call: Call) -> Response {
    call.read(|state, _| endpoints::read(state, &id)).await
}

async fn update_endpoint(Path(id): Path<String>, call: Call) -> Response {
    call.write(|change, call| endpoints::update(change, call, &id)).await
}

async fn delete_endpoint(Path(id): Path<String>, call: Call) -> Response {
    call.write(|change, _| endpoints::delete(change, &id)).await
}

async fn endpoint_secret(Path(id): Path<String>, call: Call) -> Response {
    call.read(|state, _| endpoints::secret(state, &id)).await
}

async fn pending_events(Path(id): Path<String>, call: Call) -> Response {
    call.read(|state, call| endpoints::pending(state, call, &id)).await
}

async fn acknowledge_event(Path((id, event_id)): Path<(String, String)>, call: Call) -> Response {
    call.write(|change, call| endpoints::acknowledge(change, call, &id, &event_id)).await
}

async fn unrecognized(method: Method, uri: Uri, call: Call) -> Response {
    call.answer(Err(CreemError { status: StatusCode::NOT_FOUND, message: format!("Cannot {method} {}", uri.path()) }))
}
