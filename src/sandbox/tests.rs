//! The sandbox through its real listeners: what a provider's client, a buyer and a shop see of it.

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
use crate::checkout::signatures::stripe_header;
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
struct Hand(AtomicI64);

impl Clock for Hand {
    fn now(&self) -> Timestamp {
        Timestamp::from_seconds(self.0.load(Ordering::SeqCst))
    }
}

const NOON: i64 = 1_767_225_600;

/// A webhook as the shop got it.
#[derive(Clone)]
struct Hook {
    signature: String,
    body: Bytes,
}

impl Hook {
    fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }

    fn kind(&self) -> String {
        self.json()["type"].as_str().unwrap().to_owned()
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
        let take = async move |headers: HeaderMap, body: Bytes| {
            let signature = headers["stripe-signature"].to_str().unwrap().to_owned();
            shop.hooks.lock().unwrap().push(Hook { signature, body });
            shop.answers.lock().unwrap().pop_front().unwrap_or(StatusCode::OK)
        };
        let listener = tokio::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let port = listener.local_addr().unwrap().port();
        tokio::spawn(async move { axum::serve(listener, Router::new().route("/webhooks/stripe", post(take))).await });
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
        request.send().await.unwrap()
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
        let page = session["url"].as_str().unwrap().replace(&self.sandbox.hosted_origin, &self.url(""));
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
        let response = self.client.post(self.url("/control/webhooks")).json(&order).send().await.unwrap();
        json_of(response).await
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

fn settings(folder: &Path, shop_port: u16) -> Settings {
    Settings {
        bind: IpAddr::V4(Ipv4Addr::LOCALHOST),
        port: 0,
        hosted_origin: None,
        shop_url: format!("http://127.0.0.1:{shop_port}/").parse().unwrap(),
        env_file: folder.join("sandbox.env"),
        state_file: Some(folder.join("sandbox.json")),
        prices: vec![SeedPrice {
            price_id: "price_founder_12".to_owned(),
            product_name: "Founder, 12 months".to_owned(),
            price: Money::new(19_200, Currency::EUR),
        }],
        webhook_retries: vec![Duration::from_secs(1), Duration::from_mins(1)],
    }
}

fn encoded(fields: &[(&str, &str)]) -> String {
    form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish()
}

async fn json_of(response: Response) -> Value {
    serde_json::from_slice(&response.bytes().await.unwrap()).unwrap()
}

fn location(response: &Response) -> &str {
    response.headers()["location"].to_str().unwrap()
}

#[tokio::test]
async fn paying_redirects_with_the_session_and_sends_a_signed_event() {
    let lab = Lab::new().await;
    let session = lab.session().await;
    let id = session["id"].as_str().unwrap();
    assert!(id.starts_with("cs_test_"));
    assert_eq!(
        (&session["status"], &session["payment_status"], &session["payment_intent"]),
        (&json!("open"), &json!("unpaid"), &Value::Null)
    );
    assert_eq!(
        (&session["amount_total"], &session["currency"], &session["livemode"]),
        (&json!(1_920), &json!("eur"), &json!(false))
    );

    let paid = lab.press(&session, "pay").await;
    assert_eq!((paid.status().as_u16(), location(&paid)), (303, &*format!("http://shop.test/gift/thanks?session={id}")));

    let hook = lab.shop.hooks(1).await.remove(0);
    let secret = &lab.sandbox.keys.stripe.webhook_secret;
    assert_eq!(hook.signature, stripe_header(secret, Timestamp::from_seconds(NOON), &hook.body));
    let event = hook.json();
    assert_eq!((&event["type"], &event["livemode"]), (&json!("checkout.session.completed"), &json!(false)));
    let told = &event["data"]["object"];
    assert_eq!((&told["id"], &told["payment_status"], &told["url"]), (&json!(id), &json!("paid"), &Value::Null));
    assert_eq!(told["metadata"], json!({ "order": "order_1" }));

    let whole =
        lab.get(&format!("/v1/checkout/sessions/{id}?expand[0]=line_items&expand%5B%5D=payment_intent.latest_charge")).await;
    assert_eq!(whole["payment_intent"]["latest_charge"]["amount_refunded"], 0);
    assert_eq!(whole["payment_intent"]["metadata"], json!({ "order": "order_1" }));
    assert_eq!(whole["line_items"]["data"][0]["description"], "Founder, <12> months");
    let by_payment = lab.get(&format!("/v1/checkout/sessions?payment_intent={}", told["payment_intent"].as_str().unwrap())).await;
    assert_eq!(by_payment["data"][0]["id"], json!(id));
}

#[tokio::test]
async fn a_second_click_on_pay_pays_once() {
    let lab = Lab::new().await;
    let session = lab.session().await;
    let (first, second) = tokio::join!(lab.press(&session, "pay"), lab.press(&session, "pay"));
    assert_eq!((first.status().as_u16(), location(&second)), (303, location(&first)));
    let third = lab.press(&session, "pay").await;
    assert_eq!(third.status(), 303);
    lab.shop.hooks(1).await;
}

#[tokio::test]
async fn a_declined_card_leaves_the_session_open_and_can_be_followed_by_paying() {
    let lab = Lab::new().await;
    let session = lab.session().await;
    let declined = lab.press(&session, "decline").await;
    assert_eq!(declined.status(), 200);
    let page = declined.text().await.unwrap();
    assert!(page.contains("The card was declined. Nothing was charged.") && page.contains("value=\"pay\""), "{page}");
    let after = lab.get(&format!("/v1/checkout/sessions/{}", session["id"].as_str().unwrap())).await;
    assert_eq!((&after["status"], &after["url"]), (&json!("open"), &session["url"]));
    assert_eq!(lab.press(&session, "pay").await.status(), 303);
    let hooks = lab.shop.hooks(2).await;
    assert_eq!(hooks.iter().map(Hook::kind).collect::<Vec<_>>(), ["payment_intent.payment_failed", "checkout.session.completed"]);
    assert_eq!(hooks[0].json()["data"]["object"]["id"], hooks[1].json()["data"]["object"]["payment_intent"]);
}

#[tokio::test]
async fn canceling_goes_back_and_leaves_the_session_open() {
    let lab = Lab::new().await;
    let session = lab.session().await;
    let canceled = lab.press(&session, "cancel").await;
    assert_eq!((canceled.status().as_u16(), location(&canceled)), (303, "http://shop.test/gift/canceled?order=1"));
    assert_eq!(lab.press(&session, "pay").await.status(), 303);
}

#[tokio::test]
async fn a_delayed_payment_completes_unpaid_and_is_settled_or_fails_later() {
    let lab = Lab::new().await;
    for (act, kind, status) in [
        ("settle", "checkout.session.async_payment_succeeded", "paid"),
        ("fail", "checkout.session.async_payment_failed", "unpaid"),
    ] {
        let before = lab.shop.hooks.lock().unwrap().len();
        let session = lab.session().await;
        let id = session["id"].as_str().unwrap();
        assert_eq!(lab.press(&session, "pay_later").await.status(), 303);
        assert_eq!(lab.home(&format!("/sessions/{id}"), &[("act", act)]).await, 303);
        let hooks = lab.shop.hooks(before + 2).await;
        let [completed, later] = &hooks[before..] else { unreachable!() };
        assert_eq!(completed.json()["data"]["object"]["payment_status"], "unpaid");
        assert_eq!((later.kind(), &later.json()["data"]["object"]["payment_status"]), (kind.to_owned(), &json!(status)));
        assert_eq!(lab.home(&format!("/sessions/{id}"), &[("act", act)]).await, 409);
    }
}

#[tokio::test]
async fn a_session_expires_by_call_by_button_and_by_the_clock() {
    let lab = Lab::new().await;
    let by_call = lab.session().await;
    let path = format!("/v1/checkout/sessions/{}/expire", by_call["id"].as_str().unwrap());
    assert_eq!(json_of(lab.api(Method::POST, &path, &[], None).await).await["status"], "expired");
    let again = lab.api(Method::POST, &path, &[], None).await;
    assert_eq!((again.status().as_u16(), &json_of(again).await["error"]["type"]), (400, &json!("invalid_request_error")));

    let by_button = lab.session().await;
    let page = lab.press(&by_button, "expire").await.text().await.unwrap();
    assert!(page.contains("This payment page has expired") && page.contains("http://shop.test/gift/canceled?order=1"), "{page}");

    let by_clock = lab.session().await;
    lab.advance(86_400);
    let hooks = lab.shop.hooks(3).await;
    assert!(hooks.iter().all(|hook| hook.kind() == "checkout.session.expired"));
    assert_eq!(hooks[2].json()["data"]["object"]["id"], by_clock["id"]);
    assert!(lab.press(&by_clock, "pay").await.text().await.unwrap().contains("has expired"));
}

#[tokio::test]
async fn nothing_to_pay_completes_without_a_payment() {
    let lab = Lab::new().await;
    let free = gift_with("line_items[0][price_data][unit_amount]", "line_items[0][price_data][unit_amount]", "0");
    let session = json_of(lab.api(Method::POST, "/v1/checkout/sessions", &free, None).await).await;
    lab.press(&session, "pay").await;
    let told = lab.shop.hooks(1).await[0].json();
    let object = &told["data"]["object"];
    assert_eq!((&object["payment_status"], &object["payment_intent"]), (&json!("no_payment_required"), &Value::Null));
}

#[tokio::test]
async fn the_same_idempotency_key_gets_the_same_answer_and_no_second_session() {
    let lab = Lab::new().await;
    let create = "/v1/checkout/sessions";
    let first = lab.api(Method::POST, create, GIFT, Some("k1")).await;
    assert!(!first.headers().contains_key("idempotent-replayed"));
    assert_eq!(first.headers()["idempotency-key"], "k1");
    let first = json_of(first).await;
    let lab = lab.restarted().await;
    let replayed = lab.api(Method::POST, create, GIFT, Some("k1")).await;
    assert_eq!(replayed.headers()["idempotent-replayed"], "true");
    assert_eq!(json_of(replayed).await["id"], first["id"]);
    assert_eq!(lab.get(create).await["data"].as_array().unwrap().len(), 1);

    let other = lab.api(Method::POST, create, &gift_with("customer_email", "", ""), Some("k1")).await;
    assert_eq!((other.status().as_u16(), &json_of(other).await["error"]["type"]), (400, &json!("idempotency_error")));

    let refused = lab.api(Method::POST, create, &gift_with("mode", "", ""), Some("k2")).await;
    assert_eq!(refused.status(), 400);
    assert_eq!(lab.api(Method::POST, create, GIFT, Some("k2")).await.status(), 200, "a refused request keeps no key");
}

#[tokio::test]
async fn requests_at_once_with_one_key_make_one_session() {
    let lab = Lab::new().await;
    let open = || lab.api(Method::POST, "/v1/checkout/sessions", GIFT, Some("k1"));
    let answers = futures::future::join_all((0..20).map(|_| open())).await;
    assert!(answers.iter().all(|answer| matches!(answer.status().as_u16(), 200 | 409)));
    assert!(answers.iter().any(|answer| answer.status() == 200));
    assert_eq!(lab.get("/v1/checkout/sessions").await["data"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn refused_requests_say_why_in_stripes_shape() {
    let lab = Lab::new().await;
    let unit = "line_items[0][price_data][unit_amount]";
    for (fields, code, param) in [
        (gift_with("mode", "", ""), json!("parameter_missing"), json!("mode")),
        (gift_with("success_url", "", ""), json!("parameter_missing"), json!("success_url")),
        (gift_with("success_url", "success_url", "/thanks"), json!("url_invalid"), json!("success_url")),
        (gift_with("cancel_url", "cancel_url", "javascript:alert(1)"), json!("url_invalid"), json!("cancel_url")),
        (gift_with(unit, "", ""), json!("parameter_missing"), json!(unit)),
        (gift_with(unit, unit, "19.20"), json!("parameter_invalid_integer"), json!(unit)),
        (gift_with(unit, unit, "49"), json!("amount_too_small"), Value::Null),
        (gift_with(unit, unit, "100000000"), json!("amount_too_large"), Value::Null),
        (gift_with("", "line_items[0][price]", "price_x"), json!("parameter_invalid"), json!("line_items[0][price]")),
        (gift_with("", "discounts[0][coupon]", "HALF"), json!("resource_missing"), json!("discounts[0][coupon]")),
        (gift_with("", "colour", "red"), json!("parameter_unknown"), json!("colour")),
        (gift_with("", "expires_at", "1767225700"), Value::Null, json!("expires_at")),
    ] {
        let refused = lab.api(Method::POST, "/v1/checkout/sessions", &fields, None).await;
        assert_eq!(refused.status(), 400, "{code} {param}");
        let body = json_of(refused).await;
        let error = &body["error"];
        assert_eq!((&error["type"], &error["code"], &error["param"]), (&json!("invalid_request_error"), &code, &param), "{body}");
        assert!(!error["message"].as_str().unwrap().is_empty());
    }
}

#[tokio::test]
async fn a_price_of_the_catalog_is_known_from_the_start() {
    let lab = Lab::new().await;
    let fields = |id| {
        [("mode", "payment"), ("line_items[0][price]", id), ("line_items[0][quantity]", "2"), ("success_url", "http://shop.test/")]
    };
    let session = json_of(lab.api(Method::POST, "/v1/checkout/sessions", &fields("price_founder_12"), None).await).await;
    assert_eq!(session["amount_total"], 38_400);
    assert_eq!(lab.get("/v1/prices/price_founder_12").await["unit_amount"], 19_200);
    let unknown = lab.api(Method::POST, "/v1/checkout/sessions", &fields("price_x"), None).await;
    assert_eq!((unknown.status().as_u16(), &json_of(unknown).await["error"]["code"]), (400, &json!("resource_missing")));
}

#[tokio::test]
async fn only_the_right_key_is_let_in_as_bearer_or_as_basic() {
    let lab = Lab::new().await;
    let ask = || lab.client.get(lab.url("/v1/checkout/sessions"));
    let key = &lab.sandbox.keys.stripe.secret_key;
    let right = ask().basic_auth(key, Some("")).header("stripe-version", "2020-08-27").send().await.unwrap();
    assert_eq!((right.status().as_u16(), right.headers()["stripe-version"].to_str().unwrap()), (200, "2020-08-27"));
    assert!(right.headers()["request-id"].to_str().unwrap().starts_with("req_"));
    for wrong in
        [ask(), ask().bearer_auth("sk_test_wrongwrong"), ask().bearer_auth("sk_live_x"), ask().header("authorization", key)]
    {
        let refused = wrong.send().await.unwrap();
        assert_eq!(refused.status(), 401);
        let body = refused.text().await.unwrap();
        assert!(body.contains("invalid_request_error") && !body.contains("wrongwrong"), "{body}");
    }
    for (path, status) in
        [("/v1/checkout/sessions/cs_test_x", "resource_missing"), ("/v1/payment_intents/pi_x", "resource_missing")]
    {
        let missing = lab.api(Method::GET, path, &[], None).await;
        assert_eq!((missing.status().as_u16(), &json_of(missing).await["error"]["code"]), (404, &json!(status)));
    }
    assert_eq!(lab.api(Method::GET, "/v1/nothing", &[], None).await.status(), 404);
}

#[tokio::test]
async fn a_refused_webhook_is_sent_again_and_newly_signed() {
    let lab = Lab::new().await;
    lab.shop.answers.lock().unwrap().push_back(StatusCode::INTERNAL_SERVER_ERROR);
    let session = lab.session().await;
    lab.press(&session, "pay").await;
    let first = lab.shop.hooks(1).await.remove(0);
    lab.advance(1);
    let second = lab.shop.hooks(2).await.remove(1);
    assert_eq!(first.body, second.body);
    let secret = &lab.sandbox.keys.stripe.webhook_secret;
    assert_eq!(second.signature, stripe_header(secret, Timestamp::from_seconds(NOON + 1), &second.body));
}

#[tokio::test]
async fn a_restart_disturbs_nothing_and_sends_what_was_not_taken() {
    let lab = Lab::new().await;
    lab.control(json!({ "mode": "hold" })).await;
    let session = lab.session().await;
    lab.press(&session, "pay").await;
    let before = lab.sandbox.keys.stripe.secret_key.clone();
    let lab = lab.restarted().await;
    assert_eq!(lab.sandbox.keys.stripe.secret_key, before);
    let seen = lab.get(&format!("/v1/checkout/sessions/{}", session["id"].as_str().unwrap())).await;
    assert_eq!(seen["payment_status"], "paid");
    lab.shop.hooks(0).await;
    lab.control(json!({ "mode": "release" })).await;
    lab.shop.hooks(1).await;
}

#[tokio::test]
async fn webhooks_are_dropped_doubled_missigned_and_reordered_on_request() {
    let lab = Lab::new().await;
    let pay = async || {
        let session = lab.session().await;
        lab.press(&session, "pay").await;
        session["id"].clone()
    };
    lab.control(json!({ "mode": "drop", "times": 1 })).await;
    pay().await;
    let told = lab.control(json!({ "mode": "duplicate", "times": 1 })).await;
    assert_eq!((&told["dropped"], &told["taken"]), (&json!(1), &json!(0)));
    pay().await;
    let twice = lab.shop.hooks(2).await;
    assert_eq!(twice[0].body, twice[1].body);

    lab.control(json!({ "mode": "missign", "times": 1 })).await;
    pay().await;
    let forged = lab.shop.hooks(3).await.remove(2);
    assert_ne!(
        forged.signature,
        stripe_header(&lab.sandbox.keys.stripe.webhook_secret, Timestamp::from_seconds(NOON), &forged.body)
    );

    lab.control(json!({ "mode": "hold" })).await;
    let (older, newer) = (pay().await, pay().await);
    lab.control(json!({ "mode": "release_reversed" })).await;
    let hooks = lab.shop.hooks(5).await;
    assert_eq!((&hooks[3].json()["data"]["object"]["id"], &hooks[4].json()["data"]["object"]["id"]), (&newer, &older));

    let event = forged.json()["id"].as_str().unwrap().to_owned();
    assert_eq!(lab.home(&format!("/events/{event}/resend"), &[]).await, 303);
    assert_eq!(lab.shop.hooks(6).await[5].body, forged.body);
}

#[tokio::test]
async fn refunds_add_up_and_are_told() {
    let lab = Lab::new().await;
    let session = lab.session().await;
    lab.press(&session, "pay").await;
    let id = session["id"].as_str().unwrap();
    let payment = lab.get(&format!("/v1/checkout/sessions/{id}")).await["payment_intent"].as_str().unwrap().to_owned();
    let part = lab.api(Method::POST, "/v1/refunds", &[("payment_intent", &payment), ("amount", "500")], Some("r1")).await;
    let part = json_of(part).await;
    assert_eq!((&part["object"], &part["amount"], &part["status"]), (&json!("refund"), &json!(500), &json!("succeeded")));
    let much = lab.api(Method::POST, "/v1/refunds", &[("payment_intent", &payment), ("amount", "1421")], None).await;
    assert_eq!((much.status().as_u16(), &json_of(much).await["error"]["param"]), (400, &json!("amount")));
    assert_eq!(lab.home(&format!("/sessions/{id}"), &[("act", "refund"), ("amount", "4.20")]).await, 303);
    assert_eq!(lab.home(&format!("/sessions/{id}"), &[("act", "refund"), ("amount", "")]).await, 303);
    let again = lab.api(Method::POST, "/v1/refunds", &[("payment_intent", &payment)], None).await;
    assert_eq!(json_of(again).await["error"]["code"], "charge_already_refunded");

    let refunds = lab.get(&format!("/v1/refunds?payment_intent={payment}")).await;
    let amounts: Vec<_> = refunds["data"].as_array().unwrap().iter().map(|refund| refund["amount"].as_i64().unwrap()).collect();
    assert_eq!(amounts, [1_000, 420, 500]);
    let hooks = lab.shop.hooks(7).await;
    let charges: Vec<_> =
        hooks.iter().filter(|hook| hook.kind() == "charge.refunded").map(|hook| hook.json()["data"]["object"].clone()).collect();
    let totals: Vec<_> =
        charges.iter().map(|charge| (charge["amount_refunded"].as_i64().unwrap(), charge["refunded"].as_bool().unwrap())).collect();
    assert_eq!(totals, [(500, false), (920, false), (1_920, true)]);
}

#[tokio::test]
async fn a_dispute_is_opened_and_decided_from_the_home_page() {
    let lab = Lab::new().await;
    let session = lab.session().await;
    lab.press(&session, "pay").await;
    let path = format!("/sessions/{}", session["id"].as_str().unwrap());
    assert_eq!(lab.home(&path, &[("act", "dispute")]).await, 303);
    assert_eq!(lab.home(&path, &[("act", "refund")]).await, 409);
    assert_eq!(lab.home(&path, &[("act", "lose")]).await, 303);
    let hooks = lab.shop.hooks(3).await;
    assert_eq!((hooks[1].kind(), hooks[2].kind()), ("charge.dispute.created".to_owned(), "charge.dispute.closed".to_owned()));
    assert_eq!(hooks[2].json()["data"]["object"]["status"], "lost");
}

#[tokio::test]
async fn the_hosted_page_is_one_form_that_shows_text_as_text() {
    let lab = Lab::new().await;
    let session = lab.session().await;
    let path = session["url"].as_str().unwrap().strip_prefix(&lab.sandbox.hosted_origin).unwrap();
    let page = lab.text(path).await;
    for part in ["Sandbox payments", "Founder, &lt;12&gt; months", "€19.20", "ada@example.com", "<form method=\"post\">"] {
        assert!(page.contains(part), "{part}: {page}");
    }
    for outcome in ["pay", "decline", "pay_later", "cancel", "expire"] {
        assert!(
            page.contains(&format!("<button name=\"outcome\" value=\"{outcome}\">"))
                || page.contains(&format!("name=\"outcome\" value=\"{outcome}\""))
        );
    }
    assert!(!page.contains("<script"));
    assert_eq!(lab.press(&session, "nonsense").await.status(), 422);
    let home = lab.text("/").await;
    assert!(home.contains("Founder, &lt;12&gt; months") && home.contains("Open until"), "{home}");
    for secret in [&lab.sandbox.keys.stripe.secret_key, &lab.sandbox.keys.stripe.webhook_secret, &lab.sandbox.keys.inbox.key] {
        assert!(!home.contains(secret.as_str()) && !page.contains(secret.as_str()));
    }
}

#[tokio::test]
async fn mail_is_kept_as_it_came_and_read_newest_first() {
    let lab = Lab::new().await;
    let key = lab.sandbox.keys.inbox.key.clone();
    let mail = |to: &str, subject: &str| {
        json!({
            "message_id": "<1@shop.test>", "to": to, "from": "Ribbon <gifts@shop.test>", "subject": subject,
            "text": "Open it: http://shop.test/redeem/A", "html": "<html><head></head><a href=\"http://shop.test/redeem/A\">Open</a></html>",
        })
    };
    assert_eq!(lab.mail("wrong", &mail("bea@example.com", "One")).await, 401);
    assert_eq!(lab.mail(&key, &json!({ "to": "bea@example.com" })).await, 422);
    assert_eq!(lab.mail(&key, &mail("bea@example.com", "One <b>")).await, 201);
    lab.advance(60);
    assert_eq!(lab.mail(&key, &mail("bea@example.com", "One <b>")).await, 201, "a mail that is sent twice is there twice");
    assert_eq!(lab.mail(&key, &mail("ada@example.com", "Two")).await, 201);

    let lab = lab.restarted().await;
    let all: Value = serde_json::from_str(&lab.text("/inbox.json").await).unwrap();
    let subjects: Vec<_> = all.as_array().unwrap().iter().map(|mail| mail["subject"].as_str().unwrap()).collect();
    assert_eq!(subjects, ["Two", "One <b>", "One <b>"]);
    assert_eq!((&all[0]["sent_at"], &all[2]["sent_at"]), (&json!("2026-01-01T00:01:00Z"), &json!("2026-01-01T00:00:00Z")));
    let hers: Value = serde_json::from_str(&lab.text("/inbox.json?to=ADA@example.com").await).unwrap();
    assert_eq!(hers.as_array().unwrap().len(), 1);

    assert!(lab.text("/inbox").await.contains("One &lt;b&gt;"));
    let id = all[2]["id"].as_str().unwrap();
    let page = lab.text(&format!("/inbox/{id}")).await;
    assert!(page.contains("<iframe sandbox=") && page.contains("<a href=\"http://shop.test/redeem/A\""), "{page}");
    let html = lab.client.get(lab.url(&format!("/inbox/{id}/html"))).send().await.unwrap();
    assert!(html.headers()["content-security-policy"].to_str().unwrap().starts_with("sandbox allow-popups"));
    assert!(html.text().await.unwrap().contains("<base target=\"_blank\">"));
}

#[tokio::test]
async fn a_port_that_is_taken_is_one_clear_sentence() {
    let lab = Lab::new().await;
    let folder = tempfile::tempdir().unwrap();
    let taken = Settings { port: lab.sandbox.address.port(), ..settings(folder.path(), 1) };
    let clock = Arc::new(Hand(AtomicI64::new(NOON)));
    let Err(error) = start(taken, clock, Arc::new(Counting::default()), CancellationToken::new()).await else {
        panic!("it started")
    };
    assert!(error.to_string().starts_with("the sandbox can't listen on 127.0.0.1:"), "{error}");
    assert!(!folder.path().join("sandbox.env").exists(), "nothing is written before it listens");
}
