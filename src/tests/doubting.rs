//! An address that looks mistyped is asked about, on forms and nowhere else: once, and never in the way of whoever means it.

use serde_json::json;

use super::world::{Answer, PASSWORD, Promise, Says, World, journey};
use crate::catalog::{Months, Tier};

const ASKED: &str = "Did you mean bea@gmail.com?";

/// The form with these two addresses, as it came back.
async fn sent(world: &World, recipient: &str, buyer: &str) -> Answer {
    let writing = world.buyer(buyer).buys(Tier::Member, Months::Three).for_(recipient);
    writing.sent_by(&world.browser()).await
}

journey!(an_address_is_asked_about_and_taken_as_it_was_meant, async |world: &World| {
    let asked = sent(world, "bea@gmial.com", "ada@example.com").await.is(422);
    assert!(asked.says(ASKED) && asked.says("One question before you go on"), "{}", asked.text());
    assert!(asked.says("Yes, it is gmail.com") && asked.says("No, keep gmial.com"), "{}", asked.text());
    assert!(!asked.html.contains("aria-invalid"), "nothing is wrong with it");
    assert_eq!(world.count("orders").await, 0);
    let browser = world.browser();
    // Whoever goes on without an answer is asked again, and nothing that was typed is lost.
    let again = browser.presses(&asked, "Continue to payment", &[]).await.is(422);
    assert!(again.says(ASKED), "{}", again.text());
    assert_eq!(
        (again.value_of("recipient_email"), again.value_of("message")),
        ("bea@gmial.com".into(), "For all the Sundays.".into())
    );
    let paid = browser.presses(&again, "Continue to payment", &[("recipient_email_answer", "bea@gmail.com")]).await.is(302);
    let promise = Promise::at(paid.location());
    assert_eq!(world.gift(&promise).await.recipient_email.as_str(), "bea@gmail.com");
});

journey!(an_address_that_was_meant_as_it_was_typed_is_kept_and_never_asked_about_again, async |world: &World| {
    let browser = world.browser();
    let asked = sent(world, "bea@gmial.com", "ada@hotmial.com").await.is(422);
    assert!(asked.says("Two questions before you go on") && asked.says("Did you mean ada@hotmail.com?"), "{}", asked.text());
    let kept = [("recipient_email_answer", "bea@gmial.com"), ("buyer_email_answer", "ada@hotmail.com"), ("promo_code", "NONE")];
    // Something else is wrong: the answers stay.
    let refused = browser.presses(&asked, "Continue to payment", &kept).await.is(422);
    assert!(refused.says("One thing to correct") && !refused.says("Did you mean"), "{}", refused.text());
    assert_eq!(
        (refused.value_of("recipient_email"), refused.value_of("buyer_email")),
        ("bea@gmial.com".into(), "ada@hotmail.com".into())
    );
    let shown = browser.presses(&refused, "Apply the code", &[("promo_code", "")]).await.is(422);
    assert!(!shown.says("Did you mean"), "{}", shown.text());
    let paid = browser.presses(&shown, "Continue to payment", &[]).await.is(302);
    let promise = Promise::at(paid.location());
    let gift = world.gift(&promise).await;
    assert_eq!((gift.recipient_email.as_str(), gift.giver_email.unwrap().as_str()), ("bea@gmial.com", "ada@hotmail.com"));

    let back = browser.opens(world.stripe.session(&promise.session).back.cancel.as_str()).await.is(200);
    assert!(!back.says("Did you mean"), "{}", back.text());
    let again = browser.presses(&back, "Continue to payment", &[]).await.is(302);
    assert_eq!(again.location(), paid.location(), "the same form is the same purchase");
});

journey!(an_answer_about_one_address_says_nothing_of_another, async |world: &World| {
    let browser = world.browser();
    let asked = sent(world, "bea@gmial.com", "ada@example.com").await.is(422);
    let other = [("recipient_email_answer", "bea@gmail.com"), ("recipient_email", "carl@yaho.com")];
    let again = browser.presses(&asked, "Continue to payment", &other).await.is(422);
    assert!(again.says("Did you mean carl@yahoo.com?"), "{}", again.text());
    let corrected = [("recipient_email", "carl@example.com")];
    let paid = browser.presses(&again, "Continue to payment", &corrected).await.is(302);
    let gift = world.gift(&Promise::at(paid.location())).await;
    assert_eq!(gift.recipient_email.as_str(), "carl@example.com", "who corrects the field itself has answered");
});

journey!(what_is_wrong_and_what_is_asked_come_back_together, async |world: &World| {
    let writing = world.buyer("ada@example.com").buys(Tier::Member, Months::Three).for_("bea@gmial.com").with("recipient_name", "");
    let refused = writing.sent_by(&world.browser()).await.is(422);
    assert!(refused.says("One thing to correct, and one question") && refused.says(ASKED), "{}", refused.text());
});

journey!(a_program_is_not_asked, async |world: &World| {
    let program = world.program("ada@example.com", "gifts:purchase").await;
    let gift = json!({
        "recipient_email": "bea@gmial.com", "recipient_name": "Bea", "tier": "member", "duration_months": 3,
        "success_url": "http://localhost:3000/", "cancel_url": "http://localhost:3000/gift",
    });
    program.posts("/v1/billing/gifts/checkout-session", &gift).await.is(200);
});

journey!(another_address_for_a_gift_is_asked_about_too, async |world: &World| {
    let promise = world.mailed().await;
    let ada = world.browser();
    let status = ada.opens(&world.mail_to("ada@example.com").gift_page()).await.is(200);
    let mistyped = [("recipient_name", "Bea"), ("recipient_email", "bea@gmial.com")];
    let asked = ada.presses(&status, "Change it", &mistyped).await.is(422);
    assert!(asked.says(ASKED), "{}", asked.text());
    ada.presses(&asked, "Change it", &[("recipient_email_answer", "bea@gmail.com")]).await.is(302);
    assert_eq!(world.gift(&promise).await.recipient_email.as_str(), "bea@gmail.com");
    world.send_outbox().await;
});

journey!(another_address_for_an_account_is_asked_about_before_a_link_goes_to_it, async |world: &World| {
    let bob = world.signed_in("bob@example.com").await;
    let form = bob.opens("/account/email").await.is(200);
    let asked = bob.presses(&form, "Mail a link", &[("email", "bea@gmial.com"), ("password", PASSWORD)]).await.is(422);
    assert!(asked.says(ASKED), "{}", asked.text());
    world.send_outbox().await;
    assert!(world.mails_to("bea@gmial.com").is_empty());
    let answered = [("email_answer", "bea@gmail.com"), ("password", PASSWORD)];
    bob.presses(&asked, "Mail a link", &answered).await.is(302);
    world.send_outbox().await;
    assert_eq!(world.mails_to("bea@gmail.com").len(), 1);
});

journey!(an_address_to_register_is_asked_about_unless_a_gift_came_to_it, async |world: &World| {
    let browser = world.browser();
    let form = browser.opens("/register").await.is(200);
    let asked = browser.presses(&form, "Create", &[("email", "bea@gmial.com"), ("password", PASSWORD)]).await.is(422);
    assert!(asked.says(ASKED), "{}", asked.text());
    let kept = [("email_answer", "bea@gmial.com"), ("password", PASSWORD)];
    browser.presses(&asked, "Create", &kept).await.is(302);
    let accounts = world.column("select email from accounts").await;
    assert_eq!(accounts, ["bea@gmial.com"]);

    let asked = sent(world, "carl@gmial.com", "ada@example.com").await.is(422);
    let paid = browser.presses(&asked, "Continue to payment", &[("recipient_email_answer", "carl@gmial.com")]).await.is(302);
    world.provider_says(&Promise::at(paid.location()), Says::Paid).await;
    world.send_outbox().await;
    world.redeems_the_mail_to("carl@gmial.com").await;
    world.send_outbox().await;
});
