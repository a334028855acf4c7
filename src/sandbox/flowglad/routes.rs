//! Flowglad's paths, and what each reads or changes.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Path, State as Shared};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post};
use serde_json::json;

use super::call::{Call, Outcome};
use super::list::page;
use super::{catalog, create, discounts, endpoints, invoices, objects, payments, records, subscriptions};
use crate::sandbox::till::{Provider, Session};
use crate::sandbox::world::{State, World};

pub fn all() -> Router<Arc<World>> {
    let api = Router::new()
        .route("/checkout-sessions", get(list_sessions).post(create_session))
        .route("/checkout-sessions/{id}", get(read_session))
        .route("/customers", get(list_customers).post(create_customer))
        .route("/customers/{external_id}", get(read_customer).put(update_customer))
        .route("/products", get(list_products).post(create_product))
        .route("/products/{id}", get(read_product).put(update_product))
        .route("/prices", get(list_prices).post(create_price))
        .route("/prices/{id}", get(read_price).put(update_price))
        .route("/purchases/{id}", get(read_purchase))
        .route("/invoices/{id}", get(read_invoice))
        .route("/payments", get(list_payments))
        .route("/payments/{id}", get(read_payment))
        .route("/payments/{id}/refund", post(refund_payment))
        .route("/subscriptions", get(list_subscriptions))
        .route("/subscriptions/{id}", get(read_subscription))
        .route("/subscriptions/{id}/cancel", post(cancel_subscription))
        .route("/subscriptions/{id}/uncancel", post(uncancel_subscription))
        .route("/discounts", get(list_discounts).post(create_discount))
        .route("/discounts/{id}", get(read_discount).put(update_discount))
        .route("/webhooks", post(create_webhook))
        .route("/webhooks/{id}", get(read_webhook).put(update_webhook));
    Router::new().nest("/api/v1", api).fallback(unknown).method_not_allowed_fallback(unknown)
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

async fn read_customer(Shared(world): Sandbox, Path(external_id): Path<String>, call: Call) -> Response {
    let look = |state: &State, _: &Call| {
        named("customer", records::find(state.flowglad.customers.iter().cloned(), "Customer", "externalId", &external_id))
    };
    call.read(&world, look).await
}

async fn update_customer(Shared(world): Sandbox, Path(external_id): Path<String>, call: Call) -> Response {
    call.write(&world, |change, call| records::update_customer(change, &external_id, &call.body)).await
}

async fn create_product(Shared(world): Sandbox, call: Call) -> Response {
    call.write(&world, |change, call| catalog::create_product(change, &call.body)).await
}

async fn list_products(Shared(world): Sandbox, call: Call) -> Response {
    call.read(&world, |state, call| page(catalog::products(&world, state), call)).await
}

async fn read_product(Shared(world): Sandbox, Path(id): Path<String>, call: Call) -> Response {
    call.read(&world, |state, _| catalog::product_with_prices(&world, state, &id)).await
}

async fn update_product(Shared(world): Sandbox, Path(id): Path<String>, call: Call) -> Response {
    call.write(&world, |change, call| catalog::update_product(change, &id, &call.body)).await
}

async fn create_price(Shared(world): Sandbox, call: Call) -> Response {
    call.write(&world, |change, call| catalog::create_price(change, &call.body)).await
}

async fn list_prices(Shared(world): Sandbox, call: Call) -> Response {
    call.read(&world, |state, call| page(catalog::prices(&world, state), call)).await
}

async fn read_price(Shared(world): Sandbox, Path(id): Path<String>, call: Call) -> Response {
    call.read(&world, |state, _| named("price", records::find(catalog::prices(&world, state), "Price", "id", &id))).await
}

async fn update_price(Shared(world): Sandbox, Path(id): Path<String>, call: Call) -> Response {
    call.write(&world, |change, call| catalog::update_price(change, &id, &call.body)).await
}

async fn read_purchase(Shared(world): Sandbox, Path(id): Path<String>, call: Call) -> Response {
    call.read(&world, |state, _| named("purchase", objects::find_purchase(state, &id))).await
}

async fn read_invoice(Shared(world): Sandbox, Path(id): Path<String>, call: Call) -> Response {
    call.read(&world, |state, _| invoices::find(state, &id)).await
}

async fn list_payments(Shared(world): Sandbox, call: Call) -> Response {
    call.read(&world, |state, call| page(payments::all(state), call)).await
}

async fn read_payment(Shared(world): Sandbox, Path(id): Path<String>, call: Call) -> Response {
    call.read(&world, |state, _| named("payment", payments::find(state, &id))).await
}

async fn refund_payment(Shared(world): Sandbox, Path(id): Path<String>, call: Call) -> Response {
    call.write(&world, |change, call| named("payment", payments::refund(change, &id, &call.body))).await
}

async fn list_subscriptions(Shared(world): Sandbox, call: Call) -> Response {
    call.read(&world, |state, call| page(subscriptions::all(state), call)).await
}

async fn read_subscription(Shared(world): Sandbox, Path(id): Path<String>, call: Call) -> Response {
    call.read(&world, |state, _| named("subscription", subscriptions::find(state, &id))).await
}

async fn cancel_subscription(Shared(world): Sandbox, Path(id): Path<String>, call: Call) -> Response {
    call.write(&world, |change, call| named("subscription", subscriptions::cancel(change, &id, &call.body))).await
}

async fn uncancel_subscription(Shared(world): Sandbox, Path(id): Path<String>, call: Call) -> Response {
    call.write(&world, |change, _| named("subscription", subscriptions::uncancel(change, &id))).await
}

async fn create_discount(Shared(world): Sandbox, call: Call) -> Response {
    call.write(&world, |change, call| discounts::create(change, &call.body)).await
}

async fn list_discounts(Shared(world): Sandbox, call: Call) -> Response {
    call.read(&world, |state, call| page(discounts::all(state), call)).await
}

async fn read_discount(Shared(world): Sandbox, Path(id): Path<String>, call: Call) -> Response {
    call.read(&world, |state, _| named("discount", records::find(discounts::all(state), "Discount", "id", &id))).await
}

async fn update_discount(Shared(world): Sandbox, Path(id): Path<String>, call: Call) -> Response {
    call.write(&world, |change, call| discounts::update(change, &id, &call.body)).await
}

async fn create_webhook(Shared(world): Sandbox, call: Call) -> Response {
    call.write(&world, |change, call| endpoints::create(change, &call.body)).await
}

async fn read_webhook(Shared(world): Sandbox, Path(id): Path<String>, call: Call) -> Response {
    call.read(&world, |state, _| endpoints::find(state, &id)).await
}

async fn update_webhook(Shared(world): Sandbox, Path(id): Path<String>, call: Call) -> Response {
    call.write(&world, |change, call| endpoints::update(change, &id, &call.body)).await
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
