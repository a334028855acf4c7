//! What becomes of a gift's mail: it arrives, it comes back, it is reported on late, twice or out of order; and a gift that is not to be
//! mailed is mailed to nobody.

use std::collections::BTreeSet;
use std::time::Duration;

use serde_json::{Value, json};

use super::world::{Answer, Log, Mail, REPORT_SECRET, SHOP, Says, World, journey};
use crate::api::describe;
use crate::catalog::{Months, Tier};
use crate::gifts::Delivery;
use crate::store::testing::Scratch;

const FAILED: &str = "ada@example.com: We could not deliver your gift to Bob";

/// How often the buyer was told that the card did not arrive.
fn told(world: &World) -> usize {
    world.subjects().iter().filter(|subject| *subject == FAILED).count()
}

/// The buyer's page, as it reads now.
async fn page(world: &World) -> String {
    let receipt = world.mails_to("ada@example.com").into_iter().find(|mail| mail.subject.contains("receipt")).unwrap();
    world.browser().opens(&receipt.gift_page()).await.is(200).text().replace('\n', " ")
}

async fn heard(world: &World, kind: &str, mail: &Mail) {
    world.reports(kind, mail).await.is(200);
    world.send_outbox().await;
}

journey!(a_mail_that_comes_back_is_told_to_the_buyer_once_with_all_that_it_takes_to_mend_it, async |world: &World| {
    let promise = world.mailed().await;
    let lost = world.mail_to("bob@example.com");
    let (one, other) = tokio::join!(world.reports("mail.bounced", &lost), world.reports("mail.bounced", &lost));
    one.is(200);
    other.is(200);
    heard(world, "mail.bounced", &lost).await;
    assert_eq!(told(world), 1);
    assert!(page(world).await.contains("Came back from bob@example.com"), "{}", page(world).await);

    let mail = world.mail_to("ada@example.com");
    let code = world.gift(&promise).await.code(world.secrets()).unwrap();
    assert!(mail.text.contains(&code.reveal_grouped()) && !mail.text.contains("proof="), "{}", mail.text);
    let handed_over = world.signed_in("bob@example.com").await;
    handed_over.opens(&mail.redeem_link()).await.is(200);
    let ada = world.browser();
    let status = ada.opens(&mail.gift_page()).await.is(200);
    let corrected = [("recipient_name", "Bob"), ("recipient_email", "bob@other.example")];
    ada.presses(&status, "Change it and send it again", &corrected).await.is(302);
    world.send_outbox().await;
    handed_over.opens(&mail.redeem_link()).await.is(404);
    world.redeems_the_mail_to("bob@other.example").await;
    world.send_outbox().await;
    assert_eq!(world.states(&promise).await, "paid, redeemed");
});

journey!(an_address_that_is_refused_at_once_is_told_of_once_as_well, async |world: &World| {
    world.mailboxes.refuses("bob@example.com");
    let promise = world.mailed().await;
    assert_eq!(told(world), 1);
    assert!(world.mail_to("ada@example.com").text.contains("/redeem/"));
    // Its carrier may repeat what it said, or have it that the mail arrived after all: that is over.
    let id = world.column("select id from outbox where kind = 'gift_for_you'").await.remove(0);
    let lost = Mail { message_id: format!("{id}@ribbon.test"), ..world.mail_to("ada@example.com") };
    heard(world, "mail.bounced", &lost).await;
    heard(world, "mail.delivered", &lost).await;
    assert_eq!(told(world), 1);
    assert!(matches!(world.gift(&promise).await.delivery, Delivery::Bounced { .. }));
});

journey!(reports_that_come_late_and_out_of_order_end_where_they_should, async |world: &World| {
    let promise = world.mailed().await;
    let mail = world.mail_to("bob@example.com");
    for (kind, delivery, times) in [
        ("mail.deferred", "sent", 0),
        ("mail.delivered", "delivered", 0),
        ("mail.delivered", "delivered", 0),
        ("mail.deferred", "delivered", 0),
        ("mail.bounced", "bounced", 1),
        ("mail.delivered", "bounced", 1),
        ("mail.bounced", "bounced", 1),
    ] {
        heard(world, kind, &mail).await;
        let gift = world.gift(&promise).await;
        let is = match gift.delivery {
            Delivery::Sent { .. } => "sent",
            Delivery::Delivered { .. } => "delivered",
            Delivery::Bounced { .. } => "bounced",
            Delivery::LinkOnly | Delivery::Scheduled { .. } | Delivery::Failed { .. } => "else",
        };
        assert_eq!((is, told(world)), (delivery, times), "{kind}");
    }
});

journey!(a_report_on_what_the_first_recipient_was_sent_changes_nothing_for_the_second, async |world: &World| {
    let promise = world.mailed().await;
    let first = world.mail_to("bob@example.com");
    let ada = world.browser();
    let status = ada.opens(&world.mail_to("ada@example.com").gift_page()).await.is(200);
    ada.presses(&status, "Change it", &[("recipient_name", "Carl"), ("recipient_email", "carl@example.com")]).await.is(302);
    heard(world, "mail.bounced", &first).await;
    heard(world, "mail.bounced", &first).await;
    assert!(matches!(world.gift(&promise).await.delivery, Delivery::Sent { .. }));
    assert!(world.subjects().iter().all(|subject| !subject.contains("could not deliver")), "{:?}", world.subjects());
    heard(world, "mail.delivered", &world.mail_to("carl@example.com")).await;
    assert!(page(world).await.contains("Delivered to carl@example.com"), "{}", page(world).await);
});

journey!(a_mail_that_was_sent_again_has_the_last_word, async |world: &World| {
    let promise = world.mailed().await;
    let first = world.mail_to("bob@example.com");
    world.pass(Duration::from_mins(1));
    let ada = world.browser();
    let status = ada.opens(&world.mail_to("ada@example.com").gift_page()).await.is(200);
    ada.presses(&status, "Send it again", &[]).await.is(302);
    // The first one is reported on while the second is still to go, and once it has gone.
    heard(world, "mail.delivered", &first).await;
    assert_eq!(world.mails_to("bob@example.com").len(), 2, "it is sent all the same");
    heard(world, "mail.bounced", &first).await;
    assert!(matches!(world.gift(&promise).await.delivery, Delivery::Sent { .. }));
    heard(world, "mail.bounced", &world.mail_to("bob@example.com")).await;
    assert_eq!(told(world), 1);
});

journey!(what_is_redeemed_all_the_same_has_not_come_back, async |world: &World| {
    let promise = world.mailed().await;
    let mail = world.mail_to("bob@example.com");
    world.redeems_the_mail_to("bob@example.com").await;
    world.send_outbox().await;
    let before = world.dump().await;
    heard(world, "mail.bounced", &mail).await;
    assert_eq!(world.dump().await, before);
    assert_eq!(world.states(&promise).await, "paid, redeemed");
});

journey!(what_is_opened_all_the_same_has_not_come_back_either, async |world: &World| {
    let promise = world.mailed().await;
    let mail = world.mail_to("bob@example.com");
    let (bob, _) = world.registers_through_the_mail_to("bob@example.com").await;
    heard(world, "mail.bounced", &mail).await;
    assert!(matches!(world.gift(&promise).await.delivery, Delivery::Sent { .. }));
    assert_eq!(told(world), 0);
    assert!(bob.opens("/account").await.says("From Ada"), "it waits for him there");
    // Sent once more, it can come back; and whoever asked for that is told.
    world.mailboxes.refuses("bob@example.com");
    world.pass(Duration::from_mins(1));
    let ada = world.browser();
    let status = ada.opens(&world.mail_to("ada@example.com").gift_page()).await.is(200);
    ada.presses(&status, "Send it again", &[]).await.is(302);
    world.send_outbox().await;
    assert_eq!(told(world), 1);
    assert!(page(world).await.contains("The card did not arrive"), "{}", page(world).await);
    assert!(bob.opens("/account").await.says("From Ada"), "it has not vanished");
});

journey!(whoever_was_handed_the_link_after_the_mail_was_lost_is_not_waited_for, async |world: &World| {
    world.mailboxes.refuses("bob@example.com");
    world.mailed().await;
    let by_hand = world.mail_to("ada@example.com").redeem_link();
    world.mailboxes.takes_again("bob@example.com");
    let bob = world.signed_in("bob@example.com").await;
    assert!(page(world).await.contains("The card did not arrive"));
    bob.opens(&by_hand).await.is(200);
    let now = page(world).await;
    assert!(now.contains("Bob has seen the card") && !now.contains("The card did not arrive"), "{now}");
    let ada = world.browser();
    let status = ada.opens(&world.mail_to("ada@example.com").gift_page()).await.is(200);
    ada.presses(&status, "Make a new code", &[]).await.is(302);
    let anew = page(world).await;
    assert!(!anew.contains("Bob has seen the card"), "nobody has seen what has a new code: {anew}");
    world.send_outbox().await;
});

journey!(a_card_that_was_given_up_is_mailed_once_when_the_operator_has_it_tried_again, async |world: &World| {
    world.mailboxes.refuses("bob@example.com");
    let promise = world.mailed().await;
    let given_up = world.shop.parked_work().await.unwrap().remove(0).id;
    world.mailboxes.takes_again("bob@example.com");
    world.pass(Duration::from_hours(1));
    world.provider_says(&promise, Says::Disputed).await;
    let held = world.shop.retry_work(&given_up).await.unwrap_err().to_string();
    assert_eq!(held, "That gift is held, and nothing is mailed meanwhile.");
    world.provider_says(&promise, Says::DisputeWon).await;
    world.shop.retry_work(&given_up).await.unwrap();
    assert!(world.shop.retry_work(&given_up).await.is_err(), "it is given up no more");
    world.send_outbox().await;
    assert_eq!(world.mails_to("bob@example.com").len(), 1);
    assert!(matches!(world.gift(&promise).await.delivery, Delivery::Sent { .. }));
    assert!(world.shop.parked_work().await.unwrap().is_empty());
});

journey!(a_card_that_its_buyer_has_mended_is_not_mailed_twice_by_the_operator, async |world: &World| {
    world.mailboxes.refuses("bob@example.com");
    world.mailed().await;
    let given_up = world.shop.parked_work().await.unwrap().remove(0).id;
    world.mailboxes.takes_again("bob@example.com");
    world.pass(Duration::from_hours(1));
    let ada = world.browser();
    let status = ada.opens(&world.mail_to("ada@example.com").gift_page()).await.is(200);
    ada.presses(&status, "Send it again", &[]).await.is(302);
    world.shop.retry_work(&given_up).await.unwrap();
    world.send_outbox().await;
    assert_eq!(world.mails_to("bob@example.com").len(), 1);
});

journey!(whoever_can_not_be_told_that_their_gift_was_taken_back_is_the_operators_to_know, async |world: &World| {
    let promise = world.mailed().await;
    world.redeems_the_mail_to("bob@example.com").await;
    world.send_outbox().await;
    world.provider_says(&promise, Says::Refunded).await;
    world.send_outbox().await;
    heard(world, "mail.bounced", &world.mail_to("bob@example.com")).await;
    let notice = world.mail_to("help@ribbon.example");
    assert!(notice.subject.ends_with("our mail to whoever had redeemed it came back"), "{}", notice.subject);
    assert!(!notice.text.contains("ribbon outbox retry"), "nothing was given up: {}", notice.text);
});

journey!(what_comes_back_while_the_payment_is_checked_waits_for_another_address, async |world: &World| {
    let promise = world.mailed().await;
    let mail = world.mail_to("bob@example.com");
    world.provider_says(&promise, Says::Disputed).await;
    heard(world, "mail.bounced", &mail).await;
    let told = world.mail_to("ada@example.com");
    assert!(told.text.contains("its payment is being checked") && !told.text.contains("/redeem/"), "{}", told.text);
    world.provider_says(&promise, Says::DisputeWon).await;
    world.send_outbox().await;
    assert_eq!(world.mails_to("bob@example.com").len(), 1, "nothing goes to an address that refuses it");
    assert!(page(world).await.contains("Came back from bob@example.com"), "{}", page(world).await);
});

journey!(a_buyer_who_can_not_be_reached_is_the_operators_to_find, async |world: &World| {
    world.mailed().await;
    let receipt = world.mail_to("ada@example.com");
    heard(world, "mail.bounced", &receipt).await;
    heard(world, "mail.bounced", &receipt).await;
    heard(world, "mail.complained", &world.mail_to("bob@example.com")).await;
    heard(world, "mail.complained", &world.mail_to("bob@example.com")).await;
    let notices: Vec<String> = world.subjects().into_iter().filter(|subject| subject.contains("Look at")).collect();
    let reasons: Vec<&str> = notices.iter().map(|notice| notice.rsplit_once(": ").unwrap().1).collect();
    assert_eq!(reasons, ["its recipient called our mail unwanted", "our mail to its buyer came back"]);
    assert!(page(world).await.contains("Delivered to bob@example.com"), "a mail that was called unwanted was read");
    let notice = world.mails_to("help@ribbon.example").pop().unwrap();
    heard(world, "mail.bounced", &notice).await;
    assert_eq!(world.mails_to("help@ribbon.example").len(), 2, "nobody is told that they can't be told");
});

journey!(only_a_report_that_is_signed_is_believed_and_none_tells_the_log_an_address, async |world: &World| {
    let log = Log::kept();
    world.mailed().await;
    let mail = world.mail_to("bob@example.com");
    let body = json!({ "type": "mail.bounced", "message_id": mail.message_id, "reason": "bob@example.com unknown" }).to_string();
    let before = world.dump().await;
    let (now, minute) = (world.now(), Duration::from_mins(1));
    let nobodys = "whsec_bm90IHdoYXQgdGhlIHNob3Agd2FzIHRvbGQ=";
    for signed in
        [None, Some((nobodys, now)), Some((REPORT_SECRET, now.minus(minute * 6))), Some((REPORT_SECRET, now.plus(minute * 6)))]
    {
        let refused = world.reports_signed(&body, signed).await.is(400);
        assert!(refused.html.contains("\"signature_refused\""), "{}", refused.html);
    }
    for malformed in ["", "{", "[]", "{\"type\":null}", "{\"type\":\"mail.bounced\"}", "\u{feff}{}"] {
        let refused = world.reports_signed(malformed, Some((REPORT_SECRET, now))).await.is(400);
        assert!(refused.html.contains("\"validation_failed\""), "{}", refused.html);
    }
    for unknown in [
        body.replace("mail.bounced", "mail.opened"),
        body.replace("out_", "msg_"),
        body.replace(&mail.message_id, "out_0000000000000000@ribbon.test"),
        body.replace(&mail.message_id, "</textarea><script>@\u{202e}"),
    ] {
        world.reports_signed(&unknown, Some((REPORT_SECRET, now))).await.is(200);
    }
    assert_eq!(world.dump().await, before);
    assert_eq!(told(world), 0);
    world.reports_signed(&body, Some((REPORT_SECRET, now))).await.is(200);
    world.send_outbox().await;
    assert_eq!(told(world), 1);
    assert!(!log.text().contains("bob@example.com"), "{}", log.text());
});

journey!(every_answer_that_is_promised_to_a_report_is_given_and_no_other, async |world: &World| {
    let mut seen = BTreeSet::new();
    let mut saw = |answer: Answer| {
        let said: Value = serde_json::from_str(&answer.html).unwrap_or_default();
        seen.insert((answer.status.as_u16(), said["error"].as_str().unwrap_or_default().to_owned()));
    };
    let signed = Some((REPORT_SECRET, world.now()));
    saw(world.reports_signed("{\"type\":\"mail.opened\"}", signed).await);
    saw(world.reports_signed("{}", signed).await);
    saw(world.reports_signed("{}", None).await);
    saw(world.reports_signed(&"x".repeat(64 * 1024 + 1), signed).await);
    let scratch = Scratch::on(world.store.engine()).await;
    saw(World::deaf(scratch.store.clone()).await.reports_signed("{}", signed).await);
    // A gift whose secret is gone, and a database that is.
    let broken = World::on(scratch.store.clone()).await;
    broken.mailed().await;
    let mail = broken.mail_to("bob@example.com");
    sqlx::query("update gifts set secret_id = 'gone'").execute(&mut *broken.store.connection().await.unwrap()).await.unwrap();
    saw(broken.reports("mail.bounced", &mail).await);
    scratch.store.close().await;
    saw(broken.reports("mail.bounced", &mail).await);

    let description = describe("Ribbon", SHOP);
    let mut promised = BTreeSet::new();
    for (status, response) in description["paths"]["/webhooks/mail"]["post"]["responses"].as_object().unwrap() {
        let examples = response.pointer("/content/application~1json/examples").and_then(Value::as_object);
        let tags: Vec<String> = examples.map_or_else(|| vec![String::new()], |tags| tags.keys().cloned().collect());
        promised.extend(tags.into_iter().map(|tag| (status.parse().unwrap(), tag)));
    }
    assert_eq!(seen, promised);
});

journey!(a_gift_that_is_handed_over_is_mailed_to_nobody_whatever_happens_to_it, async |world: &World| {
    let promise = world.buyer("ada@example.com").buys(Tier::Member, Months::Three).for_("bob@example.com").by_hand().await;
    world.provider_says(&promise, Says::Paid).await;
    world.send_outbox().await;
    let ada = world.browser();
    let own = world.mail_to("ada@example.com").gift_page();
    let to_carl = [("recipient_name", "Carl"), ("recipient_email", "carl@example.com")];
    for (button, fields) in [("Make a new code", &[][..]), ("Change it", &to_carl[..]), ("Make a new code", &[][..])] {
        world.pass(Duration::from_mins(1));
        let status = ada.opens(&own).await.is(200);
        ada.presses(&status, button, fields).await.is(302);
        world.send_outbox().await;
    }
    for says in [Says::Disputed, Says::DisputeWon] {
        world.provider_says(&promise, says).await;
        world.send_outbox().await;
    }
    assert_eq!(world.gift(&promise).await.delivery, Delivery::LinkOnly);
    let written_to: Vec<String> =
        world.mailboxes.all().into_iter().map(|mail| mail.to).filter(|to| !to.starts_with("help@")).collect();
    assert_eq!(written_to, ["ada@example.com"], "{:?}", world.subjects());
});

journey!(a_gift_whose_day_has_passed_before_it_was_paid_goes_out_at_once, async |world: &World| {
    let writing = world.buyer("ada@example.com").buys(Tier::Member, Months::Three).for_("bob@example.com");
    let promise = writing.on("2026-11-22", "Europe/Berlin").await;
    world.pass(Duration::from_hours(72));
    world.provider_says(&promise, Says::Paid).await;
    world.send_outbox().await;
    assert_eq!(world.mails_to("bob@example.com").len(), 1);
    assert!(world.mail_to("ada@example.com").text.contains("The card is on its way to Bob"), "no day is promised that has passed");
});
