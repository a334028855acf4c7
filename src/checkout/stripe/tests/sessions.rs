//! What Stripe answers when it is asked about a session.

use serde_json::{Value, json};

use super::*;
use crate::checkout::provider::Fact;
use crate::checkout::transport::fake::{FakeProvider, reply};
use crate::values::{Currency, Money};

const fn euros(minor: i64) -> Money {
    Money::new(minor, Currency::EUR)
}

const PAID: Fact = Fact::Paid { amount: euros(4_900) };

/// A session that was paid with a card, with `changes` laid over it.
fn session(changes: Value) -> Value {
    let mut session = json!({
        "id": "cs_test_1", "object": "checkout.session", "livemode": false, "mode": "payment",
        "status": "complete", "payment_status": "paid", "url": null,
        "amount_subtotal": 4900, "amount_total": 4900, "currency": "eur",
        "total_details": {"amount_discount": 0, "amount_shipping": 0, "amount_tax": 0},
        "client_reference_id": ORDER, "metadata": {"order_id": ORDER},
        "payment_intent": {
            "id": "pi_1", "object": "payment_intent", "status": "succeeded",
            "latest_charge": {
                "id": "ch_1", "object": "charge", "currency": "eur", "payment_intent": "pi_1",
                "amount": 4900, "amount_refunded": 0, "refunded": false, "disputed": false
            }
        }
    });
    lay_over(&mut session, changes);
    session
}

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

fn charge(changes: &Value) -> Value {
    session(json!({"payment_intent": {"latest_charge": changes}}))
}

async fn facts(session: Value) -> Vec<Fact> {
    let provider = FakeProvider::of(ProviderName::Stripe, [reply(200, session.to_string())]).await;
    let id = ProviderSessionId("cs_test_1".to_owned());
    stripe_at(&provider.url).retrieve(&id, NOW).await.unwrap().facts
}

#[tokio::test]
async fn a_sessions_state_is_told() {
    for (changes, told) in [
        (json!({}), vec![PAID]),
        (json!({"status": "open", "payment_status": "unpaid", "payment_intent": null}), vec![Fact::Open]),
        (json!({"status": "expired", "payment_status": "unpaid", "payment_intent": null}), vec![Fact::Expired]),
        (json!({"payment_status": "no_payment_required", "payment_intent": null, "amount_total": 0}), vec![Fact::Free]),
        (json!({"payment_status": "unpaid", "payment_intent": {"status": "processing"}}), vec![Fact::Processing]),
        (json!({"payment_status": "unpaid", "payment_intent": "pi_1"}), vec![Fact::Processing]),
        (
            json!({"payment_status": "unpaid", "payment_intent": {"status": "requires_payment_method"}}),
            vec![Fact::Processing, Fact::Failed],
        ),
        (json!({"payment_status": "unpaid", "payment_intent": {"status": "canceled"}}), vec![Fact::Processing, Fact::Failed]),
        (json!({"payment_status": "unheard_of"}), vec![]),
        (json!({"status": "unheard_of"}), vec![PAID]),
    ] {
        assert_eq!(facts(session(changes.clone())).await, told, "{changes}");
    }
}

#[tokio::test]
async fn what_was_paid_is_our_price_without_what_stripe_put_on_top() {
    let tax = |total: i64, tax: i64| json!({"amount_total": total, "total_details": {"amount_tax": tax}});
    for (what, changes, minor) in [
        ("tax on top", tax(5_831, 931), 4_900),
        ("tax within the price", tax(4_900, 782), 4_900),
        ("a discount of Stripe's", json!({"amount_total": 3_900, "total_details": {"amount_discount": 1_000}}), 3_900),
        ("both", json!({"amount_total": 4_641, "total_details": {"amount_discount": 1_000, "amount_tax": 741}}), 3_900),
        ("no details", json!({"total_details": null, "amount_subtotal": null}), 4_900),
        (
            "paid in the buyer's currency",
            json!({
                "currency": "usd", "amount_total": 5_400, "amount_subtotal": 5_400,
                "currency_conversion": {"amount_subtotal": 4_900, "amount_total": 4_900, "fx_rate": "1.1", "source_currency": "eur"}
            }),
            4_900,
        ),
    ] {
        assert_eq!(facts(session(changes)).await, [Fact::Paid { amount: euros(minor) }], "{what}");
    }
}

#[tokio::test]
async fn refunds_are_told_before_the_payment_that_they_undo() {
    let part = charge(&json!({"amount_refunded": 1_000}));
    assert_eq!(facts(part).await, [Fact::Refunded { total: euros(1_000), whole: false }, PAID]);
    let whole = charge(&json!({"amount_refunded": 4_900, "refunded": true}));
    assert_eq!(facts(whole).await, [Fact::Refunded { total: euros(4_900), whole: true }, PAID]);
}

#[tokio::test]
async fn a_disputed_charge_is_asked_about() {
    let disputed = charge(&json!({"disputed": true})).to_string();
    for (answer, fact) in [
        (reply(200, r#"{"data": [{"id": "du_1", "status": "under_review"}]}"#), Fact::Disputed),
        (reply(200, r#"{"data": [{"id": "du_1", "status": "won"}]}"#), Fact::DisputeWon),
        (reply(200, r#"{"data": [{"id": "du_1", "status": "lost"}]}"#), Fact::DisputeLost),
        (reply(200, r#"{"data": []}"#), Fact::Disputed),
        (reply(404, "{}"), Fact::Disputed),
    ] {
        let provider = FakeProvider::of(ProviderName::Stripe, [reply(200, disputed.clone()), answer]).await;
        let id = ProviderSessionId("cs_test_1".to_owned());
        assert_eq!(stripe_at(&provider.url).retrieve(&id, NOW).await.unwrap().facts, [fact, PAID]);
        assert_eq!(provider.seen()[1].path_and_query, "/v1/disputes?payment_intent=pi_1&limit=1");
    }
}

#[tokio::test]
async fn a_session_is_asked_for_with_its_charge_its_subscription_and_its_invoice() {
    let provider = FakeProvider::of(ProviderName::Stripe, [reply(200, session(json!({})).to_string())]).await;
    let id = ProviderSessionId("cs_test_1".to_owned());
    let event = stripe_at(&provider.url).retrieve(&id, NOW).await.unwrap();
    let seen = &provider.seen()[0];
    assert_eq!(
        (seen.method.as_str(), seen.path_and_query.as_str()),
        (
            "GET",
            "/v1/checkout/sessions/cs_test_1?expand%5B0%5D=payment_intent.latest_charge&expand%5B1%5D=subscription&expand%5B2%5D=invoice.payments"
        )
    );
    assert_eq!((event.event_id, event.occurred_at, event.mode), (None, NOW, Mode::Test));
    assert_eq!((event.session, event.payment), (Some(id), Some(PaymentId("pi_1".to_owned()))));
    assert_eq!(event.order_id, Some(ORDER.parse().unwrap()));
}

#[tokio::test]
async fn an_unknown_session_is_unknown() {
    let body = r#"{"error": {"type": "invalid_request_error", "code": "resource_missing", "param": "session"}}"#;
    let provider = FakeProvider::of(ProviderName::Stripe, [reply(404, body)]).await;
    let answer = stripe_at(&provider.url).retrieve(&ProviderSessionId("cs_test_0".to_owned()), NOW).await;
    assert!(matches!(answer, Err(ProviderError::Unknown)));
}
