//! `POST /v1/billing/gifts/checkout-session`.

use serde_json::{Value, json};

use super::{CHECKOUT, ada, bought, gift, with, without};
use crate::accounts::Role;
use crate::catalog::{Discount, PromoName};
use crate::shop::NewPromoCode;
use crate::tests::world::{Says, World, journey};

async fn promo_code(world: &World, percent: i64) {
    let discount = Discount::Percent(percent.try_into().unwrap());
    let name = PromoName::parse("SPRING27").unwrap();
    let code = NewPromoCode { name, discount, tiers: vec![], first_day: None, last_day: None, uses_max: None };
    world.shop.create_promo_code(&code).await.unwrap();
}

journey!(a_program_buys_a_gift_and_its_buyer_comes_back_to_the_program, async |world: &World| {
    let (promise, answer) = bought(&ada(world).await).await;
    let hosted = world.stripe.session(&promise.session);
    assert_eq!(hosted.back.success.as_str(), "https://partner.example/thanks");
    assert_eq!(hosted.back.cancel.as_str(), "https://partner.example/gift");
    assert_eq!((answer["status"].as_str(), answer["session_id"].as_str()), (Some("pending"), Some(hosted.asked.id.as_str())));
    world.provider_says(&promise, Says::Paid).await;
    world.send_outbox().await;
    let (to_ada, to_bob) = (world.mails_to("ada@example.com").len(), world.mails_to("bob@example.com").len());
    assert_eq!((to_ada, to_bob), (2, 1), "of the token, the receipt and the gift: {:?}", world.subjects());
    assert!(world.mail_to("ada@example.com").text.contains("€27.00"));
    let code = answer["code"].as_str().unwrap();
    assert!(world.mail_to("bob@example.com").text.contains(code), "the code that was answered is the one that redeems");
});

journey!(nobody_comes_back_and_no_event_comes_and_the_gift_arrives, async |world: &World| {
    let (promise, _) = bought(&ada(world).await).await;
    world.stripe.happens(&promise.session, Says::Paid);
    world.reconcile().await;
    world.send_outbox().await;
    world.mail_to("bob@example.com");
});

journey!(the_same_body_again_leads_to_the_same_page, async |world: &World| {
    let ada = ada(world).await;
    assert_eq!(bought(&ada).await.1, bought(&ada).await.1);
    assert_eq!(world.count("orders").await, 1);
});

journey!(a_number_is_a_number_however_it_is_written_and_unknown_members_are_ignored, async |world: &World| {
    let ada = ada(world).await;
    for months in ["3", "3.0", "3e0", "0.3E+1"] {
        let body = gift().to_string().replace("\"duration_months\":3", &format!("\"duration_months\":{months}"));
        assert!(body.contains(months));
        ada.sends(CHECKOUT, body).await.is(200);
    }
    let noise = with(with(gift(), "buyer_email", 5), "delivery", json!({ "by": ["pigeon"] }));
    ada.posts(CHECKOUT, &noise).await.is(200);
    assert_eq!(world.count("orders").await, 1, "all of these are one purchase");
    for body in [with(gift(), "message", Value::Null), without(gift(), "message")] {
        ada.posts(CHECKOUT, &body).await.is(200);
    }
    assert_eq!(world.count("orders").await, 2, "and without a message it is another");
});

journey!(a_card_has_the_occasion_that_was_sent_and_another_one_is_another_gift, async |world: &World| {
    let ada = ada(world).await;
    for body in [gift(), with(gift(), "occasion", "just_because"), with(gift(), "occasion", "thank_you")] {
        ada.posts(CHECKOUT, &body).await.is(200);
    }
    assert_eq!(world.count("orders").await, 2, "whoever sends none gives just because");
    let list = ada.gets("/v1/billing/gifts").await.is(200).json();
    let mut occasions = [0, 1].map(|place| list["gifts"][place]["occasion"].as_str().unwrap().to_owned());
    occasions.sort_unstable();
    assert_eq!(occasions, ["just_because", "thank_you"]);
});

journey!(a_price_id_is_the_catalogs_own_or_refused, async |world: &World| {
    let ada = ada(world).await;
    ada.posts(CHECKOUT, &with(gift(), "price_id", "price_member_3")).await.is(200);
    for other in ["price_member_6", "price_founder_3", "price_1", "PRICE_MEMBER_3"] {
        let refused = ada.posts(CHECKOUT, &with(gift(), "price_id", other)).await.refuses(400, "validation_failed");
        assert_eq!(refused.json()["field"], "price_id", "{other}");
    }
    assert_eq!(world.stripe.hosted().iter().map(|hosted| hosted.asked.line_items[0].unit_price.minor).collect::<Vec<_>>(), [2_700]);
});

journey!(a_promo_code_lowers_the_price_and_one_that_leaves_nothing_settles_at_once, async |world: &World| {
    let ada = ada(world).await;
    promo_code(world, 100).await;
    let answer = ada.posts(CHECKOUT, &with(gift(), "promo_code", "spring27")).await.is(200).json();
    assert_eq!((answer["status"].as_str(), answer["url"].as_str()), (Some("purchased"), Some("https://partner.example/thanks")));
    assert!(world.stripe.hosted().is_empty(), "no provider was asked");
    world.send_outbox().await;
    assert!(world.mail_to("bob@example.com").text.contains(answer["code"].as_str().unwrap()));
    for unknown in ["WINTER", " ", "!", "spring 27"] {
        let refused = ada.posts(CHECKOUT, &with(gift(), "promo_code", unknown)).await.refuses(400, "validation_failed");
        assert_eq!(refused.json()["field"], "promo_code", "{unknown}");
    }
});

/// Bodies of which one member is wrong, and its name.
fn wrong_members() -> Vec<(Value, &'static str)> {
    let long = "x".repeat(10_000);
    let mut wrong = Vec::new();
    for name in ["recipient_email", "recipient_name", "tier", "duration_months", "success_url", "cancel_url"] {
        wrong.push((without(gift(), name), name));
        for other in [Value::Null, json!(true), json!([]), json!({}), json!(""), json!("\u{0}"), json!(long)] {
            wrong.push((with(gift(), name, other), name));
        }
    }
    for name in ["occasion", "price_id", "promo_code"] {
        wrong
            .extend([Value::Null, json!(3), json!(""), json!("\u{0}"), json!(long)].map(|other| (with(gift(), name, other), name)));
    }
    wrong.extend(
        [json!(3), json!([]), json!("a".repeat(501)), json!("\u{7}"), json!("\u{0}")]
            .map(|other| (with(gift(), "message", other), "message")),
    );
    wrong.extend(
        [json!(4), json!(3.5), json!("3"), json!(-3), json!(0), json!(1e300)]
            .map(|n| (with(gift(), "duration_months", n), "duration_months")),
    );
    wrong.extend(["easter", "Birthday", " "].map(|occasion| (with(gift(), "occasion", occasion), "occasion")));
    wrong.extend(["gold", "Member", "member "].map(|tier| (with(gift(), "tier", tier), "tier")));
    for url in [
        "/thanks",
        "//partner.example/",
        "javascript:alert(1)",
        "https://partner.example@evil.example/",
        "https://partner.example:8443/",
        "https://partner.example.evil.example/",
        "http://partner.example/",
        "https://evil.example/",
    ] {
        wrong.push((with(gift(), "success_url", url), "success_url"));
        wrong.push((with(gift(), "cancel_url", url), "cancel_url"));
    }
    wrong
}

journey!(a_wrong_member_is_named_and_nothing_is_written, async |world: &World| {
    let ada = ada(world).await;
    ada.posts(CHECKOUT, &json!({})).await.is(400);
    let before = world.dump().await;
    for (body, name) in wrong_members() {
        let refused = ada.posts(CHECKOUT, &body).await.refuses(400, "validation_failed");
        let told = refused.json();
        assert_eq!((&told["field"], told["fields"].as_array().map(Vec::len)), (&json!(name), Some(1)), "{body:.200}");
    }
    assert_eq!(world.dump().await, before);
});

journey!(everything_wrong_is_named_at_once_in_the_order_of_the_documents, async |world: &World| {
    let refused =
        ada(world).await.posts(CHECKOUT, &json!({ "tier": 5, "promo_code": "" })).await.refuses(400, "validation_failed").json();
    let named: Vec<&str> = refused["fields"].as_array().unwrap().iter().map(|field| field["field"].as_str().unwrap()).collect();
    assert_eq!(named, ["recipient_email", "recipient_name", "tier", "duration_months", "promo_code", "success_url", "cancel_url"]);
    assert_eq!(refused["field"], "recipient_email");
});

journey!(a_body_that_is_no_object_is_refused, async |world: &World| {
    let ada = ada(world).await;
    ada.posts(CHECKOUT, &json!({})).await.is(400);
    let before = world.dump().await;
    let whole = gift().to_string();
    let deep = format!("{{\"a\":{}1{}}}", "[".repeat(20_000), "]".repeat(20_000));
    let doubled = whole.replace("\"tier\":\"member\"", "\"tier\":\"member\",\"tier\":\"founder\"");
    for body in ["", " ", "{", &whole[..40], "[]", "null", "\"gift\"", "3", "tier=member", "{}{}", &deep] {
        ada.sends(CHECKOUT, body).await.refuses(400, "malformed_json");
    }
    ada.sends(CHECKOUT, b"{\"recipient_name\":\"\xff\"}".to_vec()).await.refuses(400, "malformed_json");
    assert_eq!(ada.sends(CHECKOUT, doubled).await.refuses(400, "validation_failed").json()["field"], "tier");
    ada.sends(CHECKOUT, format!("{{\"a\":\"{}\"}}", "x".repeat(64 * 1024))).await.refuses(413, "too_large");
    assert_eq!(world.dump().await, before);
});

journey!(who_may_not_buy_is_told_why, async |world: &World| {
    let refused = world.stranger().posts(CHECKOUT, &gift()).await.refuses(401, "unauthorized");
    assert_eq!(refused.header("www-authenticate"), "Bearer realm=\"ribbon\"");
    let guess = world.stranger().with(http::header::AUTHORIZATION, "Bearer ribbon_guessed");
    let refused = guess.posts(CHECKOUT, &gift()).await.refuses(401, "invalid_token");
    assert!(refused.header("www-authenticate").contains("error=\"invalid_token\""));
    let reader = world.program("carl@example.com", "gifts:read").await;
    let refused = reader.posts(CHECKOUT, &gift()).await.refuses(403, "insufficient_scope");
    assert!(refused.header("www-authenticate").contains("scope=\"gifts:purchase\""));
    assert_eq!(world.count("orders").await, 0);
});

journey!(a_provider_that_is_away_charges_nobody, async |world: &World| {
    let ada = ada(world).await;
    world.stripe.goes_away();
    ada.posts(CHECKOUT, &gift()).await.refuses(503, "provider_unavailable");
    world.stripe.comes_back();
    let (promise, _) = bought(&ada).await;
    assert_eq!((promise.session.as_str(), world.count("orders").await), ("cs_test_1", 1), "the same order is taken up again");
});

journey!(an_account_that_proved_nothing_may_buy, async |world: &World| {
    let account = world.account("ada@example.com", Role::Person, false).await;
    let program = world.program_of(&account, "gifts:purchase gifts:read").await;
    let (_, answer) = bought(&program).await;
    program.gets(&format!("/v1/billing/gifts/{}", answer["reference"].as_str().unwrap())).await.refuses(404, "gift_not_found");
});
