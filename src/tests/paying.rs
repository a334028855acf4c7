//! What a provider says takes effect once, by whatever way it comes, and only on the order that it is about.

use std::time::Duration;

use expect_test::expect;
use futures::future::join_all;
use serde_json::json;

use super::world::{Promise, Says, World, answer_to, journey};
use crate::catalog::{Months, Tier};

/// The gift is paid once and mailed once, and is there to be redeemed.
async fn settled_once(world: &World, promise: &Promise) {
    world.send_outbox().await;
    assert_eq!(world.states(promise).await, "paid, purchased");
    assert_eq!(
        (world.mails_to("ada@example.com").len(), world.mails_to("bob@example.com").len()),
        (1, 1),
        "{:?}",
        world.subjects()
    );
    assert_eq!(world.column("select what from gift_events where what = 'purchased'").await.len(), 1);
}

journey!(the_webhook_alone_is_enough, async |world: &World| {
    let promise = world.promised().await;
    world.provider_says(&promise, Says::Paid).await;
    settled_once(world, &promise).await;
});

journey!(the_return_page_alone_is_enough, async |world: &World| {
    let promise = world.promised().await;
    world.stripe.happens(&promise.session, Says::Paid);
    assert!(world.comes_back(&promise).await.is(200).says("Paid"), "the page that it settled says so");
    settled_once(world, &promise).await;
});

journey!(the_reconciler_alone_is_enough, async |world: &World| {
    let promise = world.promised().await;
    world.stripe.happens(&promise.session, Says::Paid);
    assert_eq!(world.reconcile().await.changed(), 1);
    settled_once(world, &promise).await;
    assert_eq!(world.reconcile().await.asked(), 0, "nobody asks about what is settled");
});

journey!(all_three_ways_at_once_settle_it_once, async |world: &World| {
    let promise = world.promised().await;
    world.stripe.happens(&promise.session, Says::Paid);
    let (one, other) = (world.stripe.event(&promise.session, Says::Paid), world.stripe.event(&promise.session, Says::Paid));
    let webhooks = [&one, &one, &other, &one].map(|event| world.webhook(event));
    let visits = [(), (), ()].map(|()| world.comes_back(&promise));
    let (told, seen, _) = tokio::join!(join_all(webhooks), join_all(visits), world.reconcile());
    assert!(
        told.iter().chain(&seen).all(|answer| answer.status == 200),
        "{:?}",
        told.iter().map(|answer| answer.status).collect::<Vec<_>>()
    );
    settled_once(world, &promise).await;
    world.redeems_the_mail_to("bob@example.com").await;
    world.send_outbox().await;
    assert_eq!(world.count("grants").await, 1);
});

journey!(an_event_that_comes_again_counts_once, async |world: &World| {
    let promise = world.promised().await;
    world.stripe.happens(&promise.session, Says::Paid);
    let event = world.stripe.event(&promise.session, Says::Paid);
    let answers = join_all((0..10).map(|_| world.webhook(&event))).await;
    assert!(answers.iter().all(|answer| answer.status == 200));
    assert_eq!(world.count("provider_events").await, 1);
    settled_once(world, &promise).await;
});

journey!(money_that_comes_after_the_end_is_honoured, async |world: &World| {
    let promise = world.promised().await;
    world.provider_says(&promise, Says::Expired).await;
    assert_eq!(world.states(&promise).await, "expired, canceled");
    world.provider_says(&promise, Says::Paid).await;
    settled_once(world, &promise).await;
});

journey!(a_bank_debit_is_waited_for, async |world: &World| {
    let promise = world.promised().await;
    world.provider_says(&promise, Says::Processing).await;
    assert_eq!(world.states(&promise).await, "open, pending");
    expect![[r#"
        Your payment is under way
        Some ways of paying take a while to be confirmed. You need not wait here, and need not pay again.
        As soon as it is confirmed, the gift goes its way and the receipt is in your mailbox.
        Follow your gift
        Reference: gift_smk645aednvb5cns
        for Bob from Ada Member, three months"#]]
    .assert_eq(&world.comes_back(&promise).await.is(200).text());
    world.provider_says(&promise, Says::Failed).await;
    assert_eq!(world.states(&promise).await, "failed, canceled");
    world.provider_says(&promise, Says::Paid).await;
    settled_once(world, &promise).await;
});

journey!(money_that_does_not_arrive_is_told_once_with_the_way_back_to_the_form, async |world: &World| {
    let promise = world.promised().await;
    let ada = world.browser();
    world.provider_says(&promise, Says::Processing).await;
    let own = world.comes_back(&promise).await.link_with("/gifts/");
    let under_way = ada.opens(&own).await.is(200);
    assert!(
        under_way.says("Your payment is under way. As soon as it is confirmed, the gift goes its way."),
        "{}",
        under_way.text()
    );
    assert!(!under_way.says("It was mailed to"), "nothing was");
    let turned_back = ada.opens(world.stripe.session(&promise.session).back.cancel.as_str()).await.is(200);
    assert!(turned_back.says("Your payment is under way"), "{}", turned_back.text());

    for _ in 0..2 {
        world.provider_says(&promise, Says::Failed).await;
    }
    world.reconcile().await;
    let ended = world.comes_back(&promise).await.is(200);
    world.send_outbox().await;
    expect!["ada@example.com: Your payment did not go through"].assert_eq(&world.subjects().join("\n"));
    let of_the_gift = ada.opens(&own).await.is(200);
    assert!(!of_the_gift.says("It was mailed to"), "{}", of_the_gift.text());
    for (from, link) in [
        ("the mail", world.mail_to("ada@example.com").link_to("/gift/canceled")),
        ("the thanks page", ended.link_with("/gift/canceled")),
        ("the gift's page", of_the_gift.link_with("/gift/canceled")),
    ] {
        let form = ada.opens(&link).await.is(200);
        let filled = ["recipient_name", "recipient_email", "message", "buyer_email"].map(|field| form.value_of(field));
        assert_eq!(filled, ["Bob", "bob@example.com", "For all the Sundays.", "ada@example.com"], "{from}");
        assert!(form.says("Nothing was charged, and everything you wrote is here."), "{from}");
    }
});

journey!(a_page_that_ends_while_money_is_under_way_is_told_of_and_one_that_was_left_is_not, async |world: &World| {
    let left = world.promised().await;
    world.provider_says(&left, Says::Declined).await;
    world.provider_says(&left, Says::Expired).await;
    world.send_outbox().await;
    assert_eq!(world.subjects(), [""; 0]);
    let under_way = world.promised().await;
    world.provider_says(&under_way, Says::Processing).await;
    world.provider_says(&under_way, Says::Expired).await;
    world.send_outbox().await;
    assert_eq!(world.subjects(), ["ada@example.com: Your payment did not go through"]);
});

journey!(word_that_money_failed_is_enough_where_word_that_it_was_under_way_was_lost, async |world: &World| {
    let promise = world.promised().await;
    world.stripe.happens(&promise.session, Says::Processing);
    world.provider_says(&promise, Says::Failed).await;
    world.send_outbox().await;
    assert_eq!(world.subjects(), ["ada@example.com: Your payment did not go through"]);
    world.provider_says(&promise, Says::Paid).await;
    world.send_outbox().await;
    assert_eq!(world.states(&promise).await, "paid, purchased");
    assert_eq!(world.mail_to("ada@example.com").subject, "Your gift to Bob: receipt and link");
});

journey!(a_declined_card_leaves_the_order_open, async |world: &World| {
    let promise = world.promised().await;
    world.provider_says(&promise, Says::Declined).await;
    assert_eq!(world.states(&promise).await, "open, pending");
    assert_eq!(world.promised().await.session, promise.session, "the same form leads to the same page");
    world.provider_says(&promise, Says::Paid).await;
    settled_once(world, &promise).await;
});

journey!(an_order_that_expired_is_bought_anew, async |world: &World| {
    let promise = world.promised().await;
    world.provider_says(&promise, Says::Expired).await;
    let again = world.promised().await;
    assert_ne!(again.session, promise.session);
    world.provider_says(&again, Says::Paid).await;
    settled_once(world, &again).await;
});

journey!(a_refund_before_redeeming_takes_the_gift_back, async |world: &World| {
    let promise = world.mailed().await;
    let (bob, _) = world.registers_through_the_mail_to("bob@example.com").await;
    world.provider_says(&promise, Says::Refunded).await;
    assert_eq!(world.states(&promise).await, "refunded, refunded");
    let card = bob.opens("/redeem").await.is(200);
    expect![[r#"
        This gift was taken back
        It gives no time any more, and any other time of yours is as long as before. Ada can tell you more.
        To the first page
        Is something not right? Write to help@ribbon.example.
        for Bob from Ada Member, three months"#]]
    .assert_eq(&card.text());
    bob.posts("/redeem", &[("intent", "redeem")]).await.is(412);
    assert_eq!(world.count("grants").await, 0);
    world.send_outbox().await;
    assert_eq!(world.mail_to("ada@example.com").subject, "The payment for your gift to Bob has gone back");
});

journey!(a_refund_before_the_mail_leaves_sends_no_card, async |world: &World| {
    let promise = world.promised().await;
    world.provider_says(&promise, Says::Paid).await;
    world.provider_says(&promise, Says::Refunded).await;
    world.send_outbox().await;
    assert_eq!(world.mails_to("bob@example.com").len(), 0);
});

journey!(a_refund_after_redeeming_ends_that_gifts_time_and_no_other, async |world: &World| {
    let first = world.mailed().await;
    let bob = world.redeems_the_mail_to("bob@example.com").await;
    let second = world.buyer("carl@example.com").buys(Tier::Founder, Months::Six).for_("bob@example.com").await;
    world.provider_says(&second, Says::Paid).await;
    world.send_outbox().await;
    let card = bob.opens(&world.mail_to("bob@example.com").redeem_link()).await.is(200);
    bob.presses(&card, "Redeem", &[]).await.is(302);
    world.provider_says(&second, Says::Refunded).await;
    assert_eq!((world.states(&first).await, world.states(&second).await), ("paid, redeemed".into(), "refunded, refunded".into()));
    let ended = world.column("select gift_id from grants join grant_voids on grant_voids.grant_id = grants.id").await;
    assert_eq!(ended, [world.gift(&second).await.id.as_str()]);
    expect![[r#"
        You are a Member
        Until 21 February 2027. Nothing renews by itself.
        Your time
        2027
        Member
        Today, 21 November 2026 Member begins: 3 months, a gift from Ada.
        21 February 2027 Member ends. Nothing renews by itself.
        Given
        No gifts yet.
        Make a gift
        Received
        From Ada Founder, 6 months
        Redeemed 21 November 2026, and taken back since
        From Ada Member, 3 months
        Redeemed 21 November 2026
        Ada is not told when your membership ends.
        Tell Ada
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
    world.send_outbox().await;
});

journey!(a_refund_in_part_changes_totals_only, async |world: &World| {
    let promise = world.mailed().await;
    world.provider_says(&promise, Says::RefundedInPart(700)).await;
    assert_eq!(world.states(&promise).await, "partially_refunded, purchased");
    let page = world.browser().opens(&world.mail_to("ada@example.com").gift_page()).await.is(200);
    assert!(page.says("€7"), "{}", page.text());
    world.redeems_the_mail_to("bob@example.com").await;
    world.send_outbox().await;
});

journey!(a_dispute_holds_the_gift_until_it_is_won, async |world: &World| {
    let promise = world.mailed().await;
    let (bob, _) = world.registers_through_the_mail_to("bob@example.com").await;
    world.provider_says(&promise, Says::Disputed).await;
    assert_eq!(world.states(&promise).await, "disputed, held");
    let card = bob.opens("/redeem").await.is(200);
    assert!(card.says("We are checking this gift"), "{}", card.text());
    bob.posts("/redeem", &[("intent", "redeem")]).await.is(412);
    world.provider_says(&promise, Says::DisputeWon).await;
    assert_eq!(world.states(&promise).await, "paid, purchased");
    world.send_outbox().await;
    assert_eq!(world.mails_to("bob@example.com").len(), 1, "the card was there already");
    let card = bob.opens("/redeem").await.is(200);
    bob.presses(&card, "Redeem", &[]).await.is(302);
    world.send_outbox().await;
});

journey!(a_card_that_was_held_back_leaves_when_the_dispute_is_won, async |world: &World| {
    let promise = world.promised().await;
    world.provider_says(&promise, Says::Paid).await;
    world.provider_says(&promise, Says::Disputed).await;
    world.send_outbox().await;
    assert_eq!(world.mails_to("bob@example.com").len(), 0);
    world.provider_says(&promise, Says::DisputeWon).await;
    world.send_outbox().await;
    assert_eq!(world.mails_to("bob@example.com").len(), 1);
});

journey!(a_dispute_that_is_lost_ends_the_gift, async |world: &World| {
    let promise = world.mailed().await;
    world.redeems_the_mail_to("bob@example.com").await;
    world.send_outbox().await;
    world.provider_says(&promise, Says::Disputed).await;
    assert_eq!(world.states(&promise).await, "disputed, redeemed", "what is redeemed stays redeemed meanwhile");
    world.provider_says(&promise, Says::DisputeLost).await;
    assert_eq!(world.states(&promise).await, "refunded, refunded");
    assert_eq!(world.count("grant_voids").await, 1);
    world.send_outbox().await;
});

journey!(word_of_another_order_changes_nothing, async |world: &World| {
    let promise = world.promised().await;
    world.stripe.happens(&promise.session, Says::Paid);
    let genuine = world.stripe.event(&promise.session, Says::Paid);
    let changed = |id: &str, pointer: &str, value: serde_json::Value| {
        let mut event = genuine.clone();
        event["id"] = json!(id);
        *event.pointer_mut(pointer).unwrap() = value;
        event
    };
    for event in [
        changed("evt_live", "/livemode", json!(true)),
        changed("evt_session", "/data/object/id", json!("cs_test_99")),
        changed("evt_unpaid", "/data/object/payment_status", json!("unpaid")),
        changed("evt_unheard", "/type", json!("invoice.paid")),
    ] {
        world.webhook(&event).await.is(200);
        assert_eq!(world.states(&promise).await, "open, pending", "{event}");
    }
    world.webhook(&genuine).await.is(200);
    settled_once(world, &promise).await;
});

journey!(a_provider_that_is_not_configured_has_no_door, async |world: &World| {
    let path = "/webhooks/creem";
    let request = http::Request::post(path).body(axum::body::Body::from("{}")).unwrap();
    answer_to(&world.router, request, path).await.is(404);
});

journey!(the_return_page_believes_its_signed_token_alone, async |world: &World| {
    let mine = world.promised().await;
    let other = world.buyer("carl@example.com").buys(Tier::Member, Months::Three).for_("dora@example.com").await;
    world.stripe.happens(&other.session, Says::Paid);
    let back = world.stripe.session(&mine.session).back.success;
    let browser = world.browser();
    browser.opens(&format!("{back}&session_id={}", other.session)).await.is(200);
    assert_eq!((world.states(&mine).await, world.states(&other).await), ("open, pending".into(), "open, pending".into()));
    let forged = back.as_str().replace("order=order_", "order=order_0");
    for path in [forged.as_str(), "/gift/thanks", "/gift/thanks?order=", "/gift/canceled?order=x.y.z"] {
        browser.opens(path).await.is(404);
    }
});

journey!(a_signed_way_back_chooses_words_and_pays_for_nothing, async |world: &World| {
    let promise = world.promised().await;
    let back = world.stripe.session(&promise.session).back.success;
    let browser = world.browser();
    for (signed, title) in [(promise.session.as_str(), "Your payment is under way"), ("cs_forged", "Not paid yet")] {
        let page = browser.opens(&format!("{back}&signed={signed}")).await.is(200);
        assert!(page.html.contains(&format!("<h1>{title}</h1>")), "{signed}");
        assert_eq!(world.states(&promise).await, "open, pending", "{signed}");
    }
});

journey!(a_refund_that_comes_before_its_payment_waits_for_it, async |world: &World| {
    let promise = world.promised().await;
    world.stripe.happens(&promise.session, Says::Paid);
    world.provider_says(&promise, Says::Refunded).await;
    assert_eq!(world.states(&promise).await, "open, pending", "no order is known by that payment yet");
    world.webhook(&world.stripe.event(&promise.session, Says::Paid)).await.is(200);
    assert_eq!(world.states(&promise).await, "refunded, refunded");
    let thanks = world.browser().opens(world.stripe.session(&promise.session).back.success.as_str()).await.is(200);
    assert!(thanks.html.contains("<h1>Paid back</h1>"), "{}", thanks.text());
    world.send_outbox().await;
    assert_eq!(world.mails_to("bob@example.com").len(), 0);
});

journey!(another_amount_holds_the_gift_and_tells_the_operator, async |world: &World| {
    let promise = world.promised().await;
    world.provider_says(&promise, Says::PaidInstead(1)).await;
    assert_eq!(world.states(&promise).await, "paid, held");
    world.send_outbox().await;
    expect!["help@ribbon.example: Look at gift_smk645aednvb5cns: another sum was paid"].assert_eq(&world.subjects().join("\n"));
    let thanks = world.browser().opens(world.stripe.session(&promise.session).back.success.as_str()).await.is(200);
    assert!(thanks.html.contains("<h1>We are checking your payment</h1>"), "{}", thanks.text());

    let id = "gift_smk645aednvb5cns".parse().unwrap();
    world.shop.release_gift(&id).await.unwrap();
    assert!(world.shop.release_gift(&id).await.is_err(), "it isn't held any more");
    assert_eq!(world.states(&promise).await, "paid, purchased");
    world.send_outbox().await;
    assert_eq!((world.mails_to("ada@example.com").len(), world.mails_to("bob@example.com").len()), (1, 1));
    world.redeems_the_mail_to("bob@example.com").await;
    world.send_outbox().await;
});

/// The order of `promise` is told to be paid by another payment.
async fn paid_again(world: &World, promise: &Promise) {
    let mut event = world.stripe.event(&promise.session, Says::Paid);
    event["data"]["object"]["payment_intent"] = json!("pi_other");
    world.webhook(&event).await.is(200);
    world.send_outbox().await;
}

journey!(a_second_payment_of_one_order_goes_back_once_and_the_operator_is_told, async |world: &World| {
    let promise = world.mailed().await;
    for _ in 0..3 {
        paid_again(world, &promise).await;
    }
    assert_eq!(world.stripe.given_back(), ["pi_other, whole"]);
    assert_eq!(world.states(&promise).await, "paid, purchased");
    expect![[r#"
        ada@example.com: Your gift to Bob: receipt and link
        bob@example.com: Ada has given you something
        help@ribbon.example: Look at gift_smk645aednvb5cns: paid twice"#]]
    .assert_eq(&world.subjects().join("\n"));
});

journey!(a_second_payment_goes_back_though_the_provider_was_away_at_first, async |world: &World| {
    let promise = world.mailed().await;
    world.stripe.goes_away();
    paid_again(world, &promise).await;
    assert_eq!(world.stripe.given_back(), [""; 0]);
    world.stripe.comes_back();
    world.pass(Duration::from_secs(10));
    world.send_outbox().await;
    assert_eq!(world.stripe.given_back(), ["pi_other, whole"]);
});
