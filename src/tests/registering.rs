//! Accounts at the door: what a session is worth, what a mailed link does, and what somebody gets who registers an address that isn't theirs.

use super::world::{PASSWORD, World, journey};

const OTHER: &str = "forty winters of snow";

journey!(whoever_only_looks_gets_no_cookie_and_no_session, async |world: &World| {
    let promise = world.mailed().await;
    let browser = world.browser();
    let links = [world.mail_to("bob@example.com").redeem_link(), world.mail_to("ada@example.com").gift_page()];
    let back = world.stripe.session(&promise.session).back;
    for path in ["/", "/gift", "/redeem", "/login", "/register", "/forgot", links[0].as_str(), &links[1], back.success.as_str()] {
        let answer = browser.opens(path).await.is(200);
        assert!(!answer.headers.contains_key("set-cookie"), "{path}");
    }
    browser.posts("/gift", &[("tier", "member")]).await.is(422);
    browser.posts("/login", &[("email", "bob@example.com"), ("password", "wrong")]).await.is(422);
    assert_eq!((browser.cookie(), world.count("sessions").await), (None, 0));
});

journey!(signing_in_takes_a_new_session_and_keeps_the_gift, async |world: &World| {
    world.mailed().await;
    let browser = world.browser();
    let sealed = browser.opens(&world.mail_to("bob@example.com").redeem_link()).await.is(200);
    browser.presses(&sealed, "Create an account", &[]).await.is(302);
    let planted = browser.cookie().unwrap();
    let registered = browser.posts("/register", &[("email", "bob@example.com"), ("password", PASSWORD)]).await.is(302);
    assert_eq!(registered.location(), "/redeem", "they came for a gift");
    assert_ne!(browser.cookie().unwrap(), planted);
    let thief = world.browser();
    thief.takes_cookie(&planted);
    thief.opens("/account").await.is(401);
    assert!(!thief.opens("/redeem").await.is(200).html.contains("Bob"), "the planted session keeps no gift");
});

journey!(signing_out_ends_the_session_on_the_server, async |world: &World| {
    let bob = world.signed_in("bob@example.com").await;
    let stolen = bob.cookie().unwrap();
    let account = bob.opens("/account").await.is(200);
    bob.presses(&account, "Sign out", &[]).await.is(302);
    assert_eq!((bob.cookie(), world.count("sessions").await), (None, 0));
    let thief = world.browser();
    thief.takes_cookie(&stolen);
    thief.opens("/account").await.is(401);
});

journey!(the_link_of_ones_own_gift_mail_shuts_a_squatter_out, async |world: &World| {
    let mallory = world.browser();
    mallory.posts("/register", &[("email", "bob@example.com"), ("password", OTHER)]).await.is(302);
    world.send_outbox().await;
    world.mailed().await;
    mallory.opens("/account").await.is(200);
    let bob = world.redeems_the_mail_to("bob@example.com").await;
    mallory.opens("/account").await.is(401);
    mallory.posts("/login", &[("email", "bob@example.com"), ("password", OTHER)]).await.is(422);
    bob.opens("/account").await.is(200);
    world.send_outbox().await;
});

journey!(a_gift_kept_by_its_code_waits_while_its_recipient_verifies, async |world: &World| {
    let promise = world.mailed().await;
    let code = world.gift(&promise).await.code(world.secrets()).unwrap();
    let bob = world.browser();
    let form = bob.opens("/redeem").await.is(200);
    let opened = bob.presses(&form, "Look at the gift", &[("code", code.reveal())]).await.is(302);
    let masked = bob.follows(&opened).await.is(200);
    let kept = bob.presses(&masked, "Create an account", &[]).await.is(302);
    let form = bob.follows(&kept).await.is(200);
    let fields = [("email", "bob@example.com"), ("password", PASSWORD)];
    let registered = bob.presses(&form, "Create an account", &fields).await.is(302);
    assert_eq!(registered.location(), "/verify", "a code proves no mailbox");
    world.send_outbox().await;
    let page = bob.opens(&world.mail_to("bob@example.com").link_to("/verify")).await.is(200);
    let verified = bob.presses(&page, "Verify my address", &[]).await.is(302);
    assert_eq!(verified.location(), "/redeem");
    let card = bob.follows(&verified).await.is(200);
    bob.presses(&card, "Redeem", &[]).await.is(302);
    world.send_outbox().await;
});

journey!(a_link_verifies_elsewhere_only_with_the_password, async |world: &World| {
    world.unverified("bob@example.com").await;
    world.send_outbox().await;
    let link = world.mail_to("bob@example.com").link_to("/verify");
    let elsewhere = world.browser();
    let page = elsewhere.opens(&link).await.is(200);
    let refused = elsewhere.presses(&page, "Verify my address", &[("password", OTHER)]).await.is(422);
    elsewhere.presses(&refused, "Verify my address", &[("password", PASSWORD)]).await.is(302);
    assert!(elsewhere.opens("/account").await.is(200).says("bob@example.com"));
    let after = world.browser().opens(&link).await;
    assert_eq!(after.status, 422, "a link acts once:\n{}", after.text());
});

journey!(a_forgotten_password_is_set_anew_and_everybody_else_is_out, async |world: &World| {
    let old = world.signed_in("bob@example.com").await;
    let browser = world.browser();
    let form = browser.opens("/forgot").await.is(200);
    browser.presses(&form, "Mail me a link", &[("email", "bob@example.com")]).await.is(302);
    world.send_outbox().await;
    let page = browser.opens(&world.mail_to("bob@example.com").link_to("/reset")).await.is(200);
    let refused = browser.presses(&page, "Set the password", &[("password", "short")]).await.is(422);
    browser.presses(&refused, "Set the password", &[("password", OTHER)]).await.is(302);
    old.opens("/account").await.is(401);
    browser.opens("/account").await.is(200);
    world.browser().posts("/login", &[("email", "bob@example.com"), ("password", PASSWORD)]).await.is(422);
    world.send_outbox().await;
});

journey!(a_mailed_link_signs_in_once, async |world: &World| {
    world.signed_in("bob@example.com").await;
    let browser = world.browser();
    let form = browser.opens("/login").await.is(200);
    let asked = browser.presses(&form, "Mail me a link", &[("email", "bob@example.com")]).await.is(302);
    assert!(!asked.location().contains('@'), "{}", asked.location());
    world.send_outbox().await;
    let page = browser.opens(&world.mail_to("bob@example.com").link_to("/login/once")).await.is(200);
    browser.presses(&page, "Sign in", &[]).await.is(302);
    browser.opens("/account").await.is(200);
    world.browser().presses(&page, "Sign in", &[]).await.is(422);
});

journey!(known_and_unknown_addresses_get_the_same_answers, async |world: &World| {
    world.signed_in("bob@example.com").await;
    let mut answers = Vec::new();
    for email in ["bob@example.com", "who@example.com"] {
        let wrong = world.browser().posts("/login", &[("email", email), ("password", OTHER)]).await.is(422);
        let forgot = world.browser().posts("/forgot", &[("email", email)]).await.is(302);
        let link = world.browser().posts("/login/link", &[("email", email)]).await.is(302);
        let registered = world.browser().posts("/register", &[("email", email), ("password", OTHER)]).await.is(302);
        let seen = [wrong, forgot, link, registered].map(|answer| answer.seen().replace(email, "…"));
        answers.push(seen);
    }
    assert_eq!(answers[0], answers[1]);
    world.send_outbox().await;
});
