//! Programs that read mail follow every link in it. None of them presses a button, and so nothing happens.

use axum::body::Body;
use expect_test::expect;
use http::Request;

use super::world::{PASSWORD, SHOP, Says, World, answer_to, journey};
use crate::catalog::{Months, Tier};

/// Follows every link of every mail, from the `seen`th on, by GET and by HEAD.
async fn scan(world: &World, seen: &mut usize) {
    world.send_outbox().await;
    let before = world.dump().await;
    for mail in world.mailboxes.all().into_iter().skip(*seen) {
        *seen += 1;
        for link in mail.links() {
            let Some(path) = link.strip_prefix(SHOP) else {
                assert!(link.starts_with("mailto:"), "{link} in “{}” leads elsewhere", mail.subject);
                continue;
            };
            let answer = world.browser().opens(path).await;
            assert_eq!(answer.status, 200, "{link} in “{}”:\n{}", mail.subject, answer.text());
            let head = answer_to(&world.router, Request::head(path).body(Body::empty()).unwrap(), path).await;
            assert_eq!(head.status, 200, "HEAD {link} in “{}”", mail.subject);
            assert!(mail.text.contains(path), "the text of “{}” says less than its HTML: no {path}", mail.subject);
        }
    }
    assert_eq!(world.dump().await, before, "a scanner changed something");
}

journey!(no_link_of_any_mail_does_anything_by_itself, async |world: &World| {
    let mut seen = 0;
    let promise = world.promised().await;
    world.provider_says(&promise, Says::Paid).await;
    scan(world, &mut seen).await;
    assert_eq!(world.count("sessions").await, 0);

    let bob = world.redeems_the_mail_to("bob@example.com").await;
    scan(world, &mut seen).await;
    let browser = world.browser();
    for path in ["/forgot", "/login/link"] {
        browser.posts(path, &[("email", "bob@example.com")]).await.is(302);
    }
    browser.posts("/register", &[("email", "carl@example.com"), ("password", PASSWORD)]).await.is(302);
    world.browser().posts("/register", &[("email", "bob@example.com"), ("password", PASSWORD)]).await.is(302);
    scan(world, &mut seen).await;
    bob.posts("/account/email", &[("email", "robert@example.com"), ("password", PASSWORD)]).await.is(302);
    scan(world, &mut seen).await;
    let confirm = bob.opens(&world.mail_to("robert@example.com").link_to("/account/email/confirm")).await.is(200);
    bob.presses(&confirm, "Use this address", &[]).await.is(302);
    bob.posts("/account/password", &[("current_password", PASSWORD), ("password", "forty winters of snow")]).await.is(302);
    scan(world, &mut seen).await;

    world.mailboxes.refuses("nobody@example.com");
    let bounced = world.buyer("ada@example.com").buys(Tier::Founder, Months::Six).for_("nobody@example.com").await;
    world.provider_says(&bounced, Says::Paid).await;
    let doubted = world.buyer("ada@example.com").buys(Tier::Founder, Months::Six).for_("dora@example.com").await;
    world.provider_says(&doubted, Says::PaidInstead(1)).await;
    scan(world, &mut seen).await;
    expect![[r#"
        ada@example.com: Bob has opened your gift
        ada@example.com: We could not deliver your gift to Bob
        ada@example.com: Your gift to Bob: receipt and link
        ada@example.com: Your gift to Bob: receipt and link
        bob@example.com: Ada has given you something
        bob@example.com: Choose a new password
        bob@example.com: You have an account already
        bob@example.com: Your account has a new address
        bob@example.com: Your link to sign in
        carl@example.com: Verify your address
        help@ribbon.example: Look at gift_f91e7293d3w2d4m2: another sum was paid
        robert@example.com: Confirm your new address
        robert@example.com: Your password was changed"#]]
    .assert_eq(&world.subjects().join("\n"));
});
