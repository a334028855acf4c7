//! What a giver changes of a gift that was mailed, while its recipient may be redeeming it.

use super::world::{Answer, World, journey};

/// The giver's page of the gift, and what they send from it.
async fn changes(world: &World, button: &str, fields: &[(&str, &str)]) -> Answer {
    let ada = world.browser();
    let page = ada.opens(&world.mails_to("ada@example.com")[0].gift_page()).await.is(200);
    ada.presses(&page, button, fields).await
}

const TO_CARL: [(&str, &str); 2] = [("recipient_name", "Carl"), ("recipient_email", "carl@example.com")];

journey!(a_new_code_ends_the_old_one, async |world: &World| {
    world.mailed().await;
    let old = world.mail_to("bob@example.com").redeem_link();
    let (bob, _) = world.registers_through_the_mail_to("bob@example.com").await;
    let done = changes(world, "Make a new code", &[]).await.is(302);
    assert!(done.location().ends_with("&done=reissued"), "{}", done.location());
    world.browser().opens(&old).await.is(404);
    assert_ne!(bob.posts("/redeem", &[("intent", "redeem")]).await.status, 302, "what the session kept has ended too");
    assert_eq!(world.count("grants").await, 0);
    world.send_outbox().await;
    let card = bob.opens(&world.mail_to("bob@example.com").redeem_link()).await.is(200);
    bob.presses(&card, "Redeem", &[]).await.is(302);
    world.send_outbox().await;
});

journey!(a_new_address_that_is_none_is_named_and_can_be_corrected, async |world: &World| {
    world.mailed().await;
    let ada = world.browser();
    let page = ada.opens(&world.mail_to("ada@example.com").gift_page()).await.is(200);
    let wrong = [("recipient_name", "Carl"), ("recipient_email", "carl@")];
    let refused = ada.presses(&page, "Change it", &wrong).await.is(422);
    assert!(refused.html.contains("id=\"recipient_email-error\""), "{}", refused.text());
    assert_eq!((refused.value_of("recipient_name"), refused.value_of("recipient_email")), ("Carl".into(), "carl@".into()));
    ada.presses(&refused, "Change it", &TO_CARL).await.is(302);
    world.send_outbox().await;
    assert_eq!(world.mails_to("carl@example.com").len(), 1);
});

journey!(what_is_redeemed_is_not_changed_any_more, async |world: &World| {
    world.mailed().await;
    let page = world.browser().opens(&world.mail_to("ada@example.com").gift_page()).await.is(200);
    world.redeems_the_mail_to("bob@example.com").await;
    world.send_outbox().await;
    let ada = world.browser();
    let refused = ada.presses(&page, "Make a new code", &[]).await.is(412);
    assert!(refused.says("This gift can’t be changed any more."), "{}", refused.text());
    ada.presses(&page, "Change it", &TO_CARL).await.is(412);
    ada.presses(&page, "Send it again", &[]).await.is(412);
    assert_eq!(world.mails_to("carl@example.com").len(), 0);
});

journey!(another_recipient_ends_what_the_first_one_had, async |world: &World| {
    world.mailed().await;
    let old = world.mail_to("bob@example.com").redeem_link();
    let (bob, _) = world.registers_through_the_mail_to("bob@example.com").await;
    changes(world, "Change it", &TO_CARL).await.is(302);
    world.browser().opens(&old).await.is(404);
    assert_ne!(bob.posts("/redeem", &[("intent", "redeem")]).await.status, 302);
    world.send_outbox().await;
    world.redeems_the_mail_to("carl@example.com").await;
    world.send_outbox().await;
    assert_eq!(world.count("grants").await, 1);
});

/// Both at once, the first one asked first, answered the other way round.
async fn both<A, B>(first: impl Future<Output = A>, second: impl Future<Output = B>) -> (B, A) {
    let (first, second) = tokio::join!(first, second);
    (second, first)
}

/// Both at once: whoever comes second is refused.
async fn against(world: &World, button: &str, fields: &[(&str, &str)], redeems_first: bool) {
    let promise = world.mailed().await;
    let (bob, card) = world.registers_through_the_mail_to("bob@example.com").await;
    let ada = world.browser();
    let page = ada.opens(&world.mail_to("ada@example.com").gift_page()).await.is(200);
    let (redeems, changes) = (bob.presses(&card, "Redeem", &[]), ada.presses(&page, button, fields));
    // Who is asked first makes no difference to the rule, and both orders are tried.
    let (redeems, changes) = if redeems_first { tokio::join!(redeems, changes) } else { both(changes, redeems).await };
    let redeemed = redeems.status == 302;
    assert!(redeemed ^ (changes.status == 302), "redeemed: {}, changed: {}", redeems.status, changes.status);
    assert_eq!(world.count("grants").await, usize::from(redeemed));
    assert_eq!(world.states(&promise).await, if redeemed { "paid, redeemed" } else { "paid, purchased" });
    world.send_outbox().await;
}

journey!(redeeming_against_a_new_code, async |world: &World| against(world, "Make a new code", &[], true).await);

journey!(a_new_code_against_redeeming, async |world: &World| against(world, "Make a new code", &[], false).await);

journey!(redeeming_against_another_recipient, async |world: &World| against(world, "Change it", &TO_CARL, true).await);

journey!(another_recipient_against_redeeming, async |world: &World| against(world, "Change it", &TO_CARL, false).await);
