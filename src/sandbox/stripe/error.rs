//! Stripe's errors: status, type, code and the parameter that they are about.

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::{Map, Value, json};

use crate::sandbox::till::Refusal;

/// A refusal in Stripe's shape.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StripeError {
    pub status: StatusCode,
    pub kind: &'static str,
    pub code: Option<&'static str>,
    pub param: Option<String>,
    pub message: String,
}

impl StripeError {
    /// A parameter that can't be taken.
    pub fn parameter(code: &'static str, param: &str, message: impl Into<String>) -> Self {
        Self { code: Some(code), param: Some(param.to_owned()), ..Self::request(StatusCode::BAD_REQUEST, message) }
    }

    pub fn missing(param: &str) -> Self {
        Self::parameter("parameter_missing", param, format!("Missing required param: {param}."))
    }

    /// What the path names isn't there.
    pub fn unknown(what: &str, param: &str, id: &str) -> Self {
        Self { status: StatusCode::NOT_FOUND, ..Self::unknown_parameter(what, param, id) }
    }

    /// What a parameter names isn't there.
    pub fn unknown_parameter(what: &str, param: &str, id: &str) -> Self {
        Self::parameter("resource_missing", param, format!("No such {what}: '{id}'"))
    }

    pub fn unauthorized(message: impl Into<String>) -> Self {
        Self::request(StatusCode::UNAUTHORIZED, message)
    }

    pub fn request(status: StatusCode, message: impl Into<String>) -> Self {
        Self { status, kind: "invalid_request_error", code: None, param: None, message: message.into() }
    }

    /// The idempotency key was used for something else.
    pub fn key_reused() -> Self {
        Self {
            kind: "idempotency_error",
            ..Self::request(
                StatusCode::BAD_REQUEST,
                "This idempotency key was used with other parameters. Use a new key for a new request.",
            )
        }
    }

    /// The first request with this idempotency key has not been answered yet.
    pub fn key_in_use() -> Self {
        Self {
            kind: "idempotency_error",
            code: Some("idempotency_key_in_use"),
            ..Self::request(StatusCode::CONFLICT, "A request with this idempotency key is still running. Repeat it in a moment.")
        }
    }

    pub fn refused(refusal: Refusal) -> Self {
        let message = refusal.to_string();
        match refusal {
            Refusal::NotOpen => {
                let message = "Only Checkout Sessions with a status in [\"open\"] can be expired. This one is not open any more.";
                Self::request(StatusCode::BAD_REQUEST, message)
            }
            Refusal::AllRefunded => {
                Self { code: Some("charge_already_refunded"), ..Self::request(StatusCode::BAD_REQUEST, message) }
            }
            Refusal::Disputed => Self { code: Some("charge_disputed"), ..Self::request(StatusCode::BAD_REQUEST, message) },
            Refusal::TooMuch { left } => {
                let message = format!("The refund must be between 1 and the {left} that are left of the payment, in minor units.");
                Self { param: Some("amount".to_owned()), ..Self::request(StatusCode::BAD_REQUEST, message) }
            }
            Refusal::NotPaid
            | Refusal::NotProcessing
            | Refusal::NotDisputed
            | Refusal::Ended
            | Refusal::EndScheduled
            | Refusal::EndNotScheduled
            | Refusal::Paused
            | Refusal::NotPaused => Self::request(StatusCode::BAD_REQUEST, message),
        }
    }
}

impl IntoResponse for StripeError {
    fn into_response(self) -> Response {
        let mut error = Map::new();
        error.insert("type".to_owned(), json!(self.kind));
        error.insert("message".to_owned(), json!(self.message));
        if let Some(code) = self.code {
            error.insert("code".to_owned(), json!(code));
            error.insert("doc_url".to_owned(), json!(format!("https://stripe.com/docs/error-codes/{}", code.replace('_', "-"))));
        }
        if let Some(param) = self.param {
            error.insert("param".to_owned(), json!(param));
        }
        (self.status, Json(json!({ "error": Value::Object(error) }))).into_response()
    }
}
