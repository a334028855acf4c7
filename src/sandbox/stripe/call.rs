//! One request to Stripe's API: who asks, with which parameters, and whether it was asked before.
//! Knows nothing of what is asked.

use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::extract::{FromRequest, RawPathParams, Request, State as Shared};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodFilter, MethodRouter, on};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::error::StripeError;
use super::form::Form;
use crate::sandbox::world::{Change, State, World};
use crate::values::Timestamp;

/// The version whose shapes are spoken here; another one that is asked for is echoed and gets the same.
pub const API_VERSION: &str = "2026-10-28.endive";
/// For how long a repeated request gets its first answer.
const MEMORY: Duration = Duration::from_hours(24);
const LONGEST_KEY: usize = 255;
const LARGEST_BODY_BYTES: usize = 256 * 1024;

/// A request whose key was right.
pub struct Call {
    pub form: Form,
    request_id: String,
    version: HeaderValue,
    idempotency_key: Option<String>,
    /// Of method, path and body: what a repeated request must share with the first.
    fingerprint: String,
}

/// The answer that a repeated request gets again.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Answered {
    pub fingerprint: String,
    pub body: Value,
    pub at: Timestamp,
}

pub type Outcome = Result<Value, StripeError>;

/// What is asked for: the parameters, and the id in the path where it has one.
pub struct Asked<'a> {
    pub id: &'a str,
    pub form: &'a Form,
    pub world: &'a World,
}

type Look = fn(&State, &Asked<'_>) -> Outcome;
type Act = fn(&mut Change<'_>, &Asked<'_>) -> Outcome;

/// A GET that answers from the state as it is.
pub fn reading(look: Look) -> MethodRouter<Arc<World>> {
    let answer = async move |Shared(world): Shared<Arc<World>>, path: RawPathParams, call: Call| {
        let outcome = world.read(|state| look(state, &Asked { id: id_in(&path), form: &call.form, world: &world })).await;
        call.answer(outcome)
    };
    on(MethodFilter::GET, answer)
}

/// A POST that does something once: the same idempotency key with the same request gets the first answer again.
pub fn writing(act: Act) -> MethodRouter<Arc<World>> {
    changing(MethodFilter::POST, act)
}

/// A DELETE.
pub fn removing(act: Act) -> MethodRouter<Arc<World>> {
    changing(MethodFilter::DELETE, act)
}

fn changing(method: MethodFilter, act: Act) -> MethodRouter<Arc<World>> {
    let answer =
        async move |Shared(world): Shared<Arc<World>>, path: RawPathParams, call: Call| call.write(&world, id_in(&path), act).await;
    on(method, answer)
}

fn id_in(path: &RawPathParams) -> &str {
    path.iter().next().map_or("", |(_, id)| id)
}

impl FromRequest<Arc<World>> for Call {
    type Rejection = Response;

    async fn from_request(request: Request, world: &Arc<World>) -> Result<Self, Response> {
        let (parts, body) = request.into_parts();
        let version = parts.headers.get("stripe-version").cloned().unwrap_or(HeaderValue::from_static(API_VERSION));
        let mut call = Self {
            form: Form::default(),
            request_id: world.id("req_"),
            version,
            idempotency_key: None,
            fingerprint: String::new(),
        };
        let Ok(body) = axum::body::to_bytes(body, LARGEST_BODY_BYTES).await else {
            return Err(call.answer(Err(StripeError::request(StatusCode::PAYLOAD_TOO_LARGE, "The request is too large."))));
        };
        let checked = authorize(&parts.headers, &world.keys.stripe.secret_key).and_then(|()| idempotency_key(&parts));
        match checked {
            Ok(key) => call.idempotency_key = key,
            Err(error) => return Err(call.answer(Err(error))),
        }
        call.fingerprint = fingerprint(&parts.method, parts.uri.path(), &body);
        call.form = Form::parse(parts.uri.query().unwrap_or_default().as_bytes()).with(Form::parse(&body));
        Ok(call)
    }
}

impl Call {
    async fn write(self, world: &World, id: &str, act: Act) -> Response {
        let act = |change: &mut Change<'_>| act(change, &Asked { id, form: &self.form, world });
        let Some(key) = self.idempotency_key.clone() else {
            let outcome = world.change(act).await;
            return self.answer(outcome);
        };
        let Some(_turn) = Turn::take(world, &key) else { return self.answer(Err(StripeError::key_in_use())) };
        let (outcome, is_replayed) = world.change(|change| self.once(change, key, act)).await;
        let mut response = self.answer(outcome);
        if is_replayed {
            response.headers_mut().insert(HeaderName::from_static("idempotent-replayed"), HeaderValue::from_static("true"));
        }
        response
    }

    /// What was refused is not kept: the corrected request may use the same key.
    fn once(&self, change: &mut Change<'_>, key: String, act: impl FnOnce(&mut Change<'_>) -> Outcome) -> (Outcome, bool) {
        let at = change.now;
        change.state.answers.retain(|_, answered| answered.at > at.minus(MEMORY));
        match change.state.answers.get(&key) {
            Some(answered) if answered.fingerprint == self.fingerprint => (Ok(answered.body.clone()), true),
            Some(_) => (Err(StripeError::key_reused()), false),
            None => {
                let outcome = act(change);
                if let Ok(body) = &outcome {
                    let answered = Answered { fingerprint: self.fingerprint.clone(), body: body.clone(), at };
                    change.state.answers.insert(key, answered);
                }
                (outcome, false)
            }
        }
    }

    pub fn answer(&self, outcome: Outcome) -> Response {
        let mut response = match outcome {
            Ok(value) => Json(value).into_response(),
            Err(error) => error.into_response(),
        };
        let headers = response.headers_mut();
        headers.insert(HeaderName::from_static("stripe-version"), self.version.clone());
        if let Ok(id) = HeaderValue::from_str(&self.request_id) {
            headers.insert(HeaderName::from_static("request-id"), id);
        }
        if let Some(Ok(key)) = self.idempotency_key.as_deref().map(HeaderValue::from_str) {
            headers.insert(HeaderName::from_static("idempotency-key"), key);
        }
        response
    }
}

/// The right to answer for an idempotency key; whoever comes meanwhile is told to wait.
struct Turn<'a> {
    world: &'a World,
    key: String,
}

impl<'a> Turn<'a> {
    fn take(world: &'a World, key: &str) -> Option<Self> {
        let is_free = world.running.lock().unwrap_or_else(std::sync::PoisonError::into_inner).insert(key.to_owned());
        is_free.then(|| Self { world, key: key.to_owned() })
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        self.world.running.lock().unwrap_or_else(std::sync::PoisonError::into_inner).remove(&self.key);
    }
}

/// The key comes as a bearer token, or as the user name of Basic.
fn authorize(headers: &HeaderMap, secret_key: &str) -> Result<(), StripeError> {
    let given = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok()).and_then(|value| value.split_once(' '));
    let key = match given {
        Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer") => Some(token.trim().to_owned()),
        Some((scheme, pair)) if scheme.eq_ignore_ascii_case("basic") => {
            let decoded = data_encoding::BASE64.decode(pair.trim().as_bytes()).ok().and_then(|pair| String::from_utf8(pair).ok());
            decoded.map(|pair| pair.split(':').next().unwrap_or_default().to_owned())
        }
        Some(_) | None => None,
    };
    match key {
        Some(key) if key == secret_key => Ok(()),
        Some(key) => Err(StripeError::unauthorized(format!("Invalid API Key provided: {}", masked(&key)))),
        None => Err(StripeError::unauthorized(
            "No API key was given. Send it as `Authorization: Bearer sk_test_…`, or as the user name of HTTP Basic.",
        )),
    }
}

/// Enough of a key to know it again.
fn masked(key: &str) -> String {
    let prefix: String = key.chars().take(8).collect();
    let stars = "*".repeat(key.chars().count().saturating_sub(8).min(24));
    prefix + &stars
}

fn idempotency_key(parts: &Parts) -> Result<Option<String>, StripeError> {
    if parts.method != Method::POST {
        return Ok(None);
    }
    match parts.headers.get("idempotency-key").map(|value| value.to_str()) {
        None => Ok(None),
        Some(Ok(key)) if !key.is_empty() && key.len() <= LONGEST_KEY => Ok(Some(key.to_owned())),
        Some(_) => Err(StripeError::request(StatusCode::BAD_REQUEST, "An Idempotency-Key has 1 to 255 visible characters.")),
    }
}

fn fingerprint(method: &Method, path: &str, body: &[u8]) -> String {
    let hash = Sha256::new().chain_update(method.as_str()).chain_update(path).chain_update([0]).chain_update(body).finalize();
    data_encoding::HEXLOWER.encode(&hash)
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicI64;

    use super::*;
    use crate::sandbox::tests::{Counting, Hand, NOON, settings};
    use crate::sandbox::{Bases, load_or_make_keys};

    #[test]
    fn a_key_is_in_use_until_its_request_was_answered() {
        let folder = tempfile::tempdir().unwrap();
        let settings = settings(folder.path(), 1);
        let keys = load_or_make_keys(&settings.env_file, &Bases::from_port("h", 1), &Counting::default()).unwrap();
        let clock = Arc::new(Hand(AtomicI64::new(NOON)));
        let world = World::open(settings, keys, clock, Arc::new(Counting::default())).unwrap();
        let turn = Turn::take(&world, "k1").unwrap();
        assert!(Turn::take(&world, "k1").is_none() && Turn::take(&world, "k2").is_some());
        drop(turn);
        assert!(Turn::take(&world, "k1").is_some());
    }

    #[test]
    fn no_more_of_a_wrong_key_is_shown_than_its_kind() {
        assert_eq!(masked("sk_live_abcdef"), "sk_live_******");
        assert_eq!(masked("short"), "short");
    }
}
