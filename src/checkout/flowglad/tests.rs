//! Flowglad's side of the wire: recorded events, objects as it answers them, and the requests that it is to get.

mod events;
mod refunds;
mod requests;
mod sessions;
mod subscriptions;
mod tolerance;

use serde_json::{Value, json};

use super::*;
use crate::checkout::provider::Fact;
use crate::checkout::transport::fake::{FakeProvider, Scripted, client, reply};
use crate::values::{Currency, Money};

const SECRET_KEY: &str = "sk_test_known_to_nobody";
const WEBHOOK_SECRET: &str = "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=";
const ORDER: &str = "order_0123456789abcdef";
const NOW: Timestamp = Timestamp::from_seconds(1_767_225_700);
const PAID: Fact = Fact::Paid { amount: euros(19_200) };

const fn euros(minor: i64) -> Money {
    Money::new(minor, Currency::EUR)
}

fn flowglad_at(api_base: &Url) -> Flowglad {
    flowglad(api_base.as_str(), SECRET_KEY, None)
}

fn flowglad(api_base: &str, secret_key: &str, checkout_origin: Option<&str>) -> Flowglad {
    Flowglad::new(settings(api_base, secret_key, checkout_origin), client())
}

fn settings(api_base: &str, secret_key: &str, checkout_origin: Option<&str>) -> FlowgladSettings {
    FlowgladSettings {
        secret_key: secret_key.to_owned(),
        webhook_secret: WEBHOOK_SECRET.to_owned(),
        api_base: Url::parse(api_base).unwrap(),
        checkout_origin: checkout_origin.map(str::to_owned),
        options: FlowgladOptions::default(),
        timeout: Duration::from_secs(5),
    }
}

fn ok(body: &Value) -> Scripted {
    reply(200, body.to_string())
}

/// `object` with `changes` in place of what it has by those names.
fn with(mut object: Value, changes: Value) -> Value {
    let Value::Object(changes) = changes else { panic!("changes are an object") };
    object.as_object_mut().unwrap().extend(changes);
    object
}

/// A payment of 192 euros for the purchase of our order, made, with `changes`.
fn payment(changes: Value) -> Value {
    let payment = json!({
        "id": "pym_1", "livemode": false, "amount": 19_200, "currency": "EUR", "status": "succeeded", "taxAmount": null,
        "purchaseId": "prch_1", "refunded": false, "refundedAmount": null
    });
    with(payment, changes)
}

fn purchase(changes: Value) -> Value {
    let purchase = json!({
        "id": "prch_1", "livemode": false, "status": "paid", "totalPurchaseValue": 19_200, "metadata": {"order_id": ORDER}
    });
    json!({ "purchase": with(purchase, changes) })
}

fn list(payments: &[Value]) -> Value {
    json!({ "data": payments, "hasMore": false, "total": payments.len() })
}

#[test]
fn the_key_decides_the_mode() {
    for (key, mode) in [("sk_test_1", Mode::Test), ("sk_live_1", Mode::Live)] {
        assert_eq!(flowglad(FlowgladSettings::API, key, None).mode(), mode, "{key}");
    }
}

#[test]
fn payment_pages_are_where_the_api_is_unless_said_otherwise() {
    for (api, configured, origin) in [
        (FlowgladSettings::API, None, "https://app.flowglad.com"),
        ("http://127.0.0.1:3012/", None, "http://127.0.0.1:3012"),
        ("http://127.0.0.1:3012/", Some("http://localhost:3010"), "http://localhost:3010"),
    ] {
        assert_eq!(flowglad(api, SECRET_KEY, configured).checkout_origins(), [origin]);
    }
}
