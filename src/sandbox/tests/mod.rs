//! The sandbox through its real listeners: what a provider's client, a buyer and a shop see of it.

mod control;
mod creem;
mod data;
mod documented;
mod flowglad;
mod inbox;
mod payment_page;
mod stripe;
mod subscriptions;
mod webhooks;

use std::collections::VecDeque;
use std::net::{IpAddr, Ipv4Addr};
use std::path::Path;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use reqwest::{Method, Response};
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;
use url::form_urlencoded;

use super::{Running, SeedPrice, Settings, start};
use crate::checkout::ProviderName;
use crate::checkout::signatures::stripe_header;
use crate::tests::specs::{assert_answer, assert_event};
use crate::values::{Clock, Currency, Entropy, Money, Timestamp};

/// Entropy that counts: ids differ from each other and are the same in every run.
#[derive(Default)]
pub struct Counting(AtomicU64);

impl Entropy for Counting {
    fn fill(&self, bytes: &mut [u8]) {
        let count = self.0.fetch_add(1, Ordering::Relaxed).to_be_bytes();
        for (byte, value) in bytes.iter_mut().rev().zip(count.iter().rev().cycle()) {
            *byte = *value;
        }
    }
}

/// A clock that is moved by hand.
pub struct Hand(pub AtomicI64);

impl Clock for Hand {
    fn now(&self) -> Timestamp {
        Timestamp::from_seconds(self.0.load(Ordering::SeqCst))
    }
}

pub const NOON: i64 = 1_767_225_600;

/// A webhook as the shop got it.
#[derive(Clone)]
struct Hook {
    provider: ProviderName,
    headers: HeaderMap,
    signature: String,
    body: Bytes,
}

impl Hook {
    fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }

    fn kind(&self) -> String {
        let said = self.json();
        // Flowglad names the object alone.
        said["type"].as_str().or(said["eventType"].as_str()).or(said["object"].as_str()).unwrap().to_owned()
    }
}

/// The shop's end of the line: keeps what comes and answers what it was told to, 200 when nothing.
#[derive(Clone, Default)]
struct Shop {
    hooks: Arc<Mutex<Vec<Hook>>>,
    answers: Arc<Mutex<VecDeque<StatusCode>>>,
}

impl Shop {
    async fn open(&self) -> u16 {
        let shop = self.clone();
        let take = async move |axum::extract::Path(provider): axum::extract::Path<String>, headers: HeaderMap, body: Bytes| {
            let provider = provider.parse().unwrap();
            let signature = headers.get("stripe-signature").map_or("", |value| value.to_str().unwrap()).to_owned();
            shop.hooks.lock().unwrap().push(Hook { provider, headers, signature, body });
            shop.answers.lock().unwrap().pop_front().unwrap_or(StatusCode::OK)
        };
        let listener = tokio::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let port = listener.local_addr().unwrap().port();
        tokio::spawn(async move { axum::serve(listener, Router::new().route("/webhooks/{provider}", post(take))).await });
        port
    }

    /// Waits until so many webhooks have come in all.
    async fn hooks(&self, count: usize) -> Vec<Hook> {
        for _ in 0..200 {
            if self.hooks.lock().unwrap().len() >= count {
                break;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        let hooks = self.hooks.lock().unwrap().clone();
        assert_eq!(hooks.len(), count, "{:?}", hooks.iter().map(Hook::kind).collect::<Vec<_>>());
        for hook in &hooks {
            assert_event(hook.provider, &hook.json());
        }
        hooks
    }
}

/// A sandbox, a shop beside it, and somebody who talks to both.
struct Lab {
    sandbox: Running,
    shop: Shop,
    clock: Arc<Hand>,
    ending: CancellationToken,
    client: reqwest::Client,
    folder: Arc<tempfile::TempDir>,
    shop_port: u16,
}

impl Lab {
    async fn new() -> Self {
        // Fails where another test has done it already.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let shop = Shop::default();
        let shop_port = shop.open().await;
        let folder = Arc::new(tempfile::tempdir().unwrap());
        Self::open(shop, shop_port, Arc::new(Hand(AtomicI64::new(NOON))), folder, Arc::new(Counting::default())).await
    }

    async fn open(shop: Shop, shop_port: u16, clock: Arc<Hand>, folder: Arc<tempfile::TempDir>, entropy: Arc<Counting>) -> Self {
        let ending = CancellationToken::new();
        let sandbox = start(settings(folder.path(), shop_port), clock.clone(), entropy, ending.clone()).await.unwrap();
        let client = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();
        Self { sandbox, shop, clock, ending, client, folder, shop_port }
    }

    /// Stops the sandbox and starts it again on what it saved.
    async fn restarted(self) -> Self {
        self.ending.cancel();
        self.sandbox.ended().await;
        let entropy = Arc::new(Counting(AtomicU64::new(1_000_000)));
        Self::open(self.shop, self.shop_port, self.clock, self.folder, entropy).await
    }

    fn advance(&self, seconds: i64) {
        self.clock.0.fetch_add(seconds, Ordering::SeqCst);
    }

    fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.sandbox.address)
    }

    async fn api(&self, method: Method, path: &str, fields: &[(&str, &str)], key: Option<&str>) -> Response {
        let mut request = self.client.request(method.clone(), self.url(path)).bearer_auth(&self.sandbox.keys.stripe.secret_key);
        if let Some(key) = key {
            request = request.header("idempotency-key", key);
        }
        if method == Method::POST {
            request = request.header("content-type", "application/x-www-form-urlencoded").body(encoded(fields));
        }
        documented(ProviderName::Stripe, &method, path, request.send().await.unwrap()).await
    }

    async fn get(&self, path: &str) -> Value {
        let response = self.api(Method::GET, path, &[], None).await;
        assert_eq!(response.status(), 200, "{path}");
        json_of(response).await
    }

    /// Opens a session for 19.20 euros.
    async fn session(&self) -> Value {
        let response = self.api(Method::POST, "/v1/checkout/sessions", GIFT, None).await;
        assert_eq!(response.status(), 200);
        json_of(response).await
    }

    /// Presses a button of the hosted page.
    async fn press(&self, session: &Value, outcome: &str) -> Response {
        let page = session["url"].as_str().unwrap().replace(&self.sandbox.keys.hosted_origin, &self.url(""));
        self.form(&page, &[("outcome", outcome)]).await
    }

    /// Presses a button of the home page.
    async fn home(&self, path: &str, fields: &[(&str, &str)]) -> StatusCode {
        self.form(&self.url(path), fields).await.status()
    }

    async fn form(&self, url: &str, fields: &[(&str, &str)]) -> Response {
        let request = self.client.post(url).header("content-type", "application/x-www-form-urlencoded");
        request.body(encoded(fields)).send().await.unwrap()
    }

    async fn control(&self, order: Value) -> Value {
        self.control_at("/control/webhooks", order).await.1
    }

    async fn control_at(&self, path: &str, order: Value) -> (u16, Value) {
        let response = self.client.post(self.url(path)).json(&order).send().await.unwrap();
        (response.status().as_u16(), json_of(response).await)
    }

    async fn mail(&self, key: &str, mail: &Value) -> StatusCode {
        self.client.post(&self.sandbox.keys.inbox.url).bearer_auth(key).json(mail).send().await.unwrap().status()
    }

    async fn text(&self, path: &str) -> String {
        self.client.get(self.url(path)).send().await.unwrap().text().await.unwrap()
    }
}

const GIFT: &[(&str, &str)] = &[
    ("mode", "payment"),
    ("line_items[0][quantity]", "1"),
    ("line_items[0][price_data][currency]", "eur"),
    ("line_items[0][price_data][unit_amount]", "1920"),
    ("line_items[0][price_data][product_data][name]", "Founder, <12> months"),
    ("customer_email", "ada@example.com"),
    ("client_reference_id", "order_1"),
    ("metadata[order]", "order_1"),
    ("payment_intent_data[metadata][order]", "order_1"),
    ("success_url", "http://shop.test/gift/thanks?session={CHECKOUT_SESSION_ID}"),
    ("cancel_url", "http://shop.test/gift/canceled?order=1"),
];

/// `GIFT` with one field in place of another; an empty name adds none.
fn gift_with(replaced: &'static str, name: &'static str, value: &'static str) -> Vec<(&'static str, &'static str)> {
    let mut fields: Vec<_> = GIFT.iter().copied().filter(|(name, _)| *name != replaced).collect();
    if !name.is_empty() {
        fields.push((name, value));
    }
    fields
}

pub fn settings(folder: &Path, shop_port: u16) -> Settings {
    Settings {
        bind: IpAddr::V4(Ipv4Addr::LOCALHOST),
        port: 0,
        hosted_origin: None,
        shop_url: format!("http://127.0.0.1:{shop_port}/").parse().unwrap(),
        env_file: folder.join("sandbox.env"),
        state_file: Some(folder.join("sandbox.json")),
        prices: vec![SeedPrice {
            price_id: "price_founder_12".to_owned(),
            creem_product_id: "prod_founder_12".to_owned(),
            flowglad_price: "founder-12".to_owned(),
            product_name: "Founder, 12 months".to_owned(),
            price: Money::new(19_200, Currency::EUR),
            every: None,
        }],
        webhook_retries: vec![Duration::from_secs(1), Duration::from_mins(1)],
    }
}

fn encoded(fields: &[(&str, &str)]) -> String {
    form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish()
}

/// The response again, once it was found to be as the provider documents it.
async fn documented(provider: ProviderName, method: &Method, path: &str, response: Response) -> Response {
    let (status, headers) = (response.status(), response.headers().clone());
    let body = response.bytes().await.unwrap();
    if let Ok(json) = serde_json::from_slice(&body) {
        assert_answer(provider, method.as_str(), path, status.as_u16(), &json);
    }
    let mut whole = http::Response::new(body);
    (*whole.status_mut(), *whole.headers_mut()) = (status, headers);
    whole.into()
}

async fn json_of(response: Response) -> Value {
    serde_json::from_slice(&response.bytes().await.unwrap()).unwrap()
}

fn location(response: &Response) -> &str {
    response.headers()["location"].to_str().unwrap()
}
