//! Promo codes: what they take off, how often, and what becomes of a use.

use std::time::Duration;

use futures::future::join_all;

use super::world::{Answer, Browser, Promise, Says, World, journey};
use crate::catalog::{Discount, Months, PromoName, Tier};
use crate::gifts::order_token;
use crate::shop::NewPromoCode;
use crate::values::{Currency, Day, Money, Secret};

fn percent(count: i64) -> NewPromoCode {
    let discount = Discount::Percent(count.try_into().unwrap());
    let name = PromoName::parse("SPRING27").unwrap();
    NewPromoCode { name, discount, tiers: vec![], first_day: None, last_day: None, uses_max: None }
}

fn euros_off(minor: i64) -> NewPromoCode {
    NewPromoCode { discount: Discount::Amount(Money::new(minor, Currency::EUR)), ..percent(1) }
}

fn limited(uses: i64, code: NewPromoCode) -> NewPromoCode {
    NewPromoCode { uses_max: Some(uses), ..code }
}

fn day(text: &str) -> Day {
    text.parse().unwrap()
}

impl World {
    async fn makes(&self, code: NewPromoCode) {
        self.shop.create_promo_code(&code).await.unwrap();
    }

    /// Ada gives Bob three months of Member, for €27 less what the code takes off.
    async fn promised_with_the_code(&self) -> Promise {
        self.buyer("ada@example.com").buys(Tier::Member, Months::Three).for_("bob@example.com").with("promo_code", "spring27").await
    }

    async fn uses(&self) -> i64 {
        self.shop.promo_codes().await.unwrap().first().unwrap().uses
    }
}

/// Sends the same form with this code, and says what stands beside the field.
async fn refused(world: &World, browser: &Browser, code: &str) -> String {
    let writing = world.buyer("ada@example.com").buys(Tier::Member, Months::Three).for_("bob@example.com").with("promo_code", code);
    let page = writing.sent_by(browser).await.is(422);
    assert_eq!((page.value_of("promo_code").as_str(), page.value_of("recipient_name").as_str()), (code, "Bob"));
    let (_, beside) = page.html.split_once("\"promo_code-error\"").unwrap();
    let (_, said) = beside.split_once('>').unwrap();
    said.split('<').next().unwrap().to_owned()
}

journey!(the_price_less_the_discount_is_asked_for_paid_and_on_the_receipt, async |world: &World| {
    world.makes(percent(10)).await;
    let promise = world.promised_with_the_code().await;
    let asked = world.stripe.session(&promise.session).asked.line_items;
    assert_eq!((asked[0].unit_price.minor, asked[0].is_list_price), (2_430, false));
    world.provider_says(&promise, Says::Paid).await;
    world.send_outbox().await;
    let receipt = world.mail_to("ada@example.com");
    for line in ["€27.00", "Promo code SPRING27", "−€2.70", "€24.30"] {
        assert!(receipt.text.contains(line), "{line} in\n{}", receipt.text);
    }
    let page = world.browser().opens(&receipt.gift_page()).await.is(200);
    assert!(page.says("Member, 3 months €27.00 Promo code SPRING27 −€2.70 Paid €24.30"), "{}", page.text());
    assert_eq!((world.states(&promise).await.as_str(), world.uses().await), ("paid, purchased", 1));
});

journey!(a_code_is_applied_and_taken_off_again_without_a_script, async |world: &World| {
    world.makes(NewPromoCode { tiers: vec![Tier::Founder], ..percent(10) }).await;
    let ada = world.browser();
    let form = ada.opens("/gift").await.is(200);
    let written = [("recipient_name", "Bob"), ("message", "For </textarea> the Sundays."), ("promo_code", " spring27")];
    let applied = ada.presses(&form, "Apply the code", &written).await.is(200);
    assert!(applied.says("SPRING27 takes 10 % off."), "{}", applied.text());
    assert!(applied.says("Continue to payment: €172.80"), "{}", applied.text());
    assert!(applied.says("not for this"), "what a Member costs is not lowered, and the page says so");
    assert_eq!(applied.value_of("message"), "For </textarea> the Sundays.");
    assert!(applied.headers.get("ribbon-shown-again").is_none() && world.led_to().is_empty());
    assert_eq!((world.count("orders").await, world.uses().await), (0, 0), "asking for a price reserves nothing");

    let removed = ada.presses(&applied, "Remove the code", &[]).await.is(200);
    assert_eq!((removed.value_of("promo_code").as_str(), removed.value_of("recipient_name").as_str()), ("", "Bob"));
    assert!(!removed.text().contains("€172.80"));

    let rest = [("recipient_email", "bob@example.com"), ("buyer_email", "ada@")];
    let wrong = ada.presses(&applied, "Continue to payment", &rest).await.is(422);
    assert!(wrong.says("SPRING27 takes 10 % off."), "the price stays shown while something else is corrected");
    let sent = ada.presses(&wrong, "Continue to payment", &[("buyer_email", "ada@example.com")]).await.is(302);
    let asked = world.stripe.session(&Promise::at(sent.location()).session).asked.line_items;
    assert_eq!(asked[0].unit_price.minor, 17_280, "the price shown is the price charged");
});

journey!(a_refused_code_says_why_and_the_form_comes_back_whole, async |world: &World| {
    let ada = world.browser();
    let named = |name: &str, code: NewPromoCode| NewPromoCode { name: PromoName::parse(name).unwrap(), ..code };
    world.makes(named("NOTYET", NewPromoCode { first_day: Some(day("2027-03-01")), ..percent(10) })).await;
    world.makes(named("ENDED", NewPromoCode { last_day: Some(day("2026-11-22")), ..percent(10) })).await;
    world.makes(named("FOUNDERS", NewPromoCode { tiers: vec![Tier::Founder], ..percent(10) })).await;
    world.makes(named("ONCE", limited(1, percent(10)))).await;
    world.makes(named("NEARLY", euros_off(2_680))).await;
    world.buyer("carl@example.com").buys(Tier::Member, Months::Three).for_("dora@example.com").with("promo_code", "once").await;
    world.pass(Duration::from_hours(36));
    for (code, why) in [
        ("SPRNG27", "That is no code of ours. Remove it, or use another"),
        ("spring 27", "That is no code of ours. Remove it, or use another"),
        ("notyet", "NOTYET begins on 1 March 2027. Remove it, or use another"),
        ("ended", "ENDED ended on 22 November 2026. Remove it, or use another"),
        ("Founders", "FOUNDERS is for Founder only. Choose that, or remove the code"),
        ("once", "ONCE is used up. Remove it, or use another"),
        ("NEARLY", "Remove NEARLY, or choose a longer gift: €0.20 would be left, too little to be charged"),
    ] {
        assert_eq!(refused(world, &ada, code).await, why);
        let form = ada.opens("/gift").await;
        let tried =
            ada.presses(&form, "Apply the code", &[("promo_code", code), ("tier", "member"), ("duration_months", "3")]).await;
        assert!(tried.is(422).says(why), "{code}: applying it says the same");
    }
    let form = ada.opens("/gift").await;
    assert!(ada.presses(&form, "Apply the code", &[]).await.is(422).says("Type your code first"));
    let all = ada.presses(&form, "Continue to payment", &[("promo_code", "ENDED")]).await.is(422);
    assert!(all.says("Four things to correct") && all.says("ENDED ended on 22 November 2026"), "{}", all.text());
    assert_eq!(world.count("orders").await, 1, "and nobody paid anything");
});

journey!(what_costs_nothing_is_given_at_once_and_no_provider_is_asked, async |world: &World| {
    world.makes(limited(1, percent(100))).await;
    let ada = world.browser();
    let form = ada.opens("/gift").await.is(200);
    let written = [
        ("recipient_name", "Bob"),
        ("recipient_email", "bob@example.com"),
        ("buyer_name", "Ada"),
        ("buyer_email", "ada@example.com"),
        ("promo_code", "SPRING27"),
    ];
    let applied = ada.presses(&form, "Apply the code", &written).await.is(200);
    assert!(applied.says("There is nothing to pay, and nothing renews by itself."), "{}", applied.text());
    let twice = join_all([(), ()].map(|()| ada.presses(&applied, "Send the gift", &[]))).await;
    let thanks = ada.follows(&twice[0]).await.is(200);
    assert!(twice[0].location().starts_with("http://localhost:3000/gift/thanks?order="), "{}", twice[0].location());
    assert_eq!(twice[0].location(), twice[1].location(), "a double click is one gift");
    assert!(thanks.says("Nothing was to pay, and the card is on its way to Bob."), "{}", thanks.text());

    world.send_outbox().await;
    assert_eq!((world.mails_to("ada@example.com").len(), world.mails_to("bob@example.com").len()), (1, 1));
    assert!(world.mail_to("ada@example.com").text.contains("−€192.00"));
    assert_eq!((world.stripe.hosted().len(), world.count("gifts").await, world.uses().await), (0, 1, 1));
    assert_eq!(world.reconcile().await.asked(), 0, "there is nobody to ask about it");
    world.redeems_the_mail_to("bob@example.com").await;
    world.send_outbox().await;

    world.pass(Duration::from_hours(1));
    let again = ada.presses(&applied, "Send the gift", &[]).await.is(422);
    assert!(again.says("SPRING27 is used up."), "the one use is used");
});

journey!(of_fifty_buyers_at_once_as_many_get_the_discount_as_the_limit_says, async |world: &World| {
    world.makes(limited(7, percent(10))).await;
    let one = async |number: usize| {
        let email = format!("bob{number}@example.com");
        let writing = world.buyer("ada@example.com").buys(Tier::Member, Months::Three).for_(&email).with("promo_code", "SPRING27");
        writing.sent_by(&world.browser()).await
    };
    let answers = join_all((0..50).map(one)).await;
    let (sold, refused): (Vec<_>, Vec<_>) = answers.iter().partition(|answer| answer.status == 302);
    assert_eq!((sold.len(), refused.len()), (7, 43));
    assert!(refused.iter().all(|answer| answer.status == 422 && answer.says("SPRING27 is used up.")));
    assert_eq!((world.count("orders").await, world.uses().await), (7, 7));
    assert!(world.stripe.hosted().iter().all(|hosted| hosted.asked.line_items[0].unit_price.minor == 2_430));
});

journey!(a_use_comes_back_once_the_order_cannot_be_paid_and_a_late_payment_is_honoured, async |world: &World| {
    world.makes(limited(1, percent(10))).await;
    let late = world.promised_with_the_code().await;
    world.provider_says(&late, Says::Processing).await;
    for _ in 0..2 {
        world.provider_says(&late, Says::Failed).await;
    }
    assert_eq!((world.states(&late).await.as_str(), world.uses().await), ("failed, canceled", 0));
    let next = world.promised_with_the_code().await;
    assert_ne!(late.session, next.session);
    assert_eq!(world.uses().await, 1);
    for _ in 0..2 {
        world.provider_says(&late, Says::Paid).await;
    }
    assert_eq!((world.states(&late).await.as_str(), world.uses().await), ("paid, purchased", 2), "honoured above the limit");
    world.provider_says(&next, Says::Expired).await;
    world.provider_says(&late, Says::Refunded).await;
    assert_eq!(world.uses().await, 1, "what was paid back was used");
    assert_eq!(refused(world, &world.browser(), "SPRING27").await, "SPRING27 is used up. Remove it, or use another");
    world.send_outbox().await;
});

journey!(an_open_order_keeps_its_price_and_its_use_whatever_becomes_of_the_code, async |world: &World| {
    world.makes(limited(1, percent(10))).await;
    let first = world.promised_with_the_code().await;
    assert_eq!(world.promised_with_the_code().await.session, first.session, "its own use is not in its way");
    let back = world.browser().opens(world.stripe.session(&first.session).back.cancel.as_str()).await.is(200);
    assert_eq!(back.value_of("promo_code"), "SPRING27");
    assert!(back.says("Continue to payment: €24.30"), "{}", back.text());

    world.shop.end_promo_code(&percent(10).name).await.unwrap();
    assert_eq!(world.promised_with_the_code().await.session, first.session);
    assert_eq!((world.count("orders").await, world.uses().await), (1, 1));
    world.provider_says(&first, Says::Paid).await;
    assert_eq!(world.states(&first).await, "paid, purchased");
    world.send_outbox().await;
    assert!(refused(world, &world.browser(), "SPRING27").await.starts_with("SPRING27 ended on 21 November 2026."));
});

impl World {
    /// Ada turns back from paying, to the form as it was.
    async fn turned_back(&self, ada: &Browser, promise: &Promise) -> Answer {
        ada.opens(self.stripe.session(&promise.session).back.cancel.as_str()).await.is(200)
    }

    /// She turns back, writes the name in another way, and goes on.
    async fn corrected(&self, promise: &Promise, name: &str) -> Promise {
        let ada = self.browser();
        let form = self.turned_back(&ada, promise).await;
        assert!(form.says("Continue to payment: €24.30"), "{}", form.text());
        let sent = ada.presses(&form, "Continue to payment", &[("recipient_name", name)]).await.is(302);
        Promise::at(sent.location())
    }

    /// How many uses are not paid yet.
    async fn unpaid_uses(&self) -> i64 {
        self.shop.reserved_uses().await.unwrap().get(&percent(10).name).copied().unwrap_or_default()
    }
}

journey!(whoever_turns_back_and_corrects_the_form_takes_the_use_along, async |world: &World| {
    world.makes(limited(1, percent(10))).await;
    let first = world.promised_with_the_code().await;
    let second = world.corrected(&first, "Bobby").await;
    assert_ne!(first.session, second.session);
    assert_eq!((world.uses().await, world.unpaid_uses().await), (1, 1));
    world.send_outbox().await;
    world.reconcile().await;
    assert_eq!(world.states(&first).await, "expired, canceled", "the page that was left is closed");
    assert_eq!(world.uses().await, 1, "and gives no use back");

    let third = world.corrected(&first, "Robert").await;
    let anew = refused(world, &world.browser(), "SPRING27").await;
    assert_eq!(anew, "SPRING27 is used up. Remove it, or use another", "whoever left nothing has no use to take along");
    world.provider_says(&third, Says::Paid).await;
    assert_eq!(world.states(&third).await, "paid, purchased");
    assert_eq!((world.uses().await, world.unpaid_uses().await), (1, 0));
    world.send_outbox().await;
});

journey!(ones_own_use_is_not_in_the_way_while_the_form_is_corrected, async |world: &World| {
    world.makes(limited(1, percent(10))).await;
    let first = world.promised_with_the_code().await;
    let ada = world.browser();
    let form = world.turned_back(&ada, &first).await;
    let wrong = ada.presses(&form, "Continue to payment", &[("buyer_email", "ada@")]).await.is(422);
    assert!(wrong.says("SPRING27 takes 10 % off.") && wrong.says("One thing to correct"), "{}", wrong.text());
    let removed = ada.presses(&wrong, "Remove the code", &[]).await.is(200);
    let applied = ada.presses(&removed, "Apply the code", &[("promo_code", "spring27")]).await.is(200);
    assert!(applied.says("SPRING27 takes 10 % off."), "{}", applied.text());
    let rest = [("buyer_email", "ada@example.com"), ("recipient_name", "Bobby")];
    ada.presses(&applied, "Continue to payment", &rest).await.is(302);
    assert_eq!(world.uses().await, 1);
    world.send_outbox().await;
});

journey!(three_corrections_at_once_take_one_use_along, async |world: &World| {
    world.makes(limited(1, percent(10))).await;
    let first = world.promised_with_the_code().await;
    let ada = world.browser();
    let form = world.turned_back(&ada, &first).await;
    let sent = ["Bobby", "Robert", "Rob"].map(|name| [("recipient_name", name)]);
    let answers = join_all(sent.iter().map(|fields| ada.presses(&form, "Continue to payment", fields))).await;
    assert!(answers.iter().all(|answer| answer.status == 302), "{:?}", answers.iter().map(Answer::seen).collect::<Vec<_>>());
    assert_eq!((world.count("orders").await, world.uses().await, world.unpaid_uses().await), (4, 1, 1));
    world.send_outbox().await;
});

journey!(an_altered_or_a_foreign_token_takes_no_use_along, async |world: &World| {
    world.makes(limited(1, percent(10))).await;
    let first = world.promised_with_the_code().await;
    let ada = world.browser();
    let form = world.turned_back(&ada, &first).await;
    let token = form.value_of("order");
    let (names, _) = token.rsplit_once('.').unwrap();
    let elsewhere = Secret::parse(&"e".repeat(Secret::SHORTEST)).unwrap();
    let [order, session] = names.split('.').collect::<Vec<_>>()[..] else { panic!("{token}") };
    let foreign = order_token(&elsewhere, &order.parse().unwrap(), &session.parse().unwrap());
    for token in [format!("{names}.0"), foreign, names.to_owned(), String::new()] {
        let fields = [("order", token.as_str()), ("recipient_name", "Bobby")];
        let refused = ada.presses(&form, "Continue to payment", &fields).await.is(422);
        assert!(refused.says("SPRING27 is used up."), "{token}: {}", refused.text());
    }
    assert_eq!((world.count("orders").await, world.uses().await), (1, 1));
});

journey!(a_use_whose_payment_is_under_way_or_there_is_not_taken_along, async |world: &World| {
    world.makes(limited(1, percent(10))).await;
    let first = world.promised_with_the_code().await;
    let ada = world.browser();
    let form = world.turned_back(&ada, &first).await;
    for says in [Says::Processing, Says::Paid] {
        world.provider_says(&first, says).await;
        let refused = ada.presses(&form, "Continue to payment", &[("recipient_name", "Bobby")]).await.is(422);
        assert!(refused.says("SPRING27 is used up."), "{says:?}: {}", refused.text());
    }
    assert_eq!((world.count("orders").await, world.uses().await), (1, 1));
    world.send_outbox().await;
});

journey!(a_page_that_was_left_and_is_paid_all_the_same_is_honoured_above_the_limit, async |world: &World| {
    world.makes(limited(1, percent(10))).await;
    let first = world.promised_with_the_code().await;
    let second = world.corrected(&first, "Bobby").await;
    for promise in [&first, &second] {
        world.provider_says(promise, Says::Paid).await;
        assert_eq!(world.states(promise).await, "paid, purchased");
    }
    assert_eq!((world.uses().await, world.unpaid_uses().await), (2, 0));
    world.send_outbox().await;
});

journey!(whoever_guesses_codes_is_stopped_after_sixty, async |world: &World| {
    world.makes(percent(10)).await;
    let mallory = world.browser();
    let form = mallory.opens("/gift").await.is(200);
    for guess in 0..60 {
        let (button, code) = (["Apply the code", "Continue to payment"][guess % 2], format!("GUESS{guess}"));
        let fields = [("promo_code", code.as_str()), ("tier", "member"), ("duration_months", "3")];
        mallory.presses(&form, button, &fields).await.is(422);
    }
    let stopped = mallory.presses(&form, "Apply the code", &[("promo_code", "SPRING27")]).await.is(429);
    assert!(stopped.says("Too many tries."), "{}", stopped.text());
    assert_eq!(stopped.value_of("promo_code"), "SPRING27", "and the form is whole");
    world.pass(Duration::from_mins(16));
    mallory.presses(&form, "Apply the code", &[("promo_code", "SPRING27")]).await.is(200);
});
