//! Whoever may redeem does so once; everybody else reads a page that says what to do next, and nothing that isn't theirs to know.

use expect_test::expect;
use futures::future::join_all;

use super::world::{PASSWORD, Promise, Says, World, journey};
use crate::values::GiftCode;

/// The path of the gift's code, as a buyer hands it over: without the proof.
async fn code_path(world: &World, promise: &Promise) -> String {
    format!("/redeem/{}", world.gift(promise).await.code(world.secrets()).unwrap().reveal())
}

/// What somebody without an account sees of a code.
async fn seen_by_anybody(world: &World, path: &str) -> String {
    let page = world.browser().opens(path).await.is(200);
    for private in ["Bob", "bob@", "Ada", "ada@", "Sundays", "three months"] {
        assert!(!page.html.contains(private), "{private} in {}", page.html);
    }
    page.html
}

journey!(the_code_alone_shows_the_same_in_every_state, async |world: &World| {
    let promise = world.promised().await;
    let path = code_path(world, &promise).await;
    let unpaid = seen_by_anybody(world, &path).await;
    world.provider_says(&promise, Says::Paid).await;
    world.send_outbox().await;
    assert_eq!(seen_by_anybody(world, &path).await, unpaid, "paid");
    world.provider_says(&promise, Says::Disputed).await;
    assert_eq!(seen_by_anybody(world, &path).await, unpaid, "held");
    world.provider_says(&promise, Says::DisputeWon).await;
    world.redeems_the_mail_to("bob@example.com").await;
    world.send_outbox().await;
    assert_eq!(seen_by_anybody(world, &path).await, unpaid, "redeemed");
    world.provider_says(&promise, Says::Refunded).await;
    assert_eq!(seen_by_anybody(world, &path).await, unpaid, "refunded");
    world.send_outbox().await;
    expect![[r#"
        A gift waits here
        It is for b•••@e•••.com, and that address redeems it.
        If that address is yours
        Sign in with it, and the gift will be there. We keep it in mind meanwhile.
        Sign in
        Create an account
        If it is not
        Ask whoever gave it to you. They can change the address free of charge, from the link in their receipt.
        for b•••"#]]
    .assert_eq(&world.browser().opens(&path).await.text());
});

journey!(another_account_learns_no_more_than_anybody, async |world: &World| {
    let promise = world.mailed().await;
    let path = code_path(world, &promise).await;
    let carl = world.signed_in("carl@example.com").await;
    let page = carl.opens(&path).await.is(200);
    for private in ["Bob", "bob@", "Ada", "ada@", "Sundays"] {
        assert!(!page.html.contains(private), "{private} in {}", page.html);
    }
    expect![[r#"
        This gift waits for another address
        It is for b•••@e•••.com, and you are signed in as carl@example.com.
        If that address is yours
        Sign in with it, and the gift will be there. We keep it in mind meanwhile.
        Sign in with another address
        If it is not
        Ask whoever gave it to you. They can change the address free of charge, from the link in their receipt.
        Nothing was redeemed, and your own membership is as it was.
        for b•••"#]]
    .assert_eq(&page.text());
    let refused = carl.posts(&path, &[("intent", "redeem")]).await.is(412);
    assert!(!refused.html.contains("Bob") && !refused.html.contains("bob@"), "{}", refused.html);
    world.provider_says(&promise, Says::Refunded).await;
    carl.posts(&path, &[("intent", "redeem")]).await.is(412);
    let reference = world.gift(&promise).await.id;
    let by_reference = carl.opens(&format!("/redeem?gift={reference}")).await;
    assert!(!by_reference.says("b•••"), "a public reference shows nothing: {}", by_reference.text());
    assert_eq!(world.count("grants").await, 0);
    world.send_outbox().await;
});

journey!(the_wrong_account_changes_over_to_the_right_one, async |world: &World| {
    world.mailed().await;
    let browser = world.signed_in("carl@example.com").await;
    let sealed = browser.opens(&world.mail_to("bob@example.com").redeem_link()).await.is(200);
    assert!(sealed.says("You are signed in as carl@example.com"), "{}", sealed.text());
    let kept = browser.presses(&sealed, "Create an account", &[]).await.is(302);
    let form = browser.follows(&kept).await.is(200);
    let fields = [("email", "bob@example.com"), ("password", PASSWORD)];
    let registered = browser.presses(&form, "Create an account", &fields).await.is(302);
    let card = browser.follows(&registered).await.is(200);
    browser.presses(&card, "Redeem", &[]).await.is(302);
    world.send_outbox().await;
});

journey!(an_unknown_code_says_so_and_keeps_what_was_typed, async |world: &World| {
    let browser = world.browser();
    let unknown = "AAAA BBBB CCCC DDDD EEEE FFFF";
    let form = browser.opens("/redeem").await.is(200);
    let refused = browser.presses(&form, "Look at the gift", &[("code", unknown)]).await;
    assert_eq!(refused.value_of("code"), unknown);
    expect![[r#"
        404
        Redeem a gift
        It came by email? Follow the link there, and you need no code.
        One thing to correct
        Nothing was redeemed.
        No gift has this code. Look at its 24 letters and figures once more, or for a newer mail: a code that was replaced is dead
        The code on your card
        No gift has this code. Look at its 24 letters and figures once more, or for a newer mail: a code that was replaced is dead
        24 letters and figures. Capitals, blanks and hyphens do not matter.
        Look at the gift
        Nothing is redeemed yet."#]]
    .assert_eq(&refused.seen());
    expect![[r#"
        404
        No gift has this code
        No gift has this code. Look at its 24 letters and figures once more, or for a newer mail: a code that was replaced is dead.
        Type the code again"#]]
    .assert_eq(
        &browser
            .opens(&format!("/redeem/{}", unknown.replace(' ', "")))
            .await
            .seen()
            .lines()
            .take(4)
            .collect::<Vec<_>>()
            .join("\n"),
    );
    browser.opens("/redeem/no-code-at-all").await.is(404);
    assert_eq!(browser.cookie(), None);
});

journey!(a_typed_code_is_read_generously, async |world: &World| {
    let promise = world.mailed().await;
    let code = world.gift(&promise).await.code(world.secrets()).unwrap();
    let typed = code.reveal_grouped().to_lowercase().replace('0', "o").replace('1', "l").replace('-', " ");
    let browser = world.browser();
    let form = browser.opens("/redeem").await.is(200);
    let opened = browser.presses(&form, "Look at the gift", &[("code", &format!("  {typed} "))]).await.is(302);
    assert_eq!(opened.location(), "/redeem");
    assert!(browser.follows(&opened).await.is(200).says("b•••@e•••.com"));
});

journey!(an_unpaid_gift_is_not_ready_for_its_recipient, async |world: &World| {
    let promise = world.promised().await;
    let bob = world.signed_in("bob@example.com").await;
    let path = code_path(world, &promise).await;
    expect![[r#"
        Not quite ready yet
        Ada has written this card, and the payment is not confirmed yet. Come back later today.
        To the first page
        Is something not right? Write to help@ribbon.example.
        for Bob from Ada Member, three months"#]]
    .assert_eq(&bob.opens(&path).await.is(200).text());
    bob.posts(&path, &[("intent", "redeem")]).await.is(412);
});

journey!(an_unverified_address_is_verified_first, async |world: &World| {
    let promise = world.mailed().await;
    let bob = world.unverified("bob@example.com").await;
    let path = code_path(world, &promise).await;
    let page = bob.opens(&path).await.is(200);
    expect![[r#"
        Verify your address first
        This gift was sent to bob@example.com, and we want to be sure that it reaches the one it was meant for.
        Follow the link in the mail that we sent you when you made your account, or in the gift’s own mail. Then come back here.
        Mail me the link again
        Nothing was redeemed, and the gift waits."#]]
    .assert_eq(&page.text());
    bob.posts(&path, &[("intent", "redeem")]).await.is(400);
    bob.presses(&page, "Mail me the link again", &[]).await.is(302);
    world.send_outbox().await;
    let link = bob.opens(&world.mail_to("bob@example.com").link_to("/verify")).await.is(200);
    bob.presses(&link, "Verify my address", &[]).await.is(302);
    let card = bob.opens(&path).await.is(200);
    bob.presses(&card, "Redeem", &[]).await.is(302);
    world.send_outbox().await;
});

journey!(whoever_is_signed_out_is_asked_to_sign_in, async |world: &World| {
    world.mailed().await;
    let browser = world.browser();
    let link = world.mail_to("bob@example.com").redeem_link();
    let answer = browser.posts(&link, &[("intent", "redeem")]).await;
    expect![[r#"
        401
        Bob, this is for you
        Ada has given you a membership at Ribbon.
        Gift card.
        for Bob from Ada Open the card
        Three months of Member
        For all the Sundays.
        Ada
        To make it yours, sign in with the address it was sent to, bob@example.com, or create an account with it. Then you see to the day what it gives you, and redeem it with one press.
        Sign in
        Create an account
        It costs you nothing and does not expire, and nothing renews by itself.
        I would rather not have it"#]]
    .assert_eq(&answer.seen());
    assert_eq!((world.count("grants").await, world.count("sessions").await), (0, 0));
});

journey!(what_is_mine_stays_mine_to_read, async |world: &World| {
    world.mailed().await;
    let bob = world.redeems_the_mail_to("bob@example.com").await;
    world.send_outbox().await;
    let link = world.mail_to("bob@example.com").redeem_link();
    expect![[r#"
        It is yours
        You redeemed three months of Member on 21 November 2026. Ada knows, and the card stays here.
        Three months of Member
        For all the Sundays.
        Ada
        See your membership
        Say thank you
        A few words to Ada
        Up to 500 characters, once. Your address is not shown.
        Send your thanks"#]]
    .assert_eq(&bob.opens(&link).await.is(200).text());
    bob.posts(&link, &[("intent", "redeem")]).await.is(409);
});

journey!(the_next_owner_of_an_address_reads_that_it_was_redeemed, async |world: &World| {
    world.mailed().await;
    let link = world.mail_to("bob@example.com").redeem_link();
    let bob = world.redeems_the_mail_to("bob@example.com").await;
    bob.posts("/account/email", &[("email", "robert@example.com"), ("password", PASSWORD)]).await.is(302);
    world.send_outbox().await;
    let page = bob.opens(&world.mail_to("robert@example.com").link_to("/account/email/confirm")).await.is(200);
    bob.presses(&page, "Use this address", &[]).await.is(302);
    world.send_outbox().await;
    let next = world.signed_in("bob@example.com").await;
    expect![[r#"
        This gift has been redeemed
        It was redeemed on 21 November 2026. If that was another account of yours, sign in there to see it.
        See your account
        Is something not right? Write to help@ribbon.example.
        for Bob from Ada Member, three months"#]]
    .assert_eq(&next.opens(&link).await.is(200).text());
    next.posts(&link, &[("intent", "redeem")]).await.is(409);
    assert_eq!(world.count("grants").await, 1);
});

journey!(fifty_presses_at_once_redeem_once, async |world: &World| {
    world.mailed().await;
    let (bob, _) = world.registers_through_the_mail_to("bob@example.com").await;
    let presses = join_all((0..50).map(|_| bob.posts("/redeem", &[("intent", "redeem")]))).await;
    let mut statuses: Vec<u16> = presses.iter().map(|answer| answer.status.as_u16()).collect();
    statuses.sort_unstable();
    assert_eq!(statuses.iter().filter(|status| **status == 302).count(), 1, "{statuses:?}");
    // Whoever comes when the session has let go of the gift is asked for a code.
    assert!(statuses.iter().all(|status| matches!(status, 302 | 409 | 422)), "{statuses:?}");
    assert_eq!(world.count("grants").await, 1);
    world.send_outbox().await;
    assert_eq!(world.mails_to("ada@example.com").len(), 2, "{:?}", world.subjects());
});

#[test]
fn an_example_of_an_unknown_code_has_the_form_of_a_code() {
    assert!(GiftCode::parse("AAAA BBBB CCCC DDDD EEEE FFFF").is_ok());
}
