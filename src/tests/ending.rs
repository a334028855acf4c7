//! A membership's end is announced a week before, once, whatever moves it and however many servers there are.

use std::time::Duration;

use futures::future::join_all;

use super::world::{PASSWORD, Promise, Says, World, journey};
use crate::catalog::{Months, Tier};

const DAY: Duration = Duration::from_hours(24);

impl World {
    /// Bob has three months of Member, begun on 21 November 2026 at noon.
    async fn bob_is_a_member(&self) -> Promise {
        let promise = self.mailed().await;
        self.redeems_the_mail_to("bob@example.com").await;
        self.send_outbox().await;
        promise
    }

    /// Ada gives Bob more, and he redeems it at once.
    async fn bob_is_given(&self, tier: Tier, months: Months) -> Promise {
        let promise = self.buyer("ada@example.com").buys(tier, months).for_("bob@example.com").await;
        self.provider_says(&promise, Says::Paid).await;
        self.send_outbox().await;
        let bob = self.browser();
        bob.posts("/login", &[("email", "bob@example.com"), ("password", PASSWORD)]).await.is(302);
        let path = format!("/redeem?gift={}", self.gift(&promise).await.id);
        bob.posts(&path, &[("intent", "redeem")]).await.is(302);
        self.send_outbox().await;
        promise
    }

    /// On which days Bob was told of which, in the order of the mails.
    async fn told_after(&self, days: u32) -> Vec<String> {
        self.pass(DAY * days);
        self.send_outbox().await;
        let mails = self.mails_to("bob@example.com").into_iter().map(|mail| mail.subject);
        mails.filter(|subject| subject.starts_with("Your membership ends")).collect()
    }
}

journey!(a_member_is_told_a_week_before_the_end, async |world: &World| {
    world.bob_is_a_member().await;
    assert_eq!(world.told_after(84).await, [""; 0], "eight days before");
    world.pass(DAY.saturating_sub(Duration::from_millis(1)));
    assert_eq!(world.told_after(0).await, [""; 0], "a moment before");
    world.pass(Duration::from_millis(1));
    assert_eq!(world.told_after(0).await, ["Your membership ends on 21 February 2027"]);
    assert_eq!(world.told_after(30).await.len(), 1, "once");
    let mail = world.mail_to("bob@example.com");
    assert!(mail.text.contains("You are a Member until then. Nothing renews by itself"), "{}", mail.text);
});

journey!(two_servers_tell_of_one_end_once, async |world: &World| {
    world.bob_is_a_member().await;
    world.pass(DAY * 85);
    for _ in 0..3 {
        join_all([world.send_outbox(), world.send_outbox(), world.send_outbox()]).await;
    }
    assert_eq!(world.told_after(0).await.len(), 1);
});

journey!(another_gift_moves_the_end_and_what_was_to_be_said_of_it, async |world: &World| {
    world.bob_is_a_member().await;
    assert_eq!(world.told_after(10).await, [""; 0]);
    world.bob_is_given(Tier::Member, Months::Six).await;
    assert_eq!(world.told_after(200).await, [""; 0], "21 February passes in silence");
    assert_eq!(world.told_after(60).await, ["Your membership ends on 21 August 2027"]);
});

journey!(a_gift_in_the_last_week_is_followed_by_word_of_the_new_end, async |world: &World| {
    world.bob_is_a_member().await;
    assert_eq!(world.told_after(88).await.len(), 1);
    let promise = world.bob_is_given(Tier::Founder, Months::Three).await;
    assert_eq!(world.told_after(2).await.len(), 1);
    // The first end is where it was, and Bob knows of it.
    world.provider_says(&promise, Says::Refunded).await;
    let told = world.told_after(0).await;
    assert_eq!(told.len(), 2, "the two days that Founder ran have moved it");
    assert_eq!(told[1], "Your membership ends on 23 February 2027");
});

journey!(what_is_taken_back_the_moment_it_was_given_leaves_the_end_as_it_was_told, async |world: &World| {
    world.bob_is_a_member().await;
    assert_eq!(world.told_after(88).await.len(), 1);
    let promise = world.bob_is_given(Tier::Member, Months::Three).await;
    world.provider_says(&promise, Says::Refunded).await;
    assert_eq!(world.told_after(1).await.len(), 1, "of one day once");
});

journey!(a_membership_that_is_taken_back_has_no_end_to_come, async |world: &World| {
    let promise = world.bob_is_a_member().await;
    world.provider_says(&promise, Says::Refunded).await;
    assert_eq!(world.told_after(100).await, [""; 0]);
});

journey!(an_end_that_passed_while_no_server_ran_is_no_news, async |world: &World| {
    world.bob_is_a_member().await;
    assert_eq!(world.told_after(93).await, [""; 0]);
    assert_eq!(world.mail_due().await, [""; 0]);
});

journey!(a_server_that_was_down_for_half_of_the_week_tells_at_once, async |world: &World| {
    world.bob_is_a_member().await;
    assert_eq!(world.told_after(89).await, ["Your membership ends on 21 February 2027"]);
});
