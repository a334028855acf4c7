//! JSON for machines, and the providers' webhooks. A handler parses, calls one verb and answers.

mod health;
mod webhooks;

use std::sync::Arc;

use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use http::StatusCode;
use http::header::WWW_AUTHENTICATE;
use serde_json::json;

use crate::Error;
use crate::shop::Shop;
use crate::visitor;

/// Everything that isn't a page.
pub fn routes(shop: Arc<Shop>) -> Router {
    Router::new()
        .route("/webhooks/{provider}", post(webhooks::hear))
        .route("/healthz", get(health::alive))
        .route("/readyz", get(health::ready))
        .with_state(shop)
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
