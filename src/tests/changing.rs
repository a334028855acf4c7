//! What a giver changes of a gift that was mailed, while its recipient may be redeeming it.

use std::time::Duration;

use super::world::{Answer, Browser, Says, World, journey};
use crate::catalog::{Months, Tier};

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

/// A gift for the morning of Christmas Eve in Auckland, paid; and its buyer on its page.
async fn scheduled(world: &World) -> (Browser, Answer) {
    let writing = world.buyer("ada@example.com").buys(Tier::Member, Months::Three).for_("bob@example.com");
    let promise = writing.on("2026-12-24", "Pacific/Auckland").await;
    world.provider_says(&promise, Says::Paid).await;
    world.send_outbox().await;
    let ada = world.browser();
    let page = ada.opens(&world.mail_to("ada@example.com").gift_page()).await.is(200);
    (ada, page)
}

/// How often the card went out; in all that time its recipient is reminded of it as well.
fn cards(world: &World) -> usize {
    world.mails_to("bob@example.com").iter().filter(|mail| mail.subject == "Ada has given you something").count()
}

const TRAVELS: &str = "Change how it travels";

journey!(the_day_is_told_by_the_clock_that_it_was_chosen_by_and_can_be_another, async |world: &World| {
    let (ada, page) = scheduled(world).await;
    assert!(page.says("goes out on 24 December 2026, 09:00 in Auckland."), "{}", page.text());
    assert!(world.mail_to("ada@example.com").text.contains("on 24 December 2026, 09:00 in Auckland."));
    let new_day = [("delivery", "email"), ("deliver_on", "2026-12-01"), ("time_zone", "UTC")];
    let done = ada.presses(&page, TRAVELS, &new_day).await.is(302);
    let after = ada.follows(&done).await.is(200);
    assert!(after.says("The day is changed.") && after.says("1 December 2026, 09:00 UTC."), "{}", after.text());
    world.pass(Duration::from_hours(10 * 24 - 4));
    world.send_outbox().await;
    assert_eq!(world.mails_to("bob@example.com").len(), 0);
    world.pass(Duration::from_hours(1));
    world.send_outbox().await;
    assert_eq!(world.mails_to("bob@example.com").len(), 1);
    world.pass(Duration::from_hours(40 * 24));
    world.send_outbox().await;
    assert_eq!(cards(world), 1, "and not again on the first day");
});

/// A button, what is filled in, and what is said of it when the payment is settled and when it isn't.
type Step<'a> = (&'a str, &'a [(&'a str, &'a str)], &'a str, &'a str);

journey!(before_its_payment_is_settled_nothing_is_said_to_leave_or_to_stand_below, async |world: &World| {
    let promise = world.promised().await;
    let ada = world.browser();
    let own = world.comes_back(&promise).await.link_with("/gifts/");
    let by_hand = [("delivery", "link"), ("deliver_on", "")];
    let by_mail = [("delivery", "email"), ("deliver_on", "")];
    for (says, is_paid) in [(None, false), (Some(Says::Paid), true), (Some(Says::Disputed), false)] {
        if let Some(says) = says {
            world.provider_says(&promise, says).await;
        }
        let steps: [Step; 4] = [
            (
                TRAVELS,
                &by_hand,
                "The link and the code to hand over are below.",
                "to hand over are on this page once the payment is settled.",
            ),
            ("Make a new code", &[], "it is below, to hand over.", "which is on this page once its payment is settled."),
            (TRAVELS, &by_mail, "It is on its way now.", "It goes out as soon as its payment is settled."),
            ("Make a new code", &[], "a mail with it is on its way.", "which its mail will have."),
        ];
        for (button, fields, now, later) in steps {
            let page = ada.opens(&own).await.is(200);
            let done = ada.presses(&page, button, fields).await.is(302);
            let told = ada.follows(&done).await.is(200);
            let (said, unsaid) = if is_paid { (now, later) } else { (later, now) };
            assert!(told.says(said) && !told.says(unsaid), "{}", told.text());
            world.pass(Duration::from_mins(1));
        }
    }
    world.send_outbox().await;
    assert_eq!(world.mails_to("bob@example.com").len(), 0, "it is disputed by now");
});

journey!(a_day_that_is_none_is_named_and_nothing_else_is_lost, async |world: &World| {
    let (ada, page) = scheduled(world).await;
    let past = [("delivery", "email"), ("deliver_on", "2026-11-02"), ("time_zone", "Asia/Tokyo")];
    let refused = ada.presses(&page, TRAVELS, &past).await.is(422);
    assert!(
        refused.says("Choose a day from 22 November 2026 to 21 November 2027, or none to send it at once"),
        "{}",
        refused.text()
    );
    assert_eq!(refused.value_of("deliver_on"), "2026-11-02");
    assert_eq!(refused.value_of("recipient_email"), "bob@example.com", "the other forms are as they were");
});

journey!(what_should_be_mailed_is_handed_over_and_what_is_handed_over_is_mailed_after_all, async |world: &World| {
    let (ada, page) = scheduled(world).await;
    let done = ada.presses(&page, TRAVELS, &[("delivery", "link"), ("deliver_on", "")]).await.is(302);
    let by_hand = ada.follows(&done).await.is(200);
    assert!(by_hand.says("Nothing is mailed to them.") && by_hand.says("Yours to hand over"), "{}", by_hand.text());
    world.pass(Duration::from_hours(60 * 24));
    world.send_outbox().await;
    assert_eq!(world.mails_to("bob@example.com").len(), 0);
    let done = ada.presses(&by_hand, TRAVELS, &[("delivery", "email"), ("deliver_on", "")]).await.is(302);
    assert!(ada.follows(&done).await.is(200).says("It is on its way now."));
    world.send_outbox().await;
    assert_eq!(world.mails_to("bob@example.com").len(), 1);
});

journey!(what_was_to_wait_goes_out_now_and_once, async |world: &World| {
    let (ada, page) = scheduled(world).await;
    let (one, other) = tokio::join!(ada.presses(&page, "Send it now", &[]), ada.presses(&page, "Send it now", &[]));
    assert!(one.status == 302 && other.status == 302, "{}, {}", one.status, other.status);
    world.send_outbox().await;
    world.pass(Duration::from_hours(60 * 24));
    world.send_outbox().await;
    assert_eq!(cards(world), 1);
});

journey!(a_page_from_before_it_went_out_sends_it_no_second_time, async |world: &World| {
    let (ada, page) = scheduled(world).await;
    ada.presses(&page, "Send it now", &[]).await.is(302);
    world.send_outbox().await;
    let done = ada.presses(&page, "Send it now", &[]).await.is(302);
    assert!(done.location().ends_with("&done=nothing"), "{}", done.location());
    world.send_outbox().await;
    assert_eq!(world.mails_to("bob@example.com").len(), 1);
});

journey!(a_corrected_name_goes_out_once_more_as_its_button_says, async |world: &World| {
    world.mailed().await;
    let old = world.mail_to("bob@example.com").redeem_link();
    world.pass(Duration::from_mins(1));
    let robert = [("recipient_name", "Robert"), ("recipient_email", "bob@example.com")];
    let done = changes(world, "Change it and send it again", &robert).await.is(302);
    assert!(done.location().ends_with("&done=sent-again"), "{}", done.location());
    world.send_outbox().await;
    let mails = world.mails_to("bob@example.com");
    assert_eq!(mails.len(), 2);
    assert!(mails[1].text.starts_with("for Robert\n"), "{}", mails[1].text);
    assert_eq!(mails[1].redeem_link(), old, "the code stays");
});

journey!(another_message_stands_on_the_card_and_the_mail_that_was_sent_keeps_the_old_one, async |world: &World| {
    world.mailed().await;
    let done = changes(world, "Change the message", &[("message", "Sundays <b>and</b> Mondays.")]).await.is(302);
    let ada = world.browser();
    assert!(ada.follows(&done).await.is(200).says("The mail that was sent keeps the old words"));
    let sealed = world.browser().opens(&world.mail_to("bob@example.com").redeem_link()).await.is(200);
    assert!(sealed.says("Sundays <b>and</b> Mondays.") && !sealed.html.contains("<b>and"), "{}", sealed.text());
    assert!(world.mail_to("bob@example.com").text.contains("For all the Sundays."));
    assert_eq!(world.mails_to("bob@example.com").len(), 1);
});

journey!(a_course_tells_everything_that_happened, async |world: &World| {
    world.mailboxes.refuses("bob@example.com");
    world.mailed().await;
    changes(world, "Change it", &[("recipient_name", "Bob"), ("recipient_email", "rob@example.com")]).await.is(302);
    world.send_outbox().await;
    world.pass(Duration::from_secs(1));
    changes(world, "Send it again", &[]).await.is(302);
    world.send_outbox().await;
    changes(world, "Make a new code", &[]).await.is(302);
    world.send_outbox().await;
    world.redeems_the_mail_to("rob@example.com").await;
    world.send_outbox().await;
    let page = world.browser().opens(&world.mails_to("ada@example.com")[0].gift_page()).await.is(200);
    let course = [
        "Paid",
        "Came back",
        "Given another address",
        "Sent to rob@example.com",
        "Sent again to rob@example.com",
        "New code made",
        "Sent to rob@example.com",
        "Redeemed",
    ];
    let mut rest = page.html.as_str();
    for knot in course {
        let (_, behind) =
            rest.split_once(&format!("<b>{knot}</b>")).unwrap_or_else(|| panic!("{knot} is missing in {}", page.text()));
        rest = behind;
    }
    assert!(!page.html.contains("bob@example.com"), "the address before is nobody's to see");
});

journey!(a_gift_is_mailed_so_often_a_day_and_no_more, async |world: &World| {
    world.mailed().await;
    for _ in 0..20 {
        world.pass(Duration::from_mins(6));
        changes(world, "Send it again", &[]).await.is(302);
        world.send_outbox().await;
    }
    changes(world, "Send it again", &[]).await.is(429);
    changes(world, "Change it", &TO_CARL).await.is(429);
    assert_eq!(world.mails_to("bob@example.com").len(), 21);
});

journey!(the_form_is_filled_in_again_for_another_gift_but_for_the_message, async |world: &World| {
    world.mailed().await;
    let ada = world.browser();
    let page = ada.opens(&world.mail_to("ada@example.com").gift_page()).await.is(200);
    let link = page.link_with("again=");
    let form = ada.opens(&link).await.is(200);
    let values = ["recipient_name", "recipient_email", "buyer_name", "buyer_email"].map(|field| form.value_of(field));
    assert_eq!(values, ["Bob", "bob@example.com", "Ada", "ada@example.com"]);
    assert!(!form.says("For all the Sundays."), "{}", form.text());
    assert!(form.html.contains("noindex") && form.headers["cache-control"] == "no-store", "both addresses stand there");
    assert!(!ada.opens("/gift").await.html.contains("noindex"));
    ada.opens(&link.replace("key=", "key=x")).await.is(404);
});
