//! Webhooks as Svix delivers them, in `fixtures/flowglad-events.json`, and what they become once Flowglad was asked.

use std::fmt::Write as _;

use expect_test::expect;

use super::*;
use crate::checkout::signatures::svix_headers;

/// A kind, which the body doesn't say, and the body.
fn recorded() -> Vec<(String, Value)> {
    let events: Vec<Value> = serde_json::from_str(include_str!("../../fixtures/flowglad-events.json")).unwrap();
    events.into_iter().map(|event| (event["event_type"].as_str().unwrap().to_owned(), event["body"].clone())).collect()
}

fn signed(body: &[u8], at: Timestamp) -> HeaderMap {
    let headers = svix_headers(WEBHOOK_SECRET, "msg_1", at, body).unwrap();
    headers.into_iter().map(|(name, value)| (http::HeaderName::from_static(name), value.parse().unwrap())).collect()
}

pub fn read(body: &Value) -> Result<Notice, ProviderError> {
    let body = body.to_string().into_bytes();
    flowglad(FlowgladSettings::API, SECRET_KEY, None).read(&signed(&body, NOW), &body, NOW)
}

/// What an event about `object` becomes when Flowglad gives these answers.
async fn completed(
    object: &str,
    answers: impl IntoIterator<Item = Scripted>,
) -> (Result<ProviderEvent, ProviderError>, Vec<String>) {
    let id = match object {
        "payment" => "pym_1",
        "purchase" => "prch_1",
        _ => "sub_1",
    };
    let notice = read(&json!({ "id": id, "object": object, "pricingModelId": "pricing_model_1" })).unwrap();
    let provider = FakeProvider::of(ProviderName::Flowglad, answers).await;
    let event = flowglad_at(&provider.url).complete(notice).await;
    let asked = provider.seen().into_iter().map(|seen| seen.path_and_query.split('?').next().unwrap().to_owned());
    (event, asked.collect())
}

#[test]
fn every_recorded_event_says_what_to_ask_about() {
    let mut table = String::new();
    for (kind, body) in recorded() {
        let Notice { event, incomplete } = read(&body).unwrap();
        assert!(event.facts.is_empty() && event.session.is_none() && event.order_id.is_none(), "{kind}");
        let payment = event.payment.map_or("no payment".to_owned(), |payment| payment.0);
        let ask = incomplete.map_or("nothing to ask".to_owned(), |id| format!("ask about {id}"));
        writeln!(table, "{kind}: {}, {payment}, {ask}", event.kind).unwrap();
    }
    expect![[r"
        customer.created: customer, no payment, nothing to ask
        customer.updated: customer, no payment, nothing to ask
        purchase.completed: purchase, no payment, ask about prch_1
        payment.succeeded: payment, pym_1, ask about pym_1
        payment.failed: payment, pym_1, ask about pym_1
        subscription.created: subscription, no payment, ask about sub_fg1
        subscription.updated: subscription, no payment, ask about sub_fg1
        subscription.canceled: subscription, no payment, ask about sub_fg1
    "]]
    .assert_eq(&table);
}

#[test]
fn an_event_is_known_by_the_id_of_its_message() {
    let event = read(&recorded()[2].1).unwrap().event;
    assert_eq!((event.provider, event.mode, event.occurred_at), (ProviderName::Flowglad, Mode::Test, NOW));
    assert_eq!(event.event_id.as_deref(), Some("msg_1"));
}

#[tokio::test]
async fn a_payment_is_asked_for_and_its_purchase_tells_the_order() {
    let (event, asked) = completed("payment", [ok(&json!({ "payment": payment(json!({})) })), ok(&purchase(json!({})))]).await;
    let event = event.unwrap();
    assert_eq!(asked, ["/api/v1/payments/pym_1", "/api/v1/purchases/prch_1"]);
    assert_eq!((event.order_id, event.payment), (Some(ORDER.parse().unwrap()), Some(PaymentId("pym_1".to_owned()))));
    assert_eq!(event.facts, [PAID]);
}

#[tokio::test]
async fn how_a_payment_stands_is_told_by_its_status() {
    let refunded = |total, whole| Fact::Refunded { total: euros(total), whole };
    for (changes, facts) in [
        (json!({"status": "processing"}), vec![Fact::Processing]),
        (json!({"status": "requires_action"}), vec![Fact::Processing]),
        (json!({"status": "requires_confirmation"}), vec![Fact::Processing]),
        (json!({"status": "failed"}), vec![Fact::Declined]),
        (json!({"status": "canceled"}), vec![Fact::Declined]),
        (json!({"status": "a_status_of_next_year"}), vec![]),
        (json!({"status": null}), vec![]),
        (json!({"amount": 22_848, "taxAmount": 3_648}), vec![PAID]),
        (json!({"refundedAmount": 0}), vec![PAID]),
        (json!({"refundedAmount": 200}), vec![refunded(200, false), PAID]),
        (json!({"refundedAmount": 200, "refunded": true}), vec![refunded(200, false), PAID]),
        (json!({"refundedAmount": 19_200, "refunded": true, "status": "refunded"}), vec![refunded(19_200, true), PAID]),
        (json!({"refunded": true}), vec![refunded(19_200, true), PAID]),
        (json!({"a_new_field": {"deep": [1]}}), vec![PAID]),
    ] {
        let answer = json!({ "payment": payment(changes.clone()) });
        let (event, _) = completed("payment", [ok(&answer), ok(&purchase(json!({})))]).await;
        assert_eq!(event.unwrap().facts, facts, "{changes}");
    }
}

#[tokio::test]
async fn a_purchase_is_asked_for_and_its_payment_is_found() {
    let others = [payment(json!({"id": "pym_0", "purchaseId": "prch_0"})), payment(json!({"id": "pym_9", "purchaseId": null}))];
    let failed = payment(json!({"id": "pym_2", "status": "failed"}));
    let payments = [others.as_slice(), &[failed, payment(json!({}))]].concat();
    let (event, asked) = completed("purchase", [ok(&purchase(json!({}))), ok(&list(&payments))]).await;
    let event = event.unwrap();
    assert_eq!(asked.last().unwrap(), "/api/v1/payments");
    assert_eq!((event.payment, event.facts), (Some(PaymentId("pym_1".to_owned())), vec![PAID]));
}

#[tokio::test]
async fn a_purchase_that_is_nobodys_order_here_is_asked_no_more_about() {
    for metadata in [json!(null), json!({}), json!({"order_id": "theirs"}), json!({"order_id": 5})] {
        let (event, asked) = completed("purchase", [ok(&purchase(json!({ "metadata": metadata })))]).await;
        let event = event.unwrap();
        assert_eq!((event.order_id, event.facts.len(), asked.len()), (None, 0, 1), "{metadata}");
    }
}

#[tokio::test]
async fn a_subscription_tells_its_order() {
    let subscription = json!({ "subscription": { "id": "sub_1", "status": "active", "metadata": { "order_id": ORDER } } });
    let (event, asked) = completed("subscription", [ok(&subscription)]).await;
    let event = event.unwrap();
    assert_eq!(asked, ["/api/v1/subscriptions/sub_1"]);
    assert_eq!((event.order_id, event.facts.len()), (Some(ORDER.parse().unwrap()), 1));
    assert_eq!(event.subscription.unwrap().0, "sub_1");
}

#[tokio::test]
async fn the_object_says_whether_money_moves() {
    let (event, _) =
        completed("payment", [ok(&json!({ "payment": payment(json!({"livemode": true})) })), ok(&purchase(json!({})))]).await;
    assert_eq!(event.unwrap().mode, Mode::Live);
}

#[tokio::test]
async fn what_flowglad_does_not_know_any_more_is_recorded_and_what_it_cannot_tell_now_is_sent_again() {
    let (event, _) = completed("payment", [reply(404, r#"{"error":"Payment not found","code":"NOT_FOUND"}"#)]).await;
    assert_eq!(event.unwrap().facts, []);
    let broken = reply(503, "Service Unavailable");
    let (event, _) = completed("purchase", [broken.clone(), broken.clone(), broken]).await;
    assert!(matches!(event, Err(ProviderError::Unavailable(_))));
    let no_sum = json!({ "payment": payment(json!({"amount": null})) });
    let (event, _) = completed("payment", [ok(&no_sum)]).await;
    assert!(matches!(event, Err(ProviderError::Unavailable(_))));
}

#[test]
fn a_webhook_is_believed_only_with_its_signature() {
    let flowglad = flowglad(FlowgladSettings::API, SECRET_KEY, None);
    let body = recorded()[3].1.to_string().into_bytes();
    let good = signed(&body, NOW);
    assert!(flowglad.read(&good, &body, NOW).is_ok());

    let mut one_byte = body.clone();
    one_byte[10] ^= 1;
    let old = NOW.plus(TOLERANCE).plus(Duration::from_secs(1));
    let other_id: HeaderMap = {
        let mut headers = good.clone();
        headers.insert("svix-id", "msg_2".parse().unwrap());
        headers
    };
    for (headers, body, now) in
        [(&good, &one_byte, NOW), (&good, &body, old), (&other_id, &body, NOW), (&HeaderMap::new(), &body, NOW)]
    {
        assert!(matches!(flowglad.read(headers, body, now), Err(ProviderError::Signature(_))));
    }
}

#[test]
fn what_is_signed_and_no_event_is_refused() {
    let flowglad = flowglad(FlowgladSettings::API, SECRET_KEY, None);
    for body in ["", "{}", "null", r#"{"id": 1, "object": "payment"}"#] {
        let answer = flowglad.read(&signed(body.as_bytes(), NOW), body.as_bytes(), NOW);
        assert!(matches!(answer, Err(ProviderError::Signature(_))), "{body}");
    }
    let unknown = read(&json!({ "id": "x_1", "object": "of_next_year", "customer": null })).unwrap();
    assert_eq!((unknown.event.kind.as_str(), unknown.incomplete), ("of_next_year", None));
}
