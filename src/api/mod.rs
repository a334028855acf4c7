//! JSON for machines, the providers' webhooks, and what mail programs send. A handler parses, calls one verb and answers.

mod billing_checkout;
mod caller;
mod catalog;
mod fields;
mod gift_checkout;
mod gift_price;
mod gifts;
mod health;
mod idempotency;
mod incoming;
mod links;
mod mail_reports;
mod manners;
mod membership;
mod one_click;
mod openapi;
mod problem;
mod redeem;
mod return_urls;
mod schema;
mod validation;
mod webhooks;

use std::convert::Infallible;
use std::sync::Arc;

use axum::middleware::from_fn_with_state as layer_of;
use axum::response::{IntoResponse as _, Response};
use axum::routing::{any, get, post};
use axum::{Json, Router};
use http::StatusCode;
use http::header::WWW_AUTHENTICATE;
use serde_json::{Value, json};
use tower_http::compression::CompressionLayer;

use crate::Error;
use crate::shop::{Allowance, Shop};
use crate::visitor::{self, SessionLayer};

pub use openapi::document as describe;
pub use return_urls::Origins;

/// What the doors of the API are made of.
pub struct Parts {
    pub shop: Arc<Shop>,
    pub origins: Origins,
    /// What [`describe`] said of it.
    pub description: Arc<Value>,
    /// For what a page of ours may ask as well.
    pub sessions: SessionLayer,
}

/// What every endpoint has at hand.
struct Doors {
    shop: Arc<Shop>,
    origins: Origins,
}

/// Everything that isn't a page.
pub fn routes(parts: Parts) -> Router {
    let Parts { shop, origins, description, sessions } = parts;
    let doors = Arc::new(Doors { shop: Arc::clone(&shop), origins });
    let told = |allowance| layer_of((Arc::clone(&doors), allowance), manners::tell_quota);
    let endpoints = Router::new()
        .route("/v1/billing/gifts/checkout-session", post(gift_checkout::create).layer(told(Allowance::Checkouts)))
        .route("/v1/billing/gifts/price", post(gift_price::ask).layer(told(Allowance::PromoCodes)))
        .route("/v1/billing/gifts/redeem", post(redeem::redeem).layer::<_, Infallible>(told(Allowance::Codes)).layer(sessions))
        .route("/v1/billing/gifts", get(gifts::list))
        .route("/v1/billing/gifts/{reference}", get(gifts::show))
        .route("/v1/memberships/me", get(membership::mine))
        .route("/v1/catalog", get(catalog::show))
        .route("/openapi.json", get(openapi::serve(&description)))
        .route("/api/v1/billing/checkout", post(billing_checkout::create).layer(told(Allowance::Checkouts)))
        .method_not_allowed_fallback(manners::other_method)
        .route("/v1", any(manners::lost))
        .route("/v1/", any(manners::lost))
        .route("/v1/{*rest}", any(manners::lost))
        .route("/api", any(manners::lost))
        .route("/api/", any(manners::lost))
        .route("/api/{*rest}", any(manners::lost))
        .layer(layer_of(Arc::clone(&doors), manners::polite))
        .layer(CompressionLayer::new())
        .with_state(doors);
    let others = Router::new()
        .route("/webhooks/mail", post(mail_reports::take))
        .route("/webhooks/{provider}", post(webhooks::hear))
        .route("/reminders/stop", post(one_click::stop))
        .route("/healthz", get(health::alive))
        .route("/readyz", get(health::ready))
        .with_state(shop);
    endpoints.merge(others)
}

/// Whether programs ask at this path, whatever they say that they read.
pub fn serves(path: &str) -> bool {
    let is_under = |root| path.strip_prefix(root).is_some_and(|rest: &str| rest.is_empty() || rest.starts_with('/'));
    ["/v1", "/api", "/webhooks"].into_iter().any(is_under)
}

/// Answers an error to a program: its tag and its sentence, with its status, and which token it would take.
pub fn error_json(error: &Error) -> Response {
    let status = StatusCode::from_u16(error.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let body = Json(json!({ "error": error.tag(), "message": error.to_string() }));
    let mut response = (status, body).into_response();
    if let Some(challenge) = visitor::challenge(error) {
        response.headers_mut().insert(WWW_AUTHENTICATE, challenge);
    }
    response
}
