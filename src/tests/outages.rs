//! Something outside is away for a while: nobody is charged for nothing, nothing that was typed or paid is lost, and the shop goes on
//! by itself once it is back.

use std::cell::RefCell;
use std::sync::Arc;
use std::time::Duration;

use expect_test::expect;

use super::world::{Cable, Log, Says, ScriptedStripe, World, journey};
use crate::catalog::{Months, Tier};
use crate::checkout::fake::{FakeProvider, Scripted, client, reply};
use crate::checkout::{Provider, ProviderName, Stripe, StripeOptions, StripeSettings};
use crate::store::testing::Scratch;
use crate::store::{Engine, Store};

/// What Stripe answers when it opens a session.
const OPENED: &str = r#"{"id":"cs_test_1","object":"checkout.session","url":"https://checkout.stripe.com/c/pay/cs_test_1"}"#;

/// What it answers while it is well.
pub(super) fn opened() -> Scripted {
    reply(200, OPENED)
}

/// A shop that sells through the real adapter, against a Stripe that gives these answers in turn.
pub(super) async fn selling_through(answers: Vec<Scripted>) -> (World, FakeProvider, Scratch) {
    let scratch = Scratch::on(Engine::Sqlite).await;
    let outside = FakeProvider::of(ProviderName::Stripe, answers).await;
    let settings = StripeSettings {
        secret_key: "sk_test_of_the_journeys".to_owned(),
        webhook_secret: "whsec_of_the_journeys".to_owned(),
        api_base: outside.url.clone(),
        checkout_origin: None,
        timeout: Duration::from_millis(200),
        options: StripeOptions::default(),
    };
    let provider: Arc<dyn Provider> = Arc::new(Stripe::new(settings, client()));
    let world = World::selling_through(provider, Arc::new(ScriptedStripe::new()), scratch.store.clone()).await;
    (world, outside, scratch)
}

#[tokio::test]
async fn whatever_ails_the_payment_page_the_buyer_keeps_the_form_and_nothing_is_charged() {
    let broken = Scripted { headers: vec![("stripe-should-retry", "false")], ..reply(500, "") };
    let unwelcome = reply(401, r#"{"error":{"type":"invalid_request_error","message":"Invalid API Key provided"}}"#);
    let slow = Scripted { delay: Duration::from_mins(1), ..reply(200, OPENED) };
    for (ailment, answer, cause) in [
        ("broken", broken, "500"),
        ("refuses us", unwelcome, "refuses"),
        ("makes no sense", reply(200, "<html>Back soon</html>"), "expected value"),
        ("sends no page", reply(200, r#"{"id":"cs_test_1"}"#), "no page"),
        ("is slow", slow, "error sending request"),
    ] {
        let (world, _outside, _scratch) = selling_through(vec![answer, reply(200, OPENED)]).await;
        let log = Log::kept();
        let browser = world.browser();
        let writing = world.buyer("ada@example.com").buys(Tier::Founder, Months::Six).for_("bob@example.com");
        let refused = writing.sent_by(&browser).await;
        assert_eq!(refused.status, 503, "{ailment}");
        assert!(refused.says("Nothing was charged"), "{ailment}: {}", refused.text());
        let form = refused.form("Continue to payment");
        for (field, typed) in writing.fields() {
            assert_eq!(form.get(field), typed, "{field} of one that {ailment}");
        }
        assert!(log.text().contains(cause), "one that {ailment} is logged with its cause:\n{}", log.text());

        let again = browser.presses(&refused, "Continue to payment", &[]).await.is(302);
        assert_eq!(again.location(), "https://checkout.stripe.com/c/pay/cs_test_1", "{ailment}");
        assert_eq!((world.count("orders").await, world.count("gifts").await), (1, 1), "{ailment}");
    }
}

journey!(a_payment_that_nobody_could_tell_us_of_is_found_later, async |world: &World| {
    let promise = world.promised().await;
    world.stripe.happens(&promise.session, Says::Paid);
    world.stripe.goes_away();
    expect![[r#"
        Your payment is under way
        Some ways of paying take a while to be confirmed. You need not wait here, and need not pay again.
        As soon as it is confirmed, the gift goes its way and the receipt is in your mailbox.
        Follow your gift
        Reference: gift_smk645aednvb5cns
        for Bob from Ada Member, three months"#]]
    .assert_eq(&world.comes_back(&promise).await.is(200).text());
    assert_eq!(world.reconcile().await.failed(), 1);
    world.stripe.comes_back();
    world.pass(Duration::from_mins(10));
    assert_eq!(world.reconcile().await.changed(), 1);
    world.send_outbox().await;
    assert_eq!(world.mails_to("bob@example.com").len(), 1);
});

journey!(a_webhook_that_we_cannot_complete_is_sent_again, async |world: &World| {
    let promise = world.mailed().await;
    world.stripe.happens(&promise.session, Says::Disputed);
    let event = world.stripe.event(&promise.session, Says::Disputed);
    world.stripe.goes_away();
    world.webhook(&event).await.is(503);
    assert_eq!(world.states(&promise).await, "paid, purchased");
    world.stripe.comes_back();
    world.webhook(&event).await.is(200);
    assert_eq!(world.states(&promise).await, "disputed, held");
    world.send_outbox().await;
});

journey!(an_order_whose_page_never_opened_can_be_paid_later, async |world: &World| {
    world.stripe.goes_away();
    let writing = world.buyer("ada@example.com").buys(Tier::Member, Months::Three).for_("bob@example.com");
    writing.sent_by(&world.browser()).await.is(503);
    assert_eq!((world.count("orders").await, world.stripe.hosted().len()), (1, 0));
    world.stripe.comes_back();
    let promise = world.promised().await;
    assert_eq!((world.count("orders").await, world.count("checkout_sessions").await), (1, 1), "it is the same order");
    world.provider_says(&promise, Says::Paid).await;
    world.send_outbox().await;
    world.redeems_the_mail_to("bob@example.com").await;
    world.send_outbox().await;
});

/// While the database is away every door says so, and none of them is stuck when it is back.
async fn survives_without_its_database(world: &World, goes: impl AsyncFnOnce(), comes_back: impl AsyncFnOnce()) {
    let promise = world.mailed().await;
    let (bob, card) = world.registers_through_the_mail_to("bob@example.com").await;
    world.stripe.happens(&promise.session, Says::RefundedInPart(100));
    let event = world.stripe.event(&promise.session, Says::RefundedInPart(100));

    goes().await;
    let writing = world.buyer("ada@example.com").buys(Tier::Founder, Months::Six).for_("carl@example.com");
    let refused = writing.sent_by(&world.browser()).await.is(503);
    assert!(refused.says("Nothing was lost"), "{}", refused.text());
    assert_eq!(refused.form("Continue to payment").get("recipient_email"), "carl@example.com");
    world.webhook(&event).await.is(503);

    comes_back().await;
    world.browser().opens("/readyz").await.is(200);
    world.webhook(&event).await.is(200);
    assert_eq!(world.states(&promise).await, "partially_refunded, purchased");
    bob.presses(&card, "Redeem", &[]).await.is(302);
    assert_eq!(writing.sent_by(&world.browser()).await.status, 302);
    world.send_outbox().await;
}

#[tokio::test]
async fn a_postgres_that_goes_away_and_comes_back_needs_no_restart() {
    let scratch = Scratch::on(Engine::Postgres).await;
    let cable = Cable::to(&scratch.url).await;
    let world = World::on(Store::connect(&cable.url).await.unwrap()).await;
    let away = async || {
        cable.pull_out();
        world.browser().opens("/readyz").await.is(503);
        world.browser().opens("/redeem/AAAABBBBCCCCDDDDEEEEFFFF").await.is(503);
        world.browser().opens("/gift").await.is(200);
    };
    survives_without_its_database(&world, away, async || cable.plug_in()).await;
}

#[tokio::test]
async fn a_sqlite_that_somebody_else_locks_needs_no_restart() {
    let scratch = Scratch::on(Engine::Sqlite).await;
    let world = World::on(scratch.store.clone()).await;
    let somebody_else = Store::connect(&scratch.url).await.unwrap();
    let lock = RefCell::new(None);
    let locked = async || {
        let transaction = somebody_else.begin().await.unwrap();
        lock.replace(Some(transaction));
    };
    survives_without_its_database(&world, locked, async || drop(lock.take())).await;
}
