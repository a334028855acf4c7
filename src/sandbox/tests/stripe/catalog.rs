//! What can be made through Stripe's API: products, prices, coupons, codes, customers, endpoints; and what sessions do with them.

use super::*;

impl Lab {
    /// Posts a form and expects it to be taken.
    pub async fn made(&self, path: &str, fields: &[(&str, &str)]) -> Value {
        let response = self.api(Method::POST, path, fields, None).await;
        let status = response.status();
        let body = json_of(response).await;
        assert_eq!(status, 200, "{path}: {body}");
        body
    }

    /// Posts a form and expects a refusal: its code and what it is about.
    async fn refused(&self, path: &str, fields: &[(&str, &str)]) -> (u16, String, String) {
        let response = self.api(Method::POST, path, fields, None).await;
        let status = response.status().as_u16();
        let error = &json_of(response).await["error"];
        (status, error["code"].as_str().unwrap_or_default().to_owned(), error["param"].as_str().unwrap_or_default().to_owned())
    }

    /// A session for 19.20 euros, less what `discount` takes off.
    async fn discounted(&self, field: &'static str, id: &str) -> Value {
        let mut fields = GIFT.to_vec();
        fields.push((field, id));
        self.made("/v1/checkout/sessions", &fields).await
    }
}

fn id(object: &Value) -> &str {
    object["id"].as_str().unwrap()
}

#[tokio::test]
async fn a_product_and_a_price_that_were_made_can_be_sold_and_outlive_a_restart() {
    let lab = Lab::new().await;
    let product = lab.made("/v1/products", &[("name", "Harbour tour"), ("metadata[kind]", "tour")]).await;
    let fields = [("product", id(&product)), ("currency", "eur"), ("unit_amount", "2500"), ("lookup_key", "tour")];
    let price = lab.made("/v1/prices", &fields).await;
    assert_eq!(
        (&price["type"], &price["recurring"], &product["metadata"]["kind"]),
        (&json!("one_time"), &Value::Null, &json!("tour"))
    );
    let lab = lab.restarted().await;
    let found = lab.get("/v1/prices?lookup_keys[0]=tour").await;
    assert_eq!(found["data"].as_array().unwrap().len(), 1);
    assert_eq!(lab.get("/v1/prices?limit=100").await["data"].as_array().unwrap().len(), 2, "the catalog's are there as well");
    assert_eq!(lab.get(&format!("/v1/products/{}", id(&product))).await["name"], "Harbour tour");
    let fields = [
        ("mode", "payment"),
        ("line_items[0][price]", id(&price)),
        ("line_items[0][quantity]", "3"),
        ("success_url", "http://shop.test/"),
    ];
    let session = lab.made("/v1/checkout/sessions", &fields).await;
    assert_eq!(session["amount_total"], 7_500);
}

#[tokio::test]
async fn a_product_may_bring_its_price_and_no_two_have_one_id() {
    let lab = Lab::new().await;
    let fields = [
        ("id", "prod_tour"),
        ("name", "Harbour tour"),
        ("default_price_data[currency]", "eur"),
        ("default_price_data[unit_amount]", "2500"),
        ("default_price_data[recurring][interval]", "year"),
    ];
    let product = lab.made("/v1/products", &fields).await;
    let price = lab.get(&format!("/v1/prices/{}", product["default_price"].as_str().unwrap())).await;
    assert_eq!((&price["recurring"]["interval"], &price["product"]), (&json!("year"), &json!("prod_tour")));
    assert_eq!(lab.refused("/v1/products", &fields).await.1, "resource_already_exists");
}

#[tokio::test]
async fn a_coupon_lowers_what_is_paid_and_is_used_up() {
    let lab = Lab::new().await;
    let coupon = lab.made("/v1/coupons", &[("id", "QUARTER"), ("percent_off", "25.5"), ("max_redemptions", "1")]).await;
    assert_eq!((&coupon["percent_off"], &coupon["valid"]), (&json!(25.5), &json!(true)));
    let session = lab.discounted("discounts[0][coupon]", "QUARTER").await;
    assert_eq!((&session["amount_subtotal"], &session["amount_total"]), (&json!(1_920), &json!(1_430)));
    assert_eq!(session["total_details"]["amount_discount"], 490);
    assert_eq!(session["discounts"], json!([{ "coupon": "QUARTER", "promotion_code": null }]));
    let lines = lab.get(&format!("/v1/checkout/sessions/{}/line_items", id(&session))).await;
    assert_eq!((&lines["data"][0]["amount_discount"], &lines["data"][0]["amount_total"]), (&json!(490), &json!(1_430)));
    assert_eq!(lines["data"].as_array().unwrap().len(), 1);
    lab.press(&session, "pay").await;
    let coupon = lab.get("/v1/coupons/QUARTER").await;
    assert_eq!((&coupon["times_redeemed"], &coupon["valid"]), (&json!(1), &json!(false)));
    let fields = [GIFT, &[("discounts[0][coupon]", "QUARTER")]].concat();
    assert_eq!(lab.refused("/v1/checkout/sessions", &fields).await, (400, "coupon_expired".into(), "discounts[0][coupon]".into()));
}

#[tokio::test]
async fn a_code_is_looked_up_as_it_was_typed_and_takes_everything_off() {
    let lab = Lab::new().await;
    lab.made("/v1/coupons", &[("id", "ALL"), ("amount_off", "999999"), ("currency", "eur")]).await;
    let fields = [("promotion[type]", "coupon"), ("promotion[coupon]", "ALL"), ("code", "SPRING-26")];
    let made = lab.made("/v1/promotion_codes", &fields).await;
    assert_eq!(lab.refused("/v1/promotion_codes", &fields).await.1, "resource_already_exists");
    let found = lab.get("/v1/promotion_codes?code=spring-26&active=true&limit=1&expand[0]=data.promotion.coupon").await;
    assert_eq!((&found["data"][0]["id"], &found["data"][0]["promotion"]["coupon"]["amount_off"]), (&made["id"], &json!(999_999)));
    let session = lab.discounted("discounts[0][promotion_code]", id(&made)).await;
    assert_eq!((&session["amount_total"], &session["discounts"][0]["promotion_code"]), (&json!(0), &made["id"]));
    lab.press(&session, "pay").await;
    let session = lab.get(&format!("/v1/checkout/sessions/{}", id(&session))).await;
    assert_eq!((&session["payment_status"], &session["payment_intent"]), (&json!("no_payment_required"), &Value::Null));
    let path = format!("/v1/promotion_codes/{}", id(&made));
    let ended = lab.made(&path, &[("active", "false")]).await;
    assert_eq!((&lab.get(&path).await, &ended["active"]), (&ended, &json!(false)));
    assert_eq!(lab.get("/v1/promotion_codes?code=SPRING-26&active=true").await["data"], json!([]));
    assert_eq!(json_of(lab.api(Method::DELETE, "/v1/coupons/ALL", &[], None).await).await["deleted"], true);
}

#[tokio::test]
async fn a_buyer_types_a_code_on_the_page_where_the_shop_lets_them() {
    let lab = Lab::new().await;
    lab.made("/v1/coupons", &[("id", "HALF"), ("percent_off", "50")]).await;
    lab.made("/v1/promotion_codes", &[("promotion[type]", "coupon"), ("promotion[coupon]", "HALF"), ("code", "HALF")]).await;
    let session = lab.discounted("allow_promotion_codes", "true").await;
    let page = session["url"].as_str().unwrap().replace(&lab.sandbox.keys.hosted_origin, &lab.url(""));
    lab.form(&page, &[("outcome", "pay"), ("code", "half")]).await;
    let session = lab.get(&format!("/v1/checkout/sessions/{}", id(&session))).await;
    assert_eq!((&session["amount_total"], &session["allow_promotion_codes"]), (&json!(960), &json!(true)));
}

#[tokio::test]
async fn what_does_not_fit_together_is_refused() {
    let lab = Lab::new().await;
    lab.made("/v1/coupons", &[("id", "DOLLARS"), ("amount_off", "100"), ("currency", "usd")]).await;
    let session = |more: &[(&'static str, &'static str)]| [GIFT, more].concat();
    for (path, fields, param) in [
        ("/v1/checkout/sessions", session(&[("discounts[0][coupon]", "DOLLARS")]), "discounts[0][coupon]"),
        ("/v1/checkout/sessions", session(&[("discounts[0][coupon]", "x")]), "discounts[0][coupon]"),
        ("/v1/checkout/sessions", session(&[("discounts[0][coupon]", "DOLLARS"), ("allow_promotion_codes", "true")]), "discounts"),
        ("/v1/checkout/sessions", session(&[("customer", "cus_x")]), "customer"),
        ("/v1/checkout/sessions", session(&[("subscription_data[metadata][a]", "b")]), "subscription_data"),
        ("/v1/checkout/sessions", session(&[("line_items[0][price_data][recurring][interval]", "month")]), "line_items"),
        ("/v1/coupons", vec![("percent_off", "101")], "percent_off"),
        ("/v1/coupons", vec![("amount_off", "5")], "currency"),
        ("/v1/coupons", vec![("percent_off", "5"), ("duration", "repeating")], "duration_in_months"),
        ("/v1/prices", vec![("currency", "eur"), ("unit_amount", "5")], "product"),
        ("/v1/prices", vec![("currency", "eur"), ("unit_amount", "5"), ("product", "prod_x")], "product"),
        ("/v1/promotion_codes", vec![("promotion[type]", "coupon"), ("promotion[coupon]", "x")], "promotion[coupon]"),
        ("/v1/webhook_endpoints", vec![("url", "http://shop.test/")], "enabled_events"),
        ("/v1/products", vec![("name", "x"), ("colour", "red")], "colour"),
    ] {
        let (status, _, about) = lab.refused(path, &fields).await;
        assert_eq!((status, about.as_str()), (400, param), "{path}");
    }
}

#[tokio::test]
async fn a_customer_is_made_and_pays() {
    let lab = Lab::new().await;
    let customer = lab.made("/v1/customers", &[("email", "ada@example.com"), ("name", "Ada")]).await;
    let fields = [gift_with("customer_email", "", ""), vec![("customer", "")]].concat();
    let fields: Vec<_> =
        fields.into_iter().map(|(name, value)| (name, if name == "customer" { id(&customer) } else { value })).collect();
    let session = lab.made("/v1/checkout/sessions", &fields).await;
    assert_eq!(session["customer"], customer["id"]);
    lab.press(&session, "pay").await;
    let session = lab.get(&format!("/v1/checkout/sessions/{}", id(&session))).await;
    assert_eq!(session["customer_details"]["email"], "ada@example.com");
}

#[tokio::test]
async fn metadata_is_changed_key_by_key() {
    let lab = Lab::new().await;
    let session = lab.session().await;
    let path = format!("/v1/checkout/sessions/{}", id(&session));
    let session = lab.made(&path, &[("metadata[order]", ""), ("metadata[seen]", "1")]).await;
    assert_eq!(session["metadata"], json!({ "seen": "1" }));
    assert_eq!(lab.made(&path, &[("metadata", "")]).await["metadata"], json!({}));
}

#[tokio::test]
async fn an_endpoint_gets_what_it_asked_for_signed_with_its_own_secret() {
    let lab = Lab::new().await;
    let url = format!("http://127.0.0.1:{}/webhooks/stripe?of=another", lab.shop_port);
    let made = lab.made("/v1/webhook_endpoints", &[("url", &url), ("enabled_events[0]", "checkout.session.expired")]).await;
    assert!(lab.get(&format!("/v1/webhook_endpoints/{}", id(&made))).await["secret"].is_null(), "told once");
    let session = lab.session().await;
    lab.press(&session, "expire").await;
    let paid = lab.session().await;
    lab.press(&paid, "pay").await;
    let hooks = lab.shop.hooks(3).await;
    let secret = made["secret"].as_str().unwrap();
    let theirs = hooks.iter().filter(|hook| hook.signature == stripe_header(secret, Timestamp::from_seconds(NOON), &hook.body));
    assert_eq!(theirs.map(Hook::kind).collect::<Vec<_>>(), ["checkout.session.expired"]);
    lab.api(Method::DELETE, &format!("/v1/webhook_endpoints/{}", id(&made)), &[], None).await;
    assert_eq!(lab.get("/v1/webhook_endpoints").await["data"], json!([]));
}

#[tokio::test]
async fn lists_go_on_in_both_directions() {
    let lab = Lab::new().await;
    for percent in ["1", "2", "3", "4", "5"] {
        lab.made("/v1/coupons", &[("id", percent), ("percent_off", percent)]).await;
    }
    let ids = |list: &Value| list["data"].as_array().unwrap().iter().map(|coupon| id(coupon).to_owned()).collect::<String>();
    let first = lab.get("/v1/coupons?limit=2").await;
    assert_eq!((ids(&first).as_str(), &first["has_more"]), ("54", &json!(true)));
    assert_eq!(ids(&lab.get("/v1/coupons?limit=2&starting_after=4").await), "32");
    assert_eq!(ids(&lab.get("/v1/coupons?limit=2&ending_before=2").await), "43");
    let last = lab.get("/v1/coupons?limit=2&starting_after=2").await;
    assert_eq!((ids(&last).as_str(), &last["has_more"]), ("1", &json!(false)));
}
