//! Webhook endpoints that a shop registers: those that are posted to, and those whose events are fetched.

use super::*;

#[tokio::test]
async fn an_endpoint_gets_what_it_asked_for_under_its_own_secret() {
    let lab = Lab::new().await;
    let url = format!("http://127.0.0.1:{}/webhooks/creem", lab.shop_port);
    let body = json!({"url": url, "name": "Elsewhere", "events": ["refund.created"]});
    let made = lab.creem_post("/v1/webhooks", body).await;
    let (id, secret) = (made["id"].as_str().unwrap(), made["secret"].as_str().unwrap());
    let checkout = lab.checkout(json!({})).await;
    lab.decides(&checkout, "pay").await;
    let transaction = lab.shop.hooks(1).await[0].json()["object"]["order"]["transaction"].clone();
    lab.creem_post("/v1/refunds", json!({"transaction_id": transaction})).await;
    let hooks = lab.shop.hooks(3).await;
    assert_eq!(kinds(&hooks), ["checkout.completed", "refund.created", "refund.created"], "the shop's own, and one beside it");
    let own = &lab.sandbox.keys.creem.webhook_secret;
    for secret in [own.as_str(), secret] {
        let believed = hooks
            .iter()
            .filter(|hook| verify_creem(secret, &hook.headers, &hook.body, Timestamp::from_seconds(NOON), TOLERANCE).is_ok());
        assert_eq!(believed.count(), if secret == own { 2 } else { 1 });
    }

    let path = format!("/v1/webhooks/{id}");
    assert_eq!(lab.creem_get(&format!("{path}/secret")).await["secret"], secret);
    assert_eq!(lab.creem_get(&path).await.get("secret"), None);
    let (_, disabled) = lab.creem(Method::PATCH, &path, json!({"status": "disabled", "name": null, "events": []})).await;
    assert_eq!((&disabled["status"], &disabled["name"], &disabled["url"]), (&json!("disabled"), &Value::Null, &json!(url)));
    assert_eq!(lab.creem_get("/v1/webhooks").await["items"], json!([disabled]));
    assert_eq!(lab.creem(Method::DELETE, &path, Value::Null).await.0, 200);
    assert_eq!(lab.creem(Method::GET, &path, Value::Null).await.0, 404);
    let unknown = json!({"url": url, "events": ["a.kind.of.next.year"]});
    assert_eq!(lab.creem(Method::POST, "/v1/webhooks", unknown).await.0, 400);
    assert_eq!(lab.creem(Method::POST, "/v1/webhooks", json!({"name": "Nowhere"})).await.0, 400);
}

#[tokio::test]
async fn what_is_fetched_waits_until_it_is_acknowledged_and_outlives_a_restart() {
    let lab = Lab::new().await;
    let made = lab.creem_post("/v1/webhooks", json!({"delivery_mode": "cli"})).await;
    let path = format!("/v1/webhooks/{}/events", made["id"].as_str().unwrap());
    assert_eq!(lab.creem_get(&format!("{path}/pending")).await["items"], json!([]));
    let checkout = lab.checkout(json!({})).await;
    lab.decides(&checkout, "pay").await;
    let sent = lab.shop.hooks(1).await.remove(0);
    let lab = lab.restarted().await;
    let event = lab.creem_get(&format!("{path}/pending")).await["items"][0].clone();
    assert_eq!(event["body"].as_str().unwrap().as_bytes(), sent.body, "byte for byte what the shop was sent");
    let signature = event["headers"]["creem-signature"].as_str().unwrap();
    assert_eq!(signature, crate::checkout::signatures::creem_header(made["secret"].as_str().unwrap(), &sent.body));
    let acknowledge = format!("{path}/{}/ack", event["id"].as_str().unwrap());
    assert_eq!(lab.creem_post(&acknowledge, json!({"status_code": 503})).await["success"], false);
    assert_eq!(lab.creem_get(&format!("{path}/pending?limit=5")).await["items"].as_array().unwrap().len(), 1);
    assert_eq!(lab.creem_post(&acknowledge, json!({"status_code": 204})).await["success"], true);
    assert_eq!(lab.creem_get(&format!("{path}/pending")).await["items"], json!([]));
    assert_eq!(lab.creem(Method::POST, &acknowledge, json!({"status_code": 200})).await.0, 404);
}
