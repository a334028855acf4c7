//! Creem's protocol on its own port: keys, products, discounts, checkouts, refunds, subscriptions and signed webhooks.

use super::*;
use crate::checkout::signatures::{TOLERANCE, creem_redirect_signature, verify_creem};

impl Lab {
    async fn creem(&self, method: Method, path: &str, body: Value) -> (u16, Value) {
        let keys = &self.sandbox.keys.creem;
        let mut request = self.client.request(method, format!("{}{path}", keys.api_base)).header("x-api-key", &keys.secret_key);
        if !body.is_null() {
            request = request.json(&body);
        }
        let response = request.send().await.unwrap();
        (response.status().as_u16(), json_of(response).await)
    }

    async fn creem_get(&self, path: &str) -> Value {
        let (status, body) = self.creem(Method::GET, path, Value::Null).await;
        assert_eq!(status, 200, "{path}: {body}");
        body
    }

    async fn creem_post(&self, path: &str, body: Value) -> Value {
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
