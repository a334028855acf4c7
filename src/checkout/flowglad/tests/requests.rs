//! The requests that Flowglad gets, to the letter, and what its refusals become.

use super::*;
use crate::catalog::PriceIds;
use crate::checkout::provider::{LineItem, PaymentMode};
use crate::values::{Email, Interval};

fn founder(price: Option<&str>) -> LineItem {
    LineItem {
        title: "Founder, 12 months".to_owned(),
        unit_price: euros(19_200),
        quantity: 1,
        price_ids: PriceIds { flowglad: price.map(str::to_owned), ..PriceIds::default() },
        is_list_price: true,
        every: None,
    }
}

fn new_session(line_item: LineItem, email: Option<&str>) -> NewSession {
    NewSession {
        id: "sess_0123456789abcdef".parse().unwrap(),
        order_id: ORDER.parse().unwrap(),
        mode: PaymentMode::Payment,
        line_items: vec![line_item],
        buyer_email: email.map(|email| Email::parse(email).unwrap()),
        expires_at: NOW,
    }
}

fn back() -> BackUrls {
    BackUrls {
        success: Url::parse("https://shop.example/gift/thanks?order=a.b").unwrap(),
        cancel: Url::parse("https://shop.example/gift/canceled?order=a.b").unwrap(),
    }
}

fn opened() -> Scripted {
    ok(&json!({
        "checkoutSession": {
            "id": "chckt_session_1", "status": "open", "priceId": "price_1", "expires": 1_767_312_000_000_i64, "purchaseId": null
        },
        "url": "https://app.flowglad.com/checkout/chckt_session_1"
    }))
}

fn price(changes: Value) -> Scripted {
    let price = json!({"id": "price_1", "type": "single_payment", "unitPrice": 19_200, "currency": "EUR"});
    ok(&json!({ "price": with(price, changes) }))
}

fn refusal(status: u16, error: &Value) -> Scripted {
    let body = json!({ "error": error, "code": "BAD_REQUEST", "request_id": "0a1b2c3d" });
    reply(status, body.to_string())
}

async fn open(session: NewSession, answers: Vec<Scripted>) -> (Result<OpenSession, ProviderError>, FakeProvider) {
    let provider = FakeProvider::of(ProviderName::Flowglad, answers).await;
    let answer = flowglad_at(&provider.url).open(&session, &back()).await;
    (answer, provider)
}

fn body_of(provider: &FakeProvider, place: usize) -> Value {
    serde_json::from_str(&provider.seen()[place].body).unwrap()
}

#[tokio::test]
async fn a_page_for_whoever_comes_is_opened_with_this_request_and_no_more() {
    let (answer, provider) = open(new_session(founder(Some("price_1")), None), vec![opened(), price(json!({}))]).await;
    let answer = answer.unwrap();
    assert_eq!(answer.provider_id.0, "chckt_session_1");
    assert_eq!(answer.url.as_str(), "https://app.flowglad.com/checkout/chckt_session_1");
    assert_eq!(answer.expires_at, Some(Timestamp::from_seconds(1_767_312_000)));
    let seen = &provider.seen()[0];
    assert_eq!((seen.method.as_str(), seen.path_and_query.as_str()), ("POST", "/api/v1/checkout-sessions"));
    assert_eq!((seen.header("authorization"), seen.header("content-type")), (&*format!("Bearer {SECRET_KEY}"), "application/json"));
    let page = json!({
        "type": "product", "anonymous": true, "priceId": "price_1", "quantity": 1,
        "successUrl": "https://shop.example/gift/thanks?order=a.b", "cancelUrl": "https://shop.example/gift/canceled?order=a.b",
        "outputMetadata": {"order_id": ORDER}, "outputName": "Founder, 12 months"
    });
    assert_eq!(body_of(&provider, 0), json!({ "checkoutSession": page }));
}

#[tokio::test]
async fn a_known_buyer_becomes_a_customer_under_the_orders_id() {
    let session = || new_session(founder(Some("founder-12")), Some("ada@example.com"));
    let (answer, provider) = open(session(), vec![ok(&json!({"data": {}})), opened(), price(json!({}))]).await;
    assert!(answer.is_ok());
    let customer = json!({"externalId": ORDER, "email": "ada@example.com", "name": "ada@example.com"});
    assert_eq!(body_of(&provider, 0), json!({ "customer": customer }));
    let page = &body_of(&provider, 1)["checkoutSession"];
    assert_eq!((&page["customerExternalId"], &page["priceSlug"]), (&json!(ORDER), &json!("founder-12")));
    assert!(page.get("anonymous").is_none() && page.get("priceId").is_none() && !page.to_string().contains("ada@"), "{page}");

    let exists = || refusal(400, &json!("exists"));
    let (known, not) = (ok(&json!({"customer": {}})), reply(404, "Not Found"));
    for (before, is_identified) in
        [(vec![exists(), known], true), (vec![exists(), not], false), (vec![reply(500, "Internal server error")], false)]
    {
        let asked = before.len();
        let (answer, provider) = open(session(), [before, vec![opened(), price(json!({}))]].concat()).await;
        assert!(answer.is_ok());
        assert_eq!(body_of(&provider, asked)["checkoutSession"].get("customerExternalId").is_some(), is_identified);
    }
}

#[tokio::test]
async fn what_the_shop_has_set_goes_with_every_sale() {
    let provider = FakeProvider::of(ProviderName::Flowglad, [opened(), price(json!({}))]).await;
    let options = FlowgladOptions { anonymous: true, preserve_billing_cycle_anchor: Some(true) };
    let settings = FlowgladSettings { options, ..settings(provider.url.as_str(), SECRET_KEY, None) };
    let session = new_session(founder(Some("price_1")), Some("ada@example.com"));
    Flowglad::new(settings, client()).open(&session, &back()).await.unwrap();
    let page = &body_of(&provider, 0)["checkoutSession"];
    assert_eq!((&page["anonymous"], &page["preserveBillingCycleAnchor"]), (&json!(true), &json!(true)));
}

#[tokio::test]
async fn other_pages_are_opened_with_all_that_flowglad_can_be_told() {
    let activate = Page::ActivateSubscription {
        customer_external_id: "acct_1".to_owned(),
        target_subscription_id: "sub_1".to_owned(),
        preserve_billing_cycle_anchor: Some(true),
    };
    let add = |subscription: Option<&str>| Page::AddPaymentMethod {
        customer_external_id: "acct_1".to_owned(),
        target_subscription_id: subscription.map(str::to_owned),
        automatically_update_subscriptions: Some(false),
    };
    let told =
        |subscription: Value| with(json!({"type": "add_payment_method", "automaticallyUpdateSubscriptions": false}), subscription);
    for (page, told) in [
        (activate, json!({"type": "activate_subscription", "targetSubscriptionId": "sub_1", "preserveBillingCycleAnchor": true})),
        (add(None), told(json!({}))),
        (add(Some("sub_1")), told(json!({"targetSubscriptionId": "sub_1"}))),
    ] {
        let provider = FakeProvider::of(ProviderName::Flowglad, [opened()]).await;
        flowglad_at(&provider.url).open_page(&page, Some("Member"), &ORDER.parse().unwrap(), &back()).await.unwrap();
        let ours = json!({
            "customerExternalId": "acct_1", "outputMetadata": {"order_id": ORDER}, "outputName": "Member",
            "successUrl": back().success.as_str(), "cancelUrl": back().cancel.as_str()
        });
        assert_eq!(body_of(&provider, 0), json!({ "checkoutSession": with(told, ours) }));
    }
}

#[tokio::test]
async fn what_flowglad_cannot_charge_is_refused_before_it_is_asked() {
    let discounted = LineItem { is_list_price: false, ..founder(Some("price_1")) };
    for (session, advice) in [
        (new_session(discounted, None), "promo code"),
        (new_session(founder(None), None), "name its price"),
        (NewSession { line_items: vec![], ..new_session(founder(None), None) }, "one thing"),
    ] {
        let (answer, provider) = open(session, vec![]).await;
        let Err(ProviderError::Refused(why)) = answer else { panic!("{answer:?}") };
        assert!(why.contains(advice) && provider.seen().is_empty(), "{why}");
    }
}

#[tokio::test]
async fn a_price_that_is_not_the_catalogs_is_given_to_nobody() {
    for changes in
        [json!({"unitPrice": 100}), json!({"currency": "USD"}), json!({"type": "subscription"}), json!({"unitPrice": null})]
    {
        let (answer, _) = open(new_session(founder(Some("price_1")), None), vec![opened(), price(changes.clone())]).await;
        let Err(ProviderError::Refused(why)) = answer else { panic!("{changes}: {answer:?}") };
        assert!(why.contains("€192.00"), "{why}");
    }
}

#[tokio::test]
async fn a_subscriptions_price_is_paid_as_often_as_the_catalog_says() {
    let of = |kind: &str, unit: Value, count: Value| json!({"type": kind, "intervalUnit": unit, "intervalCount": count});
    let month = |count: Value| of("subscription", json!("month"), count);
    for (every, told, is_opened) in [
        (Interval::Month, month(json!(1)), true),
        (Interval::Month, month(json!(null)), true),
        (Interval::Year, month(json!(12)), true),
        (Interval::Year, of("subscription", json!("year"), json!(1)), true),
        (Interval::Month, month(json!(3)), false),
        (Interval::Month, of("subscription", json!("week"), json!(4)), false),
        (Interval::Month, of("single_payment", json!(null), json!(null)), false),
    ] {
        let plan = LineItem { every: Some(every), ..founder(Some("price_1")) };
        let session = NewSession { mode: PaymentMode::Subscription, ..new_session(plan, None) };
        let (answer, _) = open(session, vec![opened(), price(told.clone())]).await;
        match answer {
            Ok(_) => assert!(is_opened, "{every} {told}"),
            Err(ProviderError::Refused(why)) => assert!(!is_opened && why.contains(every.adverb()), "{every} {told}: {why}"),
            Err(error) => panic!("{error}"),
        }
    }
}

#[tokio::test]
async fn what_may_have_been_done_is_not_done_again() {
    for lost in [reply(500, "{}"), reply(429, ""), Scripted { headers: vec![("x-should-retry", "true")], ..reply(503, "") }] {
        let (answer, provider) = open(new_session(founder(Some("price_1")), None), vec![lost, opened()]).await;
        assert!(matches!(answer, Err(ProviderError::Unavailable(_))));
        assert_eq!(provider.seen().len(), 1);
    }
}

#[tokio::test]
async fn a_refusal_tells_the_operator_what_to_do_and_gives_nothing_away() {
    let quoting = json!(format!("No, {SECRET_KEY} and ada@example.com"));
    let issue = json!([{"code": "invalid_url", "path": ["checkoutSession", "successUrl"], "message": quoting}]);
    for (answer, advice) in [
        (reply(401, format!("Unauthorized. {SECRET_KEY}")), "FLOWGLAD_SECRET_KEY"),
        (refusal(403, &quoting), "FLOWGLAD_SECRET_KEY"),
        (refusal(404, &quoting), "doesn't know the price founder-12"),
        (refusal(400, &quoting), "the price founder-12 must be"),
        (refusal(400, &issue), "about checkoutSession.successUrl"),
    ] {
        let (answer, _) = open(new_session(founder(Some("founder-12")), None), vec![answer]).await;
        let Err(ProviderError::Refused(why)) = answer else { panic!("{advice}: {answer:?}") };
        assert!(why.contains(advice) && !why.contains(SECRET_KEY) && !why.contains("ada@"), "{why}");
    }
}

#[tokio::test]
async fn a_session_cannot_be_ended_early() {
    let flowglad = flowglad(FlowgladSettings::API, SECRET_KEY, None);
    assert!(!flowglad.capabilities().cancel_session);
    let answer = flowglad.cancel(&ProviderSessionId("chckt_session_1".to_owned())).await;
    assert!(matches!(answer, Err(ProviderError::Refused(_))));
}
