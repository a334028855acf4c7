//! What Stripe tells of subscriptions, by itself and when it is asked, and how they are ended.

use serde_json::{Value, json};

use super::*;
use crate::checkout::provider::{Fact, SubscriptionSeen, SubscriptionStatus};
use crate::checkout::transport::fake::{FakeProvider, Scripted, reply};
use crate::values::Currency;

const FEBRUARY: i64 = 1_769_904_000;
const MARCH: i64 = 1_772_323_200;

fn subscription(changes: &Value) -> Value {
    let item = json!({"id": "si_1", "object": "subscription_item", "current_period_start": FEBRUARY, "current_period_end": MARCH});
    let mut subscription = json!({
        "id": "sub_1", "object": "subscription", "livemode": false, "status": "active", "cancel_at": null, "cancel_at_period_end": false,
        "ended_at": null, "items": {"object": "list", "data": [item]}, "metadata": {"order_id": ORDER}
    });
    for (name, value) in changes.as_object().unwrap() {
        subscription[name] = value.clone();
    }
    subscription
}

fn told(changes: &Value) -> Vec<Fact> {
    let object = subscription(changes);
    let event = json!({"id": "evt_1", "type": "customer.subscription.updated", "created": MARCH, "data": {"object": object}});
    let notice = events::read(&event).unwrap();
    assert_eq!((notice.event.subscription, notice.event.payment), (Some(id()), None));
    notice.event.facts
}

fn id() -> ProviderSubscriptionId {
    ProviderSubscriptionId("sub_1".to_owned())
}

fn seen(status: SubscriptionStatus, paid_until: Option<i64>, ends_at: Option<i64>) -> Fact {
    let moment = |seconds: Option<i64>| seconds.map(Timestamp::from_seconds);
    Fact::Subscription(SubscriptionSeen { status, paid_until: moment(paid_until), ends_at: moment(ends_at) })
}

fn ok(body: &Value) -> Scripted {
    reply(200, body.to_string())
}

#[test]
fn every_status_is_a_picture_and_an_unknown_one_is_none() {
    use SubscriptionStatus::{Active, Ended, Incomplete, PastDue, Paused};
    for (changes, picture) in [
        (json!({}), seen(Active, Some(MARCH), None)),
        (json!({"status": "trialing"}), seen(Active, Some(MARCH), None)),
        (json!({"cancel_at_period_end": true}), seen(Active, Some(MARCH), Some(MARCH))),
        (json!({"cancel_at": 1_770_000_000}), seen(Active, Some(MARCH), Some(1_770_000_000))),
        (json!({"items": null}), seen(Active, None, None)),
        (json!({"status": "past_due"}), seen(PastDue, Some(FEBRUARY), None)),
        (json!({"status": "unpaid"}), seen(Paused, Some(FEBRUARY), None)),
        (json!({"status": "paused"}), seen(Paused, Some(FEBRUARY), None)),
        (json!({"status": "incomplete"}), seen(Incomplete, None, None)),
        (json!({"status": "incomplete_expired"}), seen(Ended, None, None)),
        (json!({"status": "canceled", "ended_at": FEBRUARY}), seen(Ended, None, Some(FEBRUARY))),
    ] {
        assert_eq!(told(&changes), [picture], "{changes}");
    }
    assert_eq!(told(&json!({"status": "hibernating"})), []);
}

#[tokio::test]
async fn an_invoice_leads_to_its_subscription_and_pays_no_order() {
    let parent =
        json!({"type": "subscription_details", "subscription_details": {"subscription": "sub_1", "metadata": {"order_id": ORDER}}});
    for kind in ["invoice.paid", "invoice.payment_failed"] {
        let object = json!({"id": "in_1", "object": "invoice", "amount_paid": 500, "currency": "eur", "parent": parent});
        let notice = events::read(&json!({"id": "evt_1", "type": kind, "created": MARCH, "data": {"object": object}})).unwrap();
        let provider =
            FakeProvider::of(ProviderName::Stripe, [ok(&subscription(&json!({"status": "past_due"}))), reply(404, "{}")]).await;
        let stripe = stripe_at(&provider.url);
        let event = stripe.complete(notice.clone()).await.unwrap();
        assert_eq!(provider.seen()[0].path_and_query, "/v1/subscriptions/sub_1");
        assert_eq!((event.event_id.as_deref(), event.kind.as_str()), (Some("evt_1"), kind));
        assert_eq!((event.subscription, event.payment, event.order_id), (Some(id()), None, Some(ORDER.parse().unwrap())));
        assert_eq!(event.facts, [seen(SubscriptionStatus::PastDue, Some(FEBRUARY), None)]);
        assert_eq!(event.occurred_at, Timestamp::from_seconds(MARCH));
        let unknown = stripe.complete(notice).await.unwrap();
        assert_eq!((unknown.subscription, unknown.facts), (Some(id()), vec![]), "it says no more than it said");
    }
    let other =
        json!({"id": "evt_1", "type": "invoice.paid", "data": {"object": {"id": "in_1", "object": "invoice", "parent": null}}});
    let notice = events::read(&other).unwrap();
    assert_eq!((notice.event.subscription, notice.incomplete), (None, None), "an invoice that somebody wrote by hand");
}

/// A session that began a subscription, as Stripe answers it with everything that hangs on it.
fn session() -> Value {
    let payment = json!({"id": "inpay_1", "payment": {"type": "payment_intent", "payment_intent": "pi_1"}});
    json!({
        "id": "cs_test_1", "object": "checkout.session", "livemode": false, "mode": "subscription", "status": "complete",
        "payment_status": "paid", "amount_subtotal": 500, "amount_total": 500, "currency": "eur", "payment_intent": null,
        "subscription": subscription(&json!({})), "metadata": {"order_id": ORDER},
        "invoice": {"id": "in_1", "object": "invoice", "payments": {"object": "list", "data": [payment]}}
    })
}

#[tokio::test]
async fn the_session_that_began_one_names_it_and_the_payment_behind_its_invoice() {
    let paid = Fact::Paid { amount: Money::new(500, Currency::EUR) };
    let picture = seen(SubscriptionStatus::Active, Some(MARCH), None);
    let refunded = Fact::Refunded { total: Money::new(200, Currency::EUR), whole: false };
    for (refund, facts) in [(0, vec![paid.clone(), picture.clone()]), (200, vec![refunded, paid, picture])] {
        let charge = json!({"id": "ch_1", "amount_refunded": refund, "refunded": false, "disputed": false, "currency": "eur"});
        let intent = json!({"id": "pi_1", "object": "payment_intent", "status": "succeeded", "latest_charge": charge});
        let mut told = session();
        (told["subscription"], told["invoice"]) = (json!("sub_1"), json!("in_1"));
        let event =
            json!({"id": "evt_1", "type": "checkout.session.completed", "created": NOW.seconds(), "data": {"object": told}});
        let notice = events::read(&event).unwrap();
        assert_eq!((&notice.event.payment, notice.incomplete.as_deref()), (&None, Some("cs_test_1")));
        let provider = FakeProvider::of(ProviderName::Stripe, [ok(&session()), ok(&intent)]).await;
        let event = stripe_at(&provider.url).complete(notice).await.unwrap();
        assert_eq!(event.facts, facts);
        assert_eq!((event.session, event.subscription), (Some(ProviderSessionId("cs_test_1".to_owned())), Some(id())));
        assert_eq!(event.payment, Some(PaymentId("pi_1".to_owned())));
        let paths = provider.seen().into_iter().map(|seen| seen.path_and_query).collect::<Vec<_>>();
        assert!(paths[0].contains("expand%5B1%5D=subscription&expand%5B2%5D=invoice.payments"), "{paths:?}");
        assert_eq!(paths[1], "/v1/payment_intents/pi_1?expand%5B0%5D=latest_charge");
    }
}

#[tokio::test]
async fn it_is_asked_about_and_ended_at_once_or_with_its_period() {
    let answer = ok(&subscription(&json!({})));
    let provider = FakeProvider::of(ProviderName::Stripe, [answer.clone(), answer.clone(), answer]).await;
    let stripe = stripe_at(&provider.url);
    let event = stripe.retrieve_subscription(&id(), NOW).await.unwrap();
    assert_eq!((event.facts, event.occurred_at), (vec![seen(SubscriptionStatus::Active, Some(MARCH), None)], NOW));
    stripe.cancel_subscription(&id(), CancelWhen::Now).await.unwrap();
    stripe.cancel_subscription(&id(), CancelWhen::AtPeriodEnd).await.unwrap();
    let seen = provider.seen();
    let asked: Vec<_> = seen.iter().map(|seen| (seen.method.as_str(), seen.path_and_query.as_str(), seen.body.as_str())).collect();
    let path = "/v1/subscriptions/sub_1";
    assert_eq!(asked, [("GET", path, ""), ("DELETE", path, ""), ("POST", path, "cancel_at_period_end=true")]);
    assert!(seen.iter().all(|seen| seen.header("idempotency-key").is_empty()), "asked a day later it must be done again");
}

#[tokio::test]
async fn one_that_has_ended_is_ended_and_one_that_nobody_knows_is_not() {
    let gone = || reply(404, r#"{"error": {"type": "invalid_request_error", "code": "resource_missing"}}"#);
    let ended = ok(&subscription(&json!({"status": "canceled", "ended_at": FEBRUARY})));
    for (replies, when, is_ended) in [
        (vec![gone(), ended.clone()], CancelWhen::Now, true),
        (vec![reply(400, "{}"), ended], CancelWhen::AtPeriodEnd, true),
        (vec![reply(400, "{}"), ok(&subscription(&json!({})))], CancelWhen::AtPeriodEnd, false),
        (vec![gone(), gone()], CancelWhen::Now, false),
    ] {
        let provider = FakeProvider::of(ProviderName::Stripe, replies).await;
        assert_eq!(stripe_at(&provider.url).cancel_subscription(&id(), when).await.is_ok(), is_ended, "{when:?}");
    }
}
