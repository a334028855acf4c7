//! What a recipient answers: thanks, once; or that they would rather not have it. And what a giver learns of them: that, and nothing else.

use expect_test::expect;
use futures::future::join_all;

use super::world::{PASSWORD, Says, World, journey};

const KIND_WORDS: &str = "I read it in the rain.\n\nUnder your umbrella, as it happens.";

/// What stands in one column of the only gift.
async fn of_gift(world: &World, column: &str) -> Vec<String> {
    world.column(&format!("select coalesce(cast({column} as text), '') from gifts")).await
}

journey!(a_recipient_thanks_the_giver_once, async |world: &World| {
    world.mailed().await;
    let (bob, card) = world.registers_through_the_mail_to("bob@example.com").await;
    let redeemed = bob.presses(&card, "Redeem", &[]).await.is(302);
    world.send_outbox().await;
    let page = bob.follows(&redeemed).await.is(200);
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
    .assert_eq(&page.text());
    let none = bob.presses(&page, "Send your thanks", &[("thanks", " ")]).await.is(422);
    assert!(none.says("Write a few words first"), "{}", none.text());
    let long = "a".repeat(501);
    let refused = bob.presses(&page, "Send your thanks", &[("thanks", &long)]).await.is(422);
    assert_eq!(refused.value_of("thanks"), long);
    let thanked = bob.presses(&refused, "Send your thanks", &[("thanks", KIND_WORDS)]).await.is(302);
    let after = bob.follows(&thanked).await.is(200);
    assert!(after.says("Whoever gave it to you has your thanks.") && after.says("I read it in the rain."), "{}", after.text());
    let again = bob.presses(&page, "Send your thanks", &[("thanks", KIND_WORDS)]).await.is(302);
    assert_eq!(again.location(), thanked.location(), "a button that is pressed twice says it once");
    let other = bob.presses(&page, "Send your thanks", &[("thanks", "Once more.")]).await.is(422);
    assert!(other.says("and they stand as you wrote them.") && other.says("I read it in the rain."), "{}", other.text());
    assert!(other.says("What you wrote now Once more."), "what was written is not lost without a word: {}", other.text());
    world.send_outbox().await;
    let mail = world.mail_to("ada@example.com");
    assert_eq!(mail.subject, "Bob thanks you");
    assert!(mail.text.contains(KIND_WORDS) && !mail.text.contains("bob@"), "{}", mail.text);
    let seen = world.browser().opens(&mail.gift_page()).await.is(200);
    assert!(seen.says("Bob thanks you I read it in the rain."), "{}", seen.text());
});

journey!(thanks_sent_ten_times_at_once_are_mailed_once, async |world: &World| {
    world.mailed().await;
    let (bob, card) = world.registers_through_the_mail_to("bob@example.com").await;
    let page = bob.follows(&bob.presses(&card, "Redeem", &[]).await.is(302)).await.is(200);
    let sent = join_all((0..10).map(|_| bob.presses(&page, "Send your thanks", &[("thanks", "Thank you.")]))).await;
    assert!(sent.iter().all(|answer| answer.status == 302), "they all said it");
    world.send_outbox().await;
    let thanks = world.subjects().into_iter().filter(|subject| subject == "ada@example.com: Bob thanks you").count();
    assert_eq!(thanks, 1, "{:?}", world.subjects());
});

journey!(only_whoever_redeemed_it_thanks_for_it, async |world: &World| {
    let promise = world.mailed().await;
    let reference = world.gift(&promise).await.id;
    let path = format!("/redeem?gift={reference}");
    let thanks = [("intent", "thank"), ("thanks", "Thank you.")];
    let carl = world.signed_in("carl@example.com").await;
    carl.posts(&path, &thanks).await.is(404);
    world.browser().posts(&path, &thanks).await.is(401);
    let (bob, _) = world.registers_through_the_mail_to("bob@example.com").await;
    bob.posts(&path, &thanks).await.is(404);
    bob.posts(&path, &[("intent", "redeem")]).await.is(302);
    world.provider_says(&promise, Says::Refunded).await;
    bob.posts(&path, &thanks).await.is(404);
    carl.posts(&path, &thanks).await.is(404);
    world.send_outbox().await;
    assert_eq!(of_gift(world, "thanks").await, [""]);
});

journey!(hostile_thanks_are_text_everywhere, async |world: &World| {
    world.mailed().await;
    let (bob, card) = world.registers_through_the_mail_to("bob@example.com").await;
    let page = bob.follows(&bob.presses(&card, "Redeem", &[]).await.is(302)).await.is(200);
    world.send_outbox().await;
    let hostile = "</textarea></blockquote><script>alert(1)</script>";
    let thanked = bob.presses(&page, "Send your thanks", &[("thanks", hostile)]).await.is(302);
    world.send_outbox().await;
    let mail = world.mail_to("ada@example.com");
    let giver = world.browser().opens(&mail.gift_page()).await.is(200);
    for html in [bob.follows(&thanked).await.html, mail.html, giver.html] {
        assert!(!html.contains("<script>alert") && html.contains("&lt;script&gt;alert(1)"), "{html}");
    }
});

journey!(a_recipient_declines_with_a_word_and_the_giver_chooses_anew, async |world: &World| {
    world.mailed().await;
    let (bob, card) = world.registers_through_the_mail_to("bob@example.com").await;
    let link = card.html.split("href=\"").find(|rest| rest.contains("decline=1")).unwrap().split('"').next().unwrap();
    let page = bob.opens(&link.replace("&amp;", "&")).await.is(200);
    expect![[r#"
        Decline this gift?
        Ada is told, and chooses what becomes of it: somebody else has it, or the money goes back. Nothing of yours changes.
        A word to Ada (optional)
        Up to 500 characters. It goes with the news, and your address does not.
        Decline the gift
        Keep it
        You can’t undo this yourself. Only Ada can give it to you again.
        for Bob from Ada Member, three months"#]]
    .assert_eq(&page.text());
    assert_eq!(of_gift(world, "state").await, ["purchased"], "looking declines nothing");
    let long = "a".repeat(501);
    let refused = bob.presses(&page, "Decline the gift", &[("word", &long)]).await.is(422);
    assert_eq!(refused.value_of("word"), long);
    let declined = bob.presses(&refused, "Decline the gift", &[("word", "I have one already.")]).await.is(302);
    expect![[r#"
        The gift is declined.
        You declined this gift
        Ada knows, and chooses what becomes of it. If that was a mistake, only Ada can give it to you again.
        To the first page
        Is something not right? Write to help@ribbon.example.
        for Bob from Ada Member, three months"#]]
    .assert_eq(&bob.follows(&declined).await.is(200).text());
    bob.posts(declined.location(), &[("intent", "redeem")]).await.is(412);
    bob.presses(&page, "Decline the gift", &[]).await;
    world.send_outbox().await;
    let mail = world.mail_to("ada@example.com");
    assert_eq!(mail.subject, "Bob has declined your gift");
    assert!(mail.text.contains("I have one already.") && !mail.text.contains("bob@"), "{}", mail.text);
    assert_eq!(world.mails_to("ada@example.com").len(), 2, "{:?}", world.subjects());
    let ada = world.browser();
    let status = ada.opens(&mail.gift_page()).await.is(200);
    assert!(status.says("I have one already."), "{}", status.text());

    assert_eq!(status.value_of("message"), "For all the Sundays.", "what the first one read is shown before another reads it");
    let to_carl = [("recipient_name", "Carl"), ("recipient_email", "carl@"), ("message", "For all the Mondays.")];
    let refused = ada.presses(&status, "Give it to them", &to_carl).await.is(422);
    assert_eq!(refused.value_of("message"), "For all the Mondays.");
    ada.presses(&refused, "Give it to them", &[("recipient_email", "carl@example.com")]).await.is(302);
    world.send_outbox().await;
    let card = world.mail_to("carl@example.com").text;
    assert!(card.contains("For all the Mondays.") && !card.contains("Sundays"), "{card}");
});

journey!(whoever_reads_the_mailbox_declines_without_an_account, async |world: &World| {
    let promise = world.mailed().await;
    let link = world.mail_to("bob@example.com").redeem_link();
    let somebody = world.browser();
    let page = somebody.opens(&format!("{link}&decline=1")).await.is(200);
    let declined = somebody.presses(&page, "Decline the gift", &[]).await.is(302);
    assert_eq!(declined.location(), "/?done=declined");
    assert!(somebody.follows(&declined).await.is(200).says("The gift is declined."));
    assert!(somebody.opens(&link).await.is(200).says("You declined this gift"));
    assert_eq!((world.states(&promise).await.as_str(), somebody.cookie()), ("paid, declined", None));
    world.send_outbox().await;
});

journey!(the_code_alone_declines_nothing, async |world: &World| {
    let promise = world.mailed().await;
    let code = world.mail_to("bob@example.com").code();
    let path = format!("/redeem/{code}?decline=1");
    let anybody = world.browser();
    assert!(!anybody.opens(&path).await.is(200).says("Decline"));
    anybody.posts(&path, &[("intent", "decline")]).await.is(412);
    let carl = world.signed_in("carl@example.com").await;
    carl.posts(&path, &[("intent", "decline")]).await.is(412);
    let reference = world.gift(&promise).await.id;
    carl.posts(&format!("/redeem?gift={reference}"), &[("intent", "decline")]).await.is(404);
    let unverified = world.unverified("bob@example.com").await;
    unverified.posts(&path, &[("intent", "decline")]).await.is(400);
    assert_eq!(world.states(&promise).await, "paid, purchased");
    world.send_outbox().await;
});

journey!(of_redeeming_and_declining_at_once_one_happens, async |world: &World| {
    let promise = world.mailed().await;
    let (bob, card) = world.registers_through_the_mail_to("bob@example.com").await;
    let path = format!("/redeem?gift={}", world.gift(&promise).await.id);
    let decline = [("intent", "decline")];
    let (redeems, declines) = tokio::join!(bob.presses(&card, "Redeem", &[]), bob.posts(&path, &decline));
    assert!((redeems.status == 302) ^ (declines.status == 302), "{} {}", redeems.status, declines.status);
    assert_eq!(world.count("grants").await, usize::from(redeems.status == 302));
    world.send_outbox().await;
});

journey!(a_declined_gift_whose_payment_is_disputed_and_upheld_is_declined_still, async |world: &World| {
    let promise = world.mailed().await;
    let (bob, _) = world.registers_through_the_mail_to("bob@example.com").await;
    bob.posts("/redeem", &[("intent", "decline"), ("word", "No, thank you.")]).await.is(302);
    world.provider_says(&promise, Says::Disputed).await;
    assert_eq!(world.states(&promise).await, "disputed, held");
    world.provider_says(&promise, Says::DisputeWon).await;
    assert_eq!(world.states(&promise).await, "paid, declined");
    assert_eq!(of_gift(world, "decline_word").await, ["No, thank you."]);
    bob.posts(&format!("/redeem?gift={}", world.gift(&promise).await.id), &[("intent", "redeem")]).await.is(412);
    world.send_outbox().await;
});

journey!(a_giver_hears_that_it_was_declined_also_while_the_payment_is_checked, async |world: &World| {
    let promise = world.mailed().await;
    let (bob, _) = world.registers_through_the_mail_to("bob@example.com").await;
    bob.posts("/redeem", &[("intent", "decline"), ("word", "No, thank you.")]).await.is(302);
    // The mail has not left when the bank doubts the payment.
    world.provider_says(&promise, Says::Disputed).await;
    world.send_outbox().await;
    let told = world.mail_to("ada@example.com");
    assert!(told.subject == "Bob has declined your gift" && told.text.contains("No, thank you."), "{:?}", world.subjects());
    world.provider_says(&promise, Says::DisputeWon).await;
    world.send_outbox().await;
    assert_eq!(world.mails_to("ada@example.com").len(), 2, "{:?}", world.subjects());
});

journey!(whoever_redeemed_it_keeps_the_card_under_another_address, async |world: &World| {
    let promise = world.mailed().await;
    let bob = world.redeems_the_mail_to("bob@example.com").await;
    bob.posts("/account/email", &[("email", "robert@elsewhere.example"), ("password", PASSWORD)]).await.is(302);
    world.send_outbox().await;
    let link = world.mail_to("robert@elsewhere.example").link_to("/account/email/confirm");
    let page = bob.opens(&link).await.is(200);
    bob.presses(&page, "Use this address", &[]).await.is(302);
    let path = format!("/redeem?gift={}", world.gift(&promise).await.id);
    assert!(bob.opens("/account").await.is(200).html.contains(&path));
    let card = bob.opens(&path).await.is(200);
    assert!(card.says("It is yours") && card.says("For all the Sundays."), "{}", card.text());
    bob.presses(&card, "Send your thanks", &[("thanks", "Thank you.")]).await.is(302);
    // Once it was taken back, nothing there leads to a page that he may not see.
    world.provider_says(&promise, Says::Refunded).await;
    assert!(!bob.opens("/account").await.is(200).html.contains(&path));
    assert!(!bob.opens(&path).await.is(200).says("Sundays"));
    world.send_outbox().await;
});

journey!(a_gift_is_opened_when_its_recipient_has_the_card_before_them, async |world: &World| {
    let promise = world.mailed().await;
    let link = world.mail_to("bob@example.com").redeem_link();
    let opened = async || world.gift(&promise).await.opened_at;
    world.browser().opens(&link).await.is(200);
    world.signed_in("carl@example.com").await.opens(&link).await.is(200);
    world.unverified("bob@example.com").await.opens(&link).await.is(200);
    assert_eq!(opened().await, None, "whoever only follows a link has opened nothing");
    let (bob, _) = world.registers_through_the_mail_to("bob@example.com").await;
    let first = world.now();
    assert_eq!(opened().await, Some(first));
    world.pass(std::time::Duration::from_hours(1));
    let looks = join_all((0..5).map(|_| bob.opens("/redeem"))).await;
    assert!(looks.iter().all(|look| look.status == 200));
    assert_eq!(opened().await, Some(first), "once");
    let ada = world.browser();
    let page = ada.opens(&world.mails_to("ada@example.com")[0].gift_page()).await.is(200);
    ada.presses(&page, "Make a new code", &[]).await.is(302);
    assert_eq!(opened().await, None, "nobody has opened what goes out anew");
    world.send_outbox().await;
});

journey!(a_giver_learns_nothing_else_of_the_recipient, async |world: &World| {
    world.mailed().await;
    let bob = world.redeems_the_mail_to("bob@example.com").await;
    bob.posts("/account/email", &[("email", "robert@elsewhere.example"), ("password", PASSWORD)]).await.is(302);
    world.send_outbox().await;
    let link = world.mail_to("robert@elsewhere.example").link_to("/account/email/confirm");
    let page = bob.opens(&link).await.is(200);
    bob.presses(&page, "Use this address", &[]).await.is(302);
    world.send_outbox().await;
    let ada = world.browser();
    let status = ada.opens(&world.mails_to("ada@example.com")[0].gift_page()).await.is(200);
    let told: Vec<String> = world.mails_to("ada@example.com").into_iter().map(|mail| mail.html + &mail.text).collect();
    for private in ["robert", "elsewhere.example", "21 February 2027", "Your time"] {
        assert!(!status.html.contains(private) && told.iter().all(|mail| !mail.contains(private)), "{private}");
    }
});

journey!(a_gift_that_was_taken_back_stays_among_those_received, async |world: &World| {
    let promise = world.mailed().await;
    let bob = world.redeems_the_mail_to("bob@example.com").await;
    world.pass(std::time::Duration::from_hours(24));
    world.provider_says(&promise, Says::Refunded).await;
    world.send_outbox().await;
    expect![[r#"
        Your account
        No membership runs just now. A gift that you redeem begins at once.
        Your time
        2027
        Member
        21 November 2026 Member began: 3 months, a gift from Ada.
        Today, 22 November 2026 A gift from Ada was taken back. Member ends. Nothing renews by itself.
        Given
        No gifts yet.
        Make a gift
        Received
        From Ada Member, 3 months
        Redeemed 21 November 2026, and taken back since
        Redeem a code
        Your own subscription
        None runs. It would go on until you end it, and gift time of the same or a lower tier waits behind it.
        Which one
        Member €9 a month
        Founder €20 a month
        Continue to payment
        Keep the choice for later
        A program with a token of yours subscribes you to the one that is chosen here, and to no other.
        Signing in
        With bob@example.com.
        Change your password Change your address Access tokens
        Sign out"#]]
    .assert_eq(&bob.opens("/account").await.is(200).text());
});
