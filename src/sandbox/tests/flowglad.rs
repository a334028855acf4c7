//! Flowglad's protocol: keys, fields, errors, what comes of paying, and webhooks that say as little as the real ones.

mod adapter;
mod made;

use super::*;
use crate::checkout::signatures::{TOLERANCE, verify_svix};

impl Lab {
    async fn flowglad(&self, method: Method, path: &str, body: Value) -> Response {
        let keys = &self.sandbox.keys.flowglad;
        let request = self
            .client
            .request(method.clone(), format!("{}/api/v1{path}", keys.api_base))
            .header("authorization", &keys.secret_key);
        let request = if method == Method::GET { request } else { request.json(&body) };
        let answer = request.send().await.unwrap();
        // Of a discount that is read, each half of the document forbids what the other requires.
        if method == Method::GET && path.starts_with("/discounts") {
            return answer;
        }
        documented(ProviderName::Flowglad, &method, &format!("/api/v1{path}"), answer).await
    }

    async fn look(&self, path: &str) -> Value {
        let response = self.flowglad(Method::GET, path, Value::Null).await;
        assert_eq!(response.status(), 200, "{path}");
        json_of(response).await
    }

    async fn make(&self, path: &str, body: Value) -> Value {
        let response = self.flowglad(Method::POST, path, body).await;
        assert_eq!(response.status(), 200, "{path}");
        json_of(response).await
    }

    /// A session for 192 euros that is open to whoever comes.
    async fn page(&self) -> Value {
        self.make("/checkout-sessions", json!({ "checkoutSession": product(&json!({})) })).await
    }
}

/// A request for a page, with `changes`; null takes a field away.
fn product(changes: &Value) -> Value {
    let mut session = json!({
        "type": "product", "anonymous": true, "priceSlug": "founder-12", "outputMetadata": {"order_id": "order_1"},
        "successUrl": "http://shop.test/gift/thanks?order=1", "cancelUrl": "http://shop.test/gift/canceled?order=1"
    });
    session.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
    session
}

fn id_of(session: &Value) -> &str {
    session["checkoutSession"]["id"].as_str().unwrap()
}

#[tokio::test]
async fn paying_tells_of_a_payment_and_a_purchase_by_their_ids_alone() {
    let lab = Lab::new().await;
    let page = lab.page().await;
    let session = &page["checkoutSession"];
    assert_eq!((&session["status"], &session["purchaseId"], &session["customerId"]), (&json!("open"), &Value::Null, &Value::Null));
    assert_eq!((&session["priceId"], &session["expires"]), (&json!("price_founder_12"), &json!((NOON + 86_400) * 1_000)));
    let paid = lab.press(&page, "pay").await;
    assert_eq!((paid.status().as_u16(), location(&paid)), (303, "http://shop.test/gift/thanks?order=1"));

    let hooks = lab.shop.hooks(2).await;
    let secret = &lab.sandbox.keys.flowglad.webhook_secret;
    for hook in &hooks {
        let now = Timestamp::from_seconds(NOON);
        assert_eq!(verify_svix(secret, &hook.headers, &hook.body, now, TOLERANCE), Ok(()));
        let mut names: Vec<String> = hook.json().as_object().unwrap().keys().cloned().collect();
        names.sort();
        assert_eq!(names, ["customer", "id", "object", "pricingModelId"]);
    }
    assert_ne!(hooks[0].headers["svix-id"], hooks[1].headers["svix-id"]);
    let [payment, purchase] = [&hooks[0], &hooks[1]].map(Hook::json);
    assert_eq!((&payment["object"], &purchase["object"]), (&json!("payment"), &json!("purchase")));

    let payment = lab.look(&format!("/payments/{}", payment["id"].as_str().unwrap())).await["payment"].clone();
    assert_eq!(
        (&payment["amount"], &payment["currency"], &payment["status"]),
        (&json!(19_200), &json!("EUR"), &json!("succeeded"))
    );
    assert_eq!(payment["purchaseId"], purchase["id"]);
    let purchase = lab.look(&format!("/purchases/{}", purchase["id"].as_str().unwrap())).await["purchase"].clone();
    assert_eq!((&purchase["status"], &purchase["metadata"]), (&json!("paid"), &json!({"order_id": "order_1"})));
    let session = lab.look(&format!("/checkout-sessions/{}", id_of(&page))).await["checkoutSession"].clone();
    assert_eq!((&session["status"], &session["purchaseId"]), (&json!("succeeded"), &purchase["id"]));
}

#[tokio::test]
async fn nothing_is_told_of_what_flowglad_does_not_tell() {
    let lab = Lab::new().await;
    let declined = lab.page().await;
    lab.press(&declined, "decline").await;
    lab.press(&declined, "expire").await;
    let later = lab.page().await;
    lab.press(&later, "pay_later").await;
    let status =
        async |page: &Value| lab.look(&format!("/checkout-sessions/{}", id_of(page))).await["checkoutSession"]["status"].clone();
    assert_eq!((status(&declined).await, status(&later).await), (json!("expired"), json!("pending")));
    lab.shop.hooks(0).await;
    assert_eq!(lab.home(&format!("/sessions/{}", id_of(&later)), &[("act", "fail")]).await, 303);
    assert_eq!(lab.shop.hooks(1).await[0].kind(), "payment");
    assert_eq!(status(&later).await, "failed");

    let paid = lab.page().await;
    lab.press(&paid, "pay").await;
    lab.shop.hooks(3).await;
    for act in ["refund", "refund"] {
        lab.home(&format!("/sessions/{}", id_of(&paid)), &[("act", act)]).await;
    }
    assert_eq!(lab.look("/payments").await["data"][1]["status"], "refunded");
    lab.shop.hooks(3).await;
}

#[tokio::test]
async fn refunds_add_up_and_end_where_nothing_is_left() {
    let lab = Lab::new().await;
    lab.press(&lab.page().await, "pay").await;
    let id = lab.look("/payments").await["data"][0]["id"].as_str().unwrap().to_owned();
    let refund = async |body: Value| {
        let response = lab.flowglad(Method::POST, &format!("/payments/{id}/refund"), body).await;
        (response.status().as_u16(), json_of(response).await)
    };
    let (status, part) = refund(json!({"partialAmount": 200})).await;
    assert_eq!((status, &part["payment"]["refundedAmount"], &part["payment"]["refunded"]), (200, &json!(200), &json!(false)));
    assert_eq!(refund(json!({"partialAmount": 19_001})).await.0, 400);
    assert_eq!(refund(json!({"partialAmount": 1.5})).await.0, 400);
    let (_, whole) = refund(json!({})).await;
    assert_eq!((&whole["payment"]["refundedAmount"], &whole["payment"]["status"]), (&json!(19_200), &json!("refunded")));
    let (status, again) = refund(json!({})).await;
    assert_eq!(
        (status, &again["code"], &again["error"]),
        (400, &json!("BAD_REQUEST"), &json!("Payment has already been refunded"))
    );
}

#[tokio::test]
async fn a_known_customer_finds_their_address_on_the_page() {
    let lab = Lab::new().await;
    let customer = json!({"externalId": "order_1", "email": "ada@example.com", "name": "Ada"});
    lab.make("/customers", json!({ "customer": customer })).await;
    assert_eq!(lab.shop.hooks(1).await[0].kind(), "customer");
    assert_eq!(lab.flowglad(Method::POST, "/customers", json!({ "customer": customer })).await.status(), 400);
    assert_eq!(lab.look("/customers/order_1").await["customer"]["email"], "ada@example.com");
    let known = product(&json!({"anonymous": null, "customerExternalId": "order_1"}));
    let page = lab.make("/checkout-sessions", json!({ "checkoutSession": known })).await;
    assert_eq!(page["checkoutSession"]["customerEmail"], "ada@example.com");
    let path = page["url"].as_str().unwrap().strip_prefix(&lab.sandbox.keys.hosted_origin).unwrap();
    assert!(lab.text(path).await.contains("ada@example.com"));
    let nobody = product(&json!({"anonymous": null, "customerExternalId": "order_2"}));
    assert_eq!(lab.flowglad(Method::POST, "/checkout-sessions", json!({ "checkoutSession": nobody })).await.status(), 404);
}

#[tokio::test]
async fn refused_requests_say_why_in_flowglads_shape() {
    let lab = Lab::new().await;
    for (changes, path) in [
        (json!({"successUrl": null}), "successUrl"),
        (json!({"cancelUrl": "/canceled"}), "cancelUrl"),
        (json!({"anonymous": null}), "customerExternalId"),
        (json!({"customerExternalId": "order_1"}), "customerExternalId"),
        (json!({"priceId": "price_founder_12"}), "priceId"),
        (json!({"priceSlug": null}), "priceId"),
        (json!({"quantity": 0}), "quantity"),
        (json!({"outputMetadata": {"deep": {}}}), "outputMetadata"),
        (json!({"outputMetadata": {"long": "a".repeat(501)}}), "outputMetadata"),
    ] {
        let refused = lab.flowglad(Method::POST, "/checkout-sessions", json!({ "checkoutSession": product(&changes) })).await;
        assert_eq!(refused.status(), 400, "{path}");
        let request_id = refused.headers()["x-request-id"].to_str().unwrap().to_owned();
        let body = json_of(refused).await;
        assert_eq!(
            (&body["error"][0]["path"], &body["request_id"]),
            (&json!(["checkoutSession", path]), &json!(request_id)),
            "{body}"
        );
    }
    for (body, status) in [
        (json!({ "checkoutSession": product(&json!({"type": "invoice", "priceSlug": null, "customerExternalId": "c"})) }), 400),
        (json!({ "checkoutSession": product(&json!({"priceSlug": "nothing"})) }), 404),
        (json!({ "session": {} }), 400),
    ] {
        let refused = lab.flowglad(Method::POST, "/checkout-sessions", body.clone()).await;
        assert_eq!(refused.status(), status, "{body}");
    }
}

#[tokio::test]
async fn only_the_right_key_is_let_in_and_others_are_told_so_in_plain_text() {
    let lab = Lab::new().await;
    let url = format!("{}/api/v1/checkout-sessions", lab.sandbox.keys.flowglad.api_base);
    let ask = || lab.client.get(&url);
    let key = &lab.sandbox.keys.flowglad.secret_key;
    for right in [ask().header("authorization", key), ask().bearer_auth(key)] {
        assert_eq!(right.send().await.unwrap().status(), 200);
    }
    for wrong in [ask(), ask().bearer_auth(&lab.sandbox.keys.stripe.secret_key)] {
        let refused = wrong.send().await.unwrap();
        assert_eq!(
            (refused.status().as_u16(), refused.headers()["content-type"].to_str().unwrap()),
            (401, "text/plain; charset=utf-8")
        );
    }
    let elsewhere = lab.client.get(url.replace("checkout-sessions", "nothing")).header("authorization", key).send().await.unwrap();
    assert_eq!((elsewhere.status().as_u16(), elsewhere.text().await.unwrap()), (404, "Not Found".to_owned()));
    let broken = lab.client.post(&url).header("authorization", key).body("{").send().await.unwrap();
    assert_eq!((broken.status().as_u16(), &json_of(broken).await["error"]), (400, &json!("Invalid JSON in request body")));
}

#[tokio::test]
async fn lists_go_page_by_page_and_by_what_their_cursor_asks() {
    let lab = Lab::new().await;
    for _ in 0..3 {
        lab.press(&lab.page().await, "pay").await;
        lab.advance(1);
    }
    let first = lab.look("/payments?limit=2").await;
    assert_eq!((first["data"].as_array().unwrap().len(), &first["hasMore"], &first["total"]), (2, &json!(true), &json!(3)));
    let cursor: String = form_urlencoded::byte_serialize(first["nextCursor"].as_str().unwrap().as_bytes()).collect();
    let second = lab.look(&format!("/payments?limit=2&cursor={cursor}")).await;
    assert_eq!((second["data"].as_array().unwrap().len(), &second["hasMore"]), (1, &json!(false)));
    assert!(second.get("nextCursor").is_none() && second["data"][0] != first["data"][1]);

    let wanted = &second["data"][0];
    let place = json!({"parameters": {"purchaseId": wanted["purchaseId"]}, "createdAt": 0, "direction": "forward"});
    let cursor = data_encoding::BASE64.encode(place.to_string().as_bytes());
    let cursor: String = form_urlencoded::byte_serialize(cursor.as_bytes()).collect();
    assert_eq!(lab.look(&format!("/payments?cursor={cursor}")).await["data"], json!([wanted]));
    assert_eq!(lab.flowglad(Method::GET, "/payments?cursor=x", Value::Null).await.status(), 400);
}

#[tokio::test]
async fn a_subscription_begins_with_its_first_payment_and_is_canceled() {
    let lab = Lab::new().await;
    let price = json!({"type": "subscription", "intervalUnit": "month", "intervalCount": 1, "unitPrice": 900, "isDefault": true});
    let made = lab.make("/products", json!({ "product": {"name": "Member"}, "price": price })).await;
    let made = lab.look(&format!("/products/{}", made["product"]["id"].as_str().unwrap())).await;
    let product = product(&json!({"priceSlug": null, "priceId": made["defaultPrice"]["id"]}));
    let page = lab.make("/checkout-sessions", json!({ "checkoutSession": product })).await;
    lab.press(&page, "pay").await;
    let hooks = lab.shop.hooks(3).await;
    assert_eq!(hooks.iter().map(Hook::kind).collect::<Vec<_>>(), ["subscription", "payment", "purchase"]);
    let path = format!("/subscriptions/{}", hooks[0].json()["id"].as_str().unwrap());
    let subscription = lab.look(&path).await["subscription"].clone();
    assert_eq!((&subscription["status"], &subscription["current"]), (&json!("active"), &json!(true)));
    assert_eq!(subscription["currentBillingPeriodEnd"], json!((NOON + 31 * 86_400) * 1_000));
    for (timing, status) in [("at_end_of_current_billing_period", "cancellation_scheduled"), ("immediately", "canceled")] {
        let canceled = lab.make(&format!("{path}/cancel"), json!({"cancellation": {"timing": timing}})).await;
        assert_eq!(canceled["subscription"]["status"], status);
    }
    lab.shop.hooks(5).await;
    let again = lab.flowglad(Method::POST, &format!("{path}/cancel"), json!({"cancellation": {"timing": "immediately"}})).await;
    assert_eq!(again.status(), 400);
}
