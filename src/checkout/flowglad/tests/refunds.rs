//! Money given back: once, though Flowglad can't be told that it was asked before.

use super::super::payments::{Due, due};
use super::*;
use crate::checkout::provider::Refund;

fn answer(changes: Value) -> Scripted {
    ok(&json!({ "payment": payment(changes) }))
}

async fn give_back(refund: Refund, answers: Vec<Scripted>) -> (Result<(), ProviderError>, Vec<(String, String)>) {
    let provider = FakeProvider::of(ProviderName::Flowglad, answers).await;
    let done = flowglad_at(&provider.url).refund(&PaymentId("pym_1".to_owned()), refund, "key").await;
    (done, provider.seen().into_iter().map(|seen| (seen.path_and_query, seen.body)).collect())
}

const PART: Refund = Refund::Part(euros(500));

#[tokio::test]
async fn the_whole_and_a_part_are_given_back() {
    for (refund, body) in [(Refund::Whole, "{}"), (PART, r#"{"partialAmount":500}"#)] {
        let (done, seen) = give_back(refund, vec![answer(json!({})), answer(json!({"refundedAmount": 500}))]).await;
        assert!(done.is_ok());
        assert_eq!(seen[1], ("/api/v1/payments/pym_1/refund".to_owned(), body.to_owned()));
    }
}

#[tokio::test]
async fn a_lost_answer_is_settled_by_looking() {
    let lost = reply(500, "Internal server error");
    let (done, seen) = give_back(PART, vec![answer(json!({})), lost.clone(), answer(json!({"refundedAmount": 500}))]).await;
    assert!(done.is_ok());
    assert_eq!(seen.len(), 3, "it was asked for once");
    let (done, _) = give_back(PART, vec![answer(json!({})), lost, answer(json!({}))]).await;
    assert!(matches!(done, Err(ProviderError::Unavailable(_))));
}

#[test]
fn nobody_is_given_the_same_money_twice() {
    let due = |changes: Value, refund| due(&serde_json::from_value(payment(changes)).unwrap(), refund);
    let gone = |minor: i64| json!({ "refundedAmount": minor });
    for (changes, refund, wanted) in [
        (json!({}), Refund::Whole, Due::Rest),
        (json!({}), PART, Due::Part(500)),
        (json!({}), Refund::Part(euros(19_200)), Due::Rest),
        (gone(19_200), Refund::Whole, Due::Nothing),
        (json!({"refunded": true, "status": "refunded"}), PART, Due::Nothing),
        (gone(500), Refund::Whole, Due::Rest),
        (json!({"amount": 22_848, "taxAmount": 3_648}), Refund::Whole, Due::Rest),
        (json!({"amount": 22_848, "taxAmount": 3_648}), Refund::Part(euros(19_200)), Due::Part(19_200)),
    ] {
        assert_eq!(due(changes.clone(), refund).unwrap(), wanted, "{changes} {refund:?}");
    }
    for (changes, refund) in [
        (gone(500), PART),
        (json!({"status": "processing"}), PART),
        (json!({"status": "failed"}), Refund::Whole),
        (json!({"currency": "USD"}), PART),
    ] {
        assert!(matches!(due(changes.clone(), refund), Err(ProviderError::Refused(_))), "{changes}");
    }
}
