//! What stands before every handler: where a request comes from, how large it may be, and what browsers may do with the answer.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use axum::body::Body;
use axum::extract::{ConnectInfo, Request, State};
use axum::middleware::Next;
use axum::response::Response;
use http::header::{
    AUTHORIZATION, CONTENT_SECURITY_POLICY, COOKIE, HeaderName, ORIGIN, REFERRER_POLICY, STRICT_TRANSPORT_SECURITY,
};
use http::{HeaderMap, HeaderValue, Method};
use ipnet::IpNet;

use super::refusals::refusal;
use crate::Error;
use crate::visitor::ClientAddress;

const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");
const X_FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
/// Where mail programs stop reminders: whoever has the token in its address may, wherever they come from, and a session counts for nothing.
const ONE_CLICK: &str = "/reminders/stop";
/// Two years, as the preload list asks for.
const HSTS: HeaderValue = HeaderValue::from_static("max-age=63072000; includeSubDomains");

/// Whom the guards let through.
#[derive(Clone, Debug)]
pub struct Gate {
    /// Our own origin, as browsers write it.
    pub origin: String,
    pub trusted_proxies: Vec<IpNet>,
}

/// An unsafe request must come from our own pages, whoever sends it: a login that another site forces is an attack too.
/// The providers' webhooks, a mail program's press and, where tokens count, requests with one carry their own proof.
pub async fn own_origin(State(gate): State<Arc<Gate>>, request: Request, next: Next) -> Response {
    let is_safe = matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS);
    if is_safe || carries_its_own_proof(&request) || is_from(request.headers(), &gate.origin) {
        return next.run(request).await;
    }
    tracing::warn!("an unsafe request from another origin was refused");
    refusal(Error::ForeignOrigin)
}

/// A token says nothing at a page's own form, which goes by the session: there it excuses from nothing. The API goes by the session only
/// where no `Authorization` came, and another site can make a browser send a cookie but not that.
fn carries_its_own_proof(request: &Request) -> bool {
    let path = request.uri().path();
    let takes_tokens = matches!(path.split('/').nth(1), Some("v1" | "api" | "openapi.json"));
    let goes_by_session = request.headers().contains_key(COOKIE) && !request.headers().contains_key(AUTHORIZATION);
    path.starts_with("/webhooks/") || path == ONE_CLICK || (takes_tokens && !goes_by_session)
}

/// The browser's own word first; where it has none, the origin that it always sends with an unsafe request.
fn is_from(headers: &HeaderMap, origin: &str) -> bool {
    match headers.get(SEC_FETCH_SITE) {
        Some(site) => site == "same-origin" || site == "none",
        None => headers.get(ORIGIN).is_some_and(|sent| sent == origin),
    }
}

/// Finds out where a request comes from: the peer, or whom our own proxies name.
pub async fn client_address(State(gate): State<Arc<Gate>>, mut request: Request, next: Next) -> Response {
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>().map_or(IpAddr::from([127, 0, 0, 1]), |peer| peer.0.ip());
    let address = behind_proxies(peer, request.headers(), &gate.trusted_proxies);
    request.extensions_mut().insert(ClientAddress(address));
    next.run(request).await
}

/// The last address on the way that isn't a proxy of ours. What stands before it anybody can have written.
fn behind_proxies(peer: IpAddr, headers: &HeaderMap, trusted: &[IpNet]) -> IpAddr {
    let is_ours = |address: &IpAddr| trusted.iter().any(|net| net.contains(address));
    if !is_ours(&peer) {
        return peer;
    }
    let hops: Vec<&str> = headers
        .get_all(X_FORWARDED_FOR)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .collect();
    hops.iter().rev().map_while(|hop| hop.trim().parse::<IpAddr>().ok()).find(|hop| !is_ours(hop)).unwrap_or(peer)
}

/// The headers of every answer.
#[derive(Clone, Debug)]
pub struct SecurityHeaders {
    policy: HeaderValue,
    is_https: bool,
}

impl SecurityHeaders {
    /// `script_hashes` are those of the inline scripts that wake the islands; `checkout_origins` those to which a form may lead.
    pub fn new(script_hashes: &[String], checkout_origins: &[String], is_https: bool) -> Self {
        let hashes = script_hashes.iter().map(|hash| format!("'{hash}'")).collect::<Vec<_>>().join(" ");
        let origins = checkout_origins.join(" ");
        let policy = format!(
            "default-src 'none'; script-src 'self' 'wasm-unsafe-eval' {hashes}; style-src 'self'; img-src 'self'; font-src 'self'; \
             connect-src 'self'; manifest-src 'self'; form-action 'self' {origins}; frame-ancestors 'none'; base-uri 'none'"
        );
        Self { policy: HeaderValue::from_str(&policy).unwrap_or(HeaderValue::from_static("default-src 'none'")), is_https }
    }

    /// Into the headers of an answer; a policy that is there already stays.
    pub fn write(&self, headers: &mut HeaderMap) {
        headers.entry(CONTENT_SECURITY_POLICY).or_insert_with(|| self.policy.clone());
        headers.insert(REFERRER_POLICY, HeaderValue::from_static("same-origin"));
        headers.insert("x-content-type-options", HeaderValue::from_static("nosniff"));
        headers.insert("x-frame-options", HeaderValue::from_static("DENY"));
        headers.insert("cross-origin-opener-policy", HeaderValue::from_static("same-origin"));
        headers.insert("permissions-policy", HeaderValue::from_static("camera=(), geolocation=(), microphone=(), payment=()"));
        if self.is_https {
            headers.insert(STRICT_TRANSPORT_SECURITY, HSTS);
        }
    }
}

/// Sets what browsers hold pages to. `Referrer-Policy: same-origin` and not `no-referrer`, under which our own forms would send `Origin: null`.
pub async fn security_headers(State(security): State<Arc<SecurityHeaders>>, request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    security.write(response.headers_mut());
    response
}

/// Pages that show somebody's data are kept by nobody, unless a handler said otherwise.
pub async fn never_stored(request: Request, next: Next) -> Response<Body> {
    let mut response = next.run(request).await;
    response.headers_mut().entry(http::header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
        pairs.iter().map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_str(value).unwrap())).collect()
    }

    #[test]
    fn only_our_own_pages_may_send_forms() {
        let ours = "https://gifts.example";
        for (sent, may) in [
            (headers(&[("sec-fetch-site", "same-origin")]), true),
            (headers(&[("sec-fetch-site", "same-site"), ("origin", ours)]), false),
            (headers(&[("sec-fetch-site", "cross-site")]), false),
            (headers(&[("origin", ours)]), true),
            (headers(&[("origin", "https://gifts.example.evil")]), false),
            (headers(&[("origin", "null")]), false),
            (headers(&[]), false),
        ] {
            assert_eq!(is_from(&sent, ours), may, "{sent:?}");
        }
    }

    #[test]
    fn only_what_goes_by_a_session_must_come_from_our_own_pages() {
        let (cookie, token) = ((COOKIE, "ribbon=x"), (AUTHORIZATION, "Bearer x"));
        for (path, sent, may) in [
            ("/webhooks/stripe", vec![cookie.clone()], true),
            ("/v1/billing/gifts/redeem", vec![token.clone()], true),
            ("/v1/billing/gifts/redeem", vec![token.clone(), cookie.clone()], true),
            ("/api/v1/billing/checkout", vec![], true),
            ("/v1/billing/gifts/redeem", vec![cookie.clone()], false),
            ("/reminders/stop", vec![], true),
            ("/reminders/stop", vec![cookie.clone()], true),
            ("/reminders", vec![], false),
            ("/reminders/stop/", vec![], false),
            ("/login", vec![], false),
            ("/login", vec![token.clone()], false),
            ("/gifts/webhooks/stripe", vec![token], false),
        ] {
            let request = sent.iter().fold(Request::post(path), |request, (name, value)| request.header(name, *value));
            assert_eq!(carries_its_own_proof(&request.body(Body::empty()).unwrap()), may, "{path} {sent:?}");
        }
    }

    #[test]
    fn an_address_is_believed_as_far_as_our_own_proxies_reach() {
        let trusted = ["10.0.0.0/8".parse().unwrap()];
        let ip = |text: &str| text.parse::<IpAddr>().unwrap();
        let forwarded = headers(&[("x-forwarded-for", "1.1.1.1, 203.0.113.7, 10.0.0.2")]);
        assert_eq!(behind_proxies(ip("10.0.0.1"), &forwarded, &trusted), ip("203.0.113.7"));
        assert_eq!(behind_proxies(ip("198.51.100.1"), &forwarded, &trusted), ip("198.51.100.1"));
        let forged = headers(&[("x-forwarded-for", "203.0.113.7, nonsense")]);
        assert_eq!(behind_proxies(ip("10.0.0.1"), &forged, &trusted), ip("10.0.0.1"));
    }
}
