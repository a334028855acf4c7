//! Creem's protocol on its own port: keys, products, discounts, checkouts, refunds, subscriptions and signed webhooks.

mod endpoints;
mod shelf;
mod subscriptions;

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
