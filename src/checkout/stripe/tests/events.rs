//! Webhooks as Stripe sends them, in `fixtures/stripe-events.json`, and what they become.

use std::fmt::Write as _;
use std::sync::LazyLock;

use expect_test::expect;
use http::HeaderValue;
use serde_json::{Value, json};

use super::*;
use crate::checkout::provider::Fact;
use crate::checkout::signatures::stripe_header;
use crate::values::{Currency, Money};

pub fn recorded() -> Vec<Value> {
    serde_json::from_str(include_str!("../../fixtures/stripe-events.json")).unwrap()
}

/// The recorded event of that number, with one value of its object changed.
fn changed(number: usize, field: &str, value: Value) -> Value {
    let mut event = recorded().swap_remove(number - 1);
    event["data"]["object"][field] = value;
    event
}

fn signed(body: &[u8], at: Timestamp) -> HeaderMap {
    let value: HeaderValue = stripe_header(WEBHOOK_SECRET, at, body).parse().unwrap();
    [(http::HeaderName::from_static("stripe-signature"), value)].into_iter().collect()
}

/// Reading asks nobody, so one is enough.
static STRIPE: LazyLock<Stripe> = LazyLock::new(|| stripe(StripeSettings::API, SECRET_KEY, None));

pub fn read(event: &Value) -> Result<Notice, ProviderError> {
    let body = event.to_string().into_bytes();
    STRIPE.read(&signed(&body, NOW), &body, NOW)
}

fn facts(event: &Value) -> Vec<Fact> {
    read(event).unwrap().event.facts
}

/// An event in one line, as far as the shop acts on it.
fn in_a_line(notice: &Notice) -> String {
    let event = &notice.event;
    let session = event.session.as_ref().map_or("no session", |id| &id.0);
    let payment = event.payment.as_ref().map_or("no payment", |id| &id.0);
    let order = if event.order_id.is_some() { "our order" } else { "no order" };
    let in_words = |fact: &Fact| match fact {
        Fact::Paid { amount } => format!("paid {}", amount.exact()),
        Fact::Refunded { total, whole } => format!("refunded {}{}", total.exact(), if *whole { ", all of it" } else { "" }),
        Fact::Subscription(seen) => format!("subscription {:?}", seen.status),
        Fact::Open
        | Fact::Processing
        | Fact::Declined
        | Fact::Free
        | Fact::Failed
        | Fact::Expired
        | Fact::Disputed
        | Fact::DisputeWon
        | Fact::DisputeLost => fact.name().to_owned(),
    };
    let facts = event.facts.iter().map(in_words).collect::<Vec<_>>().join(", ");
    let facts = if facts.is_empty() { "nothing" } else { &facts };
    let ask = notice.incomplete.as_ref().map_or(String::new(), |id| format!(" (ask about {id})"));
    format!("{}: {session}, {payment}, {order} -> {facts}{ask}", event.kind)
}

#[test]
fn every_recorded_event_is_translated() {
    let mut table = String::new();
    for event in recorded() {
        writeln!(table, "{}", in_a_line(&read(&event).unwrap())).unwrap();
    }
    expect![[r"
        checkout.session.completed: cs_test_a1, pi_test_1, our order -> paid $49.00
        checkout.session.completed: cs_test_a1, no payment, our order -> free
        checkout.session.completed: cs_test_a1, pi_test_1, our order -> processing
        checkout.session.async_payment_succeeded: cs_test_a1, pi_test_1, our order -> paid $49.00
        checkout.session.async_payment_failed: cs_test_a1, pi_test_1, our order -> processing, failed
        checkout.session.expired: cs_test_a1, no payment, our order -> expired
        checkout.session.completed: cs_test_a1, no payment, our order -> paid $49.00 (ask about cs_test_a1)
        refund.created: no session, pi_test_1, our order -> nothing
        refund.updated: no session, pi_test_1, our order -> nothing
        refund.failed: no session, pi_test_1, our order -> nothing
        charge.refunded: no session, pi_test_1, our order -> refunded $49.00, all of it
        charge.dispute.created: no session, pi_test_1, no order -> disputed (ask about du_test_1)
        charge.dispute.closed: no session, pi_test_1, no order -> dispute_lost
        customer.subscription.created: no session, no payment, our order -> subscription Active
        customer.subscription.updated: no session, no payment, our order -> subscription Active
        customer.subscription.deleted: no session, no payment, our order -> subscription Ended
        invoice.paid: no session, no payment, our order -> nothing (ask about sub_test_1)
        invoice.payment_failed: no session, no payment, our order -> nothing (ask about sub_test_1)
    "]]
    .assert_eq(&table);
}

#[test]
fn an_event_is_known_by_its_id_its_moment_and_its_mode() {
    let event = read(&recorded()[0]).unwrap().event;
    assert_eq!((event.provider, event.mode), (ProviderName::Stripe, Mode::Test));
    assert_eq!((event.event_id.as_deref(), event.occurred_at), (Some("evt_test_1"), Timestamp::from_seconds(1_767_225_601)));
    assert_eq!(event.order_id, Some(ORDER.parse().unwrap()));
    let mut live = recorded().swap_remove(0);
    live["livemode"] = json!(true);
    assert_eq!(read(&live).unwrap().event.mode, Mode::Live);
}

#[test]
fn how_a_dispute_stands_is_told_by_its_status() {
    for (status, fact) in [
        ("needs_response", Fact::Disputed),
        ("under_review", Fact::Disputed),
        ("warning_needs_response", Fact::Disputed),
        ("appeal_under_review", Fact::Disputed),
        ("a_stage_of_next_year", Fact::Disputed),
        ("won", Fact::DisputeWon),
        ("warning_closed", Fact::DisputeWon),
        ("prevented", Fact::DisputeWon),
        ("lost", Fact::DisputeLost),
    ] {
        assert_eq!(facts(&changed(12, "status", json!(status))), [fact], "{status}");
    }
}

#[test]
fn only_paid_and_nothing_to_pay_fulfil() {
    for status in ["unpaid", "partly_paid", ""] {
        let facts = facts(&changed(1, "payment_status", json!(status)));
        assert!(!facts.iter().any(|fact| matches!(fact, Fact::Paid { .. } | Fact::Free)), "{status}: {facts:?}");
    }
}

#[test]
fn what_stripe_adds_or_leaves_out_later_breaks_nothing() {
    let paid = vec![Fact::Paid { amount: Money::new(4_900, Currency::USD) }];
    assert_eq!(facts(&changed(1, "status", json!("resting"))), paid);
    assert_eq!(facts(&changed(1, "mode", json!("layaway"))), paid);
    assert_eq!(facts(&changed(1, "a_new_field", json!({"deep": [1]}))), paid);
    for optional in ["metadata", "client_reference_id", "total_details", "amount_subtotal", "customer_details", "url", "livemode"] {
        let mut event = recorded().swap_remove(0);
        event["data"]["object"].as_object_mut().unwrap().remove(optional);
        assert_eq!(facts(&event), paid, "without {optional}");
    }
}

#[test]
fn an_event_of_an_unknown_type_is_recorded_and_says_nothing() {
    for event in [
        json!({"id": "evt_1", "type": "radar.early_fraud_warning.created", "data": {"object": {"object": "warning"}}}),
        json!({"id": "evt_1", "type": "v1.billing.meter", "object": "v2.core.event", "created": "2026-01-01T00:00:00Z"}),
        json!({"id": "evt_1", "type": "a.list", "data": {"object": [1, 2]}}),
    ] {
        let notice = read(&event).unwrap();
        assert_eq!((notice.event.event_id.as_deref(), notice.event.facts), (Some("evt_1"), vec![]));
        assert_eq!(notice.event.occurred_at, NOW);
    }
}

#[test]
fn a_payment_whose_sum_cannot_be_read_is_sent_again_rather_than_lost() {
    for (field, value) in
        [("amount_total", Value::Null), ("currency", json!("euro")), ("currency", Value::Null), ("id", Value::Null)]
    {
        assert!(matches!(read(&changed(1, field, value)), Err(ProviderError::Unavailable(_))), "{field}");
    }
}

#[test]
fn a_webhook_is_believed_only_with_its_signature() {
    let body = recorded()[0].to_string().into_bytes();
    let good = signed(&body, NOW);
    assert!(STRIPE.read(&good, &body, NOW).is_ok());

    let mut one_byte = body.clone();
    one_byte[10] ^= 1;
    let old = NOW.plus(TOLERANCE).plus(Duration::from_secs(1));
    let other: HeaderMap = signed(b"another body", NOW);
    for (headers, body, now) in
        [(&good, &one_byte, NOW), (&good, &body, old), (&other, &body, NOW), (&HeaderMap::new(), &body, NOW)]
    {
        assert!(matches!(STRIPE.read(headers, body, now), Err(ProviderError::Signature(_))));
    }
}

#[test]
fn what_is_signed_and_no_event_is_refused() {
    for body in ["", "{}", "null", "\u{feff}{", r#"{"id": 1, "type": "x"}"#] {
        let answer = STRIPE.read(&signed(body.as_bytes(), NOW), body.as_bytes(), NOW);
        assert!(matches!(answer, Err(ProviderError::Signature(_))), "{body}");
    }
}
