//! The requests that Creem gets when a checkout is opened, to the letter, and what its refusals become.

use super::*;
use crate::catalog::PriceIds;
use crate::checkout::provider::{LineItem, PaymentMode};
use crate::checkout::transport::fake::{FakeProvider, Scripted, reply};
use crate::values::{Currency, Email, Interval};

fn new_session() -> NewSession {
    let founder = LineItem {
        title: "Founder, 12 months".to_owned(),
        unit_price: Money::new(19_200, Currency::EUR),
        quantity: 1,
        price_ids: PriceIds { creem: Some("prod_founder".to_owned()), ..PriceIds::default() },
        is_list_price: true,
        every: None,
    };
    NewSession {
        id: "sess_0123456789abcdef".parse().unwrap(),
        order_id: ORDER.parse().unwrap(),
        mode: PaymentMode::Payment,
        line_items: vec![founder],
        buyer_email: Some(Email::parse("Ada+1@example.com").unwrap()),
        expires_at: NOW,
    }
}

/// The same for a subscription, a year at a time.
fn subscription() -> NewSession {
    let mut session = NewSession { mode: PaymentMode::Subscription, ..new_session() };
    session.line_items[0].every = Some(Interval::Year);
    session
}

fn back() -> BackUrls {
    BackUrls {
        success: Url::parse("https://shop.example/gift/thanks?order=a.b").unwrap(),
        cancel: Url::parse("https://shop.example/gift/canceled?order=a.b").unwrap(),
    }
}

fn product(changes: Value) -> Scripted {
    let product = json!({
        "id": "prod_founder", "object": "product", "name": "Founder", "price": 19_200, "currency": "EUR",
        "billing_type": "onetime", "billing_period": "once", "status": "active", "tax_mode": "inclusive", "mode": "test"
    });
    reply(200, laid_over(product, changes).to_string())
}

fn opened() -> Scripted {
    let checkout = json!({
        "id": "ch_1", "object": "checkout", "status": "pending", "product": "prod_founder", "mode": "test",
        "checkout_url": "https://checkout.creem.io/ch_1"
    });
    reply(200, checkout.to_string())
}

fn refusal(status: u16, message: &str) -> Scripted {
    let body = json!({
        "trace_id": "550e8400-e29b", "status": status, "error": "Bad Request", "timestamp": 1_706_889_600_000_i64,
        "message": [format!("{message}, {API_KEY}, ada@example.com")]
    });
    reply(status, body.to_string())
}

async fn open(replies: impl IntoIterator<Item = Scripted>) -> (Result<OpenSession, ProviderError>, FakeProvider) {
    let provider = FakeProvider::of(ProviderName::Creem, replies).await;
    let answer = creem_at(&provider.url).open(&new_session(), &back()).await;
    (answer, provider)
}

/// The body of the request of that number.
fn body(provider: &FakeProvider, number: usize) -> Value {
    serde_json::from_str(&provider.seen()[number - 1].body).unwrap()
}

fn why(answer: Result<OpenSession, ProviderError>) -> String {
    let Err(ProviderError::Refused(why)) = answer else { panic!("not refused") };
    assert!(!why.contains(API_KEY) && !why.contains('@'), "{why}");
    why
}

#[tokio::test]
async fn a_checkout_is_opened_with_this_body_and_no_more() {
    let (answer, provider) = open([product(json!({})), opened()]).await;
    let answer = answer.unwrap();
    assert_eq!((answer.provider_id.0.as_str(), answer.url.as_str()), ("ch_1", "https://checkout.creem.io/ch_1"));
    assert_eq!(answer.expires_at, None);

    let seen = provider.seen();
    assert_eq!((seen[0].method.as_str(), seen[0].path_and_query.as_str()), ("GET", "/v1/products?product_id=prod_founder"));
    assert_eq!((seen[1].method.as_str(), seen[1].path_and_query.as_str()), ("POST", "/v1/checkouts"));
    assert!(seen.iter().all(|seen| seen.header("x-api-key") == API_KEY));
    assert_eq!(seen[1].header("content-type"), "application/json");
    assert_eq!(seen[1].header("idempotency-key"), "sess_0123456789abcdef");
    let sent = json!({
        "request_id": ORDER, "product_id": "prod_founder", "units": 1, "customer": {"email": "Ada+1@example.com"},
        "success_url": "https://shop.example/gift/thanks?order=a.b", "metadata": {"order_id": ORDER}
    });
    assert_eq!(body(&provider, 2), sent);
}

#[tokio::test]
async fn a_price_that_is_not_the_products_own_is_named() {
    for (price, custom) in [(json!(19_200), Value::Null), (json!(25_000), json!(19_200)), (Value::Null, Value::Null)] {
        let (answer, provider) = open([product(json!({ "price": price })), opened()]).await;
        assert!(answer.is_ok());
        assert_eq!(body(&provider, 2)["custom_price"], custom, "{price}");
    }
}

#[tokio::test]
async fn a_discounted_price_is_named_also_where_the_products_own_is_not_known() {
    let mut discounted = new_session();
    discounted.line_items[0].unit_price = Money::new(17_280, Currency::EUR);
    discounted.line_items[0].is_list_price = false;
    for price in [json!(19_200), Value::Null] {
        let provider = FakeProvider::of(ProviderName::Creem, [product(json!({ "price": price })), opened()]).await;
        let creem = creem_at(&provider.url);
        creem.open(&discounted, &back()).await.unwrap();
        assert_eq!(body(&provider, 2)["custom_price"], 17_280, "{price}");
        let charged = [99, 100, 99_999_999, 100_000_000].map(|minor| creem.can_charge(Money::new(minor, Currency::EUR)));
        assert_eq!(charged, [false, true, true, false]);
    }
}

#[tokio::test]
async fn a_product_that_cannot_be_sold_as_it_was_shown_is_refused_before_anybody_pays() {
    for (changes, advice) in [
        (json!({"currency": "USD"}), "another currency"),
        (json!({"billing_type": "recurring"}), "is a subscription"),
        (json!({"status": "archived"}), "is archived"),
    ] {
        let (answer, provider) = open([product(changes), opened()]).await;
        assert!(why(answer).contains(advice), "{advice}");
        assert_eq!(provider.seen().len(), 1, "{advice}: only the product was asked for");
    }
}

#[tokio::test]
async fn a_subscription_costs_what_its_product_costs() {
    let open = async |changes| {
        let provider = FakeProvider::of(ProviderName::Creem, [product(changes), opened()]).await;
        creem_at(&provider.url).open(&subscription(), &back()).await
    };
    assert!(open(json!({"billing_type": "recurring", "billing_period": "every-year"})).await.is_ok());
    assert!(open(json!({"billing_type": "recurring", "billing_period": "custom"})).await.is_ok());
    assert!(open(json!({"billing_type": "recurring", "billing_period": "every-leap-year"})).await.is_ok());
    let monthly = open(json!({"billing_type": "recurring", "billing_period": "every-month"})).await;
    assert!(why(monthly).contains("isn't paid every year"));
    let other = open(json!({"billing_type": "recurring", "billing_period": "every-year", "price": 1})).await;
    assert!(why(other).contains("is its product's"));
    assert!(why(open(json!({})).await).contains("is paid once"));
}

#[tokio::test]
async fn what_creem_cannot_sell_is_refused_without_asking_it() {
    let mut unnamed = new_session();
    unnamed.line_items[0].price_ids.creem = None;
    let mut two = new_session();
    two.line_items.push(two.line_items[0].clone());
    let provider = FakeProvider::of(ProviderName::Creem, []).await;
    let creem = creem_at(&provider.url);
    assert!(why(creem.open(&unnamed, &back()).await).contains("name the one for \"Founder, 12 months\" in ribbon.toml"));
    assert!(why(creem.open(&two, &back()).await).contains("one product at a time"));
    assert!(provider.seen().is_empty());
}

#[tokio::test]
async fn a_price_below_a_whole_unit_is_refused_before_anybody_pays() {
    let provider = FakeProvider::of(ProviderName::Creem, [product(json!({})), opened()]).await;
    let mut session = new_session();
    session.line_items[0].unit_price = Money::new(99, Currency::EUR);
    assert!(why(creem_at(&provider.url).open(&session, &back()).await).contains("outside of what Creem charges"));
}

#[tokio::test]
async fn what_the_shop_set_is_asked_of_the_buyer() {
    let provider = FakeProvider::of(ProviderName::Creem, [product(json!({})), opened()]).await;
    let options = json!({
        "affiliate_code": "harbour",
        "custom_fields": [{"type": "text", "key": "company", "label": "Company", "optional": true, "text": {"max_length": 80}}]
    });
    let settings = CreemSettings { options: serde_json::from_value(options.clone()).unwrap(), ..creem_at(&provider.url).settings };
    Creem::new(settings, client()).open(&new_session(), &back()).await.unwrap();
    let sent = body(&provider, 2);
    assert_eq!((&sent["custom_fields"], &sent["affiliate_code"]), (&options["custom_fields"], &options["affiliate_code"]));
}

/// Opens a page for a product of 250 euros in a shop that set this discount, of which Creem says `discount`.
async fn open_discounted(
    session: &NewSession,
    listed: Value,
    discount: Value,
) -> (Result<OpenSession, ProviderError>, FakeProvider) {
    let spring = json!({
        "id": "dis_1", "code": "SPRING", "status": "active", "type": "fixed", "amount": 5_800, "currency": "EUR", "duration": "forever",
        "applies_to_products": ["prod_founder"]
    });
    let listed = laid_over(json!({"price": 25_000}), listed);
    let replies = [product(listed), reply(200, laid_over(spring, discount).to_string()), opened()];
    let provider = FakeProvider::of(ProviderName::Creem, replies).await;
    let options = serde_json::from_value(json!({"discount_code": "Spring"})).unwrap();
    let creem = Creem::new(CreemSettings { options, ..creem_at(&provider.url).settings }, client());
    (creem.open(session, &back()).await, provider)
}

#[tokio::test]
async fn a_discount_of_creems_is_named_where_it_leaves_just_the_price_shown() {
    for (discount, is_named) in [
        (json!({}), true),
        (json!({"percentage": 10}), false),
        (json!({"amount": 5_700}), false),
        (json!({"currency": "USD"}), false),
        (json!({"status": "expired"}), false),
        (json!({"status": "asleep"}), false),
        (json!({"applies_to_products": ["prod_other"]}), false),
        (json!({"applies_to_products": null}), true),
        (json!({"duration": "once"}), true),
    ] {
        let (answer, provider) = open_discounted(&new_session(), json!({}), discount.clone()).await;
        assert!(answer.is_ok());
        assert_eq!(provider.seen()[1].path_and_query, "/v1/discounts?discount_code=Spring");
        let sent = body(&provider, 3);
        let (code, price) = if is_named { (json!("SPRING"), Value::Null) } else { (Value::Null, json!(19_200)) };
        assert_eq!((&sent["discount_code"], &sent["custom_price"]), (&code, &price), "{discount}");
    }
}

#[tokio::test]
async fn a_discount_on_a_subscription_must_last() {
    let yearly = json!({"billing_type": "recurring", "billing_period": "every-year"});
    assert!(open_discounted(&subscription(), yearly.clone(), json!({})).await.0.is_ok());
    let (answer, _provider) = open_discounted(&subscription(), yearly, json!({"duration": "repeating"})).await;
    assert!(why(answer).contains("creem.discount_code"));
}

#[tokio::test]
async fn an_address_that_creem_refuses_does_not_stop_a_sale() {
    let (answer, provider) = open([product(json!({})), refusal(400, "customer.email must be an email"), opened()]).await;
    assert!(answer.is_ok());
    assert_eq!(body(&provider, 3)["customer"], Value::Null);
    assert_eq!(provider.seen()[2].header("idempotency-key"), "sess_0123456789abcdef-without-customer");
}

#[tokio::test]
async fn a_refusal_tells_the_operator_what_to_do_and_gives_nothing_away() {
    for (replies, advice) in [
        (vec![refusal(401, "no")], "CREEM_API_KEY"),
        (vec![refusal(403, "no")], "CREEM_API_KEY"),
        (vec![refusal(404, "no")], "doesn't know the product prod_founder"),
        (vec![product(json!({})), refusal(400, "no such thing")], "trace id 550e8400-e29b"),
    ] {
        let (answer, _provider) = open(replies).await;
        let why = why(answer);
        assert!(why.contains(advice), "{why}");
    }
}

#[tokio::test]
async fn nonsense_makes_creem_unavailable() {
    let no_page = reply(200, json!({"id": "ch_1", "status": "pending"}).to_string());
    let bad_page = reply(200, json!({"id": "ch_1", "checkout_url": "somewhere"}).to_string());
    for nonsense in [reply(200, "<html>"), reply(200, "[]"), no_page, bad_page, reply(302, "")] {
        let (answer, _provider) = open([product(json!({})), nonsense.clone()]).await;
        assert!(matches!(answer, Err(ProviderError::Unavailable(_))), "{}", nonsense.body);
    }
}

#[tokio::test]
async fn a_checkout_cannot_be_ended_and_that_is_said() {
    let provider = FakeProvider::of(ProviderName::Creem, []).await;
    let creem = creem_at(&provider.url);
    assert!(!creem.capabilities().cancel_session);
    assert!(matches!(creem.cancel(&ProviderSessionId("ch_1".to_owned())).await, Err(ProviderError::Refused(_))));
    assert!(provider.seen().is_empty());
}
