//! The worker on a real database, with a mailer that does what a test wants.

mod world;

use std::time::Duration;

use world::{Mood, NOW, World, gift, secrets};

use super::{
    NewEntry, Reported, access_token_made, account_exists, address_change_confirm, address_changed, gift_notice, gift_redeemed,
    password_changed, reset_password, sign_in_link, verify_address,
};
use crate::accounts::Purpose;
use crate::gifts::{Delivery, Gift, GiftState, HoldReason};
use crate::store::Store;
use crate::store::testing::on_both;
use crate::values::{Email, LinkId, Secret, Timestamp};

fn after(length: Duration) -> Timestamp {
    NOW.plus(length)
}

on_both!(a_due_gift_is_mailed_once_and_then_is_sent, async |store: Store| {
    let world = World::with(store).await;
    world.post_gift(&world.gift().await).await;
    assert_eq!(world.worker("one").work_once(NOW).await.unwrap(), 1);
    assert_eq!(world.worker("one").work_once(after(Duration::from_hours(9))).await.unwrap(), 0);
    let mails = world.mails();
    assert_eq!(mails.len(), 1);
    assert_eq!((mails[0].mail.to.as_str(), mails[0].mail.subject.as_str()), ("bea@example.com", "Ada has given you something"));
    let gift = world.gift().await;
    assert_eq!(gift.delivery, Delivery::Sent { sent_at: NOW });
    let code = gift.code(&secrets()).unwrap();
    let proof = gift.proof(&secrets()).unwrap();
    assert!(mails[0].mail.text.contains(&format!("https://ribbon.example/shop/redeem/{}?proof={proof}\n", code.reveal())));
    assert!(mails[0].mail.text.contains(&code.reveal_grouped()));
});

on_both!(a_scheduled_gift_waits_for_its_day, async |store: Store| {
    let world = World::with(store).await;
    let due_at = after(Duration::from_hours(48));
    world.change("rescheduled", |gift| gift.delivery = Delivery::Scheduled { due_at }).await;
    world.post_gift(&world.gift().await).await;
    assert_eq!(world.worker("one").work_once(after(Duration::from_hours(47))).await.unwrap(), 0);
    assert_eq!(world.worker("one").work_once(due_at).await.unwrap(), 1);
    assert_eq!(world.gift().await.delivery, Delivery::Sent { sent_at: due_at });
});

on_both!(a_gift_whose_hour_came_while_nobody_was_there_goes_out_once_at_the_start_of_several_servers, async |store: Store| {
    let world = World::with(store).await;
    let due_at = after(Duration::from_hours(48));
    world.change("rescheduled", |gift| gift.delivery = Delivery::Scheduled { due_at }).await;
    world.post_gift(&world.gift().await).await;
    let late = after(Duration::from_hours(90));
    let servers = ["one", "two", "three"].map(|name| world.worker(name));
    for _ in 0..3 {
        for done in futures::future::join_all(servers.iter().map(|server| server.work_once(late))).await {
            done.unwrap();
        }
    }
    assert_eq!((world.mails().len(), world.waiting().await), (1, 0));
    assert_eq!(world.gift().await.delivery, Delivery::Sent { sent_at: late });
});

on_both!(a_clock_that_is_set_back_sends_nothing_twice_and_nothing_early, async |store: Store| {
    let world = World::with(store).await;
    let due_at = after(Duration::from_hours(48));
    world.change("rescheduled", |gift| gift.delivery = Delivery::Scheduled { due_at }).await;
    world.post_gift(&world.gift().await).await;
    let worker = world.worker("one");
    // It fails at its hour, and the clock goes back by a day before it is tried again.
    world.be(Mood::Failing);
    assert_eq!(worker.work_once(due_at).await.unwrap(), 1);
    world.be(Mood::Willing);
    assert_eq!(worker.work_once(after(Duration::from_hours(24))).await.unwrap(), 0);
    assert_eq!(worker.work_once(due_at).await.unwrap(), 0, "it waits for its next try");
    assert_eq!(worker.work_once(due_at.plus(Duration::from_secs(10))).await.unwrap(), 1);
    // Sent by a clock that is then set back: the hour comes once more, and the mail does not.
    for hours in [24, 48, 72] {
        assert_eq!(worker.work_once(after(Duration::from_hours(hours))).await.unwrap(), 0);
    }
    assert_eq!(world.mails().len(), 1);
});

on_both!(a_mail_that_comes_back_before_it_is_marked_as_sent_is_not_sent_again, async |store: Store| {
    let world = World::with(store).await;
    world.post_gift(&world.gift().await).await;
    world.be(Mood::NeverAnswers);
    let dying = world.worker("dying");
    let killed = tokio::time::timeout(Duration::from_millis(200), dying.work_once(NOW)).await;
    assert!(killed.is_err(), "it was killed with the mail in hand");
    world.hears(Reported::Bounced, after(Duration::from_secs(5))).await;
    assert!(matches!(world.gift().await.delivery, Delivery::Bounced { .. }));
    world.be(Mood::Willing);
    while world.worker("next").work_once(after(Duration::from_secs(30))).await.unwrap() > 0 {}
    assert_eq!(
        world.told(),
        ["ada@example.com: We could not deliver your gift to Bea", "bea@example.com: Ada has given you something"]
    );
});

on_both!(a_mail_is_marked_as_sent_after_it_was_said_to_be_delivered, async |store: Store| {
    let world = World::with(store).await;
    world.post_gift(&world.gift().await).await;
    let heard = after(Duration::from_secs(5));
    world.be(Mood::NeverAnswers);
    let killed = tokio::time::timeout(Duration::from_millis(200), world.worker("dying").work_once(NOW)).await;
    assert!(killed.is_err(), "it was killed with the mail in hand");
    world.hears(Reported::Delivered, heard).await;
    world.be(Mood::Willing);
    world.worker("next").work_once(after(Duration::from_secs(30))).await.unwrap();
    assert_eq!(world.gift().await.delivery, Delivery::Delivered { delivered_at: heard });
    assert_eq!((world.mails().len(), world.waiting().await), (1, 0));
});

on_both!(a_card_that_comes_back_to_a_buyer_without_an_address_is_told_to_the_operator, async |store: Store| {
    let world = World::holding(store, Gift { giver_email: None, ..gift() }).await;
    world.post_gift(&world.gift().await).await;
    world.worker("one").work_once(NOW).await.unwrap();
    world.hears(Reported::Bounced, after(Duration::from_secs(5))).await;
    world.hears(Reported::Bounced, after(Duration::from_secs(6))).await;
    while world.worker("one").work_once(after(Duration::from_secs(9))).await.unwrap() > 0 {}
    let told = world.told();
    assert_eq!(told.len(), 2, "{told:?}");
    assert!(told[1].ends_with("our mail to its recipient came back"), "{told:?}");
});

on_both!(a_gift_that_was_reissued_meanwhile_is_mailed_with_its_new_code_only, async |store: Store| {
    let world = World::with(store).await;
    world.post_gift(&world.gift().await).await;
    let secret = secrets().current;
    let reissued = world.change("reissued", |gift| *gift = gift.reissue(&secret, NOW).unwrap()).await;
    world.post_gift(&reissued).await;
    assert_eq!(world.worker("one").work_once(NOW).await.unwrap(), 2);
    let mails = world.mails();
    assert_eq!(mails.len(), 1);
    assert!(mails[0].mail.text.contains(reissued.code(&secrets()).unwrap().reveal()));
});

on_both!(a_held_gift_is_not_mailed_until_the_hold_is_lifted, async |store: Store| {
    let world = World::with(store).await;
    let purchased = world.gift().await;
    world.post_gift(&purchased).await;
    let held = GiftState::Held { purchased_at: NOW, held_at: NOW, reason: HoldReason::Dispute, declined_at: None };
    world.change("held", |gift| gift.state = held).await;
    world.worker("one").work_once(NOW).await.unwrap();
    assert_eq!(world.mails().len(), 0);
    let released = world.change("released", |gift| gift.state = purchased.state).await;
    world.post_gift(&released).await;
    world.worker("one").work_once(after(Duration::from_secs(1))).await.unwrap();
    assert_eq!(world.mails().len(), 1);
});

on_both!(a_server_that_died_after_sending_sends_again_under_the_same_message_id, async |store: Store| {
    let world = World::with(store).await;
    world.post_gift(&world.gift().await).await;
    world.be(Mood::NeverAnswers);
    let dying = world.worker("dying");
    let killed = tokio::time::timeout(Duration::from_millis(200), dying.work_once(NOW)).await;
    assert!(killed.is_err(), "it was killed with the mail in hand");
    world.be(Mood::Willing);
    assert_eq!(world.worker("next").work_once(after(Duration::from_secs(29))).await.unwrap(), 0);
    assert_eq!(world.worker("next").work_once(after(Duration::from_secs(30))).await.unwrap(), 1);
    let ids: Vec<String> = world.mails().into_iter().map(|mail| mail.message_id).collect();
    assert_eq!(ids.len(), 2);
    assert_eq!(ids[0], ids[1]);
});

on_both!(a_recipient_is_reminded_once_by_several_servers_that_come_back_late, async |store: Store| {
    let world = World::with(store).await;
    world.post_gift(&world.gift().await).await;
    world.worker("one").work_once(NOW).await.unwrap();
    let late = after(Duration::from_hours(10 * 24));
    let servers = ["one", "two", "three"].map(|name| world.worker(name));
    for _ in 0..3 {
        for done in futures::future::join_all(servers.iter().map(|server| server.work_once(late))).await {
            done.unwrap();
        }
    }
    assert_eq!(
        world.told(),
        ["bea@example.com: Ada has given you something", "bea@example.com: Ada’s gift is still waiting for you"]
    );
    assert_eq!(world.gift().await.reminders.recipient.reminded_at, Some(late));
});

on_both!(a_server_that_died_after_reminding_reminds_again_under_the_same_message_id, async |store: Store| {
    let world = World::with(store).await;
    world.post_gift(&world.gift().await).await;
    world.worker("one").work_once(NOW).await.unwrap();
    let (due, again) = (after(Duration::from_hours(7 * 24)), after(Duration::from_hours(7 * 24) + Duration::from_secs(30)));
    world.be(Mood::NeverAnswers);
    let killed = tokio::time::timeout(Duration::from_millis(200), world.worker("dying").work_once(due)).await;
    assert!(killed.is_err(), "it was killed with the mail in hand");
    world.be(Mood::Willing);
    assert_eq!(world.worker("next").work_once(again).await.unwrap(), 1);
    assert_eq!(world.worker("next").work_once(after(Duration::from_hours(29 * 24))).await.unwrap(), 0);
    let ids: Vec<String> = world.mails().into_iter().map(|mail| mail.message_id).collect();
    assert_eq!((ids.len(), &ids[1]), (3, &ids[2]));
    assert_eq!(world.gift().await.reminders.recipient.reminded_at, Some(again));
});

on_both!(a_reminder_in_hand_while_its_recipient_stops_them_is_the_last, async |store: Store| {
    let world = World::with(store).await;
    world.post_gift(&world.gift().await).await;
    let worker = world.worker("one");
    worker.work_once(NOW).await.unwrap();
    let due = after(Duration::from_hours(7 * 24));
    world.be(Mood::RefusingLate);
    let stops = async {
        world.until_in_hand().await;
        world.change("recipient_reminders_stopped", |gift| gift.reminders.recipient.stopped_at = Some(due)).await;
        world.be(Mood::Willing);
        world.answer_now();
    };
    let (done, ()) = tokio::join!(worker.work_once(due), stops);
    assert_eq!(done.unwrap(), 1);
    assert_eq!(worker.work_once(after(Duration::from_hours(29 * 24))).await.unwrap(), 0);
    assert_eq!(world.mails().len(), 1);
    assert!(
        matches!(world.gift().await.delivery, Delivery::Sent { .. }),
        "a reminder that does not arrive says nothing of the card"
    );
});

on_both!(several_workers_send_each_mail_once, async |store: Store| {
    let world = World::with(store).await;
    for piece in 0..20 {
        world.post(&gift_notice(&world.gift().await.id, "paid_twice", &format!("pi_{piece}"))).await;
    }
    let workers = ["one", "two", "three", "four"].map(|name| world.worker(name));
    loop {
        let done: usize = futures::future::join_all(workers.iter().map(|worker| worker.work_once(NOW)))
            .await
            .into_iter()
            .map(Result::unwrap)
            .sum();
        if done == 0 && world.waiting().await == 0 {
            break;
        }
    }
    let mut ids: Vec<String> = world.mails().into_iter().map(|mail| mail.message_id).collect();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!((world.mails().len(), ids.len()), (20, 20));
});

on_both!(a_failing_server_is_tried_for_two_days_and_then_giver_and_operator_are_told, async |store: Store| {
    let world = World::with(store).await;
    world.post_gift(&world.gift().await).await;
    world.be(Mood::Failing);
    let worker = world.worker("one");
    let mut now = NOW;
    worker.work_once(now).await.unwrap();
    for pause_seconds in [10, 60, 300, 1_800, 7_200, 21_600, 43_200, 86_400] {
        assert_eq!(world.parked().await, [""; 0]);
        assert_eq!(worker.work_once(now.plus(Duration::from_secs(pause_seconds - 1))).await.unwrap(), 0);
        now = now.plus(Duration::from_secs(pause_seconds));
        assert_eq!(worker.work_once(now).await.unwrap(), 1);
    }
    assert_eq!(world.gift().await.delivery, Delivery::Failed { failed_at: now });
    assert_eq!(world.parked().await, ["gift_for_you smtp_recipient_451"]);
    world.be(Mood::Willing);
    worker.work_once(now).await.unwrap();
    assert_eq!(world.told(), ["ada@example.com: We could not deliver your gift to Bea", &*world.given_up()]);
});

on_both!(a_refused_address_bounces_at_once_and_the_giver_is_told, async |store: Store| {
    let world = World::with(store).await;
    world.post_gift(&world.gift().await).await;
    world.be(Mood::Refusing);
    world.worker("one").work_once(NOW).await.unwrap();
    assert_eq!(world.gift().await.delivery, Delivery::Bounced { bounced_at: NOW });
    assert_eq!(world.parked().await, ["gift_for_you smtp_recipient_550"]);
    world.be(Mood::Willing);
    world.worker("one").work_once(NOW).await.unwrap();
    assert_eq!(world.told(), ["ada@example.com: We could not deliver your gift to Bea"]);
    assert!(world.mails()[0].mail.text.contains("refused our mail to bea@example.com"));
});

on_both!(a_bounce_of_an_address_that_was_corrected_meanwhile_changes_nothing, async |store: Store| {
    let world = World::with(store).await;
    world.post_gift(&world.gift().await).await;
    let secret = secrets().current;
    let carl = Email::parse("carl@example.com").unwrap();
    world.be(Mood::RefusingLate);
    let worker = world.worker("one");
    let (_, ()) = tokio::join!(worker.work_once(NOW), async {
        world.until_in_hand().await;
        world
            .change("readdressed", |gift| *gift = gift.readdress(gift.recipient_name.clone(), carl.clone(), &secret, NOW).unwrap())
            .await;
        world.answer_now();
    });
    let gift = world.gift().await;
    assert_eq!(gift.recipient_email, carl);
    assert!(matches!(gift.delivery, Delivery::Scheduled { .. }), "{:?}", gift.delivery);
    assert_eq!(world.parked().await, ["gift_for_you smtp_recipient_550"]);
});

on_both!(a_receipt_shows_what_was_paid_and_leads_to_the_gifts_page, async |store: Store| {
    let world = World::with(store).await;
    world.post(&world.receipt()).await;
    world.worker("one").work_once(NOW).await.unwrap();
    let mails = world.mails();
    assert_eq!(
        (mails[0].mail.to.as_str(), mails[0].mail.subject.as_str()),
        ("ada@example.com", "Your gift to Bea: receipt and link")
    );
    let text = &mails[0].mail.text;
    assert!(text.contains("Founder, 12 months   €192.00\nDiscount             −€19.20\nTotal                €172.80\n"), "{text}");
    let key = crate::gifts::page_key(&secrets().current, &world.gift().await.id);
    assert!(text.contains(&format!("https://ribbon.example/shop/gifts/gift_0123456789abcdef?key={key}\n")), "{text}");
    assert!(!text.contains(world.gift().await.code(&secrets()).unwrap().reveal()), "a receipt has no code");
});

on_both!(a_giver_hears_of_the_redeeming, async |store: Store| {
    let world = World::with(store).await;
    let redeemed = GiftState::Redeemed {
        purchased_at: NOW,
        redeemed_at: NOW,
        account_id: world.account().await.id,
        grant_id: "grant_0123456789abcdef".parse().unwrap(),
    };
    let gift = world.change("redeemed", |gift| gift.state = redeemed).await;
    world.post(&gift_redeemed(&gift.id)).await;
    world.worker("one").work_once(NOW).await.unwrap();
    assert_eq!(world.told(), ["ada@example.com: Bea has opened your gift"]);
});

on_both!(what_nobody_understands_is_parked_and_stops_nothing_else, async |store: Store| {
    let world = World::with(store).await;
    let mut unknown = world.receipt();
    (unknown.kind, unknown.dedupe_key) = ("gift_eaten".to_owned(), "gift_eaten 1".to_owned());
    world.post(&unknown).await;
    world.post(&world.receipt()).await;
    world.worker("one").work_once(NOW).await.unwrap();
    assert_eq!(world.mails().len(), 1);
    assert_eq!(world.parked().await, ["gift_eaten unknown"]);
});

on_both!(a_gift_whose_secret_is_gone_is_kept_and_tried_again, async |store: Store| {
    let world = World::with(store).await;
    let other = Secret::parse(&"t".repeat(Secret::SHORTEST)).unwrap();
    world.change("rotated", |gift: &mut Gift| gift.secret_id = other.id().to_owned()).await;
    world.post_gift(&world.gift().await).await;
    world.worker("one").work_once(NOW).await.unwrap();
    assert_eq!((world.mails().len(), world.waiting().await), (0, 1));
});

on_both!(a_mailed_link_carries_its_token_and_goes_where_its_purpose_is, async |store: Store| {
    let world = World::with(store).await;
    let account = world.account().await;
    let new_email = Email::parse("bea@new.example").unwrap();
    for (purpose, post, to, page) in [
        (Purpose::Verify, verify_address as fn(&LinkId) -> NewEntry, "bea@example.com", "verify"),
        (Purpose::SignIn, sign_in_link, "bea@example.com", "login/once"),
        (Purpose::Reset, reset_password, "bea@example.com", "reset"),
        (Purpose::ChangeEmail { new_email }, address_change_confirm, "bea@new.example", "account/email/confirm"),
    ] {
        let link = world.link(&account, purpose).await;
        world.post(&post(&link.id)).await;
        world.worker("one").work_once(NOW).await.unwrap();
        let mail = world.mails().pop().unwrap().mail;
        assert_eq!(mail.to.as_str(), to);
        let token = link.token(&secrets()).unwrap();
        let carried = format!("https://ribbon.example/shop/{page}?link={}&token={token}\n", link.id);
        assert!(mail.text.contains(&carried), "{carried} is not in {}", mail.text);
    }
});

on_both!(a_link_that_has_ended_is_not_mailed, async |store: Store| {
    let world = World::with(store).await;
    let account = world.account().await;
    let link = world.link(&account, Purpose::SignIn).await;
    world.post(&sign_in_link(&link.id)).await;
    world.worker("one").work_once(after(Duration::from_mins(15))).await.unwrap();
    assert_eq!((world.mails().len(), world.waiting().await), (0, 0));
});

on_both!(news_of_an_account_goes_to_whom_it_concerns, async |store: Store| {
    let world = World::with(store).await;
    let account = world.account().await;
    let link = world.link(&account, Purpose::ChangeEmail { new_email: Email::parse("bea@new.example").unwrap() }).await;
    let token = world.access_token(&account).await;
    let news = [
        password_changed(&account.id, NOW),
        address_changed(&link.id),
        account_exists(&account.id, NOW),
        access_token_made(&token.id),
    ];
    for entry in news {
        world.post(&entry).await;
    }
    world.worker("one").work_once(NOW).await.unwrap();
    assert_eq!(
        world.told(),
        [
            "bea@example.com: An access token was made",
            "bea@example.com: You have an account already",
            "bea@example.com: Your account has a new address",
            "bea@example.com: Your password was changed"
        ]
    );
});
