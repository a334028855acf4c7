//! A gift is written, paid, mailed and redeemed.

use std::time::Duration;

use expect_test::expect;
use futures::future::join_all;

use super::world::{PASSWORD, Promise, Says, World, journey};
use crate::catalog::{Months, Tier};

journey!(a_gift_is_bought_paid_mailed_and_redeemed, async |world: &World| {
    let ada = world.browser();
    let form = ada.opens("/gift").await.is(200);
    let written = [
        ("recipient_name", "Bob"),
        ("recipient_email", "bob@example.com"),
        ("message", "For all the Sundays."),
        ("buyer_name", "Ada"),
        ("buyer_email", "ada@example.com"),
    ];
    let sent = ada.presses(&form, "Continue to payment", &written).await;
    expect!["302 -> https://checkout.stripe.test/c/pay/cs_test_1"].assert_eq(&sent.seen());
    let promise = Promise::at(sent.location());

    world.provider_says(&promise, Says::Paid).await;
    expect![[r#"
        200
        Thank you, Ada.
        It is paid, and the card is on its way to Bob. We write to you when it is redeemed.
        Follow your gift
        Your receipt
        Founder, 12 months
        €192.00
        Paid
        €192.00
        For
        Bob, bob@example.com
        Reference
        gift_smk645aednvb5cns
        A copy is in your mailbox, ada@example.com. Quote the reference if you write to us; it redeems nothing.
        for Bob from Ada Founder, twelve months"#]]
    .assert_eq(&world.comes_back(&promise).await.seen());
    world.send_outbox().await;
    expect![[r#"
        ada@example.com: Your gift to Bob: receipt and link
        bob@example.com: Ada has given you something"#]]
    .assert_eq(&world.subjects().join("\n"));
    expect![[r#"
        200
        gift_smk645aednvb5cns
        Your gift to Bob
        Sent, and waiting to be redeemed.
        Paid 21 November 2026, 12:00. €192.00.
        Sent to bob@example.com 21 November 2026, 12:00.
        Redeemed Twelve months of Founder are Bob’s from then on. The gift does not expire.
        Times of day are UTC.
        Is something not right?
        The mail did not arrive
        Ask Bob to look among the unwanted mail first. We send it again to bob@example.com, with the same code.
        Send it again
        It should go to another name or address
        With another address, the link and the code that exist now stop working. A corrected name leaves them alone. The message goes along as it is; to change it, do that first.
        Their name
        Their email address
        Change it and send it again
        The message should read otherwise
        The mail that was sent keeps the old words. The card behind its link shows the new ones.
        Your message (optional)
        For all the Sundays.
        Up to 500 characters. It is printed just as you write it.
        Change the message
        I would rather hand it over myself
        Pass on this link, or the code to type under “Redeem”. Bob signs in with bob@example.com to redeem it.
        http://localhost:3000/redeem/98TF1A1DBW4K7C9MDZ27MWJT
        98TF 1A1D BW4K 7C9M DZ27 MWJT
        The code has fallen into other hands
        The code and every link to it stop working at once. The new one is mailed at once.
        Make a new code
        I need no reminder
        When nobody has redeemed it after a month, we would write to you, once.
        Send me no reminder
        I would like my money back
        €192.00 goes back the way it came. The gift ends: its code and its links stop working at once. This can’t be undone.
        You can do this here until 5 December 2026, as long as nobody has redeemed it.
        Take my money back
        Receipt
        Founder, 12 months
        €192.00
        Paid
        €192.00
        Paid on
        21 November 2026
        Sold by
        Ribbon, 12 Harbour Street
        Order
        order_nxaq1xd1g45qnxwc
        The seller states no tax on it.
        for Bob from Ada Founder, twelve months
        This page is yours alone: whoever has its address can change the gift. It was mailed to ada@example.com.
        Print the card
        Make another like it"#]]
    .assert_eq(&ada.opens(&world.mail_to("ada@example.com").gift_page()).await.seen());

    let bob = world.browser();
    let sealed = bob.opens(&world.mail_to("bob@example.com").redeem_link()).await;
    expect![[r#"
        200
        Bob, this is for you
        Ada has given you a membership at Ribbon.
        Gift card.
        for Bob from Ada Open the card
        Twelve months of Founder
        For all the Sundays.
        Ada
        To make it yours, sign in with the address it was sent to, bob@example.com, or create an account with it. Then you see to the day what it gives you, and redeem it with one press.
        Sign in
        Create an account
        It costs you nothing and does not expire, and nothing renews by itself.
        I would rather not have it"#]]
    .assert_eq(&sealed.seen());
    let kept = bob.presses(&sealed, "Create an account", &[]).await;
    let form = bob.follows(&kept).await;
    let registered = bob.presses(&form, "Create an account", &[("email", "bob@example.com"), ("password", PASSWORD)]).await;
    assert_eq!((kept.location(), registered.location()), ("/register", "/redeem"));
    let card = bob.follows(&registered).await;
    expect![[r#"
        200
        From Ada, for you
        for Bob from Ada
        Twelve months of Founder
        For all the Sundays.
        Ada
        If you redeem it today
        Today
        No membership.
        After
        Founder from today to 21 November 2027.
        Today, 21 November 2026 Founder begins: 12 months, a gift from Ada.
        21 November 2027 Founder ends. Nothing renews by itself.
        Let Ada know a week before my membership ends. Ada can then give again, and learns that day and nothing else.
        Redeem 12 months of Founder
        Nothing to pay. Redeeming can’t be undone.
        You are signed in as bob@example.com. I would rather not have it"#]]
    .assert_eq(&card.seen());
    let redeemed = bob.presses(&card, "Redeem", &[]).await;
    expect!["302 -> /redeem?gift=gift_smk645aednvb5cns"].assert_eq(&redeemed.seen());
    expect![[r#"
        200
        It is yours
        You redeemed twelve months of Founder on 21 November 2026. Ada knows, and the card stays here.
        Twelve months of Founder
        For all the Sundays.
        Ada
        See your membership
        Say thank you
        A few words to Ada
        Up to 500 characters, once. Your address is not shown.
        Send your thanks"#]]
    .assert_eq(&bob.follows(&redeemed).await.seen());

    world.send_outbox().await;
    assert_eq!(world.mail_to("ada@example.com").subject, "Bob has opened your gift");
    assert_eq!(world.states(&promise).await, "paid, redeemed");
});

journey!(twenty_clicks_at_once_make_one_order, async |world: &World| {
    let browser = world.browser();
    let clicks = (0..20).map(|_| async {
        let writing = world.buyer("ada@example.com").buys(Tier::Founder, Months::Twelve).for_("bob@example.com");
        writing.sent_by(&browser).await.is(302).location().to_owned()
    });
    let mut pages = join_all(clicks).await;
    pages.dedup();
    assert_eq!(pages, ["https://checkout.stripe.test/c/pay/cs_test_1"]);
    assert_eq!((world.count("orders").await, world.count("gifts").await, world.stripe.hosted().len()), (1, 1, 1));
});

journey!(another_gift_makes_another_order, async |world: &World| {
    let bob = world.promised().await;
    let carl = world.buyer("ada@example.com").buys(Tier::Member, Months::Three).for_("carl@example.com").await;
    assert_ne!(bob.session, carl.session);
    assert_eq!(world.count("orders").await, 2);
});

journey!(the_same_gift_can_be_bought_again_once_the_first_is_paid, async |world: &World| {
    let first = world.mailed().await;
    let second = world.promised().await;
    assert_ne!(first.session, second.session);
});

journey!(a_scheduled_gift_waits_for_its_day, async |world: &World| {
    let writing = world.buyer("ada@example.com").buys(Tier::Member, Months::Three).for_("bob@example.com");
    let promise = writing.on("2026-12-24", "America/New_York").await;
    world.provider_says(&promise, Says::Paid).await;
    world.send_outbox().await;
    assert_eq!(world.mails_to("bob@example.com").len(), 0);
    let page = world.browser().opens(&world.mail_to("ada@example.com").gift_page()).await.is(200);
    assert!(page.says("Goes out to bob@example.com 24 December 2026"), "{}", page.text());

    // Christmas Eve begins five hours later there; the card comes with the morning.
    let day = Duration::from_hours(24);
    world.pass(day * 32 + Duration::from_hours(12));
    world.send_outbox().await;
    assert_eq!(world.mails_to("bob@example.com").len(), 0, "midnight in London");
    world.pass(day);
    world.send_outbox().await;
    assert_eq!(world.mails_to("bob@example.com").len(), 1);
    world.redeems_the_mail_to("bob@example.com").await;
    world.send_outbox().await;
});

journey!(a_gift_for_the_buyers_own_hand_is_mailed_to_nobody_but_the_buyer, async |world: &World| {
    let promise = world.buyer("ada@example.com").buys(Tier::Member, Months::Three).for_("bob@example.com").by_hand().await;
    world.provider_says(&promise, Says::Paid).await;
    world.send_outbox().await;
    assert_eq!(world.subjects().len(), 1, "{:?}", world.subjects());
    let receipt = world.mail_to("ada@example.com");
    let code = world.gift(&promise).await.code(world.secrets()).unwrap();
    assert!(!receipt.html.contains(code.reveal()) && !receipt.text.contains(code.reveal()), "a mail to the buyer holds no code");

    let page = world.browser().opens(&receipt.gift_page()).await.is(200);
    assert!(page.says(&code.reveal_grouped()), "{}", page.text());
    assert!(!page.html.contains("proof="), "the buyer never has the proof");
    let bob = world.signed_in("bob@example.com").await;
    let card = bob.opens(&format!("/redeem/{}", code.reveal())).await.is(200);
    bob.presses(&card, "Redeem", &[]).await.is(302);
    world.send_outbox().await;
    assert_eq!(world.states(&promise).await, "paid, redeemed");
});

journey!(whoever_turns_back_finds_the_form_as_it_was, async |world: &World| {
    let writing = world.buyer("ada@example.com").buys(Tier::Founder, Months::Six).for_("bob@example.com");
    let promise = writing.with("occasion", "birthday").with("message", "Two\n\nlines <b>").await;
    let page = world.browser().opens(world.stripe.session(&promise.session).back.cancel.as_str()).await.is(200);
    assert!(page.says("Nothing was charged"), "{}", page.text());
    let form = page.form("Continue to payment");
    let kept = [
        "tier",
        "duration_months",
        "occasion",
        "recipient_name",
        "recipient_email",
        "message",
        "buyer_name",
        "buyer_email",
        "delivery",
    ];
    assert_eq!(
        kept.map(|field| form.get(field)),
        ["founder", "6", "birthday", "Bob", "bob@example.com", "Two\n\nlines <b>", "Ada", "ada@example.com", "email"]
    );
});

journey!(a_day_that_has_passed_meanwhile_is_not_filled_in_again, async |world: &World| {
    let writing = world.buyer("ada@example.com").buys(Tier::Member, Months::Three).for_("bob@example.com");
    let promise = writing.on("2026-12-24", "Europe/Berlin").await;
    world.provider_says(&promise, Says::Expired).await;
    let back = world.stripe.session(&promise.session).back.cancel;
    for (days, day) in [(1, "2026-12-24"), (40, "")] {
        world.pass(Duration::from_hours(24) * days);
        let form = world.browser().opens(back.as_str()).await.is(200).form("Continue to payment");
        assert_eq!((form.get("deliver_on"), form.get("time_zone")), (day, "Europe/Berlin"), "after {days} days more");
    }
});

journey!(a_card_for_another_occasion_is_another_purchase, async |world: &World| {
    let for_a = |occasion: &str| {
        let writing = world.buyer("ada@example.com").buys(Tier::Member, Months::Three).for_("bob@example.com");
        writing.with("occasion", occasion)
    };
    // A form from before there were any sends none.
    for occasion in ["", "just_because", "holidays", "holidays"] {
        for_a(occasion).await;
    }
    assert_eq!(world.count("orders").await, 2);
    let refused = for_a("easter").sent_by(&world.browser()).await.is(422);
    assert!(refused.says("Choose what the card is for"), "{}", refused.text());
    assert_eq!(world.count("orders").await, 2);
});
