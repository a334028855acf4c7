//! Webhooks as Creem sends them, in `fixtures/creem-events.json`, and what they become.

use std::fmt::Write as _;
use std::sync::LazyLock;

use expect_test::expect;
use http::HeaderValue;

use super::*;
use crate::checkout::provider::{Fact, SubscriptionSeen};
use crate::checkout::signatures::{creem_header, standard_headers};
use crate::checkout::transport::fake::{FakeProvider, reply};
use crate::values::{Currency, Zone};

pub fn recorded() -> Vec<Value> {
    serde_json::from_str(include_str!("../../fixtures/creem-events.json")).unwrap()
}

/// The recorded event of that number, with other values in its object.
fn changed(number: usize, changes: &Value) -> Value {
    laid_over(recorded().swap_remove(number - 1), json!({ "object": changes }))
}

fn signed(body: &[u8]) -> HeaderMap {
    let value: HeaderValue = creem_header(WEBHOOK_SECRET, body).parse().unwrap();
    [(http::HeaderName::from_static("creem-signature"), value)].into_iter().collect()
}

/// Reading asks nobody, so one is enough.
static CREEM: LazyLock<Creem> = LazyLock::new(|| creem(CreemSettings::api(Mode::Test), API_KEY, None));

pub fn read(event: &Value) -> Result<Notice, ProviderError> {
    let body = event.to_string().into_bytes();
    CREEM.read(&signed(&body), &body, NOW)
}

fn facts(event: &Value) -> Vec<Fact> {
    read(event).unwrap().event.facts
}

fn paid(minor: i64) -> Vec<Fact> {
    vec![Fact::Paid { amount: Money::new(minor, Currency::USD) }]
}

/// An event in one line, as far as the shop acts on it.
fn in_a_line(notice: &Notice) -> String {
    let event = &notice.event;
    let session = event.session.as_ref().map_or("no session", |id| &id.0);
    let subscription = event.subscription.as_ref().map_or(String::new(), |id| format!(", {}", id.0));
    let payment = event.payment.as_ref().map_or("no payment", |id| &id.0);
    let order = if event.order_id == Some(ORDER.parse().unwrap()) { "our order" } else { "no order" };
    let facts: Vec<String> = event
        .facts
        .iter()
        .map(|fact| match fact {
            Fact::Paid { amount } => format!("paid {}", amount.exact()),
            Fact::Refunded { total, whole } => format!("refunded {}{}", total.exact(), if *whole { ", all of it" } else { "" }),
            Fact::Subscription(seen) => in_words(seen),
            Fact::Open
            | Fact::Processing
            | Fact::Declined
            | Fact::Free
            | Fact::Failed
            | Fact::Expired
            | Fact::Disputed
            | Fact::DisputeWon
            | Fact::DisputeLost => fact.name().to_owned(),
        })
        .collect();
    let facts = if facts.is_empty() { "nothing".to_owned() } else { facts.join(", ") };
    let ask = notice.incomplete.as_ref().map_or(String::new(), |id| format!(" (ask about {id})"));
    format!("{}: {session}, {payment}{subscription}, {order} -> {facts}{ask}", event.kind)
}

fn in_words(seen: &SubscriptionSeen) -> String {
    let day = |at: Timestamp| Zone::UTC.day(at).to_string();
    let paid = seen.paid_until.map_or(String::new(), |at| format!(" until {}", day(at)));
    let ends = seen.ends_at.map_or(String::new(), |at| format!(", ends {}", day(at)));
    format!("{:?}{paid}{ends}", seen.status)
}

#[test]
fn every_recorded_event_is_translated() {
    let mut table = String::new();
    for event in recorded() {
        writeln!(table, "{}", in_a_line(&read(&event).unwrap())).unwrap();
    }
    expect![[r"
        checkout.completed: ch_1, tran_1, our order -> paid $49.00
        checkout.completed: ch_2, tran_1, sub_1, our order -> paid $19.00, Active until 2026-02-01
        refund.created: ch_1, tran_1, our order -> refunded $49.00, all of it
        dispute.created: ch_1, tran_1, our order -> disputed
        subscription.active: no session, no payment, sub_1, our order -> Active until 2026-02-01
        subscription.paid: no session, no payment, sub_1, our order -> Active until 2026-02-01
        subscription.trialing: no session, no payment, sub_1, our order -> Active until 2026-02-01
        subscription.canceled: no session, no payment, sub_1, our order -> Ended until 2026-02-01, ends 2026-01-01
        subscription.scheduled_cancel: no session, no payment, sub_1, our order -> Active until 2026-02-01, ends 2026-02-01
        subscription.past_due: no session, no payment, sub_1, our order -> PastDue until 2026-02-01
        subscription.unpaid: no session, no payment, sub_1, our order -> Paused until 2026-02-01
        subscription.expired: no session, no payment, sub_1, our order -> PastDue until 2026-02-01
        subscription.paused: no session, no payment, sub_1, our order -> Paused until 2026-02-01
        subscription.update: no session, no payment, sub_1, our order -> Active until 2026-02-01
    "]]
    .assert_eq(&table);
}

#[test]
fn an_event_is_known_by_its_id_its_moment_and_its_mode() {
    let event = read(&recorded()[0]).unwrap().event;
    assert_eq!((event.provider, event.event_id.as_deref()), (ProviderName::Creem, Some("evt_creem_1")));
    assert_eq!(event.occurred_at, Timestamp::from_seconds(1_767_225_601));
    for (name, mode) in [
        ("test", Mode::Test),
        ("sandbox", Mode::Test),
        ("local", Mode::Test),
        ("prod", Mode::Live),
        ("live", Mode::Live),
        ("a name of next year", Mode::Test),
    ] {
        assert_eq!(read(&changed(1, &json!({ "mode": name }))).unwrap().event.mode, mode, "{name}");
    }
}

#[test]
fn an_event_may_use_the_other_names_and_either_way_to_tell_the_time() {
    let event = &recorded()[0];
    let renamed =
        json!({"id": "evt_1", "type": "checkout.completed", "created_at": "2026-01-01T00:00:01.500Z", "data": event["object"]});
    let event = read(&renamed).unwrap().event;
    assert_eq!((event.facts, event.occurred_at), (paid(4_900), Timestamp::from_millis(1_767_225_601_500)));
    let timeless =
        json!({"id": "evt_1", "type": "checkout.completed", "eventType": "checkout.completed", "object": recorded()[0]["object"]});
    assert_eq!(read(&timeless).unwrap().event.occurred_at, NOW);
}

#[test]
fn what_was_paid_is_our_price_without_the_tax_on_top() {
    for (what, changes, facts) in [
        (
            "tax on top",
            json!({"product": {"tax_mode": "exclusive"}, "order": {"amount": 4900, "tax_amount": 931, "amount_paid": 5831}}),
            paid(4_900),
        ),
        (
            "tax on top, and counted into the amount",
            json!({"product": {"tax_mode": "exclusive"}, "order": {"amount": 5831, "tax_amount": 931, "amount_paid": 5831}}),
            paid(4_900),
        ),
        ("tax within the price", json!({"order": {"sub_total": 4118, "tax_amount": 782}}), paid(4_900)),
        ("a discount of Creem's", json!({"order": {"discount_amount": 900, "amount_paid": 4000}}), paid(4_000)),
        ("nothing left to pay", json!({"order": {"amount": 0, "sub_total": 0, "amount_paid": 0}}), vec![Fact::Free]),
        ("only the amount", json!({"order": {"sub_total": null, "amount_paid": null, "tax_amount": null}}), paid(4_900)),
    ] {
        assert_eq!(self::facts(&changed(1, &changes)), facts, "{what}");
    }
}

#[test]
fn only_a_paid_order_fulfils() {
    for (changes, told) in [
        (json!({"order": {"status": "pending"}}), vec![Fact::Processing]),
        (json!({"order": {"status": "resting", "transaction": null}}), vec![]),
        (json!({"status": "processing"}), vec![Fact::Processing]),
        (json!({"status": "expired"}), vec![Fact::Expired]),
        (json!({"status": "resting"}), paid(4_900)),
    ] {
        assert_eq!(facts(&changed(1, &changes)), told, "{changes}");
    }
}

#[test]
fn what_creem_adds_or_leaves_out_breaks_nothing() {
    for changes in [
        json!({"product": "prod_1", "customer": "cust_1"}),
        json!({"product": {"image_url": null, "billing_type": "leased", "tax_mode": "reversed", "status": "asleep"}}),
        json!({"a_new_field": {"deep": [1]}, "order": {"another": true}}),
        json!({"order": {"transaction": {"id": "tran_1", "object": "transaction"}}}),
        json!({"metadata": []}),
        json!({"metadata": null, "mode": null, "customer": null}),
    ] {
        let notice = read(&changed(1, &changes)).unwrap();
        assert_eq!((notice.event.facts, notice.incomplete), (paid(4_900), None), "{changes}");
        assert_eq!(notice.event.order_id, Some(ORDER.parse().unwrap()), "{changes}");
    }
}

#[test]
fn a_part_of_a_refund_is_told_with_what_was_refunded_before() {
    let part = |changes| {
        laid_over(json!({"refund_amount": 1000, "transaction": {"status": "partialRefund", "refunded_amount": 3000}}), changes)
    };
    let refunded = |minor, whole| vec![Fact::Refunded { total: Money::new(minor, Currency::USD), whole }];
    for (changes, told) in [
        (part(json!({})), refunded(3_000, false)),
        (part(json!({"transaction": {"refunded_amount": 0, "status": "paid"}})), refunded(1_000, false)),
        (part(json!({"transaction": {"refunded_amount": 4900}})), refunded(4_900, true)),
        (part(json!({"status": "failed"})), vec![]),
        (part(json!({"status": "canceled"})), vec![]),
    ] {
        let notice = read(&changed(3, &changes)).unwrap();
        assert_eq!((notice.event.facts, notice.incomplete), (told, None), "{changes}");
    }
}

#[test]
fn what_a_renewal_gives_back_is_no_business_of_the_order_that_began_it() {
    let event = read(&changed(3, &json!({"subscription": "sub_1", "transaction": {"id": "tran_2"}}))).unwrap().event;
    assert_eq!((event.session, event.payment), (None, Some(PaymentId("tran_2".to_owned()))));
    assert_eq!(event.subscription, Some(ProviderSubscriptionId("sub_1".to_owned())));
}

#[test]
fn what_leaves_out_its_figures_is_asked_about() {
    for (number, changes, id) in [
        (2, json!({"subscription": {"status": null}}), "ch_2"),
        (1, json!({"order": "ord_1"}), "ch_1"),
        (1, json!({"order": null}), "ch_1"),
        (3, json!({"status": "pending"}), "tran_1"),
        (3, json!({"status": "requiresAction"}), "tran_1"),
        (3, json!({"status": "considered"}), "tran_1"),
        (3, json!({"transaction": "tran_1"}), "tran_1"),
    ] {
        let notice = read(&changed(number, &changes)).unwrap();
        let told = if number == 2 { paid(1_900) } else { vec![] };
        assert_eq!((notice.event.facts, notice.incomplete.as_deref()), (told, Some(id)), "{changes}");
    }
}

#[tokio::test]
async fn a_refund_under_way_is_told_once_it_is_done() {
    let notice = || read(&changed(3, &json!({"status": "pending"}))).unwrap();
    let transaction = |status, refunded| {
        reply(
            200,
            json!({"id": "tran_1", "status": status, "amount": 4900, "refunded_amount": refunded, "currency": "USD"}).to_string(),
        )
    };
    let provider = FakeProvider::of(ProviderName::Creem, [transaction("paid", 0), transaction("refunded", 4_900)]).await;
    let creem = creem_at(&provider.url);
    assert!(matches!(creem.complete(notice()).await, Err(ProviderError::Unavailable(_))), "Creem sends it again");
    let event = creem.complete(notice()).await.unwrap();
    assert_eq!(event.facts, [Fact::Refunded { total: Money::new(4_900, Currency::USD), whole: true }]);
    assert_eq!(event.event_id.as_deref(), Some("evt_creem_3"));
    assert_eq!(provider.seen()[0].path_and_query, "/v1/transactions?transaction_id=tran_1");
}

#[tokio::test]
async fn a_sale_without_figures_is_completed_by_asking() {
    let checkout = recorded()[0]["object"].to_string();
    let transaction = json!({"id": "tran_1", "status": "paid", "amount": 4900, "currency": "USD"}).to_string();
    let provider = FakeProvider::of(ProviderName::Creem, [reply(200, checkout), reply(200, transaction)]).await;
    let notice = read(&changed(1, &json!({"order": "ord_1"}))).unwrap();
    let event = creem_at(&provider.url).complete(notice).await.unwrap();
    assert_eq!((event.facts[0].clone(), event.event_id.as_deref()), (paid(4_900).remove(0), Some("evt_creem_1")));
    assert_eq!(event.payment, Some(PaymentId("tran_1".to_owned())));
}

#[test]
fn an_event_of_an_unknown_type_is_recorded_and_says_nothing() {
    for event in [
        json!({"id": "evt_1", "eventType": "customer_credits.exhausted", "object": {"id": "cred_1"}}),
        json!({"id": "evt_1", "eventType": "a.list", "object": [1, 2]}),
        json!({"id": "evt_1", "eventType": "a.nothing"}),
    ] {
        let notice = read(&event).unwrap();
        assert_eq!((notice.event.event_id.as_deref(), notice.event.facts, notice.incomplete), (Some("evt_1"), vec![], None));
        assert_eq!((notice.event.occurred_at, notice.event.mode), (NOW, Mode::Test));
    }
}

#[test]
fn a_payment_whose_sum_cannot_be_read_is_sent_again_rather_than_lost() {
    for changes in [json!({"order": {"currency": null}}), json!({"order": {"currency": "dollars"}}), json!({"id": null})] {
        assert!(matches!(read(&changed(1, &changes)), Err(ProviderError::Unavailable(_))), "{changes}");
    }
}

#[test]
fn a_webhook_is_believed_only_with_its_signature() {
    let body = recorded()[0].to_string().into_bytes();
    assert!(CREEM.read(&signed(&body), &body, NOW).is_ok());
    let mut one_byte = body.clone();
    one_byte[10] ^= 1;
    for (headers, body) in [(signed(&body), &one_byte), (signed(b"another body"), &body), (HeaderMap::new(), &body)] {
        assert!(matches!(CREEM.read(&headers, body, NOW), Err(ProviderError::Signature(_))));
    }
}

#[test]
fn a_dated_signature_is_believed_in_place_of_creems_own_and_for_five_minutes() {
    const SECRET: &str = "whsec_MDEyMzQ1Njc4OWFiY2RlZg==";
    let settings =
        CreemSettings { webhook_secret: SECRET.to_owned(), ..creem(CreemSettings::api(Mode::Test), API_KEY, None).settings };
    let creem = Creem::new(settings, client());
    let body = recorded()[0].to_string().into_bytes();
    let mut headers: HeaderMap = standard_headers(SECRET, "msg_1", NOW, &body)
        .unwrap()
        .into_iter()
        .map(|(name, value)| (http::HeaderName::from_static(name), value.parse().unwrap()))
        .collect();
    assert!(creem.read(&headers, &body, NOW.plus(TOLERANCE)).is_ok());
    assert!(creem.read(&headers, &body, NOW.plus(TOLERANCE).plus(Duration::from_secs(1))).is_err());
    headers.insert("webhook-signature", HeaderValue::from_static("v1,AAAA"));
    headers.insert("creem-signature", creem_header(SECRET, &body).parse().unwrap());
    assert!(creem.read(&headers, &body, NOW).is_err(), "the dated one counts where it is there");
}

#[test]
fn what_is_signed_and_no_event_is_refused() {
    for body in ["", "{}", "null", r#"{"id": "evt_1"}"#, r#"{"eventType": "checkout.completed"}"#] {
        let answer = CREEM.read(&signed(body.as_bytes()), body.as_bytes(), NOW);
        assert!(matches!(answer, Err(ProviderError::Signature(_))), "{body}");
    }
}
