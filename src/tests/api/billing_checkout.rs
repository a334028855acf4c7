//! `POST /api/v1/billing/checkout`.

use expect_test::expect;
use serde_json::{Value, json};

use super::BILLING;
use crate::accounts::Role;
use crate::catalog::Tier;
use crate::tests::world::{Program, Promise, World, journey};

async fn bea(world: &World) -> Program {
    world.program("bea@example.com", "billing:checkout").await
}

/// What is wrong with a body, a line each: where, of which type, and why.
async fn details(program: &Program, body: &str) -> String {
    let refused = program.sends(BILLING, body).await.is(422).json();
    let line = |detail: &Value| {
        assert!(detail.get("input").is_some(), "{detail}");
        format!("{} {} {}", detail["loc"], detail["type"].as_str().unwrap(), detail["msg"].as_str().unwrap())
    };
    refused["detail"].as_array().unwrap().iter().map(line).collect::<Vec<_>>().join("\n")
}

journey!(the_account_s_own_plan_is_sold_and_no_price_is_taken_from_the_body, async |world: &World| {
    let account = world.account("bea@example.com", Role::Person, true).await;
    let bea = world.program_of(&account, "billing:checkout").await;
    let body = json!({ "price_id": "price_free", "price": 1, "plan": "founder", "success_url": "https://partner.example/in" });
    let answer = bea.posts(BILLING, &body).await.is(200).json();
    let hosted = world.stripe.session(&Promise::at(answer["url"].as_str().unwrap()).session);
    let sold = &hosted.asked.line_items[0];
    assert_eq!((sold.title.as_str(), sold.unit_price.minor), ("Member, monthly", 900));
    assert_eq!(hosted.back.success.as_str(), "https://partner.example/in");
    assert_eq!(hosted.back.cancel.as_str(), "http://localhost:3000/account");

    world.shop.choose_plan(&account, Tier::Founder).await.unwrap();
    let answer = bea.posts(BILLING, &json!({})).await.is(200).json();
    let hosted = world.stripe.session(&Promise::at(answer["url"].as_str().unwrap()).session);
    assert_eq!(hosted.asked.line_items[0].title, "Founder, monthly");
    assert!(hosted.back.success.as_str().starts_with("http://localhost:3000/account?order="), "the page that settles");
});

journey!(the_same_wish_again_leads_to_the_same_page, async |world: &World| {
    let bea = bea(world).await;
    let first = bea.posts(BILLING, &json!({})).await.is(200).json();
    assert_eq!(bea.posts(BILLING, &json!({ "anything": [1] })).await.is(200).json(), first);
    assert_eq!(world.count("orders").await, 1);
});

journey!(a_wrong_body_is_told_in_the_manner_of_pydantic, async |world: &World| {
    let bea = bea(world).await;
    bea.sends(BILLING, "").await.is(422);
    let before = world.dump().await;
    let mut told = Vec::new();
    for body in [
        "",
        "{\"success_url\": https}",
        "[1]",
        "null",
        r#"{"success_url": 5, "cancel_url": null}"#,
        r#"{"success_url": "", "cancel_url": "/account"}"#,
        r#"{"success_url": "javascript:alert(1)", "cancel_url": "//partner.example"}"#,
        r#"{"success_url": "https://evil.example/", "cancel_url": "https://a:b@partner.example/"}"#,
        r#"{"success_url": "https://partner.example/\n", "cancel_url": "https://partner.example:1/"}"#,
        r#"{"cancel_url": "https://partner.example/", "cancel_url": "https://partner.example/"}"#,
    ] {
        told.push(format!("{body}\n{}", details(&bea, body).await));
    }
    expect![[r#"

        ["body"] missing Field required
        {"success_url": https}
        ["body",16] json_invalid JSON decode error
        [1]
        ["body"] model_attributes_type Input should be a valid dictionary or object to extract fields from
        null
        ["body"] model_attributes_type Input should be a valid dictionary or object to extract fields from
        {"success_url": 5, "cancel_url": null}
        ["body","success_url"] string_type Input should be a valid string
        ["body","cancel_url"] string_type Input should be a valid string
        {"success_url": "", "cancel_url": "/account"}
        ["body","success_url"] url_parsing Input should be a valid URL, input is empty
        ["body","cancel_url"] url_parsing Input should be a valid URL, relative URL without a base
        {"success_url": "javascript:alert(1)", "cancel_url": "//partner.example"}
        ["body","success_url"] url_scheme URL scheme should be 'http' or 'https'
        ["body","cancel_url"] url_parsing Input should be a valid URL, relative URL without a base
        {"success_url": "https://evil.example/", "cancel_url": "https://a:b@partner.example/"}
        ["body","success_url"] value_error Value error, Give an address on this shop’s own origin, or on one that its operator listed
        ["body","cancel_url"] value_error Value error, Leave the user and the password out of the address
        {"success_url": "https://partner.example/\n", "cancel_url": "https://partner.example:1/"}
        ["body","success_url"] url_syntax_violation Input violated strict URL syntax rules, blanks, line breaks and backslashes are not allowed
        ["body","cancel_url"] value_error Value error, Give an address on this shop’s own origin, or on one that its operator listed
        {"cancel_url": "https://partner.example/", "cancel_url": "https://partner.example/"}
        ["body","cancel_url"] value_error Value error, Send this once: it stands there twice"#]].assert_eq(&told.join("\n"));
    assert_eq!(world.dump().await, before);
});

journey!(a_detail_has_what_was_sent_and_more_about_it, async |world: &World| {
    let refused = bea(world).await.posts(BILLING, &json!({ "success_url": "ftp://partner.example/" })).await.is(422).json();
    assert_eq!(
        refused,
        json!({ "detail": [{
            "loc": ["body", "success_url"],
            "msg": "URL scheme should be 'http' or 'https'",
            "type": "url_scheme",
            "input": "ftp://partner.example/",
            "ctx": { "expected_schemes": "'http' or 'https'" },
        }] })
    );
});

journey!(who_may_not_subscribe_is_told_why, async |world: &World| {
    world.stranger().posts(BILLING, &json!({})).await.refuses(401, "unauthorized");
    let other = world.program("carl@example.com", "gifts:purchase").await;
    other.posts(BILLING, &json!({})).await.refuses(403, "insufficient_scope");
    let bea = bea(world).await;
    bea.sends(BILLING, format!("{{\"a\":\"{}\"}}", "x".repeat(64 * 1024))).await.refuses(413, "too_large");
    world.stripe.goes_away();
    bea.posts(BILLING, &json!({})).await.refuses(503, "provider_unavailable");
    world.stripe.comes_back();
});
