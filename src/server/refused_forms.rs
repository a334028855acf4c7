//! A refused form comes back whole: the server function answers an error, and its page is rendered again around it, with status 422 or
//! whatever belongs to the error. Nothing that was typed stands in a URL, and no session is made for it.

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{OriginalUri, Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use http::header::{ACCEPT, CONTENT_LENGTH, CONTENT_TYPE};
use http::request::Parts;
use http::{Method, StatusCode};
use leptos::server_fn::error::SERVER_FN_ERROR_HEADER;
use tower::ServiceExt as _;

use crate::Error;
use crate::api::error_json;
use crate::pages::{Draft, Refusal};

/// The largest body that any door takes, in bytes.
pub const BODY_MAX: usize = 64 * 1024;

const FORM: &str = "application/x-www-form-urlencoded";

/// Lets a form through to its server function, and turns an error of it into its own page, which `pages` renders again.
pub async fn refused_forms(State(pages): State<Router>, request: Request, next: Next) -> Response {
    if request.method() != Method::POST || !is_form(&request) {
        return next.run(request).await;
    }
    let (parts, body) = request.into_parts();
    let Ok(bytes) = to_bytes(body, BODY_MAX).await else { return StatusCode::PAYLOAD_TOO_LARGE.into_response() };
    let fields: Vec<(String, String)> = url::form_urlencoded::parse(&bytes).into_owned().collect();
    let error = match doubled(&fields) {
        Some(name) => Error::invalid(name, "This was sent twice. Fill it in once"),
        None => match answer(&parts, bytes.into(), next).await {
            Ok(response) => return response,
            Err(error) => error,
        },
    };
    if let Some(cause) = error.cause() {
        tracing::error!(tag = error.tag(), ?cause, "a form came to nothing");
    }
    if !accepts_html(&parts) {
        return error_json(&error);
    }
    let status = StatusCode::from_u16(error.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let asked = page_again(parts, Refusal { error, draft: fields.into_iter().collect::<Draft>() });
    let Ok(mut page) = pages.oneshot(asked).await;
    *page.status_mut() = status;
    page
}

/// What the server function answers, or the error that it wrote into its answer.
async fn answer(parts: &Parts, body: Body, next: Next) -> Result<Response, Error> {
    let response = next.run(Request::from_parts(parts.clone(), body)).await;
    if !response.headers().contains_key(SERVER_FN_ERROR_HEADER) {
        return Ok(response);
    }
    let bytes = to_bytes(response.into_body(), BODY_MAX).await.map_err(Error::internal)?;
    Err(serde_json::from_slice(&bytes).unwrap_or_else(Error::internal))
}

/// The page at which the form was opened, asked for as if nothing had been posted.
fn page_again(mut parts: Parts, refusal: Refusal) -> Request {
    if let Some(OriginalUri(uri)) = parts.extensions.get::<OriginalUri>() {
        parts.uri = uri.clone();
    }
    parts.method = Method::GET;
    parts.headers.remove(CONTENT_TYPE);
    parts.headers.remove(CONTENT_LENGTH);
    parts.extensions.insert(refusal);
    Request::from_parts(parts, Body::empty())
}

fn is_form(request: &Request) -> bool {
    let content_type = request.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    content_type.split(';').next().is_some_and(|essence| essence.trim().eq_ignore_ascii_case(FORM))
}

fn accepts_html(parts: &Parts) -> bool {
    parts.headers.get(ACCEPT).and_then(|value| value.to_str().ok()).is_some_and(|accepts| accepts.contains("text/html"))
}

/// A field that came more than once: none of our forms has such a field, so one of the two is not ours.
fn doubled(fields: &[(String, String)]) -> Option<&str> {
    let again = |(place, (name, _)): (usize, &(String, String))| fields.iter().take(place).any(|(earlier, _)| earlier == name);
    fields.iter().enumerate().find(|field| again(*field)).map(|(_, (name, _))| name.as_str())
}
