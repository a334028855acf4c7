//! Money given back: once, though Flowglad can't be told that it was asked before.

use super::super::payments::{Due, due};
use super::*;
use crate::checkout::provider::Refund;

fn answer(changes: Value) -> Scripted {
    ok(&json!({ "payment": payment(changes) }))
}

async fn refund(minor: i64, answers: Vec<Scripted>) -> (Result<(), ProviderError>, Vec<(String, String)>) {
    let provider = FakeProvider::answering(answers).await;
    let done = flowglad_at(&provider.url).refund(&PaymentId("pym_1".to_owned()), Refund::Part(euros(minor)), "key").await;
    (done, provider.seen().into_iter().map(|seen| (seen.path_and_query, seen.body)).collect())
}

#[tokio::test]
async fn the_whole_and_a_part_are_given_back() {
    for (minor, body) in [(19_200, "{}"), (500, r#"{"partialAmount":500}"#)] {
        let (done, seen) = refund(minor, vec![answer(json!({})), answer(json!({"refundedAmount": minor}))]).await;
        assert!(done.is_ok());
        assert_eq!(seen[1], ("/api/v1/payments/pym_1/refund".to_owned(), body.to_owned()));
    }
}

#[tokio::test]
async fn a_lost_answer_is_settled_by_looking() {
    let lost = reply(500, "Internal server error");
    let (done, seen) = refund(500, vec![answer(json!({})), lost.clone(), answer(json!({"refundedAmount": 500}))]).await;
    assert!(done.is_ok());
    assert_eq!(seen.len(), 3, "it was asked for once");
    let (done, _) = refund(500, vec![answer(json!({})), lost, answer(json!({}))]).await;
    assert!(matches!(done, Err(ProviderError::Unavailable(_))));
}

#[test]
fn nobody_is_given_the_same_money_twice() {
    let due = |changes: Value, minor| due(&serde_json::from_value(payment(changes)).unwrap(), Refund::Part(euros(minor)));
    let gone = |minor: i64| json!({ "refundedAmount": minor });
    assert_eq!(due(json!({}), 19_200).unwrap(), Due::Rest);
    assert_eq!(due(json!({}), 500).unwrap(), Due::Part(500));
    assert_eq!(due(gone(19_200), 19_200).unwrap(), Due::Nothing);
    assert_eq!(due(json!({"refunded": true, "status": "refunded"}), 500).unwrap(), Due::Nothing);
    assert_eq!(due(gone(500), 19_200).unwrap(), Due::Rest);
    assert_eq!(due(json!({"amount": 22_848, "taxAmount": 3_648}), 19_200).unwrap(), Due::Rest, "the tax goes back with the price");
    for (changes, minor) in [
        (gone(500), 500),
        (json!({"status": "processing"}), 500),
        (json!({"status": "failed"}), 19_200),
        (json!({"currency": "USD"}), 500),
    ] {
        assert!(matches!(due(changes.clone(), minor), Err(ProviderError::Refused(_))), "{changes}");
    }
}
