//! Subscriptions: how they stand by Creem's word, and how they are ended.

use super::*;
use crate::checkout::provider::{Fact, SubscriptionSeen, SubscriptionStatus};
use crate::checkout::transport::fake::{FakeProvider, Scripted, reply};

const FEBRUARY: Timestamp = Timestamp::from_seconds(1_769_904_000);

fn subscription(changes: Value) -> Value {
    let subscription = json!({
        "id": "sub_1", "object": "subscription", "mode": "test", "status": "active", "product": "prod_1", "customer": "cust_1",
        "collection_method": "charge_automatically", "last_transaction_id": "tran_1",
        "last_transaction_date": "2026-01-01T00:00:00.000Z", "current_period_start_date": "2026-01-01T00:00:00.000Z",
        "current_period_end_date": "2026-02-01T00:00:00.000Z", "canceled_at": null, "metadata": {"order_id": ORDER},
        "created_at": "2026-01-01T00:00:00.000Z", "updated_at": "2026-01-01T00:00:00.000Z"
    });
    laid_over(subscription, changes)
}

fn answer(changes: Value) -> Scripted {
    reply(200, subscription(changes).to_string())
}

async fn asked(changes: Value, now: Timestamp) -> ProviderEvent {
    let provider = FakeProvider::of(ProviderName::Creem, [answer(changes)]).await;
    let event = creem_at(&provider.url).retrieve_subscription(&ProviderSubscriptionId("sub_1".to_owned()), now).await.unwrap();
    assert_eq!(provider.seen()[0].path_and_query, "/v1/subscriptions?subscription_id=sub_1");
    event
}

fn seen(status: SubscriptionStatus, paid_until: Option<Timestamp>, ends_at: Option<Timestamp>) -> Vec<Fact> {
    vec![Fact::Subscription(SubscriptionSeen { status, paid_until, ends_at })]
}

#[tokio::test]
async fn a_subscription_that_is_asked_about_is_no_payment() {
    let event = asked(json!({}), NOW).await;
    assert_eq!((event.event_id, event.session, event.payment), (None, None, None));
    assert_eq!(event.subscription, Some(ProviderSubscriptionId("sub_1".to_owned())));
    assert_eq!((event.order_id, event.mode, event.occurred_at), (Some(ORDER.parse().unwrap()), Mode::Test, NOW));
    assert_eq!(event.facts, seen(SubscriptionStatus::Active, Some(FEBRUARY), None));
}

#[tokio::test]
async fn every_standing_has_its_meaning() {
    use SubscriptionStatus::{Active, Ended, Incomplete, PastDue, Paused};
    let unpaid_yet = json!({"last_transaction_id": null, "last_transaction_date": null});
    let february_unpaid = json!({
        "current_period_start_date": "2026-02-01T00:00:00Z", "current_period_end_date": "2026-03-01T00:00:00Z", "status": "past_due"
    });
    let ended = |changes| laid_over(json!({"status": "canceled"}), changes);
    let ten = Timestamp::from_seconds(1_768_003_200);
    for (changes, told) in [
        (json!({"status": "trialing"}), seen(Active, Some(FEBRUARY), None)),
        (laid_over(unpaid_yet.clone(), json!({"status": "trialing"})), seen(Active, Some(FEBRUARY), None)),
        (unpaid_yet, seen(Incomplete, None, None)),
        (json!({"status": "scheduled_cancel"}), seen(Active, Some(FEBRUARY), Some(FEBRUARY))),
        (json!({"status": "past_due"}), seen(PastDue, Some(FEBRUARY), None)),
        (february_unpaid, seen(PastDue, Some(FEBRUARY), None)),
        (json!({"status": "unpaid"}), seen(Paused, Some(FEBRUARY), None)),
        (json!({"status": "paused"}), seen(Paused, Some(FEBRUARY), None)),
        (ended(json!({"canceled_at": "2026-01-10T00:00:00Z"})), seen(Ended, Some(FEBRUARY), Some(ten))),
        // It was asked for on the tenth, and came with the period's end.
        (
            ended(json!({"canceled_at": "2026-01-10T00:00:00Z", "updated_at": "2026-02-01T00:00:09Z"})),
            seen(Ended, Some(FEBRUARY), Some(FEBRUARY)),
        ),
        (ended(json!({"updated_at": null, "current_period_end_date": null})), seen(Ended, None, None)),
        (json!({"status": "hibernating"}), vec![]),
        (json!({"status": null}), vec![]),
    ] {
        assert_eq!(asked(changes.clone(), NOW).await.facts, told, "{changes}");
    }
}

#[tokio::test]
async fn what_creem_still_calls_active_after_its_period_waits_for_its_payment() {
    let late = FEBRUARY.plus(Duration::from_secs(1));
    assert_eq!(asked(json!({}), FEBRUARY).await.facts, seen(SubscriptionStatus::Active, Some(FEBRUARY), None));
    assert_eq!(asked(json!({}), late).await.facts, seen(SubscriptionStatus::PastDue, Some(FEBRUARY), None));
}

async fn cancel(when: CancelWhen, replies: Vec<Scripted>) -> (Result<(), ProviderError>, FakeProvider) {
    let provider = FakeProvider::of(ProviderName::Creem, replies).await;
    let answer = creem_at(&provider.url).cancel_subscription(&ProviderSubscriptionId("sub_1".to_owned()), when).await;
    (answer, provider)
}

#[tokio::test]
async fn a_subscription_is_ended_at_once_or_with_its_period() {
    for (when, body) in [
        (CancelWhen::Now, json!({"mode": "immediate"})),
        (CancelWhen::AtPeriodEnd, json!({"mode": "scheduled", "onExecute": "cancel"})),
    ] {
        let (answered, provider) = cancel(when, vec![answer(json!({}))]).await;
        assert!(answered.is_ok());
        let asked = &provider.seen()[0];
        assert_eq!((asked.method.as_str(), asked.path_and_query.as_str()), ("POST", "/v1/subscriptions/sub_1/cancel"));
        assert_eq!(serde_json::from_str::<Value>(&asked.body).unwrap(), body);
        assert_eq!(asked.header("idempotency-key"), "", "what was called off in between is asked for anew");
    }
}

#[tokio::test]
async fn ending_what_has_ended_is_no_error() {
    let refused = || reply(400, "{}");
    for (when, standing, is_done) in [
        (CancelWhen::Now, "canceled", true),
        (CancelWhen::AtPeriodEnd, "canceled", true),
        (CancelWhen::AtPeriodEnd, "scheduled_cancel", true),
        (CancelWhen::Now, "scheduled_cancel", false),
        (CancelWhen::Now, "active", false),
    ] {
        let (answered, _provider) = cancel(when, vec![refused(), answer(json!({"status": standing}))]).await;
        assert_eq!(answered.is_ok(), is_done, "{when:?} {standing}");
    }
    assert!(matches!(cancel(CancelWhen::Now, vec![reply(404, "{}")]).await.0, Err(ProviderError::Unknown)));
}

#[tokio::test]
async fn the_sale_of_a_subscription_is_told_with_how_it_stands_now() {
    let checkout = json!({
        "id": "ch_1", "status": "completed", "mode": "test", "subscription": "sub_1", "metadata": {"order_id": ORDER},
        "order": {"id": "ord_1", "status": "paid", "transaction": "tran_1", "amount": 900, "currency": "EUR"}
    });
    let transaction = json!({"id": "tran_1", "status": "paid", "amount": 900, "currency": "EUR", "subscription": "sub_1"});
    let replies =
        [reply(200, checkout.to_string()), reply(200, transaction.to_string()), answer(json!({"status": "scheduled_cancel"}))];
    let provider = FakeProvider::of(ProviderName::Creem, replies).await;
    let event = creem_at(&provider.url).retrieve(&ProviderSessionId("ch_1".to_owned()), NOW).await.unwrap();
    assert_eq!(event.session, Some(ProviderSessionId("ch_1".to_owned())));
    assert_eq!(event.payment, Some(PaymentId("tran_1".to_owned())));
    assert_eq!(event.subscription, Some(ProviderSubscriptionId("sub_1".to_owned())));
    let picture = seen(SubscriptionStatus::Active, Some(FEBRUARY), Some(FEBRUARY)).remove(0);
    assert_eq!(event.facts[1..], [Fact::DisputeWon, picture]);
    assert!(matches!(event.facts[0], Fact::Paid { .. }));
}
