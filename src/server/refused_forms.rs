//! A refused form comes back whole: the server function answers an error, and its page is rendered again around it, with status 422 or
//! whatever belongs to the error; so does one that asks to be shown again, with 200. Nothing that was typed stands in a URL, and no session is made for it.

use std::collections::HashSet;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{OriginalUri, Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use http::request::Parts;
use http::{Method, StatusCode};
use leptos::server_fn::error::SERVER_FN_ERROR_HEADER;
use tower::ServiceExt as _;

use super::refusals::{accepts_html, refusal};
use crate::Error;
use crate::api::error_json;
use crate::error::CauseKept;
use crate::pages::{Draft, Refusal};
use crate::visitor::{SHOWN_AGAIN, ShownOnce};

/// The largest body that any door takes, in bytes.
pub const BODY_MAX: usize = 64 * 1024;

const FORM: &str = "application/x-www-form-urlencoded";

/// Lets a form, and no other kind of body, through to its server function, and turns an error of it into its own page, which `pages`
/// renders again.
pub async fn refused_forms(State(pages): State<Router>, request: Request, next: Next) -> Response {
    if request.method() != Method::POST {
        return next.run(request).await;
    }
    if !is_form(&request) {
        return StatusCode::UNSUPPORTED_MEDIA_TYPE.into_response();
    }
    let (mut parts, body) = request.into_parts();
    let kept = CauseKept::default();
    parts.extensions.insert(kept.clone());
    parts.extensions.insert(ShownOnce::default());
    let Ok(bytes) = to_bytes(body, BODY_MAX).await else { return refusal(Error::TooLarge) };
    let fields: Vec<(String, String)> = url::form_urlencoded::parse(&bytes).into_owned().collect();
    let error = match doubled(&fields) {
        Some(name) => Error::invalid(name, "This was sent twice. Fill it in once"),
        None => match answer(&parts, bytes.into(), next).await {
            Ok(response) if response.headers().contains_key(SHOWN_AGAIN) => {
                let Ok(page) = pages.oneshot(page_again(parts, fields.into_iter().collect::<Draft>())).await;
                return page;
            }
            Ok(response) => return response,
            Err(error) => error,
        },
    };
    if let Some(cause) = kept.take().or_else(|| error.cause().cloned()) {
        tracing::error!(tag = error.tag(), ?cause, "a form came to nothing");
    }
    if !accepts_html(&parts.headers) {
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

/// The page at which the form was opened, asked for as if nothing had been posted; it `finds` what it shall show.
fn page_again<T: Clone + Send + Sync + 'static>(mut parts: Parts, finds: T) -> Request {
    if let Some(OriginalUri(uri)) = parts.extensions.get::<OriginalUri>() {
        parts.uri = uri.clone();
    }
    parts.method = Method::GET;
    parts.headers.remove(CONTENT_TYPE);
    parts.headers.remove(CONTENT_LENGTH);
    parts.extensions.insert(finds);
    Request::from_parts(parts, Body::empty())
}

fn is_form(request: &Request) -> bool {
    let content_type = request.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    content_type.split(';').next().is_some_and(|essence| essence.trim().eq_ignore_ascii_case(FORM))
}

/// A field that came more than once: none of our forms has such a field, so one of the two is not ours.
fn doubled(fields: &[(String, String)]) -> Option<&str> {
    let mut names = HashSet::new();
    fields.iter().map(|(name, _)| name.as_str()).find(|name| !names.insert(*name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_that_comes_twice_is_found() {
        let fields = |names: &[&str]| -> Vec<(String, String)> { names.iter().map(|name| ((*name).into(), "x".into())).collect() };
        assert_eq!(doubled(&fields(&["email", "password", "email"])), Some("email"));
        assert_eq!(doubled(&fields(&["email", "password"])), None);
    }
}
