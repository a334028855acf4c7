//! The providers' webhooks: raw bytes in, and an answer that says whether to send them again.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Response};
use http::{HeaderMap, StatusCode};

use super::error_json;
use crate::Error;
use crate::shop::Shop;

/// 200 for what was taken in, known or unknown; 400 for a signature that does not fit; 404 for a provider that isn't configured; anything
/// else makes the provider send it again.
pub async fn hear(State(shop): State<Arc<Shop>>, Path(provider): Path<String>, headers: HeaderMap, body: Bytes) -> Response {
    let Ok(provider) = provider.parse() else { return error_json(&Error::NotFound) };
    match shop.hear(provider, &headers, &body).await {
        Ok(_) => StatusCode::OK.into_response(),
        Err(error) => {
            if let Some(cause) = error.cause() {
                tracing::error!(tag = error.tag(), ?cause, "a webhook could not be taken in");
            }
            error_json(&error)
        }
    }
}
