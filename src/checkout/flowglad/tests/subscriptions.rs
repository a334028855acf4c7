//! What is paid again and again: how it stands, its first payment among the others, and its end.

use super::*;
use crate::checkout::provider::{CancelWhen, ProviderSubscriptionId, SubscriptionSeen, SubscriptionStatus};

const START: i64 = 1_767_225_600_000;
const END: i64 = 1_769_904_000_000;

fn subscription(changes: Value) -> Value {
    let subscription = json!({
        "id": "sub_1", "livemode": false, "status": "active", "customerId": "cust_1", "metadata": {"order_id": ORDER},
        "currentBillingPeriodStart": START, "currentBillingPeriodEnd": END, "canceledAt": null, "cancelScheduledAt": null
    });
    json!({ "subscription": with(subscription, changes) })
}

fn id() -> ProviderSubscriptionId {
    ProviderSubscriptionId("sub_1".to_owned())
}

const FIRST_DAY: Option<Timestamp> = Some(Timestamp::from_millis(START));
const LAST_DAY: Option<Timestamp> = Some(Timestamp::from_millis(END));

const fn stands(status: SubscriptionStatus, paid_until: Option<Timestamp>, ends_at: Option<Timestamp>) -> Fact {
    Fact::Subscription(SubscriptionSeen { status, paid_until, ends_at })
}

const ACTIVE: Fact = stands(SubscriptionStatus::Active, LAST_DAY, None);

async fn asked(changes: Value) -> ProviderEvent {
    let provider = FakeProvider::of(ProviderName::Flowglad, [ok(&subscription(changes))]).await;
    flowglad_at(&provider.url).retrieve_subscription(&id(), NOW).await.unwrap()
}

#[tokio::test]
async fn how_a_subscription_stands_is_told_by_its_status() {
    use SubscriptionStatus::{Active, Ended, Incomplete, PastDue, Paused};
    for (changes, fact) in [
        (json!({}), ACTIVE),
        (json!({"status": "trialing"}), ACTIVE),
        (json!({"status": "credit_trial", "currentBillingPeriodEnd": null}), stands(Active, None, None)),
        (json!({"status": "cancellation_scheduled", "cancelScheduledAt": END}), stands(Active, LAST_DAY, LAST_DAY)),
        (json!({"status": "cancellation_scheduled"}), stands(Active, LAST_DAY, LAST_DAY)),
        (json!({"status": "past_due"}), stands(PastDue, FIRST_DAY, None)),
        (json!({"status": "unpaid"}), stands(Paused, FIRST_DAY, None)),
        (json!({"status": "paused"}), stands(Paused, LAST_DAY, None)),
        (json!({"status": "incomplete"}), stands(Incomplete, None, None)),
        (json!({"status": "incomplete_expired"}), stands(Ended, LAST_DAY, None)),
        (json!({"status": "canceled", "canceledAt": START}), stands(Ended, LAST_DAY, FIRST_DAY)),
        (json!({"a_new_field": []}), ACTIVE),
    ] {
        assert_eq!(asked(changes.clone()).await.facts, [fact], "{changes}");
    }
    for quiet in [json!({"status": "a_status_of_next_year"}), json!({"status": null})] {
        assert_eq!(asked(quiet.clone()).await.facts, [], "{quiet}");
    }
    let event = asked(json!({"livemode": true})).await;
    assert_eq!((event.mode, event.subscription, event.payment), (Mode::Live, Some(id()), None));
    assert_eq!((event.order_id, event.event_id, event.occurred_at), (Some(ORDER.parse().unwrap()), None, NOW));
}

/// A payment of the subscription, made `days` after its start.
fn period(id: &str, days: i64, changes: Value) -> Value {
    let of = json!({
        "id": id, "purchaseId": null, "subscriptionId": "sub_1", "customerId": "cust_1", "chargeDate": START + days * 86_400_000
    });
    payment(with(of, changes))
}

fn session() -> Value {
    let session =
        json!({"id": "chckt_session_1", "status": "succeeded", "purchaseId": "prch_1", "outputMetadata": {"order_id": ORDER}});
    json!({ "checkoutSession": session, "url": null })
}

fn begun() -> Value {
    let values =
        json!({"priceType": "subscription", "customerId": "cust_1", "totalPurchaseValue": null, "firstInvoiceValue": 19_200});
    purchase(values)
}

async fn retrieved(payments: &[Value], subscriptions: &[Value]) -> Result<ProviderEvent, ProviderError> {
    let answers = [ok(&session()), ok(&begun()), ok(&list(payments))].into_iter().chain(subscriptions.iter().map(ok));
    let provider = FakeProvider::of(ProviderName::Flowglad, answers).await;
    flowglad_at(&provider.url).retrieve(&ProviderSessionId("chckt_session_1".to_owned()), NOW).await
}

#[tokio::test]
async fn the_first_payment_is_the_orders_and_the_subscription_is_told_with_it() {
    let refused = period("pym_0", 0, json!({"status": "failed"}));
    let later = period("pym_2", 31, json!({}));
    let stranger = period("pym_9", 0, json!({"customerId": "cust_9"}));
    let once = payment(json!({"id": "pym_8", "purchaseId": null, "customerId": "cust_1"}));
    for first in [period("pym_1", 1, json!({})), period("pym_1", 1, json!({"purchaseId": "prch_1"}))] {
        let payments = [later.clone(), stranger.clone(), once.clone(), refused.clone(), first];
        let event = retrieved(&payments, &[subscription(json!({}))]).await.unwrap();
        assert_eq!((event.payment, event.subscription), (Some(PaymentId("pym_1".to_owned())), Some(id())));
        assert_eq!((event.facts, event.session.unwrap().0.as_str()), (vec![PAID, ACTIVE], "chckt_session_1"));
    }
}

#[tokio::test]
async fn another_subscription_of_the_same_customer_is_passed_over() {
    let theirs = subscription(json!({"id": "sub_0", "metadata": {"order_id": "order_another0000000"}}));
    let payments = [
        period("pym_0", 0, json!({"subscriptionId": "sub_0"})),
        period("pym_1", 1, json!({"subscriptionId": "sub_0"})),
        period("pym_2", 2, json!({})),
    ];
    let event = retrieved(&payments, &[theirs, subscription(json!({}))]).await.unwrap();
    assert_eq!((event.payment, event.subscription), (Some(PaymentId("pym_2".to_owned())), Some(id())));
}

#[tokio::test]
async fn one_that_costs_nothing_at_first_is_free() {
    let begun = purchase(json!({"priceType": "subscription", "totalPurchaseValue": null, "firstInvoiceValue": 0}));
    let provider = FakeProvider::of(ProviderName::Flowglad, [ok(&session()), ok(&begun), ok(&list(&[]))]).await;
    let event = flowglad_at(&provider.url).retrieve(&ProviderSessionId("chckt_session_1".to_owned()), NOW).await;
    assert_eq!(event.unwrap().facts, [Fact::Free]);
}

#[tokio::test]
async fn the_payment_of_a_period_tells_how_the_subscription_stands_and_is_no_orders() {
    for (changes, standing) in
        [(json!({}), ACTIVE), (json!({"status": "past_due"}), stands(SubscriptionStatus::PastDue, FIRST_DAY, None))]
    {
        let notice = events::read(&json!({ "id": "pym_2", "object": "payment" })).unwrap();
        let answers = [ok(&json!({ "payment": period("pym_2", 31, json!({})) })), ok(&subscription(changes))];
        let provider = FakeProvider::of(ProviderName::Flowglad, answers).await;
        let event = flowglad_at(&provider.url).complete(notice).await.unwrap();
        assert_eq!((event.payment, event.subscription, event.facts), (None, Some(id()), vec![standing]));
        assert_eq!(event.order_id, Some(ORDER.parse().unwrap()));
    }
}

#[tokio::test]
async fn it_is_ended_now_or_with_its_period() {
    for (when, timing) in [(CancelWhen::Now, "immediately"), (CancelWhen::AtPeriodEnd, "at_end_of_current_billing_period")] {
        let provider = FakeProvider::of(ProviderName::Flowglad, [ok(&subscription(json!({})))]).await;
        flowglad_at(&provider.url).cancel_subscription(&id(), when).await.unwrap();
        let asked = &provider.seen()[0];
        assert_eq!((asked.method.as_str(), asked.path_and_query.as_str()), ("POST", "/api/v1/subscriptions/sub_1/cancel"));
        assert_eq!(asked.body, json!({ "cancellation": { "timing": timing } }).to_string());
    }
}

#[tokio::test]
async fn what_ends_already_is_no_error_and_what_does_not_is_one() {
    let refused = reply(400, r#"{"error":"Subscription is already canceled","code":"BAD_REQUEST"}"#);
    let lost = reply(500, "Internal server error");
    let scheduled = json!({"status": "cancellation_scheduled"});
    for (answer, stands, when, is_done) in [
        (&refused, json!({"status": "canceled"}), CancelWhen::Now, true),
        (&refused, json!({"status": "canceled"}), CancelWhen::AtPeriodEnd, true),
        (&lost, scheduled.clone(), CancelWhen::AtPeriodEnd, true),
        (&refused, scheduled, CancelWhen::Now, false),
        (&lost, json!({}), CancelWhen::Now, false),
    ] {
        let provider = FakeProvider::of(ProviderName::Flowglad, [answer.clone(), ok(&subscription(stands.clone()))]).await;
        let done = flowglad_at(&provider.url).cancel_subscription(&id(), when).await;
        assert_eq!((done.is_ok(), provider.seen().len()), (is_done, 2), "{stands} {when:?}");
    }
    let provider = FakeProvider::of(ProviderName::Flowglad, [reply(404, "Not Found")]).await;
    let unknown = flowglad_at(&provider.url).cancel_subscription(&id(), CancelWhen::Now).await;
    assert!(matches!(unknown, Err(ProviderError::Unknown)));
}
