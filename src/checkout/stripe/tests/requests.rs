//! The requests that Stripe gets, to the letter, and what its refusals become.

use serde_json::json;

use super::*;
use crate::catalog::PriceIds;
use crate::checkout::provider::Refund;
use crate::checkout::provider::{LineItem, PaymentMode};
use crate::checkout::transport::fake::{FakeProvider, Scripted, reply};
use crate::values::{Currency, Email, Interval};

fn founder(price: Option<&str>, is_list_price: bool) -> LineItem {
    LineItem {
        title: "Founder, 12 months".to_owned(),
        unit_price: Money::new(19_200, Currency::EUR),
        quantity: 1,
        price_ids: PriceIds { stripe: price.map(str::to_owned), ..PriceIds::default() },
        is_list_price,
        every: None,
    }
}

fn new_session(line_item: LineItem) -> NewSession {
    NewSession {
        id: "sess_0123456789abcdef".parse().unwrap(),
        order_id: ORDER.parse().unwrap(),
        mode: PaymentMode::Payment,
        line_items: vec![line_item],
        buyer_email: Some(Email::parse("Ada+1@example.com").unwrap()),
        expires_at: Timestamp::from_millis(1_767_312_000_999),
    }
}

fn back() -> BackUrls {
    BackUrls {
        success: Url::parse("https://shop.example/gift/thanks?order=a.b&s={CHECKOUT_SESSION_ID}").unwrap(),
        cancel: Url::parse("https://shop.example/{CHECKOUT_SESSION_ID}/canceled").unwrap(),
    }
}

fn opened() -> Scripted {
    let session = json!({
        "id": "cs_test_1", "status": "open", "payment_status": "unpaid", "expires_at": 1_767_312_000,
        "url": "https://checkout.stripe.com/c/pay/cs_test_1#fidkdXx0YmxI"
    });
    reply(200, session.to_string())
}

fn refusal(status: u16, code: &str, param: &str) -> Scripted {
    let message = format!("No, {SECRET_KEY} and ada@example.com");
    let error = json!({"error": {"type": "invalid_request_error", "code": code, "param": param, "message": message}});
    reply(status, error.to_string())
}

async fn open(replies: impl IntoIterator<Item = Scripted>) -> (Result<OpenSession, ProviderError>, FakeProvider) {
    let provider = FakeProvider::of(ProviderName::Stripe, replies).await;
    let answer = stripe_at(&provider.url).open(&new_session(founder(None, true)), &back()).await;
    (answer, provider)
}

fn pairs(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

#[tokio::test]
async fn a_session_is_opened_with_this_form_and_no_more() {
    let (answer, provider) = open([opened()]).await;
    let answer = answer.unwrap();
    assert_eq!(answer.provider_id.0, "cs_test_1");
    assert_eq!(answer.url.as_str(), "https://checkout.stripe.com/c/pay/cs_test_1#fidkdXx0YmxI");
    assert_eq!(answer.expires_at, Some(Timestamp::from_seconds(1_767_312_000)));

    let seen = &provider.seen()[0];
    assert_eq!((seen.method.as_str(), seen.path_and_query.as_str()), ("POST", "/v1/checkout/sessions"));
    assert_eq!(seen.header("authorization"), format!("Bearer {SECRET_KEY}"));
    assert_eq!(seen.header("idempotency-key"), "sess_0123456789abcdef");
    assert_eq!(seen.header("stripe-version"), "2026-10-28.endive");
    assert_eq!(seen.header("content-type"), "application/x-www-form-urlencoded");
    let form = pairs(&[
        ("mode", "payment"),
        ("client_reference_id", ORDER),
        ("metadata[order_id]", ORDER),
        ("payment_intent_data[metadata][order_id]", ORDER),
        ("success_url", "https://shop.example/gift/thanks?order=a.b&s={CHECKOUT_SESSION_ID}"),
        ("cancel_url", "https://shop.example/{CHECKOUT_SESSION_ID}/canceled"),
        ("locale", "auto"),
        ("expires_at", "1767312000"),
        ("customer_email", "Ada+1@example.com"),
        ("line_items[0][quantity]", "1"),
        ("line_items[0][price_data][currency]", "eur"),
        ("line_items[0][price_data][unit_amount]", "19200"),
        ("line_items[0][price_data][product_data][name]", "Founder, 12 months"),
    ]);
    assert_eq!(seen.form(), form);
    assert!(seen.body.contains("s%3D%7BCHECKOUT_SESSION_ID%7D"), "braces are escaped once: {}", seen.body);
}

#[tokio::test]
async fn stripes_own_price_is_named_only_where_it_is_what_we_ask() {
    let lines = |item: LineItem| async {
        let provider = FakeProvider::of(ProviderName::Stripe, [opened()]).await;
        stripe_at(&provider.url).open(&new_session(item), &back()).await.unwrap();
        let form = provider.seen()[0].form();
        form.into_iter()
            .map(|(name, _)| name)
            .filter(|name| name.starts_with("line_items") && name.contains("[price"))
            .collect::<Vec<_>>()
    };
    assert_eq!(lines(founder(Some("price_1"), true)).await, ["line_items[0][price]"]);
    assert_eq!(lines(founder(Some("price_1"), false)).await.len(), 3);
}

/// The fields of `names` that the only request had, name by name.
fn sent(provider: &FakeProvider, names: &[&str]) -> Vec<String> {
    let form = provider.seen()[0].form();
    names.iter().map(|name| form.iter().find(|(known, _)| known == name).map_or("none", |(_, value)| value).to_owned()).collect()
}

#[tokio::test]
async fn a_subscription_is_opened_by_stripes_own_price_or_by_ours() {
    for (price, words) in
        [(Some("price_1"), ["subscription", ORDER, "price_1", "none"]), (None, ["subscription", ORDER, "none", "year"])]
    {
        let provider = FakeProvider::of(ProviderName::Stripe, [opened()]).await;
        let item = LineItem { every: Some(Interval::Year), ..founder(price, true) };
        let subscription = NewSession { mode: PaymentMode::Subscription, ..new_session(item) };
        stripe_at(&provider.url).open(&subscription, &back()).await.unwrap();
        let names = [
            "mode",
            "subscription_data[metadata][order_id]",
            "line_items[0][price]",
            "line_items[0][price_data][recurring][interval]",
        ];
        assert_eq!(sent(&provider, &names), words);
        assert_eq!(sent(&provider, &["payment_intent_data[metadata][order_id]"]), ["none"]);
    }
}

#[tokio::test]
async fn what_the_shop_set_is_asked_for() {
    let options: StripeOptions =
        serde_json::from_value(json!({"locale": "de", "automatic_tax": true, "tax_behavior": "inclusive"})).unwrap();
    let provider = FakeProvider::of(ProviderName::Stripe, [opened()]).await;
    stripe_with(&provider.url, options).open(&new_session(founder(None, true)), &back()).await.unwrap();
    let names = ["locale", "automatic_tax[enabled]", "line_items[0][price_data][tax_behavior]"];
    assert_eq!(sent(&provider, &names), ["de", "true", "inclusive"]);
}

#[tokio::test]
async fn a_promotion_code_of_stripes_is_used_where_it_leaves_just_our_price() {
    let spring = |coupon: serde_json::Value| {
        json!({"data": [{"id": "promo_1", "promotion": {"type": "coupon", "coupon": coupon}}]}).to_string()
    };
    let fifth = json!({"id": "co_1", "percent_off": 20.0, "duration": "once"});
    let dollars = json!({"id": "co_1", "amount_off": 4_800, "currency": "usd", "duration": "once"});
    let euros = json!({"id": "co_1", "amount_off": 4_800, "currency": "eur", "duration": "once"});
    let price = || reply(200, json!({"id": "price_1", "unit_amount": 24_000, "currency": "eur"}).to_string());
    let gone = refusal(400, "coupon_expired", "discounts[0][promotion_code]");
    for (replies, words, key) in [
        (vec![reply(200, spring(fifth.clone())), price(), opened()], ["promo_1", "price_1", "none"], "-with-promo_1"),
        (vec![reply(200, spring(euros)), price(), opened()], ["promo_1", "price_1", "none"], "-with-promo_1"),
        (vec![reply(200, spring(dollars)), price(), opened()], ["none", "none", "19200"], ""),
        (vec![reply(200, spring(json!("co_1"))), price(), opened()], ["none", "none", "19200"], ""),
        (vec![reply(200, r#"{"data": []}"#), opened()], ["none", "none", "19200"], ""),
        (vec![refusal(403, "", ""), opened()], ["none", "none", "19200"], ""),
        (vec![reply(200, spring(fifth)), price(), gone, opened()], ["none", "none", "19200"], ""),
    ] {
        let provider = FakeProvider::of(ProviderName::Stripe, replies).await;
        let options = StripeOptions { promotion_code: Some("SPRING".to_owned()), ..StripeOptions::default() };
        stripe_with(&provider.url, options).open(&new_session(founder(Some("price_1"), false)), &back()).await.unwrap();
        let seen = provider.seen();
        assert_eq!(seen[0].path_and_query.split('&').next(), Some("/v1/promotion_codes?code=SPRING"));
        let last = seen.last().unwrap();
        let form = last.form();
        let value =
            |name: &str| form.iter().find(|(known, _)| known == name).map_or("none", |(_, value)| value.as_str()).to_owned();
        let told = ["discounts[0][promotion_code]", "line_items[0][price]", "line_items[0][price_data][unit_amount]"].map(value);
        assert_eq!(
            (told.each_ref().map(String::as_str), last.header("idempotency-key")),
            (words, format!("sess_0123456789abcdef{key}").as_str())
        );
    }
}

#[tokio::test]
async fn a_repeat_after_a_fault_carries_the_same_key() {
    let (answer, provider) = open([reply(500, "{}"), opened()]).await;
    assert!(answer.is_ok());
    let seen = provider.seen();
    assert_eq!(
        (seen.len(), seen[0].header("idempotency-key"), &seen[0].body),
        (2, seen[1].header("idempotency-key"), &seen[1].body)
    );
}

#[tokio::test]
async fn what_stripe_can_do_without_does_not_stop_a_sale() {
    let (answer, provider) =
        open([refusal(400, "email_invalid", "customer_email"), refusal(400, "", "expires_at"), opened()]).await;
    assert!(answer.is_ok());
    let seen = provider.seen();
    let has = |place: usize, field: &str| seen[place].form().iter().any(|(name, _)| name == field);
    assert_eq!((has(1, "customer_email"), has(1, "expires_at")), (false, true));
    assert_eq!((has(2, "customer_email"), has(2, "expires_at")), (false, false));
    assert_eq!(seen[2].header("idempotency-key"), "sess_0123456789abcdef-without-customer_email-without-expires_at");
}

#[tokio::test]
async fn a_refusal_tells_the_operator_what_to_do_and_gives_nothing_away() {
    for (answer, advice) in [
        (refusal(401, "", ""), "STRIPE_SECRET_KEY"),
        (refusal(403, "", ""), "restricted key"),
        (refusal(400, "resource_missing", "line_items[0][price]"), "the price that the catalog names"),
        (refusal(400, "", "automatic_tax[enabled]"), "set Stripe Tax up"),
        (refusal(400, "amount_too_small", "line_items[0][price_data][unit_amount]"), "below the least"),
        (refusal(400, "url_invalid", "success_url"), "url_invalid, about success_url"),
        (reply(400, "not even JSON"), "400"),
    ] {
        let (answer, _provider) = open([answer]).await;
        let Err(ProviderError::Refused(why)) = answer else { panic!("{advice}: not refused") };
        assert!(why.contains(advice), "{why}");
        assert!(!why.contains(SECRET_KEY) && !why.contains('@'), "{why}");
    }
}

#[tokio::test]
async fn nonsense_makes_stripe_unavailable() {
    let no_page = reply(200, json!({"id": "cs_test_1", "url": null}).to_string());
    let bad_page = reply(200, json!({"id": "cs_test_1", "url": "somewhere"}).to_string());
    let elsewhere = Scripted { headers: vec![("location", "http://127.0.0.1:1/")], ..reply(302, "") };
    for nonsense in [reply(200, "<html>"), reply(200, "[]"), reply(200, ""), no_page, bad_page, elsewhere] {
        let (answer, _provider) = open([nonsense.clone()]).await;
        assert!(matches!(answer, Err(ProviderError::Unavailable(_))), "{}", nonsense.body);
    }
}

#[tokio::test]
async fn a_session_that_is_no_longer_open_counts_as_canceled() {
    let session = |status: &str| reply(200, json!({"id": "cs_test_1", "status": status}).to_string());
    let id = ProviderSessionId("cs_test_1".to_owned());
    for (replies, is_canceled) in [
        (vec![session("expired")], true),
        (vec![refusal(400, "", ""), session("complete")], true),
        (vec![refusal(400, "", ""), session("open")], false),
        (vec![refusal(404, "resource_missing", "session")], false),
    ] {
        let provider = FakeProvider::of(ProviderName::Stripe, replies).await;
        assert_eq!(stripe_at(&provider.url).cancel(&id).await.is_ok(), is_canceled);
        assert_eq!(provider.seen()[0].path_and_query, "/v1/checkout/sessions/cs_test_1/expire");
    }
}

#[tokio::test]
async fn a_refund_names_the_payment_the_amount_and_the_key() {
    let provider = FakeProvider::of(ProviderName::Stripe, [reply(200, r#"{"id": "re_1", "status": "pending"}"#)]).await;
    let payment = PaymentId("pi_1".to_owned());
    stripe_at(&provider.url)
        .refund(&payment, Refund::Part(Money::new(500, Currency::parse("UGX").unwrap())), "out_1")
        .await
        .unwrap();
    let seen = &provider.seen()[0];
    assert_eq!((seen.path_and_query.as_str(), seen.header("idempotency-key")), ("/v1/refunds", "out_1"));
    assert_eq!(seen.form(), pairs(&[("payment_intent", "pi_1"), ("amount", "50000")]));
}

#[tokio::test]
async fn what_has_gone_back_whole_is_refunded_and_what_is_disputed_cannot_be() {
    let payment = PaymentId("pi_1".to_owned());
    let provider =
        FakeProvider::of(ProviderName::Stripe, [refusal(400, "charge_already_refunded", ""), refusal(400, "charge_disputed", "")])
            .await;
    let stripe = stripe_at(&provider.url);
    assert!(stripe.refund(&payment, Refund::Whole, "out_1").await.is_ok());
    let Err(ProviderError::Refused(why)) = stripe.refund(&payment, Refund::Whole, "out_2").await else { panic!("not refused") };
    assert!(why.contains("disputed"), "{why}");
}

#[tokio::test]
async fn word_of_a_dispute_that_was_overtaken_becomes_how_it_stands() {
    use crate::checkout::provider::{Fact, Notice};
    let event = ProviderEvent {
        provider: ProviderName::Stripe,
        mode: Mode::Test,
        event_id: Some("evt_1".to_owned()),
        kind: "charge.dispute.created".to_owned(),
        session: None,
        payment: Some(PaymentId("pi_1".to_owned())),
        subscription: None,
        order_id: None,
        occurred_at: NOW,
        facts: vec![Fact::Disputed],
    };
    for (answer, fact) in [
        (reply(200, r#"{"id": "du_1", "status": "won"}"#), Fact::DisputeWon),
        (reply(200, r#"{"id": "du_1", "status": "needs_response"}"#), Fact::Disputed),
        (reply(404, "{}"), Fact::Disputed),
    ] {
        let provider = FakeProvider::of(ProviderName::Stripe, [answer]).await;
        let notice = Notice { event: event.clone(), incomplete: Some("du_1".to_owned()) };
        assert_eq!(stripe_at(&provider.url).complete(notice).await.unwrap().facts, [fact]);
        assert_eq!(provider.seen()[0].path_and_query, "/v1/disputes/du_1");
    }
    let provider = FakeProvider::of(ProviderName::Stripe, []).await;
    let notice = Notice { event: event.clone(), incomplete: None };
    assert_eq!(stripe_at(&provider.url).complete(notice).await.unwrap(), event);
    assert!(provider.seen().is_empty());
}
