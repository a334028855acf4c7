//! One request to Creem's API: who asks, and with which fields. Knows nothing of what is asked.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Json;
use axum::extract::{FromRequest, Request};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use serde_json::{Map, Value, json};
use url::Url;

use super::error::CreemError;
use crate::sandbox::world::{Change, State, World};

const LARGEST_BODY_BYTES: usize = 256 * 1024;
const LARGEST_PAGE: usize = 100;
const USUAL_PAGE: usize = 10;

/// A request whose key was right.
pub struct Call {
    pub body: Fields,
    query: BTreeMap<String, String>,
    idempotency_key: Option<String>,
    trace_id: String,
    world: Arc<World>,
}

pub type Outcome = Result<Value, CreemError>;

impl FromRequest<Arc<World>> for Call {
    type Rejection = Response;

    async fn from_request(request: Request, world: &Arc<World>) -> Result<Self, Response> {
        let (parts, body) = request.into_parts();
        let query = url::form_urlencoded::parse(parts.uri.query().unwrap_or_default().as_bytes()).into_owned().collect();
        let idempotency_key = parts.headers.get("idempotency-key").and_then(|key| key.to_str().ok()).map(str::to_owned);
        let mut call = Self { body: Fields::default(), query, idempotency_key, trace_id: world.id(""), world: world.clone() };
        match parts.headers.get("x-api-key").map(|key| key.as_bytes() == world.keys.creem.secret_key.as_bytes()) {
            Some(true) => {}
            Some(false) => return Err(call.answer(Err(CreemError::forbidden()))),
            None => return Err(call.answer(Err(CreemError::keyless()))),
        }
        let Ok(body) = axum::body::to_bytes(body, LARGEST_BODY_BYTES).await else {
            let too_large = CreemError { status: StatusCode::PAYLOAD_TOO_LARGE, message: "The body is too large.".to_owned() };
            return Err(call.answer(Err(too_large)));
        };
        if !body.is_empty() {
            match serde_json::from_slice(&body) {
                Ok(Value::Object(fields)) => call.body = Fields(fields),
                Ok(_) | Err(_) => return Err(call.answer(Err(CreemError::bad("The body must be a JSON object.")))),
            }
        }
        Ok(call)
    }
}

impl Call {
    /// Answers from the state as it is.
    pub async fn read(self, look: impl FnOnce(&State, &Self) -> Outcome) -> Response {
        let outcome = self.world.read(|state| look(state, &self)).await;
        self.answer(outcome)
    }

    pub async fn write(self, act: impl FnOnce(&mut Change<'_>, &Self) -> Outcome) -> Response {
        let outcome = self.world.change(|change| act(change, &self)).await;
        self.answer(outcome)
    }

    pub fn answer(&self, outcome: Outcome) -> Response {
        match outcome {
            Ok(value) => Json(value).into_response(),
            Err(error) => error.into_response(&self.trace_id, self.world.now()),
        }
    }

    pub fn world(&self) -> &World {
        &self.world
    }

    /// Under which a request may be repeated without being done twice; Creem knows it for products alone.
    pub fn idempotency_key(&self) -> Option<&str> {
        self.idempotency_key.as_deref()
    }

    /// A parameter of the query that isn't empty.
    pub fn asked(&self, name: &str) -> Option<&str> {
        self.query.get(name).map(String::as_str).filter(|value| !value.is_empty())
    }

    pub fn required(&self, name: &str) -> Result<&str, CreemError> {
        self.asked(name).ok_or_else(|| CreemError::bad(format!("{name} must be a string")))
    }

    /// The page of `items` that was asked for, with word of the others.
    pub fn page(&self, items: Vec<Value>) -> Outcome {
        let number = self.count("page_number")?.unwrap_or(1);
        let size = self.count("page_size")?.unwrap_or(USUAL_PAGE).min(LARGEST_PAGE);
        let total = items.len();
        let pages = total.div_ceil(size).max(1);
        let skipped = number.saturating_sub(1).saturating_mul(size);
        let items: Vec<Value> = items.into_iter().skip(skipped).take(size).collect();
        Ok(json!({
            "items": items,
            "pagination": {
                "total_records": total, "total_pages": pages, "current_page": number,
                "next_page": (number < pages).then(|| number.saturating_add(1)),
                "prev_page": (number > 1).then(|| number.saturating_sub(1)),
            },
        }))
    }

    fn count(&self, name: &str) -> Result<Option<usize>, CreemError> {
        let Some(text) = self.asked(name) else { return Ok(None) };
        let count = text.parse().ok().filter(|count| *count > 0);
        count.map(Some).ok_or_else(|| CreemError::bad(format!("{name} must be a positive number")))
    }
}

/// The fields of a body; null counts as absent.
#[derive(Clone, Debug, Default)]
pub struct Fields(pub Map<String, Value>);

impl Fields {
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.0.get(name).filter(|value| !value.is_null())
    }

    pub fn text(&self, name: &str) -> Result<Option<&str>, CreemError> {
        match self.get(name) {
            None => Ok(None),
            Some(value) => value.as_str().map(Some).ok_or_else(|| CreemError::bad(format!("{name} must be a string"))),
        }
    }

    pub fn required(&self, name: &str) -> Result<&str, CreemError> {
        self.text(name)?.filter(|text| !text.is_empty()).ok_or_else(|| CreemError::bad(format!("{name} must be a string")))
    }

    pub fn number(&self, name: &str) -> Result<Option<i64>, CreemError> {
        match self.get(name) {
            None => Ok(None),
            Some(value) => value.as_i64().map(Some).ok_or_else(|| CreemError::bad(format!("{name} must be a whole number"))),
        }
    }

    /// One of the words that Creem knows for it.
    pub fn word(&self, name: &str, words: &[&'static str]) -> Result<Option<&'static str>, CreemError> {
        let Some(text) = self.text(name)? else { return Ok(None) };
        let known = words.iter().copied().find(|word| *word == text);
        known.map(Some).ok_or_else(|| CreemError::bad(format!("{name} must be one of {}", words.join(", "))))
    }

    pub fn email(&self, name: &str) -> Result<Option<&str>, CreemError> {
        let Some(text) = self.text(name)? else { return Ok(None) };
        let is_one = text.contains('@') && !text.contains(char::is_whitespace);
        if is_one { Ok(Some(text)) } else { Err(CreemError::bad(format!("{name} must be an email"))) }
    }

    pub fn web_address(&self, name: &str) -> Result<Option<&str>, CreemError> {
        let Some(text) = self.text(name)? else { return Ok(None) };
        match Url::parse(text) {
            Ok(url) if matches!(url.scheme(), "http" | "https") && url.has_host() => Ok(Some(text)),
            Ok(_) | Err(_) => Err(CreemError::bad(format!("{name} must be a URL address"))),
        }
    }
}
