//! A subscription of one's own, from the account's page and from a program.

use serde_json::json;

use super::world::{PASSWORD, Promise, World, journey};
use crate::accounts::Password;
use crate::shop::testing::HOME;
use crate::values::Email;

const BILLING: &str = "/api/v1/billing/checkout";

impl World {
    /// As if the provider had told us that the one subscription runs.
    async fn subscription_runs(&self) {
        let mut connection = self.store.connection().await.unwrap();
        sqlx::query("update subscriptions set state = 'active', provider_subscription_id = 'sub_1'")
            .execute(&mut *connection)
            .await
            .unwrap();
    }
}

journey!(a_plan_is_kept_for_later_and_that_is_what_a_program_subscribes_to, async |world: &World| {
    let bea = world.signed_in("bea@example.com").await;
    let page = bea.opens("/account").await.is(200);
    assert!(page.says("Member €9 a month") && page.says("Founder €20 a month"), "{}", page.text());
    let kept = bea.presses(&page, "Keep the choice for later", &[("plan", "founder")]).await.is(302);
    let page = bea.follows(&kept).await.is(200);
    assert!(page.says("Your choice is kept. Nothing was charged."));
    assert_eq!((world.column("select plan from accounts").await, world.count("orders").await), (vec!["founder".to_owned()], 0));
    let email = Email::parse("bea@example.com").unwrap();
    let account = world.shop.sign_in(&email, &Password::typed(PASSWORD), HOME).await.unwrap();
    let program = world.program_of(&account, "billing:checkout").await;
    let answer = program.posts(BILLING, &json!({})).await.is(200).json();
    let hosted = world.stripe.session(&Promise::at(answer["url"].as_str().unwrap()).session);
    assert_eq!(hosted.asked.line_items[0].title, "Founder, monthly");
});

journey!(a_subscriber_is_led_to_the_payment_page_and_subscribes_once, async |world: &World| {
    let bea = world.signed_in("bea@example.com").await;
    let page = bea.opens("/account").await.is(200);
    let led = bea.presses(&page, "Continue to payment", &[("plan", "founder")]).await.is(302);
    let hosted = world.stripe.session(&Promise::at(led.location()).session);
    assert_eq!((hosted.asked.line_items[0].title.as_str(), world.count("subscriptions").await), ("Founder, monthly", 1));
    world.subscription_runs().await;
    let again = bea.presses(&page, "Continue to payment", &[("plan", "member")]).await.is(409);
    assert!(again.says("You have a subscription already."), "{}", again.text());
    assert!(again.says("Founder, €20 a month."), "{}", again.text());
    assert_eq!(world.count("orders").await, 1);
});

journey!(whoever_is_subscribed_is_told_so_by_the_api, async |world: &World| {
    let program = world.program("bea@example.com", "billing:checkout").await;
    program.posts(BILLING, &json!({})).await.is(200);
    world.subscription_runs().await;
    program.posts(BILLING, &json!({})).await.refuses(409, "already_subscribed");
});

journey!(a_plan_that_there_is_not_is_refused_on_the_page, async |world: &World| {
    let bea = world.signed_in("bea@example.com").await;
    let refused = bea.posts("/account", &[("intent", "choose"), ("plan", "gold")]).await.is(422);
    assert!(
        refused.says("Choose which one: Member or Founder") && refused.html.contains("id=\"plan-error\""),
        "{}",
        refused.text()
    );
    world.browser().posts("/account", &[("intent", "subscribe"), ("plan", "member")]).await.is(401);
    assert_eq!((world.column("select plan from accounts").await, world.count("orders").await), (vec!["member".to_owned()], 0));
});
