//! Webhooks on their way to a shop that is slow, away or tested.

use super::*;
use crate::checkout::signatures::verify_stripe;
use crate::sandbox::till::Provider;
use crate::sandbox::webhooks::Endpoint;
use crate::sandbox::world::State;

impl Lab {
    /// Starts it again on what it saved and on what `change` makes of that.
    async fn restarted_with(self, change: impl FnOnce(&mut State)) -> Self {
        self.ending.cancel();
        self.sandbox.ended().await;
        let file = self.folder.path().join("sandbox.json");
        let mut state = std::fs::read(&file).map_or_else(|_| State::default(), |bytes| serde_json::from_slice(&bytes).unwrap());
        change(&mut state);
        std::fs::write(&file, serde_json::to_vec(&state).unwrap()).unwrap();
        let entropy = Arc::new(Counting(AtomicU64::new(2_000_000)));
        Self::open(self.shop, self.shop_port, self.clock, self.folder, entropy).await
    }
}

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
    assert_eq!(lab.home(&format!("/events/{event}"), &[("mode", "deliver")]).await, 303);
    assert_eq!(lab.shop.hooks(6).await[5].body, forged.body);
}

#[tokio::test]
async fn nobody_believes_a_delivery_that_was_forged() {
    let lab = Lab::new().await;
    let (keys, now) = (lab.sandbox.keys.clone(), Timestamp::from_seconds(NOON));
    let minutes = Duration::from_mins(5);
    let believes =
        |hook: &Hook| verify_stripe(&keys.stripe.webhook_secret, Some(&hook.signature), &hook.body, now, minutes).is_ok();
    let session = lab.session().await;
    lab.press(&session, "pay").await;
    let honest = lab.shop.hooks(1).await.remove(0);
    assert!(believes(&honest));
    let event = honest.json()["id"].as_str().unwrap().to_owned();
    for (count, mode) in (2..).zip(["missign", "stale", "change_bytes", "unsign"]) {
        let told = lab.control_at(&format!("/control/events/{event}"), json!({ "mode": mode })).await;
        assert_eq!(told.0, 200, "{mode}: {}", told.1);
        let forged = lab.shop.hooks(count).await.pop().unwrap();
        assert!(!believes(&forged), "{mode}");
        assert_eq!(forged.json(), honest.json(), "{mode}: only whether it is to be believed differs");
    }
}

#[tokio::test]
async fn each_registered_endpoint_gets_its_events_signed_with_its_own_secret() {
    let lab = Lab::new().await;
    let other = Shop::default();
    let url = format!("http://127.0.0.1:{}/webhooks/stripe", other.open().await);
    let endpoint = Endpoint {
        id: "we_1".to_owned(),
        provider: Provider::Stripe,
        url,
        secret: "whsec_of_the_other".to_owned(),
        kinds: vec!["checkout.session.completed".to_owned()],
        is_active: true,
        made_at: Timestamp::from_seconds(NOON),
        asked: Value::Null,
    };
    let lab = lab.restarted_with(|state| state.post.register(endpoint)).await;
    other.answers.lock().unwrap().push_back(StatusCode::INTERNAL_SERVER_ERROR);
    let session = lab.session().await;
    lab.press(&session, "decline").await;
    lab.press(&session, "pay").await;
    assert_eq!(lab.shop.hooks(2).await.len(), 2);
    let refused = other.hooks(1).await.remove(0);
    assert_eq!(refused.kind(), "checkout.session.completed");
    assert_eq!(refused.signature, stripe_header("whsec_of_the_other", Timestamp::from_seconds(NOON), &refused.body));
    lab.advance(1);
    assert_eq!(other.hooks(2).await[1].body, refused.body);
    lab.shop.hooks(2).await;
    let page = lab.text("/").await;
    assert!(page.contains("Answered 500 (1 Jan 2026, 00:00:00), 200 (1 Jan 2026, 00:00:01)."), "{page}");
}
