//! A membership's end is announced a week before, once, whatever moves it and however many servers there are.

use std::time::Duration;

use futures::future::join_all;

use super::world::{Browser, PASSWORD, Promise, Says, World, journey};
use crate::catalog::{Months, Tier};

const DAY: Duration = Duration::from_hours(24);

impl World {
    /// Bob has three months of Member, begun on 21 November 2026 at noon.
    async fn bob_is_a_member(&self) -> Promise {
        self.bob_is_a_member_and("").await.0
    }

    /// The same, with the box about the end left empty, or ticked by a `yes`.
    async fn bob_is_a_member_and(&self, end_told: &str) -> (Promise, Browser) {
        let promise = self.mailed().await;
        let (bob, card) = self.registers_through_the_mail_to("bob@example.com").await;
        let ticked = [("end_told", end_told)];
        bob.presses(&card, "Redeem", if end_told.is_empty() { &[] } else { &ticked }).await.is(302);
        self.send_outbox().await;
        (promise, bob)
    }

    /// How often Ada was told that a membership ends, once whatever is due has left.
    async fn told_ada_after(&self, days: u32) -> usize {
        self.pass(DAY * days);
        self.send_outbox().await;
        self.mails_to("ada@example.com").iter().filter(|mail| mail.subject.contains("membership ends")).count()
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

journey!(two_gifts_redeemed_at_once_have_one_end, async |world: &World| {
    let gifts = [world.mailed().await, world.mailed().await];
    let (bob, _) = world.registers_through_the_mail_to("bob@example.com").await;
    let paths = [world.gift(&gifts[0]).await.id, world.gift(&gifts[1]).await.id].map(|id| format!("/redeem?gift={id}"));
    let redeem = [("intent", "redeem")];
    let answers = join_all(paths.iter().map(|path| bob.posts(path, &redeem))).await;
    assert!(answers.iter().all(|answer| answer.status == 302));
    assert_eq!(world.told_after(150).await, [""; 0]);
    assert_eq!(world.told_after(25).await, ["Your membership ends on 21 May 2027"]);
});

journey!(a_giver_learns_of_the_end_only_if_the_recipient_agreed, async |world: &World| {
    world.mailed().await;
    let (bob, card) = world.registers_through_the_mail_to("bob@example.com").await;
    assert!(card.says("Let Ada know a week before my membership ends."), "{}", card.text());
    assert_eq!(card.form("Redeem").get("intent"), "redeem");
    bob.presses(&card, "Redeem", &[]).await.is(302);
    assert_eq!(world.told_ada_after(85).await, 0, "nobody has ticked the box");
    assert_eq!(world.told_after(0).await.len(), 1);
});

journey!(a_giver_who_may_know_is_led_to_the_form_filled_in, async |world: &World| {
    world.bob_is_a_member_and("yes").await;
    assert_eq!(world.told_ada_after(84).await, 0);
    world.pass(DAY);
    join_all([world.send_outbox(), world.send_outbox()]).await;
    assert_eq!((world.told_ada_after(0).await, world.told_ada_after(30).await), (1, 1), "once");
    let mail = world.mail_to("ada@example.com");
    assert_eq!(mail.subject, "Bob’s membership ends on 21 February 2027");
    assert!(!mail.text.contains("bob@"), "{}", mail.text);
    let form = world.browser().opens(&mail.link_to("/gift?again=")).await.is(200);
    let filled = ["tier", "duration_months", "recipient_email", "buyer_email"].map(|name| form.value_of(name));
    assert_eq!(filled, ["member", "3", "bob@example.com", "ada@example.com"]);
    assert_eq!(form.value_of("message"), "");
});

journey!(what_the_recipient_wants_when_it_is_due_decides, async |world: &World| {
    let (promise, bob) = world.bob_is_a_member_and("yes").await;
    let page = bob.opens("/account").await.is(200);
    assert!(page.says("Ada is told a week before your membership ends."), "{}", page.text());
    let kept = bob.presses(&page, "Don’t tell Ada", &[]).await.is(302);
    let page = bob.follows(&kept).await.is(200);
    assert!(page.says("Ada is not told when your membership ends."), "{}", page.text());
    assert_eq!(world.told_ada_after(86).await, 0);
    // Bob changes his mind in the last week, and once more when it is said.
    let bob = world.browser();
    bob.posts("/login", &[("email", "bob@example.com"), ("password", PASSWORD)]).await.is(302);
    bob.presses(&bob.opens("/account").await, "Tell Ada", &[]).await.is(302);
    assert_eq!(world.told_ada_after(0).await, 1);
    bob.presses(&bob.opens("/account").await, "Don’t tell Ada", &[]).await.is(302);
    bob.presses(&bob.opens("/account").await, "Tell Ada", &[]).await.is(302);
    assert_eq!(world.told_ada_after(1).await, 1, "once");
    let (of_gift, order) = (format!("gift_id = '{}'", world.gift(&promise).await.id), "order by version");
    let audit = world.column(&format!("select what from gift_events where {of_gift} and what like 'end%' {order}")).await;
    assert_eq!(audit, ["end_told", "end_not_told", "end_told", "end_not_told", "end_told"]);
    // When it is over there is nothing to choose.
    assert_eq!(world.told_ada_after(7).await, 1);
    assert!(!bob.opens("/account").await.is(200).says("when your membership ends"));
});

journey!(only_the_giver_of_what_runs_last_is_told, async |world: &World| {
    world.bob_is_a_member_and("yes").await;
    let carl =
        world.buyer("carl@example.com").buys(Tier::Member, Months::Three).for_("bob@example.com").with("buyer_name", "Carl").await;
    world.provider_says(&carl, Says::Paid).await;
    world.send_outbox().await;
    let path = format!("/redeem?gift={}", world.gift(&carl).await.id);
    let bob = world.browser();
    bob.posts("/login", &[("email", "bob@example.com"), ("password", PASSWORD)]).await.is(302);
    bob.posts(&path, &[("intent", "redeem"), ("end_told", "yes")]).await.is(302);
    assert_eq!(world.told_ada_after(120).await, 0, "Bob goes on with Carl’s gift");
    assert_eq!(world.told_ada_after(55).await, 0);
    assert_eq!(world.mail_to("carl@example.com").subject, "Bob’s membership ends on 21 May 2027");
});

journey!(a_refund_makes_the_gift_before_it_the_last_again, async |world: &World| {
    world.bob_is_a_member_and("yes").await;
    let second = world.bob_is_given(Tier::Member, Months::Six).await;
    world.pass(DAY * 86);
    world.send_outbox().await;
    world.provider_says(&second, Says::Refunded).await;
    assert_eq!(world.told_ada_after(0).await, 1);
    assert_eq!(world.told_after(0).await, ["Your membership ends on 21 February 2027"]);
});

journey!(nobody_else_chooses_who_is_told, async |world: &World| {
    let (promise, _) = world.bob_is_a_member_and("").await;
    let reference = world.gift(&promise).await.id.to_string();
    let tell = [("intent", "tell_end"), ("gift", reference.as_str())];
    world.signed_in("carl@example.com").await.posts("/account", &tell).await.is(404);
    world.signed_in("ada@example.com").await.posts("/account", &tell).await.is(404);
    world.browser().posts("/account", &tell).await.is(401);
    assert_eq!(world.column("select cast(end_told as text) from gifts").await, ["0"]);
});

journey!(whoever_gave_it_to_themselves_gets_one_mail_with_the_way_to_give_again, async |world: &World| {
    let promise = world.buyer("ada@example.com").buys(Tier::Member, Months::Three).for_("ADA@example.com").await;
    world.provider_says(&promise, Says::Paid).await;
    world.send_outbox().await;
    let link = world.mails_to("ADA@example.com").pop().unwrap().redeem_link();
    let ada = world.browser();
    let sealed = ada.opens(&link).await.is(200);
    let kept = ada.presses(&sealed, "Create an account", &[]).await.is(302);
    let form = ada.follows(&kept).await.is(200);
    let registered = ada.presses(&form, "Create", &[("email", "ada@example.com"), ("password", PASSWORD)]).await.is(302);
    let card = ada.follows(&registered).await.is(200);
    assert!(!card.says("a week before my membership ends"), "{}", card.text());
    ada.posts("/redeem", &[("intent", "redeem"), ("end_told", "yes")]).await.is(302);
    world.send_outbox().await;
    world.pass(DAY * 85);
    world.send_outbox().await;
    let told: Vec<_> = world.mailboxes.all().into_iter().filter(|mail| mail.subject.contains("membership ends")).collect();
    assert_eq!(told.len(), 1, "{:?}", world.subjects());
    let again = world.browser().opens(&told[0].link_to("/gift?again=")).await.is(200);
    assert_eq!(again.value_of("recipient_email").to_lowercase(), "ada@example.com");
});

journey!(a_membership_of_an_earlier_version_is_announced_too, async |world: &World| {
    world.bob_is_a_member().await;
    // As it was before anybody announced an end.
    for statement in
        ["delete from outbox where kind = 'membership_ends'", "insert into ends_to_find (account_id) select account_id from grants"]
    {
        sqlx::query(statement).execute(&mut *world.store.connection().await.unwrap()).await.unwrap();
    }
    let found = join_all([world.shop.find_ends(), world.shop.find_ends()]).await;
    assert!(found.into_iter().map(Result::unwrap).sum::<usize>() >= 1);
    assert_eq!(world.shop.find_ends().await.unwrap(), 0);
    assert_eq!(world.told_after(84).await, [""; 0]);
    assert_eq!(world.told_after(1).await, ["Your membership ends on 21 February 2027"]);
});
