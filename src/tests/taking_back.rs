//! A buyer takes the money of a gift back, while its recipient may be redeeming it.

use std::time::Duration;

use serde_json::json;

use super::world::{Answer, Browser, Promise, Says, World, journey};
use crate::catalog::{Discount, Months, PromoName, Tier};
use crate::shop::NewPromoCode;

/// The buyer's page of the gift.
async fn page(world: &World) -> (Browser, Answer) {
    let ada = world.browser();
    let page = ada.opens(&world.mails_to("ada@example.com")[0].gift_page()).await.is(200);
    (ada, page)
}

const TAKE_BACK: &str = "Take my money back";

fn everything_off() -> NewPromoCode {
    let (name, discount) = (PromoName::parse("FREE").unwrap(), Discount::Percent(100.try_into().unwrap()));
    NewPromoCode { name, discount, tiers: vec![], first_day: None, last_day: None, uses_max: None }
}

journey!(a_gift_that_is_taken_back_stops_at_once_and_ends_when_the_money_went, async |world: &World| {
    let promise = world.mailed().await;
    let (ada, before) = page(world).await;
    assert!(before.says("€27.00 goes back the way it came.") && before.says("until 5 December 2026"), "{}", before.text());
    let done = ada.presses(&before, TAKE_BACK, &[]).await.is(302);
    let after = ada.follows(&done).await.is(200);
    assert!(after.says("The gift can’t be redeemed any more, and we have asked for your money to go back."), "{}", after.text());
    assert!(
        after.says("Taken back by you") && after.says("You have taken it back. €27.00 is to go back to you."),
        "{}",
        after.text()
    );
    assert!(!after.html.contains("/redeem/"), "its code is shown no more");
    assert_eq!(world.states(&promise).await, "paid, held");
    let refused = world.browser().opens(&world.mail_to("bob@example.com").redeem_link()).await.is(200);
    assert!(refused.says("This gift was taken back") && !refused.says("paid back"), "{}", refused.text());
    let back = world.comes_back(&promise).await;
    assert!(back.says("The money goes back the way it came.") && !back.says("has gone back"), "{}", back.text());

    world.send_outbox().await;
    assert_eq!(world.stripe.given_back(), [format!("{}, whole", world.stripe.session(&promise.session).payment())]);
    world.provider_says(&promise, Says::Refunded).await;
    world.send_outbox().await;
    assert_eq!(world.states(&promise).await, "refunded, refunded");
    assert_eq!(world.mail_to("ada@example.com").subject, "The payment for your gift to Bob has gone back");
    let (_, ended) = page(world).await;
    assert!(ended.says("Paid back. Its code redeems nothing any more.") && ended.says("−€27.00"), "{}", ended.text());
});

journey!(asked_twice_the_money_goes_back_once, async |world: &World| {
    world.mailed().await;
    let (ada, before) = page(world).await;
    let (one, other) = tokio::join!(ada.presses(&before, TAKE_BACK, &[]), ada.presses(&before, TAKE_BACK, &[]));
    assert!(one.status == 302 && other.status == 302, "{}, {}", one.status, other.status);
    world.send_outbox().await;
    assert_eq!(world.stripe.given_back().len(), 1);
});

/// Both at once: whoever comes second is refused.
async fn against(world: &World, redeems_first: bool) {
    let promise = world.mailed().await;
    let (bob, card) = world.registers_through_the_mail_to("bob@example.com").await;
    let (ada, before) = page(world).await;
    let (redeems, asks) = (bob.presses(&card, "Redeem", &[]), ada.presses(&before, TAKE_BACK, &[]));
    let (redeemed, asked) = if redeems_first {
        tokio::join!(redeems, asks)
    } else {
        let (asked, redeemed) = tokio::join!(asks, redeems);
        (redeemed, asked)
    };
    let is_redeemed = redeemed.status == 302;
    assert!(is_redeemed ^ (asked.status == 302), "redeemed: {}, taken back: {}", redeemed.status, asked.status);
    assert_eq!(world.count("grants").await, usize::from(is_redeemed));
    world.send_outbox().await;
    assert_eq!(world.stripe.given_back().len(), usize::from(!is_redeemed));
    assert_eq!(world.states(&promise).await, if is_redeemed { "paid, redeemed" } else { "paid, held" });
}

journey!(redeeming_against_taking_back, async |world: &World| against(world, true).await);

journey!(taking_back_against_redeeming, async |world: &World| against(world, false).await);

journey!(after_the_last_day_the_shop_is_to_be_written_to, async |world: &World| {
    world.mailed().await;
    let (ada, before) = page(world).await;
    world.pass(Duration::from_hours(15 * 24));
    let refused = ada.presses(&before, TAKE_BACK, &[]).await.is(422);
    assert!(refused.says("the last day to take it back here was 5 December 2026"), "{}", refused.text());
    let (_, late) = page(world).await;
    assert!(late.says("I would like my money back") && !late.html.contains(TAKE_BACK), "{}", late.text());
    world.send_outbox().await;
});

journey!(what_cost_nothing_ends_at_once, async |world: &World| {
    world.shop.create_promo_code(&everything_off()).await.unwrap();
    let free = world.buyer("ada@example.com").buys(Tier::Member, Months::Three);
    free.for_("bob@example.com").with("promo_code", "FREE").sent_by(&world.browser()).await.is(302);
    world.send_outbox().await;
    let (ada, before) = page(world).await;
    let done = ada.presses(&before, "Take the gift back", &[]).await.is(302);
    let after = ada.follows(&done).await.is(200);
    assert!(after.says("Nothing was paid for it, so nothing goes back."), "{}", after.text());
    assert!(after.says("Taken back. Its code redeems nothing any more."), "{}", after.text());
    world.send_outbox().await;
    assert_eq!(world.mail_to("ada@example.com").subject, "Your gift to Bob has been taken back");
    let own = world.signed_in("ada@example.com").await.opens("/account").await.is(200);
    assert!(own.says("Taken back") && !own.says("Paid back"), "{}", own.text());
    assert!(world.stripe.given_back().is_empty());
});

journey!(a_refund_that_fails_is_the_operators_who_lets_the_gift_go_on, async |world: &World| {
    let promise = world.mailed().await;
    let (ada, before) = page(world).await;
    world.stripe.refuses_refunds();
    ada.presses(&before, TAKE_BACK, &[]).await.is(302);
    world.send_outbox().await;
    let gift = world.gift(&promise).await.id;
    let told = world.mail_to("help@ribbon.example");
    assert_eq!(told.subject, format!("Look at {gift}: the refund did not go through"));
    assert!(world.shop.held_gifts().await.unwrap()[0].contains("held (refund)"));
    world.shop.release_gift(&gift).await.unwrap();
    assert_eq!(world.states(&promise).await, "paid, purchased");
    let (_, after) = page(world).await;
    assert!(after.html.contains(TAKE_BACK), "it can be asked for once more: {}", after.text());
    world.redeems_the_mail_to("bob@example.com").await;
    world.send_outbox().await;
});

journey!(what_is_released_before_the_provider_answers_is_not_paid_back, async |world: &World| {
    let promise = world.mailed().await;
    let (ada, before) = page(world).await;
    world.stripe.goes_away();
    ada.presses(&before, TAKE_BACK, &[]).await.is(302);
    world.send_outbox().await;
    world.shop.release_gift(&world.gift(&promise).await.id).await.unwrap();
    world.stripe.comes_back();
    world.pass(Duration::from_mins(1));
    world.send_outbox().await;
    assert!(world.stripe.given_back().is_empty());
    assert_eq!(world.states(&promise).await, "paid, purchased");
});

/// A part of it goes back now, by the provider's clock too.
async fn gives_back(world: &World, promise: &Promise, minor: i64) {
    let says = Says::RefundedInPart(minor);
    world.stripe.happens(&promise.session, says);
    let mut event = world.stripe.event(&promise.session, says);
    event["created"] = json!(world.now().seconds());
    world.webhook(&event).await.is(200);
}

journey!(a_receipt_says_what_went_back_when_and_what_was_paid_in_the_end, async |world: &World| {
    let promise = world.mailed().await;
    world.pass(Duration::from_hours(24));
    gives_back(world, &promise, 700).await;
    let (_, part) = page(world).await;
    assert!(part.says("Paid €27.00") && part.says("Paid back on 22 November 2026 −€7.00"), "{}", part.text());
    assert!(part.says("Paid in the end €20.00"), "{}", part.text());
    world.pass(Duration::from_hours(24));
    gives_back(world, &promise, 300).await;
    let (_, more) = page(world).await;
    assert!(more.says("Paid back on 23 November 2026 −€10.00") && more.says("Paid in the end €17.00"), "{}", more.text());
    world.provider_says(&promise, Says::Refunded).await;
    let (_, whole) = page(world).await;
    assert!(whole.says("−€27.00") && whole.says("Paid in the end €0.00"), "{}", whole.text());
    world.send_outbox().await;
});

journey!(what_a_bank_took_back_stands_on_the_receipt_too, async |world: &World| {
    let promise = world.mailed().await;
    world.provider_says(&promise, Says::Disputed).await;
    let (_, disputed) = page(world).await;
    assert!(!disputed.says("Paid back"), "{}", disputed.text());
    world.provider_says(&promise, Says::DisputeLost).await;
    let (_, lost) = page(world).await;
    assert!(lost.says("Paid back on 21 November 2026 −€27.00") && lost.says("Paid in the end €0.00"), "{}", lost.text());
    world.send_outbox().await;
});
