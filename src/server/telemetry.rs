//! The log: structured, one line a request with its id, and nothing private. A path can hold a code, so only its route is written.

use std::io::IsTerminal as _;
use std::time::Instant;

use axum::extract::{MatchedPath, Request};
use axum::middleware::Next;
use axum::response::Response;
use data_encoding::HEXLOWER;
use http::{HeaderName, HeaderValue};
use tracing::Instrument as _;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::format::FmtSpan;

use crate::pages::RequestId;
use crate::shop::SystemEntropy;
use crate::values::Entropy as _;

const X_REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
/// Says how much is logged, by the usual directives; `info` where it is not set.
const FILTER: &str = "RUST_LOG";
/// Writes JSON lines when it is `json`, for programs that read logs.
const FORMAT: &str = "RIBBON_LOG";

/// Starts the log on standard error.
pub fn start() {
    let filter = EnvFilter::try_from_env(FILTER).unwrap_or_else(|_| EnvFilter::new("info,sqlx=warn,tower_sessions=warn"));
    let log = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_span_events(FmtSpan::NONE)
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal());
    if std::env::var(FORMAT).is_ok_and(|format| format == "json") {
        log.json().init();
    } else {
        log.compact().init();
    }
}

/// Gives a request its id, writes its line when it is answered, and tells the id to whoever asked.
pub async fn request_line(mut request: Request, next: Next) -> Response {
    let id = new_id();
    request.extensions_mut().insert(RequestId(id.clone()));
    let method = request.method().clone();
    let span = tracing::info_span!("request", id, %method);
    let begun = Instant::now();
    let mut response = next.run(request).instrument(span.clone()).await;
    let route = response.extensions().get::<MatchedPath>().map_or("-", MatchedPath::as_str).to_owned();
    let millis = u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX);
    span.in_scope(|| tracing::info!(route, status = response.status().as_u16(), millis, "answered"));
    if let Ok(id) = HeaderValue::from_str(&id) {
        response.headers_mut().insert(X_REQUEST_ID, id);
    }
    response
}

/// Hands the route of a request on to its answer, where [`request_line`] finds it: the line is written outside of the router.
pub async fn note_route(route: Option<MatchedPath>, request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    if let Some(route) = route {
        response.extensions_mut().insert(route);
    }
    response
}

fn new_id() -> String {
    let mut bytes = [0_u8; 8];
    SystemEntropy.fill(&mut bytes);
    HEXLOWER.encode(&bytes)
}
