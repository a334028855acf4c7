//! What programs read: gifts, the membership, the catalog, and what a gift would cost.

use std::time::Duration;

use expect_test::expect;
use serde_json::{Value, json};

use super::{CHECKOUT, REDEEM, ada, bought, gift, with, without};
use crate::accounts::Role;
use crate::catalog::{Discount, PromoName, Tier};
use crate::shop::NewPromoCode;
use crate::tests::world::{Says, World, journey};

const GIFTS: &str = "/v1/billing/gifts";
const ME: &str = "/v1/memberships/me";
const PRICE: &str = "/v1/billing/gifts/price";

fn path_of(answer: &Value) -> String {
    format!("{GIFTS}/{}", answer["reference"].as_str().unwrap())
}

journey!(a_gift_is_followed_from_its_promise_to_its_end, async |world: &World| {
    let ada = ada(world).await;
    let (promise, answer) = bought(&ada).await;
    let path = path_of(&answer);
    let status = async || ada.gets(&path).await.is(200).json();
    let pending = status().await;
    assert_eq!((&pending["status"], &pending["purchased_at"]), (&json!("pending"), &Value::Null));
    world.provider_says(&promise, Says::Paid).await;
    world.pass(Duration::from_secs(90));
    world.send_outbox().await;
    expect![[r#"
        {
          "created_at": "2026-11-21T12:00:00.000Z",
          "delivery": {
            "at": "2026-11-21T12:01:30.000Z",
            "status": "sent"
          },
          "duration_months": 3,
          "ended_at": null,
          "id": "gift_9g70e61jtmkpjjpy",
          "list_price": {
            "currency": "EUR",
            "minor": 2700,
            "text": "€27.00"
          },
          "message": "For all the Sundays.",
          "occasion": "just_because",
          "promo_code": null,
          "purchased_at": "2026-11-21T12:00:00.000Z",
          "recipient_email": "bob@example.com",
          "recipient_name": "Bob",
          "redeemed_at": null,
          "refunded": null,
          "status": "purchased",
          "tier": "member",
          "total": {
            "currency": "EUR",
            "minor": 2700,
            "text": "€27.00"
          }
        }"#]]
    .assert_eq(
        &serde_json::to_string_pretty(&status().await)
            .unwrap()
            .replace(answer["reference"].as_str().unwrap(), "gift_9g70e61jtmkpjjpy"),
    );
    world.provider_says(&promise, Says::RefundedInPart(700)).await;
    assert_eq!(status().await["refunded"]["minor"], 700);
    world.provider_says(&promise, Says::Refunded).await;
    world.send_outbox().await;
    let refunded = status().await;
    assert_eq!((&refunded["status"], &refunded["ended_at"]), (&json!("refunded"), &json!("2026-11-21T12:01:30.000Z")));
});

journey!(a_gift_is_its_buyers_and_the_operators_and_nobody_elses, async |world: &World| {
    let ada = ada(world).await;
    let (_, answer) = bought(&ada).await;
    let path = path_of(&answer);
    let operator = world.account("op@example.com", Role::Admin, true).await;
    world.program_of(&operator, "gifts:read").await.gets(&path).await.is(200);
    let bob = world.program("bob@example.com", "gifts:read gifts:redeem").await;
    let unknown = bob.gets("/v1/billing/gifts/gift_0123456789abcdef").await.refuses(404, "gift_not_found");
    assert!(unknown.text.contains("reference"), "nobody sent a code: {}", unknown.text);
    for path in [path.as_str(), "/v1/billing/gifts/x", "/v1/billing/gifts/%ff", "/v1/billing/gifts/gift_%00"] {
        assert_eq!(bob.gets(path).await.refuses(404, "gift_not_found").text, unknown.text, "{path}");
    }
    world.stranger().gets(&path).await.refuses(401, "unauthorized");
    world.program("carl@example.com", "gifts:redeem").await.gets(&path).await.refuses(403, "insufficient_scope");
    assert!(!ada.gets(&path).await.is(200).text.contains(answer["code"].as_str().unwrap()), "no code");
});

journey!(a_list_is_read_page_by_page_and_misses_nothing_that_was_there, async |world: &World| {
    let ada = ada(world).await;
    let mut references = Vec::new();
    for number in 0..7 {
        let body = with(gift(), "recipient_name", format!("Bob {number}"));
        references.push(ada.posts(CHECKOUT, &body).await.is(200).json()["reference"].clone());
        // Three share a moment, so that a page ends in the middle of one.
        if number % 3 == 2 {
            world.pass(Duration::from_secs(1));
        }
    }
    let (mut seen, mut path) = (Vec::new(), format!("{GIFTS}?limit=2"));
    loop {
        let page = ada.gets(&path).await.is(200).json();
        let gifts = page["gifts"].as_array().unwrap();
        assert!(gifts.len() <= 2);
        seen.extend(gifts.iter().map(|gift| gift["id"].clone()));
        if seen.len() == 4 {
            ada.posts(CHECKOUT, &with(gift(), "recipient_name", "Late")).await.is(200);
        }
        let Some(next) = page["next"].as_str() else { break };
        path = format!("{GIFTS}?limit=2&after={next}");
    }
    let sorted = |mut list: Vec<Value>| {
        list.sort_by_key(ToString::to_string);
        list
    };
    assert_eq!(sorted(seen.clone()), sorted(references));
    let times = world.column("select created_at from gifts order by created_at desc").await;
    assert_eq!(times.len(), 8);
    assert_eq!(ada.gets(GIFTS).await.is(200).json()["gifts"].as_array().unwrap().len(), 8);
    let other = world.program("carl@example.com", "gifts:read").await;
    assert_eq!(other.gets(GIFTS).await.is(200).json(), json!({ "gifts": [], "next": null }));
    for query in ["limit=0", "limit=1000", "limit=x", "after=x", "limit=1&limit=2"] {
        ada.gets(&format!("{GIFTS}?{query}")).await.refuses(400, "validation_failed");
    }
    world.stranger().gets(GIFTS).await.refuses(401, "unauthorized");
});

journey!(a_membership_is_told_as_it_runs_and_as_it_will, async |world: &World| {
    let (promise, answer) = bought(&ada(world).await).await;
    world.provider_says(&promise, Says::Paid).await;
    world.send_outbox().await;
    let bob = world.program("bob@example.com", "gifts:redeem memberships:read").await;
    let nothing = bob.gets(ME).await.is(200).json();
    assert_eq!(nothing, json!({ "now": "2026-11-21T12:00:00.000Z", "current": null, "timeline": [] }));
    bob.posts(REDEEM, &json!({ "code": answer["code"], "recipient_email": "bob@example.com" })).await.is(200);
    world.send_outbox().await;
    let running = bob.gets(ME).await.is(200).json();
    assert_eq!(running["current"], json!({ "tier": "member", "until": "2027-02-21T12:00:00.000Z" }));
    assert_eq!(
        running["timeline"],
        json!([{ "tier": "member", "from": "2026-11-21T12:00:00.000Z", "until": "2027-02-21T12:00:00.000Z", "kind": "runs", "source": "gift" }])
    );
    world.stranger().gets(ME).await.refuses(401, "unauthorized");
    world.program("carl@example.com", "gifts:read").await.gets(ME).await.refuses(403, "insufficient_scope");
});

journey!(the_catalog_is_everybodys, async |world: &World| {
    let catalog = world.stranger().gets("/v1/catalog").await.is(200).json();
    assert_eq!(catalog["currency"], "EUR");
    let founder = &catalog["tiers"][1];
    assert_eq!(
        (&founder["tier"], &founder["plan"]["every"], &founder["plan"]["price"]["text"]),
        (&json!("founder"), &json!("month"), &json!("€20.00"))
    );
    let year = &founder["gifts"][2];
    assert_eq!(
        *year,
        json!({ "duration_months": 12, "price": { "minor": 19_200, "currency": "EUR", "text": "€192.00" }, "price_id": "price_founder_12" })
    );
    let body = with(with(with(gift(), "tier", "founder"), "duration_months", 12), "price_id", year["price_id"].clone());
    ada(world).await.posts(CHECKOUT, &body).await.is(200);
});

journey!(a_price_is_told_before_anything_is_bought, async |world: &World| {
    let code = NewPromoCode {
        name: PromoName::parse("SPRING27").unwrap(),
        discount: Discount::Percent(10_i64.try_into().unwrap()),
        tiers: vec![Tier::Member],
        first_day: None,
        last_day: None,
        uses_max: None,
    };
    world.shop.create_promo_code(&code).await.unwrap();
    let ada = ada(world).await;
    let wish = json!({ "tier": "member", "duration_months": 3.0, "promo_code": "spring27" });
    let price = ada.posts(PRICE, &wish).await.is(200).json();
    assert_eq!(
        (
            &price["list_price"]["minor"],
            &price["discount"]["minor"],
            &price["total"]["minor"],
            &price["promo_code"],
            &price["price_id"]
        ),
        (&json!(2_700), &json!(270), &json!(2_430), &json!("SPRING27"), &json!("price_member_3"))
    );
    let full = ada.posts(PRICE, &without(wish.clone(), "promo_code")).await.is(200).json();
    assert_eq!((&full["total"]["minor"], &full["promo_code"]), (&json!(2_700), &Value::Null));
    for (body, field) in [
        (with(wish.clone(), "tier", "founder"), "promo_code"),
        (with(wish.clone(), "promo_code", "WINTER"), "promo_code"),
        (with(wish.clone(), "promo_code", Value::Null), "promo_code"),
        (with(wish.clone(), "tier", "gold"), "tier"),
        (with(wish.clone(), "duration_months", 5), "duration_months"),
        (with(wish.clone(), "duration_months", "3"), "duration_months"),
    ] {
        assert_eq!(ada.posts(PRICE, &body).await.refuses(400, "validation_failed").json()["field"], field, "{body}");
    }
    assert_eq!(world.column("select uses from promo_codes").await, ["0"]);
    world.stranger().posts(PRICE, &wish).await.refuses(401, "unauthorized");
    world.program("carl@example.com", "gifts:read").await.posts(PRICE, &wish).await.refuses(403, "insufficient_scope");
});

journey!(guessing_promo_codes_ends, async |world: &World| {
    let ada = ada(world).await;
    let guess = json!({ "tier": "member", "duration_months": 3, "promo_code": "WINTER" });
    for left in (0..60).rev() {
        let refused = ada.posts(PRICE, &guess).await.refuses(400, "validation_failed");
        assert_eq!(refused.header("ratelimit"), format!("\"promo-codes\";r={left};t=900"));
    }
    let refused = ada.posts(PRICE, &guess).await.refuses(429, "too_many_attempts");
    assert_eq!(refused.header("retry-after"), "900");
});
