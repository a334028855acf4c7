//! What Creem answers when it is asked about a checkout.

use super::*;
use crate::checkout::provider::Fact;
use crate::checkout::transport::fake::{FakeProvider, Scripted, reply};
use crate::values::{Currency, Money};

const fn euros(minor: i64) -> Money {
    Money::new(minor, Currency::EUR)
}

const PAID: Fact = Fact::Paid { amount: euros(4_900) };

/// A checkout that was paid, with `changes` laid over it.
fn checkout(changes: Value) -> Value {
    let checkout = json!({
        "id": "ch_1", "object": "checkout", "mode": "test", "status": "completed", "request_id": ORDER,
        "product": "prod_1", "metadata": {"order_id": ORDER},
        "order": {
            "id": "ord_1", "object": "order", "status": "paid", "transaction": "tran_1", "amount": 4900, "sub_total": 4900,
            "tax_amount": 0, "amount_paid": 4900, "currency": "EUR"
        }
    });
    laid_over(checkout, changes)
}

fn transaction(changes: Value) -> Value {
    let transaction = json!({
        "id": "tran_1", "object": "transaction", "status": "paid", "amount": 4900, "amount_paid": 4900, "refunded_amount": 0,
        "currency": "EUR", "type": "payment", "order": "ord_1"
    });
    laid_over(transaction, changes)
}

fn answer(body: &Value) -> Scripted {
    reply(200, body.to_string())
}

async fn retrieve(replies: Vec<Scripted>) -> (Result<ProviderEvent, ProviderError>, FakeProvider) {
    let provider = FakeProvider::of(ProviderName::Creem, replies).await;
    let event = creem_at(&provider.url).retrieve(&ProviderSessionId("ch_1".to_owned()), NOW).await;
    (event, provider)
}

#[tokio::test]
async fn a_checkouts_state_is_told() {
    let unpaid = |status: &str| checkout(json!({"status": status, "order": null}));
    for (checkout, told) in [
        (unpaid("pending"), vec![Fact::Open]),
        (unpaid("processing"), vec![Fact::Processing]),
        (unpaid("expired"), vec![Fact::Expired]),
        (unpaid("completed"), vec![]),
        (unpaid("unheard_of"), vec![]),
    ] {
        let (event, provider) = retrieve(vec![answer(&checkout)]).await;
        assert_eq!(event.unwrap().facts, told, "{checkout}");
        assert_eq!(provider.seen().len(), 1, "there is no order to ask about");
    }
}

#[tokio::test]
async fn a_paid_checkout_is_asked_for_with_its_transaction() {
    let (event, provider) = retrieve(vec![answer(&checkout(json!({}))), answer(&transaction(json!({})))]).await;
    let event = event.unwrap();
    let asked: Vec<String> = provider.seen().into_iter().map(|seen| seen.path_and_query).collect();
    assert_eq!(asked, ["/v1/checkouts?checkout_id=ch_1", "/v1/transactions?transaction_id=tran_1"]);
    assert_eq!((event.event_id, event.occurred_at, event.mode), (None, NOW, Mode::Test));
    assert_eq!(event.session, Some(ProviderSessionId("ch_1".to_owned())));
    assert_eq!(event.payment, Some(PaymentId("tran_1".to_owned())));
    assert_eq!((event.order_id, event.facts), (Some(ORDER.parse().unwrap()), vec![PAID, Fact::DisputeWon]));
}

#[tokio::test]
async fn what_undid_a_payment_is_told_before_it() {
    let refunded = |total, whole| Fact::Refunded { total: euros(total), whole };
    for (changes, told) in [
        (json!({"status": "partialRefund", "refunded_amount": 1000}), vec![refunded(1_000, false), PAID, Fact::DisputeWon]),
        (json!({"status": "refunded", "refunded_amount": 4900}), vec![refunded(4_900, true), PAID]),
        (json!({"status": "refunded", "refunded_amount": null}), vec![refunded(4_900, true), PAID]),
        (json!({"status": "chargedBack"}), vec![Fact::Disputed, PAID]),
        (json!({"status": "chargeback"}), vec![Fact::Disputed, PAID]),
        (json!({"status": "of next year"}), vec![PAID]),
    ] {
        let (event, _provider) = retrieve(vec![answer(&checkout(json!({}))), answer(&transaction(changes.clone()))]).await;
        assert_eq!(event.unwrap().facts, told, "{changes}");
    }
}

#[tokio::test]
async fn a_payment_that_came_to_nothing_is_told() {
    let pending = checkout(json!({"order": {"status": "pending"}}));
    for (status, fact) in [
        ("declined", Fact::Failed),
        ("canceled", Fact::Failed),
        ("void", Fact::Failed),
        ("uncollectible", Fact::Failed),
        ("pending", Fact::Processing),
    ] {
        let (event, _provider) = retrieve(vec![answer(&pending), answer(&transaction(json!({"status": status})))]).await;
        assert_eq!(event.unwrap().facts, [fact], "{status}");
    }
}

#[tokio::test]
async fn an_order_that_is_an_id_alone_is_paid_by_its_transaction() {
    let list = json!({"items": [transaction(json!({"amount_paid": 5831, "tax_amount": 931}))], "pagination": {}});
    let (event, provider) = retrieve(vec![answer(&checkout(json!({"order": "ord_1"}))), answer(&list)]).await;
    let event = event.unwrap();
    assert_eq!((event.facts, event.payment), (vec![PAID, Fact::DisputeWon], Some(PaymentId("tran_1".to_owned()))));
    assert_eq!(provider.seen()[1].path_and_query, "/v1/transactions/search?order_id=ord_1");
}

#[tokio::test]
async fn a_transaction_that_creem_does_not_know_leaves_the_orders_word() {
    let (event, _provider) = retrieve(vec![answer(&checkout(json!({}))), reply(404, "{}")]).await;
    assert_eq!(event.unwrap().facts, [PAID]);
    let (event, _provider) = retrieve(vec![answer(&checkout(json!({}))), reply(400, "{}")]).await;
    assert!(matches!(event, Err(ProviderError::Refused(_))), "a refund could hide behind it");
}

#[tokio::test]
async fn an_unknown_checkout_is_unknown() {
    let (event, _provider) = retrieve(vec![reply(404, r#"{"error": "Bad Request"}"#)]).await;
    assert!(matches!(event, Err(ProviderError::Unknown)));
}
