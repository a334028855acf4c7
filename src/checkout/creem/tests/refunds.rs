//! Money given back: whole payments only, and each once.

use super::*;
use crate::checkout::provider::Refund;
use crate::checkout::transport::fake::{FakeProvider, Scripted, reply};
use crate::values::{Currency, Money};

/// 49 euros with 9.31 of tax on top.
fn transaction(status: &str, refunded: i64) -> Scripted {
    let transaction = json!({
        "id": "tran_1", "object": "transaction", "status": status, "amount": 4900, "amount_paid": 5831, "tax_amount": 931,
        "refunded_amount": refunded, "currency": "EUR"
    });
    reply(200, transaction.to_string())
}

fn refund(status: &str) -> Scripted {
    reply(200, json!({ "status": status }).to_string())
}

async fn give_back(minor: i64, currency: Currency, replies: Vec<Scripted>) -> (Result<(), ProviderError>, Vec<String>) {
    let provider = FakeProvider::of(ProviderName::Creem, replies).await;
    let payment = PaymentId("tran_1".to_owned());
    let answer = creem_at(&provider.url).refund(&payment, Refund::Part(Money::new(minor, currency)), "out_1").await;
    let seen = provider.seen().into_iter();
    (answer, seen.map(|seen| format!("{} {} {}", seen.method, seen.path_and_query, seen.body).trim_end().to_owned()).collect())
}

#[tokio::test]
async fn a_whole_payment_is_given_back_by_its_transaction() {
    for (minor, refunded) in [(4_900, 0), (5_831, 0), (3_900, 1_000)] {
        let status = if refunded == 0 { "paid" } else { "partialRefund" };
        let (answer, asked) = give_back(minor, Currency::EUR, vec![transaction(status, refunded), refund("pending")]).await;
        assert!(answer.is_ok(), "{minor}");
        assert_eq!(
            asked,
            ["GET /v1/transactions?transaction_id=tran_1", r#"POST /v1/refunds {"transaction_id":"tran_1"}"#],
            "{minor}"
        );
    }
}

#[tokio::test]
async fn a_part_is_refused_before_anything_is_given_back() {
    for (minor, currency) in [(1_000, Currency::EUR), (4_899, Currency::EUR), (6_000, Currency::EUR), (4_900, Currency::USD)] {
        let (answer, asked) = give_back(minor, currency, vec![transaction("paid", 0), refund("succeeded")]).await;
        let Err(ProviderError::Refused(why)) = answer else { panic!("{minor} was given back") };
        assert!(why.contains("whole payments only") && why.contains("dashboard"), "{why}");
        assert_eq!(asked.len(), 1, "{minor}");
    }
}

#[tokio::test]
async fn a_repeat_finds_that_it_is_done() {
    let (answer, asked) = give_back(4_900, Currency::EUR, vec![transaction("refunded", 5_831)]).await;
    assert!(answer.is_ok());
    assert_eq!(asked.len(), 1);
    let meanwhile = vec![transaction("paid", 0), reply(400, "{}"), transaction("refunded", 5_831)];
    assert!(give_back(4_900, Currency::EUR, meanwhile).await.0.is_ok(), "somebody was faster");
}

#[tokio::test]
async fn what_creem_does_not_give_back_is_said() {
    for replies in [
        vec![transaction("paid", 0), refund("failed")],
        vec![transaction("paid", 0), refund("canceled")],
        vec![transaction("chargedBack", 0), reply(400, "{}"), transaction("chargedBack", 0)],
    ] {
        assert!(matches!(give_back(4_900, Currency::EUR, replies).await.0, Err(ProviderError::Refused(_))));
    }
}
