//! A gift that nobody redeems: its recipient is reminded once, then its giver, and either can have none of it.

use std::time::Duration;

use axum::body::Body;
use http::Request;
use http::header::{CONTENT_TYPE, COOKIE};

use super::world::{Answer, Browser, Mail, Promise, SHOP, Says, World, answer_to, journey};
use crate::catalog::{Months, Tier};

const DAY: Duration = Duration::from_hours(24);
/// Of a day.
const ALL_BUT_A_SECOND: Duration = Duration::from_secs(24 * 60 * 60 - 1);
const WAITS: &str = "Ada’s gift is still waiting for you";
const UNOPENED: &str = "Bob hasn’t opened your gift yet";
const UNREDEEMED: &str = "Bob hasn’t redeemed your gift yet";

/// Days go by, and whatever comes due is sent.
async fn days_go_by(world: &World, days: u32) {
    world.pass(DAY * days);
    world.send_outbox().await;
}

/// Who was reminded of what, as far as anybody was.
fn reminders(world: &World) -> Vec<String> {
    let is_one = |mail: &Mail| [WAITS, UNOPENED, UNREDEEMED].contains(&mail.subject.as_str());
    world.mailboxes.all().iter().filter(|mail| is_one(mail)).map(|mail| format!("{}: {}", mail.to, mail.subject)).collect()
}

/// The buyer's page, as it is now.
async fn own_page(world: &World) -> (Browser, Answer) {
    let ada = world.browser();
    let page = ada.opens(&world.mails_to("ada@example.com")[0].gift_page()).await.is(200);
    (ada, page)
}

async fn changes(world: &World, button: &str, fields: &[(&str, &str)]) {
    let (ada, page) = own_page(world).await;
    ada.presses(&page, button, fields).await.is(302);
    world.send_outbox().await;
}

/// A mail program whose reader presses its button, with a cookie that it has no business to have.
async fn one_click(world: &World, link: &str, kind: &str, body: &str) -> Answer {
    let path = link.strip_prefix(SHOP).unwrap();
    let request = Request::post(path).header(CONTENT_TYPE, kind).header(COOKIE, "ribbon=x").body(Body::from(body.to_owned()));
    answer_to(&world.router, request.unwrap(), path).await
}

async fn presses_unsubscribe(world: &World, mail: &Mail) -> Answer {
    let link = mail.one_click.clone().unwrap();
    one_click(world, &link, "application/x-www-form-urlencoded", "List-Unsubscribe=One-Click").await
}

journey!(a_recipient_is_reminded_once_after_a_week_and_redeems_by_that_mail, async |world: &World| {
    let promise = world.mailed().await;
    world.pass(DAY * 6 + ALL_BUT_A_SECOND);
    world.send_outbox().await;
    assert_eq!(reminders(world), [""; 0]);
    world.pass(Duration::from_secs(1));
    world.send_outbox().await;
    assert_eq!(reminders(world), [format!("bob@example.com: {WAITS}")]);
    let (_, page) = own_page(world).await;
    assert!(page.says("Reminder sent to bob@example.com 28 November 2026, 12:00. They get no other."), "{}", page.text());
    days_go_by(world, 20).await;
    assert_eq!(reminders(world).len(), 1);
    world.redeems_the_mail_to("bob@example.com").await;
    days_go_by(world, 400).await;
    assert_eq!(reminders(world).len(), 1, "there is nothing to remind of");
    assert_eq!(world.states(&promise).await, "paid, redeemed");
});

journey!(a_giver_is_reminded_once_after_a_month_of_the_calendar, async |world: &World| {
    world.mailed().await;
    // From 21 November at noon to 21 December at noon.
    world.pass(DAY * 29 + ALL_BUT_A_SECOND);
    world.send_outbox().await;
    assert_eq!(reminders(world), [format!("bob@example.com: {WAITS}")]);
    world.pass(Duration::from_secs(1));
    world.send_outbox().await;
    assert_eq!(reminders(world)[1..], [format!("ada@example.com: {UNOPENED}")]);
    let mail = world.mail_to("ada@example.com");
    assert!(
        mail.text.contains("you can send the card again, correct the address, hand the link over yourself or print the card."),
        "{}",
        mail.text
    );
    let page = world.browser().opens(&mail.gift_page()).await.is(200);
    assert!(page.says("Reminder sent to you 21 December 2026, 12:00."), "{}", page.text());
    assert!(!page.html.contains("I need no reminder"), "there is none to come");
    days_go_by(world, 400).await;
    assert_eq!(reminders(world).len(), 2);
});

journey!(a_giver_reads_that_the_card_was_opened_and_nothing_else_of_the_recipient, async |world: &World| {
    world.mailed().await;
    let stop = world.mail_to("bob@example.com");
    world.registers_through_the_mail_to("bob@example.com").await;
    presses_unsubscribe(world, &stop).await.is(200);
    days_go_by(world, 31).await;
    assert_eq!(reminders(world), [format!("ada@example.com: {UNREDEEMED}")]);
    let (_, page) = own_page(world).await;
    assert_eq!(page.text().to_lowercase().matches("reminder").count(), 1, "their own alone: {}", page.text());
});

journey!(both_are_late_and_both_come_once_after_a_server_was_down, async |world: &World| {
    world.mailed().await;
    days_go_by(world, 90).await;
    let mut late = reminders(world);
    late.sort_unstable();
    assert_eq!(late, [format!("ada@example.com: {UNOPENED}"), format!("bob@example.com: {WAITS}")]);
});

/// What ends a gift, or stops it for now; and that nobody is reminded of it then.
async fn silent_after(world: &World, what: impl AsyncFnOnce(&World, &Promise)) {
    let promise = world.mailed().await;
    what(world, &promise).await;
    world.send_outbox().await;
    days_go_by(world, 90).await;
    assert_eq!(reminders(world), [""; 0], "{}", world.states(&promise).await);
}

journey!(nobody_is_reminded_of_what_is_redeemed, async |world: &World| {
    silent_after(world, async |world, _| {
        world.redeems_the_mail_to("bob@example.com").await;
    })
    .await;
});

journey!(nobody_is_reminded_of_what_was_declined, async |world: &World| {
    silent_after(world, async |world, _| {
        let bob = world.browser();
        let sealed = bob.opens(&world.mail_to("bob@example.com").redeem_link()).await.is(200);
        let asks = bob.opens(&sealed.link_with("decline")).await.is(200);
        bob.presses(&asks, "Decline the gift", &[]).await.is(302);
    })
    .await;
});

journey!(nobody_is_reminded_of_what_was_paid_back, async |world: &World| {
    silent_after(world, async |world, promise| world.provider_says(promise, Says::Refunded).await).await;
});

journey!(nobody_is_reminded_while_the_bank_disputes_the_payment, async |world: &World| {
    silent_after(world, async |world, promise| world.provider_says(promise, Says::Disputed).await).await;
});

journey!(nobody_is_reminded_of_what_its_buyer_takes_back, async |world: &World| {
    silent_after(world, async |world, _| changes(world, "Take my money back", &[]).await).await;
});

journey!(what_was_held_over_its_time_waits_that_time_anew, async |world: &World| {
    let promise = world.mailed().await;
    world.provider_says(&promise, Says::Disputed).await;
    days_go_by(world, 60).await;
    world.provider_says(&promise, Says::DisputeWon).await;
    world.send_outbox().await;
    assert_eq!(reminders(world), [""; 0], "nobody is nudged the moment that it is let go");
    days_go_by(world, 7).await;
    assert_eq!(reminders(world), [format!("bob@example.com: {WAITS}")]);
    days_go_by(world, 24).await;
    assert_eq!(reminders(world).len(), 2);
});

journey!(a_recipient_to_whom_nothing_is_mailed_is_not_reminded, async |world: &World| {
    let promise = world.buyer("ada@example.com").buys(Tier::Member, Months::Three).for_("bob@example.com").by_hand().await;
    world.provider_says(&promise, Says::Paid).await;
    world.send_outbox().await;
    days_go_by(world, 30).await;
    assert_eq!(reminders(world), [format!("ada@example.com: {UNOPENED}")]);
    let mail = world.mail_to("ada@example.com");
    assert!(mail.text.contains("are yours to hand over. We have mailed nothing to bob@example.com."), "{}", mail.text);
    days_go_by(world, 60).await;
    assert_eq!(world.mails_to("bob@example.com").len(), 0);
});

journey!(a_recipient_whose_mail_came_back_is_not_reminded_and_the_giver_is, async |world: &World| {
    world.mailboxes.refuses("bob@example.com");
    world.mailed().await;
    days_go_by(world, 90).await;
    assert_eq!(reminders(world), [format!("ada@example.com: {UNOPENED}")]);
    assert!(world.mail_to("ada@example.com").text.contains("you can correct the address, send the card again,"));
});

journey!(a_week_is_counted_from_the_day_on_which_the_card_goes_out, async |world: &World| {
    let writing = world.buyer("ada@example.com").buys(Tier::Member, Months::Three).for_("bob@example.com");
    let promise = writing.on("2026-12-24", "UTC").await;
    world.provider_says(&promise, Says::Paid).await;
    days_go_by(world, 32).await;
    assert_eq!(world.mails_to("bob@example.com").len(), 0);
    assert_eq!(reminders(world), [""; 0], "a month after it was paid the card isn't even out");
    // On 24 December, three hours after it was due.
    days_go_by(world, 1).await;
    days_go_by(world, 6).await;
    assert_eq!(reminders(world), [""; 0]);
    days_go_by(world, 1).await;
    assert_eq!(reminders(world), [format!("bob@example.com: {WAITS}")]);
});

journey!(the_same_recipient_is_reminded_once_however_often_the_card_is_sent, async |world: &World| {
    world.mailed().await;
    days_go_by(world, 6).await;
    changes(world, "Send it again", &[]).await;
    days_go_by(world, 6).await;
    assert_eq!(reminders(world), [""; 0], "a week after the last card");
    days_go_by(world, 1).await;
    changes(world, "Make a new code", &[]).await;
    changes(world, "Send it again", &[]).await;
    days_go_by(world, 20).await;
    assert_eq!(reminders(world), [format!("bob@example.com: {WAITS}")]);
});

journey!(a_new_recipient_has_a_week_of_their_own_and_the_one_before_hears_nothing_more, async |world: &World| {
    let to_carl = [("recipient_name", "Carl"), ("recipient_email", "carl@example.com")];
    world.mailed().await;
    let to_bob = world.mail_to("bob@example.com");
    presses_unsubscribe(world, &to_bob).await.is(200);
    days_go_by(world, 3).await;
    changes(world, "Change it", &to_carl).await;
    days_go_by(world, 6).await;
    assert_eq!(reminders(world), [""; 0]);
    days_go_by(world, 1).await;
    assert_eq!(reminders(world), [format!("carl@example.com: {WAITS}")]);
    presses_unsubscribe(world, &to_bob).await.is(404);
});

journey!(a_recipient_stops_the_reminder_before_it_comes_and_looking_at_the_page_does_not, async |world: &World| {
    world.mailed().await;
    let mail = world.mail_to("bob@example.com");
    let bob = world.browser();
    let before = world.dump().await;
    let page = bob.opens(&mail.one_click.unwrap()).await.is(200);
    assert_eq!(world.dump().await, before);
    let done = bob.presses(&page, "Stop the reminders", &[]).await.is(302);
    assert!(!done.location().contains("gift_"), "{}", done.location());
    assert!(bob.follows(&done).await.is(200).says("No more reminders about this gift"));
    bob.presses(&page, "Stop the reminders", &[]).await.is(302);
    days_go_by(world, 29).await;
    assert_eq!(reminders(world), [""; 0]);
    world.redeems_the_mail_to("bob@example.com").await;
    world.send_outbox().await;
});

journey!(a_giver_switches_reminders_off_and_on_again, async |world: &World| {
    world.mailed().await;
    days_go_by(world, 8).await;
    changes(world, "Send me no reminder", &[]).await;
    let (_, page) = own_page(world).await;
    assert!(page.html.contains("Reminders about this gift are off"), "{}", page.text());
    days_go_by(world, 60).await;
    assert_eq!(reminders(world), [format!("bob@example.com: {WAITS}")]);
    changes(world, "Switch them on again", &[]).await;
    days_go_by(world, 29).await;
    assert_eq!(reminders(world).len(), 1, "nobody is nudged the moment that they are switched on");
    days_go_by(world, 2).await;
    assert_eq!(reminders(world)[1..], [format!("ada@example.com: {UNOPENED}")]);
});

journey!(a_mail_program_stops_them_from_wherever_it_is_by_either_kind_of_form, async |world: &World| {
    let parts = "--b\r\nContent-Disposition: form-data; name=\"List-Unsubscribe\"\r\n\r\nOne-Click\r\n--b--\r\n";
    world.mailed().await;
    days_go_by(world, 31).await;
    for (to, kind, body) in [
        ("bob@example.com", "multipart/form-data; boundary=b", parts),
        ("ada@example.com", "application/x-www-form-urlencoded", "List-Unsubscribe=One-Click"),
    ] {
        let link = world.mail_to(to).one_click.unwrap();
        one_click(world, &link, "text/plain", "").await.is(422);
        let answer = one_click(world, &link, kind, body).await.is(200);
        assert_eq!(answer.html, "No more reminders about this gift.\n");
        one_click(world, &link, kind, body).await.is(200);
        assert!(world.browser().opens(&link).await.is(200).says("Nothing more of the kind comes to you."));
    }
    let events = world.column("select what from gift_events where what like '%stopped' order by version").await;
    assert_eq!(events, ["recipient_reminders_stopped", "giver_reminders_stopped"]);
    let (_, page) = own_page(world).await;
    assert!(page.says("We write to you about it no more.") && !page.html.contains("are off"), "{}", page.text());
});

journey!(a_token_stops_only_what_it_was_signed_for, async |world: &World| {
    world.mailed().await;
    days_go_by(world, 31).await;
    let own = world.mail_to("bob@example.com").one_click.unwrap();
    let reference = own.split_once("token=").unwrap().1.split('.').next().unwrap();
    let signature = own.rsplit_once('.').unwrap().1;
    let page_key = world.mail_to("ada@example.com").gift_page().rsplit_once("key=").unwrap().1.to_owned();
    let before = world.dump().await;
    for forged in [
        own.replace(".recipient.", ".giver."),
        own.replace(reference, "gift_0123456789abcdef"),
        own.replace(signature, &page_key),
        own[..own.len() - 1].to_owned(),
        own.replace(".recipient.", ".operator."),
        own.split_once('?').unwrap().0.to_owned(),
        format!("{SHOP}/reminders/stop?token=%ff%00.."),
    ] {
        one_click(world, &forged, "application/x-www-form-urlencoded", "List-Unsubscribe=One-Click").await.is(404);
        let bob = world.browser();
        let token = forged.split_once("token=").map_or("", |(_, token)| token);
        bob.posts("/reminders", &[("token", token)]).await.is(404);
        bob.opens(&forged).await.is(404);
    }
    let foreign = world.browser().standing_on(Some("https://evil.example"));
    foreign.posts("/reminders", &[("token", own.split_once("token=").unwrap().1)]).await.is(403);
    assert_eq!(world.dump().await, before);
});

journey!(whoever_calls_a_reminder_or_the_card_unwanted_gets_no_other, async |world: &World| {
    world.mailed().await;
    days_go_by(world, 31).await;
    for to in ["bob@example.com", "ada@example.com"] {
        world.reports("mail.complained", &world.mail_to(to)).await.is(200);
        world.send_outbox().await;
    }
    let stopped = world.column("select recipient_stopped_at from gifts union all select giver_stopped_at from gifts").await;
    assert!(stopped.iter().all(|at| at != "-"), "{stopped:?}");
});
