//! The hosted payment page, and what its outcomes make of a session.

use super::*;

#[tokio::test]
async fn paying_redirects_with_the_session_and_sends_a_signed_event() {
    let lab = Lab::new().await;
    let session = lab.session().await;
    let id = session["id"].as_str().unwrap();
    assert!(id.starts_with("cs_test_"));
    assert_eq!(
        (&session["status"], &session["payment_status"], &session["payment_intent"]),
        (&json!("open"), &json!("unpaid"), &Value::Null)
    );
    assert_eq!(
        (&session["amount_total"], &session["currency"], &session["livemode"]),
        (&json!(1_920), &json!("eur"), &json!(false))
    );

    let paid = lab.press(&session, "pay").await;
    assert_eq!((paid.status().as_u16(), location(&paid)), (303, &*format!("http://shop.test/gift/thanks?session={id}")));

    let hook = lab.shop.hooks(1).await.remove(0);
    let secret = &lab.sandbox.keys.stripe.webhook_secret;
    assert_eq!(hook.signature, stripe_header(secret, Timestamp::from_seconds(NOON), &hook.body));
    let event = hook.json();
    assert_eq!((&event["type"], &event["livemode"]), (&json!("checkout.session.completed"), &json!(false)));
    let told = &event["data"]["object"];
    assert_eq!((&told["id"], &told["payment_status"], &told["url"]), (&json!(id), &json!("paid"), &Value::Null));
    assert_eq!(told["metadata"], json!({ "order": "order_1" }));

    let whole =
        lab.get(&format!("/v1/checkout/sessions/{id}?expand[0]=line_items&expand%5B%5D=payment_intent.latest_charge")).await;
    assert_eq!(whole["payment_intent"]["latest_charge"]["amount_refunded"], 0);
    assert_eq!(whole["payment_intent"]["metadata"], json!({ "order": "order_1" }));
    assert_eq!(whole["line_items"]["data"][0]["description"], "Founder, <12> months");
    let by_payment = lab.get(&format!("/v1/checkout/sessions?payment_intent={}", told["payment_intent"].as_str().unwrap())).await;
    assert_eq!(by_payment["data"][0]["id"], json!(id));
}

#[tokio::test]
async fn a_second_click_on_pay_pays_once() {
    let lab = Lab::new().await;
    let session = lab.session().await;
    let (first, second) = tokio::join!(lab.press(&session, "pay"), lab.press(&session, "pay"));
    assert_eq!((first.status().as_u16(), location(&second)), (303, location(&first)));
    let third = lab.press(&session, "pay").await;
    assert_eq!(third.status(), 303);
    lab.shop.hooks(1).await;
}

#[tokio::test]
async fn a_declined_card_leaves_the_session_open_and_can_be_followed_by_paying() {
    let lab = Lab::new().await;
    let session = lab.session().await;
    let declined = lab.press(&session, "decline").await;
    assert_eq!(declined.status(), 200);
    let page = declined.text().await.unwrap();
    assert!(page.contains("The card was declined. Nothing was charged.") && page.contains("value=\"pay\""), "{page}");
    let after = lab.get(&format!("/v1/checkout/sessions/{}", session["id"].as_str().unwrap())).await;
    assert_eq!((&after["status"], &after["url"]), (&json!("open"), &session["url"]));
    assert_eq!(lab.press(&session, "pay").await.status(), 303);
    let hooks = lab.shop.hooks(2).await;
    assert_eq!(hooks.iter().map(Hook::kind).collect::<Vec<_>>(), ["payment_intent.payment_failed", "checkout.session.completed"]);
    assert_eq!(hooks[0].json()["data"]["object"]["id"], hooks[1].json()["data"]["object"]["payment_intent"]);
}

#[tokio::test]
async fn canceling_goes_back_and_leaves_the_session_open() {
    let lab = Lab::new().await;
    let session = lab.session().await;
    let canceled = lab.press(&session, "cancel").await;
    assert_eq!((canceled.status().as_u16(), location(&canceled)), (303, "http://shop.test/gift/canceled?order=1"));
    assert_eq!(lab.press(&session, "pay").await.status(), 303);
}

#[tokio::test]
async fn a_delayed_payment_completes_unpaid_and_is_settled_or_fails_later() {
    let lab = Lab::new().await;
    for (act, kind, status) in [
        ("settle", "checkout.session.async_payment_succeeded", "paid"),
        ("fail", "checkout.session.async_payment_failed", "unpaid"),
    ] {
        let before = lab.shop.hooks.lock().unwrap().len();
        let session = lab.session().await;
        let id = session["id"].as_str().unwrap();
        assert_eq!(lab.press(&session, "pay_later").await.status(), 303);
        assert_eq!(lab.home(&format!("/sessions/{id}"), &[("act", act)]).await, 303);
        let hooks = lab.shop.hooks(before + 2).await;
        let [completed, later] = &hooks[before..] else { unreachable!() };
        assert_eq!(completed.json()["data"]["object"]["payment_status"], "unpaid");
        assert_eq!((later.kind(), &later.json()["data"]["object"]["payment_status"]), (kind.to_owned(), &json!(status)));
        assert_eq!(lab.home(&format!("/sessions/{id}"), &[("act", act)]).await, 409);
    }
}

#[tokio::test]
async fn a_session_expires_by_call_by_button_and_by_the_clock() {
    let lab = Lab::new().await;
    let by_call = lab.session().await;
    let path = format!("/v1/checkout/sessions/{}/expire", by_call["id"].as_str().unwrap());
    assert_eq!(json_of(lab.api(Method::POST, &path, &[], None).await).await["status"], "expired");
    let again = lab.api(Method::POST, &path, &[], None).await;
    assert_eq!((again.status().as_u16(), &json_of(again).await["error"]["type"]), (400, &json!("invalid_request_error")));

    let by_button = lab.session().await;
    let page = lab.press(&by_button, "expire").await.text().await.unwrap();
    assert!(page.contains("This payment page has expired") && page.contains("http://shop.test/gift/canceled?order=1"), "{page}");

    let by_clock = lab.session().await;
    lab.advance(86_400);
    let hooks = lab.shop.hooks(3).await;
    assert!(hooks.iter().all(|hook| hook.kind() == "checkout.session.expired"));
    assert_eq!(hooks[2].json()["data"]["object"]["id"], by_clock["id"]);
    assert!(lab.press(&by_clock, "pay").await.text().await.unwrap().contains("has expired"));
}

#[tokio::test]
async fn nothing_to_pay_completes_without_a_payment() {
    let lab = Lab::new().await;
    let free = gift_with("line_items[0][price_data][unit_amount]", "line_items[0][price_data][unit_amount]", "0");
    let session = json_of(lab.api(Method::POST, "/v1/checkout/sessions", &free, None).await).await;
    lab.press(&session, "pay").await;
    let told = lab.shop.hooks(1).await[0].json();
    let object = &told["data"]["object"];
    assert_eq!((&object["payment_status"], &object["payment_intent"]), (&json!("no_payment_required"), &Value::Null));
}

#[tokio::test]
async fn the_hosted_page_is_one_form_that_shows_text_as_text() {
    let lab = Lab::new().await;
    let session = lab.session().await;
    let path = session["url"].as_str().unwrap().strip_prefix(&lab.sandbox.keys.hosted_origin).unwrap();
    let page = lab.text(path).await;
    for part in ["Sandbox payments", "Founder, &lt;12&gt; months", "€19.20", "ada@example.com", "<form method=\"post\">"] {
        assert!(page.contains(part), "{part}: {page}");
    }
    for outcome in ["pay", "decline", "pay_later", "cancel", "expire"] {
        assert!(
            page.contains(&format!("<button name=\"outcome\" value=\"{outcome}\">"))
                || page.contains(&format!("name=\"outcome\" value=\"{outcome}\""))
        );
    }
    assert!(!page.contains("<script"));
    assert_eq!(lab.press(&session, "nonsense").await.status(), 422);
    let home = lab.text("/").await;
    assert!(home.contains("Founder, &lt;12&gt; months") && home.contains("Open until"), "{home}");
    for secret in [&lab.sandbox.keys.stripe.secret_key, &lab.sandbox.keys.stripe.webhook_secret, &lab.sandbox.keys.inbox.key] {
        assert!(!home.contains(secret.as_str()) && !page.contains(secret.as_str()));
    }
}
