//! What must not be seen: in the log, at a provider, or in an address that a browser keeps in its history.

use super::world::{Log, Mail, PASSWORD, Says, WEBHOOK_SECRET, World, journey};
use crate::catalog::{Months, Tier};
use crate::store::Engine;

const WRONG: &str = "umbrellas in the rain";

/// A whole story with everything private in it, and all of that by name.
async fn told(world: &World) -> Vec<(&'static str, String)> {
    let promise = world.promised().await;
    world.browser().posts("/gift", &[("recipient_email", "dora@example.com"), ("message", "unfinished words")]).await.is(422);
    world.provider_says(&promise, Says::Paid).await;
    world.comes_back(&promise).await.is(200);
    world.send_outbox().await;
    let mail = world.mail_to("bob@example.com");
    let bob = world.redeems_the_mail_to("bob@example.com").await;
    bob.posts("/redeem", &[("code", &mail.code())]).await.is(302);
    bob.posts("/login", &[("email", "bob@example.com"), ("password", WRONG)]).await.is(422);
    for path in ["/forgot", "/login/link"] {
        bob.posts(path, &[("email", "bob@example.com")]).await.is(302);
    }
    world.send_outbox().await;
    let [reset, once] = ["/reset", "/login/once"].map(|path| {
        let mails = world.mails_to("bob@example.com");
        mails.iter().flat_map(Mail::links).find(|link| link.contains(path)).unwrap()
    });
    let page = bob.opens(&reset).await.is(200);
    bob.presses(&page, "Set the password", &[("password", "forty winters of snow")]).await.is(302);
    world.browser().opens(&format!("/redeem/{}?proof=forged", mail.code())).await.is(200);
    world.webhook_signed("{}", Some("t=1,v1=00")).await.is(400);
    world.mailboxes.refuses("carl@example.com");
    let bounced = world.buyer("ada@example.com").buys(Tier::Member, Months::Six).for_("carl@example.com").await;
    world.provider_says(&bounced, Says::Paid).await;
    world.send_outbox().await;

    let behind = |link: &str, mark: &str| link.split_once(mark).unwrap().1.split('&').next().unwrap().to_owned();
    let owned = |what: &'static str, text: &str| (what, text.to_owned());
    vec![
        ("the code", mail.code()),
        ("the proof", behind(&mail.redeem_link(), "proof=")),
        ("the key of the buyer's page", behind(&world.mails_to("ada@example.com")[0].gift_page(), "key=")),
        ("a link that resets", behind(&reset, "token=")),
        ("a link that signs in", behind(&once, "token=")),
        ("a session", bob.cookie().unwrap()),
        owned("a password", PASSWORD),
        owned("a mistyped password", WRONG),
        owned("an address", "@example.com"),
        owned("an escaped address", "%40example.com"),
        owned("the message", "Sundays"),
        owned("a refused form", "unfinished"),
        owned("the webhook secret", WEBHOOK_SECRET),
    ]
}

journey!(nothing_private_is_logged, async |world: &World| {
    let log = Log::kept();
    let private = told(world).await;
    let log = log.text();
    for route in ["/gift", "/redeem/{code}", "/webhooks/{provider}", "/reset"] {
        assert!(log.contains(&format!("route=\"{route}\"")), "no line of {route} in the log:\n{log}");
    }
    for (what, secret) in private {
        assert!(!log.contains(&secret), "{what} is in the log: {:?}", log.lines().find(|line| line.contains(&secret)));
    }
});

journey!(nothing_private_is_in_an_address_that_we_lead_to, async |world: &World| {
    let private = told(world).await;
    for location in world.led_to() {
        for (what, secret) in &private {
            // The buyer's own page is led to by its own key.
            let is_the_key = *what == "the key of the buyer's page" && location.starts_with("/gifts/");
            assert!(!location.contains(secret) || is_the_key, "{what} is in {location}");
        }
    }
});

journey!(a_database_redeems_nothing_and_signs_nobody_in, async |world: &World| {
    let private = told(world).await;
    let dump = world.dump().await;
    for (what, secret) in private {
        let is_kept = matches!(what, "an address" | "the message");
        assert_eq!(dump.contains(&secret), is_kept, "{what}");
    }
});

#[tokio::test]
async fn a_provider_is_told_our_orders_id_and_no_more() {
    let (world, outside, _scratch) = super::outages::selling_through(vec![super::outages::opened()]).await;
    let writing = world.buyer("ada@example.com").buys(Tier::Founder, Months::Six).for_("bob@example.com");
    writing.sent_by(&world.browser()).await.is(302);
    let form = outside.seen()[0].form();
    let order = world.column("select id from orders").await.remove(0);
    let metadata: Vec<&str> = form.iter().filter(|(name, _)| name.contains("metadata")).map(|(_, value)| value.as_str()).collect();
    assert_eq!(metadata, [order.as_str(), order.as_str()]);
    for (name, value) in &form {
        for private in ["bob@", "Bob", "Ada", "Sundays", "proof", "redeem"] {
            assert!(!value.contains(private), "{private} in {name}={value}");
        }
        assert!(name == "customer_email" || !value.contains('@'), "{name}={value}");
    }
    assert_eq!(world.store.engine(), Engine::Sqlite);
}
