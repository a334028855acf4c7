//! Subscriptions by Stripe's protocol: begun on the payment page, renewed, failed, called off and ended.

use super::*;

const MONTHLY: &[(&str, &str)] = &[
    ("mode", "subscription"),
    ("line_items[0][quantity]", "1"),
    ("line_items[0][price_data][currency]", "eur"),
    ("line_items[0][price_data][unit_amount]", "500"),
    ("line_items[0][price_data][recurring][interval]", "month"),
    ("line_items[0][price_data][product_data][name]", "Member"),
    ("customer_email", "ada@example.com"),
    ("metadata[order_id]", "order_1"),
    ("subscription_data[metadata][order_id]", "order_1"),
    ("success_url", "http://shop.test/"),
];

impl Lab {
    /// A subscription that was taken out on the payment page: its session as it is afterwards.
    async fn member(&self, more: &[(&str, &str)]) -> Value {
        let session = self.made("/v1/checkout/sessions", &[MONTHLY, more].concat()).await;
        assert_eq!((&session["subscription"], &session["payment_intent"]), (&Value::Null, &Value::Null));
        self.press(&session, "pay").await;
        let id = session["id"].as_str().unwrap();
        self.get(&format!("/v1/checkout/sessions/{id}?expand[0]=subscription&expand[1]=invoice.payments")).await
    }

    async fn subscription(&self, session: &Value) -> Value {
        self.get(&format!("/v1/subscriptions/{}", session["subscription"]["id"].as_str().unwrap())).await
    }
}

fn day(at: &Value) -> String {
    jiff::Timestamp::from_second(at.as_i64().unwrap()).unwrap().strftime("%F").to_string()
}

fn period(subscription: &Value) -> (String, String) {
    let item = &subscription["items"]["data"][0];
    (day(&item["current_period_start"]), day(&item["current_period_end"]))
}

fn days(start: &str, end: &str) -> (String, String) {
    (start.to_owned(), end.to_owned())
}

#[tokio::test]
async fn paying_begins_it_and_the_session_leads_to_everything() {
    let lab = Lab::new().await;
    let session = lab.member(&[]).await;
    assert_eq!(
        (&session["mode"], &session["payment_status"], &session["payment_intent"]),
        (&json!("subscription"), &json!("paid"), &Value::Null)
    );
    let subscription = &session["subscription"];
    assert_eq!((&subscription["status"], &subscription["metadata"]["order_id"]), (&json!("active"), &json!("order_1")));
    assert_eq!(period(subscription), days("2026-01-01", "2026-02-01"));
    let invoice = &session["invoice"];
    assert_eq!(
        (&invoice["status"], &invoice["amount_paid"], &invoice["billing_reason"]),
        (&json!("paid"), &json!(500), &json!("subscription_create"))
    );
    let payment = invoice["payments"]["data"][0]["payment"]["payment_intent"].as_str().unwrap();
    let refund = lab.made("/v1/refunds", &[("payment_intent", payment)]).await;
    assert_eq!(refund["amount"], 500);
    let customer = lab.get(&format!("/v1/customers/{}", session["customer"].as_str().unwrap())).await;
    assert_eq!(customer["email"], "ada@example.com");
    let kinds: Vec<_> = lab.shop.hooks(5).await.iter().map(Hook::kind).collect();
    let told = ["customer.subscription.created", "invoice.paid", "checkout.session.completed", "refund.created", "charge.refunded"];
    assert_eq!(kinds, told);
}

#[tokio::test]
async fn a_period_that_ends_is_followed_by_another_with_an_invoice_of_its_own() {
    let lab = Lab::new().await;
    let session = lab.member(&[]).await;
    lab.shop.hooks(3).await;
    lab.advance(31 * 86_400);
    let subscription = lab.subscription(&session).await;
    assert_eq!(period(&subscription), days("2026-02-01", "2026-03-01"));
    let hooks = lab.shop.hooks(5).await;
    let invoice = hooks[4].json()["data"]["object"].clone();
    assert_eq!((hooks[3].kind(), hooks[4].kind()), ("customer.subscription.updated".to_owned(), "invoice.paid".to_owned()));
    assert_eq!((&invoice["id"], &invoice["billing_reason"]), (&subscription["latest_invoice"], &json!("subscription_cycle")));
    assert_eq!(invoice["parent"]["subscription_details"]["subscription"], subscription["id"]);
    let listed = lab.get(&format!("/v1/invoices?subscription={}", subscription["id"].as_str().unwrap())).await;
    assert_eq!(listed["data"].as_array().unwrap().len(), 2);
    assert_eq!(lab.get(&format!("/v1/invoices/{}", invoice["id"].as_str().unwrap())).await["id"], invoice["id"]);
}

#[tokio::test]
async fn a_renewal_that_fails_leaves_it_past_due() {
    let lab = Lab::new().await;
    let session = lab.member(&[]).await;
    let page = format!("/subscriptions/{}", session["subscription"]["id"].as_str().unwrap());
    assert_eq!(lab.home(&page, &[("act", "fail_renewal")]).await, 303);
    let subscription = lab.subscription(&session).await;
    assert_eq!((&subscription["status"], period(&subscription)), (&json!("past_due"), days("2026-02-01", "2026-03-01")));
    let hooks = lab.shop.hooks(5).await;
    assert_eq!(
        (hooks[3].kind(), hooks[4].kind()),
        ("invoice.payment_failed".to_owned(), "customer.subscription.updated".to_owned())
    );
    let invoice = &hooks[3].json()["data"]["object"];
    assert_eq!((&invoice["status"], &invoice["amount_remaining"]), (&json!("open"), &json!(500)));
    assert_eq!(lab.home(&page, &[("act", "renew")]).await, 303);
    assert_eq!(lab.subscription(&session).await["status"], "active");
}

#[tokio::test]
async fn it_ends_with_its_period_where_that_was_asked_for_and_not_called_off() {
    let lab = Lab::new().await;
    let session = lab.member(&[]).await;
    let path = format!("/v1/subscriptions/{}", session["subscription"]["id"].as_str().unwrap());
    let scheduled = lab.made(&path, &[("cancel_at_period_end", "true")]).await;
    assert_eq!((&scheduled["cancel_at_period_end"], day(&scheduled["cancel_at"])), (&json!(true), "2026-02-01".to_owned()));
    assert_eq!(lab.made(&path, &[("cancel_at_period_end", "false")]).await["cancel_at"], Value::Null);
    lab.made(&path, &[("cancel_at_period_end", "true"), ("metadata[why]", "moved")]).await;
    lab.shop.hooks(6).await;
    lab.advance(31 * 86_400);
    let ended = lab.subscription(&session).await;
    assert_eq!(
        (&ended["status"], day(&ended["ended_at"]), &ended["metadata"]["why"]),
        (&json!("canceled"), "2026-02-01".to_owned(), &json!("moved"))
    );
    assert_eq!(lab.shop.hooks(7).await[6].kind(), "customer.subscription.deleted");
}

#[tokio::test]
async fn it_ends_at_once_and_then_is_not_there_to_be_ended() {
    let lab = Lab::new().await;
    let session = lab.member(&[]).await;
    let path = format!("/v1/subscriptions/{}", session["subscription"]["id"].as_str().unwrap());
    let ended = json_of(lab.api(Method::DELETE, &path, &[], None).await).await;
    assert_eq!(ended["status"], "canceled");
    assert_eq!(lab.api(Method::DELETE, &path, &[], None).await.status(), 404);
    assert_eq!(lab.get("/v1/subscriptions").await["data"], json!([]));
    assert_eq!(lab.get("/v1/subscriptions?status=canceled").await["data"][0]["id"], ended["id"]);
}

#[tokio::test]
async fn a_coupon_for_once_lowers_the_first_payment_and_one_for_ever_all_of_them() {
    let lab = Lab::new().await;
    lab.made("/v1/coupons", &[("id", "ONCE"), ("percent_off", "50")]).await;
    lab.made("/v1/coupons", &[("id", "EVER"), ("percent_off", "50"), ("duration", "forever")]).await;
    for (coupon, renewed) in [("ONCE", 500), ("EVER", 250)] {
        let session = lab.member(&[("discounts[0][coupon]", coupon)]).await;
        assert_eq!((&session["amount_total"], &session["invoice"]["total"]), (&json!(250), &json!(250)), "{coupon}");
        let id = session["subscription"]["id"].as_str().unwrap();
        lab.home(&format!("/subscriptions/{id}"), &[("act", "renew")]).await;
        let latest = lab.subscription(&session).await["latest_invoice"].as_str().unwrap().to_owned();
        assert_eq!(lab.get(&format!("/v1/invoices/{latest}")).await["total"], renewed, "{coupon}");
    }
}

#[tokio::test]
async fn what_is_paid_once_begins_none() {
    let lab = Lab::new().await;
    let once: Vec<_> = MONTHLY.iter().copied().filter(|(name, _)| !name.contains("recurring")).collect();
    let refused = lab.api(Method::POST, "/v1/checkout/sessions", &once, None).await;
    assert_eq!((refused.status().as_u16(), &json_of(refused).await["error"]["param"]), (400, &json!("line_items")));
}
