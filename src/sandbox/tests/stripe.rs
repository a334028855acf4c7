//! Stripe's protocol: keys, parameters, errors, idempotency, refunds and disputes.

mod catalog;
mod subscriptions;

use super::*;

#[tokio::test]
async fn the_same_idempotency_key_gets_the_same_answer_and_no_second_session() {
    let lab = Lab::new().await;
    let create = "/v1/checkout/sessions";
    let first = lab.api(Method::POST, create, GIFT, Some("k1")).await;
    assert!(!first.headers().contains_key("idempotent-replayed"));
    assert_eq!(first.headers()["idempotency-key"], "k1");
    let first = json_of(first).await;
    let lab = lab.restarted().await;
    let replayed = lab.api(Method::POST, create, GIFT, Some("k1")).await;
    assert_eq!(replayed.headers()["idempotent-replayed"], "true");
    assert_eq!(json_of(replayed).await["id"], first["id"]);
    assert_eq!(lab.get(create).await["data"].as_array().unwrap().len(), 1);

    let other = lab.api(Method::POST, create, &gift_with("customer_email", "", ""), Some("k1")).await;
    assert_eq!((other.status().as_u16(), &json_of(other).await["error"]["type"]), (400, &json!("idempotency_error")));

    let refused = lab.api(Method::POST, create, &gift_with("mode", "", ""), Some("k2")).await;
    assert_eq!(refused.status(), 400);
    assert_eq!(lab.api(Method::POST, create, GIFT, Some("k2")).await.status(), 200, "a refused request keeps no key");
}

#[tokio::test]
async fn requests_at_once_with_one_key_make_one_session() {
    let lab = Lab::new().await;
    let open = || lab.api(Method::POST, "/v1/checkout/sessions", GIFT, Some("k1"));
    let answers = futures::future::join_all((0..20).map(|_| open())).await;
    assert!(answers.iter().all(|answer| matches!(answer.status().as_u16(), 200 | 409)));
    assert!(answers.iter().any(|answer| answer.status() == 200));
    assert_eq!(lab.get("/v1/checkout/sessions").await["data"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn refused_requests_say_why_in_stripes_shape() {
    let lab = Lab::new().await;
    let unit = "line_items[0][price_data][unit_amount]";
    for (fields, code, param) in [
        (gift_with("mode", "", ""), json!("parameter_missing"), json!("mode")),
        (gift_with("success_url", "", ""), json!("parameter_missing"), json!("success_url")),
        (gift_with("success_url", "success_url", "/thanks"), json!("url_invalid"), json!("success_url")),
        (gift_with("cancel_url", "cancel_url", "javascript:alert(1)"), json!("url_invalid"), json!("cancel_url")),
        (gift_with(unit, "", ""), json!("parameter_missing"), json!(unit)),
        (gift_with(unit, unit, "19.20"), json!("parameter_invalid_integer"), json!(unit)),
        (gift_with(unit, unit, "49"), json!("amount_too_small"), Value::Null),
        (gift_with(unit, unit, "100000000"), json!("amount_too_large"), Value::Null),
        (gift_with("", "line_items[0][price]", "price_x"), json!("parameter_invalid"), json!("line_items[0][price]")),
        (gift_with("", "discounts[0][coupon]", "HALF"), json!("resource_missing"), json!("discounts[0][coupon]")),
        (gift_with("", "colour", "red"), json!("parameter_unknown"), json!("colour")),
        (gift_with("", "expires_at", "1767225700"), Value::Null, json!("expires_at")),
    ] {
        let refused = lab.api(Method::POST, "/v1/checkout/sessions", &fields, None).await;
        assert_eq!(refused.status(), 400, "{code} {param}");
        let body = json_of(refused).await;
        let error = &body["error"];
        assert_eq!((&error["type"], &error["code"], &error["param"]), (&json!("invalid_request_error"), &code, &param), "{body}");
        assert!(!error["message"].as_str().unwrap().is_empty());
    }
}

#[tokio::test]
async fn a_price_of_the_catalog_is_known_from_the_start() {
    let lab = Lab::new().await;
    let fields = |id| {
        [("mode", "payment"), ("line_items[0][price]", id), ("line_items[0][quantity]", "2"), ("success_url", "http://shop.test/")]
    };
    let session = json_of(lab.api(Method::POST, "/v1/checkout/sessions", &fields("price_founder_12"), None).await).await;
    assert_eq!(session["amount_total"], 38_400);
    assert_eq!(lab.get("/v1/prices/price_founder_12").await["unit_amount"], 19_200);
    let unknown = lab.api(Method::POST, "/v1/checkout/sessions", &fields("price_x"), None).await;
    assert_eq!((unknown.status().as_u16(), &json_of(unknown).await["error"]["code"]), (400, &json!("resource_missing")));
}

#[tokio::test]
async fn only_the_right_key_is_let_in_as_bearer_or_as_basic() {
    let lab = Lab::new().await;
    let ask = || lab.client.get(lab.url("/v1/checkout/sessions"));
    let key = &lab.sandbox.keys.stripe.secret_key;
    let right = ask().basic_auth(key, Some("")).header("stripe-version", "2020-08-27").send().await.unwrap();
    assert_eq!((right.status().as_u16(), right.headers()["stripe-version"].to_str().unwrap()), (200, "2020-08-27"));
    assert!(right.headers()["request-id"].to_str().unwrap().starts_with("req_"));
    for wrong in
        [ask(), ask().bearer_auth("sk_test_wrongwrong"), ask().bearer_auth("sk_live_x"), ask().header("authorization", key)]
    {
        let refused = wrong.send().await.unwrap();
        assert_eq!(refused.status(), 401);
        let body = refused.text().await.unwrap();
        assert!(body.contains("invalid_request_error") && !body.contains("wrongwrong"), "{body}");
    }
    for (path, status) in
        [("/v1/checkout/sessions/cs_test_x", "resource_missing"), ("/v1/payment_intents/pi_x", "resource_missing")]
    {
        let missing = lab.api(Method::GET, path, &[], None).await;
        assert_eq!((missing.status().as_u16(), &json_of(missing).await["error"]["code"]), (404, &json!(status)));
    }
    assert_eq!(lab.api(Method::GET, "/v1/nothing", &[], None).await.status(), 404);
}

#[tokio::test]
async fn refunds_add_up_and_are_told() {
    let lab = Lab::new().await;
    let session = lab.session().await;
    lab.press(&session, "pay").await;
    let id = session["id"].as_str().unwrap();
    let payment = lab.get(&format!("/v1/checkout/sessions/{id}")).await["payment_intent"].as_str().unwrap().to_owned();
    let part = lab.api(Method::POST, "/v1/refunds", &[("payment_intent", &payment), ("amount", "500")], Some("r1")).await;
    let part = json_of(part).await;
    assert_eq!((&part["object"], &part["amount"], &part["status"]), (&json!("refund"), &json!(500), &json!("succeeded")));
    let much = lab.api(Method::POST, "/v1/refunds", &[("payment_intent", &payment), ("amount", "1421")], None).await;
    assert_eq!((much.status().as_u16(), &json_of(much).await["error"]["param"]), (400, &json!("amount")));
    assert_eq!(lab.home(&format!("/sessions/{id}"), &[("act", "refund"), ("amount", "4.20")]).await, 303);
    assert_eq!(lab.home(&format!("/sessions/{id}"), &[("act", "refund"), ("amount", "")]).await, 303);
    let again = lab.api(Method::POST, "/v1/refunds", &[("payment_intent", &payment)], None).await;
    assert_eq!(json_of(again).await["error"]["code"], "charge_already_refunded");

    let refunds = lab.get(&format!("/v1/refunds?payment_intent={payment}")).await;
    let amounts: Vec<_> = refunds["data"].as_array().unwrap().iter().map(|refund| refund["amount"].as_i64().unwrap()).collect();
    assert_eq!(amounts, [1_000, 420, 500]);
    let hooks = lab.shop.hooks(7).await;
    let charges: Vec<_> =
        hooks.iter().filter(|hook| hook.kind() == "charge.refunded").map(|hook| hook.json()["data"]["object"].clone()).collect();
    let totals: Vec<_> =
        charges.iter().map(|charge| (charge["amount_refunded"].as_i64().unwrap(), charge["refunded"].as_bool().unwrap())).collect();
    assert_eq!(totals, [(500, false), (920, false), (1_920, true)]);
}

#[tokio::test]
async fn a_dispute_is_opened_and_decided_from_the_home_page() {
    let lab = Lab::new().await;
    let session = lab.session().await;
    lab.press(&session, "pay").await;
    let path = format!("/sessions/{}", session["id"].as_str().unwrap());
    assert_eq!(lab.home(&path, &[("act", "dispute")]).await, 303);
    assert_eq!(lab.home(&path, &[("act", "refund")]).await, 409);
    assert_eq!(lab.home(&path, &[("act", "lose")]).await, 303);
    let hooks = lab.shop.hooks(3).await;
    assert_eq!((hooks[1].kind(), hooks[2].kind()), ("charge.dispute.created".to_owned(), "charge.dispute.closed".to_owned()));
    assert_eq!(hooks[2].json()["data"]["object"]["status"], "lost");
}

#[tokio::test]
async fn everything_about_a_payment_can_be_read_by_its_own_id() {
    let lab = Lab::new().await;
    let session = lab.session().await;
    lab.press(&session, "pay").await;
    let path = format!("/v1/checkout/sessions/{}", session["id"].as_str().unwrap());
    let intent = lab.get(&format!("{path}?expand[0]=payment_intent")).await["payment_intent"].clone();
    let (payment, charge) = (intent["id"].as_str().unwrap(), intent["latest_charge"].as_str().unwrap());
    assert_eq!(lab.get(&format!("/v1/payment_intents/{payment}")).await, intent);
    assert_eq!(lab.get(&format!("/v1/charges/{charge}")).await["payment_intent"], payment);
    let refund = lab.made("/v1/refunds", &[("payment_intent", payment), ("amount", "20")]).await;
    assert_eq!(lab.get(&format!("/v1/refunds/{}", refund["id"].as_str().unwrap())).await, refund);
    lab.home(&format!("/sessions/{}", session["id"].as_str().unwrap()), &[("act", "dispute")]).await;
    let dispute = lab.get(&format!("/v1/disputes?payment_intent={payment}")).await["data"][0].clone();
    assert_eq!(lab.get(&format!("/v1/disputes/{}", dispute["id"].as_str().unwrap())).await, dispute);
    let event = lab.get("/v1/events?type=charge.dispute.*").await["data"][0].clone();
    assert_eq!((&event["type"], &event["data"]["object"]), (&json!("charge.dispute.created"), &dispute));
    assert_eq!(lab.get(&format!("/v1/events/{}", event["id"].as_str().unwrap())).await, event);
}
