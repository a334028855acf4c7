//! One request to Flowglad's API: who asks, and what it carries. Flowglad knows no idempotency keys: every POST is a new one.

use std::collections::HashMap;
use std::sync::Arc;

use axum::Json;
use axum::extract::{FromRequest, Request};
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use super::error::FlowgladError;
use crate::sandbox::world::{Change, State, World};

const LARGEST_BODY_BYTES: usize = 256 * 1024;
/// How long Flowglad's ids of requests are.
const REQUEST_ID_LENGTH: usize = 8;

/// A request whose key was right.
pub struct Call {
    pub body: Value,
    pub query: HashMap<String, String>,
    request_id: String,
}

pub type Outcome = Result<Value, FlowgladError>;

impl FromRequest<Arc<World>> for Call {
    type Rejection = Response;

    async fn from_request(request: Request, world: &Arc<World>) -> Result<Self, Response> {
        let (parts, body) = request.into_parts();
        let request_id: String = world.id("").chars().take(REQUEST_ID_LENGTH).collect();
        let given = parts.headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok()).unwrap_or_default();
        // Flowglad's own client sends the bare key.
        if given.strip_prefix("Bearer ").unwrap_or(given).trim() != world.keys.flowglad.secret_key {
            return Err((StatusCode::UNAUTHORIZED, "Unauthorized. Invalid or missing API key.").into_response());
        }
        let Ok(body) = axum::body::to_bytes(body, LARGEST_BODY_BYTES).await else {
            return Err((StatusCode::PAYLOAD_TOO_LARGE, "Payload Too Large").into_response());
        };
        let body = if body.is_empty() { Ok(json!({})) } else { serde_json::from_slice(&body) };
        let query = url::form_urlencoded::parse(parts.uri.query().unwrap_or_default().as_bytes()).into_owned().collect();
        let Ok(body) = body else {
            let error = json!({ "error": "Invalid JSON in request body", "request_id": request_id });
            return Err((StatusCode::BAD_REQUEST, Json(error)).into_response());
        };
        Ok(Self { body, query, request_id })
    }
}

impl Call {
    /// Answers from the state as it is.
    pub async fn read(self, world: &World, look: impl FnOnce(&State, &Self) -> Outcome) -> Response {
        let outcome = world.read(|state| look(state, &self)).await;
        self.answer(outcome)
    }

    pub async fn write(self, world: &World, act: impl FnOnce(&mut Change<'_>, &Self) -> Outcome) -> Response {
        let outcome = world.change(|change| act(change, &self)).await;
        self.answer(outcome)
    }

    fn answer(&self, outcome: Outcome) -> Response {
        let mut response = match outcome {
            Ok(value) => Json(value).into_response(),
            Err(error) => error.answer(&self.request_id),
        };
        if let Ok(id) = HeaderValue::from_str(&self.request_id) {
            response.headers_mut().insert(HeaderName::from_static("x-request-id"), id);
        }
        response
    }
}
