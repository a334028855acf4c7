//! Creem's protocol on its own port: keys, products, discounts, checkouts, refunds, subscriptions and signed webhooks.

use super::*;
use crate::checkout::signatures::{TOLERANCE, creem_redirect_signature, verify_creem};

impl Lab {
    async fn creem(&self, method: Method, path: &str, body: Value) -> (u16, Value) {
        let keys = &self.sandbox.keys.creem;
        let mut request =
            self.client.request(method.clone(), format!("{}{path}", keys.api_base)).header("x-api-key", &keys.secret_key);
        if !body.is_null() {
            request = request.json(&body);
        }
        let response = documented(ProviderName::Creem, &method, path, request.send().await.unwrap()).await;
        (response.status().as_u16(), json_of(response).await)
    }

    async fn creem_get(&self, path: &str) -> Value {
        let (status, body) = self.creem(Method::GET, path, Value::Null).await;
        assert_eq!(status, 200, "{path}: {body}");
        body
    }

    pub async fn creem_post(&self, path: &str, body: Value) -> Value {
        let (status, answer) = self.creem(Method::POST, path, body).await;
        assert_eq!(status, 200, "{path}: {answer}");
        answer
    }

    async fn checkout(&self, more: Value) -> Value {
        let mut body = json!({
            "product_id": "prod_founder_12", "request_id": "order_1", "metadata": {"order_id": "order_1"},
            "customer": {"email": "ada@example.com"}, "success_url": "http://shop.test/gift/thanks?order=a.b"
        });
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        self.creem_post("/v1/checkouts", body).await
    }

    /// Presses a button of a checkout's hosted page.
    async fn decides(&self, checkout: &Value, outcome: &str) -> Response {
        self.press(&json!({ "url": checkout["checkout_url"] }), outcome).await
    }
}

fn kinds(hooks: &[Hook]) -> Vec<String> {
    hooks.iter().map(|hook| hook.json()["eventType"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn paying_redirects_with_a_signed_query_and_sends_one_signed_event() {
    let lab = Lab::new().await;
    let checkout = lab.checkout(json!({})).await;
    assert_eq!(
        (&checkout["status"], &checkout["mode"], &checkout["product"]["price"]),
        (&json!("pending"), &json!("test"), &json!(19_200))
    );
    let paid = lab.decides(&checkout, "pay").await;
    assert_eq!(paid.status(), 303);
    let back = url::Url::parse(location(&paid)).unwrap();
    let query: Vec<(String, String)> = back.query_pairs().into_owned().collect();
    assert_eq!(query[0], ("order".to_owned(), "a.b".to_owned()));
    let added: Vec<(&str, &str)> = query[1..].iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    assert_eq!(added.last().unwrap().1, creem_redirect_signature(&lab.sandbox.keys.creem.secret_key, &added));

    let hook = lab.shop.hooks(1).await.remove(0);
    let secret = &lab.sandbox.keys.creem.webhook_secret;
    assert_eq!(verify_creem(secret, &hook.headers, &hook.body, Timestamp::from_seconds(NOON), TOLERANCE), Ok(()));
    let event = hook.json();
    assert_eq!((&event["eventType"], &event["created_at"]), (&json!("checkout.completed"), &json!(NOON * 1000)));
    let told = &event["object"];
    assert_eq!((&told["order"]["amount"], &told["order"]["status"]), (&json!(19_200), &json!("paid")));
    assert_eq!((&told["request_id"], &told["metadata"]), (&json!("order_1"), &json!({"order_id": "order_1"})));
    let asked = lab.creem_get(&format!("/v1/checkouts?checkout_id={}", checkout["id"].as_str().unwrap())).await;
    assert_eq!(&asked, told, "asking tells the same as the event");
}

#[tokio::test]
async fn no_event_says_that_a_checkout_expired_or_came_to_nothing() {
    let lab = Lab::new().await;
    for (outcome, status) in [("expire", "expired"), ("decline", "pending"), ("pay_later", "processing")] {
        let checkout = lab.checkout(json!({})).await;
        lab.decides(&checkout, outcome).await;
        let asked = lab.creem_get(&format!("/v1/checkouts?checkout_id={}", checkout["id"].as_str().unwrap())).await;
        assert_eq!(asked["status"], status, "{outcome}");
    }
    let later = lab.checkout(json!({})).await;
    lab.decides(&later, "pay_later").await;
    lab.home(&format!("/sessions/{}", later["id"].as_str().unwrap()), &[("act", "settle")]).await;
    assert_eq!(kinds(&lab.shop.hooks(1).await), ["checkout.completed"], "the money that came late is told");
}

#[tokio::test]
async fn a_refund_gives_everything_back_once() {
    let lab = Lab::new().await;
    let checkout = lab.checkout(json!({"units": 2, "custom_price": 1_500})).await;
    lab.decides(&checkout, "pay").await;
    let order = lab.shop.hooks(1).await[0].json()["object"]["order"].clone();
    let transaction = order["transaction"].as_str().unwrap();
    let refund = json!({ "transaction_id": transaction });
    assert_eq!(lab.creem_post("/v1/refunds", refund.clone()).await, json!({"status": "succeeded"}));
    let told = lab.shop.hooks(2).await[1].json();
    assert_eq!((&told["eventType"], &told["object"]["refund_amount"]), (&json!("refund.created"), &json!(3_000)));
    assert_eq!(told["object"]["checkout"]["request_id"], "order_1");
    let asked = lab.creem_get(&format!("/v1/transactions?transaction_id={transaction}")).await;
    assert_eq!((&asked["status"], &asked["refunded_amount"]), (&json!("refunded"), &json!(3_000)));
    assert_eq!(lab.creem(Method::POST, "/v1/refunds", refund).await.0, 400);
    let list = lab.creem_get(&format!("/v1/transactions/search?order_id={}", order["id"].as_str().unwrap())).await;
    assert_eq!((&list["items"][0]["id"], &list["pagination"]["total_records"]), (&json!(transaction), &json!(1)));
}

#[tokio::test]
async fn a_dispute_is_told_with_what_it_is_about() {
    let lab = Lab::new().await;
    let checkout = lab.checkout(json!({})).await;
    lab.decides(&checkout, "pay").await;
    lab.home(&format!("/sessions/{}", checkout["id"].as_str().unwrap()), &[("act", "dispute")]).await;
    let told = lab.shop.hooks(2).await[1].json();
    assert_eq!((&told["eventType"], &told["object"]["amount"]), (&json!("dispute.created"), &json!(19_200)));
    assert_eq!(
        (&told["object"]["transaction"]["status"], &told["object"]["checkout"]["id"]),
        (&json!("chargedBack"), &checkout["id"])
    );
}

#[tokio::test]
async fn what_is_made_is_known_also_after_a_restart() {
    let lab = Lab::new().await;
    let product = json!({"name": "Gift", "description": "A gift", "price": 4_900, "currency": "EUR", "billing_type": "onetime"});
    let id = lab.creem_post("/v1/products", product).await["id"].as_str().unwrap().to_owned();
    let discount = json!({
        "name": "Half", "code": "HALF", "type": "percentage", "percentage": 50, "duration": "once", "applies_to_products": [id]
    });
    let discount = lab.creem_post("/v1/discounts", discount).await;
    let lab = lab.restarted().await;
    assert_eq!(lab.creem_get(&format!("/v1/products/{id}")).await["price"], 4_900);
    assert_eq!(
        lab.creem_get("/v1/products/search").await["pagination"]["total_records"],
        2,
        "the catalog's is there from the start"
    );
    let checkout = lab.checkout(json!({"product_id": id, "discount_code": "HALF"})).await;
    lab.decides(&checkout, "pay").await;
    let order = lab.shop.hooks(1).await[0].json()["object"]["order"].clone();
    assert_eq!(
        (&order["sub_total"], &order["discount_amount"], &order["amount_paid"]),
        (&json!(4_900), &json!(2_450), &json!(2_450))
    );
    let path = format!("/v1/discounts/{}/delete", discount["id"].as_str().unwrap());
    assert_eq!(lab.creem(Method::DELETE, &path, Value::Null).await.1["status"], "deleted");
    assert_eq!(lab.creem(Method::GET, "/v1/discounts?discount_code=HALF", Value::Null).await.0, 404);
}

#[tokio::test]
async fn a_product_is_made_once_for_a_key_changed_and_archived() {
    let lab = Lab::new().await;
    let product = json!({"name": "Gift", "description": "A gift", "price": 4_900, "currency": "EUR", "billing_type": "onetime"});
    let made = async || {
        let keys = &lab.sandbox.keys.creem;
        let request = lab.client.post(format!("{}/v1/products", keys.api_base)).header("x-api-key", &keys.secret_key);
        json_of(request.header("idempotency-key", "once").json(&product).send().await.unwrap()).await
    };
    let (first, second) = (made().await, made().await);
    assert_eq!(first, second);
    let path = format!("/v1/products/{}", first["id"].as_str().unwrap());
    let (_, changed) = lab.creem(Method::PATCH, &path, json!({"price": 5_900, "name": "A present"})).await;
    assert_eq!((&changed["price"], &changed["name"], &changed["currency"]), (&json!(5_900), &json!("A present"), &json!("EUR")));
    assert_eq!(lab.creem(Method::DELETE, &path, Value::Null).await.1["status"], "archived");
    assert_eq!(lab.creem(Method::POST, "/v1/checkouts", json!({"product_id": first["id"]})).await.0, 400);
    let sold = lab.creem_get("/v1/products/search?status=active").await;
    assert_eq!(sold["items"].as_array().unwrap().len(), 1, "only the catalog's is left");

    let (_, of_catalog) = lab.creem(Method::PATCH, "/v1/products/prod_founder_12", json!({"price": 100})).await;
    assert_eq!(of_catalog["name"], "Founder, 12 months");
    assert_eq!(lab.creem_get("/v1/products?product_id=prod_founder_12").await["price"], 100);
    assert_eq!(lab.creem_get("/v1/products/search").await["pagination"]["total_records"], 2, "and stands there once");
}

#[tokio::test]
async fn a_discount_is_good_for_its_products_its_time_and_its_number() {
    let lab = Lab::new().await;
    let discount = json!({
        "name": "Spring", "code": "Spring", "type": "fixed", "amount": 1_200, "currency": "EUR", "duration": "once",
        "applies_to_products": ["prod_founder_12"], "max_redemptions": 1, "expiry_date": "2026-02-01T00:00:00Z"
    });
    let id = lab.creem_post("/v1/discounts", discount.clone()).await["id"].clone();
    assert_eq!(lab.creem(Method::POST, "/v1/discounts", discount).await.0, 400, "a code stands for one discount");
    let opened = lab.checkout(json!({"discount_code": "SPRING"})).await;
    assert_eq!((&opened["discount"]["id"], &opened["discount"]["discountCode"]), (&id, &json!("Spring")));
    lab.decides(&opened, "pay").await;
    let order = lab.shop.hooks(1).await[0].json()["object"]["order"].clone();
    assert_eq!((&order["discount"], &order["discount_amount"], &order["amount"]), (&id, &json!(1_200), &json!(18_000)));
    let used = lab.creem_get("/v1/discounts?discount_code=spring").await;
    assert_eq!((&used["redeem_count"], &used["status"]), (&json!(1), &json!("active")));
    let refused = async || {
        lab.creem(Method::POST, "/v1/checkouts", json!({"product_id": "prod_founder_12", "discount_code": "SPRING"})).await.0
    };
    assert_eq!(refused().await, 400, "it was redeemed as often as it can be");
    lab.advance(40 * 86_400);
    assert_eq!(lab.creem_get("/v1/discounts/search?status=expired&type=fixed").await["items"][0]["id"], id);
    assert_eq!(lab.creem_get("/v1/discounts/search?status=active").await["items"], json!([]));
}

#[tokio::test]
async fn one_address_is_one_customer() {
    let lab = Lab::new().await;
    let made = lab.creem_post("/v1/customers", json!({"email": "Ada@example.com", "name": "Ada"})).await;
    assert_eq!(lab.creem(Method::POST, "/v1/customers", json!({"email": "ada@example.com", "name": "A"})).await.0, 400);
    for _ in 0..2 {
        let checkout = lab.checkout(json!({})).await;
        lab.decides(&checkout, "pay").await;
    }
    for hook in lab.shop.hooks(2).await {
        let told = hook.json()["object"].clone();
        assert_eq!((&told["customer"]["id"], &told["order"]["customer"]), (&made["id"], &made["id"]));
    }
    let id = made["id"].as_str().unwrap();
    assert_eq!(lab.creem_get(&format!("/v1/customers/{id}/orders")).await["pagination"]["total_records"], 2);
    assert_eq!(lab.creem_get(&format!("/v1/transactions/search?customer_id={id}")).await["pagination"]["total_records"], 2);
    let (_, renamed) = lab.creem(Method::PATCH, "/v1/customers", json!({"customer_id": id, "name": "Ada L."})).await;
    assert_eq!(lab.creem_get("/v1/customers?email=ada@EXAMPLE.com").await, renamed);
    let known = lab.checkout(json!({"customer": {"id": id}})).await;
    lab.decides(&known, "pay").await;
    assert_eq!(lab.shop.hooks(3).await[2].json()["object"]["customer"]["email"], "Ada@example.com");
    assert_eq!(lab.creem_get("/v1/customers/list").await["pagination"]["total_records"], 1);
}

#[tokio::test]
async fn what_a_page_asks_is_shown_under_its_newer_name() {
    let lab = Lab::new().await;
    let question = json!({"type": "text", "key": "company", "label": "Company", "optional": true, "text": {"min_length": 2, "max_length": 80}});
    for name in ["custom_fields", "custom_field"] {
        let shown = lab.checkout(json!({ name: [question] })).await["custom_fields"][0].clone();
        assert_eq!((&shown["key"], &shown["text"]["minimum_length"]), (&json!("company"), &json!(2)), "{name}");
    }
    for (changes, word) in
        [(json!({"key": "two words"}), "key"), (json!({"label": ""}), "label"), (json!({"type": "colour"}), "type")]
    {
        let mut wrong = question.clone();
        wrong.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
        let body = json!({"product_id": "prod_founder_12", "custom_fields": [wrong]});
        let (status, error) = lab.creem(Method::POST, "/v1/checkouts", body).await;
        assert!(status == 400 && error["message"][0].as_str().unwrap().contains(word), "{error}");
    }
}

#[tokio::test]
async fn a_subscription_is_told_begun_paid_and_canceled() {
    let lab = Lab::new().await;
    let product = json!({
        "name": "Monthly", "description": "Every month", "price": 900, "currency": "EUR", "billing_type": "recurring",
        "billing_period": "every-month"
    });
    let product = lab.creem_post("/v1/products", product).await["id"].clone();
    let checkout = lab.checkout(json!({ "product_id": product })).await;
    lab.decides(&checkout, "pay").await;
    let hooks = lab.shop.hooks(3).await;
    assert_eq!(kinds(&hooks), ["checkout.completed", "subscription.active", "subscription.paid"]);
    let id = hooks[1].json()["object"]["id"].as_str().unwrap().to_owned();
    let cancel = format!("/v1/subscriptions/{id}/cancel");
    assert_eq!(lab.creem_post(&cancel, json!({"mode": "scheduled"})).await["status"], "scheduled_cancel");
    assert_eq!(lab.creem_post(&cancel, json!({"mode": "immediate"})).await["status"], "canceled");
    assert_eq!(lab.creem(Method::POST, &cancel, json!({})).await.0, 400);
    assert_eq!(kinds(&lab.shop.hooks(5).await)[3..], ["subscription.scheduled_cancel", "subscription.canceled"]);
}

#[tokio::test]
async fn refused_requests_say_why_in_creems_shape() {
    let lab = Lab::new().await;
    for (body, status, word) in [
        (json!({}), 400, "product_id"),
        (json!({"product_id": 1}), 400, "product_id"),
        (json!({"product_id": "prod_x"}), 404, "Product"),
        (json!({"product_id": "prod_founder_12", "custom_price": 99}), 400, "custom_price"),
        (json!({"product_id": "prod_founder_12", "units": 0}), 400, "units"),
        (json!({"product_id": "prod_founder_12", "success_url": "/thanks"}), 400, "success_url"),
        (json!({"product_id": "prod_founder_12", "discount_code": "NONE"}), 400, "discount_code"),
        (json!({"product_id": "prod_founder_12", "customer": {"email": "ada"}}), 400, "customer.email"),
        (json!({"product_id": "prod_founder_12", "custom_fields": [1, 2, 3, 4]}), 400, "custom_fields"),
        (json!([]), 400, "JSON object"),
    ] {
        let (answered, error) = lab.creem(Method::POST, "/v1/checkouts", body.clone()).await;
        assert_eq!((answered, error["status"].as_u64().unwrap()), (status, u64::from(status)), "{body}");
        assert!(error["message"][0].as_str().unwrap().contains(word) && error["trace_id"].is_string(), "{error}");
    }
}

#[tokio::test]
async fn only_the_stores_own_key_is_let_in() {
    let lab = Lab::new().await;
    let keys = &lab.sandbox.keys.creem;
    let ask = || lab.client.get(format!("{}/v1/products/search", keys.api_base));
    for (request, status) in [
        (ask(), 401),
        (ask().header("x-api-key", "creem_test_wrong"), 403),
        (ask().bearer_auth(&keys.secret_key), 401),
        (ask().header("x-api-key", &keys.secret_key), 200),
    ] {
        assert_eq!(request.send().await.unwrap().status(), status);
    }
}
