//! Why the API did not do what was asked: a status, a stable tag, a sentence, and the field where there is one. Knows of the errors of the
//! shop and of HTTP, and of no endpoint.

use axum::Json;
use axum::response::{IntoResponse, Response};
use http::header::{RETRY_AFTER, WWW_AUTHENTICATE};
use http::{HeaderName, HeaderValue, StatusCode};
use serde::Serialize;
use utoipa::ToSchema;

use crate::Error;
use crate::error::{Cause, Wrong};
use crate::visitor;

/// What could not be done, in every answer that isn't a success.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = Error)]
pub struct Said {
    /// A stable tag; the table of errors lists them all.
    #[schema(example = "validation_failed")]
    pub error: &'static str,
    /// A sentence for whoever reads the log of the program that asked.
    #[schema(example = "Choose what to give: Member or Founder.")]
    pub message: String,
    /// The first field that needs correcting.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "tier")]
    pub field: Option<String>,
    /// Every field that needs correcting, in the order of the documents.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub fields: Vec<WrongField>,
}

/// One field, and what to do about it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct WrongField {
    #[schema(example = "tier")]
    pub field: String,
    #[schema(example = "Choose what to give: Member or Founder")]
    pub message: String,
}

/// An answer that isn't a success, with what its headers say.
#[derive(Debug)]
pub struct Problem {
    status: StatusCode,
    said: Box<Said>,
    headers: Vec<(HeaderName, HeaderValue)>,
    cause: Option<Cause>,
}

impl Problem {
    pub const MALFORMED_JSON: &str = "malformed_json";
    pub const UNSUPPORTED_MEDIA_TYPE: &str = "unsupported_media_type";
    pub const METHOD_NOT_ALLOWED: &str = "method_not_allowed";

    pub fn new(status: StatusCode, tag: &'static str, message: impl Into<String>) -> Self {
        let said = Said { error: tag, message: message.into(), field: None, fields: Vec::new() };
        Self { status, said: Box::new(said), headers: Vec::new(), cause: None }
    }

    pub fn malformed_json(message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, Self::MALFORMED_JSON, message)
    }

    /// 400: these fields need correcting.
    pub fn invalid(wrongs: Vec<Wrong>) -> Self {
        let error = Error::Invalid(wrongs);
        let mut problem = Self::new(StatusCode::BAD_REQUEST, error.tag(), error.to_string());
        let Error::Invalid(wrongs) = error else { return problem };
        problem.said.field = wrongs.first().map(|wrong| wrong.field.clone());
        problem.said.fields = wrongs.into_iter().map(|Wrong { field, message, .. }| WrongField { field, message }).collect();
        problem
    }

    #[must_use]
    pub fn with_header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.headers.push((name, value));
        self
    }

    pub const fn status(&self) -> StatusCode {
        self.status
    }

    pub const fn said(&self) -> &Said {
        &self.said
    }
}

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        if let Error::Invalid(wrongs) = error {
            return Self::invalid(wrongs);
        }
        let status = StatusCode::from_u16(error.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut problem = Self::new(status, error.tag(), error.to_string());
        problem.cause = error.cause().cloned();
        if let Some(challenge) = visitor::challenge(&error) {
            problem = problem.with_header(WWW_AUTHENTICATE, challenge);
        }
        if let Error::TooManyAttempts { seconds } = error {
            problem = problem.with_header(RETRY_AFTER, HeaderValue::from(seconds));
        }
        problem
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        if let Some(cause) = &self.cause {
            tracing::error!(tag = self.said.error, ?cause, "a request of the API came to nothing");
        }
        let mut response = (self.status, Json(self.said)).into_response();
        response.headers_mut().extend(self.headers);
        response
    }
}
