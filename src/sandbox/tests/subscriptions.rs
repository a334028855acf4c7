//! Subscriptions as a shop sees them, whoever the provider is: begun by paying, renewed, failed, ended.

use super::*;

impl Lab {
    /// A page of Creem's where something is paid every month: its checkout's id.
    async fn monthly(&self) -> String {
        let product = json!({
            "name": "Member", "description": "Every month", "price": 500, "currency": "EUR", "billing_type": "recurring",
            "billing_period": "every-month",
        });
        let product = self.creem_post("/v1/products", product).await["id"].clone();
        let checkout = self.creem_post("/v1/checkouts", json!({ "product_id": product, "success_url": "http://shop.test/" })).await;
        checkout["id"].as_str().unwrap().to_owned()
    }
}

fn told(hook: &Hook) -> (String, String) {
    (hook.kind(), hook.json()["object"]["current_period_end_date"].as_str().unwrap_or_default().chars().take(10).collect())
}

#[tokio::test]
async fn it_is_renewed_when_its_period_is_over_and_ends_when_that_was_asked_for() {
    let lab = Lab::new().await;
    let checkout = lab.monthly().await;
    lab.form(&lab.url(&format!("/c/pay/{checkout}")), &[("outcome", "pay")]).await;
    let subscription = lab.shop.hooks(3).await[2].json()["object"]["id"].as_str().unwrap().to_owned();
    lab.advance(31 * 86_400);
    assert_eq!(told(&lab.shop.hooks(4).await[3]), ("subscription.paid".to_owned(), "2026-03-01".to_owned()));
    let act = async |act| lab.home(&format!("/subscriptions/{subscription}"), &[("act", act)]).await;
    assert_eq!(act("schedule_end").await, 303);
    assert_eq!(act("schedule_end").await, 409);
    lab.advance(28 * 86_400);
    let hooks = lab.shop.hooks(6).await;
    assert_eq!(hooks[4..].iter().map(Hook::kind).collect::<Vec<_>>(), ["subscription.scheduled_cancel", "subscription.canceled"]);
    assert_eq!(act("renew").await, 409);
    assert_eq!(lab.home("/subscriptions/sub_x", &[("act", "renew")]).await, 404);
}

#[tokio::test]
async fn a_renewal_fails_and_is_made_good_and_outlives_a_restart() {
    let lab = Lab::new().await;
    let checkout = lab.monthly().await;
    lab.form(&lab.url(&format!("/c/pay/{checkout}")), &[("outcome", "pay")]).await;
    let subscription = lab.shop.hooks(3).await[2].json()["object"]["id"].as_str().unwrap().to_owned();
    lab.control(json!({ "mode": "hold" })).await;
    assert_eq!(lab.home(&format!("/subscriptions/{subscription}"), &[("act", "fail_renewal")]).await, 303);
    let lab = lab.restarted().await;
    assert_eq!(lab.home(&format!("/subscriptions/{subscription}"), &[("act", "renew")]).await, 303);
    lab.control(json!({ "mode": "release" })).await;
    let hooks = lab.shop.hooks(5).await;
    assert_eq!(hooks[3..].iter().map(Hook::kind).collect::<Vec<_>>(), ["subscription.past_due", "subscription.paid"]);
    assert_ne!(hooks[4].json()["object"]["last_transaction_id"], hooks[2].json()["object"]["last_transaction_id"]);
}
