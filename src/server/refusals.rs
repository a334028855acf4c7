//! What is refused before any page was asked, or breaks on the way to one: a person reads a page of ours, a program JSON.

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use http::header::{ACCEPT, CACHE_CONTROL};
use http::{HeaderMap, HeaderValue, StatusCode};
use tower::ServiceExt as _;

use crate::Error;
use crate::api::{self, error_json};
use crate::pages::{Draft, Refusal, RequestId};

/// Where no page stands: what is shown there is what the refusal says.
const NOWHERE: &str = "/nowhere";

/// An answer that holds why there is none, until [`in_their_words`] writes it for whoever asked.
pub fn refusal(error: Error) -> Response {
    let mut response = status(&error).into_response();
    response.extensions_mut().insert(error);
    response
}

/// Writes out what was refused: as a page, which `pages` renders, or as JSON.
pub async fn in_their_words(State(pages): State<Router>, request: Request, next: Next) -> Response {
    let is_person = accepts_html(request.headers()) && !api::serves(request.uri().path());
    let request_id = request.extensions().get::<RequestId>().cloned();
    let mut response = next.run(request).await;
    let error = match response.extensions_mut().remove::<Error>() {
        Some(error) => error,
        None if response.status() == StatusCode::PAYLOAD_TOO_LARGE => Error::TooLarge,
        None => return response,
    };
    if is_person {
        return page(pages, error, request_id).await;
    }
    if let Some(cause) = error.cause() {
        tracing::error!(tag = error.tag(), ?cause, "a request came to nothing");
    }
    error_json(&error)
}

/// Whether whoever asked reads pages.
pub fn accepts_html(headers: &HeaderMap) -> bool {
    headers.get(ACCEPT).and_then(|value| value.to_str().ok()).is_some_and(|accepts| accepts.contains("text/html"))
}

async fn page(pages: Router, error: Error, request_id: Option<RequestId>) -> Response {
    let status = status(&error);
    let mut asked = Request::new(Body::empty());
    *asked.uri_mut() = http::Uri::from_static(NOWHERE);
    asked.extensions_mut().insert(Refusal { error, draft: Draft::default() });
    if let Some(id) = request_id {
        asked.extensions_mut().insert(id);
    }
    let Ok(mut page) = pages.oneshot(asked).await;
    *page.status_mut() = status;
    page.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    page
}

fn status(error: &Error) -> StatusCode {
    StatusCode::from_u16(error.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
}

#[cfg(test)]
mod tests {
    use axum::middleware::from_fn_with_state;
    use axum::routing::get;
    use http_body_util::BodyExt as _;

    use super::*;

    /// A door that refuses, before pages that say what they were handed.
    fn doors() -> Router {
        let pages = Router::new().fallback(async |request: Request| {
            let refusal = request.extensions().get::<Refusal>().unwrap();
            (StatusCode::NOT_FOUND, format!("page: {}", refusal.error))
        });
        Router::new()
            .route("/foreign", get(async || refusal(Error::ForeignOrigin)))
            .route("/large", get(async || StatusCode::PAYLOAD_TOO_LARGE))
            .route("/fine", get(async || "fine"))
            .layer(from_fn_with_state(pages, in_their_words))
    }

    async fn answer(path: &str, accept: &str) -> (u16, String) {
        let request = Request::get(path).header(ACCEPT, accept).body(Body::empty()).unwrap();
        let response = doors().oneshot(request).await.unwrap();
        let status = response.status().as_u16();
        let body = response.into_body().collect().await.unwrap().to_bytes();
        (status, String::from_utf8(body.to_vec()).unwrap())
    }

    #[tokio::test]
    async fn a_person_reads_a_page_and_a_program_json() {
        let browser = "text/html,application/xhtml+xml;q=0.9,*/*;q=0.8";
        assert_eq!(answer("/foreign", browser).await, (403, format!("page: {}", Error::ForeignOrigin)));
        assert_eq!(answer("/large", browser).await, (413, format!("page: {}", Error::TooLarge)));
        let (status, body) = answer("/foreign", "*/*").await;
        assert!(status == 403 && body.contains(r#""error":"foreign_origin""#), "{status} {body}");
        let (status, body) = answer("/large", "application/json").await;
        assert!(status == 413 && body.contains(r#""error":"too_large""#), "{status} {body}");
        assert_eq!(answer("/fine", browser).await, (200, "fine".to_owned()));
    }
}
