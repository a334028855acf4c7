//! Somebody gives a membership to themselves: both mails come, each page speaks of one person, and nobody is told what they just did.

use expect_test::expect;

use super::world::{Promise, Says, World, journey};
use crate::catalog::{Months, Tier};

const ADA: &str = "ada@example.com";

/// Ada buys for herself, in another spelling of her own address, and pays.
async fn own_gift(world: &World) -> Promise {
    let promise = world.buyer(ADA).buys(Tier::Member, Months::Three).for_("Ada@Example.com").with("recipient_name", "Ada").await;
    world.provider_says(&promise, Says::Paid).await;
    world.send_outbox().await;
    promise
}

/// The mails of her mailbox, in whichever spelling it was written to.
fn subjects(world: &World) -> Vec<String> {
    let mut subjects: Vec<String> = world.mailboxes.all().into_iter().map(|mail| mail.subject).collect();
    subjects.sort_unstable();
    subjects
}

journey!(both_mails_come_and_the_pages_speak_of_one_person, async |world: &World| {
    let promise = own_gift(world).await;
    assert_eq!(subjects(world), ["Something from you to yourself", "Your gift to yourself: receipt and link"]);
    let thanks = world.comes_back(&promise).await.is(200);
    assert!(thanks.says("It is paid, and the card is on its way to you."), "{}", thanks.text());
    assert!(!thanks.says("We write to you when it is redeemed"), "{}", thanks.text());
    let sealed = world.browser().opens(&world.mail_to("Ada@Example.com").redeem_link()).await.is(200);
    expect![[r#"
        Ada, this is for you
        You have given yourself a membership at Ribbon.
        Gift card.
        for Ada from Ada Open the card
        Three months of Member
        For all the Sundays.
        Ada
        To make it yours, sign in with the address it was sent to, Ada@Example.com, or create an account with it. Then you see to the day what it gives you, and redeem it with one press.
        Sign in
        Create an account
        There is nothing more to pay, it does not expire, and nothing renews by itself.
        Have you changed your mind? The link in its receipt leads to where you can take it back."#]]
    .assert_eq(&sealed.text());
});

journey!(redeeming_ones_own_gift_tells_nobody_and_asks_for_no_thanks, async |world: &World| {
    own_gift(world).await;
    let (ada, card) = world.registers_through_the_mail_to("Ada@Example.com").await;
    assert!(card.says("From you, for yourself") && !card.html.contains("decline"), "{}", card.text());
    let redeemed = ada.presses(&card, "Redeem", &[]).await.is(302);
    let page = ada.follows(&redeemed).await.is(200);
    expect![[r#"
        It is yours
        You redeemed three months of Member on 21 November 2026. The card stays here.
        Three months of Member
        For all the Sundays.
        Ada
        See your membership"#]]
    .assert_eq(&page.text());
    ada.posts(redeemed.location(), &[("intent", "thank"), ("thanks", "Well done.")]).await.is(422);
    world.send_outbox().await;
    assert_eq!(subjects(world).len(), 2, "{:?}", subjects(world));
    let account = ada.opens("/account").await.is(200);
    for told in ["a gift from yourself", "To yourself", "From yourself"] {
        assert!(account.says(told), "{told} in {}", account.text());
    }
    let status = world.browser().opens(&world.mail_to(ADA).gift_page()).await.is(200);
    for told in ["Your gift to yourself", "You redeemed it on 21 November 2026.", "Three months of Member are yours."] {
        assert!(status.says(told), "{told} in {}", status.text());
    }
});

journey!(whoever_changed_their_mind_finds_the_money_on_the_buyers_page, async |world: &World| {
    let promise = own_gift(world).await;
    let link = world.mail_to("Ada@Example.com").redeem_link();
    let anybody = world.browser();
    let asked = anybody.opens(&format!("{link}&decline=1")).await.is(200);
    assert!(asked.says("Have you changed your mind?") && !asked.says("Decline the gift"), "{}", asked.text());
    let ada = world.browser();
    let status = ada.opens(&world.mail_to(ADA).gift_page()).await.is(200);
    ada.presses(&status, "Take my money back", &[]).await.is(302);
    world.send_outbox().await;
    world.provider_says(&promise, Says::Refunded).await;
    world.send_outbox().await;
    assert_eq!(world.mail_to(ADA).subject, "The payment for your gift to yourself has gone back");
    assert!(anybody.opens(&link).await.is(200).says("You took this gift back"));
});

journey!(what_was_redeemed_and_paid_back_is_told_once_to_one_mailbox, async |world: &World| {
    let promise = own_gift(world).await;
    world.redeems_the_mail_to("Ada@Example.com").await;
    world.provider_says(&promise, Says::Refunded).await;
    world.send_outbox().await;
    let told: Vec<String> =
        subjects(world).into_iter().filter(|subject| subject.contains("gone back") || subject.contains("ended")).collect();
    assert_eq!(told, ["The payment for your gift to yourself has gone back"]);
    assert!(world.mail_to(ADA).text.contains("What was left of it has ended."));
});

journey!(given_on_to_somebody_else_it_is_a_gift_like_any_other, async |world: &World| {
    own_gift(world).await;
    let ada = world.browser();
    let status = ada.opens(&world.mail_to(ADA).gift_page()).await.is(200);
    ada.presses(&status, "Change it", &[("recipient_name", "Bob"), ("recipient_email", "bob@example.com")]).await.is(302);
    world.send_outbox().await;
    assert_eq!(world.mail_to("bob@example.com").subject, "Ada has given you something");
    world.redeems_the_mail_to("bob@example.com").await;
    world.send_outbox().await;
    assert_eq!(world.mail_to(ADA).subject, "Bob has opened your gift");
});
