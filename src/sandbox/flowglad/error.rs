//! Flowglad's errors: plain text for a wrong key or path, else JSON with a sentence or with a list of what is wrong.

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use crate::sandbox::till::Refusal;

/// A refusal in Flowglad's shape.
#[derive(Clone, Debug, PartialEq)]
pub enum FlowgladError {
    /// Understood and not done.
    Refused(String),
    /// What the request names isn't there.
    Missing(String),
    /// The request's own form is wrong, field by field.
    Issues(Vec<Issue>),
}

/// What is wrong with one field.
#[derive(Clone, Debug, PartialEq)]
pub struct Issue {
    pub code: &'static str,
    pub path: Vec<String>,
    pub message: String,
}

impl FlowgladError {
    pub fn refused(message: impl Into<String>) -> Self {
        Self::Refused(message.into())
    }

    pub fn missing(what: &str, id: &str) -> Self {
        Self::Missing(format!("{what} {id} not found"))
    }

    /// The answer, in which Flowglad's support would look for `request_id`.
    pub fn answer(&self, request_id: &str) -> Response {
        let (status, code, error) = match self {
            Self::Refused(message) => (StatusCode::BAD_REQUEST, "BAD_REQUEST", json!(message)),
            Self::Missing(message) => (StatusCode::NOT_FOUND, "NOT_FOUND", json!(message)),
            Self::Issues(issues) => {
                let issues: Vec<Value> = issues.iter().map(Issue::as_json).collect();
                (StatusCode::BAD_REQUEST, "BAD_REQUEST", json!(issues))
            }
        };
        (status, Json(json!({ "error": error, "code": code, "request_id": request_id }))).into_response()
    }
}

impl Issue {
    fn as_json(&self) -> Value {
        json!({ "code": self.code, "path": self.path, "message": self.message })
    }
}

impl From<Refusal> for FlowgladError {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(match refusal {
            Refusal::AllRefunded => "Payment has already been refunded".to_owned(),
            Refusal::NotProcessing | Refusal::NotPaid => "Only a payment that was made can be refunded".to_owned(),
            Refusal::TooMuch { .. } => "Partial amount cannot be greater than what is left of the payment".to_owned(),
            Refusal::Ended => "Subscription is already canceled".to_owned(),
            Refusal::NotOpen
            | Refusal::Disputed
            | Refusal::NotDisputed
            | Refusal::EndScheduled
            | Refusal::EndNotScheduled
            | Refusal::Paused
            | Refusal::NotPaused => refusal.to_string(),
        })
    }
}
