//! For whoever keeps the program running: is it alive, and can it serve.

use std::sync::Arc;

use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use http::StatusCode;

use crate::shop::Shop;

/// The process answers; asks nothing of anybody else.
pub async fn alive() -> &'static str {
    "alive\n"
}

/// The database is reachable and its tables are this program's.
pub async fn ready(State(shop): State<Arc<Shop>>) -> Response {
    match shop.is_ready().await {
        Ok(true) => (StatusCode::OK, "ready\n").into_response(),
        Ok(false) => (StatusCode::SERVICE_UNAVAILABLE, "the database needs migrating\n").into_response(),
        Err(error) => {
            tracing::warn!(tag = error.tag(), cause = ?error.cause(), "not ready");
            (StatusCode::SERVICE_UNAVAILABLE, "the database can't be reached\n").into_response()
        }
    }
}
