//! `POST /v1/billing/gifts/redeem`.

use futures::future::join_all;
use http::Method;
use http::header::{COOKIE, ORIGIN};
use serde_json::{Value, json};

use super::{REDEEM, ada, bought, with, without};
use crate::accounts::Role;
use crate::tests::world::{Program, Promise, SHOP, Says, World, journey};

/// A gift for Bob that was paid and mailed, and what he sends to redeem it.
async fn mailed(world: &World) -> (Promise, Value) {
    let (promise, answer) = bought(&ada(world).await).await;
    world.provider_says(&promise, Says::Paid).await;
    world.send_outbox().await;
    (promise, wish(&answer))
}

fn wish(answer: &Value) -> Value {
    json!({ "code": answer["code"], "recipient_email": "bob@example.com" })
}

async fn bob(world: &World) -> Program {
    world.program("bob@example.com", "gifts:redeem memberships:read").await
}

journey!(a_recipient_redeems_once_and_the_giver_is_told, async |world: &World| {
    let (_, wish) = mailed(world).await;
    let bob = bob(world).await;
    let redeemed = bob.posts(REDEEM, &with(wish.clone(), "recipient_email", "Bob@Example.com")).await.is(200).json();
    assert_eq!(
        (&redeemed["status"], &redeemed["code"], &redeemed["tier"], &redeemed["duration_months"], &redeemed["recipient_name"]),
        (&json!("redeemed"), &wish["code"], &json!("member"), &json!(3), &json!("Bob"))
    );
    let account = world.column("select account_id from grants").await;
    assert_eq!(redeemed["redeemed_by_user_id"], account[0].as_str());
    bob.posts(REDEEM, &wish).await.refuses(409, "gift_already_redeemed");
    world.send_outbox().await;
    assert_eq!(world.count("grants").await, 1);
});

journey!(fifty_at_once_redeem_once, async |world: &World| {
    let (_, wish) = mailed(world).await;
    let bob = bob(world).await;
    let mut statuses: Vec<u16> =
        join_all((0..50).map(|_| bob.posts(REDEEM, &wish))).await.into_iter().map(|reply| reply.status).collect();
    statuses.sort_unstable();
    assert_eq!((statuses[0], &statuses[1..]), (200, &[409; 49][..]));
    world.send_outbox().await;
});

journey!(a_code_works_before_payment_only_to_be_refused, async |world: &World| {
    let (promise, answer) = bought(&ada(world).await).await;
    let bob = bob(world).await;
    bob.posts(REDEEM, &wish(&answer)).await.refuses(412, "gift_not_redeemable");
    world.provider_says(&promise, Says::Paid).await;
    world.provider_says(&promise, Says::Disputed).await;
    bob.posts(REDEEM, &wish(&answer)).await.refuses(412, "gift_not_redeemable");
    world.provider_says(&promise, Says::DisputeLost).await;
    bob.posts(REDEEM, &wish(&answer)).await.refuses(412, "gift_not_redeemable");
    world.send_outbox().await;
    assert_eq!(world.count("grants").await, 0);
});

journey!(whoever_is_not_the_recipient_learns_nothing_of_the_gift, async |world: &World| {
    let (promise, answer) = bought(&ada(world).await).await;
    let carl = world.program("carl@example.com", "gifts:redeem").await;
    let as_carl = with(wish(&answer), "recipient_email", "carl@example.com");
    let mut told = vec![carl.posts(REDEEM, &as_carl).await.refuses(412, "gift_not_redeemable").text];
    world.provider_says(&promise, Says::Paid).await;
    world.send_outbox().await;
    told.push(carl.posts(REDEEM, &as_carl).await.refuses(412, "gift_not_redeemable").text);
    bob(world).await.posts(REDEEM, &wish(&answer)).await.is(200);
    world.send_outbox().await;
    told.push(carl.posts(REDEEM, &as_carl).await.refuses(412, "gift_not_redeemable").text);
    told.dedup();
    assert_eq!(told.len(), 1, "the same word in every state: {told:?}");
});

journey!(redeeming_needs_the_address_that_the_account_has_proved, async |world: &World| {
    let (_, wish) = mailed(world).await;
    let bob = bob(world).await;
    bob.posts(REDEEM, &with(wish.clone(), "recipient_email", "carl@example.com"))
        .await
        .refuses(400, "authenticated_email_required");
    let carl = world.program("carl@example.com", "gifts:redeem").await;
    carl.posts(REDEEM, &wish).await.refuses(400, "authenticated_email_required");
    let unproved = world.account("dora@example.com", Role::Person, false).await;
    let dora = world.program_of(&unproved, "gifts:redeem").await;
    dora.posts(REDEEM, &with(wish.clone(), "recipient_email", "dora@example.com"))
        .await
        .refuses(400, "authenticated_email_required");
    world.stranger().posts(REDEEM, &wish).await.refuses(401, "unauthorized");
    ada_may_not(world, &wish).await;
    assert_eq!(world.count("grants").await, 0);
});

async fn ada_may_not(world: &World, wish: &Value) {
    let reader = world.program("eve@example.com", "gifts:purchase").await;
    reader.posts(REDEEM, wish).await.refuses(403, "insufficient_scope");
}

journey!(a_code_that_no_gift_has_is_not_found_and_counted, async |world: &World| {
    let bob = bob(world).await;
    let guess = |code: &str| json!({ "code": code, "recipient_email": "bob@example.com" });
    for code in ["K7QM 2ZXR 9D4T 6WHN 3BVA 8FCJ", "abc", " ", "\u{0}", "ÄÖÜ"] {
        bob.posts(REDEEM, &guess(code)).await.refuses(404, "gift_not_found");
    }
    for _ in 0..60 {
        bob.posts(REDEEM, &guess("what can be no code is no guess")).await.refuses(404, "gift_not_found");
    }
    for _ in 0..59 {
        bob.posts(REDEEM, &guess("K7QM 2ZXR 9D4T 6WHN 3BVA 8FCJ")).await.refuses(404, "gift_not_found");
    }
    let refused = bob.posts(REDEEM, &guess("K7QM 2ZXR 9D4T 6WHN 3BVA 8FCJ")).await.refuses(429, "too_many_attempts");
    assert_eq!((refused.header("retry-after").as_str(), refused.header("ratelimit").as_str()), ("900", "\"codes\";r=0;t=900"));
    assert_eq!(refused.header("ratelimit-policy"), "\"codes\";q=60;w=900");
});

journey!(a_wrong_body_is_named, async |world: &World| {
    let bob = bob(world).await;
    let whole = json!({ "code": "K7QM 2ZXR 9D4T 6WHN 3BVA 8FCJ", "recipient_email": "bob@example.com" });
    let long = "9".repeat(5_000);
    for (body, field) in [
        (without(whole.clone(), "code"), "code"),
        (with(whole.clone(), "code", Value::Null), "code"),
        (with(whole.clone(), "code", 5), "code"),
        (with(whole.clone(), "code", ""), "code"),
        (with(whole.clone(), "code", long.as_str()), "code"),
        (without(whole.clone(), "recipient_email"), "recipient_email"),
        (with(whole.clone(), "recipient_email", "bob"), "recipient_email"),
        (with(whole.clone(), "recipient_email", json!(["bob@example.com"])), "recipient_email"),
        (with(whole, "recipient_email", long.as_str()), "recipient_email"),
    ] {
        assert_eq!(bob.posts(REDEEM, &body).await.refuses(400, "validation_failed").json()["field"], field, "{body:.100}");
    }
    for body in ["", "[]", "{", "null"] {
        bob.sends(REDEEM, body).await.refuses(400, "malformed_json");
    }
});

journey!(a_page_of_ours_redeems_by_its_session_and_no_other_page_does, async |world: &World| {
    let (_, wish) = mailed(world).await;
    let browser = world.signed_in("bob@example.com").await;
    let cookie = format!("ribbon={}", browser.cookie().unwrap());
    let page = |origin: &str| world.stranger().with(COOKIE, &cookie).with(ORIGIN, origin);
    page("https://partner.example").posts(REDEEM, &wish).await.refuses(403, "foreign_origin");
    world.stranger().with(COOKIE, &cookie).posts(REDEEM, &wish).await.refuses(403, "foreign_origin");
    let form = page(SHOP).asks(Method::POST, REDEEM, Some("application/x-www-form-urlencoded"), b"code=x".to_vec()).await;
    form.refuses(415, "unsupported_media_type");
    page(SHOP).posts(REDEEM, &wish).await.is(200);
    world.send_outbox().await;
    world.stranger().with(COOKIE, "ribbon=stale").with(ORIGIN, SHOP).posts(REDEEM, &wish).await.refuses(401, "unauthorized");
});
