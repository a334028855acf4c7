//! How the API answers whatever the endpoint: nothing is stored, other origins are let in where the operator listed them, a limit is told
//! before it is met, and what there is not is said in JSON.

use std::net::IpAddr;
use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use http::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_EXPOSE_HEADERS,
    ACCESS_CONTROL_MAX_AGE, ACCESS_CONTROL_REQUEST_METHOD, CACHE_CONTROL, CONTENT_SECURITY_POLICY, HeaderName, ORIGIN, VARY,
};
use http::{HeaderMap, HeaderValue, Method, StatusCode};

use super::Doors;
use super::problem::Problem;
use crate::Error;
use crate::shop::{Allowance, Quota};
use crate::visitor::ClientAddress;

/// By draft-ietf-httpapi-ratelimit-headers: how many in how many seconds; and how many of them are left for how long.
const RATE_LIMIT_POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");
const RATE_LIMIT: HeaderName = HeaderName::from_static("ratelimit");

const NO_STORE: HeaderValue = HeaderValue::from_static("no-store");
/// An answer is no page, whatever a browser is made to think.
const NO_PAGE: HeaderValue = HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'");

/// Keeps answers out of every cache, unless the endpoint says otherwise, and lets scripts of listed origins read them.
pub async fn polite(State(doors): State<Arc<Doors>>, request: Request, next: Next) -> Response {
    let origin = request.headers().get(ORIGIN).filter(|origin| origin.to_str().is_ok_and(|origin| doors.origins.lists(origin)));
    let origin = origin.cloned();
    let is_preflight = *request.method() == Method::OPTIONS && request.headers().contains_key(ACCESS_CONTROL_REQUEST_METHOD);
    let mut response = match &origin {
        Some(_) if is_preflight => preflight(),
        Some(_) | None => next.run(request).await,
    };
    let headers = response.headers_mut();
    headers.entry(CACHE_CONTROL).or_insert(NO_STORE);
    headers.entry(CONTENT_SECURITY_POLICY).or_insert(NO_PAGE);
    if !doors.origins.listed.is_empty() {
        headers.append(VARY, HeaderValue::from_static("origin"));
    }
    if let Some(origin) = origin {
        let told = HeaderValue::from_static("retry-after, ratelimit, ratelimit-policy, x-request-id, www-authenticate");
        headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin);
        headers.insert(ACCESS_CONTROL_EXPOSE_HEADERS, told);
    }
    response
}

/// A browser asks whether a script may ask. No cookie counts for it: it needs a token.
fn preflight() -> Response {
    let headers = [
        (ACCESS_CONTROL_ALLOW_METHODS, HeaderValue::from_static("GET, HEAD, POST")),
        (ACCESS_CONTROL_ALLOW_HEADERS, HeaderValue::from_static("authorization, content-type, idempotency-key")),
        (ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static("600")),
    ];
    (StatusCode::NO_CONTENT, headers).into_response()
}

/// What stands at a path, but not for this method; the router adds `Allow`.
pub async fn other_method(method: Method) -> Response {
    if method == Method::OPTIONS {
        return StatusCode::NO_CONTENT.into_response();
    }
    let sentence = format!("{method} is not allowed here. The Allow header says what is.");
    Problem::new(StatusCode::METHOD_NOT_ALLOWED, Problem::METHOD_NOT_ALLOWED, sentence).into_response()
}

/// Where no endpoint stands.
pub async fn lost() -> Problem {
    Error::NotFound.into()
}

/// Says beside every answer how the caller stands with the limit that the endpoint counts against.
pub async fn tell_quota(State((doors, allowance)): State<(Arc<Doors>, Allowance)>, request: Request<Body>, next: Next) -> Response {
    let from = request.extensions().get::<ClientAddress>().map_or(IpAddr::from([127, 0, 0, 1]), |address| address.0);
    let mut response = next.run(request).await;
    match doors.shop.quota(allowance, from).await {
        Ok(quota) => write(response.headers_mut(), allowance, &quota),
        Err(error) => tracing::warn!(tag = error.tag(), cause = ?error.cause(), "a limit could not be told"),
    }
    response
}

fn write(headers: &mut HeaderMap, allowance: Allowance, quota: &Quota) {
    let name = name(allowance);
    let policy = format!("\"{name}\";q={};w={}", quota.max, quota.window.as_secs());
    let standing = format!("\"{name}\";r={};t={}", quota.left, quota.resets_in.as_secs());
    for (header, value) in [(RATE_LIMIT_POLICY, policy), (RATE_LIMIT, standing)] {
        if let Ok(value) = HeaderValue::from_str(&value) {
            headers.insert(header, value);
        }
    }
}

/// As the headers and the documents call it.
pub const fn name(allowance: Allowance) -> &'static str {
    match allowance {
        Allowance::Checkouts => "checkouts",
        Allowance::Codes => "codes",
        Allowance::PromoCodes => "promo-codes",
    }
}
