//! Creem's errors: a status, sentences, and the id under which its support would find the request.

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use serde_json::json;

use crate::sandbox::till::Refusal;
use crate::values::Timestamp;

/// A refusal before it has its trace id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CreemError {
    pub status: StatusCode,
    pub message: String,
}

impl CreemError {
    pub fn bad(message: impl Into<String>) -> Self {
        Self { status: StatusCode::BAD_REQUEST, message: message.into() }
    }

    pub fn unknown(what: &str) -> Self {
        Self { status: StatusCode::NOT_FOUND, message: format!("{what} not found") }
    }

    pub fn keyless() -> Self {
        Self { status: StatusCode::UNAUTHORIZED, message: "Send the API key as x-api-key.".to_owned() }
    }

    pub fn forbidden() -> Self {
        Self { status: StatusCode::FORBIDDEN, message: "That API key is none of this store's.".to_owned() }
    }

    pub fn into_response(self, trace_id: &str, now: Timestamp) -> Response {
        let error = self.status.canonical_reason().unwrap_or("Error");
        let body = json!({
            "trace_id": trace_id, "status": self.status.as_u16(), "error": error, "message": [self.message], "timestamp": now.millis(),
        });
        (self.status, Json(body)).into_response()
    }
}

impl From<Refusal> for CreemError {
    fn from(refusal: Refusal) -> Self {
        Self::bad(refusal.to_string())
    }
}
