//! Webhooks on their way to a shop that is slow, away or tested.

use super::*;

#[tokio::test]
async fn a_refused_webhook_is_sent_again_and_newly_signed() {
    let lab = Lab::new().await;
    lab.shop.answers.lock().unwrap().push_back(StatusCode::INTERNAL_SERVER_ERROR);
    let session = lab.session().await;
    lab.press(&session, "pay").await;
    let first = lab.shop.hooks(1).await.remove(0);
    lab.advance(1);
    let second = lab.shop.hooks(2).await.remove(1);
    assert_eq!(first.body, second.body);
    let secret = &lab.sandbox.keys.stripe.webhook_secret;
    assert_eq!(second.signature, stripe_header(secret, Timestamp::from_seconds(NOON + 1), &second.body));
}

#[tokio::test]
async fn a_restart_disturbs_nothing_and_sends_what_was_not_taken() {
    let lab = Lab::new().await;
    lab.control(json!({ "mode": "hold" })).await;
    let session = lab.session().await;
    lab.press(&session, "pay").await;
    let before = lab.sandbox.keys.stripe.secret_key.clone();
    let lab = lab.restarted().await;
    assert_eq!(lab.sandbox.keys.stripe.secret_key, before);
    let seen = lab.get(&format!("/v1/checkout/sessions/{}", session["id"].as_str().unwrap())).await;
    assert_eq!(seen["payment_status"], "paid");
    lab.shop.hooks(0).await;
    lab.control(json!({ "mode": "release" })).await;
    lab.shop.hooks(1).await;
}

#[tokio::test]
async fn webhooks_are_dropped_doubled_missigned_and_reordered_on_request() {
    let lab = Lab::new().await;
    let pay = async || {
        let session = lab.session().await;
        lab.press(&session, "pay").await;
        session["id"].clone()
    };
    lab.control(json!({ "mode": "drop", "times": 1 })).await;
    pay().await;
    let told = lab.control(json!({ "mode": "duplicate", "times": 1 })).await;
    assert_eq!((&told["dropped"], &told["taken"]), (&json!(1), &json!(0)));
    pay().await;
    let twice = lab.shop.hooks(2).await;
    assert_eq!(twice[0].body, twice[1].body);

    lab.control(json!({ "mode": "missign", "times": 1 })).await;
    pay().await;
    let forged = lab.shop.hooks(3).await.remove(2);
    assert_ne!(
        forged.signature,
        stripe_header(&lab.sandbox.keys.stripe.webhook_secret, Timestamp::from_seconds(NOON), &forged.body)
    );

    lab.control(json!({ "mode": "hold" })).await;
    let (older, newer) = (pay().await, pay().await);
    lab.control(json!({ "mode": "release_reversed" })).await;
    let hooks = lab.shop.hooks(5).await;
    assert_eq!((&hooks[3].json()["data"]["object"]["id"], &hooks[4].json()["data"]["object"]["id"]), (&newer, &older));

    let event = forged.json()["id"].as_str().unwrap().to_owned();
    assert_eq!(lab.home(&format!("/events/{event}/resend"), &[]).await, 303);
    assert_eq!(lab.shop.hooks(6).await[5].body, forged.body);
}
