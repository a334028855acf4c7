//! What nobody should send, and what they get for it: a sentence beside the field, and everything else as it was.

use axum::body::Body;
use expect_test::expect;
use http::Request;
use serde_json::json;

use super::world::{Browser, PASSWORD, SHOP, Says, WEBHOOK_SECRET, World, answer_to, journey};
use crate::catalog::{Months, Tier};
use crate::checkout::signatures::stripe_header;
use crate::store;

/// Fields of `/gift` that are wrong, each with what is wrong in it.
fn wrong_fields() -> Vec<(&'static str, String)> {
    let wrong = |name, value: &str| (name, value.to_owned());
    vec![
        wrong("tier", "gold"),
        wrong("tier", ""),
        wrong("duration_months", "5"),
        wrong("recipient_name", ""),
        wrong("recipient_name", "Bob\u{7}"),
        wrong("recipient_name", "Bob\nBcc: x"),
        ("recipient_name", "B".repeat(10_000)),
        wrong("recipient_email", ""),
        wrong("recipient_email", "bob"),
        wrong("recipient_email", "bob@example.com\nbcc: carl@example.com"),
        wrong("recipient_email", "bob@example.com, carl@example.com"),
        ("recipient_email", format!("{}@example.com", "b".repeat(400))),
        ("message", "!".repeat(501)),
        wrong("message", "ring \u{7} ring"),
        ("buyer_name", "A".repeat(10_000)),
        wrong("buyer_email", "ada@"),
        wrong("buyer_email", "ada@example.com\r\n"),
        wrong("delivery", "pigeon"),
        wrong("deliver_on", "2026-11-20"),
        wrong("deliver_on", "tomorrow"),
        wrong("promo_code", "WINTER/10"),
    ]
}

journey!(a_wrong_field_is_named_and_everything_typed_is_still_there, async |world: &World| {
    let browser = world.browser();
    let before = world.dump().await;
    for (name, value) in wrong_fields() {
        let writing = world.buyer("ada@example.com").buys(Tier::Member, Months::Six).for_("bob@example.com").with(name, &value);
        let refused = writing.sent_by(&browser).await;
        assert_eq!(refused.status, 422, "{name}={value:?}: {}", refused.text());
        assert!(refused.html.contains(&format!("id=\"{name}-error\"")), "{name}={value:?} is not named:\n{}", refused.text());
        assert!(refused.html.contains(&format!("href=\"#{name}\"")), "{name}={value:?}: the summary links to no field");
        let form = refused.form("Continue to payment");
        for (field, typed) in writing.fields() {
            let is_choice = matches!(field, "tier" | "duration_months" | "delivery");
            // A line break is no part of what a one-line field can show.
            let is_replaced = is_choice && field == name;
            if !is_replaced && !typed.contains(['\n', '\r', '\u{7}']) {
                assert_eq!(form.get(field), typed, "{field}, beside {name}={value:?}");
            }
        }
    }
    assert_eq!(world.dump().await, before, "nothing was written, and no session made");
    assert_eq!(browser.cookie(), None);
});

journey!(an_empty_form_names_everything_at_once, async |world: &World| {
    let refused = world.browser().sends("/gift", "").await;
    let named = |field: &str| refused.html.contains(&format!("id=\"{field}-error\""));
    assert!(["tier", "duration_months", "recipient_name", "recipient_email", "buyer_email"].into_iter().all(named));
    expect![[r#"
        422
        Make a gift
        Five things to correct
        Nothing was charged, and everything you wrote is still here.
        Choose what to give: Member or Founder
        Choose how long: 3, 6 or 12 months
        Enter their name as it shall stand on the card
        Enter their email address: they sign in with it to redeem
        Enter your email address, so that the receipt can reach you"#]]
    .assert_eq(&refused.seen().lines().take(9).collect::<Vec<_>>().join("\n"));
});

journey!(a_doubled_field_is_named, async |world: &World| {
    let browser = world.browser();
    for (path, body, field) in [
        ("/gift", "recipient_email=a%40example.com&recipient_email=b%40example.com", "recipient_email"),
        ("/login", "email=a%40example.com&email=b%40example.com&password=x", "email"),
        ("/redeem", "code=a&code=b", "code"),
    ] {
        let refused = browser.sends(path, body).await.is(422);
        assert!(refused.html.contains(&format!("id=\"{field}-error\"")), "{path}:\n{}", refused.text());
    }
});

journey!(no_password_comes_back, async |world: &World| {
    let bob = world.signed_in("bob@example.com").await;
    let browser = world.browser();
    let secret = "umbrella in the rain";
    for (who, path, fields) in [
        (&browser, "/register", vec![("email", "bob"), ("password", secret)]),
        (&browser, "/login", vec![("email", "bob@example.com"), ("password", secret)]),
        (&bob, "/account/password", vec![("current_password", secret), ("password", secret)]),
        (&bob, "/account/email", vec![("email", "robert@example.com"), ("password", secret)]),
    ] {
        let refused = who.posts(path, &fields).await.is(422);
        assert!(!refused.html.contains(secret), "{path}");
        if let Some((_, email)) = fields.iter().find(|(name, _)| *name == "email") {
            assert_eq!(refused.value_of("email"), *email, "{path}");
        }
    }
});

journey!(markup_is_text_wherever_it_stands, async |world: &World| {
    const MARKUP: &str = "<script>alert(1)</script></textarea><img src=x onerror=alert(1)> & \"so\" 'on'";
    let writing = world.buyer("ada@example.com").buys(Tier::Member, Months::Three).for_("bob@example.com");
    let promise = writing.with("message", MARKUP).with("recipient_name", "<b>Bob</b>").with("buyer_name", "\"><i>Ada").await;
    let back = world.browser().opens(world.stripe.session(&promise.session).back.cancel.as_str()).await.is(200);
    assert_eq!(back.value_of("message"), MARKUP);
    world.provider_says(&promise, Says::Paid).await;
    let thanks = world.comes_back(&promise).await.is(200);
    world.send_outbox().await;
    let (bob, card) = world.registers_through_the_mail_to("bob@example.com").await;
    assert!(card.says(MARKUP), "{}", card.text());
    let status = bob.opens(&world.mail_to("ada@example.com").gift_page()).await.is(200);
    let mails = ["ada@example.com", "bob@example.com"].map(|email| world.mail_to(email).html);
    for html in [&back.html, &thanks.html, &card.html, &status.html, &mails[0], &mails[1]] {
        for tag in ["<script>alert", "<img src=x", "<b>Bob", "<i>Ada"] {
            assert!(!html.contains(tag), "{tag} in {html}");
        }
    }
});

journey!(a_body_over_64_kib_is_refused, async |world: &World| {
    let long = "x".repeat(64 * 1024);
    let browser = world.browser();
    for path in ["/gift", "/login", "/redeem", "/redeem/AAAABBBBCCCCDDDDEEEEFFFF"] {
        browser.sends(path, &format!("message={long}")).await.is(413);
    }
    world.webhook_signed(&long.repeat(2), Some("t=1,v1=00")).await.is(413);
});

journey!(a_webhook_that_is_not_the_providers_changes_nothing, async |world: &World| {
    let promise = world.promised().await;
    world.stripe.happens(&promise.session, Says::Paid);
    let body = world.stripe.event(&promise.session, Says::Paid).to_string();
    let before = world.dump().await;
    let sign = |secret: &str, at, body: &str| Some(stripe_header(secret, at, body.as_bytes()));
    let genuine = sign(WEBHOOK_SECRET, world.now(), &body);
    let long_ago = world.now().minus(std::time::Duration::from_secs(301));
    for (what, body, signature) in [
        ("unsigned", body.clone(), None),
        ("garbage", body.clone(), Some("v1=zz,t=soon".to_owned())),
        ("another secret", body.clone(), sign("whsec_other", world.now(), &body)),
        ("stale", body.clone(), sign(WEBHOOK_SECRET, long_ago, &body)),
        ("another body", body.replace("paid", "Paid"), genuine.clone()),
        ("no event", "[]".to_owned(), sign(WEBHOOK_SECRET, world.now(), "[]")),
    ] {
        assert_eq!(world.webhook_signed(&body, signature.as_deref()).await.status, 400, "{what}");
        assert_eq!(world.dump().await, before, "{what}");
    }
    let refused = store::provider_events::refused(&mut world.store.connection().await.unwrap()).await.unwrap();
    expect![[r#"
        stripe another secret made it, or the body was changed: 2
        stripe it has none: 1
        stripe it has not the form that it should have: 1
        stripe it was made too long ago, or a clock is wrong: 1
        stripe what it signs is no event: 1"#]]
    .assert_eq(&refused.join("\n"));
    world.webhook_signed(&body, genuine.as_deref()).await.is(200);
    assert_eq!(world.states(&promise).await, "paid, purchased");
    world.send_outbox().await;
});

journey!(nothing_is_done_for_another_site, async |world: &World| {
    world.mailed().await;
    let bob = world.signed_in("bob@example.com").await;
    let link = world.mails_to("bob@example.com")[0].redeem_link();
    let before = world.dump().await;
    let foreign = |browser: &Browser| {
        [Some("https://evil.example"), Some("null"), Some("http://localhost:3010"), None].map(|origin| browser.standing_on(origin))
    };
    for browser in foreign(&bob).into_iter().chain(foreign(&world.browser())) {
        browser.posts(&link, &[("intent", "redeem")]).await.is(403);
        browser.posts("/logout", &[]).await.is(403);
        browser.posts("/login", &[("email", "bob@example.com"), ("password", PASSWORD)]).await.is(403);
        browser.posts("/gift", &[("tier", "member")]).await.is(403);
    }
    assert_eq!(world.dump().await, before);
    bob.opens("/account").await.is(200);
});

journey!(an_unknown_page_helps_on, async |world: &World| {
    let browser = world.browser();
    let lost = browser.opens("/no/such/page").await;
    let (id, text) = (lost.headers["x-request-id"].to_str().unwrap(), lost.seen());
    expect![[r#"
        404
        This page is not here
        There is nothing here.
        Were you given something? Type the code on your card. Did you give something? The link in your receipt leads to it.
        To the first page
        If that does not help, write to help@ribbon.example and quote …."#]]
    .assert_eq(&text.replace(id, "…"));
    for path in ["/gifts/gift_0123456789abcdef?key=x", "/gifts/x", "/gift/thanks?order=x", "/redeem/%00", "/%F0%9F%8E%81", "/admin"]
    {
        browser.opens(path).await.is(404);
    }
    for path in ["/verify?link=x&token=y", "/reset", "/login/once?link=link_0123456789abcdef&token=y"] {
        browser.opens(path).await.is(422);
    }
});

journey!(what_is_no_form_is_no_fault_of_ours, async |world: &World| {
    let browser = world.browser();
    for body in ["recipient_name=%FF%FE&tier=%00", "%%%", "=&=&=", "tier[]=member", "a".repeat(60_000).as_str()] {
        let status = browser.sends("/gift", body).await.status;
        assert_eq!(status, 422, "{}", body.chars().take(30).collect::<String>());
    }
    for (kind, body) in [("application/json", json!({ "tier": "member" }).to_string()), ("multipart/form-data", String::new())] {
        let request = Request::post("/gift").header("origin", SHOP).header("content-type", kind);
        let answer = answer_to(&world.router, request.body(Body::from(body)).unwrap(), "/gift").await;
        assert!(answer.status.is_client_error(), "{kind}: {}", answer.status);
    }
    browser.posts("/no/such/page", &[("a", "b")]).await.is(405);
});
