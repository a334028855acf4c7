//! Creem's side of the wire: recorded events, checkouts as it answers them, and the requests that it is to get.

mod events;
mod refunds;
mod requests;
mod sessions;
mod subscriptions;
mod tolerance;

use serde_json::{Value, json};

use super::options::RedirectScheme;
use super::*;
use crate::checkout::provider::ReturnHint;
use crate::checkout::transport::fake::client;

const API_KEY: &str = "creem_test_known_to_nobody";
const WEBHOOK_SECRET: &str = "whsec_known_to_nobody";
const ORDER: &str = "order_0123456789abcdef";
const NOW: Timestamp = Timestamp::from_seconds(1_767_225_700);

fn creem_at(api_base: &Url) -> Creem {
    creem(api_base.as_str(), API_KEY, None)
}

fn creem(api_base: &str, api_key: &str, checkout_origin: Option<&str>) -> Creem {
    let settings = CreemSettings {
        api_key: api_key.to_owned(),
        webhook_secret: WEBHOOK_SECRET.to_owned(),
        api_base: Url::parse(api_base).unwrap(),
        checkout_origin: checkout_origin.map(str::to_owned),
        timeout: Duration::from_secs(5),
        options: CreemOptions::default(),
    };
    Creem::new(settings, client())
}

/// `below` with `above` laid over it, field by field.
fn laid_over(mut below: Value, above: Value) -> Value {
    fn lay_over(below: &mut Value, above: Value) {
        match (below, above) {
            (Value::Object(below), Value::Object(above)) => {
                for (name, value) in above {
                    lay_over(below.entry(name).or_insert(Value::Null), value);
                }
            }
            (below, above) => *below = above,
        }
    }
    lay_over(&mut below, above);
    below
}

#[test]
fn the_key_decides_the_mode_and_the_mode_the_host() {
    for (key, mode, api) in [
        ("creem_test_1", Mode::Test, "https://test-api.creem.io"),
        ("creem_1", Mode::Live, "https://api.creem.io"),
        ("anything", Mode::Live, "https://api.creem.io"),
    ] {
        assert_eq!((creem(CreemSettings::api(mode), key, None).mode(), CreemSettings::api(mode)), (mode, api), "{key}");
    }
}

#[test]
fn payment_pages_are_where_they_are_said_to_be() {
    for (api, configured, origins) in [
        ("https://api.creem.io", None, vec!["https://creem.io", "https://*.creem.io"]),
        ("https://test-api.creem.io/", None, vec!["https://creem.io", "https://*.creem.io"]),
        ("https://api.creem.io", Some("https://pay.example.com"), vec!["https://pay.example.com"]),
        ("http://127.0.0.1:3011/", None, vec!["http://127.0.0.1:3011"]),
    ] {
        assert_eq!(creem(api, API_KEY, configured).checkout_origins(), origins, "{api}");
    }
}

#[test]
fn a_redirect_is_known_by_either_signature_and_by_no_other() {
    const ADDED: &str = "request_id=order_1&checkout_id=ch_1&order_id=ord_1&customer_id=cust_1&subscription_id=&product_id=prod_1";
    let pairs: Vec<(&str, &str)> = ADDED.split('&').filter_map(|pair| pair.split_once('=')).collect();
    let salted = crate::checkout::signatures::creem_redirect_signature(API_KEY, &pairs);
    let sorted = crate::checkout::signatures::creem_sorted_redirect_signature(API_KEY, &pairs);
    let session = |id: &str| ProviderSessionId(id.to_owned());
    let hint = |scheme, query: &str| redirect::hint(&session("ch_1"), query, API_KEY, scheme);
    for (scheme, right, wrong) in [(RedirectScheme::Salted, &salted, &sorted), (RedirectScheme::Sorted, &sorted, &salted)] {
        assert_eq!(hint(scheme, &format!("order=our.own&{ADDED}&signature={right}")), ReturnHint::Completed, "{scheme:?}");
        assert_eq!(hint(scheme, &format!("{ADDED}&signature={wrong}")), ReturnHint::Forged, "{scheme:?}");
        let moved = format!("{}&signature={right}", ADDED.replace("ch_1", "ch_2"));
        assert_eq!(hint(scheme, &moved), ReturnHint::Forged, "{scheme:?}");
        assert_eq!(hint(scheme, ADDED), ReturnHint::None, "{scheme:?}");
        let of_another = redirect::hint(&session("ch_2"), &format!("{ADDED}&signature={right}"), API_KEY, scheme);
        assert_eq!(of_another, ReturnHint::None, "{scheme:?}");
    }
    assert_eq!(hint(RedirectScheme::Salted, "signature="), ReturnHint::Forged);
}

#[test]
fn what_creem_would_refuse_at_every_sale_is_said_before_the_first() {
    let field = |key: &str, label: &str| json!({"type": "text", "key": key, "label": label, "text": {"max_length": 20}});
    let check =
        |fields: Vec<Value>| serde_json::from_value::<CreemOptions>(json!({ "custom_fields": fields })).unwrap().check().is_ok();
    assert!(check(vec![field("company", "Company"), field("vat", "VAT number"), field("note", &"n".repeat(50))]));
    assert!(!check(vec![field("a", "A"); 4]));
    assert!(!check(vec![field("two words", "A")]));
    assert!(!check(vec![field("a", &"n".repeat(51))]));
    let older: CreemOptions = serde_json::from_value(json!({"custom_field": [field("company", "Company")]})).unwrap();
    assert_eq!(older.custom_fields.len(), 1, "Creem's older name for it");
}
